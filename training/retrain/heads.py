"""A head for the user's labels: what it should say, its weights on frozen states, its calibration.

A new head starts from nothing, a shipped one that is refined from its own weights; either is held near its start by a
penalty whose strength the folds choose. That is a generalised linear model: the loss is convex, and its fit needs
seconds and no luck.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from scorer.bundle import HEAD_NAME
from scorer.decode import expected_level, sigmoid, softmax
from scorer.errors import InputError
from scorer.labels import DEVICES, FRAMES
from scorer.metrics import Measure, Values, average_precision, macro_f1, pearson, roc_auc
from training.data import BIAS_LEVELS, DEVICE_LEVELS, LEVELS, OPINION_LEVELS, level_targets, token_targets
from training.retrain.labelled import Folds, Kind, Labelled

Floats = NDArray[Any]

#: Shipped heads that a user's labels may refine; `frames` stands for all of them.
REFINABLE: Final = ("sensationalism", "clickbait", *DEVICES, "bias", "opinion", "frames", *FRAMES)
#: Names of results that a head of the user's own must not take.
_TAKEN: Final = ("kind", "tokens", "phrases", "devices", "text", "model", "line", "abstain", "labels")
#: Strengths of the penalty that are tried, from the strongest.
STRENGTHS: Final = (10.0, 3.0, 1.0, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001, 0.0003, 0.0001)
#: The raters' scatter in points: see `training.data.level_targets`.
_SPREAD: Final = 5.0
_STEPS: Final = 200
#: Tokens that weights of a head of phrases are fitted on at most.
_MOST_TOKENS: Final = 200_000


@dataclass(frozen=True)
class Task:
    """What is to be learned.

    `head` is the output of the graph that is refined and `columns` those of its columns; None and empty for a head of
    the user's own. `targets` are (rows, outputs) on 0-1, NaN where missing, for phrases (tokens, 1) of each row; they
    are a distribution over the outputs, one of which is right, where `one_of`.
    """

    name: str
    kind: Kind
    names: tuple[str, ...]
    head: str | None
    columns: tuple[int, ...]
    one_of: bool
    targets: list[Floats]

    @property
    def by_token(self) -> bool:
        """Whether each token is judged."""
        return self.kind == "phrases"

    @property
    def outputs(self) -> int:
        """How many logits the head has."""
        return 1 if self.by_token else self.targets[0].shape[-1]

    def rows(self, picked: NDArray[np.int64]) -> Floats:
        """The targets of some rows, (rows or their tokens, outputs)."""
        found = [self.targets[row] for row in picked]
        return np.concatenate(found) if self.by_token else np.stack(found)

    def known(self) -> NDArray[np.bool_]:
        """Rows that have a label."""
        return np.array([bool((~np.isnan(target)).any()) for target in self.targets])

    def answers(self, logits: Floats) -> Floats:
        """Grades or probabilities on 0-1, uncalibrated: (rows, labels), grades and phrases (rows, 1)."""
        if self.head == "sensationalism":
            return expected_level(softmax(logits), np.array(LEVELS))[:, None] / 100
        if self.one_of:
            return softmax(logits)
        found = sigmoid(logits)
        return found.mean(axis=1, keepdims=True) if self.kind == "graded" else found[:, : max(1, len(self.names))]

    def measure(self) -> tuple[str, Measure]:
        """What decides between two ways of training, of truth and answers."""
        if self.kind == "graded":
            return "Pearson", pearson
        if self.kind == "binary":
            return "AUC", roc_auc
        return ("macro-F1", macro_f1) if self.kind == "classes" else ("average precision", average_precision)

    def measured(self, truth: Floats, logits: Floats) -> tuple[Values, Values]:
        """Truth and answers as `measure` takes them, without what is missing.

        :param truth: targets, (rows, outputs); `logits`: the same shape.
        """
        answers = self.answers(logits).astype(np.float64)
        wanted = self.answers_of(truth).astype(np.float64)
        if self.kind == "classes":
            known = ~np.isnan(wanted[:, 0])
            return wanted[known], np.eye(answers.shape[1])[answers[known].argmax(axis=1)]
        flat = ~np.isnan(wanted)
        return wanted[flat], answers[flat]

    def answers_of(self, truth: Floats) -> Floats:
        """Targets in the form of `answers`."""
        if self.head == "sensationalism":
            return expected_level(truth, np.array(LEVELS))[:, None] / 100
        if self.kind == "graded":
            return truth.mean(axis=1, keepdims=True)
        return truth[:, : max(1, len(self.names))]


def head_name(data: Labelled, asked: str | None) -> str:
    """The name of the head: the one asked for, or made from the label column.

    :raises InputError: when it cannot be one.
    """
    found = asked or "_".join(data.label_columns[:1]).lower()
    found = found if asked else "".join(c if c.isascii() and c.isalnum() else "_" for c in found).strip("_")
    if asked is None and (found in REFINABLE or found in _TAKEN or not HEAD_NAME.fullmatch(found)):
        found = f"own_{found}"[:40].rstrip("_")
    if not HEAD_NAME.fullmatch(found) or found in _TAKEN:
        raise InputError(
            f"--head {found}: no name for a head; use lower-case letters, digits and _ (a letter first, 40 at most), "
            f"none of {', '.join(_TAKEN)}."
        )
    return found


def make_task(data: Labelled, name: str, offsets: Sequence[Sequence[tuple[int, int]]]) -> Task:
    """What the labels ask of a head: of a shipped one where the name is one of theirs, else of a new one.

    :param offsets: of the tokens of each text.
    :raises InputError: when labels of this kind cannot refine the shipped head.
    """
    if name in REFINABLE:
        return _refined(data, name)
    if data.kind == "phrases":
        spans = [None if found is None else list(found) for found in data.spans]
        tokens = [token_targets(place, found)[:, None] for place, found in zip(offsets, spans, strict=True)]
        return Task(name, data.kind, (), None, (), False, list(tokens))
    return Task(name, data.kind, data.names, None, (), data.kind == "classes", list(data.targets))


def _refined(data: Labelled, name: str) -> Task:
    """The task of refining a shipped head."""
    grades = data.targets[:, :1]
    if name == "frames" and data.kind in ("labels", "classes") and set(data.names) <= set(FRAMES):
        columns = tuple(FRAMES.index(label) for label in data.names)
        return Task(name, "labels", data.names, "frames", columns, False, list(data.targets))
    if name in FRAMES and data.kind == "binary":
        return Task(name, data.kind, (name,), "frames", (FRAMES.index(name),), False, list(grades))
    if name == "sensationalism" and data.kind == "graded":
        levels = level_targets(100 * grades[:, 0], _SPREAD)
        return Task(name, data.kind, (name,), name, tuple(range(len(LEVELS))), True, list(levels))
    if name == "clickbait" and data.kind in ("graded", "binary"):
        return Task(name, data.kind, (name,), name, (0,), False, list(grades))
    levels_of = {"bias": BIAS_LEVELS, "opinion": OPINION_LEVELS, **dict.fromkeys(DEVICES, DEVICE_LEVELS)}
    if name in levels_of and data.kind == "graded":
        count = levels_of[name]
        reached = np.clip(count * grades - np.arange(count), 0, 1)
        first = count * DEVICES.index(name) if name in DEVICES else 0
        head = "devices" if name in DEVICES else name
        return Task(name, data.kind, (name,), head, tuple(range(first, first + count)), False, list(reached))
    wanted = "one or more frames" if name == "frames" else "yes or no" if name in FRAMES else "grades"
    raise InputError(
        f"--head {name}: that is a head of the model itself, whose labels are {wanted}; yours are {data.kind}. Name "
        "another --head, and your labels get one of their own."
    )


@dataclass(frozen=True)
class Weights:
    """A linear head: `weight` (hidden, outputs) and `bias` (outputs,)."""

    weight: Values
    bias: Values

    def logits(self, features: Floats) -> Values:
        """(rows, hidden) to (rows, outputs)."""
        return np.asarray(features @ self.weight + self.bias, dtype=np.float64)


def start_of(task: Task, arrays: dict[str, Floats], hidden: int) -> Weights:
    """Where the weights start: at those of the shipped head, or at nothing.

    :param arrays: the initialisers of the bundle's graph by name.
    """
    if task.head is None:
        return Weights(np.zeros((hidden, task.outputs)), np.zeros(task.outputs))
    columns = list(task.columns)
    weight, bias = (arrays[f"heads.{task.head}.{part}"].astype(np.float64) for part in ("weight", "bias"))
    return Weights(weight[:, columns], bias[columns])


def fit_weights(features: Floats, targets: Floats, one_of: bool, near: Weights, strength: float) -> Weights:
    """Weights with the lowest mean cross entropy plus a penalty on how far they are from `near`.

    :param features: (rows, hidden); `targets`: (rows, outputs), NaN where missing.
    """
    known = ~np.isnan(targets)
    wanted = np.nan_to_num(targets)
    rows = max(1, len(targets))
    shape, outputs = near.weight.shape, len(near.bias)
    single = features.astype(np.float32)

    def loss(flat: Values) -> tuple[float, Values]:
        weight, bias = flat[:-outputs].reshape(shape), flat[-outputs:]
        logits = single @ weight.astype(np.float32) + bias
        if one_of:
            top = logits.max(axis=1, keepdims=True)
            logs = logits - top - np.log(np.exp(logits - top).sum(axis=1, keepdims=True))
            value, slope = -(wanted * logs).sum(), np.where(known, np.exp(logs) - wanted, 0)
        else:
            value = np.where(known, np.logaddexp(0, logits) - wanted * logits, 0).sum()
            slope = np.where(known, sigmoid(logits) - wanted, 0)
        apart = weight - near.weight
        down = single.T @ slope.astype(np.float32) / rows + strength * apart
        total = float(value / rows + 0.5 * strength * (apart**2).sum())
        return total, np.concatenate([down.ravel(), slope.sum(axis=0) / rows]).astype(np.float64)

    flat = np.concatenate([near.weight.ravel(), near.bias])
    found = minimize(loss, flat, jac=True, method="L-BFGS-B", options={"maxiter": _STEPS}).x
    return Weights(found[:-outputs].reshape(shape), found[-outputs:])


@dataclass(frozen=True)
class Frozen:
    """A head fitted on frozen states: its weights, the strength the folds chose, and logits of the folds' own rows.

    `out_of_fold` holds an array for each row, (outputs,) or (tokens, outputs): NaN for held-out rows.
    """

    weights: Weights
    strength: float
    out_of_fold: list[Values]


def stacked(features: Sequence[Floats], picked: NDArray[np.int64], by_token: bool) -> Floats:
    """Features of some rows, or of all their tokens."""
    found = [features[row] for row in picked]
    return np.concatenate(found) if by_token else np.stack(found)


def learned_rows(task: Task, folds: Folds) -> NDArray[np.int64]:
    """Rows with a label that are not held out."""
    return np.flatnonzero(task.known() & ~folds.held_out)


def fit_rows(
    task: Task, features: Sequence[Floats], rows: NDArray[np.int64], near: Weights, strength: float
) -> Weights:
    """Weights fitted on some rows; of very many tokens only the first ones' rows."""
    if task.by_token:
        sizes = np.cumsum([len(task.targets[row]) for row in rows])
        rows = rows[: max(1, int(np.searchsorted(sizes, _MOST_TOKENS)))]
    return fit_weights(stacked(features, rows, task.by_token), task.rows(rows), task.one_of, near, strength)


