"""Readers of text formats: each turns one input into records and marks what it cannot read, going on after it."""

import csv
import json
import re
import zlib
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, TextIO

from scorer.corpus.columns import distinct
from scorer.corpus.files import InputFile
from scorer.corpus.records import RAW_SHOWN, Record, rejected
from scorer.errors import InputError
from scorer.text import readable

#: Longest line and field in characters; what is longer is set aside, so that no row can fill the memory.
MAX_LINE: Final = 4_000_000
MAX_FIELD: Final = 1_000_000
#: Objects of a JSONL file looked at to learn its columns.
PEEKED: Final = 10_000

#: Bytes that do not fit the encoding, as `InputFile` keeps them.
_UNREADABLE = re.compile("[\udc80-\udcff]")
#: What a damaged file raises while it is read.
DAMAGE: Final = (EOFError, OSError, UnicodeError, zlib.error)


class Reader(ABC):
    """Reads one input.

    :param path: the file or folder; `name`: what the user called it.
    :param encoding: of text without a byte order mark.
    """

    def __init__(self, path: Path, name: str, encoding: str = "utf-8") -> None:
        self.path = path
        self.name = name
        self.encoding = encoding
        self._file: InputFile | None = None

    @abstractmethod
    def columns(self) -> list[str]:
        """Names of the columns, as far as they are known before reading."""

    @abstractmethod
    def rows(self) -> Iterator[Record]:
        """The records, in order."""

    def records(self) -> Iterator[Record]:
        """The records, in order; where the file breaks off, the last one says so."""
        row = 0
        try:
            for record in self.rows():
                row = record.row
                yield record
        except DAMAGE as error:
            yield rejected(self.name, row + 1, f"the file cannot be read from here on: {error}")

    def position(self) -> int:
        """Bytes read so far."""
        return self._file.position() if self._file else 0

    def _open(self, newline: str) -> InputFile:
        self._file = InputFile(self.path, self.encoding, newline)
        return self._file

    def _shown(self, line: str) -> str:
        """A line as it is shown in the rejects file: without surrogates."""
        return readable(line[:RAW_SHOWN].rstrip("\r\n"))


