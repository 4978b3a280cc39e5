"""Sentence and passage heads: their calibration on rows the model was not trained on, and their figures.

As in `calibrate.py`: what ships is fitted on all dev rows, figures are cross-fitted over two halves of the outlets.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from datasets import Dataset
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from scorer.bundle import PhraseRule, Platt
from scorer.decode import sigmoid, softmax
from scorer.labels import FRAMES, KINDS
from scorer.metrics import Values, bootstrap, calibration_error, f1, macro_f1, pearson, roc_auc
from scorer.predict import scaled
from training.baselines import constant_mean, tfidf_logistic, tfidf_ridge
from training.calibrate import (
    Flags,
    fit_levels,
    fit_platt,
    marked_characters,
    phrase_f1,
    predicted_phrases,
    probability_report,
)
from training.data import Encoded
from training.train import Predictions

Folds = NDArray[np.int64]

#: Phrases of headlines are judged on those rated at least this high, as plain ones have none.
HOT = 30.0
#: Frames with fewer dev passages than this are left out of the macro average.
MIN_SUPPORT = 20


def rows_of(rows: Encoded, form: str) -> list[int]:
    """The numbers of the rows of one form."""
    return [row for row, found in enumerate(rows.forms) if found == form]


def fit_temperature(logits: Values, truth: NDArray[np.int64]) -> float:
    """The temperature that makes a softmax most likely (Guo et al. 2017).

    :param logits: (rows, classes); `truth`: (rows,) class numbers.
    """
    if not len(truth):
        return 1.0

    def loss(log_temperature: float) -> float:
        right = softmax(logits / np.exp(log_temperature))[np.arange(len(truth)), truth]
        return float(-np.log(np.maximum(right, 1e-9)).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-2, 2), method="bounded").x))


def kind_report(logits: Values, truth: NDArray[np.int64], folds: Folds) -> dict[str, float | int | None]:
    """Calibration error of the most likely kind before and after, accuracy, and macro-F1 over the kinds."""
    after = np.zeros_like(logits)
    for fold in (0, 1):
        after[folds == fold] = logits[folds == fold] / fit_temperature(logits[folds != fold], truth[folds != fold])
    right = (logits.argmax(axis=1) == truth).astype(np.float64)
    each = [
        f1((truth == kind).astype(np.float64), (logits.argmax(axis=1) == kind).astype(np.float64))
        for kind in range(1, len(KINDS) + 1)
    ]
    known = [value for value in each if value is not None]
    return {
        "before": calibration_error(right, softmax(logits).max(axis=1)),
        "after": calibration_error(right, softmax(after).max(axis=1)),
        "accuracy": float(right.mean()) if len(right) else None,
        "macro_f1": float(np.mean(known)) if known else None,
        "n": len(truth),
    }


def calibrate_sentences(
    rows: Encoded, guess: Predictions, folds: Folds, rule: PhraseRule
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Settings of the sentence heads for `config.json`, and how well calibration holds.

    :param rows: sentences only; `guess` and `folds` belong to them.
    :param rule: how their loaded phrases are found.
    """
    bias, opinion = rows.targets.bias > 0.5, rows.targets.opinion > 0.5
    kinds = rows.targets.kind.argmax(axis=1)
    heads = {
        "bias": {"calibration": [asdict(level) for level in fit_levels(guess.bias, bias)]},
        "opinion": {"calibration": [asdict(level) for level in fit_levels(guess.opinion, opinion)]},
        "kind": {"labels": list(KINDS), "temperature": fit_temperature(guess.kind, kinds)},
    }
    loaded = [row for row in range(len(rows)) if bias[row, 0]]
    report = {
        "bias": asdict(probability_report(guess.bias[:, 0], bias[:, 0], folds)),
        "opinion": asdict(probability_report(guess.opinion[:, 0], opinion[:, 0], folds)),
        "kind": kind_report(guess.kind, kinds, folds),
        "phrases": phrase_report(rows, guess, loaded, rule),
    }
    return heads, report


def phrase_report(
    rows: Encoded, guess: Predictions, picked: Sequence[int], rule: PhraseRule
) -> dict[str, float | int | None]:
    """F1 of marked characters beside marking the whole text, and how much is marked against the raters' share."""
    marked, truth, length = 0, 0, 0
    for row in picked:
        marked += len(marked_characters(predicted_phrases(rows, guess, row, rule)))
        truth += len(marked_characters(rows.spans[row]))
        length += len(rows.texts[row])
    return {
        "f1": phrase_f1(rows, guess, picked, rule),
        # every character a rater marked lies inside the whole text
        "whole_text_f1": 2 * truth / (length + truth) if length + truth else None,
        "marked_share": marked / truth if truth else None,
        "n": len(picked),
    }


def sentence_figures(train: Dataset, rows: Encoded, guess: Predictions) -> dict[str, Any]:
    """Bias and opinion against the raters, beside TF-IDF and the mean.

    :param train: sentences that were learned from; `rows`: other sentences; `guess` belongs to these.
    """
    bias, opinion = (known.astype(np.float64).sum(axis=1) for known in (rows.targets.bias, rows.targets.opinion))
    texts, learned = list(train["text"]), [np.array(train[name], dtype=np.float64) for name in ("bias", "opinion")]
    guesses = {
        "model": (guess.bias_level, sigmoid(guess.bias[:, 0]), guess.opinion_level),
        "tfidf": (
            tfidf_ridge(texts, learned[0], rows.texts),
            tfidf_logistic(texts, (learned[0] >= 1)[:, None], rows.texts)[:, 0],
            tfidf_ridge(texts, learned[1], rows.texts),
        ),
        "mean": tuple(constant_mean(values, len(rows)) for values in (learned[0], learned[0], learned[1])),
    }
    present = (bias >= 1).astype(np.float64)
    return {
        name: {
            "bias_pearson": bootstrap(pearson, bias, level).to_dict(),
            "bias_auc": bootstrap(roc_auc, present, probability).to_dict(),
            "opinion_pearson": bootstrap(pearson, opinion, view).to_dict(),
        }
        for name, (level, probability, view) in guesses.items()
    }


