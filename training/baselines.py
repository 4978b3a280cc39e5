"""What a model must beat: the mean of the training rows, and TF-IDF with ridge or logistic regression."""

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline

from scorer.evaluate.baselines import tfidf
from scorer.metrics import Values


def tfidf_ridge(train_texts: list[str], train_truth: Values, texts: list[str]) -> Values:
    """Predictions of a ridge regression on TF-IDF.

    :param train_truth: (train rows,), any scale; predictions are on the same one.
    :returns: (rows,).
    """
    model = make_pipeline(tfidf(), Ridge(alpha=2.0))
    model.fit(train_texts, train_truth)
    low, high = float(train_truth.min()), float(train_truth.max())
    return np.clip(model.predict(texts), low, high).astype(np.float64)


def tfidf_logistic(train_texts: list[str], train_truth: NDArray[np.bool_], texts: list[str]) -> Values:
    """Probabilities of a logistic regression on TF-IDF, one for each label.

    :param train_truth: (train rows, labels).
    :returns: (rows, labels); the share of the training rows for a label that all or none of them have.
    """
    features = tfidf()
    learned, wanted = features.fit_transform(train_texts), features.transform(texts)
    found = np.empty((len(texts), train_truth.shape[1]))
    for label in range(train_truth.shape[1]):
        truth = train_truth[:, label]
        if truth.all() or not truth.any():
            found[:, label] = truth.mean()
        else:
            model = LogisticRegression(C=10.0, max_iter=500, solver="liblinear").fit(learned, truth)
            found[:, label] = model.predict_proba(wanted)[:, 1]
    return found


def constant_mean(train_truth: Values, rows: int) -> Values:
    """The mean of the training labels for every row."""
    return np.full(rows, train_truth.mean(), dtype=np.float64)
