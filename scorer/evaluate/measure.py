"""The figures of a report: each system on the same rows, with intervals, and the model against the others."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scorer.evaluate.heads import Judged
from scorer.evaluate.results import Band, Bin, BySystem, Calibration, Difference, Intervals, Kept, LabelFigures
from scorer.evaluate.sample import Guess, Sample
from scorer.labels import BANDS
from scorer.metrics import (
    Estimate,
    Measure,
    Values,
    average_precision,
    bootstrap,
    bootstrap_difference,
    calibration_error,
    f1,
    macro_f1,
    mean_absolute_error,
    mean_difference,
    mean_squared_error,
    pearson,
    precision,
    recall,
    roc_auc,
    root_mean_squared_error,
    spearman,
)

BINS: Final = 10
SHARES: Final = tuple(share / 10 for share in range(10, 0, -1))
#: Fewer rows than this show nothing of the rows the model is surest of.
_MIN_KEPT: Final = 10
#: Resamples for each of many labels.
_ROUNDS_EACH: Final = 500


@dataclass(frozen=True)
class Series:
    """A measure of one system: what is compared with what."""

    measure: Measure
    truth: Values
    predicted: Values


def graded_series(truth: Values, grades: Values, head: str) -> dict[str, Series]:
    """Measures of grades, (rows,) 0-100; for clickbait also those of the Clickbait Challenge 2017, on its scale 0-1."""
    measures: dict[str, Measure] = {
        "pearson": pearson,
        "spearman": spearman,
        "mae": mean_absolute_error,
        "rmse": root_mean_squared_error,
        "bias": mean_difference,
    }
    found = {name: Series(measure, truth, grades) for name, measure in measures.items()}
    if head == "clickbait":
        found["mse_0_1"] = Series(mean_squared_error, truth / 100, grades / 100)
        found["f1_above_half"] = Series(f1, (truth > 50).astype(np.float64), (grades > 50).astype(np.float64))
    return found


def binary_series(truth: Values, likelihoods: Values, decisions: Values) -> dict[str, Series]:
    """Measures of yes or no, (rows,) each."""
    return {
        "precision": Series(precision, truth, decisions),
        "recall": Series(recall, truth, decisions),
        "f1": Series(f1, truth, decisions),
        "auc": Series(roc_auc, truth, likelihoods),
        "average_precision": Series(average_precision, truth, likelihoods),
        "accuracy": Series(mean_difference, np.zeros(len(truth)), (truth == decisions).astype(np.float64)),
    }


def several_series(truth: Values, guess: Guess, kind: str) -> dict[str, Series]:
    """Measures over all labels, (rows, labels)."""
    found = {
        "macro_f1": Series(macro_f1, truth, guess.decisions),
        "micro_f1": Series(f1, truth, guess.decisions),
    }
    if kind == "classes":
        right = (truth == guess.decisions).all(axis=1).astype(np.float64)
        found["accuracy"] = Series(mean_difference, np.zeros(len(truth)), right)
    return found


def series_of(sample: Sample, guess: Guess) -> dict[str, Series]:
    """The measures that fit the labels."""
    kind, truth = sample.labels.kind, sample.truth
    if kind == "graded":
        return graded_series(truth[:, 0], guess.grades[:, 0], sample.labels.head)
    if kind == "binary":
        return binary_series(truth[:, 0], guess.likelihoods[:, 0], guess.decisions[:, 0])
    return several_series(truth, guess, kind)


def system_figures(sample: Sample, guesses: Mapping[str, Guess]) -> BySystem:
    """The figures of each system."""
    return {
        system: {name: bootstrap(s.measure, s.truth, s.predicted) for name, s in series_of(sample, guess).items()}
        for system, guess in guesses.items()
    }


def differences(sample: Sample, guesses: Mapping[str, Guess]) -> dict[str, dict[str, Difference]]:
    """The model's figures minus those of each other system, paired."""
    ours = series_of(sample, guesses["model"])
    found: dict[str, dict[str, Difference]] = {}
    for system, guess in guesses.items():
        if system == "model":
            continue
        found[system] = {}
        for name, theirs in series_of(sample, guess).items():
            predicted = theirs.predicted, ours[name].predicted
            estimate, p = bootstrap_difference(theirs.measure, theirs.truth, *predicted)
            found[system][name] = Difference(estimate.value, estimate.low, estimate.high, estimate.n, p)
    return found


def label_figures(sample: Sample, guesses: Mapping[str, Guess]) -> tuple[LabelFigures, ...]:
    """The figures of each of several labels; none for a head with one."""
    if sample.labels.kind not in ("classes", "several"):
        return ()
    found = []
    for column, label in enumerate(sample.labels.names):
        truth = sample.truth[:, column]
        figures = {
            system: {
                name: bootstrap(s.measure, s.truth, s.predicted, _ROUNDS_EACH)
                for name, s in binary_series(truth, guess.likelihoods[:, column], guess.decisions[:, column]).items()
            }
            for system, guess in guesses.items()
        }
        found.append(LabelFigures(label, int(truth.sum()), figures))
    return tuple(found)


