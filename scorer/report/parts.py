"""Pieces that the sections of the page are made of, and numbers as people read them."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from scorer.article_parts import clean
from scorer.metrics import Estimate


def text(value: str) -> str:
    """Text of the corpus as it may stand in an element or a quoted attribute."""
    return escape(clean(value), quote=True)


def section(name: str, title: str, parts: Iterable[str]) -> Iterator[str]:
    """A section; `name` is where links to it lead, `title` and `parts` are HTML."""
    yield f'<section aria-labelledby="{name}"><h2 id="{name}" tabindex="-1">{title}</h2>'
    yield from parts
    yield "</section>"


def folded(summary: str, parts: Iterable[str]) -> Iterator[str]:
    """What is opened by a click; all of it is HTML."""
    yield f"<details><summary>{summary}</summary>"
    yield from parts
    yield "</details>"


def table(label: str, heads: Sequence[str], rows: Iterable[str]) -> Iterator[str]:
    """A table that scrolls by itself on a narrow screen; `heads` and `rows` are HTML, `label` is text."""
    cells = "".join(f'<th scope="col">{head}</th>' for head in heads)
    yield f'<div class="wide" role="region" aria-label="{text(label)}" tabindex="0"><table>'
    yield f"<thead><tr>{cells}</tr></thead><tbody>"
    yield from rows
    yield "</tbody></table></div>"


def row(name: str, cells: Sequence[str], small: bool = False) -> str:
    """A row of a table; `name` and `cells` are HTML, `small` makes it grey."""
    kind = ' class="small"' if small else ""
    return f'<tr{kind}><th scope="row">{name}</th>' + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def meter(share: float) -> str:
    """A bar of a share 0-1, for the eye only: the number stands beside it."""
    return f'<span class="bar" aria-hidden="true"><span style="width:{100 * share:.1f}%"></span></span>'


def percent(share: float | None) -> str:
    """A share 0-1 in percent, small ones with a decimal."""
    if share is None:
        return "–"
    return f"{100 * share:.1f}%" if 0 < share < 0.0995 else f"{100 * share:.0f}%"


def percent_range(share: Estimate) -> str:
    """The interval of a share, in percent."""
    return f"{percent(share.low)} to {percent(share.high)}"


def points(value: float | None) -> str:
    """Points with a decimal, the minus as it is printed; a dash for none."""
    return "–" if value is None else f"{round(value, 1) + 0.0:.1f}".replace("-", "−")


def point_range(mean: Estimate) -> str:
    """The interval of a mean in points, or a dash."""
    return "–" if mean.low is None else f"{points(mean.low)} to {points(mean.high)}"


def signed(value: float) -> str:
    """Whole points with their sign."""
    return f"{round(value):+d}".replace("-", "−") if round(value) else "0"
