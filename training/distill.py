"""Train the teacher and keep its judgements: `python -m training.distill configs/teacher.yaml`. Resumes after a kill.

The student's recipe names the file of judgements, so the student can be retrained without the teacher.
"""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch
from datasets import Dataset
from numpy.typing import NDArray

from scorer.decode import ordinal_probabilities, sigmoid, softmax
from training.__main__ import Prepared, fitted, told_plainly
from training.config import Recipe, Source, load_recipe
from training.data import LEVELS, encode
from training.lessons import TAUGHT, FormLessons, Lessons, mean_of, read_lessons, text_id, to_bytes
from training.model import HeadlineModel
from training.sources import (
    FEATURES,
    PASSAGE_POOL,
    POOL,
    RATED_POOLS,
    SENTENCE_POOL,
    blank_row,
    read_source,
    read_splices,
    spliced_from,
)
from training.splices import choose_pairs, splice
from training.train import Predictions, predict, quick_scores

#: What the teacher judges: part of each pool, and the headlines whose judges gave only clickbait strength.
POOLS = {
    "headline": POOL,
    "sentence": SENTENCE_POOL,
    "passage": PASSAGE_POOL,
}
#: A headline of this score and more is hot enough for a splice.
HOT = 40.0
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
        "levels": softmax(picked.sensationalism),
        "devices": ordinal_probabilities(picked.devices).reshape(len(ids), -1),
        "bias": ordinal_probabilities(picked.bias),
        "opinion": ordinal_probabilities(picked.opinion),
        "kind": softmax(picked.kind),
        "frames": sigmoid(picked.frames),
    }
    tokens = [] if form == "passage" else [to_bytes("tokens", sigmoid(logits)) for logits in picked.tokens]
    return FormLessons(
        ids=ids,
        heads={name: to_bytes(name, heads[name]) for name in TAUGHT[form]},
        tokens=np.concatenate([np.zeros(0, dtype=np.uint8), *tokens]),
        starts=np.cumsum([0, *map(len, tokens)]).astype(np.int64),
    )


def texts_to_judge(form: str, pool_rows: int, recipe: Recipe) -> list[str]:
    """As many texts of a form's pool as asked for: first those that the recipe has ratings for, then by hash.

    Train headlines with clickbait labels come on top.
    """
    pool = POOLS[form]
    rated_pools = {kind for kind, (rated, _) in RATED_POOLS.items() if rated == pool}
    rated = {text for source in recipe.sources if source.kind in rated_pools for text in read_source(source)["text"]}
    texts = sorted(set(read_source(pool)["text"]), key=lambda text: (text not in rated, text_id(text)))[:pool_rows]
    if form == "headline":
        judged = read_source(JUDGED)
        texts += [text for text, split in zip(judged["text"], judged["split"], strict=True) if split == "train"]
    return list(dict.fromkeys(texts))


def judge(lessons: Lessons, form: str, texts: list[str], teacher: Prepared, recipe: Recipe) -> int:
    """Add a teacher's judgements on those texts of a form that it has not judged; how many they were."""
    known = lessons.forms.get(form)
    fresh = [text for text in texts if known is None or not known.knows(text)]
    if fresh:
        blank = [blank_row(text, "train", "", POOLS[form].kind, form) for text in fresh]
        rows = encode(Dataset.from_list(blank, FEATURES), teacher.tokenizer, recipe.level_spread)
        with torch.inference_mode():
            judged = to_lessons(form, rows.texts, predict(teacher.model, rows, quick=True))
        lessons.forms[form] = judged if known is None else known.joined(judged)
    return len(fresh)


def with_splices(lessons: Lessons, count: int, seed: int) -> tuple[Lessons, list[str]]:
    """Lessons that name pairs of headlines to splice, and the splices: hot ones are those rated or judged hot."""
    judged = lessons.forms["headline"]
    heat = {
        text: float(judged.judgement(text)["levels"] @ np.array(LEVELS)) if score is None else score
        for text, score in spliced_from().items()
        if score is not None or judged.knows(text)
    }
    texts = list(heat)
    pairs = choose_pairs(texts, [heat[text] >= HOT for text in texts], count, seed)
    ids = np.array([[text_id(texts[place]) for place in pair] for pair in pairs], dtype=np.uint64).reshape(-1, 2)
    return replace(lessons, splices=ids), [splice(texts[first], texts[second]) for first, second in pairs]