def calibration_of(sample: Sample, guess: Guess) -> Calibration:
    """Predictions against the truth in ten bins of equal size, over all labels."""
    graded = sample.labels.kind == "graded"
    predicted = (guess.grades if graded else guess.likelihoods).ravel()
    truth = sample.truth.ravel()
    order = np.argsort(predicted, kind="stable")
    parts = [part for part in np.array_split(order, BINS) if len(part)]
    bins = tuple(Bin(float(predicted[part].mean()), mean_of(truth[part])) for part in parts)
    meant = graded or guess.calibrated
    error = bootstrap(calibration_error, truth, predicted, _ROUNDS_EACH) if meant else None
    brier = None if graded or not meant else bootstrap(mean_squared_error, truth, predicted, _ROUNDS_EACH)
    return Calibration(error, brier, bins)


def mean_of(values: Values) -> Estimate:
    """The mean of values, with its interval."""
    return bootstrap(mean_difference, np.zeros(len(values)), values)


def band_names(head: str) -> list[tuple[str, float]]:
    """Bands of grades with the lowest that belongs to each: named ones for sensationalism, else fifths of the scale."""
    if head == "sensationalism":
        return list(BANDS)
    return [(f"{lowest:.0f}-{lowest + 20:.0f}", lowest) for _, lowest in BANDS]


def bands_of(sample: Sample) -> tuple[Band, ...]:
    """How far the model's grades are off, and whether intervals hold, by band of the grade; none without grades."""
    if sample.labels.kind != "graded":
        return ()
    grades, truth = np.round(sample.model.grades[:, 0], 1), sample.truth[:, 0]
    names = band_names(sample.labels.head)
    number = np.searchsorted([lowest for _, lowest in names], grades, side="right") - 1
    found = []
    for position, (name, lowest) in enumerate(names):
        inside = number == position
        bias = bootstrap(mean_difference, truth[inside], sample.model.grades[inside, 0])
        holds, widths = held(sample, inside)
        found.append(Band(name, lowest, bias, None if holds is None else mean_of(holds), _mean(widths)))
    return tuple(found)


def _mean(values: Values | None) -> float | None:
    return float(values.mean()) if values is not None and len(values) else None


def held(sample: Sample, rows: NDArray[np.bool_]) -> tuple[Values | None, Values | None]:
    """Of some rows whether the interval holds the truth (0 or 1), and how wide it is; None without intervals."""
    low, high = sample.model.low, sample.model.high
    if low is None or high is None or sample.labels.kind != "graded":
        return None, None
    truth = sample.truth[rows, 0]
    holds = (truth >= low[rows]) & (truth <= high[rows])
    return holds.astype(np.float64), high[rows] - low[rows]


def intervals_of(sample: Sample, nominal: float) -> Intervals | None:
    """How often the model's intervals hold the truth; None without intervals."""
    holds, widths = held(sample, np.ones(len(sample.rows), dtype=np.bool_))
    if holds is None or widths is None:
        return None
    return Intervals(nominal, mean_of(holds), float(widths.mean()))


def errors_of(sample: Sample, guess: Guess) -> Values:
    """The error of each row: points of a grade, or the share of its labels decided wrongly (one class: 0 or 1)."""
    if sample.labels.kind == "graded":
        return np.abs(sample.truth[:, 0] - guess.grades[:, 0])
    wrong = (sample.truth != guess.decisions).astype(np.float64)
    return np.asarray(wrong.max(axis=1) if sample.labels.kind == "classes" else wrong.mean(axis=1))


def surety(judged: Judged, kind: str) -> Values | None:
    """How sure the model is of each row; None where it does not say.

    Of a grade by the width of its interval, of yes or no by the distance from the cut, of classes by the highest.
    """
    if kind == "graded":
        return None if judged.low is None or judged.high is None else judged.low - judged.high
    if kind == "several":
        return None
    if kind == "classes":
        return np.asarray(judged.likelihoods.max(axis=1))
    return np.abs(judged.likelihoods - judged.cuts)[:, 0]


def risk_coverage(sample: Sample, guess: Guess) -> tuple[Kept, ...]:
    """The error on the rows the model is surest of: what leaving out the others buys."""
    sure = surety(sample.model, sample.labels.kind)
    if sure is None:
        return ()
    order = np.argsort(-sure, kind="stable")
    errors = errors_of(sample, guess)
    sizes = [(share, round(share * len(order))) for share in SHARES]
    return tuple(Kept(share, mean_of(errors[order[:size]])) for share, size in sizes if size >= _MIN_KEPT)
