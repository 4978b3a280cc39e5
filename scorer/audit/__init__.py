"""Audits: probe suites that need no labels, what a model makes of them, and the report."""
