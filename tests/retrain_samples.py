"""Material for tests of retraining: a tiny bundle made on the spot, and labelled headlines made of invented parts."""

import csv
import json
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from scorer.bundle import DEFAULT_BUNDLE, file_hash, hashed_files, read_config
from training.export import save_tokenizer
from training.graph import build_graph
from training.model import HeadlineModel, load_encoder
from training.quantise import linear_layers, quantise_encoder

HOT = ("Fury", "Shock", "Chaos", "Outrage", "Panic")
CALM = ("Notice", "Update", "Report", "Survey", "Review")
WHAT = ("council budget", "harbour bridge", "school meals", "bus lanes", "library hours", "river path", "night trains")
WHERE = ("Lindham", "Port Avery", "Kestrel Bay", "Oldmere", "Fenwick", "Marlow Sands", "Tarn Valley", "Eastholm")
WHEN = ("after the vote", "before winter", "as costs rise", "says the mayor", "for a third year", "despite protests")


def write_bundle(folder: Path) -> Path:
    """A bundle with a random encoder of two small layers and the settings of the shipped one."""
    torch.manual_seed(5)
    model = HeadlineModel(load_encoder("tiny", 0.0), 0.1)
    ranges = dict.fromkeys(linear_layers(model.encoder), (-4.0, 4.0))
    quantise_encoder(model.encoder, ranges, 7)
    folder.mkdir()
    (folder / "model.onnx").write_bytes(build_graph(model.eval()).SerializeToString())
    save_tokenizer(Tokenizer.from_file(str(DEFAULT_BUNDLE / "tokenizer.json")), folder / "tokenizer.json")
    (folder / "README.md").write_text("# tiny\n", encoding="utf-8")
    config = read_config(DEFAULT_BUNDLE) | {"name": "tiny", "version": "0.0.1"}
    del config["training_texts"]
    config["files"] = {name: file_hash(folder / name) for name in hashed_files(config)}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


def headlines(count: int, seed: int = 0) -> list[tuple[str, bool]]:
    """Different headlines, each with whether its first word is a hot one."""
    generator = np.random.default_rng(seed)
    found: dict[str, bool] = {}
    while len(found) < count:
        hot = bool(generator.random() < 0.5)
        first = str(generator.choice(HOT if hot else CALM))
        parts = (str(generator.choice(part)) for part in (WHAT, WHERE, WHEN))
        found["{} over {} in {} {}".format(first, *parts)] = hot
    return list(found.items())


def write_rows(path: Path, header: tuple[str, ...], rows: list[tuple[object, ...]]) -> Path:
    """A CSV file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
    return path


def graded_file(path: Path, count: int = 90) -> Path:
    """Urgency from 1 to 5: high with a hot word, a little noise besides."""
    noise = np.random.default_rng(1).integers(0, 2, count)
    rows = [(text, 4 + n if hot else 1 + n) for (text, hot), n in zip(headlines(count), noise.tolist(), strict=True)]
    return write_rows(path, ("headline", "urgency"), list(rows))


def binary_file(path: Path, count: int = 90) -> Path:
    """Whether a headline is urgent, in words."""
    return write_rows(path, ("headline", "urgent"), [(text, "yes" if hot else "no") for text, hot in headlines(count)])
