"""The inference graph, written node by node for onnxruntime: eight-bit products, float everything else.

The nodes are those that were fastest on short texts, so nothing is left for onnxruntime's optimiser to find. Of its
fused kernels two are not among them: `SkipLayerNormalization` took 2.7 times as long as a sum and a normalisation,
and attention from single nodes is a tenth faster than `QAttention` (`configs/README.md`). Inside, arrays are (tokens,
rows, …), because `FusedMatMul` then takes the heads of attention as they lie, with nothing to transpose before it.
Every initialiser keeps the name it has in torch (`encoder.layer.0.intermediate.dense.weight`), which is how the encoder
is rebuilt for retraining.

Encoders are BERT, or MPNet (Song et al. 2020), whose attention also weighs how far apart two tokens are.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import nn
from transformers import BertModel, MPNetModel, PretrainedConfig

from scorer.errors import InputError
from scorer.support import MEANINGS
from training.config import ACTIVATIONS
from training.model import HeadlineModel
from training.quantise import QuantisedLinear, weight_scales
from training.sinks import SINK_KEYS, SINK_VALUES, SINKS, SinkAttention, has_sinks

OPSET = 17
CONTRIB = "com.microsoft"
#: The node of an activation that is computed apart.
ACTIVATION = "Gelu"
#: What attention's three linear layers are called here, in the order in which their outputs lie side by side.
ATTENTION_PARTS = ("query", "key", "value")


def row_scales(table: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Round a table to eight bits with one scale a row.

    :param table: (rows, width).
    :returns: (rows, width) steps and (rows, 1) scales; their product is the table.
    """
    scales = np.maximum(np.abs(table).max(axis=1, keepdims=True), 1e-8) / 127
    return np.round(table / scales).astype(np.int8), scales.astype(np.float32)


@dataclass(frozen=True)
class Attention:
    """The attention of one layer: its module, what it projects with, and where its weights lie in torch.

    own: the module that attends, at `place` in its layer. parts: its linear layers as in `ATTENTION_PARTS`. output,
    norm: what follows, with their places.
    """

    own: Any
    place: str
    parts: tuple[Any, ...]
    output: tuple[Any, str]
    norm: tuple[nn.LayerNorm, str]


def attention_of(layer: Any) -> Attention:
    """The attention of a layer of either encoder."""
    around = layer.attention
    if hasattr(around, "attn"):
        own = around.attn
        output, norm = (own.o, "attention.attn.o"), (around.LayerNorm, "attention.LayerNorm")
        return Attention(own, "attention.attn", (own.q, own.k, own.v), output, norm)
    own, after = around.self, around.output
    output, norm = (after.dense, "attention.output.dense"), (after.LayerNorm, "attention.output.LayerNorm")
    return Attention(own, "attention.self", tuple(getattr(own, part) for part in ATTENTION_PARTS), output, norm)


class GraphBuilder:
    """Collects nodes and initialisers; each method adds one step and returns the name of its result."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.initialisers: dict[str, onnx.TensorProto] = {}

    def constant(self, name: str, value: Any) -> str:
        """Keep an array under a name."""
        self.initialisers[name] = numpy_helper.from_array(np.asarray(value, order="C"), name)
        return name

    def node(self, kind: str, inputs: list[str], name: str, domain: str = "", **attributes: object) -> str:
        """Add a node with one result, called `name`."""
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, domain=domain, **attributes))
        return name

    def split(self, values: str, names: list[str]) -> list[str]:
        """Divide an array along its last axis into equal parts."""
        self.nodes.append(helper.make_node("Split", [values], names, name=f"{values}.split", axis=-1))
        return names

    def rounded_input(self, layer: QuantisedLinear, values: str, name: str) -> tuple[str, str, str]:
        """Round activations to the layer's fixed range: the steps, and the names of their scale and zero."""
        scale = self.constant(f"{name}.input_scale", np.float32(layer.input_scale.item()))
        zero = self.constant(f"{name}.input_zero", np.uint8(layer.input_zero.item()))
        return self.node("QuantizeLinear", [values, scale, zero], f"{name}.input"), scale, zero

    def rounded_weight(self, layers: list[QuantisedLinear], name: str) -> tuple[str, str, str]:
        """Keep the layers' weights side by side as (inputs, outputs) steps, with scales by output, and their biases."""
        scales = [weight_scales(layer.weight, layer.bits) for layer in layers]
        steps = [(layer.weight / s.unsqueeze(1)).round() for layer, s in zip(layers, scales, strict=True)]
        weight = self.constant(f"{name}.weight", torch.cat(steps).T.detach().numpy().astype(np.int8))
        scale = self.constant(f"{name}.weight_scale", torch.cat(scales).detach().numpy())
        bias = self.constant(f"{name}.bias", torch.cat([layer.bias for layer in layers]).detach().numpy())
        return weight, scale, bias

    def linear(self, layer: QuantisedLinear, values: str, name: str) -> str:
        """A quantised linear layer: float in, float out."""
        return self.joined_linear([layer], values, name)

    def joined_linear(self, layers: list[QuantisedLinear], values: str, name: str) -> str:
        """Quantised linear layers of one input as a single product, their outputs side by side."""
        steps, input_scale, input_zero = self.rounded_input(layers[0], values, name)
        weight, scale, bias = self.rounded_weight(layers, name)
        inputs = [steps, weight, input_scale, scale, input_zero, "", bias]
        return self.node("MatMulIntegerToFloat", inputs, f"{name}.output", CONTRIB)

    def add_and_norm(self, values: str, residual: str, norm: nn.LayerNorm, name: str) -> str:
        """Residual sum, then layer normalisation."""
        weight = self.constant(f"{name}.weight", norm.weight.detach().numpy())
        bias = self.constant(f"{name}.bias", norm.bias.detach().numpy())
        summed = self.node("Add", [values, residual], f"{name}.sum")
        return self.node("LayerNormalization", [summed, weight, bias], f"{name}.output", axis=-1, epsilon=norm.eps)


