"""A pasted page, taken apart: its headline, the paragraphs of its body, and everything that is neither.

`boilerplate` knows what a line is by itself; here the lines around it decide: which line is the headline, how far a
list of teasers goes, whether a time is a dateline or the stamp of a live page. Whatever no rule claims is body.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final

from scorer.boilerplate import (
    MAX_LINE,
    has_gap,
    is_comment_form,
    is_comment_mark,
    is_name,
    is_prose,
    is_section,
    raw_kind,
    tidy,
    words,
)
from scorer.text import OUTLET_WORD

_BULLET = re.compile(r"(?:[-*•‣▪–—]\s|\(?\d{1,3}[.)]\s|[QA]\s?[:.]\s|>)")
_SUFFIX = re.compile(r"\s+\|\s+(?=[A-Z])[^|]{2,40}$")
#: A page is wrapped when so many line breaks are followed by a small letter: paragraphs do not begin with one.
_WRAPPED_SHARE: Final = 0.35
_WIDEST: Final = 140
_HEADLINE_WORDS: Final = 40
_HEADLINE_LENGTH: Final = 300
#: Kinds that end a wrapped paragraph above or below them; the longer kinds may be wrapped themselves.
_WHOLE_LINE = frozenset(
    "advert share continues read_time counts dateline byline navigation media separator date clock published link "
    "teaser_single teaser_list tag_opener comment_opener comment_count".split()
)
#: What a kind that waited for its neighbours is called when it is set aside.
_NAMES: Final = {
    "teaser_single": "teaser",
    "teaser_list": "related",
    "loose_teaser": "teaser",
    "tag_opener": "tags",
    "comment_opener": "comments",
    "comment_count": "counts",
    "published": "dateline",
    "weak": "navigation",
}


@dataclass(frozen=True)
class Boilerplate:
    """A stretch of a page that is not of the article, and what it is: `text[start:end]`.

    `kind` is one of advert, appeal, byline, comments, continues, cookies, copyright, counts, credit, dateline, kicker,
    link, media, navigation, newsletter, read_time, related, repeat, separator, share, site, tags, teaser; for HTML
    also aside, caption and hidden.
    """

    start: int
    end: int
    kind: str


@dataclass(frozen=True)
class Page:
    """A page taken apart; every span indexes `text`.

    Spans are in order, do not overlap, and together hold every character that is not white space.
    """

    text: str
    headline: tuple[int, int] | None
    paragraphs: tuple[tuple[int, int], ...]
    boilerplate: tuple[Boilerplate, ...]


@dataclass(slots=True)
class Unit:
    """A paragraph or a line of its own: its span, a tidy copy, whether white lines stand above, and what it is.

    `kind` is None for what may be headline or body, else as `boilerplate.line_kind` has it, or `headline`.
    """

    start: int
    end: int
    line: str
    apart: bool
    kind: str | None = None
    reads_as_prose: bool = False

    @property
    def prose(self) -> bool:
        """Whether it is a paragraph of an article, as far as its shape tells."""
        return self.kind is None and self.reads_as_prose

    @property
    def title(self) -> bool:
        """Whether it could be a headline, a teaser's title or a sub-heading."""
        return self.kind is None and not self.reads_as_prose


@dataclass(slots=True)
class _Line:
    """A line's span without the white space around it; `indent` is the white space before, in characters."""

    start: int
    end: int
    apart: bool
    indent: int


def read_page(text: str, headline_apart: bool = False) -> Page:
    """Take a pasted page apart; time grows with its length only.

    :param text: as pasted, wrapped or with one paragraph a line.
    :param headline_apart: the headline is known from elsewhere, the whole text is body and what stands around it.
    """
    return arrange(text, split_units(text), headline_apart)


def arrange(text: str, units: list[Unit], headline_apart: bool = False) -> Page:
    """Decide what each unit is and build the page; a unit that comes as `headline` stays that."""
    start = _settle_header(units, headline_apart)
    _settle_body(units, start)
    _settle_stamps(units, start)
    return _page(text, units)


