"""What a label is once it is read, and what a cell of a file may hold: nothing, a number, a word."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from scorer.metrics import Values

MISSING: Final = frozenset(("", "na", "n/a", "nan", "null", "-", "?"))
YES: Final = frozenset(
    "1 1.0 yes y true t positive biased sensational sensationalist sensationalistic subjective loaded".split()
)
NO: Final = frozenset("0 0.0 no n false f negative".split())


@dataclass(frozen=True)
class Labels:
    """What people or raters said of the rows of a table.

    `kind` is graded, binary, classes (one of several labels a row) or several (any number of them a row). `truth` is
    (rows, labels), 0-100 where graded and else 0 or 1, NaN for rows without a label. `scale` is what the grades were
    on, `positive` what counted as yes. `notes` are sentences on how the column was read.
    """

    columns: tuple[str, ...]
    head: str
    kind: str
    names: tuple[str, ...]
    truth: Values
    scale: tuple[float, float] | None
    positive: str | None
    left_out: Mapping[str, int]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Wanted:
    """What the user says of the labels; what is None or empty is found out."""

    columns: tuple[str, ...] = ()
    head: str | None = None
    scale: tuple[float, float] | None = None
    positive: str | None = None


def is_missing(cell: Any) -> bool:
    """Whether a cell holds no label."""
    if isinstance(cell, float) and math.isnan(cell):
        return True
    return cell is None or (isinstance(cell, str) and cell.strip().casefold() in MISSING)


def number_of(cell: Any) -> float | None:
    """The finite number in a cell, None when there is none."""
    try:
        found = float(cell)
    except (OverflowError, TypeError, ValueError):
        return None
    return found if math.isfinite(found) else None


def same_labels(labels: Iterable[str], label: str) -> list[str]:
    """Those of some labels that say the same as one: the same word, or an equal number."""
    return [name for name in labels if name == label or number_of(name) == number_of(label) is not None]


def word_of(cell: Any) -> str:
    """A label for comparison: lower case, without white space around it."""
    return str(cell).strip().casefold()


def read_yes_no(cells: Sequence[Any]) -> tuple[Values, int | None]:
    """1 for yes, 0 for no, NaN for what is missing, by cell; and the place of the first cell that is none of these."""
    values = np.full(len(cells), np.nan)
    for place, cell in enumerate(cells):
        if is_missing(cell):
            continue
        word = word_of(cell)
        if word not in YES | NO:
            return values, place
        values[place] = word in YES
    return values, None
