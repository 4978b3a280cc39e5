"""Quotations of an article and whose words a phrase is, as spans of exactly the text that was passed in."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise
from operator import itemgetter

from scorer.attribution import is_attributed, is_spoken
from scorer.marks import Mark, ends_like_plural, find_marks, may_be_apostrophe
from scorer.text import word_spans

__all__ = ["is_attributed", "near", "quote_spans", "scare_quotes", "voice_of"]

Span = tuple[int, int]

_MARKS_AND_SPACE = "\"“”„‟«»＂'‘’‚‹›` \t\r\n\u00a0\u2009\u200a\u202f"


def quote_spans(text: str, paragraphs: Sequence[Span]) -> list[Span]:
    """Spans of the outermost quotations with their marks, in order and disjoint, each inside one paragraph.

    A quotation over several paragraphs, each of which begins with a mark, gives one span a paragraph. One that is
    never closed ends with its paragraph, or where the next one opens. Single marks are told from apostrophes, double
    ones from inches; marks written as entities (`&quot;`) are not marks.

    :param paragraphs: spans in `text`, rising and disjoint.
    """
    found: list[Span] = []
    running = False
    for (start, end), (after, _) in pairwise([*paragraphs, (len(text), len(text))]):
        marks = find_marks(text, start, end)
        doubles, running = _double_quotes([mark for mark in marks if not mark.single], start, end, running)
        singles = _single_quotes(text, _outside([mark for mark in marks if mark.single], doubles), start, end, after)
        for first, last in _outermost([*doubles, *singles]):
            inside = text[first:last]
            if inside.strip(_MARKS_AND_SPACE):
                lead = len(inside) - len(inside.lstrip())
                found.append((first + lead, first + len(inside.rstrip())))
    return found


def near(span: Span, quotes: Sequence[Span]) -> Sequence[Span]:
    """The quotations that a span has characters in common with.

    :param quotes: in order and disjoint.
    """
    first = bisect_right(quotes, span[0], key=itemgetter(1))
    return quotes[first : bisect_left(quotes, span[1], key=itemgetter(0))]


def voice_of(start: int, end: int, quotes: Sequence[Span]) -> str:
    """`quoted` inside a quotation, `author` outside all, `both` when the phrase straddles an edge.

    :param start: where the phrase starts, in the text the quotations were found in; `end` likewise.
    :param quotes: spans as `quote_spans` returns them.
    """
    around = near((start, end), quotes)
    if not around:
        return "author"
    return "quoted" if around[0][0] <= start and end <= around[0][1] else "both"


def _double_quotes(marks: Sequence[Mark], start: int, end: int, running: bool) -> tuple[list[Span], bool]:
    """Outermost quotations in double marks.

    :param running: whether the paragraph before left a quotation open: a lone closing mark then ends it.
    :returns: the spans, and whether the last one is still open at the paragraph's end.
    """
    waiting: list[Mark] = []
    pairs: list[Span] = []
    for mark, is_measure in zip(marks, _closes_next(marks), strict=True):
        if mark.measure and (not waiting or is_measure):
            continue
        if not mark.is_closing(bool(waiting)):
            waiting.append(mark)
        elif waiting and (waiting[-1].doubled or not mark.doubled):
            pairs.append((waiting.pop().start, mark.end))
        elif running and not pairs and not waiting:
            pairs.append((start, mark.end))
    # A mark nobody closes reaches to the next quotation, or to the end.
    edges = sorted({pair[0] for pair in pairs} | {mark.start for mark in waiting} | {end})
    lone = [(mark.start, edges[bisect_right(edges, mark.start)]) for mark in waiting]
    spans = _outermost([*pairs, *lone])
    return spans, bool(lone) and spans[-1] == lone[-1]


def _closes_next(marks: Sequence[Mark]) -> list[bool]:
    """For each mark whether the next one that cannot be inches closes a quotation."""
    following = [False] * len(marks)
    for number in range(len(marks) - 2, -1, -1):
        after = marks[number + 1]
        following[number] = following[number + 1] if after.measure else after.is_closing(True)
    return following


def _single_quotes(text: str, marks: Sequence[Mark], start: int, end: int, after: int) -> list[Span]:
    """Quotations in single marks outside of double ones.

    A quotation closes at the first mark before the next one opens, but a mark that may be a plural's apostrophe
    gives way to a later one that cannot be. Letters left out ('tis) begin a quotation only when a mark surely closes
    it. Without a closing mark it is a quotation only when the next paragraph,
    at `after`, goes on with a mark, or when it begins the paragraph or follows a colon.
    """
    spans: list[Span] = []
    number = 0
    while number < len(marks):
        opener = marks[number]
        number += 1
        if not opener.may_open_single():
            continue
        closers = []
        while number < len(marks) and (marks[number].elided or not marks[number].may_open_single()):
            if marks[number].may_close_single():
                closers.append(marks[number])
            number += 1
        sure = [mark for mark in closers if not may_be_apostrophe(text, mark, end)]
        if opener.elided:
            sure = closers = [mark for mark in sure if not ends_like_plural(text, mark)]
        if closers:
            spans.append((opener.start, (sure or closers)[0].end))
        elif number == len(marks) and not opener.elided:
            goes_on = text[after : after + 8].lstrip()[:1] == opener.text
            if goes_on or text[start : opener.start].rstrip()[-1:] in {"", ":"}:
                spans.append((opener.start, end))
    return spans


def _outside(marks: Iterable[Mark], spans: Sequence[Span]) -> list[Mark]:
    """The marks in none of the spans."""
    outside = []
    ahead = iter([*spans, None])
    span = next(ahead)
    for mark in marks:
        while span and span[1] <= mark.start:
            span = next(ahead)
        if not span or mark.start < span[0]:
            outside.append(mark)
    return outside


def _outermost(spans: Iterable[Span]) -> list[Span]:
    """The spans that lie in no other, in order."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return kept


def scare_quotes(headline: str) -> list[Span]:
    """Spans, with their marks, of the quoted scraps in a headline: one to four words inside the desk's own sentence.

    `Nato discusses 'pre-emptive strikes' on the border` has one. A quotation that stands on its own (`'Enough', says
    mayor`; `Mayor: 'Enough'`; one that ends in a full stop) is speech, not a scrap. Titles of works cannot be told
    from scraps.
    """
    return [
        span
        for span in quote_spans(headline, [(0, len(headline))])
        if 1 <= len(word_spans(headline[slice(*span)])) <= 4 and not _stands_alone(headline, *span)
    ]


def _stands_alone(headline: str, start: int, end: int) -> bool:
    """Whether a quotation in a headline is a clause of its own, set off by punctuation or a verb of speech."""
    before, after = headline[:start].rstrip(), headline[end:].lstrip()
    if headline[start:end].rstrip(_MARKS_AND_SPACE).endswith((".", ",", "!", "?", "…")):
        return True
    cut_before = not before or before[-1] in ":|–—-"
    cut_after = not after or after[0] in ",.;:|–—-"
    speaks_before, speaks_after = is_spoken(before, after)
    return (
        (cut_before and (cut_after or speaks_after))
        or (cut_after and speaks_before)
        or (not after and before.endswith(","))
    )
