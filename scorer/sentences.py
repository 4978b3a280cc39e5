"""Sentences of an article, as spans of exactly the text that was passed in."""

import re
from collections.abc import Iterator, Sequence
from typing import cast

from scorer.attribution import SPEAKER_FOLLOWS
from scorer.text import readable

#: Quotation marks and brackets at the edge of a word; inside a word they are apostrophes or parts of a name.
_MARK = re.compile(r"""(?<![^\W_])["“”„‟«»‹›‘’'`()\[\]{}]|["“”„‟«»‹›‘’'`()\[\]{}](?![^\W_])""")
_SPACE = re.compile(r"\s")
#: What still belongs to a sentence after its full stop: closing marks, and stops behind them.
_TAIL = re.compile(r"""(?:[.!?…"”'»›)\]}*†]|\[\w{1,3}\]|[’“‘«](?!\w)|\s["”’»›)\]}](?!\S))*""")
#: The first character of the next piece that is neither space, mark nor dash.
_NEXT = re.compile(r"""[\s"“”„«»‘’'`()\[\]–—-]*(.?)""", re.DOTALL)
#: Full stops the library takes for an end (^ is where it would cut): titles, `D-N.Y.`, `9 a.m. ET`.
_NO_END = re.compile(
    r"\b(?:Ald|Amb|Approx|approx|Archbp|Assoc|Atty|Av|Cat|Cdr|Cllr|Coun|Ft|Govs|Lieut|Mgr|Mmes|Ms|Mx|Profs|Revd|Ste|Vol)\.\^"
    r"|-[A-Z]\.\^\s?[A-Z]\.|[ap]\.m\.\^\s(?:[ECMP][SD]?T|GMT|UTC|BST)\b"
)
#: A piece that only numbers the next one.
_NUMBER = re.compile(r"\s*(?:\d{1,2}|[A-Za-z])\.")
_ASKED = re.compile(r"""[?!…]["”’'»]{1,3}$""")


def sentence_spans(text: str, paragraphs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans of the sentences, in order, without the white space around them; together they cover the paragraphs.

    A sentence never runs across a paragraph, and a line break inside a paragraph is a space. A quotation of several
    sentences is split like other text, and `"Stop!" he said.` is one sentence. A piece without a letter or digit
    goes with the sentence before it.

    :param paragraphs: spans in `text`, rising and disjoint.
    """
    found: list[tuple[int, int]] = []
    for start, end in paragraphs:
        own: list[tuple[int, int]] = []
        at = start
        for stop in (*_stops(text[start:end]), end - start):
            piece = _stripped(text, at, start + stop)
            at = start + stop
            if piece is None:
                continue
            if own and not (_has_word(text, piece) and _has_word(text, own[-1])):
                own[-1] = (own[-1][0], piece[1])
            else:
                own.append(piece)
        found += own
    return found


def _stops(text: str) -> Iterator[int]:
    """Where a sentence of the paragraph ends and another begins, rising."""
    from sentencex import get_sentence_boundaries

    # The library keeps a quotation in one piece, swallows a paragraph after a stray mark and does not know "…":
    # it is shown the text without marks, one character for one, and the marks are dealt out afterwards.
    bare = _SPACE.sub(" ", _MARK.sub(" ", readable(text))).replace("…", ".")
    last = begun = 0
    for sentence in get_sentence_boundaries("en", bare)[:-1]:
        edge = sentence["start_index"] + len(bare[sentence["start_index"] : sentence["end_index"]].rstrip())
        if edge >= last:
            last = cast(re.Match[str], _TAIL.match(text, edge)).end()
            if not _NUMBER.fullmatch(text, begun, last) and not _goes_on(text, last):
                yield (begun := last)


def _goes_on(text: str, stop: int) -> bool:
    """Whether a stop is none: an abbreviation, or a comma, a small letter or who asked the question behind it."""
    if _NO_END.search(f"{text[max(0, stop - 8) : stop]}^{text[stop : stop + 6]}"):
        return True
    first = cast(re.Match[str], _NEXT.match(text, stop)).start(1)
    letter = text[first : first + 1]
    if letter in {",", ";", ":"} or (letter.islower() and not text[first + 1 : first + 2].isupper()):
        return True
    return bool(_ASKED.search(text[max(0, stop - 4) : stop]) and SPEAKER_FOLLOWS.match(text, stop))


def _has_word(text: str, span: tuple[int, int]) -> bool:
    return any(character.isalnum() for character in text[slice(*span)])


def _stripped(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The span without white space around it; None when nothing is left."""
    inside = text[start:end]
    start += len(inside) - len(inside.lstrip())
    end -= len(inside) - len(inside.rstrip())
    return (start, end) if start < end else None
