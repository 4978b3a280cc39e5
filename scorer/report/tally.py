"""Running counts over the rows of a corpus: the memory they take depends on its groups, not on its rows."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from scorer.errors import InputError
from scorer.labels import DEVICES
from scorer.report.dates import month_of
from scorer.report.load import Interval, Marked, Row, phrases_of, unsupported_of

Numbers = NDArray[np.integer[Any]]
Strengths = NDArray[np.float64]

#: Different values of a column that are told apart; a column with more says nothing as a group.
MAX_VALUES: Final = 5_000
#: Characters of a value and of a headline that are kept.
MAX_NAME: Final = 120
MAX_TEXT: Final = 500
#: From here on a device is clear, in the raters' words.
CLEAR: Final = 0.5
#: Hottest and calmest headlines, and largest gaps, that are listed.
LISTED: Final = 20

#: Rows counted together; few, because each holds all of its columns and a body may be among them.
_BATCH: Final = 512
_REASONS: Final = 100
_OTHER: Final = "other reasons"
_SCORES: Final = 1001  # 0.0 to 100.0 in tenths of a point
_GAPS: Final = 2001  # -100.0 to 100.0


@dataclass(frozen=True)
class GroupColumn:
    """A column to group by: `by` is what its values are (outlet, month …); `asked` whether the user named it."""

    by: str
    column: str
    asked: bool = False


@dataclass(frozen=True)
class Example:
    """A headline that is listed, with the values of its row in the columns that are grouped by."""

    text: str
    score: Interval
    phrases: tuple[Marked, ...]
    groups: dict[str, str]
    gap: Interval | None
    unsupported: tuple[str, ...]


class Groups:
    """Scores and devices by group: a histogram in tenths of a point, sums of the devices, headlines not scored."""

    def __init__(self) -> None:
        self.too_many = False
        self._clear()

    def _clear(self) -> None:
        self.codes: dict[str, int] = {}
        self.scores: Numbers = np.zeros((8, _SCORES), np.int32)
        self.strengths: Strengths = np.zeros((8, len(DEVICES)))
        self.clear: Numbers = np.zeros((8, len(DEVICES)), np.int32)
        self.abstained: Numbers = np.zeros(8, np.int32)
        self.without = 0

    def add(self, names: Sequence[str | None], tenths: Numbers, devices: Strengths) -> None:
        """Count rows.

        :param names: the group of each row, None for a row that has none.
        :param tenths: (rows,) scores in tenths of a point, -1 for a row that was not scored.
        :param devices: (rows, devices), 0-1.
        """
        if self.too_many:
            return
        codes = np.array([-1 if name is None else self.codes.setdefault(name, len(self.codes)) for name in names])
        if len(self.codes) > MAX_VALUES:
            self.too_many = True
            self._clear()
            return
        self._grow()
        self.without += int(((codes < 0) & (tenths >= 0)).sum())
        scored, not_scored = (codes >= 0) & (tenths >= 0), (codes >= 0) & (tenths < 0)
        np.add.at(self.scores, (codes[scored], tenths[scored]), 1)
        np.add.at(self.strengths, codes[scored], devices[scored])
        np.add.at(self.clear, codes[scored], devices[scored] >= CLEAR)
        np.add.at(self.abstained, codes[not_scored], 1)

    def _grow(self) -> None:
        """Make room for all codes."""
        while len(self.scores) < len(self.codes):
            self.scores, self.strengths, self.clear, self.abstained = (
                np.concatenate([held, np.zeros_like(held)])
                for held in (self.scores, self.strengths, self.clear, self.abstained)
            )


class Best:
    """The rows with the highest values, each text once; which of equal values are kept is drawn by a fixed lot."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[float, int, Example]] = {}
        self._floor = -np.inf

    def add(self, value: float, row: Row, example: Callable[[Row], Example]) -> None:
        """Consider a row; `example` makes of it what is kept."""
        if value < self._floor:
            return
        text = " ".join(row.text.casefold().split())
        if text not in self._found or value > self._found[text][0]:
            # without the lot, those of equal value would be the first of the file: of one outlet, of one month
            self._found[text] = (value, crc32(text.encode("utf-8", "surrogatepass")), example(row))
        if len(self._found) >= 20 * LISTED:
            self._prune()

    def _prune(self) -> None:
        kept = sorted(self._found.items(), key=lambda item: (-item[1][0], item[1][1], item[0]))[:LISTED]
        self._found = dict(kept)
        self._floor = kept[-1][1][0] if len(kept) == LISTED else -np.inf

    def examples(self) -> tuple[Example, ...]:
        """What was kept, the highest first."""
        self._prune()
        return tuple(example for _, _, example in self._found.values())


