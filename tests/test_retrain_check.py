"""The data check and the split: what is refused, what is told, and that nothing leaks from part to part."""

import csv
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from scorer.errors import InputError
from training.retrain.check import check, check_card, out_of_sample_predictions, write_suspects
from training.retrain.duplicates import near_groups
from training.retrain.labelled import Folds, Kind, Labelled
from training.retrain.split import dates_of, split, strata, usable_columns

WORDS = "pond mayor otter heron bridge market choir ferry baker statue museum tram orchard harbour".split()


def texts(count: int) -> list[str]:
    """Texts that are no near-duplicates: seven words of their own each."""
    generator = np.random.default_rng(7)
    return [
        " ".join(
            f"{word}{chr(97 + number % 26)}{chr(97 + number // 26 % 26)}{chr(97 + number // 676)}"
            for word in generator.choice(WORDS, 7, replace=False)
        )
        for number in range(count)
    ]


def made(
    targets: Any,
    kind: Kind = "binary",
    columns: dict[str, Sequence[str]] | None = None,
    of: Sequence[str] | None = None,
    spans: Sequence[Any] | None = None,
) -> Labelled:
    values = np.array(targets, dtype=np.float32)
    values = values[:, None] if values.ndim == 1 else values
    count = len(values)
    names = {"graded": ("score",), "binary": ("hot",), "phrases": ()}.get(kind) or tuple("abcdefgh"[: values.shape[1]])
    return Labelled(
        file="mine.csv",
        sha256="",
        text_column="title",
        label_columns=("label",),
        kind=kind,
        names=names,
        texts=tuple(of or texts(count)),
        rows=tuple(range(1, count + 1)),
        targets=values,
        scale=(1.0, 5.0) if kind == "graded" else None,
        spans=tuple(spans or (None,) * count),
        columns={name: tuple(cells) for name, cells in (columns or {}).items()},
        left_out={"missing text": 2},
        notes=("Text: column 'title'.",),
    )


def halves(count: int) -> list[float]:
    return [float(number % 2) for number in range(count)]


def dots(data: Labelled, noise: float = 0.3) -> NDArray[np.float32]:
    """Features that tell the first label."""
    generator = np.random.default_rng(0)
    return (data.targets[:, :1] + generator.normal(0, noise, (len(data), 6))).astype(np.float32)


def check_folds(data: Labelled, folds: Folds) -> None:
    """Every row stands in exactly one place."""
    assert folds.held_out.shape == folds.fold.shape == (len(data),)
    assert ((folds.fold == -1) == folds.held_out).all()
    assert set(folds.fold[~folds.held_out]) == set(range(folds.count))


def test_near_duplicates_have_nearly_the_same_words() -> None:
    found = near_groups(
        [
            "Fury as council axes lollipop lady after 40 years",
            "FURY AS COUNCIL AXES LOLLIPOP LADY AFTER 50 YEARS!",
            "Fury as council axes beloved old lollipop lady after long years",
            "Council thanks lollipop lady for 40 years",
            "Fury as the council axes lollipop lady after 40 years",
        ]
    )
    assert found.tolist() == [0, 0, 1, 2, 0]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=8), min_size=1, max_size=12))
def test_near_duplicates_are_those_that_comparing_all_pairs_finds(rows: list[list[str]]) -> None:
    sets = [frozenset(row) for row in rows]
    found = near_groups([" ".join(row) for row in rows])
    groups = list(range(len(rows)))
    for one, first in enumerate(sets):
        for other, second in enumerate(sets[:one]):
            if len(first & second) >= 0.8 * len(first | second):
                groups = [groups[other] if group == groups[one] else group for group in groups]
    assert [[a == b for b in groups] for a in groups] == [[a == b for b in found] for a in found]


@settings(max_examples=15, deadline=None)
@given(
    st.lists(st.integers(0, 14), max_size=20),
    st.integers(0, 5),
    st.sampled_from(["binary", "graded", "phrases"]),
)
def test_no_outlet_lies_in_two_parts(more: list[int], seed: int, kind: Kind) -> None:
    outlets = [*range(15)] * 5 + more
    targets = np.zeros((len(outlets), 0)) if kind == "phrases" else np.random.default_rng(seed).random(len(outlets))
    spans = [((0, 3),) if number % 3 else () for number in range(len(outlets))]
    values = np.round(targets) if kind == "binary" else targets
    data = made(values, kind, {"Outlet": [f"Echo {number}" for number in outlets]}, spans=spans)
    folds = split(data, seed=seed)
    check_folds(data, folds)
    assert folds.by == "Outlet"
    parts: dict[str, set[int]] = {}
    for outlet, fold in zip(data.columns["Outlet"], folds.fold, strict=True):
        parts.setdefault(outlet, set()).add(int(fold))
    assert all(len(found) == 1 for found in parts.values())
    assert 0.05 <= folds.held_out.mean() <= 0.4
    again = split(data, seed=seed)
    assert (again.fold == folds.fold).all()


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 40), max_size=60), st.integers(0, 3))
def test_near_duplicates_lie_together_and_labels_are_shared_out(more: list[int], seed: int) -> None:
    copies = [*range(41), *more]
    base = texts(41)
    of = [f"{base[number]} {'!' * (row % 3)}" for row, number in enumerate(copies)]
    data = made([float(number % 3 == 0) for number in copies], of=of)
    folds = split(data, seed=seed)
    check_folds(data, folds)
    for number in set(copies):
        inside = [int(fold) for fold, copy in zip(folds.fold, copies, strict=True) if copy == number]
        assert len(set(inside)) == 1
    labels = data.targets[:, 0]
    for label in (0.0, 1.0):
        assert folds.held_out[labels == label].any()
        assert not folds.held_out[labels == label].all()


