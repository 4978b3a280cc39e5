"""From a trained model to a bundle: graph, calibration, figures, hashes, card; nothing is written unless all holds."""

import json
import shutil
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from scorer.bundle import FORMAT_VERSION, HASHED_FILES, Platt, file_hash
from scorer.errors import ScorerError
from scorer.labels import DEVICES
from scorer.runtime import Runtime
from training.calibrate import (
    choose_thresholds,
    device_logits,
    fit_devices,
    fit_interval,
    fit_platt,
    fit_strength,
    interval_report,
    known_tokens,
    phrase_f1,
    probability_report,
)
from training.card import model_card
from training.config import Recipe
from training.data import LEVELS, Encoded
from training.evaluate import clickbait_report, known_rows, rated_rows, rating_report
from training.graph import build_graph
from training.model import HeadlineModel
from training.quantise import set_rounding
from training.sources import Splits, in_first_half
from training.train import Predictions, predict


@dataclass(frozen=True)
class Encodings:
    """The tokenised splits."""

    train: Encoded
    tune: Encoded
    dev: Encoded
    test: Encoded


def run_exported(runtime: Runtime, rows: Encoded) -> Predictions:
    """What the shipped graph puts out for rows, in the form training uses."""
    raw = runtime.run([runtime.tokenise(text) for text in rows.texts])
    return Predictions(
        sensationalism=np.stack([item.sensationalism for item in raw]).astype(np.float64),
        devices=np.stack([item.devices for item in raw]).astype(np.float64),
        clickbait=np.array([item.clickbait for item in raw], dtype=np.float64),
        tokens=[item.tokens.astype(np.float64) for item in raw],
    )


def parity_report(model: HeadlineModel, shipped: Predictions, rows: Encoded, recipe: Recipe) -> dict[str, float]:
    """How far the exported graph's scores lie from the torch model's, in points.

    :raises ScorerError: when the mean distance to the float model exceeds what the recipe allows.
    """
    rounded = predict(model, rows).score
    set_rounding(model.encoder, False)
    exact = predict(model, rows).score
    set_rounding(model.encoder, True)
    report = {
        "mean_difference_to_float": float(np.abs(shipped.score - exact).mean()),
        "max_difference_to_float": float(np.abs(shipped.score - exact).max()),
        "mean_difference_to_rounded": float(np.abs(shipped.score - rounded).mean()),
    }
    found, allowed = report["mean_difference_to_float"], recipe.quantisation.max_mean_drift
    if found > allowed:
        raise ScorerError(
            f"The exported graph differs from the torch model by {found:.2f} points on average, the recipe allows "
            f"{allowed}; raise quantisation.aware_epochs or max_mean_drift."
        )
    return report


def calibrate(
    rows: Encodings, splits: Splits, tune_guess: Predictions, dev_guess: Predictions
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The heads' settings for `config.json`, and how well calibration holds (cross-fitted)."""
    tune, dev, split = rows.tune, rows.dev, splits.dev
    sampling = np.array(split["sampling"])
    natural = rated_rows(split) & (sampling != "authored")
    truth = dev.targets.mean[natural].astype(np.float64)
    folds = np.array([int(in_first_half(group)) for group in split["group"]])
    logits = dev_guess.sensationalism[natural]
    levels, reached = device_logits(dev_guess)[natural], dev.targets.devices[natural] > 0.5
    token_logits, inside, owner = known_tokens(dev_guess, dev, np.flatnonzero(natural).tolist())
    token_platt = fit_platt(token_logits, inside)
    marked = np.flatnonzero(rated_rows(splits.tune)).tolist()
    threshold, link = choose_thresholds(tune, tune_guess, marked, token_platt)
    judged = known_rows(tune.targets.clickbait)
    strength = fit_strength(tune_guess.clickbait[judged], tune.targets.clickbait[judged].astype(np.float64))
    heads = {
        "sensationalism": {"levels": LEVELS, "interval": asdict(fit_interval(logits, truth))},
        "devices": {
            "labels": list(DEVICES),
            "calibration": [[asdict(p) for p in device] for device in fit_devices(levels, reached)],
        },
        "clickbait": {"calibration": asdict(strength)},
        "tokens": {"calibration": asdict(token_platt), "threshold": threshold, "link": link},
    }
    report = {
        "interval": interval_report(logits, truth, folds[natural], sampling[natural] == "random"),
        "presence": {
            name: asdict(probability_report(levels[:, column, 0], reached[:, column, 0], folds[natural]))
            for column, name in enumerate(DEVICES)
        },
        "tokens": asdict(probability_report(token_logits, inside, folds[owner])),
        "phrase_f1": phrase_f1(dev, dev_guess, np.flatnonzero(natural).tolist(), token_platt, threshold, link),
    }
    return heads, report


def write_bundle(folder: Path, draft: Path, config: dict[str, Any]) -> None:
    """Finish a draft folder with card and hashes, and put it in place of `folder` in one step."""
    (draft / "README.md").write_text(model_card(config), encoding="utf-8")
    config["files"] = {name: file_hash(draft / name) for name in HASHED_FILES}
    (draft / "config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    folder.parent.mkdir(parents=True, exist_ok=True)
    old = folder.with_name(folder.name + ".old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    draft.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def save_tokenizer(tokenizer: Tokenizer, path: Path) -> None:
    """Save the tokeniser without padding or truncation: texts are batched and measured by the runtime."""
    copy = Tokenizer.from_str(tokenizer.to_str())
    copy.no_padding()
    copy.no_truncation()
    copy.save(str(path))


def export(
    model: HeadlineModel,
    tokenizer: Tokenizer,
    splits: Splits,
    rows: Encodings,
    recipe: Recipe,
    facts: dict[str, Any],
    folder: Path,
) -> dict[str, Any]:
    """Write the bundle of a trained model and return its description.

    :param facts: what the card tells besides: data with licences, encoder, machine, time.
    :raises ScorerError: when the graph drifts further from the torch model than the recipe allows.
    """
    draft = folder.with_name(folder.name + ".part")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    model = model.cpu().eval()
    (draft / "model.onnx").write_bytes(build_graph(model).SerializeToString())
    save_tokenizer(tokenizer, draft / "tokenizer.json")
    runtime = Runtime(draft, recipe.threads)
    dev, tune = run_exported(runtime, rows.dev), run_exported(runtime, rows.tune)
    heads, calibration = calibrate(rows, splits, tune, dev)
    test = run_exported(runtime, rows.test) if len(rows.test) else None
    if test:
        strength = Platt(**heads["clickbait"]["calibration"])
        test = replace(test, clickbait=strength.scale * test.clickbait + strength.shift)
    config: dict[str, Any] = {
        "format_version": FORMAT_VERSION,
        "name": recipe.name,
        "version": recipe.version,
        "max_tokens": recipe.max_length,
        "heads": heads,
        "training": asdict(recipe),
        **facts,
        "scores": {
            "rated_dev": rating_report(rows.train, splits.train, rows.dev, splits.dev, dev),
            "clickbait_test": clickbait_report(rows.train, rows.test, test) if test else None,
            "calibration": calibration,
            "quantisation": parity_report(model, dev, rows.dev, recipe),
        },
    }
    write_bundle(folder, draft, config)
    return config
