"""The sets labelled by people that nothing was trained on, each with the treatment that its labels need.

They are looked at to report, never to choose. Baselines are TF-IDF models trained on the same rated rows. The command
`python -m training.figures` measures a bundle on all of them.
"""

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import datasets
import numpy as np

from scorer.labels import FRAMES
from scorer.metrics import Values, bootstrap, f1, macro_f1, pearson, roc_auc, spearman
from scorer.page import read_page
from scorer.predict import Scorer
from scorer.runtime import PASSAGE_HEADS
from scorer.sentences import sentence_spans
from training.baselines import tfidf_logistic, tfidf_ridge
from training.body import best_thresholds, frame_probabilities
from training.sources import RATED_PASSAGES, RATED_SENTENCES, find_file, rated_train

#: Columns of the climate corpus and the frames they stand for; science and environment have no counterpart.
CLIMATE_FRAMES = {
    "Eco_Detection": ("economic",),
    "Pbh_Detection": ("health",),
    "Secu_Detection": ("security",),
    "Just_Detection": ("fairness",),
    "Pol_Detection": ("political", "policy"),
    "Cult_Detection": ("culture",),
}
#: Codes of the FrAC corpus.
FRAC_FRAMES = {
    "1": ("economic",),
    "3": ("morality",),
    "4": ("fairness",),
    "5": ("legality", "crime"),
    "6": ("political", "policy"),
    "8": ("security",),
    "9": ("health",),
    "11": ("culture",),
    "12": ("public_opinion",),
}
OTHER = "15"
FOLDS = 10

Figures = Iterator[dict[str, Any]]


def rows_of(name: str) -> list[dict[str, Any]]:
    """The rows of a CSV or JSONL file below `human/`."""
    path = find_file(f"human/{name}")
    with path.open(encoding="utf-8", newline="") as file:
        return [json.loads(line) for line in file] if path.suffix == ".jsonl" else list(csv.DictReader(file))


def figure(
    name: str,
    measure: str,
    function: Callable[[Values, Values], float | None],
    truth: Values,
    model: Values,
    baseline: Values | None = None,
) -> dict[str, Any]:
    """One line of the report: a measure of the model and of its baseline on the same rows."""
    return {
        "set": name,
        "measure": measure,
        "model": bootstrap(function, truth, model).to_dict(),
        "baseline": None if baseline is None else bootstrap(function, truth, baseline).to_dict(),
    }


def passage_probabilities(scorer: Scorer, texts: list[str]) -> Values:
    """Calibrated frame probabilities of short texts, (texts, frames); what is too long is cut."""
    encodings = [scorer.runtime.tokenise(text) for text in texts]
    for encoding in encodings:
        encoding.truncate(scorer.bundle.max_tokens)
    raw = scorer.runtime.run(encodings, PASSAGE_HEADS)
    calibration = [frame.calibration for frame in scorer.bundle.frames]
    return frame_probabilities(raw.heads["frames"].astype(np.float64), calibration)


def baseline_probabilities(texts: list[str]) -> Values:
    """What TF-IDF with logistic regression, trained on the rated passages, says of texts, (texts, frames)."""
    train = rated_train(RATED_PASSAGES)
    return tfidf_logistic(list(train["text"]), np.array(train["frames"]) > 0.5, texts)


def columns(frames: tuple[str, ...]) -> list[int]:
    """Where frames stand in `FRAMES`."""
    return [FRAMES.index(frame) for frame in frames]


def climate(scorer: Scorer) -> Figures:
    """F1 of each mapped frame on the climate corpus, without the texts that are in its training file too."""
    known = {row["text"] for row in rows_of("ccf_train.csv")}
    rows = [row for row in rows_of("ccf_gold.csv") if row["text"] not in known]
    texts = [row["text"] for row in rows]
    model, baseline = passage_probabilities(scorer, texts), baseline_probabilities(texts)
    thresholds = np.array([frame.threshold for frame in scorer.bundle.frames])
    found, guessed = model >= thresholds, baseline >= best_thresholds(baseline)
    for column, frames in CLIMATE_FRAMES.items():
        truth = np.array([float(row[column]) for row in rows])
        ours, theirs = (np.asarray(part[:, columns(frames)].any(axis=1), dtype=np.float64) for part in (found, guessed))
        yield figure("CCF gold (climate news)", f"F1, {' or '.join(frames)}", f1, truth, ours, theirs)


def comments(scorer: Scorer) -> Figures:
    """Macro-F1 over the codes of FrAC: the likeliest group of frames, `other` when none is present."""
    rows = rows_of("frac.csv")
    texts = [row["sentence"] for row in rows]
    codes = [*FRAC_FRAMES, OTHER]
    truth = np.array([[row["label"] == code for code in codes] for row in rows]).astype(np.float64)
    model, baseline = passage_probabilities(scorer, texts), baseline_probabilities(texts)
    thresholds = np.array([frame.threshold for frame in scorer.bundle.frames])

    def decide(probabilities: Values, cuts: Values) -> Values:
        groups = [(probabilities / cuts)[:, columns(frames)].max(axis=1) for frames in FRAC_FRAMES.values()]
        likeness = np.column_stack([*groups, np.ones(len(probabilities))])
        return np.eye(len(codes))[likeness.argmax(axis=1)]

    guesses = decide(model, thresholds), decide(baseline, best_thresholds(baseline))
    yield figure("FrAC (half reader comments)", "macro-F1 of ten codes", macro_f1, truth, *guesses)