def test_labels_are_shared_out_evenly() -> None:
    data = made([float(number % 10 == 0) for number in range(500)])
    folds = split(data)
    assert folds.by == "near-duplicates"
    assert folds.held_out.sum() == 100
    assert data.targets[folds.held_out].sum() == 10
    assert [int((folds.fold == fold).sum()) for fold in range(5)] == [80] * 5
    assert [int(data.targets[folds.fold == fold].sum()) for fold in range(5)] == [8] * 5
    assert (split(data, seed=1).fold != folds.fold).any()


def test_classes_stand_on_both_sides_where_they_can() -> None:
    targets = np.zeros((100, 3))
    targets[:, 0] = 1
    targets[[3, 50]] = [0, 1, 0]
    targets[70] = [0, 0, 1]
    folds = split(made(targets, "classes"))
    assert folds.held_out[[3, 50]].sum() == 1
    assert not folds.held_out[70]


def test_texts_that_many_outlets_run_do_not_undo_the_split() -> None:
    of = texts(200)
    outlets = [f"Echo {number % 20}" for number in range(200)]
    for number in range(20):
        of[number] = of[0]
    folds = split(made(halves(200), columns={"outlet": outlets}, of=of))
    assert folds.by == "outlet"
    assert "19 near-duplicates" in folds.note
    assert len(set(folds.fold[:20])) == 1
    rest = {(outlet, int(fold)) for outlet, fold in zip(outlets[20:], folds.fold[20:], strict=True)}
    assert len(rest) == 20


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S+00:00", "%a %b %d %H:%M:%S +0000 %Y", "%d.%m.%Y"])
def test_the_newest_are_held_out(form: str) -> None:
    days = np.random.default_rng(3).permutation(100)
    dates = [np.datetime64("2026-01-01") + int(day) for day in days]
    shown = [date.astype(object).strftime(form) for date in dates]
    data = made(halves(100), columns={"published": shown})
    folds = split(data)
    check_folds(data, folds)
    assert folds.by == "published"
    assert folds.held_out.sum() == 20
    assert days[folds.held_out].min() > days[~folds.held_out].max()
    assert "2026-03-22" in folds.note


def test_a_near_duplicate_of_a_new_text_is_held_out_with_it() -> None:
    of = texts(100)
    of[0] = of[99].upper()
    dates = [str(np.datetime64("2026-01-01") + number) for number in range(100)]
    folds = split(made(halves(100), columns={"date": dates}, of=of))
    assert folds.held_out[[0, 99]].all()


def test_columns_that_are_of_no_use_are_passed_over_and_refused_by_name() -> None:
    columns = {
        "outlet": ["The Wold Echo"] * 60 + ["Skelby Post"] * 40,
        "author": [""] * 90 + ["A. Heron"] * 10,
        "source": [f"wire {number}" for number in range(100)],
        "date": ["2026"] * 100,
    }
    data = made(halves(100), columns=columns)
    assert usable_columns(data) == []
    assert split(data).by == "near-duplicates"
    for name, sentence in {
        "outlet": "only 2 different values",
        "author": "empty in 90 of 100",
        "source": "different in every row",
        "shop": "has no column 'shop'",
    }.items():
        with pytest.raises(InputError, match=sentence):
            split(data, by=name)


def test_a_column_can_be_named_or_none() -> None:
    columns = {
        "outlet": [f"Echo {number % 20}" for number in range(100)],
        "topic": [f"topic {number % 15}" for number in range(100)],
    }
    data = made(halves(100), columns=columns)
    assert split(data, by="topic").by == "topic"
    assert split(data, by="label").by == "near-duplicates"
    assert "as you asked" in split(data, by="label").note


def test_dates_are_not_numbers_or_words() -> None:
    assert dates_of(["one", "two"]) is None
    assert dates_of(["", ""]) is None
    found = dates_of(["2026-05-01", "", *["2026-05-02"] * 9])
    assert found is not None
    assert np.isnan(found[1])


