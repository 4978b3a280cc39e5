"""Rows on their way from a file to the scorer: records, which of their fields is the headline, chunks of them."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

#: Rows and characters scored, kept and lost together: a chunk is closed by whichever comes first.
CHUNK_ROWS: Final = 1024
CHUNK_CHARACTERS: Final = 1_000_000
#: Characters of a bad row that are kept for the rejects file.
RAW_SHOWN: Final = 1000


@dataclass(frozen=True, slots=True)
class Record:
    """One row of an input.

    `source` is the file as the user named it and `row` its number there from 1 (0: the file as a whole); `values` are
    its fields by column. `headline` and `body` are the texts to score. A row that cannot be read has a `problem`, a
    sentence, and `raw`, what was found. `line` is where it begins, in text files.
    """

    source: str
    row: int
    values: dict[str, Any]
    headline: str = ""
    body: str | None = None
    problem: str | None = None
    raw: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """Records that are scored and written together; `index` counts from 0 over the whole job."""

    index: int
    records: tuple[Record, ...]


def rejected(source: str, row: int, problem: str, raw: str = "", line: int | None = None) -> Record:
    """A record for a row that cannot be read."""
    return Record(source, row, {}, problem=problem, raw=raw[:RAW_SHOWN], line=line)


def with_texts(record: Record, headline: str, body: str | None) -> Record:
    """The record with its headline and body found in their columns, or with the problem that they pose.

    A list of strings, as in the Clickbait Challenge, is joined, and carried on as the joined text, because that is
    what offsets index; where all of them are blank, as in posts that are only a picture, `targetTitle` stands in.
    """
    if record.problem is not None:
        return record
    found: Any = record.values.get(headline)
    if isinstance(found, list) and all(isinstance(item, str) for item in found):
        found = " ".join(item for item in found if item.strip()) or record.values.get("targetTitle")
    if found is None or (isinstance(found, str) and not found.strip()):
        return _set_aside(record, "missing headline")
    if not isinstance(found, str):
        return _set_aside(record, f"the headline is of type {type(found).__name__}, expected text")
    text = None if body is None else record.values.get(body)
    if isinstance(text, list) and all(isinstance(item, str) for item in text):
        text = "\n\n".join(text)
    if text is not None and not isinstance(text, str):
        return _set_aside(record, f"the body is of type {type(text).__name__}, expected text")
    values = record.values
    if values.get(headline) is not found or (body is not None and values.get(body) is not text):
        values = {**values, headline: found, **({} if body is None else {body: text})}
    body_text = text if text and text.strip() else None
    return Record(record.source, record.row, values, found, body_text, line=record.line)


def _set_aside(record: Record, problem: str) -> Record:
    raw = json.dumps(record.values, ensure_ascii=False, default=str)
    return rejected(record.source, record.row, problem, raw, record.line)


def share(records: Iterable[Record], shard: tuple[int, int], limit: int | None) -> Iterator[Record]:
    """The rows of shard i of n: i, i+n, i+2n … of the first `limit` rows."""
    first, step = shard
    return islice(records, first - 1, limit, step)


def chunks(records: Iterable[Record]) -> Iterator[Chunk]:
    """Group records; the same records always give the same chunks."""
    held: list[Record] = []
    characters = index = 0
    for record in records:
        held.append(record)
        characters += len(record.headline) + len(record.body or "") + len(record.raw)
        if len(held) == CHUNK_ROWS or characters >= CHUNK_CHARACTERS:
            yield Chunk(index, tuple(held))
            held, characters, index = [], 0, index + 1
    if held:
        yield Chunk(index, tuple(held))