def fit_frozen(task: Task, features: Sequence[Floats], folds: Folds, near: Weights) -> Frozen:
    """Fit a head on frozen states; the folds choose how strongly it is held near its start.

    :param features: normalised states of each row, (hidden,) or (tokens, hidden).
    """
    rows = learned_rows(task, folds)
    lowest, best = np.inf, STRENGTHS[0]
    out_of_fold: list[Values] = []
    for strength in STRENGTHS:
        found = [np.full((*target.shape[:-1], task.outputs), np.nan) for target in task.targets]
        total = 0.0
        for fold in range(folds.count):
            learned, judged = rows[folds.fold[rows] != fold], rows[folds.fold[rows] == fold]
            if not len(judged) or not len(learned):
                continue
            weights = fit_rows(task, features, learned, near, strength)
            for row in judged:
                found[row] = weights.logits(features[row])
            total += cross_entropy(task.rows(judged), stacked(found, judged, task.by_token), task.one_of)
        if total < lowest:
            lowest, best, out_of_fold = total, strength, found
        elif total > lowest * 1.02:  # the curve has one valley
            break
    return Frozen(fit_rows(task, features, rows, near, best), best, out_of_fold)


def cross_entropy(targets: Floats, logits: Floats, one_of: bool) -> float:
    """The summed cross entropy of logits against targets, over those that are known."""
    if one_of:
        logs = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
        return float(-np.nansum(targets * logs))
    return float(np.nansum(np.logaddexp(0, logits) - targets * logits))
