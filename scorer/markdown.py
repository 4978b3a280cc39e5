"""What the Markdown reports share."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from scorer.article_parts import clean

#: Signs of markup, and what would turn an address into a link.
_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]<>#|!~&@]|:(?=//)|(?<=www)\.)", re.IGNORECASE)


def escaped(text: str) -> str:
    """Text of the data in one line that no reader of Markdown takes for markup, a link or an address."""
    return _SPECIAL.sub(r"\\\1", clean(text))


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; cells are Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
