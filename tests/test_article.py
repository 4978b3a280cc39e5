"""Articles under the shipped model: what must hold on real pages, and that no page upsets it."""

import json
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scorer import Scorer
from scorer.article_results import ArticleScore
from scorer.body import own_words
from scorer.errors import InputError
from scorer.passages import cut, pack
from scorer.quotes import near

DATA = Path(__file__).parent / "data"
LOADED = Scorer.load(threads=2)
CALM = (DATA / "pages" / "founding_shape.txt").read_text(encoding="utf-8")


def check_offsets(result: ArticleScore) -> None:
    """Everything with offsets is what stands at them."""
    text = result.text
    for sentence in result.body.sentences:
        assert text[sentence.start : sentence.end] == sentence.text
        for phrase in sentence.phrases:
            assert text[phrase.start : phrase.end] == phrase.text
            assert sentence.start <= phrase.start < phrase.end <= sentence.end
    assert all(text[part.start : part.end] == part.text for part in result.boilerplate)
    assert all(before.end <= after.start for before, after in pairwise(result.body.sentences))
    if result.headline and result.headline_start is not None:
        assert text[result.headline_start :].startswith(result.headline.text)


def test_a_page_in_the_shape_of_the_founding_one(shipped: Scorer) -> None:
    result = shipped.article(CALM)
    check_offsets(result)
    kinds = [part.kind for part in result.boilerplate]
    assert kinds.count("teaser") == 2
    assert "comments" in kinds
    assert all(
        phrase.voice == "quoted"
        for sentence in result.body.sentences
        for phrase in sentence.phrases
        if any(quote.start <= phrase.start and phrase.end <= quote.end for quote in result.quotes)
    )
    assert "security" in [frame.name for frame in result.body.frames if frame.present]
    assert result.gap is not None
    assert result.gap.value >= 30


def test_gaps_of_twenty_pairs_are_ranked_rightly(shipped: Scorer) -> None:
    """A hot headline over a calm body has the larger gap than either of the two with a partner of its kind."""
    wrong = []
    for event in json.loads((DATA / "gap.json").read_text(encoding="utf-8")):
        gaps = {
            (top, body): shipped.article(event[body], headline=event[top]).gap
            for top, body in (
                ("hot_headline", "calm_body"),
                ("calm_headline", "calm_body"),
                ("hot_headline", "hot_body"),
            )
        }
        values = {key: gap.value for key, gap in gaps.items() if gap is not None}
        most = values["hot_headline", "calm_body"]
        wrong += [(event["hot_headline"], key, most, value) for key, value in values.items() if value > most]
    assert not wrong


def test_loaded_words_of_the_author_and_of_others_are_told_apart(shipped: Scorer) -> None:
    own = shipped.article(
        "The disgraceful clowns in the town hall have betrayed us all again.", headline="A vote is due"
    )
    quoted = shipped.article(
        '"The disgraceful clowns in the town hall have betrayed us all again," said Ada Moll.', headline="A vote is due"
    )
    assert {p.voice for s in own.body.sentences for p in s.phrases} == {"author"}
    assert {p.voice for s in quoted.body.sentences for p in s.phrases} == {"quoted"}
    assert own.body.bias is not None
    assert quoted.body.bias is not None
    assert own.body.bias > quoted.body.bias + 0.2


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(), max_size=300))
def test_any_page_is_answered_with_exact_offsets(text: str) -> None:
    page = f"Shock as harbour closes\n\nThe port closed at noon. {text} “A scandal!” he said.\n\nREAD MORE: Boats\n"
    result = LOADED.article(page)
    check_offsets(result)
    json.dumps(result.to_dict())
    assert (result.gap is None) == (
        result.headline is None or result.headline.abstain is not None or result.body.tone is None
    )


@pytest.mark.parametrize(
    "text", ["", "   \n\n ", "\ud800", "\x00\x01", "12345", "Zwei Männer gehen heute nach Hause. Es regnet stark."]
)
def test_a_body_that_cannot_be_judged_says_why(shipped: Scorer, text: str) -> None:
    result = shipped.article(text, headline="Council approves bus plan")
    assert result.gap is None
    assert (result.body.abstain is None) == (result.body.bias is not None)
    assert result.warnings


