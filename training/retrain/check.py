"""The check of labelled rows before training: what there is, what is odd, and what cannot work."""

import csv
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, TextIO

import numpy as np
from numpy.typing import NDArray

from scorer.errors import InputError
from scorer.evaluate.sample import CONTRADICTION
from scorer.files import write_whole
from training.retrain.duplicates import near_groups
from training.retrain.labelled import Folds, Labelled
from training.retrain.split import usable_columns
from training.retrain.suspects import (
    Suspect,
    find_suspects,
    label_text,
    out_of_sample_predictions,
)

__all__ = ["DataCheck", "check", "check_card", "out_of_sample_predictions", "write_suspects"]

#: Different texts with a label without which nothing is trained: a fifth of fewer says nothing of a model.
FEWEST: Final = 40
#: Rows of a label without which it cannot be told on held-out rows and learned from the others.
FEWEST_EACH: Final = 8
#: Below this many rows a label is learned badly.
FEW: Final = 30

_KINDS: Final = {
    "graded": "grades",
    "binary": "yes or no",
    "classes": "one of several classes",
    "labels": "several labels a row",
    "phrases": "phrases",
}


@dataclass(frozen=True)
class DataCheck:
    """What the check found.

    rows: with a text; labelled: with a label; left_out: rows by the reason why they are not among them. distribution:
    rows by label, or by step of the grade. repeated, near_repeated: rows whose text, or nearly, stands above already.
    contradictions: rows of one text that have different labels. too_few: labels that will be learned badly.
    split_columns: what a leak-free split can go by; split: how rows are divided, held_out: how many are set aside.
    suspects: None when nothing was predicted. notes: how the file was understood.
    """

    file: str
    kind: str
    rows: int
    labelled: int
    left_out: Mapping[str, int]
    distribution: Mapping[str, int]
    repeated: int
    near_repeated: int
    contradictions: tuple[tuple[int, ...], ...]
    too_few: Mapping[str, int]
    split_columns: tuple[str, ...]
    split: str | None
    held_out: int | None
    suspects: tuple[Suspect, ...] | None
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The same as JSON holds it."""
        return asdict(self)


def check(data: Labelled, folds: Folds | None = None, out_of_sample: NDArray[np.float32] | None = None) -> DataCheck:
    """Look at labelled rows.

    :param out_of_sample: (rows, names), see `out_of_sample_predictions`.
    :raises InputError: when nothing can be learned from them, saying what to do.
    """
    near = near_groups(data.texts)
    known = labelled_rows(data)
    counts = _counts(data)
    _refuse(data, near, known, counts)
    exact = Counter(" ".join(text.split()) for text in data.texts)
    repeated = len(data) - len(exact)
    each = {} if data.kind in ("graded", "phrases") else counts
    return DataCheck(
        file=data.file,
        kind=data.kind,
        rows=len(data),
        labelled=int(known.sum()),
        left_out=dict(data.left_out),
        distribution=_steps(data) if data.kind == "graded" else counts,
        repeated=repeated,
        near_repeated=len(data) - int(near.max()) - 1 - repeated,
        contradictions=_contradictions(data, known),
        too_few={name: count for name, count in each.items() if count < FEW},
        split_columns=tuple(usable_columns(data)),
        split=None if folds is None else folds.note,
        held_out=None if folds is None else int(folds.held_out.sum()),
        suspects=None if out_of_sample is None else find_suspects(data, out_of_sample),
        notes=data.notes,
    )


def labelled_rows(data: Labelled) -> NDArray[np.bool_]:
    """Whether each row has a label: (rows,)."""
    if data.kind == "phrases":
        return np.array([spans is not None for spans in data.spans], dtype=bool)
    return np.asarray(~np.isnan(data.targets).all(axis=1))


def _counts(data: Labelled) -> dict[str, int]:
    """Rows by label."""
    if data.kind == "phrases":
        having = sum(bool(spans) for spans in data.spans)
        return {"with a phrase": having, "without one": int(labelled_rows(data).sum()) - having}
    counts = {name: int((data.targets[:, place] == 1).sum()) for place, name in enumerate(data.names)}
    if data.kind == "binary":
        counts[f"not {data.names[0]}"] = int((data.targets[:, 0] == 0).sum())
    return counts


def _steps(data: Labelled) -> dict[str, int]:
    """Rows by fifth of the scale."""
    low, high = data.scale or (0.0, 1.0)
    known = data.targets[~np.isnan(data.targets)]
    counts, edges = np.histogram(known, bins=5, range=(0, 1))
    edges = low + edges * (high - low)
    return {f"{edges[step]:.3g} to {edges[step + 1]:.3g}": int(count) for step, count in enumerate(counts)}


def _refuse(data: Labelled, near: NDArray[np.int64], known: NDArray[np.bool_], counts: Mapping[str, int]) -> None:
    """:raises InputError: when training cannot work."""
    texts = len(np.unique(near[known]))
    if not known.any():
        raise InputError(f"{data.file}: none of its {len(data)} rows has a label; label at least {FEWEST}.")
    if texts == 1 and len(data) > 1:
        raise InputError(
            f"{data.file}: the text is the same in every row of {data.text_column!r}; name the column of texts with "
            "--text-col."
        )
    if texts < FEWEST:
        labelled = int(known.sum())
        rows = f"{labelled} rows with a label" + f", {texts} different texts" * (texts < labelled)
        raise InputError(
            f"{data.file}: has {rows}; too few to train on and to tell whether it helped. Label at least {FEWEST} "
            "different texts, better 300 (scorer suggest picks the ones worth it)."
        )
    if data.kind == "graded":
        if np.ptp(data.targets[known]) == 0:
            grade = label_text(data, data.targets[known][0].astype(np.float64))
            raise InputError(f"{data.file}: every row has the grade {grade}; there is nothing to learn from it.")
        return
    enough = [name for name, count in counts.items() if count >= FEWEST_EACH]
    if len(enough) < (1 if data.kind == "labels" else 2):
        raise InputError(
            f"{data.file}: {_few_of(counts)}; expected at least {FEWEST_EACH} rows of each of two labels. Label more "
            "rows of the rarer one, or name another column with --label-col."
        )


def _few_of(counts: Mapping[str, int]) -> str:
    """The labels there are, for an error."""
    there = sorted(((count, name) for name, count in counts.items()), reverse=True)
    if there[0][0] and not any(count for count, _ in there[1:]):
        return f"every row has the same label, {there[0][1]!r}"
    return "it has " + ", ".join(f"{name!r} in {count} rows" for count, name in there[:6])


def _contradictions(data: Labelled, known: NDArray[np.bool_]) -> tuple[tuple[int, ...], ...]:
    """Numbers of the rows that say different things of one text: of grades, a tenth of the scale apart."""
    by_text: dict[str, list[int]] = defaultdict(list)
    for row in np.flatnonzero(known):
        by_text[" ".join(data.texts[row].split())].append(int(row))
    found = []
    for rows in (rows for rows in by_text.values() if len(rows) > 1):
        if data.kind == "phrases":
            apart = len({tuple(data.spans[row] or ()) for row in rows}) > 1
        else:
            values = data.targets[rows]
            reach = np.nanmax(values, axis=0, initial=0) - np.nanmin(values, axis=0, initial=1)
            apart = bool((reach > (CONTRADICTION / 100 if data.kind == "graded" else 0)).any())
        if apart:
            found.append(tuple(data.rows[row] for row in rows))
    return tuple(found)


def check_card(check: DataCheck) -> str:
    """What a person should know before training, in at most fifteen lines."""
    lines = [f"{check.file}: {check.rows:,} rows, {_KINDS[check.kind]}"]
    lines += [f"  {note}" for note in check.notes[:4]]
    shown = sorted(check.distribution.items(), key=lambda item: -item[1] if check.kind != "graded" else 0)
    parts = [f"{name} {count:,} ({100 * count / max(check.labelled, 1):.0f}%)" for name, count in shown[:8]]
    lines.append(_line("labels", ", ".join(parts) + f" and {len(shown) - 8} more" * (len(shown) > 8)))
    if missing := check.rows - check.labelled:
        lines.append(_line("no label", f"{missing:,} rows; they are not learned from"))
    if check.left_out:
        lines.append(_line("left out", ", ".join(f"{count:,} {why}" for why, count in check.left_out.items())))
    repeats = f"{check.repeated:,} rows repeat a text, {check.near_repeated:,} nearly; they are kept together"
    lines.append(_line("repeated", repeats if check.repeated or check.near_repeated else "none"))
    if check.contradictions:
        rows = " and ".join(map(str, check.contradictions[0][:4]))
        lines.append(_line("at odds", f"{len(check.contradictions):,} texts have different labels (rows {rows})"))
    if check.too_few:
        few = ", ".join(f"{name} ({count})" for name, count in list(check.too_few.items())[:8])
        lines.append(_line("too few", f"{few}: fewer than {FEW} rows, learned badly"))
    columns = ", ".join(check.split_columns) or "no outlet, author, story, source or date"
    lines.append(_line("split", f"{check.split} {check.held_out:,} rows held out." if check.split else f"by {columns}"))
    if check.suspects is not None:
        share = 100 * len(check.suspects) / max(check.labelled, 1)
        lines.append(_line("suspects", f"{len(check.suspects):,} rows look mislabelled ({share:.1f}%); review them"))
    return "\n".join(lines)


def _line(name: str, said: str) -> str:
    return f"  {name:<10} {said}"


def write_suspects(path: Path, data: Labelled, check: DataCheck) -> None:
    """Write rows for review as CSV, the likeliest mistakes first: row, text, given, suggested, score."""

    def write(file: TextIO) -> None:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["row", "text", "given", "suggested", "score"])
        for found in check.suspects or ():
            writer.writerow([found.row, data.texts[found.index], found.given, found.suggested, found.score])

    write_whole(path, write)
