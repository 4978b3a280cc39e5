"""The torch model a bundle was exported from, rebuilt from its graph alone: nothing is downloaded.

The initialisers carry torch's names. Each linear layer gets back the fixed range of its input and the bits of its
weights, so the rebuilt model rounds as the graph does and exports to the same graph again.
"""

import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from transformers import BertConfig, BertModel

from scorer.errors import InputError
from training.graph import ACTIVATION
from training.model import HeadlineModel
from training.quantise import ACTIVATION_STEPS, quantise_encoder
from training.sinks import SINK_KEYS, SINK_VALUES, add_sinks, has_sinks

Arrays = dict[str, NDArray[Any]]

_SELF = "attention.self"
_DENSE = ("attention.output.dense", "intermediate.dense", "output.dense")
_NORMS = ("attention.output.LayerNorm", "output.LayerNorm")


def dequantised(folder: Path, dropout: float = 0.1) -> HeadlineModel:
    """Rebuild a bundle's model, rounding its linear layers as the graph does.

    :param dropout: before the heads.
    :raises InputError: when the graph is none of this project's.
    """
    graph = onnx.load(str(folder / "model.onnx")).graph
    arrays = {found.name: numpy_helper.to_array(found) for found in graph.initializer}
    if any(".attention.attn." in name for name in arrays):
        raise InputError(f"{folder}: its encoder is MPNet, which cannot be fine-tuned from a bundle; pass --frozen.")
    try:
        config = encoder_config(graph, arrays)
        model = HeadlineModel(BertModel(config, add_pooling_layer=False), dropout)
        if has_sinks(arrays):
            add_sinks(model)
        state = embeddings_of(arrays)
        ranges: dict[str, tuple[float, float]] = {}
        for number in range(config.num_hidden_layers):
            layer = f"encoder.layer.{number}"
            state |= layer_weights(arrays, layer)
            ranges |= layer_ranges(arrays, layer)
        state = {f"encoder.{name}": value for name, value in state.items()}
        for name in model.heads:
            state |= {f"heads.{name}.weight": arrays[f"heads.{name}.weight"].T}
            state |= {f"heads.{name}.bias": arrays[f"heads.{name}.bias"]}
        model.load_state_dict({name: torch.from_numpy(np.array(value, np.float32)) for name, value in state.items()})
    except (KeyError, StopIteration, RuntimeError) as error:
        raise InputError(f"{folder}/model.onnx: no graph written by this project, {error} is not in it.") from error
    quantise_encoder(model.encoder, ranges, weight_bits(arrays))
    return model


def encoder_config(graph: Any, arrays: Arrays) -> BertConfig:
    """The sizes of the encoder, read off its weights and nodes."""
    words, hidden = arrays["embeddings.word_embeddings.weight"].shape
    attributes = [item for node in graph.node for item in node.attribute]
    return BertConfig(
        vocab_size=words,
        hidden_size=hidden,
        num_hidden_layers=sum(bool(re.fullmatch(rf"encoder\.layer\.\d+\.{_SELF}\.weight", name)) for name in arrays),
        num_attention_heads=attention_heads(arrays, attributes),
        hidden_act="gelu" if any(node.op_type == ACTIVATION for node in graph.node) else "relu",
        intermediate_size=len(arrays["encoder.layer.0.intermediate.dense.bias"]),
        max_position_embeddings=len(arrays["embeddings.position_embeddings.weight"]),
        type_vocab_size=1,
        layer_norm_eps=next(item.f for item in attributes if item.name == "epsilon"),
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )


def attention_heads(arrays: Arrays, attributes: list[Any]) -> int:
    """How many heads attention has: a part of the shape it takes, in older graphs an attribute of its node."""
    if "heads_apart" in arrays:
        return int(arrays["heads_apart"][-2])
    return int(next(item.i for item in attributes if item.name == "num_heads"))


def embeddings_of(arrays: Arrays) -> Arrays:
    """The tables; the row of the only token type is part of the positions already."""
    words = arrays["embeddings.word_embeddings.weight"].astype(np.float32)
    names = ("embeddings.position_embeddings.weight", "embeddings.LayerNorm.weight", "embeddings.LayerNorm.bias")
    return {
        "embeddings.word_embeddings.weight": words * arrays["embeddings.word_embeddings.weight_scale"],
        "embeddings.token_type_embeddings.weight": np.zeros((1, words.shape[1]), dtype=np.float32),
        **{name: arrays[name] for name in names},
    }


def layer_weights(arrays: Arrays, layer: str) -> Arrays:
    """The weights and biases of one layer by torch's names; weights are (outputs, inputs)."""
    found: Arrays = {}
    weight, bias = float_weight(arrays, f"{layer}.{_SELF}"), arrays[f"{layer}.{_SELF}.bias"]
    names = ("query", "key", "value")
    for name, part, shift in zip(names, np.split(weight, 3), np.split(bias, 3), strict=True):
        found |= {f"{layer}.{_SELF}.{name}.weight": part, f"{layer}.{_SELF}.{name}.bias": shift}
    for name in (f"{layer}.{_SELF}.{sink}" for sink in (SINK_KEYS, SINK_VALUES)):
        found |= {name: arrays[name][:, 0]} if name in arrays else {}
    for name in (f"{layer}.{dense}" for dense in _DENSE):
        found |= {f"{name}.weight": float_weight(arrays, name), f"{name}.bias": arrays[f"{name}.bias"]}
    for name in (f"{layer}.{norm}" for norm in _NORMS):
        found |= {f"{name}.weight": arrays[f"{name}.weight"], f"{name}.bias": arrays[f"{name}.bias"]}
    return found


def float_weight(arrays: Arrays, name: str) -> NDArray[np.float32]:
    """The weight of a linear layer from its steps and scales, (outputs, inputs)."""
    found: NDArray[np.float32] = (arrays[f"{name}.weight"].astype(np.float32) * arrays[f"{name}.weight_scale"]).T
    return found


def layer_ranges(arrays: Arrays, layer: str) -> dict[str, tuple[float, float]]:
    """The fixed range of the input of each linear layer, by torch's names."""

    def range_of(name: str) -> tuple[float, float]:
        scale, zero = arrays[f"{name}.input_scale"].item(), arrays[f"{name}.input_zero"].item()
        return -zero * scale, (ACTIVATION_STEPS - zero) * scale

    attention = dict.fromkeys(
        (f"{layer}.{_SELF}.{part}" for part in ("query", "key", "value")), range_of(f"{layer}.{_SELF}")
    )
    return attention | {f"{layer}.{dense}": range_of(f"{layer}.{dense}") for dense in _DENSE}


def weight_bits(arrays: Arrays) -> int:
    """The bits that the linear layers' weights use."""
    largest = max(
        int(np.abs(value.astype(np.int16)).max())
        for name, value in arrays.items()
        if value.dtype == np.int8 and name.startswith("encoder.")
    )
    return math.ceil(math.log2(largest + 1)) + 1
