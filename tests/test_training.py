"""The path from labels to a bundle, with a tiny model trained for real."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import fields, replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from conftest import ROOT, train_tiny
from datasets import Dataset
from onnxruntime import InferenceSession
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import BertProcessing
from transformers import MPNetConfig, MPNetModel

from scorer import Scorer
from scorer.bundle import HASHED_FILES, SEEN_FILE, file_hash
from scorer.errors import InputError
from scorer.metrics import f1
from scorer.runtime import padded
from training.__main__ import fitted, leave_out_special_tokens, open_run, opened
from training.body import best_threshold, fit_temperature
from training.calibrate import conformal_margin, fit_interval, fit_platt
from training.config import Recipe, load_recipe
from training.data import Batch, level_targets, phrase_spans, phrase_targets, shuffled_batches, token_targets
from training.graph import build_graph, row_scales
from training.lessons import FormLessons, Lessons, mean_of, read_lessons, text_id
from training.model import HeadlineModel, load_encoder
from training.quantise import QuantisedLinear, measure_ranges, quantise_encoder, set_rounding
from training.retrain.dequantise import dequantised
from training.sinks import has_sinks, replace_special_tokens
from training.weights import save_weights


@pytest.mark.parametrize("path", sorted((ROOT / "configs").glob("*.yaml")), ids=lambda path: path.name)
def test_every_shipped_recipe_loads(path: Path) -> None:
    assert isinstance(load_recipe(path), Recipe)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name: x\nversion: '1'\nencoder: tiny\nsources: []\n", "no sources"),
        ("name: x\nversion: '1'\nencoder: tiny\nsources: [{kind: a, path: b}]\nsede: 3\n", "unknown key 'sede'"),
        ("name: x\nversion: '1'\nencoder: tiny\nsources: [{kind: a, path: b}]\nseed: many\n", "seed is 'many'"),
        ("name: x\nversion: '1'\nencoder: tiny\nsources: [{kind: a, path: b, repeat: 0}]\n", "repeat is 0"),
        ("name: x\nversion: '1'\nencoder: tiny\nsources: [{kind: a, path: b}]\nblend: 2\n", "blend and keep are 2"),
        ("name: x\nversion: '1'\nencoder: tiny\nsources: [{kind: a, path: b, share: 0}]\n", "share and vary"),
        ("name: x\nversion: '1'\nencoder: tiny\nsources: [{kind: a, path: b}]\nactivation: silu\n", "activation is"),
        ("name: x\nversion: '1'\nencoder: tiny\nsources:\n", "sources is None, expected a list"),
        ("name: x\n", "missing 3 required"),
        ("- 1\n", "found list"),
        ("a: [\n", "not valid YAML"),
    ],
)
def test_a_wrong_recipe_is_one_sentence(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        load_recipe(path)


def test_a_finished_run_leaves_a_bundle_that_scores(tiny_run: Path) -> None:
    bundle = tiny_run / "bundle"
    assert {path.name for path in bundle.iterdir()} == {"config.json", *HASHED_FILES, SEEN_FILE}
    result = Scorer.load(bundle).headline("Fury as council axes lollipop lady")
    assert result.sensationalism is not None
    events = [json.loads(line) for line in (tiny_run / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    assert next(event["event"] for event in events) == "start"
    assert {event["stage"] for event in events if event["event"] == "scores"} == {"float", "rounded"}
    assert events[-1]["event"] == "exported"


@pytest.mark.parametrize("name", ["tiny_run", "bare_run"])
def test_the_exported_graph_equals_the_torch_model(name: str, request: pytest.FixtureRequest) -> None:
    config = json.loads((request.getfixturevalue(name) / "bundle" / "config.json").read_text(encoding="utf-8"))
    drift = config["scores"]["quantisation"]
    assert drift["mean_difference_to_rounded"] < 0.05
    assert drift["mean_difference_to_float"] < 1.5


def test_it_learns_something(tiny_run: Path) -> None:
    config = json.loads((tiny_run / "bundle" / "config.json").read_text(encoding="utf-8"))
    assert config["scores"]["rated_dev"]["model"]["pearson"]["value"] > 0.4
    assert config["scores"]["sentences_dev"]["model"]["bias_pearson"]["value"] > 0.4
    assert all(
        frame["auc"] is None or frame["auc"] > 0.5 for frame in config["scores"]["passages_dev"]["by_frame"].values()
    )


def test_a_model_without_special_tokens_reads_words_alone(bare_run: Path, tiny_run: Path) -> None:
    bare, whole = Scorer.load(bare_run / "bundle"), Scorer.load(tiny_run / "bundle")
    text = "Fury as council axes lollipop lady"
    encoding = whole.runtime.tokenise(text)
    words = [number for number, (start, end) in zip(encoding.ids, encoding.offsets, strict=True) if start != end]
    assert bare.runtime.tokenise(text).ids == words
    assert (bare.runtime.special_tokens, bare.headline(text).abstain) == (0, None)
    page = f"{text}\n\nThe council met. {'Residents said they were furious about the plan, and it was dropped. ' * 30}"
    assert bare.article(page).headline is not None
    nothing = bare.runtime.run([bare.runtime.tokenise("\u200b"), bare.runtime.tokenise(text)], ("pooled", "tokens"))
    assert np.isfinite(nothing.heads["pooled"]).all()
    assert [len(found) for found in nothing.by_token["tokens"]] == [0, len(bare.runtime.tokenise(text).ids)]


def test_stand_ins_take_the_place_of_special_tokens(bare_run: Path, tiny_run: Path) -> None:
    bare, whole = dequantised(bare_run / "bundle"), dequantised(tiny_run / "bundle")
    assert has_sinks(bare.state_dict()) and not has_sinks(whole.state_dict())
    runtime = Scorer.load(bare_run / "bundle").runtime
    texts = ["Fury as council axes lollipop lady", "Council meets"]
    encodings = [runtime.tokenise(text) for text in texts]
    shipped = runtime.run(encodings, ("sensationalism",)).heads["sensationalism"]
    ids, mask = (torch.from_numpy(values) for values in padded([e.ids for e in encodings], len(encodings[0].ids)))
    rebuilt = bare.eval()(ids, mask).sensationalism.detach().numpy()
    assert np.abs(shipped - rebuilt).max() < 0.01
    for name, values in bare.named_parameters():
        if "sink_" in name:
            values.data.zero_()
    assert np.abs(rebuilt - bare(ids, mask).sensationalism.detach().numpy()).max() > 1e-4


@pytest.mark.parametrize("text", ["Council meets", "Fury as council axes lollipop lady after forty years"])
def test_a_text_scores_much_the_same_with_stand_ins_of_its_own_special_tokens(tiny_run: Path, text: str) -> None:
    model = dequantised(tiny_run / "bundle").eval()
    set_rounding(model.encoder, False)
    tokenizer = Scorer.load(tiny_run / "bundle").runtime.tokenise
    ids = torch.tensor([tokenizer(text).ids])
    before = model(ids, torch.ones_like(ids)).states[0, 1:-1].detach()
    replace_special_tokens(model, [(ids, torch.ones_like(ids))])
    words = ids[:, 1:-1]
    after = model(words, torch.ones_like(words)).states[0].detach()
    assert torch.allclose(before, after, atol=1e-4)


def test_the_rebuilt_model_has_the_activation_of_its_graph(bare_run: Path, tiny_run: Path) -> None:
    kinds = {run: dequantised(run / "bundle").encoder.config.hidden_act for run in (bare_run, tiny_run)}
    assert kinds == {bare_run: "relu", tiny_run: "gelu"}


def test_the_graph_of_an_mpnet_encoder_is_that_of_torch() -> None:
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    torch.manual_seed(5)
    config = MPNetConfig(**sizes, initializer_range=0.2, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
    model = HeadlineModel(MPNetModel(config, add_pooling_layer=False), 0.0).eval()
    words = model.encoder.embeddings.word_embeddings.weight
    steps, scales = row_scales(words.detach().numpy())  # as the graph keeps them
    words.data = torch.from_numpy(steps * scales)
    ids = torch.randint(4, 1000, (3, 40))
    mask = torch.ones_like(ids)
    mask[0, 9:], mask[1, 33:] = 0, 0
    unknown = torch.full((3,), torch.nan)
    batch = Batch(ids=ids, mask=mask, **{f.name: unknown for f in fields(Batch) if f.name not in ("ids", "mask")})
    quantise_encoder(model.encoder, measure_ranges(model, [batch], 100.0), 7)
    session = InferenceSession(build_graph(model).SerializeToString(), providers=["CPUExecutionProvider"])
    feeds = {"ids": ids.int().numpy(), "mask": mask.int().numpy()}
    found = session.run(["states", "sensationalism"], feeds)
    with torch.no_grad():
        wanted = model(ids, mask)
    kept = mask.bool().numpy()
    assert np.abs(found[0] - wanted.states.numpy())[kept].max() < 1e-4
    assert np.abs(found[1] - wanted.sensationalism.numpy()).max() < 1e-4
    # what is far apart weighs otherwise than what is near
    model.encoder.encoder.relative_attention_bias.weight.data.zero_()
    with torch.no_grad():
        assert (model(ids, mask).states - wanted.states).abs().max() > 0.1


def test_only_bert_does_without_special_tokens() -> None:
    recipe = replace(load_recipe(ROOT / "configs" / "tiny.yaml"), special_tokens=False)
    config = MPNetConfig(hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64)
    prepared = SimpleNamespace(model=HeadlineModel(MPNetModel(config, add_pooling_layer=False), 0.0))
    with pytest.raises(InputError, match="only BERT encoders"):
        leave_out_special_tokens(prepared, recipe)  # type: ignore[arg-type]


def test_an_encoder_with_another_activation_is_not_exported() -> None:
    with pytest.raises(InputError, match="activation 'silu': the graph is written for gelu and relu"):
        build_graph(HeadlineModel(load_encoder("tiny", 0.0, "silu"), 0.1))


def test_a_teachers_tokens_are_taken_over_without_its_special_ones() -> None:
    row = {"text": "Fury as axe falls", "phrases": None, "taught_tokens": [0.5, 0.9, 0.1, 0.8, 0.7, 0.5]}
    words = Tokenizer(WordLevel({"Fury": 0, "as": 1, "axe": 2, "falls": 3, "[UNK]": 4}, "[UNK]"))
    words.pre_tokenizer = Whitespace()
    [bare] = phrase_targets(Dataset.from_list([row]), [words.encode(row["text"])], 0.0)[1]
    np.testing.assert_allclose(bare, [0.9, 0.1, 0.8, 0.7])
    words.post_processor = BertProcessing(("[UNK]", 4), ("[UNK]", 4))
    [whole] = phrase_targets(Dataset.from_list([row]), [words.encode(row["text"])], 0.0)[1]
    np.testing.assert_allclose(whole, [np.nan, 0.9, 0.1, 0.8, 0.7, np.nan])


@pytest.mark.parametrize("stage", ["float", "rounded"])
def test_a_killed_run_resumes_to_the_very_same_model(tiny_run: Path, tmp_path: Path, stage: str) -> None:
    run = tmp_path / "run"
    command = [sys.executable, "-m", "training", "configs/tiny.yaml", "--run", str(run)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 240
    while not (run / f"{stage}.pt").is_file() and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not (run / "bundle").exists()
    assert train_tiny(run).returncode == 0
    assert '"resumed"' in (run / "log.jsonl").read_text(encoding="utf-8")
    assert file_hash(run / "bundle" / "model.onnx") == file_hash(tiny_run / "bundle" / "model.onnx")


def test_a_share_of_the_start_is_kept(tiny_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    plain = load_recipe(ROOT / "configs" / "tiny.yaml")
    fresh, _ = opened(plain, tmp_path / "fresh")
    save_weights(fresh.model, tmp_path / "start.npz")
    recipe = replace(plain, start=str(tmp_path / "start.npz"), keep=0.25)
    begun = dict(opened(recipe, tmp_path / "begun")[0].model.named_parameters())
    trained = torch.load(tiny_run / "float.pt", weights_only=True)["average"]
    (tmp_path / "run").mkdir()
    shutil.copy(tiny_run / "float.pt", tmp_path / "run")
    found, _ = fitted(recipe, tmp_path / "run")
    for name, weights in found.model.named_parameters():
        expected = begun[name] + 0.75 * (trained.get(name, begun[name]) - begun[name])
        assert torch.allclose(weights, expected, atol=1e-6), name


def test_a_run_folder_of_another_recipe_is_refused(tiny_run: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text((ROOT / "configs" / "tiny.yaml").read_text(encoding="utf-8") + "seed: 99\n", encoding="utf-8")
    command = [sys.executable, "-m", "training", str(other), "--run", str(tiny_run)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "another recipe or other data" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_run_folder_of_other_data_is_refused(tmp_path: Path) -> None:
    text = (ROOT / "configs" / "tiny.yaml").read_text(encoding="utf-8")
    data = tmp_path / "headlines.csv"
    shutil.copy(ROOT / "tests" / "data" / "tiny_headlines.csv", data)
    (tmp_path / "recipe.yaml").write_text(text.replace("tests/data/tiny_headlines.csv", str(data)), encoding="utf-8")
    recipe = load_recipe(tmp_path / "recipe.yaml")
    open_run(tmp_path / "run", recipe)
    open_run(tmp_path / "run", recipe)
    with data.open("a", encoding="utf-8") as file:
        file.write("\n")
    with pytest.raises(InputError, match="other data"):
        open_run(tmp_path / "run", recipe)


def test_missing_data_is_one_sentence(tmp_path: Path) -> None:
    recipe = tmp_path / "recipe.yaml"
    text = "name: x\nversion: '1'\nencoder: tiny\nsources: [{kind: webis17, path: no/such.csv}]\n"
    recipe.write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "training", str(recipe), "--run", str(tmp_path / "run")]
    environment = os.environ | {"SCORER_DATA": str(tmp_path)}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 2
    assert "no/such.csv: no such file" in done.stderr


def test_token_targets_follow_the_phrases() -> None:
    text = "Fury as axe falls"
    spans = phrase_spans(text, ["Fury", "axe falls", "not there"])
    assert spans == [(0, 4), (8, 17)]
    targets = token_targets([(0, 0), (0, 4), (5, 7), (8, 11), (12, 17), (0, 0)], spans)
    np.testing.assert_array_equal(targets, [np.nan, 1, 0, 1, 1, np.nan])
    assert np.isnan(token_targets([(0, 4)], None)).all()


def test_level_targets_are_distributions_around_the_score() -> None:
    targets = level_targets(np.array([0.0, 40.0, np.nan], dtype=np.float32), 5.0)
    np.testing.assert_allclose(targets[:2].sum(axis=1), 1, atol=1e-6)
    assert targets[0].argmax() == 0
    assert targets[1].argmax() == 8
    assert np.isnan(targets[2]).all()


def test_an_epoch_sees_every_row_once_in_a_seeded_order() -> None:
    generator = np.random.default_rng(0)
    lengths = generator.integers(3, 30, 501).tolist()
    forms = generator.choice(["headline", "sentence", "passage"], 501).tolist()
    shares = [1.0] * 501
    batches = shuffled_batches(lengths, forms, shares, 16, 200, seed=4, window=5)
    assert sorted(row for batch in batches for row in batch) == list(range(501))
    assert all(len({forms[row] for row in batch}) == 1 for batch in batches)
    assert all(len(batch) <= 16 and len(batch) * max(lengths[row] for row in batch) <= 200 for batch in batches)
    assert batches == shuffled_batches(lengths, forms, shares, 16, 200, seed=4, window=5)
    assert batches != shuffled_batches(lengths, forms, shares, 16, 200, seed=5, window=5)


def test_an_epoch_sees_its_share_of_a_source_others_each_time() -> None:
    lengths, forms, shares = [10] * 4000, ["headline"] * 4000, [1.0] * 2000 + [0.25] * 2000
    epochs = [
        {row for batch in shuffled_batches(lengths, forms, shares, 16, 200, seed) for row in batch} for seed in (1, 2)
    ]
    for seen in epochs:
        assert set(range(2000)) <= seen
        assert 400 < len(seen) - 2000 < 600
    assert epochs[0] != epochs[1]


def test_the_conformal_margin_covers_its_share() -> None:
    generator = np.random.default_rng(2)
    margin = conformal_margin(generator.normal(size=2000), 0.9)
    assert (generator.normal(size=20_000) <= margin).mean() == pytest.approx(0.9, abs=0.02)


def test_intervals_of_a_misjudged_distribution_are_widened() -> None:
    generator = np.random.default_rng(3)
    truth = generator.uniform(0, 100, 1000)
    centres = truth + generator.normal(0, 15, 1000)
    logits = -((np.arange(0, 101, 5) - centres[:, None]) ** 2) / (2 * 4.0**2)
    assert all(margin > 5 for _, margin in fit_interval(logits, truth).margins)


def test_thresholds_of_calibrated_probabilities_are_near_the_best_for_their_labels() -> None:
    generator = np.random.default_rng(6)
    probabilities = generator.beta(0.5, 2, 5000)
    truth = (generator.random(5000) < probabilities).astype(np.float64)
    reached = f1(truth, (probabilities >= best_threshold(probabilities)).astype(np.float64))
    best = max(f1(truth, (probabilities >= cut).astype(np.float64)) or 0 for cut in np.linspace(0.05, 0.9, 60))
    assert reached is not None
    assert reached > best - 0.01


def test_a_temperature_recovers_a_known_one() -> None:
    generator = np.random.default_rng(7)
    logits = generator.normal(0, 2, (20_000, 4))
    chances = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    truth = (chances.cumsum(axis=1) < generator.random((20_000, 1))).sum(axis=1)
    assert fit_temperature(3 * logits, truth) == pytest.approx(3, rel=0.05)


def test_platt_scaling_recovers_a_known_distortion_and_leaves_hopeless_cases_alone() -> None:
    generator = np.random.default_rng(4)
    logits = generator.normal(size=20_000)
    truth = generator.random(20_000) < 1 / (1 + np.exp(-(2 * logits - 1)))
    fitted = fit_platt(logits, truth)
    assert (fitted.scale, fitted.shift) == (pytest.approx(2, abs=0.15), pytest.approx(-1, abs=0.1))
    assert fit_platt(logits, np.zeros(20_000, dtype=bool)).scale == 1.0
    assert fit_platt(-logits, truth).scale == 1.0


def test_a_quantised_layer_stays_close_and_can_be_switched_off() -> None:
    torch.manual_seed(0)
    plain = torch.nn.Linear(64, 32)
    values = torch.randn(10, 64).clamp(-3, 3)
    rounded = QuantisedLinear(plain, -3.0, 3.0, bits=8)
    exact = plain(values)
    assert 0 < (rounded(values) - exact).abs().max() < 0.05
    rounded(values).sum().backward()
    assert plain.weight.grad is not None
    rounded.enabled = False
    assert torch.equal(rounded(values), exact)


def test_lessons_are_kept_without_text_and_found_again(tmp_path: Path) -> None:
    texts = sorted(["Mayor resigns", "Fury erupts"], key=text_id)
    ids = np.array([text_id(text) for text in texts], dtype=np.uint64)
    headlines = FormLessons(
        ids=ids,
        heads={
            "levels": np.full((2, 21), 56, dtype=np.uint8),  # roots: 56 of 255, squared, is a 21st
            "devices": np.zeros((2, 15), dtype=np.uint8),
        },
        tokens=np.array([0, 255, 0, 0, 51, 0], dtype=np.uint8),
        starts=np.array([0, 2, 6], dtype=np.int64),
    )
    nothing = np.zeros(0, dtype=np.uint8)
    frames = np.tile(np.array([0, 255], dtype=np.uint8), (2, 8))
    passages = FormLessons(ids=ids, heads={"frames": frames}, tokens=nothing, starts=np.zeros(1, dtype=np.int64))
    Lessons({"headline": headlines, "passage": passages}, {"headline": "abc", "passage": "def"}).save(
        tmp_path / "lessons.npz"
    )
    found = read_lessons(tmp_path / "lessons.npz")
    assert found.teachers == {"headline": "abc", "passage": "def"}
    taught = found.teach({"text": texts[1], "form": "headline", "sensationalism": None})
    np.testing.assert_allclose(taught["taught_tokens"], [0, 0, 0.2, 0])
    assert taught["taught_levels"].sum() == pytest.approx(1)
    rated = {"text": texts[1], "form": "headline", "sensationalism": 40.0}
    both = found.teach(rated)
    assert (both["sensationalism"], both["taught_levels"].sum()) == (40.0, pytest.approx(1))
    assert "taught_levels" not in found.teach({"text": "never judged", "form": "headline", "sensationalism": None})
    framed = found.teach({"text": texts[1], "form": "passage", "frames": None})
    np.testing.assert_array_equal(framed["taught_frames"], [0, 1] * 8)
    assert "taught_tokens" not in framed
    unknown = {"text": texts[1], "form": "sentence", "bias": None}
    assert found.teach(unknown) == unknown
    (tmp_path / "broken.npz").write_bytes(b"PK nonsense")
    with pytest.raises(InputError, match="no file of a teacher's judgements"):
        read_lessons(tmp_path / "broken.npz")


def test_the_mean_of_two_teachers_lies_between_them_and_names_both() -> None:
    def judged(teacher: str, ids: list[int], hot: int, token: int) -> Lessons:
        levels = np.zeros((2, 21), dtype=np.uint8)
        levels[:, hot] = 255
        devices = np.full((2, 15), hot, dtype=np.uint8)
        part = FormLessons(
            ids=np.array(ids, dtype=np.uint64),
            heads={"levels": levels, "devices": devices},
            tokens=np.full(3, token, dtype=np.uint8),
            starts=np.array([0, 1, 3], dtype=np.int64),
        )
        return Lessons({"headline": part}, {"headline": teacher})

    both = mean_of(judged("one", [1, 2], 4, 0), judged("two", [1, 2], 12, 100))
    said = both.forms["headline"]
    assert both.teachers == {"headline": "one two"}
    # roots are kept: a half is 180 of 255, squared
    assert said.heads["levels"][0].nonzero()[0].tolist() == [4, 12]
    assert set(said.heads["levels"][0][[4, 12]]) == {180}
    assert (set(said.heads["devices"].ravel()), set(said.tokens)) == ({8}, {50})
    with pytest.raises(InputError, match="other texts as headline"):
        mean_of(judged("one", [1, 2], 4, 0), judged("two", [1, 3], 12, 100))
