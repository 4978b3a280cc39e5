"""`scorer retrain` from a labelled file to a bundle: a tiny encoder trained for real."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import onnx
import pytest
from conftest import ROOT, SCORER
from onnx import numpy_helper
from retrain_samples import binary_file, graded_file, headlines, write_bundle, write_rows
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

from scorer import Scorer
from scorer.bundle import DEFAULT_BUNDLE, HASHED_FILES, SEEN_FILE, load_bundle
from scorer.corpus.inputs import Reading
from scorer.corpus.run import Job as CorpusJob
from scorer.corpus.run import run as run_corpus
from scorer.errors import InputError
from scorer.terminal import model_card
from training.retrain.job import Job
from training.retrain.run import retrain
from training.retrain.run_folder import open_run
from training.retrain.wanted import Wanted

HOT = "Fury over bus lanes in Oldmere before winter"
CALM = "Notice over bus lanes in Oldmere before winter"


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle to start from."""
    return write_bundle(tmp_path_factory.mktemp("retrain") / "tiny")


def job_of(tiny: Path, source: Path, name: str = "out", **options: object) -> Job:
    values = {"model": str(tiny), "mode": "frozen", "threads": 1, **options}
    return Job(str(source), source.parent / name, **values)  # type: ignore[arg-type]


def silent(line: str) -> None:
    assert line


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_frozen_head_is_new_and_leaves_every_other_score_as_it_was(tiny: Path, tmp_path: Path) -> None:
    shown: list[str] = []
    job = job_of(tiny, graded_file(tmp_path / "rows.csv"))
    outcome = retrain(job, shown.append)
    assert outcome.name == "urgency"
    assert "Pearson" in outcome.card
    assert any("held out" in line for line in shown)
    scorer, before = Scorer.load(job.out, 1), Scorer.load(tiny, 1)
    hot, calm = scorer.headlines([HOT, CALM])
    assert hot.labels["urgency"].value > calm.labels["urgency"].value + 1  # type: ignore[operator]
    assert hot.sensationalism == before.headlines([HOT, CALM])[0].sensationalism
    names = set(content(job.out))
    reports = {"report.json", "report.html", "report.md"}
    assert names == {"config.json", *HASHED_FILES, SEEN_FILE, "heads/urgency.json", *reports}
    assert not job.out.with_name("out.part").exists()
    run = {path.name for path in job.run_folder.iterdir()}
    assert {"run.json", "log.jsonl", "metrics.json"} <= run
    assert not [name for name in run if name.endswith((".pt", ".npz"))]
    facts = load_bundle(job.out).info["retrained"]
    assert facts["figures"]["model"]["pearson"]["value"] > facts["figures"]["other"]["pearson"]["value"]
    assert [point["rows"] for point in facts["learning_curve"]] == sorted(
        point["rows"] for point in facts["learning_curve"]
    )
    assert str(tmp_path) not in (job.out / "report.html").read_text(encoding="utf-8")
    assert "urgency" in model_card(load_bundle(job.out))


def test_the_report_follows_its_schema(tiny: Path, tmp_path: Path, validate: Callable[..., None]) -> None:
    job = job_of(tiny, binary_file(tmp_path / "rows.csv"))
    retrain(job, silent)
    validate("report.json", json.loads((job.out / "report.json").read_text(encoding="utf-8")))
    hot, calm = Scorer.load(job.out, 1).headlines([HOT, CALM])
    assert hot.labels["urgent"].present
    assert not calm.labels["urgent"].present


@pytest.mark.parametrize("kind", ["classes", "labels", "phrases"])
def test_other_kinds_of_labels_get_a_head_too(
    tiny: Path, tmp_path: Path, kind: str, validate: Callable[..., None]
) -> None:
    texts = headlines(90)
    if kind == "classes":
        rows = [(text, text.split(" over ")[0] if hot else "calm") for text, hot in texts]
        rows = [(text, label if label in ("calm", "Fury") else "other") for text, label in rows]
    elif kind == "labels":
        rows = [
            (text, ";".join(["hot"] * hot + ["wet"] * ("river" in text or "harbour" in text))) for text, hot in texts
        ]
        rows = [(text, label or "none") for text, label in rows]
    else:
        rows = [(text, text.split(" over ")[0] if hot else "-") for text, hot in texts]
    source = write_rows(tmp_path / "rows.csv", ("headline", "marks"), rows)
    wanted = Wanted(kind=kind, separator=";" if kind == "labels" else None)  # type: ignore[arg-type]
    job = job_of(tiny, source, wanted=wanted)
    outcome = retrain(job, silent)
    hot, calm = Scorer.load(job.out, 1).headlines([HOT, CALM])
    found, other = hot.labels["marks"], calm.labels["marks"]
    validate("headline.json", hot.to_dict())
    assert outcome.card
    if kind == "phrases":
        assert [phrase.text for phrase in found.phrases] == ["Fury"]
        assert not other.phrases
        assert json.loads((job.out / "report.json").read_text(encoding="utf-8"))["figures"]["model"]["value"] > 0.5
    elif kind == "classes":
        assert found.present == ("fury",)
        assert other.present == ("calm",)
    else:
        assert "hot" in found.present
        assert "hot" not in other.present


