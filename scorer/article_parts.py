"""A scored article as people read it: its paragraphs in order, what was set aside between them, and plain words."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from scorer.article_results import ArticleScore, Gap, SentenceScore
from scorer.page import split_units
from scorer.results import HeadlineScore, Phrase
from scorer.terminal import shown

P = TypeVar("P", bound=Phrase)

#: From so many points on a gap is a difference, and a large one.
SMALL_GAP: Final = 10
LARGE_GAP: Final = 30

_SPACE = re.compile(r"\s")
#: Soft hyphens, zero-width characters and byte order marks: web pages are full of them and nobody is meant to see them.
_INVISIBLE = re.compile("[\u00ad\u200b\u200c\u200e\u200f\u2060\ufeff]")
_NAMES: Final = {"external": "external regulation"}


@dataclass(frozen=True)
class Block:
    """A paragraph of the body, or with a `kind` what was set aside; `sentences` are those of the paragraph."""

    start: int
    end: int
    kind: str | None
    sentences: tuple[SentenceScore, ...] = ()


def clean(text: str) -> str:
    """The text in one line and safe to show: white space as spaces, what cannot be shown replaced or left out."""
    return shown(_INVISIBLE.sub("", _SPACE.sub(" ", text)))


def in_one_line(headline: HeadlineScore) -> HeadlineScore:
    """The same headline with spaces for line breaks; every offset still fits."""
    phrases = tuple(replace(phrase, text=_SPACE.sub(" ", phrase.text)) for phrase in headline.phrases)
    return replace(headline, text=_SPACE.sub(" ", headline.text), phrases=phrases)


def name_of(word: str) -> str:
    """A frame, a device or a kind as people write it."""
    return _NAMES.get(word, word.replace("_", " "))


def gap_in_words(gap: Gap) -> str:
    """What a gap says: how far apart, and whether its interval leaves room for none at all."""
    if abs(gap.value) < SMALL_GAP:
        return "the headline is about as hot as the text under it"
    much = "much " if abs(gap.value) >= LARGE_GAP else ""
    verb = "seems" if gap.low <= 0 <= gap.high else "is"
    return f"the headline {verb} {much}{'hotter' if gap.value > 0 else 'calmer'} than the text under it"


def runs(text: str, start: int, end: int, phrases: Sequence[P]) -> Iterator[tuple[str, P | None]]:
    """Cut `text[start:end]` at its phrases: each stretch with the phrase it is, None between them.

    :param phrases: in order, without overlap, inside the stretch.
    """
    for phrase in phrases:
        if start < phrase.start:
            yield text[start : phrase.start], None
        yield text[phrase.start : phrase.end], phrase
        start = phrase.end
    if start < end:
        yield text[start:end], None


def blocks(result: ArticleScore) -> Iterator[Block]:
    """All of a page but its headline, in order: nothing that is not white space is left out."""
    text, sentences = result.text, result.body.sentences
    firsts = [sentence.start for sentence in sentences]
    borders = [unit.start for unit in split_units(text) if not _inside(unit.start, sentences, firsts)]
    cuts: list[tuple[int, int, str | None]] = [(part.start, part.end, part.kind) for part in result.boilerplate]
    if result.headline and result.headline_start is not None:
        cuts.append((result.headline_start, result.headline_start + len(result.headline.text), None))
    position = 0
    for start, end, kind in (*sorted(cuts), (len(text), len(text), None)):
        inner = borders[bisect_right(borders, position) : bisect_left(borders, start)]
        for first, last in zip([position, *inner], [*inner, start], strict=True):
            piece = text[first:last]
            if piece.strip():
                own = sentences[bisect_left(firsts, first) : bisect_left(firsts, last)]
                yield Block(last - len(piece.lstrip()), first + len(piece.rstrip()), None, own)
        if kind is not None:
            yield Block(start, end, kind)
        position = end


def _inside(position: int, sentences: Sequence[SentenceScore], firsts: Sequence[int]) -> bool:
    """Whether a position lies within a sentence, but for its start."""
    before = bisect_left(firsts, position) - 1
    return before >= 0 and position < sentences[before].end
