"""Figures of a finished model, kept as small JSON files; card, README and docs are written from them alone."""
