"""Parquet in and out, and DuckDB out, by pyarrow: typed columns, nested results, one row group at a time."""

import base64
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any

from scorer.corpus.columns import carried_name
from scorer.corpus.inputs import Source
from scorer.corpus.readers import Reader
from scorer.corpus.records import CHUNK_ROWS, Record, rejected
from scorer.corpus.writers import Batches, Layout, Row, flat_row, one_kind
from scorer.files import extra
from scorer.labels import DEVICES


def _arrow(purpose: str) -> Any:
    return extra("pyarrow", "report", purpose)


class Parquet(Reader):
    """A Parquet file, read batch by batch."""

    _share = 0.0

    def _file_of(self) -> Any:
        arrow = _arrow("reading Parquet")
        try:
            return extra("pyarrow.parquet", "report", "reading Parquet").ParquetFile(self.path)
        except arrow.ArrowException as error:
            raise OSError(f"no whole Parquet file ({error})") from error

    def columns(self) -> list[str]:
        """Names of the columns; none for a file that cannot be read, of which `records` will say so."""
        try:
            return list(self._file_of().schema_arrow.names)
        except OSError:
            return []

    def types(self) -> dict[str, Any]:
        """The arrow type of each column, as far as it can be written again; empty for a file that cannot be read."""
        try:
            schema = self._file_of().schema_arrow
        except OSError:
            return {}
        return {field.name: field.type for field in schema if _keeps(field.type)}

    def rows(self) -> Iterator[Record]:
        """One record for each row; values that JSON has no type for come as text."""
        arrow = _arrow("reading Parquet")
        row, file = 0, None
        try:
            file = self._file_of()
            for batch in file.iter_batches(CHUNK_ROWS):
                names = batch.schema.names
                columns = [_for_json(arrow, column) for column in batch.columns]
                for values in zip(*columns, strict=True):
                    row += 1
                    yield Record(self.name, row, dict(zip(names, values, strict=True)))
                self._share = row / file.metadata.num_rows
        except (arrow.ArrowException, OSError) as error:
            yield rejected(self.name, row + 1 if file else 0, f"the file cannot be read from here on: {error}")

    def position(self) -> int:
        """Bytes read so far, taking all rows for equally long."""
        return int(self._share * self.path.stat().st_size)


def _for_json(arrow: Any, column: Any) -> list[Any]:
    """The values of a column as JSON can hold them."""
    kind = column.type
    types = arrow.types
    if types.is_dictionary(kind):
        return _for_json(arrow, column.cast(kind.value_type))
    if types.is_binary(kind) or types.is_large_binary(kind) or types.is_fixed_size_binary(kind):
        try:
            # files of older tools hold text in columns of bytes
            return list(column.cast(arrow.binary()).cast(arrow.string()).to_pylist())
        except arrow.ArrowInvalid:
            return [value and base64.b64encode(value).decode() for value in column.to_pylist()]
    if types.is_duration(kind):
        column = column.cast(arrow.int64())
    elif types.is_temporal(kind) or types.is_decimal(kind):
        column = column.cast(arrow.string())
    return [_plain(value) for value in column.to_pylist()] if types.is_nested(kind) else list(column.to_pylist())


def _plain(value: Any) -> Any:
    """A value of a list or struct as JSON can hold it: dates, decimals and the like as text, bytes as `_text_of`."""
    if isinstance(value, dict):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    if isinstance(value, bytes):
        return _text_of(value)
    return value if value is None or isinstance(value, (str, bool, int, float)) else str(value)