class Lines:
    """The lines of a text file for a parser that may take several for one row; `first` is the number of the first."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._again: deque[tuple[str, str | None]] = deque()
        self._taken: list[tuple[str, str | None]] = []
        self._number = 0
        self.first = 1

    def start(self) -> None:
        """Begin a row."""
        self._taken = []
        self.first = self._number + 1

    def keep(self, count: int) -> None:
        """Keep the first `count` lines of the row; the others will be read once more."""
        self._again.extendleft(reversed(self._taken[count:]))
        self._number -= len(self._taken) - count
        del self._taken[count:]

    @property
    def taken(self) -> list[str]:
        """The lines of the row."""
        return [line for line, _ in self._taken]

    @property
    def problem(self) -> str | None:
        """What is wrong with a line of the row."""
        return next((problem for _, problem in self._taken if problem), None)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line, problem = self._again.popleft() if self._again else self._read()
        if not line:
            raise StopIteration
        self._number += 1
        self._taken.append((line, problem))
        return line

    def _read(self) -> tuple[str, str | None]:
        line = self._text.readline(MAX_LINE)
        if len(line) == MAX_LINE and not line.endswith(("\n", "\r")):
            while (rest := self._text.readline(MAX_LINE)) and not rest.endswith(("\n", "\r")):
                pass
            return line[:RAW_SHOWN], f"a line of more than {MAX_LINE:,} characters"
        if not line.isascii() and _UNREADABLE.search(line):
            return line, "invalid UTF-8 (is the file in another encoding? name it with --encoding)"
        return line, None


class Delimited(Reader):
    """CSV and TSV: the first line names the columns; separated by comma, or by tab or semicolon if it has no comma."""

    def columns(self) -> list[str]:
        """The header, names made distinct; empty for an empty file."""
        with InputFile(self.path, self.encoding, "") as file:
            return self._header(Lines(file.text))[0]

    def _header(self, lines: Lines) -> tuple[list[str], str]:
        """Names of the columns, and the delimiter."""
        first = lines.taken[0] if next(lines, None) is not None else ""
        if not first.strip():
            return [], ","
        delimiter = max(",\t;", key=lambda mark: (first.count(mark) > 0, -",\t;".index(mark)))
        if kind_is_tabbed(self.path):
            delimiter = "\t"
        lines.keep(0)
        lines.start()
        names, problem = _fields(csv.reader(lines, delimiter=delimiter, strict=True), lines, delimiter, None)
        if problem is not None:
            raise InputError(f"{self.name}: its first line, which names the columns, cannot be read: {problem}.")
        return distinct(readable(name) for name in names or []), delimiter

    def rows(self) -> Iterator[Record]:
        """One record for each row below the header; blank lines are no rows."""
        csv.field_size_limit(MAX_FIELD)
        with self._open("") as file:
            lines = Lines(file.text)
            columns, delimiter = self._header(lines)
            if not columns:
                reason = "the file is empty or begins with a blank line: its first line should name the columns"
                yield rejected(self.name, 0, reason)
                return
            parser = csv.reader(lines, delimiter=delimiter, strict=True)
            row = 0
            while True:
                lines.start()
                fields, problem = _fields(parser, lines, delimiter, len(columns))
                if fields is None:
                    return
                if not fields and problem is None:
                    continue
                row += 1
                if problem is None:
                    yield Record(self.name, row, dict(zip(columns, fields, strict=True)), line=lines.first)
                else:
                    yield rejected(self.name, row, problem, self._shown("".join(lines.taken)), lines.first)


def kind_is_tabbed(path: Path) -> bool:
    """Whether the name says that fields are separated by tabs."""
    return any(suffix.lower() in (".tsv", ".tab") for suffix in path.suffixes[-2:])


def _fields(parser: Any, lines: Lines, delimiter: str, expected: int | None) -> tuple[list[str] | None, str | None]:
    """The fields of the next row, None at the end of the file, and what is wrong with them.

    Quotes that are no quoting, as in `"Fury" as mayor quits,42`, break the rules of CSV. Such a line is split at its
    delimiters alone, and taken if that gives the number of fields expected; lines that a quote never closed had
    swallowed are read again as rows of their own.
    """
    try:
        found = next(parser, None)
    except csv.Error as error:
        if "field larger" in str(error) and len(lines.taken) == 1:
            return [], f"a field of more than {MAX_FIELD:,} characters"
        lines.keep(1)
        found = lines.taken[0].rstrip("\r\n").split(delimiter)
        if expected is not None and len(found) != expected:
            return [], lines.problem or "quotation marks that do not match"
    if found and lines.problem:
        return [], lines.problem
    if found and expected is not None and len(found) != expected:
        return [], f"{len(found)} field{'s' * (len(found) > 1)}, expected {expected} as in the header"
    return found, None


class JsonLines(Reader):
    """JSONL: one object a line; a row's number is its line's."""

    def columns(self) -> list[str]:
        """The keys of the first objects.

        :raises InputError: when the file is one JSON array.
        """
        names: dict[str, None] = {}
        with InputFile(self.path, self.encoding, "\n") as file:
            for count, line in enumerate(Lines(file.text)):
                if count == 0 and line.strip() == "[":
                    raise InputError(
                        f"{self.name}: is one JSON array, expected one object a line (jq -c '.[]' makes that of it)."
                    )
                if count == PEEKED:
                    break
                found, _ = parse_object(line)
                names.update(dict.fromkeys(found))
        return list(names)

    def rows(self) -> Iterator[Record]:
        """One record for each line that is not blank."""
        with self._open("\n") as file:
            lines = Lines(file.text)
            for line in lines:
                row = lines.first
                if line.strip():
                    values, problem = parse_object(line)
                    problem = lines.problem or problem
                    if problem is None:
                        yield Record(self.name, row, values, line=row)
                    else:
                        yield rejected(self.name, row, problem, self._shown(line), row)
                lines.start()


def parse_object(line: str) -> tuple[dict[str, Any], str | None]:
    """The object in a line of JSON, empty if there is none, and what is wrong with the line."""
    try:
        found = json.loads(line)
        if isinstance(found, dict) and "\\ud" in line.lower():
            # lone surrogates can be escaped in JSON, and no format could carry them
            found = json.loads(readable(json.dumps(found, ensure_ascii=False)))
    except (ValueError, RecursionError) as error:
        return {}, f"no valid JSON ({str(error)[:80]})"
    if not isinstance(found, dict):
        return {}, f"a JSON {type(found).__name__}, expected an object"
    return found, None


class TextLines(Reader):
    """A .txt file: one headline a line."""

    def columns(self) -> list[str]:
        """The one column."""
        return ["headline"]

    def rows(self) -> Iterator[Record]:
        """One record for each line that is not blank; its number is the line's."""
        with self._open("") as file:
            lines = Lines(file.text)
            for line in lines:
                if lines.problem is not None:
                    yield rejected(self.name, lines.first, lines.problem, self._shown(line), lines.first)
                elif line.strip():
                    yield Record(self.name, lines.first, {"headline": line.rstrip("\r\n")}, line=lines.first)
                lines.start()
