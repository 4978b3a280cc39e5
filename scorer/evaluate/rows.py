"""Reads a labelled file: its texts, all its columns, the rows asked for, and the Clickbait Challenge's two files."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from scorer.bundle import file_hash
from scorer.corpus.columns import HEADLINE_NAMES, find_column, listed
from scorer.corpus.inputs import open_reader
from scorer.corpus.readers import DAMAGE
from scorer.corpus.records import Record, with_texts
from scorer.errors import InputError

#: Usual names of the column of texts, in order of preference.
TEXT_NAMES: Final = (*HEADLINE_NAMES, "sentence", "passage", "paragraph")
INSTANCES: Final = "instances.jsonl"
TRUTH: Final = "truth.jsonl"


@dataclass(frozen=True)
class Row:
    """One row that can be read: its number in the file from 1, its text, and its cells by column."""

    number: int
    text: str
    cells: Mapping[str, Any]


@dataclass(frozen=True)
class Table:
    """The rows of a labelled file.

    `name` and `sha256` are the file's, `total` its rows; `left_out` counts rows by the reason why they are not among
    `rows`.
    """

    name: str
    sha256: str
    text_column: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    total: int
    left_out: Mapping[str, int]


def read_table(
    labelled: str,
    text_column: str | None = None,
    where: Sequence[tuple[str, str]] = (),
    truth: str | None = None,
    encoding: str = "utf-8",
) -> Table:
    """Read a file of any format `scorer corpus` reads.

    :param labelled: the file, or a folder with the Clickbait Challenge's `instances.jsonl` and `truth.jsonl`.
    :param where: (column, value) pairs: rows to keep; several values of one column are alternatives.
    :param truth: a file whose columns are joined by `id`; the `truth.jsonl` beside an `instances.jsonl` when None.
    :raises InputError: when the file, a column or every row asked for is missing.
    """
    path = Path(labelled)
    if path.is_dir() and (path / INSTANCES).is_file():
        path = path / INSTANCES
    if not path.exists():
        raise InputError(f"{labelled}: no such file or folder.")
    if truth is None and path.name == INSTANCES and path.with_name(TRUTH).is_file():
        truth = str(path.with_name(TRUTH))
    columns, records = _records(path, encoding)
    if truth is not None:
        columns, records = _joined(columns, records, Path(truth), encoding)
    column = find_column(columns, TEXT_NAMES, text_column, "text", str(path))
    if column is None:
        raise InputError(
            f"{path}: found no column of texts ({', '.join(TEXT_NAMES)}); its columns are {listed(columns)}; "
            "name one with --text-col."
        )
    kept = _chosen(columns, records, where, path)
    left_out = Counter({"not asked for by --where": len(records) - len(kept)} if where else {})
    rows = []
    for record in (with_texts(record, column, None) for record in kept):
        if record.problem is None:
            rows.append(Row(record.row, record.headline, record.values))
        else:
            left_out[record.problem.replace("headline", "text")] += 1
    if not rows:
        raise InputError(f"{path}: no row has a text in {column!r}; name another column with --text-col.")
    sha256 = file_hash(path) if path.is_file() else ""
    return Table(str(path), sha256, column, tuple(columns), tuple(rows), len(records), dict(left_out))


def _records(path: Path, encoding: str) -> tuple[list[str], list[Record]]:
    """Names of the columns, and the records.

    :raises InputError: when there are none.
    """
    reader = open_reader(str(path), encoding)
    try:
        columns, records = reader.columns(), list(reader.records())
    except DAMAGE as error:
        raise InputError(f"{path}: cannot be read: {error}.") from error
    if not any(record.problem is None for record in records):
        reason = records[0].problem if records else "it has no rows"
        raise InputError(f"{path}: nothing in it can be read: {reason}.")
    return columns, records


def _joined(columns: list[str], records: list[Record], truth: Path, encoding: str) -> tuple[list[str], list[Record]]:
    """The records with the columns that a second file has for their `id`."""
    if not truth.is_file():
        raise InputError(f"{truth}: no such file (--truth).")
    more, found = _records(truth, encoding)
    for place, names in (("the file of texts", columns), (str(truth), more)):
        if "id" not in names:
            raise InputError(f"{place}: has no column 'id' to join by (--truth); its columns are {listed(names)}.")
    known = {str(record.values["id"]): record.values for record in found if record.values.get("id") is not None}
    joined = [replace(record, values=record.values | known.get(str(record.values.get("id")), {})) for record in records]
    return [*columns, *(name for name in more if name not in columns)], joined


def _chosen(columns: list[str], records: list[Record], where: Sequence[tuple[str, str]], path: Path) -> list[Record]:
    """The records that have one of the values asked for in each column asked for.

    :raises InputError: when a column is missing or no row is left.
    """
    wanted: dict[str, set[str]] = {}
    for column, value in where:
        if column not in columns:
            raise InputError(f"{path}: has no column {column!r} (--where); its columns are {listed(columns)}.")
        wanted.setdefault(column, set()).add(value.strip())
    for column, values in wanted.items():
        kept = [record for record in records if str(record.values.get(column, "")).strip() in values]
        if not kept:
            there = Counter(str(record.values.get(column, "")).strip() for record in records).most_common(8)
            raise InputError(
                f"{path}: no row has {' or '.join(sorted(values))} in {column!r} (--where); "
                f"it holds {', '.join(repr(value[:40]) for value, _ in there)}."
            )
        records = kept
    return records
