"""The figures of a finished model on rows it was not trained on, beside trivial baselines: the model card's numbers."""

from typing import Any

import numpy as np
from datasets import Dataset

from scorer.abstain import reason_to_abstain
from scorer.decode import sigmoid
from scorer.labels import BANDS, DEVICES, band_of
from scorer.metrics import (
    Values,
    bootstrap,
    f1,
    mean_absolute_error,
    mean_difference,
    mean_squared_error,
    pearson,
    roc_auc,
)
from training.baselines import constant_mean, tfidf_ridge
from training.calibrate import Flags
from training.data import Encoded, Numbers
from training.train import Predictions


def known_rows(values: Numbers | Values) -> Flags:
    """Rows that have a label."""
    return np.asarray(~np.isnan(values))


def score_figures(truth: Values, predicted: Values) -> dict[str, Any]:
    """Pearson and mean absolute error with their bootstrap intervals."""
    return {
        "pearson": bootstrap(pearson, truth, predicted).to_dict(),
        "mae": bootstrap(mean_absolute_error, truth, predicted).to_dict(),
    }


def rated_rows(split: Dataset) -> Flags:
    """Rows that a rater scored (a teacher's judgement does not count)."""
    return np.array([score is not None for score in split["sensationalism"]])


def rating_report(train_split: Dataset, rows: Encoded, split: Dataset, predictions: Predictions) -> dict[str, Any]:
    """Sensationalism on rated rows sampled at random, beside the mean and TF-IDF; then by sampling, band and device."""
    truth = rows.targets.mean.astype(np.float64)
    sampling = np.array(split["sampling"])
    random = known_rows(truth) & (sampling == "random")
    learned = np.flatnonzero(rated_rows(train_split))
    rated = train_split.select(learned)
    train_texts, train_truth = list(rated["text"]), np.array(rated["sensationalism"], dtype=np.float64)
    texts = [rows.texts[row] for row in np.flatnonzero(random)]
    score = predictions.score
    bands = np.array([band_of(float(value)) for value in score])
    devices = rows.targets.devices.sum(axis=2).astype(np.float64)
    return {
        "model": score_figures(truth[random], score[random]),
        "tfidf_ridge": score_figures(truth[random], tfidf_ridge(train_texts, train_truth, texts)),
        "mean": score_figures(truth[random], constant_mean(train_truth, len(texts))),
        "by_sampling": {
            name: score_figures(truth[sampling == name], score[sampling == name])
            for name in sorted(set(sampling[known_rows(truth)]))
        },
        "bias_by_predicted_band": {
            name: bias_figures(score[random & (bands == name)], truth[random & (bands == name)]) for name, _ in BANDS
        },
        "devices": {
            name: device_figures(devices[random, column], device_level(predictions, column)[random])
            for column, name in enumerate(DEVICES)
        },
        "bias_overall": bias_figures(score[random], truth[random]),
        "abstained": abstained_share([rows.texts[row] for row in np.flatnonzero(known_rows(truth))]),
    }


def abstained_share(texts: list[str]) -> float:
    """The share of texts that would not be scored."""
    return sum(reason_to_abstain(text) is not None for text in texts) / max(1, len(texts))


def bias_figures(predicted: Values, truth: Values) -> dict[str, float | int | None]:
    """How far predictions lie above the truth on average (None without rows), and the number of rows."""
    return {"bias": mean_difference(truth, predicted), "n": len(truth)}


def device_figures(levels: Values, predicted: Values) -> dict[str, float | None]:
    """Correlation with the rated level, and AUC for a level of at least 1."""
    return {"pearson": pearson(levels, predicted), "auc": roc_auc((levels > 0).astype(np.float64), predicted)}


def device_level(predictions: Predictions, column: int) -> Values:
    """The uncalibrated expected level of one device, (rows,) 0-3."""
    return np.asarray(sigmoid(predictions.devices[:, column]).sum(axis=1), dtype=np.float64)


def clickbait_report(train: Encoded, rows: Encoded, predictions: Predictions) -> dict[str, Any] | None:
    """Clickbait strength against human judges: squared error, Pearson and F1 at 0.5; None without judged rows."""
    truth = rows.targets.clickbait.astype(np.float64)
    picked = known_rows(truth)
    if not picked.any():
        return None
    learned = np.flatnonzero(known_rows(train.targets.clickbait))
    train_truth = train.targets.clickbait[learned].astype(np.float64)
    texts = [rows.texts[row] for row in np.flatnonzero(picked)]
    guesses = {
        "model": predictions.clickbait_strength[picked],
        "tfidf_ridge": tfidf_ridge([train.texts[row] for row in learned], train_truth, texts),
        "mean": constant_mean(train_truth, len(texts)),
    }

    def f1_at_half(judged: Values, predicted: Values) -> float | None:
        return f1((judged > 0.5).astype(np.float64), (predicted > 0.5).astype(np.float64))

    measures = {"mse": mean_squared_error, "pearson": pearson, "f1": f1_at_half}
    return {
        name: {key: bootstrap(measure, truth[picked], guess).to_dict() for key, measure in measures.items()}
        for name, guess in guesses.items()
    }
