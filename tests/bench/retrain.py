"""Retraining on the project's own data as if it were a user's: figures and times for the must-hold list.

`python tests/bench/retrain.py` runs all cases, `--case shipped-300 --mode frozen` one. Texts come from the data folder
at run time (SCORER_DATA). The shipped bundle was trained on the rows used here, so its cases flatter it: `--unseen
FOLDER` starts from a bundle trained without them, which it makes there first (about 15 minutes) where there is none.
"""

import argparse
import csv
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from scorer import Scorer
from scorer.evaluate.heads import judge_any
from scorer.metrics import bootstrap, f1, pearson
from training.__main__ import train
from training.config import Recipe, load_recipe
from training.retrain.job import Job
from training.retrain.run import retrain
from training.sources import data_root

Rows = Sequence[dict[str, str]]
PLAIN = "all-MiniLM-L6-v2"
ROOT = Path(__file__).resolve().parents[2]
HEADLINES = "rated/headlines.csv"


def read_rows(name: str) -> Rows:
    """The rows of a labelled file."""
    with (data_root() / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_rows(path: Path, rows: Rows, label: str, values: Sequence[object]) -> Path:
    """The texts with one label, as a user would have them."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("text", label))
        table.writerows(zip((row["text"] for row in rows), values, strict=True))
    return path


def unseen_bundle(folder: Path) -> Path:
    """A bundle that has seen none of the headlines used here, nor a teacher that has: trained in `folder` once.

    It has the shipped one's encoder, rated sentences, passages, clickbait and the headlines not drawn at random.
    """
    out = folder / "bundle"
    if not out.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "headlines.csv"
        kept = [row for row in read_rows(HEADLINES) if row["split"] != "train" or row["sampling"] != "random"]
        with path.open("w", encoding="utf-8", newline="") as file:
            table = csv.DictWriter(file, kept[0].keys())
            table.writeheader()
            table.writerows(kept)
        train(unseen_recipe(path), folder / "run", out)
    return out


def unseen_recipe(headlines: Path) -> Recipe:
    """The shipped recipe without lessons, pools and their rated headlines; the rated headlines from a file."""
    shipped = load_recipe(ROOT / "configs" / "student.yaml")
    left_out = ("pool", "rated_pool", "splices", "sentence_pool", "passage_pool")
    sources = [
        replace(source, path=str(headlines)) if source.path == HEADLINES else source
        for source in shipped.sources
        if source.kind not in left_out
    ]
    return replace(shipped, name="unseen", lessons="", sources=tuple(sources))


def some(rows: Rows, count: int | None) -> Rows:
    """A random part of the rows, the same each time."""
    order = np.random.default_rng(0).permutation(len(rows))
    return [rows[number] for number in order[:count]]


def show(name: str, **figures: object) -> None:
    """One line of figures."""
    sys.stdout.write(json.dumps({"case": name, **figures}) + "\n")
    sys.stdout.flush()


def rated(job: Job, name: str, count: int | None, folder: Path) -> None:
    """Train on rated headlines sampled at random, and measure on the dev rows."""
    rows = [row for row in read_rows(HEADLINES) if row["sampling"] == "random"]
    train = some([row for row in rows if row["split"] == "train"], count)
    dev = [row for row in rows if row["split"] == "dev"]
    source = write_rows(folder / "rated.csv", train, "rating", [row["score"] for row in train])
    start = time.perf_counter()
    retrain(replace(job, source=str(source), out=folder / "out"), lambda line: None)
    seconds = time.perf_counter() - start
    results = Scorer.load(folder / "out", job.threads).headlines([row["text"] for row in dev])
    pairs = [
        (float(row["score"]), result.labels["rating"].value or 0.0)
        for row, result in zip(dev, results, strict=True)
        if result.abstain is None
    ]
    truth, guess = np.array(pairs).T
    facts = json.loads((folder / "out" / "config.json").read_text(encoding="utf-8"))["retrained"]
    found = bootstrap(pearson, truth, guess).to_dict()
    show(name, rows=len(train), seconds=round(seconds, 1), pearson=found, how=facts["how"], moved=facts["moved"])


def clickbait(job: Job, name: str, count: int | None, folder: Path) -> None:
    """A new yes-or-no head from the judges of Webis-17; how much the shipped heads' own figures change by it."""
    rows = read_rows("human/webis17.csv")
    train = some([row for row in rows if row["split"] == "train"], count)
    test = [row for row in rows if row["split"] == "test"]
    yes = [int(float(row["truth_mean"]) >= 0.5) for row in train]
    source = write_rows(folder / "clickbait.csv", train, "bait", yes)
    start = time.perf_counter()
    retrain(replace(job, source=str(source), out=folder / "out"), lambda line: None)
    seconds = time.perf_counter() - start
    new, old = (Scorer.load(place, job.threads) for place in (folder / "out", job.model))
    results = new.headlines([row["text"] for row in test])
    pairs = [
        (float(row["truth_mean"]) >= 0.5, bool(result.labels["bait"].present))
        for row, result in zip(test, results, strict=True)
        if result.abstain is None
    ]
    truth, guess = np.array(pairs, dtype=np.float64).T
    changes = {head: change_of(head, new, old) for head in ("sensationalism", "bias", "opinion")}
    show(name, rows=len(train), seconds=round(seconds, 1), f1=bootstrap(f1, truth, guess).to_dict(), changes=changes)


def change_of(head: str, new: Scorer, old: Scorer) -> float:
    """By how much a shipped head's Pearson with the ratings of dev rows changes."""
    name, column = ("headlines", "score") if head == "sensationalism" else ("sentences", head)
    rows = [row for row in read_rows(f"rated/{name}.csv") if row["split"] == "dev"]
    truth = np.array([float(row[column]) for row in rows])
    after, before = (judge_any(scorer, head, [row["text"] for row in rows]) for scorer in (new, old))
    known = after.known & before.known
    scores = (pearson(truth[known], judged.grades[known, 0]) or 0.0 for judged in (after, before))
    return next(scores) - next(scores)


def main() -> None:
    """Run the cases asked for, one line of JSON each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case", action="append", help="shipped-300 … plain-all, clickbait-3000 …; all when left out")
    parser.add_argument("--mode", default="auto", choices=("auto", "frozen", "fine-tune"))
    parser.add_argument("--model", help="the bundle to start from")
    parser.add_argument("--unseen", type=Path, metavar="FOLDER", help="start from a bundle that has not seen the rows")
    parser.add_argument("--threads", type=int, default=2)
    asked = parser.parse_args()
    model = str(unseen_bundle(asked.unseen)) if asked.unseen else asked.model
    counts = {"300": 300, "1000": 1000, "all": None}
    names = [f"{start}-{size}" for start in ("shipped", "plain") for size in counts] + [
        "clickbait-3000",
        "clickbait-all",
    ]
    for name in asked.case or names:
        start, _, size = name.partition("-")
        count = None if size == "all" else int(size)
        with TemporaryDirectory() as folder:
            encoder = PLAIN if start == "plain" else None
            place = Path(folder)
            job = Job("", place, mode=asked.mode, model=model, encoder=encoder, threads=asked.threads)
            (clickbait if start == "clickbait" else rated)(job, f"{name}, {asked.mode}", count, place)


if __name__ == "__main__":
    main()
