"""The words of a report: names of measures and systems, numbers as people read them, findings in a sentence."""

from collections.abc import Iterator
from typing import Final

from scorer.article_parts import clean
from scorer.evaluate.results import Data, Difference, Evaluation, Mistake
from scorer.labels import ABSTENTIONS
from scorer.metrics import Estimate

NOTHING: Final = "–"
#: Names of the measures and how many decimals they bear.
MEASURES: Final[dict[str, tuple[str, int]]] = {
    "pearson": ("Pearson’s r", 3),
    "spearman": ("Spearman’s rank correlation", 3),
    "mae": ("Mean absolute error, points", 1),
    "rmse": ("Root mean squared error, points", 1),
    "bias": ("Bias (prediction minus label), points", 1),
    "mse_0_1": ("Mean squared error on 0-1", 4),
    "f1_above_half": ("F1 of “above 0.5”", 3),
    "precision": ("Precision", 3),
    "recall": ("Recall", 3),
    "f1": ("F1", 3),
    "auc": ("AUC", 3),
    "average_precision": ("Average precision", 3),
    "accuracy": ("Accuracy", 3),
    "macro_f1": ("Macro-F1", 3),
    "micro_f1": ("Micro-F1", 3),
}
KINDS: Final = {
    "graded": "grades, 0-100",
    "binary": "yes or no",
    "classes": "one of several labels",
    "several": "any of several labels",
}
RATERS: Final = {"people": "people", "machine": "a machine", "unknown": "a source not stated (--rated-by)"}
#: The measure that stands for all others of its kind.
HEADLINE_MEASURE: Final = {"graded": "pearson", "binary": "auc", "classes": "macro_f1", "several": "macro_f1"}


def systems_of(report: Evaluation) -> dict[str, str]:
    """The systems measured, with what they are called in the report."""
    model, other = report.model, report.other
    names = {
        "model": f"{model.name} {model.version}",
        "other": f"{other.name} {other.version}" if other else "",
        "tfidf": "TF-IDF",
        "constant": "mean label" if report.data.kind == "graded" else "commonest answer",
    }
    if other == model:
        names["other"] += " (compared)"
    return {system: clean(names[system]) for system in names if system in report.figures}


def number(value: float | None, decimals: int) -> str:
    """A number, or a dash for none; never a minus before a zero."""
    if value is None:
        return NOTHING
    return f"{round(value, decimals) + 0.0:,.{decimals}f}".replace("-", "−")


def estimate(found: Estimate | Difference | None, decimals: int) -> str:
    """A figure with its interval: `0.83 (0.81 to 0.86)`."""
    if found is None or found.value is None:
        return NOTHING
    if found.low is None or found.high is None:
        return number(found.value, decimals)
    ends = f"{number(found.low, decimals)} to {number(found.high, decimals)}"
    return f"{number(found.value, decimals)} ({ends})"


def p_value(found: Difference) -> str:
    """A p-value, no smaller than its resamples can show."""
    if found.p is None:
        return NOTHING
    return "under 0.01" if found.p < 0.01 else f"{found.p:.2f}"


def percent(share: float | None) -> str:
    """A share as a percentage."""
    return NOTHING if share is None else f"{100 * share:.0f}%"


def error_name(report: Evaluation) -> tuple[str, int]:
    """What the error of a row is called, and its decimals."""
    if report.data.kind == "graded":
        return "mean absolute error, points", 1
    return ("share of wrong labels" if report.data.kind == "several" else "share of wrong answers"), 3


def agreement_name(report: Evaluation) -> str:
    """What agreement in a slice is measured by."""
    return "Pearson’s r" if report.data.kind == "graded" else "AUC"


def in_short(report: Evaluation) -> str:
    """The main finding as a sentence."""
    name = HEADLINE_MEASURE[report.data.kind]
    title, decimals = MEASURES[name]
    parts = [
        f"{title} {estimate(report.figures['model'][name], decimals)} on {report.data.evaluated:,} rows",
        *(
            f"{called} {estimate(report.figures[system][name], decimals)}"
            for system, called in systems_of(report).items()
            if system in ("other", "tfidf")
        ),
    ]
    return "; ".join(parts) + "."


def facts(report: Evaluation) -> Iterator[tuple[str, str]]:
    """What was evaluated on, as names and values."""
    data = report.data
    yield "File", clean(data.file) + (f" (SHA-256 {data.sha256[:16]}…)" if data.sha256 else "")
    yield "Rows", f"{data.rows:,}, of which {data.evaluated:,} evaluated"
    if data.where:
        yield "Rows asked for", clean(", ".join(data.where))
    yield "Texts", f"column {clean(data.text_column)}"
    yield (
        "Labels",
        f"column {clean(', '.join(data.label_columns))}: {KINDS[data.kind]}; given by {RATERS[data.rated_by]}",
    )
    for reason, count in data.left_out.items():
        yield "Left out", f"{count:,}: {clean(reason)}"
    yield "Left out", f"{data.repeats:,}: the text stood in an earlier row"
    yield "Not scored by the model", abstentions(data)
    yield "Seen in training", seen(data)


def abstentions(data: Data) -> str:
    """How many texts the model does not judge, and why."""
    if not data.abstained:
        return "none"
    reasons = "; ".join(f"{count:,} ({ABSTENTIONS[reason]})" for reason, count in data.abstained.items())
    return f"{sum(data.abstained.values()):,}: {reasons}"


def seen(data: Data) -> str:
    """Near-duplicates with the training data."""
    if data.seen is None:
        return "not checked: the bundle does not list its training texts"
    return f"{data.seen:,} rows have the same words as a text the model was trained on"


def verdict(found: Mistake) -> str:
    """What the label says of a row, and what the model."""
    if isinstance(found.truth, str):
        return f"Row {found.row}: label {found.truth}, model {found.predicted}."
    interval = f" ({number(found.low, 0)} to {number(found.high, 0)})" if found.low is not None else ""
    predicted = found.predicted if isinstance(found.predicted, str) else number(found.predicted, 0)
    return f"Row {found.row}: label {number(found.truth, 0)}, model {predicted}{interval}."
