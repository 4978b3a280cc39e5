"""The report of an audit: JSON for machines, Markdown and one self-contained page for people, a table on the way."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from scorer.audit import words
from scorer.audit.page import audit_page
from scorer.audit.results import Audit, Case, SuiteResult
from scorer.files import json_text
from scorer.markdown import escaped
from scorer.markdown import table as markdown_table
from scorer.report_folder import write_files

FILES: Final = ("report.json", "report.md", "report.html")
#: A key of its JSON that no other report has.
MARK: Final = "suites"
_HEADER: Final = ("suite", "figure", "result", "value", "mark", "95% interval", "n")


def write_report(audit: Audit, out: Path) -> None:
    """Write the three files; earlier ones are replaced, whatever else is in the folder stays.

    :raises InputError: when the folder cannot be made.
    """
    contents = (json_text(audit.to_dict(), indent=1) + "\n", markdown(audit), audit_page(audit))
    write_files(out, dict(zip(FILES, contents, strict=True)))


def rows(audit: Audit) -> list[tuple[str, ...]]:
    """One row of words for each figure, under `_HEADER`."""
    return [
        (
            suite.name,
            words.name(figure.name),
            words.result(figure),
            words.number(figure.estimate.value, figure.unit),
            words.mark(figure),
            words.interval(figure.estimate, figure.unit),
            str(figure.estimate.n),
        )
        for suite in audit.suites
        for figure in suite.figures
    ]


def table(audit: Audit) -> str:
    """The figures for a terminal, with the outcome below."""
    lines = [_HEADER, *rows(audit)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEADER))]
    aligned = ("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines)
    return "\n".join([*(line.rstrip() for line in aligned), "", f"{words.verdict(audit)}."])


def markdown(audit: Audit) -> str:
    """The whole report in Markdown."""
    return "\n".join(_markdown_lines(audit)) + "\n"


def _markdown_table(header: Sequence[str], lines: Sequence[Sequence[str]]) -> Iterator[str]:
    yield markdown_table(header, ([escaped(cell) for cell in line] for line in lines))
    yield ""


def _markdown_lines(audit: Audit) -> Iterator[str]:
    yield from (f"# Audit: {words.verdict(audit)}", "")
    yield from (f"Model {escaped(audit.model.name)} {escaped(audit.model.version)}.", "")
    yield from _markdown_table(_HEADER, rows(audit))
    for suite in audit.suites:
        yield from _markdown_suite(suite)


def _markdown_suite(suite: SuiteResult) -> Iterator[str]:
    yield from (f"## {suite.name}", "", f"{escaped(suite.about)} ({words.size(suite)}; {escaped(suite.file)})", "")
    if suite.groups:
        yield from _markdown_table(
            ("group", suite.groups[0].about, "95% interval", "n"),
            [
                (
                    words.name(group.name),
                    words.number(group.estimate.value, group.unit),
                    words.interval(group.estimate, group.unit),
                    str(group.estimate.n),
                )
                for group in suite.groups
            ],
        )
    if suite.fillers:
        yield from _markdown_table(
            ("group", "filler", "mean score", "difference from the group", "95% interval"),
            [
                (
                    words.name(filler.group),
                    filler.name,
                    words.number(filler.mean.value, "points"),
                    words.number(filler.difference.value, "points"),
                    words.interval(filler.difference, "points"),
                )
                for filler in suite.fillers
            ],
        )
    yield from _markdown_cases("Worst cases", suite.worst, suite.kind)
    yield from _markdown_cases("Not scored", suite.abstained, suite.kind)


def _markdown_cases(title: str, cases: Sequence[Case], kind: str) -> Iterator[str]:
    if not cases:
        return
    yield from (f"### {title}", "")
    for case in cases:
        yield f"- {escaped(words.heading(case))}"
        for version in case.versions:
            score = escaped(words.score(version, kind))
            yield f"  - {escaped(words.name(version.label))}: {escaped(version.text)} – {score}"
    yield ""
