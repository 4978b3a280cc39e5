"""What changes from one model to another on the same headlines: which scores, by how much, and where."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import click
import numpy as np

from scorer.evaluate.heads import open_scorer
from scorer.evaluate.rows import Row, read_table
from scorer.files import rounded
from scorer.labels import BANDS, DEVICES, SCHEMA_VERSION
from scorer.metrics import Values
from scorer.results import HeadlineScore, ModelName
from scorer.terminal import shown

#: Points from which a change is one that a reader sees.
NOTABLE: Final = 5.0
#: Rises, falls and changed abstentions that are listed.
LISTED: Final = 10
#: What a text that is scored stands for where abstentions are counted.
SCORED: Final = "scored"


@dataclass(frozen=True)
class Change:
    """How far one score moves, in points of 0-100 over `n` headlines that both models score; None without any.

    `mean` is signed, `mean_size`, `p95` (95th percentile) and `largest` are not; `notable` is the share, 0-1, that
    moves by more than 5 points.
    """

    score: str
    n: int
    mean: float | None
    mean_size: float | None
    p95: float | None
    largest: float | None
    notable: float | None


@dataclass(frozen=True)
class Move:
    """One headline whose sensationalism moves, or that only one of the models scores: then `change` is None."""

    row: int
    text: str
    before: float | None
    after: float | None
    change: float | None
    was: str
    now: str


@dataclass(frozen=True)
class Shift:
    """So many headlines go from one band, or reason for abstaining, to another; `scored` stands for all bands."""

    was: str
    now: str
    count: int


@dataclass(frozen=True)
class Diff:
    """Two models on the same headlines.

    `rows` were read, `both` are scored by both. `bands` are changes of band, `abstentions` changes between being
    scored and not or between reasons, each the commonest first; `rises` and `falls` the largest of sensationalism,
    `abstained` the first headlines that only one model scores.
    """

    first: ModelName
    second: ModelName
    file: str
    rows: int
    left_out: Mapping[str, int]
    both: int
    changes: tuple[Change, ...]
    bands: tuple[Shift, ...]
    abstentions: tuple[Shift, ...]
    rises: tuple[Move, ...]
    falls: tuple[Move, ...]
    abstained: tuple[Move, ...]

    def to_dict(self) -> dict[str, Any]:
        """The JSON object of `schemas/diff.json`; points and shares rounded to three decimals."""
        return {**rounded(asdict(self), 3), "schema_version": SCHEMA_VERSION}


def diff_models(
    first: str,
    second: str,
    file: str,
    text_column: str | None = None,
    encoding: str = "utf-8",
    threads: int | None = None,
) -> Diff:
    """Score the headlines of a file with two models.

    :param first: a bundle, or `shipped` for the one inside the package; so `second`.
    :raises InputError: when the file or a bundle cannot be used.
    """
    table = read_table(file, text_column, encoding=encoding)
    texts = [row.text for row in table.rows]
    old, new = open_scorer(first, threads), open_scorer(second, threads)
    scores = old.headlines(texts), new.headlines(texts)
    name = Path(table.name).name
    return compare_scores(old.bundle.model, new.bundle.model, name, table.rows, table.left_out, *scores)


def compare_scores(
    first: ModelName,
    second: ModelName,
    file: str,
    rows: Sequence[Row],
    left_out: Mapping[str, int],
    before: Sequence[HeadlineScore],
    after: Sequence[HeadlineScore],
) -> Diff:
    """Compare the results of two models, one of each a row."""
    points = np.stack([_points(before), _points(after)])
    known = ~np.isnan(points[:, :, 0]).any(axis=0)
    moves = [_move(*each) for each in zip(rows, before, after, strict=True)]
    moved = sorted((move for move in moves if move.change), key=lambda move: (move.change or 0, move.row))
    changed = [move for move in moves if move.was != move.now]
    return Diff(
        first=first,
        second=second,
        file=file,
        rows=len(rows) + sum(left_out.values()),
        left_out=left_out,
        both=int(known.sum()),
        changes=tuple(
            _change(name, (points[1] - points[0])[known, column])
            for column, name in enumerate(("sensationalism", *DEVICES, "clickbait"))
        ),
        bands=_shifts((move.was, move.now) for move in changed if move.change is not None),
        abstentions=_shifts((_coarse(move.was), _coarse(move.now)) for move in changed if move.change is None),
        rises=tuple(move for move in moved[: -LISTED - 1 : -1] if (move.change or 0) > 0),
        falls=tuple(move for move in moved[:LISTED] if (move.change or 0) < 0),
        abstained=tuple(move for move in changed if (move.before is None) != (move.after is None))[:LISTED],
    )


def _points(results: Sequence[HeadlineScore]) -> Values:
    """Every score in points, (headlines, scores); NaN where there is none."""
    found = np.full((len(results), len(DEVICES) + 2), np.nan)
    for row, result in enumerate(results):
        if result.sensationalism and result.devices and result.clickbait is not None:
            levels = (*(result.devices[name] for name in DEVICES), result.clickbait)
            found[row] = (result.sensationalism.score, *(100 * level for level in levels))
    return found


def _change(name: str, points: Values) -> Change:
    if not len(points):
        return Change(name, 0, None, None, None, None, None)
    size = np.abs(points)
    return Change(
        score=name,
        n=len(points),
        mean=float(points.mean()),
        mean_size=float(size.mean()),
        p95=float(np.quantile(size, 0.95)),
        largest=float(size.max()),
        notable=float((size > NOTABLE).mean()),
    )


def _move(row: Row, before: HeadlineScore, after: HeadlineScore) -> Move:
    old, new = before.sensationalism, after.sensationalism
    return Move(
        row=row.number,
        text=row.text,
        before=old.score if old else None,
        after=new.score if new else None,
        change=new.score - old.score if old and new else None,
        was=old.band if old else before.abstain or "",
        now=new.band if new else after.abstain or "",
    )


def _coarse(state: str) -> str:
    """A reason for abstaining, or that there is a score."""
    return SCORED if state in dict(BANDS) else state


def _shifts(pairs: Iterator[tuple[str, str]]) -> tuple[Shift, ...]:
    counts = sorted(Counter(pairs).items(), key=lambda item: (-item[1], item[0]))
    return tuple(Shift(was, now, count) for (was, now), count in counts)


def diff_card(found: Diff) -> str:
    """The comparison as a person reads it in a terminal."""
    lines = [
        f"{shown(found.file)}: {found.both:,} headlines scored by both models, of {found.rows:,} rows",
        f"A {shown(found.first.name)} {found.first.version}, B {shown(found.second.name)} {found.second.version}; "
        "changes are B minus A in points of 0-100",
        "",
        f"{'':<16}{'mean':>8}{'size':>8}{'95%':>8}{'largest':>9}{'over 5':>9}",
        *(_change_line(change) for change in found.changes),
        "",
        *_shift_lines("band", found.bands, found.both),
        *_shift_lines("abstention", found.abstentions, found.rows),
        *_move_lines("largest rises", found.rises),
        *_move_lines("largest falls", found.falls),
        *_move_lines("scored by one of them only", found.abstained),
    ]
    return "\n".join(lines)


def _change_line(change: Change) -> str:
    name = change.score.replace("_", " ")
    if change.mean is None or change.notable is None:
        return f"{name:<16}{'–':>8}"
    sizes = f"{change.mean_size:>8.1f}{change.p95:>8.1f}{change.largest:>9.1f}"
    return f"{name:<16}{round(change.mean, 1) + 0.0:>+8.1f}{sizes}{change.notable:>9.1%}"


def _shift_lines(what: str, shifts: Sequence[Shift], rows: int) -> Iterator[str]:
    total = sum(shift.count for shift in shifts)
    share = f" ({total / rows:.1%})" if rows else ""
    yield f"{total:,} change {what}{share}" + (":" if shifts else "")
    yield from (f"  {shift.count:>6,}  {shift.was} → {shift.now}" for shift in shifts)


def _move_lines(title: str, moves: Sequence[Move]) -> Iterator[str]:
    if moves:
        yield ""
        yield click.style(title, bold=True)
    for move in moves:
        before, after = ("–" if value is None else f"{value:.1f}" for value in (move.before, move.after))
        change = "" if move.change is None else f"{move.change:+.1f}"
        yield f"{change:>7}  {before:>5} → {after:>5}  {shown(move.text)} (row {move.row})"
