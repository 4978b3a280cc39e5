"""Eight-bit arithmetic inside torch: the same rounding the exported graph does, so that training can adapt to it.

Activations have one fixed range for each linear layer (never measured on the batch at hand, so that a text's score
does not depend on its batch-mates); weights have one scale for each output channel.
"""

from collections.abc import Iterable

import torch
from torch import nn

from training.data import Batch

ACTIVATION_STEPS = 255


def round_straight(values: torch.Tensor) -> torch.Tensor:
    """Rounding whose gradient is the identity (straight-through estimator, Bengio et al. 2013)."""
    return values + (values.round() - values).detach()


def weight_scales(weight: torch.Tensor, bits: int) -> torch.Tensor:
    """The symmetric scale of each output channel.

    :param weight: (outputs, inputs).
    :returns: (outputs,).
    """
    return weight.detach().abs().amax(dim=1).clamp(min=1e-8) / (2 ** (bits - 1) - 1)


class QuantisedLinear(nn.Linear):
    """A linear layer that rounds its input and its weight as the exported graph will."""

    low: torch.Tensor
    high: torch.Tensor

    def __init__(self, source: nn.Linear, low: float, high: float, bits: int) -> None:
        super().__init__(source.in_features, source.out_features)
        self.weight, self.bias = source.weight, source.bias
        self.bits = bits
        self.enabled = True
        self.register_buffer("low", torch.tensor(min(low, 0.0)))
        self.register_buffer("high", torch.tensor(max(high, 1e-6)))

    @property
    def input_scale(self) -> torch.Tensor:
        """Width of one of the 255 steps of the input's range."""
        return (self.high - self.low) / ACTIVATION_STEPS

    @property
    def input_zero(self) -> torch.Tensor:
        """The step that stands for zero, 0-255."""
        return (-self.low / self.input_scale).round()

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """(..., inputs) to (..., outputs), rounded to eight bits unless `enabled` is off."""
        if not self.enabled:
            return super().forward(values)
        scale, zero = self.input_scale, self.input_zero
        steps = round_straight(values.float() / scale) + zero
        rounded = (steps.clamp(0, ACTIVATION_STEPS) - zero) * scale
        scales = weight_scales(self.weight, self.bits).unsqueeze(1)
        weight = round_straight(self.weight / scales) * scales
        return nn.functional.linear(rounded, weight, self.bias)


def linear_layers(encoder: nn.Module) -> dict[str, nn.Linear]:
    """The encoder's linear layers by their dotted name."""
    return {name: layer for name, layer in encoder.named_modules() if isinstance(layer, nn.Linear)}


@torch.no_grad()
def measure_ranges(model: nn.Module, batches: Iterable[Batch], percentile: float) -> dict[str, tuple[float, float]]:
    """The range of each linear layer's input over real tokens.

    :param percentile: share of values, in percent, kept inside the range on either side; single outliers would
        otherwise stretch it and cost every other value resolution.
    :returns: (low, high) by layer name.
    """
    seen: dict[str, list[torch.Tensor]] = {}
    current: dict[str, torch.Tensor] = {}

    def record(name: str) -> object:
        def hook(_: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
            values = inputs[0].float()[current["mask"].bool()].flatten()
            tails = torch.tensor([1 - percentile / 100, percentile / 100], device=values.device)
            # torch.quantile is limited to 16 million values
            seen.setdefault(name, []).append(torch.quantile(values[: 2**24], tails).cpu())

        return hook

    encoder: nn.Module = model.encoder  # type: ignore[assignment]
    handles = [
        layer.register_forward_pre_hook(record(name))  # type: ignore[arg-type]
        for name, layer in linear_layers(encoder).items()
    ]
    model.eval()
    for batch in batches:
        current["mask"] = batch.mask
        model(batch.ids, batch.mask)
    for handle in handles:
        handle.remove()
    tails = {name: torch.stack(values) for name, values in seen.items()}
    return {name: (float(t[:, 0].min()), float(t[:, 1].max())) for name, t in tails.items()}


def quantise_encoder(encoder: nn.Module, ranges: dict[str, tuple[float, float]], bits: int) -> None:
    """Replace every linear layer of the encoder by one that rounds."""
    for name, layer in linear_layers(encoder).items():
        parent = encoder.get_submodule(name.rpartition(".")[0])
        setattr(parent, name.rpartition(".")[2], QuantisedLinear(layer, *ranges[name], bits))


def set_rounding(encoder: nn.Module, enabled: bool) -> None:
    """Turn the rounding of all quantised layers on or off."""
    for layer in encoder.modules():
        if isinstance(layer, QuantisedLinear):
            layer.enabled = enabled
