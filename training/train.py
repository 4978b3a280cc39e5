"""The training loop: resumable, seeded, with averaged weights and a last stretch under eight-bit rounding."""

import contextlib
import json
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel

from scorer.decode import expected_level, sigmoid, softmax
from scorer.metrics import Values, f1, mean_absolute_error, mean_squared_error, pearson, roc_auc
from training.config import Optimiser, Recipe
from training.data import LEVELS, Batch, Encoded, ordered_batches, shuffled_batches
from training.model import HeadlineModel, Outputs, compute_loss
from training.quantise import measure_ranges, quantise_encoder

#: The loss to learn from: of the heads' loss on a batch, what the model said, the numbers of its rows, and the batch.
Beside = Callable[[torch.Tensor, Outputs, Sequence[int], Batch], torch.Tensor]
#: Logit above which the log counts a frame as found; the bundle's thresholds are chosen at export.
FRAME_CUT = -0.5


@dataclass(frozen=True)
class Predictions:
    """Raw outputs of every head over a set of rows, in row order; tokens are one array a row."""

    sensationalism: Values
    devices: Values
    clickbait: Values
    bias: Values
    opinion: Values
    kind: Values
    frames: Values
    tokens: list[Values]

    @property
    def score(self) -> Values:
        """Expected sensationalism, (rows,) 0-100."""
        return np.asarray(expected_level(softmax(self.sensationalism), np.array(LEVELS)), dtype=np.float64)

    @property
    def clickbait_strength(self) -> Values:
        """Expected clickbait strength, (rows,) 0-1."""
        return np.asarray(sigmoid(self.clickbait), dtype=np.float64)

    @property
    def bias_level(self) -> Values:
        """Expected bias, (rows,) 0-3, uncalibrated."""
        return np.asarray(sigmoid(self.bias).sum(axis=1), dtype=np.float64)

    @property
    def opinion_level(self) -> Values:
        """Expected opinion, (rows,) 0-2, uncalibrated."""
        return np.asarray(sigmoid(self.opinion).sum(axis=1), dtype=np.float64)

    def rows(self, picked: Sequence[int]) -> "Predictions":
        """The predictions of some rows only."""
        arrays = {name: value[picked] for name, value in vars(self).items() if name != "tokens"}
        return Predictions(**arrays, tokens=[self.tokens[row] for row in picked])


@contextlib.contextmanager
def quick_arithmetic(device: torch.device) -> Iterator[None]:
    """Inside, a step is computed the way that is fastest on a device.

    Bfloat16 where the machine has matrix units for it; elsewhere it was slower than float32. On a processor attention
    in single products: the backward pass of the fused one took half the time of a step on short texts.
    """
    halves = device.type == "cuda" or torch.cpu._is_amx_tile_supported()
    single = sdpa_kernel(SDPBackend.MATH) if device.type == "cpu" else contextlib.nullcontext()
    with torch.autocast(device.type, dtype=torch.bfloat16, enabled=halves), single:
        yield


@torch.no_grad()
def predict(model: HeadlineModel, rows: Encoded, batch_size: int = 64, quick: bool = False) -> Predictions:
    """Run the model over rows.

    :param quick: with the arithmetic of training, instead of in full precision.
    """
    device = next(model.parameters()).device
    model.eval()
    names = [field.name for field in fields(Predictions)]
    found: dict[int, dict[str, Values]] = {}
    for picked in ordered_batches([len(ids) for ids in rows.ids], batch_size):
        batch = rows.batch(picked).to(device)
        with quick_arithmetic(device) if quick else contextlib.nullcontext():
            outputs: Outputs = model(batch.ids, batch.mask)
        arrays = {name: getattr(outputs, name).double().cpu().numpy() for name in names}
        for position, row in enumerate(picked):
            found[row] = {name: values[position] for name, values in arrays.items()}
            found[row]["tokens"] = found[row]["tokens"][: len(rows.ids[row])]
    in_order = [found[row] for row in range(len(rows))]
    arrays = {name: np.stack([item[name] for item in in_order]) for name in names if name != "tokens"}
    return Predictions(**arrays, tokens=[item["tokens"] for item in in_order])


