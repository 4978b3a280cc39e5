"""From labelled rows to batches of token ids and soft targets; a missing label is NaN."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from numpy.typing import NDArray
from tokenizers import Tokenizer

from scorer.decode import expected_level
from scorer.labels import DEVICES

#: Scores are rated in steps of five; the head predicts a distribution over these levels.
LEVELS = [5.0 * step for step in range(21)]
DEVICE_LEVELS = 3

Numbers = NDArray[np.float32]


@dataclass(frozen=True)
class Batch:
    """One padded batch of token ids and what the heads should say.

    ids, mask: (rows, tokens). levels: (rows, 21) distribution over score levels. mean: (rows,) its mean, 0-100.
    devices: (rows, 5, 3) probability of level >= 1, 2, 3. clickbait: (rows,) 0-1.
    tokens: (rows, tokens) probability of lying in a loaded phrase.
    """

    ids: torch.Tensor
    mask: torch.Tensor
    levels: torch.Tensor
    mean: torch.Tensor
    devices: torch.Tensor
    clickbait: torch.Tensor
    tokens: torch.Tensor

    def to(self, device: torch.device) -> "Batch":
        """The same batch on another device."""
        return Batch(**{name: value.to(device) for name, value in vars(self).items()})


@dataclass(frozen=True)
class Targets:
    """What the heads should say, by row: see `Batch` for the scales; NaN where it is not known."""

    levels: Numbers
    mean: Numbers
    devices: Numbers
    clickbait: Numbers
    tokens: list[Numbers]


@dataclass(frozen=True)
class Encoded:
    """Tokenised rows: token ids and offsets, the raters' phrases as spans, and targets, in the order of the rows."""

    texts: list[str]
    ids: list[list[int]]
    offsets: list[list[tuple[int, int]]]
    spans: list[list[tuple[int, int]]]
    targets: Targets

    def __len__(self) -> int:
        return len(self.ids)

    def batch(self, rows: Sequence[int]) -> Batch:
        """Pad the named rows to the longest of them."""
        width = max(len(self.ids[row]) for row in rows)
        ids = torch.zeros((len(rows), width), dtype=torch.long)
        mask = torch.zeros((len(rows), width), dtype=torch.long)
        tokens = torch.full((len(rows), width), torch.nan)
        for position, row in enumerate(rows):
            length = len(self.ids[row])
            ids[position, :length] = torch.tensor(self.ids[row])
            mask[position, :length] = 1
            tokens[position, :length] = torch.from_numpy(self.targets.tokens[row])
        picked = np.asarray(rows)
        return Batch(
            ids=ids,
            mask=mask,
            levels=torch.from_numpy(self.targets.levels[picked]),
            mean=torch.from_numpy(self.targets.mean[picked]),
            devices=torch.from_numpy(self.targets.devices[picked]),
            clickbait=torch.from_numpy(self.targets.clickbait[picked]),
            tokens=tokens,
        )


def phrase_spans(text: str, phrases: Sequence[str]) -> list[tuple[int, int]]:
    """Where each verbatim phrase stands in a text (its first occurrence); phrases not found are left out."""
    starts = ((text.find(phrase), len(phrase)) for phrase in phrases)
    return [(start, start + length) for start, length in starts if start >= 0]


def level_targets(scores: Numbers, spread: float) -> Numbers:
    """Soft targets over the score levels: a Gaussian around each score, cut to the levels and normalised.

    :param scores: (rows,), 0-100 or NaN.
    :param spread: standard deviation in points; stands for the raters' own scatter.
    :returns: (rows, 21), each row summing to 1, or all NaN.
    """
    density = np.exp(-((np.array(LEVELS) - scores[:, None]) ** 2) / (2 * spread**2))
    return np.asarray(density / density.sum(axis=1, keepdims=True), dtype=np.float32)


def token_targets(offsets: Sequence[tuple[int, int]], spans: Sequence[tuple[int, int]] | None) -> Numbers:
    """1 for a token that overlaps a span, 0 for one that does not, NaN for special tokens or without spans."""
    if spans is None:
        return np.full(len(offsets), np.nan, dtype=np.float32)
    marks = [
        np.nan if start == end else float(any(start < last and end > first for first, last in spans))
        for start, end in offsets
    ]
    return np.array(marks, dtype=np.float32)


def or_missing(values: Sequence[Any], width: int = 0) -> Numbers:
    """Numbers, or rows of `width` numbers, as an array with NaN for each None: (rows,) or (rows, width)."""
    missing = [np.nan] * width if width else np.nan
    found = np.array([missing if value is None else value for value in values], dtype=np.float32)
    return found.reshape(-1, width) if width else found


def encode(rows: Dataset, tokenizer: Tokenizer, spread: float) -> Encoded:
    """Tokenise rows and line their labels up with the tokens; a teacher's judgement stands in for a missing label.

    :param tokenizer: with truncation set to the recipe's length and without padding.
    :param spread: see `level_targets`.
    """
    texts = list(rows["text"])
    encodings = tokenizer.encode_batch(texts)
    phrases, taught = list(rows["phrases"]), list(rows["taught_tokens"])
    spans = [phrase_spans(text, found or []) for text, found in zip(texts, phrases, strict=True)]
    tokens = []
    for encoding, known, found, judged in zip(encodings, phrases, spans, taught, strict=True):
        marks = token_targets(encoding.offsets, None if known is None else found)
        if known is None and judged is not None and len(judged) == len(marks):
            inside = np.array([start != end for start, end in encoding.offsets])
            marks[inside] = np.array(judged, dtype=np.float32)[inside]
        tokens.append(marks)
    rated = or_missing(rows["sensationalism"])
    levels = np.where(
        np.isnan(rated)[:, None], or_missing(rows["taught_levels"], len(LEVELS)), level_targets(rated, spread)
    )
    thresholds = np.arange(1, DEVICE_LEVELS + 1)
    rated_devices = or_missing(rows["devices"], len(DEVICES))[:, :, None]
    reached = np.where(np.isnan(rated_devices), np.nan, rated_devices >= thresholds)
    taught_devices = or_missing(rows["taught_devices"], len(DEVICES) * DEVICE_LEVELS).reshape(reached.shape)
    targets = Targets(
        levels=levels.astype(np.float32),
        mean=np.where(np.isnan(rated), expected_level(levels, np.array(LEVELS)), rated).astype(np.float32),
        devices=np.where(np.isnan(reached), taught_devices, reached).astype(np.float32),
        clickbait=or_missing(rows["clickbait"]),
        tokens=tokens,
    )
    return Encoded(texts, [e.ids for e in encodings], [e.offsets for e in encodings], spans, targets)


def shuffled_batches(lengths: Sequence[int], size: int, seed: int, window: int = 50) -> list[list[int]]:
    """Batches of row numbers for one epoch: random, but texts of like length share a batch to save padding.

    :param window: how many batches' worth of shuffled rows are sorted by length before they are cut.
    """
    generator = np.random.default_rng(seed)
    order = generator.permutation(len(lengths))
    batches: list[list[int]] = []
    for start in range(0, len(order), size * window):
        part = sorted(order[start : start + size * window].tolist(), key=lambda row: lengths[row])
        batches += [part[i : i + size] for i in range(0, len(part), size)]
    return [batches[i] for i in generator.permutation(len(batches))]


def ordered_batches(lengths: Sequence[int], size: int) -> Iterator[list[int]]:
    """Batches of row numbers by rising length, for prediction."""
    order = sorted(range(len(lengths)), key=lambda row: lengths[row])
    for start in range(0, len(order), size):
        yield order[start : start + size]
