"""Cells of labels as targets: grades, yes and no, one of several classes, several labels."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from scorer.errors import InputError
from scorer.evaluate.cells import NO, YES, is_missing, number_of, read_yes_no, same_labels, word_of
from scorer.evaluate.grades import detected_scale
from training.retrain.labelled import Kind
from training.retrain.wanted import Wanted

#: At most this share of the labels may be of the other sort, words among numbers or numbers among words.
_STRAY: Final = 0.1
#: More different labels than this, and than one in ten rows, are free text.
_MANY: Final = 20
#: Words that mean yes but name nothing, as numbers do: such a label is called as its column.
_BARE: Final = frozenset("yes y true t positive".split())
#: Words that mean no where labels are of wording.
_NO: Final = NO | frozenset("plain neutral calm none ordinary objective".split())
_SEPARATORS: Final = ";|,"
_CUT: Final = re.compile(r"(>=?)\s*(-?\d+(?:\.\d+)?)")

Numbers = NDArray[np.float32]


@dataclass(frozen=True)
class Targets:
    """Labels of the rows: see `Labelled` for `kind`, `names`, `values` (its `targets`) and `scale`."""

    kind: Kind
    names: tuple[str, ...]
    values: Numbers
    scale: tuple[float, float] | None
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """One column of labels: its name, the file for errors, its settled cells, and what the user wants.

    `seen` are the numbers that single annotators gave, by which the scale is found.
    """

    file: str
    name: str
    cells: Sequence[Any]
    seen: Sequence[float]
    wanted: Wanted

    @property
    def place(self) -> str:
        """File and column, for errors."""
        return f"{self.file}: the column {self.name!r}"

    @cached_property
    def given(self) -> list[Any]:
        """The cells that hold a label."""
        return [cell for cell in self.cells if not is_missing(cell)]

    def read(self) -> Targets:
        """The targets, of the kind asked for or found out.

        :raises InputError: when the cells cannot be of it, or of no kind at all.
        """
        if not self.given:
            raise InputError(f"{self.place} holds no label in any of its {len(self.cells)} rows (--label-col).")
        kind = self.wanted.kind or self._kind()
        if kind == "labels":
            return self._labels()
        if kind == "graded":
            return self._graded()
        return self._binary() if kind == "binary" else self._classes()

    def _kind(self) -> Kind:
        """The kind that the cells look like."""
        if self.wanted.separator or any(isinstance(cell, list) for cell in self.given):
            return "labels"
        if self.wanted.positive is not None:
            return "binary"
        words = {word_of(cell) for cell in self.given}
        if self.wanted.scale is not None:
            return "graded"
        strays = [cell for cell in self.given if number_of(cell) is None]
        if len(words) <= 2 or words <= YES | NO:
            return "binary"
        if len(strays) <= _STRAY * len(self.given):
            return "graded" if len(self._numbers()) > 2 else "binary"
        if len(strays) < (1 - _STRAY) * len(self.given):
            raise InputError(
                f"{self.place} holds numbers in {len(self.given) - len(strays)} rows and words in {len(strays)} "
                f"({str(strays[0])[:40]!r}): write all labels one way, or say with --kind classes that each is a class."
            )
        return "labels" if self._separator() else "classes"

    def _numbers(self) -> set[float]:
        return {number for cell in self.given if (number := number_of(cell)) is not None}

    def _separator(self) -> str | None:
        """What stands between several labels of one cell, judged by whether its parts stand elsewhere too."""
        cells = {str(cell) for cell in self.given}
        for mark in _SEPARATORS:
            several = [cell for cell in cells if mark in cell]
            counts = Counter(part for cell in cells for part in set(_parts(cell, mark)))
            parts = {part for cell in several for part in _parts(cell, mark)}
            if parts and sum(counts[part] > 1 for part in parts) >= len(parts) / 2:
                return mark
        return None

    def _graded(self) -> Targets:
        """Numbers on a scale, rescaled to 0-1."""
        values = np.array([np.nan if (found := self._grade(cell)) is None else found for cell in self.cells])
        known = values[~np.isnan(values)]
        if not len(known):
            raise InputError(f"{self.place} holds no number, but grades are asked for (--kind graded, --scale).")
        low, high = float(known.min()), float(known.max())
        if low == high:
            raise InputError(f"{self.place} holds {low:g} in every row; there is nothing to learn from a constant.")
        scale, how = self._scale(low, high)
        if low < scale[0] or high > scale[1]:
            wrong = low if low < scale[0] else high
            raise InputError(f"{self.place} holds {wrong:g}, outside the scale {scale[0]:g} to {scale[1]:g} (--scale).")
        notes = [f"Grades from {scale[0]:g} to {scale[1]:g} ({how})."]
        if strays := len(self.given) - len(known):
            notes.append(f"{strays} labels are no numbers and count as missing.")
        scaled = (values - scale[0]) / (scale[1] - scale[0])
        return Targets("graded", ("score",), scaled.astype(np.float32)[:, None], scale, tuple(notes))

    def _grade(self, cell: Any) -> float | None:
        return None if is_missing(cell) else number_of(cell)

    def _scale(self, low: float, high: float) -> tuple[tuple[float, float], str]:
        """The two ends of the scale, and how they are known."""
        if self.wanted.scale is not None:
            return self.wanted.scale, "the scale you named"
        low, high = min([low, *self.seen]), max([high, *self.seen])
        found = detected_scale(np.array([low, high, *self._numbers()]), "")
        if found is not None:
            return found, "detected; name another with --scale"
        return (low, high), "the lowest and the highest there are; name another scale with --scale"

    def _binary(self) -> Targets:
        """Yes and no: numbers, words, one label against the others, or grades above a cut."""
        counts = Counter(word_of(cell) for cell in self.given)
        cut = _CUT.fullmatch((self.wanted.positive or "").strip())
        if cut:
            return self._above(cut[1], float(cut[2]))
        positive, why = self._positive(counts)
        same = set(same_labels(counts, positive))
        if positive in YES and counts.keys() <= YES | NO:
            same = counts.keys() & YES
        values = [np.nan if is_missing(cell) else float(word_of(cell) in same) for cell in self.cells]
        others = "" if len(counts) <= 2 else f" against {len(counts) - len(same)} other labels"
        shown = next(str(cell).strip() for cell in self.given if word_of(cell) in same)
        name = self.name if positive in _BARE or number_of(positive) is not None else shown
        return self._one(name, values, f"Yes or no: {shown!r} counts as yes{others} ({why}).")

    def _above(self, sign: str, edge: float) -> Targets:
        """Grades of at least, or above, an edge count as yes."""
        grades = [self._grade(cell) for cell in self.cells]
        values = [
            np.nan if grade is None else float(grade >= edge if sign == ">=" else grade > edge) for grade in grades
        ]
        return self._one(self.name, values, f"Yes or no: {sign}{edge:g} counts as yes (you named it).")

    def _one(self, name: str, values: list[float], note: str) -> Targets:
        return Targets("binary", (name,), np.array(values, dtype=np.float32)[:, None], None, (note,))

    def _positive(self, counts: Counter[str]) -> tuple[str, str]:
        """The label that means yes, and how that is known."""
        shown = ", ".join(repr(name[:40]) for name, _ in counts.most_common(8)) + " …" * (len(counts) > 8)
        if self.wanted.positive is not None:
            for name in same_labels(counts, word_of(self.wanted.positive)):
                return name, "you named it"
            raise InputError(f"{self.place} never holds {self.wanted.positive!r} (--positive); it holds {shown}.")
        if len(counts) > 2 and not counts.keys() <= YES | NO:
            raise InputError(
                f"{self.place} holds {len(counts)} different labels ({shown}); name the one that means yes with "
                "--positive, or for grades the ones that do, as in --positive '>=0.5'."
            )
        if all(number_of(name) is not None for name in counts):
            return max(counts, key=lambda name: number_of(name) or 0.0), "the higher number; name another by --positive"
        yes = [name for name in counts if name in YES or re.sub(r"\W+", "_", name) == self.name.casefold()]
        no = [name for name in counts if name in _NO or re.match(r"(?:no|non|not)[\s_-]+\w", name)]
        if yes and (len(yes) == 1 or counts.keys() <= YES | NO):
            return yes[0], "by its name"
        if len(no) == 1 and len(counts) == 2:
            return next(name for name in counts if name not in no), f"{no[0]!r} means no"
        return min(counts, key=lambda name: (counts[name], name)), "the rarer one; name the other with --positive"

    def _classes(self) -> Targets:
        """One of several labels a row; a label that differs by capitals only is the same."""
        counts = Counter(word_of(cell) for cell in self.given)
        if len(counts) > max(_MANY, len(self.given) // 10) and self.wanted.kind is None:
            raise InputError(
                f"{self.place} holds {len(counts)} different texts in {len(self.given)} rows "
                f"({str(self.given[0])[:40]!r}), which look like no labels; name another column with --label-col."
            )
        values = [[] if is_missing(cell) else [word_of(cell)] for cell in self.cells]
        return self._flags("classes", values, [is_missing(cell) for cell in self.cells])

    def _labels(self) -> Targets:
        """Any number of labels a row."""
        mark = self.wanted.separator or self._separator() or ";"
        missing = [is_missing(cell) for cell in self.cells]
        listed = [
            []
            if gone
            else list(map(word_of, cell))
            if isinstance(cell, list)
            else list(map(word_of, _parts(cell, mark)))
            for cell, gone in zip(self.cells, missing, strict=True)
        ]
        return self._flags("labels", listed, missing)

    def _flags(self, kind: Kind, listed: list[list[str]], missing: list[bool]) -> Targets:
        """A column of targets for each label, in the order of the alphabet."""
        counts = Counter(name for names in listed for name in set(names))
        if not counts:
            raise InputError(f"{self.place} names no label.")
        names = tuple(sorted(counts))
        values = np.array([[float(name in found) for name in names] for found in listed], dtype=np.float32)
        values[missing] = np.nan
        shown = ", ".join(f"{name} ({count})" for name, count in counts.most_common(8)) + " …" * (len(counts) > 8)
        what = "One of several classes" if kind == "classes" else "Several labels a row"
        return Targets(kind, names, values, None, (f"{what}: {shown}.",))


def _parts(cell: Any, mark: str) -> list[str]:
    return [part for piece in str(cell).split(mark) if (part := piece.strip())]


def yes_or_no(file: str, columns: Sequence[str], cells: Sequence[Sequence[Any]]) -> Targets:
    """Several columns, each yes or no for the label it is named after; a missing cell is missing for that label only.

    :param cells: by column.
    :raises InputError: when a cell holds anything else.
    """
    values = np.full((len(cells[0]), len(columns)), np.nan, dtype=np.float32)
    for place, (column, found) in enumerate(zip(columns, cells, strict=True)):
        values[:, place], wrong_at = read_yes_no(found)
        if wrong_at is not None:
            raise InputError(
                f"{file}: the column {column!r} holds {str(found[wrong_at])[:40]!r}; several label columns are read as "
                "yes or no each (1 or 0): name one column of another kind alone."
            )
    counts = ", ".join(f"{column} ({int(np.nansum(values[:, place]))})" for place, column in enumerate(columns))
    return Targets("labels", tuple(columns), values, None, (f"Several labels a row, a column each: {counts}.",))