def _text_of(value: bytes) -> str:
    """Bytes as the UTF-8 they hold, or in Base64."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return base64.b64encode(value).decode()


def _keeps(kind: Any) -> bool:
    """Whether a type survives the way through JSON and back; other columns are written as they came to JSON."""
    types = _arrow("reading Parquet").types
    tests = (types.is_boolean, types.is_integer, types.is_floating, types.is_string, types.is_large_string)
    if any(test(kind) for test in (*tests, types.is_temporal, types.is_decimal)):
        return True
    if types.is_list(kind) or types.is_large_list(kind):
        return _keeps_inside(kind.value_type)
    return types.is_struct(kind) and all(_keeps_inside(field.type) for field in kind)


def _keeps_inside(kind: Any) -> bool:
    types = _arrow("reading Parquet").types
    return _keeps(kind) and not (types.is_temporal(kind) or types.is_decimal(kind))


def carried_types(sources: Sequence[Source]) -> dict[str, Any]:
    """Types of carried columns on which all inputs agree, by their name in the result; none unless all are Parquet."""
    found: dict[str, set[Any]] = {}
    for source in sources:
        if not isinstance(source.reader, Parquet):
            return {}
        types = source.reader.types()
        for name in source.columns:
            # what is scored is written as the text that was scored
            kind = None if name in (source.headline, source.body) else types.get(name)
            found.setdefault(carried_name(name), set()).add(kind)
    agreed = {name: next(iter(kinds)) for name, kinds in found.items() if len(kinds) == 1}
    return {name: kind for name, kind in agreed.items() if kind is not None}


def _column(arrow: Any, values: list[Any], kind: Any) -> Any:
    """An array of a carried type from what `_for_json` made of it."""
    types = arrow.types
    if types.is_duration(kind):
        return arrow.array(values, arrow.int64()).cast(kind)
    if types.is_temporal(kind) or types.is_decimal(kind):
        return arrow.array(values, arrow.string()).cast(kind)
    return arrow.array(values, kind)


def _result_types(arrow: Any, with_body: bool) -> dict[str, Any]:
    """Types of the nested results."""
    number, text = arrow.float64(), arrow.string()
    span = {"start": arrow.int32(), "end": arrow.int32()}
    devices = arrow.struct(dict.fromkeys(DEVICES, number))
    headline = {
        "sensationalism": arrow.struct({"score": number, "low": number, "high": number, "band": text}),
        "devices": devices,
        "device_presence": devices,
        "clickbait": number,
        "phrases": arrow.list_(arrow.struct({**span, "text": text, "weight": number})),
        "abstain": text,
        "model": arrow.struct({"name": text, "version": text}),
        "schema_version": text,
    }
    return headline | ({"article": _article_type(arrow, span)} if with_body else {})


def _article_type(arrow: Any, span: dict[str, Any]) -> Any:
    """The type of the result for an article, as in `schemas/article.json`; `span` are the fields of a stretch."""
    number, text, struct, several = arrow.float64(), arrow.string(), arrow.struct, arrow.list_
    stretch = {**span, "text": text}
    graded = dict.fromkeys(("bias", "loaded", "opinion", "tone"), number)
    phrases = several(struct({**stretch, "weight": number, "voice": text}))
    sentences = several(struct({**stretch, **graded, "voice": text, "kind": text, "phrases": phrases}))
    shares = {"probability": number, "present": arrow.bool_(), "share": number}
    body = {
        "frames": several(struct({"name": text, **shares, "passages": several(struct(span))})),
        "primary_frame": text,
        "bias": number,
        "opinion": number,
        "tone": struct({"score": number, "low": number, "high": number}),
        "sentences": sentences,
        "abstain": text,
    }
    article = {
        "body": struct(body),
        "boilerplate": several(struct({**stretch, "kind": text})),
        "quotes": several(struct(span)),
        "gap": struct({"value": number, "low": number, "high": number, "unsupported": several(struct(stretch))}),
        "warnings": several(text),
    }
    return struct(article)


def _simple_types(arrow: Any) -> dict[str, Any]:
    """Arrow types by the kinds of `columns.kind_of`."""
    return {
        "text": arrow.string(),
        "json": arrow.string(),
        "bool": arrow.bool_(),
        "int": arrow.int64(),
        "float": arrow.float64(),
    }


def write_parquet(path: Path, batches: Batches, layout: Layout, compression: str) -> None:
    """Write Parquet: carried columns with the types they came with, results nested."""
    arrow = _arrow("writing Parquet")
    fields = list(_parquet_fields(arrow, layout))
    schema = arrow.schema([(name, kind) for name, kind, _ in fields])
    with extra("pyarrow.parquet", "report", "writing Parquet").ParquetWriter(path, schema, compression="zstd") as out:
        for batch in batches:
            columns = [_column(arrow, [value_of(row) for row in batch], kind) for _, kind, value_of in fields]
            out.write_table(arrow.table(columns, schema=schema))


def _parquet_fields(arrow: Any, layout: Layout) -> Iterator[tuple[str, Any, Callable[[Row], Any]]]:
    """Name, type and source of each column of the result."""
    simple = _simple_types(arrow)
    yield "row", simple["int"], itemgetter("row")
    if layout.with_source:
        yield "source_file", simple["text"], itemgetter("source")
    for (original, kind), name in zip(layout.carried.items(), layout.names, strict=True):
        known = layout.types.get(original)
        yield name, known or simple[kind], partial(_carried, original, "typed" if known else kind)
    for name, result_type in _result_types(arrow, layout.with_body).items():
        yield name, result_type, partial(_result, name)


def _carried(name: str, kind: str, row: Row) -> Any:
    return one_kind(row["columns"].get(name), kind)


def _result(name: str, row: Row) -> Any:
    return row["result"].get(name)


def write_duckdb(path: Path, batches: Batches, layout: Layout, compression: str) -> None:
    """Write a DuckDB database with one flat table, `scores`."""
    arrow = _arrow("writing DuckDB")
    simple = _simple_types(arrow)
    schema = arrow.schema({name: simple[kind] for name, kind in layout.kinds.items()})
    path.unlink(missing_ok=True)
    with extra("duckdb", "report", "writing DuckDB").connect(str(path)) as base:
        base.register("batch", schema.empty_table())
        base.execute("CREATE TABLE scores AS SELECT * FROM batch")
        for batch in batches:
            fields = zip(*(flat_row(row, layout) for row in batch), strict=True)
            columns = [arrow.array(found, field.type) for found, field in zip(fields, schema, strict=True)]
            base.register("batch", arrow.table(columns, schema=schema))
            base.execute("INSERT INTO scores SELECT * FROM batch")
        base.execute("CHECKPOINT")
