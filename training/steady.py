"""Answers that stay: what a model says of a headline and of the same with other names is pulled together.

A variant with the labels of its original teaches this too, but the scatter of the labels drowns it: a score is off by
eight points, another name moves it by two. The difference of two answers has no scatter in it (Sajjadi et al. 2016).
Names only: of a slip it would learn that no single word matters, which costs more than it brings (configs/README.md).
"""

from collections.abc import Sequence
from random import Random

import torch
from tokenizers import Tokenizer

from training.config import Recipe
from training.data import LEVELS, Batch, Encoded, padded, tokenise
from training.model import HeadlineModel, Outputs
from training.train import quick_arithmetic
from training.variants import other_names


class Steadiness:
    """How far a model's answers on headlines are from those on the same with other names.

    :param rows: the train rows; `tokenizer`: theirs.
    """

    def __init__(self, model: HeadlineModel, rows: Encoded, tokenizer: Tokenizer, recipe: Recipe) -> None:
        self.model, self.weight = model, recipe.loss.steady
        numbers = [number for number, form in enumerate(rows.forms) if form == "headline"]
        told = [other_names(rows.texts[number], Random(f"{recipe.seed} steady {number}")) for number in numbers]
        encodings = tokenise(told, tokenizer)
        self.ids = {
            number: encoding.ids
            for number, encoding in zip(numbers, encodings, strict=True)
            if encoding.ids != rows.ids[number]
        }

    def answers(self, pooled: torch.Tensor) -> torch.Tensor:
        """Expected score and probability of each device's levels, (rows, 16), 0-1, without dropout."""
        heads, states = self.model.heads, self.model.norm(pooled)
        levels = heads["sensationalism"](states).float().softmax(dim=-1)
        score = levels @ torch.tensor(LEVELS, device=levels.device)
        return torch.cat([score[:, None] / 100, heads["devices"](states).float().sigmoid()], dim=1)

    def loss(self, labels: torch.Tensor, outputs: Outputs, rows: Sequence[int], batch: Batch) -> torch.Tensor:
        """The heads' loss and the mean squared change of the answers.

        :param labels: what the heads' loss on the batch is.
        :param rows: the numbers of the batch's rows.
        """
        places = [place for place, row in enumerate(rows) if row in self.ids]
        if not places:
            return labels
        ids, mask = (values.to(batch.ids.device) for values in padded([self.ids[rows[place]] for place in places]))
        with quick_arithmetic(ids.device):
            told = self.model(ids, mask).pooled
        change = (self.answers(outputs.pooled[places]) - self.answers(told)).square()
        # the score counts as much as the devices together
        return labels + self.weight * (change[:, 0].mean() + change[:, 1:].mean())
