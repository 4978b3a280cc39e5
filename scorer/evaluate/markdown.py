"""A report as Markdown: the figures in tables, for a repository or a note."""

from collections.abc import Iterator
from itertools import groupby

from scorer.article_parts import name_of
from scorer.evaluate import wording
from scorer.evaluate.results import Evaluation, Mistake
from scorer.evaluate.wording import MEASURES, estimate, number, percent
from scorer.markdown import escaped, table


def report_markdown(report: Evaluation) -> str:
    """The whole report."""
    parts = [
        f"# {escaped(report.model.name)} {escaped(report.model.version)} on {escaped(report.data.file)}",
        f"Head: {name_of(report.head)}; labels by {wording.RATERS[report.data.rated_by]}.",
        escaped(wording.in_short(report)),
        "\n".join(f"- {escaped(note)}" for note in report.notes),
        *_figures(report),
        *_labels(report),
        *_trust(report),
        *_slices(report),
        "## The worst errors",
        "\n".join(
            f"{place}. {escaped(each.text)} ({escaped(wording.verdict(each))})" for place, each in _numbered(report)
        ),
        "## The data",
        "\n".join(f"- {name}: {escaped(value)}" for name, value in wording.facts(report)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _numbered(report: Evaluation) -> Iterator[tuple[int, Mistake]]:
    yield from enumerate(report.worst, start=1)


def _figures(report: Evaluation) -> Iterator[str]:
    systems = wording.systems_of(report)
    yield "## Figures"
    yield f"n = {report.data.evaluated:,} rows; 95% bootstrap intervals in brackets."

    def rows() -> Iterator[list[str]]:
        for name in report.figures["model"]:
            title, decimals = MEASURES[name]
            yield [title, *(estimate(report.figures[system][name], decimals) for system in systems)]

    yield table(["", *(escaped(name) for name in systems.values())], rows())
    others = [system for system in systems if system != "model"]

    def differences() -> Iterator[list[str]]:
        for name in report.figures["model"]:
            title, decimals = MEASURES[name]
            found = [report.differences[system][name] for system in others]
            yield [title, *(f"{estimate(each, decimals)}, p {wording.p_value(each)}" for each in found)]

    yield "The model minus the others, on the same rows:"
    yield table(["", *(escaped(systems[system]) for system in others)], differences())


def _labels(report: Evaluation) -> Iterator[str]:
    if not report.by_label:
        return
    measures = list(report.by_label[0].figures["model"])
    systems = wording.systems_of(report)

    def rows() -> Iterator[list[str]]:
        for each in report.by_label:
            for system, called in systems.items():
                cells = (estimate(each.figures[system][name], MEASURES[name][1]) for name in measures)
                yield [escaped(name_of(each.label)), f"{each.positives:,}", escaped(called), *cells]

    yield "## Each label"
    yield table(["label", "rows", "", *(MEASURES[name][0] for name in measures)], rows())


def _trust(report: Evaluation) -> Iterator[str]:
    """Calibration, intervals, bands, and what leaving out the unsure rows buys."""
    graded = report.data.kind == "graded"
    found = report.calibration
    yield "## Calibration and intervals"
    if found.error is not None:
        yield f"Expected calibration error {estimate(found.error, 1 if graded else 3)}{' points' if graded else ''}."
    if found.brier is not None:
        yield f"Brier score {estimate(found.brier, 3)}."
    if report.intervals is not None:
        yield (
            f"The {percent(report.intervals.nominal)} interval holds the label in a share of "
            f"{estimate(report.intervals.coverage, 3)} of the rows; it is {report.intervals.width:.0f} points wide on "
            "average."
        )
    if report.bands:
        yield table(
            ["predicted", "n", "bias, points", "interval holds"],
            (
                [escaped(band.name), f"{band.bias.n:,}", estimate(band.bias, 1), estimate(band.coverage, 3)]
                for band in report.bands
            ),
        )
    if report.risk_coverage:
        name, decimals = wording.error_name(report)
        yield "The rows the model is surest of:"
        yield table(
            ["kept", "n", name],
            (
                [percent(point.share), f"{point.error.n:,}", estimate(point.error, decimals)]
                for point in report.risk_coverage
            ),
        )


def _slices(report: Evaluation) -> Iterator[str]:
    if not report.slices:
        return
    name, decimals = wording.error_name(report)
    yield "## Slices"
    yield "Small groups (fewer than 30 rows) are in brackets: too few to conclude from."
    for by, group in groupby(report.slices, key=lambda each: each.by):
        yield table(
            [escaped(name_of(by)), "n", "label", "predicted", "bias", name, wording.agreement_name(report)],
            (
                [
                    f"({escaped(each.value)})" if each.small else escaped(each.value),
                    f"{each.n:,}",
                    number(each.truth, decimals),
                    number(each.predicted, decimals),
                    estimate(each.bias, decimals),
                    estimate(each.error, decimals),
                    estimate(each.agreement, 2),
                ]
                for each in group
            ),
        )
