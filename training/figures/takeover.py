"""Puts figures into a bundle's description, where `scorer model` and the card find them: one number, one source."""

from collections.abc import Mapping
from typing import Any

from scorer.labels import DEVICES
from training import human
from training.figures.files import Figures
from training.figures.labelled import PRESENT, evaluation_of

#: Systems of a report by the name that the scores written at export give them.
SYSTEMS = {"model": "model", "tfidf_ridge": "tfidf", "mean": "constant"}


def taken_over(config: Mapping[str, Any], figures: Figures) -> dict[str, Any]:
    """The description with the figures in place of those that export had written for the same thing.

    What export cross-fits (coverage, calibration, F1 of frames) stays: a report on a finished bundle cannot do that.
    """
    scores = config["scores"]
    return {
        **config,
        "scores": {
            **scores,
            "rated_dev": _headlines(scores["rated_dev"], figures),
            "clickbait_test": _clickbait(figures),
            "sentences_dev": _sentences(figures),
            "passages_dev": scores["passages_dev"] | {"by_frame": _frames(scores["passages_dev"], figures)},
            "human": [line for name in human.SETS for line in figures[name]["lines"]],
            "audit": {"missed": figures["audit"]["missed"], "suites": _audit(figures)},
        },
    }


def _systems(found: Mapping[str, Any], measures: Mapping[str, str]) -> dict[str, Any]:
    """Estimates by system and measure, each under the name it has in the scores."""
    return {
        ours: {name: found["figures"][theirs][measure] for name, measure in measures.items()}
        for ours, theirs in SYSTEMS.items()
    }


def _headlines(exported: Mapping[str, Any], figures: Figures) -> dict[str, Any]:
    found = evaluation_of(figures["headlines"], "score")
    bias = found["figures"]["model"]["bias"]
    data = found["data"]
    abstained = sum(data["abstained"].values())
    systems = _systems(found, {"pearson": "pearson", "mae": "mae"})
    return {
        **exported,
        **systems,
        "by_sampling": {**exported["by_sampling"], "random": systems["model"]},
        "bias_by_predicted_band": {
            band["name"]: {"bias": band["bias"]["value"], "n": band["bias"]["n"]} for band in found["bands"]
        },
        "bias_overall": {"bias": bias["value"], "n": bias["n"]},
        "abstained": abstained / (data["evaluated"] + abstained),
        "devices": {
            device: {
                "pearson": evaluation_of(figures["devices"], device)["figures"]["model"]["pearson"]["value"],
                "auc": evaluation_of(figures["devices"], device + PRESENT)["figures"]["model"]["auc"]["value"],
            }
            for device in DEVICES
        },
    }


def _clickbait(figures: Figures) -> dict[str, Any]:
    found = evaluation_of(figures["clickbait"], "truth_mean")
    return _systems(found, {"mse": "mse_0_1", "pearson": "pearson", "f1": "f1_above_half"})


def _sentences(figures: Figures) -> dict[str, Any]:
    bias, opinion = (evaluation_of(figures["sentences"], column) for column in ("bias", "opinion"))
    present = evaluation_of(figures["sentences"], "bias" + PRESENT)
    found = {
        "bias_pearson": bias["figures"],
        "opinion_pearson": opinion["figures"],
        "bias_auc": present["figures"],
    }
    names = {"model": "model", "tfidf": "tfidf", "mean": "constant"}
    return {
        ours: {name: each[theirs][name.partition("_")[2]] for name, each in found.items()}
        for ours, theirs in names.items()
    }


def _frames(exported: Mapping[str, Any], figures: Figures) -> dict[str, Any]:
    found = evaluation_of(figures["passages"], "frames")
    known = {each["label"]: each["figures"]["model"]["auc"]["value"] for each in found["by_label"]}
    return {frame: each | {"auc": known.get(frame)} for frame, each in exported["by_frame"].items()}


def _audit(figures: Figures) -> list[dict[str, Any]]:
    """The figures of each suite that has marks or none, without groups and fillers."""
    return [{name: suite[name] for name in ("name", "n", "figures")} for suite in figures["audit"]["suites"]]
