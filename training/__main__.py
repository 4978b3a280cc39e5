"""Train a bundle from a recipe: `python -m training configs/student.yaml`. Run it again after a kill: it resumes."""

import contextlib
import json
import os
import platform
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
import datasets
import torch
from tokenizers import Tokenizer
from tokenizers.processors import BertProcessing
from transformers import BertModel

from scorer.bundle import DEFAULT_BUNDLE, file_hash
from scorer.errors import InputError, ScorerError
from training.config import Recipe, load_recipe
from training.data import encode, ordered_batches, spread_out
from training.export import ENCODED, Encodings, export
from training.model import HeadlineModel, load_encoder
from training.sinks import replace_special_tokens
from training.sources import LICENCES, Splits, encoder_folder, encoder_licence, find_file, load_splits, tokenizer_file
from training.spellings import spelled_alike
from training.steady import Steadiness
from training.train import Log, fit, fit_rounded
from training.weights import load_weights


def open_tokenizer(encoder: str, recipe: Recipe, special_tokens: bool) -> Tokenizer:
    """The encoder's tokeniser, with or without special tokens, both spellings of a word being one to it.

    The tiny encoder of the tests borrows the shipped one.

    :param encoder: its folder, or `tiny`.
    :raises InputError: when the folder has no tokeniser.
    """
    path = tokenizer_file(encoder, DEFAULT_BUNDLE if encoder == "tiny" else Path(encoder))
    settings = json.loads(path.read_text(encoding="utf-8"))
    settings["model"]["vocab"] = spelled_alike(settings["model"]["vocab"])
    if not special_tokens:
        settings["post_processor"] = None
    tokenizer = Tokenizer.from_str(json.dumps(settings))
    if special_tokens and encoder == "tiny":
        # the shipped one may do without
        numbers = tokenizer.get_vocab()
        tokenizer.post_processor = BertProcessing(("[SEP]", numbers["[SEP]"]), ("[CLS]", numbers["[CLS]"]))
    tokenizer.no_padding()
    tokenizer.enable_truncation(recipe.max_length)
    return tokenizer


def open_run(folder: Path, recipe: Recipe) -> Log:
    """Mark a run folder as belonging to this recipe and its files, or make sure that it does already.

    :returns: the run's log.
    :raises InputError: when the folder holds a run of another recipe or other data.
    """
    named = (*(source.path for source in recipe.sources), recipe.lessons, recipe.start)
    files = {name: file_hash(find_file(name)) for name in named if name}
    wanted = json.loads(json.dumps({"recipe": asdict(recipe), "files": files}))
    path = folder / "run.json"
    if path.is_file() and json.loads(path.read_text(encoding="utf-8")) != wanted:
        raise InputError(
            f"{folder} holds a run of another recipe or other data; name another --run folder or delete it."
        )
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(wanted, indent=1) + "\n", encoding="utf-8")
    return Log(folder / "log.jsonl")


@dataclass(frozen=True)
class Prepared:
    """What a run starts from."""

    splits: Splits
    rows: Encodings
    tokenizer: Tokenizer
    model: HeadlineModel


