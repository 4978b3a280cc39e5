"""Whether fine-tuning is worth it: it is tried on folds, beside frozen states, and must win there."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from scorer.metrics import Values, bootstrap_difference
from training.retrain.fit import History, Material, fine_tune, measured
from training.retrain.heads import Frozen, Task, Weights, fit_rows, learned_rows
from training.retrain.labelled import Folds
from training.train import Log

#: As many folds are tried as judge this many rows.
_JUDGED: Final = 400
#: With fewer rows fine-tuning is not tried.
MIN_ROWS: Final = 100
#: The two-sided p-value that is enough to prefer it: one standard error, as it also moves the other heads.
_P: Final = 0.32
SHARES: Final = (0.1, 0.25, 0.5, 1.0)
#: Draws of a share of the rows, whose mean is a point of the learning curve.
_DRAWS: Final = 3


@dataclass(frozen=True)
class Trial:
    """Fine-tuning beside frozen states on the same rows, none of which the judging model has seen.

    `frozen` and `tuned` are the `measure` of either, `p` of no difference; `epochs` is the best epoch; `logits` are of
    the fine-tuned models, by row.
    """

    measure: str
    frozen: float | None
    tuned: float | None
    p: float | None
    epochs: int
    logits: dict[int, Values]

    @property
    def won(self) -> bool:
        """Whether fine-tuning is better, and hardly by chance."""
        if self.frozen is None or self.tuned is None or self.p is None:
            return False
        return self.tuned > self.frozen and self.p <= _P


def try_tuning(
    material: Material, folds: Folds, frozen: Frozen, seed: int, run: Path, log: Log, show: Callable[[str], object]
) -> Trial:
    """Fine-tune on folds until enough rows are judged, and compare.

    :param run: where checkpoints and logits are kept; a fold that is there is not done again.
    """
    task, rows = material.task, learned_rows(material.task, folds)
    by_fold: list[list[dict[int, Values]]] = []
    for fold in range(folds.count):
        learned, judged = rows[folds.fold[rows] != fold], rows[folds.fold[rows] == fold]
        if not len(judged) or not len(learned) or sum(len(found[0]) for found in by_fold) >= _JUDGED:
            continue
        place = run / f"fold-{fold + 1}"
        done, history = place.with_suffix(".json"), History(task, place, judged)
        if done.is_file():
            history.load(int(json.loads(done.read_text(encoding="utf-8"))["epochs"]))
            by_fold.append(history.judged)
            continue
        fitted = fine_tune(material, learned, judged, material.settings.epochs, seed, place, log, show)
        done.write_text(json.dumps({"epochs": len(fitted.judged)}) + "\n", encoding="utf-8")
        place.with_suffix(".pt").unlink()
        by_fold.append(fitted.judged)
    # an epoch that some fold was stopped before is none to choose
    epochs = range(min(len(found) for found in by_fold))
    scores = [np.mean([measured(task, found[epoch]) or -1.0 for found in by_fold]) for epoch in epochs]
    best = int(np.argmax(scores))
    logits = {row: values for found in by_fold for row, values in found[best].items()}
    name, measure = task.measure()
    kept = sorted(logits)
    truth = task.rows(np.array(kept))
    wanted, before = task.measured(truth, joined(task, [frozen.out_of_fold[row] for row in kept]))
    _, after = task.measured(truth, joined(task, [logits[row] for row in kept]))
    _, p = bootstrap_difference(measure, wanted, before, after)
    return Trial(name, measure(wanted, before), measure(wanted, after), p, best + 1, logits)


def joined(task: Task, found: Sequence[Values]) -> Values:
    """Logits of rows, or of all their tokens, as one array."""
    return np.concatenate(found) if task.by_token else np.stack(found)


@dataclass(frozen=True)
class Point:
    """A point of the learning curve: how many rows were learned from, and the measure on the held-out rows."""

    rows: int
    value: float | None


def learning_curve(
    task: Task, features: Sequence[Values], folds: Folds, near: Weights, strength: float
) -> tuple[Point, ...]:
    """The measure on held-out rows of heads fitted on frozen states of growing shares of the rows."""
    rows, judged = learned_rows(task, folds), np.flatnonzero(task.known() & folds.held_out)
    generator = np.random.default_rng(0)
    found = []
    for share in SHARES:
        size = max(2, round(share * len(rows)))
        values = []
        for _ in range(1 if share == 1.0 else _DRAWS):
            picked = np.sort(generator.choice(rows, size, replace=False)) if share < 1.0 else rows
            # the penalty stands against the mean loss of the rows, so fewer of them need more of it
            weights = fit_rows(task, features, picked, near, strength / share)
            logits = joined(task, [weights.logits(features[row]) for row in judged.tolist()])
            values.append(task.measure()[1](*task.measured(task.rows(judged), logits)))
        known = [value for value in values if value is not None]
        found.append(Point(size, float(np.mean(known)) if known else None))
    return tuple(found)
