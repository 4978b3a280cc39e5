"""Teach a student's encoder to see what a teacher's sees: `python -m training.match configs/matched.yaml`.

A student that is taught a teacher's judgements alone learns its texts by heart and knows new ones much less well. The
states of the teacher's layers say of every word what the teacher makes of it there, hundreds of numbers a word instead
of a few a text, so the same texts teach more (Romero et al. 2015, FitNets; Jiao et al. 2020, TinyBERT).
The result is kept, so the student can be trained again without the teacher. Resumes after a kill.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import torch
from tokenizers import Tokenizer
from torch import nn

from scorer.errors import InputError
from training.__main__ import Prepared, open_tokenizer, opened, told_plainly
from training.config import Recipe, load_recipe
from training.data import Batch, Encoded, ordered_batches, padded, spread_out, tokenise
from training.distill import model_hash
from training.lessons import read_lessons
from training.model import HeadlineModel, Outputs, load_encoder
from training.sources import encoder_folder, find_file
from training.train import fit, quick_arithmetic
from training.weights import save_weights


@dataclass(frozen=True)
class Teacher:
    """A trained model and its tokeniser."""

    model: HeadlineModel
    tokenizer: Tokenizer


def open_teacher(recipe: Recipe, checkpoint: Path, judged: str) -> Teacher:
    """The teacher that made the judgements of a file of lessons.

    :param checkpoint: of the end of its training, `float.pt` of its run folder.
    :param judged: the file of lessons.
    :raises InputError: when there is no such checkpoint, or other weights than the checkpoint's judged.
    """
    if not checkpoint.is_file():
        raise InputError(f"{checkpoint}: no such checkpoint; train the teacher first: python -m training.distill.")
    folder = encoder_folder(recipe.encoder)
    model = HeadlineModel(load_encoder(folder, 0.0, recipe.activation), 0.0)
    state = torch.load(checkpoint, weights_only=True)
    model.load_state_dict(state["model"] | state["average"])
    if not any(model_hash(model) in names.split() for names in read_lessons(find_file(judged)).teachers.values()):
        raise InputError(f"{checkpoint}: other weights made the judgements of {judged}; name the run folder of those.")
    return Teacher(model.eval(), open_tokenizer(folder, recipe, recipe.special_tokens))


def pairs_of_layers(student: int, teacher: int, count: int) -> list[tuple[int, int]]:
    """Which layer of a student looks up to which of a teacher, from 1, spread evenly; the last to the last."""
    return [(round(student * part / count), round(teacher * part / count)) for part in range(1, count + 1)]


class Matching:
    """How far the states of a student's layers are, after a linear map for each layer, from a teacher's.

    The maps become part of the student (`maps`), for its optimiser and its checkpoints.
    """

    def __init__(self, prepared: Prepared, teacher: Teacher, recipe: Recipe) -> None:
        model = prepared.model
        device = next(model.parameters()).device
        self.teacher, self.labels = teacher.model.to(device), recipe.match.labels
        encoders: tuple[Any, Any] = (model.encoder, teacher.model.encoder)
        layers, higher = (encoder.encoder.layer for encoder in encoders)
        width, goal = (encoder.config.hidden_size for encoder in encoders)
        self.pairs = pairs_of_layers(len(layers), len(higher), recipe.match.layers)
        self.norm, self.maps = model.norm, nn.ModuleList(nn.Linear(width, goal) for _ in self.pairs).to(device)
        model.add_module("maps", self.maps)
        self.seen: dict[int, torch.Tensor] = {}
        for layer, _ in self.pairs:
            layers[layer - 1].register_forward_hook(self._keep(layer))
        # the teacher's special tokens, where the student has none
        self.ends = 0 if recipe.special_tokens else 1
        teacher.tokenizer.enable_truncation(recipe.max_length + 2 * self.ends)
        self.ids = [encoding.ids for encoding in tokenise(prepared.rows.train.texts, teacher.tokenizer)]
        pieces = zip(prepared.rows.train.ids, self.ids, strict=True)
        if any(len(own) != len(ids) - 2 * self.ends for own, ids in pieces):
            raise InputError(f"recipe {recipe.name}: its encoder and the teacher's cut texts into different tokens.")

    def _keep(self, layer: int) -> Any:
        def hook(_layer: nn.Module, _inputs: object, output: Any) -> None:
            self.seen[layer] = output[0] if isinstance(output, tuple) else output

        return hook

    @torch.no_grad()
    def goals(self, rows: Sequence[int], device: torch.device) -> list[torch.Tensor]:
        """The states of the teacher's layers on texts, (rows, tokens of the student, hidden) each, normalised."""
        ids, mask = (values.to(device) for values in padded([self.ids[row] for row in rows]))
        with quick_arithmetic(device):
            states = self.teacher.encoder(ids, mask, output_hidden_states=True).hidden_states
        last = ids.shape[1] - self.ends
        return [self.teacher.norm(states[layer][:, self.ends : last].float()) for _, layer in self.pairs]

    def sides(self, rows: Sequence[int], batch: Batch) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """What each map goes from and to: the student's and the teacher's normalised states, (tokens, hidden) each.

        :param rows: the numbers of the rows of a batch that the student has just seen.
        """
        mask = batch.mask.bool()
        goals = self.goals(rows, mask.device)
        own = [self.norm(self.seen[layer].float()) for layer, _ in self.pairs]
        return [(states[mask], goal[mask]) for states, goal in zip(own, goals, strict=True)]

    @torch.no_grad()
    def fit_maps(self, model: HeadlineModel, rows: Encoded) -> None:
        """Begin with the maps that fit best: what random ones ask of the student first would undo what it knows."""
        device = next(model.parameters()).device
        some = spread_out(len(rows))
        found: list[list[tuple[torch.Tensor, torch.Tensor]]] = []
        for places in ordered_batches([len(rows.ids[row]) for row in some], 64):
            picked = [some[place] for place in places]
            batch = rows.batch(picked).to(device)
            with quick_arithmetic(device):
                model(batch.ids, batch.mask)
            found.append(self.sides(picked, batch))
        for layer, parts in zip(self.maps, zip(*found, strict=True), strict=True):
            own, goal = (torch.cat(side) for side in zip(*parts, strict=True))
            with_shift = torch.cat([own, torch.ones_like(own[:, :1])], dim=1)
            best = torch.linalg.lstsq(with_shift.cpu(), goal.cpu(), driver="gelsd").solution.to(device)
            layer.load_state_dict({"weight": best[:-1].T, "bias": best[-1]})

    def loss(self, labels: torch.Tensor, _outputs: Outputs, rows: Sequence[int], batch: Batch) -> torch.Tensor:
        """The mean squared distance to the teacher's states, and the share of the labels' loss that the recipe wants.

        :param labels: what the heads' loss on the batch is.
        :param rows: the numbers of the batch's rows.
        """
        distances = [
            (layer(own) - goal).square().mean()
            for layer, (own, goal) in zip(self.maps, self.sides(rows, batch), strict=True)
        ]
        return torch.stack(distances).mean() + self.labels * labels


