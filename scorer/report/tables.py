"""Scored rows from the databases that `scorer corpus` writes: one table, `scores`."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from scorer.corpus.readers import Reader
from scorer.corpus.records import CHUNK_ROWS, Record
from scorer.files import extra

_ALL = "SELECT * FROM scores"


class SqliteTable(Reader):
    """The table of a SQLite database."""

    def _connect(self) -> Any:
        return sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro", uri=True)

    def _failures(self) -> tuple[type[Exception], ...]:
        return (sqlite3.Error,)

    def columns(self) -> list[str]:
        """The columns of the table."""
        return list(next(self._batches())[0])

    def rows(self) -> Iterator[Record]:
        """One record for each row."""
        row = 0
        for names, batch in self._batches():
            for values in batch:
                row += 1
                yield Record(self.name, row, dict(zip(names, values, strict=True)))

    def _batches(self) -> Iterator[tuple[list[str], list[tuple[Any, ...]]]]:
        """Names of the columns with some of the rows; the first time there may be none.

        :raises OSError: when this is no database, or one without the table.
        """
        try:
            with closing(self._connect()) as base:
                found = base.execute(_ALL)
                names = [column[0] for column in found.description]
                yield names, []
                while batch := found.fetchmany(CHUNK_ROWS):
                    yield names, batch
        except self._failures() as error:
            raise OSError(f"no database with a table `scores` ({str(error).splitlines()[0]})") from error


class DuckTable(SqliteTable):
    """The table of a DuckDB database."""

    def _connect(self) -> Any:
        return extra("duckdb", "report", "reading DuckDB").connect(str(self.path), read_only=True)

    def _failures(self) -> tuple[type[Exception], ...]:
        found: type[Exception] = extra("duckdb", "report", "reading DuckDB").Error
        return (found,)