def test_a_paragraph_that_nobody_can_see_upsets_nothing(shipped: Scorer) -> None:
    seen = "The pier of Wold reopens on Friday after repairs, the town council said.\n\nThe repairs took two years."
    result = shipped.article(seen + "\n\n" + "\u200c\u00a0" * 400, headline="Pier reopens after two years")
    assert result.body.abstain is None
    assert [sentence.text for sentence in result.body.sentences][:2] == seen.split("\n\n")


def test_no_word_of_a_long_body_is_left_out(shipped: Scorer) -> None:
    rng = np.random.default_rng(3)
    words = "the harbour council said that ferries cost more than trains and nobody minds a slow boat".split()
    sentences = [" ".join(rng.choice(words, 14)).capitalize() + "." for _ in range(400)]
    endless = " ".join(rng.choice(words, 1200))
    body = "\n\n".join([" ".join(sentences[i : i + 5]) for i in range(0, 400, 5)] + [endless])
    result = shipped.article(body, headline="Ferries cost more than trains")
    read = re.sub(r"\s", "", "".join(sentence.text for sentence in result.body.sentences))
    assert read == re.sub(r"\s", "", body)
    spans = [(sentence.start, sentence.end) for sentence in result.body.sentences]
    pieces = cut(body, spans, shipped.runtime, shipped.bundle.max_tokens)
    assert "".join(re.sub(r"\s", "", body[p.start : p.end]) for p in pieces) == read
    assert all(len(piece.encoding.ids) <= shipped.bundle.max_tokens + 2 for piece in pieces)
    passages = pack(body, pieces, shipped.runtime, shipped.bundle.max_tokens)
    assert "".join(re.sub(r"\s", "", body[start:end]) for start, end in passages) == read


def test_a_sentence_scores_the_same_in_any_company(shipped: Scorer) -> None:
    sentence = "The shameless minister has once again robbed the poor."
    alone = shipped.article(sentence, headline="A vote is due").body.sentences[0]
    among = shipped.article("It rained. " * 40 + sentence, headline="A vote is due").body.sentences[-1]
    assert among.bias == pytest.approx(alone.bias, abs=1e-3)
    assert among.tone == pytest.approx(alone.tone, abs=0.1)


def test_frames_are_shares_of_the_body(shipped: Scorer) -> None:
    frames = shipped.article(CALM).body.frames
    assert len(frames) == 16
    assert all(0 <= frame.share <= 1 and 0 <= frame.probability <= 1 for frame in frames)
    assert [f.probability for f in frames] == sorted((f.probability for f in frames), reverse=True)
    assert all(frame.passages for frame in frames if frame.present)


def test_what_is_quoted_is_no_word_of_the_author() -> None:
    text = 'He called it "a farce", then left.'
    assert own_words(text, (0, len(text)), [(13, 22)]) == "He called it , then left."
    assert own_words(text, (0, len(text)), [(0, len(text))]) == ""


@given(st.lists(st.integers(0, 40), max_size=12).map(sorted), st.integers(0, 40), st.integers(1, 20))
def test_the_quotations_near_a_span_are_those_that_overlap_it(ends: list[int], start: int, length: int) -> None:
    quotes = [(first, last) for first, last in zip(ends[::2], ends[1::2], strict=False) if first < last]
    quotes = [quote for number, quote in enumerate(quotes) if not number or quotes[number - 1][1] <= quote[0]]
    span = (start, start + length)
    assert list(near(span, quotes)) == [quote for quote in quotes if quote[0] < span[1] and span[0] < quote[1]]


def test_articles_come_in_order_and_want_pairs(shipped: Scorer) -> None:
    found = list(shipped.articles([("It rained in Orlby.", "Rain in Orlby"), (CALM, None)]))
    assert [result.headline.text for result in found if result.headline] == ["Rain in Orlby", CALM.split("\n")[0]]
    with pytest.raises(InputError, match="pair"):
        list(shipped.articles(["a bare text"]))  # type: ignore[list-item]
    with pytest.raises(InputError, match="expected the text"):
        shipped.article(7)  # type: ignore[arg-type]
