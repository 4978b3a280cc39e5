"""What a teacher gives a student: judgements, kept without their texts, and the states of its layers."""

import csv
import gzip
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st
from transformers import BertConfig, BertModel

from scorer.errors import InputError
from training.__main__ import open_tokenizer, opened
from training.config import Source, load_recipe
from training.distill import distill
from training.lessons import read_lessons
from training.match import Matching, Teacher, main, open_teacher, pairs_of_layers
from training.model import HeadlineModel
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


def test_two_teachers_judge_the_same_and_their_mean_is_kept(tiny_run: Path, tmp_path: Path, data_folder: Path) -> None:
    assert data_folder.is_dir()
    recipe, first, both = ROOT / "configs" / "tiny.yaml", tmp_path / "first.npz", tmp_path / "new" / "both.npz"
    runs = [tmp_path / "one", tmp_path / "two"]
    for run in runs:
        shutil.copytree(tiny_run, run, ignore=shutil.ignore_patterns("bundle"))
    state = torch.load(runs[1] / "float.pt", weights_only=True)
    state["average"]["heads.devices.bias"] += 2
    torch.save(state, runs[1] / "float.pt")
    ours = distill(recipe, {"headline": 5}, 12, runs[0], first)
    mean = distill(recipe, {"headline": 5}, 12, runs[1], both, beside=first)
    other = read_lessons(runs[1] / "lessons.npz")
    assert np.array_equal(mean.splices, ours.splices)
    assert mean.teachers == {"headline": f"{ours.teachers['headline']} {other.teachers['headline']}"}
    low, middle, high = (each.forms["headline"].heads["devices"].astype(int) for each in (ours, mean, other))
    assert (low <= middle).all()
    assert (middle <= high).all()
    assert high.mean() > low.mean() + 20
    # either may be the one a student is matched to
    for run in runs:
        open_teacher(load_recipe(recipe), run / "float.pt", str(both))


def test_layers_are_paired_evenly_and_the_last_with_the_last() -> None:
    assert pairs_of_layers(6, 12, 3) == [(2, 4), (4, 8), (6, 12)]
    assert pairs_of_layers(6, 12, 1) == [(6, 12)]
    assert pairs_of_layers(2, 2, 2) == [(1, 1), (2, 2)]


def test_a_student_comes_nearer_to_its_teachers_states_and_starts_from_there(
    tiny_run: Path, tmp_path: Path, data_folder: Path
) -> None:
    assert data_folder.is_dir()
    teacher, lessons, out = ROOT / "configs" / "tiny.yaml", tmp_path / "lessons.npz", tmp_path / "matched.npz"
    run = tmp_path / "run"
    shutil.copytree(tiny_run, run, ignore=shutil.ignore_patterns("bundle"))
    distill(teacher, {"headline": 5}, 0, run, lessons)
    recipe = tmp_path / "recipe.yaml"
    text = f"{teacher.read_text(encoding='utf-8')}special_tokens: false\nlessons: {lessons}\n"
    recipe.write_text(f"{text}match: {{layers: 2, labels: 0.1}}\n", encoding="utf-8")

    def called(checkpoint: Path) -> tuple[int, str]:
        options = ["--teacher", str(teacher), "--checkpoint", str(checkpoint), "--out", str(out)]
        done = CliRunner().invoke(main, [str(recipe), "--run", str(tmp_path / "matching"), *options])
        return done.exit_code, done.output

    assert called(tmp_path / "none.pt")[0] == 2
    code, output = called(run / "float.pt")
    assert code == 0, output
    losses = [
        event["loss"]
        for event in map(json.loads, (tmp_path / "matching" / "log.jsonl").read_text(encoding="utf-8").splitlines())
        if event["event"] == "scores"
    ]
    assert losses[-1] < 0.8 * losses[0]

    from_there = tmp_path / "student.yaml"
    from_there.write_text(f"{text}start: {out}\n", encoding="utf-8")
    student, _ = opened(load_recipe(from_there), tmp_path / "student")
    fresh, _ = opened(load_recipe(recipe), tmp_path / "fresh")
    kept = torch.load(tmp_path / "matching" / "float.pt", weights_only=True)["average"]
    for name, values in student.model.named_parameters():
        assert torch.allclose(values, kept[name], atol=float(kept[name].abs().max()) / 250), name
    assert any(
        not torch.equal(values, before)
        for values, before in zip(student.model.parameters(), fresh.model.parameters(), strict=True)
    )


def test_a_wider_and_deeper_teacher_can_be_matched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    recipe = load_recipe(ROOT / "configs" / "tiny.yaml")
    student, _ = opened(recipe, tmp_path / "run")
    sizes = {"hidden_size": 48, "num_hidden_layers": 4, "num_attention_heads": 2, "intermediate_size": 64}
    teacher = HeadlineModel(BertModel(BertConfig(**sizes), add_pooling_layer=False), 0.0).eval()
    matching = Matching(student, Teacher(teacher, open_tokenizer("tiny", recipe, special_tokens=True)), recipe)
    rows = [0, 7, 30]
    batch = student.rows.train.batch(rows)
    outputs = student.model(batch.ids, batch.mask)
    goals = matching.goals(rows, batch.ids.device)
    assert torch.allclose(goals[-1], teacher.norm(teacher(batch.ids, batch.mask).states), atol=1e-2)
    distance = matching.loss(torch.tensor(0.0), outputs, rows, batch)
    # states of mean 0 and variance 1 on one side, hardly anything on the other
    assert 0.5 < float(distance.detach()) < 2
    both = matching.loss(torch.tensor(2.0), outputs, rows, batch)
    assert float((both - distance).detach()) == pytest.approx(2 * recipe.match.labels)
    matching.fit_maps(student.model, student.rows.train)
    outputs = student.model(batch.ids, batch.mask)
    fitted = matching.loss(torch.tensor(0.0), outputs, rows, batch)
    assert float(fitted.detach()) < 0.7 * float(distance.detach())


def test_other_weights_than_those_that_judged_are_refused(tiny_run: Path, tmp_path: Path, data_folder: Path) -> None:
    assert data_folder.is_dir()
    run, lessons = tmp_path / "run", tmp_path / "lessons.npz"
    shutil.copytree(tiny_run, run, ignore=shutil.ignore_patterns("bundle"))
    distill(ROOT / "configs" / "tiny.yaml", {"headline": 5}, 0, run, lessons)
    state = torch.load(run / "float.pt", weights_only=True)
    state["average"]["heads.sensationalism.bias"] += 1
    torch.save(state, run / "float.pt")
    with pytest.raises(InputError, match="other weights made the judgements"):
        open_teacher(load_recipe(ROOT / "configs" / "tiny.yaml"), run / "float.pt", str(lessons))
