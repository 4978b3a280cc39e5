import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorer.text import as_meant, end_of_wording, loaded_phrases, readable, word_spans, word_weights

ANY_TEXT = st.text(st.characters(), max_size=80)


def tokens_of(text: str) -> list[tuple[int, int]]:
    """Offsets as a tokeniser gives them: each word cut into pieces of up to three characters."""
    return [(0, 0), *((i, min(i + 3, end)) for start, end in word_spans(text) for i in range(start, end, 3)), (0, 0)]


@given(ANY_TEXT)
def test_word_spans_rise_do_not_overlap_and_start_and_end_with_letters_or_digits(text: str) -> None:
    spans = word_spans(text)
    assert all(start < end for start, end in spans)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))
    assert all(text[start].isalnum() and text[end - 1].isalnum() for start, end in spans)


@given(ANY_TEXT, st.data())
def test_a_phrase_is_exactly_the_text_at_its_offsets(text: str, data: st.DataObject) -> None:
    offsets = tokens_of(text)
    share = st.floats(0, 1)
    weights = data.draw(st.lists(share, min_size=len(offsets), max_size=len(offsets)))
    threshold, link = data.draw(st.floats(0.2, 0.9)), data.draw(st.floats(0.1, 0.2))
    phrases = loaded_phrases(text, offsets, weights, threshold, link)
    assert all(text[phrase.start : phrase.end] == phrase.text for phrase in phrases)
    assert all(threshold <= phrase.weight <= 1 for phrase in phrases)
    assert all(before.end <= after.start for before, after in itertools.pairwise(phrases))


@given(st.text(st.characters(), max_size=40))
def test_readable_keeps_every_offset_and_can_be_encoded(text: str) -> None:
    assert len(readable(text)) == len(text)
    readable(text).encode("utf-8")


WORDS = dict.fromkeys("lawsuit singers martial matrail horrible".split(), 0)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("lawusit over horrbile smell", "lawsuit over horrible smell"),
        ("Lawusit over HORRBILE smell", "Lawusit over HORRBILE smell"),  # capitals may be names
        ("the signers of it", "the signers of it"),  # a right word
        ("a matrial matter", "a matrial matter"),  # either of two words
        ("lawsut, lawwsuit, awlsuit", "lawsut, lawwsuit, awlsuit"),  # other slips
    ],
)
def test_exchanged_letters_are_read_as_the_word_that_was_meant(text: str, read: str) -> None:
    assert as_meant(text, WORDS.get) == read


def test_words_longer_than_words_are_read_as_they_are_at_once() -> None:
    text = "ab" * 100_000
    assert as_meant(text, lambda word: pytest.fail(f"asked for {len(word)} letters")) == text


@given(st.text(st.sampled_from("lawsuit \ud800é"), max_size=40))
def test_what_is_meant_keeps_every_offset_and_known_words(text: str) -> None:
    assert len(as_meant(text, WORDS.get)) == len(text)
    assert as_meant(text, lambda _word: True) == readable(text)


def test_a_phrase_grows_over_weaker_neighbours_and_stops_at_punctuation() -> None:
    text = "Fury erupts: mayor so-called 'hero'"
    words = word_spans(text)
    assert [text[a:b] for a, b in words] == ["Fury", "erupts", "mayor", "so-called", "hero"]
    phrases = loaded_phrases(text, words, [0.9, 0.3, 0.4, 0.8, 0.3], threshold=0.5, link=0.25)
    assert [p.text for p in phrases] == ["Fury erupts", "mayor so-called"]
    assert [p.weight for p in phrases] == [0.9, 0.8]


def test_words_at_the_edge_of_nothing() -> None:
    assert word_spans("") == []
    assert word_spans(" … !? — ") == []
    assert loaded_phrases("", [(0, 0)], [0.9], 0.5, 0.5) == ()
    assert word_weights([], [(0, 0), (0, 3)], [0.1, 0.2]) == []


@pytest.mark.parametrize(
    ("text", "wording"),
    [
        ("Mayor quits over road fund | Example News", "Mayor quits over road fund"),
        ("Mayor quits over road fund - The Orlby Times", "Mayor quits over road fund"),
        ("Mayor quits over road fund — Orlby.com", "Mayor quits over road fund"),
        ("Mayor quits over road fund | Vantage", "Mayor quits over road fund"),
        ("Exclusive | Mayor Quits", "Exclusive | Mayor Quits"),
        ("Mayor quits – what we know so far", "Mayor quits – what we know so far"),
        ("Mayor quits | what the Times says", "Mayor quits | what the Times says"),
        ("The pre-war Daily Mail", "The pre-war Daily Mail"),
        ("", ""),
    ],
)
def test_the_name_of_the_outlet_is_no_wording(text: str, wording: str) -> None:
    assert text[: end_of_wording(text)] == wording
