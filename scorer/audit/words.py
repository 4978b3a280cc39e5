"""Figures and marks in words, the same in the terminal, in Markdown and on the page."""

from scorer.audit.results import Audit, Case, Figure, SuiteResult, Version
from scorer.metrics import Estimate


def number(value: float | None, unit: str) -> str:
    """A figure with its unit; a dash where there is none."""
    if value is None:
        return "–"
    return f"{100 * value:.1f}%" if unit == "share" else f"{value:.2f}".replace("-", "−")


def interval(estimate: Estimate, unit: str) -> str:
    """The 95% interval."""
    return "–" if estimate.low is None else f"{number(estimate.low, unit)} to {number(estimate.high, unit)}"


def mark(figure: Figure) -> str:
    """The limit with its direction; a dash where there is none."""
    if figure.mark is None:
        return "–"
    return f"{'≤' if figure.at_most else '≥'} {number(figure.mark, figure.unit)}"


def result(figure: Figure) -> str:
    """Whether the mark was met."""
    return {None: "reported", True: "passed", False: "MISSED"}[figure.passed]


def verdict(audit: Audit) -> str:
    """The outcome in one line."""
    marks = sum(figure.mark is not None for suite in audit.suites for figure in suite.figures)
    if not marks:
        return "No marks were set"
    return f"{len(audit.missed)} of {marks} marks missed" if audit.missed else f"{marks} of {marks} marks met"


def size(suite: SuiteResult) -> str:
    """How many probes there were, and how many of them were not scored."""
    missing = f"{len(suite.abstained)} of them not scored" if suite.abstained else "all of them scored"
    return f"{suite.n} probes, {missing}"


def score(version: Version, kind: str) -> str:
    """The value of one wording, or why it has none."""
    if version.value is None:
        return f"not scored ({version.abstain or 'no reason given'})"
    if kind != "attribution":
        return f"{version.value:.1f}"
    voices = ", ".join(dict.fromkeys(version.voices))
    return f"bias {version.value:.2f}; {f'marked words: {voices}' if voices else 'words not marked'}"


def heading(case: Case) -> str:
    """Which probe a case is."""
    return f"{name(case.group)}{f', {case.event} news' if case.event else ''} (line {case.line})"


def name(key: str) -> str:
    """A key as words."""
    return key.replace("_", " ")