def add_embeddings(graph: GraphBuilder, model: HeadlineModel) -> str:
    """Token, position and type embeddings, summed and normalised: (tokens, rows, hidden)."""
    tables: Any = model.encoder.embeddings
    steps, scales = row_scales(tables.word_embeddings.weight.detach().numpy())
    table = graph.constant("embeddings.word_embeddings.weight", steps)
    scale = graph.constant("embeddings.word_embeddings.weight_scale", scales)
    ids = graph.node("Transpose", ["ids"], "ids.by_token", perm=[1, 0])
    words = graph.node("Gather", [table, ids], "words.steps")
    words = graph.node("Cast", [words], "words.float", to=TensorProto.FLOAT)
    words = graph.node("Mul", [words, graph.node("Gather", [scale, ids], "words.scale")], "words")
    positions = tables.position_embeddings.weight
    if isinstance(model.encoder, MPNetModel):
        positions = positions[tables.padding_idx + 1 :]  # the first ones are for padding
    else:
        positions = positions + tables.token_type_embeddings.weight[0]  # every text is of type 0
    table = graph.constant("embeddings.position_embeddings.weight", positions.detach().numpy())
    width = graph.node("Shape", ["ids"], "width", start=1, end=2)
    zero = graph.constant("zero", np.array([0], dtype=np.int64))
    positions_used = graph.node("Slice", [table, zero, width, zero], "positions")
    middle = graph.constant("middle_axis", np.array([1], dtype=np.int64))
    positions_used = graph.node("Unsqueeze", [positions_used, middle], "positions.by_token")
    return graph.add_and_norm(words, positions_used, tables.LayerNorm, "embeddings.LayerNorm")


def add_distances(graph: GraphBuilder, encoder: Any, most: int) -> str:
    """What MPNet's attention adds for how far apart two tokens are: (1, heads, tokens, tokens).

    :param most: tokens of a text.
    """
    apart = encoder.relative_position_bucket(torch.arange(1 - most, most))
    table = graph.constant("distance.bias", encoder.relative_attention_bias(apart).T.detach().numpy())
    zero, one = (graph.constant(f"distance.{n}", np.array(n, dtype=np.int64)) for n in (0, 1))
    axes = [graph.constant(f"distance.axis.{axis}", np.array([axis], dtype=np.int64)) for axis in (0, 1)]
    width = graph.node("Squeeze", ["width", axes[0]], "distance.width")
    places = graph.node("Range", [zero, width, one], "distance.places")
    rows, columns = (graph.node("Unsqueeze", [places, axis], f"{axis}.places") for axis in reversed(axes))
    distance = graph.node("Sub", [columns, rows], "distance")
    first = graph.constant("distance.first", np.array(most - 1, dtype=np.int64))
    found = graph.node(
        "Gather", [table, graph.node("Add", [distance, first], "distance.row")], "distance.heads", axis=1
    )
    return graph.node("Unsqueeze", [found, axes[0]], "distance.by_head")


