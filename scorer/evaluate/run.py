"""Runs an evaluation: reads the labels, judges the texts, measures, and makes the report."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from scorer.errors import InputError
from scorer.evaluate import baselines
from scorer.evaluate.cells import Wanted
from scorer.evaluate.heads import Judged, judge, open_scorer
from scorer.evaluate.labels import read_labels
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
from scorer.evaluate.rows import Table, read_table
from scorer.evaluate.sample import (
    Guess,
    Labelled,
    Sample,
    constant_guess,
    guess_of,
    labelled_rows,
    make_sample,
    near_key,
)
from scorer.evaluate.seen import count_seen, read_seen
from scorer.evaluate.slices import group_column, slices_of
from scorer.evaluate.worst import worst_of
from scorer.metrics import Values
from scorer.predict import Scorer


@dataclass(frozen=True)
class Task:
    """What to evaluate.

    :param labelled: a labelled file, or a folder with the Clickbait Challenge's files.
    :param where: (column, value) pairs: rows to keep; `slices`: columns to slice by besides the usual ones.
    :param truth: a file with the labels, joined by `id`.
    :param model: a bundle, None for the one shipped; `compare`: a second one, or None.
    :param rated_by: who gave the labels: `people`, `machine` or `unknown`.
    """

    labelled: str
    wanted: Wanted = field(default_factory=Wanted)
    text_column: str | None = None
    where: tuple[tuple[str, str], ...] = ()
    slices: tuple[str, ...] = ()
    truth: str | None = None
    encoding: str = "utf-8"
    model: str | None = None
    compare: str | None = None
    threads: int | None = None
    rated_by: str = "unknown"


#: Makes the TF-IDF baseline's guess for the rows that are evaluated.
Baseline = Callable[[Sample], Guess]
#: What the report says of such a baseline.
_TAUGHT: Final = "TF-IDF baseline: learned from other rows than these."


def evaluate(task: Task, baseline: Baseline | None = None) -> Evaluation:
    """Evaluate a model on labelled rows.

    :param baseline: TF-IDF that has learned from other rows; None cross-validates it on these.
    :raises InputError: when the file, its labels or the bundle cannot be used; when scikit-learn is missing.
    """
    table = read_table(task.labelled, task.text_column, task.where, task.truth, task.encoding)
    for column in task.slices:
        if column not in table.columns:
            raise InputError(f"{table.name}: has no column {column!r} (--slice).")
    labels = read_labels(table, task.wanted)
    found = labelled_rows(table, labels)
    baselines.learn("linear_model")  # before the work begins
    scorer = open_scorer(task.model, task.threads)
    texts = [row.text for row in found.rows]
    model = judge(scorer, labels.head, texts)
    other = judge(open_scorer(task.compare, task.threads), labels.head, texts) if task.compare else None
    sample = make_sample(found, labels, model, other)
    _check(sample, table)
    guesses, notes = _guesses(sample, table, baseline)
    ours, seen = guesses["model"], _seen(sample, scorer)
    return Evaluation(
        model=model.model,
        other=None if other is None else other.model,
        head=labels.head,
        data=_data(task, table, found, sample, model, seen),
        figures=system_figures(sample, guesses),
        differences=differences(sample, guesses),
        by_label=label_figures(sample, guesses),
        calibration=calibration_of(sample, ours),
        intervals=intervals_of(sample, scorer.bundle.interval.nominal),
        bands=bands_of(sample),
        risk_coverage=risk_coverage(sample, ours),
        slices=slices_of(sample, ours, table.columns, task.slices),
        worst=worst_of(sample, ours),
        notes=(*labels.notes, *_cuts(sample), *notes, *_reservations(found, model, other, sample, seen)),
    )


def _check(sample: Sample, table: Table) -> None:
    """Make sure that the rows left can be measured."""
    if len(sample.rows) < 2 or all(np.ptp(column) == 0 for column in sample.truth.T):
        raise InputError(
            f"{table.name}: {len(sample.rows)} rows have a label and a score, and their labels do not differ; "
            "there is nothing to measure."
        )


def _guesses(sample: Sample, table: Table, baseline: Baseline | None) -> tuple[dict[str, Guess], list[str]]:
    """What each system says of the rows, and sentences on how the baselines were made."""
    kind = sample.labels.kind
    found = {"model": guess_of(sample.model, kind)}
    if sample.other is not None:
        found["other"] = guess_of(sample.other, kind)
    if baseline is not None:
        found["tfidf"], note = baseline(sample), _TAUGHT
    else:
        features, groups, note = _features(sample, table)
        if features is not None:
            found["tfidf"] = _learned(features, sample.truth, kind, groups)
    found["constant"] = constant_guess(sample.truth, kind)
    return found, [note]


def _features(sample: Sample, table: Table) -> tuple[object | None, list[str], str]:
    """TF-IDF of the texts, what keeps rows together in cross-validation, and a sentence on it."""
    column, keys = group_column(table.columns), [near_key(text) for text in sample.texts]
    cells = [str(row.cells.get(column) or "").strip() if column else "" for row in sample.rows]
    counts = Counter(cell for cell in cells if cell)
    together = "near-duplicates are"
    if len(counts) >= 2 * baselines.FOLDS and counts.total() >= len(cells) / 2:
        keys = [f"{column}: {cell}" if cell else key for cell, key in zip(cells, keys, strict=True)]
        together = f"rows of one {column} are"
    if len(sample.rows) < baselines.MIN_ROWS or len(set(keys)) < baselines.FOLDS:
        return None, keys, f"No TF-IDF baseline: it needs {baselines.MIN_ROWS} different rows to learn from."
    try:
        features = baselines.tfidf().fit_transform(sample.texts).tocsr()
    except ValueError:
        return None, keys, "No TF-IDF baseline: the texts have no words in common."
    note = (
        f"TF-IDF baseline: learned from this very file, cross-validated in {baselines.FOLDS} parts; {together} never "
        "on both sides. It has seen labels of this file, which the model has not, unless it was trained on them."
    )
    return features, keys, note


def _learned(features: object, truth: Values, kind: str, groups: Sequence[str]) -> Guess:
    """What TF-IDF says, cross-validated."""
    if kind == "graded":
        grades = baselines.tfidf_grades(features, truth[:, 0], groups)[:, None]
        return Guess(grades, grades / 100, (grades >= 50).astype(np.float64), False)
    likelihoods, decisions = baselines.tfidf_likelihoods(features, truth, groups)
    if kind == "classes":
        decisions = np.eye(truth.shape[1])[likelihoods.argmax(axis=1)]
    return Guess(100 * likelihoods, likelihoods, decisions, True)


def _data(task: Task, table: Table, found: Labelled, sample: Sample, model: Judged, seen: int | None) -> Data:
    """What was evaluated on."""
    labels = sample.labels
    left_out: dict[str, int] = {**table.left_out, **labels.left_out}
    alone = int(model.known.sum()) - len(sample.rows)
    if alone:
        left_out["judged by one of the two models only"] = alone
    return Data(
        file=Path(table.name).name,
        sha256=table.sha256,
        rows=table.total,
        evaluated=len(sample.rows),
        text_column=table.text_column,
        label_columns=labels.columns,
        kind=labels.kind,
        labels=labels.names,
        scale=labels.scale,
        positive=labels.positive,
        where=tuple(f"{column}={value}" for column, value in task.where),
        rated_by=task.rated_by,
        left_out=left_out,
        abstained=_abstained(model),
        repeats=found.repeats,
        contradictions=found.contradictions,
        seen=seen,
    )


def _abstained(model: Judged) -> Mapping[str, int]:
    """How many texts the model does not judge, by reason."""
    return dict(sorted(Counter(reason for reason in model.abstained if reason).items()))


def _seen(sample: Sample, scorer: Scorer) -> int | None:
    """How many texts are near-duplicates of training texts; None where the bundle does not list those."""
    hashes = read_seen(scorer.bundle)
    return None if hashes is None else count_seen(sample.texts, hashes)


def _cuts(sample: Sample) -> list[str]:
    """From where a model says yes, as a sentence."""
    labels, cuts = sample.labels, 100 * sample.model.cuts
    if labels.kind != "binary":
        return []
    what = "a probability of" if sample.model.calibrated else "a score of"
    unit = "%" if sample.model.calibrated else " of 100"
    return [f"The model says yes from {what} {cuts[0]:.0f}{unit} up."]


def _reservations(found: Labelled, model: Judged, other: Judged | None, sample: Sample, seen: int | None) -> list[str]:
    """What a reader should keep in mind."""
    notes = []
    if seen:
        notes.append(
            f"Rows with the words of a text the model was trained on: {seen}. Its figures are too good by them."
        )
    if found.contradictions:
        notes.append(
            f"Of {found.repeats} rows that repeat an earlier text {found.contradictions} have another label (of "
            "grades: by more than 10 points): so far the labels contradict themselves."
        )
    cut_short = max(model.cut_short, other.cut_short if other else 0)
    if cut_short:
        notes.append(
            f"Texts that are longer than the model reads at once, of which it judged the beginning: {cut_short}."
        )
    if len(sample.rows) < 100:
        notes.append(f"Only {len(sample.rows)} rows: read the intervals, not the figures.")
    return notes
