"""What a model says of texts under one head, as arrays: grades, yes or no, intervals, and why it abstains."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from scorer.abstain import is_english
from scorer.decode import sigmoid
from scorer.errors import InputError
from scorer.evaluate import SHIPPED
from scorer.labels import DEVICES, FRAMES
from scorer.metrics import Values
from scorer.predict import WINDOW, Scorer, find_phrases, level_probabilities, scaled
from scorer.results import ModelName, Phrase
from scorer.runtime import PASSAGE_HEADS, SENTENCE_HEADS, RawOutputs
from scorer.text import readable

if TYPE_CHECKING:
    from tokenizers import Encoding

#: The score, 0-100, from which a text counts as one: the lowest "heightened" headline.
SENSATIONAL_FROM: Final = 40.0
#: The strength from which the Clickbait Challenge 2017 counts a post as clickbait.
HALF: Final = 50.0
#: Characters of a text that are looked at for a sentence or a passage; more would not fit into the model anyway.
LONGEST: Final = 4000


@dataclass(frozen=True)
class Judged:
    """What a model says of texts under one head; rows that it does not judge are NaN.

    `grades` are 0-100, (rows, labels); `likelihoods` say yes or no, 0-1, (rows, labels), and are calibrated
    probabilities where `calibrated`; from `cuts`, (labels,), the answer is yes. `low` and `high`, (rows,), are the
    interval of a grade, None for a head that has none. `abstained` has one reason or None a row (a key of
    `labels.ABSTENTIONS`), `cut_short` counts texts of which the model could read the beginning only.
    """

    model: ModelName
    labels: tuple[str, ...]
    grades: Values
    likelihoods: Values
    calibrated: bool
    cuts: Values
    low: Values | None
    high: Values | None
    phrases: tuple[tuple[Phrase, ...], ...]
    abstained: tuple[str | None, ...]
    cut_short: int

    @property
    def known(self) -> NDArray[np.bool_]:
        """Rows that were judged."""
        return np.array([reason is None for reason in self.abstained], dtype=np.bool_)


def open_scorer(bundle: str | None, threads: int | None) -> Scorer:
    """Load a bundle; the one inside the package for None or `shipped`.

    :raises BundleError: when it cannot be used.
    """
    return Scorer.load(None if bundle == SHIPPED else bundle, threads)


def judge(scorer: Scorer, head: str, texts: Sequence[str]) -> Judged:
    """Judge texts under one head of `evaluate.HEADS`: headlines, sentences, or passages for frames.

    :raises InputError: when the model abstains from all of them.
    """
    found = judge_any(scorer, head, texts)
    if not found.known.any():
        reason = found.abstained[0] if texts else "empty"
        raise InputError(
            f"the model judges none of the {len(texts)} texts (the first: {reason}); is it the right column?"
        )
    return found


def judge_any(scorer: Scorer, head: str, texts: Sequence[str]) -> Judged:
    """Judge texts as `judge` does, also where the model abstains from all of them."""
    if head in ("bias", "opinion"):
        return _sentences(scorer, head, texts)
    if head == "frames" or head in FRAMES:
        return _passages(scorer, head, texts)
    return _headlines(scorer, head, texts)


def _headlines(scorer: Scorer, head: str, texts: Sequence[str]) -> Judged:
    """Sensationalism, clickbait or a device of headlines."""
    results = scorer.headlines(texts)
    rows = len(results)
    grades, likelihoods, low, high = (np.full(rows, np.nan) for _ in range(4))
    for row, result in enumerate(results):
        heat, levels, presence = result.sensationalism, result.devices, result.device_presence
        if heat is None or levels is None or presence is None or result.clickbait is None:
            continue
        low[row], high[row] = heat.low, heat.high
        if head in DEVICES:
            grades[row], likelihoods[row] = 100 * levels[head], presence[head]
        else:
            grades[row] = heat.score if head == "sensationalism" else 100 * result.clickbait
            likelihoods[row] = grades[row] / 100
    cut = {"sensationalism": SENSATIONAL_FROM / 100, "clickbait": HALF / 100}.get(head, 0.5)
    with_interval = head == "sensationalism"
    return Judged(
        model=scorer.bundle.model,
        labels=(head,),
        grades=grades[:, None],
        likelihoods=likelihoods[:, None],
        calibrated=head in DEVICES,
        cuts=np.array([cut]),
        low=low if with_interval else None,
        high=high if with_interval else None,
        phrases=tuple(result.phrases for result in results),
        abstained=tuple(result.abstain for result in results),
        cut_short=0,
    )


@dataclass(frozen=True)
class _Batch:
    """Texts that were read together: their numbers, what was read of them, and what the graph said."""

    rows: list[int]
    texts: list[str]
    encodings: "list[Encoding]"
    raw: RawOutputs


class _Reading:
    """Reads sentences or passages window by window; keeps why a text was not read, and how many were cut short."""

    def __init__(self, scorer: Scorer, texts: Sequence[str], heads: Sequence[str]) -> None:
        self._scorer, self._texts, self._heads = scorer, texts, heads
        self.abstained: list[str | None] = [None] * len(texts)
        self.cut_short = 0

    def batches(self) -> Iterator[_Batch]:
        """The texts that can be read, in order."""
        room = self._scorer.bundle.max_tokens
        for start in range(0, len(self._texts), WINDOW):
            rows, read, encodings = [], [], []
            for row, text in enumerate(self._texts[start : start + WINDOW], start):
                clean = readable(text)
                encoding = self._scorer.runtime.tokenise(clean[:LONGEST])
                if not any(character.isalnum() for character in clean):
                    self.abstained[row] = "empty"
                elif not is_english(clean[:LONGEST], encoding):
                    self.abstained[row] = "not_english"
                else:
                    self.cut_short += len(encoding.ids) > room or len(clean) > LONGEST
                    encoding.truncate(room)
                    rows.append(row)
                    read.append(clean)
                    encodings.append(encoding)
            if rows:
                yield _Batch(rows, read, encodings, self._scorer.runtime.run(encodings, self._heads))


def _sentences(scorer: Scorer, head: str, texts: Sequence[str]) -> Judged:
    """Bias or opinion of sentences."""
    bundle = scorer.bundle
    calibration = bundle.bias_calibration if head == "bias" else bundle.opinion_calibration
    reading = _Reading(scorer, texts, SENTENCE_HEADS)
    grades, likelihoods = np.full((len(texts), 1), np.nan), np.full((len(texts), 1), np.nan)
    phrases: list[tuple[Phrase, ...]] = [()] * len(texts)
    for batch in reading.batches():
        levels = level_probabilities(batch.raw.heads[head], calibration)
        grades[batch.rows, 0], likelihoods[batch.rows, 0] = 100 * levels.mean(axis=1), levels[:, 0]
        tokens = batch.raw.by_token["tokens"]
        for row, text, encoding, logits in zip(batch.rows, batch.texts, batch.encodings, tokens, strict=True):
            phrases[row] = find_phrases(text, encoding.offsets, logits[:, 0], bundle.sentence_phrases)
    return _without_interval(scorer, (head,), grades, likelihoods, np.array([0.5]), phrases, reading)


def _passages(scorer: Scorer, head: str, texts: Sequence[str]) -> Judged:
    """The frames of passages, all or one of them."""
    names = FRAMES if head == "frames" else (head,)
    columns = [FRAMES.index(name) for name in names]
    rules = [scorer.bundle.frames[column] for column in columns]
    calibration = [rule.calibration for rule in rules]
    reading = _Reading(scorer, texts, PASSAGE_HEADS)
    likelihoods = np.full((len(texts), len(names)), np.nan)
    for batch in reading.batches():
        logits = batch.raw.heads["frames"][:, columns].astype(np.float64)
        likelihoods[batch.rows] = sigmoid(scaled(logits, calibration))
    cuts = np.array([rule.threshold for rule in rules])
    return _without_interval(scorer, names, 100 * likelihoods, likelihoods, cuts, [()] * len(texts), reading)


def _without_interval(
    scorer: Scorer,
    labels: tuple[str, ...],
    grades: Values,
    likelihoods: Values,
    cuts: Values,
    phrases: list[tuple[Phrase, ...]],
    reading: _Reading,
) -> Judged:
    """The result of a head whose likelihoods are calibrated and which has no interval."""
    return Judged(
        model=scorer.bundle.model,
        labels=labels,
        grades=grades,
        likelihoods=likelihoods,
        calibrated=True,
        cuts=cuts,
        low=None,
        high=None,
        phrases=tuple(phrases),
        abstained=tuple(reading.abstained),
        cut_short=reading.cut_short,
    )
