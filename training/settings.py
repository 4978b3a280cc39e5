"""The settings of a bundle's heads: everything in `config.json` that is fitted once the weights are."""

import csv
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from scorer.bundle import PhraseRule, Platt
from scorer.labels import DEVICES
from scorer.runtime import Runtime
from scorer.support import MEANINGS, Support
from training.body import HOT, Folds, calibrate_passages, calibrate_sentences, phrase_report, rows_of
from training.calibrate import (
    choose_rule,
    fit_interval,
    fit_levels,
    fit_platt,
    fit_strength,
    interval_report,
    known_tokens,
    probability_report,
)
from training.data import LEVELS, Encoded
from training.evaluate import known_rows, rated_rows
from training.report import dev_folds
from training.sources import RATED_SENTENCES, Splits
from training.train import Predictions

#: Headlines, bodies, and whether the second supports a phrase of the first: written for this project.
SUPPORT_PAIRS = Path(__file__).parent / "support.csv"


def calibrate_headlines(
    tune: Encoded, dev: Encoded, splits: Splits, tune_guess: Predictions, dev_guess: Predictions, folds: Folds
) -> tuple[dict[str, Any], dict[str, Any], PhraseRule]:
    """Settings of the headline heads for `config.json`, how well calibration holds (cross-fitted), the phrase rule."""
    split = splits.dev
    sampling = np.array(split["sampling"])
    natural = rated_rows(split) & (sampling != "authored")
    truth = dev.targets.mean[natural].astype(np.float64)
    logits = dev_guess.sensationalism[natural]
    levels, reached = dev_guess.devices[natural], dev.targets.devices[natural] > 0.5
    marked = np.flatnonzero(natural).tolist()
    token_logits, inside, owner = known_tokens(dev_guess, dev, marked)
    choosing = np.flatnonzero(rated_rows(splits.tune)).tolist()
    rule = choose_rule(tune, tune_guess, choosing, fit_platt(token_logits, inside))
    judged = known_rows(tune.targets.clickbait)
    strength = fit_strength(tune_guess.clickbait[judged], tune.targets.clickbait[judged].astype(np.float64))
    heads = {
        "sensationalism": {
            "levels": LEVELS,
            "interval": asdict(fit_interval(logits, truth)),
        },
        "devices": {
            "labels": list(DEVICES),
            "calibration": [
                [asdict(level) for level in fit_levels(levels[:, device], reached[:, device])]
                for device in range(len(DEVICES))
            ],
        },
        "clickbait": {"calibration": asdict(strength)},
    }
    hot = [row for row in marked if dev.targets.mean[row] >= HOT]
    report = {
        "interval": interval_report(logits, truth, folds[natural], sampling[natural] == "random"),
        "presence": {
            name: asdict(probability_report(levels[:, column, 0], reached[:, column, 0], folds[natural]))
            for column, name in enumerate(DEVICES)
        },
        "tokens": asdict(probability_report(token_logits, inside, folds[owner])),
        "phrases": phrase_report(dev, dev_guess, hot, rule),
    }
    return heads, report, rule


def sentence_rule(
    tune: Encoded, dev: Encoded, splits: Splits, tune_guess: Predictions, dev_guess: Predictions
) -> PhraseRule:
    """How loaded phrases of sentences are found: calibrated on dev, chosen on tune sentences."""
    logits, inside, _ = known_tokens(dev_guess, dev, rows_of(dev, "sentence"))
    choosing = [row for row, source in enumerate(splits.tune["source"]) if source in RATED_SENTENCES]
    return choose_rule(tune, tune_guess, choosing, fit_platt(logits, inside))


def fit_support(runtime: Runtime) -> Platt:
    """From the likeness of words to the probability that a body supports a phrase, on pairs written for this."""
    with SUPPORT_PAIRS.open(encoding="utf-8", newline="") as file:
        pairs = list(csv.DictReader(file))
    likeness = []
    for pair in pairs:
        texts = [pair["headline"], *re.split(r"(?<=[.!?])\s+", pair["body"])]
        encodings = [runtime.tokenise(text) for text in texts]
        read = list(zip(texts, encodings, runtime.run(encodings, (MEANINGS,)).by_token[MEANINGS], strict=True))
        start = pair["headline"].index(pair["phrase"])
        likeness.append(Support(read[0], read[1:]).likeness(start, start + len(pair["phrase"])) or 0.0)
    return fit_platt(np.array(likeness), np.array([pair["supported"] == "1" for pair in pairs]))


def head_settings(
    tune: Encoded, dev: Encoded, splits: Splits, tune_guess: Predictions, dev_guess: Predictions, runtime: Runtime
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The `heads` of `config.json`, and how well calibration holds.

    :param tune: encoded `splits.tune`; `dev`: encoded `splits.dev`; the guesses belong to them.
    :param runtime: of the exported graph.
    """
    folds = dev_folds(splits)
    heads, report, headline_phrases = calibrate_headlines(tune, dev, splits, tune_guess, dev_guess, folds)
    sentence_phrases = sentence_rule(tune, dev, splits, tune_guess, dev_guess)
    sentences, passages = rows_of(dev, "sentence"), rows_of(dev, "passage")
    sentence_heads, report["sentences"] = calibrate_sentences(
        dev.rows(sentences), dev_guess.rows(sentences), folds[sentences], sentence_phrases
    )
    return heads | sentence_heads | {
        "frames": calibrate_passages(dev.rows(passages), dev_guess.rows(passages)),
        "tokens": {"headline": asdict(headline_phrases), "sentence": asdict(sentence_phrases)},
        "support": {"calibration": asdict(fit_support(runtime))},
    }, report
