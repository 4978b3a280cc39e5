"""The rows that are evaluated: labelled, judged by every model, each text once; and what each system says of them."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scorer.evaluate.cells import Labels
from scorer.evaluate.heads import Judged
from scorer.evaluate.rows import Row, Table
from scorer.metrics import Values

#: Points by which two grades of one text contradict each other.
CONTRADICTION: Final = 10.0

_WORDS: Final = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Guess:
    """What one system says of the rows: grades 0-100, likelihoods 0-1 and yes or no (0 or 1), (rows, labels) each."""

    grades: Values
    likelihoods: Values
    decisions: Values
    calibrated: bool


@dataclass(frozen=True)
class Sample:
    """The rows that are evaluated, with their labels (rows, labels) and what the model says of them.

    `other` is the model it is compared with, None without one.
    """

    rows: tuple[Row, ...]
    labels: Labels
    truth: Values
    model: Judged
    other: Judged | None

    @property
    def texts(self) -> list[str]:
        """The texts."""
        return [row.text for row in self.rows]


@dataclass(frozen=True)
class Labelled:
    """Rows with a label, each text once: its first row counts.

    `repeats` rows stood above already, `contradictions` of them with another label (a grade more than 10 points off).
    """

    rows: tuple[Row, ...]
    truth: Values
    repeats: int
    contradictions: int


def near_key(text: str) -> str:
    """What near-duplicates have in common: their words, whatever the case, the numbers and the punctuation."""
    return " ".join(_WORDS.findall(text.casefold()) or text.split())


def near_hash(text: str) -> str:
    """Eight bytes, in hex, by which near-duplicates of training texts are known without keeping the texts."""
    return hashlib.sha256(near_key(text).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def labelled_rows(table: Table, labels: Labels) -> Labelled:
    """The rows that have a label, each text once."""
    first: dict[str, int] = {}
    kept: list[int] = []
    repeats = contradictions = 0
    for number, row in enumerate(table.rows):
        if np.isnan(labels.truth[number]).any():
            continue
        text = " ".join(row.text.split())
        if text in first:
            repeats += 1
            apart = np.abs(labels.truth[first[text]] - labels.truth[number]).max()
            contradictions += bool(apart > (CONTRADICTION if labels.kind == "graded" else 0))
        else:
            first[text] = number
            kept.append(number)
    return Labelled(tuple(table.rows[number] for number in kept), labels.truth[kept], repeats, contradictions)


def picked(judged: Judged, rows: NDArray[np.bool_], labels: Sequence[str]) -> Judged:
    """What a model says of some of the rows, for some of its labels."""
    columns = [judged.labels.index(label) for label in labels]
    return replace(
        judged,
        labels=tuple(labels),
        grades=judged.grades[rows][:, columns],
        likelihoods=judged.likelihoods[rows][:, columns],
        cuts=judged.cuts[columns],
        low=None if judged.low is None else judged.low[rows],
        high=None if judged.high is None else judged.high[rows],
        phrases=tuple(phrases for phrases, wanted in zip(judged.phrases, rows, strict=True) if wanted),
        abstained=tuple(reason for reason, wanted in zip(judged.abstained, rows, strict=True) if wanted),
    )


def make_sample(found: Labelled, labels: Labels, model: Judged, other: Judged | None) -> Sample:
    """The rows that every model judges."""
    known = model.known if other is None else model.known & other.known
    return Sample(
        rows=tuple(row for row, wanted in zip(found.rows, known, strict=True) if wanted),
        labels=labels,
        truth=found.truth[known],
        model=picked(model, known, labels.names),
        other=other and picked(other, known, labels.names),
    )


def guess_of(judged: Judged, kind: str) -> Guess:
    """A model's answers; of classes it picks the one that lies highest above its cut."""
    likeness = judged.likelihoods / judged.cuts
    decisions = np.eye(len(judged.labels))[likeness.argmax(axis=1)] if kind == "classes" else likeness >= 1
    return Guess(judged.grades, judged.likelihoods, decisions.astype(np.float64), judged.calibrated)


def constant_guess(truth: Values, kind: str) -> Guess:
    """The mean of the labels, or the commonest answer, for every row."""
    means = truth.mean(axis=0)
    answer = np.eye(len(means))[means.argmax()] if kind == "classes" else means >= 0.5
    every = np.ones((len(truth), 1))
    return Guess(every * means, every * means, every * answer, True)
