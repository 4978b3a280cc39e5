"""Exports of annotation tools as rows of cells: Label Studio, Argilla, and the feedback file of `scorer serve`."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from scorer.evaluate.cells import is_missing
from training.retrain.answers import VALUES, Many, is_spans, plain

#: What Label Studio adds to each row of its JSON-MIN and CSV exports.
LABEL_STUDIO: Final = ("annotation_id", "annotator", "created_at", "updated_at", "lead_time")
#: Fields of each line that `scorer serve --feedback` writes.
FEEDBACK: Final = ("text", "score", "model_score", "model", "time")
_RESPONSES: Final = ".responses"

Cells = dict[str, Any]


@dataclass(frozen=True)
class Unpacked:
    """Rows of an export: numbers in the file from 1 and cells.

    `labels` are the columns that the tool calls labels, empty where it does not tell; `texts` those of texts. `scale`
    is known for the file of feedback only. `notes` are sentences on what was done.
    """

    rows: tuple[tuple[int, Cells], ...]
    labels: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    scale: tuple[float, float] | None = None
    notes: tuple[str, ...] = ()


def unpack_objects(objects: Sequence[Cells]) -> Unpacked:
    """Rows of a JSON array: of Label Studio, of Argilla, or of anything else as it is."""
    first = objects[0] if objects else {}
    if isinstance(first.get("data"), dict) and ("annotations" in first or "completions" in first):
        return _label_studio(objects)
    if isinstance(first.get("fields"), dict) and ("responses" in first or "suggestions" in first):
        return _argilla(objects)
    return unpack_rows(list(enumerate(objects, start=1)))


def unpack_rows(rows: Sequence[tuple[int, Cells]]) -> Unpacked:
    """Rows as they are but for three shapes: flat Argilla, Label Studio's JSON-MIN and CSV, and feedback."""
    columns = dict.fromkeys(name for _, cells in rows[:100] for name in cells)
    if any(name.endswith(_RESPONSES) for name in columns):
        return _flat_argilla(rows, list(columns))
    if set(LABEL_STUDIO[:2]) <= columns.keys() and "id" in columns:
        return _flat_label_studio(rows)
    if set(FEEDBACK) <= columns.keys():
        note = "This is a file of feedback from scorer serve; of several scores for one text the mean is taken."
        return Unpacked(_gathered(rows, "text"), ("score",), ("text",), (0.0, 100.0), (note,))
    return Unpacked(tuple(rows))


def _label_studio(tasks: Sequence[Cells]) -> Unpacked:
    """Label Studio's JSON: an annotation that was skipped does not count."""
    rows, fields = [], dict.fromkeys(name for task in tasks for name in task.get("data") or {})
    answered: list[list[dict[str, Any]]] = []
    for number, task in enumerate(tasks, start=1):
        made = task.get("annotations") or task.get("completions") or []
        counted = [each for each in made if not (each.get("was_cancelled") or each.get("skipped"))]
        answered.append([_results(each.get("result") or []) for each in counted])
        rows.append((number, {"id": task.get("id"), **(task.get("data") or {})}))
    controls = dict.fromkeys(name for said in answered for each in said for name in each)
    several = {name for name in controls if _holds_lists(each.get(name) for said in answered for each in said)}
    for (_, cells), said in zip(rows, answered, strict=True):
        for name in controls:
            # where any number may be chosen, an annotator who chose none has said so
            values = [each.get(name, [] if name in several else None) for each in said]
            cells[name] = Many(value if name in several else _alone(value) for value in values)
    note = "This is Label Studio's JSON export; annotations that were skipped are left out."
    return Unpacked(tuple(rows), tuple(controls), tuple(fields), notes=(note,))


def _results(results: Sequence[Cells]) -> dict[str, Any]:
    """What one annotator said, by control."""
    found: dict[str, Any] = {}
    for result in results:
        value, name = result.get("value") or {}, result.get("from_name")
        if name is None:
            continue
        if "start" in value and "end" in value:
            found.setdefault(name, []).append(value)
        elif key := next((key for key in VALUES if key in value), None):
            found[name] = value[key]
    return found