def match(recipe_path: Path, teacher_path: Path, checkpoint: Path, run: Path, out: Path) -> None:
    """Train a recipe's model beside a teacher and keep its weights.

    :param checkpoint: of the teacher; see `open_teacher`.
    :param run: folder for checkpoints and the log; an interrupted run in it is taken up.
    :param out: the file for the weights; see `training.weights`.
    """
    recipe = load_recipe(recipe_path)
    teacher = open_teacher(load_recipe(teacher_path), checkpoint, recipe.lessons)
    prepared, log = opened(recipe, run)
    matching = Matching(prepared, teacher, recipe)
    matching.fit_maps(prepared.model, prepared.rows.train)
    fit(prepared.model, prepared.rows.train, prepared.rows.tune, recipe, run, log, matching.loss)
    del prepared.model.maps
    save_weights(prepared.model, out)
    log.write("matched")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("recipe", type=click.Path(path_type=Path))
@click.option(
    "--teacher", type=click.Path(path_type=Path), default=Path("configs/teacher.yaml"), show_default=True,
    help="The teacher's recipe.",
)  # fmt: skip
@click.option(
    "--checkpoint", type=click.Path(path_type=Path), default=Path("runs/teacher/float.pt"), show_default=True,
    help="The teacher's weights.",
)  # fmt: skip
@click.option("--run", type=click.Path(path_type=Path), default=Path("runs/matched"), show_default=True)
@click.option("--out", type=click.Path(path_type=Path), default=Path("configs/matched.npz"), show_default=True)
def main(recipe: Path, teacher: Path, checkpoint: Path, run: Path, out: Path) -> None:
    """Train a student's encoder towards the states of the teacher that judged its lessons.

    Example: python -m training.match configs/matched.yaml
    """
    with told_plainly():
        match(recipe, teacher, checkpoint, run, out)
    click.echo(f"{out}: the weights to start a student from")


if __name__ == "__main__":
    main()
