"""The report on held-out rows: the new head beside the shipped model and TF-IDF, by the measures of `evaluate`."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scorer.bundle import Bundle
from scorer.decode import sigmoid
from scorer.evaluate.cells import Labels
from scorer.evaluate.heads import Judged, judge_any
from scorer.evaluate.measure import (
    bands_of,
    calibration_of,
    differences,
    intervals_of,
    label_figures,
    risk_coverage,
    system_figures,
)
from scorer.evaluate.results import Data, Evaluation
from scorer.evaluate.rows import Row
from scorer.evaluate.sample import Guess, Sample, constant_guess, guess_of, make_sample, picked
from scorer.evaluate.sample import Labelled as Found
from scorer.evaluate.slices import slices_of
from scorer.evaluate.worst import worst_of
from scorer.metrics import Values, pearson, roc_auc
from scorer.predict import Scorer
from scorer.results import ModelName
from training.baselines import tfidf_logistic, tfidf_ridge
from training.body import best_threshold
from training.calibrate import NOMINAL, fit_platt
from training.retrain.choose import Point
from training.retrain.features import Floats
from training.retrain.heads import Task
from training.retrain.labelled import Labelled

#: Agreement of a shipped head with itself below which the report warns.
MOVED: Final = 0.99


@dataclass(frozen=True)
class Held:
    """Held-out rows with a label beside the rows that were learned from.

    `scores` are those of each shipped head on all rows, 0-1 by name (`features.shipped_scores`).
    """

    data: Labelled
    task: Task
    learned: NDArray[np.int64]
    judged: NDArray[np.int64]
    scores: dict[str, Floats]


def make_report(held: Held, scorer: Scorer, shipped: Scorer, rated_by: str, notes: Sequence[str]) -> Evaluation:
    """Measure a retrained model on held-out rows.

    :param scorer: of the new model; `shipped`: of the one it started from.
    :param notes: sentences on how it was trained.
    """
    data, task = held.data, held.task
    texts = [data.texts[row] for row in held.judged]
    labels = labels_of(data, task)
    model = judge_any(scorer, task.name, texts) if task.head else judged_own(scorer, task.name, texts)
    other = judge_any(shipped, task.name, texts) if task.head else nearest(held, shipped.bundle)
    truth = np.stack([truth_of(task, row) for row in held.judged])
    rows = tuple(
        Row(data.rows[row], data.texts[row], {name: cells[row] for name, cells in data.columns.items()})
        for row in held.judged
    )
    whole = np.array([not np.isnan(given).any() for given in truth])
    found = Found(tuple(row for row, kept in zip(rows, whole, strict=True) if kept), truth[whole], 0, 0)
    model, other = picked(model, whole, model.labels), other and picked(other, whole, other.labels)
    sample = make_sample(found, labels, model, other)
    guesses = guesses_of(sample, held)
    ours = guesses["model"]
    return Evaluation(
        model=sample.model.model,
        other=None if other is None else other.model,
        head=task.name,
        data=data_of(held, sample, model, rated_by),
        figures=system_figures(sample, guesses),
        differences=differences(sample, guesses),
        by_label=label_figures(sample, guesses),
        calibration=calibration_of(sample, ours),
        intervals=intervals_of(sample, NOMINAL),
        bands=bands_of(sample),
        risk_coverage=risk_coverage(sample, ours),
        slices=slices_of(sample, ours, tuple(data.columns), ()),
        worst=worst_of(sample, ours),
        notes=(*notes, *(["No TF-IDF baseline: the texts have no words in common."] if "tfidf" not in guesses else [])),
    )


def labels_of(data: Labelled, task: Task) -> Labels:
    """The labels in the form of an evaluation."""
    kind = "several" if task.kind == "labels" else task.kind
    names = task.names if task.kind in ("labels", "classes") else (task.name,)
    positive = data.names[0] if data.kind == "binary" else None
    return Labels(data.label_columns, task.name, kind, names, np.empty(0), data.scale, positive, {}, ())


def truth_of(task: Task, row: int) -> Values:
    """The labels of one row: grades 0-100, else 0 or 1."""
    found = task.answers_of(task.targets[row][None]).astype(np.float64)[0]
    return 100 * found if task.kind == "graded" else found


def judged_own(scorer: Scorer, name: str, texts: Sequence[str]) -> Judged:
    """What a head of the user's own says of texts."""
    head = next(head for head in scorer.own_heads if head.name == name)
    results = scorer.headlines(texts)
    labels = head.names if head.kind in ("labels", "classes") else (name,)
    likely = np.full((len(texts), len(labels)), np.nan)
    low, high = np.full(len(texts), np.nan), np.full(len(texts), np.nan)
    bottom, top = head.scale or (0.0, 1.0)
    for row, result in enumerate(results):
        label = result.labels.get(name)
        if label is None:
            continue
        if label.value is not None and label.low is not None and label.high is not None:
            ends = ((end - bottom) / (top - bottom) for end in (label.value, label.low, label.high))
            likely[row, 0], low[row], high[row] = ends
        else:
            likely[row] = list(label.probabilities.values())
    graded = head.kind == "graded"
    return Judged(
        model=scorer.bundle.model,
        labels=labels,
        grades=100 * likely,
        likelihoods=likely,
        calibrated=not graded,
        cuts=np.array(head.thresholds if head.kind in ("binary", "labels") else [0.5] * len(labels)),
        low=100 * low if graded else None,
        high=100 * high if graded else None,
        phrases=tuple(result.phrases for result in results),
        abstained=tuple(result.abstain for result in results),
        cut_short=0,
    )


