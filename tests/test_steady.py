"""Steadiness: answers on headlines told otherwise come nearer, and nothing else is asked of them."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from conftest import ROOT

from training.__main__ import opened
from training.config import LossWeights, load_recipe
from training.steady import Steadiness


def test_answers_on_headlines_told_otherwise_come_nearer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    recipe = replace(load_recipe(ROOT / "configs" / "tiny.yaml"), loss=LossWeights(steady=1.0))
    prepared, _ = opened(recipe, tmp_path / "run")
    model, train = prepared.model, prepared.rows.train
    steady = Steadiness(model, train, prepared.tokenizer, recipe)
    assert {train.forms[row] for row in steady.ids} == {"headline"}
    rows = list(steady.ids)[:16]
    batch, labels = train.batch(rows), torch.tensor(0.5)
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)

    def distance() -> torch.Tensor:
        found: torch.Tensor = steady.loss(labels, model(batch.ids, batch.mask), rows, batch) - labels
        return found

    before = float(distance().detach())
    assert before > 0
    for _ in range(20):
        optimiser.zero_grad()
        distance().backward()
        optimiser.step()
    assert float(distance().detach()) < before / 2


def test_a_batch_without_headlines_has_its_labels_loss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    recipe = load_recipe(ROOT / "configs" / "tiny.yaml")
    prepared, _ = opened(recipe, tmp_path / "run")
    model, train = prepared.model, prepared.rows.train
    steady = Steadiness(model, train, prepared.tokenizer, recipe)
    rows = [row for row in range(len(train)) if row not in steady.ids][:4]
    batch, labels = train.batch(rows), torch.tensor(0.5)
    assert rows
    assert steady.loss(labels, model(batch.ids, batch.mask), rows, batch) is labels
