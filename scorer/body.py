"""Scores the body of an article: its sentences and whose voice they are in, its frames, its tone."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

import numpy as np

from scorer.abstain import is_english
from scorer.article_results import BodyScore, FrameScore, SentenceScore, Span, Tone, VoicedPhrase
from scorer.attribution import is_attributed
from scorer.bundle import Bundle
from scorer.decode import Array, expected_level, sigmoid, softmax
from scorer.labels import FRAMES, KINDS
from scorer.passages import Piece, Position, cut, pack
from scorer.predict import find_phrases, level_probabilities, scaled
from scorer.quotes import near, voice_of
from scorer.runtime import PASSAGE_HEADS, SENTENCE_HEADS, Floats, Runtime
from scorer.support import MEANINGS
from scorer.text import word_spans

if TYPE_CHECKING:
    from tokenizers import Encoding

#: A body tells a frame when at least this share of its passages does.
PRESENT_SHARE: Final = 0.2
BEST_PASSAGES: Final = 3
#: Fewer words of the author's own than this say nothing about tone.
MIN_AUTHOR_WORDS: Final = 4
#: Characters of a body that are looked at to tell its language.
LANGUAGE_SAMPLE: Final = 2000
#: The normal quantile of a 90% interval.
Z_90: Final = 1.645
#: A sentence whose loaded words are only quoted is at most slightly biased by the guideline: level 1 of 3.
QUOTED_BIAS: Final = 1 / 3
#: Squared points: one imagined sentence five points off the mean keeps short bodies from looking certain.
PRIOR_VARIANCE: Final = 25.0


def own_words(text: str, span: Position, quotes: Sequence[Position]) -> str:
    """What is left of a sentence without its quotations."""
    start, end = span
    parts, last = [], start
    for first, after in quotes:
        if first < end and after > start:
            parts.append(text[last : max(first, last)])
            last = max(last, min(after, end))
    parts.append(text[last:end])
    return " ".join(" ".join(parts).split())


def lies_inside(span: Position, quotes: Sequence[Position]) -> bool:
    """Whether a whole span is one quotation, but for its last punctuation."""
    return any(start <= span[0] and span[1] <= end + 1 for start, end in quotes)


def author_bias(sentence: SentenceScore) -> float:
    """How far a sentence's author pushes to a judgement, 0-1: choosing a shrill quotation counts as slight at most."""
    return min(sentence.bias, QUOTED_BIAS) if sentence.voice == "quoted" else sentence.bias


def empty_body(reason: str) -> BodyScore:
    """A body that cannot be judged."""
    return BodyScore((), None, None, None, None, (), reason)


def body_tone(sentences: Sequence[SentenceScore]) -> Tone | None:
    """The mean tone of the author's words, by length, and how far chance could have moved it.

    The interval is that of a weighted mean over sentences (normal approximation). It does not hold the error the head
    makes on sentences, which are not what it learned from.
    """
    known = [(sentence.tone, sentence.end - sentence.start) for sentence in sentences if sentence.tone is not None]
    if not known:
        return None
    tones, lengths = np.array([tone for tone, _ in known]), np.array([length for _, length in known], dtype=np.float64)
    weights = lengths / lengths.sum()
    mean = float(tones @ weights)
    variance = float(weights @ (tones - mean) ** 2) + PRIOR_VARIANCE / len(tones)
    margin = Z_90 * float(np.sqrt(variance * (weights**2).sum()))
    return Tone(mean, max(0.0, mean - margin), min(100.0, mean + margin))