def _holds_lists(values: Iterable[Any]) -> bool:
    """Whether any number of things may be in one value: several words, or spans."""
    return any(isinstance(value, list) and (len(value) > 1 or is_spans(value)) for value in values)


def _alone(value: Any) -> Any:
    """The one item of a list."""
    return (value[0] if value else None) if isinstance(value, list) else value


def _flat_label_studio(rows: Sequence[tuple[int, Cells]]) -> Unpacked:
    """Label Studio's JSON-MIN and CSV: a row for each annotation."""
    names = dict.fromkeys(name for _, cells in rows for name in cells if name not in LABEL_STUDIO)
    several = {name for name in names if _holds_lists(plain(cells.get(name)) for _, cells in rows)}
    cleaned = []
    for number, cells in rows:
        annotated = not is_missing(cells.get("annotation_id"))
        read = {name: cells.get(name) for name in names}
        for name in several:
            value = plain(read[name])
            listed = value if isinstance(value, list) else [] if is_missing(value) else [value]
            read[name] = listed if annotated else None
        cleaned.append((number, read))
    note = "This is Label Studio's export with one row for each annotation."
    return Unpacked(_gathered(cleaned, "id"), notes=(note,))


def _gathered(rows: Sequence[tuple[int, Cells]], key: str) -> tuple[tuple[int, Cells], ...]:
    """Rows of one key as one row, whose cells are `Many` where there are several."""
    groups: dict[Any, list[tuple[int, Cells]]] = defaultdict(list)
    for number, cells in rows:
        # a row without a key stands for itself
        groups[number if is_missing(cells.get(key)) else str(cells[key])].append((number, cells))
    made = []
    for group in groups.values():
        number, first = group[0]
        cells = {}
        for name in first:
            values = [each.get(name) for _, each in group]
            cells[name] = Many(values) if len(values) > 1 else values[0]
        made.append((number, cells))
    return tuple(made)


def _argilla(records: Sequence[Cells]) -> Unpacked:
    """What `records.to_json` of Argilla writes; suggestions count only where a question has no response at all."""
    rows = []
    questions = dict.fromkeys(name for each in records for name in each.get("responses") or {})
    hints = dict.fromkeys(name for each in records for name in each.get("suggestions") or {} if name not in questions)
    for number, record in enumerate(records, start=1):
        cells = {"id": record.get("id"), **(record.get("fields") or {}), **(record.get("metadata") or {})}
        for name in questions:
            said = (record.get("responses") or {}).get(name) or []
            cells[name] = Many(each.get("value") for each in said if each.get("status") != "discarded")
        for name in hints:
            cells[name] = ((record.get("suggestions") or {}).get(name) or {}).get("value")
        rows.append((number, cells))
    fields = dict.fromkeys(name for each in records for name in each["fields"])
    note = "This is Argilla's JSON export, which does not tell a discarded response from a submitted one."
    return Unpacked(tuple(rows), (*questions, *hints), tuple(fields), notes=(note, *_suggested(hints)))


def _flat_argilla(rows: Sequence[tuple[int, Cells]], columns: Sequence[str]) -> Unpacked:
    """What `records.to_datasets` of Argilla gives: `tone.responses` beside `tone.suggestion`."""
    questions = [name.removesuffix(_RESPONSES) for name in columns if name.endswith(_RESPONSES)]
    made = []
    for number, cells in rows:
        read = {
            name: value for name, value in cells.items() if not any(name.startswith(f"{each}.") for each in questions)
        }
        for name in questions:
            said = plain(cells.get(name + _RESPONSES)) or []
            status = plain(cells.get(f"{name}{_RESPONSES}.status")) or ["submitted"] * len(said)
            read[name] = Many(value for value, how in zip(said, status, strict=True) if how != "discarded")
        made.append((number, read))
    return Unpacked(
        tuple(made), tuple(questions), notes=("This is Argilla's export; discarded responses are left out.",)
    )


def _suggested(names: Iterable[str]) -> tuple[str, ...]:
    listed = ", ".join(names)
    return (f"Nobody has answered {listed}: the suggestions there are taken for labels.",) if listed else ()
