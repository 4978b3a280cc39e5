"""Which of a headline's loaded phrases and numbers the body has nothing for.

A phrase is compared with the body word by word, by what the words mean in their sentences (the states of the
encoder's last layer but one: the last one knows more of tone than of meaning); a number must stand in the body too.
"""

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from scorer.predict import calibrated

if TYPE_CHECKING:
    from tokenizers import Encoding

    from scorer.bundle import Platt

#: The graph's output that this is measured on.
MEANINGS: Final = "meanings"
#: Words that carry no content of their own.
_FUNCTION_WORDS = frozenset(
    """a an the and or but nor so yet if then than as of in on at to for from by with without into onto over under about
    after before during between against off out up down is are was were be been being am do does did has have had will
    would can could shall should may might must not no this that these those it its he she they we you i his her their
    our your my him them us me who whom which what when where why how there here all any some such only just also s t
    """.split()
)
_TO_TWENTY: Final = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen twenty""".split()
_WORDS_FOR_NUMBERS: Final = {word: value for value, word in enumerate(_TO_TWENTY)} | {
    "both": 2, "pair": 2, "couple": 2, "duo": 2, "twins": 2, "trio": 3, "dozen": 12, "half": 50,
    "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100,
}  # fmt: skip
_SCALES: Final = {
    "k": 1e3, "thousand": 1e3, "m": 1e6, "mn": 1e6, "million": 1e6, "bn": 1e9, "b": 1e9, "billion": 1e9,
    "tn": 1e12, "trillion": 1e12, "hundred": 1e2,
}  # fmt: skip
#: What makes of a number before it a fraction or an ordinal, as in `two-thirds` and `twenty-third`.
_PARTS: Final = (
    r"(?![\s-](?:thirds|quarters|fifths|sixths|sevenths|eighths|ninths|tenths)\b)"
    r"(?!-(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)\b)"
)
_NUMBER = re.compile(
    r"(?<![\w.])(?<![A-Za-z]-)(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?:[\s-]?(?P<scale>thousand|million|billion|trillion|hundred|k|mn|m|bn|b|tn)\b)?(?:(?:st|nd|rd|th)\b)?(?![\w])"
    r"|\b(?P<word>" + "|".join(sorted(_WORDS_FOR_NUMBERS, key=len, reverse=True)) + r")"
    r"(?:-(?P<unit>"
    + "|".join(_TO_TWENTY[1:10])
    + rf"))?\b{_PARTS}(?:[\s-](?P<after>thousand|million|billion|trillion|hundred)\b)?",
    re.IGNORECASE,
)

Vectors = NDArray[np.float32]


def numbers_in(text: str) -> list[tuple[int, int, float]]:
    """Numbers of a text, in digits or words, with their spans; `WW3` or `A40` are names, not numbers."""
    found = []
    for match in _NUMBER.finditer(text):
        if match["digits"]:
            value = float(match["digits"].replace(",", "")) * _SCALES.get((match["scale"] or "").lower(), 1.0)
        else:
            value = float(_WORDS_FOR_NUMBERS[match["word"].lower()])
            value += _WORDS_FOR_NUMBERS[match["unit"].lower()] if match["unit"] else 0.0
            value *= _SCALES.get((match["after"] or "").lower(), 1.0)
        found.append((match.start(), match.end(), value))
    return found


def same_number(shown: float, known: float) -> bool:
    """Whether a headline's number says what the body's does: the same, or the same rounded to the headline's digits."""
    if shown == known or shown < 100:
        return shown == known
    digits = f"{shown:.0f}"
    step = 10.0 ** (len(digits) - len(digits.rstrip("0")))
    return abs(shown - known) <= step / 2


def missing_numbers(headline: str, sentences: Iterable[str]) -> list[tuple[int, int]]:
    """Spans of the headline's numbers, from two up, that no sentence has."""
    known = {value for sentence in sentences for _, _, value in numbers_in(sentence)}
    return [
        (start, end)
        for start, end, value in numbers_in(headline)
        if value >= 2 and not any(same_number(value, other) for other in known)
    ]


def content_words(text: str, encoding: "Encoding", states: Vectors) -> tuple[list[tuple[int, int]], Vectors]:
    """Spans of the words that carry content, and what they mean in this text: unit vectors, (words, hidden).

    :param states: (tokens, hidden).
    """
    tokens: dict[int, list[int]] = {}
    for token, word in enumerate(encoding.word_ids):
        if word is not None:
            tokens.setdefault(word, []).append(token)
    spans, vectors = [], []
    for numbers in tokens.values():
        start, end = encoding.offsets[numbers[0]][0], encoding.offsets[numbers[-1]][1]
        written = text[start:end].lower()
        if any(character.isalnum() for character in written) and written not in _FUNCTION_WORDS:
            spans.append((start, end))
            vectors.append(states[numbers].mean(axis=0))
    if not vectors:
        return [], np.zeros((0, states.shape[1]), dtype=np.float32)
    stacked = np.stack(vectors)
    return spans, stacked / np.linalg.norm(stacked, axis=1, keepdims=True)


class Support:
    """What the words of a headline find in a body: for each content word, its likeness to the nearest of the body.

    :param headline: text, tokens and states of the headline; `body`: of each sentence.
    """

    def __init__(
        self, headline: tuple[str, "Encoding", Vectors], body: Sequence[tuple[str, "Encoding", Vectors]]
    ) -> None:
        self._spans, words = content_words(*headline)
        self._nearest = np.zeros(len(self._spans), dtype=np.float32)
        for sentence in body:
            known = content_words(*sentence)[1]
            if len(known) and len(words):
                self._nearest = np.maximum(self._nearest, (words @ known.T).max(axis=1))

    def likeness(self, start: int, end: int) -> float | None:
        """Mean likeness, -1 to 1, of the content words between two places of the headline; None without any."""
        inside = [row for row, (first, last) in enumerate(self._spans) if first < end and last > start]
        return float(self._nearest[inside].mean()) if inside else None

    def lacks(self, start: int, end: int, calibration: "Platt") -> bool:
        """Whether the body rather has nothing for a phrase than something."""
        likeness = self.likeness(start, end)
        return likeness is not None and float(calibrated(np.array(likeness), calibration)) < 0.5