def nearest(held: Held, bundle: Bundle) -> Judged | None:
    """The shipped score that agrees best with the labels of the rows learned from, rescaled on them; None for classes.

    What the shipped model would say without any training: a new head has to beat it.
    """
    task = held.task
    if task.kind not in ("graded", "binary"):
        return None
    graded = task.kind == "graded"
    truth = np.concatenate([task.targets[row] for row in held.learned]).astype(np.float64)
    measure = pearson if graded else roc_auc

    def agreement(name: str) -> float:
        found = measure(truth, held.scores[name][held.learned].astype(np.float64))
        return 0.0 if found is None else abs(found - (0.0 if graded else 0.5))

    name = max(held.scores, key=agreement)
    score = held.scores[name].astype(np.float64)
    learned, judged = score[held.learned], score[held.judged]
    if graded:
        slope, shift = np.polyfit(learned, truth, 1)
        likely = np.clip(slope * judged + shift, 0, 1)
        cut = 0.5
    else:
        sign = 1.0 if (roc_auc(truth, learned) or 0.5) >= 0.5 else -1.0
        platt = fit_platt(sign * learned, truth > 0.5)
        likely = sigmoid(platt.scale * sign * judged + platt.shift)
        cut = best_threshold(sigmoid(platt.scale * sign * learned + platt.shift))
    rows = len(held.judged)
    return Judged(
        model=ModelName(f"{bundle.model.name}, its {name} rescaled", bundle.model.version),
        labels=(task.name,),
        grades=100 * likely[:, None],
        likelihoods=likely[:, None],
        calibrated=not graded,
        cuts=np.array([cut]),
        low=None,
        high=None,
        phrases=((),) * rows,
        abstained=(None,) * rows,
        cut_short=0,
    )


def guesses_of(sample: Sample, held: Held) -> dict[str, Guess]:
    """What each system says of the rows."""
    kind = sample.labels.kind
    found = {"model": guess_of(sample.model, kind)}
    if sample.other is not None:
        found["other"] = guess_of(sample.other, kind)
    learned = tfidf_guess(sample, held)
    if learned is not None:
        found["tfidf"] = learned
    found["constant"] = constant_guess(sample.truth, kind)
    return found


