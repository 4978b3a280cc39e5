"""Measures of agreement, calibration and coverage: one implementation for training, reports and the model card.

A measure that does not apply (no rows, no variance) is None, never 0.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Measure = Callable[[Values, Values], float | None]


@dataclass(frozen=True)
class Estimate:
    """A measured figure with its sample size and 95% bootstrap interval."""

    value: float | None
    low: float | None
    high: float | None
    n: int

    def to_dict(self) -> dict[str, float | int | None]:
        """Plain values for JSON."""
        return asdict(self)


def pearson(truth: Values, predicted: Values) -> float | None:
    """Pearson's correlation, -1 to 1; None with fewer than two rows or without variance."""
    if len(truth) < 2 or np.ptp(truth) == 0 or np.ptp(predicted) == 0:
        return None
    return float(np.corrcoef(truth, predicted)[0, 1])


def mean_absolute_error(truth: Values, predicted: Values) -> float | None:
    """Mean absolute error in the units of the truth."""
    return float(np.abs(truth - predicted).mean()) if len(truth) else None


def mean_squared_error(truth: Values, predicted: Values) -> float | None:
    """Mean squared error in squared units of the truth."""
    return float(((truth - predicted) ** 2).mean()) if len(truth) else None


def f1(truth: Values, predicted: Values) -> float | None:
    """F1 of binary decisions (0 or 1); None when neither side has a positive."""
    hits = float((truth * predicted).sum())
    total = float(truth.sum() + predicted.sum())
    return 2 * hits / total if total else None


def roc_auc(truth: Values, predicted: Values) -> float | None:
    """Area under the ROC curve by ranks (Mann-Whitney), ties counted half; None with one class only."""
    positive = truth > 0
    n_positive, n_negative = int(positive.sum()), int((~positive).sum())
    if not n_positive or not n_negative:
        return None
    _, inverse, counts = np.unique(predicted, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2.0)[inverse]
    return float((ranks[positive].sum() - n_positive * (n_positive + 1) / 2) / (n_positive * n_negative))


def calibration_error(truth: Values, probability: Values, bins: int = 10) -> float | None:
    """Expected calibration error over bins of equal size (Nixon et al. 2019, adaptive ECE), 0-1.

    :param truth: (rows,), 0 or 1.
    :param probability: (rows,), 0-1.
    """
    if not len(truth):
        return None
    order = np.argsort(probability, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    gaps = [len(part) * abs(float(truth[part].mean() - probability[part].mean())) for part in parts]
    return sum(gaps) / len(truth)


def coverage(truth: Values, low: Values, high: Values) -> float | None:
    """Share of rows whose truth lies inside its interval, 0-1."""
    return float(((truth >= low) & (truth <= high)).mean()) if len(truth) else None


def bootstrap(measure: Measure, truth: Values, predicted: Values, rounds: int = 1000, seed: int = 0) -> Estimate:
    """A measure with its 95% percentile bootstrap interval over rows (Efron 1979).

    :param rounds: resamples; those on which the measure does not apply are left out.
    """
    value, n = measure(truth, predicted), len(truth)
    if value is None:
        return Estimate(None, None, None, n)
    generator = np.random.default_rng(seed)
    picks = (generator.integers(0, n, n) for _ in range(rounds))
    samples = [sample for pick in picks if (sample := measure(truth[pick], predicted[pick])) is not None]
    low, high = np.quantile(samples, [0.025, 0.975])
    return Estimate(value, float(low), float(high), n)
