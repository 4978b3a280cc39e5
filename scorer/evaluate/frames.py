"""Columns that name frames: one or several in a cell, or a column for each frame."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from scorer.errors import InputError
from scorer.evaluate.cells import Labels, is_missing, read_yes_no, word_of
from scorer.evaluate.rows import Table
from scorer.labels import FRAMES


def _frame_of(label: Any) -> str:
    return re.sub(r"\W+", "_", word_of(label)).strip("_")


def _frames_in(cell: Any) -> list[str]:
    """The frames that a cell names: a list, JSON of one, or names between semicolons, bars or commas."""
    if isinstance(cell, str) and cell.lstrip().startswith("["):
        try:
            cell = json.loads(cell)
        except ValueError:
            cell = cell.strip("[] ").replace("'", "")
    items = cell if isinstance(cell, list) else re.split(r"[;|,]", str(cell))
    return [name for item in items if (name := _frame_of(item))]


def frame_names(table: Table, column: str, note: str) -> Labels:
    """A column of names of frames, one or several a row.

    :raises InputError: when it names none of them.
    """
    found = [None if is_missing(cell) else _frames_in(cell) for cell in (row.cells.get(column) for row in table.rows)]
    counts = Counter(name for names in found for name in set(names or ()))
    known = tuple(frame for frame in FRAMES if counts[frame])
    if not known:
        there = ", ".join(repr(name[:40]) for name, _ in counts.most_common(8))
        raise InputError(
            f"{table.name}: the column {column!r} names none of the frames ({', '.join(FRAMES)}); it holds {there}."
        )
    unlabelled = [np.nan] * len(known)
    flags = [unlabelled if names is None else [float(frame in names) for frame in known] for names in found]
    truth = np.array(flags, dtype=np.float64)
    notes = [note]
    if len(known) < len(FRAMES):
        notes.append(f"Frames without a single label are left out: {', '.join(set_aside(FRAMES, known))}.")
    unknown = {name: count for name, count in counts.items() if name not in FRAMES and name not in ("none", "other")}
    if unknown:
        shown = ", ".join(f"{name!r} ({count})" for name, count in sorted(unknown.items())[:8])
        notes.append(f"Labels that are no frame of this model are passed over: {shown}.")
    single = all(names is None or len(names) == 1 for names in found)
    missing = sum(names is None for names in found)
    left_out = {"no label": missing} if missing else {}
    kind = "classes" if single else "several"
    return Labels((column,), "frames", kind, known, truth, None, None, left_out, tuple(notes))


def set_aside(names: Sequence[str], kept: Sequence[str]) -> list[str]:
    """The names that were not kept, in order."""
    return [name for name in names if name not in kept]


def one_frame_each(table: Table, columns: Sequence[str], head: str, note: str) -> Labels:
    """Several columns, each yes or no for the frame it is named after.

    :raises InputError: when a column is named otherwise or holds anything else.
    """
    frames = [_frame_of(column) for column in columns]
    wrong = [column for column, frame in zip(columns, frames, strict=True) if frame not in FRAMES]
    if head != "frames" or wrong:
        raise InputError(
            f"several label columns are read for frames only, each named as the frame: {', '.join(FRAMES)}"
            + (f"; {wrong[0]!r} is none." if wrong else f"; --head is {head}.")
        )
    truth = np.full((len(table.rows), len(columns)), np.nan)
    for number, column in enumerate(columns):
        cells = [row.cells.get(column) for row in table.rows]
        truth[:, number], wrong_at = read_yes_no(cells)
        if wrong_at is not None:
            raise InputError(
                f"{table.name}: the column {column!r} has {str(cells[wrong_at])[:40]!r} in row "
                f"{table.rows[wrong_at].number}; expected yes or no (1 or 0)."
            )
    missing = int(np.isnan(truth).any(axis=1).sum())
    truth[np.isnan(truth).any(axis=1)] = np.nan
    left_out = {"no label": missing} if missing else {}
    return Labels(tuple(columns), "frames", "several", tuple(frames), truth, None, None, left_out, (note,))
