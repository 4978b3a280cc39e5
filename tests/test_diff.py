"""What changes between two models, by hand and through the command."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from evaluate_samples import labelled_headlines, write_csv
from hypothesis import given, settings
from hypothesis import strategies as st

from scorer.diff import Diff, compare_scores, diff_card
from scorer.evaluate.rows import Row
from scorer.labels import DEVICES, band_of
from scorer.results import HeadlineScore, ModelName, Sensationalism

Run = Callable[..., subprocess.CompletedProcess[bytes]]
A, B = ModelName("old", "1"), ModelName("new \x1b[31m", "2")


def scored(text: str, score: float | None, clickbait: float = 0.5) -> HeadlineScore:
    if score is None:
        return HeadlineScore(text, None, None, None, None, (), "not_english", A)
    heat = Sensationalism(score, score, score, band_of(score))
    levels = dict.fromkeys(DEVICES, 0.25)
    return HeadlineScore(text, heat, levels, levels, clickbait, (), None, A)


def compared(before: list[float | None], after: list[float | None]) -> Diff:
    rows = [Row(number + 1, f"Pond {number} drained", {}) for number in range(len(before))]
    texts = [row.text for row in rows]
    old = [scored(text, score) for text, score in zip(texts, before, strict=True)]
    new = [scored(text, score, clickbait=0.6) for text, score in zip(texts, after, strict=True)]
    return compare_scores(A, B, "ponds.csv", rows, {"missing text": 2}, old, new)


def test_changes_by_hand() -> None:
    found = compared([10, 10, 50, 30, None, 20], [10, 14, 40, None, None, 26.5])
    change = {each.score: each for each in found.changes}
    assert (found.rows, found.both) == (8, 4)
    heat = change["sensationalism"]
    assert (heat.n, heat.mean, heat.mean_size, heat.largest) == (4, 0.125, 5.125, 10)
    assert heat.p95 == pytest.approx(9.475)
    assert heat.notable == 0.5
    assert change["clickbait"].mean == pytest.approx(10)
    assert change["alarm"].largest == 0
    assert [(shift.was, shift.now, shift.count) for shift in found.bands] == []
    assert [(shift.was, shift.now, shift.count) for shift in found.abstentions] == [("scored", "not_english", 1)]
    assert [(move.row, move.change) for move in found.rises] == [(6, 6.5), (2, 4)]
    assert [(move.row, move.change) for move in found.falls] == [(3, -10)]
    assert [(move.row, move.was, move.now) for move in found.abstained] == [(4, "coloured", "not_english")]


def test_bands_are_counted_where_they_change() -> None:
    found = compared([10, 12, 50, 81], [30, 25, 55, 10])
    assert [(shift.was, shift.now, shift.count) for shift in found.bands] == [
        ("plain", "coloured", 2),
        ("extreme", "plain", 1),
    ]


def test_nothing_scored_by_both_is_no_error() -> None:
    found = compared([None, 5], [5, None])
    assert found.both == 0
    assert all(change.mean is None for change in found.changes)
    assert "0 headlines scored by both models" in diff_card(found)


scores = st.none() | st.floats(0, 100)


@settings(deadline=None)
@given(st.lists(st.tuples(scores, scores), min_size=1, max_size=40))
def test_a_model_and_itself_differ_nowhere_and_swapping_turns_the_sign(
    pairs: list[tuple[float | None, float | None]],
) -> None:
    before, after = [first for first, _ in pairs], [second for _, second in pairs]
    same = compared(before, before)
    assert same.bands == same.abstentions == same.rises == same.falls == ()
    forth, back = compared(before, after).changes[0], compared(after, before).changes[0]
    if forth.mean is not None and back.mean is not None:
        assert forth.mean == pytest.approx(-back.mean)
        assert (forth.p95, forth.largest, forth.notable) == (back.p95, back.largest, back.notable)


def test_the_card_shows_no_control_characters_and_fits_the_schema(validate: Callable[..., None]) -> None:
    found = compared([10, 60, None], [30, 55, 5])
    found = replace(found, rises=tuple(replace(move, text="Pond \x1b[2J drained") for move in found.rises))
    card = diff_card(found)
    assert "\x1b[2J" not in card
    assert "\x1b[31m" not in card
    assert "2 change band (100.0%):" in card
    assert "plain → coloured" in card
    validate("diff.json", json.loads(json.dumps(found.to_dict())))


def test_the_command_compares_a_model_with_itself(
    run_scorer: Run, validate: Callable[..., None], tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "ponds.csv", labelled_headlines())
    done = run_scorer("diff", "shipped", "shipped", path, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    validate("diff.json", found)
    assert found["both"] == found["rows"] == 72
    assert {change["largest"] for change in found["changes"]} == {0}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("shipped", "shipped"), "Missing argument 'FILE'"),
        (("shipped", "shipped", "nowhere.csv"), "nowhere.csv: no such file"),
        (("shipped", "nowhere", "{}"), "nowhere: no such bundle folder"),
        (("shipped", "shipped", "{}", "--text-col", "title"), "has no column 'title' (--text-col)"),
    ],
)
def test_bad_usage_is_one_sentence(run_scorer: Run, tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    path = write_csv(tmp_path / "ponds.csv", [{"headline": "Pond drained"}])
    done = run_scorer("diff", *(path if argument == "{}" else argument for argument in arguments))
    assert done.returncode == 2
    assert message in done.stderr.decode()
    assert b"Traceback" not in done.stderr
