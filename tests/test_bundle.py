import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from scorer import Scorer
from scorer.bundle import DEFAULT_BUNDLE, load_bundle
from scorer.errors import BundleError


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DEFAULT_BUNDLE, tmp_path / "bundle"))


def change_config(folder: Path, **values: object) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | values), encoding="utf-8")


def change_heads(folder: Path, head: str, **values: object) -> None:
    heads = json.loads((folder / "config.json").read_text(encoding="utf-8"))["heads"]
    change_config(folder, heads=heads | {head: heads[head] | values})


def cut_config(folder: Path) -> None:
    path = folder / "config.json"
    path.write_text(path.read_text(encoding="utf-8")[:-50], encoding="utf-8")


def truncate_model(folder: Path) -> None:
    path = folder / "model.onnx"
    path.write_bytes(path.read_bytes()[:-1000])


def alter_tokenizer(folder: Path) -> None:
    path = folder / "tokenizer.json"
    path.write_text(path.read_text(encoding="utf-8").replace("the", "teh", 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda folder: (folder / "model.onnx").unlink(), r"model\.onnx: the file is missing"),
        (lambda folder: (folder / "tokenizer.json").unlink(), r"tokenizer\.json: the file is missing"),
        (lambda folder: (folder / "README.md").unlink(), r"README\.md: the file is missing"),
        (lambda folder: (folder / "config.json").unlink(), r"config\.json: the file is missing"),
        (truncate_model, r"model\.onnx: truncated or altered"),
        (alter_tokenizer, r"tokenizer\.json: truncated or altered"),
        (cut_config, r"config\.json: damaged"),
        (lambda folder: change_config(folder, format_version=99), r"bundle format 99, this program reads 2"),
        (lambda folder: change_config(folder, heads={}), r"config\.json: damaged"),
        (
            lambda folder: change_heads(folder, "sensationalism", levels=[0, 10, 100]),
            r"config\.json: damaged.*equal steps",
        ),
        (lambda folder: change_heads(folder, "devices", calibration=[]), r"config\.json: damaged.*calibrated"),
        (lambda folder: change_heads(folder, "frames", labels=["weather"]), r"config\.json: its frames differ"),
        (lambda folder: change_heads(folder, "bias", calibration=[]), r"config\.json: damaged.*calibrated"),
        (shutil.rmtree, r"no such bundle folder"),
    ],
)
def test_damage_is_one_sentence_naming_the_file(copy: Path, damage: Callable[[Path], None], message: str) -> None:
    damage(copy)
    with pytest.raises(BundleError, match=message) as caught:
        Scorer.load(copy)
    assert "\n" not in str(caught.value)


def test_the_shipped_bundle_is_small_and_tells_its_data_and_figures() -> None:
    bundle = load_bundle()
    assert sum(path.stat().st_size for path in bundle.folder.iterdir()) < 40e6
    assert {"data", "training", "scores", "run", "encoder"} <= set(bundle.info)
    assert all(item["note"] for item in bundle.info["data"])
    assert not [path for path in bundle.folder.iterdir() if path.suffix in (".pkl", ".pt", ".bin")]


def test_a_copied_bundle_scores_the_same(copy: Path, shipped: Scorer) -> None:
    text = "Fury as council axes lollipop lady"
    assert Scorer.load(copy).headline(text) == shipped.headline(text)
