"""Results as flat fields, in the order of `columns.HEADLINE_COLUMNS` and `columns.BODY_COLUMNS`."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from scorer.corpus.columns import BODY_COLUMNS, LABEL_COLUMN
from scorer.labels import DEVICES

if TYPE_CHECKING:
    from scorer.article_results import ArticleScore, Gap
    from scorer.results import HeadlineScore, Label

#: Between several phrases or names in one field.
BETWEEN: Final = " ; "


def flat_headline(score: "HeadlineScore") -> list[Any]:
    """The fields of a headline, rounded as in its JSON."""
    heat, devices, clickbait = score.sensationalism, score.devices, score.clickbait
    model = f"{score.model.name} {score.model.version}"
    if heat is None or devices is None or clickbait is None:
        return [None] * (len(DEVICES) + 5) + ["", score.abstain, model]
    return [
        *(round(heat.score, 1), round(heat.low, 1), round(heat.high, 1), heat.band),
        *(round(devices[name], 3) for name in DEVICES),
        round(clickbait, 3),
        joined(phrase.text for phrase in score.phrases),
        score.abstain,
        model,
    ]


def flat_labels(score: "HeadlineScore") -> dict[str, Any]:
    """Columns for heads that a user has added: a grade, a probability of yes, the labels or the phrases."""
    return {f"{LABEL_COLUMN}{name}": _flat_label(label) for name, label in score.labels.items()}


def _flat_label(label: "Label") -> Any:
    found = label.to_dict()
    if label.kind == "graded":
        return found["value"]
    if label.kind == "binary":
        return next(iter(found["probabilities"].values()))
    return joined(label.present if label.kind != "phrases" else (phrase.text for phrase in label.phrases))


def flat_body(score: "ArticleScore | None") -> list[Any]:
    """The fields of a body, all None without one."""
    if score is None:
        return [None] * len(BODY_COLUMNS)
    body, gap, tone = score.body, score.gap, score.body.tone
    return [
        _rounded(body.bias, 3),
        _rounded(body.opinion, 3),
        tone and round(tone.score, 1),
        body.primary_frame,
        joined(frame.name for frame in body.frames if frame.present),
        body.abstain,
        *(_flat_gap(gap) if gap else (None, None, None, "")),
        joined(score.warnings),
    ]


def _flat_gap(gap: "Gap") -> tuple[float, float, float, str]:
    unsupported = joined(phrase.text for phrase in gap.unsupported)
    return round(gap.value, 1), round(gap.low, 1), round(gap.high, 1), unsupported


def joined(texts: Iterable[str]) -> str:
    """Several texts as one field."""
    return BETWEEN.join(texts)


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
