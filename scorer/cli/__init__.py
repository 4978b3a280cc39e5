"""The command line. A command declares options and calls plain functions; heavy imports wait until one runs."""

from scorer.cli import article, corpus, evaluate, headline, retrain, serve, suggest
from scorer.cli.group import main

__all__ = ["article", "corpus", "evaluate", "headline", "main", "retrain", "serve", "suggest"]
