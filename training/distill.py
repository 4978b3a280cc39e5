"""Train the teacher and keep its judgements: `python -m training.distill configs/teacher.yaml`. Resumes after a kill.

The student's recipe names the file of judgements, so the student can be retrained without the teacher.
"""

import hashlib
import sys
from pathlib import Path
from typing import Any

import click
import datasets
import numpy as np
import torch
from datasets import Dataset
from numpy.typing import NDArray

from scorer.decode import ordinal_probabilities, sigmoid, softmax
from scorer.errors import ScorerError
from training.__main__ import open_run, prepare
from training.config import Source, load_recipe
from training.data import encode
from training.lessons import TAUGHT, FormLessons, Lessons, read_lessons, text_id, to_bytes
from training.model import HeadlineModel
from training.report import dev_report, model_only
from training.sources import FEATURES, blank_row, read_source
from training.train import Predictions, fit, predict

#: What the teacher judges: part of each pool, and the headlines whose judges gave only clickbait strength.
POOLS = {
    "headline": Source("pool", "unlabelled/headlines.csv.gz"),
    "sentence": Source("sentence_pool", "unlabelled/sentences.csv.gz"),
    "passage": Source("passage_pool", "unlabelled/passages.csv.gz"),
}
JUDGED = Source("webis17", "human/webis17.csv")


def model_hash(model: HeadlineModel) -> str:
    """SHA-256 over the weights, in the order of their names."""
    digest = hashlib.sha256()
    for _, values in sorted(model.state_dict().items()):
        digest.update(values.cpu().numpy().tobytes())
    return digest.hexdigest()


def to_lessons(form: str, texts: list[str], judged: Predictions) -> FormLessons:
    """Pack predictions on texts of one form, sorted by text id; of equal texts one is kept."""
    ids, places = np.unique(np.array([text_id(text) for text in texts], dtype=np.uint64), return_index=True)
    picked = judged.rows(places.tolist())
    heads: dict[str, NDArray[Any]] = {
        "levels": softmax(picked.sensationalism).astype(np.float16),
        "devices": to_bytes(ordinal_probabilities(picked.devices).reshape(len(ids), -1)),
        "bias": to_bytes(ordinal_probabilities(picked.bias)),
        "opinion": to_bytes(ordinal_probabilities(picked.opinion)),
        "kind": to_bytes(softmax(picked.kind)),
        "frames": to_bytes(sigmoid(picked.frames)),
    }
    tokens = [] if form == "passage" else [to_bytes(sigmoid(logits)) for logits in picked.tokens]
    return FormLessons(
        ids=ids,
        heads={name: heads[name] for name in TAUGHT[form]},
        tokens=np.concatenate([np.zeros(0, dtype=np.uint8), *tokens]),
        starts=np.cumsum([0, *map(len, tokens)]).astype(np.int64),
    )


def texts_to_judge(form: str, pool_rows: int) -> list[str]:
    """As many texts of a form's pool as asked for (picked by hash, the same in every run).

    Train headlines with clickbait labels come on top.
    """
    texts = sorted(read_source(POOLS[form])["text"], key=text_id)[:pool_rows]
    if form == "headline":
        judged = read_source(JUDGED)
        texts += [text for text, split in zip(judged["text"], judged["split"], strict=True) if split == "train"]
    return texts


def distill(recipe_path: Path, pool_rows: dict[str, int], run: Path, out: Path) -> Lessons:
    """Train the recipe's model and write its judgements.

    :param pool_rows: how many texts of the unlabelled pool of each form to judge.
    :param run: folder for checkpoints and the log; an interrupted run in it is taken up.
    :param out: the `.npz` to write; what the same teacher has said in it is kept.
    """
    recipe = load_recipe(recipe_path)
    prepared = prepare(recipe)
    log = open_run(run, recipe, prepared.splits)
    model = prepared.model
    fit(model, prepared.rows.train, prepared.rows.tune, recipe, run, log)
    report = dev_report(prepared.rows.train, prepared.rows.dev, prepared.splits, predict(model, prepared.rows.dev))
    log.write("dev", **model_only(report))
    lessons = judged_before(out, model_hash(model))
    out.parent.mkdir(parents=True, exist_ok=True)
    for form, count in pool_rows.items():
        known = lessons.forms.get(form)
        texts = [text for text in texts_to_judge(form, count) if known is None or not known.knows(text)]
        if texts:
            blank = [blank_row(text, "train", "", POOLS[form].kind, form) for text in texts]
            rows = encode(Dataset.from_list(blank, FEATURES), prepared.tokenizer, recipe.level_spread)
            with torch.inference_mode():
                fresh = to_lessons(form, rows.texts, predict(model, rows))
            lessons.forms[form] = fresh if known is None else known.joined(fresh)
            lessons.save(out)
        log.write("judged", form=form, texts=len(lessons.forms[form].ids), fresh=len(texts))
    return lessons


def judged_before(path: Path, teacher: str) -> Lessons:
    """The judgements that are in a file already, if they are of the same teacher."""
    lessons = read_lessons(path) if path.is_file() else None
    return lessons if lessons and lessons.teacher == teacher else Lessons({}, teacher)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("recipe", type=click.Path(path_type=Path))
@click.option("--headlines", type=click.IntRange(0), default=20_000, show_default=True, help="Pool headlines to judge.")
@click.option("--sentences", type=click.IntRange(0), default=15_000, show_default=True, help="Pool sentences to judge.")
@click.option("--passages", type=click.IntRange(0), default=5_000, show_default=True, help="Pool passages to judge.")
@click.option("--run", type=click.Path(path_type=Path), default=Path("runs/teacher"), show_default=True)
@click.option("--out", type=click.Path(path_type=Path), default=Path("configs/lessons.npz"), show_default=True)
def main(recipe: Path, headlines: int, sentences: int, passages: int, run: Path, out: Path) -> None:
    """Train a teacher and write its judgements on the unlabelled pools, without their texts.

    Example: python -m training.distill configs/teacher.yaml
    """
    datasets.disable_progress_bars()
    try:
        lessons = distill(recipe, {"headline": headlines, "sentence": sentences, "passage": passages}, run, out)
    except ScorerError as error:
        click.echo(f"training: {error}", err=True)
        sys.exit(error.exit_code)
    click.echo(f"{out}: judgements on {sum(len(part.ids) for part in lessons.forms.values())} texts")


if __name__ == "__main__":
    main()
