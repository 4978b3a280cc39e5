"""What the HTML reports share: one file without script or network, nothing of the data in it but as text."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Final

from scorer.article_parts import clean, runs
from scorer.article_style import STYLE
from scorer.results import Phrase

#: Tables, for the reports that have them.
TABLE_STYLE: Final = """
body { max-width: 60rem; }
.wide { overflow-x: auto; }
table { width: 100%; margin: .5rem 0; border-collapse: collapse; font-size: .9375rem; overflow-wrap: normal; }
th, td { padding: .375rem .75rem .375rem 0; border-top: 1px solid var(--line); text-align: left; vertical-align: top; }
thead th { border-top: 0; color: var(--dim); font-weight: normal; vertical-align: bottom; }
tbody th { min-width: 7rem; font-weight: normal; overflow-wrap: anywhere; }
td { white-space: nowrap; font-variant-numeric: tabular-nums; }
tr.small { color: var(--dim); }
"""
_DOCUMENT: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<a class="skip" href="#{target}">Skip to the {named}</a>
{body}
</body>
</html>
"""


def document(
    title: str, skip: tuple[str, str], header: Iterable[str], main: Iterable[str], footer: str, style: str = ""
) -> str:
    """A whole page; all but the title is HTML.

    :param title: plain text.
    :param skip: where the link for keyboards leads, and what is there.
    :param style: rules besides those that all reports share.
    """
    footer += "\n<p>Nothing in this file was loaded from a network.</p>"
    body = ["<header>", *header, "</header>", "<main>", *main, "</main>", f"<footer>{footer}</footer>"]
    target, named = skip
    return _DOCUMENT.format(title=text(title), style=STYLE + style, target=target, named=named, body="\n".join(body))


def text(value: str) -> str:
    """Text of the data, or of a model's config, as it may stand in an element or a quoted attribute."""
    return escape(clean(value), quote=True)


def marked(value: str, phrases: Sequence[Phrase]) -> str:
    """Text with its loaded phrases marked.

    :param phrases: in order, without overlap.
    """
    pieces = runs(value, 0, len(value), phrases)
    return "".join(f'<mark class="author">{text(piece)}</mark>' if phrase else text(piece) for piece, phrase in pieces)


def notes(title: str, lines: Sequence[str]) -> Iterator[str]:
    """A box of sentences to mind, given as text; nothing without any."""
    if lines:
        yield f'<div class="note" role="note"><p><strong>{title}</strong></p><ul>'
        yield from (f"<li>{text(line)}</li>" for line in lines)
        yield "</ul></div>"


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


def table(label: str, heads: Sequence[str], rows: Iterable[str], numbers: Sequence[int] = ()) -> Iterator[str]:
    """A table that scrolls by itself on a narrow screen; `heads` and `rows` are HTML, `label` is text.

    :param numbers: the columns that hold figures, where not all but the first do.
    """
    classes = (' class="number"' if place in numbers else "" for place in range(len(heads)))
    cells = "".join(f'<th scope="col"{kind}>{head}</th>' for kind, head in zip(classes, heads, strict=True))
    yield f'<div class="wide" role="region" aria-label="{text(label)}" tabindex="0"><table>'
    yield f"<thead><tr>{cells}</tr></thead><tbody>"
    yield from rows
    yield "</tbody></table></div>"


def row(name: str, cells: Sequence[str], kind: str = "") -> str:
    """A row of a table; `name` and `cells` are HTML, `kind` is its class (`small`: grey)."""
    known = f' class="{kind}"' if kind else ""
    return f'<tr{known}><th scope="row">{name}</th>' + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def meter(share: float) -> str:
    """A bar of a share 0-1, for the eye only: the number stands beside it."""
    return f'<span class="bar" aria-hidden="true"><span style="width:{100 * share:.1f}%"></span></span>'