def dev_scores(teacher: Prepared) -> dict[str, float | None]:
    """A few figures on the dev rows, of headlines on those sampled at random."""
    dev = teacher.rows.dev
    kinds = zip(dev.forms, teacher.splits.dev["sampling"], strict=True)
    rows = dev.rows([row for row, (form, how) in enumerate(kinds) if form != "headline" or how == "random"])
    return quick_scores(predict(teacher.model, rows), rows)


def distill(
    recipe_path: Path, pool_rows: dict[str, int], splices: int, run: Path, out: Path, beside: Path | None = None
) -> Lessons:
    """Train the recipe's model and write its judgements.

    :param pool_rows: how many texts of the unlabelled pool of each form to judge.
    :param splices: how many headlines to put together from two and judge, if any headlines are to be judged.
    :param run: folder for checkpoints and the log; an interrupted run in it is taken up.
    :param out: the `.npz` to write; what is in it stays, but for another teacher's judgements on forms that are judged.
    :param beside: another teacher's judgements. Then the same splices are judged, the model's own judgements are kept
    in the run folder, and `out` holds the mean of the two.
    """
    recipe = load_recipe(recipe_path)
    other = read_lessons(beside) if beside else None
    kept = run / "lessons.npz" if other else out
    prepared, log = fitted(recipe, run)
    model = prepared.model
    log.write("dev", **dev_scores(prepared))
    lessons = judged_before(
        kept, dict.fromkeys((form for form, count in pool_rows.items() if count), model_hash(model))
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    for form, count in pool_rows.items():
        if not count:
            continue
        fresh = judge(lessons, form, texts_to_judge(form, count, recipe), prepared, recipe)
        lessons.save(kept)
        log.write("judged", form=form, fresh=fresh)
    if splices and pool_rows["headline"]:
        if beside and other:
            lessons, texts = replace(lessons, splices=other.splices), read_splices(beside)
        else:
            lessons, texts = with_splices(lessons, splices, recipe.seed)
        fresh = judge(lessons, "headline", texts, prepared, recipe)
        lessons.save(kept)
        log.write("judged", form="splices", fresh=fresh)
    if other:
        lessons = mean_of(other, lessons)
        lessons.save(out)
    return lessons


def judged_before(path: Path, teachers: dict[str, str]) -> Lessons:
    """The judgements that are in a file already, without those another than the named teacher of a form made."""
    lessons = read_lessons(path) if path.is_file() else Lessons({}, {})
    forms = {
        form: part
        for form, part in lessons.forms.items()
        if teachers.get(form, lessons.teachers[form]) == lessons.teachers[form]
    }
    return Lessons(forms, {form: lessons.teachers[form] for form in forms} | teachers, lessons.splices)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("recipe", type=click.Path(path_type=Path))
@click.option("--headlines", type=click.IntRange(0), default=42_000, show_default=True, help="Pool headlines to judge.")
@click.option("--sentences", type=click.IntRange(0), default=60_000, show_default=True, help="Pool sentences to judge.")
@click.option("--passages", type=click.IntRange(0), default=20_000, show_default=True, help="Pool passages to judge.")
@click.option("--splices", type=click.IntRange(0), default=120_000, show_default=True, help="Splices to judge.")
@click.option("--run", type=click.Path(path_type=Path), default=Path("runs/teacher"), show_default=True)
@click.option("--out", type=click.Path(path_type=Path), default=Path("configs/lessons.npz"), show_default=True)
@click.option("--beside", type=click.Path(path_type=Path), help="Another teacher's judgements; write the mean of both.")
def main(
    recipe: Path, headlines: int, sentences: int, passages: int, splices: int, run: Path, out: Path, beside: Path | None
) -> None:
    """Train a teacher and write its judgements on the unlabelled pools, without their texts.

    Example: python -m training.distill configs/teacher.yaml
    """
    with told_plainly():
        pools = {"headline": headlines, "sentence": sentences, "passage": passages}
        lessons = distill(recipe, pools, splices, run, out, beside)
    click.echo(f"{out}: judgements on {sum(len(part.ids) for part in lessons.forms.values())} texts")


if __name__ == "__main__":
    main()
