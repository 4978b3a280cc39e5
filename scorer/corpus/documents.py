"""Readers of documents: a folder of texts or pages, and feeds."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from scorer.corpus.readers import Reader
from scorer.corpus.records import Record, rejected
from scorer.errors import InputError
from scorer.files import extra
from scorer.text import readable

TEXTS: Final = (".txt",)
PAGES: Final = (".html", ".htm")
#: A longer document is set aside.
MAX_BYTES: Final = 20_000_000


class Folder(Reader):
    """A folder of .txt or .html files, searched to the bottom, in the order of their names.

    Of a text the first line is the headline and the rest the body; of a page its title and main text are.
    """

    _done = 0

    def columns(self) -> list[str]:
        """The columns each document has."""
        return ["file", "headline", "body"]

    def documents(self) -> list[Path]:
        """The files that are read."""
        found = (path for path in self.path.rglob("*") if path.suffix.lower() in TEXTS + PAGES and path.is_file())
        return sorted(found, key=lambda path: path.relative_to(self.path).as_posix())

    def rows(self) -> Iterator[Record]:
        """One record for each file."""
        for row, path in enumerate(self.documents(), start=1):
            yield self._record(row, path)

    def _record(self, row: int, path: Path) -> Record:
        from scorer.fetch import decode

        shown = readable(path.relative_to(self.path).as_posix())
        size = path.stat().st_size
        self._done += size
        if size > MAX_BYTES:
            return rejected(self.name, row, f"{shown}: more than {MAX_BYTES:,} bytes")
        try:
            content = decode(path.read_bytes(), shown, None if self.encoding == "utf-8" else self.encoding)
            headline, body = page_parts(content, shown, path.suffix.lower() in PAGES)
        except OSError as error:
            return rejected(self.name, row, f"{shown}: cannot be read ({error})")
        except InputError as error:
            return rejected(self.name, row, str(error))
        return Record(self.name, row, {"file": shown, "headline": headline, "body": body})

    def position(self) -> int:
        """Bytes read so far."""
        return self._done


def page_parts(content: str, name: str, is_html: bool) -> tuple[str, str]:
    """The headline of a page or a text, which is its first line where nothing looks like one, and what follows it.

    :raises InputError: when an HTML page has no text.
    """
    from scorer.markup import read_html
    from scorer.page import read_page

    page = read_html(content, name) if is_html else read_page(readable(content.strip()))
    start, end = page.headline or (0, len(page.text.partition("\n")[0]))
    return page.text[start:end], page.text[end:].strip()


class Feed(Reader):
    """An RSS or Atom file: one record for each entry."""

    def columns(self) -> list[str]:
        """The columns each entry has."""
        return ["headline", "link", "date", "author", "summary"]

    def rows(self) -> Iterator[Record]:
        """One record for each entry; a summary may be HTML."""
        found = extra("feedparser", "report", "reading feeds").parse(self.path.read_bytes())
        if not found.entries:
            reason = found.get("bozo_exception") or "there are no entries in it"
            yield rejected(self.name, 0, f"no feed that can be read ({reason})")
        for row, entry in enumerate(found.entries, start=1):
            values = {
                "headline": entry.get("title"),
                "link": entry.get("link"),
                "date": entry.get("published", entry.get("updated")),
                "author": entry.get("author"),
                "summary": entry.get("summary"),
            }
            yield Record(self.name, row, values)