def baseline_bias(bodies: list[str]) -> Values:
    """Mean over its sentences of what TF-IDF + ridge, trained on the rated sentences, says of a body."""
    train = rated_train(RATED_SENTENCES)
    sentences = [
        [body[start:end] for start, end in sentence_spans(body, read_page(body, headline_apart=True).paragraphs)]
        for body in bodies
    ]
    flat = [sentence for body in sentences for sentence in body]
    guesses = iter(tfidf_ridge(list(train["text"]), np.array(train["bias"]), flat).tolist())
    return np.array([np.mean([next(guesses) for _ in body] or [0.0]) for body in sentences])


def hyperpartisan(scorer: Scorer) -> Figures:
    """Body bias against hyperpartisan judgements: AUC, and the accuracy of a cut chosen on other articles."""
    rows = rows_of("hyperpartisan.jsonl")
    truth = np.array([float(row["hyperpartisan"]) for row in rows])
    results = list(scorer.articles((row["text"], row["title"]) for row in rows))
    bias = np.array([result.body.bias or 0.0 for result in results])
    baseline = baseline_bias([row["text"] for row in rows])
    name = "SemEval-2019 hyperpartisan"
    yield figure(name, "AUC of body bias", roc_auc, truth, bias, baseline)
    decisions = cut_elsewhere(truth, bias), cut_elsewhere(truth, baseline)
    yield figure(name, "accuracy of a cut, ten folds", accuracy, truth, *decisions)


def accuracy(truth: Values, decisions: Values) -> float | None:
    """Share of right decisions (0 or 1)."""
    return float((truth == decisions).mean()) if len(truth) else None


def cut_elsewhere(truth: Values, values: Values) -> Values:
    """Yes or no (1 or 0) for each row, from the cut that is right most often on the rows of the other nine folds."""
    folds = np.random.default_rng(0).permutation(len(truth)) % FOLDS
    found = np.zeros(len(truth))
    for fold in range(FOLDS):
        learned, judged = folds != fold, folds == fold
        cuts = np.unique(values[learned])
        right = [((values[learned] >= cut) == (truth[learned] > 0)).mean() for cut in cuts]
        found[judged] = values[judged] >= cuts[int(np.argmax(right))]
    return found


def newsagendas(scorer: Scorer) -> Figures:
    """Body bias and clickbait strength against the labels of NewsAgendas."""
    rows = rows_of("newsagendas.jsonl")
    results = list(scorer.articles((row["text"], row["title"]) for row in rows))
    bias = np.array([result.body.bias or 0.0 for result in results])
    truth = np.array([float(bool({"politicalbias", "propaganda", "hate"} & labels_of(row))) for row in rows])
    baseline = baseline_bias([row["text"] for row in rows])
    yield figure("NewsAgendas", "AUC of body bias for bias, propaganda or hate", roc_auc, truth, bias, baseline)
    truth = np.array([float("clickbait" in labels_of(row)) for row in rows])
    strength = np.array([(result.headline and result.headline.clickbait) or 0.0 for result in results])
    yield figure("NewsAgendas", "AUC of headline clickbait for clickbait", roc_auc, truth, strength)


def labels_of(row: dict[str, Any]) -> set[str]:
    """The labels of a row, which a comma or semicolon parts."""
    return set(row["labels"].replace(";", ",").replace(" ", "").split(","))


def emotions(scorer: Scorer) -> Figures:
    """Alarm of the wording against fear of the reader: expected to be modest, as they are not the same."""
    rows = [row for row in rows_of("affectivetext.csv") if row["split"] == "test"]
    results = scorer.headlines([row["text"] for row in rows])
    judged = [(row, result.devices) for row, result in zip(rows, results, strict=True) if result.devices]
    kept = [(float(row["fear"]), devices["alarm"]) for row, devices in judged]
    fear, alarm = np.array(kept).T
    yield figure("SemEval-2007 affective text", "Pearson of alarm with fear", pearson, fear, alarm)


def outlets(scorer: Scorer) -> Figures:
    """Rank correlation over outlets of the mean headline score with a published rating of outlet quality."""
    rows = [row for row in rows_of("gne_outlets.csv") if row["bias_vertical"]]
    by_outlet: dict[str, list[float]] = {}
    quality: dict[str, float] = {}
    for row, result in zip(rows, scorer.headlines([row["text"] for row in rows]), strict=True):
        quality[row["outlet"]] = float(row["bias_vertical"])
        if result.sensationalism:
            by_outlet.setdefault(row["outlet"], []).append(result.sensationalism.score)
    names = sorted(by_outlet)
    means = np.array([np.mean(by_outlet[name]) for name in names])
    rated = np.array([quality[name] for name in names])
    yield figure("GoodNewsEveryone, outlets", "Spearman of mean score with quality", spearman, rated, means)


#: What measures each set.
SETS: dict[str, Callable[[Scorer], Figures]] = {
    "ccf": climate,
    "frac": comments,
    "hyperpartisan": hyperpartisan,
    "newsagendas": newsagendas,
    "affectivetext": emotions,
    "gne_outlets": outlets,
}


def human_figures(bundle: Path, name: str) -> dict[str, Any]:
    """The figures of a bundle on one of the sets."""
    datasets.disable_progress_bars()
    return {"lines": list(SETS[name](Scorer.load(bundle)))}
