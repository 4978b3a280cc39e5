"""What a model must beat: the commonest answer, and TF-IDF with ridge or logistic regression."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from scorer.files import extra
from scorer.metrics import Values

#: With fewer rows a model trained on them says nothing.
MIN_ROWS: Final = 50
FOLDS: Final = 5

Fold = tuple[NDArray[np.intp], NDArray[np.intp]]


def learn(module: str) -> Any:
    """A module of scikit-learn.

    :raises InputError: when it is not installed, saying what to install.
    """
    extra("sklearn", "report", "evaluation")
    return extra(f"sklearn.{module}", "report", "evaluation")


def tfidf() -> Any:
    """TF-IDF of words, word pairs and character n-grams: scikit-learn's union of two vectorisers, not fitted."""
    vectoriser = learn("feature_extraction.text").TfidfVectorizer
    words = vectoriser(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    characters = vectoriser(analyzer="char_wb", ngram_range=(2, 5), min_df=3, sublinear_tf=True)
    return learn("pipeline").make_union(words, characters)


def folds(groups: Sequence[str]) -> Iterator[Fold]:
    """Rows to learn from and rows to judge, five times; rows of one group are never on both sides."""
    numbers = np.unique(np.array(groups, dtype=object), return_inverse=True)[1]
    splitter = learn("model_selection").GroupKFold(min(FOLDS, int(numbers.max()) + 1))
    yield from splitter.split(numbers, groups=numbers)


def tfidf_grades(features: Any, truth: Values, groups: Sequence[str]) -> Values:
    """Grades, (rows,), by ridge regression, each by a model that has not seen the row's group.

    :param features: (rows, features), sparse.
    """
    found = np.empty(len(truth))
    for learned, held_out in folds(groups):
        model = learn("linear_model").Ridge(alpha=2.0, solver="sparse_cg", tol=1e-3)
        model.fit(features[learned], truth[learned])
        low, high = truth[learned].min(), truth[learned].max()
        found[held_out] = np.clip(model.predict(features[held_out]), low, high)
    return found


def tfidf_likelihoods(features: Any, truth: Values, groups: Sequence[str]) -> tuple[Values, Values]:
    """Probabilities of the labels and yes or no, (rows, labels) each, by logistic regression as `tfidf_grades`.

    It says yes as often as the rows it learned from have the label, which is better for F1 than a cut at one half.
    """
    likelihoods, decisions = np.empty(truth.shape), np.zeros(truth.shape)
    for learned, held_out in folds(groups):
        for label in range(truth.shape[1]):
            known = truth[learned, label]
            share = float(known.mean())
            if share in (0.0, 1.0):
                likelihoods[held_out, label] = decisions[held_out, label] = share
                continue
            model = learn("linear_model").LogisticRegression(C=10.0, solver="liblinear", dual=True, random_state=0)
            model.fit(features[learned], known)
            guess = model.predict_proba(features[held_out])[:, 1]
            likelihoods[held_out, label] = guess
            decisions[held_out, label] = guess >= np.quantile(guess, 1 - share)
    return likelihoods, decisions