def _lines(text: str) -> list[_Line]:
    found: list[_Line] = []
    position, apart = 0, True
    for raw in text.splitlines(keepends=True):
        content = raw.strip()
        if content:
            indent = len(raw) - len(raw.lstrip())
            found.append(_Line(position + indent, position + indent + len(content), apart, indent))
        apart = not content
        position += len(raw)
    return found


def _wrap_width(text: str, lines: Sequence[_Line]) -> tuple[int, int]:
    """The width nine in ten wrapped lines keep to and the widest line, in characters; 0 for one paragraph a line."""
    upper = [above for above, below in pairwise(lines) if not below.apart]
    small = sum(text[below.start].islower() for _, below in pairwise(lines) if not below.apart)
    if small < max(2, _WRAPPED_SHARE * len(upper)):
        return 0, 0
    widths = sorted(line.end - line.start for line in upper)
    width = widths[int(0.9 * len(widths))]
    widest = max(line.end - line.start for pair in pairwise(lines) if not pair[1].apart for line in pair)
    return (width, widest) if 25 <= width <= _WIDEST else (0, 0)


def _is_full(text: str, above: _Line, below: _Line, widths: tuple[int, int]) -> bool:
    """Whether the next word would not have fitted the line above; after a full stop that must be beyond doubt."""
    width, widest = widths
    word = text[below.start : min(below.end, below.start + width)].split(maxsplit=1)[0]
    length = above.end - above.start + 1 + len(word)
    if text[above.end - 1] in ".!?\"'”’":
        return length > widest and below.indent <= above.indent
    return length > 0.85 * width


def _continues(text: str, above: _Line, below: _Line, widths: tuple[int, int]) -> bool:
    """Whether the line below goes on with the paragraph above."""
    length = above.end - above.start
    if below.apart or length > 4 * MAX_LINE or _BULLET.match(text, below.start):
        return False
    last = text[above.end - 1]
    small = length >= 30 and text[below.start].islower() and last not in '.!?:;”"'
    goes_on = small or (widths[0] > 0 and _is_full(text, above, below, widths))
    if not goes_on:
        return False
    pieces = text[above.start : above.end], text[below.start : below.end]
    return not any(has_gap(piece) or raw_kind(piece) in _WHOLE_LINE for piece in pieces)


def split_units(text: str) -> list[Unit]:
    """Join the lines of a text to paragraphs."""
    lines = _lines(text)
    widths = _wrap_width(text, lines)
    units: list[Unit] = []
    above: _Line | None = None
    for line in lines:
        if above is not None and _continues(text, above, line, widths):
            units[-1].end = line.end
        else:
            units.append(Unit(line.start, line.end, "", line.apart))
        above = line
    for unit in units:
        settle_line(text, unit)
    return units


def settle_line(text: str, unit: Unit) -> None:
    """Give a unit its tidy line and what it is by itself."""
    # what is longer than the rules look at is not copied: a text may be one line of megabytes
    raw = text[unit.start : min(unit.end, unit.start + MAX_LINE + 1)]
    unit.line = tidy(raw) if len(raw) <= MAX_LINE else raw
    unit.kind = raw_kind(raw)
    unit.reads_as_prose = is_prose(unit.line)


def _settle_header(units: list[Unit], headline_apart: bool) -> int:
    """Find the headline and settle what stands around it; return where the rest begins."""
    given = next((i for i, unit in enumerate(units) if unit.kind == "headline"), None)
    first = next((i for i, unit in enumerate(units) if unit.prose), len(units))
    if given is not None:
        start = given + 1
    elif headline_apart:
        start = 0
    else:
        start = _find_headline(units, first)
    for i in range(start, first):
        _settle_under_headline(units, i)
    if start and units[start - 1].kind == "headline":
        headline = units[start - 1].line.casefold()
        for unit in units[: start - 1] + units[start : start + 12]:
            if unit.line.casefold() == headline:
                unit.kind = "repeat"
    return start