def tensors(folder: Path) -> dict[str, bytes]:
    graph = onnx.load(str(folder / "model.onnx")).graph
    return {found.name: numpy_helper.to_array(found).tobytes() for found in graph.initializer}


@pytest.mark.parametrize("head", ["sensationalism", "clickbait", "alarm", "bias"])
def test_a_refined_head_changes_and_nothing_else_does(tiny: Path, tmp_path: Path, head: str) -> None:
    job = job_of(tiny, graded_file(tmp_path / "rows.csv"), head=head)
    retrain(job, silent)
    before, after = tensors(tiny), tensors(job.out)
    graph = "devices" if head == "alarm" else head
    assert {name for name in before if before[name] != after[name]} == {f"heads.{graph}.weight", f"heads.{graph}.bias"}
    facts = load_bundle(job.out).info["retrained"]["figures"]
    assert facts["model"]["pearson"]["value"] > facts["other"]["pearson"]["value"]
    assert not Scorer.load(job.out, 1).headline(HOT).labels


def test_a_frame_can_be_refined(tiny: Path, tmp_path: Path) -> None:
    job = job_of(tiny, binary_file(tmp_path / "rows.csv"), head="crime")
    retrain(job, silent)
    assert load_bundle(job.out).frames != load_bundle(tiny).frames


def test_fine_tuning_is_repeatable_survives_a_stop_and_says_what_moved(tiny: Path, tmp_path: Path) -> None:
    source = graded_file(tmp_path / "rows.csv")
    whole = job_of(tiny, source, "whole", mode="fine-tune", epochs=2, seeds=2)
    retrain(whole, silent)
    facts = load_bundle(whole.out).info["retrained"]
    assert facts["fine_tuned"]
    assert min(facts["moved"].values()) > 0.5
    assert len(facts["seeds"]) == 2
    hot, calm = (result.labels["urgency"].value for result in Scorer.load(whole.out, 1).headlines([HOT, CALM]))
    assert hot > calm + 1  # type: ignore[operator]

    stopped = replace(whole, out=tmp_path / "stopped")
    for moment in ("fold-2, epoch 1", "final-0, epoch 1", "Measuring"):

        def stop(line: str, moment: str = moment) -> None:
            if line.startswith(moment):
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            retrain(replace(stopped, resume=stopped.run_folder.exists()), stop)
        assert not stopped.out.exists()
    retrain(replace(stopped, resume=True), silent)
    assert content(stopped.out) == content(whole.out)
    events = (stopped.run_folder / "log.jsonl").read_text(encoding="utf-8")
    assert '"resumed"' in events


def test_a_killed_run_goes_on_to_the_same_model(
    tiny: Path, tmp_path: Path, run_scorer: Callable[..., subprocess.CompletedProcess[bytes]]
) -> None:
    source = graded_file(tmp_path / "rows.csv")
    options = ("--model", str(tiny), "--threads", "1", "--fine-tune", "--epochs", "2")
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    assert run_scorer("retrain", str(source), "--out", str(whole), *options).returncode == 0
    command = [str(SCORER), "retrain", str(source), "--out", str(killed), *options]
    for moment in ("fold-1, epoch 1", "fold-3, epoch 2", "final-0, epoch 1"):
        resume = ["--resume"] if moment != "fold-1, epoch 1" else []
        with subprocess.Popen([*command, *resume], stderr=subprocess.PIPE, text=True) as run:
            assert run.stderr is not None
            assert any(moment in line for line in run.stderr)
            run.kill()
        assert run.returncode == -signal.SIGKILL
        assert not killed.exists()
    assert run_scorer("retrain", str(source), "--out", str(killed), *options, "--resume").returncode == 0
    assert content(killed) == content(whole)


def test_a_run_is_only_resumed_as_it_was_started(tiny: Path, tmp_path: Path) -> None:
    source = graded_file(tmp_path / "rows.csv")
    job = job_of(tiny, source)
    with pytest.raises(InputError, match="holds no run to resume"):
        retrain(replace(job, resume=True), silent)
    retrain(job, silent)
    with pytest.raises(InputError, match="is there already"):
        retrain(job, silent)
    again = replace(job, out=tmp_path / "again", run=job.run_folder)
    with pytest.raises(InputError, match="holds a run already"):
        retrain(again, silent)
    with pytest.raises(InputError, match=r"started otherwise \(--seed: 0, now 1\)"):
        retrain(replace(again, resume=True, seed=1), silent)
    graded_file(source, 91)
    with pytest.raises(InputError, match=r"started otherwise \(the labelled file"):
        retrain(replace(again, resume=True), silent)


