"""What a head needs besides its weights: calibration, thresholds, intervals, all from rows it was not fitted on."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from scorer.bundle import PhraseRule, Platt
from scorer.decode import sigmoid
from scorer.metrics import Values
from scorer.own_heads import OwnHead
from scorer.predict import find_phrases
from training.body import best_threshold, fit_temperature
from training.calibrate import (
    MIN_BAND_ROWS,
    NOMINAL,
    conformal_margin,
    fit_interval,
    fit_levels,
    fit_platt,
    fit_strength,
    marked_characters,
)
from training.data import Encoded
from training.retrain.heads import Task, Weights
from training.retrain.labelled import Labelled

#: Lower ends of the bands of predicted grades that may have an interval of their own, from the highest.
_BANDS: Final = (0.8, 0.6, 0.4, 0.2, 0.0)
#: Digits of a weight that are kept.
_DIGITS: Final = 6


def own_head(task: Task, data: Labelled, weights: Weights, out_of_fold: Sequence[Values], rows: Encoded) -> OwnHead:
    """A head of the user's own, ready to be written.

    :param out_of_fold: logits of each row by a model that has not seen it, NaN where there is none.
    """
    judged = judged_rows(out_of_fold)
    logits = np.concatenate if task.by_token else np.stack
    given = logits([out_of_fold[row] for row in judged]).astype(np.float64)
    truth = task.rows(judged).astype(np.float64)
    head = OwnHead(
        name=task.name,
        kind=task.kind,
        names=task.names or (task.name,),
        weight=rounded(weights.weight.T),
        bias=rounded(weights.bias),
        calibration=(Platt(1.0, 0.0),) * task.outputs,
        thresholds=(0.5,) * task.outputs,
        scale=data.scale,
    )
    if task.kind == "graded":
        return graded_head(head, given[:, 0], truth[:, 0])
    if task.kind == "classes":
        scale = 1 / fit_temperature(given, truth.argmax(axis=1))
        return replace(head, calibration=(Platt(scale, 0.0),) * task.outputs)
    if task.kind == "phrases":
        return phrase_head(head, given, truth, data, out_of_fold, rows, judged)
    calibration, thresholds = by_column(given, truth)
    return replace(head, calibration=tuple(calibration), thresholds=tuple(thresholds))


def judged_rows(out_of_fold: Sequence[Values]) -> NDArray[np.int64]:
    """The rows that a model which has not seen them has judged."""
    return np.flatnonzero([found.size > 0 and not np.isnan(found).any() for found in out_of_fold])


def rounded(values: Values) -> Values:
    """Numbers as a file keeps them, so that what is written and what is in memory score the same."""
    return np.array([float(f"{value:.{_DIGITS}g}") for value in values.ravel()]).reshape(values.shape)


def by_column(logits: Values, truth: Values) -> tuple[list[Platt], list[float]]:
    """Calibration of each label, and the probability from which it is present: that of the best expected F1.

    :param logits: (rows, labels); `truth`: (rows, labels), NaN where missing.
    """
    calibration, thresholds = [], []
    for given, wanted in zip(logits.T, truth.T, strict=True):
        known = ~np.isnan(wanted)
        platt = fit_platt(given[known], wanted[known] > 0.5)
        calibration.append(platt)
        thresholds.append(best_threshold(sigmoid(platt.scale * given[known] + platt.shift)))
    return calibration, thresholds


def graded_head(head: OwnHead, logits: Values, truth: Values) -> OwnHead:
    """Calibrated grades with conformal margins by band of the grade.

    :param logits: (rows,); `truth`: (rows,) 0-1.
    """
    platt = fit_strength(logits, truth)
    if platt.scale <= 0:  # fitted on too few rows to tell up from down
        platt = Platt(1.0, 0.0)
    grades = sigmoid(platt.scale * logits + platt.shift)
    apart = np.abs(truth - grades)
    margins: list[tuple[float, float]] = []
    top = np.inf
    for lowest in _BANDS:
        rows = (grades >= lowest) & (grades < top)
        if rows.sum() >= MIN_BAND_ROWS or lowest == 0.0:
            # of a lowest band too thin to tell, the margin of all rows
            thin = rows.sum() < MIN_BAND_ROWS
            margins.insert(0, (lowest, conformal_margin(apart if thin else apart[rows], NOMINAL)))
            top = lowest
    return replace(head, calibration=(platt,), margins=tuple(margins))


def phrase_head(
    head: OwnHead,
    logits: Values,
    truth: Values,
    data: Labelled,
    out_of_fold: Sequence[Values],
    rows: Encoded,
    judged: NDArray[np.int64],
) -> OwnHead:
    """Calibrated weights of words, and the threshold and link with the best F1 of marked characters."""
    known = ~np.isnan(truth[:, 0])
    platt = fit_platt(logits[known, 0], truth[known, 0] > 0)
    rules = [PhraseRule(platt, t / 100, t * share / 100) for t in range(10, 75, 10) for share in (0.5, 1.0)]

    def score(rule: PhraseRule) -> float:
        hits = total = 0
        for row in judged:
            found = find_phrases(rows.texts[row], rows.offsets[row], out_of_fold[row][:, 0], rule)
            marked = marked_characters([(phrase.start, phrase.end) for phrase in found])
            wanted = marked_characters(list(data.spans[row] or ()))
            hits += len(marked & wanted)
            total += len(marked) + len(wanted)
        return 2 * hits / max(1, total)

    best = max(rules, key=score)
    return replace(head, calibration=(platt,), thresholds=(best.threshold, best.link))


def settle_shipped(heads: dict[str, Any], task: Task, out_of_fold: Sequence[Values]) -> dict[str, Any]:
    """The `heads` of a bundle's description with those of the refined head fitted anew.

    :param heads: of the bundle that was started from.
    """
    judged = judged_rows(out_of_fold)
    logits = np.stack([out_of_fold[row] for row in judged]).astype(np.float64)
    truth = task.rows(judged).astype(np.float64)
    found = dict(heads)
    if task.head == "sensationalism":
        interval = fit_interval(logits, 100 * task.answers_of(truth)[:, 0])
        found["sensationalism"] = {**heads["sensationalism"], "interval": asdict(interval)}
    elif task.head == "clickbait":
        found["clickbait"] = {"calibration": asdict(fit_strength(logits[:, 0], truth[:, 0]))}
    elif task.head == "frames":
        calibration, thresholds = by_column(logits, truth)
        settled = {name: list(heads["frames"][name]) for name in ("calibration", "thresholds")}
        for column, platt, threshold in zip(task.columns, calibration, thresholds, strict=True):
            settled["calibration"][column], settled["thresholds"][column] = asdict(platt), threshold
        found["frames"] = {**heads["frames"], **settled}
    else:
        levels = [asdict(platt) for platt in fit_levels(logits, truth > 0.5)]
        if task.head == "devices":
            devices = list(heads["devices"]["calibration"])
            devices[task.columns[0] // len(levels)] = levels
            found["devices"] = {**heads["devices"], "calibration": devices}
        else:
            found[task.name] = {"calibration": levels}
    return found
