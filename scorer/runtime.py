"""Runs a bundle's graph: texts in, raw arrays of every head out. Knows batches and threads, nothing of scores."""

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from scorer.errors import BundleError
from scorer.text import readable

#: Rows and padded tokens of one batch; larger ones were not faster and need more memory.
MAX_ROWS = 64
MAX_TOKENS = 2048
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
    """Token ids padded with 0, and a mask that is 1 for real tokens: (rows, width) each."""
    ids = np.zeros((len(rows), width), dtype=np.int32)
    mask = np.zeros((len(rows), width), dtype=np.int32)
    for position, row in enumerate(rows):
        ids[position, : len(row)] = row
        mask[position, : len(row)] = 1
    return ids, mask


class Runtime:
    """An onnxruntime session with its tokeniser; may be shared by threads and survives a fork.

    :param folder: the bundle's folder, with `model.onnx` and `tokenizer.json`.
    :param threads: processor threads, at most as many as there are processors; None leaves the choice to onnxruntime.
    """

    def __init__(self, folder: Path, threads: int | None = None) -> None:
        self._folder = folder
        self._threads = threads
        self._lock = threading.Lock()
        self._inherited: list[onnxruntime.InferenceSession] = []
        self._session = self._open_session()
        self._owner = os.getpid()
        path = folder / "tokenizer.json"
        try:
            self._tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:  # the library raises plain Exception
            raise BundleError(f"{path}: no tokeniser this program can read ({error}).") from error
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

    def _open_session(self) -> onnxruntime.InferenceSession:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = min(self._threads or 0, os.cpu_count() or 1)
        options.log_severity_level = 3
        # the graph is written with the fused kernels already, so there is nothing to search for at start-up
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        path = self._folder / "model.onnx"
        try:
            return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime has no common base class for its errors
            raise BundleError(f"{path}: no graph onnxruntime can run ({error}).") from error

    def _live_session(self) -> onnxruntime.InferenceSession:
        """The session of this process: a forked child has lost the threads of its parent's and opens its own."""
        if self._owner != os.getpid():
            with self._lock:
                if self._owner != os.getpid():
                    # kept, because closing it would wait for threads that this process does not have
                    self._inherited.append(self._session)
                    self._session = self._open_session()
                    self._owner = os.getpid()
        return self._session

    def tokenise(self, text: str) -> Encoding:
        """Token ids and offsets of one text, special tokens included, never truncated."""
        return self._tokenizer.encode(readable(text))

    def run(self, encodings: Sequence[Encoding], heads: Sequence[str]) -> RawOutputs:
        """Score texts in batches of like length.

        :param encodings: at most `max_tokens` long each.
        :param heads: which of the graph's outputs to return.
        :returns: logits and states in the order of the encodings.
        """
        found: dict[str, Floats] = {}
        by_token: dict[str, list[Floats]] = {}
        order = sorted(range(len(encodings)), key=lambda row: len(encodings[row].ids))
        session = self._live_session()
        while order:
            width = len(encodings[order[-1]].ids)
            size = max(1, min(MAX_ROWS, MAX_TOKENS // width))
            rows, order = order[-size:], order[:-size]
            ids, mask = padded([encodings[row].ids for row in rows], width)
            for name, values in zip(heads, session.run(heads, {"ids": ids, "mask": mask}), strict=True):
                if values.ndim == 3:
                    listed = by_token.setdefault(name, [values[0]] * len(encodings))
                    for position, row in enumerate(rows):
                        listed[row] = values[position, : len(encodings[row].ids)]
                    continue
                if name not in found:
                    found[name] = np.empty((len(encodings), values.shape[1]), dtype=np.float32)
                found[name][rows] = values
        return RawOutputs(found, by_token)