def test_a_run_that_was_refused_before_it_came_to_anything_may_be_begun_anew(tmp_path: Path) -> None:
    open_run(tmp_path / "run", {"--head": "bias"}, resume=False)
    open_run(tmp_path / "run", {"--head": "other"}, resume=False)
    (tmp_path / "run" / "fold-0.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputError, match="holds a run already"):
        open_run(tmp_path / "run", {"--head": "other"}, resume=False)


def test_a_second_head_joins_the_first_and_fine_tuning_would_lose_it(tiny: Path, tmp_path: Path) -> None:
    first = job_of(tiny, graded_file(tmp_path / "rows.csv"))
    retrain(first, silent)
    second = job_of(first.out, binary_file(tmp_path / "more.csv", 130), "second", mode="auto")
    retrain(second, silent)
    label = Scorer.load(second.out, 1).headline(HOT).labels
    assert list(label) == ["urgency", "urgent"]
    assert label["urgency"] == Scorer.load(first.out, 1).headline(HOT).labels["urgency"]
    with pytest.raises(InputError, match="has heads of its own"):
        retrain(replace(second, out=tmp_path / "third", mode="fine-tune"), silent)


def test_another_encoder_is_taught_the_heads(tiny: Path, tmp_path: Path) -> None:
    encoder = tmp_path / "encoder"
    sizes = {"hidden_size": 48, "num_hidden_layers": 1, "num_attention_heads": 3, "intermediate_size": 64}
    BertModel(BertConfig(**sizes), add_pooling_layer=False).save_pretrained(encoder)
    Tokenizer.from_file(str(DEFAULT_BUNDLE / "tokenizer.json")).save(str(encoder / "tokenizer.json"))
    job = job_of(tiny, graded_file(tmp_path / "rows.csv"), encoder=str(encoder))
    retrain(job, silent)
    scorer = Scorer.load(job.out, 1)
    assert scorer.runtime.hidden == 48
    assert scorer.headline(HOT).labels["urgency"].value is not None
    assert load_bundle(job.out).info["retrained"]["moved"]["sensationalism"] is not None
    with pytest.raises(InputError, match=r"tokenizer\.json"):
        retrain(replace(job, out=tmp_path / "none", encoder=str(tmp_path)), silent)


def test_labels_that_do_not_fit_a_shipped_head_are_refused(tiny: Path, tmp_path: Path) -> None:
    job = job_of(tiny, binary_file(tmp_path / "rows.csv"), head="sensationalism")
    with pytest.raises(InputError, match="whose labels are grades; yours are binary"):
        retrain(job, silent)


def test_a_corpus_gets_a_column(tiny: Path, tmp_path: Path) -> None:
    job = job_of(tiny, graded_file(tmp_path / "rows.csv"))
    retrain(job, silent)
    texts = write_rows(tmp_path / "texts.csv", ("headline", "labels_urgency"), [(HOT, "x"), ("", "y"), (CALM, "z")])
    for name in ("scored.csv", "scored.jsonl"):
        run_corpus(CorpusJob(Reading((str(texts),)), tmp_path / name, model=str(job.out), threads=1))
    header, first, *_ = (tmp_path / "scored.csv").read_text(encoding="utf-8").splitlines()
    row = dict(zip(header.split(","), first.split(","), strict=True))
    assert row["input_labels_urgency"] == "x"
    value = Scorer.load(job.out, 1).headline(HOT).to_dict()["labels"]["urgency"]["value"]
    assert float(row["labels_urgency"]) == value
    line = json.loads((tmp_path / "scored.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert line["labels"]["urgency"]["value"] == value


def test_the_command_trains_and_says_what_to_do_next(
    tiny: Path, tmp_path: Path, run_scorer: Callable[..., subprocess.CompletedProcess[bytes]]
) -> None:
    source, out = graded_file(tmp_path / "rows.csv"), tmp_path / "my model"
    options = ("--model", str(tiny), "--threads", "1", "--frozen", "--head", "hurry")
    done = run_scorer("retrain", str(source), "--out", str(out), *options)
    assert done.returncode == 0, done.stderr.decode()
    assert b"Pearson" in done.stdout
    said = done.stderr.decode()
    assert "column 'urgency'" in said
    assert f"scorer headline --model '{out}' -- " in said
    assert "Error" not in said
    after = run_scorer("headline", "--model", str(out), HOT)
    assert "hurry" in after.stdout.decode()
    refused = run_scorer("retrain", str(source), "--out", str(out))
    assert refused.returncode == 2
    assert "is there already" in refused.stderr.decode()


def test_a_missing_extra_is_one_sentence(tmp_path: Path) -> None:
    code = "import sys; sys.modules['torch'] = None; from scorer.cli import main; main()"
    command = [sys.executable, "-c", code, "retrain", str(graded_file(tmp_path / "rows.csv")), "--out", "x"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=os.environ)
    assert done.returncode == 2
    assert done.stderr.strip() == (
        "scorer: retraining needs torch, which is not installed: pip install 'headline-scorer[train]'."
    )
