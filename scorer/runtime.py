"""Runs a bundle's graph: texts in, raw arrays of every head out. Knows batches and threads, nothing of scores."""

import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from scorer.errors import BundleError
from scorer.text import as_meant

#: Rows and padded tokens of one batch; larger ones were not faster and need more memory.
MIN_ROWS = 8
MAX_ROWS = 64
MAX_TOKENS = 512
#: How short a text may be against the longest of its batch, unless the batch would have fewer padded tokens than these:
#: padding costs as much as text, and small products are slow.
LIKE_LENGTH = 0.8
FEW_TOKENS = 256
#: The heads each form of text is asked for.
HEADLINE_HEADS = ("sensationalism", "devices", "clickbait", "tokens")
SENTENCE_HEADS = ("sensationalism", "bias", "opinion", "kind", "tokens")
PASSAGE_HEADS = ("frames",)

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class RawOutputs:
    """What the graph says of texts: `heads` (texts, outputs) by name, `by_token` (tokens, outputs) a text by name."""

    heads: dict[str, Floats]
    by_token: dict[str, list[Floats]]


def padded(rows: Sequence[Sequence[int]], width: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Token ids padded with 0, and a mask that is 1 for real tokens: (rows, width) each.

    A text without any token (nothing but control characters, say) is read as one token of padding.
    """
    width = max(1, width)
    ids = np.zeros((len(rows), width), dtype=np.int32)
    mask = np.zeros((len(rows), width), dtype=np.int32)
    for position, row in enumerate(rows):
        ids[position, : len(row)] = row
        mask[position, : max(1, len(row))] = 1
    return ids, mask


@dataclass(frozen=True)
class Live:
    """What belongs to one process and is useless in its forks: the session, and the threads that run it."""

    session: onnxruntime.InferenceSession
    pool: ThreadPoolExecutor
    owner: int


class Runtime:
    """An onnxruntime session with its tokeniser; may be shared by threads and survives a fork.

    :param folder: the bundle's folder, with `model.onnx` and `tokenizer.json`.
    :param threads: processor threads, at most as many as there are processors; all of them when None.
    """

    def __init__(self, folder: Path, threads: int | None = None) -> None:
        self._folder = folder
        processors = os.cpu_count() or 1
        self.threads = min(threads or processors, processors)
        self._lock = threading.Lock()
        self._inherited: list[Live] = []
        self._live = self._start()
        path = folder / "tokenizer.json"
        try:
            self._tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:  # the library raises plain Exception
            raise BundleError(f"{path}: no tokeniser this program can read ({error}).") from error
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

    def _start(self) -> Live:
        options = onnxruntime.SessionOptions()
        # whole batches run side by side: texts are short, and threads that share each product mostly wait
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        # the graph is written as it is to run, so there is nothing to search for at start-up
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        path = self._folder / "model.onnx"
        try:
            session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime has no common base class for its errors
            raise BundleError(f"{path}: no graph onnxruntime can run ({error}).") from error
        return Live(session, ThreadPoolExecutor(self.threads), os.getpid())

    def _in_this_process(self) -> Live:
        """Session and threads of this process: a forked child has lost its parent's and opens its own."""
        if self._live.owner != os.getpid():
            with self._lock:
                if self._live.owner != os.getpid():
                    # kept, because closing it would wait for threads that this process does not have
                    self._inherited.append(self._live)
                    self._live = self._start()
        return self._live

    @property
    def hidden(self) -> int:
        """The width of the graph's states."""
        return int(next(output.shape[-1] for output in self._live.session.get_outputs() if output.name == "pooled"))

    @property
    def special_tokens(self) -> int:
        """Tokens that every text has besides its words."""
        return int(self._tokenizer.num_special_tokens_to_add(is_pair=False))

    def tokenise(self, text: str) -> Encoding:
        """Token ids and offsets of one text, special tokens included, never truncated."""
        return self._tokenizer.encode(as_meant(text, self._tokenizer.token_to_id))

    def run(self, encodings: Sequence[Encoding], heads: Sequence[str]) -> RawOutputs:
        """Score texts in batches of like length.

        :param encodings: at most `max_tokens` long each.
        :param heads: which of the graph's outputs to return.
        :returns: logits and states in the order of the encodings.
        """
        live = self._in_this_process()
        # an encoding makes a new list each time it is asked
        texts = [encoding.ids for encoding in encodings]
        lengths = list(map(len, texts))
        batches = list(_batches(lengths))

        def outputs(rows: Sequence[int]) -> list[Floats]:
            ids, mask = padded([texts[row] for row in rows], lengths[rows[-1]])
            found: list[Floats] = live.session.run(heads, {"ids": ids, "mask": mask})
            return found

        found: dict[str, Floats] = {}
        by_token: dict[str, list[Floats]] = {}
        side_by_side = self.threads > 1 and len(batches) > 1
        for rows, arrays in zip(batches, (live.pool.map if side_by_side else map)(outputs, batches), strict=True):
            for name, values in zip(heads, arrays, strict=True):
                if values.ndim == 3:
                    listed = by_token.setdefault(name, [values[0]] * len(texts))
                    for position, row in enumerate(rows):
                        listed[row] = values[position, : lengths[row]]
                    continue
                if name not in found:
                    found[name] = np.empty((len(texts), values.shape[1]), dtype=np.float32)
                found[name][rows] = values
        return RawOutputs(found, by_token)


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Row numbers of texts of like length, the longest first, each batch from short to long.

    Few texts make small batches, so that there is one for every thread; how many threads there are does not matter, so
    that results do not depend on it.
    """
    order = sorted(range(len(lengths)), key=lengths.__getitem__)
    most = min(MAX_ROWS, max(MIN_ROWS, len(order) // 4))
    while order:
        width = lengths[order[-1]]
        size, limit = 1, min(most, MAX_TOKENS // max(1, width), len(order))
        while size < limit and (lengths[order[-size - 1]] >= LIKE_LENGTH * width or (size + 1) * width <= FEW_TOKENS):
            size += 1
        yield order[-size:]
        order = order[:-size]
