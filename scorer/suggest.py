"""Which rows to label next: those the model is least sure of, unlike each other, and some drawn at random.

One pass over the file judges every row and holds only the few thousand least sure ones; the states of these, and of
the rows drawn at random, tell how alike they are. Memory grows by about a hundred bytes a row.
"""

import hashlib
import heapq
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np

from scorer.corpus.columns import find_column, listed
from scorer.corpus.inputs import open_reader
from scorer.corpus.readers import DAMAGE, Reader
from scorer.corpus.records import Record, with_texts
from scorer.corpus.run import Progress
from scorer.errors import InputError
from scorer.evaluate.heads import LONGEST, Judged, judge_any, open_scorer
from scorer.evaluate.rows import TEXT_NAMES
from scorer.evaluate.sample import near_key
from scorer.metrics import Values
from scorer.predict import WINDOW, Scorer
from scorer.results import ModelName

#: Candidates that are held for each row wanted, and at least; more would hardly change what is picked.
POOL_EACH: Final = 20
POOL_LEAST: Final = 500
#: The graph's output that says how alike texts are.
STATES: Final = "pooled"
UNSURE, RANDOM = "uncertain", "random"


@dataclass(frozen=True)
class Task:
    """What to suggest rows from.

    :param unlabelled: a file or folder of any format `scorer corpus` reads.
    :param wanted: how many rows to suggest; `random`: the share of them, 0-1, that is drawn at random.
    :param head: one of `evaluate.HEADS`: what the labels will be of.
    :param model: a bundle, None for the one shipped.
    """

    unlabelled: str
    wanted: int = 200
    head: str = "sensationalism"
    random: float = 0.2
    text_column: str | None = None
    encoding: str = "utf-8"
    seed: int = 0
    model: str | None = None
    threads: int | None = None

    def __post_init__(self) -> None:
        if self.wanted < 1 or not 0 <= self.random <= 1:
            raise InputError(
                f"{self.wanted} rows, a share of {self.random} of them at random: expected 1 or more, and 0 to 1."
            )


@dataclass(frozen=True)
class Pick:
    """A row to label: why it was picked (`uncertain` or `random`), how unsure the model is of it, 0-1, what it says.

    `values` are its columns; `grades` are 0-100, one for each label of the head, `present` the labels that are there.
    """

    row: int
    text: str
    values: Mapping[str, Any]
    why: str
    uncertainty: float
    grades: tuple[float, ...]
    present: tuple[str, ...]


@dataclass(frozen=True)
class Suggestion:
    """The rows to label, in the order to label them, and what became of all others.

    `judged` different texts were there to pick from; `left_out` counts rows by the reason why they were not.
    """

    picks: tuple[Pick, ...]
    head: str
    labels: tuple[str, ...]
    columns: tuple[str, ...]
    text_column: str
    model: ModelName
    rows: int
    judged: int
    left_out: Mapping[str, int]


@dataclass(order=True)
class _Candidate:
    """A row that may be picked; the more unsure the greater, of equal ones a hash decides."""

    uncertainty: float
    lot: int
    record: Record = field(compare=False)
    grades: tuple[float, ...] = field(compare=False)
    present: tuple[str, ...] = field(compare=False)


