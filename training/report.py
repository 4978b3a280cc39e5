"""How a model does on the dev rows: what the teacher's log and the student's card tell, by the same measures."""

from collections.abc import Container
from typing import Any

import numpy as np
from datasets import Dataset

from training.body import Folds, passage_figures, rows_of, sentence_figures
from training.data import Encoded
from training.evaluate import rating_report
from training.sources import RATED_PASSAGES, RATED_SENTENCES, Splits, in_first_half
from training.train import Predictions


def dev_folds(splits: Splits) -> Folds:
    """Which half each dev row is in, for cross-fitting: outlets stay together."""
    return np.array([int(in_first_half(group)) for group in splits.dev["group"]])


def labelled(split: Dataset, sources: Container[str]) -> Dataset:
    """The rows of some sources, each text once: the raters' labels, without a teacher's word."""
    kinds = zip(split["text"], split["source"], strict=True)
    return split.select({text: row for row, (text, kind) in enumerate(kinds) if kind in sources}.values())


def dev_report(dev: Encoded, splits: Splits, guess: Predictions) -> dict[str, Any]:
    """Figures on the dev rows of every head that has any, beside their baselines.

    :param dev: encoded `splits.dev`; `guess`: predictions on it.
    """
    report = {"rated_dev": rating_report(splits.train, dev, splits.dev, guess)}
    if sentences := rows_of(dev, "sentence"):
        report["sentences_dev"] = sentence_figures(
            labelled(splits.train, RATED_SENTENCES), dev.rows(sentences), guess.rows(sentences)
        )
    if passages := rows_of(dev, "passage"):
        report["passages_dev"] = passage_figures(
            labelled(splits.train, RATED_PASSAGES),
            dev.rows(passages),
            guess.rows(passages),
            dev_folds(splits)[passages],
        )
    return report
