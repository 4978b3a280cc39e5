"""Labels that are phrases: verbatim, as lists, or as offsets; and whether they fit the texts."""

import re
from collections.abc import Sequence
from typing import Any, Final

from scorer.errors import InputError
from scorer.evaluate.cells import is_missing
from training.retrain.answers import is_spans, span_of

#: Between verbatim phrases of one cell; a bare semicolon may stand in a phrase.
JOINT: Final = re.compile(r"\s+;\s+|;\s+|\s*\|\s*|\n")
#: More than this share of phrases that do not fit means that the column holds something else.
_STRAY: Final = 0.25

Spans = tuple[tuple[int, int], ...]


def pieces(cell: Any) -> list[str]:
    """Verbatim phrases in a cell: of a list, or joined by ` ; `."""
    items = cell if isinstance(cell, list) else JOINT.split(str(cell))
    return [piece for item in items if not is_missing(piece := str(item).strip())]


def place_of(phrase: str, text: str) -> tuple[int, int] | None:
    """Where a phrase first stands in a text, with its capitals or else without regard to them."""
    start = text.find(phrase)
    if start < 0:
        found = re.search(re.escape(phrase), text, re.IGNORECASE)
        return found.span() if found else None
    return start, start + len(phrase)


def stands_verbatim(cell: Any, text: str) -> bool:
    """Whether every phrase of a cell stands in the text."""
    found = pieces(cell)
    return bool(found) and all(place_of(piece, text) for piece in found)


def read_spans(
    cells: Sequence[Any], raw: Sequence[Any], texts: Sequence[str], rows: Sequence[int], place: str
) -> tuple[tuple[Spans | None, ...], list[str]]:
    """Phrases of each row as spans, None where nobody looked for any; and sentences on how they were read.

    :param cells: settled; `raw`: as they are in the file, where an empty text means that there is no phrase.
    :param rows: numbers in the file; `place`: file and column, for errors.
    :raises InputError: when many do not fit the texts.
    """
    found: list[Spans | None] = []
    strays: list[str] = []
    count = blank = 0
    for cell, given, text, row in zip(cells, raw, texts, rows, strict=True):
        if cell is None or is_missing(cell):
            nothing = isinstance(given, str)
            blank += nothing
            found.append(() if nothing else None)
            continue
        offsets = is_spans(cell)
        items: Sequence[Any] = cell if offsets else pieces(cell)
        spans = [span_of(item) if offsets else place_of(item, text) for item in items]
        good = [span for span in spans if span is not None and 0 <= span[0] < span[1] <= len(text)]
        count += len(items)
        wrong = [item for item, span in zip(items, spans, strict=True) if span not in good]
        strays += [f"row {row}: {_shown(item)} in a text of {len(text)} characters" for item in wrong]
        found.append(_joined(good))
    if strays and len(strays) > _STRAY * count:
        raise InputError(
            f"{place}: {len(strays)} of {count} phrases do not fit their texts ({strays[0]}); expected phrases as "
            "they stand in the text, joined by ' ; ', or offsets [start, end] in characters of the text."
        )
    notes = [f"{count} phrases in {sum(bool(spans) for spans in found)} texts."]
    if blank:
        notes.append(f"An empty cell counts as a text without a phrase ({blank} rows).")
    if strays:
        notes.append(f"{len(strays)} phrases that do not fit their texts are passed over ({strays[0]}).")
    return tuple(found), notes


def _shown(item: Any) -> str:
    span = span_of(item)
    return repr(str(item)[:40]) if span is None else f"{span[0]} to {span[1]}"


def _joined(spans: Sequence[tuple[int, int]]) -> Spans:
    """Spans in order, those that overlap as one."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)
