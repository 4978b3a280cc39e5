"""How many labels flipped on purpose the data check finds: yes-or-no clickbait labels, 5% of them flipped.

`python tests/bench/mislabelled.py`; rows are taken at run time from the data folder, nothing is kept. Rows of `test`
are a check: the shipped model, whose states are the features, has not seen their labels.
"""

import argparse
import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import scorer
from scorer.runtime import Runtime
from training.retrain.check import check, check_card, out_of_sample_predictions
from training.retrain.labelled import Labelled
from training.retrain.read import Wanted, read_labelled
from training.retrain.split import split


def rows_of(data: Labelled, part: str, count: int, seed: int) -> Labelled:
    """Some rows of one part of the corpus, in a random order."""
    inside = np.flatnonzero(np.array(data.columns["split"]) == part)
    picked = np.random.default_rng(seed).permutation(inside)[:count]
    return replace(
        data,
        texts=tuple(data.texts[row] for row in picked),
        rows=tuple(data.rows[row] for row in picked),
        spans=tuple(data.spans[row] for row in picked),
        targets=data.targets[picked],
        columns={},
    )


def features_of(texts: tuple[str, ...]) -> NDArray[np.float32]:
    """The shipped model's pooled states: (texts, numbers)."""
    runtime = Runtime(Path(scorer.__file__).parent / "models" / "default", 1)
    encodings = [runtime.tokenise(text) for text in texts]
    for encoding in encodings:
        encoding.truncate(128)
    return runtime.run(encodings, ("pooled",)).heads["pooled"]


def spoiled(data: Labelled, share: float, seed: int) -> tuple[Labelled, NDArray[np.bool_]]:
    """The rows with a share of their labels wrong, and which: flipped, or for grades those of other rows."""
    generator = np.random.default_rng(seed)
    flipped = np.zeros(len(data), dtype=bool)
    flipped[generator.permutation(len(data))[: round(share * len(data))]] = True
    targets = data.targets.copy()
    if data.kind == "binary":
        targets[flipped] = 1 - targets[flipped]
    else:
        # half the scale away, so that each of them is wrong
        targets[flipped] = (targets[flipped] + 0.5) % 1.0
    return replace(data, targets=targets), flipped


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=3000)
    parser.add_argument("--share", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    root = Path(os.environ.get("SCORER_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
    for positive in (">=0.5", None):
        whole = read_labelled(str(root / "human" / "webis17.csv"), Wanted(positive=positive))
        for part in ("train", "test"):
            data, flipped = spoiled(rows_of(whole, part, asked.rows, asked.seed), asked.share, asked.seed)
            features = features_of(data.texts)
            start = time.process_time()
            folds = split(data, seed=asked.seed)
            found = check(data, folds, out_of_sample_predictions(features, data, folds))
            listed = np.array([suspect.index for suspect in found.suspects or ()], dtype=int)
            seconds = time.process_time() - start
            sys.stdout.write(
                f"{data.kind}, {len(data)} rows of {part}, {flipped.sum()} labels spoiled: {len(listed)} listed "
                f"({100 * len(listed) / len(data):.1f}% of the rows), {flipped[listed].sum()} of them spoiled "
                f"({100 * flipped[listed].sum() / flipped.sum():.0f}% of those spoiled, "
                f"{100 * flipped[listed].mean():.0f}% of those listed), {seconds:.1f} s of processor\n"
            )
    sys.stdout.write(check_card(found) + "\n")


if __name__ == "__main__":
    main()
