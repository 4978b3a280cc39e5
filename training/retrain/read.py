"""Reads a user's labelled file: which column is the text, which one the label, and of what kind it is."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from scorer.corpus.columns import listed
from scorer.errors import InputError
from scorer.evaluate.cells import NO, YES, is_missing, number_of, word_of
from scorer.evaluate.labels import USUAL
from scorer.evaluate.rows import Table
from training.retrain.answers import Many, is_spans, plain, settle
from training.retrain.labelled import Labelled
from training.retrain.sheets import Sheet, open_sheet
from training.retrain.spans import read_spans, stands_verbatim
from training.retrain.split import DATES, GROUPS
from training.retrain.targets import Column, Targets, yes_or_no
from training.retrain.wanted import Wanted

__all__ = ["Wanted", "read_labelled"]

#: Usual names of columns of phrases.
PHRASES: Final = ("phrases", "loaded_phrases", "spans", "entities", "highlights")
#: Columns that are no labels, whatever they hold.
_OTHERS: Final = frozenset(("id", "split", "url", "link", "item", "status", "comments", "relations", *DATES))
#: A column holds phrases when they stand in at least this share of the texts they are given for.
_VERBATIM: Final = 0.9


def read_labelled(source: str, wanted: Wanted = Wanted()) -> Labelled:  # noqa: B008  (frozen)
    """Read a labelled file of any format.

    :param source: a file, or a folder that `datasets` saved or that holds the Clickbait Challenge's two files.
    :raises InputError: when there are no texts or no labels, or labels that make no sense together.
    """
    sheet = open_sheet(source, wanted)
    table = sheet.table
    names, why = _label_columns(sheet, wanted)
    texts = [row.text for row in table.rows]
    raw = {name: [row.cells.get(name) for row in table.rows] for name in names}
    settled, notes = {}, [*sheet.notes, f"Text: column {table.text_column!r}. {why}"]
    for name in names:
        settled[name], found = settle(raw[name], texts)
        notes += found
    return _labelled(sheet, wanted, names, raw, settled, notes)


def _labelled(
    sheet: Sheet,
    wanted: Wanted,
    names: tuple[str, ...],
    raw: Mapping[str, Sequence[Any]],
    settled: Mapping[str, Sequence[Any]],
    notes: list[str],
) -> Labelled:
    """The targets of all rows, and what else the file says of them."""
    table = sheet.table
    texts = [row.text for row in table.rows]
    spans: tuple[Any, ...] = (None,) * len(texts)
    cells = settled[names[0]]
    if len(names) > 1:
        found = yes_or_no(table.name, names, [settled[name] for name in names])
    elif (wanted.kind or ("phrases" if _are_phrases(names[0], cells, texts) else None)) == "phrases":
        place = f"{table.name}: the column {names[0]!r}"
        spans, told = read_spans(cells, raw[names[0]], texts, [row.number for row in table.rows], place)
        found = Targets("phrases", (), np.zeros((len(texts), 0), dtype=np.float32), None, tuple(told))
    else:
        found = _column(sheet, wanted, names[0], raw[names[0]], cells).read()
    return Labelled(
        file=table.name,
        sha256=table.sha256,
        text_column=table.text_column,
        label_columns=names,
        kind=found.kind,
        names=found.names,
        texts=tuple(texts),
        rows=tuple(row.number for row in table.rows),
        targets=found.values,
        scale=found.scale,
        spans=spans,
        columns={
            name: tuple(_as_text(row.cells.get(name)) for row in table.rows)
            for name in table.columns
            if name not in (table.text_column, *names)
        },
        left_out=table.left_out,
        notes=(*notes, *found.notes),
    )


def _column(sheet: Sheet, wanted: Wanted, name: str, raw: Sequence[Any], cells: Sequence[Any]) -> Column:
    """One column of labels; where no cell holds more than one, lists of them are taken apart."""
    lists = [plain(each) for cell in raw for each in (cell if isinstance(cell, Many) else (cell,))]
    lists = [cell for cell in lists if isinstance(cell, list)]
    if wanted.kind != "labels" and all(len(cell) <= 1 for cell in lists):
        cells = [(cell[0] if cell else None) if isinstance(cell, list) else cell for cell in cells]
    seen = [number_of(plain(each)) for cell in raw if isinstance(cell, Many) for each in cell]
    if wanted.scale is None and wanted.positive is None and wanted.kind in (None, "graded") and sheet.scale:
        wanted = replace(wanted, scale=sheet.scale)
    return Column(sheet.table.name, name, cells, [number for number in seen if number is not None], wanted)


def _as_text(cell: Any) -> str:
    """A cell of another column; the first annotator's where they differ."""
    if isinstance(cell, Many):
        cell = cell[0] if cell else None
    if cell is None:
        return ""
    return cell if isinstance(cell, str) else json.dumps(cell, ensure_ascii=False, default=str)


