"""The report on a head of phrases: marked characters against the labels, beside the shipped model's loaded phrases."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from scorer.evaluate.wording import estimate
from scorer.files import write_whole
from scorer.metrics import Estimate, Values, bootstrap, bootstrap_difference, f1
from scorer.predict import Scorer
from scorer.results import Phrase
from training.calibrate import marked_characters
from training.retrain.report import Held

_TITLES = {"model": "this model", "other": "the shipped model’s loaded phrases", "everything": "marking everything"}


def phrase_figures(held: Held, scorer: Scorer, shipped: Scorer) -> dict[str, Any]:
    """F1 of marked characters on held-out rows, by system, and the paired differences to the others."""
    texts = [held.data.texts[row] for row in held.judged]
    results, others = scorer.headlines(texts), shipped.headlines(texts)
    judged = [place for place, result in enumerate(results) if result.abstain is None]
    width = max((len(texts[place]) for place in judged), default=1)

    def mask(spans: list[tuple[int, int]]) -> Values:
        found = np.zeros(width)
        found[sorted(marked_characters(spans))] = 1
        return found

    def places(phrases: tuple[Phrase, ...]) -> list[tuple[int, int]]:
        return [(phrase.start, phrase.end) for phrase in phrases]

    truth = np.stack([mask(list(held.data.spans[held.judged[place]] or ())) for place in judged])
    marked = {
        "model": np.stack([mask(places(results[place].labels[held.task.name].phrases)) for place in judged]),
        "other": np.stack([mask(places(others[place].phrases)) for place in judged]),
        "everything": np.stack([mask([(0, len(texts[place]))]) for place in judged]),
    }
    differences = {}
    for name in ("other", "everything"):
        found, p = bootstrap_difference(f1, truth, marked[name], marked["model"])
        differences[name] = {**found.to_dict(), "p": p}
    return {
        "figures": {name: bootstrap(f1, truth, found).to_dict() for name, found in marked.items()},
        "differences": differences,
    }


def write_phrase_report(figures: dict[str, Any], name: str, notes: list[str], folder: Path) -> str:
    """Write `report.json` and `report.md`, and return what a terminal shows."""
    lines = [
        f"{_TITLES[system]}: F1 of marked characters {estimate(Estimate(**found), 3)}, n={found['n']}"
        for system, found in figures["figures"].items()
    ]
    text = "\n".join([f"# {name} on held-out rows", "", *(f"- {line}" for line in (*lines, *notes)), ""])
    content = json.dumps({"head": name, "kind": "phrases", **figures, "notes": notes}, ensure_ascii=False, indent=1)
    write_whole(folder / "report.json", lambda file: file.write(content + "\n"))
    write_whole(folder / "report.md", lambda file: file.write(text))
    return "\n".join([*(f"  {note}" for note in notes), "", *lines])
