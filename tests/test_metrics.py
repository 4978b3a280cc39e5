import numpy as np
import pytest
import scipy.stats
import sklearn.metrics
from hypothesis import given
from hypothesis import strategies as st

from scorer import metrics

SEEDS = st.integers(0, 10_000)


@given(SEEDS)
def test_metrics_agree_with_scikit_learn_and_scipy(seed: int) -> None:
    generator = np.random.default_rng(seed)
    truth, predicted = generator.normal(size=40), np.round(generator.normal(size=40), 1)
    labels = (truth > 0).astype(float)
    decisions = (predicted > 0).astype(float)
    assert metrics.pearson(truth, predicted) == pytest.approx(scipy.stats.pearsonr(truth, predicted)[0], abs=1e-9)
    assert metrics.mean_absolute_error(truth, predicted) == pytest.approx(
        sklearn.metrics.mean_absolute_error(truth, predicted), abs=1e-9
    )
    assert metrics.mean_squared_error(truth, predicted) == pytest.approx(
        sklearn.metrics.mean_squared_error(truth, predicted), abs=1e-9
    )
    assert metrics.roc_auc(labels, predicted) == pytest.approx(
        sklearn.metrics.roc_auc_score(labels, predicted), abs=1e-9
    )
    assert metrics.f1(labels, decisions) == pytest.approx(sklearn.metrics.f1_score(labels, decisions), abs=1e-9)


def test_a_metric_that_does_not_apply_is_none() -> None:
    nothing, ones = np.array([]), np.ones(3)
    assert metrics.pearson(ones, np.array([1.0, 2.0, 3.0])) is None
    assert metrics.mean_absolute_error(nothing, nothing) is None
    assert metrics.roc_auc(ones, ones) is None
    assert metrics.f1(np.zeros(3), np.zeros(3)) is None
    assert metrics.calibration_error(nothing, nothing) is None
    assert metrics.coverage(nothing, nothing, nothing) is None
    assert metrics.bootstrap(metrics.pearson, ones, ones) == metrics.Estimate(None, None, None, 3)


def test_calibration_error_and_coverage_by_hand() -> None:
    truth, probability = np.array([0.0, 1.0, 1.0, 1.0]), np.array([0.2, 0.2, 0.8, 0.8])
    assert metrics.calibration_error(truth, probability, bins=2) == pytest.approx((2 * 0.3 + 2 * 0.2) / 4)
    low, high = np.array([0.0, 0.0, 2.0, 1.0]), np.array([1.0, 0.5, 3.0, 1.0])
    assert metrics.coverage(truth, low, high) == 0.5


def test_the_bootstrap_interval_surrounds_the_value_and_narrows_with_rows() -> None:
    generator = np.random.default_rng(1)
    widths = []
    for rows in (50, 5000):
        truth = generator.normal(size=rows)
        found = metrics.bootstrap(metrics.mean_absolute_error, truth, np.zeros(rows), rounds=300)
        assert found.low < found.value < found.high  # type: ignore[operator]
        widths.append(found.high - found.low)  # type: ignore[operator]
    assert widths[1] < widths[0] / 5
