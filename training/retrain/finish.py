"""The end of a run: settings of the head, the draft of the bundle, its report and card, and everything in its place."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from scorer.bundle import read_config
from scorer.evaluate.report import write_report
from scorer.evaluate.show import evaluation_card
from scorer.predict import Scorer
from training.export import write_description
from training.retrain.choose import Point, learning_curve
from training.retrain.describe import retrain_card
from training.retrain.features import read_texts, shipped_scores
from training.retrain.job import Outcome, Result, Session
from training.retrain.phrases import phrase_figures, write_phrase_report
from training.retrain.report import curve_words, make_report, moved_heads, moved_words
from training.retrain.run_folder import finish_run
from training.retrain.settle import own_head, settle_shipped
from training.retrain.write import begin_draft, describe, publish, replace_head


def finish(session: Session, result: Result) -> Outcome:
    """Write the bundle and its report.

    :returns: what to tell of it.
    """
    job, start, held = session.job, session.start, session.held
    draft = job.out.with_name(f"{job.out.name}.part")
    config = write_draft(session, result, draft)
    session.show("Measuring on the held-out rows.")
    scorer, shipped = Scorer.load(draft, job.threads), Scorer.load(start.bundle.folder, job.threads)
    curve = learning_curve(start.task, start.features, session.folds, start.near, result.frozen.strength)
    moved = moved_scores(session, result, scorer)
    notes = notes_of(session, result, curve, moved)
    card, figures = write_figures(session, scorer, shipped, notes, draft)
    config["retrained"] = facts_of(session, result, figures, curve, moved)
    below = (start.bundle.folder / "README.md").read_text(encoding="utf-8")
    write_description(draft, config, retrain_card(config, below))
    publish(draft, job.out)
    session.log.write("finished", out=str(job.out))
    minutes = round(session.log.seconds() / 60, 2)
    finish_run(job.run_folder, {"figures": figures, "moved": moved, "minutes": minutes})
    return Outcome(card, start.task.name, held.data.texts[int(held.judged[0])])


def write_draft(session: Session, result: Result, draft: Path) -> dict[str, Any]:
    """Write a draft that can be loaded, and return its description."""
    start, held = session.start, session.held
    task, bundle = start.task, start.bundle
    begin_draft(draft, bundle, start.folder, result.model)
    heads, own = read_config(bundle.folder)["heads"], None
    if task.head is None:
        own = own_head(task, held.data, result.weights, result.out_of_fold, start.read.encoded)
    else:
        heads = settle_shipped(heads, task, result.out_of_fold)
        if result.model is None:
            replace_head(draft, task, result.weights)
    run = hashlib.sha256(json.dumps(session.identity, sort_keys=True, default=str).encode()).hexdigest()[:8]
    texts = [held.data.texts[row] for row in held.learned]
    config = describe(draft, bundle, heads, own, texts, f"{bundle.model.version}+{task.name}.{run}")
    write_description(draft, config, "")
    return config


def moved_scores(session: Session, result: Result, scorer: Scorer) -> dict[str, float | None]:
    """How far each shipped head agrees with itself before, on the held-out texts; empty where the graph stayed."""
    if result.model is None and session.job.encoder is None:
        return {}
    texts = [session.held.data.texts[row] for row in np.flatnonzero(session.folds.held_out)]
    rooms = session.start.bundle.max_tokens
    before, after = (
        shipped_scores(read_texts(runtime, texts, rooms, False).encoded.targets)
        for runtime in (Scorer.load(session.start.bundle.folder, session.job.threads).runtime, scorer.runtime)
    )
    moved = moved_heads(before, after)
    moved.pop(session.start.task.name, None)
    return moved


def notes_of(session: Session, result: Result, curve: Sequence[Point], moved: dict[str, float | None]) -> list[str]:
    """What a reader of the report should know, in sentences."""
    task, held = session.start.task, session.held
    name = task.measure()[0]
    notes = [
        f"Learned from {len(held.learned):,} rows, measured on {len(held.judged):,} others that no choice has seen.",
        session.folds.note,
        result.how,
        curve_words(curve, name),
        moved_words(moved),
        "TF-IDF has learned from the same rows as the model.",
    ]
    if task.head is None and task.kind in ("graded", "binary"):
        notes.append("The second model is the shipped one: of its scores that which fits the labels best, rescaled.")
    if result.seeds:
        mean, spread = float(np.mean(result.seeds)), float(np.std(result.seeds, ddof=1))
        notes.append(f"{name} of {len(result.seeds)} seeds, uncalibrated: mean {mean:.3f}, spread {spread:.3f}.")
    elif session.job.seeds > 1:
        notes.append("--seeds: a head on frozen states has nothing random in it, so there is no spread.")
    if len(held.judged) < 100:
        notes.append(f"Only {len(held.judged)} held-out rows: read the intervals, not the figures.")
    return notes


def write_figures(
    session: Session, scorer: Scorer, shipped: Scorer, notes: list[str], draft: Path
) -> tuple[str, dict[str, Any]]:
    """Write the report into the draft; what a terminal shows of it, and the figures by system."""
    held = session.held
    if held.task.by_token:
        found = phrase_figures(held, scorer, shipped)
        return write_phrase_report(found, held.task.name, notes, draft), found["figures"]
    report = make_report(held, scorer, shipped, session.job.rated_by, notes)
    write_report(report, draft)
    return evaluation_card(report), report.to_dict()["figures"]


def facts_of(
    session: Session,
    result: Result,
    figures: dict[str, Any],
    curve: Sequence[Point],
    moved: dict[str, float | None],
) -> dict[str, Any]:
    """What the bundle tells of how it came about."""
    data, bundle, held = session.held.data, session.start.bundle, session.held
    return {
        "head": held.task.name,
        "kind": held.task.kind,
        "new_head": held.task.head is None,
        "base": {"name": bundle.model.name, "version": bundle.model.version, "encoder": session.job.encoder},
        "file": Path(data.file).name,
        "sha256": data.sha256,
        "rated_by": session.job.rated_by,
        "rows": {"learned": len(held.learned), "held_out": len(held.judged)},
        "split": {"by": session.folds.by, "note": session.folds.note},
        "how": result.how,
        "fine_tuned": result.model is not None,
        "figures": figures,
        "learning_curve": [{"rows": point.rows, "value": point.value} for point in curve],
        "moved": moved,
        "seeds": list(result.seeds),
        "options": session.identity,
    }
