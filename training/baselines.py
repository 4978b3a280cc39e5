"""What a model must beat: the mean of the training rows, and TF-IDF with ridge regression."""

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline, make_union

from scorer.metrics import Values


def tfidf_ridge(train_texts: list[str], train_truth: Values, texts: list[str]) -> Values:
    """Predictions of a ridge regression on TF-IDF of words and character n-grams.

    :param train_truth: (train rows,), any scale; predictions are on the same one.
    :returns: (rows,).
    """
    words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=3, sublinear_tf=True)
    model = make_pipeline(make_union(words, characters), Ridge(alpha=2.0))
    model.fit(train_texts, train_truth)
    low, high = float(train_truth.min()), float(train_truth.max())
    return np.clip(model.predict(texts), low, high).astype(np.float64)


def constant_mean(train_truth: Values, rows: int) -> Values:
    """The mean of the training labels for every row."""
    return np.full(rows, train_truth.mean(), dtype=np.float64)
