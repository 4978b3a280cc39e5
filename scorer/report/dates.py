"""The month of a date as news files write it."""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})(?!\d)")
_COMPACT = re.compile(r"(\d{4})(\d{2})(?:\d{2})?(?:T\d+Z?)?")
_SECONDS = re.compile(r"(\d{9,10})(\d{3})?(?:\.\d+)?")
_NAMED = re.compile(r"(?<![a-z])(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*", re.IGNORECASE)
_YEAR = re.compile(r"(?<![\d:+-])(1[5-9]\d\d|2[01]\d\d)(?![\d:])")


@lru_cache(8192)
def month_of(date: str) -> str | None:
    """The month as `2024-03`; None where the text is no date or leaves the month open.

    It reads 2024-03-05, 20240305, 5 March 2024, the dates of mails and feeds, and seconds or milliseconds since 1970.
    03/05/2024 is March to some and May to others, so it is left open.
    """
    text = date.strip()
    if found := _YEAR_FIRST.match(text) or _COMPACT.fullmatch(text):
        return _month(int(found[1]), int(found[2]))
    if found := _SECONDS.fullmatch(text):
        return f"{datetime.fromtimestamp(int(found[1]), UTC):%Y-%m}"
    name, year = _NAMED.search(text), _YEAR.search(text)
    return _month(int(year[1]), 1 + _MONTHS.index(name[1].lower())) if name and year else None


def _month(year: int, month: int) -> str | None:
    return f"{year:04d}-{month:02d}" if 1 <= month <= 12 and 1500 <= year < 2200 else None
