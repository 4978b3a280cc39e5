"""What the library returns for an article: frozen dataclasses whose `to_dict()` is the published JSON."""

from dataclasses import asdict, dataclass
from typing import Any

from scorer.labels import SCHEMA_VERSION
from scorer.results import HeadlineScore, ModelName, Phrase


@dataclass(frozen=True)
class Span:
    """A stretch of a text, in Unicode code points."""

    start: int
    end: int


@dataclass(frozen=True)
class VoicedPhrase(Phrase):
    """A loaded phrase of the body; `voice` is `author`, `quoted`, or `both` when it straddles a quotation mark."""

    voice: str


@dataclass(frozen=True)
class SentenceScore:
    """One sentence of a body.

    `bias` and `opinion` are expected levels 0-1, `loaded` the probability that the bias is at least slight; `tone` is
    how sensational the author's own words in it are, 0-100, None when there are too few. `voice` says whose words are
    loaded (`author`, `quoted`, `both`), None when none are; `kind` is the main device, by a head of
    its own, None for none.
    """

    start: int
    end: int
    text: str
    bias: float
    loaded: float
    opinion: float
    tone: float | None
    voice: str | None
    kind: str | None
    phrases: tuple[VoicedPhrase, ...]

    def to_dict(self) -> dict[str, Any]:
        """One item of `body.sentences` in `schemas/article.json`."""
        return {
            "start": self.start,
            "end": self.end,
            "text": self.text,
            "bias": round(self.bias, 3),
            "loaded": round(self.loaded, 3),
            "opinion": round(self.opinion, 3),
            "tone": None if self.tone is None else round(self.tone, 1),
            "voice": self.voice,
            "kind": self.kind,
            "phrases": [
                {"start": p.start, "end": p.end, "text": p.text, "weight": round(p.weight, 3), "voice": p.voice}
                for p in self.phrases
            ],
        }


@dataclass(frozen=True)
class FrameScore:
    """One frame of a body.

    `probability` is the expected share of the body that is told in it, `share` the part of the passages in which it
    is present, `present` the decision for the body, `passages` those that show it best.
    """

    name: str
    probability: float
    present: bool
    share: float
    passages: tuple[Span, ...]

    def to_dict(self) -> dict[str, Any]:
        """One item of `body.frames` in `schemas/article.json`."""
        return {
            "name": self.name,
            "probability": round(self.probability, 3),
            "present": self.present,
            "share": round(self.share, 3),
            "passages": [asdict(span) for span in self.passages],
        }


@dataclass(frozen=True)
class Tone:
    """How sensational the author's own words of a body are, 0-100, with a 90% interval."""

    score: float
    low: float
    high: float


@dataclass(frozen=True)
class BodyScore:
    """The body of an article: frames by falling probability, the mean bias of the author's voice, sentences.

    `tone` is how sensational the author's own words are on the headline's scale, 0-100, with its interval. What
    cannot be judged is None, and `abstain` says why (a key of `labels.ABSTENTIONS`).
    """

    frames: tuple[FrameScore, ...]
    primary_frame: str | None
    bias: float | None
    opinion: float | None
    tone: Tone | None
    sentences: tuple[SentenceScore, ...]
    abstain: str | None

    def to_dict(self) -> dict[str, Any]:
        """The `body` of `schemas/article.json`."""
        return {
            "frames": [frame.to_dict() for frame in self.frames],
            "primary_frame": self.primary_frame,
            "bias": None if self.bias is None else round(self.bias, 3),
            "opinion": None if self.opinion is None else round(self.opinion, 3),
            "tone": self.tone and {name: round(value, 1) for name, value in asdict(self.tone).items()},
            "sentences": [sentence.to_dict() for sentence in self.sentences],
            "abstain": self.abstain,
        }


@dataclass(frozen=True)
class Gap:
    """Headline sensationalism minus the tone of the body, in points, with its interval.

    `unsupported` are the headline's loaded phrases and numbers that nothing in the body supports.
    """

    value: float
    low: float
    high: float
    unsupported: tuple[Phrase, ...]

    def to_dict(self) -> dict[str, Any]:
        """The `gap` of `schemas/article.json`."""
        return {
            "value": round(self.value, 1),
            "low": round(self.low, 1),
            "high": round(self.high, 1),
            "unsupported": [{"start": p.start, "end": p.end, "text": p.text} for p in self.unsupported],
        }


@dataclass(frozen=True)
class SetAside:
    """A stretch of a page that is no part of the article, and what it is instead."""

    start: int
    end: int
    text: str
    kind: str


@dataclass(frozen=True)
class ArticleScore:
    """The result for one article; every offset outside `headline` indexes `text`.

    `headline_start` is where the headline begins in the text, None when it was passed apart.
    """

    text: str
    headline: HeadlineScore | None
    headline_start: int | None
    body: BodyScore
    boilerplate: tuple[SetAside, ...]
    quotes: tuple[Span, ...]
    gap: Gap | None
    warnings: tuple[str, ...]
    model: ModelName

    def to_dict(self) -> dict[str, Any]:
        """The JSON object of `schemas/article.json`."""
        return {
            "text": self.text,
            "headline": self.headline and self.headline.to_dict() | {"start": self.headline_start},
            "body": self.body.to_dict(),
            "boilerplate": [asdict(part) for part in self.boilerplate],
            "quotes": [asdict(span) for span in self.quotes],
            "gap": self.gap and self.gap.to_dict(),
            "warnings": list(self.warnings),
            "model": asdict(self.model),
            "schema_version": SCHEMA_VERSION,
        }
