"""From labelled rows to batches of token ids and soft targets; a missing label is NaN."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from scorer.decode import expected_level
from scorer.labels import DEVICES, FRAMES, KINDS
from scorer.text import as_meant

#: Scores are rated in steps of five; the head predicts a distribution over these levels.
LEVELS = [5.0 * step for step in range(21)]
DEVICE_LEVELS = 3
BIAS_LEVELS = 3
OPINION_LEVELS = 2

Numbers = NDArray[np.float32]


@dataclass(frozen=True)
class Batch:
    """One padded batch of token ids and what the heads should say.

    ids, mask: (rows, tokens). levels: (rows, 21) distribution over score levels. mean: (rows,) its mean, 0-100.
    devices: (rows, 5, 3) probability of level >= 1, 2, 3. clickbait: (rows,) 0-1.
    bias: (rows, 3) probability of level >= 1, 2, 3. opinion: (rows, 2) of level >= 1, 2. kind: (rows, 9)
    distribution over no kind and the kinds. frames: (rows, 16) probability of each frame.
    tokens: (rows, tokens) probability of lying in a loaded phrase.
    """

    ids: torch.Tensor
    mask: torch.Tensor
    levels: torch.Tensor
    mean: torch.Tensor
    devices: torch.Tensor
    clickbait: torch.Tensor
    bias: torch.Tensor
    opinion: torch.Tensor
    kind: torch.Tensor
    frames: torch.Tensor
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
    bias: Numbers
    opinion: Numbers
    kind: Numbers
    frames: Numbers
    tokens: list[Numbers]


def padded(texts: Sequence[Sequence[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Token ids of texts padded to the longest, and the mask of the real ones, (texts, tokens) each."""
    width = max(1, *map(len, texts))
    ids = torch.zeros((len(texts), width), dtype=torch.long)
    mask = torch.zeros((len(texts), width), dtype=torch.long)
    for position, text in enumerate(texts):
        ids[position, : len(text)] = torch.tensor(text)
        mask[position, : max(1, len(text))] = 1  # a text without any token is one of padding
    return ids, mask


@dataclass(frozen=True)
class Encoded:
    """Tokenised rows: token ids and offsets, the raters' phrases as spans, and targets, in the order of the rows.

    `forms` says of each row whether it is a `headline`, a `sentence` or a `passage`, `shares` in what part of the
    epochs it is seen, 0-1.
    """

    texts: list[str]
    forms: list[str]
    shares: list[float]
    ids: list[list[int]]
    offsets: list[list[tuple[int, int]]]
    spans: list[list[tuple[int, int]]]
    targets: Targets

    def __len__(self) -> int:
        return len(self.ids)

    def rows(self, picked: Sequence[int]) -> "Encoded":
        """Some of the rows only."""
        targets: dict[str, Any] = {
            name: [values[row] for row in picked] if isinstance(values, list) else values[picked]
            for name, values in vars(self.targets).items()
        }
        lists: dict[str, Any] = {
            name: [values[row] for row in picked] for name, values in vars(self).items() if isinstance(values, list)
        }
        return Encoded(**lists, targets=Targets(**targets))

    def batch(self, rows: Sequence[int]) -> Batch:
        """Pad the named rows to the longest of them."""
        ids, mask = padded([self.ids[row] for row in rows])
        tokens = torch.full(ids.shape, torch.nan)
        for position, row in enumerate(rows):
            tokens[position, : len(self.ids[row])] = torch.from_numpy(self.targets.tokens[row])
        picked = np.asarray(rows)
        rest = {
            name: torch.from_numpy(values[picked]) for name, values in vars(self.targets).items() if name != "tokens"
        }
        return Batch(ids=ids, mask=mask, tokens=tokens, **rest)


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


def reached_levels(levels: Numbers, count: int) -> Numbers:
    """Whether each level from 1 to `count` is reached, as numbers: (...) to (..., count), NaN stays NaN."""
    reached = levels[..., None] >= np.arange(1, count + 1)
    return np.where(np.isnan(levels)[..., None], np.nan, reached).astype(np.float32)


def blended(labels: Numbers, taught: Numbers, blend: float) -> Numbers:
    """The raters' labels with a share of what a teacher thinks, and where one of the two is missing the other.

    A student that is taught both sees labels without much of their scatter (Hinton et al. 2015).

    :param labels: any shape, `taught`: the same.
    :param blend: the teacher's share, 0-1.
    """
    both = (1 - blend) * labels + blend * taught
    return np.where(np.isnan(labels), taught, np.where(np.isnan(taught), labels, both)).astype(np.float32)


