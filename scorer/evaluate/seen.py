"""Which texts a model was trained on: known again by hashes, which its bundle keeps instead of the texts."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scorer.bundle import SEEN_FILE, Bundle
from scorer.evaluate.sample import near_hash

#: Where a bundle's description says how many hashes there are.
SEEN_COUNT: Final = "training_texts"

Hashes = NDArray[np.uint64]


def hashes_of(texts: Iterable[str]) -> Hashes:
    """The `near_hash` of each text as a number, rising, each once."""
    return np.unique(np.array([int(near_hash(text), 16) for text in texts], dtype=np.uint64))


def read_seen(bundle: Bundle) -> Hashes | None:
    """The hashes of a bundle's training texts; None where it keeps none."""
    return np.load(bundle.folder / SEEN_FILE, allow_pickle=False) if SEEN_COUNT in bundle.info else None


def write_seen(folder: Path, hashes: Hashes) -> dict[str, int]:
    """Write the hashes of a bundle to be, and return what its description says of them."""
    np.save(folder / SEEN_FILE, hashes, allow_pickle=False)
    return {SEEN_COUNT: len(hashes)}


def count_seen(texts: Sequence[str], hashes: Hashes) -> int:
    """How many texts are near-duplicates of training texts."""
    known = set(hashes.tolist())
    return sum(int(near_hash(text), 16) in known for text in texts)
