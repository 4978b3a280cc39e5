"""How a model does on the dev rows: what the teacher's log and the student's card tell, by the same measures."""

from typing import Any

import numpy as np
from datasets import Dataset

from training.body import Folds, passage_figures, rows_of, sentence_figures
from training.data import Encoded
from training.evaluate import rating_report
from training.sources import Splits, in_first_half
from training.train import Predictions


def dev_folds(splits: Splits) -> Folds:
    """Which half each dev row is in, for cross-fitting: outlets stay together."""
    return np.array([int(in_first_half(group)) for group in splits.dev["group"]])


def labelled(rows: Encoded, split: Dataset, source: str) -> Encoded:
    """The rows of one source, each text once."""
    places = {
        text: row for row, (text, kind) in enumerate(zip(split["text"], split["source"], strict=True)) if kind == source
    }
    return rows.rows(list(places.values()))


def dev_report(train: Encoded, dev: Encoded, splits: Splits, guess: Predictions) -> dict[str, Any]:
    """Figures on the dev rows of every head that has any, beside their baselines.

    :param train: encoded `splits.train`; `dev`: encoded `splits.dev`; `guess`: predictions on it.
    """
    report = {"rated_dev": rating_report(train, splits.train, dev, splits.dev, guess)}
    if sentences := rows_of(dev, "sentence"):
        report["sentences_dev"] = sentence_figures(
            labelled(train, splits.train, "rated_sentences"), dev.rows(sentences), guess.rows(sentences)
        )
    if passages := rows_of(dev, "passage"):
        report["passages_dev"] = passage_figures(
            labelled(train, splits.train, "rated_passages"),
            dev.rows(passages),
            guess.rows(passages),
            dev_folds(splits)[passages],
        )
    return report


def model_only(report: dict[str, Any]) -> dict[str, Any]:
    """A report without its baselines, for a log."""
    return {name: part["model"] for name, part in report.items()}
