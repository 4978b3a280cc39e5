"""What `scorer corpus` costs over the scorer alone, and its memory as rows grow: `python tests/bench/corpus.py`.

Texts are taken at run time from the data folder, nothing is kept. For memory the first windows are full of headlines;
after that one row in a hundred is, and the others are refused without the model, to save time.
"""

import argparse
import csv
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from throughput import pool_texts

from scorer import Scorer
from scorer.corpus.inputs import Reading
from scorer.corpus.run import Job, run


def seconds(work: Callable[[], object]) -> tuple[float, float]:
    """Wall time and processor time of one run; the second does not depend on what else the machine does."""
    start, spent = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - start, time.process_time() - spent


def write_table(path: Path, texts: list[str], rows: int) -> Path:
    """A CSV of `rows` rows: first all texts, then one of them in every hundred rows."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["id", "headline", "outlet", "note"])
        for row in range(rows):
            text = texts[row % len(texts)] if row < len(texts) or row % 100 == 0 else str(row)
            table.writerow([row, text, "Daily Fen", "a column that is carried through " * 4])
    return path


def overhead(folder: Path, texts: list[str], rounds: int) -> None:
    """Rows a second of the scorer alone and of the whole run, in turn, so that a busy machine slows both alike."""
    path = write_table(folder / "in.csv", texts, len(texts))
    scorer = Scorer.load()
    scorer.headlines(texts[:64])
    whole = {name: Job(Reading((str(path),)), folder / name, overwrite=True) for name in ("out.csv", "out.jsonl")}
    works: dict[str, Callable[[], object]] = {"Scorer.headlines alone": lambda: scorer.headlines(texts)}
    works |= {f"corpus to {name}": partial(run, job) for name, job in whole.items()}
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            times[name].append(seconds(work))
    medians = {
        name: [statistics.median(column) for column in zip(*found, strict=True)] for name, found in times.items()
    }
    base, spent = medians["Scorer.headlines alone"]
    for name, (wall, processor) in medians.items():
        rate = f"{len(texts) / wall:6.0f} rows/s"
        sys.stdout.write(
            f"{name:24} {rate}  {wall / base:5.2f} x the time, {processor / spent:5.2f} x the processor time\n"
        )


def peak_memory(folder: Path, texts: list[str], rows: int) -> float:
    """Peak memory in MB of the command over a corpus of so many rows, measured in a process of its own."""
    path = write_table(folder / f"{rows}.csv", texts[:2048], rows)
    command = [sys.executable, "-m", "scorer.cli", "corpus", str(path), "--out", str(folder / f"{rows}.jsonl")]
    code = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stderr=subprocess.DEVNULL)"
    code += "; print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    done = subprocess.run([sys.executable, "-c", code, *command], check=True, capture_output=True, text=True)
    return int(done.stdout) / 1024


def main() -> None:
    """Print ratios and memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", type=int, nargs="*", default=[10_000, 100_000], help="numbers of rows")
    arguments = parser.parse_args()
    pool = pool_texts(4 * arguments.rows)
    texts = random.Random(13).sample(pool, arguments.rows)
    with tempfile.TemporaryDirectory() as name:
        overhead(Path(name), texts, arguments.rounds)
        for rows in arguments.memory:
            sys.stdout.write(f"peak memory, {rows:9,} rows {peak_memory(Path(name), texts, rows):8.0f} MB\n")


if __name__ == "__main__":
    main()
