"""Exactly once: a run may be killed at any moment, and what `--resume` finishes is what an undisturbed run gives."""

import json
import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import SCORER

from scorer.corpus.inputs import Reading
from scorer.corpus.run import Job, run
from scorer.corpus.workspace import Workspace, differences
from scorer.errors import InputError

Run = Callable[..., subprocess.CompletedProcess[bytes]]
#: Kills over one job; the figures in the notes were made with SCORER_KILLS=20.
KILLS = int(os.environ.get("SCORER_KILLS", "3"))
ENDINGS = ("as council dithers", "and nobody knows why", "for the third time", "after row over bins", "at dawn")


def make_corpus(path: Path, rows: int) -> Path:
    """A corpus most of whose rows are refused without a look by the model, so that it has many parts and runs soon."""
    chance = random.Random(5)
    lines = []
    for row in range(rows):
        text = f"Ferry {row} sinks off Wold {chance.choice(ENDINGS)}" if row % 30 == 0 else str(row)
        if path.suffix == ".csv":
            lines.append(f'{row},"{text}",Daily Fen' + (",extra" if row % 500 == 7 else ""))
        else:
            lines.append(json.dumps({"id": row, "headline": text}) if row % 500 != 7 else "{broken")
    path.write_text("\n".join(["id,headline,outlet"] * (path.suffix == ".csv") + lines) + "\n", encoding="utf-8")
    return path


def content(path: Path) -> object:
    """What two results must share: bytes of JSONL, rows of Parquet."""
    if path.suffix == ".parquet":
        from pyarrow import parquet

        return parquet.read_table(path)
    return path.read_bytes()


def rejects(out: Path) -> bytes:
    return out.with_name(out.name + ".rejects.jsonl").read_bytes()


@pytest.mark.parametrize(("kind", "result"), [("csv", "parquet"), ("jsonl", "jsonl")])
def test_kills_at_random_moments_leave_no_trace(tmp_path: Path, kind: str, result: str) -> None:
    if result == "parquet":
        pytest.importorskip("pyarrow")
    path = make_corpus(tmp_path / f"in.{kind}", 4000)
    whole, out = tmp_path / f"whole.{result}", tmp_path / f"out.{result}"
    start = time.perf_counter()
    subprocess.run([SCORER, "corpus", str(path), "--out", str(whole)], check=True, capture_output=True)
    took = time.perf_counter() - start
    chance, kills = random.Random(), 0
    command = [SCORER, "corpus", str(path), "--out", str(out), "--resume"]
    while True:
        with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
            try:
                # the start-up is never the interesting moment, so most kills come after it
                process.wait(timeout=chance.uniform(0.2, 1.1) * took if kills < KILLS else None)
            except subprocess.TimeoutExpired:
                process.kill()
                kills += 1
            process.wait()
            assert process.stderr is not None
            message = process.stderr.read().decode()
            if process.returncode == 0 and kills >= KILLS:
                break
            assert process.returncode in (0, -signal.SIGKILL), message
            if process.returncode == 0:  # finished before the kill: once more from the beginning
                assert content(out) == content(whole)
                out.unlink()
                out.with_name(out.name + ".rejects.jsonl").unlink()
    assert content(out) == content(whole)
    assert rejects(out) == rejects(whole)
    assert not out.with_name(out.name + ".partial").exists()


@pytest.fixture
def stopped(tmp_path: Path) -> Job:
    """A job of which two parts are done."""
    job = Job(Reading((str(make_corpus(tmp_path / "in.csv", 3000)),)), tmp_path / "out.csv")

    def stop(progress: object) -> None:
        if getattr(progress, "rows", 0) > 1500:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(job, stop)
    assert len(Workspace(job.out).parts()) == 2
    assert not job.out.exists()
    return job


def go_on(job: Job, **changes: object) -> Job:
    from dataclasses import replace

    return replace(job, resume=True, **changes)  # type: ignore[arg-type]


def test_only_what_is_missing_is_scored(stopped: Job) -> None:
    summary = run(go_on(stopped))
    assert summary is not None
    assert summary.tally.rows == 2994
    assert summary.tally.rejected == 6
    assert summary.scored < 1000
    assert run(go_on(stopped)) is None


def test_an_unfinished_run_is_not_touched_unasked(stopped: Job) -> None:
    with pytest.raises(InputError, match="go on with it by --resume, or drop it by --overwrite"):
        run(stopped)
    assert len(Workspace(stopped.out).parts()) == 2