def prepare(recipe: Recipe) -> Prepared:
    """Load data and encoder, and put fresh heads on it."""
    torch.set_num_threads(recipe.threads)
    splits = load_splits(recipe)
    encoder = encoder_folder(recipe.encoder)
    tokenizer = open_tokenizer(encoder, recipe, recipe.special_tokens)
    parts = {name: encode(getattr(splits, name), tokenizer, recipe.level_spread, recipe.blend) for name in ENCODED}
    torch.manual_seed(recipe.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    loaded = load_encoder(encoder, recipe.encoder_dropout, recipe.activation)
    model = HeadlineModel(loaded, recipe.head_dropout).to(device)
    model.encoder.embeddings.word_embeddings.weight.requires_grad_(not recipe.freeze_word_embeddings)
    return Prepared(splits, Encodings(**parts), tokenizer, model)


def leave_out_special_tokens(prepared: Prepared, recipe: Recipe) -> None:
    """Give a model stand-ins for special tokens.

    :raises InputError: when its encoder is no BERT.
    """
    if not isinstance(prepared.model.encoder, BertModel):
        raise InputError(f"recipe {recipe.name}: only BERT encoders can do without special tokens (special_tokens).")
    tokenizer = open_tokenizer(encoder_folder(recipe.encoder), recipe, special_tokens=True)
    train = prepared.splits.train
    rows = encode(train.select(spread_out(len(train))), tokenizer, recipe.level_spread)
    device = next(prepared.model.parameters()).device
    batches = (rows.batch(picked).to(device) for picked in ordered_batches([len(ids) for ids in rows.ids], 64))
    replace_special_tokens(prepared.model, ((batch.ids, batch.mask) for batch in batches))


def opened(recipe: Recipe, run: Path) -> tuple[Prepared, Log]:
    """Data and model of a recipe, ready to be trained.

    :param run: folder for checkpoints and the log.
    """
    prepared = prepare(recipe)
    if not recipe.special_tokens:
        leave_out_special_tokens(prepared, recipe)
    if recipe.start:
        load_weights(prepared.model, find_file(recipe.start))
    log = open_run(run, recipe)
    log.write("start", rows={name: len(part) for name, part in vars(prepared.rows).items()})
    return prepared, log


def fitted(recipe: Recipe, run: Path) -> tuple[Prepared, Log]:
    """Train the float model of a recipe.

    :param run: folder for checkpoints and the log; an interrupted run in it is taken up.
    """
    prepared, log = opened(recipe, run)
    model, rows = prepared.model, prepared.rows
    steady = Steadiness(model, rows.train, prepared.tokenizer, recipe).loss if recipe.loss.steady else None
    begun = {name: weights.detach().clone() for name, weights in model.named_parameters()} if recipe.keep else {}
    fit(model, rows.train, rows.tune, recipe, run, log, steady)
    with torch.no_grad():
        for name, weights in begun.items():
            model.get_parameter(name).lerp_(weights, recipe.keep)
    return prepared, log


def describe_run(recipe: Recipe, splits: Splits, minutes: float) -> dict[str, Any]:
    """What the card tells besides the figures: encoder, data with licences, machine, time."""
    used = splits.train.unique("source")
    names = {source.kind: source.path for source in recipe.sources}
    counts = {kind: sum(source == kind for source in splits.train["source"]) for kind in used}
    repeats = {source.kind: source.repeat for source in recipe.sources}
    cores = f"{os.cpu_count()} cores, {platform.machine()}"
    machine = torch.cuda.get_device_name() if torch.cuda.is_available() else cores
    start = f", its weights first matched to a larger teacher's states ({recipe.start})" if recipe.start else ""
    return {
        "encoder": f"{recipe.encoder} ({encoder_licence(recipe.encoder)}){start}",
        "data": [
            {"path": names[kind], "rows": counts[kind] // repeats[kind], "note": LICENCES[kind]}
            for kind in sorted(used)
        ],
        "run": {
            "machine": machine,
            "minutes": minutes,
            "torch": torch.__version__,
        },
    }


def train(recipe: Recipe, run: Path, out: Path) -> dict[str, Any]:
    """Train, export and describe a bundle.

    :param run: folder for checkpoints and the log; an interrupted run in it is taken up.
    :param out: where the bundle goes; replaced in one step at the end.
    :returns: the bundle's description.
    """
    prepared, log = fitted(recipe, run)
    model, rows = prepared.model, prepared.rows
    fit_rounded(model, rows.train, rows.tune, recipe, run, log)
    facts = describe_run(recipe, prepared.splits, log.seconds() / 60)
    config = export(model, prepared.tokenizer, prepared.splits, rows, recipe, facts, out)
    log.write("exported", scores=config["scores"])
    return config


@contextlib.contextmanager
def told_plainly() -> Iterator[None]:
    """Inside, a command shows no progress bars, and the project's errors become one sentence and an exit code."""
    datasets.disable_progress_bars()
    try:
        yield
    except ScorerError as error:
        click.echo(f"training: {error}", err=True)
        sys.exit(error.exit_code)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("recipe", type=click.Path(path_type=Path))
@click.option("--run", type=click.Path(path_type=Path), help="Folder for checkpoints and log [runs/NAME].")
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the bundle [runs/NAME/bundle].")
def main(recipe: Path, run: Path | None, out: Path | None) -> None:
    """Train a bundle from a recipe; run the same command again after a kill and it resumes.

    Example: python -m training configs/student.yaml --out scorer/models/default
    """
    with told_plainly():
        settings = load_recipe(recipe)
        folder = run or Path("runs") / settings.name
        config = train(settings, folder, out or folder / "bundle")
    model = config["scores"]["rated_dev"]["model"]
    click.echo(f"{out or folder / 'bundle'}: Pearson {model['pearson']['value']:.3f}, MAE {model['mae']['value']:.2f}")


if __name__ == "__main__":
    main()
