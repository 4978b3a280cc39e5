"""Writes suggested rows: a table with all of their columns, or tasks that Label Studio imports."""

import re
from collections.abc import Callable, Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Final

from scorer.corpus.columns import common_kind, kind_of
from scorer.corpus.writers import Layout, json_line, write_delimited, write_jsonl
from scorer.errors import InputError
from scorer.files import sync_file
from scorer.labels import FRAMES
from scorer.suggest import RANDOM, Pick, Suggestion

#: Columns of the result besides those of the file; none of them has a name that is read as a label.
RESULTS: Final = {"picked": "text", "uncertainty": "float", "model_says": "text"}
SUFFIXES: Final = (".csv", ".tsv", ".jsonl", ".json")


class _Layout(Layout):
    """The columns of a suggestion: the row's number, what is carried through, why it was picked."""

    @cached_property
    def kinds(self) -> dict[str, str]:
        """Names and kinds of the columns, in order."""
        return {"row": "int", **dict(zip(self.names, self.carried.values(), strict=True)), **RESULTS}


def check_out(out: Path, unlabelled: str, overwrite: bool) -> None:
    """Make sure, before any work is done, that the result can be written.

    :raises InputError: when it cannot, or would replace something.
    """
    if out.suffix.lower() not in SUFFIXES:
        raise InputError(f"{out}: no format known by that name; expected one of {', '.join(SUFFIXES)}.")
    if not out.parent.is_dir():
        raise InputError(f"{out}: the folder {out.parent} does not exist; make it first.")
    if out.is_dir():
        raise InputError(f"{out}: is a folder, expected the name of a file to write.")
    if out.exists() and Path(unlabelled).exists() and out.samefile(unlabelled):
        raise InputError(f"{out}: is the input too; write the result under another name.")
    if out.exists() and not overwrite:
        raise InputError(f"{out}: is there already and may hold labels; name another file, or pass --overwrite.")


def write_suggestion(found: Suggestion, out: Path) -> None:
    """Write the rows in the format of the file's suffix, whole or not at all."""
    unfinished = out.with_name(out.name + ".tmp")
    _WRITERS[out.suffix.lower()](found, unfinished)
    sync_file(unfinished)
    unfinished.replace(out)


def _renamed(name: str, taken: tuple[str, ...]) -> str:
    """What a column is called in the result: `input_NAME` where the result has a column of that name.

    Never the same for two names: `input_row` becomes `input_input_row`.
    """
    return f"input_{name}" if re.sub(r"^(?:input_)+", "", name) in taken else name


def model_says(found: Suggestion, pick: Pick) -> float | str:
    """What the model says of a row: the score 0-100, or the names of the labels that are there."""
    if found.head == "frames":
        return " ; ".join(pick.present) or "none"
    return round(pick.grades[0], 1)


def _table(found: Suggestion, out: Path, write: Callable[..., None], nested: bool) -> None:
    taken = ("row", *RESULTS)
    rows: list[dict[str, Any]] = []
    for pick in found.picks:
        result = dict(zip(RESULTS, (pick.why, round(pick.uncertainty, 4), model_says(found, pick)), strict=True))
        columns = {_renamed(name, taken): value for name, value in pick.values.items()}
        rows.append(
            {"row": pick.row, "source": "", "columns": columns, "result": result if nested else list(result.values())}
        )
    kinds: dict[str, set[str]] = {_renamed(name, taken): set() for name in found.columns}
    for row in rows:
        for name, value in row["columns"].items():
            if value is not None:
                kinds[name].add(kind_of(value))
    layout = _Layout({name: common_kind(kind) for name, kind in kinds.items()}, False, False, {})
    write(out, [rows], layout, "")


def _tasks(found: Suggestion, out: Path) -> None:
    """Label Studio's JSON: a task a row, with what the model says as its prediction."""
    lines = ",\n".join(json_line(_task(found, pick)).rstrip("\n") for pick in found.picks)
    out.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


def _task(found: Suggestion, pick: Pick) -> dict[str, Any]:
    taken = ("row", "text", "picked", "uncertainty")
    carried: Mapping[str, Any] = {
        _renamed(name, taken): value for name, value in pick.values.items() if name != found.text_column
    }
    return {
        "data": {
            "text": pick.text,
            "row": pick.row,
            **carried,
            "picked": pick.why,
            "uncertainty": round(pick.uncertainty, 4),
        },
        "predictions": [
            {
                "model_version": f"{found.model.name} {found.model.version}",
                "score": round(1 - pick.uncertainty, 4),
                "result": [{"from_name": found.head, "to_name": "text", **_value(found, pick)}],
            }
        ],
    }


def _value(found: Suggestion, pick: Pick) -> dict[str, Any]:
    """The answer as the control of `labelling_config` has it."""
    if found.head == "frames":
        return {"type": "choices", "value": {"choices": list(pick.present)}}
    if found.head in FRAMES:
        return {"type": "choices", "value": {"choices": ["yes" if pick.present else "no"]}}
    return {"type": "number", "value": {"number": round(pick.grades[0])}}


def labelling_config(head: str) -> str:
    """The labelling interface in Label Studio's language that the tasks of a head fit."""
    if head == "frames" or head in FRAMES:
        names = FRAMES if head == "frames" else ("yes", "no")
        choices = "".join(f'<Choice value="{name}"/>' for name in names)
        many = ' choice="multiple"' if head == "frames" else ""
        control = f'<Choices name="{head}" toName="text"{many}>{choices}</Choices>'
    else:
        control = f'<Number name="{head}" toName="text" min="0" max="100"/>'
    return f'<View><Text name="text" value="$text"/>{control}</View>'


def summary(found: Suggestion) -> str:
    """What was picked, from how many rows, and why others were left out."""
    drawn = sum(pick.why == RANDOM for pick in found.picks)
    text = (
        f"{len(found.picks):,} rows to label, {len(found.picks) - drawn:,} of them uncertain and {drawn:,} drawn at "
        f"random, from {found.judged:,} different texts in {found.rows:,} rows"
    )
    left_out = ", ".join(f"{count:,} {reason}" for reason, count in found.left_out.items())
    return f"{text}; left out: {left_out}." if left_out else f"{text}."


_WRITERS: Final[dict[str, Callable[[Suggestion, Path], None]]] = {
    ".csv": partial(_table, write=partial(write_delimited, delimiter=","), nested=False),
    ".tsv": partial(_table, write=partial(write_delimited, delimiter="\t"), nested=False),
    ".jsonl": partial(_table, write=write_jsonl, nested=True),
    ".json": _tasks,
}
