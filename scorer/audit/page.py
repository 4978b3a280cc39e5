"""The report of an audit as one HTML file: no script, no network, and nothing of a suite but as text."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from scorer.article_parts import clean
from scorer.article_style import STYLE
from scorer.audit import words
from scorer.audit.results import Audit, Case, Figure, SuiteResult
from scorer.metrics import Estimate

#: The article's look, and what tables need besides.
_STYLE: Final = (
    STYLE
    + """
body { max-width: 60rem; }
.wide { overflow-x: auto; }
table { width: 100%; margin: .5rem 0; border-collapse: collapse; font-size: .9375rem; overflow-wrap: normal; }
th, td { padding: .375rem .75rem .375rem 0; border-top: 1px solid var(--line); text-align: left; vertical-align: top; }
thead th { border-top: 0; color: var(--dim); font-weight: normal; }
tbody th { font-weight: normal; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.missed { padding: 0 .25em; background: var(--author); border-bottom: .125em solid var(--author-line); }
.case { margin: .75rem 0; }
.case p { margin: 0; color: var(--dim); font-size: .9375rem; }
.case table { margin-top: .125rem; }
.case td:first-child { width: 8rem; color: var(--dim); }
@media (max-width: 30rem) { .case td:first-child { width: auto; } }
"""
)
_PAGE: Final = """<!doctype html>
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
<a class="skip" href="#summary">Skip to the figures</a>
{body}
</body>
</html>
"""
_LIMITS: Final = """<h2 id="limits">What the numbers do not say</h2>
<p>The probes were written to test one thing each; they are no sample of the news, and a model that meets every mark
can still be wrong about a real headline. The events in them are invented: no line says anything about a party, a
country, a company or anybody else.</p>
<p>A figure is passed or missed by its value; the 95% interval, by bootstrap over probes, says how far another set of
probes like these could have moved it. Probes that were not scored count in no figure but “abstained”.</p>"""


def audit_page(audit: Audit) -> str:
    """The whole page."""
    title = words.verdict(audit)
    parts = [
        "<header>",
        f'<p class="tag">Audit of model {_text(audit.model.name)} {_text(audit.model.version)}</p>',
        f"<h1>{title}</h1>",
        "</header>",
        "<main>",
        *_summary(audit),
        *(line for number, suite in enumerate(audit.suites, 1) for line in _suite(number, suite)),
        "</main>",
        f"<footer>{_LIMITS}<p>Nothing in this file was loaded from a network.</p></footer>",
    ]
    return _PAGE.format(title=f"{title} – audit", style=_STYLE, body="\n".join(parts))


def _text(text: str) -> str:
    """Text of a suite, or of a model's config, as it may stand in an element or a quoted attribute."""
    return escape(clean(text), quote=True)


def _table(header: Sequence[str], body: Sequence[str], numbers: Sequence[int]) -> Iterator[str]:
    """A table that scrolls by itself on a narrow screen.

    :param body: rows of HTML; `numbers` are the columns that hold figures.
    """
    cells = (f'<th scope="col"{_numeric(n in numbers)}>{_text(cell)}</th>' for n, cell in enumerate(header))
    yield f'<div class="wide"><table><thead><tr>{"".join(cells)}</tr></thead><tbody>'
    yield from body
    yield "</tbody></table></div>"


def _numeric(is_number: bool) -> str:
    return ' class="number"' if is_number else ""


def _figures(estimate: Estimate, unit: str) -> str:
    """Cells of a value and its interval."""
    value, interval = words.number(estimate.value, unit), words.interval(estimate, unit)
    return f'<td class="number">{value}</td><td class="number">{interval}</td>'


def _summary(audit: Audit) -> Iterator[str]:
    """Every figure of every suite in one table."""
    yield '<section aria-labelledby="summary"><h2 id="summary" tabindex="-1">Figures and marks</h2>'
    body = [
        f'<tr><td><a href="#suite{number}">{_text(suite.name)}</a></td><th scope="row">{words.name(figure.name)}</th>'
        f'<td>{_result(figure)}</td><td class="number">{words.number(figure.estimate.value, figure.unit)}</td>'
        f'<td class="number">{words.mark(figure)}</td>'
        f'<td class="number">{words.interval(figure.estimate, figure.unit)}</td>'
        f'<td class="number">{figure.estimate.n}</td></tr>'
        for number, suite in enumerate(audit.suites, 1)
        for figure in suite.figures
    ]
    yield from _table(("suite", "figure", "result", "value", "mark", "95% interval", "n"), body, (3, 4, 5, 6))
    yield '<p class="dim">Points are of 100. A figure without a mark is reported only.</p></section>'


def _result(figure: Figure) -> str:
    said = words.result(figure)
    return f'<strong class="missed">{said}</strong>' if figure.passed is False else said


def _suite(number: int, suite: SuiteResult) -> Iterator[str]:
    yield f'<section aria-labelledby="suite{number}"><h2 id="suite{number}">{_text(suite.name)}</h2>'
    yield f'<p>{_text(suite.about)}</p><p class="dim">{words.size(suite)}; file {_text(suite.file)}</p>'
    yield "<dl>"
    for figure in suite.figures:
        value = words.number(figure.estimate.value, figure.unit)
        yield f"<div><dt>{words.name(figure.name)}</dt><dd>{value} – {_text(figure.about)}</dd></div>"
    yield "</dl>"
    yield from _groups(suite)
    yield from _fillers(suite)
    yield from _cases("Worst cases", suite.worst, suite.kind)
    yield from _cases("Not scored", suite.abstained, suite.kind)
    yield "</section>"


def _groups(suite: SuiteResult) -> Iterator[str]:
    if not suite.groups:
        return
    yield f"<details><summary>By group: {_text(suite.groups[0].about)}</summary>"
    body = [
        f'<tr><th scope="row">{_text(words.name(group.name))}</th>{_figures(group.estimate, group.unit)}'
        f'<td class="number">{group.estimate.n}</td></tr>'
        for group in suite.groups
    ]
    yield from _table(("group", "value", "95% interval", "n"), body, (1, 2, 3))
    yield "</details>"


def _fillers(suite: SuiteResult) -> Iterator[str]:
    if not suite.fillers:
        return
    yield "<details><summary>By filler: is one always hotter?</summary>"
    yield (
        '<p class="dim">The difference is from the mean of all fillers in the same headlines; where its interval holds '
        "0, chance may explain it.</p>"
    )
    body = [
        f"<tr><td>{_text(words.name(filler.group))}</td>"
        f'<th scope="row">{_text(filler.name)}</th>{_figures(filler.mean, "points")}'
        f"{_figures(filler.difference, 'points')}</tr>"
        for filler in suite.fillers
    ]
    header = ("group", "filler", "mean score", "95% interval", "difference", "95% interval")
    yield from _table(header, body, (2, 3, 4, 5))
    yield "</details>"


def _cases(title: str, cases: Sequence[Case], kind: str) -> Iterator[str]:
    if not cases:
        return
    yield f"<details><summary>{title}: {len(cases)}</summary>"
    for case in cases:
        yield f'<div class="case"><p>{_text(words.heading(case))}</p><div class="wide"><table><tbody>'
        for version in case.versions:
            yield (
                f"<tr><td>{_text(words.name(version.label))}</td><td>{_text(version.text)}</td>"
                f'<td class="number">{_text(words.score(version, kind))}</td></tr>'
            )
        yield "</tbody></table></div></div>"
    yield "</details>"
