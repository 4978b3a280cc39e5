"""Suggesting rows to label: which ones, in which files, the same each time, and nothing lost on the way."""

import csv
import json
import subprocess
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import ROOT
from evaluate_samples import labelled_headlines, made_judged, write_csv
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from scorer.errors import InputError
from scorer.labels import FRAMES
from scorer.suggest import RANDOM, UNSURE, Suggestion, Task, spread_out, suggest, uncertainty
from scorer.suggest_files import labelling_config, write_suggestion

Run = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture(scope="module")
def unlabelled(tmp_path_factory: pytest.TempPathFactory) -> str:
    rows: list[dict[str, Any]] = [{**row, "text": "body", "row": "r"} for row in labelled_headlines()]
    odd = ("LIBRARY in Wold opens on Sundays, from May!", "", "Home | News | Sport | Weather")
    rows += [{**rows[0], "headline": text} for text in odd]
    return write_csv(tmp_path_factory.mktemp("pool") / "pool.csv", rows)


@pytest.fixture(scope="module")
def found(unlabelled: str) -> Suggestion:
    return suggest(Task(unlabelled, wanted=20, random=0.25))


def texts_of(found: Suggestion, why: str) -> set[str]:
    return {pick.text for pick in found.picks if pick.why == why}


def test_rows_are_unsure_or_drawn_and_the_rest_is_counted(found: Suggestion) -> None:
    assert Counter(pick.why for pick in found.picks) == {UNSURE: 15, RANDOM: 5}
    assert len({pick.row for pick in found.picks}) == 20
    assert (found.rows, found.judged) == (75, 72)
    assert found.left_out == {
        "near-duplicate of an earlier row": 1,
        "missing text": 1,
        "not judged: not_a_headline": 1,
    }
    unsure, drawn = ([pick.uncertainty for pick in found.picks if pick.why == why] for why in (UNSURE, RANDOM))
    assert np.mean(unsure) > np.mean(drawn)


def test_the_same_seed_gives_the_same_rows_and_another_draws_others(unlabelled: str, found: Suggestion) -> None:
    task = Task(unlabelled, wanted=20, random=0.25)
    assert suggest(task) == found
    assert texts_of(suggest(replace(task, seed=1)), RANDOM) != texts_of(found, RANDOM)


def test_the_rows_drawn_do_not_depend_on_their_order_in_the_file(
    unlabelled: str, found: Suggestion, tmp_path: Path
) -> None:
    with Path(unlabelled).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))[:72]
    turned = suggest(Task(write_csv(tmp_path / "turned.csv", rows[::-1]), wanted=20, random=0.25))
    assert texts_of(turned, RANDOM) == texts_of(found, RANDOM)


def test_more_rows_than_there_are_gives_all_of_them(unlabelled: str) -> None:
    assert len({pick.row for pick in suggest(Task(unlabelled, wanted=500)).picks}) == 72


@settings(max_examples=50, deadline=None)
@given(
    points=arrays(np.float64, (12, 3), elements=st.floats(-1, 1)),
    weights=arrays(np.float64, 12, elements=st.floats(0, 1)),
    count=st.integers(0, 15),
)
def test_spreading_picks_each_point_once(points: Any, weights: Any, count: int) -> None:
    picked = spread_out(points[2:], weights[2:], points[:2], count)
    assert len(picked) == len(set(picked)) == min(count, 10)


def test_spreading_prefers_what_is_far_and_heavy() -> None:
    points = np.array([[1.0, 0], [0.999, 0.045], [0, 1.0], [-1.0, 0]])
    assert spread_out(points, np.array([1.0, 1.0, 0.9, 0.2]), np.empty((0, 2)), 2) == [0, 2]
    # beside a centre there already, its neighbours come last
    assert spread_out(points, np.ones(4), points[:1], 4)[-2:] == [1, 0]


def test_uncertainty_is_the_width_of_the_interval_or_the_entropy() -> None:
    likelihoods = np.array([[0.5], [0.0], [0.11]])
    assert uncertainty(made_judged(likelihoods, ["bias"])) == pytest.approx([1, 0, 0.4999], abs=1e-3)
    judged = made_judged(likelihoods, ["sensationalism"], interval=True)
    assert uncertainty(judged) == pytest.approx([0.2, 0.1, 0.21])


