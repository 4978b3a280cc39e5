"""Slices: the figures by outlet, leaning, topic, year, length, quotations and capitals, as far as a file tells them."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from scorer.corpus.columns import GROUP_NAMES, usual_column
from scorer.evaluate.measure import errors_of, mean_of
from scorer.evaluate.results import Slice
from scorer.evaluate.sample import Guess, Sample
from scorer.metrics import Values, bootstrap, mean_difference, pearson, roc_auc
from scorer.quotes import quote_spans
from scorer.text import word_spans

#: Fewer rows than this are too few to conclude from.
SMALL: Final = 30
#: Values of a column that are shown; the others together are one more.
SHOWN: Final = 12
#: Usual names of the columns that tell a slice.
COLUMNS: Final = {
    "outlet": (*GROUP_NAMES["outlet"], *GROUP_NAMES["site"]),
    "source": GROUP_NAMES["source"],
    "leaning": GROUP_NAMES["leaning"],
    "country": GROUP_NAMES["country"],
    "topic": GROUP_NAMES["topic"],
    "year": ("year", *GROUP_NAMES["date"], "period"),
}
#: Columns of which one value is one group when a baseline is cross-validated.
GROUPS: Final = ("outlet", "source")

_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def slices_of(sample: Sample, guess: Guess, columns: Sequence[str], more: Sequence[str]) -> tuple[Slice, ...]:
    """The figures of every slice that there is.

    :param columns: of the file; `more`: those of them that the user asked for.
    """
    found: list[Slice] = []
    taken = (*sample.labels.columns,)
    for name, column in _told(columns, more):
        if column not in taken:
            read = _year if name == "year" else _shown
            values = [read(row.cells.get(column)) for row in sample.rows]
            found += _sliced(sample, guess, name, values, by_size=name != "year")
    for name, measured in MEASURED.items():
        found += _sliced(sample, guess, name, [measured(row.text) for row in sample.rows], by_size=False)
    return tuple(found)


def _told(columns: Sequence[str], more: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Names of slices with the columns they come from."""
    found = {name: usual_column(columns, usual) for name, usual in COLUMNS.items()}
    yield from ((name, column) for name, column in found.items() if column is not None)
    yield from ((column, column) for column in more if column not in found.values())


def group_column(columns: Sequence[str]) -> str | None:
    """The column whose values keep rows together in cross-validation, None when there is none."""
    return next((column for name, column in _told(columns, ()) if name in GROUPS), None)


def _shown(cell: Any) -> str:
    return "" if cell is None else " ".join(str(cell).split())[:60]


def _year(cell: Any) -> str:
    match = _YEAR.search(str(cell))
    return match[0] if match else ""


def _length(text: str) -> str:
    words = len(word_spans(text))
    tops = ((6, "1 up to 6 words"), (10, "2 7 to 10 words"), (15, "3 11 to 15 words"), (30, "4 16 to 30 words"))
    return next((name for top, name in tops if words <= top), "5 more than 30 words")


def _quoted(text: str) -> str:
    inside = sum(end - start for start, end in quote_spans(text, [(0, len(text))]))
    if not inside:
        return "1 nothing quoted"
    return "2 up to half quoted" if inside <= len(text) / 2 else "3 more than half quoted"


def _capitals(text: str) -> str:
    words = [text[start:end] for start, end in word_spans(text)]
    loud = sum(len(word) > 1 and word.isupper() for word in words)
    if not loud:
        return "1 no word in capitals"
    return "2 up to a third in capitals" if loud <= len(words) / 3 else "3 more than a third in capitals"


#: What the text itself tells: values begin with the number that orders them, which is not shown.
MEASURED: Final[dict[str, Callable[[str], str]]] = {
    "length": _length,
    "quotations": _quoted,
    "capitals": _capitals,
}


def _sliced(sample: Sample, guess: Guess, name: str, values: Sequence[str], by_size: bool) -> Iterator[Slice]:
    """The slices of one column: the largest ones, the others together; none where all rows are one."""
    told = np.array(values, dtype=object)
    names, counts = np.unique(told[told != ""].astype(str), return_counts=True)
    if len(names) < 2:
        return
    order = sorted(range(len(names)), key=lambda number: (-counts[number], names[number]))
    for number in order[:SHOWN] if by_size else sorted(order[:SHOWN]):
        shown = names[number][2:] if name in MEASURED else names[number]
        yield _slice(sample, guess, name, str(shown), told == names[number])
    if rest := [names[number] for number in order[SHOWN:]]:
        yield _slice(sample, guess, name, f"{len(rest)} others", np.isin(told.astype(str), rest))
    if (told == "").any():
        yield _slice(sample, guess, name, "not given", told == "")


def _slice(sample: Sample, guess: Guess, by: str, value: str, inside: NDArray[Any]) -> Slice:
    kind, n = sample.labels.kind, int(inside.sum())
    truth = predicted = None
    bias = agreement = None
    if kind in ("graded", "binary"):
        answers = (guess.grades if kind == "graded" else guess.decisions)[inside, 0]
        known: Values = sample.truth[inside, 0]
        truth, predicted = float(known.mean()), float(answers.mean())
        bias = bootstrap(mean_difference, known, answers)
        likeness = guess.grades if kind == "graded" else guess.likelihoods
        agreement = bootstrap(pearson if kind == "graded" else roc_auc, known, likeness[inside, 0])
    error = mean_of(errors_of(sample, guess)[inside])
    return Slice(by, value, n, n < SMALL, truth, predicted, bias, error, agreement)
