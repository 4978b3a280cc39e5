"""A report as one HTML file: no script, no network, and nothing of the data but as text."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final

from scorer.article_parts import name_of
from scorer.evaluate import wording
from scorer.evaluate.plots import PLOT_STYLE, interval_mark, reliability, risk_curve
from scorer.evaluate.results import BySystem, Evaluation, Mistake, Slice
from scorer.evaluate.slices import SMALL
from scorer.evaluate.wording import MEASURES, estimate, number, percent
from scorer.html import TABLE_STYLE, document, marked, notes, row, section, table, text
from scorer.metrics import Estimate

_STYLE: Final = (
    TABLE_STYLE
    + PLOT_STYLE
    + """
body { max-width: 66rem; }
.first { font-weight: bold; }
tr.small svg { opacity: .5; }
tr.head th { padding-top: 1rem; color: var(--text); font-weight: bold; white-space: nowrap; }
"""
)
_LIMITS: Final = """<h2 id="limits">How to read this</h2>
<p>Every figure stands with its 95% interval: drawn anew 500 or 1,000 times from the same rows, 95 times in 100 it
would lie there. The rows are taken for independent; rows of one outlet or one event are not quite. What holds on this
file need not hold on another.</p>
<p>The model judges wording, never truth. Its agreement with labels is no higher than the labels are reliable.</p>"""


def report_page(report: Evaluation) -> str:
    """The whole page."""
    model = f"{report.model.name} {report.model.version}"
    raters = wording.RATERS[report.data.rated_by]
    header = (
        f'<p class="tag">Evaluation of {text(model)}: {text(name_of(report.head))}, labels by {raters}</p>',
        f"<h1>{text(report.data.file)}</h1>",
        f"<p>{text(wording.in_short(report))}</p>",
    )
    main = (
        *notes("How this was measured", report.notes),
        *_figures(report),
        *_by_label(report),
        *_calibration(report),
        *_bands(report),
        *_risk(report),
        *_slices(report),
        *_worst(report),
        *_data(report),
    )
    return document(
        f"{model} on {report.data.file} – evaluation", ("figures", "figures"), header, main, _LIMITS, _STYLE
    )


def _figures(report: Evaluation) -> Iterator[str]:
    systems = wording.systems_of(report)

    def content() -> Iterator[str]:
        yield from table(
            "Figures", ["", *(text(name) for name in systems.values())], _measure_rows(report.figures, list(systems))
        )
        yield f'<p class="dim">n = {report.data.evaluated:,} rows; 95% intervals in brackets.</p>'
        yield "<h3>The model minus the others, on the same rows</h3>"
        others = [system for system in systems if system != "model"]
        heads = [part for system in others for part in (text(systems[system]), "p")]
        yield from table("Differences", ["", *heads], _difference_rows(report, others))

    yield from section("figures", "Figures", content())


def _measure_rows(figures: BySystem, systems: Sequence[str]) -> Iterator[str]:
    for name in figures["model"]:
        title, decimals = MEASURES[name]
        yield row(title, [_first(estimate(figures[system][name], decimals), system) for system in systems])


def _first(shown: str, system: str) -> str:
    return f'<span class="first">{shown}</span>' if system == "model" else shown


def _difference_rows(report: Evaluation, others: Sequence[str]) -> Iterator[str]:
    for name in report.figures["model"]:
        title, decimals = MEASURES[name]
        found = [report.differences[system][name] for system in others]
        cells = [part for each in found for part in (estimate(each, decimals), wording.p_value(each))]
        yield row(title, cells)


def _by_label(report: Evaluation) -> Iterator[str]:
    if not report.by_label:
        return
    systems = wording.systems_of(report)
    measures = list(report.by_label[0].figures["model"])

    def rows() -> Iterator[str]:
        for each in report.by_label:
            small = "small" if each.positives < SMALL else ""
            yield row(f"{text(name_of(each.label))} ({each.positives:,} rows)", [""] * len(measures), f"head {small}")
            for system, called in systems.items():
                cells = [estimate(each.figures[system][name], MEASURES[name][1]) for name in measures]
                yield row(text(called), [_first(cell, system) for cell in cells], small)

    yield from section(
        "labels",
        "Each label",
        [
            *table("Figures of each label", ["", *(MEASURES[name][0] for name in measures)], rows()),
            f'<p class="dim">Grey: fewer than {SMALL} rows have the label.</p>',
        ],
    )


def _calibration(report: Evaluation) -> Iterator[str]:
    found, graded = report.calibration, report.data.kind == "graded"
    unit, decimals = (" points", 1) if graded else ("", 3)

    def content() -> Iterator[str]:
        yield "<p>Each dot is a tenth of the rows; on the dashed line predictions are right on average.</p>"
        yield reliability(found.bins, 100 if graded else 1)
        if found.error is None:
            yield "<p>The score is no probability of this label, so it has no calibration error.</p>"
        else:
            yield f"<p>Expected calibration error {estimate(found.error, decimals)}{unit}.</p>"
        if found.brier is not None:
            yield f"<p>Brier score {estimate(found.brier, 3)}.</p>"

    yield from section("calibration", "Can predictions be taken at their word?", content())


def _bands(report: Evaluation) -> Iterator[str]:
    if not report.bands:
        return
    with_intervals = report.intervals is not None

    def content() -> Iterator[str]:
        if report.intervals is not None:
            found = report.intervals
            yield (
                f"<p>The {percent(found.nominal)} interval holds the label in this percentage of the rows: "
                f"{estimate(_in_percent(found.coverage), 0)}. It is {found.width:.0f} points wide on average.</p>"
            )
        heads = ["predicted", "n", "bias, points", *(["interval holds, %", "width"] if with_intervals else [])]
        yield from table("Bias and coverage by band", heads, (row for row in _band_rows(report, with_intervals)))

    yield from section("bands", "By band of the prediction", content())


def _band_rows(report: Evaluation, with_intervals: bool) -> Iterator[str]:
    for band in report.bands:
        cells = [f"{band.bias.n:,}", estimate(band.bias, 1)]
        if with_intervals:
            cells += [estimate(_in_percent(band.coverage), 0), number(band.width, 0)]
        yield row(f"{text(band.name)}, from {band.lowest:.0f}", cells, "small" if band.bias.n < SMALL else "")


def _in_percent(found: Estimate | None) -> Estimate | None:
    if found is None or found.value is None or found.low is None or found.high is None:
        return None
    return replace(found, value=100 * found.value, low=100 * found.low, high=100 * found.high)


def _risk(report: Evaluation) -> Iterator[str]:
    if not report.risk_coverage:
        return
    name, decimals = wording.error_name(report)
    by = "with the narrowest intervals" if report.data.kind == "graded" else "furthest from the cut"
    by = "with the highest probability" if report.data.kind == "classes" else by
    rows = [
        row(percent(point.share), [f"{point.error.n:,}", estimate(point.error, decimals)])
        for point in report.risk_coverage
    ]
    yield from section(
        "risk",
        "What leaving out the unsure rows buys",
        [
            f"<p>The error on the rows the model is surest of: those {by}.</p>",
            risk_curve(report.risk_coverage, name),
            "<details><summary>In numbers</summary>",
            *table("Error by share of rows kept", ["kept", "n", name], rows),
            "</details>",
        ],
    )


def _slices(report: Evaluation) -> Iterator[str]:
    if not report.slices:
        return
    name, decimals = wording.error_name(report)
    graded = report.data.kind == "graded"
    single = graded or report.data.kind == "binary"
    heads = ["", "n", *(["label", "predicted", "bias", "bias and its interval"] if single else []), name]
    heads += [wording.agreement_name(report)] if single else []
    reach = max((_reach(each) for each in report.slices if not each.small), default=0.0)

    def rows() -> Iterator[str]:
        for by, group in groupby(report.slices, key=lambda each: each.by):
            yield row(text(name_of(by)), [""] * (len(heads) - 1), "head")
            for each in group:
                cells = [f"{each.n:,}"]
                if single:
                    cells += [number(each.truth, decimals), number(each.predicted, decimals)]
                    cells += [estimate(each.bias, decimals), interval_mark(each.bias, -reach, reach)]
                cells.append(estimate(each.error, decimals))
                cells += [estimate(each.agreement, 2)] if single else []
                yield row(text(each.value), cells, "small" if each.small else "")

    explained = "Label and prediction are means; bias is prediction minus label. " if single else ""
    yield from section(
        "slices",
        "Slices",
        [
            f"<p>{explained}Grey: fewer than {SMALL} rows, too few to conclude from.</p>",
            *table("Figures by slice", heads, rows()),
        ],
    )


def _reach(found: Slice) -> float:
    """How far the interval of a slice's bias reaches from zero."""
    if found.bias is None or found.bias.low is None or found.bias.high is None:
        return 0.0
    return max(-found.bias.low, found.bias.high)


def _worst(report: Evaluation) -> Iterator[str]:
    title = f"The {len(report.worst)} worst errors"
    yield from section("worst", title, ["<ol>", *(_mistake(each) for each in report.worst), "</ol>"])


def _mistake(found: Mistake) -> str:
    return f'<li><p>{marked(found.text, found.phrases)}</p><p class="dim">{text(wording.verdict(found))}</p></li>'


def _data(report: Evaluation) -> Iterator[str]:
    facts = (f"<div><dt>{name}</dt><dd>{text(value)}</dd></div>" for name, value in wording.facts(report))
    yield from section("data", "The data", ["<dl>", *facts, "</dl>"])
