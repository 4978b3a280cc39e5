"""Rows a second of `scorer corpus` by threads, processes and Ray workers: `python tests/bench/scaling.py`.

Every way scores the same headlines, start-up and writing included; texts are taken at run time from the data folder.
"""

import argparse
import csv
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from throughput import pool_texts

#: Ways to use a machine: how many cores each takes, and the options of the jobs that run side by side.
WAYS = {
    "one process, 1 thread": (1, [["--threads", "1"]]),
    "one process, 2 threads": (2, [["--threads", "2"]]),
    "2 processes of 1 thread": (2, [["--threads", "1", "--shard", f"{part}/2"] for part in (1, 2)]),
    "Ray, 1 worker of 1 thread": (1, [["--engine", "ray", "--workers", "1", "--threads", "1"]]),
    "Ray, 2 workers of 1 thread": (2, [["--engine", "ray", "--workers", "2", "--threads", "1"]]),
}


def run_jobs(table: Path, folder: Path, jobs: list[list[str]]) -> float:
    """Seconds until the last of some jobs over a table has ended."""
    start = time.perf_counter()
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "scorer.cli", "corpus", str(table), "--out", str(folder / f"{part}.csv"), *options],
            stderr=subprocess.DEVNULL,
        )
        for part, options in enumerate(jobs)
    ]
    if any(process.wait() for process in running):
        raise SystemExit(f"a job failed: {jobs}")
    return time.perf_counter() - start


def main() -> None:
    """Print rows a second and a core-hour for every way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=40_000)
    arguments = parser.parse_args()
    texts = pool_texts(arguments.rows)
    with tempfile.TemporaryDirectory() as name:
        table = Path(name) / "in.csv"
        with table.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([["headline"], *([text] for text in texts)])
        base = 0.0
        for way, (cores, jobs) in WAYS.items():
            folder = Path(name) / way
            folder.mkdir()
            rate = len(texts) / run_jobs(table, folder, jobs)
            base = base or rate
            million = rate * 3600 / cores / 1e6
            sys.stdout.write(f"{way:28} {rate:6.0f} rows/s {rate / base:5.2f}x {million:5.1f} million a core-hour\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
