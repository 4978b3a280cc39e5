"""Fine-tuning: the encoder learns the user's labels, while every other head is held to what it said before.

It starts from the rebuilt model, which rounds as the graph does, with the head that was fitted on frozen states; so
there is no second stage for the rounding, and nothing drifts at export. Other heads are taught their own judgements of
the user's texts (self-distillation). Averaged weights are judged after each epoch; the best epoch of the folds is the
number of epochs of the final run.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from scorer.metrics import Values
from training.config import LossWeights
from training.data import DEVICE_LEVELS, Encoded, ordered_batches, shuffled_batches
from training.model import HeadlineModel, Outputs, compute_loss, masked_mean
from training.retrain.dequantise import dequantised
from training.retrain.heads import Floats, Task, Weights, fit_rows
from training.train import Averaged, Log, Stage, averaged_weights, quick_arithmetic

#: What the loss of the user's head counts for, beside those that hold the other heads in place.
_WEIGHT: Final = 4.0
_WEIGHT_ONE_OF: Final = 2.0
#: Steps over which the learning rate rises.
_WARMUP: Final = 20
#: Epochs without a better one after which a fold ends.
PATIENCE: Final = 2
_CHECKPOINT_STEPS: Final = 100
_WEIGHTS: Final = LossWeights()


@dataclass(frozen=True)
class Tuning:
    """How the encoder is fine-tuned; the defaults fit 1,000 headlines into minutes on two cores."""

    epochs: int = 5
    batch_size: int = 16
    batch_tokens: int = 2048
    learning_rate: float = 1e-4
    head_learning_rate: float = 5e-4
    weight_decay: float = 0.01
    clip_norm: float = 1.0
    ema_decay: float = 0.99


@dataclass(frozen=True)
class Material:
    """What every fit learns from: the bundle, the task, the texts with what the shipped heads say.

    `features`, `near` and `strength` give the head that a fit starts with: fitted on frozen states of its own rows, and
    of no others, so that rows which are to judge it are new to all of it.
    """

    bundle: Path
    task: Task
    rows: Encoded
    features: Sequence[Floats]
    near: Weights
    strength: float
    settings: Tuning


@dataclass(frozen=True)
class Fitted:
    """A finished fit: the model, the head's weights, and logits of the judged rows after each epoch, by row."""

    model: "Learner"
    weights: Weights
    judged: list[dict[int, Values]]


class Learner(HeadlineModel):
    """The rebuilt model with the head that learns: one of its own beside the others, or columns of a shipped one."""

    def __init__(self, base: HeadlineModel, task: Task, start: Weights) -> None:
        super().__init__(base.encoder, base.dropout.p)
        self.heads = base.heads
        self.task = task
        weight, bias = (torch.from_numpy(part).float() for part in (start.weight.T, start.bias))
        self.own = nn.Linear(weight.shape[1], len(bias)) if task.head is None else None
        head, columns = self.learning()
        with torch.no_grad():
            head.weight[columns] = weight
            head.bias[columns] = bias

    def learning(self) -> tuple[Any, list[int]]:
        """The head that learns, and which of its outputs."""
        head: Any = self.own or self.heads[str(self.task.head)]
        return head, list(self.task.columns) or list(range(len(head.bias)))

    def judge(self, outputs: Outputs) -> torch.Tensor:
        """Logits of the head that learns, (rows, outputs), for phrases (rows, tokens, 1)."""
        if self.own is not None:
            states = outputs.states if self.task.by_token else outputs.pooled
            found: torch.Tensor = self.own(self.dropout(self.norm(states)))
            return found
        logits: torch.Tensor = getattr(outputs, str(self.task.head)).reshape(len(outputs.pooled), -1)
        return logits[:, list(self.task.columns)]

    def learned(self) -> Weights:
        """The weights of the head that learns."""
        head, columns = self.learning()
        weight, bias = head.weight[columns], head.bias[columns]
        return Weights(weight.detach().double().cpu().numpy().T, bias.detach().double().cpu().numpy())


def own_loss(logits: torch.Tensor, targets: torch.Tensor, one_of: bool) -> torch.Tensor:
    """Cross entropy of the head that learns over what is known; same shapes."""
    if one_of:
        losses = -(targets.nan_to_num() * functional.log_softmax(logits, dim=-1)).sum(-1)
        return _WEIGHT_ONE_OF * masked_mean(losses, ~targets[..., 0].isnan())
    losses = functional.binary_cross_entropy_with_logits(logits, targets.nan_to_num(), reduction="none")
    return _WEIGHT * masked_mean(losses, ~targets.isnan())


