"""From what the user named to readers: files, globs, folders; which columns to score; fingerprints."""

import glob
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from scorer.corpus.columns import BODY_NAMES, HEADLINE_NAMES, find_column, listed
from scorer.corpus.files import compression_of, kind_suffix
from scorer.corpus.readers import DAMAGE, Delimited, JsonLines, Reader, TextLines
from scorer.corpus.records import Record, with_texts
from scorer.errors import InputError
from scorer.files import check_encoding
from scorer.text import readable

READABLE: Final = (
    ".csv, .tsv, .jsonl, .txt (each also .gz or .zst), .parquet, .rss, .atom, .xml and folders of .txt or .html"
)
_TEXT_READERS: Final[dict[str, type[Reader]]] = {
    ".csv": Delimited,
    ".tsv": Delimited,
    ".tab": Delimited,
    ".jsonl": JsonLines,
    ".ndjson": JsonLines,
    ".json": JsonLines,
    ".txt": TextLines,
}


@dataclass(frozen=True)
class Source:
    """An input with its columns, as far as they are known, and those to score.

    `headline` is None for a file without columns: it is empty or damaged.
    """

    reader: Reader
    columns: tuple[str, ...]
    headline: str | None
    body: str | None

    def records(self) -> Iterator[Record]:
        """The records, each with its texts or its problem."""
        for record in self.reader.records():
            yield with_texts(record, self.headline or "", self.body)


@dataclass(frozen=True)
class Reading:
    """What to read and how: everything that decides which rows there are.

    :param inputs: files, folders and globs as the user named them.
    :param headline_column: None to look for a usual name; so for `body_column`.
    :param bodies: whether bodies are scored at all.
    """

    inputs: tuple[str, ...]
    headline_column: str | None = None
    body_column: str | None = None
    bodies: bool = True
    encoding: str = "utf-8"

    def sources(self) -> list[Source]:
        """Open all inputs and find their columns.

        :raises InputError: when an input is missing, of no known format, or without headlines.
        """
        return [self._source(name) for name in expand(self.inputs)]

    def _source(self, name: str) -> Source:
        reader = open_reader(name, self.encoding)
        try:
            columns = reader.columns()
        except DAMAGE:
            columns = []  # reading the records will say what is wrong
        if not columns:
            return Source(reader, (), None, None)
        headline = find_column(columns, HEADLINE_NAMES, self.headline_column, "headline", name)
        if headline is None:
            raise InputError(
                f"{name}: found no column of headlines ({', '.join(HEADLINE_NAMES)}); its columns are "
                f"{listed(columns)}; name one with --headline-col."
            )
        others = [column for column in columns if column != headline]
        body = find_column(others, BODY_NAMES, self.body_column, "body", name) if self.bodies else None
        return Source(reader, tuple(columns), headline, body)


def has_bodies(sources: Sequence[Source]) -> bool:
    """Whether there is a column of bodies to score."""
    return any(source.body is not None for source in sources)


def expand(inputs: Sequence[str]) -> list[str]:
    """Files and folders, globs written out in order of name, each once.

    :raises InputError: when one of them does not exist.
    """
    found: dict[str, None] = {}
    for name in inputs:
        matches = [name] if Path(name).exists() else sorted(glob.glob(name, recursive=True))  # noqa: PTH207
        if not matches:
            raise InputError(f"{name}: no such file or folder.")
        found.update(dict.fromkeys(str(Path(match)) for match in matches))
    return list(found)


def open_reader(name: str, encoding: str) -> Reader:
    """The reader for a file or folder.

    :raises InputError: when its name does not tell the format, the encoding is unknown, or a folder is empty.
    """
    check_encoding(encoding)
    path, shown, suffix = Path(name), readable(name), kind_suffix(Path(name))
    if path.is_dir():
        from scorer.corpus.documents import Folder

        folder = Folder(path, shown, encoding)
        if not folder.documents():
            raise InputError(f"{shown}: holds no .txt or .html; name files of another kind one by one or as a glob.")
        return folder
    if suffix in _TEXT_READERS:
        return _TEXT_READERS[suffix](path, shown, encoding)
    if not compression_of(path):
        if suffix in (".parquet", ".pq"):
            from scorer.corpus.columnar import Parquet

            return Parquet(path, shown)
        if suffix in (".rss", ".atom", ".xml"):
            from scorer.corpus.documents import Feed

            return Feed(path, shown)
    raise InputError(f"{shown}: of no format this program reads; it reads {READABLE}.")


def fingerprint(source: Source) -> dict[str, Any]:
    """What an input is: its name, size and SHA-256, those of all documents of a folder together."""
    reader = source.reader
    digest, size = hashlib.sha256(), 0
    for path in files_of(reader):
        digest.update(path.relative_to(reader.path).as_posix().encode("utf-8", "surrogateescape"))
        size += path.stat().st_size
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return {"name": reader.name, "size": size, "sha256": digest.hexdigest()}


def files_of(reader: Reader) -> list[Path]:
    """The files an input consists of."""
    from scorer.corpus.documents import Folder

    return reader.documents() if isinstance(reader, Folder) else [reader.path]


def records(sources: Sequence[Source]) -> Iterator[Record]:
    """The records of all inputs, one input after the other."""
    for source in sources:
        yield from source.records()
