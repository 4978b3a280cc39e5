"""Weights in a small file, to start another training from."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from scorer.errors import InputError
from training.weights import load_weights, save_weights


def test_weights_are_kept_in_bytes_and_come_back(tmp_path: Path) -> None:
    model = nn.Sequential(nn.Linear(6, 4), nn.LayerNorm(4), nn.Linear(4, 2))
    model[2].requires_grad_(False)
    save_weights(model, tmp_path / "weights.npz")
    other = nn.Sequential(nn.Linear(6, 4), nn.LayerNorm(4), nn.Linear(4, 2))
    frozen = other[2].requires_grad_(False).weight.clone()
    load_weights(other, tmp_path / "weights.npz")
    step = model[0].weight.abs().amax(dim=1, keepdim=True) / 127
    assert torch.all((other[0].weight - model[0].weight).abs() <= step / 2 + 1e-7)
    assert torch.equal(other[0].bias, model[0].bias)
    assert torch.equal(other[2].weight, frozen)
    with np.load(tmp_path / "weights.npz") as file:
        assert file["0.weight"].dtype == np.int8


@pytest.mark.parametrize("content", [b"", b"no archive"])
def test_a_broken_file_of_weights_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "weights.npz").write_bytes(content)
    with pytest.raises(InputError, match=r"no file of a model's weights"):
        load_weights(nn.Linear(2, 2), tmp_path / "weights.npz")


def test_weights_of_another_model_are_refused(tmp_path: Path) -> None:
    save_weights(nn.Linear(3, 2), tmp_path / "weights.npz")
    for model in (nn.Linear(2, 2), nn.Sequential(nn.Linear(3, 2))):
        with pytest.raises(InputError, match="another kind of model"):
            load_weights(model, tmp_path / "weights.npz")
