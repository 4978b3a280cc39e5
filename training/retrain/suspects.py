"""Rows that are likely mislabelled: what models say of rows they were not trained on, against the labels."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression, Ridge

from scorer.files import extra
from training.retrain.labelled import Folds, Labelled

#: No more than this share of the rows is listed: nobody reviews more, and past it the ranking says little.
MOST: Final = 0.15
#: A grade is suspect when it lies further from the prediction than this many robust standard deviations.
FAR: Final = 2.0
#: Weights of the penalty that are tried; features have mean 0 and deviation 1.
_PENALTIES: Final = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)

Numbers = NDArray[np.float32]
Rows = NDArray[np.bool_]


@dataclass(frozen=True)
class Suspect:
    """A row that looks mislabelled.

    row: number in the file; index: in `Labelled`. given, suggested: labels as text. score: 0-1, how likely the given
    label is right by cleanlab's measure, of a grade 1 minus its distance to the prediction; the lowest are the
    likeliest mistakes.
    """

    row: int
    index: int
    given: str
    suggested: str
    score: float


def out_of_sample_predictions(features: Numbers, data: Labelled, folds: Folds) -> Numbers:
    """What ridge or logistic regression on frozen features says of rows that it was not trained on.

    Rows of a fold are predicted from the other folds, rows held out from all folds: they train nothing.

    :param features: (rows, numbers), standing for the texts.
    :returns: (rows, names): grades or probabilities, 0-1; (rows, 0) for phrases.
    """
    found = np.full(data.targets.shape, np.nan, dtype=np.float32)
    if not data.names:
        return found
    known = ~np.isnan(data.targets).any(axis=1) if data.kind == "classes" else ~np.isnan(data.targets).all(axis=1)
    penalty = _best_penalty(features, data, (folds.fold > 0) & known, (folds.fold == 0) & known)
    for fold in range(-1, folds.count):
        rows = folds.held_out if fold < 0 else folds.fold == fold
        if rows.any():
            train = ~folds.held_out & (folds.fold != fold) & known
            found[rows] = _predicted(features, data, train, rows, penalty)
    return found


def _best_penalty(features: Numbers, data: Labelled, train: Rows, rows: Rows) -> float:
    """The penalty under which the first fold is predicted best."""
    if not (train.any() and rows.any()):
        return _PENALTIES[2]
    truth = data.targets[rows]
    losses = []
    for penalty in _PENALTIES:
        guess = _predicted(features, data, train, rows, penalty)
        if data.kind == "graded":
            loss = np.abs(guess - truth)
        else:
            loss = -np.log(np.clip(np.where(truth > 0.5, guess, 1 - guess), 1e-6, 1))
        losses.append(float(np.nanmean(loss)))
    return _PENALTIES[int(np.argmin(losses))]


def _predicted(features: Numbers, data: Labelled, train: Rows, rows: Rows, penalty: float) -> Numbers:
    """Predictions for some rows by models trained on others, a model for each name: (rows, names)."""
    mean, deviation = features[train].mean(axis=0), features[train].std(axis=0) + 1e-6
    scaled = (features - mean) / deviation
    found = np.empty((int(rows.sum()), len(data.names)), dtype=np.float32)
    if data.kind == "classes":
        # one model of all classes; those that it never saw have no chance
        truth = data.targets[train].argmax(axis=1)
        found[:] = 0
        if len(np.unique(truth)) == 1:
            found[:, truth[0]] = 1
            return found
        model = LogisticRegression(C=1 / (penalty * len(truth)), max_iter=300).fit(scaled[train], truth)
        found[:, model.classes_] = model.predict_proba(scaled[rows])
        return found
    for place in range(len(data.names)):
        used = train & ~np.isnan(data.targets[:, place])
        truth = data.targets[used, place]
        if not len(truth) or (truth == truth[0]).all():
            found[:, place] = truth.mean() if len(truth) else np.nan
        elif data.kind == "graded":
            model = Ridge(alpha=penalty * len(truth)).fit(scaled[used], truth)
            found[:, place] = np.clip(model.predict(scaled[rows]), 0, 1)
        else:
            model = LogisticRegression(C=1 / (penalty * len(truth)), max_iter=300).fit(scaled[used], truth > 0.5)
            found[:, place] = model.predict_proba(scaled[rows])[:, 1]
    return found


def find_suspects(data: Labelled, predictions: Numbers) -> tuple[Suspect, ...]:
    """Rows that look mislabelled, the likeliest first, at most 15% of those with a label.

    Classes and yes or no are judged by confident learning (cleanlab; Northcutt et al. 2021), several labels each by
    itself. Grades are judged by the distance to the prediction, measured in robust standard deviations (1.48 times
    the median distance): a few wrong grades do not move the median, and no model is trained again.

    :param predictions: (rows, names), out of sample.
    """
    if not data.names or not len(predictions):
        return ()
    truth = np.asarray(data.targets, dtype=np.float64)
    guess = np.asarray(predictions, dtype=np.float64)
    if data.kind == "graded":
        scores, flagged = _far_grades(truth[:, 0], guess[:, 0])
    elif data.kind == "classes":
        labels = np.where(np.isnan(truth).any(axis=1), -1, np.nan_to_num(truth).argmax(axis=1))
        scores, flagged = _unlikely(labels, guess)
    else:
        each = [
            _unlikely(np.where(np.isnan(label), -1, label).astype(int), np.column_stack([1 - likely, likely]))
            for label, likely in zip(truth.T, guess.T, strict=True)
        ]
        flagged = np.any([found for _, found in each], axis=0)
        scores = np.min([np.where(found, score, 1.0) for score, found in each], axis=0)
    most = int(MOST * (~np.isnan(truth).all(axis=1)).sum())
    listed = sorted(np.flatnonzero(flagged), key=lambda row: (scores[row], row))[:most]
    return tuple(
        Suspect(
            row=data.rows[row],
            index=int(row),
            given=label_text(data, truth[row]),
            suggested=label_text(data, _suggested(data.kind, truth[row], guess[row])),
            score=round(float(scores[row]), 4),
        )
        for row in listed
    )


def _far_grades(truth: NDArray[np.float64], guess: NDArray[np.float64]) -> tuple[NDArray[np.float64], Rows]:
    distance = np.abs(truth - guess)
    usual = 1.4826 * float(np.nanmedian(distance)) if (~np.isnan(distance)).any() else 0.0
    # a model that is right of almost all grades would else call every rounding a mistake
    flagged = distance > max(FAR * usual, 0.1)
    return np.where(np.isnan(distance), 1.0, 1 - distance), flagged


def _unlikely(labels: NDArray[np.int64], likely: NDArray[np.float64]) -> tuple[NDArray[np.float64], Rows]:
    """What cleanlab says of each row, score and verdict: (rows,) each; rows whose label is -1 are left alone."""
    scores, flagged = np.ones(len(labels)), np.zeros(len(labels), dtype=bool)
    used = np.flatnonzero((labels >= 0) & ~np.isnan(likely).any(axis=1))
    present = np.unique(labels[used])
    if len(present) < 2:
        return scores, flagged
    chances = np.clip(likely[used][:, present], 1e-6, None)
    chances = chances / chances.sum(axis=1, keepdims=True)
    numbers = np.searchsorted(present, labels[used])
    purpose = "finding mislabelled rows"
    flagged[used] = extra("cleanlab.filter", "train", purpose).find_label_issues(numbers, chances, n_jobs=1)
    scores[used] = extra("cleanlab.rank", "train", purpose).get_label_quality_scores(numbers, chances)
    return scores, flagged


def _suggested(kind: str, given: NDArray[np.float64], guess: NDArray[np.float64]) -> NDArray[np.float64]:
    if kind == "graded":
        return guess
    if kind == "classes":
        return np.eye(len(guess))[guess.argmax()]
    return np.asarray(np.where(np.isnan(given), 0.0, guess >= 0.5), dtype=np.float64)


def label_text(data: Labelled, values: NDArray[np.float64]) -> str:
    """Labels of one row as a person would write them: a grade on the file's own scale, yes or no, names.

    :param values: (names,), not missing.
    """
    if data.kind == "graded":
        low, high = data.scale or (0.0, 1.0)
        return f"{low + float(values[0]) * (high - low):.3g}"
    if data.kind == "binary":
        return data.names[0] if values[0] >= 0.5 else f"not {data.names[0]}"
    return "; ".join(name for name, value in zip(data.names, values, strict=True) if value >= 0.5)