def add_mask(graph: GraphBuilder, encoder: Any, sinks: bool) -> None:
    """What all layers share: `mask.bias` (rows, 1, 1, tokens), 0 for real tokens and far below it for padding.

    For MPNet it is (rows, heads, tokens, tokens), as what it adds for distances is part of it.

    :param sinks: whether attention looks at stand-ins for special tokens too, which the mask then begins with.
    """
    real = graph.node("Cast", ["mask"], "mask.float", to=TensorProto.FLOAT)
    padding = graph.node("Sub", [graph.constant("one", np.float32(1)), real], "mask.padding")
    padding = graph.node("Mul", [padding, graph.constant("far_below", np.float32(-1e4))], "mask.low")
    if sinks:
        # what stands in for special tokens comes before the text, and every token may look at it
        before = graph.constant("sinks.before", np.array([0, SINKS, 0, 0]))
        padding = graph.node("Pad", [padding, before], "mask.low.sinks")
        rows = graph.node("Shape", ["ids"], "rows", start=0, end=1)
        sizes = (("sinks.n", SINKS), ("hidden", encoder.config.hidden_size))
        many, wide = (graph.constant(name, np.array([size])) for name, size in sizes)
        graph.node("Concat", [many, rows, wide], "sinks.shape", axis=0)
    spread = [padding, graph.constant("middle_axes", np.array([1, 2]))]
    config: PretrainedConfig = encoder.config
    if isinstance(encoder, MPNetModel):
        distances = add_distances(graph, encoder.encoder, config.max_position_embeddings)
        graph.node("Add", [graph.node("Unsqueeze", spread, "mask.low.spread"), distances], "mask.bias")
    else:
        graph.node("Unsqueeze", spread, "mask.bias")
    width = config.hidden_size // config.num_attention_heads
    graph.constant("heads_apart", np.array([0, 0, config.num_attention_heads, width]))
    graph.constant("heads_together", np.array([0, 0, config.hidden_size]))


def add_sink(graph: GraphBuilder, sinks: torch.Tensor, values: str, name: str) -> str:
    """Put what stands in for special tokens before the keys or values of every row: two tokens more."""
    kept = graph.constant(name, sinks.detach().unsqueeze(1).numpy())
    spread = graph.node("Expand", [kept, "sinks.shape"], f"{name}.spread")
    return graph.node("Concat", [spread, values], f"{name}.joined", axis=0)


def add_attention(graph: GraphBuilder, attention: Attention, values: str, name: str) -> str:
    """Scaled dot-product attention (Vaswani et al. 2017) over all heads at once."""
    own = attention.own
    joined = graph.joined_linear(list(attention.parts), values, name)
    parts = graph.split(joined, [f"{name}.{part}" for part in ATTENTION_PARTS])
    if isinstance(own, SinkAttention):
        parts[1] = add_sink(graph, own.sink_keys, parts[1], f"{name}.{SINK_KEYS}")
        parts[2] = add_sink(graph, own.sink_values, parts[2], f"{name}.{SINK_VALUES}")
    query, key, value = (graph.node("Reshape", [part, "heads_apart"], f"{part}.heads") for part in parts)
    # of (tokens, rows, heads, width) each: (rows, heads, tokens, tokens), then (rows, heads, tokens, width)
    likeness = graph.node(
        "FusedMatMul",
        [query, key],
        f"{name}.likeness",
        CONTRIB,
        transB=1,
        transBatchA=1,
        transBatchB=1,
        alpha=own.attention_head_size**-0.5,
    )
    masked = graph.node("Add", [likeness, "mask.bias"], f"{name}.masked")
    weights = graph.node("Softmax", [masked], f"{name}.weights", axis=-1)
    mixed = graph.node("FusedMatMul", [weights, value], f"{name}.mixed", CONTRIB, transBatchB=1)
    turned = graph.node("Transpose", [mixed], f"{name}.back", perm=[2, 0, 1, 3])
    return graph.node("Reshape", [turned, "heads_together"], f"{name}.context")


def add_layer(graph: GraphBuilder, layer: Any, values: str, name: str) -> str:
    """One transformer layer: attention and feed-forward, each with its residual."""
    attention = attention_of(layer)
    (output, output_place), (norm, norm_place) = attention.output, attention.norm
    mixed = add_attention(graph, attention, values, f"{name}.{attention.place}")
    mixed = graph.linear(output, mixed, f"{name}.{output_place}")
    values = graph.add_and_norm(mixed, values, norm, f"{name}.{norm_place}")
    wide = graph.linear(layer.intermediate.dense, values, f"{name}.intermediate.dense")
    if not isinstance(layer.intermediate.intermediate_act_fn, nn.ReLU):
        wide = graph.node(ACTIVATION, [wide], f"{name}.intermediate.activation", CONTRIB)
    # a ReLU needs no node: the range that its results are rounded to begins at zero, so rounding cuts what lies below
    narrow = graph.linear(layer.output.dense, wide, f"{name}.output.dense")
    return graph.add_and_norm(narrow, values, layer.output.LayerNorm, f"{name}.output.LayerNorm")


