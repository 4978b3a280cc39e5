"""New headlines from two that share a word: one up to it, the other from it on, for a teacher to judge.

A student that has learned a text knows the teacher's word on it much better than on a new one, so it needs many texts,
and hot ones are rare. What is joined here may make little sense, but it reads like a headline, its wording is that of
real ones, and the student sees what the same half weighs in another sentence.
"""

import string
from collections import defaultdict
from collections.abc import Sequence
from random import Random
from typing import Final

#: Words that stand before the shared one, and behind it, at least.
_LEAST: Final = 2
#: How often a pair is looked for, for each that is wanted.
_TRIES: Final = 10


def _keys(text: str) -> list[str]:
    """The words of a text as they are compared: without case and punctuation around them."""
    return [word.strip(string.punctuation + "‘’“”…–—").casefold() for word in text.split()]


def joint(first: str, second: str) -> tuple[int, int] | None:
    """Where a word of both stands in each, as places among their words; None when none can join them.

    Of several the one nearest the middle of both.
    """
    left, right = _keys(first), _keys(second)
    joints = [
        (start, end)
        for start in range(_LEAST, len(left))
        for end in range(len(right) - _LEAST)
        if left[start] and left[start] == right[end] and left[:start] != right[:end] and left[start:] != right[end:]
    ]

    def off_middle(place: tuple[int, int]) -> float:
        return abs(place[0] / len(left) - 0.5) + abs(place[1] / len(right) - 0.5)

    return min(joints, key=lambda place: (off_middle(place), place), default=None)


def splice(first: str, second: str) -> str:
    """The first headline up to a word that both have, and the second from it on.

    :raises ValueError: when no word can join them.
    """
    place = joint(first, second)
    if place is None:
        raise ValueError(f"no word joins these: {first!r}, {second!r}")
    return _joined(first, second, place)


def _joined(first: str, second: str, place: tuple[int, int]) -> str:
    return " ".join(first.split()[: place[0]] + second.split()[place[1] :])


def _ends(texts: Sequence[str], picked: Sequence[int]) -> dict[str, list[int]]:
    """Which of the picked texts may go on from a word, by word."""
    found: dict[str, list[int]] = defaultdict(list)
    for place in picked:
        for word in sorted(set(_keys(texts[place])[:-_LEAST])):
            found[word].append(place)
    return found


def choose_pairs(texts: Sequence[str], hot: Sequence[bool], count: int, seed: int) -> list[tuple[int, int]]:
    """Pairs of headlines to splice: of four one hot with any, one any with hot, one hot with hot, one any with any.

    :param hot: which of `texts` are.
    :returns: `count` pairs of places in `texts` that make different texts, fewer when there are not so many; none when
        no headline is hot.
    """
    generator = Random(seed)
    every = list(range(len(texts)))
    warm = [place for place in every if hot[place]]
    if not warm:
        return []
    any_end, warm_end = _ends(texts, every), _ends(texts, warm)
    kinds = ((warm, any_end), (every, warm_end), (warm, warm_end), (every, any_end))
    known, pairs = set(texts), list[tuple[int, int]]()
    for number in range(_TRIES * count):
        starts, ends = kinds[number % len(kinds)]
        first = generator.choice(starts)
        words = [word for word in _keys(texts[first])[_LEAST:] if word in ends]
        second = generator.choice(ends[generator.choice(words)]) if words else first
        place = joint(texts[first], texts[second])
        if place and (text := _joined(texts[first], texts[second], place)) not in known:
            known.add(text)
            pairs.append((first, second))
        if len(pairs) == count:
            break
    return pairs
