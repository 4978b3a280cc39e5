"""Heads that users add: rebuilt models, weights on frozen states, files of heads, what they say of a text."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import click
import numpy as np
import onnx
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import numpy_helper
from retrain_samples import write_bundle

from scorer import Scorer
from scorer.bundle import DEFAULT_BUNDLE, Platt, file_hash, head_file
from scorer.errors import BundleError, InputError
from scorer.own_heads import OwnHead, normalised
from scorer.results import Label
from scorer.terminal import label_words
from training.graph import build_graph
from training.retrain.dequantise import dequantised
from training.retrain.features import read_texts, shipped_scores
from training.retrain.heads import Task, Weights, fit_weights, head_name
from training.retrain.labelled import Labelled
from training.retrain.settle import own_head

TEXTS = (
    "Fury as council axes lollipop lady after 40 years",
    "Mayor resigns over expenses",
    "You won't believe what this bridge is hiding",
    "Survey of river path begins in spring",
    "Panic in Port Avery as night trains vanish without a word",
)


def head(name: str = "urgent", kind: str = "binary", hidden: int = 32, **changes: object) -> OwnHead:
    outputs = len(changes.get("names", "x"))  # type: ignore[arg-type]
    values = {
        "names": ("urgent",),
        "weight": np.linspace(-1, 1, outputs * hidden).reshape(outputs, hidden),
        "bias": np.zeros(outputs),
        "calibration": (Platt(1.0, 0.0),) * outputs,
        "thresholds": (0.5,) * outputs,
    }
    return OwnHead(name=name, kind=kind, **{**values, **changes})  # type: ignore[arg-type]


def with_head(folder: Path, added: OwnHead) -> Path:
    """A tiny bundle with a head of a user's own."""
    write_bundle(folder)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    path = folder / head_file(added.name)
    path.parent.mkdir()
    path.write_text(added.to_json(), encoding="utf-8")
    config["heads"]["own"] = [added.name]
    config["files"][head_file(added.name)] = file_hash(path)
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


def test_the_rebuilt_model_exports_to_the_same_weights() -> None:
    rebuilt = build_graph(dequantised(DEFAULT_BUNDLE).eval()).graph
    shipped = onnx.load(str(DEFAULT_BUNDLE / "model.onnx")).graph
    again = {found.name: numpy_helper.to_array(found) for found in rebuilt.initializer}
    names = [
        found.name for found in shipped.initializer if found.name.startswith(("encoder.", "embeddings.", "heads."))
    ]
    assert len(names) > 100
    for found in shipped.initializer:
        if found.name in names:
            np.testing.assert_allclose(again[found.name], numpy_helper.to_array(found), rtol=1e-6, err_msg=found.name)


def test_the_rebuilt_model_scores_as_the_bundle_does(shipped: Scorer) -> None:
    read = read_texts(shipped.runtime, TEXTS, shipped.bundle.max_tokens, False)
    model = dequantised(DEFAULT_BUNDLE).eval()
    batch = read.encoded.batch(range(len(TEXTS)))
    with torch.no_grad():
        outputs = model(batch.ids, batch.mask)
    levels = torch.softmax(outputs.sensationalism, dim=-1) @ torch.arange(0, 101, 5).float()
    np.testing.assert_allclose(levels.numpy(), 100 * shipped_scores(read.encoded.targets)["sensationalism"], atol=1.0)
    np.testing.assert_allclose(normalised(outputs.pooled.numpy()), read.pooled, atol=0.2)


def test_states_are_normalised_as_the_graph_does() -> None:
    states = np.random.default_rng(0).normal(3, 5, (4, 32)).astype(np.float32)
    expected = torch.nn.functional.layer_norm(torch.from_numpy(states), (32,)).numpy()
    np.testing.assert_allclose(normalised(states), expected, atol=1e-5)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.sampled_from([0.3, 0.03]), st.booleans())
def test_weights_are_where_the_penalised_loss_is_lowest(seed: int, strength: float, one_of: bool) -> None:
    generator = np.random.default_rng(seed)
    features = generator.normal(size=(60, 5)).astype(np.float32)
    targets = np.eye(3)[generator.integers(0, 3, 60)].astype(np.float32)
    if not one_of:
        targets[generator.random((60, 3)) < 0.2] = np.nan
    near = Weights(generator.normal(size=(5, 3)), np.zeros(3))

    def loss(weights: Weights) -> float:
        logits = weights.logits(features)
        if one_of:
            value = -(targets * (logits - np.logaddexp.reduce(logits, axis=1, keepdims=True))).sum()
        else:
            value = np.nansum(np.logaddexp(0, logits) - targets * logits)
        return float(value / 60 + strength / 2 * ((weights.weight - near.weight) ** 2).sum())

    found = fit_weights(features, targets, one_of, near, strength)
    for _ in range(20):
        moved = Weights(found.weight + generator.normal(0, 0.03, (5, 3)), found.bias + generator.normal(0, 0.03, 3))
        assert loss(moved) >= loss(found) - 1e-5


def test_a_strong_penalty_keeps_the_weights_where_they_start() -> None:
    near = Weights(np.full((4, 1), 0.5), np.zeros(1))
    features = np.random.default_rng(0).normal(size=(50, 4)).astype(np.float32)
    found = fit_weights(features, (features[:, :1] < 0).astype(np.float32), False, near, 1e6)
    np.testing.assert_allclose(found.weight, near.weight, atol=1e-3)


