"""From counts to figures: means with bootstrap intervals, shares, distributions, the order of groups."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from scorer.labels import BANDS, DEVICES, FRAMES
from scorer.metrics import Estimate, bootstrap, mean_difference
from scorer.report.results import (
    Band,
    Bin,
    Counts,
    Device,
    Distribution,
    File,
    Frame,
    Gaps,
    Group,
    Grouping,
    MacroMean,
    Report,
)
from scorer.report.tally import MAX_VALUES, GroupColumn, Groups, Numbers, Tally

#: Fewer headlines, and fewer outlets of a leaning, than this are too few to conclude from.
SMALL: Final = 30
SMALL_OUTLETS: Final = 5
#: From this score on a headline is sensational or hotter.
SENSATIONAL: Final = dict(BANDS)["sensational"]
#: Groups of a column that are listed, those with the most headlines; of months the last ones.
SHOWN: Final = 60
SHOWN_MONTHS: Final = 240

_ROUNDS: Final = 1000
_Z: Final = 1.959964
_FROM_LEFT_TO_RIGHT: Final = (
    *("far left", "extreme left", "hard left", "left", "lean left", "left lean", "left centre", "centre left"),
    *("centre", "least biased", "mixed", "neutral"),
    *("centre right", "right centre", "lean right", "right lean", "right", "hard right", "extreme right", "far right"),
)


def figures(tally: Tally, files: Sequence[File], rejected: dict[str, int]) -> Report:
    """The report of a tally with at least one scored headline."""
    scores = tally.overall.scores[0]
    groupings = [
        _grouping(column, groups) for column, groups in zip(tally.columns, tally.groups, strict=True) if groups.codes
    ]
    return Report(
        files=tuple(files),
        models=dict(sorted(tally.models.items())),
        counts=Counts(
            scored=int(scores.sum()),
            abstained=dict(tally.abstained.most_common()),
            unreadable=dict(tally.problems.most_common()),
            rejected=rejected,
            bodies=tally.bodies,
            bodies_abstained=dict(tally.body_abstained.most_common()),
        ),
        scores=distribution(scores, 0, 5),
        sensational=_sensational(scores),
        bands=_bands(scores),
        devices=_devices(tally.overall, 0),
        groupings=tuple(each for each in groupings if each.groups),
        leanings=_leanings(tally),
        hottest=tally.hottest.examples(),
        calmest=tally.calmest.examples(),
        frames=_frames(tally),
        gaps=_gaps(tally),
        notes=tuple(_notes(tally)),
    )


def mean_of(counts: Numbers, lowest: float) -> Estimate:
    """The mean of a histogram in tenths of a point with its 95% bootstrap interval (Efron 1979).

    Rows drawn anew from a histogram are a multinomial draw. Those within one point are drawn as rows at their mean,
    which is ten times as fast and leaves out less than a thousandth of the spread.

    :param lowest: the value of the first tenth, in points.
    """
    total = int(counts.sum())
    values = lowest + np.arange(len(counts)) / 10
    if not total:
        return Estimate(None, None, None, 0)
    mean = float(counts @ values) / total
    if total == 1:
        return Estimate(mean, None, None, 1)
    starts = np.arange(0, len(counts), 10)
    rows, sums = np.add.reduceat(counts, starts), np.add.reduceat(counts * values, starts)
    rows, centres = rows[rows > 0], (sums[rows > 0] / rows[rows > 0])
    # the same seed for every group: its interval does not depend on which other groups there are
    draws = np.random.default_rng(0).multinomial(total, rows / total, size=_ROUNDS)
    low, high = np.quantile(draws @ centres / total, [0.025, 0.975])
    return Estimate(mean, float(low), float(high), total)


def share_of(part: int, total: int) -> Estimate:
    """A share 0-1 with its 95% interval (Wilson 1927), which unlike the bootstrap says something of 0 in 20."""
    if not total:
        return Estimate(None, None, None, 0)
    share, spread = part / total, _Z**2 / total
    centre = (share + spread / 2) / (1 + spread)
    margin = float(np.sqrt(spread * (share * (1 - share) + spread / 4))) / (1 + spread)
    return Estimate(share, max(0.0, centre - margin), min(1.0, centre + margin), total)


def distribution(counts: Numbers, lowest: int, step: int) -> Distribution:
    """How the values of a histogram in tenths of a point lie, in bins of `step` points.

    :param lowest: the value of the first tenth, in points.
    """
    ends = np.searchsorted(np.cumsum(counts), np.array([0.25, 0.5, 0.75]) * counts.sum())
    first, middle, last = (float(lowest + end / 10) for end in ends)
    width, bins = 10 * step, []
    for start in range(0, len(counts) - 1, width):
        # the last bin holds the end of the scale
        held = counts[start : start + width + (start + width == len(counts) - 1)]
        bins.append(Bin(lowest + start / 10, lowest + start / 10 + step, int(held.sum())))
    return Distribution(mean_of(counts, lowest), (first, middle, last), tuple(bins))


def _sensational(counts: Numbers) -> Estimate:
    return share_of(int(counts[round(10 * SENSATIONAL) :].sum()), int(counts.sum()))


def _bands(counts: Numbers) -> tuple[Band, ...]:
    borders = [*(round(10 * lowest) for _, lowest in BANDS), len(counts)]
    return tuple(
        Band(name, lowest, share_of(int(counts[borders[place] : borders[place + 1]].sum()), int(counts.sum())))
        for place, (name, lowest) in enumerate(BANDS)
    )


def _devices(groups: Groups, code: int) -> dict[str, Device]:
    total = int(groups.scores[code].sum())
    return {
        name: Device(float(groups.strengths[code, place]) / total, share_of(int(groups.clear[code, place]), total))
        for place, name in enumerate(DEVICES)
    }


def _grouping(column: GroupColumn, groups: Groups) -> Grouping:
    """The groups of a column that has some, as far as they have scored headlines."""
    sizes = groups.scores[: len(groups.codes)].sum(axis=1).tolist()
    known = [(name, code) for name, code in groups.codes.items() if sizes[code]]
    if column.by == "month":
        kept = sorted(known)[-SHOWN_MONTHS:]
    else:
        kept = sorted(known, key=lambda item: (-sizes[item[1]], item[0]))[:SHOWN]
    found = _ordered(column.by, [_group(groups, name, code) for name, code in kept])
    return Grouping(
        by=column.by,
        column=column.column,
        groups=tuple(found),
        others=len(known) - len(kept),
        others_n=sum(sizes) - sum(group.n for group in found),
        without=groups.without,
    )


def _group(groups: Groups, name: str, code: int) -> Group:
    counts = groups.scores[code]
    total = int(counts.sum())
    return Group(
        name=name,
        n=total,
        not_scored=int(groups.abstained[code]),
        small=total < SMALL,
        mean=mean_of(counts, 0),
        sensational=_sensational(counts),
        devices=_devices(groups, code),
    )


def _ordered(by: str, groups: list[Group]) -> list[Group]:
    """Months by time, leanings from left to right if all are known words, others by mean; small groups come last."""
    if by == "month":
        return groups
    if by == "leaning" and all(place_of(group.name) is not None for group in groups):
        return sorted(groups, key=lambda group: (place_of(group.name) or 0, group.name))
    return sorted(groups, key=lambda group: (group.small, -(group.mean.value or 0.0), group.name))


def place_of(leaning: str) -> int | None:
    """Where a leaning stands from left to right; None for a word that is not known."""
    word = " ".join(leaning.casefold().replace("-", " ").replace("_", " ").replace("center", "centre").split())
    return _FROM_LEFT_TO_RIGHT.index(word) if word in _FROM_LEFT_TO_RIGHT else None


def _leanings(tally: Tally) -> tuple[MacroMean, ...]:
    """The mean over outlets of each leaning, in the order of the leanings' own groups."""
    held: dict[str, list[tuple[int, float]]] = {}
    for (leaning, _), (total, tenths) in sorted(tally.pairs.items()):
        held.setdefault(leaning, []).append((total, tenths / 10 / total))
    found = []
    for leaning, outlets in held.items():
        means = np.array([mean for _, mean in outlets])
        mean = bootstrap(mean_difference, np.zeros(len(means)), means, _ROUNDS)
        few = len(means) < SMALL_OUTLETS
        if few:
            # drawn anew from two or three outlets, an interval comes out far too narrow
            mean = Estimate(mean.value, None, None, len(means))
        found.append(MacroMean(leaning, mean, sum(total < SMALL for total, _ in outlets), few))
    if all(place_of(each.leaning) is not None for each in found):
        return tuple(sorted(found, key=lambda each: (place_of(each.leaning) or 0, each.leaning)))
    return tuple(sorted(found, key=lambda each: (each.small, -(each.mean.value or 0.0), each.leaning)))


