"""What every step of retraining works on: texts and labels of one kind, as read from a user's file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Kind = Literal["graded", "binary", "classes", "labels", "phrases"]


@dataclass(frozen=True)
class Labelled:
    """Labelled rows of one file, in file order; a row without a text is not among them.

    file: its name; sha256: of its content. text_column, label_columns: what was read. kind: `graded` (one number),
    `binary` (yes or no), `classes` (one of several), `labels` (any of several), `phrases` (spans). names: the labels,
    one a column of `targets` (`("score",)` for graded; for binary the label that means yes; empty for phrases).
    targets: (rows, names), NaN where missing; graded 0-1 on `scale`, the rest 0 or 1. scale: the lowest and highest
    grade of the file's own scale, graded only. spans: by row, None where missing; phrases only. rows: number in the
    file, from 1. columns: every other column by name, as text, for splitting and slicing. left_out: rows by the reason
    why they are not here. notes: sentences on how the file was understood, to be shown.
    """

    file: str
    sha256: str
    text_column: str
    label_columns: tuple[str, ...]
    kind: Kind
    names: tuple[str, ...]
    texts: tuple[str, ...]
    rows: tuple[int, ...]
    targets: NDArray[np.float32]
    scale: tuple[float, float] | None
    spans: tuple[Sequence[tuple[int, int]] | None, ...]
    columns: Mapping[str, tuple[str, ...]]
    left_out: Mapping[str, int]
    notes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.texts)


@dataclass(frozen=True)
class Folds:
    """How rows are divided.

    by: what keeps rows together (`outlet`, `date`, `near-duplicates` …); note: a sentence on it. held_out: (rows,)
    rows that no training and no choice ever sees. fold: (rows,) 0 … count-1 for cross-validation among the rest, -1
    for rows held out.
    """

    by: str
    note: str
    held_out: NDArray[np.bool_]
    fold: NDArray[np.int64]
    count: int
