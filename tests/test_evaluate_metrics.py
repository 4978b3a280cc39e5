"""Measures against scikit-learn and scipy, and intervals against a known truth."""

from collections.abc import Callable

import numpy as np
import pytest
import scipy.stats
import sklearn.metrics
from hypothesis import given, settings
from hypothesis import strategies as st

from scorer import metrics

SEEDS = st.integers(0, 10_000)
ROWS = 40


def drawn(seed: int) -> tuple[metrics.Values, metrics.Values, metrics.Values, metrics.Values]:
    """Grades with ties, and yes or no, each as truth and prediction; both answers occur."""
    generator = np.random.default_rng(seed)
    truth, predicted = np.round(generator.normal(size=(2, ROWS)), 1)
    truth[:2], predicted[:2] = (-1, 1), (1, -1)
    return truth, predicted, (truth > 0.3).astype(float), (predicted > 0.3).astype(float)


@settings(max_examples=50, deadline=None)
@given(SEEDS)
def test_measures_agree_with_scikit_learn_and_scipy(seed: int) -> None:
    truth, predicted, labels, decisions = drawn(seed)
    expected = {
        metrics.spearman: scipy.stats.spearmanr(truth, predicted)[0],
        metrics.root_mean_squared_error: sklearn.metrics.root_mean_squared_error(truth, predicted),
    }
    for measure, value in expected.items():
        assert measure(truth, predicted) == pytest.approx(value, abs=1e-9)
    assert metrics.average_precision(labels, predicted) == pytest.approx(
        sklearn.metrics.average_precision_score(labels, predicted), abs=1e-9
    )
    assert metrics.roc_auc(labels, predicted) == pytest.approx(
        sklearn.metrics.roc_auc_score(labels, predicted), abs=1e-9
    )
    known = {"precision": metrics.precision, "recall": metrics.recall, "f1": metrics.f1}
    for name, measure in known.items():
        value = getattr(sklearn.metrics, f"{name}_score")(labels, decisions)
        assert measure(labels, decisions) == pytest.approx(value, abs=1e-9)
    brier = sklearn.metrics.brier_score_loss(labels, scipy.special.expit(predicted))
    assert metrics.mean_squared_error(labels, scipy.special.expit(predicted)) == pytest.approx(brier, abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(SEEDS)
def test_averages_over_labels_agree_with_scikit_learn(seed: int) -> None:
    generator = np.random.default_rng(seed)
    truth, found = (generator.random((2, ROWS, 3)) < 0.4).astype(float)
    truth[0] = found[0] = 1
    for average, measure in (("macro", metrics.macro_f1), ("micro", metrics.f1)):
        value = sklearn.metrics.f1_score(truth, found, average=average)
        assert measure(truth, found) == pytest.approx(value, abs=1e-9)


def one_by_one(measure: metrics.Measure) -> metrics.Measure:
    """The same measure, of which the bootstrap does not know how to resample it at once."""

    def same(truth: metrics.Values, predicted: metrics.Values) -> float | None:
        return measure(truth, predicted)

    return same


GRADED = (metrics.pearson, metrics.spearman, metrics.mean_absolute_error, metrics.root_mean_squared_error)
YES_OR_NO = (metrics.precision, metrics.recall, metrics.f1)
RANKED = (metrics.roc_auc, metrics.average_precision)


@settings(max_examples=15, deadline=None)
@given(SEEDS)
def test_resampling_at_once_is_resampling_one_by_one(seed: int) -> None:
    truth, predicted, labels, decisions = drawn(seed)
    cases = [(measure, truth, predicted) for measure in (*GRADED, metrics.mean_squared_error, metrics.mean_difference)]
    cases += [(measure, labels, decisions) for measure in YES_OR_NO]
    cases += [(measure, labels, predicted) for measure in RANKED]
    flags = (np.random.default_rng(seed).random((2, ROWS, 3)) < 0.1).astype(float)
    cases += [(measure, *flags) for measure in (metrics.f1, metrics.macro_f1)]
    for measure, first, second in cases:
        fast = metrics.bootstrap(measure, first, second, rounds=25)
        slow = metrics.bootstrap(one_by_one(measure), first, second, rounds=25)
        assert (fast.value, fast.low, fast.high) == pytest.approx((slow.value, slow.low, slow.high), abs=1e-9)


def test_intervals_cover_a_known_truth_95_times_in_100() -> None:
    """Pearson's r of 0.6 and the mean absolute error of a normal error, each in 800 samples of 200 rows."""
    generator = np.random.default_rng(5)
    expected = {metrics.pearson: 0.6, metrics.mean_absolute_error: 0.8 * np.sqrt(2 / np.pi)}
    hits = dict.fromkeys(expected, 0)
    for seed in range(800):
        predicted = generator.normal(size=200)
        truth = 0.6 * predicted + 0.8 * generator.normal(size=200)
        for measure, value in expected.items():
            against = 0.6 * predicted if measure is metrics.mean_absolute_error else predicted
            found = metrics.bootstrap(measure, truth, against, rounds=250, seed=seed)
            hits[measure] += found.low <= value <= found.high  # type: ignore[operator]
    assert all(0.93 <= count / 800 <= 0.97 for count in hits.values()), hits


def test_a_difference_is_paired_and_its_p_value_tells_chance_from_a_real_one() -> None:
    generator = np.random.default_rng(2)
    truth = generator.normal(size=300)
    noise = generator.normal(size=300)
    worse, better = truth + 1.2 * noise, truth + noise
    difference, p = metrics.bootstrap_difference(metrics.mean_absolute_error, truth, worse, better)
    assert difference.value == pytest.approx(-0.2 * np.abs(noise).mean())
    assert difference.high < 0  # type: ignore[operator]
    assert p is not None
    assert p < 0.01
    alone = metrics.bootstrap(metrics.mean_absolute_error, truth, better)
    assert difference.high - difference.low < (alone.high - alone.low) / 2  # type: ignore[operator]
    same, p = metrics.bootstrap_difference(metrics.pearson, truth, better, better)
    assert (same.value, same.low, same.high, p) == (0, 0, 0, 1)


@pytest.mark.parametrize(
    ("measure", "truth", "predicted"),
    [
        (metrics.precision, [1.0, 0.0], [0.0, 0.0]),
        (metrics.recall, [0.0, 0.0], [1.0, 0.0]),
        (metrics.average_precision, [0.0, 0.0], [0.2, 0.1]),
        (metrics.root_mean_squared_error, [], []),
        (metrics.mean_difference, [], []),
        (metrics.macro_f1, [[0.0], [0.0]], [[0.0], [0.0]]),
        (metrics.spearman, [1.0, 1.0], [0.0, 1.0]),
    ],
)
def test_what_does_not_apply_is_none(
    measure: Callable[..., float | None], truth: list[float], predicted: list[float]
) -> None:
    first, second = np.array(truth), np.array(predicted)
    assert measure(first, second) is None
    assert metrics.bootstrap(measure, first, second).value is None
    assert metrics.bootstrap_difference(measure, first, second, second)[1] is None


def test_resamples_without_variance_are_left_out() -> None:
    truth, predicted = np.array([0.1, 0.1, 0.1, 0.7]), np.array([0.3, 0.3, 0.3, 0.4])
    found = metrics.bootstrap(metrics.pearson, truth, predicted, rounds=200)
    assert found.low == pytest.approx(1)
    assert found.high == pytest.approx(1)


def test_one_row_has_a_value_and_no_interval() -> None:
    found = metrics.bootstrap(metrics.mean_absolute_error, np.array([1.0]), np.array([3.0]))
    assert found == metrics.Estimate(2.0, None, None, 1)