def tfidf_guess(sample: Sample, held: Held) -> Guess | None:
    """TF-IDF with ridge or logistic regression, learned from the same rows; None where they share no words."""
    truth = np.stack([truth_of(held.task, row) for row in held.learned])
    whole = ~np.isnan(truth).any(axis=1)
    texts = [held.data.texts[row] for row in held.learned[whole]]
    try:
        if held.task.kind == "graded":
            grades = tfidf_ridge(texts, truth[whole, 0], sample.texts)[:, None]
            return Guess(grades, grades / 100, (grades >= 50).astype(np.float64), False)
        likely = tfidf_logistic(texts, truth[whole] > 0.5, sample.texts)
    except ValueError:
        return None
    if held.task.kind == "classes":
        decisions = np.eye(likely.shape[1])[likely.argmax(axis=1)]
    else:
        # it says yes as often as the rows it learned from have the label, which is better for F1 than one half
        cuts = [
            np.quantile(column, 1 - share) for column, share in zip(likely.T, truth[whole].mean(axis=0), strict=True)
        ]
        decisions = (likely >= np.array(cuts)).astype(np.float64)
    return Guess(100 * likely, likely, decisions, True)


def data_of(held: Held, sample: Sample, model: Judged, rated_by: str) -> Data:
    """What was evaluated on."""
    data, labels = held.data, sample.labels
    reasons = [reason for reason in model.abstained if reason]
    unlabelled = int((~held.task.known()).sum())
    return Data(
        file=Path(data.file).name,
        sha256=data.sha256,
        rows=len(data) + sum(data.left_out.values()),
        evaluated=len(sample.rows),
        text_column=data.text_column,
        label_columns=data.label_columns,
        kind=labels.kind,
        labels=labels.names,
        scale=data.scale,
        positive=labels.positive,
        where=("held out for this report",),
        rated_by=rated_by,
        left_out={
            **data.left_out,
            "learned from, so not evaluated on": len(held.learned),
            **({"no label": unlabelled} if unlabelled else {}),
        },
        abstained={reason: reasons.count(reason) for reason in sorted(set(reasons))},
        repeats=0,
        contradictions=0,
        seen=None,
    )


def curve_words(curve: Sequence[Point], measure: str) -> str:
    """The learning curve in a sentence, and whether more data is worth it."""
    known = [(point.rows, point.value) for point in curve if point.value is not None]
    if len(known) < 2:
        return "No learning curve: the held-out rows are too few or too much alike."
    points = ", ".join(f"{value:.3f} from {rows:,}" for rows, value in known)
    gain = known[-1][1] - known[-2][1]
    advice = (
        f"the last doubling gained {gain:.3f}: more rows are likely to help"
        if gain >= 0.01
        else f"the last doubling changed it by {gain:+.3f}: more rows of this kind will hardly help"
    )
    return f"{measure} on the held-out rows with frozen states, by rows learned from: {points}; {advice}."


def moved_heads(before: dict[str, Floats], after: dict[str, Floats]) -> dict[str, float | None]:
    """Pearson’s correlation of each shipped head with itself before retraining, on the same texts."""
    return {name: pearson(before[name].astype(np.float64), after[name].astype(np.float64)) for name in before}


def moved_words(moved: dict[str, float | None]) -> str:
    """How far the shipped heads moved, in a sentence."""
    if not moved:
        return "The other heads are untouched: they score exactly as before."
    known = {name: value for name, value in moved.items() if value is not None}
    shown = ", ".join(f"{name} {value:.3f}" for name, value in sorted(known.items(), key=lambda item: item[1]))
    warning = (
        " Some moved noticeably: for scores that must stay comparable use --frozen."
        if known and min(known.values()) < MOVED
        else ""
    )
    return f"The other heads moved a little; each agrees with itself before by Pearson: {shown}.{warning}"
