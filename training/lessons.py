"""A teacher's judgements on texts, kept without the texts: hashes and half-precision or eight-bit numbers."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scorer.errors import InputError


def text_id(text: str) -> int:
    """The first eight bytes of a text's SHA-256, as a number."""
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "replace")).digest()[:8], "little")


def to_bytes(probabilities: NDArray[np.floating[Any]]) -> NDArray[np.uint8]:
    """Probabilities in steps of 1/255."""
    return np.round(np.asarray(probabilities, dtype=np.float64) * 255).astype(np.uint8)


@dataclass(frozen=True)
class Lessons:
    """Judgements of one teacher.

    ids: (texts,) uint64, rising. levels: (texts, 21) float16 distribution over score levels. devices: (texts, 15)
    uint8 cumulative probabilities in 1/255. tokens: uint8 probabilities in 1/255 of all texts one after the other;
    text i has tokens[starts[i]:starts[i + 1]], one for each token of the common vocabulary.
    """

    ids: NDArray[np.uint64]
    levels: NDArray[np.float16]
    devices: NDArray[np.uint8]
    tokens: NDArray[np.uint8]
    starts: NDArray[np.int64]
    teacher: str

    def teach(self, row: dict[str, Any], devices: bool) -> dict[str, Any]:
        """Add the judgement on a row's text, where there is one and no rater has judged it.

        :param devices: whether to take the teacher's word on devices too.
        """
        key = np.uint64(text_id(row["text"]))
        place = int(np.searchsorted(self.ids, key))
        if row["sensationalism"] is not None or place == len(self.ids) or self.ids[place] != key:
            return row
        levels = self.levels[place].astype(np.float32)
        return row | {
            "taught_levels": levels / levels.sum(),
            "taught_devices": self.devices[place] / np.float32(255) if devices else None,
            "taught_tokens": self.tokens[self.starts[place] : self.starts[place + 1]] / np.float32(255),
        }

    def save(self, path: Path) -> None:
        """Write a compressed `.npz`."""
        np.savez_compressed(path, **vars(self))


def read_lessons(path: Path) -> Lessons:
    """Read judgements from a file.

    :raises InputError: when it is no such file.
    """
    try:
        with np.load(path, allow_pickle=False) as content:
            parts = {name: content[name] for name in ("ids", "levels", "devices", "tokens", "starts")}
            return Lessons(**parts, teacher=str(content["teacher"]))
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{path}: no file of a teacher's judgements ({error}).") from error
