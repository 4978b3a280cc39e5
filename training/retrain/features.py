"""What a bundle says of the user's texts before any training: states to put a head on, and every head's judgement."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scorer.decode import expected_level, sigmoid, softmax
from scorer.labels import DEVICES
from scorer.own_heads import normalised
from scorer.runtime import Runtime
from scorer.text import end_of_wording
from training.data import LEVELS, Encoded, Targets
from training.model import HEAD_SIZES

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Read:
    """Texts as a bundle reads them, in their order.

    `pooled` are normalised states (rows, hidden); `states` those of each token, empty unless asked for. `logits` are of
    the shipped heads, (rows, outputs) by name. `encoded` has token ids, and as targets what those heads say.
    """

    pooled: Floats
    states: list[Floats]
    logits: dict[str, Floats]
    encoded: Encoded


def read_texts(runtime: Runtime, texts: Sequence[str], max_tokens: int, with_states: bool) -> Read:
    """Run a bundle over texts, each cut to its wording and to what the model reads at once.

    :param with_states: whether the states of tokens are wanted, which need much memory.
    """
    encodings = [runtime.tokenise(text[: end_of_wording(text)]) for text in texts]
    for encoding in encodings:
        encoding.truncate(max_tokens)
    raw = runtime.run(encodings, (*HEAD_SIZES, "pooled", *(["states"] if with_states else [])))
    logits = {name: raw.heads[name] for name in HEAD_SIZES if name != "tokens"}
    return Read(
        pooled=normalised(raw.heads["pooled"]),
        states=[normalised(states) for states in raw.by_token.get("states", [])],
        logits=logits,
        encoded=Encoded(
            texts=list(texts),
            forms=["headline"] * len(texts),
            shares=[1.0] * len(texts),
            ids=[encoding.ids for encoding in encodings],
            offsets=[encoding.offsets for encoding in encodings],
            spans=[[]] * len(texts),
            targets=judgements(logits, [found[:, 0] for found in raw.by_token["tokens"]]),
        ),
    )


def judgements(logits: dict[str, Floats], tokens: Sequence[Floats]) -> Targets:
    """What shipped heads say, as soft targets that hold them in place while another head is trained."""
    levels = softmax(logits["sensationalism"])
    return Targets(
        levels=levels,
        mean=np.asarray(expected_level(levels, np.array(LEVELS, dtype=np.float32))),
        devices=sigmoid(logits["devices"]).reshape(len(levels), len(DEVICES), -1),
        clickbait=sigmoid(logits["clickbait"][:, 0]),
        bias=sigmoid(logits["bias"]),
        opinion=sigmoid(logits["opinion"]),
        kind=softmax(logits["kind"]),
        frames=sigmoid(logits["frames"]),
        tokens=[sigmoid(found) for found in tokens],
    )


def shipped_scores(targets: Targets) -> dict[str, Floats]:
    """The score of each shipped head, 0-1 by name, uncalibrated: to compare labels with, or one model with another."""
    return {
        "sensationalism": targets.mean / 100,
        "clickbait": targets.clickbait,
        **{name: targets.devices[:, column].mean(axis=1) for column, name in enumerate(DEVICES)},
        "bias": targets.bias.mean(axis=1),
        "opinion": targets.opinion.mean(axis=1),
    }