def test_rows_without_a_label_are_shared_out_by_themselves() -> None:
    data = made([np.nan if number % 2 else float(number % 4 == 0) for number in range(200)])
    assert set(strata(data)) == {0, 1, 2}
    folds = split(data)
    assert np.isnan(data.targets[folds.held_out]).sum() == 20


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (made(halves(12)), "12 rows with a label; too few"),
        (made([1.0] * 60), "every row has the same label, 'hot'"),
        (made([1.0] * 57 + [0.0] * 3), "'hot' in 57 rows, 'not hot' in 3 rows"),
        (made([0.5] * 60, "graded"), "every row has the grade 3"),
        (made([np.nan] * 60), "none of its 60 rows has a label"),
        (made(halves(60), of=["The same old text"] * 60), "the text is the same in every row of 'title'"),
        (made(halves(60), of=texts(10) * 6), "60 rows with a label, 10 different texts"),
        (made(np.eye(60)[:, :8], "classes"), "expected at least 8 rows of each of two labels"),
        (made(np.zeros((60, 0)), "phrases", spans=[()] * 60), "the same label, 'without one'"),
    ],
)
def test_what_cannot_work_is_refused(data: Labelled, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        check(data)


def test_the_check_counts_what_is_odd() -> None:
    of = texts(100)
    of[1], of[3], of[5] = of[0], of[2].upper(), of[4]
    targets = [np.nan if number >= 90 else float(number % 2) for number in range(100)]
    targets[5] = targets[4]
    data = made(targets, of=of, columns={"outlet": [f"Echo {number % 20}" for number in range(100)]})
    found = check(data, split(data))
    assert (found.rows, found.labelled, found.repeated, found.near_repeated) == (100, 90, 2, 1)
    assert found.contradictions == ((1, 2),)
    assert found.distribution == {"hot": 44, "not hot": 46}
    assert found.split_columns == ("outlet",)
    assert found.suspects is None
    card = check_card(found)
    assert len(card.splitlines()) <= 15
    for piece in ("100 rows, yes or no", "hot 44 (49%)", "10 rows; they are not", "2 missing text", "rows 1 and 2"):
        assert piece in card
    assert check(data).to_dict()["split"] is None


def test_rare_classes_are_told() -> None:
    targets = np.zeros((100, 3))
    targets[:, 0], targets[:20], targets[:5] = 1, [0, 1, 0], [0, 0, 1]
    found = check(made(targets, "classes"))
    assert found.too_few == {"b": 15, "c": 5}
    assert "b (15), c (5)" in check_card(found)


@pytest.mark.parametrize("kind", ["binary", "classes", "labels", "graded"])
def test_flipped_labels_are_found(tmp_path: Path, kind: Kind) -> None:
    pytest.importorskip("cleanlab")
    right = np.array(halves(400))
    targets = right if kind in ("binary", "graded") else np.column_stack([right, 1 - right])
    data = made(targets, kind)
    features = dots(data)
    flipped = np.arange(0, 400, 21)
    wrong = data.targets.copy()
    wrong[flipped] = 1 - wrong[flipped]
    data = replace(data, targets=wrong)
    folds = split(data)
    guesses = out_of_sample_predictions(features, data, folds)
    assert guesses.shape == data.targets.shape
    found = check(data, folds, guesses)
    listed = [suspect.index for suspect in found.suspects or ()]
    assert set(flipped) <= set(listed)
    assert len(listed) <= 0.15 * len(data)
    first = (found.suspects or ())[0]
    expected = {"binary": ("not hot", "hot"), "classes": ("b", "a"), "labels": ("b", "a"), "graded": ("1", "5")}
    assert first.given in expected[kind]
    write_suspects(tmp_path / "review.csv", data, found)
    with (tmp_path / "review.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["row", "text", "given", "suggested", "score"]
    assert rows[0]["text"] == data.texts[first.index]
    assert [float(row["score"]) for row in rows] == sorted(float(row["score"]) for row in rows)


def test_predictions_come_from_models_that_have_not_seen_the_row() -> None:
    data = made(np.random.default_rng(1).permutation(halves(200)))
    folds = split(data)
    # features that tell each row by itself and nothing else: what was seen would be known by heart
    guesses = out_of_sample_predictions(np.eye(200, dtype=np.float32), data, folds)[:, 0]
    right = (guesses > 0.5) == (data.targets[:, 0] > 0.5)
    assert right.mean() < 0.65


def test_rows_held_out_teach_nothing() -> None:
    data = made(halves(200))
    features, folds = dots(data), split(data)
    changed = data.targets.copy()
    changed[folds.held_out] = 1 - changed[folds.held_out]
    other = replace(data, targets=changed)
    assert (out_of_sample_predictions(features, data, folds) == out_of_sample_predictions(features, other, folds)).all()


def test_missing_labels_are_passed_over() -> None:
    targets = np.column_stack([halves(200), halves(200)])
    targets[::2, 1] = np.nan
    data = made(targets, "labels")
    folds = split(data)
    guesses = out_of_sample_predictions(dots(data), data, folds)
    assert not np.isnan(guesses).any()
    found = check(data, folds, guesses)
    assert all(not np.isnan(data.targets[suspect.index]).all() for suspect in found.suspects or ())


def test_phrases_are_not_predicted() -> None:
    data = made(np.zeros((80, 0)), "phrases", spans=[((0, 3),) if number % 2 else () for number in range(80)])
    folds = split(data)
    assert out_of_sample_predictions(np.ones((80, 3), dtype=np.float32), data, folds).shape == (80, 0)
    assert check(data, folds).distribution == {"with a phrase": 40, "without one": 40}