def _settle_under_headline(units: list[Unit], i: int) -> None:
    """Labels and names between headline and body."""
    unit = units[i]
    if unit.kind == "weak":
        unit.kind = "navigation"
    elif unit.kind is None and is_section(unit.line):
        unit.kind = "kicker"
    elif unit.kind is None and is_name(unit.line):
        unit.kind = "byline"


def _find_headline(units: list[Unit], first: int) -> int:
    """Mark the headline among the units before the first prose; return the index after it (0 without one)."""
    candidates = [i for i in range(min(first, 60)) if units[i].kind in (None, "loose_teaser")]
    if not candidates and first < len(units) and _headed(units, first):
        candidates = [first]
    candidates = [i for i in candidates if not is_section(units[i].line)]
    if not candidates and 0 < first < len(units) and _may_be_headline(units[0]):
        candidates = [0]
    lead = 0
    while lead + 1 < len(candidates) and _is_label(units[candidates[lead]], units[candidates[lead + 1]]):
        lead += 1
    chosen = candidates[lead] if candidates else None
    end = chosen if chosen is not None else min(first, len(units))
    labels = [unit for unit in units[:end] if unit.kind in (None, "weak")]
    for unit in labels:
        unit.kind = _label_kind(unit, len(labels))
    if chosen is None or not _fits_headline(units[chosen].line):
        return end if chosen is None else 0
    units[chosen].kind = "headline"
    return chosen + 1


def _headed(units: Sequence[Unit], i: int) -> bool:
    """Whether prose is a headline that ends with a full stop: one sentence, a byline or a date under it."""
    below = units[i + 1].kind if i + 1 < len(units) else None
    return below in ("byline", "published", "date", "read_time", "dateline") and len(words(units[i].line)) <= 30


def _may_be_headline(unit: Unit) -> bool:
    """Whether the first line of a page without another headline is one in the shape of something else.

    `Photo: the day the river turned green` is; `Photo: The river (Ada Moll)` names who took it.
    """
    return (
        unit.kind in ("credit", "continues", "media") and len(words(unit.line)) >= 5 and not set(unit.line) & set("(/©")
    )


def _fits_headline(line: str) -> bool:
    return len(line) <= _HEADLINE_LENGTH and len(words(line)) <= _HEADLINE_WORDS


def _is_outlet(line: str) -> bool:
    return len(words(line)) <= 5 and bool(OUTLET_WORD.search(line)) and all(word[0].isupper() for word in words(line))


def _label_kind(unit: Unit, count: int) -> str:
    if unit.kind == "weak" or count >= 3:
        return "navigation"
    return "site" if _is_outlet(unit.line) and not is_section(unit.line) else "kicker"


def _is_label(unit: Unit, below: Unit) -> bool:
    """Whether a short line above another candidate is a kicker, a menu entry or the name of the site."""
    count = len(words(unit.line))
    if unit.kind or re.search(r"[?!:\"']", unit.line) or len(words(below.line)) <= count:
        return count <= 2 and len(words(below.line)) <= 2 and unit.kind is None
    if _is_outlet(unit.line):
        return True
    return count <= 2 or (count <= 4 and unit.line.isupper() and not below.line.isupper())


def _settle_body(units: list[Unit], start: int) -> None:
    """Follow lists of teasers, tags and comments as far as they go."""
    #: How much prose stands above each unit, in characters.
    above = [0, *accumulate(len(unit.line) if unit.prose else 0 for unit in units)]
    i = start
    while i < len(units):
        kind = units[i].kind
        if kind in ("teaser_single", "teaser_list", "tag_opener"):
            i = _settle_list(units, i)
            continue
        elif kind == "teaser":
            i = _settle_columns(units, i)
            continue
        elif kind in ("comment_opener", "comment_count"):
            i = _settle_comments(units, i, above)
            continue
        i += 1
    _settle_weak(units, start)
    for before, unit, after in zip(units, units[1:], units[2:], strict=False):
        if unit.kind is None and before.kind and after.kind and re.fullmatch(r"[\d.,]{1,7}[kKmM]?", unit.line):
            unit.kind = "counts"


