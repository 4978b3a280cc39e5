"""A teacher's judgements: on pools and on splices of headlines, kept without their texts."""

import csv
import gzip
import shutil
from pathlib import Path

import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

from training.config import Source
from training.distill import distill
from training.lessons import read_lessons
from training.sources import read_source
from training.splices import choose_pairs, joint, splice

POOL = [
    "Council to vote on the harbour bridge after a year of delays",
    "Ferry company sells its oldest boat, and the crew looks on",
    "School choir wins the county prize as rivals withdraw",
    "Night bus ends: what riders should know before winter",
    "Bakery chain opens",
]


def test_a_splice_is_one_headline_up_to_a_shared_word_and_the_other_from_it_on() -> None:
    assert splice(POOL[0], POOL[1]) == "Council to vote on the crew looks on"
    assert splice(POOL[2], POOL[0]) == "School choir wins the harbour bridge after a year of delays"
    with pytest.raises(ValueError, match="no word joins"):
        splice(POOL[0], POOL[4])


WORDS = st.lists(st.sampled_from(["a", "B", "b,", "the", "The", "“c”", "-"]), max_size=9).map(" ".join)


@given(WORDS, WORDS)
def test_a_joint_is_one_word_in_both_with_two_before_it_and_two_behind(first: str, second: str) -> None:
    if place := joint(first, second):
        start, end = place
        left, right = first.split(), second.split()
        assert left[start].strip("“”,").casefold() == right[end].strip("“”,").casefold()
        assert start >= 2
        assert len(right) - end > 2
        assert splice(first, second).split() == left[:start] + right[end:]


def test_half_of_the_splices_begin_hot_and_half_end_so() -> None:
    texts = [f"Event number {number} in the harbour as council number {number} votes" for number in range(60)]
    hot = [number % 6 == 0 for number in range(60)]
    pairs = choose_pairs(texts, hot, 60, seed=1)
    assert len({splice(texts[first], texts[second]) for first, second in pairs} - set(texts)) == 60
    assert pairs == choose_pairs(texts, hot, 60, seed=1)
    assert sum(hot[first] for first, _ in pairs) >= 30
    assert sum(hot[second] for _, second in pairs) >= 30
    assert choose_pairs(texts, [False] * 60, 60, seed=1) == []


@pytest.fixture
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with pools of our own sentences."""
    folder = tmp_path / "data"
    (folder / "unlabelled").mkdir(parents=True)
    (folder / "human").mkdir()
    with gzip.open(folder / "unlabelled" / "headlines.csv.gz", "wt", encoding="utf-8", newline="") as file:
        rows = [["own", str(number), "Example News", text] for number, text in enumerate(POOL)]
        csv.writer(file).writerows([["source", "item", "outlet", "text"], *rows])
    shutil.copy(ROOT / "tests" / "data" / "tiny_clickbait.csv", folder / "human" / "webis17.csv")
    monkeypatch.setenv("SCORER_DATA", str(folder))
    monkeypatch.chdir(ROOT)
    return folder


def test_judgements_are_made_once_and_splices_are_found_again(
    tiny_run: Path, tmp_path: Path, data_folder: Path
) -> None:
    assert data_folder.is_dir()
    run, out = tmp_path / "run", tmp_path / "lessons.npz"
    shutil.copytree(tiny_run, run, ignore=shutil.ignore_patterns("bundle"))
    recipe = ROOT / "configs" / "tiny.yaml"
    lessons = distill(recipe, {"headline": 5, "sentence": 0}, 12, run, out)
    judged = lessons.forms["headline"]
    assert all(judged.knows(text) for text in POOL)
    assert lessons.splices.shape == (12, 2)
    assert set(lessons.teachers) == {"headline"}

    rows = read_source(Source("splices", str(out)))
    assert len(rows) == 12
    assert all(judged.knows(text) for text in rows["text"])
    assert set(rows["split"]) == {"train"}

    before = out.read_bytes()
    again = distill(recipe, {"headline": 5, "sentence": 0}, 12, run, out)
    assert len(again.forms["headline"].ids) == len(judged.ids)
    assert out.read_bytes() == before
    assert read_lessons(out).teachers == lessons.teachers
