"""Retraining, from a labelled file to a bundle: read, check, split, fit, choose; `finish` measures and writes."""

from dataclasses import replace
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from scorer.bundle import Bundle, load_bundle
from scorer.errors import InputError
from scorer.runtime import Runtime
from training.retrain.check import check, check_card, out_of_sample_predictions, write_suspects
from training.retrain.choose import MIN_ROWS, Trial, joined, try_tuning
from training.retrain.encoder import write_foundation
from training.retrain.features import read_texts, shipped_scores
from training.retrain.finish import finish
from training.retrain.fit import Fitted, Material, Tuning, fine_tune, judge_rows
from training.retrain.heads import Frozen, fit_frozen, head_name, learned_rows, make_task, start_of
from training.retrain.job import Job, Outcome, Result, Session, Show, Start
from training.retrain.labelled import Folds, Labelled
from training.retrain.read import read_labelled
from training.retrain.report import Held
from training.retrain.run_folder import open_run
from training.retrain.split import split
from training.retrain.write import initialisers

#: Rows with a label that must be held out for a report.
_MIN_JUDGED: Final = 5


def check_places(job: Job) -> None:
    """Refuse, before any work is done, places that cannot be written to.

    :raises InputError: when the bundle is there already or its own folder is missing.
    """
    if job.out.exists():
        raise InputError(f"{job.out}: is there already; name another folder for the bundle, or remove it first.")
    if not job.out.absolute().parent.is_dir():
        raise InputError(f"{job.out}: there is no folder {job.out.parent}; create it first.")


def retrain(job: Job, show: Show) -> Outcome:
    """Retrain on a labelled file and write the bundle.

    :param show: called with lines of text on what is going on.
    :raises InputError: when the file, the options or the bundle cannot be used.
    """
    check_places(job)
    threads = job.threads or torch.get_num_threads()
    torch.set_num_threads(threads)
    data = read_labelled(job.source, job.wanted)
    check(data)  # refuses what cannot work before the work begins
    bundle = load_bundle(job.model)
    name = head_name(data, job.head)
    folds = split(data, job.by, job.held_out, seed=job.seed)
    identity = job.identity(data, bundle)
    log = open_run(job.run_folder, identity, job.resume)
    log.write("start", rows=len(data), held_out=int(folds.held_out.sum()))
    start = prepare(job, data, bundle, name, threads)
    show_check(job, data, folds, start, show)
    session = Session(job, identity, folds, start, hold(data, start, folds), log, show)
    return finish(session, train(session))


def show_check(job: Job, data: Labelled, folds: Folds, start: Start, show: Show) -> None:
    """Show what a person should know of the data, and write down rows that may be mislabelled."""
    found = check(data, folds, out_of_sample_predictions(start.read.pooled, data, folds))
    show(check_card(found))
    if found.suspects:
        path = job.run_folder / "to_review.csv"
        write_suspects(path, data, found)
        show(f"Rows that may be mislabelled: {len(found.suspects)}, listed in {path}.")


def prepare(job: Job, data: Labelled, bundle: Bundle, name: str, threads: int) -> Start:
    """Read the texts with the bundle, or with another encoder that it has taught.

    :raises InputError: when the bundle has own heads that would be lost.
    """
    if bundle.own_heads and (job.encoder or job.mode == "fine-tune"):
        option = "--encoder" if job.encoder else "--fine-tune"
        raise InputError(
            f"{option}: {bundle.folder} has heads of its own ({', '.join(bundle.own_heads)}), which would be lost with "
            "another encoder; leave it out, or start from a model without."
        )
    folder, by_token = bundle.folder, data.kind == "phrases"
    read = read_texts(Runtime(folder, threads), data.texts, bundle.max_tokens, by_token)
    if job.encoder:
        folder = job.run_folder / "base"
        write_foundation(job.encoder, read, bundle.max_tokens, folder)
        read = read_texts(Runtime(folder, threads), data.texts, bundle.max_tokens, by_token)
    task = make_task(data, name, read.encoded.offsets)
    return Start(bundle, folder, read, task, start_of(task, initialisers(folder), read.pooled.shape[1]))


