"""What a headline claims and the body lacks: numbers by value, phrases by meaning."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorer import Scorer
from scorer.support import missing_numbers, numbers_in

PAIRS = Path(__file__).parent / "data" / "support.json"


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("", []),
        ("WW3 fears on the A40 as G7 meets for COVID-19 talks", []),
        ("£1.2bn plan for 1,200 homes", [1.2e9, 1200]),
        ("Twenty-five dead, 3 million affected", [25, 3e6]),
        ("a dozen eggs, a pair of shoes, 40%", [12, 2, 40]),
        ("Two-thirds of pupils, three quarters of staff, twenty-third in the table, four second graders", [4]),
        ("10k run, 5m high, 90s revival", [10e3, 5e6]),
    ],
)
def test_numbers_are_read_in_digits_and_words(text: str, values: Sequence[float]) -> None:
    assert [value for _, _, value in numbers_in(text)] == values


@pytest.mark.parametrize(
    ("headline", "body", "missing"),
    [
        ("41 rescued", "Forty-one people were taken off.", []),
        ("41 rescued", "Forty-two people were taken off.", ["41"]),
        ("4,000 jobs go", "The firm cuts 4,120 jobs.", []),
        ("4,000 jobs go", "The firm cuts 5,120 jobs.", ["4,000"]),
        ("12 dead", "A dozen people died.", []),
        ("One dead", "Nothing is said of anybody.", []),
        ("$3m theft", "She took three million dollars.", []),
    ],
)
def test_a_number_needs_its_equal_in_the_body(headline: str, body: str, missing: Sequence[str]) -> None:
    assert [headline[start:end] for start, end in missing_numbers(headline, [body])] == missing


@given(st.text(max_size=200))
def test_numbers_lie_in_the_text(text: str) -> None:
    assert all(text[start:end].strip() for start, end, _ in numbers_in(text))
    assert missing_numbers(text, [text]) == []


def test_unsupported_phrases_of_thirty_pairs(shipped: Scorer) -> None:
    """Precision and recall are reported in the model card's terms: a phrase counts when it overlaps an expected one."""
    hits = wrong = missed = 0
    for pair in json.loads(PAIRS.read_text(encoding="utf-8")):
        gap = shipped.article(pair["body"], headline=pair["headline"]).gap
        assert gap is not None
        starts = [pair["headline"].index(text) for text in pair["unsupported"]]
        expected = [(start, start + len(text)) for start, text in zip(starts, pair["unsupported"], strict=True)]
        found = [(phrase.start, phrase.end) for phrase in gap.unsupported]
        matched = [span for span in found if any(span[0] < end and span[1] > start for start, end in expected)]
        hits += len(matched)
        wrong += len(found) - len(matched)
        missed += sum(not any(start < last and end > first for first, last in found) for start, end in expected)
    precision, recall = hits / (hits + wrong), hits / (hits + missed)
    assert precision >= MIN_PRECISION, (precision, recall)
    assert recall >= MIN_RECALL, (precision, recall)


MIN_PRECISION, MIN_RECALL = 0.6, 0.6