def _label_columns(sheet: Sheet, wanted: Wanted) -> tuple[tuple[str, ...], str]:
    """The columns of labels, and a sentence on how they were found.

    :raises InputError: when there is none.
    """
    table = sheet.table
    for name in wanted.label_columns:
        if name not in table.columns:
            raise InputError(
                f"{table.name}: has no column {name!r} (--label-col); its columns are {listed(table.columns)}."
            )
        if name == table.text_column:
            raise InputError(f"{table.name}: the column {name!r} is that of the texts; name another by --label-col.")
    if wanted.label_columns:
        shown = ", ".join(repr(name) for name in wanted.label_columns)
        return wanted.label_columns, f"Label: column {shown}, as you named it."
    known = {name.strip().casefold(): name for name in reversed(table.columns) if name != table.text_column}
    usual = [
        known[name]
        for name in ((*PHRASES, *USUAL) if wanted.kind == "phrases" else (*USUAL, *PHRASES))
        if name in known
    ]
    found = [name for name in usual if name in sheet.labels] or list(sheet.labels) or usual
    if found:
        filled = [name for name in found if any(_filled(row.cells.get(name)) for row in table.rows)] or found
        others = f" (also there: {', '.join(filled[1:9])}; name another with --label-col)" if filled[1:] else ""
        return (filled[0],), f"Label: column {filled[0]!r}{others}."
    return _guessed(table)


def _filled(cell: Any) -> bool:
    return any(map(_filled, cell)) if isinstance(cell, Many) else not is_missing(cell)


def _guessed(table: Table) -> tuple[tuple[str, ...], str]:
    """The only column that could hold labels, or several of yes and no.

    :raises InputError: when no column or more than one could.
    """
    able = []
    for name in table.columns:
        usual = name.strip().casefold()
        if name != table.text_column and usual not in _OTHERS and not any(usual in names for names in GROUPS.values()):
            cells = [cell for row in table.rows if not is_missing(cell := row.cells.get(name))]
            different = {word_of(cell) for cell in cells}
            if cells and (len(different) <= max(20, len(cells) // 10) or all(map(_is_label, cells))):
                able.append((name, different <= YES | NO))
    names = tuple(name for name, _ in able)
    if len(names) == 1 or (len(names) > 1 and all(flag for _, flag in able)):
        return names, f"Label: column {', '.join(map(repr, names))}, which nothing else than labels stands in."
    what = f"several columns that may hold the labels ({listed(names)})" if names else "no column of labels"
    raise InputError(f"{table.name}: found {what}; its columns are {listed(table.columns)}; name one with --label-col.")


def _is_label(cell: Any) -> bool:
    return number_of(cell) is not None or isinstance(plain(cell), list)


def _are_phrases(name: str, cells: Sequence[Any], texts: Sequence[str]) -> bool:
    """Whether a column holds phrases: spans, a usual name, or words that stand in the texts."""
    given = [(cell, text) for cell, text in zip(cells, texts, strict=True) if not is_missing(cell) and cell != []]
    if any(is_spans(cell) for cell, _ in given) or name.strip().casefold() in PHRASES:
        return True
    if not given or any(number_of(cell) is not None for cell, _ in given):
        return False
    return sum(stands_verbatim(cell, text) for cell, text in given) >= _VERBATIM * len(given)
