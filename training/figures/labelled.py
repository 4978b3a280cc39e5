"""The labelled sets: what `scorer evaluate` finds on each, without any text.

Probabilities and thresholds of a bundle are fitted on the rated dev rows, so of these only measures are kept that do
not depend on them; coverage, calibration and F1 of frames are cross-fitted at export and stand in `config.json`.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from scorer.bundle import file_hash
from scorer.evaluate.cells import Wanted
from scorer.evaluate.labels import read_labels
from scorer.evaluate.rows import read_table
from scorer.evaluate.run import Baseline, Task, evaluate
from scorer.evaluate.sample import Guess, Sample, labelled_rows
from scorer.labels import DEVICES
from training.baselines import tfidf_logistic, tfidf_ridge
from training.body import best_thresholds
from training.sources import find_file

Conditions = tuple[tuple[str, str], ...]

RATED_HEADLINES, RATED_SENTENCES = "rated/headlines.csv", "rated/sentences.csv"
RATED_PASSAGES, WEBIS = "rated/passages.csv", "human/webis17.csv"
#: Ending of a made column: whether a level is at least 1.
PRESENT = "_present"
TRAIN: Conditions = (("split", "train"),)
DEV: Conditions = (("split", "dev"),)
RANDOM: Conditions = (*DEV, ("sampling", "random"))

GRADED = ("pearson", "spearman", "mae", "rmse", "bias")
RANKED = ("auc", "average_precision")
#: The slices that are kept; the others tell nothing that a page shows.
SLICES = ("leaning", "topic", "outlet", "length", "quotations", "capitals")
#: What is kept of the description of the data.
DATA = ("rows", "evaluated", "kind", "scale", "where", "rated_by", "left_out", "abstained", "repeats", "seen")


@dataclass(frozen=True)
class Labelled:
    """One evaluation: the column of a file that holds the labels of one head, and the measures to keep."""

    file: str
    column: str
    head: str
    where: Conditions
    measures: tuple[str, ...]
    scale: tuple[float, float] | None = None
    rated_by: str = "machine"
    sliced: bool = False


def _graded(file: str, head: str, where: Conditions, top: float, sliced: bool, column: str = "") -> Labelled:
    return Labelled(file, column or head, head, where, GRADED, (0.0, top), sliced=sliced)


def _present(file: str, head: str, where: Conditions) -> Labelled:
    return Labelled(file, head + PRESENT, head, where, RANKED)


#: The evaluations of each set.
SETS: dict[str, tuple[Labelled, ...]] = {
    "headlines": (_graded(RATED_HEADLINES, "sensationalism", RANDOM, 100, True, "score"),),
    "devices": (
        *(_graded(RATED_HEADLINES, device, RANDOM, 3, False) for device in DEVICES),
        *(_present(RATED_HEADLINES, device, RANDOM) for device in DEVICES),
    ),
    "clickbait": (
        Labelled(
            WEBIS,
            "truth_mean",
            "clickbait",
            (("split", "test"),),
            (*GRADED, "mse_0_1", "f1_above_half"),
            (0.0, 1.0),
            rated_by="people",
        ),
    ),
    "sentences": (
        _graded(RATED_SENTENCES, "bias", DEV, 3, True),
        _present(RATED_SENTENCES, "bias", DEV),
        _graded(RATED_SENTENCES, "opinion", DEV, 2, True),
    ),
    "passages": (Labelled(RATED_PASSAGES, "frames", "frames", DEV, ()),),
}


def labelled_figures(bundle: Path, sets: Iterable[Labelled]) -> dict[str, Any]:
    """What a bundle's evaluations find."""
    with TemporaryDirectory() as folder:
        return {"evaluations": [_figures(bundle, each, Path(folder)) for each in sets]}


def _figures(bundle: Path, wanted: Labelled, folder: Path) -> dict[str, Any]:
    source = find_file(wanted.file)
    path = _prepared(source, folder / source.name)
    task = Task(
        str(path),
        Wanted((wanted.column,), wanted.head, wanted.scale),
        where=wanted.where,
        model=str(bundle),
        rated_by=wanted.rated_by,
    )
    found = evaluate(task, _taught(task)).to_dict()
    data = {"file": wanted.file, "sha256": file_hash(source), **{name: found["data"][name] for name in DATA}}
    return {"head": wanted.head, "column": wanted.column, "data": data, **_compact(found, wanted)}


def _prepared(source: Path, path: Path) -> Path:
    """A copy of a file that says of each level whether it is at least 1, and `none` where there is no frame."""
    if not path.exists():
        with source.open(encoding="utf-8", newline="") as file, path.open("w", encoding="utf-8", newline="") as copy:
            rows = _with_presence(csv.DictReader(file))
            first = next(rows)
            writer = csv.DictWriter(copy, list(first))
            writer.writeheader()
            writer.writerows([first, *rows])
    return path


def _with_presence(rows: Iterable[dict[str, str]]) -> Iterator[dict[str, Any]]:
    for row in rows:
        present = {name + PRESENT: int(float(row[name]) >= 1) for name in ("bias", *DEVICES) if name in row}
        frames = {"frames": row["frames"] or "none"} if "frames" in row else {}
        yield {**row, **frames, **present}


def _taught(task: Task) -> Baseline:
    """TF-IDF that has learned from the train rows of the same file, as the model has."""

    def guess(sample: Sample) -> Guess:
        labels = sample.labels
        table = read_table(task.labelled, where=TRAIN)
        known = read_labels(table, Wanted(labels.columns, labels.head, labels.scale, labels.positive))
        rows = labelled_rows(table, known)
        texts = [row.text for row in rows.rows]
        if labels.kind == "graded":
            grades = tfidf_ridge(texts, rows.truth[:, 0], sample.texts)[:, None]
            return Guess(grades, grades / 100, (grades >= 50).astype(np.float64), False)
        truth = rows.truth[:, [known.names.index(name) for name in labels.names]] > 0.5
        likelihoods = tfidf_logistic(texts, truth, sample.texts)
        decisions = likelihoods >= best_thresholds(likelihoods)
        return Guess(100 * likelihoods, likelihoods, decisions.astype(np.float64), True)

    return guess


def _compact(found: Mapping[str, Any], wanted: Labelled) -> dict[str, Any]:
    """The figures of a report that are kept: no text, no row."""

    def kept(figures: Mapping[str, Any], measures: tuple[str, ...]) -> dict[str, Any]:
        return {system: {name: each[name] for name in measures} for system, each in figures.items()}

    return {
        "figures": kept(found["figures"], wanted.measures),
        "above_tfidf": {name: found["differences"]["tfidf"][name] for name in wanted.measures},
        "by_label": [each | {"figures": kept(each["figures"], RANKED)} for each in found["by_label"]],
        "bands": [{"name": band["name"], "bias": band["bias"]} for band in found["bands"]],
        "slices": [each for each in found["slices"] if wanted.sliced and each["by"] in SLICES],
    }


def evaluation_of(found: Mapping[str, Any], column: str) -> dict[str, Any]:
    """The evaluation of one column of labels among those of a set."""
    return next(dict(each) for each in found["evaluations"] if each["column"] == column)
