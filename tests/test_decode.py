"""From a head's numbers to a score's quantiles and interval."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scorer.bundle import Interval
from scorer.decode import level_quantiles
from scorer.predict import intervals

LEVELS = np.arange(0, 101, 5)
MASSES = st.lists(st.integers(0, 50), min_size=len(LEVELS), max_size=len(LEVELS)).filter(any)
PLAIN, HOT = (LEVELS == 10).astype(float), (LEVELS == 80).astype(float)


@settings(deadline=None)
@given(st.lists(MASSES, min_size=1, max_size=4), st.floats(0.02, 0.5), st.floats(0.5, 0.98))
def test_quantiles_are_where_the_cumulative_distribution_reaches_them(
    masses: list[list[int]], low: float, high: float
) -> None:
    probabilities = np.array(masses, dtype=float) / np.sum(masses, axis=1, keepdims=True)
    edges = np.append(LEVELS, LEVELS[-1] + 5) - 2.5
    for quantile, values in zip((low, high), level_quantiles(probabilities, LEVELS, (low, high)), strict=True):
        for row, value in zip(probabilities, values, strict=True):
            reached = np.interp(value, edges, np.append(0, np.cumsum(row)))
            assert reached == pytest.approx(quantile, abs=1e-6)


def test_an_interval_is_widened_by_the_margin_of_its_scores_band() -> None:
    rule = Interval(nominal=0.9, low_quantile=0.05, high_quantile=0.95, margins=((0.0, 1.0), (60.0, 20.0)))
    low, high = intervals(np.array([PLAIN, HOT]), np.array([10.0, 80.0]), LEVELS, rule)
    assert low == pytest.approx([10 - 2.25 - 1, 80 - 2.25 - 20])
    assert high == pytest.approx([10 + 2.25 + 1, 100])  # 102.25, cut at the end of the scale
    below_all, _ = intervals(np.array([PLAIN]), np.array([10.0]), LEVELS, Interval(0.9, 0.05, 0.95, ((20.0, 3.0),)))
    assert below_all == pytest.approx([10 - 2.25 - 3])
