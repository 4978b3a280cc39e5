"""The report of an audit as one HTML file: no script, no network, and nothing of a suite but as text."""

from collections.abc import Iterator, Sequence
from typing import Final

from scorer.audit import words
from scorer.audit.results import Audit, Case, Figure, SuiteResult
from scorer.html import TABLE_STYLE, document, folded, section, table, text
from scorer.metrics import Estimate

_STYLE: Final = (
    TABLE_STYLE
    + """
td { white-space: normal; }
.number { text-align: right; white-space: nowrap; }
.missed { padding: 0 .25em; background: var(--author); border-bottom: .125em solid var(--author-line); }
.case { margin: .75rem 0; }
.case p { margin: 0; color: var(--dim); font-size: .9375rem; }
.case table { margin-top: .125rem; }
.case td:first-child { width: 8rem; color: var(--dim); }
@media (max-width: 30rem) { .case td:first-child { width: auto; } }
"""
)
_LIMITS: Final = """<h2 id="limits">What the numbers do not say</h2>
<p>The probes were written to test one thing each; they are no sample of the news, and a model that meets every mark
can still be wrong about a real headline. The events in them are invented: no line says anything about a party, a
country, a company or anybody else.</p>
<p>A figure is passed or missed by its value; the 95% interval, by bootstrap over probes, says how far another set of
probes like these could have moved it. Probes that were not scored count in no figure but “abstained”.</p>"""


def audit_page(audit: Audit) -> str:
    """The whole page."""
    title = words.verdict(audit)
    header = (
        f'<p class="tag">Audit of model {text(audit.model.name)} {text(audit.model.version)}</p>',
        f"<h1>{title}</h1>",
    )
    main = [*section("summary", "Figures and marks", _summary(audit))]
    for number, suite in enumerate(audit.suites, 1):
        main += section(f"suite{number}", text(suite.name), _suite(suite))
    return document(f"{title} – audit", ("summary", "figures"), header, main, _LIMITS, _STYLE)


def _figures(estimate: Estimate, unit: str) -> str:
    """Cells of a value and its interval."""
    value, interval = words.number(estimate.value, unit), words.interval(estimate, unit)
    return f'<td class="number">{value}</td><td class="number">{interval}</td>'


def _summary(audit: Audit) -> Iterator[str]:
    """Every figure of every suite in one table."""
    body = [
        f'<tr><td><a href="#suite{number}">{text(suite.name)}</a></td><th scope="row">{words.name(figure.name)}</th>'
        f'<td>{_result(figure)}</td><td class="number">{words.number(figure.estimate.value, figure.unit)}</td>'
        f'<td class="number">{words.mark(figure)}</td>'
        f'<td class="number">{words.interval(figure.estimate, figure.unit)}</td>'
        f'<td class="number">{figure.estimate.n}</td></tr>'
        for number, suite in enumerate(audit.suites, 1)
        for figure in suite.figures
    ]
    heads = ("suite", "figure", "result", "value", "mark", "95% interval", "n")
    yield from table("Figures and marks", heads, body, (3, 4, 5, 6))
    yield '<p class="dim">Points are of 100. A figure without a mark is reported only.</p>'


def _result(figure: Figure) -> str:
    said = words.result(figure)
    return f'<strong class="missed">{said}</strong>' if figure.passed is False else said


def _suite(suite: SuiteResult) -> Iterator[str]:
    yield f'<p>{text(suite.about)}</p><p class="dim">{words.size(suite)}; file {text(suite.file)}</p>'
    yield "<dl>"
    for figure in suite.figures:
        value = words.number(figure.estimate.value, figure.unit)
        yield f"<div><dt>{words.name(figure.name)}</dt><dd>{value} – {text(figure.about)}</dd></div>"
    yield "</dl>"
    if suite.groups:
        yield from folded(f"By group: {text(suite.groups[0].about)}", _groups(suite))
    if suite.fillers:
        yield from folded("By filler: is one always hotter?", _fillers(suite))
    for title, cases in (("Worst cases", suite.worst), ("Not scored", suite.abstained)):
        if cases:
            yield from folded(f"{title}: {len(cases)}", _cases(cases, suite.kind))


def _groups(suite: SuiteResult) -> Iterator[str]:
    body = [
        f'<tr><th scope="row">{text(words.name(group.name))}</th>{_figures(group.estimate, group.unit)}'
        f'<td class="number">{group.estimate.n}</td></tr>'
        for group in suite.groups
    ]
    yield from table("By group", ("group", "value", "95% interval", "n"), body, (1, 2, 3))


def _fillers(suite: SuiteResult) -> Iterator[str]:
    yield (
        '<p class="dim">The difference is from the mean of all fillers in the same headlines; where its interval holds '
        "0, chance may explain it.</p>"
    )
    body = [
        f"<tr><td>{text(words.name(filler.group))}</td>"
        f'<th scope="row">{text(filler.name)}</th>{_figures(filler.mean, "points")}'
        f"{_figures(filler.difference, 'points')}</tr>"
        for filler in suite.fillers
    ]
    header = ("group", "filler", "mean score", "95% interval", "difference", "95% interval")
    yield from table("By filler", header, body, (2, 3, 4, 5))


def _cases(cases: Sequence[Case], kind: str) -> Iterator[str]:
    for case in cases:
        yield f'<div class="case"><p>{text(words.heading(case))}</p><div class="wide"><table><tbody>'
        for version in case.versions:
            yield (
                f"<tr><td>{text(words.name(version.label))}</td><td>{text(version.text)}</td>"
                f'<td class="number">{text(words.score(version, kind))}</td></tr>'
            )
        yield "</tbody></table></div></div>"
