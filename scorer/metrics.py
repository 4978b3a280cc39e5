"""Measures of agreement, calibration and coverage: one implementation for training, reports and the model card.

A measure that does not apply (no rows, no variance) is None, never 0.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Measure = Callable[[Values, Values], float | None]
#: A measure on many resamples at once: how often each row was drawn, (resamples, rows), stands for the rows drawn.
Repeated = Callable[[Values, Values, Values], Values]

#: Numbers that a block of resamples may hold.
_BLOCK: Final = 2_000_000


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


def spearman(truth: Values, predicted: Values) -> float | None:
    """Spearman's rank correlation, -1 to 1, ties by their mean rank; None where Pearson's is."""
    return pearson(mean_ranks(truth), mean_ranks(predicted))


def mean_ranks(values: Values) -> Values:
    """Ranks from 1, equal values sharing the mean of theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(counts) - (counts - 1) / 2.0)[inverse], dtype=np.float64)


def mean_absolute_error(truth: Values, predicted: Values) -> float | None:
    """Mean absolute error in the units of the truth."""
    return float(np.abs(truth - predicted).mean()) if len(truth) else None


def mean_squared_error(truth: Values, predicted: Values) -> float | None:
    """Mean squared error in squared units of the truth."""
    return float(((truth - predicted) ** 2).mean()) if len(truth) else None


def root_mean_squared_error(truth: Values, predicted: Values) -> float | None:
    """Root of the mean squared error in the units of the truth."""
    squared = mean_squared_error(truth, predicted)
    return None if squared is None else float(np.sqrt(squared))


def mean_difference(truth: Values, predicted: Values) -> float | None:
    """How far predictions lie above the truth on average; below it when negative."""
    return float((predicted - truth).mean()) if len(truth) else None


def precision(truth: Values, predicted: Values) -> float | None:
    """Share of the positive decisions (0 or 1) that are right; None when there is none."""
    return float((truth * predicted).sum() / predicted.sum()) if predicted.sum() else None


def recall(truth: Values, predicted: Values) -> float | None:
    """Share of the positive rows (0 or 1) that are found; None when there is none."""
    return precision(predicted, truth)


def f1(truth: Values, predicted: Values) -> float | None:
    """F1 of binary decisions (0 or 1); None when neither side has a positive.

    Of several labels, (rows, labels), it is the micro-average.
    """
    hits = float((truth * predicted).sum())
    total = float(truth.sum() + predicted.sum())
    return 2 * hits / total if total else None


def macro_f1(truth: Values, predicted: Values) -> float | None:
    """Mean F1 over the labels that have a positive on either side, (rows, labels) of 0 or 1."""
    found = [f1(*columns) for columns in zip(truth.T, predicted.T, strict=True)]
    known = [value for value in found if value is not None]
    return float(np.mean(known)) if known else None


def average_precision(truth: Values, predicted: Values) -> float | None:
    """Precision at each distinct score, weighted by the recall it adds; None without a positive (0 or 1)."""
    if not truth.sum():
        return None
    return float(_average_precisions(truth, predicted, np.ones((1, len(truth))))[0])


def roc_auc(truth: Values, predicted: Values) -> float | None:
    """Area under the ROC curve by ranks (Mann-Whitney), ties counted half; None with one class only."""
    positive = truth > 0
    n_positive, n_negative = int(positive.sum()), int((~positive).sum())
    if not n_positive or not n_negative:
        return None
    ranks = mean_ranks(predicted)
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


def _sums(values: Values, counts: Values) -> Values:
    """The sum of a value of each row (or of several) over each resample."""
    return np.asarray(counts @ values, dtype=np.float64)


def _means(values: Values, counts: Values) -> Values:
    """The mean of a value of each row over each resample."""
    return np.asarray(_sums(values, counts) / counts.sum(axis=1))


def _ratio(above: Values, below: Values) -> Values:
    """A quotient, NaN where it does not apply."""
    found: Values = np.divide(above, below, out=np.full(np.shape(above), np.nan), where=below > 0)
    return found


def _groups(values: Values) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """The order of the rows by value, where in it each distinct value begins, and the number of each row's value."""
    order = np.argsort(values, kind="stable")
    _, starts, inverse = np.unique(values[order], return_index=True, return_inverse=True)
    numbers = np.empty(len(values), dtype=np.intp)
    numbers[order] = inverse
    return order, starts, numbers