class _Best:
    """The greatest few of many items."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._heap: list[tuple[Any, _Candidate]] = []

    def add(self, key: Any, candidate: _Candidate) -> None:
        """Take an item in if it is among the greatest so far."""
        if len(self._heap) < self._size:
            heapq.heappush(self._heap, (key, candidate))
        elif self._size and key > self._heap[0][0]:
            heapq.heapreplace(self._heap, (key, candidate))

    def sorted(self) -> list[_Candidate]:
        """The items, the greatest first."""
        return [candidate for _, candidate in sorted(self._heap, reverse=True)]


def suggest(task: Task, show: Callable[[Progress], object] = lambda progress: None) -> Suggestion:
    """Pick rows to label.

    :param show: called with the progress after each window of rows.
    :raises InputError: when the file, a column or the bundle cannot be used, or nothing in it can be judged.
    """
    if not Path(task.unlabelled).exists():
        raise InputError(f"{task.unlabelled}: no such file or folder.")
    reader = open_reader(task.unlabelled, task.encoding)
    columns, column = _columns(reader, task)
    scorer = open_scorer(task.model, task.threads)
    drawn = round(task.wanted * task.random)
    unsure, lots = _Best(max(POOL_LEAST, POOL_EACH * task.wanted) + drawn), _Best(drawn)
    left_out: Counter[str] = Counter()
    progress, size = Progress(), _size(reader.path)
    names: dict[str, None] = dict.fromkeys(columns)
    labels: tuple[str, ...] = ()
    judged = 0
    for records in _windows(reader, column, left_out, progress):
        found = judge_any(scorer, task.head, [record.headline for record in records])
        labels = found.labels
        left_out.update(f"not judged: {reason}" for reason in found.abstained if reason)
        for candidate in _candidates(found, records, task.seed):
            judged += 1
            unsure.add(candidate, candidate)
            lots.add(candidate.lot, candidate)
            names.update(dict.fromkeys(candidate.record.values))
        progress.scored = progress.rows
        progress.share = min(1.0, reader.position() / size) if size else None
        show(progress)
    if not judged:
        reasons = ", ".join(f"{count} {reason}" for reason, count in left_out.most_common(3)) or "it has no rows"
        raise InputError(f"{task.unlabelled}: no row of {column!r} can be judged ({reasons}); is it the right column?")
    picks = _picked(scorer, task, lots.sorted(), unsure.sorted())
    return Suggestion(
        picks=picks,
        head=task.head,
        labels=labels,
        columns=tuple(names),
        text_column=column,
        model=scorer.bundle.model,
        rows=progress.rows,
        judged=judged,
        left_out=dict(left_out.most_common()),
    )


def _columns(reader: Reader, task: Task) -> tuple[list[str], str]:
    """Names of the columns, and the one that holds the texts."""
    try:
        columns = reader.columns()
    except DAMAGE as error:
        raise InputError(f"{task.unlabelled}: cannot be read: {error}.") from error
    column = find_column(columns, TEXT_NAMES, task.text_column, "text", task.unlabelled)
    if column is None:
        raise InputError(
            f"{task.unlabelled}: found no column of texts ({', '.join(TEXT_NAMES)}); its columns are "
            f"{listed(columns)}; name one with --text-col."
        )
    return columns, column


def _size(path: Path) -> int:
    """Bytes of a file; 0 for a folder."""
    return path.stat().st_size if path.is_file() else 0


def _windows(reader: Reader, column: str, left_out: Counter[str], progress: Progress) -> Iterator[list[Record]]:
    """Records with different texts, window by window; the others are counted."""
    known: set[int] = set()
    records = (with_texts(record, column, None) for record in reader.records())
    while window := list(islice(records, WINDOW)):
        progress.rows += len(window)
        kept = []
        for record in window:
            mark = _lot("", record.headline)
            if record.problem is not None:
                left_out[record.problem.replace("headline", "text")] += 1
            elif mark in known:
                left_out["near-duplicate of an earlier row"] += 1
            else:
                known.add(mark)
                kept.append(record)
        if kept:
            yield kept


def _lot(seed: object, text: str) -> int:
    """A number that belongs to a text and its near-duplicates: the same in every run with one seed."""
    key = f"{seed}\n{near_key(text)}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(key, digest_size=8).digest())


def _candidates(found: Judged, records: Sequence[Record], seed: int) -> Iterator[_Candidate]:
    """The rows that the model judges."""
    unsure = uncertainty(found)
    present = found.likelihoods >= found.cuts
    for number, record in enumerate(records):
        if found.abstained[number] is None:
            yield _Candidate(
                uncertainty=float(unsure[number]),
                lot=_lot(seed, record.headline),
                record=record,
                grades=tuple(found.grades[number].tolist()),
                present=tuple(np.array(found.labels)[present[number]].tolist()),
            )


def uncertainty(found: Judged) -> Values:
    """How unsure a model is of each row, (rows,) 0-1, NaN where it abstains.

    Of a score with an interval its width as a share of the scale, else the entropy of yes or no in bits, the mean over
    the labels.
    """
    if found.low is not None and found.high is not None:
        return np.asarray((found.high - found.low) / 100)
    yes = np.clip(found.likelihoods, 1e-12, 1 - 1e-12)
    return np.asarray(-(yes * np.log2(yes) + (1 - yes) * np.log2(1 - yes)).mean(axis=1))


def _picked(scorer: Scorer, task: Task, drawn: list[_Candidate], unsure: list[_Candidate]) -> tuple[Pick, ...]:
    """The rows drawn, and of the unsure ones those that are unlike them and each other; in a random order."""
    taken = {candidate.record.row for candidate in drawn}
    others = [candidate for candidate in unsure if candidate.record.row not in taken]
    spread = np.array([candidate.uncertainty for candidate in others])
    found = states(scorer, [candidate.record.headline for candidate in (*drawn, *others)])
    numbers = spread_out(found[len(drawn) :], spread, found[: len(drawn)], task.wanted - len(drawn))
    chosen = [(RANDOM, each) for each in drawn] + [(UNSURE, others[number]) for number in numbers]
    order = np.random.default_rng(task.seed).permutation(len(chosen))
    return tuple(_pick(*chosen[number]) for number in order)


def _pick(why: str, candidate: _Candidate) -> Pick:
    record = candidate.record
    return Pick(
        row=record.row,
        text=record.headline,
        values=record.values,
        why=why,
        uncertainty=candidate.uncertainty,
        grades=candidate.grades,
        present=candidate.present,
    )


def states(scorer: Scorer, texts: Sequence[str]) -> Values:
    """The model's pooled states of texts, (texts, hidden), of unit length; long texts are cut."""
    encodings = [scorer.runtime.tokenise(text[:LONGEST]) for text in texts]
    for encoding in encodings:
        encoding.truncate(scorer.bundle.max_tokens)
    found = scorer.runtime.run(encodings, (STATES,)).heads[STATES].astype(np.float64)
    return np.asarray(found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9))


def spread_out(points: Values, weights: Values, centres: Values, count: int) -> list[int]:
    """Numbers of points that are heavy and far from each other: greedy k-centre, distances times weights.

    :param points: (points, hidden) of unit length; `weights`: (points,); `centres`: (centres, hidden) taken already.
    """
    away = np.maximum(1 - (points @ centres.T).max(axis=1), 0) if len(centres) else np.ones(len(points))
    found: list[int] = []
    free = np.ones(len(points), dtype=np.bool_)
    for _ in range(min(count, len(points))):
        # a text in the very place of another is still better than none
        value = np.where(free, (away + 1e-6) * (weights + 1e-6), -1.0)
        number = int(value.argmax())
        found.append(number)
        free[number] = False
        away = np.minimum(away, np.maximum(1 - points @ points[number], 0))
    return found
