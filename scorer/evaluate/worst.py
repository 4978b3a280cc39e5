"""The worst errors of a model, to be read by a person."""

from typing import Final

import numpy as np

from scorer.evaluate.measure import errors_of
from scorer.evaluate.results import Mistake
from scorer.evaluate.sample import Guess, Sample
from scorer.metrics import Values

SHOWN: Final = 30


def worst_of(sample: Sample, guess: Guess) -> tuple[Mistake, ...]:
    """The rows the model is furthest off on, the worst first; only wrong ones."""
    errors = errors_of(sample, guess)
    graded = sample.labels.kind == "graded"
    size = errors if graded else ((sample.truth - guess.likelihoods) ** 2).sum(axis=1)
    order = [int(row) for row in np.argsort(-size, kind="stable") if errors[row] > 0]
    return tuple(_mistake(sample, guess, row, float(size[row])) for row in order[:SHOWN])


def _mistake(sample: Sample, guess: Guess, row: int, error: float) -> Mistake:
    truth: float | str
    predicted: float | str
    if sample.labels.kind == "graded":
        truth, predicted = float(sample.truth[row, 0]), float(guess.grades[row, 0])
    else:
        truth = _names(sample, sample.truth[row])
        predicted = _names(sample, guess.decisions[row])
    model = sample.model
    return Mistake(
        row=sample.rows[row].number,
        text=sample.rows[row].text,
        truth=truth,
        predicted=predicted,
        error=error,
        low=None if model.low is None else float(model.low[row]),
        high=None if model.high is None else float(model.high[row]),
        phrases=model.phrases[row],
    )


def _names(sample: Sample, flags: Values) -> str:
    """Yes or no, or the names of labels."""
    if sample.labels.kind == "binary":
        return "yes" if flags[0] else "no"
    return ", ".join(name for name, flag in zip(sample.labels.names, flags, strict=True) if flag) or "none"