def by_row(graph: GraphBuilder, values: str, name: str) -> str:
    """Turn (tokens, rows, width) into (rows, tokens, width), for who asks for it."""
    return graph.node("Transpose", [values], name, perm=[1, 0, 2])


def add_heads(graph: GraphBuilder, model: HeadlineModel, states: str) -> None:
    """Mean pooling and the heads, in float; results `pooled`, `states` and one for each head."""
    by_row(graph, states, "states")
    axes = graph.constant("last_axis", np.array([2], dtype=np.int64))
    mask = graph.node("Transpose", ["mask.float"], "mask.by_token", perm=[1, 0])
    weights = graph.node("Unsqueeze", [mask, axes], "mask.column")
    total = graph.node(
        "ReduceSum",
        [
            graph.node("Mul", [states, weights], "states.kept"),
            graph.constant("token_axis", np.array([0], dtype=np.int64)),
        ],
        "states.sum",
        keepdims=0,
    )
    count = graph.node("ReduceSum", [weights, "token_axis"], "width.count", keepdims=0)
    pooled = graph.node("Div", [total, count], "pooled")
    ones = graph.constant("heads.norm.weight", np.ones(model.norm.normalized_shape, dtype=np.float32))
    normed = {
        name: graph.node("LayerNormalization", [source, ones], f"{name}.normed", axis=-1, epsilon=model.norm.eps)
        for name, source in (("pooled", pooled), ("states", states))
    }
    heads: dict[str, Any] = dict(model.heads.items())
    for name, head in heads.items():
        weight = graph.constant(f"heads.{name}.weight", head.weight.detach().numpy().T)
        bias = graph.constant(f"heads.{name}.bias", head.bias.detach().numpy())
        source = normed["states" if name == "tokens" else "pooled"]
        product = graph.node("MatMul", [source, weight], f"{name}.product")
        if name == "tokens":
            by_row(graph, graph.node("Add", [product, bias], f"{name}.by_token"), name)
        else:
            graph.node("Add", [product, bias], name)


def build_graph(model: HeadlineModel) -> onnx.ModelProto:
    """Write the graph of a trained model with quantised layers.

    Inputs `ids` and `mask`, (rows, tokens) int32. Outputs `sensationalism` (rows, 21), `devices` (rows, 15),
    `clickbait` (rows, 1), `bias` (rows, 3), `opinion` (rows, 2), `kind` (rows, 9), `frames` (rows, 16), `tokens`
    (rows, tokens, 1), `pooled` (rows, hidden), `states` and `meanings` (rows, tokens, hidden): the last layer's and the
    last but one's.

    :raises InputError: when the encoder is neither BERT nor MPNet, or its activation none of `config.ACTIVATIONS`.
    """
    if not isinstance(model.encoder, (BertModel, MPNetModel)):
        raise InputError(
            f"Cannot export a {type(model.encoder).__name__}: the graph is written for BERT and MPNet encoders."
        )
    config = model.encoder.config
    if config.hidden_act not in ACTIVATIONS:
        raise InputError(
            f"Cannot export an encoder with the activation {config.hidden_act!r}: the graph is written for "
            f"{' and '.join(ACTIVATIONS)}."
        )
    graph = GraphBuilder()
    values = add_embeddings(graph, model)
    add_mask(graph, model.encoder, has_sinks(model.state_dict()))
    layers: Any = model.encoder.encoder.layer
    for number, layer in enumerate(layers):
        if number == len(layers) - 1:
            by_row(graph, values, MEANINGS)
        values = add_layer(graph, layer, values, f"encoder.layer.{number}")
    add_heads(graph, model, values)
    inputs = [helper.make_tensor_value_info(n, TensorProto.INT32, ["rows", "tokens"]) for n in ("ids", "mask")]
    outputs = [
        helper.make_tensor_value_info(
            name,
            TensorProto.FLOAT,
            ["rows", "tokens", head.out_features] if name == "tokens" else ["rows", head.out_features],
        )
        for name, head in model.heads.items()
    ]
    outputs.append(helper.make_tensor_value_info("pooled", TensorProto.FLOAT, ["rows", config.hidden_size]))
    outputs += [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["rows", "tokens", config.hidden_size])
        for name in ("states", MEANINGS)
    ]
    made = helper.make_graph(graph.nodes, "scorer", inputs, outputs, list(graph.initialisers.values()))
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(CONTRIB, 1)]
    return helper.make_model(made, opset_imports=opsets, ir_version=9)
