"""Rows of a scored file, whatever its format: flat or nested, text, columnar or a database."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from scorer.corpus import FORMATS
from scorer.corpus.columns import HEADLINE_COLUMNS, HEADLINE_NAMES, find_column, listed
from scorer.corpus.files import compression_of, kind_suffix
from scorer.corpus.flat import BETWEEN
from scorer.corpus.inputs import open_reader
from scorer.corpus.readers import DAMAGE, Reader
from scorer.errors import InputError
from scorer.labels import ABSTENTIONS, DEVICES
from scorer.report.tables import DuckTable, SqliteTable
from scorer.text import readable

#: Columns by which the result of `scorer corpus` is known.
FLAT: Final = frozenset(HEADLINE_COLUMNS)
NESTED: Final = frozenset(("sensationalism", "devices", "clickbait", "phrases", "abstain", "model"))

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Marked:
    """A phrase of a headline; `start` is where it begins there, None where the file does not say."""

    text: str
    start: int | None


@dataclass(frozen=True, slots=True)
class Interval:
    """A value in points with its 90% interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Body:
    """What a row says of a body: the frames present and the main one, or why none are; the gap to its headline."""

    frames: tuple[str, ...]
    primary: str | None
    abstain: str | None
    gap: Interval | None


@dataclass(frozen=True, slots=True)
class Row:
    """A scored row.

    `score` is None when `abstain` says why there is none; `devices` are 0-1 in the order of `labels.DEVICES`. When the
    row makes no sense `problem` says why, and nothing else of it counts. `values` are all its columns.
    """

    text: str
    score: Interval | None
    devices: tuple[float, ...]
    abstain: str | None
    model: str
    body: Body | None
    values: Values
    problem: str | None = None


@dataclass(frozen=True)
class Scored:
    """A scored file.

    :param columns: their names; `headline` is the one with the headlines.
    :param nested: whether results are objects, as in JSONL and Parquet, and not columns.
    """

    reader: Reader
    columns: tuple[str, ...]
    headline: str
    nested: bool

    def rows(self) -> Iterator[Row]:
        """The rows, in order; one at a time is held."""
        read = _nested if self.nested else _flat
        for record in self.reader.records():
            problem = record.problem
            if problem is None:
                try:
                    row = read(record.values, _text(record.values.get(self.headline)))
                    _check_details(row)
                    yield row
                    continue
                except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
                    problem = (
                        str(error) if isinstance(error, _Senseless) else "its results are not as they were written"
                    )
            yield Row("", None, (), None, "", None, {}, problem)


class _Senseless(ValueError):
    """What a row says cannot be."""


def open_scored(name: str, headline_column: str | None) -> Scored:
    """Open a file that `scorer corpus` wrote.

    :param headline_column: the column of the headlines; None to find it by its usual name.
    :raises InputError: when it is missing or no such file, naming the columns it has.
    """
    path, suffix = Path(name), kind_suffix(Path(name))
    if not path.is_file():
        raise InputError(f"{readable(name)}: is no file; name one that `scorer corpus` wrote.")
    if FORMATS.get(suffix) in ("sqlite", "duckdb") and not compression_of(path):
        reader: Reader = (SqliteTable if FORMATS[suffix] == "sqlite" else DuckTable)(path, readable(name))
    else:
        reader = open_reader(name, "utf-8")
    try:
        columns = reader.columns()
    except DAMAGE as error:
        raise InputError(f"{reader.name}: cannot be read: {error}.") from error
    if not columns:
        # of an empty or damaged file the first record says what is wrong
        problem = next((record.problem for record in reader.records()), None)
        raise InputError(f"{reader.name}: {problem or 'the file is empty'}; name one that `scorer corpus` wrote.")
    nested = set(columns) >= NESTED and not set(columns) >= FLAT
    if not nested and not set(columns) >= FLAT:
        raise InputError(
            f"{reader.name}: is no file of scores; its columns are {listed(columns)}, expected among them score, low, "
            f"high, band and abstain. Score it first: scorer corpus {path.name} --out scored.csv."
        )
    headline = find_column(columns, HEADLINE_NAMES, headline_column, "headline", reader.name)
    if headline is None:
        raise InputError(
            f"{reader.name}: found no column of headlines ({', '.join(HEADLINE_NAMES)}); its columns are "
            f"{listed(columns)}; name one with --headline-col."
        )
    return Scored(reader, tuple(columns), headline, nested)