class BodyReader:
    """One body under one model.

    :param text: the page, which every span indexes.
    :param sentences: spans of the body's sentences, in order; `quotes`: of its quotations.
    :param keep_meanings: whether to keep what its words mean, for `meanings`.
    """

    def __init__(
        self,
        bundle: Bundle,
        runtime: Runtime,
        text: str,
        sentences: Sequence[Position],
        quotes: Sequence[Position],
        keep_meanings: bool,
    ) -> None:
        self._keep_meanings = keep_meanings
        self.meanings: list[tuple[str, Encoding, Floats]] = []
        self._bundle, self._runtime = bundle, runtime
        self._text, self._sentences, self._quotes = text, sentences, quotes
        self._pieces: list[Piece] = []

    def score(self) -> BodyScore:
        """Score the sentences and the passages they make up."""
        if not self._sentences:
            return empty_body("empty")
        sample = " ".join(self._text[start:end] for start, end in self._sentences)[:LANGUAGE_SAMPLE]
        if not is_english(sample, None):
            return empty_body("not_english")
        self._pieces = cut(self._text, self._sentences, self._runtime, self._bundle.max_tokens)
        if self._runtime.threads == 1:
            scored, frames = self._score_sentences(), self._score_frames()
        else:
            with ThreadPoolExecutor(1) as pool:
                waiting = pool.submit(self._score_frames)
                scored, frames = self._score_sentences(), waiting.result()
        own = [sentence for sentence in scored if not self._is_quoted((sentence.start, sentence.end))]
        return BodyScore(
            frames=frames,
            primary_frame=next((frame.name for frame in frames if frame.present), None),
            bias=float(np.mean([author_bias(sentence) for sentence in own])) if own else 0.0,
            opinion=float(np.mean([sentence.opinion for sentence in own or scored])),
            tone=body_tone(scored),
            sentences=scored,
            abstain=None,
        )

    def _score_sentences(self) -> tuple[SentenceScore, ...]:
        """The result for each sentence; of one in pieces the most loaded piece speaks."""
        heads = (*SENTENCE_HEADS, MEANINGS) if self._keep_meanings else SENTENCE_HEADS
        raw = self._runtime.run([piece.encoding for piece in self._pieces], heads)
        self.meanings = [
            (self._text[piece.start : piece.end], piece.encoding, states)
            for piece, states in zip(self._pieces, raw.by_token.get(MEANINGS, []), strict=False)
        ]
        bias = level_probabilities(raw.heads["bias"], self._bundle.bias_calibration)
        opinion = level_probabilities(raw.heads["opinion"], self._bundle.opinion_calibration)
        kinds = softmax(raw.heads["kind"].astype(np.float64) / self._bundle.kind_temperature)
        tones = self._tones(self._scores(raw.heads["sensationalism"]))
        phrases: list[list[VoicedPhrase]] = [[] for _ in self._sentences]
        strongest: dict[int, int] = {}
        for number, piece in enumerate(self._pieces):
            phrases[piece.sentence] += self._phrases(piece, raw.by_token["tokens"][number])
            best = strongest.setdefault(piece.sentence, number)
            if bias[number].mean() > bias[best].mean():
                strongest[piece.sentence] = number
        results = []
        for number, (start, end) in enumerate(self._sentences):
            piece_number = strongest[number]
            loaded, kind = float(bias[piece_number, 0]), int(kinds[piece_number].argmax())
            results.append(
                SentenceScore(
                    start=start,
                    end=end,
                    text=self._text[start:end],
                    bias=float(bias[piece_number].mean()),
                    loaded=loaded,
                    opinion=float(opinion[piece_number].mean()),
                    tone=tones[number],
                    voice=self._voice((start, end), phrases[number], loaded),
                    kind=KINDS[kind - 1] if kind else None,
                    phrases=tuple(phrases[number]),
                )
            )
        return tuple(results)

    def _phrases(self, piece: Piece, logits: Floats) -> list[VoicedPhrase]:
        """Loaded phrases of one piece, with offsets into the page and their voice."""
        text, offsets = self._text[piece.start : piece.end], piece.encoding.offsets
        found = find_phrases(text, offsets, logits[:, 0], self._bundle.sentence_phrases)
        spans = [(piece.start + phrase.start, piece.start + phrase.end) for phrase in found]
        return [
            VoicedPhrase(start, end, phrase.text, phrase.weight, voice_of(start, end, self._quotes))
            for (start, end), phrase in zip(spans, found, strict=True)
        ]

    def _voice(self, span: Position, phrases: Sequence[VoicedPhrase], loaded: float) -> str | None:
        """Whose words are loaded: by the phrases; without any, by where the sentence stands, if it is loaded at all."""
        voices = {phrase.voice for phrase in phrases}
        if voices:
            return voices.pop() if len(voices) == 1 else "both"
        if loaded < 0.5:
            return None
        return "quoted" if self._is_quoted(span) or is_attributed(self._text, span) else "author"

    def _is_quoted(self, span: Position) -> bool:
        return lies_inside(span, near(span, self._quotes))

    def _scores(self, logits: Floats) -> Array:
        """Sensationalism on the headline's scale, (rows,) 0-100."""
        return expected_level(softmax(logits.astype(np.float64)), np.array(self._bundle.levels))

    def _tones(self, by_piece: Array) -> list[float | None]:
        """How sensational the author's own words in each sentence are; None where there are too few.

        A sentence with a quotation in it is read once more without the quotation.
        """
        tones: dict[int, float] = {}
        for piece, score in zip(self._pieces, by_piece.tolist(), strict=True):
            if any(character.isalpha() for character in self._text[piece.start : piece.end]):
                tones[piece.sentence] = max(tones.get(piece.sentence, 0.0), score)
        alone: list[tuple[int, Encoding]] = []
        for number, span in enumerate(self._sentences):
            if quotes := near(span, self._quotes):
                tones.pop(number, None)
                own = own_words(self._text, span, quotes)
                if len(word_spans(own)) >= MIN_AUTHOR_WORDS:
                    pieces = cut(own, [(0, len(own))], self._runtime, self._bundle.max_tokens)
                    alone += [(number, piece.encoding) for piece in pieces]
        if alone:
            raw = self._runtime.run([encoding for _, encoding in alone], ("sensationalism",))
            for (number, _), score in zip(alone, self._scores(raw.heads["sensationalism"]).tolist(), strict=True):
                tones[number] = max(tones.get(number, 0.0), score)
        return [tones.get(number) for number in range(len(self._sentences))]

    def _score_frames(self) -> tuple[FrameScore, ...]:
        """All frames, by falling probability: each passage is judged, then passages are counted by length."""
        passages = pack(self._text, self._pieces, self._runtime, self._bundle.max_tokens)
        raw = self._runtime.run([self._runtime.tokenise(self._text[s:e]) for s, e in passages], PASSAGE_HEADS)
        probabilities = sigmoid(scaled(raw.heads["frames"], [frame.calibration for frame in self._bundle.frames]))
        present = probabilities >= np.array([frame.threshold for frame in self._bundle.frames])
        weights = np.array([end - start for start, end in passages], dtype=np.float64)
        weights /= weights.sum()
        shares, expected = weights @ present, weights @ probabilities
        results = []
        for number in np.argsort(-expected, kind="stable"):
            best = [row for row in np.argsort(-probabilities[:, number], kind="stable") if present[row, number]]
            results.append(
                FrameScore(
                    name=FRAMES[number],
                    probability=float(expected[number]),
                    present=bool(shares[number] >= PRESENT_SHARE),
                    share=float(shares[number]),
                    passages=tuple(Span(*passages[row]) for row in best[:BEST_PASSAGES]),
                )
            )
        return tuple(results)