def quick_scores(predictions: Predictions, rows: Encoded) -> dict[str, float | None]:
    """The few figures logged after each epoch, each over the rows that have the label."""
    truth, judged = rows.targets.mean.astype(np.float64), rows.targets.clickbait.astype(np.float64)
    rated, known = ~np.isnan(truth), ~np.isnan(judged)
    marks, logits = np.concatenate(rows.targets.tokens), np.concatenate(predictions.tokens)
    inside = ~np.isnan(marks)
    bias, frames = rows.targets.bias.astype(np.float64).sum(axis=1), rows.targets.frames.astype(np.float64)
    read, framed = ~np.isnan(bias), ~np.isnan(frames[:, 0])
    return {
        "pearson": pearson(truth[rated], predictions.score[rated]),
        "mae": mean_absolute_error(truth[rated], predictions.score[rated]),
        "clickbait_mse": mean_squared_error(judged[known], predictions.clickbait_strength[known]),
        "token_auc": roc_auc(marks[inside].astype(np.float64), logits[inside]),
        "bias_pearson": pearson(bias[read], predictions.bias_level[read]),
        "frames_f1": f1(frames[framed].ravel(), (predictions.frames[framed].ravel() > FRAME_CUT).astype(np.float64)),
    }


def parameter_groups(model: HeadlineModel, settings: Optimiser) -> list[dict[str, Any]]:
    """Parameters by layer and kind: deeper layers learn slower (`layer_decay`), biases and norms do not decay."""
    depth = len(model.encoder.encoder.layer)
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        if name.startswith(("heads.", "maps.")):
            rate = settings.head_learning_rate
        else:
            layer = int(name.split(".layer.")[1].split(".")[0]) if ".layer." in name else -1
            rate = settings.learning_rate * settings.layer_decay ** (depth - 1 - layer)
        decay = 0.0 if parameter.ndim == 1 else settings.weight_decay
        groups.setdefault((rate, decay), []).append(parameter)
    return [{"params": group, "lr": rate, "weight_decay": decay} for (rate, decay), group in groups.items()]


def linear_schedule(step: int, total: int, warmup: float) -> float:
    """Factor on the learning rate: up to 1 over the warm-up share of the steps, then down to 0."""
    rise = max(1, int(total * warmup))
    return min((step + 1) / rise, max(0.0, (total - step) / max(1, total - rise)))


class Averaged:
    """An exponential moving average of the parameters, which generalises better than the last step's."""

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.decay = decay
        self.values = {name: p.detach().clone() for name, p in model.named_parameters() if p.requires_grad}
        self.steps = 0

    @torch.no_grad()
    def update(self, model: nn.Module) -> None:
        """Move the average towards the current weights; early on faster, so that the start is forgotten."""
        self.steps += 1
        decay = min(self.decay, (1 + self.steps) / (10 + self.steps))
        for name, parameter in model.named_parameters():
            if name in self.values:
                self.values[name].lerp_(parameter.detach(), 1 - decay)

    @torch.no_grad()
    def swap(self, model: nn.Module) -> None:
        """Exchange the model's weights with the averaged ones."""
        parameters = dict(model.named_parameters())
        for name, value in self.values.items():
            kept = parameters[name].detach().clone()
            parameters[name].copy_(value)
            self.values[name] = kept


@contextlib.contextmanager
def averaged_weights(model: nn.Module, average: Averaged) -> Iterator[None]:
    """Inside, the model has its averaged weights."""
    average.swap(model)
    try:
        yield
    finally:
        average.swap(model)


@dataclass
class Stage:
    """One stretch of training: its model, optimiser and place in it; what a checkpoint holds."""

    name: str
    model: HeadlineModel
    optimiser: torch.optim.Optimizer
    schedule: torch.optim.lr_scheduler.LambdaLR
    average: Averaged
    batches: list[list[int]]
    report_every: int
    step: int = 0

    def advance(self, loss: torch.Tensor, clip_norm: float) -> None:
        """Take one step down the loss: weights, schedule and average."""
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), clip_norm)
        self.optimiser.step()
        self.schedule.step()
        self.average.update(self.model)
        self.step += 1

    def save(self, path: Path) -> None:
        """Write a checkpoint; a kill while writing leaves the one before it whole."""
        state = {
            "stage": self.name,
            "step": self.step,
            "model": self.model.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "schedule": self.schedule.state_dict(),
            "average": self.average.values,
            "average_steps": self.average.steps,
            "random": torch.get_rng_state(),
            "random_cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
        }
        half_written = path.with_suffix(".part")
        torch.save(state, half_written)
        half_written.replace(path)

    def restore(self, state: dict[str, Any]) -> None:
        """Take up a checkpoint of this stage."""
        self.step = state["step"]
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.schedule.load_state_dict(state["schedule"])
        self.average.values, self.average.steps = state["average"], state["average_steps"]
        torch.set_rng_state(state["random"].cpu())
        if state["random_cuda"]:
            torch.cuda.set_rng_state_all([known.cpu() for known in state["random_cuda"]])


