"""New headlines from two: the beginning of one with the end of another, for a teacher to judge.

Hot headlines are rare, so a student sees few of them. What is joined here makes little sense, but its wording is that
of real headlines, and where a hot half is among the two the student sees how a hot half weighs in another sentence.
"""

import re
from collections.abc import Sequence
from random import Random
from typing import Final

#: Where a headline has a joint: the words behind it could stand behind many others.
_JOINT: Final = re.compile(r"(?:: |; | [–—-] |, | (?=(?:as|after|amid|over|while|because|when|before|despite|in) ))")
#: Words each half must have.
_LEAST: Final = 3


def halves(text: str) -> tuple[str, str] | None:
    """A headline at the joint nearest its middle, the joint with the second half; None when there is no such joint."""
    joints = [
        match
        for match in _JOINT.finditer(text)
        if len(text[: match.start()].split()) >= _LEAST and len(text[match.end() :].split()) >= _LEAST
    ]
    if not joints:
        return None
    joint = min(joints, key=lambda match: abs(match.start() + match.end() - len(text)))
    return text[: joint.start()], text[joint.start() :]


def splice(first: str, second: str) -> str:
    """The first half of one headline with the second of another.

    :raises ValueError: when either has no joint.
    """
    left, right = halves(first), halves(second)
    if not left or not right:
        raise ValueError(f"one of these has no joint: {first!r}, {second!r}")
    return left[0] + right[1]


def choose_pairs(texts: Sequence[str], hot: Sequence[bool], count: int, seed: int) -> list[tuple[int, int]]:
    """Pairs of headlines to splice: a third hot with any, a third any with hot, a third hot with hot.

    :param hot: which of `texts` are.
    :returns: `count` different pairs of places in `texts`; none when no headline is hot or none has a joint.
    """
    generator = Random(seed)
    jointed = [place for place, text in enumerate(texts) if halves(text)]
    warm = [place for place in jointed if hot[place]]
    if len(warm) < 2:
        return []
    pairs: dict[tuple[int, int], None] = {}
    kinds = ((warm, jointed), (jointed, warm), (warm, warm))
    while len(pairs) < min(count, len(warm) * (len(warm) - 1)):
        left, right = kinds[len(pairs) % 3]
        pair = generator.choice(left), generator.choice(right)
        if pair[0] != pair[1]:
            pairs[pair] = None
    return list(pairs)
