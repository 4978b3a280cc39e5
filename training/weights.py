"""Weights of a trained model in a small file: matrices in eight bits with a scale a row, the rest as it is."""

import zipfile
from pathlib import Path

import numpy as np
import torch

from scorer.errors import InputError
from training.arrays import save_arrays
from training.quantise import weight_scales

#: What is added to a matrix's name for the scales of its rows.
_SCALES = ".scales"


def save_weights(model: torch.nn.Module, path: Path) -> None:
    """Write the weights that training changed; frozen ones, which the encoder brings, are left out.

    The file is there whole or not at all.
    """
    arrays = {}
    for name, values in model.named_parameters():
        if not values.requires_grad:
            continue
        weights = values.detach().cpu().float()
        if weights.ndim == 2:
            scales = weight_scales(weights, 8)
            arrays[name + _SCALES] = scales.numpy()
            weights = (weights / scales.unsqueeze(1)).round().to(torch.int8)
        arrays[name] = weights.numpy()
    path.parent.mkdir(parents=True, exist_ok=True)
    save_arrays(path, arrays)


@torch.no_grad()
def load_weights(model: torch.nn.Module, path: Path) -> None:
    """Set a model's weights to those of a file, in place.

    :raises InputError: when it is no such file, or one of another kind of model.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            kept = {name: torch.from_numpy(file[name]) for name in file}
    except (OSError, EOFError, ValueError, zipfile.BadZipFile) as error:
        raise InputError(f"{path}: no file of a model's weights ({error}).") from error
    own = {name: values for name, values in model.named_parameters() if values.requires_grad}
    names = {name for name in kept if not name.endswith(_SCALES)}
    if names != own.keys() or any(kept[name].shape != own[name].shape for name in names):
        raise InputError(f"{path}: weights of another kind of model than the recipe's.")
    for name, values in own.items():
        scales = kept.get(name + _SCALES, torch.ones(len(values)))
        values.copy_(kept[name] * scales.reshape(-1, *[1] * (values.ndim - 1)))