def _mean_ranks(values: Values, counts: Values) -> Values:
    """`mean_ranks` of each resample, (resamples, rows)."""
    order, starts, numbers = _groups(values)
    sizes = np.add.reduceat(counts[:, order], starts, axis=1)
    return np.asarray((np.cumsum(sizes, axis=1) - (sizes - 1) / 2)[:, numbers])


def _correlations(first: Values, second: Values, counts: Values) -> Values:
    """Pearson's correlation of each resample; what is correlated may differ by resample."""
    totals = counts.sum(axis=1, keepdims=True)
    first, second = (each - (counts * each).sum(axis=1, keepdims=True) / totals for each in (first, second))
    spread = (counts * first**2).sum(axis=1) * (counts * second**2).sum(axis=1)
    # a resample of one value only differs from its own mean by rounding errors
    spread = np.where(spread > 1e-20 * (np.ptp(first) * np.ptp(second)) ** 2, spread, 0.0)
    return _ratio((counts * first * second).sum(axis=1), np.sqrt(spread))


def _pearsons(truth: Values, predicted: Values, counts: Values) -> Values:
    return _correlations(truth - truth.mean(), predicted - predicted.mean(), counts)


def _spearmans(truth: Values, predicted: Values, counts: Values) -> Values:
    return _correlations(_mean_ranks(truth, counts), _mean_ranks(predicted, counts), counts)


def _absolute_errors(truth: Values, predicted: Values, counts: Values) -> Values:
    return _means(np.abs(truth - predicted), counts)


def _squared_errors(truth: Values, predicted: Values, counts: Values) -> Values:
    return _means((truth - predicted) ** 2, counts)


def _root_squared_errors(truth: Values, predicted: Values, counts: Values) -> Values:
    return np.sqrt(_squared_errors(truth, predicted, counts))


def _differences(truth: Values, predicted: Values, counts: Values) -> Values:
    return _means(predicted - truth, counts)


def _precisions(truth: Values, predicted: Values, counts: Values) -> Values:
    return _ratio(_sums(truth * predicted, counts), _sums(predicted, counts))


def _recalls(truth: Values, predicted: Values, counts: Values) -> Values:
    return _precisions(predicted, truth, counts)


def _f1s(truth: Values, predicted: Values, counts: Values) -> Values:
    hits, both = (each.reshape(len(truth), -1).sum(axis=1) for each in (truth * predicted, truth + predicted))
    return _ratio(2 * _sums(hits, counts), _sums(both, counts))


def _macro_f1s(truth: Values, predicted: Values, counts: Values) -> Values:
    found = _ratio(2 * _sums(truth * predicted, counts), _sums(truth + predicted, counts))
    known = ~np.isnan(found)
    return _ratio(np.where(known, found, 0).sum(axis=1), known.sum(axis=1))


def _average_precisions(truth: Values, predicted: Values, counts: Values) -> Values:
    order, starts, _ = _groups(-predicted)
    hits = np.add.reduceat(counts[:, order] * truth[order], starts, axis=1)
    chosen = np.add.reduceat(counts[:, order], starts, axis=1)
    precisions = np.cumsum(hits, axis=1) / np.maximum(np.cumsum(chosen, axis=1), 1)
    return _ratio((hits * precisions).sum(axis=1), hits.sum(axis=1))


def _roc_aucs(truth: Values, predicted: Values, counts: Values) -> Values:
    positives = counts * (truth > 0)
    n_positive = positives.sum(axis=1)
    above = (positives * _mean_ranks(predicted, counts)).sum(axis=1) - n_positive * (n_positive + 1) / 2
    return _ratio(above, n_positive * (counts.sum(axis=1) - n_positive))


def _calibration_errors(truth: Values, probability: Values, counts: Values) -> Values:
    """The calibration error of each resample, in the ten bins of the whole sample."""
    order = np.argsort(probability, kind="stable")
    sizes = [len(part) for part in np.array_split(order, 10) if len(part)]
    starts = np.cumsum([0, *sizes[:-1]])
    gaps = np.add.reduceat(counts[:, order] * (truth - probability)[order], starts, axis=1)
    return np.asarray(np.abs(gaps).sum(axis=1) / counts.sum(axis=1))


