"""The plots of a report: SVG that stretches to the page, labelled in HTML so that words keep their size on a phone."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from scorer.labels import BANDS, band_of
from scorer.metrics import Estimate
from scorer.report.results import Bin, Group

#: How the plots look; colours of bands run from calm to hot and differ in lightness too.
PLOT_STYLE: Final = """
:root { --plain: #7d93ad; --coloured: #6f9a86; --heightened: #c9a227; --sensational: #d0672b; --extreme: #a3243b; }
@media (prefers-color-scheme: dark) {
  :root { --plain: #7f97b5; --coloured: #7db398; --heightened: #d9b84a; --sensational: #e8854c; --extreme: #e0607a; }
}
.plot { position: relative; margin: .75rem 0 2.75rem; }
.plot.side { margin-left: 2rem; }
.plot svg { display: block; width: 100%; height: 12rem; overflow: visible; }
.plot .tick, .plot .up {
  position: absolute; color: var(--dim); font-size: .8125rem; line-height: 1; white-space: nowrap;
}
.plot .tick { top: calc(100% + .375rem); transform: translateX(-50%); }
.plot .tick.first { transform: none; }
.plot .tick.last { transform: translateX(-100%); }
.plot .up { right: calc(100% + .5rem); transform: translateY(50%); }
.plot line { vector-effect: non-scaling-stroke; }
.plot .grid { stroke: var(--line); stroke-width: 1; }
.plot .mean { stroke: var(--text); stroke-width: 2; stroke-dasharray: 4 4; }
.plot .area { fill: var(--range); opacity: .6; }
.plot .curve, .plot .dots { fill: none; stroke: var(--bar); vector-effect: non-scaling-stroke; }
.plot .curve { stroke-width: 2; }
.plot .dots { stroke-width: 8; stroke-linecap: round; }
.plot .area.small, .plot .curve.small { opacity: .45; }
.plot .dots.small { stroke: var(--dim); stroke-width: 6; opacity: .7; }
.plot .rest { fill: var(--bar); }
.key { display: flex; flex-wrap: wrap; gap: .25rem 1rem; padding: 0; list-style: none; font-size: .9375rem; }
.key i { display: inline-block; width: .875rem; height: .875rem; margin-right: .375rem; border-radius: .125rem; }
""" + "".join(f".{name} {{ fill: var(--{name}); background: var(--{name}); }}\n" for name, _ in BANDS)

_HIGH: Final = 100


def histogram(bins: Sequence[Bin], mean: float, label: str, banded: bool) -> str:
    """Bars of a histogram, with a dashed line at the mean.

    :param banded: whether the values are scores, whose bands have colours.
    """
    top = max(each.n for each in bins) or 1
    lowest, highest = bins[0].low, bins[-1].high
    parts = [f'<line class="grid" x1="{lowest:g}" x2="{highest:g}" y1="{_HIGH}" y2="{_HIGH}"/>']
    gap = (highest - lowest) / len(bins) * 0.06
    for each in bins:
        height = _HIGH * each.n / top
        # one headline among thousands is still seen
        height = max(height, 0.8) if each.n else 0
        kind = band_of(each.low) if banded else "rest"
        parts.append(
            f'<rect class="{kind}" x="{each.low + gap:.2f}" width="{each.high - each.low - 2 * gap:.2f}" '
            f'y="{_HIGH - height:.2f}" height="{height:.2f}"/>'
        )
    parts.append(f'<line class="mean" x1="{mean:.2f}" x2="{mean:.2f}" y1="0" y2="{_HIGH}"/>')
    box = f"{lowest:g} 0 {highest - lowest:g} {_HIGH}"
    steps = [lowest + (highest - lowest) * step / 5 for step in range(6)] if banded else [-100, -50, 0, 50, 100]
    ticks = "".join(_tick(_signed(step, banded), (step - lowest) / (highest - lowest)) for step in steps)
    return f'<div class="plot">{_svg(box, label, parts)}{ticks}</div>'


def band_key() -> str:
    """Which colour is which band."""
    items = (f'<li><i class="{name}"></i>{name} {_range(place)}</li>' for place, (name, _) in enumerate(BANDS))
    return f'<ul class="key">{"".join(items)}</ul>'


def _range(place: int) -> str:
    """The scores of a band: `20–39`."""
    end = BANDS[place + 1][1] - 1 if place + 1 < len(BANDS) else 100
    return f"{BANDS[place][1]:.0f}–{end:.0f}"


def months(groups: Sequence[Group], label: str) -> str:
    """Means over time with their intervals as a band; months with few headlines get small grey dots.

    Months without headlines leave a gap, so that time runs evenly.
    """
    first, last = _month_number(groups[0].name), _month_number(groups[-1].name)
    span = max(last - first, 1)
    top = top_of([group.mean for group in groups])
    across = [100 * (_month_number(group.name) - first) / span if last > first else 50 for group in groups]
    places = [(x, group) for x, group in zip(across, groups, strict=True)]

    def y(value: float) -> float:
        return _HIGH - _HIGH * value / top

    parts = [f'<line class="grid" x1="0" x2="100" y1="{y(v):.1f}" y2="{y(v):.1f}"/>' for v in range(0, top + 1, 20)]
    for run in _runs(places):
        high = [f"{x:.2f},{y(g.mean.high or g.mean.value or 0):.2f}" for x, g in run]
        low = [f"{x:.2f},{y(g.mean.low or g.mean.value or 0):.2f}" for x, g in reversed(run)]
        line = " ".join(f"{x:.2f},{y(g.mean.value or 0):.2f}" for x, g in run)
        small = " small" if all(group.small for _, group in run) else ""
        parts.append(f'<polygon class="area{small}" points="{" ".join(high + low)}"/>')
        parts.append(f'<polyline class="curve{small}" points="{line}"/>')
    for kind, wanted in (("dots", False), ("dots small", True)):
        dots = "".join(f"M{x:.2f} {y(g.mean.value or 0):.2f}h0" for x, g in places if g.small == wanted)
        parts.append(f'<path class="{kind}" d="{dots}"/>' if dots else "")
    ups = "".join(f'<span class="up" style="bottom:{100 * v / top:.1f}%">{v}</span>' for v in range(0, top + 1, 20))
    ticks = "".join(_tick(name, x / 100) for name, x in _dates(places))
    return f'<div class="plot side">{_svg("0 0 100 100", label, parts)}{ups}{ticks}</div>'


def top_of(means: Sequence[Estimate]) -> int:
    """Where an axis from 0 may end so that all means and intervals fit: 20, 40, 60, 80 or 100."""
    highest = max((mean.high or mean.value or 0.0 for mean in means), default=0.0)
    return min(100, 20 * (1 + int(highest / 20)))


def _dates(places: Sequence[tuple[float, Group]]) -> Iterator[tuple[str, float]]:
    """What stands below an axis of months: the first, the last, and years between them as far as there is room."""
    yield places[0][1].name, places[0][0]
    if len(places) == 1:
        return
    years = [(group.name[:4], x) for x, group in places if group.name.endswith("-01") and 20 <= x <= 80]
    yield from years[:: 1 + len(years) // 4]
    yield places[-1][1].name, places[-1][0]


def _runs(places: Sequence[tuple[float, Group]]) -> Iterator[list[tuple[float, Group]]]:
    """Stretches of months that follow one another and have an interval each."""
    run: list[tuple[float, Group]] = []
    for x, group in places:
        if run and _month_number(group.name) - _month_number(run[-1][1].name) > 1:
            yield run
            run = []
        run.append((x, group))
    yield run


def _month_number(month: str) -> int:
    return 12 * int(month[:4]) + int(month[5:])


def _signed(value: float, plain: bool) -> str:
    return f"{value:.0f}" if plain or not value else f"{value:+.0f}".replace("-", "−")


def _tick(text: str, share: float) -> str:
    kind = " first" if share == 0 else " last" if share == 1 else ""
    return f'<span class="tick{kind}" style="left:{100 * share:.1f}%" aria-hidden="true">{text}</span>'


def _svg(box: str, label: str, parts: Sequence[str]) -> str:
    said = f'role="img" aria-label="{escape(label)}"'
    return f'<svg viewBox="{box}" preserveAspectRatio="none" {said}>{"".join(parts)}</svg>'
