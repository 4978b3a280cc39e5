"""The six kinds of suite: what a probe of each holds, what is measured on it, and which case is a bad one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from scorer.audit.changes import CHANGES
from scorer.metrics import Values

#: A plain headline of `traps` has to stay below the first score, a hot one to reach the second.
PLAIN_BELOW: Final = 30.0
HOT_FROM: Final = 40.0
#: Capitals may carry sensationalism: their effect is reported and never marked.
UNMARKED_CHANGE: Final = "all_caps"


@dataclass(frozen=True)
class Probe:
    """One probe: the same thing in several versions, by label.

    `event` says whether the news is good, bad or neutral (swaps only); `words` are the loaded words both versions hold
    (attribution only); `line` is where it stands in its file.
    """

    group: str
    versions: dict[str, str]
    line: int
    event: str | None = None
    words: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What a model made of one probe, by version: scores 0-100 (attribution: bias of the body, 0-1).

    `voices` are those of the phrases found in the loaded words (attribution only).
    """

    probe: Probe
    values: dict[str, float]
    voices: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Measure:
    """A figure of a suite: `of` is its value on one probe, None where it does not apply; `reduce` joins the values.

    `unit` is `points` (of 100) or `share` (0-1); a mark is a limit from above when `at_most`, else from below.
    """

    name: str
    about: str
    of: Callable[[Outcome], float | None]
    unit: str = "share"
    at_most: bool = False
    reduce: Callable[[Values], float] = lambda values: float(values.mean())


@dataclass(frozen=True)
class Kind:
    """A kind of suite.

    `by_group` is the measure shown for each group; `badness` orders the probes, the worst highest; `shown` are the
    versions of a case that a reader should see, in order.
    """

    measures: tuple[Measure, ...]
    by_group: Measure
    badness: Callable[[Outcome], float]
    shown: Callable[[Outcome], list[str]]


def _all_versions(outcome: Outcome) -> list[str]:
    return list(outcome.values)


def _spread(outcome: Outcome) -> float:
    return max(outcome.values.values()) - min(outcome.values.values())


def _hottest_first(outcome: Outcome) -> list[str]:
    return sorted(outcome.values, key=lambda label: -outcome.values[label])


def _change(outcome: Outcome, name: str) -> float | None:
    """How far one change of the surface moved the score, in points either way."""
    return abs(outcome.values[name] - outcome.values["base"]) if name in outcome.values else None


def _changes(outcome: Outcome) -> dict[str, float]:
    """Those that are marked, by name."""
    found = {name: _change(outcome, name) for name in CHANGES if name != UNMARKED_CHANGE}
    return {name: value for name, value in found.items() if value is not None}


def _largest_change(outcome: Outcome) -> list[str]:
    changes = _changes(outcome)
    return ["base", max(changes, key=lambda name: changes[name])]


def _trap_miss(outcome: Outcome) -> float:
    """Points by which a headline lies on the wrong side of its limit, negative on the right side."""
    plain, hot = outcome.values.get("plain"), outcome.values.get("hot")
    return plain - PLAIN_BELOW if plain is not None else HOT_FROM - (hot or 0.0)


def _plain_calm(outcome: Outcome) -> float | None:
    return float(outcome.values["plain"] < PLAIN_BELOW) if "plain" in outcome.values else None


def _hot_seen(outcome: Outcome) -> float | None:
    return float(outcome.values["hot"] >= HOT_FROM) if "hot" in outcome.values else None


def _right_side(outcome: Outcome) -> float | None:
    calm = _plain_calm(outcome)
    return _hot_seen(outcome) if calm is None else calm


def _in_order(outcome: Outcome) -> float:
    return float(outcome.values["plain"] < outcome.values["mild"] < outcome.values["hot"])


def _wrong_voices(outcome: Outcome) -> int:
    return sum(voice != label for label, voices in outcome.voices.items() for voice in voices)


def _right_voice(outcome: Outcome) -> float | None:
    return float(_wrong_voices(outcome) == 0) if any(outcome.voices.values()) else None


def _falls(higher: str, lower: str) -> Callable[[Outcome], float]:
    """Whether one version scores below another: 1 or 0."""
    return lambda outcome: float(outcome.values[lower] < outcome.values[higher])


_SPREAD = Measure("mean_spread", "highest minus lowest score over the fillers, mean", _spread, "points", at_most=True)
_IN_ORDER = Measure("in_order", "triples in strict order plain, mild, hot", _in_order)
_BIAS_HIGHER = Measure("bias_higher", "body bias higher in the author’s voice", _falls("author", "quoted"))
_HEDGED_LOWER = Measure("hedged_lower", "the negated or hedged headline scores lower", _falls("claim", "hedged"))

KINDS: Final[dict[str, Kind]] = {
    "swaps": Kind(
        measures=(
            _SPREAD,
            Measure(
                "spread_p95",
                "the same spread, 95th percentile",
                _spread,
                "points",
                at_most=True,
                reduce=lambda values: float(np.quantile(values, 0.95)),
            ),
        ),
        by_group=_SPREAD,
        badness=_spread,
        shown=_hottest_first,
    ),
    "surface": Kind(
        measures=tuple(
            Measure(
                name,
                f"mean absolute change by {name.replace('_', ' ')}",
                lambda outcome, name=name: _change(outcome, name),  # type: ignore[misc]
                "points",
                at_most=True,
            )
            for name in CHANGES
        ),
        by_group=Measure(
            "mean_change",
            "mean absolute change, all caps left out",
            lambda outcome: float(np.mean(list(_changes(outcome).values()))),
            "points",
            at_most=True,
        ),
        badness=lambda outcome: max(_changes(outcome).values()),
        shown=_largest_change,
    ),
    "traps": Kind(
        measures=(
            Measure("plain_calm", f"plain headlines below {PLAIN_BELOW:.0f}", _plain_calm),
            Measure("hot_seen", f"hot headlines at {HOT_FROM:.0f} or above", _hot_seen),
        ),
        by_group=Measure("right", "headlines on the right side", _right_side),
        badness=_trap_miss,
        shown=_all_versions,
    ),
    "triples": Kind(
        measures=(_IN_ORDER, Measure("plain_below_hot", "triples with plain below hot", _falls("hot", "plain"))),
        by_group=_IN_ORDER,
        badness=lambda outcome: max(
            outcome.values["plain"] - outcome.values["mild"], outcome.values["mild"] - outcome.values["hot"]
        ),
        shown=_all_versions,
    ),
    "attribution": Kind(
        measures=(
            Measure("voice", "pairs whose marked words all have the right voice", _right_voice),
            _BIAS_HIGHER,
            Measure(
                "words_found",
                "pairs whose loaded words are marked in both versions",
                lambda outcome: float(all(outcome.voices.values())),
            ),
        ),
        by_group=_BIAS_HIGHER,
        badness=lambda outcome: _wrong_voices(outcome) + outcome.values["quoted"] - outcome.values["author"],
        shown=_all_versions,
    ),
    "negation": Kind(
        measures=(
            _HEDGED_LOWER,
            Measure(
                "mean_drop",
                "points by which the hedged headline scores lower",
                lambda outcome: outcome.values["claim"] - outcome.values["hedged"],
                "points",
            ),
        ),
        by_group=_HEDGED_LOWER,
        badness=lambda outcome: outcome.values["hedged"] - outcome.values["claim"],
        shown=_all_versions,
    ),
}