_REPEATED: Final[dict[Measure, Repeated]] = {
    pearson: _pearsons,
    spearman: _spearmans,
    mean_absolute_error: _absolute_errors,
    mean_squared_error: _squared_errors,
    root_mean_squared_error: _root_squared_errors,
    mean_difference: _differences,
    precision: _precisions,
    recall: _recalls,
    f1: _f1s,
    macro_f1: _macro_f1s,
    average_precision: _average_precisions,
    roc_auc: _roc_aucs,
    calibration_error: _calibration_errors,
}


def resamples(rows: int, rounds: int, seed: int) -> Iterator[Values]:
    """How often each row is drawn, with replacement, in each resample: blocks of (resamples, rows)."""
    generator = np.random.default_rng(seed)
    block = max(1, _BLOCK // rows)
    for done in range(0, rounds, block):
        size = min(block, rounds - done)
        picks = generator.integers(0, rows, (size, rows)) + rows * np.arange(size)[:, None]
        yield np.bincount(picks.ravel(), minlength=size * rows).reshape(size, rows).astype(np.float64)


def _resampled(measure: Measure, truth: Values, predicted: Values, rounds: int, seed: int) -> Values:
    """A measure of each resample, (rounds,), NaN where it does not apply; the same rows for the same seed."""
    repeated = _REPEATED.get(measure)
    found: list[Values] = []
    for counts in resamples(len(truth), rounds, seed):
        if repeated is not None:
            found.append(repeated(truth, predicted, counts))
        else:
            picks = [np.repeat(np.arange(len(truth)), row.astype(int)) for row in counts]
            values = [measure(truth[pick], predicted[pick]) for pick in picks]
            found.append(np.array([np.nan if value is None else value for value in values]))
    return np.concatenate(found)


def _tail(n: int) -> float:
    """The share of resamples beyond each end of a 95% interval: 2.5%, and less for few rows.

    Percentiles of resamples are too narrow by sqrt((n - 1) / n), and by using the normal distribution where it should
    be Student's t; both are made up for here (Hesterberg 2015, expanded percentile interval).
    """
    z = 1.959964
    student = z + (z**3 + z) / (4 * max(1, n - 1))  # the first terms of its expansion
    return NormalDist().cdf(-student * (n / max(1, n - 1)) ** 0.5)


def _estimate(value: float | None, samples: Values, n: int) -> Estimate:
    """A value with the 95% percentile interval of its resamples; one row has none."""
    known = samples[~np.isnan(samples)]
    if value is None or n < 2 or not len(known):
        return Estimate(value, None, None, n)
    # this way of taking quantiles does not make intervals narrower when resamples are few
    low, high = np.quantile(known, [_tail(n), 1 - _tail(n)], method="weibull")
    return Estimate(value, float(low), float(high), n)


def bootstrap(measure: Measure, truth: Values, predicted: Values, rounds: int = 1000, seed: int = 0) -> Estimate:
    """A measure with its 95% percentile bootstrap interval over rows (Efron 1979), widened a little for few rows.

    :param rounds: resamples; those on which the measure does not apply are left out.
    """
    value = measure(truth, predicted)
    if value is None:
        return Estimate(None, None, None, len(truth))
    return _estimate(value, _resampled(measure, truth, predicted, rounds, seed), len(truth))


def bootstrap_difference(
    measure: Measure, truth: Values, first: Values, second: Values, rounds: int = 1000, seed: int = 0
) -> tuple[Estimate, float | None]:
    """How much larger a measure is for the second predictions than for the first on the same rows.

    :returns: the difference with its paired bootstrap interval, and the two-sided bootstrap p-value of no difference;
        None for a measure that does not apply to both.
    """
    before, after = measure(truth, first), measure(truth, second)
    if before is None or after is None:
        return Estimate(None, None, None, len(truth)), None
    samples = _resampled(measure, truth, second, rounds, seed) - _resampled(measure, truth, first, rounds, seed)
    known = samples[~np.isnan(samples)]
    # one is added, as the observed sample itself is one more (Davison and Hinkley 1997)
    tail = (1 + min(int((known <= 0).sum()), int((known >= 0).sum()))) / (len(known) + 1)
    return _estimate(after - before, samples, len(truth)), min(1.0, 2 * tail)
