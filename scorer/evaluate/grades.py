"""A column of grades, or of yes and no: numbers on a scale, words, or one class against the others."""

import math
import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from scorer.errors import InputError
from scorer.evaluate.cells import NO, YES, Labels, Wanted, is_missing, number_of, same_labels, word_of
from scorer.evaluate.rows import Row, Table
from scorer.labels import BANDS, DEVICES
from scorer.metrics import Values

#: Scales whose two ends both occur in a column.
_SCALES: Final = frozenset(
    [(0, high) for high in (1, 2, 3, 4, 5, 6, 7, 10, 100)]
    + [(1, high) for high in (3, 4, 5, 6, 7, 9, 10, 100)]
    + [(-high, high) for high in (1, 2, 3, 5)]
)
#: Scales of the heads' own levels, which are taken for granted.
_OWN_SCALES: Final = {**dict.fromkeys(DEVICES, 3), "bias": 3, "opinion": 2}


def detected_scale(values: Values, head: str) -> tuple[float, float] | None:
    """The scale that grades are on, as far as they show it.

    A scale counts when both of its ends occur; besides it is 0-1 when there are fractions of 1, 0-100 when grades
    reach beyond 50 of 100, and for the heads with levels of their own (devices and bias 0-3, opinion 0-2) theirs.

    :param values: at least two different ones.
    """
    low, high = float(values.min()), float(values.max())
    whole = bool((values == np.round(values)).all())
    own = _OWN_SCALES.get(head)
    if own and whole and low >= 0 and high <= own:
        return 0.0, float(own)
    if (low, high) in _SCALES:
        return low, high
    if low >= 0 and high <= 1:
        return 0.0, 1.0
    return (0.0, 100.0) if low >= 0 and 50 < high <= 100 else None


@dataclass(frozen=True)
class Column:
    """One column of labels of the table, for one head that says how much or yes or no."""

    table: Table
    name: str
    head: str
    wanted: Wanted
    note: str

    @property
    def _place(self) -> str:
        return f"{self.table.name}: the column {self.name!r}"

    def numbers(self) -> Labels:
        """Grades, or yes and no as numbers."""
        values = np.array([np.nan if (found := self._number(row)) is None else found for row in self.table.rows])
        known = values[~np.isnan(values)]
        different = np.unique(known)
        if len(different) < 2:
            raise InputError(f"{self._place} holds {different[0]:g} in every row; a constant cannot be evaluated.")
        if self.wanted.positive is not None:
            return self.words()
        if self.wanted.scale is None and len(different) == 2:
            return self._two_numbers(values, different)
        scale = self.wanted.scale or detected_scale(known, self.head)
        if scale is None:
            raise InputError(
                f"{self._place} runs from {different[0]:g} to {different[-1]:g}, which is no scale known here; "
                f"name its ends, as in --scale 0,{math.ceil(different[-1])}."
            )
        outside = np.flatnonzero((values < scale[0]) | (values > scale[1]))
        if len(outside):
            row = int(outside[0])
            raise InputError(
                f"{self._place} has {values[row]:g} in row {self.table.rows[row].number}, outside the scale "
                f"{scale[0]:g} to {scale[1]:g} named with --scale."
            )
        how = "named with --scale" if self.wanted.scale else "detected; name another with --scale"
        note = f"Grades from {scale[0]:g} to {scale[1]:g} ({how}), rescaled to 0-100."
        return self._made("graded", 100 * (values - scale[0]) / (scale[1] - scale[0]), note, scale=scale)

    def _number(self, row: Row) -> float | None:
        cell = row.cells.get(self.name)
        return None if is_missing(cell) else number_of(cell)

    def _two_numbers(self, values: Values, different: Values) -> Labels:
        low, high = (float(value) for value in different)
        if low not in (0.0, -1.0):
            raise InputError(
                f"{self._place} holds two numbers, {low:g} and {high:g}; name the one that means yes "
                f"(--positive {high:g}), or the scale of grades (--scale LOW,HIGH)."
            )
        truth = np.where(np.isnan(values), np.nan, values == high)
        return self._made("binary", truth, f"{high:g} counts as yes.", positive=f"{high:g}")

    def words(self) -> Labels:
        """Yes and no in words, names of bands, or one class against the others."""
        cells = [row.cells.get(self.name) for row in self.table.rows]
        counts = Counter(word_of(cell) for cell in cells if not is_missing(cell))
        if len(counts) < 2:
            raise InputError(
                f"{self._place} holds {next(iter(counts))!r} in every row; a constant cannot be evaluated."
            )
        bands = _band_middles()
        if self.head == "sensationalism" and self.wanted.positive is None and counts.keys() <= bands.keys():
            values = np.array([bands.get(word_of(cell), np.nan) for cell in cells])
            return self._made(
                "graded", values, "Names of bands are read as the middle of the band.", scale=(0.0, 100.0)
            )
        positive = self._positive(counts)
        same = same_labels(counts, positive)
        truth = np.array([np.nan if is_missing(cell) else float(word_of(cell) in same) for cell in cells])
        others = "" if len(counts) == 2 else f" against {len(counts) - len(same)} other labels"
        return self._made("binary", truth, f"{positive!r} counts as yes{others}.", positive=positive)

    def _positive(self, counts: Counter[str]) -> str:
        """The label that counts as yes."""
        shown = ", ".join(repr(name[:40]) for name, _ in counts.most_common(8)) + " …" * (len(counts) > 8)
        if self.wanted.positive is not None:
            same = same_labels(counts, word_of(self.wanted.positive))
            if not same:
                raise InputError(f"{self._place} never holds {self.wanted.positive!r} (--positive); it holds {shown}.")
            return same[0]
        yes = [name for name in counts if name in YES or re.sub(r"\W+", "_", name) == self.head]
        no = [name for name in counts if name in NO or re.match(r"(?:no|non|not)[\s_-]+\w", name)]
        if len(counts) == 2 and len(yes) == 1:
            return yes[0]
        if len(counts) == 2 and len(no) == 1:
            return next(name for name in counts if name not in no)
        raise InputError(
            f"{self._place} holds {len(counts)} different labels ({shown}), but {self.head} is a matter of degree or "
            "of yes and no: name the label that means yes with --positive."
        )

    def _made(
        self,
        kind: str,
        values: Values,
        note: str,
        scale: tuple[float, float] | None = None,
        positive: str | None = None,
    ) -> Labels:
        cells = [row.cells.get(self.name) for row in self.table.rows]
        missing = sum(is_missing(cell) for cell in cells)
        strays = int(np.isnan(values).sum()) - missing
        left_out = {"no label": missing, "a label that is no number": strays}
        return Labels(
            columns=(self.name,),
            head=self.head,
            kind=kind,
            names=(self.head,),
            truth=np.asarray(values, dtype=np.float64)[:, None],
            scale=scale,
            positive=positive,
            left_out={reason: count for reason, count in left_out.items() if count},
            notes=(self.note, note),
        )


def _band_middles() -> dict[str, float]:
    """The middle of each band of scores by its name."""
    edges = [*(lowest for _, lowest in BANDS), 100.0]
    return {name: (low + high) / 2 for (name, _), (low, high) in zip(BANDS, pairwise(edges), strict=True)}
