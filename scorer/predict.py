"""The scorer: from texts to results."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tokenizers import Encoding

from scorer.abstain import MAX_CHARACTERS, reason_to_abstain
from scorer.ahead import ahead
from scorer.bundle import Bundle, Interval, PhraseRule, Platt, load_bundle
from scorer.decode import (
    Array,
    band_margins,
    expected_level,
    level_quantiles,
    ordinal_probabilities,
    sigmoid,
    softmax,
)
from scorer.errors import InputError
from scorer.labels import DEVICES, band_of
from scorer.own_heads import label_texts, read_own_heads
from scorer.results import Comparison, HeadlineScore, Phrase, Sensationalism
from scorer.runtime import HEADLINE_HEADS, Runtime
from scorer.text import end_of_wording, loaded_phrases, readable

if TYPE_CHECKING:
    from scorer.article_results import ArticleScore

#: Texts scored together in a stream: enough to sort by length, few enough to hold.
WINDOW = 1024


def intervals(probabilities: Array, scores: Array, levels: Array, settings: Interval) -> tuple[Array, Array]:
    """The interval of each score: quantiles of the predicted distribution, widened by the band's conformal margin.

    Conformalised quantile regression, by band of the predicted score (Romano et al. 2019; Mondrian: Vovk 2003).

    :param probabilities: (rows, levels); `scores`: (rows,) 0-100; `levels`: (levels,).
    :returns: low and high, (rows,) each, 0-100, around the score.
    """
    margins = band_margins(scores, settings.margins)
    low, high = level_quantiles(probabilities, levels, (settings.low_quantile, settings.high_quantile))
    # scores lie within 0-100 themselves
    return np.maximum(np.minimum(low - margins, scores), 0), np.minimum(np.maximum(high + margins, scores), 100)


def calibrated(logits: Array, platt: Platt) -> Array:
    """Calibrated probabilities of logits, same shape."""
    return sigmoid(platt.scale * logits + platt.shift)


def scaled(logits: Array, calibration: Sequence[Platt]) -> Array:
    """Logits with the calibration of each column applied, (rows, columns); their sigmoid is the probability."""
    scale, shift = np.array([platt.scale for platt in calibration]), np.array([platt.shift for platt in calibration])
    found: Array = logits * scale + shift
    return found


def level_probabilities(logits: Array, calibration: Sequence[Platt]) -> Array:
    """Calibrated P(level >= 1, 2, …), (rows, levels), non-increasing along the levels."""
    return ordinal_probabilities(scaled(logits, calibration))


def device_probabilities(logits: Array, bundle: Bundle) -> Array:
    """Calibrated P(level >= 1), P(level >= 2), P(level >= 3) of each device.

    :param logits: (rows, devices * levels).
    :returns: (rows, devices, levels), non-increasing along the levels.
    """
    calibration = bundle.device_calibration
    columns = scaled(logits, [level for device in calibration for level in device])
    return ordinal_probabilities(columns.reshape(len(logits), len(calibration), -1))


class Scorer:
    """Scores headlines with one bundle; may be shared by threads and survives a fork.

    Load it with `Scorer.load()`.
    """

    def __init__(self, bundle: Bundle, runtime: Runtime) -> None:
        self.bundle = bundle
        self.runtime = runtime
        self.own_heads = read_own_heads(bundle, runtime.hidden) if bundle.own_heads else ()

    @classmethod
    def load(cls, bundle: Path | str | None = None, threads: int | None = None) -> "Scorer":
        """Open a bundle.

        :param bundle: its folder; the model inside the package when None.
        :param threads: processor threads to use; as many as there are processors when None.
        :raises BundleError: when a file is missing, altered, or of another format.
        """
        loaded = load_bundle(bundle)
        return cls(loaded, Runtime(loaded.folder, threads))

    def headline(self, text: str) -> HeadlineScore:
        """Score one headline.

        :raises InputError: when `text` is no string.
        """
        return self.headlines([text])[0]

    def headlines(self, texts: Sequence[str]) -> list[HeadlineScore]:
        """Score headlines, in order; a text that cannot be judged yields a result that abstains.

        :raises InputError: when an item is no string.
        """
        return list(self.stream(texts))

    def stream(self, texts: Iterable[str]) -> Iterator[HeadlineScore]:
        """Score any number of headlines in constant memory, in order.

        :raises InputError: when `texts` is one string, or no collection, or an item is no string.
        """
        if isinstance(texts, str) or not isinstance(texts, Iterable):
            raise InputError(f"found one {type(texts).__name__}, expected a list of strings; use headline() for one.")
        if isinstance(texts, Sequence) and len(texts) > WINDOW:
            starts = range(0, len(texts), WINDOW)

            def work(start: int) -> list[HeadlineScore]:
                return self._score_window(texts[start : start + WINDOW], start)

            for scores in ahead(work, starts, self.runtime.threads):
                yield from scores
            return
        # of what comes in by and by, nothing waits for what comes after
        remaining, done = iter(texts), 0
        while window := list(islice(remaining, WINDOW)):
            yield from self._score_window(window, done)
            done += len(window)

    def article(self, text: str, headline: str | None = None) -> "ArticleScore":
        """Score one article: a pasted page, whose first line is the headline unless one is passed apart.

        :param headline: when it is passed, the whole text is body.
        :raises InputError: when either is no string.
        """
        from scorer.article import score_page
        from scorer.page import read_page

        for value in (text, headline or ""):
            if not isinstance(value, str):
                raise InputError(f"found {type(value).__name__}, expected the text of an article.")
        return score_page(self, read_page(text, headline_apart=headline is not None), headline)

    def articles(self, pages: Iterable[tuple[str, str | None]]) -> "Iterator[ArticleScore]":
        """Score any number of articles in constant memory, in order.

        :param pages: pairs of a text and its headline (None when the text holds it).
        :raises InputError: when an item is no such pair.
        """

        def work(numbered: tuple[int, tuple[str, str | None]]) -> "ArticleScore":
            number, page = numbered
            if isinstance(page, str) or len(page) != 2:
                raise InputError(f"article {number} is no pair; expected (text, headline or None).")
            return self.article(*page)

        return ahead(work, enumerate(pages, 1), self.runtime.threads)

    def compare(self, first: str, second: str) -> Comparison:
        """Score two wordings of one headline and say what changed."""
        before, after = self.headlines([first, second])
        change = None
        if before.sensationalism and after.sensationalism:
            change = after.sensationalism.score - before.sensationalism.score
        return Comparison(
            first=before,
            second=after,
            change=change,
            removed=_only_in(before.phrases, after.phrases),
            added=_only_in(after.phrases, before.phrases),
        )

    def _score_window(self, texts: Sequence[str], done: int) -> list[HeadlineScore]:
        """Score texts that fit into memory together; `done` have been scored before them."""
        reasons: list[str | None] = []
        encodings: dict[int, Encoding] = {}
        for row, text in enumerate(texts):
            if not isinstance(text, str):
                raise InputError(f"headline {done + row + 1} is of type {type(text).__name__}, expected text.")
            # a text that is far too long is not worth a tokeniser's time
            encoding = self.runtime.tokenise(text[: end_of_wording(text)]) if len(text) <= MAX_CHARACTERS else None
            reason = reason_to_abstain(readable(text), encoding)
            if reason is None and encoding is not None:
                if len(encoding.ids) <= self.bundle.max_tokens:
                    encodings[row] = encoding
                else:
                    reason = "too_long"
            reasons.append(reason)
        scored = dict(zip(encodings, self._judge(texts, encodings), strict=True))
        return [
            scored[row] if row in scored else self.abstained(text, reason or "empty")
            for row, (text, reason) in enumerate(zip(texts, reasons, strict=True))
        ]

    def abstained(self, text: str, reason: str, line: int | None = None) -> HeadlineScore:
        """The result for a text that is not scored.

        :param reason: a key of `labels.ABSTENTIONS`.
        """
        return HeadlineScore(text, None, None, None, None, (), reason, self.bundle.model, line)

    def _judge(self, texts: Sequence[str], encodings: dict[int, Encoding]) -> Iterator[HeadlineScore]:
        """Results for the tokenised rows, in the order of `encodings`."""
        if not encodings:
            return
        sources = sorted({head.source for head in self.own_heads})
        raw = self.runtime.run(list(encodings.values()), (*HEADLINE_HEADS, *sources))
        offsets = [encoding.offsets for encoding in encodings.values()] if self.own_heads else []
        labels = label_texts(self.own_heads, raw, [texts[row] for row in encodings], offsets)
        probabilities = softmax(raw.heads["sensationalism"].astype(np.float64))
        levels = np.array(self.bundle.levels)
        scores = expected_level(probabilities, levels)
        lows, highs = intervals(probabilities, scores, levels, self.bundle.interval)
        devices = device_probabilities(raw.heads["devices"], self.bundle)
        strengths = calibrated(raw.heads["clickbait"][:, 0], self.bundle.clickbait_calibration)
        rule = self.bundle.headline_phrases
        weights = token_weights([tokens[:, 0] for tokens in raw.by_token["tokens"]], rule)
        # one column after the other as Python's numbers: taking them out of arrays one by one took longer than all else
        columns = (scores, lows, highs, devices.mean(axis=2), devices[:, :, 0], strengths)
        rows = zip(encodings.items(), labels, weights, *(column.tolist() for column in columns), strict=True)
        for (row, encoding), own, marked, score, low, high, expected, present, strength in rows:
            text = texts[row]
            yield HeadlineScore(
                text=text,
                sensationalism=Sensationalism(score, low, high, band_of(score)),
                devices=dict(zip(DEVICES, expected, strict=True)),
                device_presence=dict(zip(DEVICES, present, strict=True)),
                clickbait=strength,
                phrases=_phrases(text, encoding.offsets, marked, rule),
                abstain=None,
                model=self.bundle.model,
                labels=own,
            )


def token_weights(logits: Sequence[Array], rule: PhraseRule) -> list[list[float]]:
    """The probability of each token to be marked, by text; empty for a text where none reaches the rule's threshold.

    :param logits: of the token head, one (tokens,) a text.
    """
    listed = calibrated(np.concatenate(logits), rule.calibration).tolist()
    found: list[list[float]] = []
    start = 0
    for row in logits:
        weights = listed[start : start + len(row)]
        found.append(weights if weights and max(weights) >= rule.threshold else [])
        start += len(row)
    return found


def find_phrases(text: str, offsets: Sequence[tuple[int, int]], logits: Array, rule: PhraseRule) -> tuple[Phrase, ...]:
    """Loaded phrases of one text.

    :param offsets: of its tokens; `logits`: of the token head, (tokens,).
    """
    return _phrases(text, offsets, token_weights([logits], rule)[0], rule)


def _phrases(
    text: str, offsets: Sequence[tuple[int, int]], weights: Sequence[float], rule: PhraseRule
) -> tuple[Phrase, ...]:
    """Loaded phrases from what `token_weights` found."""
    return loaded_phrases(text, offsets, weights, rule.threshold, rule.link) if weights else ()


def _only_in(phrases: Sequence[Phrase], others: Sequence[Phrase]) -> tuple[Phrase, ...]:
    """Phrases whose words the others do not have, whatever the case."""
    known = {other.text.casefold() for other in others}
    return tuple(phrase for phrase in phrases if phrase.text.casefold() not in known)
