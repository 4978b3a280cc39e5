"""Runs a job: reads, scores chunk by chunk into parts, assembles the result, publishes it."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from scorer.ahead import ahead
from scorer.bundle import file_hash
from scorer.corpus import FORMATS
from scorer.corpus.columns import carried_name, common_kind
from scorer.corpus.files import compression_of, kind_suffix, output_file
from scorer.corpus.inputs import Reading, Source, expand, files_of, fingerprint, has_bodies, records
from scorer.corpus.parts import Tally, make_part, read_tally, rejects, row_batches
from scorer.corpus.records import Chunk, chunks, share
from scorer.corpus.workspace import REJECTS, RESULT, Workspace, rejects_of
from scorer.corpus.writers import (
    Batches,
    Layout,
    json_line,
    write_clickbait,
    write_delimited,
    write_jsonl,
    write_sqlite,
)
from scorer.errors import InputError, ScorerError
from scorer.files import extra, sync_file

if TYPE_CHECKING:
    from scorer.predict import Scorer

_COMPRESSIBLE: Final = ("csv", "tsv", "jsonl", "clickbait")
_NESTED: Final = ("jsonl", "parquet")


@dataclass(frozen=True)
class Job:
    """A corpus to score.

    :param format: of `corpus.FORMAT_NAMES`; None to tell by the suffix of `out`.
    :param shard: (i, n), i from 1: rows i, i+n, i+2n … of the first `limit` rows are scored.
    :param strict: whether a bad row stops the run.
    :param engine: "local" or "ray"; with `workers` and a cluster's `ray_address`, None for a cluster of this machine.
    """

    reading: Reading
    out: Path
    format: str | None = None
    shard: tuple[int, int] = (1, 1)
    limit: int | None = None
    strict: bool = False
    resume: bool = False
    overwrite: bool = False
    model: str | None = None
    threads: int | None = None
    engine: str = "local"
    workers: int | None = None
    ray_address: str | None = None

    def format_name(self) -> str:
        """The format of the result.

        :raises InputError: when it is unknown, cannot be compressed, or needs what is not installed.
        """
        found = self.format or FORMATS.get(kind_suffix(self.out))
        if found is None:
            raise InputError(f"{self.out}: no format known by that name ({', '.join(FORMATS)}); pass --format.")
        if compression_of(self.out) and found not in _COMPRESSIBLE:
            raise InputError(f"{self.out}: {found} is not written compressed; leave out {self.out.suffix}.")
        if found in ("parquet", "duckdb") or compression_of(self.out) == ".zst":
            extra("pyarrow", "report", f"writing {self.out.name}")
        if found == "duckdb":
            extra("duckdb", "report", f"writing {self.out.name}")
        return found

    @property
    def nested(self) -> bool:
        """Whether results are nested, with their sentences."""
        return self.format_name() in _NESTED

    def chunks(self, sources: list[Source]) -> Iterator[Chunk]:
        """The chunks of the job, the same each time."""
        return chunks(share(records(sources), self.shard, self.limit))

    def identity(self, sources: list[Source], scorer: "Scorer") -> dict[str, Any]:
        """Everything that decides what the result is."""
        reading, model = self.reading, scorer.bundle.model
        return {
            "inputs": [fingerprint(source) for source in sources],
            "options": {
                "--headline-col": reading.headline_column,
                "--body-col": reading.body_column,
                "--no-body": not reading.bodies,
                "--encoding": reading.encoding,
                "--format": self.format_name(),
                "--shard": "{}/{}".format(*self.shard),
                "--limit": self.limit,
            },
            "model": {
                "name": model.name,
                "version": model.version,
                "sha256": file_hash(scorer.bundle.folder / "config.json"),
            },
            "program": version("headline-scorer"),
        }


@dataclass
class Progress:
    """How far a run is: `rows` there are, of which `scored` in this run in `seconds`.

    `share` of the input is read, 0-1; None where unknown.
    """

    rows: int = 0
    scored: int = 0
    share: float | None = None
    started: float = field(default_factory=time.perf_counter)

    @property
    def seconds(self) -> float:
        """Seconds since scoring began."""
        return time.perf_counter() - self.started


@dataclass(frozen=True)
class Summary:
    """What a finished run did; `scored` rows in this run in `seconds`, the counts of `tally` over all runs."""

    out: Path
    tally: Tally
    scored: int
    seconds: float


def run(job: Job, show: Callable[[Progress], object] = lambda progress: None) -> Summary | None:
    """Score a corpus; None when there is nothing to resume because the result is there.

    :param show: called after each part.
    :raises InputError: when something about the job is wrong, or in strict mode a row is bad.
    """
    format_name = job.format_name()
    check_out(job)
    with Workspace(job.out) as workspace:
        if job.resume and workspace.published():
            workspace.lock()
            return Summary(job.out, workspace.finish(), 0, 0.0)
        if job.resume and job.out.exists() and not workspace.unfinished() and not job.overwrite:
            return None
        return _run(job, format_name, workspace, show)


def _run(job: Job, format_name: str, workspace: Workspace, show: Callable[[Progress], object]) -> Summary:
    """Begin or go on, and finish."""
    from scorer.predict import Scorer

    sources = job.reading.sources()
    scorer = Scorer.load(job.model, job.threads)
    states = _states(sources)
    workspace.begin(job.identity(sources, scorer), job.resume, job.overwrite)
    progress = Progress()
    tally = _score(job, workspace, sources, scorer, progress, show)
    _check_readable(tally, workspace)
    _assemble(workspace, tally, _layout(sources, tally, format_name), format_name)
    if _states(sources) != states:
        raise InputError("an input was changed while it was read; start anew with --overwrite.")
    workspace.publish(tally)
    return Summary(job.out, tally, progress.scored, progress.seconds)


def check_out(job: Job) -> None:
    """Make sure that the result can be written where it should be.

    :raises InputError: when it cannot.
    """
    if not job.out.parent.is_dir():
        raise InputError(f"{job.out}: the folder {job.out.parent} does not exist; make it first.")
    if job.out.is_dir():
        raise InputError(f"{job.out}: is a folder, expected the name of a file to write.")
    inputs = {Path(name).resolve() for name in expand(job.reading.inputs)}
    if inputs & {job.out.resolve(), rejects_of(job.out).resolve()}:
        raise InputError(f"{job.out}: is an input too; write the result under another name.")


def _states(sources: list[Source]) -> list[tuple[int, int]]:
    """Size and time of the last change of every file that is read."""
    found = [path.stat() for source in sources for path in files_of(source.reader)]
    return [(stat.st_size, stat.st_mtime_ns) for stat in found]


def _score(
    job: Job,
    workspace: Workspace,
    sources: list[Source],
    scorer: "Scorer",
    progress: Progress,
    show: Callable[[Progress], object],
) -> Tally:
    """Score the chunks that have no part yet and return what all parts hold."""
    total = Tally()
    done: set[int] = set()
    for path in workspace.parts():
        tally = read_tally(path)
        if job.strict and tally.rejected:
            raise strict_error(next(rejects([path])), job)
        done.add(int(path.stem.removeprefix("part-")))
        total.add(tally)
    progress.rows = total.rows
    size = sum(path.stat().st_size for source in sources for path in files_of(source.reader))
    for index, part in _parts(job, sources, scorer, done):
        first, *entries = part.split("\n")
        tally = Tally.from_json(first)
        if job.strict and tally.rejected:
            bad = next(entry for entry in map(json.loads, filter(None, entries)) if "reason" in entry)
            raise strict_error(bad, job)
        workspace.write_part(index, part)
        total.add(tally)
        progress.rows += tally.rows
        progress.scored += tally.rows
        if job.engine == "local" and size:
            progress.share = sum(source.reader.position() for source in sources) / size
        show(progress)
    if [workspace.part(index) for index in range(len(workspace.parts()))] != workspace.parts():
        raise ScorerError(f"{workspace.folder}: a part is missing; run again with --resume.")
    return total


def _parts(job: Job, sources: list[Source], scorer: "Scorer", done: set[int]) -> Iterator[tuple[int, str]]:
    """Scored parts with their index, those `done` left out."""
    if job.engine == "ray":
        from scorer.distributed import parts_by_ray

        return parts_by_ray(job, done)
    bodies = has_bodies(sources)
    todo = (chunk for chunk in job.chunks(sources) if chunk.index not in done)
    return ahead(
        lambda chunk: (chunk.index, make_part(scorer, chunk, job.nested, bodies)), todo, scorer.runtime.threads
    )


def strict_error(reject: dict[str, Any], job: Job) -> InputError:
    """The error for a bad row in strict mode."""
    return InputError(
        f"{reject['source']}, row {reject['row']}: {reject['reason']}. Correct it and start anew with --overwrite, "
        "or go on with --resume and without --strict, which sets such rows aside."
    )


def _assemble(workspace: Workspace, tally: Tally, layout: Layout, format_name: str) -> None:
    """Write the result and the rejects from the parts, for good but not yet under their final names."""
    result = workspace.folder / RESULT
    _writer(format_name)(result, row_batches(workspace.parts()), layout, compression_of(workspace.out))
    sync_file(result)
    if tally.rejected:
        with output_file(workspace.folder / REJECTS, "") as text:
            text.writelines(map(json_line, rejects(workspace.parts())))


def _check_readable(tally: Tally, workspace: Workspace) -> None:
    """Make sure that not everything is bad."""
    if tally.rejected and not tally.rows:
        first = next(rejects(workspace.parts()))
        workspace.drop()
        raise InputError(f"{first['source']}, row {first['row']}: {first['reason']}; no row can be scored.")


def _layout(sources: list[Source], tally: Tally, format_name: str) -> Layout:
    """The columns of the result: those the inputs announce, then those that came up."""
    announced = [carried_name(name) for source in sources for name in source.columns]
    types: dict[str, Any] = {}
    if format_name == "parquet":
        from scorer.corpus.columnar import carried_types

        types = carried_types(sources)
    return Layout(
        carried={name: common_kind(tally.kinds.get(name, ())) for name in [*announced, *tally.kinds]},
        with_source=len(sources) > 1,
        with_body=has_bodies(sources),
        types=types,
    )


def _writer(format_name: str) -> Callable[[Path, Batches, Layout, str], None]:
    """The function that writes a format."""
    if format_name in ("parquet", "duckdb"):
        from scorer.corpus import columnar

        return columnar.write_parquet if format_name == "parquet" else columnar.write_duckdb
    writers: dict[str, Callable[[Path, Batches, Layout, str], None]] = {
        "csv": partial(write_delimited, delimiter=","),
        "tsv": partial(write_delimited, delimiter="\t"),
        "jsonl": write_jsonl,
        "sqlite": write_sqlite,
        "clickbait": write_clickbait,
    }
    return writers[format_name]
