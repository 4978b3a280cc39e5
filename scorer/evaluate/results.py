"""What an evaluation finds: frozen dataclasses whose `to_dict()` is `report.json`."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from scorer.files import rounded
from scorer.labels import SCHEMA_VERSION
from scorer.metrics import Estimate
from scorer.results import ModelName, Phrase

#: Estimates by the name of the measure, and those by the name of what was measured (model, other, tfidf, constant).
Figures = Mapping[str, Estimate]
BySystem = Mapping[str, Figures]


@dataclass(frozen=True)
class Difference:
    """The model's figure minus another's on the same rows, with the two-sided p-value of no difference."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    p: float | None


@dataclass(frozen=True)
class LabelFigures:
    """The figures of one of several labels; `positives` rows have it."""

    label: str
    positives: int
    figures: BySystem


@dataclass(frozen=True)
class Bin:
    """Rows of like prediction: its mean, and the mean of the truth."""

    predicted: float
    truth: Estimate


@dataclass(frozen=True)
class Calibration:
    """How far predictions can be taken at their word.

    `error` is the expected calibration error in ten bins of equal size (in points for grades, else 0-1), `brier` the
    mean squared error of probabilities. Both are None where predictions are not meant to be what they are compared to.
    """

    error: Estimate | None
    brier: Estimate | None
    bins: tuple[Bin, ...]


@dataclass(frozen=True)
class Band:
    """Rows whose prediction lies in one band from `lowest` up: how far it is too high, how often the interval holds."""

    name: str
    lowest: float
    bias: Estimate
    coverage: Estimate | None
    width: float | None


@dataclass(frozen=True)
class Intervals:
    """How often the interval holds the truth, beside how often it should, and how wide it is on average."""

    nominal: float
    coverage: Estimate
    width: float


@dataclass(frozen=True)
class Kept:
    """The error on the share of the rows that the model is surest of."""

    share: float
    error: Estimate


@dataclass(frozen=True)
class Slice:
    """Rows that have something in common; `small` ones are too few to conclude from."""

    by: str
    value: str
    n: int
    small: bool
    truth: float | None
    predicted: float | None
    bias: Estimate | None
    error: Estimate
    agreement: Estimate | None


@dataclass(frozen=True)
class Mistake:
    """One of the worst errors: what the label says, and what the model."""

    row: int
    text: str
    truth: float | str
    predicted: float | str
    error: float
    low: float | None
    high: float | None
    phrases: tuple[Phrase, ...]


@dataclass(frozen=True)
class Data:
    """What was evaluated on: the file, how it was read, and what became of its rows.

    `left_out` counts rows by reason, `abstained` those the model does not judge by reason. `repeats` are rows whose
    text stood above already (left out too), `contradictions` those of them with another label (a grade more
    than 10 points off). `seen` counts rows that are near-duplicates of training texts, None where the model does not
    say what it was trained on.
    """

    file: str
    sha256: str
    rows: int
    evaluated: int
    text_column: str
    label_columns: tuple[str, ...]
    kind: str
    labels: tuple[str, ...]
    scale: tuple[float, float] | None
    positive: str | None
    where: tuple[str, ...]
    rated_by: str
    left_out: Mapping[str, int]
    abstained: Mapping[str, int]
    repeats: int
    contradictions: int
    seen: int | None


@dataclass(frozen=True)
class Evaluation:
    """A model evaluated on labelled rows.

    `figures` are by system: `model`, `other` (the one it is compared with), `tfidf` and `constant`; `differences` are
    the model's minus another's. What does not apply is None or empty; `notes` are sentences a reader should know.
    """

    model: ModelName
    other: ModelName | None
    head: str
    data: Data
    figures: BySystem
    differences: Mapping[str, Mapping[str, Difference]]
    by_label: tuple[LabelFigures, ...]
    calibration: Calibration
    intervals: Intervals | None
    bands: tuple[Band, ...]
    risk_coverage: tuple[Kept, ...]
    slices: tuple[Slice, ...]
    worst: tuple[Mistake, ...]
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The JSON object of `schemas/report.json`; numbers rounded to six decimals."""
        found: dict[str, Any] = rounded(asdict(self), 6)
        return {**found, "schema_version": SCHEMA_VERSION}
