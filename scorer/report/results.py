"""What a report says: frozen dataclasses whose `to_dict()` is the published JSON."""

from dataclasses import asdict, dataclass
from typing import Any, Final

from scorer.files import rounded
from scorer.labels import SCHEMA_VERSION
from scorer.metrics import Estimate
from scorer.report.tally import Example

#: Tells this report from those of other commands.
KIND: Final = "corpus_report"
_DIGITS: Final = 4


@dataclass(frozen=True)
class File:
    """A scored file: its name without folders, and its SHA-256."""

    name: str
    sha256: str


@dataclass(frozen=True)
class Bin:
    """Rows with a value from `low` up to, but without, `high`; the last one holds its end too."""

    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Band:
    """A band of scores from `lowest` on, with the share of the headlines in it, 0-1."""

    name: str
    lowest: float
    share: Estimate


@dataclass(frozen=True)
class Distribution:
    """How values in points lie: mean with its interval, quartiles, histogram."""

    mean: Estimate
    quartiles: tuple[float, float, float]
    bins: tuple[Bin, ...]


@dataclass(frozen=True)
class Device:
    """A device in a group: its mean strength, and the share of headlines in which it is clear, both 0-1."""

    mean: float
    clear: Estimate


@dataclass(frozen=True)
class Group:
    """The headlines with one value of a column.

    `mean` is in points, `sensational` the share of those sensational or hotter, 0-1; `not_scored` are further
    headlines. A `small` group has too few headlines to conclude from.
    """

    name: str
    n: int
    not_scored: int
    small: bool
    mean: Estimate
    sensational: Estimate
    devices: dict[str, Device]


@dataclass(frozen=True)
class Grouping:
    """The groups of one column, in the order to show them.

    `others` are further groups, with fewer headlines, that are not listed, and `others_n` their headlines; `without`
    are scored headlines with no value.
    """

    by: str
    column: str
    groups: tuple[Group, ...]
    others: int
    others_n: int
    without: int


@dataclass(frozen=True)
class MacroMean:
    """The mean over the outlets of a leaning, each counting once; `mean.n` is their number.

    `small_outlets` of them have too few headlines to conclude from; with few outlets the figure itself is
    `small` and has no interval.
    """

    leaning: str
    mean: Estimate
    small_outlets: int
    small: bool


@dataclass(frozen=True)
class Frame:
    """Shares of the bodies in which a frame is present, and in which it is the main one, 0-1."""

    name: str
    present: Estimate
    primary: Estimate


@dataclass(frozen=True)
class Gaps:
    """Headline minus text, in points; `hotter` and `calmer` are shares with the whole interval above or below zero."""

    distribution: Distribution
    hotter: Estimate
    calmer: Estimate
    widest: tuple[Example, ...]


@dataclass(frozen=True)
class Counts:
    """How many rows there are, scored, and not scored for which reasons.

    `unreadable` rows of the scored files make no sense; `rejected` rows never were scored; `bodies` were judged.
    """

    scored: int
    abstained: dict[str, int]
    unreadable: dict[str, int]
    rejected: dict[str, int]
    bodies: int
    bodies_abstained: dict[str, int]


@dataclass(frozen=True)
class Report:
    """A report on a corpus; `notes` are sentences the reader should see first."""

    files: tuple[File, ...]
    models: dict[str, int]
    counts: Counts
    scores: Distribution
    sensational: Estimate
    bands: tuple[Band, ...]
    devices: dict[str, Device]
    groupings: tuple[Grouping, ...]
    leanings: tuple[MacroMean, ...]
    hottest: tuple[Example, ...]
    calmest: tuple[Example, ...]
    frames: tuple[Frame, ...]
    gaps: Gaps | None
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The JSON object of `schemas/corpus_report.json`; numbers rounded to what they can bear."""
        found: dict[str, Any] = rounded(asdict(self), _DIGITS)
        return {"kind": KIND, **found, "schema_version": SCHEMA_VERSION}
