"""Names and types of columns: which one holds the headline, what carried columns are called, what they hold."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final

from scorer.errors import InputError
from scorer.labels import DEVICES

#: Usual names in order of preference, compared without regard to case.
HEADLINE_NAMES: Final = ("headline", "title", "headline_text", "article_title", "posttext", "text")
BODY_NAMES: Final = ("body", "content", "article_text", "full_text", "fulltext", "targetparagraphs", "text")

#: What to group headlines by: usual names of the columns that tell it, in order of preference.
GROUP_NAMES: Final = {
    "outlet": ("outlet", "publisher", "publication", "newspaper"),
    "source": ("source",),
    "site": ("site", "domain"),
    "leaning": ("leaning", "political_leaning", "lean", "political_lean"),
    "country": ("country",),
    "topic": ("topic", "category", "section"),
    "date": (
        *("date", "published", "published_at", "publication_date", "pub_date", "pubdate", "publish_date"),
        *("date_published", "posttimestamp", "created_at", "timestamp"),
    ),
}

#: Flat columns of a headline and, where bodies are read, of a body.
HEADLINE_COLUMNS: Final = ("score", "low", "high", "band", *DEVICES, "clickbait", "phrases", "abstain", "model")
BODY_COLUMNS: Final = (
    *("body_bias", "body_opinion", "body_tone", "primary_frame", "frames", "body_abstain"),
    *("gap", "gap_low", "gap_high", "unsupported", "warnings"),
)
#: How columns of heads that a user has added begin.
LABEL_COLUMN: Final = "labels_"
#: Further names that results take in nested formats.
NESTED_NAMES: Final = ("labels", "sensationalism", "devices", "device_presence", "schema_version", "article")

_RESULTS: Final = ("row", "source_file", *HEADLINE_COLUMNS, *BODY_COLUMNS, *NESTED_NAMES, rf"{LABEL_COLUMN}\w+")
_RESERVED = re.compile(rf"(input_)*({'|'.join(_RESULTS)})", re.IGNORECASE)
_INT64: Final = 2**63
#: Integers up to this are floats too without loss.
_EXACT: Final = 2**53


@lru_cache(4096)
def carried_name(name: str) -> str:
    """What an input column is called in the result: itself, or `input_NAME` where a result column has that name.

    The same in every format, and never the same for two names: `input_score` becomes `input_input_score`.
    """
    return f"input_{name}" if _RESERVED.fullmatch(name) else name


def distinct(names: Iterable[str]) -> list[str]:
    """Names that differ even without regard to case: a second `Title` becomes `Title_2`, an empty one `column_3`."""
    found: list[str] = []
    taken: set[str] = set()
    for position, name in enumerate(names, start=1):
        base = name if name.strip() else f"column_{position}"
        candidate, count = base, 1
        while candidate.casefold() in taken:
            count += 1
            candidate = f"{base}_{count}"
        taken.add(candidate.casefold())
        found.append(candidate)
    return found


def find_column(columns: Sequence[str], usual: Sequence[str], asked: str | None, what: str, place: str) -> str | None:
    """The column that holds headlines or bodies; None when there is none and none was asked for.

    :param usual: names to look for, in order of preference; `asked`: the name the user gave, or None.
    :param what: "headline" or "body"; `place`: the file, for the error.
    :raises InputError: when the column asked for is not there.
    """
    if asked is not None:
        if asked in columns:
            return asked
        raise InputError(f"{place}: has no column {asked!r} (--{what}-col); its columns are {listed(columns)}.")
    return usual_column(columns, usual)


def usual_column(columns: Sequence[str], usual: Iterable[str]) -> str | None:
    """The first column of these names, compared without regard to case; None when there is none."""
    known = {name.strip().casefold(): name for name in reversed(columns)}
    return next((known[name] for name in usual if name in known), None)


def listed(columns: Sequence[str]) -> str:
    """Column names for an error sentence, bounded in length."""
    shown = ", ".join(repr(name[:40]) for name in columns[:20])
    return (shown or "none") + (f" and {len(columns) - 20} more" if len(columns) > 20 else "")


def kind_of(value: Any) -> str:
    """What a carried value is: bool, int (which a float holds exactly), long (of 64 bits), float, text or json."""
    if isinstance(value, str):
        return "text"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "int" if abs(value) <= _EXACT else "long" if -_INT64 <= value < _INT64 else "json"
    return "float" if isinstance(value, float) else "json"


def common_kind(kinds: Iterable[str]) -> str:
    """The kind of column, bool, int, float, text or json, that holds all of `kinds`; json where they do not mix."""
    found = set(kinds)
    if found == {"int", "float"}:
        return "float"
    found = {"int" if kind == "long" else kind for kind in found}
    return next(iter(found), "text") if len(found) <= 1 else "json"
