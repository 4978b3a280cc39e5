"""Evaluation from a labelled file to its figures: the command, the figures by hand, the same bytes each time."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from evaluate_samples import labelled_headlines, made_guess, made_judged, made_sample, write_csv

from scorer import Scorer
from scorer.bundle import DEFAULT_BUNDLE
from scorer.errors import InputError
from scorer.evaluate import HEADS, baselines, heads, run
from scorer.evaluate.cells import Wanted
from scorer.evaluate.measure import (
    bands_of,
    binary_series,
    calibration_of,
    differences,
    graded_series,
    intervals_of,
    label_figures,
    risk_coverage,
    system_figures,
)
from scorer.evaluate.report import write_report
from scorer.evaluate.sample import constant_guess, guess_of
from scorer.evaluate.seen import hashes_of, write_seen
from scorer.evaluate.slices import MEASURED, group_column, slices_of
from scorer.evaluate.worst import worst_of
from scorer.labels import FRAMES

Run = Callable[..., subprocess.CompletedProcess[bytes]]
FILES = ["report.html", "report.json", "report.md"]


@pytest.fixture(scope="module")
def rated(tmp_path_factory: pytest.TempPathFactory) -> str:
    return write_csv(tmp_path_factory.mktemp("rated") / "rated.csv", labelled_headlines())


def test_the_command_writes_the_same_three_files_each_time(
    run_scorer: Run, validate: Callable[..., None], rated: str, tmp_path: Path
) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    done = run_scorer("evaluate", rated, "--out", str(first), "--rated-by", "people", "--compare", "shipped")
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in first.iterdir()) == FILES
    assert "Pearson’s r" in done.stdout.decode()
    assert "labels by people" in done.stdout.decode()
    assert b"Wrote report.json" in done.stderr
    write_report(run.evaluate(run.Task(rated, rated_by="people", compare="shipped", threads=1)), second)
    assert [(first / name).read_bytes() for name in FILES] == [(second / name).read_bytes() for name in FILES]
    report = json.loads((first / "report.json").read_bytes())
    validate("report.json", report)
    assert report["data"]["evaluated"] == 72
    assert report["figures"]["model"]["pearson"]["value"] > 0.5
    assert report["figures"]["constant"]["pearson"]["value"] is None
    assert report["differences"]["other"]["mae"] == {"value": 0, "low": 0, "high": 0, "n": 72, "p": 1}
    assert {each["by"] for each in report["slices"]} == {"outlet", "year", *MEASURED} - {"quotations"}


@pytest.mark.parametrize("command", ["evaluate", "diff"])
def test_the_commands_show_an_example(run_scorer: Run, command: str) -> None:
    assert f"Example: scorer {command}" in run_scorer(command, "--help").stdout.decode()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nowhere.csv", "--out", "out"), "nowhere.csv: no such file or folder"),
        (("{}", "--out", "{}"), "is a file; name the folder"),
        (("{}", "--out", "out", "--scale", "5"), "found 5, expected the lowest and the highest grade, as in 1,5"),
        (("{}", "--out", "out", "--where", "split"), "found split, expected COLUMN=VALUE"),
        (("{}", "--out", "out", "--label-col", "heat"), "has no column 'heat'"),
        (("{}", "--out", "out", "--head", "sport"), "--head"),
    ],
)
def test_bad_usage_is_one_sentence_and_leaves_nothing(
    run_scorer: Run, rated: str, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    named = [argument.replace("{}", rated) for argument in arguments]
    places = [str(tmp_path / part) if part == "out" else part for part in named]
    done = run_scorer("evaluate", *places)
    assert done.returncode == 2
    assert message in done.stderr.decode()
    assert b"Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_missing_library_is_one_sentence(monkeypatch: pytest.MonkeyPatch, rated: str) -> None:
    def missing(name: str) -> object:
        raise ImportError(name)

    monkeypatch.setattr("scorer.files.import_module", missing)
    with pytest.raises(InputError, match=r"needs sklearn, .* pip install 'headline-scorer\[report\]'"):
        run.evaluate(run.Task(rated))


def rows_of(count: int, texts: Callable[[int], str], **columns: Callable[[int], Any]) -> list[dict[str, Any]]:
    return [{"text": texts(n), **{name: column(n) for name, column in columns.items()}} for n in range(count)]


def test_abstentions_missing_labels_and_repeats_are_counted(tmp_path: Path) -> None:
    rows = rows_of(
        90,
        lambda n: "42" if n == 3 else f"Quarry at Skelby, plot {n % 60}, is sold for {n % 60} pounds",
        score=lambda n: "" if n % 2 else n % 60,
    )
    report = run.evaluate(run.Task(write_csv(tmp_path / "rated.csv", [*rows, {"text": "42", "score": 9}])))
    data = report.data
    assert (data.rows, data.evaluated, data.repeats) == (91, 30, 15)
    assert data.left_out == {"no label": 45}
    assert data.abstained == {"not_a_headline": 1}
    assert "tfidf" not in report.figures
    assert any("needs 50 different rows" in note for note in report.notes)


def test_near_duplicates_of_training_texts_are_counted_when_the_bundle_lists_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, rated: str, shipped: Scorer
) -> None:
    task = run.Task(rated, where=(("split", "dev"),))
    assert run.evaluate(task).data.seen == 0
    write_seen(tmp_path, hashes_of(["LIBRARY in Carrow opens on Sundays from May!", "Something else"]))
    taught = replace(shipped.bundle, folder=tmp_path)
    monkeypatch.setattr(run, "open_scorer", lambda *_: Scorer(taught, shipped.runtime))
    report = run.evaluate(task)
    assert report.data.seen == 1
    silent = replace(shipped.bundle, info={})
    monkeypatch.setattr(run, "open_scorer", lambda *_: Scorer(silent, shipped.runtime))
    assert run.evaluate(task).data.seen is None
    assert any("trained on: 1. Its figures are too good" in note for note in report.notes)


@pytest.mark.parametrize("head", HEADS)
def test_every_head_judges_and_says_what_it_cannot(shipped: Scorer, head: str) -> None:
    texts = ["Fury as heartless council axes the Wold ferry", "", "Der Bürgermeister von Wold tritt heute zurück"]
    found = heads.judge(shipped, head, [*texts, "The ferry to Wold runs every hour. " * 60])
    assert found.known[:3].tolist() == [True, False, False]
    assert found.abstained[1:3] == ("empty", "not_english")
    assert found.cut_short == (head in ("bias", "opinion", "frames", *FRAMES))
    assert np.isnan(found.grades[1:3]).all()
    assert 0 <= found.grades[0].min() <= found.grades[0].max() <= 100
    assert found.labels == (FRAMES if head == "frames" else (head,))
    with pytest.raises(InputError, match=r"judges none of the 2 texts \(the first: empty\)"):
        heads.judge(shipped, head, ["", " "])


def test_judging_agrees_with_scoring(shipped: Scorer) -> None:
    text = "Fury as heartless council axes the Wold ferry"
    score = shipped.headline(text)
    assert score.sensationalism is not None
    assert score.devices is not None
    found = heads.judge(shipped, "sensationalism", [text])
    assert found.low is not None
    assert (found.grades[0, 0], found.low[0]) == (score.sensationalism.score, score.sensationalism.low)
    assert heads.judge(shipped, "drama", [text]).grades[0, 0] == pytest.approx(100 * score.devices["drama"])
    sentence = shipped.article(f"{text}.", headline="x").body.sentences[0]
    found = heads.judge(shipped, "bias", [f"{text}."])
    assert found.grades[0, 0] == pytest.approx(100 * sentence.bias, abs=1e-4)
    assert found.likelihoods[0, 0] == pytest.approx(sentence.loaded, abs=1e-6)


def test_figures_of_grades_by_hand() -> None:
    truth, grades = np.array([0.0, 40.0, 80.0]), np.array([10.0, 40.0, 60.0])
    found = {name: s.measure(s.truth, s.predicted) for name, s in graded_series(truth, grades, "clickbait").items()}
    assert found["mae"] == pytest.approx(10)
    assert found["rmse"] == pytest.approx(np.sqrt(500 / 3))
    assert found["bias"] == pytest.approx(-10 / 3)
    assert found["mse_0_1"] == pytest.approx(0.05 / 3)
    assert found["f1_above_half"] == 1
    assert "mse_0_1" not in graded_series(truth, grades, "sensationalism")


def test_figures_of_yes_and_no_by_hand() -> None:
    truth, likelihoods = np.array([1.0, 1, 0, 0]), np.array([0.9, 0.4, 0.6, 0.1])
    series = binary_series(truth, likelihoods, (likelihoods > 0.5).astype(float))
    found = {name: s.measure(s.truth, s.predicted) for name, s in series.items()}
    assert found == pytest.approx(
        {"precision": 0.5, "recall": 0.5, "f1": 0.5, "auc": 0.75, "average_precision": 5 / 6, "accuracy": 0.5}
    )


def test_several_labels_and_classes_have_figures_for_each() -> None:
    generator = np.random.default_rng(0)
    truth = np.eye(3)[generator.integers(0, 3, 120)]
    likelihoods = 0.6 * truth + 0.4 * generator.random((120, 3))
    for kind, measures in (("classes", {"macro_f1", "micro_f1", "accuracy"}), ("several", {"macro_f1", "micro_f1"})):
        sample = made_sample(truth, likelihoods, kind, ("crime", "health", "culture"))
        guesses = {"model": guess_of(sample.model, kind), "constant": constant_guess(truth, kind)}
        figures = system_figures(sample, guesses)
        assert set(figures["model"]) == measures
        assert figures["model"]["macro_f1"].value > 0.9  # type: ignore[operator]
        each = label_figures(sample, guesses)
        assert [(part.label, part.positives) for part in each] == [
            (label, truth[:, column].sum()) for column, label in enumerate(sample.labels.names)
        ]
        assert each[0].figures["constant"]["auc"].value == 0.5
        assert each[0].figures["model"]["auc"].n == 120
    assert guess_of(sample.model, "classes").decisions.sum(axis=1).tolist() == [1] * 120


def test_a_commonest_answer_is_the_mean_the_majority_or_the_commonest_class() -> None:
    assert constant_guess(np.array([[0.0], [100.0], [20.0]]), "graded").grades.tolist() == [[40]] * 3
    assert constant_guess(np.array([[1.0], [1.0], [0.0]]), "binary").decisions.tolist() == [[1]] * 3
    classes = constant_guess(np.array([[1.0, 0, 0], [1, 0, 0], [0, 1, 0]]), "classes")
    assert classes.decisions.tolist() == [[1, 0, 0]] * 3
    assert constant_guess(np.array([[1.0, 0], [0, 0], [0, 0]]), "several").decisions.tolist() == [[0, 0]] * 3


def test_calibration_bands_and_intervals_by_hand() -> None:
    likelihoods = np.repeat([0.1, 0.5, 0.9], 40)[:, None]
    truth = np.repeat([20.0, 50.0, 80.0], 40)[:, None]
    sample = made_sample(truth, likelihoods, "graded", ("sensationalism",))
    found = calibration_of(sample, made_guess(sample))
    assert found.error is not None
    assert found.error.value == pytest.approx(20 / 3)
    assert found.brier is None
    assert [len(found.bins), found.bins[0].predicted, found.bins[0].truth.value] == [10, pytest.approx(10), 20]
    bands = {band.name: band for band in bands_of(sample)}
    assert [bands[name].bias.n for name in bands] == [40, 0, 40, 0, 40]
    assert [bands[name].bias.value for name in ("plain", "heightened", "extreme")] == pytest.approx([-10, 0, 10])
    assert bands["coloured"].bias.value is None
    assert bands["coloured"].width is None
    intervals = intervals_of(sample, 0.9)
    assert intervals is not None
    assert intervals.coverage.value == pytest.approx(1, abs=1e-9)
    assert intervals_of(made_sample(truth, likelihoods, "graded", ("drama",)), 0.9) is None


def test_a_score_that_is_no_probability_has_no_calibration_error() -> None:
    likelihoods, truth = np.array([[0.1], [0.4], [0.9]]), np.array([[0.0], [1.0], [1.0]])
    sample = made_sample(truth, likelihoods, "binary", ("sensationalism",))
    sample = replace(sample, model=made_judged(likelihoods, ("sensationalism",), calibrated=False))
    found = calibration_of(sample, guess_of(sample.model, "binary"))
    assert found.error is None
    assert found.brier is None
    assert len(found.bins) == 3


def test_leaving_out_unsure_rows_buys_what_it_should() -> None:
    likelihoods = np.concatenate([np.full(50, 0.95), np.full(50, 0.55)])[:, None]
    truth = np.concatenate([np.ones(50), np.tile([0.0, 1.0], 25)])[:, None]
    sample = made_sample(truth, likelihoods, "binary", ("drama",))
    points = {point.share: point.error for point in risk_coverage(sample, made_guess(sample))}
    assert [points[1.0].value, points[0.5].value, points[0.5].n] == [0.25, 0, 50]
    graded = made_sample(100 * truth, likelihoods, "graded", ("drama",))
    assert risk_coverage(graded, made_guess(graded)) == ()


def test_differences_are_the_model_minus_the_other() -> None:
    truth = np.linspace(0, 100, 60)[:, None]
    sample = made_sample(truth, truth / 100, "graded", ("drama",))
    found = differences(sample, {"model": made_guess(sample), "constant": constant_guess(truth, "graded")})
    assert found["constant"]["mae"].value == pytest.approx(-np.abs(truth - truth.mean()).mean())
    assert found["constant"]["mae"].p < 0.01  # type: ignore[operator]
    assert found["constant"]["pearson"].value is None


def test_slices_mark_small_groups_and_keep_every_row() -> None:
    rows = 100
    truth = np.tile([0.0, 100.0], rows // 2)[:, None]
    sample = made_sample(truth, truth / 100 * 0.5, "graded", ("drama",))
    cells = [{"outlet": "The Wold Echo" if n < 60 else f"Paper {n}", "when": f"{2000 + n % 2}-01"} for n in range(rows)]
    sample = replace(sample, rows=tuple(replace(r, cells=c) for r, c in zip(sample.rows, cells, strict=True)))
    found = slices_of(sample, made_guess(sample), ["outlet", "when", "label"], ["when"])
    by_name = {(each.by, each.value): each for each in found}
    assert sum(each.n for each in found if each.by == "outlet") == rows
    large, rest = by_name["outlet", "The Wold Echo"], by_name["outlet", "29 others"]
    assert (large.n, large.small, rest.n, rest.small) == (60, False, 29, True)
    assert (large.truth, large.predicted) == (50, 25)
    assert large.bias is not None
    assert large.bias.value == -25
    assert large.bias.low < -25 < large.bias.high  # type: ignore[operator]
    assert by_name["when", "2000-01"].n == 50
    assert group_column(["text", "Outlet"]) == "Outlet"


@pytest.mark.parametrize(
    ("text", "length", "quotations", "capitals"),
    [
        ("Mill sold", "up to 6 words", "nothing quoted", "no word in capitals"),
        ("Mayor: ‘Enough is enough, I quit’", "up to 6 words", "more than half quoted", "no word in capitals"),
        (
            "SHOCK as ‘cursed’ mill at Wold is sold AGAIN",
            "7 to 10 words",
            "up to half quoted",
            "up to a third in capitals",
        ),
        ("MILL SOLD", "up to 6 words", "nothing quoted", "more than a third in capitals"),
    ],
)
def test_what_a_text_tells_of_itself(text: str, length: str, quotations: str, capitals: str) -> None:
    found = {name: measured(text)[2:] for name, measured in MEASURED.items()}
    assert found == {"length": length, "quotations": quotations, "capitals": capitals}


def test_the_worst_errors_come_first_and_right_answers_never() -> None:
    truth = np.array([[0.0], [100.0], [50.0], [20.0]])
    sample = made_sample(truth, np.array([[0.9], [0.9], [0.5], [0.3]]), "graded", ("sensationalism",))
    found = worst_of(sample, made_guess(sample))
    assert [(each.row, each.error) for each in found] == [(1, 90), (2, pytest.approx(10)), (4, pytest.approx(10))]
    assert found[0].phrases[0].text == "Fury"
    yes_no = made_sample(truth[:2] / 100, np.array([[0.9], [0.9]]), "binary", ("drama",))
    assert [(each.truth, each.predicted) for each in worst_of(yes_no, made_guess(yes_no))] == [("no", "yes")]


def test_folds_never_part_a_group() -> None:
    groups = [f"outlet {number % 7}" for number in range(60)]
    held = []
    for learned, held_out in baselines.folds(groups):
        assert not {groups[row] for row in learned} & {groups[row] for row in held_out}
        held += held_out.tolist()
    assert sorted(held) == list(range(60))


def test_tfidf_learns_what_words_tell_and_nothing_from_noise() -> None:
    texts = [f"{'Fury and chaos' if n % 2 else 'Plain report'} on item {n} of the Wold list" for n in range(80)]
    truth = np.array([float(n % 2) for n in range(80)])
    features = baselines.tfidf().fit_transform(texts).tocsr()
    grades = baselines.tfidf_grades(features, 100 * truth, texts)
    assert np.corrcoef(grades, truth)[0, 1] > 0.95
    assert 0 <= grades.min() <= grades.max() <= 100
    likelihoods, decisions = baselines.tfidf_likelihoods(features, np.column_stack([truth, np.zeros(80)]), texts)
    assert (decisions[:, 0] == truth).mean() > 0.95
    assert likelihoods[:, 1].tolist() == [0] * 80


def test_frames_are_evaluated_from_a_file(tmp_path: Path, validate: Callable[..., None]) -> None:
    matter = {"health": "nurses and patients at the clinic", "crime": "the arrest of a thief by police"}
    rows = rows_of(
        60,
        lambda n: f"A report from Skelby, number {n}, tells of {matter[list(matter)[n % 2]]}.",
        frames=lambda n: list(matter)[n % 2] + (";economic" if n % 5 == 0 else ""),
    )
    report = run.evaluate(run.Task(write_csv(tmp_path / "p.csv", rows), Wanted()))
    assert report.data.kind == "several"
    assert [each.label for each in report.by_label] == ["economic", "crime", "health"]
    assert report.calibration.brier is not None
    assert report.risk_coverage == report.bands == ()
    validate("report.json", json.loads(json.dumps(report.to_dict())))


def test_the_shipped_model_has_a_name_of_its_own() -> None:
    assert heads.open_scorer("shipped", 1).bundle.folder == DEFAULT_BUNDLE