def _settle_columns(units: list[Unit], i: int) -> int:
    """Lines in columns under a teaser are teasers too."""
    i += 1
    while i < len(units) and not units[i].apart and units[i].title and "\u2003" in units[i].line:
        units[i].kind = "teaser"
        i += 1
    return i


def _settle_list(units: list[Unit], opener: int) -> int:
    """The titles under `Read more`, `Related articles` or `Tags`; return the index after them."""
    kind = units[opener].kind
    limit = 1 if kind == "teaser_single" else 30
    short = 4 if kind == "tag_opener" else 35
    tight = opener + 1 < len(units) and not units[opener + 1].apart
    i, taken = opener + 1, 0
    while i < len(units):
        unit = units[i]
        if tight and unit.apart and taken:
            break
        if unit.kind is not None:
            if unit.kind in ("teaser_single", "teaser_list", "tag_opener", "comment_opener", "comment_count"):
                break
            if unit.kind in ("date", "clock", "weak"):
                unit.kind = "related"
        elif unit.prose or len(words(unit.line)) > short or (taken >= limit and not tight):
            break
        else:
            unit.kind = _NAMES[kind or ""]
            taken += 1
        i += 1
    return i


def _settle_comments(units: list[Unit], opener: int, above: Sequence[int]) -> int:
    """The comment section from its heading on; return the index after it.

    Readers' comments are told by their marks (`Ada says:`, `Reply`); without any, what follows belongs to the form
    unless so much prose follows that the heading must stand in the middle of the article.
    """
    before, after = above[opener], above[-1] - above[opener]
    if not before:
        return opener + 1
    marked = any(is_comment_mark(unit.line) for unit in units[opener + 1 : opener + 13])
    counted = units[opener].kind == "comment_count"
    whole = marked or (not counted and 3 * after <= before)
    units[opener].kind = "comments" if whole or not counted else "counts"
    for i in range(opener + 1, len(units)):
        unit = units[i]
        if unit.kind is None and not whole and not is_comment_form(unit.line):
            return i
        if unit.kind in (None, "weak", "date", "clock", "comment_opener", "comment_count"):
            unit.kind = "comments"
    return len(units)


def _settle_weak(units: list[Unit], start: int) -> None:
    """Menu words are navigation after the last paragraph, and may be sub-headings before it."""
    last = max((i for i, unit in enumerate(units) if unit.prose), default=-1)
    for i in range(start, len(units)):
        if units[i].kind == "weak" and i < last:
            units[i].kind = None


def _settle_stamps(units: list[Unit], start: int) -> None:
    """Dates and times: several in the body are the stamps of a live page or a timeline and stay."""
    first = next((i for i, unit in enumerate(units) if unit.prose), len(units))
    stamps = [i for i, unit in enumerate(units) if unit.kind in ("date", "clock")]
    inside = [i for i in stamps if i > first]
    for i in stamps:
        above_body = i < first and not (inside and i + 1 == first and units[i].kind == units[inside[0]].kind)
        alone = units[i].kind == "date" and len(inside) <= 1
        live = len(inside) >= 2 and not (above_body or i < start)
        units[i].kind = "dateline" if (above_body or i < start or alone) and not live else None


def _page(text: str, units: Sequence[Unit]) -> Page:
    headline: tuple[int, int] | None = None
    paragraphs: list[tuple[int, int]] = []
    aside: list[Boilerplate] = []
    for unit in units:
        if unit.kind is None:
            paragraphs.append((unit.start, unit.end))
        elif unit.kind == "headline" and headline is None:
            suffix = _SUFFIX.search(text, unit.start, unit.end)
            cut = suffix.start() if suffix and suffix.start() - unit.start >= 15 else unit.end
            headline = unit.start, cut
            if suffix and cut < unit.end:
                bar = cut + len(suffix[0]) - len(suffix[0].lstrip())
                aside.append(Boilerplate(bar, unit.end, "site"))
        else:
            aside.append(Boilerplate(unit.start, unit.end, _NAMES.get(unit.kind, unit.kind)))
    return Page(text, headline, tuple(paragraphs), tuple(aside))
