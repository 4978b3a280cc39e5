"""Train the teacher and keep its judgements: `python -m training.distill configs/teacher.yaml`. Resumes after a kill.

The student's recipe names the file of judgements, so the student can be retrained without the teacher.
"""

import hashlib
import sys
from pathlib import Path

import click
import datasets
import numpy as np
import torch
from datasets import Dataset

from scorer.decode import ordinal_probabilities, sigmoid, softmax
from scorer.errors import ScorerError
from training.__main__ import open_run, prepare
from training.config import Source, load_recipe
from training.data import LEVELS, encode
from training.lessons import Lessons, text_id, to_bytes
from training.model import HeadlineModel
from training.sources import FEATURES, blank_row, read_source
from training.train import Predictions, fit, predict

#: What the teacher judges: part of the pool, and the headlines whose judges gave only clickbait strength.
POOL = Source("pool", "unlabelled/headlines.csv.gz")
JUDGED = Source("webis17", "human/webis17.csv")


def model_hash(model: HeadlineModel) -> str:
    """SHA-256 over the weights, in the order of their names."""
    digest = hashlib.sha256()
    for _, values in sorted(model.state_dict().items()):
        digest.update(values.cpu().numpy().tobytes())
    return digest.hexdigest()


def to_lessons(texts: list[str], judged: Predictions, teacher: str) -> Lessons:
    """Pack predictions, sorted by text id; of equal texts one is kept."""
    ids, places = np.unique(np.array([text_id(text) for text in texts], dtype=np.uint64), return_index=True)
    lengths = [len(judged.tokens[place]) for place in places]
    devices = ordinal_probabilities(judged.devices).reshape(len(texts), -1)
    return Lessons(
        ids=ids,
        levels=softmax(judged.sensationalism)[places].astype(np.float16),
        devices=to_bytes(devices[places]),
        tokens=to_bytes(np.concatenate([sigmoid(judged.tokens[place]) for place in places])),
        starts=np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        teacher=teacher,
    )


def texts_to_judge(pool_rows: int) -> list[str]:
    """All train texts with clickbait labels, and as many of the pool (picked by hash, the same in every run)."""
    judged = read_source(JUDGED)
    texts = [text for text, split in zip(judged["text"], judged["split"], strict=True) if split == "train"]
    return texts + sorted(read_source(POOL)["text"], key=text_id)[:pool_rows]


def distill(recipe_path: Path, pool_rows: int, run: Path, out: Path) -> Lessons:
    """Train the recipe's model and write its judgements.

    :param pool_rows: how many texts of the unlabelled pool to judge.
    :param run: folder for checkpoints and the log; an interrupted run in it is taken up.
    :param out: the `.npz` to write.
    """
    recipe = load_recipe(recipe_path)
    prepared = prepare(recipe)
    log = open_run(run, recipe, prepared.splits)
    model = prepared.model
    fit(model, prepared.rows.train, prepared.rows.tune, recipe, run, log)
    texts = Dataset.from_list([blank_row(text, "train", "", "pool") for text in texts_to_judge(pool_rows)], FEATURES)
    rows = encode(texts, prepared.tokenizer, recipe.level_spread)
    log.write("judging", rows=len(rows))
    with torch.inference_mode():
        lessons = to_lessons(rows.texts, predict(model, rows), model_hash(model))
    out.parent.mkdir(parents=True, exist_ok=True)
    lessons.save(out)
    mean = float((lessons.levels.astype(np.float64) @ np.array(LEVELS)).mean())
    log.write("judged", texts=len(lessons.ids), mean_score=mean, file=str(out))
    return lessons


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("recipe", type=click.Path(path_type=Path))
@click.option("--pool-rows", type=click.IntRange(0), default=20_000, show_default=True, help="Pool texts to judge.")
@click.option("--run", type=click.Path(path_type=Path), default=Path("runs/teacher"), show_default=True)
@click.option("--out", type=click.Path(path_type=Path), default=Path("configs/lessons.npz"), show_default=True)
def main(recipe: Path, pool_rows: int, run: Path, out: Path) -> None:
    """Train a teacher and write its judgements on the unlabelled pools, without their texts.

    Example: python -m training.distill configs/teacher.yaml
    """
    datasets.disable_progress_bars()
    try:
        lessons = distill(recipe, pool_rows, run, out)
    except ScorerError as error:
        click.echo(f"training: {error}", err=True)
        sys.exit(error.exit_code)
    click.echo(f"{out}: judgements on {len(lessons.ids)} texts")


if __name__ == "__main__":
    main()
