"""`--engine ray` on a local cluster of two workers gives the rows that one machine gives."""

import importlib.util
import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from scorer.corpus.inputs import Reading
from scorer.corpus.run import Job
from scorer.distributed import worker_count
from scorer.errors import InputError

Run = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="two workers need two processors")
@pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="Ray is not installed: pip install '.[ray]'")
def test_two_workers_give_the_rows_of_one_machine(run_scorer: Run, tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    lines = (
        f"{row},{f'Ferry {row} sinks off Wold as mayor dithers' if row % 60 == 0 else row}\n" for row in range(4000)
    )
    path.write_text("id,headline\n" + "".join(lines) + "4000,one,too many\n", encoding="utf-8")
    here, there = tmp_path / "here.jsonl", tmp_path / "there.jsonl"
    assert run_scorer("corpus", str(path), "--out", str(here)).returncode == 0
    done = run_scorer("corpus", str(path), "--out", str(there), "--engine", "ray", "--workers", "2")
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    assert there.read_bytes() == here.read_bytes()
    rejects = [out.with_name(out.name + ".rejects.jsonl").read_bytes() for out in (here, there)]
    assert rejects[0] == rejects[1] != b""


@pytest.mark.parametrize(("asked", "started"), [(None, 4), (2, 2)])
def test_no_more_workers_than_the_cluster_has_room_for(asked: int | None, started: int) -> None:
    job = Job(Reading(()), Path("out.csv"), workers=asked)
    assert worker_count(job, processors=4) == started
    with pytest.raises(InputError, match="a worker needs one"):
        worker_count(replace(job, workers=5), processors=4)
