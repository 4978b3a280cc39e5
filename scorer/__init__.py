"""Scores how sensational a headline is, by which words, and says when it cannot judge."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scorer.predict import Scorer
    from scorer.results import Comparison, HeadlineScore, Phrase, Sensationalism

__all__ = ["Comparison", "HeadlineScore", "Phrase", "Scorer", "Sensationalism"]

_HOMES = {
    "Scorer": "scorer.predict",
    "Comparison": "scorer.results",
    "HeadlineScore": "scorer.results",
    "Phrase": "scorer.results",
    "Sensationalism": "scorer.results",
}


def __getattr__(name: str) -> object:
    """Import a public class when it is first used, so that `import scorer` and `scorer --help` stay instant."""
    if name not in _HOMES:
        raise AttributeError(f"module 'scorer' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
