"""From a trained model to a bundle: graph, calibration, figures, hashes, card; nothing is written unless all holds."""

import json
import shutil
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from scorer.bundle import FORMAT_VERSION, Platt, file_hash, hashed_files
from scorer.errors import ScorerError
from scorer.evaluate.seen import hashes_of, write_seen
from scorer.labels import DEVICES
from scorer.runtime import Runtime
from training.card import model_card
from training.config import Recipe
from training.data import Encoded
from training.evaluate import clickbait_report
from training.graph import build_graph
from training.model import HEAD_SIZES, HeadlineModel
from training.quantise import set_rounding
from training.report import dev_report
from training.settings import head_settings
from training.sources import Splits
from training.train import Predictions, predict


@dataclass(frozen=True)
class Encodings:
    """The tokenised splits."""

    train: Encoded
    tune: Encoded
    dev: Encoded
    test: Encoded


ENCODED = tuple(field.name for field in fields(Encodings))


def run_exported(runtime: Runtime, rows: Encoded) -> Predictions:
    """What the shipped graph puts out for rows, in the form training uses."""
    raw = runtime.run([runtime.tokenise(text) for text in rows.texts], tuple(HEAD_SIZES))
    heads = {name: values.astype(np.float64) for name, values in raw.heads.items()}
    heads["devices"] = heads["devices"].reshape(len(rows), len(DEVICES), -1)
    heads["clickbait"] = heads["clickbait"][:, 0]
    return Predictions(**heads, tokens=[logits[:, 0].astype(np.float64) for logits in raw.by_token["tokens"]])


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


def write_description(folder: Path, config: dict[str, Any], card: str) -> None:
    """Write a bundle's card, and its description with the hashes of what lies there."""
    (folder / "README.md").write_text(card, encoding="utf-8")
    config["files"] = {name: file_hash(folder / name) for name in hashed_files(config)}
    (folder / "config.json").write_text(json.dumps(config, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def write_bundle(folder: Path, draft: Path, config: dict[str, Any]) -> None:
    """Finish a draft folder with card and hashes, and put it in place of `folder`, by two renames."""
    write_description(draft, config, model_card(config))
    folder.parent.mkdir(parents=True, exist_ok=True)
    old = folder.with_name(folder.name + ".old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    draft.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def save_tokenizer(tokenizer: Tokenizer, path: Path) -> None:
    """Save the tokeniser without padding or truncation: texts are batched and measured by the runtime."""
    settings = json.loads(tokenizer.to_str()) | {"padding": None, "truncation": None}
    if settings["model"]["type"] == "WordPiece":
        # the library writes one word for each number, but words may share one (`training.spellings`)
        settings["model"]["vocab"] = tokenizer.get_vocab(with_added_tokens=False)
    path.write_text(json.dumps(settings, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")


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
    heads, calibration = head_settings(rows.tune, rows.dev, splits, tune, dev, runtime)
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
        **write_seen(draft, hashes_of(splits.learned)),
        "scores": {
            **dev_report(rows.dev, splits, dev),
            "clickbait_test": clickbait_report(rows.train, rows.test, test) if test else None,
            "calibration": calibration,
            "quantisation": parity_report(model, dev, rows.dev, recipe),
        },
    }
    write_bundle(folder, draft, config)
    return config
