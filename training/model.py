"""One encoder and a dictionary of small heads; one forward pass a text."""

from dataclasses import dataclass
from typing import Any

import torch
import transformers
from torch import nn
from torch.nn import functional
from transformers import AutoModel, BertConfig, BertModel, PreTrainedModel

from scorer.errors import InputError
from scorer.labels import DEVICES, FRAMES, KINDS
from training.config import LossWeights
from training.data import BIAS_LEVELS, DEVICE_LEVELS, LEVELS, OPINION_LEVELS, Batch

HEAD_SIZES = {
    "sensationalism": len(LEVELS),
    "devices": len(DEVICES) * DEVICE_LEVELS,
    "clickbait": 1,
    "bias": BIAS_LEVELS,
    "opinion": OPINION_LEVELS,
    "kind": len(KINDS) + 1,
    "frames": len(FRAMES),
    "tokens": 1,
}


@dataclass(frozen=True)
class Outputs:
    """Logits of every head and the states behind them.

    sensationalism: (rows, 21). devices: (rows, 5, 3), cumulative: level >= 1, 2, 3. clickbait: (rows,).
    bias: (rows, 3), cumulative. opinion: (rows, 2), cumulative. kind: (rows, 9), the first is none. frames: (rows, 16).
    tokens: (rows, tokens). pooled: (rows, hidden). states: (rows, tokens, hidden).
    """

    sensationalism: torch.Tensor
    devices: torch.Tensor
    clickbait: torch.Tensor
    bias: torch.Tensor
    opinion: torch.Tensor
    kind: torch.Tensor
    frames: torch.Tensor
    tokens: torch.Tensor
    pooled: torch.Tensor
    states: torch.Tensor


class HeadlineModel(nn.Module):
    """An encoder, mean pooling, and linear heads on normalised states.

    :param encoder: a BERT-like encoder, without its own pooler.
    :param dropout: applied to pooled and token states before the heads.
    """

    def __init__(self, encoder: PreTrainedModel, dropout: float) -> None:
        super().__init__()
        self.encoder = encoder
        self.dropout = nn.Dropout(dropout)
        hidden = encoder.config.hidden_size
        # encoders differ in how large their states are; without this the heads of some learn ten times slower
        self.norm = nn.LayerNorm(hidden, elementwise_affine=False)
        self.heads = nn.ModuleDict({name: nn.Linear(hidden, size) for name, size in HEAD_SIZES.items()})

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> Outputs:
        """Encode a padded batch.

        :param ids: (rows, tokens) token ids.
        :param mask: (rows, tokens), 1 for a real token.
        """
        states = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state.float()
        weights = mask.unsqueeze(-1).to(states.dtype)
        pooled = (states * weights).sum(1) / weights.sum(1)
        dropped, dropped_tokens = self.dropout(self.norm(pooled)), self.dropout(self.norm(states))
        logits = {
            name: head(dropped_tokens if name == "tokens" else dropped).float() for name, head in self.heads.items()
        }
        for name in ("clickbait", "tokens"):
            logits[name] = logits[name].squeeze(-1)
        logits["devices"] = logits["devices"].unflatten(-1, (len(DEVICES), DEVICE_LEVELS))
        return Outputs(**logits, pooled=pooled, states=states)


def load_encoder(source: str, dropout: float, activation: str = "") -> PreTrainedModel:
    """Load encoder weights from a folder; `tiny` is a small random one for tests.

    :param dropout: inside the encoder, 0-1; `activation`: of its feed-forward layers, its own when empty.
    :raises InputError: when there are none.
    """
    changed: dict[str, Any] = {"hidden_dropout_prob": dropout, "attention_probs_dropout_prob": dropout}
    changed |= {"hidden_act": activation} if activation else {}
    if source == "tiny":
        sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
        return BertModel(BertConfig(**sizes, **changed), add_pooling_layer=False)
    transformers.logging.set_verbosity_error()  # the pooler, which is not used, would be reported as unexpected
    transformers.logging.disable_progress_bar()
    try:
        return AutoModel.from_pretrained(source, add_pooling_layer=False, **changed)
    except OSError as error:
        raise InputError(f"{source}: no encoder could be loaded from there ({str(error).splitlines()[0]})") from error


def masked_mean(losses: torch.Tensor, known: torch.Tensor, weights: torch.Tensor | None = None) -> torch.Tensor:
    """The mean, weighted or not, of the losses whose label is known; 0 when none is."""
    kept = losses[known]
    if not kept.numel():
        return losses.new_zeros(())
    return kept.mean() if weights is None else (kept * weights[known]).sum() / weights[known].sum()


def cross_entropy(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Mean binary cross entropy against soft targets, over those that are known (not NaN); same shapes."""
    losses = functional.binary_cross_entropy_with_logits(logits, targets.nan_to_num(), reduction="none")
    return masked_mean(losses, ~targets.isnan())


def compute_loss(outputs: Outputs, batch: Batch, weights: LossWeights) -> torch.Tensor:
    """The weighted sum of the heads' losses over the labels that are known.

    Sensationalism: cross entropy against the soft levels plus the squared error of the expected score, in units of
    the whole range (the absolute error would pull towards the median and so underrate what is rarely hot). Devices,
    bias and opinion: cumulative binary cross entropy. Clickbait: squared error. Kind: cross entropy. Frames and tokens:
    binary cross entropy.
    """
    known = ~batch.mean.isnan()
    logs = functional.log_softmax(outputs.sensationalism, dim=-1)
    shape = -(batch.levels.nan_to_num() * logs).sum(-1)
    mean = logs.exp() @ torch.tensor(LEVELS, device=logs.device)
    off = ((mean - batch.mean.nan_to_num()) / 100) ** 2
    heat = 1 + weights.hot * batch.mean.nan_to_num() / 100
    clickbait = (outputs.clickbait.sigmoid() - batch.clickbait.nan_to_num()) ** 2
    kind = -(batch.kind.nan_to_num() * functional.log_softmax(outputs.kind, dim=-1)).sum(-1)
    return (
        weights.sensationalism * masked_mean(shape, known, heat)
        + weights.sensationalism_mean * masked_mean(off, known, heat)
        + weights.devices * cross_entropy(outputs.devices, batch.devices)
        + weights.clickbait * masked_mean(clickbait, ~batch.clickbait.isnan())
        + weights.bias * cross_entropy(outputs.bias, batch.bias)
        + weights.opinion * cross_entropy(outputs.opinion, batch.opinion)
        + weights.kind * masked_mean(kind, ~batch.kind[:, 0].isnan())
        + weights.frames * cross_entropy(outputs.frames, batch.frames)
        + weights.tokens * cross_entropy(outputs.tokens, batch.tokens)
    )
