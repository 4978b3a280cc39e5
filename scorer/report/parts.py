"""Numbers of a report as people read them."""

from scorer.metrics import Estimate


def percent(share: float | None) -> str:
    """A share 0-1 in percent, small ones with a decimal."""
    if share is None:
        return "–"
    return f"{100 * share:.1f}%" if 0 < share < 0.0995 else f"{100 * share:.0f}%"


def percent_range(share: Estimate) -> str:
    """The interval of a share, in percent."""
    return f"{percent(share.low)} to {percent(share.high)}"


def points(value: float | None) -> str:
    """Points with a decimal, the minus as it is printed; a dash for none."""
    return "–" if value is None else f"{round(value, 1) + 0.0:.1f}".replace("-", "−")


def point_range(mean: Estimate) -> str:
    """The interval of a mean in points, or a dash."""
    return "–" if mean.low is None else f"{points(mean.low)} to {points(mean.high)}"


def signed(value: float) -> str:
    """Whole points with their sign."""
    return f"{round(value):+d}".replace("-", "−") if round(value) else "0"
