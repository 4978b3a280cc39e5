"""From the numbers a head puts out to scores: pure functions over arrays, shared by training and inference."""

from collections.abc import Sequence
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


def level_quantiles(probabilities: Array, levels: Array, quantiles: Sequence[float]) -> tuple[Array, ...]:
    """Quantiles of a distribution over evenly spaced levels, each level's mass spread evenly over its cell.

    :param probabilities: (rows, levels), each row summing to 1.
    :param levels: (levels,), rising in equal steps.
    :param quantiles: 0-1 each.
    :returns: (rows,) each, within half a step of the range of the levels.
    """
    before = (probabilities.cumsum(axis=1) - probabilities)[:, np.newaxis]
    wanted = np.array(quantiles)[:, np.newaxis]
    # how much of each cell lies below the quantile: all of it, a part, or nothing
    filled = (wanted - before) / np.maximum(probabilities, 1e-9)[:, np.newaxis]
    cells = np.minimum(np.maximum(filled, 0.0), 1.0).sum(axis=2)
    step = levels[1] - levels[0]
    return tuple((levels[0] - 0.5 * step + step * cells).T)


def ordinal_probabilities(logits: Array) -> Array:
    """P(level >= 1), P(level >= 2), … from cumulative logits, made non-increasing.

    :param logits: (..., levels).
    :returns: (..., levels), each 0-1, non-increasing along the last axis.
    """
    return np.minimum.accumulate(sigmoid(logits), axis=-1)


def band_margins(scores: Array, margins: Sequence[tuple[float, float]]) -> Array:
    """The conformal margin of the band that each score lies in.

    :param scores: (rows,).
    :param margins: lowest score of each band and its margin, rising; scores below all of them take the first.
    :returns: (rows,).
    """
    lowest, by_band = np.array(margins).T
    found: Array = by_band[np.maximum(lowest.searchsorted(scores, side="right") - 1, 0)]
    return found
