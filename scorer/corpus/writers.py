"""Writers of one result file from scored rows: CSV, TSV, JSONL, SQLite, and the Clickbait Challenge's results."""

import csv
import json
import math
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TextIO

from scorer.corpus.columns import BODY_COLUMNS, HEADLINE_COLUMNS, distinct
from scorer.corpus.files import output_file
from scorer.labels import DEVICES

Row = Mapping[str, Any]
Batches = Iterable[Sequence[Row]]

#: Where the strength of clickbait stands in flat fields.
CLICKBAIT: Final = HEADLINE_COLUMNS.index("clickbait")
#: The challenge takes no gaps: what is not judged gets about the mean judgement of its corpus.
CLICKBAIT_UNKNOWN: Final = 0.33
BODY_NUMBERS: Final = ("body_bias", "body_opinion", "body_tone", "gap", "gap_low", "gap_high")
#: Result columns that are no text.
NUMBERS: Final = frozenset(("score", "low", "high", *DEVICES, "clickbait", *BODY_NUMBERS))
_SQL_TYPES: Final = {"text": "TEXT", "json": "TEXT", "bool": "INTEGER", "int": "INTEGER", "float": "REAL"}


@dataclass(frozen=True)
class Layout:
    """What the columns of a result are.

    :param carried: carried columns with the kind of their values (`columns.kind_of`), in the order they came up.
    :param with_source: whether a column names the file; `with_body`: whether there are columns of a body.
    :param types: arrow types of carried columns that came with one.
    """

    carried: Mapping[str, str]
    with_source: bool
    with_body: bool
    types: Mapping[str, Any]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the carried columns in the result, distinct even without regard to case."""
        return tuple(distinct(self.carried))

    @cached_property
    def kinds(self) -> dict[str, str]:
        """Names and kinds of the columns of a flat row, in order."""
        results = (*HEADLINE_COLUMNS, *(BODY_COLUMNS if self.with_body else ()))
        return {
            "row": "int",
            **({"source_file": "text"} if self.with_source else {}),
            **dict(zip(self.names, self.carried.values(), strict=True)),
            **{name: "float" if name in NUMBERS else "text" for name in results},
        }

    @cached_property
    def mixed(self) -> tuple[int, ...]:
        """Places of the carried columns that need `one_kind`."""
        return tuple(place for place, kind in enumerate(self.carried.values()) if kind == "json")

    def flat_values(self, row: Row) -> list[Any]:
        """The carried values of a row, None where it has none, as columns of one kind hold them."""
        found = row["columns"]
        values = [found.get(name) for name in self.carried]
        for place in self.mixed:
            values[place] = one_kind(values[place], "json")
        return values


def flat_row(row: Row, layout: Layout) -> list[Any]:
    """The fields of a flat row, in the order of `layout.kinds`."""
    start = [row["row"], row["source"]] if layout.with_source else [row["row"]]
    return [*start, *layout.flat_values(row), *row["result"]]


def one_kind(value: Any, kind: str) -> Any:
    """A value as a column of `kind` holds it: JSON where values of several kinds, lists or objects meet."""
    if kind != "json" or value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def nested_row(row: Row, layout: Layout) -> dict[str, Any]:
    """A row with its results nested as in `schemas/headline.json`."""
    source = {"source_file": row["source"]} if layout.with_source else {}
    found = row["columns"]
    names = zip(layout.names, layout.carried, strict=True)
    carried = {name: found[original] for name, original in names if original in found}
    return {"row": row["row"], **source, **carried, **row["result"]}


def _rows(batches: Batches) -> Iterator[Row]:
    for batch in batches:
        yield from batch


class _LineEnds:
    """Takes lines that end as the csv module wants it, so that it quotes carriage returns, and ends them simply."""

    def __init__(self, text: TextIO) -> None:
        self._text = text

    def write(self, line: str) -> None:
        """Write one line."""
        self._text.write(line[:-2] + "\n")


def write_delimited(path: Path, batches: Batches, layout: Layout, compression: str, delimiter: str) -> None:
    """Write CSV or TSV: UTF-8, quoted only where needed, a header."""
    with output_file(path, compression) as text:
        table = csv.writer(_LineEnds(text), delimiter=delimiter, lineterminator="\r\n")
        table.writerow(layout.kinds)
        has_truth = "bool" in layout.kinds.values()
        for row in _rows(batches):
            fields = flat_row(row, layout)
            table.writerow(map(_truth, fields) if has_truth else fields)


def _truth(field: Any) -> Any:
    return str(field).lower() if isinstance(field, bool) else field


def write_jsonl(path: Path, batches: Batches, layout: Layout, compression: str) -> None:
    """Write one object a line, results nested."""
    with output_file(path, compression) as text:
        for row in _rows(batches):
            text.write(json_line(nested_row(row, layout)))


def json_line(value: Any) -> str:
    """A line of JSON; numbers that JSON does not know become null."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False) + "\n"
    except ValueError:
        return json.dumps(_finite(value), ensure_ascii=False) + "\n"


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list) else value


def write_clickbait(path: Path, batches: Batches, layout: Layout, compression: str) -> None:
    """Write the Clickbait Challenge's `results.jsonl`: `id` and `clickbaitScore`."""
    with output_file(path, compression) as text:
        for row in _rows(batches):
            score = row["result"][CLICKBAIT]
            known = CLICKBAIT_UNKNOWN if score is None else score
            text.write(json_line({"id": str(row["columns"].get("id", row["row"])), "clickbaitScore": known}))


def write_sqlite(path: Path, batches: Batches, layout: Layout, compression: str) -> None:
    """Write a SQLite database with one table, `scores`."""
    path.unlink(missing_ok=True)
    names = {name: f'"{name.replace(chr(34), chr(34) * 2)}"' for name in layout.kinds}
    columns = ", ".join(f"{names[name]} {_SQL_TYPES[kind]}" for name, kind in layout.kinds.items())
    marks = ", ".join("?" * len(names))
    with closing(sqlite3.connect(path)) as base:
        # the file is new and unfinished: a crash throws it away, so it needs no journal of its own
        base.execute("PRAGMA journal_mode = OFF")
        base.execute(f"CREATE TABLE scores ({columns})")
        for batch in batches:
            base.executemany(f"INSERT INTO scores VALUES ({marks})", (flat_row(row, layout) for row in batch))
        base.commit()
