"""What the library returns: frozen dataclasses whose `to_dict()` is the published JSON."""

import math
from dataclasses import dataclass, field
from typing import Any

from scorer.labels import SCHEMA_VERSION


@dataclass(frozen=True)
class ModelName:
    """Which model made a result."""

    name: str
    version: str


@dataclass(frozen=True)
class Phrase:
    """A loaded phrase: `text` is exactly `source[start:end]`; `weight` is the probability that a rater marks it."""

    start: int
    end: int
    text: str
    weight: float


@dataclass(frozen=True)
class Sensationalism:
    """A score 0-100 with its 90% interval and band."""

    score: float
    low: float
    high: float
    band: str


@dataclass(frozen=True)
class Label:
    """What a head that a user has added says of a text.

    A graded head has a `value` on its `scale` with a 90% interval; a binary head and one of classes or labels have
    calibrated `probabilities` by label and the labels that are `present`; a head of phrases has `phrases`.
    """

    kind: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    scale: tuple[float, float] | None = None
    probabilities: dict[str, float] = field(default_factory=dict)
    present: tuple[str, ...] = ()
    phrases: tuple[Phrase, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The JSON object, with what the kind has; a grade rounded to a thousandth of its scale."""
        if self.value is not None and self.low is not None and self.high is not None and self.scale is not None:
            digits = max(0, 3 - math.floor(math.log10(self.scale[1] - self.scale[0])))
            ends = {"value": self.value, "low": self.low, "high": self.high}
            rounded = {name: round(end, digits) for name, end in ends.items()}
            return {"kind": self.kind, **rounded, "scale": list(self.scale)}
        if self.kind == "phrases":
            return {"kind": self.kind, "phrases": phrase_list(self.phrases)}
        likely = {name: round(value, 3) for name, value in self.probabilities.items()}
        return {"kind": self.kind, "probabilities": likely, "present": list(self.present)}


def phrase_list(phrases: tuple[Phrase, ...]) -> list[dict[str, Any]]:
    """Phrases as JSON."""
    return [{"start": p.start, "end": p.end, "text": p.text, "weight": round(p.weight, 3)} for p in phrases]


@dataclass(frozen=True)
class HeadlineScore:
    """The result for one headline.

    `devices` are expected levels and `device_presence` the probabilities that a device is there at all, both 0-1 by
    device; `clickbait` is a strength 0-1. When `abstain` names a reason they and `sensationalism` are None and
    `phrases` is empty. `line` is the line of a stream the text came from. `labels` are what heads that a user has added
    say, by their name.
    """

    text: str
    sensationalism: Sensationalism | None
    devices: dict[str, float] | None
    device_presence: dict[str, float] | None
    clickbait: float | None
    phrases: tuple[Phrase, ...]
    abstain: str | None
    model: ModelName
    line: int | None = None
    labels: dict[str, Label] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """The JSON object of `schemas/headline.json`; numbers rounded to what they can bear."""
        heat = self.sensationalism
        result: dict[str, Any] = {
            "text": self.text,
            "sensationalism": heat
            and {
                "score": round(heat.score, 1),
                "low": round(heat.low, 1),
                "high": round(heat.high, 1),
                "band": heat.band,
            },
            "devices": self.devices and {name: round(value, 3) for name, value in self.devices.items()},
            "device_presence": self.device_presence
            and {name: round(value, 3) for name, value in self.device_presence.items()},
            "clickbait": None if self.clickbait is None else round(self.clickbait, 3),
            "phrases": phrase_list(self.phrases),
            "abstain": self.abstain,
            "model": {"name": self.model.name, "version": self.model.version},
            "schema_version": SCHEMA_VERSION,
        }
        if self.labels:
            result["labels"] = {name: label.to_dict() for name, label in self.labels.items()}
        if self.line is not None:
            result["line"] = self.line
        return result


@dataclass(frozen=True)
class Comparison:
    """Two wordings of one headline: `change` is second minus first in points, None when either abstains.

    `removed` are loaded phrases of the first that the second does not have, `added` the other way round.
    """

    first: HeadlineScore
    second: HeadlineScore
    change: float | None
    removed: tuple[Phrase, ...]
    added: tuple[Phrase, ...]

    def to_dict(self) -> dict[str, Any]:
        """The JSON object of `schemas/comparison.json`."""
        return {
            "first": self.first.to_dict(),
            "second": self.second.to_dict(),
            "change": None if self.change is None else round(self.change, 1),
            "removed": [phrase.text for phrase in self.removed],
            "added": [phrase.text for phrase in self.added],
            "schema_version": SCHEMA_VERSION,
        }
