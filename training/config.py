"""Recipes: a YAML file whose keys are the fields of these dataclasses."""

from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, get_type_hints

import yaml

from scorer.errors import InputError

#: What the exported graph can compute between the two feed-forward layers.
ACTIVATIONS = ("gelu", "relu")


@dataclass(frozen=True)
class Source:
    """One labelled file: which reader understands it, where it lies, and how its rows are seen in an epoch.

    repeat: how often each stands among the train rows; share: of these, the random part seen in one epoch, 0-1; vary:
    the part of them that is told with other names or a slip of the pen (`training.variants`), 0-1.
    """

    kind: str
    path: str
    repeat: int = 1
    share: float = 1.0
    vary: float = 0.0

    def __post_init__(self) -> None:
        if not (0 < self.share <= 1 and 0 <= self.vary <= 1):
            raise InputError(f"{self.path}: share and vary are {self.share} and {self.vary}, expected parts of 1.")
        if self.repeat < 1:
            raise InputError(f"{self.path}: repeat is {self.repeat}, expected 1 or more; leave the source out instead.")


@dataclass(frozen=True)
class Optimiser:
    """How the weights are learned."""

    epochs: float = 5
    batch_size: int = 32
    batch_tokens: int = 2048
    learning_rate: float = 1e-4
    head_learning_rate: float = 1e-3
    layer_decay: float = 1.0
    warmup: float = 0.1
    weight_decay: float = 0.01
    clip_norm: float = 1.0
    ema_decay: float = 0.999
    checkpoint_steps: int = 200

    def __post_init__(self) -> None:
        if not 0 < self.layer_decay <= 1:
            raise InputError(f"layer_decay is {self.layer_decay}, expected a value above 0 and at most 1.")
        if not 0 <= self.ema_decay < 1:
            raise InputError(f"ema_decay is {self.ema_decay}, expected 0 (off) to below 1.")
        if self.epochs < 1 or self.batch_size < 1 or self.checkpoint_steps < 1:
            raise InputError("epochs, batch_size and checkpoint_steps must each be 1 or more.")


@dataclass(frozen=True)
class LossWeights:
    """What a head's loss counts for in the sum.

    hot: how much more a headline rated 100 counts than one rated 0, for sensationalism; there are few of them. steady:
    what it counts that answers change with the names in a headline (`training.steady`).
    """

    sensationalism: float = 1.0
    sensationalism_mean: float = 20.0
    devices: float = 1.0
    clickbait: float = 20.0
    tokens: float = 0.5
    bias: float = 2.0
    opinion: float = 1.0
    kind: float = 0.5
    frames: float = 5.0
    hot: float = 0.0
    steady: float = 0.0

    def __post_init__(self) -> None:
        if min(vars(self).values()) < 0:
            raise InputError("loss: no weight may be below 0.")


@dataclass(frozen=True)
class Matching:
    """How a student is matched to its teacher (`training.match`).

    layers: how many of its layers look up to one of the teacher's. labels: what the loss of the heads counts beside
    the distance to the teacher's states.
    """

    layers: int = 3
    labels: float = 0.05

    def __post_init__(self) -> None:
        if self.layers < 1 or self.labels < 0:
            raise InputError(f"match: layers and labels are {self.layers} and {self.labels}, expected 1 and 0 or more.")


@dataclass(frozen=True)
class Quantisation:
    """How the exported graph is quantised, and how far it may drift from the torch model."""

    aware_epochs: float = 0.5
    aware_learning_rate: float = 2e-5
    calibration_rows: int = 512
    percentile: float = 99.99
    weight_bits: int = 8
    max_mean_drift: float = 1.5

    def __post_init__(self) -> None:
        if not 2 <= self.weight_bits <= 8:
            raise InputError(f"weight_bits is {self.weight_bits}, expected 2 to 8.")


@dataclass(frozen=True)
class Recipe:
    """Everything a run depends on besides the data and the machine.

    blend: the teacher's share in what train rows are taught that have a label and a lesson (`training.data`), 0-1.
    start: a file of weights to start from instead of the plain encoder's (`training.match` makes one). keep: the share
    of these weights in the result, 0-1: the mean of both is often better than either (Wortsman et al. 2022, WiSE-FT).
    activation: of the feed-forward layers, `gelu` or `relu`; the encoder's own when empty. special_tokens: whether
    texts begin and end with the tokeniser's; without them there is an eighth less to compute, and attention looks at
    what stands in for them (`training/sinks.py`).
    """

    name: str
    version: str
    encoder: str
    sources: tuple[Source, ...]
    seed: int = 13
    lessons: str = ""
    start: str = ""
    keep: float = 0.0
    blend: float = 0.0
    activation: str = ""
    special_tokens: bool = True
    max_length: int = 128
    tune_fraction: float = 0.08
    level_spread: float = 5.0
    head_dropout: float = 0.1
    encoder_dropout: float = 0.0
    freeze_word_embeddings: bool = True
    threads: int = 2
    optimiser: Optimiser = field(default_factory=Optimiser)
    loss: LossWeights = field(default_factory=LossWeights)
    match: Matching = field(default_factory=Matching)
    quantisation: Quantisation = field(default_factory=Quantisation)

    def __post_init__(self) -> None:
        if not (0 <= self.blend <= 1 and 0 <= self.keep < 1):
            raise InputError(
                f"recipe {self.name}: blend and keep are {self.blend} and {self.keep}, expected parts of 1."
            )
        if self.activation not in ("", *ACTIVATIONS):
            raise InputError(
                f"recipe {self.name}: activation is {self.activation!r}, expected one of {', '.join(ACTIVATIONS)}."
            )
        if not self.sources:
            raise InputError(f"recipe {self.name}: no sources; name at least one labelled file.")


def build(cls: type, values: Any, where: str) -> Any:
    """Make the dataclass `cls` from plain YAML values, refusing unknown keys.

    :raises InputError: naming the key and the keys that exist.
    """
    if not isinstance(values, dict):
        raise InputError(
            f"{where}: found {type(values).__name__}, expected keys {', '.join(f.name for f in fields(cls))}."
        )
    types = get_type_hints(cls)
    unknown = sorted(set(values) - set(types))
    if unknown:
        raise InputError(f"{where}: unknown key {unknown[0]!r}; the keys are {', '.join(types)}.")
    made = {}
    for key, value in values.items():
        kind = types[key]
        if isinstance(kind, type) and is_dataclass(kind):
            made[key] = build(kind, value, f"{where}, {key}")
        elif kind == tuple[Source, ...]:
            if not isinstance(value, list):
                raise InputError(f"{where}: {key} is {value!r}, expected a list of sources.")
            made[key] = tuple(build(Source, item, f"{where}, {key}[{i}]") for i, item in enumerate(value))
        elif kind is float and isinstance(value, int) and not isinstance(value, bool):
            made[key] = float(value)
        elif isinstance(kind, type) and (not isinstance(value, kind) or isinstance(value, bool) is not (kind is bool)):
            raise InputError(f"{where}: {key} is {value!r}, expected a value of type {kind.__name__}.")
        else:
            made[key] = value
    try:
        return cls(**made)
    except TypeError as error:
        raise InputError(f"{where}: {str(error).split(') ')[-1]}.") from error


def load_recipe(path: Path) -> Recipe:
    """Read a recipe.

    :raises InputError: when the file is missing, is no YAML, or a key or value is wrong.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such recipe file.")
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise InputError(f"{path}: not valid YAML ({error}).") from error
    recipe: Recipe = build(Recipe, values, str(path))
    return recipe