def targets_of(task: Task, rows: Sequence[int], width: int) -> torch.Tensor:
    """Targets of a batch, (rows, outputs), for phrases padded to (rows, tokens, 1)."""
    if not task.by_token:
        return torch.from_numpy(np.stack([task.targets[row] for row in rows]).astype(np.float32))
    found = torch.full((len(rows), width, 1), torch.nan)
    for position, row in enumerate(rows):
        found[position, : len(task.targets[row])] = torch.from_numpy(task.targets[row].astype(np.float32))
    return found


def held_in_place(task: Task, rows: Encoded) -> Encoded:
    """The texts with what the shipped heads say, but for the head that is refined: its targets are the user's."""
    if task.head is None:
        return rows
    targets = rows.targets
    taught = np.array(getattr(targets, "levels" if task.head == "sensationalism" else task.head))
    if task.head == "sensationalism":
        return replace(rows, targets=replace(targets, levels=taught, mean=np.full_like(targets.mean, np.nan)))
    if task.head == "devices":
        taught[:, task.columns[0] // DEVICE_LEVELS] = np.nan
    else:
        taught.reshape(len(taught), -1)[:, list(task.columns)] = np.nan
    left: dict[str, Any] = {task.head: taught}
    return replace(rows, targets=replace(targets, **left))


@torch.no_grad()
def judge_rows(learner: Learner, rows: Encoded, picked: NDArray[np.int64]) -> dict[int, Values]:
    """Logits of the head that learns, by row: (outputs,), for phrases (tokens, 1)."""
    device = next(learner.parameters()).device
    learner.eval()
    found: dict[int, Values] = {}
    for part in ordered_batches([len(rows.ids[row]) for row in picked], 64):
        chosen = [int(picked[position]) for position in part]
        batch = rows.batch(chosen).to(device)
        logits = learner.judge(learner(batch.ids, batch.mask)).double().cpu().numpy()
        for row, values in zip(chosen, logits, strict=True):
            found[row] = values[: len(rows.ids[row])] if learner.task.by_token else values
    return found


def plan(learner: Learner, lengths: Sequence[int], settings: Tuning, epochs: int, seed: int) -> tuple[Stage, list[int]]:
    """Lay out a fit: its batches, optimiser and schedule, and the step at which each epoch ends."""
    forms, shares = ["headline"] * len(lengths), [1.0] * len(lengths)
    by_epoch = [
        shuffled_batches(lengths, forms, shares, settings.batch_size, settings.batch_tokens, seed * 1000 + epoch)
        for epoch in range(epochs)
    ]
    learner.encoder.embeddings.word_embeddings.weight.requires_grad_(False)
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, parameter in learner.named_parameters():
        if parameter.requires_grad:
            rate = settings.learning_rate if name.startswith("encoder.") else settings.head_learning_rate
            decay = 0.0 if parameter.ndim == 1 else settings.weight_decay
            groups.setdefault((rate, decay), []).append(parameter)
    parts = [{"params": group, "lr": rate, "weight_decay": decay} for (rate, decay), group in groups.items()]
    optimiser = torch.optim.AdamW(parts, fused=True)
    # no fall at the end: the averaged weights do its work, and an epoch is the same in a long run and in a short one
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: min(1.0, (step + 1) / _WARMUP))
    batches = [batch for epoch in by_epoch for batch in epoch]
    average = Averaged(learner, settings.ema_decay)
    stage = Stage("tune", learner, optimiser, schedule, average, batches, len(by_epoch[0]))
    return stage, list(accumulate(len(epoch) for epoch in by_epoch))