def hold(data: Labelled, start: Start, folds: Folds) -> Held:
    """The rows learned from and those held out.

    :raises InputError: when too few are held out to report on.
    """
    judged = np.flatnonzero(start.task.known() & folds.held_out)
    if len(judged) < _MIN_JUDGED:
        raise InputError(
            f"{data.file}: only {len(judged)} labelled rows are held out, which no report can rest on; label more "
            "rows, or split by another column (--split-by)."
        )
    return Held(data, start.task, learned_rows(start.task, folds), judged, shipped_scores(start.read.encoded.targets))


def train(session: Session) -> Result:
    """Fit a head on frozen states, try fine-tuning, and train what won."""
    job, start, held = session.job, session.start, session.held
    frozen = fit_frozen(start.task, start.features, session.folds, start.near)
    session.log.write("frozen", strength=frozen.strength)
    still = Result(frozen, None, frozen.weights, frozen.out_of_fold, None, "")
    if job.mode == "frozen":
        return replace(still, how="The head was fitted on frozen states, as asked for.")
    if job.mode == "auto" and start.bundle.own_heads:
        others = ", ".join(start.bundle.own_heads)
        how = f"The head was fitted on frozen states: fine-tuning would spoil the model's other own heads ({others})."
        return replace(still, how=how)
    if job.mode == "auto" and len(held.learned) < MIN_ROWS:
        how = f"The head was fitted on frozen states: to fine-tune on, {MIN_ROWS} rows are needed."
        return replace(still, how=how)
    session.show(f"Fitted on frozen states. Fine-tuning is tried on folds of {len(held.learned):,} rows.")
    settings = Tuning() if job.epochs is None else replace(Tuning(), epochs=job.epochs)
    texts = start.read.encoded
    material = Material(start.folder, start.task, texts, start.features, start.near, frozen.strength, settings)
    trial = try_tuning(material, session.folds, frozen, job.seed, job.run_folder, session.log, session.show)
    told = {"frozen": trial.frozen, "tuned": trial.tuned, "p": trial.p, "epochs": trial.epochs}
    session.log.write("trial", measure=trial.measure, **told)
    if job.mode == "auto" and not trial.won:
        return replace(still, trial=trial, how=f"The head was fitted on frozen states: {trial_words(trial)}.")
    return tune(session, material, frozen, trial)


def trial_words(trial: Trial) -> str:
    """How fine-tuning did beside frozen states."""
    tuned, frozen = ("none" if value is None else f"{value:.3f}" for value in (trial.tuned, trial.frozen))
    p = "" if trial.p is None else f", p {trial.p:.2f}"
    return (
        f"on {len(trial.logits):,} rows of the folds fine-tuning reached {trial.measure} {tuned}, frozen states "
        f"{frozen}{p}"
    )


def tune(session: Session, material: Material, frozen: Frozen, trial: Trial) -> Result:
    """Fine-tune on all rows that are not held out, with every seed asked for; the first one's model is kept."""
    job, held, task = session.job, session.held, material.task
    nobody: NDArray[np.int64] = np.array([], dtype=np.int64)

    def fit(seed: int) -> Fitted:
        place = job.run_folder / f"final-{seed}"
        return fine_tune(material, held.learned, nobody, trial.epochs, seed, place, session.log, session.show)

    def score(fitted: Fitted) -> float:
        logits = judge_rows(fitted.model, material.rows, held.judged)
        found = task.measured(task.rows(held.judged), joined(task, [logits[row] for row in held.judged.tolist()]))
        return task.measure()[1](*found) or 0.0

    fitted = fit(job.seed)
    others = range(job.seed + 1, job.seed + job.seeds)
    scores = (score(fitted), *(score(fit(seed)) for seed in others)) if others else ()
    unseen = [trial.logits.get(row, np.full_like(found, np.nan)) for row, found in enumerate(frozen.out_of_fold)]
    asked = ", as asked for" if job.mode == "fine-tune" else ""
    how = f"The encoder was fine-tuned, epochs: {trial.epochs}{asked}; {trial_words(trial)}."
    return Result(frozen, fitted.model, fitted.weights, unseen, trial, how, scores)
