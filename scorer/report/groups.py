"""The sections of the page on groups: outlets, leanings, topics, months and columns the user named."""

from collections.abc import Iterator, Sequence
from typing import Final

from scorer.article_parts import name_of
from scorer.html import folded, meter, row, section, table, text
from scorer.labels import DEVICES
from scorer.metrics import Estimate
from scorer.report.figures import SMALL, SMALL_OUTLETS
from scorer.report.parts import percent, percent_range, point_range, points
from scorer.report.plots import months, top_of
from scorer.report.results import Device, Group, Grouping, MacroMean, Report

GROUP_STYLE: Final = """
.groups .row { grid-template-columns: 13rem 1fr 9.5rem; padding: .25rem 0; }
.wider .row { grid-template-columns: 13rem 1fr 10.5rem; }
.groups .name { line-height: 1.3; }
.groups .n { display: block; color: var(--dim); font-size: .8125rem; }
.groups .all { position: absolute; top: 0; width: 0; height: 100%; border-left: 2px dashed var(--dim); }
.groups .small { color: var(--dim); }
.groups .small .scale { opacity: .5; }
.axis { display: grid; grid-template-columns: 13rem 1fr 9.5rem; gap: 0 .75rem; font-size: .8125rem; }
.axis .ends { grid-column: 2; margin: 0; font-size: inherit; }
td .bar { display: block; width: 4.5rem; height: .375rem; margin-top: .25rem; }
@media (max-width: 30rem) {
  .groups .row, .wider .row { grid-template-columns: 1fr auto; padding: .5rem 0; }
  .groups .row .scale { grid-row: 2; grid-column: 1 / -1; }
  .axis { grid-template-columns: 1fr; }
  .axis .ends { grid-column: 1; }
}
"""
_FEW: Final = f"fewer than {SMALL}"


def group_sections(report: Report) -> Iterator[str]:
    """One section for each column that is grouped by."""
    for number, grouping in enumerate(report.groupings):
        title = f"By {text(name_of(grouping.by))}"
        yield from section(f"group{number}", title, _content(report, grouping))


def _content(report: Report, grouping: Grouping) -> Iterator[str]:
    if grouping.by == "month":
        label = "Mean score by month, with the 95% interval as a band; the numbers are in the table below"
        yield "<p>Mean score of each month; the band is its 95% interval.</p>"
        yield months(grouping.groups, label)
    else:
        yield (
            "<p>Mean score of 100 as a mark, its 95% interval as a band around it; the dashed line is the mean of all "
            "headlines.</p>"
        )
        yield from _scales(grouping.groups, report.scores.mean.value or 0.0)
    if any(group.small for group in grouping.groups):
        yield f'<p class="dim">Grey: {_FEW} headlines, too few to conclude from.</p>'
    yield from _left_out(grouping)
    if grouping.by == "leaning":
        yield from _macro(report.leanings, report.scores.mean.value or 0.0)
    yield from folded("In numbers", _numbers(grouping))
    yield from folded("Devices", _devices(grouping))


def _scales(groups: Sequence[Group], overall: float) -> Iterator[str]:
    lines = [(group.name, f"n = {group.n:,}{', too few' * group.small}", group.mean, group.small) for group in groups]
    yield from _scale_list(lines, overall)


def _scale_list(lines: Sequence[tuple[str, str, Estimate, bool]], overall: float) -> Iterator[str]:
    """Means on one scale.

    :param lines: names, details as HTML, means, and whether they rest on too little.
    :param overall: the mean of all headlines.
    """
    top = max(top_of([mean for _, _, mean, _ in lines]), top_of([Estimate(overall, None, None, 0)]))
    yield '<ul class="bars groups">'
    yield from (_scale_row(*line, overall, top) for line in lines)
    yield "</ul>"
    yield f'<div class="axis" aria-hidden="true"><p class="ends"><span>0</span><span>{top}</span></p></div>'


def _scale_row(name: str, detail: str, mean: Estimate, small: bool, overall: float, top: int) -> str:
    """A line of a list: a name, a mean on a scale that ends at `top`, and the mean in numbers."""
    value, shown = mean.value or 0.0, points(mean.value)
    first, last = (value, value) if mean.low is None or mean.high is None else (mean.low, mean.high)
    if mean.low is not None:
        shown += f" ({points(mean.low)}–{points(mean.high)})"
    kind = " small" if small else ""
    left, width, middle, mark = (100 * each / top for each in (first, last - first, overall, value))
    return (
        f'<li class="row{kind}"><span class="name">{text(name)}<span class="n">{detail}</span></span>'
        f'<div class="scale" aria-hidden="true">'
        f'<span class="range" style="left:{left:.1f}%;width:{width:.1f}%"></span>'
        f'<span class="all" style="left:{middle:.1f}%"></span>'
        f'<span class="point" style="left:{mark:.1f}%"></span></div><span>{shown}</span></li>'
    )


def _left_out(grouping: Grouping) -> Iterator[str]:
    """What of the corpus is in no group that is shown."""
    if grouping.others:
        noun = "earlier months" if grouping.by == "month" else "further groups"
        yield f'<p class="dim">Not shown: {grouping.others:,} {noun} with {grouping.others_n:,} headlines together.</p>'
    if grouping.without:
        yield (
            f'<p class="dim">{grouping.without:,} scored headlines have no value in column '
            f"“{text(grouping.column)}”.</p>"
        )


def _macro(leanings: Sequence[MacroMean], overall: float) -> Iterator[str]:
    """The mean over outlets, which no large outlet can decide alone."""
    if not leanings:
        return
    yield "<h3>With each outlet counting once</h3>"
    yield "<p>The mean over the outlets of a leaning; its interval says how far other outlets could have moved it.</p>"
    lines = []
    for each in leanings:
        few = f", {each.small_outlets} with {_FEW} headlines" if each.small_outlets else ""
        lines.append((each.leaning, f"{each.mean.n} outlet{'s' * (each.mean.n != 1)}{few}", each.mean, each.small))
    yield from _scale_list(lines, overall)
    if any(each.small for each in leanings):
        few = f"fewer than {SMALL_OUTLETS} outlets, too few to speak of a leaning or to give an interval"
        yield f'<p class="dim">Grey: {few}.</p>'


def _numbers(grouping: Grouping) -> Iterator[str]:
    heads = (
        text(name_of(grouping.by)),
        "n",
        "mean",
        "95% interval",
        "sensational or hotter",
        "95% interval",
        "not scored",
    )

    def rows() -> Iterator[str]:
        for group in grouping.groups:
            cells = [
                f"{group.n:,}",
                points(group.mean.value),
                point_range(group.mean),
                percent(group.sensational.value),
                percent_range(group.sensational),
                f"{group.not_scored:,}",
            ]
            yield row(_name(group), cells, "small" * group.small)

    yield from table(f"Scores by {grouping.by}", heads, rows())


def _devices(grouping: Grouping) -> Iterator[str]:
    yield '<p class="dim">Share of the headlines in which a device is clear (0.5 of 1 or more).</p>'
    heads = (text(name_of(grouping.by)), *(name_of(device) for device in DEVICES))
    rows = (
        row(_name(group), [_share(group.devices[device]) for device in DEVICES], "small" * group.small)
        for group in grouping.groups
    )
    yield from table(f"Devices by {grouping.by}", heads, rows)


def _name(group: Group) -> str:
    return text(group.name) + (" (too few)" if group.small else "")


def _share(device: Device) -> str:
    return f"{percent(device.clear.value)}{meter(device.clear.value or 0.0)}"
