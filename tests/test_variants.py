"""Variants for training: other names and slips, the labels kept where they still hold."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from training.variants import other_names, slip, variant


def test_names_change_within_their_group_the_same_one_throughout() -> None:
    text = "France warns Nigeria as French and Nigerian ministers meet in Leeds"
    for seed in range(20):
        told = other_names(text, Random(seed)).split()
        assert (told[0], told[2]) != ("France", "Nigeria")
        assert told[0] != told[2]
        assert told[0][:2] == told[4][:2]  # a country and its people begin alike
        assert told[-1] != "Leeds"
        assert (told[1], told[3], told[5]) == ("warns", "as", "and")


@given(st.text(max_size=80), st.integers(0, 10_000))
def test_a_slip_changes_at_most_one_word(text: str, seed: int) -> None:
    told = slip(text, Random(seed))
    assert abs(len(told) - len(text)) <= 1
    assert sum(a != b for a, b in zip(text.split(), told.split(), strict=True)) <= 1


def test_labels_of_the_wording_stay_and_those_of_lost_words_become_unknown() -> None:
    row = {"text": "Texas mayor slams 'vile' plan", "phrases": ["slams", "vile"], "sensationalism": 55.0}
    seen = [variant(row, Random(seed)) for seed in range(60)]
    changed = [found for found in seen if found]
    assert len(changed) > 40
    for found in changed:
        assert found["text"] != row["text"]
        assert "sensationalism" not in found
        there = all(phrase in found["text"] for phrase in row["phrases"])
        assert found["phrases"] == (row["phrases"] if there else None)
        assert found["taught_tokens"] is None
    assert any(found["phrases"] is None for found in changed)
    assert any(found["phrases"] for found in changed)
    assert variant({"text": "so it is", "phrases": None}, Random(1)) == {}