class Tally:
    """All counts of a corpus.

    :param columns: what to group by.
    """

    def __init__(self, columns: Sequence[GroupColumn]) -> None:
        self.columns = tuple(columns)
        self.overall = Groups()
        self.groups = tuple(Groups() for _ in columns)
        #: Headlines and the sum of their scores in tenths, by leaning and outlet.
        self.pairs: dict[tuple[str, str], list[int]] = {}
        self.models: Counter[str] = Counter()
        self.abstained: Counter[str] = Counter()
        self.problems: Counter[str] = Counter()
        self.dates_unread = 0
        #: Headlines considered for a list that do not hold their own loaded phrases.
        self.misplaced = 0
        self.bodies = 0
        self.body_abstained: Counter[str] = Counter()
        self.frames: Counter[str] = Counter()
        self.primary: Counter[str] = Counter()
        self.gaps: Numbers = np.zeros((1, _GAPS), np.int32)
        self.gaps_hotter = self.gaps_calmer = 0
        self.hottest, self.calmest, self.widest = Best(), Best(), Best()

    def add(self, rows: Iterable[Row]) -> None:
        """Count rows, a batch at a time.

        :raises InputError: when a column that was asked for has too many different values.
        """
        remaining = iter(rows)
        while batch := list(islice(remaining, _BATCH)):
            good = []
            for row in batch:
                if row.problem is None:
                    good.append(row)
                else:
                    count_reason(self.problems, row.problem)
            if good:
                self._add(good)

    def _add(self, rows: Sequence[Row]) -> None:
        none = (0.0,) * len(DEVICES)
        tenths = np.array([-1 if row.score is None else round(10 * row.score.value) for row in rows])
        devices = np.array([row.devices or none for row in rows])
        self.overall.add([""] * len(rows), tenths, devices)
        names = {each.by: [self._name(row, each) for row in rows] for each in self.columns}
        for each, groups in zip(self.columns, self.groups, strict=True):
            groups.add(names[each.by], tenths, devices)
            if groups.too_many and each.asked:
                raise InputError(
                    f"--by {each.column}: has more than {MAX_VALUES:,} different values; choose a column with fewer."
                )
        if "leaning" in names and "outlet" in names:
            self._add_pairs(names["leaning"], names["outlet"], tenths.tolist())
        for row in rows:
            self._add_row(row)

    def _name(self, row: Row, column: GroupColumn) -> str | None:
        """The group of a row."""
        name = group_name(row.values.get(column.column))
        if name is None or column.by != "month":
            return name
        month = month_of(name)
        self.dates_unread += month is None and row.score is not None
        return month

    def _add_pairs(self, leanings: Sequence[str | None], outlets: Sequence[str | None], tenths: Sequence[int]) -> None:
        for leaning, outlet, score in zip(leanings, outlets, tenths, strict=True):
            if leaning is not None and outlet is not None and score >= 0 and len(self.pairs) <= 2 * MAX_VALUES:
                held = self.pairs.setdefault((leaning, outlet), [0, 0])
                held[0] += 1
                held[1] += score

    def _add_row(self, row: Row) -> None:
        self.models[row.model] += 1
        if row.abstain is not None:
            self.abstained[row.abstain] += 1
        if row.score is not None:
            self.hottest.add(row.score.value, row, self._example)
            self.calmest.add(-row.score.value, row, self._example)
        if row.body is None:
            return
        if row.body.abstain is not None:
            self.body_abstained[row.body.abstain] += 1
            return
        self.bodies += 1
        self.frames.update(set(row.body.frames))
        self.primary.update([row.body.primary] if row.body.primary else [])
        gap = row.body.gap
        if gap is not None and row.score is not None:
            self.gaps[0, 1000 + round(10 * gap.value)] += 1
            self.gaps_hotter += gap.low > 0
            self.gaps_calmer += gap.high < 0
            self.widest.add(gap.value, row, self._example)

    def _example(self, row: Row) -> Example:
        assert row.score is not None
        named = {each.by: self._shown_group(row, each) for each in self.columns}
        gap = row.body.gap if row.body else None
        phrases = phrases_of(row)
        self.misplaced += any(phrase.text not in row.text for phrase in phrases)
        return Example(
            text=row.text[:MAX_TEXT],
            score=row.score,
            phrases=tuple(each for each in phrases if each.start is None or _fits(each)),
            groups={by: name for by, name in named.items() if name is not None},
            gap=gap,
            unsupported=unsupported_of(row) if gap else (),
        )

    def _shown_group(self, row: Row, column: GroupColumn) -> str | None:
        name = group_name(row.values.get(column.column))
        return month_of(name) if name and column.by == "month" else name


def _fits(phrase: Marked) -> bool:
    return phrase.start is not None and phrase.start + len(phrase.text) <= MAX_TEXT


def group_name(value: Any) -> str | None:
    """A value of a column as the name of a group; None for a missing or empty one."""
    if isinstance(value, str):
        return " ".join(value.split())[:MAX_NAME] or None
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return str(int(value))[:MAX_NAME] if value.is_integer() else f"{value:.10g}"
    return json.dumps(value, ensure_ascii=False, default=str)[:MAX_NAME]


def count_reason(counter: Counter[str], reason: str, times: int = 1) -> None:
    """Count a reason; what came up after many others counts as one."""
    known = reason in counter or len(counter) < _REASONS
    counter[reason if known else _OTHER] += times


def rejected_reasons(lines: Iterator[dict[str, Any]]) -> Counter[str]:
    """Reasons of a rejects file with their counts; what stands in brackets differs from row to row and is left out."""
    found: Counter[str] = Counter()
    for line in lines:
        count_reason(found, str(line.get("reason", "no reason given")).partition(" (")[0])
    return found