def fine_tune(
    material: Material,
    learned: NDArray[np.int64],
    judged: NDArray[np.int64],
    epochs: int,
    seed: int,
    place: Path,
    log: Log,
    show: Callable[[str], object],
) -> Fitted:
    """Fine-tune on some rows; after a kill it goes on from its last checkpoint to the very same weights.

    :param judged: rows whose logits are wanted after each epoch; a better measure on them has to come within
        `PATIENCE` epochs. Without any, all epochs are run.
    :param place: a path without suffix for the checkpoint and the logits of each epoch.
    """
    torch.manual_seed(seed)
    task, settings = material.task, material.settings
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    start = fit_rows(task, material.features, learned, material.near, material.strength)
    learner = Learner(dequantised(material.bundle), task, start).to(device)
    taught = held_in_place(task, material.rows)
    lengths = [len(taught.ids[row]) for row in learned]
    stage, ends = plan(learner, lengths, settings, epochs, seed)
    checkpoint, history = place.with_suffix(".pt"), History(task, place, judged)
    if checkpoint.is_file():
        stage.restore(torch.load(checkpoint, weights_only=True, map_location=device))
        history.load(sum(end <= stage.step for end in ends))
        log.write("resumed", fit=place.name, step=stage.step)
    while stage.step < len(stage.batches) and not history.over():
        chosen = [int(learned[position]) for position in stage.batches[stage.step]]
        step(stage, learner, taught, chosen, settings)
        if stage.step in ends:
            if len(judged):
                with averaged_weights(learner, stage.average):
                    history.add(judge_rows(learner, taught, judged))
            epoch = 1 + ends.index(stage.step)
            log.write("epoch", fit=place.name, epoch=epoch, of=epochs, **history.last())
            show(f"{place.name}, epoch {epoch} of at most {epochs}{history.words()}")
        if stage.step in ends or stage.step % _CHECKPOINT_STEPS == 0:
            stage.save(checkpoint)
    stage.average.swap(learner)
    return Fitted(learner.cpu().eval(), learner.learned(), history.judged)


def step(stage: Stage, learner: Learner, rows: Encoded, chosen: list[int], settings: Tuning) -> None:
    """One step of the optimiser on a batch of rows."""
    device = next(learner.parameters()).device
    learner.train()
    batch = rows.batch(chosen).to(device)
    with quick_arithmetic(device):
        outputs = learner(batch.ids, batch.mask)
        logits = learner.judge(outputs)
    targets = targets_of(learner.task, chosen, batch.ids.shape[1]).to(device)
    loss = own_loss(logits.float(), targets, learner.task.one_of) + compute_loss(outputs, batch, _WEIGHTS)
    stage.advance(loss, settings.clip_norm)


class History:
    """Logits of the judged rows after each epoch, kept in files beside the checkpoint, and whether they get better."""

    def __init__(self, task: Task, place: Path, judged: NDArray[np.int64]) -> None:
        self._task, self._place, self._rows = task, place, judged
        self.judged: list[dict[int, Values]] = []

    def _path(self, epoch: int) -> Path:
        return self._place.with_name(f"{self._place.name}-{epoch}.npz")

    def add(self, found: dict[int, Values]) -> None:
        """Keep the logits of an epoch."""
        self.judged.append(found)
        np.savez(self._path(len(self.judged)), *[found[int(row)] for row in self._rows])

    def load(self, epochs: int) -> None:
        """Take up the epochs that a checkpoint has behind it."""
        for epoch in range(1, epochs + 1 if len(self._rows) else 1):
            with np.load(self._path(epoch)) as kept:
                self.judged.append({int(row): kept[f"arr_{n}"] for n, row in enumerate(self._rows)})

    def scores(self) -> list[float]:
        """The measure after each epoch; the lowest possible where it does not apply."""
        found = (measured(self._task, logits) for logits in self.judged)
        return [-math.inf if score is None else score for score in found]

    def over(self) -> bool:
        """Whether the last epochs have brought nothing."""
        scores = self.scores()
        return len(scores) > PATIENCE and max(scores[-PATIENCE:]) <= max(scores[:-PATIENCE])

    def last(self) -> dict[str, float]:
        """The measure after the last epoch, for the log."""
        return {self._task.measure()[0]: round(self.scores()[-1], 4)} if self.judged else {}

    def words(self) -> str:
        """The measure after the last epoch, for a person."""
        return "".join(f": {name} {score:.3f}" for name, score in self.last().items())


def measured(task: Task, logits: dict[int, Values]) -> float | None:
    """The measure of logits against the labels of their rows."""
    rows = np.array(sorted(logits))
    found = np.concatenate([logits[row] for row in rows]) if task.by_token else np.stack([logits[row] for row in rows])
    return task.measure()[1](*task.measured(task.rows(rows), found))
