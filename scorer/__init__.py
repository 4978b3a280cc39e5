"""Scores how sensational a headline is and how the article under it is worded, and says when it cannot judge."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scorer.article_results import ArticleScore, BodyScore, FrameScore, Gap, SentenceScore, VoicedPhrase
    from scorer.predict import Scorer
    from scorer.results import Comparison, HeadlineScore, Phrase, Sensationalism

__all__ = [
    "ArticleScore",
    "BodyScore",
    "Comparison",
    "FrameScore",
    "Gap",
    "HeadlineScore",
    "Phrase",
    "Scorer",
    "Sensationalism",
    "SentenceScore",
    "VoicedPhrase",
]

_HOMES = {
    "Scorer": "scorer.predict",
    "ArticleScore": "scorer.article_results",
    "BodyScore": "scorer.article_results",
    "FrameScore": "scorer.article_results",
    "Gap": "scorer.article_results",
    "SentenceScore": "scorer.article_results",
    "VoicedPhrase": "scorer.article_results",
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
