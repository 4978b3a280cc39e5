"""The plots of a report as SVG inside the page: drawn with the page's own colours, so they fit light and dark."""

import math
from collections.abc import Iterator, Sequence
from typing import Final

from scorer.evaluate.results import Bin, Kept
from scorer.metrics import Estimate

_WIDTH: Final = 380
_HEIGHT: Final = 280
_LEFT: Final = 52
_BOTTOM: Final = 44
_EDGE: Final = 18

#: How the plots look; the colours are the variables of the page.
PLOT_STYLE: Final = """
svg { display: block; width: 100%; max-width: 30rem; height: auto; }
svg text { fill: var(--dim); font-size: 13px; font-family: inherit; }
svg .grid { stroke: var(--line); stroke-width: 1; }
svg .ideal { stroke: var(--dim); stroke-width: 1.5; stroke-dasharray: 5 5; }
svg .spread { stroke: var(--bar); stroke-width: 2; }
svg .dot { fill: var(--bar); }
svg .curve { fill: none; stroke: var(--bar); stroke-width: 2.5; }
svg .zero { stroke: var(--dim); stroke-width: 1; }
td svg { width: 7rem; }
"""


class _Axes:
    """The frame of a plot: from values to places.

    :param across: (lowest, highest, number of steps) of the values along the bottom, `up`: along the side.
    """

    def __init__(self, across: tuple[float, float, int], up: tuple[float, float, int], decimals: int) -> None:
        self._across, self._up, self._decimals = across, up, decimals

    def x(self, value: float) -> float:
        """Where a value lies from the left."""
        low, high, _ = self._across
        return _LEFT + (value - low) / (high - low) * (_WIDTH - _LEFT - _EDGE)

    def y(self, value: float) -> float:
        """Where a value lies from the top."""
        low, high, _ = self._up
        return _HEIGHT - _BOTTOM - (value - low) / (high - low) * (_HEIGHT - _BOTTOM - _EDGE)

    def lines(self, across: str, up: str, percent: bool = False) -> Iterator[str]:
        """Grid, numbers and titles."""
        for value in _steps(*self._up):
            place = self.y(value)
            yield f'<line class="grid" x1="{_LEFT}" y1="{place:.1f}" x2="{_WIDTH - _EDGE}" y2="{place:.1f}"/>'
            yield f'<text x="{_LEFT - 6}" y="{place + 4:.1f}" text-anchor="end">{value:.{self._decimals}f}</text>'
        for value in _steps(*self._across):
            shown = f"{100 * value:.0f}%" if percent else f"{value:.{self._decimals}f}"
            yield f'<text x="{self.x(value):.1f}" y="{_HEIGHT - _BOTTOM + 17}" text-anchor="middle">{shown}</text>'
        yield f'<text x="{(_LEFT + _WIDTH) / 2:.0f}" y="{_HEIGHT - 6}" text-anchor="middle">{across}</text>'
        middle = (_HEIGHT - _BOTTOM) / 2
        yield f'<text transform="translate(13 {middle:.0f}) rotate(-90)" text-anchor="middle">{up}</text>'


def _steps(low: float, high: float, count: int) -> Iterator[float]:
    yield from (low + (high - low) * step / count for step in range(count + 1))


def _round_step(least: float) -> float:
    """The smallest of 1, 2 and 5 times a power of ten that is no less; what is next to nothing counts as 1e-300."""
    power = 10.0 ** math.floor(math.log10(max(least, 1e-300)))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least)


def _svg(label: str, parts: Sequence[str]) -> str:
    return f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{label}">{"".join(parts)}</svg>'


def reliability(bins: Sequence[Bin], top: float) -> str:
    """Mean label against mean prediction, with intervals; on the dashed line predictions are right on average.

    :param top: the end of the scale, 100 or 1.
    """
    axes = _Axes((0, top, 5), (0, top, 5), 0 if top > 1 else 1)
    parts = list(axes.lines("prediction", "label (mean)"))
    parts.append(
        f'<line class="ideal" x1="{axes.x(0):.1f}" y1="{axes.y(0):.1f}" x2="{axes.x(top):.1f}" y2="{axes.y(top):.1f}"/>'
    )
    for each in bins:
        x, found = axes.x(each.predicted), each.truth
        if found.low is not None and found.high is not None:
            ends = f'y1="{axes.y(found.low):.1f}" y2="{axes.y(found.high):.1f}"'
            parts.append(f'<line class="spread" x1="{x:.1f}" x2="{x:.1f}" {ends}/>')
        if found.value is not None:
            parts.append(f'<circle class="dot" cx="{x:.1f}" cy="{axes.y(found.value):.1f}" r="4.5"/>')
    return _svg("Mean label against prediction, in ten groups of rows", parts)


def risk_curve(points: Sequence[Kept], error: str) -> str:
    """The error against the share of rows kept, with intervals."""
    highest = max(point.error.high or point.error.value or 0 for point in points) or 1
    step = _round_step(highest / 4)
    count = math.ceil(highest / step)
    axes = _Axes((0, 1, 5), (0, count * step, count), max(0, -math.floor(math.log10(step))))
    parts = list(axes.lines("share of the rows kept, the surest first", error, percent=True))
    places = []
    for point in points:
        x = axes.x(point.share)
        if point.error.value is None or point.error.low is None or point.error.high is None:
            continue
        places.append(f"{x:.1f},{axes.y(point.error.value):.1f}")
        ends = f'y1="{axes.y(point.error.low):.1f}" y2="{axes.y(point.error.high):.1f}"'
        parts.append(f'<line class="spread" x1="{x:.1f}" x2="{x:.1f}" {ends}/>')
    parts.append(f'<polyline class="curve" points="{" ".join(places)}"/>')
    return _svg(f"{error} against the share of rows kept", parts)


def interval_mark(found: Estimate | None, lowest: float, highest: float) -> str:
    """A figure and its interval as a mark on a line from `lowest` to `highest`, with a stroke at zero."""
    if found is None or found.value is None or found.low is None or found.high is None or highest <= lowest:
        return ""

    def place(value: float) -> float:
        return 4 + 112 * (min(max(value, lowest), highest) - lowest) / (highest - lowest)

    zero = f'<line class="zero" x1="{place(0):.1f}" x2="{place(0):.1f}" y1="0" y2="18"/>' if lowest <= 0 else ""
    return (
        f'<svg viewBox="0 0 120 18" aria-hidden="true">{zero}'
        f'<line class="spread" x1="{place(found.low):.1f}" x2="{place(found.high):.1f}" y1="9" y2="9"/>'
        f'<circle class="dot" cx="{place(found.value):.1f}" cy="9" r="4"/></svg>'
    )