def labelled(kind: str, targets: np.ndarray, names: tuple[str, ...], **changes: object) -> Labelled:
    count = len(targets)
    values = {
        "file": "x.csv",
        "sha256": "",
        "text_column": "text",
        "label_columns": ("Mood (1-5)",),
        "kind": kind,
        "names": names,
        "texts": tuple(f"text {number}" for number in range(count)),
        "rows": tuple(range(1, count + 1)),
        "targets": targets.astype(np.float32),
        "scale": (1.0, 5.0) if kind == "graded" else None,
        "spans": (None,) * count,
        "columns": {},
        "left_out": {},
        "notes": (),
    }
    return Labelled(**{**values, **changes})  # type: ignore[arg-type]


def test_grades_are_calibrated_and_their_interval_holds() -> None:
    generator = np.random.default_rng(3)
    truth = generator.random(2000)
    # logits that are twice too sure
    logits = 2 * np.log(truth / (1 - truth) + 1e-3) + generator.normal(0, 1, 2000)
    data = labelled("graded", truth[:, None], ("score",))
    task = Task("mood", "graded", ("score",), None, (), False, list(data.targets))
    found = own_head(task, data, Weights(np.ones((3, 1)), np.zeros(1)), list(logits[:, None]), None)  # type: ignore[arg-type]
    scale, shift = found.calibration[0].scale, found.calibration[0].shift
    grades = 1 / (1 + np.exp(-(scale * logits + shift)))
    assert np.abs(grades - truth).mean() < np.abs(1 / (1 + np.exp(-logits)) - truth).mean()
    margins = np.array([next(m for low, m in reversed(found.margins) if grade >= low) for grade in grades])
    assert 0.88 <= (np.abs(grades - truth) <= margins).mean() <= 0.93


def test_the_name_of_a_head_comes_from_the_column_and_is_no_result_of_its_own() -> None:
    data = labelled("graded", np.zeros((3, 1)), ("score",))
    assert head_name(data, None) == "mood__1_5"
    assert (
        head_name(labelled("graded", np.zeros((3, 1)), ("x",), label_columns=("clickbait",)), None) == "own_clickbait"
    )
    assert head_name(data, "sensationalism") == "sensationalism"
    for bad in ("Mood", "phrases", "../up", "a" * 41, ""):
        if bad:
            with pytest.raises(InputError, match="no name for a head"):
                head_name(data, bad)


@pytest.mark.parametrize(
    ("added", "check"),
    [
        (head(), lambda label: list(label.probabilities) == ["urgent"]),
        (head(kind="classes", names=("a", "b", "c")), lambda label: len(label.present) == 1),
        (head(kind="labels", names=("a", "b")), lambda label: set(label.present) <= {"a", "b"}),
        (
            head(kind="graded", scale=(1.0, 5.0), margins=((0.0, 0.2),)),
            lambda label: 1 <= label.low <= label.value <= label.high <= 5,
        ),
        (head(kind="phrases", thresholds=(0.1, 0.05)), lambda label: label.phrases[0].text in TEXTS[0]),
    ],
    ids=lambda value: value.kind if isinstance(value, OwnHead) else "",
)
def test_every_kind_of_head_answers_beside_untouched_scores(
    tmp_path: Path, validate: Callable[..., None], added: OwnHead, check: Callable[[Label], bool]
) -> None:
    plain = Scorer.load(write_bundle(tmp_path / "plain"), 1)
    scorer = Scorer.load(with_head(tmp_path / "own", added), 1)
    before, after = plain.headline(TEXTS[0]), scorer.headline(TEXTS[0])
    label = after.labels[added.name]
    assert check(label)
    assert label_words(label)
    assert {**after.to_dict(), "labels": None} == {**before.to_dict(), "labels": None}
    validate("headline.json", after.to_dict())
    alone = scorer.headlines(list(TEXTS))[0].labels[added.name]
    assert alone.probabilities == pytest.approx(label.probabilities, abs=1e-4)
    assert alone.value == pytest.approx(label.value, abs=1e-4)
    page = f"{TEXTS[0]}\n\nThe patrol ends in March. The council said that it had no money left for it.\n"
    article = scorer.article(page).to_dict()
    assert article["headline"]["labels"] == after.to_dict()["labels"]
    validate("article.json", article)
    silent = scorer.headline("")
    assert not silent.labels
    validate("headline.json", silent.to_dict())


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda value: value.update(weight=[[0.0] * 7]), "weights of shape"),
        (lambda value: value.update(kind="mood"), "unknown kind"),
        (lambda value: value.update(calibration=[]), "not every label is calibrated"),
        (lambda value: value.update(scale=[1, 5]), "without grades"),
        (lambda value: value.pop("bias"), "bias"),
    ],
)
def test_a_damaged_head_is_one_sentence(tmp_path: Path, damage: Callable[[dict], object], message: str) -> None:
    folder = with_head(tmp_path / "own", head())
    path = folder / head_file("urgent")
    value = json.loads(path.read_text(encoding="utf-8"))
    damage(value)
    path.write_text(json.dumps(value), encoding="utf-8")
    with pytest.raises(BundleError, match="truncated or altered"):
        Scorer.load(folder)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["files"][head_file("urgent")] = file_hash(path)
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(BundleError, match=message) as caught:
        Scorer.load(folder)
    assert "\n" not in str(caught.value)


def test_a_head_must_not_point_outside_its_bundle(tmp_path: Path) -> None:
    folder = with_head(tmp_path / "own", head())
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config["heads"]["own"] = ["../../urgent"]
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(BundleError, match="own heads called"):
        Scorer.load(folder)
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("ends", "scale", "said"),
    [((3.404, 2.1, 4.6), (1, 5), "3.4 of 1-5"), ((1987.42, 1970, 2000), (1950, 2020), "1987.4 of 1950-2020")],
)
def test_a_grade_is_shown_on_its_scale(ends: tuple[float, ...], scale: tuple[float, float], said: str) -> None:
    label = Label("graded", *ends, scale=scale)
    assert click.unstyle(label_words(label)).startswith(said)
