"""Divides rows into those held out and folds of the others: by group or by time, near-duplicates always together."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scorer.corpus.columns import listed
from scorer.errors import InputError
from training.retrain.duplicates import Groups, Union, near_groups
from training.retrain.labelled import Folds, Labelled

#: Columns whose values keep rows together, by what they tell, the most telling first.
GROUPS: Final = {
    "outlet": ("outlet", "publisher", "site", "domain", "newspaper"),
    "author": ("author", "byline", "writer", "journalist"),
    "story": ("story", "story_id", "event", "event_id", "cluster", "thread", "conversation"),
    "source": ("source", "source_name", "channel", "account", "user"),
}
#: Columns of dates.
DATES: Final = ("date", "published", "published_at", "pub_date", "publish_date", "posttimestamp", "timestamp", "time")
#: What asks for neither groups nor time.
BY_LABEL: Final = "label"
NEAR: Final = "near-duplicates"

#: A column is of use when at least this share of the rows has a value in it.
_FILLED: Final = 0.8
#: No group may be more than this share of the rows, or what is held out would be one group's peculiarity.
_LARGEST: Final = 0.3
#: Fewer groups, or days, than this are no sample of groups, or days.
_FEWEST: Final = 8
_DATE_FORMATS: Final = ("%a %b %d %H:%M:%S %z %Y", "%Y/%m/%d", "%d %B %Y", "%B %d, %Y", "%d.%m.%Y")
_STEPS: Final = 5

Numbers = NDArray[np.float64]


def split(data: Labelled, by: str | None = None, held_out: float = 0.2, folds: int = 5, seed: int = 0) -> Folds:
    """Divide rows; the same rows and seed give the same division.

    :param by: a column of groups or dates; `label` for neither; None to look for one of a usual name.
    :param held_out: share of the rows, 0-1; `folds`: number of folds among the others.
    :raises InputError: when the column named is missing or of no use.
    """
    near = near_groups(data.texts)
    if by is not None and by != BY_LABEL:
        return _by_column(data, near, by, held_out, folds, seed)
    for name in usable_columns(data) if by is None else ():
        # what looks of use may still be tied together by texts that many run
        with suppress(InputError):
            return _by_column(data, near, name, held_out, folds, seed)
    return _by_group(data, near, NEAR, _stratified_note(by), held_out, folds, seed)


def _by_column(data: Labelled, near: Groups, name: str, held_out: float, folds: int, seed: int) -> Folds:
    """By the groups of a column, or by its dates."""
    if name not in data.columns:
        raise InputError(f"{data.file}: has no column {name!r} to split by; its columns are {listed([*data.columns])}.")
    values = data.columns[name]
    days = dates_of(values)
    if days is not None and not days_problem(days):
        return _by_time(data, near, name, days, held_out, folds, seed)
    if problem := (days_problem(days) if days is not None else group_problem(values)):
        raise InputError(
            f"{data.file}: cannot be split by {name!r}: {problem}; name another column, or {BY_LABEL!r} to split by "
            "label alone."
        )
    groups, note = _kept_together(name, values, near, folds)
    return _by_group(data, groups, name, note, held_out, folds, seed)


def _kept_together(name: str, values: Sequence[str], near: Groups, folds: int) -> tuple[Groups, str]:
    """The groups of a column with near-duplicates joined, and a sentence on them."""
    keys, alike = [value.strip().casefold() for value in values], near.tolist()
    together = Union(len(values))
    together.join_alike(keys)
    together.join_alike((NEAR, number) for number in alike)
    groups = together.groups()
    if _share(groups) <= max(_LARGEST, _share(_numbered(keys))) and len(set(groups)) >= 2 * folds:
        return groups, f"No {name} has rows in two parts; near-duplicates lie together."
    # texts that many run would tie all groups into one: they go where the first of them is
    first = {number: keys[row] for row, number in reversed(list(enumerate(alike)))}
    moved = sum(keys[row] not in ("", first[number]) for row, number in enumerate(alike))
    apart = Union(len(values))
    apart.join_alike(first[number] or (NEAR, number) for number in alike)
    note = (
        f"No {name} has rows in two parts, but for {moved} near-duplicates of another's texts, which lie with the "
        "first of them."
    )
    return apart.groups(), note


def _numbered(keys: Sequence[str]) -> Groups:
    return np.unique(keys, return_inverse=True)[1].astype(np.int64)


def usable_columns(data: Labelled) -> list[str]:
    """Columns of usual names that a leak-free split can go by, the most telling first: groups, then dates."""
    known = {name.strip().casefold(): name for name in reversed(list(data.columns))}
    groups = [known[name] for names in GROUPS.values() for name in names if name in known]
    found = [name for name in groups if group_problem(data.columns[name]) is None]
    for name in (known[name] for name in DATES if name in known):
        days = dates_of(data.columns[name])
        if days is not None and days_problem(days) is None:
            found.append(name)
    return found


def group_problem(values: Sequence[str]) -> str | None:
    """Why rows cannot be kept together by a column, None when they can."""
    counts = Counter(value.strip().casefold() for value in values if value.strip())
    filled = sum(counts.values())
    if filled < _FILLED * len(values):
        return f"it is empty in {len(values) - filled} of {len(values)} rows"
    if len(counts) < _FEWEST:
        return f"it has only {len(counts)} different values, expected at least {_FEWEST}"
    if len(counts) == filled:
        return "it is different in every row"
    name, most = counts.most_common(1)[0]
    return f"{name[:40]!r} stands in {most} of {len(values)} rows" if most > _LARGEST * len(values) else None


def dates_of(values: Sequence[str]) -> Numbers | None:
    """Seconds of each date, NaN where there is none: (rows,); None for a column that does not hold dates."""
    given = sum(bool(value.strip()) for value in values)
    for form in (None, *_DATE_FORMATS):
        found = np.array([_seconds(value.strip(), form) for value in values])
        if given and (~np.isnan(found)).sum() >= 0.9 * given:
            return found
    return None


def _seconds(value: str, form: str | None) -> float:
    try:
        read = datetime.fromisoformat(value) if form is None else datetime.strptime(value, form)
    except ValueError:
        return float("nan")
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()


def days_problem(seconds: Numbers) -> str | None:
    """Why the newest rows cannot be held out, None when they can."""
    known = seconds[~np.isnan(seconds)]
    if len(known) < _FILLED * len(seconds):
        return f"it has no date in {len(seconds) - len(known)} of {len(seconds)} rows"
    days = len(np.unique(known // 86400))
    return f"it has only {days} different days, expected at least {_FEWEST}" if days < _FEWEST else None


def _stratified_note(by: str | None) -> str:
    why = "as you asked" if by else "there is no column of outlets, authors, stories, sources or dates to go by"
    return f"By label, near-duplicates together ({why})."


def _share(groups: Groups) -> float:
    """The share of the rows that the largest group has."""
    return float(np.bincount(groups).max()) / len(groups)


def _by_time(
    data: Labelled, near: Groups, name: str, seconds: Numbers, held_out: float, folds: int, seed: int
) -> Folds:
    """The newest rows held out; a near-duplicate goes with the newest of its kind."""
    newest = np.full(near.max() + 1, -np.inf)
    np.maximum.at(newest, near, np.where(np.isnan(seconds), -np.inf, seconds))
    sizes = np.bincount(near)
    order = sorted(range(len(newest)), key=lambda group: -newest[group])
    before = np.cumsum(sizes[order]) - sizes[order]
    last = [group for group, count in zip(order, before, strict=True) if count < held_out * len(data)]
    out = np.isin(near, last)
    cut = datetime.fromtimestamp(float(newest[last].min()), UTC).date().isoformat()
    note = f"The newest {int(out.sum())} rows, from {cut} on, are held out; near-duplicates lie together."
    return Folds(name, note, out, _folds(data, near, out, folds, seed), folds)


def _by_group(data: Labelled, groups: Groups, by: str, note: str, held_out: float, folds: int, seed: int) -> Folds:
    """Whole groups held out, like the others in their labels."""
    counts = _by_stratum(groups, strata(data))
    part = _dealt(counts, np.array([1 - held_out, held_out]), seed)
    _mend(counts, part)
    out = part[groups] == 1
    return Folds(by, note, out, _folds(data, groups, out, folds, seed), folds)


def _folds(data: Labelled, groups: Groups, out: NDArray[np.bool_], folds: int, seed: int) -> Groups:
    """Folds among the rows that are not held out: (rows,), -1 for those that are."""
    inside, numbers = np.unique(groups[~out], return_inverse=True)
    if len(inside) < folds:
        raise InputError(
            f"{data.file}: {folds} folds need as many groups of rows, and there are {len(inside)} to train on; "
            f"split by another column, or by {BY_LABEL!r}."
        )
    fold = np.full(len(data), -1, dtype=np.int64)
    fold[~out] = _dealt(_by_stratum(numbers, strata(data)[~out]), np.full(folds, 1 / folds), seed)[numbers]
    return fold


def strata(data: Labelled) -> Groups:
    """What rows should be alike in from part to part: class, rarest label, step of the grade: (rows,), 0 unlabelled."""
    if data.kind == "phrases":
        return np.array([0 if spans is None else 1 + bool(spans) for spans in data.spans], dtype=np.int64)
    values = np.asarray(data.targets, dtype=np.float64)
    unknown = np.isnan(values).all(axis=1)
    if data.kind == "graded":
        known = values[~unknown, 0]
        edges = np.unique(np.quantile(known, np.arange(1, _STEPS) / _STEPS)) if len(known) else np.zeros(0)
        found = 1 + np.searchsorted(edges, values[:, 0], side="right")
    elif data.kind == "binary":
        found = 1 + (values[:, 0] > 0.5)
    else:
        rare = np.argsort(np.argsort(np.nansum(values, axis=0), kind="stable"), kind="stable")
        found = 1 + np.where(values == 1, rare, values.shape[1]).min(axis=1)
    return np.where(unknown, 0, found).astype(np.int64)


def _by_stratum(groups: Groups, of: Groups) -> Numbers:
    """Rows of each group in each stratum: (groups, strata)."""
    counts = np.zeros((groups.max() + 1, of.max() + 1))
    np.add.at(counts, (groups, of), 1)
    return counts


def _dealt(counts: Numbers, shares: Numbers, seed: int) -> Groups:
    """The part of each group, so that every part has its share of each stratum: (groups,).

    The largest groups go first, each to the part that lacks most of what it holds.

    :param counts: (groups, strata); `shares`: (parts,), which sum to 1.
    """
    order = np.random.default_rng(seed).permutation(len(counts))
    order = order[np.argsort(-counts[order].sum(axis=1), kind="stable")]
    lacking = shares[:, None] * counts.sum(axis=0)
    weight = 1 / np.maximum(counts.sum(axis=0), 1)
    part = np.zeros(len(counts), dtype=np.int64)
    for group in order:
        part[group] = int((lacking @ (weight * counts[group])).argmax())
        lacking[part[group]] -= counts[group]
    return part


def _mend(counts: Numbers, part: Groups) -> None:
    """Bring every stratum of at least two groups to both sides, by the smallest group whose move takes none away."""
    for stratum in range(counts.shape[1]):
        has = counts[:, stratum] > 0
        for side in (0, 1):
            if has.sum() < 2 or (has & (part == side)).any():
                continue
            for group in sorted(np.flatnonzero(has), key=lambda group: (counts[group].sum(), group)):
                others = counts[(part != side) & (np.arange(len(part)) != group)].sum(axis=0)
                if (others[counts[group] > 0] > 0).all():
                    part[group] = side
                    break