def test_a_lost_part_is_made_again(stopped: Job) -> None:
    Workspace(stopped.out).part(0).unlink()
    summary = run(go_on(stopped))
    assert summary is not None
    assert summary.tally.rows == 2994


def test_two_runs_do_not_share_a_folder(stopped: Job) -> None:
    with Workspace(stopped.out) as other:
        other.lock()
        with pytest.raises(InputError, match="another run is at work"):
            run(go_on(stopped))


def test_a_change_is_named(stopped: Job, tmp_path: Path) -> None:
    reading = Reading(stopped.reading.inputs, headline_column="outlet")
    with pytest.raises(InputError, match="--headline-col was None, is outlet"):
        run(go_on(stopped, reading=reading))
    with pytest.raises(InputError, match="--shard was 1/1, is 1/2"):
        run(go_on(stopped, shard=(1, 2)))
    text = (tmp_path / "in.csv").read_text(encoding="utf-8")
    (tmp_path / "in.csv").write_text(text.replace("Ferry 0 sinks", "Ferry 0 winks"), encoding="utf-8")
    with pytest.raises(InputError, match=r"the input \S+in.csv changed"):
        run(go_on(stopped))
    (tmp_path / "in.csv").write_text(text, encoding="utf-8")
    assert run(go_on(stopped)) is not None


def test_another_model_or_list_of_inputs_is_named() -> None:
    def identity(model: str, *names: str) -> dict[str, object]:
        inputs = [{"name": name, "sha256": "1"} for name in names]
        return {
            "inputs": inputs,
            "options": {},
            "model": {"name": "m", "version": "1", "sha256": model},
            "program": "1",
        }

    assert differences(identity("aa", "a", "b"), identity("aa", "a", "b")) == []
    assert differences(identity("aa", "a"), identity("bb", "a")) == ["the model was m 1 (aa), is m 1 (bb)"]
    assert differences(identity("aa", "a"), identity("aa", "b")) == [
        "the input a is gone from the list",
        "the input b is new",
    ]
    assert differences(identity("aa", "a", "b"), identity("aa", "b", "a")) == ["the inputs are in another order"]


def test_a_result_is_not_replaced_unasked(stopped: Job) -> None:
    summary = run(go_on(stopped))
    assert summary is not None
    before = stopped.out.read_bytes()
    with pytest.raises(InputError, match="exists already; name another --out, or replace it by --overwrite"):
        run(stopped)
    assert stopped.out.read_bytes() == before
    from dataclasses import replace

    Path(stopped.reading.inputs[0]).write_text("headline\nMayor quits\n", encoding="utf-8")
    assert run(replace(stopped, overwrite=True)) is not None
    assert len(stopped.out.read_text(encoding="utf-8").splitlines()) == 2
    assert not stopped.out.with_name("out.csv.rejects.jsonl").exists()


@pytest.mark.parametrize("left", [("publishing", "rejects", "result"), ("publishing", "result"), ("publishing",)])
def test_a_kill_between_the_last_renames_is_finished(stopped: Job, left: tuple[str, ...], tmp_path: Path) -> None:
    summary = run(go_on(stopped))
    assert summary is not None
    finished, bad = stopped.out.read_bytes(), rejects(stopped.out)
    folder = tmp_path / "out.csv.partial"
    folder.mkdir()
    (folder / "publishing").write_text(summary.tally.to_json() + "\n", encoding="utf-8")
    if "result" in left:
        shutil.move(stopped.out, folder / "result")
    if "rejects" in left:
        shutil.move(tmp_path / "out.csv.rejects.jsonl", folder / "rejects")
    again = run(go_on(stopped))
    assert again is not None
    assert again.tally == summary.tally
    assert (stopped.out.read_bytes(), rejects(stopped.out)) == (finished, bad)
    assert not folder.exists()


def test_an_interrupt_says_how_to_go_on(tmp_path: Path, run_scorer: Run) -> None:
    path, out = make_corpus(tmp_path / "in.csv", 8000), tmp_path / "out.csv"
    with subprocess.Popen([SCORER, "corpus", str(path), "--out", str(out)], stderr=subprocess.PIPE) as process:
        while not list(tmp_path.glob("out.csv.partial/part-*.jsonl")) and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 130
        assert process.stderr is not None
        message = process.stderr.read().decode()
    assert f"Stopped; what is done is kept in {out}.partial: go on with --resume." in message
    assert "Traceback" not in message
    assert run_scorer("corpus", str(path), "--out", str(out), "--resume").returncode == 0
    assert out.exists()