def _check_details(row: Row) -> None:
    """Read what is needed of few rows only, so that a damaged one is found here."""
    if row.score is not None:
        phrases_of(row)
    if row.body is not None and row.body.gap is not None:
        unsupported_of(row)


def phrases_of(row: Row) -> tuple[Marked, ...]:
    """The loaded phrases of a headline, with their places where these are known and right."""
    found = row.values["phrases"]
    if isinstance(found, str):
        return tuple(Marked(text, None) for text in found.split(BETWEEN) if text)
    phrases = [(int(each["start"]), str(each["text"])) for each in found or ()]
    right = all(row.text[start : start + len(text)] == text for start, text in phrases)
    return tuple(Marked(text, start if right else None) for start, text in phrases)


def unsupported_of(row: Row) -> tuple[str, ...]:
    """What of the headline nothing in the body supports."""
    if "article" not in row.values:
        return tuple(text for text in (row.values.get("unsupported") or "").split(BETWEEN) if text)
    return tuple(str(each["text"]) for each in row.values["article"]["gap"]["unsupported"])


def _text(value: Any) -> str:
    """A headline, also one of several parts."""
    if isinstance(value, list):
        return " ".join(str(item) for item in value)
    return "" if value is None else str(value)


def _number(value: Any, low: float, high: float, what: str) -> float:
    try:
        found = float(value)
    except (OverflowError, TypeError, ValueError):
        found = math.nan
    if not low <= found <= high:
        raise _Senseless(f"its {what} is {json.dumps(value, default=str)[:40]}, expected {low:g} to {high:g}")
    return found


def _absent(value: Any) -> bool:
    return value is None or value == ""


def _interval(values: Sequence[Any], lowest: float, what: str) -> Interval:
    value, low, high = (_number(each, lowest, 100, what) for each in values)
    return Interval(value, low, high)


def _reason(value: Any) -> str | None:
    if _absent(value):
        return None
    if value not in ABSTENTIONS:
        raise _Senseless(f"its reason for not being scored is {json.dumps(value, default=str)[:40]}")
    return str(value)


def _flat(values: Values, text: str) -> Row:
    abstain = _reason(values["abstain"])
    score, devices = None, ()
    if abstain is None:
        if _absent(values["score"]):
            raise _Senseless("it has neither a score nor a reason for having none")
        score = _interval((values["score"], values["low"], values["high"]), 0, "score")
        devices = tuple(_number(values[name], 0, 1, name) for name in DEVICES)  # type: ignore[assignment]
    return Row(text, score, devices, abstain, str(values["model"]), _flat_body(values), values)


def _flat_body(values: Values) -> Body | None:
    abstain = _reason(values.get("body_abstain"))
    if abstain is None and _absent(values.get("body_bias")):
        return None
    gap = None
    if not _absent(values.get("gap")):
        gap = _interval((values["gap"], values["gap_low"], values["gap_high"]), -100, "gap")
    frames = tuple(name for name in (values.get("frames") or "").split(BETWEEN) if name)
    return Body(frames, values.get("primary_frame") or None, abstain, gap)


def _nested(values: Values, text: str) -> Row:
    abstain, heat, model = _reason(values["abstain"]), values["sensationalism"], values["model"]
    score, devices = None, ()
    if abstain is None:
        if heat is None:
            raise _Senseless("it has neither a score nor a reason for having none")
        score = _interval((heat["score"], heat["low"], heat["high"]), 0, "score")
        devices = tuple(_number(values["devices"][name], 0, 1, name) for name in DEVICES)  # type: ignore[assignment]
    name = f"{model['name']} {model['version']}"
    return Row(text, score, devices, abstain, name, _nested_body(values.get("article")), values)


def _nested_body(article: Values | None) -> Body | None:
    if article is None:
        return None
    body, gap = article["body"], article["gap"]
    return Body(
        frames=tuple(frame["name"] for frame in body["frames"] if frame["present"]),
        primary=body["primary_frame"],
        abstain=_reason(body["abstain"]),
        gap=gap and _interval((gap["value"], gap["low"], gap["high"]), -100, "gap"),
    )
