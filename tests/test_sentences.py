import itertools
import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorer.sentences import sentence_spans

CASES = [
    line
    for line in (Path(__file__).parent / "data" / "sentences.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
NASTY_TEXT = st.text(st.one_of(st.characters(), st.sampled_from("aB1 .!?…\"“”‘’'()[]—-\n\r")), max_size=120)


def paragraphs_of(text: str) -> list[tuple[int, int]]:
    """Runs between blank lines."""
    return [match.span() for match in re.finditer(r"(?:(?!\r?\n\r?\n)[\s\S])+", text)]


def sentences_of(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text, paragraphs_of(text))]


@pytest.mark.parametrize("case", CASES)
def test_the_sentences_of_the_written_cases(case: str) -> None:
    marked = case.replace("⏎", "\n").replace("¶", "\n\n")
    expected = [piece.strip() for paragraph in marked.split("\n\n") for piece in paragraph.split("¦")]
    assert sentences_of(marked.replace("¦", "")) == expected


@given(NASTY_TEXT)
def test_sentences_rise_stay_in_their_paragraph_and_cover_all_but_white_space(text: str) -> None:
    paragraphs = paragraphs_of(text)
    spans = sentence_spans(text, paragraphs)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))
    assert all(text[start:end] == text[start:end].strip() != "" for start, end in spans)
    assert all(any(a <= start and end <= b for a, b in paragraphs) for start, end in spans)
    covered = "".join(text[start:end] for start, end in spans)
    assert "".join(covered.split()) == "".join(text.split())


@given(NASTY_TEXT)
def test_a_line_break_inside_a_paragraph_is_a_space(text: str) -> None:
    whole = [(0, len(text))]
    assert sentence_spans(text.replace("\n", " "), whole) == sentence_spans(text, whole)


@given(st.lists(st.sampled_from(["The dam held", "Nobody came", "It rained"]), min_size=1), st.sampled_from(".!?"))
def test_plain_sentences_come_back_one_by_one(sentences: list[str], stop: str) -> None:
    ended = [sentence + stop for sentence in sentences]
    assert sentences_of(" ".join(ended)) == ended


def test_only_the_given_paragraphs_are_read() -> None:
    text = "By Ida Lund. READ MORE: a tease. The dam held. It rained."
    assert [text[a:b] for a, b in sentence_spans(text, [(33, len(text))])] == ["The dam held.", "It rained."]
    assert sentence_spans("", []) == sentence_spans("", [(0, 0)]) == sentence_spans(" \n ", [(0, 3)]) == []


@pytest.mark.parametrize(
    "unit", ["The dam held at 5 p.m. “We won!” Mayor Odell said. ", ".” ", "“", "1. ", "(A! ", "a"]
)
def test_a_long_paragraph_takes_linear_time(unit: str) -> None:
    text = unit * (60_000 // len(unit))
    started = time.process_time()
    sentence_spans(text, [(0, len(text))])
    assert time.process_time() - started < 5  # 10,000 words or more; 0.4 s at most when measured
