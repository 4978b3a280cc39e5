"""Heads that users have added to a model: small files of their own, applied after the same forward pass.

A head is linear on normalised states of the graph: the pooled one of a text, or for phrases that of each token.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np

from scorer.bundle import Bundle, Platt, head_file, pairs, platts
from scorer.decode import Array, band_margins, sigmoid, softmax
from scorer.errors import BundleError
from scorer.results import Label
from scorer.runtime import RawOutputs
from scorer.text import loaded_phrases

KINDS: Final = ("graded", "binary", "classes", "labels", "phrases")
#: Added to the variance, as in the graph's own normalisation before its heads.
EPSILON: Final = 1e-5


@dataclass(frozen=True)
class OwnHead:
    """A head with labels of the user's own.

    `kind` is graded (one number), binary, classes (one of several labels), labels (any of several) or phrases. `names`
    are the labels, one an output (the one that means yes of a binary head). `weight` is (outputs, hidden), `bias`
    (outputs,). `thresholds` say from which probability a label is present, for phrases also (second) from which a word
    continues one. `scale` is the lowest and highest grade; `margins` hold (lowest predicted grade, margin) on 0-1, of
    the 90% interval; both for graded heads only.
    """

    name: str
    kind: str
    names: tuple[str, ...]
    weight: Array
    bias: Array
    calibration: tuple[Platt, ...]
    thresholds: tuple[float, ...]
    scale: tuple[float, float] | None = None
    margins: tuple[tuple[float, float], ...] = ()

    @property
    def source(self) -> str:
        """The output of the graph that it reads."""
        return "states" if self.kind == "phrases" else "pooled"

    def probabilities(self, states: Array) -> Array:
        """Calibrated probabilities, or grades on 0-1, (rows, outputs).

        :param states: of the graph, (rows, hidden).
        """
        logits = normalised(states) @ self.weight.T + self.bias
        scale = np.array([platt.scale for platt in self.calibration])
        logits = logits * scale + np.array([platt.shift for platt in self.calibration])
        return softmax(logits) if self.kind == "classes" else sigmoid(logits)

    def to_json(self) -> str:
        """The content of the head's file."""
        scales = [{"scale": platt.scale, "shift": platt.shift} for platt in self.calibration]
        value = {
            "kind": self.kind,
            "names": self.names,
            "weight": self.weight.tolist(),
            "bias": self.bias.tolist(),
            "calibration": scales,
            "thresholds": self.thresholds,
            "scale": self.scale,
            "margins": self.margins,
        }
        return json.dumps(value, ensure_ascii=False) + "\n"


def normalised(states: Array) -> Array:
    """States with mean 0 and variance 1 over the last axis, as the graph's own heads see them."""
    centred = states - states.mean(axis=-1, keepdims=True)
    found: Array = centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + EPSILON)
    return found


def read_own_heads(bundle: Bundle, hidden: int) -> tuple[OwnHead, ...]:
    """Read the heads a bundle lists; their hashes have been checked by then.

    :param hidden: the width of the graph's states.
    :raises BundleError: naming the file that does not hold a head.
    """
    found = []
    for name in bundle.own_heads:
        path = bundle.folder / head_file(name)
        try:
            found.append(_parse(name, json.loads(path.read_text(encoding="utf-8")), hidden))
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise BundleError(f"{path}: damaged, no head of this model ({error!r}); retrain it.") from error
    return tuple(found)


def _parse(name: str, value: dict[str, Any], hidden: int) -> OwnHead:
    """A head from its file.

    :raises KeyError, TypeError, ValueError: when something is missing or does not fit.
    """
    scale = value["scale"]
    head = OwnHead(
        name=name,
        kind=str(value["kind"]),
        names=tuple(map(str, value["names"])),
        weight=np.array(value["weight"], dtype=np.float64),
        bias=np.array(value["bias"], dtype=np.float64),
        calibration=platts(value["calibration"]),
        thresholds=tuple(map(float, value["thresholds"])),
        scale=None if scale is None else (float(scale[0]), float(scale[1])),
        margins=pairs(value["margins"]),
    )
    outputs = len(head.names)
    if head.kind not in KINDS:
        raise ValueError(f"unknown kind {head.kind!r}")
    if not outputs or head.weight.shape != (outputs, hidden) or head.bias.shape != (outputs,):
        raise ValueError(f"weights of shape {head.weight.shape} for {outputs} labels on {hidden} states")
    if len(head.calibration) != outputs or len(head.thresholds) != outputs + (head.kind == "phrases"):
        raise ValueError("not every label is calibrated")
    if {head.kind == "graded"} != {head.scale is not None, bool(head.margins)}:
        raise ValueError("a scale and margins are there without grades, or grades without them")
    if any(low >= high for (low, _), (high, _) in pairwise(head.margins)):
        raise ValueError("the margins do not rise")
    return head


def label_texts(
    heads: Sequence[OwnHead], raw: RawOutputs, texts: Sequence[str], offsets: Sequence[Sequence[tuple[int, int]]]
) -> list[dict[str, Label]]:
    """What every head says of texts, by text.

    :param raw: with the states that the heads read; `offsets`: of the tokens, by text.
    """
    found: list[dict[str, Label]] = [{} for _ in texts]
    for head in heads:
        if head.kind == "phrases":
            for row, states in enumerate(raw.by_token["states"]):
                weights = head.probabilities(states)[:, 0].tolist()
                phrases = loaded_phrases(texts[row], offsets[row], weights, *head.thresholds)
                found[row][head.name] = Label(head.kind, phrases=phrases)
        else:
            values = head.probabilities(raw.heads["pooled"])
            graded = head.kind == "graded"
            labels = _grades(head, values[:, 0]) if graded else [_names(head, row) for row in values.tolist()]
            for row, label in enumerate(labels):
                found[row][head.name] = label
    return found


def _grades(head: OwnHead, grades: Array) -> list[Label]:
    """Grades 0-1, (rows,), on the head's own scale, with their intervals."""
    bottom, top = head.scale or (0.0, 1.0)
    values = grades.astype(np.float64)
    margins = band_margins(values, head.margins)
    ends = np.stack([values, np.maximum(values - margins, 0.0), np.minimum(values + margins, 1.0)], axis=1)
    return [
        Label(head.kind, value=value, low=low, high=high, scale=(bottom, top))
        for value, low, high in (bottom + (top - bottom) * ends).tolist()
    ]


def _names(head: OwnHead, probabilities: list[float]) -> Label:
    """Which labels are present; of classes the one that is likeliest."""
    likely = dict(zip(head.names, probabilities, strict=True))
    if head.kind == "classes":
        present: tuple[str, ...] = (max(likely, key=likely.__getitem__),)
    else:
        over = zip(likely.items(), head.thresholds, strict=True)
        present = tuple(name for (name, value), threshold in over if value >= threshold)
    return Label(head.kind, probabilities=likely, present=present)