class Log:
    """One JSON object a line: what happened in a run, with the seconds it has been worked on, resumed or not.

    :param path: the file; a log that is there already is gone on with.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
        self.start = time.monotonic() - (json.loads(lines[-1])["seconds"] if lines else 0.0)

    def seconds(self) -> float:
        """Seconds of work on this run so far."""
        return time.monotonic() - self.start

    def write(self, event: str, **values: object) -> None:
        """Append an event to the file."""
        line = {"event": event, "seconds": round(self.seconds(), 1), **values}
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def plan_stage(name: str, model: HeadlineModel, rows: Encoded, recipe: Recipe, epochs: float, rate: float) -> Stage:
    """Lay out a stage: its batches in order, its optimiser and schedule.

    :param epochs: may be a fraction.
    :param rate: learning rate of the encoder's last layer; the other rates keep their ratio to it.
    """
    settings = recipe.optimiser
    lengths = [len(ids) for ids in rows.ids]
    whole = math.ceil(epochs)
    seeds = (recipe.seed * 1000 + epoch for epoch in range(whole))
    batches = [
        batch
        for seed in seeds
        for batch in shuffled_batches(
            lengths, rows.forms, rows.shares, settings.batch_size, settings.batch_tokens, seed
        )
    ]
    batches = batches[: max(1, round(len(batches) * epochs / whole))]
    groups = parameter_groups(model, settings)
    for group in groups:
        group["lr"] *= rate / settings.learning_rate
    optimiser = torch.optim.AdamW(groups, fused=True)
    total = len(batches)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda s: linear_schedule(s, total, settings.warmup))
    return Stage(
        name, model, optimiser, schedule, Averaged(model, settings.ema_decay), batches, max(1, round(total / epochs))
    )


def run_stage(
    stage: Stage, rows: Encoded, tune: Encoded, recipe: Recipe, log: Log, folder: Path, beside: Beside | None = None
) -> None:
    """Train a stage to its end; the model is left with its averaged weights.

    :param folder: where the stage's checkpoint is kept; what one there holds is not done again.
    """
    settings, model = recipe.optimiser, stage.model
    checkpoint = folder / f"{stage.name}.pt"
    if checkpoint.is_file():
        stage.restore(torch.load(checkpoint, weights_only=True))
        log.write("resumed", stage=stage.name, step=stage.step)
    device = next(model.parameters()).device
    report_every = stage.report_every
    running = 0.0
    while stage.step < len(stage.batches):
        model.train()
        picked = stage.batches[stage.step]
        batch = rows.batch(picked).to(device)
        with quick_arithmetic(device):
            outputs = model(batch.ids, batch.mask)
        loss = compute_loss(outputs, batch, recipe.loss)
        if beside:
            loss = beside(loss, outputs, picked, batch)
        stage.advance(loss, settings.clip_norm)
        running += float(loss.detach())
        done = stage.step == len(stage.batches)
        if stage.step % settings.checkpoint_steps == 0 or done:
            stage.save(checkpoint)
            log.write("checkpoint", stage=stage.name, step=stage.step)
        if stage.step % report_every == 0 or done:
            with averaged_weights(model, stage.average):
                scores = quick_scores(predict(model, tune, quick=True), tune)
            log.write("scores", stage=stage.name, step=stage.step, of=len(stage.batches), loss=running, **scores)
            running = 0.0
    stage.average.swap(model)


def fit(
    model: HeadlineModel,
    train: Encoded,
    tune: Encoded,
    recipe: Recipe,
    folder: Path,
    log: Log,
    beside: Beside | None = None,
) -> None:
    """Fine-tune a model in place.

    :param folder: for the checkpoint; an interrupted run in it is taken up.
    :param beside: what the loss is besides the heads' own.
    """
    torch.manual_seed(recipe.seed)
    settings = recipe.optimiser
    stage = plan_stage("float", model, train, recipe, settings.epochs, settings.learning_rate)
    run_stage(stage, train, tune, recipe, log, folder, beside)


def fit_rounded(model: HeadlineModel, train: Encoded, tune: Encoded, recipe: Recipe, folder: Path, log: Log) -> None:
    """Quantise a fine-tuned model's encoder in place, and let the weights adapt to the rounding for a while.

    :param folder: as in `fit`.
    """
    settings, device = recipe.quantisation, next(model.parameters()).device
    rows = min(settings.calibration_rows, len(train))
    picked = np.random.default_rng(recipe.seed).choice(len(train), rows, replace=False)
    batches = [train.batch(part.tolist()).to(device) for part in np.array_split(picked, math.ceil(rows / 64))]
    ranges = measure_ranges(model, batches, settings.percentile)
    quantise_encoder(model.encoder, ranges, settings.weight_bits)
    model.to(device)
    if settings.aware_epochs:
        rate = settings.aware_learning_rate
        stage = plan_stage("rounded", model, train, recipe, settings.aware_epochs, rate)
        run_stage(stage, train, tune, recipe, log, folder)
