"""How a model does on the dev rows: what the teacher's log and the student's card tell, by the same measures."""

from collections.abc import Container
from dataclasses import replace
from typing import Any

import numpy as np
from datasets import Dataset

from training.body import Folds, passage_figures, rows_of, sentence_figures
from training.data import Encoded, row_targets
from training.evaluate import rating_report
from training.sources import RATED_PASSAGES, RATED_SENTENCES, Splits, in_first_half
from training.train import Predictions


def dev_folds(splits: Splits) -> Folds:
    """Which half each dev row is in, for cross-fitting: outlets stay together."""
    return np.array([int(in_first_half(group)) for group in splits.dev["group"]])


def labelled(rows: Encoded, split: Dataset, sources: Container[str]) -> Encoded:
    """The rows of some sources, each text once, with the raters' labels alone as targets."""
    kinds = zip(split["text"], split["source"], strict=True)
    picked = list({text: row for row, (text, kind) in enumerate(kinds) if kind in sources}.values())
    found = rows.rows(picked)
    return replace(found, targets=row_targets(split.select(picked), found.targets.tokens, spread=1.0, blend=0.0))


def dev_report(train: Encoded, dev: Encoded, splits: Splits, guess: Predictions) -> dict[str, Any]:
    """Figures on the dev rows of every head that has any, beside their baselines.

    :param train: encoded `splits.train`; `dev`: encoded `splits.dev`; `guess`: predictions on it.
    """
    report = {"rated_dev": rating_report(train, splits.train, dev, splits.dev, guess)}
    if sentences := rows_of(dev, "sentence"):
        report["sentences_dev"] = sentence_figures(
            labelled(train, splits.train, RATED_SENTENCES), dev.rows(sentences), guess.rows(sentences)
        )
    if passages := rows_of(dev, "passage"):
        report["passages_dev"] = passage_figures(
            labelled(train, splits.train, RATED_PASSAGES),
            dev.rows(passages),
            guess.rows(passages),
            dev_folds(splits)[passages],
        )
    return report


def model_only(report: dict[str, Any]) -> dict[str, Any]:
    """A report without its baselines, for a log."""
    return {name: part["model"] for name, part in report.items()}
