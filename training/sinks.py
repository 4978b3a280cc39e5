"""Special tokens that need not be computed: attention looks at their mean keys and values instead.

An encoder learned to rest its attention on the tokens that begin and end a text. What they are to attention hardly
depends on the text, so two fixed keys and values a layer can stand in for them, and every product of the encoder has
two tokens less, an eighth of a headline. Learned prefixes of keys and values: Li and Liang 2021 (prefix-tuning); why a
model needs somewhere to rest its attention: Xiao et al. 2024 (attention sinks).
"""

from collections.abc import Iterable
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from training.model import HeadlineModel

#: What stands in for the tokens at the beginning and at the end.
SINKS = 2
#: Parameters of each attention that hold them, (SINKS, hidden).
SINK_KEYS, SINK_VALUES = "sink_keys", "sink_values"


class SinkAttention(nn.Module):
    """Attention over a text and the fixed keys and values that stand in for its special tokens.

    :param source: the `BertSelfAttention` whose layers it takes over.
    """

    def __init__(self, source: Any) -> None:
        super().__init__()
        self.num_attention_heads, self.attention_head_size = source.num_attention_heads, source.attention_head_size
        self.query, self.key, self.value, self.dropout = source.query, source.key, source.value, source.dropout
        hidden = self.num_attention_heads * self.attention_head_size
        self.sink_keys = nn.Parameter(source.key.weight.new_zeros(SINKS, hidden))
        self.sink_values = nn.Parameter(source.key.weight.new_zeros(SINKS, hidden))

    def forward(
        self, hidden_states: torch.Tensor, attention_mask: torch.Tensor | None = None, **_: Any
    ) -> tuple[torch.Tensor, None]:
        """(rows, tokens, hidden) to the same; the mask is what scaled dot-product attention takes."""
        rows, tokens, _width = hidden_states.shape

        def heads(values: torch.Tensor, sinks: torch.Tensor | None = None) -> torch.Tensor:
            if sinks is not None:
                values = torch.cat([sinks.to(values.dtype).expand(rows, -1, -1), values], dim=1)
            return values.unflatten(-1, (self.num_attention_heads, -1)).transpose(1, 2)

        if attention_mask is not None:
            seen = True if attention_mask.dtype == torch.bool else 0.0
            attention_mask = functional.pad(attention_mask, (SINKS, 0), value=seen)
        mixed = functional.scaled_dot_product_attention(
            heads(self.query(hidden_states)),
            heads(self.key(hidden_states), self.sink_keys),
            heads(self.value(hidden_states), self.sink_values),
            attn_mask=attention_mask,
            dropout_p=self.dropout.p if self.training else 0.0,
            scale=self.attention_head_size**-0.5,
        )
        return mixed.transpose(1, 2).reshape(rows, tokens, -1), None


def add_sinks(model: HeadlineModel) -> None:
    """Give every attention of the encoder its stand-ins, all zeros, in place."""
    encoder: Any = model.encoder
    for layer in encoder.encoder.layer:
        layer.attention.self = SinkAttention(layer.attention.self)


def has_sinks(weights: dict[str, Any]) -> bool:
    """Whether weights by name are of a model with stand-ins."""
    return any(name.endswith(SINK_KEYS) for name in weights)


@torch.no_grad()
def replace_special_tokens(model: HeadlineModel, batches: Iterable[tuple[torch.Tensor, torch.Tensor]]) -> None:
    """Make a model that read special tokens one that reads texts without them, as nearly the same as can be, in place.

    The stand-ins are the mean keys and values of the first and last tokens of the texts. Positions move by one,
    because a text's first word now comes first.

    :param batches: ids and mask, (rows, tokens) each, of some hundred texts with their special tokens.
    """
    encoder: Any = model.encoder
    sums: dict[str, torch.Tensor] = {}
    ends: dict[str, torch.Tensor] = {}

    def add_up(name: str) -> Any:
        def hook(_layer: nn.Module, _values: object, output: torch.Tensor) -> None:
            first_and_last = torch.stack([output[:, 0], output[torch.arange(len(output)), ends["last"]]])
            sums[name] = sums.get(name, 0.0) + first_and_last.sum(1)

        return hook

    layers = [layer.attention.self for layer in encoder.encoder.layer]
    hooks = [
        part.register_forward_hook(add_up(f"{number}.{name}"))
        for number, layer in enumerate(layers)
        for name, part in ((SINK_KEYS, layer.key), (SINK_VALUES, layer.value))
    ]
    model.eval()
    texts = 0
    for ids, mask in batches:
        ends["last"] = mask.sum(1) - 1
        texts += len(ids)
        model(ids, mask)
    for hook in hooks:
        hook.remove()
    add_sinks(model)
    for number, layer in enumerate(encoder.encoder.layer):
        for name in (SINK_KEYS, SINK_VALUES):
            getattr(layer.attention.self, name).copy_(sums[f"{number}.{name}"] / texts)
    positions = encoder.embeddings.position_embeddings.weight
    positions.copy_(torch.cat([positions[1:], positions[-1:]]))