def best_threshold(probabilities: Values) -> float:
    """The threshold with the highest expected F1, taking calibrated probabilities at their word (Lipton et al. 2014).

    It uses no labels, so it is steadier than a search over a few dozen positives.

    :param probabilities: (rows,) 0-1.
    """
    if not len(probabilities):
        return 0.5
    falling = np.sort(probabilities)[::-1]
    expected = 2 * np.cumsum(falling) / (np.arange(1, len(falling) + 1) + falling.sum())
    return float(falling[expected.argmax()])


def fit_frames(logits: Values, truth: Flags) -> tuple[list[Platt], list[float]]:
    """Calibration and threshold of each frame.

    :param logits: (rows, frames); `truth`: (rows, frames).
    """
    calibration = [fit_platt(logits[:, frame], truth[:, frame]) for frame in range(len(FRAMES))]
    probabilities = frame_probabilities(logits, calibration)
    return calibration, [best_threshold(probabilities[:, frame]) for frame in range(len(FRAMES))]


def frame_probabilities(logits: Values, calibration: Sequence[Platt]) -> Values:
    """Calibrated probabilities, (rows, frames)."""
    return np.asarray(sigmoid(scaled(logits, calibration)), dtype=np.float64)


def cross_fitted_frames(logits: Values, truth: Flags, folds: Folds) -> tuple[Values, Flags]:
    """Probabilities and decisions of each row, by what was fitted on the other fold."""
    probabilities, present = np.zeros(logits.shape), np.zeros(logits.shape, dtype=bool)
    for fold in (0, 1):
        calibration, thresholds = fit_frames(logits[folds != fold], truth[folds != fold])
        probabilities[folds == fold] = frame_probabilities(logits[folds == fold], calibration)
        present[folds == fold] = probabilities[folds == fold] >= np.array(thresholds)
    return probabilities, present


def over_rows(measure: Callable[[Values, Values], float | None]) -> Callable[[Values, Values], float | None]:
    """A measure over all decisions of the given rows at once (micro average)."""
    return lambda truth, found: measure(truth.ravel(), found.ravel())


def decision_figures(truth: Flags, present: Flags) -> dict[str, Any]:
    """Micro-F1 over all frames, macro-F1 over those with enough passages."""
    often = truth.sum(axis=0) >= MIN_SUPPORT
    known, found = truth.astype(np.float64), present.astype(np.float64)
    return {
        "micro_f1": bootstrap(over_rows(f1), known, found).to_dict(),
        "macro_f1": bootstrap(macro_f1, known[:, often], found[:, often]).to_dict(),
    }


def passage_figures(train: Dataset, rows: Encoded, guess: Predictions, folds: Folds) -> dict[str, Any]:
    """Frames against the raters, cross-fitted, beside TF-IDF with logistic regression and the commonest frame.

    :param train: passages that were learned from; `rows`: other passages; `guess` and `folds` belong to these.
    """
    truth = rows.targets.frames > 0.5
    probabilities, present = cross_fitted_frames(guess.frames, truth, folds)
    learned = np.array(train["frames"]) > 0.5
    baseline = tfidf_logistic(list(train["text"]), learned, rows.texts)
    commonest = np.zeros_like(truth)
    commonest[:, learned.sum(axis=0).argmax()] = True
    each = {}
    for number, frame in enumerate(FRAMES):
        known, found = truth[:, number].astype(np.float64), present[:, number].astype(np.float64)
        hits = float((known * found).sum())
        each[frame] = {
            "precision": hits / found.sum() if found.any() else None,
            "recall": hits / known.sum() if known.any() else None,
            "f1": f1(known, found),
            "auc": roc_auc(known, probabilities[:, number]),
            "calibration_error": calibration_error(known, probabilities[:, number]),
            "n": int(known.sum()),
        }
    return {
        "model": decision_figures(truth, present),
        "tfidf": decision_figures(truth, baseline >= best_thresholds(baseline)),
        "commonest": decision_figures(truth, commonest),
        "by_frame": each,
        "calibration": {
            "before": calibration_error(truth.ravel().astype(np.float64), sigmoid(guess.frames).ravel()),
            "after": calibration_error(truth.ravel().astype(np.float64), probabilities.ravel()),
            "n": int(truth.size),
        },
    }


def best_thresholds(probabilities: Values) -> Values:
    """`best_threshold` of each column."""
    return np.array([best_threshold(probabilities[:, column]) for column in range(probabilities.shape[1])])


def calibrate_passages(rows: Encoded, guess: Predictions) -> dict[str, Any]:
    """Settings of the frame head for `config.json`; its figures are in `passage_figures`."""
    calibration, thresholds = fit_frames(guess.frames, rows.targets.frames > 0.5)
    return {
        "labels": list(FRAMES),
        "calibration": [asdict(platt) for platt in calibration],
        "thresholds": thresholds,
    }
