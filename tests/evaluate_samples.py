"""Labelled rows made up for tests of evaluation, and judgements made by hand: no model is asked."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from scorer.evaluate.cells import Labels
from scorer.evaluate.heads import Judged
from scorer.evaluate.rows import Row
from scorer.evaluate.sample import Guess, Sample
from scorer.metrics import Values
from scorer.results import ModelName, Phrase

MODEL = ModelName("made-up <model>", "0")
PLACES = ("Wold", "Carrow", "Upper Thorne", "Skelby", "Little Marl", "Penhallow", "Ashgarth", "Dunmere", "Otley Fen")
PLAIN = (
    "Library in {} opens on Sundays from May",
    "Council of {} sets date for budget talks",
    "Bridge at {} closed for repairs until autumn",
    "Two candidates stand for mayor of {}",
)
HOT = (
    "Fury as heartless council axes beloved {} ferry",
    "You won’t believe what this {} baker did next",
    "Chaos and terror as {} bridge horror deepens",
    "SHOCKING secret of {} finally exposed",
)


def write_csv(path: Path, rows: Sequence[Mapping[str, Any]]) -> str:
    """Write rows as CSV and return the path."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return str(path)


def labelled_headlines() -> list[dict[str, Any]]:
    """72 headlines with a score from 0 to 100, a split, an outlet and a date."""
    found = []
    for number, place in enumerate(PLACES):
        for kind, (templates, base) in enumerate(((PLAIN, 5), (HOT, 60))):
            for which, template in enumerate(templates):
                found.append(
                    {
                        "headline": template.format(place),
                        "score": base + 5 * ((number + which) % 8),
                        "split": "dev" if number % 3 else "train",
                        "outlet": f"The {PLACES[(number + kind) % 3]} Echo",
                        "published": f"20{17 + which}-03-1{number}T09:00",
                    }
                )
    return found


def made_judged(likelihoods: Values, names: Sequence[str], calibrated: bool = True, interval: bool = False) -> Judged:
    """What a model says of made-up rows: likelihoods 0-1, (rows, labels)."""
    rows, grades = len(likelihoods), 100 * likelihoods
    return Judged(
        model=MODEL,
        labels=tuple(names),
        grades=grades,
        likelihoods=likelihoods,
        calibrated=calibrated,
        cuts=np.full(len(names), 0.5),
        low=np.maximum(grades[:, 0] - 10 - np.arange(rows) % 7, 0) if interval else None,
        high=np.minimum(grades[:, 0] + 10, 100) if interval else None,
        phrases=tuple((Phrase(0, 4, "Fury", 0.9),) for _ in range(rows)),
        abstained=(None,) * rows,
        cut_short=0,
    )


def made_sample(
    truth: Values, likelihoods: Values, kind: str, names: Sequence[str], text: str = "Fury at pond {}", **cells: str
) -> Sample:
    """A sample of made-up rows; every row has the same cells."""
    labels = Labels(
        ("label",), names[0] if len(names) == 1 else "frames", kind, tuple(names), truth, None, None, {}, ()
    )
    rows = tuple(Row(number + 1, text.replace("{}", str(number)), cells) for number in range(len(truth)))
    judged = made_judged(likelihoods, names, interval=kind == "graded" and names[0] == "sensationalism")
    return Sample(rows, labels, truth, judged, None)


def made_guess(sample: Sample) -> Guess:
    """What the sample's model answers."""
    decisions = (sample.model.likelihoods >= 0.5).astype(np.float64)
    return Guess(sample.model.grades, sample.model.likelihoods, decisions, sample.model.calibrated)