def phrase_targets(
    rows: Dataset, encodings: Sequence[Encoding], blend: float
) -> tuple[list[list[tuple[int, int]]], list[Numbers]]:
    """The raters' phrases as spans, and token targets from them and from a teacher, by row.

    A teacher's judgements have its special tokens at both ends, whether this tokeniser has some or not.
    """
    spans, tokens = [], []
    for text, known, judged, encoding in zip(
        rows["text"], rows["phrases"], rows["taught_tokens"], encodings, strict=True
    ):
        found = phrase_spans(text, known or [])
        marks = token_targets(encoding.offsets, None if known is None else found)
        inside = np.array([start != end for start, end in encoding.offsets], dtype=bool)
        if judged is not None and len(judged) == inside.sum() + 2:
            marks[inside] = blended(marks[inside], np.asarray(judged[1:-1], dtype=np.float32), blend)
        spans.append(found)
        tokens.append(marks)
    return spans, tokens


def row_targets(rows: Dataset, tokens: list[Numbers], spread: float, blend: float) -> Targets:
    """The targets of the heads: labels with a share of a teacher's judgement, which stands in for a missing label."""
    rated, kinds = or_missing(rows["sensationalism"]), or_missing(rows["kind"])
    taught_levels = or_missing(rows["taught_levels"], len(LEVELS))
    devices = reached_levels(or_missing(rows["devices"], len(DEVICES)), DEVICE_LEVELS)
    one_kind = np.where(np.isnan(kinds)[:, None], np.nan, kinds[:, None] == np.arange(len(KINDS) + 1))

    def known(labels: Numbers, name: str, width: int) -> Numbers:
        return blended(labels, or_missing(rows[f"taught_{name}"], width).reshape(labels.shape), blend)

    return Targets(
        levels=blended(level_targets(rated, spread), taught_levels, blend),
        mean=blended(rated, np.asarray(expected_level(taught_levels, np.array(LEVELS)), dtype=np.float32), blend),
        devices=known(devices, "devices", len(DEVICES) * DEVICE_LEVELS),
        clickbait=or_missing(rows["clickbait"]),
        bias=known(reached_levels(or_missing(rows["bias"]), BIAS_LEVELS), "bias", BIAS_LEVELS),
        opinion=known(reached_levels(or_missing(rows["opinion"]), OPINION_LEVELS), "opinion", OPINION_LEVELS),
        kind=known(one_kind.astype(np.float32), "kind", len(KINDS) + 1),
        frames=known(or_missing(rows["frames"], len(FRAMES)), "frames", len(FRAMES)),
        tokens=tokens,
    )


def tokenise(texts: Iterable[str], tokenizer: Tokenizer) -> list[Encoding]:
    """Tokens of texts as `scorer.runtime` reads them: without slips."""
    return tokenizer.encode_batch([as_meant(text, tokenizer.token_to_id) for text in texts])


def encode(rows: Dataset, tokenizer: Tokenizer, spread: float, blend: float = 0.0) -> Encoded:
    """Tokenise rows and line their labels up with the tokens.

    :param tokenizer: with truncation set to the recipe's length and without padding.
    :param spread: see `level_targets`; `blend`: see `blended`.
    """
    texts = list(rows["text"])
    encodings = tokenise(texts, tokenizer)
    spans, tokens = phrase_targets(rows, encodings, blend)
    targets = row_targets(rows, tokens, spread, blend)
    ids, offsets = [e.ids for e in encodings], [e.offsets for e in encodings]
    return Encoded(texts, list(rows["form"]), list(rows["share"]), ids, offsets, spans, targets)


def shuffled_batches(
    lengths: Sequence[int],
    forms: Sequence[str],
    shares: Sequence[float],
    size: int,
    tokens: int,
    seed: int,
    window: int = 50,
) -> list[list[int]]:
    """Batches of row numbers for one epoch: random, but texts of one form and like length share a batch.

    That saves padding, and a batch's loss is one task's, not mostly one row of another. A row is among them with the
    probability of its share.

    :param size: rows in a batch at most; `tokens`: padded tokens in a batch at most.
    :param window: how many batches' worth of shuffled rows are sorted before they are cut.
    """
    generator = np.random.default_rng(seed)
    order = generator.permutation(np.flatnonzero(generator.random(len(lengths)) < np.array(shares)))
    batches: list[list[int]] = []
    for start in range(0, len(order), size * window):
        part = sorted(order[start : start + size * window].tolist(), key=lambda row: (forms[row], lengths[row]))
        batch: list[int] = []
        for row in part:
            full = len(batch) == size or (len(batch) + 1) * lengths[row] > tokens
            if batch and (full or forms[row] != forms[batch[0]]):
                batches.append(batch)
                batch = []
            batch.append(row)
        batches.append(batch)
    return [batches[i] for i in generator.permutation(len(batches))]


def spread_out(count: int) -> range:
    """The numbers of some of so many rows, at most two thousand spread evenly: enough to see what an encoder does."""
    return range(0, count, max(1, count // 1024))


def ordered_batches(lengths: Sequence[int], size: int) -> Iterator[list[int]]:
    """Batches of row numbers by rising length, for prediction."""
    order = sorted(range(len(lengths)), key=lambda row: lengths[row])
    for start in range(0, len(order), size):
        yield order[start : start + size]