def test_tables_carry_every_column_through(unlabelled: str, found: Suggestion, tmp_path: Path) -> None:
    with Path(unlabelled).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    write_suggestion(found, tmp_path / "rows.csv")
    write_suggestion(found, tmp_path / "rows.jsonl")
    with (tmp_path / "rows.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    lines = [json.loads(line) for line in (tmp_path / "rows.jsonl").read_text(encoding="utf-8").splitlines()]
    for written, line, pick in zip(table, lines, found.picks, strict=True):
        original = rows[pick.row - 1]
        assert written["row"] == str(pick.row) == str(line["row"])
        assert written["input_row"] == line["input_row"] == original.pop("row")
        assert {name: written[name] for name in original} == original == {name: line[name] for name in original}
        assert written["picked"] == line["picked"] == pick.why
        assert float(written["model_says"]) == line["model_says"] == round(pick.grades[0], 1)


def test_tasks_are_in_the_form_of_label_studio(unlabelled: str, found: Suggestion, tmp_path: Path) -> None:
    write_suggestion(found, tmp_path / "tasks.json")
    tasks = json.loads((tmp_path / "tasks.json").read_text(encoding="utf-8"))
    for task, pick in zip(tasks, found.picks, strict=True):
        data, (prediction,) = task["data"], task["predictions"]
        assert data["text"] == pick.text
        assert data["input_text"] == "body"
        assert data["picked"] == pick.why
        assert prediction["model_version"] == f"{found.model.name} {found.model.version}"
        assert 0 <= prediction["score"] <= 1
        (result,) = prediction["result"]
        assert f'name="{result["from_name"]}" toName="{result["to_name"]}"' in labelling_config(found.head)
        assert result["value"] == {"number": round(pick.grades[0])}


def test_frames_are_suggested_with_the_names_of_those_that_are_there(tmp_path: Path) -> None:
    texts = (
        "The court struck down the law because it takes property without a hearing.",
        "Hospitals report that the vaccine has cut deaths among patients over seventy by half.",
        "Unemployment fell and wages rose, while the central bank left interest rates where they were.",
    )
    path = write_csv(tmp_path / "passages.csv", [{"passage": text} for text in texts])
    found = suggest(Task(path, wanted=3, head="frames"))
    write_suggestion(found, tmp_path / "tasks.json")
    tasks = json.loads((tmp_path / "tasks.json").read_text(encoding="utf-8"))
    chosen = [set(task["predictions"][0]["result"][0]["value"]["choices"]) for task in tasks]
    assert all(each <= set(FRAMES) for each in chosen)
    assert any(chosen)
    assert all(f'value="{frame}"' in labelling_config("frames") for frame in FRAMES)


def test_the_command_shows_what_it_did_and_keeps_what_is_there(
    run_scorer: Run, unlabelled: str, tmp_path: Path
) -> None:
    out = tmp_path / "to_label.csv"
    done = run_scorer("suggest", unlabelled, "--n", "10", "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert "10 rows to label, 8 of them uncertain and 2 drawn at random, from 72 different" in done.stderr.decode()
    first = out.read_bytes()
    again = run_scorer("suggest", unlabelled, "--n", "5", "--out", str(out))
    assert again.returncode == 2
    assert "may hold labels" in again.stderr.decode()
    assert out.read_bytes() == first
    assert run_scorer("suggest", unlabelled, "--n", "10", "--out", str(out), "--overwrite").returncode == 0
    assert out.read_bytes() == first
    assert [path.name for path in tmp_path.iterdir()] == ["to_label.csv"]


def test_the_example_in_the_readme_runs(run_scorer: Run, unlabelled: str, tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    line = next(line for line in readme.splitlines() if line.startswith("scorer suggest "))
    places = {"headlines.csv": unlabelled, "to_label.csv": str(tmp_path / "to_label.csv")}
    arguments = [places.get(word, word) for word in line.partition("#")[0].split()[1:]]
    done = run_scorer(*arguments)
    assert done.returncode == 0, done.stderr
    assert "72 rows to label" in done.stderr.decode()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nowhere.csv", "--out", "out.csv"), "nowhere.csv: no such file or folder"),
        (("{}", "--out", "out.xlsx"), "expected one of .csv, .tsv, .jsonl, .json"),
        (("{}", "--out", "missing/out.csv"), "the folder missing does not exist"),
        (("{}", "--out", "{}"), "is the input too"),
        (("{}", "--out", "out.csv", "--text-col", "titel"), "has no column 'titel' (--text-col)"),
        (("{}", "--out", "out.csv", "--text-col", "published"), "no row of 'published' can be judged"),
        (("{}", "--out", "out.csv", "--random", "nan"), "expected 1 or more, and 0 to 1"),
        (("{}", "--out", "out.csv", "--random", "2"), "--random"),
        (("{}", "--out", "out.csv", "--encoding", "klingon"), "no encoding known here"),
        (("{}", "--out", "out.csv", "--head", "sport"), "--head"),
    ],
)
def test_bad_usage_is_one_sentence_and_leaves_nothing(
    run_scorer: Run, unlabelled: str, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    places = [str(tmp_path / part) if part.startswith("out.") else part.replace("{}", unlabelled) for part in arguments]
    done = run_scorer("suggest", *places)
    assert done.returncode == 2
    assert message in done.stderr.decode()
    assert b"Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_file_of_nothing_but_bad_rows_is_one_sentence(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "pool.csv", [{"headline": "12 34 56"}, {"headline": ""}])
    with pytest.raises(InputError, match=r"no row of 'headline' can be judged \(1 .*\); is it the right column"):
        suggest(Task(path))
