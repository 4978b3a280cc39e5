"""Calibration: intervals and probabilities from rows the model was not trained on, and how well they then hold.

What ships is fitted on all dev rows; every figure reported is cross-fitted over two halves of the outlets, so no row
is judged by numbers it helped to choose.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from scorer.bundle import Interval, PhraseRule, Platt
from scorer.decode import expected_level, level_quantiles, sigmoid, softmax
from scorer.labels import BANDS, band_of
from scorer.metrics import Values, calibration_error, coverage
from scorer.predict import calibrated, find_phrases, intervals
from training.data import LEVELS, Encoded
from training.train import Predictions

Flags = NDArray[np.bool_]

NOMINAL = 0.9
QUANTILES = (0.05, 0.95)
#: Fewer rows than this in a band of predicted scores do not fix a 90% quantile; the band joins the one below.
MIN_BAND_ROWS = 40
MIN_POSITIVES = 8


def fit_platt(logits: Values, truth: Flags) -> Platt:
    """Platt scaling of one logit; left as it is where there are too few rows of either kind to fit it.

    :param logits: (rows,); `truth`: (rows,).
    """
    if min(truth.sum(), (~truth).sum()) < MIN_POSITIVES:
        return Platt(1.0, 0.0)
    fitted = LogisticRegression(C=1e4).fit(logits.reshape(-1, 1), truth)
    scale = float(fitted.coef_[0, 0])
    return Platt(scale, float(fitted.intercept_[0])) if scale > 0 else Platt(1.0, 0.0)


def fit_strength(logits: Values, truth: Values) -> Platt:
    """Scale and shift of a logit that make its sigmoid closest to a graded truth, by squared error.

    :param logits: (rows,); `truth`: (rows,) 0-1.
    """
    if len(logits) < MIN_BAND_ROWS:
        return Platt(1.0, 0.0)

    def error(parameters: Values) -> float:
        return float(((sigmoid(parameters[0] * logits + parameters[1]) - truth) ** 2).mean())

    found = minimize(error, np.array([1.0, 0.0]), method="Nelder-Mead").x
    return Platt(float(found[0]), float(found[1]))


def conformal_margin(excess: Values, nominal: float) -> float:
    """The margin that covers the nominal share of rows: their finite-sample quantile (Romano et al. 2019, eq. 8).

    :param excess: (rows,) by how many points the truth lies outside the raw interval (negative inside).
    """
    rank = int(np.ceil((len(excess) + 1) * nominal))
    return float(np.sort(excess)[min(rank, len(excess)) - 1])


def fit_interval(logits: Values, truth: Values) -> Interval:
    """Conformalised quantile regression with one margin for each band of the predicted score.

    :param logits: (rows, levels); `truth`: (rows,) 0-100.
    """
    scores, low, high = raw_interval(logits)
    excess = np.maximum(low - truth, truth - high)
    margins: list[tuple[float, float]] = []
    top = np.inf
    for _, lowest in reversed(BANDS):
        rows = (scores >= lowest) & (scores < top)
        if rows.sum() >= MIN_BAND_ROWS or lowest == 0.0:
            margins.insert(0, (lowest, conformal_margin(excess[rows], NOMINAL) if rows.any() else 0.0))
            top = lowest
    return Interval(NOMINAL, *QUANTILES, tuple(margins))


def raw_interval(logits: Values) -> tuple[Values, Values, Values]:
    """Score and both quantiles of the predicted distributions, (rows,) each."""
    levels, probabilities = np.array(LEVELS), softmax(logits)
    low, high = level_quantiles(probabilities, levels, QUANTILES)
    return expected_level(probabilities, levels), low, high


def apply_interval(logits: Values, interval: Interval) -> tuple[Values, Values]:
    """Low and high of each row, (rows,) each, 0-100."""
    levels, probabilities = np.array(LEVELS), softmax(logits)
    return intervals(probabilities, expected_level(probabilities, levels), levels, interval)


def interval_report(logits: Values, truth: Values, folds: NDArray[np.int64], random: Flags) -> dict[str, Any]:
    """Cross-fitted coverage and width: overall on rows sampled at random, by band on all rows.

    :param folds: (rows,), 0 or 1: each row is judged by the interval fitted on the other fold.
    """
    low, high = np.zeros(len(truth)), np.zeros(len(truth))
    for fold in (0, 1):
        fitted = fit_interval(logits[folds != fold], truth[folds != fold])
        low[folds == fold], high[folds == fold] = apply_interval(logits[folds == fold], fitted)
    bands = np.array([band_of(float(score)) for score in raw_interval(logits)[0]])

    def figures(rows: Flags) -> dict[str, float | int | None]:
        width = float((high - low)[rows].mean()) if rows.any() else None
        return {"coverage": coverage(truth[rows], low[rows], high[rows]), "width": width, "n": int(rows.sum())}

    report: dict[str, Any] = {"nominal": NOMINAL, "overall": figures(random)}
    report["by_predicted_band"] = {name: figures(bands == name) for name, _ in BANDS}
    return report


@dataclass(frozen=True)
class ProbabilityReport:
    """Calibration error of one probability before and after scaling, cross-fitted."""

    before: float | None
    after: float | None
    n: int
    positives: int


def probability_report(logits: Values, truth: Flags, folds: NDArray[np.int64]) -> ProbabilityReport:
    """Adaptive expected calibration error before and after Platt scaling fitted on the other fold."""
    after = np.zeros(len(truth))
    for fold in (0, 1):
        platt = fit_platt(logits[folds != fold], truth[folds != fold])
        after[folds == fold] = calibrated(logits[folds == fold], platt)
    labels = truth.astype(np.float64)
    return ProbabilityReport(
        before=calibration_error(labels, sigmoid(logits)),
        after=calibration_error(labels, after),
        n=len(truth),
        positives=int(truth.sum()),
    )


def fit_levels(logits: Values, reached: Flags) -> list[Platt]:
    """Platt scaling of P(level >= 1, 2, …).

    :param logits: (rows, levels); `reached`: (rows, levels).
    """
    return [fit_platt(logits[:, level], reached[:, level]) for level in range(logits.shape[1])]


def known_tokens(predictions: Predictions, rows: Encoded, picked: Sequence[int]) -> tuple[Values, Flags, Values]:
    """Logits and targets of all real tokens of the picked rows, and the row each belongs to."""
    logits, inside, owner = [], [], []
    for row in picked:
        target = rows.targets.tokens[row]
        known = ~np.isnan(target)
        logits.append(predictions.tokens[row][known])
        inside.append(target[known] > 0)
        owner.append(np.full(int(known.sum()), row))
    return np.concatenate(logits), np.concatenate(inside), np.concatenate(owner)


def marked_characters(spans: Sequence[tuple[int, int]]) -> set[int]:
    """The character positions inside any of the spans."""
    return {position for start, end in spans for position in range(start, end)}


def predicted_phrases(rows: Encoded, predictions: Predictions, row: int, rule: PhraseRule) -> list[tuple[int, int]]:
    """Spans of the loaded phrases found in one row."""
    found = find_phrases(rows.texts[row], rows.offsets[row], predictions.tokens[row], rule)
    return [(phrase.start, phrase.end) for phrase in found]


def phrase_f1(rows: Encoded, predictions: Predictions, picked: Sequence[int], rule: PhraseRule) -> float | None:
    """F1 of marked characters over all picked rows, against the raters' phrases."""
    hits = total = 0
    for row in picked:
        marked = marked_characters(predicted_phrases(rows, predictions, row, rule))
        truth = marked_characters(rows.spans[row])
        hits += len(marked & truth)
        total += len(marked) + len(truth)
    return 2 * hits / total if total else None


def choose_rule(rows: Encoded, predictions: Predictions, picked: Sequence[int], platt: Platt) -> PhraseRule:
    """The threshold and link with the best F1 of marked characters on rows set aside for choosing."""
    rules = [PhraseRule(platt, t / 100, t * share / 100) for t in range(20, 65, 5) for share in (0.5, 0.7, 1.0)]
    return max(rules, key=lambda rule: phrase_f1(rows, predictions, picked, rule) or 0.0)
