"""Finds the column of labels in a table, and the head of the model that it is to be compared with."""

import re
from collections.abc import Sequence
from typing import Final

from scorer.corpus.columns import listed
from scorer.errors import InputError
from scorer.evaluate import HEADS
from scorer.evaluate.cells import Labels, Wanted, is_missing, number_of
from scorer.evaluate.frames import frame_names, one_frame_each
from scorer.evaluate.grades import Column
from scorer.evaluate.rows import Table
from scorer.labels import DEVICES

#: Usual names of label columns, in order of preference, with the head they stand for.
USUAL: Final = {
    **dict.fromkeys(("truthmean", "truth_mean"), "clickbait"),
    **dict.fromkeys(("sensationalism", "sensationalism_score", "sensational"), "sensationalism"),
    **dict.fromkeys(("clickbait", "clickbait_score", "is_clickbait", "truthclass"), "clickbait"),
    **dict.fromkeys(("frames", "frame", "primary_frame"), "frames"),
    **dict.fromkeys(("bias", "label_bias", "biased"), "bias"),
    **dict.fromkeys(("score", "rating", "label", "labels", "class", "target", "truth", "gold"), "sensationalism"),
    "opinion": "opinion",
    **dict(zip(DEVICES, DEVICES, strict=True)),
}
#: Of these the head can be any.
GENERIC: Final = ("score", "rating", "label", "labels", "class", "target", "truth", "gold")
#: A column is one of numbers when at most this share of its labels is something else.
_STRAY: Final = 0.1


def read_labels(table: Table, wanted: Wanted) -> Labels:
    """Find the column of labels, the head it stands for, and its kind.

    :raises InputError: when there is none, or what is in it cannot be compared with anything.
    """
    columns = wanted.columns or (_usual_column(table, wanted.head),)
    for column in columns:
        if column not in table.columns:
            raise InputError(
                f"{table.name}: has no column {column!r} (--label-col); its columns are {listed(table.columns)}."
            )
    head, why = (wanted.head, "named with --head") if wanted.head else _head_of(columns)
    note = f"Labels: column {', '.join(repr(column) for column in columns)}. Head: {head} ({why})."
    if len(columns) > 1:
        return one_frame_each(table, columns, head, note)
    cells = [row.cells.get(columns[0]) for row in table.rows]
    given = [cell for cell in cells if not is_missing(cell)]
    if not given:
        raise InputError(f"{table.name}: none of the {len(cells)} rows has a label in {columns[0]!r}.")
    if head == "frames":
        return frame_names(table, columns[0], note)
    reader = Column(table, columns[0], head, wanted, note)
    strays = [cell for cell in given if number_of(cell) is None]
    if len(strays) <= _STRAY * len(given):
        return reader.numbers()
    if wanted.scale is not None:
        raise InputError(
            f"{table.name}: the column {columns[0]!r} holds {str(strays[0])[:40]!r}, which is no number on a scale; "
            "leave out --scale, or name the label that means yes with --positive."
        )
    return reader.words()


def _usual_column(table: Table, head: str | None) -> str:
    """The column of labels by its name.

    :raises InputError: when there is none.
    """
    by_name = {name.strip().casefold(): name for name in reversed(table.columns) if name != table.text_column}
    names = [name for name in USUAL if head in (None, USUAL[name]) or name in GENERIC]
    names.sort(key=lambda name: head is not None and USUAL[name] != head)
    names = ([head] if head else []) + names
    found = next((by_name[name] for name in names if name in by_name), None)
    if found is None:
        raise InputError(
            f"{table.name}: found no column of labels ({', '.join(names)}); its columns are "
            f"{listed(table.columns)}; name one with --label-col."
        )
    return found


def _head_of(columns: Sequence[str]) -> tuple[str, str]:
    """The head that a column's name stands for, and why."""
    if len(columns) > 1:
        return "frames", "several columns are labels of frames"
    name = columns[0].strip().casefold()
    if name in USUAL:
        sure = name not in GENERIC
        return USUAL[name], "by the column's name" if sure else "the default; name another with --head"
    for head in sorted(HEADS, key=len, reverse=True):
        if head in re.sub(r"[^a-z]+", "_", name):
            return head, "by the column's name"
    return "sensationalism", "the default; name another with --head"
