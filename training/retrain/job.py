"""A run of retraining: what was asked for, what it starts from, and what comes out of it."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from scorer.bundle import Bundle, file_hash
from scorer.metrics import Values
from training.model import HeadlineModel
from training.retrain.choose import Trial
from training.retrain.features import Read
from training.retrain.heads import Frozen, Task, Weights
from training.retrain.labelled import Folds, Labelled
from training.retrain.report import Held
from training.retrain.wanted import Wanted
from training.train import Log

Show = Callable[[str], object]


@dataclass(frozen=True)
class Job:
    """What to retrain on, and how.

    `out` is the folder of the bundle to be. `head` names the head, None to name it after the label column. `by` is
    what the split keeps together, None to find out, and `held_out` the share of the rows for the report. `model` is the
    bundle to start from, None for the one shipped. `mode` is auto, frozen or fine-tune; `epochs` at most, None for the
    default; `encoder` starts from another encoder. `seeds` trains the final model with so many seeds from `seed` up.
    `run` is the folder of the run, None for `OUT.run`.
    """

    source: str
    out: Path
    wanted: Wanted = field(default_factory=Wanted)
    head: str | None = None
    by: str | None = None
    held_out: float = 0.2
    model: str | None = None
    mode: str = "auto"
    epochs: int | None = None
    encoder: str | None = None
    seed: int = 0
    seeds: int = 1
    rated_by: str = "unknown"
    run: Path | None = None
    resume: bool = False
    threads: int | None = None

    @property
    def run_folder(self) -> Path:
        """Where checkpoints and the log are kept."""
        return self.run or self.out.with_name(f"{self.out.name}.run")

    def identity(self, data: Labelled, bundle: Bundle) -> dict[str, Any]:
        """Everything that decides what the result is, by the name of the option."""
        return {
            "the labelled file": data.sha256,
            "the model to start from": file_hash(bundle.folder / "config.json"),
            **{f"reading, {name}": value for name, value in asdict(self.wanted).items()},
            "--head": self.head,
            "--split-by": self.by,
            "--held-out": self.held_out,
            "--frozen or --fine-tune": self.mode,
            "--epochs": self.epochs,
            "--encoder": self.encoder,
            "--seed": self.seed,
            "--seeds": self.seeds,
            "--rated-by": self.rated_by,
        }


@dataclass(frozen=True)
class Start:
    """What training starts from: the texts as the bundle reads them, its folder, the head before any label."""

    bundle: Bundle
    folder: Path
    read: Read
    task: Task
    near: Weights

    @property
    def features(self) -> Sequence[Any]:
        """The states that the head reads, by row."""
        return self.read.states if self.task.by_token else list(self.read.pooled)


@dataclass(frozen=True)
class Session:
    """A run on its way: what was asked for, what was read, and where it is logged and shown."""

    job: Job
    identity: dict[str, Any]
    folds: Folds
    start: Start
    held: Held
    log: Log
    show: Show


@dataclass(frozen=True)
class Result:
    """A trained head.

    `model` is the fine-tuned one, None where the graph stays. `out_of_fold` are logits of rows by models that have not
    seen them, NaN where there are none. `how` says which way it was trained and why, `seeds` are the measures on the
    held-out rows by seed, where several were asked for.
    """

    frozen: Frozen
    model: HeadlineModel | None
    weights: Weights
    out_of_fold: Sequence[Values]
    trial: Trial | None
    how: str
    seeds: tuple[float, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What a finished run has to tell: its figures as text, the name of the head, and a text to try the bundle on."""

    card: str
    name: str
    example: str