def _frames(tally: Tally) -> tuple[Frame, ...]:
    if not tally.bodies:
        return ()
    names = [*FRAMES, *sorted(set(tally.frames) - set(FRAMES))]
    found = [
        Frame(name, share_of(tally.frames[name], tally.bodies), share_of(tally.primary[name], tally.bodies))
        for name in names
    ]
    return tuple(sorted(found, key=lambda frame: -(frame.present.value or 0.0)))


def _gaps(tally: Tally) -> Gaps | None:
    total = int(tally.gaps.sum())
    if not total:
        return None
    return Gaps(
        distribution=distribution(tally.gaps[0], -100, 10),
        hotter=share_of(tally.gaps_hotter, total),
        calmer=share_of(tally.gaps_calmer, total),
        widest=tally.widest.examples(),
    )


def _notes(tally: Tally) -> list[str]:
    """What a reader should know before the figures."""
    found = []
    if len(tally.models) > 1:
        found.append(f"{len(tally.models)} models made these scores; scores of different models are not comparable.")
    if tally.problems:
        found.append(f"{tally.problems.total():,} rows could not be read and count nowhere; see “Not scored”.")
    for column, groups in zip(tally.columns, tally.groups, strict=True):
        if groups.too_many:
            found.append(f"Column “{column.column}” has more than {MAX_VALUES:,} different values: it makes no groups.")
    if tally.misplaced:
        found.append(
            "Some headlines do not hold the phrases found in them: if another column was scored, name it with "
            "--headline-col."
        )
    if tally.dates_unread:
        dates = next(each.column for each in tally.columns if each.by == "month")
        found.append(
            f"{tally.dates_unread:,} dates in column “{dates}” could not be read and are in no month; "
            "2024-03-05 can be, 03/05/2024 leaves the month open."
        )
    return found
