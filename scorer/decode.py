"""From the numbers a head puts out to scores: pure functions over arrays, shared by training and inference."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def sigmoid(logits: Array) -> Array:
    """The logistic function, without overflow for large negative logits."""
    found: Array = 0.5 * (1.0 + np.tanh(0.5 * logits))
    return found


def softmax(logits: Array) -> Array:
    """Softmax over the last axis."""
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    found: Array = shifted / shifted.sum(axis=-1, keepdims=True)
    return found


def expected_level(probabilities: Array, levels: Array) -> Array:
    """The mean of a distribution over levels.

    :param probabilities: (rows, levels), each row summing to 1.
    :param levels: (levels,), rising.
    :returns: (rows,), within the range of the levels.
    """
    found: Array = probabilities @ levels
    return found


def level_quantile(probabilities: Array, levels: Array, quantile: float) -> Array:
    """A quantile of a distribution over evenly spaced levels, each level's mass spread evenly over its cell.

    :param probabilities: (rows, levels), each row summing to 1.
    :param levels: (levels,), rising in equal steps.
    :param quantile: 0-1.
    :returns: (rows,), within half a step of the range of the levels.
    """
    below = np.cumsum(probabilities, axis=1)
    cell = np.minimum((below < quantile).sum(axis=1), len(levels) - 1)
    rows = np.arange(len(probabilities))
    inside = np.maximum(probabilities[rows, cell], 1e-9)
    fraction = (quantile - (below[rows, cell] - probabilities[rows, cell])) / inside
    step = levels[1] - levels[0]
    found: Array = levels[cell] + (np.clip(fraction, 0.0, 1.0) - 0.5) * step
    return found


def ordinal_probabilities(logits: Array) -> Array:
    """P(level >= 1), P(level >= 2), … from cumulative logits, made non-increasing.

    :param logits: (..., levels).
    :returns: (..., levels), each 0-1, non-increasing along the last axis.
    """
    return np.minimum.accumulate(sigmoid(logits), axis=-1)
