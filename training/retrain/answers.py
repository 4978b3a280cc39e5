"""What annotators put into a cell: the wrapping around it, spans, and one value where several people answered."""

import ast
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from scorer.evaluate.cells import is_missing, number_of, word_of

#: Under these keys Label Studio keeps the value of a control that is no span.
VALUES: Final = ("choices", "rating", "number", "taxonomy")


class Many(tuple[Any, ...]):
    """What several annotators put into one cell."""

    __slots__ = ()


def plain(cell: Any) -> Any:
    """A cell without its wrapping: JSON or a Python list in a text, Label Studio's `[{"rating": 4}]`."""
    if isinstance(cell, str) and cell.strip()[:1] in ("[", "{"):
        cell = _parsed(cell)
    if isinstance(cell, list) and len(cell) == 1 and isinstance(cell[0], dict) and not is_spans(cell):
        cell = cell[0]
    if isinstance(cell, dict):
        cell = next((cell[key] for key in VALUES if key in cell), cell)
    return cell


def _parsed(cell: str) -> Any:
    """What a text says in JSON or as Python writes lists; the text itself where it is neither."""
    for read in (json.loads, ast.literal_eval):
        try:
            return read(cell)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
    return cell


def is_spans(cell: Any) -> bool:
    """Whether a cell is a list of spans: `[0, 4]`, `[0, 4, "loaded"]`, or objects with a start and an end."""
    return isinstance(cell, list) and bool(cell) and all(span_of(item) is not None for item in cell)


def span_of(item: Any) -> tuple[int, int] | None:
    """Start and end of one span, None when it is none."""
    if isinstance(item, dict):
        item = [item.get("start", item.get("start_offset")), item.get("end", item.get("end_offset"))]
    if not isinstance(item, list | tuple) or len(item) not in (2, 3):
        return None
    start, end = item[:2]
    whole = isinstance(start, int) and isinstance(end, int) and not isinstance(start, bool)
    return (start, end) if whole else None


def fitted(cell: Any, text: str) -> Any:
    """Spans of a cell as they index the text here.

    Pages in a browser count the characters of UTF-16, where an emoji is two; a span that carries its words tells.
    """
    if text.isascii() or not is_spans(cell):
        return cell
    return [_fitted(item, text) for item in cell]


def _fitted(item: Any, text: str) -> Any:
    words, span = item.get("text") if isinstance(item, dict) else None, span_of(item)
    if not words or span is None or text[slice(*span)] == words:
        return item
    units = text.encode("utf-16-le")
    start, end = (len(units[: 2 * place].decode("utf-16-le", "ignore")) for place in span)
    return [start, end] if text[start:end] == words else item


def settle(cells: Sequence[Any], texts: Sequence[str]) -> tuple[list[Any], list[str]]:
    """One value a cell: the mean of grades, the majority of labels and spans; and sentences on it.

    A tie leaves the cell without a label.

    :param texts: of the rows, which spans index.
    """
    said = [
        [fitted(plain(value), text) for value in (cell if isinstance(cell, Many) else (cell,))]
        for cell, text in zip(cells, texts, strict=True)
    ]
    answers = [[value for value in values if not is_missing(value)] for values in said]
    numbers = {number_of(value) for values in answers for value in values if not isinstance(value, list)}
    graded = None not in numbers and not numbers <= {0.0, 1.0}
    settled = [values[0] if len(values) == 1 else _agreed(values, graded) for values in answers]
    several = [number for number, values in enumerate(answers) if len(values) > 1]
    if not several:
        return settled, []
    ties = sum(settled[number] is None for number in several)
    how = "their mean counts" if graded else "what more than half of them say counts"
    note = f"Of texts that several people labelled ({len(several)}) {how}"
    return settled, [note + (f"; where they disagree evenly ({ties}) there is no label." if ties else ".")]


def _agreed(said: Sequence[Any], graded: bool) -> Any:
    """What annotators agree on, None for nothing or a tie."""
    if not said:
        return None
    if any(isinstance(value, list) for value in said):
        listed = [value if isinstance(value, list) else [value] for value in said]
        return _marked_by_most(listed) if any(map(is_spans, listed)) else _named_by_most(listed)
    if graded:
        return sum(float(value) for value in said) / len(said)
    counts = Counter(word_of(value) for value in said).most_common(2)
    if len(counts) > 1 and counts[0][1] == counts[1][1]:
        return None
    return next(value for value in said if word_of(value) == counts[0][0])


def _named_by_most(said: Sequence[list[Any]]) -> list[Any]:
    counts = Counter(item for items in said for item in dict.fromkeys(map(str, items)))
    return [name for name, count in counts.items() if count > len(said) / 2]


def _marked_by_most(said: Sequence[list[Any]]) -> list[list[int]]:
    """Runs of characters that more than half of the annotators marked."""
    counts: Counter[int] = Counter()
    for items in said:
        spans = [span_of(item) for item in items]
        counts.update({place for span in spans if span for place in range(*span)})
    places = sorted(place for place, count in counts.items() if count > len(said) / 2)
    runs: list[list[int]] = []
    for place in places:
        if runs and runs[-1][1] == place:
            runs[-1][1] = place + 1
        else:
            runs.append([place, place + 1])
    return runs
