"""Near-duplicates: texts with the same words, or all but the same, whatever the case, numbers and punctuation."""

import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scorer.evaluate.sample import near_key

#: Share of their words, taken together, that near-duplicates have in common (Jaccard).
ALIKE: Final = 0.8

Groups = NDArray[np.int64]


class Union:
    """Sets of rows that grow together."""

    def __init__(self, count: int) -> None:
        self._parent = list(range(count))

    def find(self, row: int) -> int:
        """The row that stands for the set of a row: its first."""
        while self._parent[row] != row:
            self._parent[row] = self._parent[self._parent[row]]
            row = self._parent[row]
        return row

    def join(self, one: int, other: int) -> None:
        """Make one set of two."""
        first, second = sorted((self.find(one), self.find(other)))
        self._parent[second] = first

    def join_alike(self, keys: Iterable[Hashable]) -> None:
        """Join the rows of each key; rows whose key is None or empty stay apart."""
        first: dict[Hashable, int] = {}
        for row, key in enumerate(keys):
            if key:
                self.join(first.setdefault(key, row), row)

    def groups(self) -> Groups:
        """The number of each row's set, in the order of their first rows: (rows,)."""
        numbers: dict[int, int] = {}
        return np.array(
            [numbers.setdefault(self.find(row), len(numbers)) for row in range(len(self._parent))], dtype=np.int64
        )


def near_groups(texts: Sequence[str]) -> Groups:
    """The number of each text's group of near-duplicates: (rows,).

    Pairs are found exactly, without comparing all: two sets of words that are alike share a word among the rarest
    few of each (prefix filter; Chaudhuri et al. 2006).
    """
    keys = [near_key(text) for text in texts]
    joined = Union(len(texts))
    joined.join_alike(keys)
    firsts = {key: row for row, key in reversed(list(enumerate(keys)))}
    words = {row: frozenset(key.split()) for key, row in firsts.items()}
    counts = Counter(word for found in words.values() for word in found)
    holders: dict[str, list[int]] = defaultdict(list)
    for row in sorted(words, key=lambda row: (len(words[row]), row)):
        mine = words[row]
        rare = sorted(mine, key=lambda word: (counts[word], word))[: len(mine) - math.ceil(ALIKE * len(mine)) + 1]
        for other in {other for word in rare for other in holders[word]}:
            shared = len(mine & words[other])
            if shared >= ALIKE * (len(mine) + len(words[other]) - shared):
                joined.join(row, other)
        for word in rare:
            holders[word].append(row)
    return joined.groups()
