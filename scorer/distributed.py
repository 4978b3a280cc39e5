"""The same job on many machines: Ray Data reads, scores and hands back parts, which this process keeps.

Every machine must see the inputs under the same names. A worker loads the scorer once; a worker that dies is
replaced and its chunks are scored again, which gives the same parts.
"""

import logging
import os
from collections.abc import Collection, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from scorer.corpus.inputs import has_bodies
from scorer.corpus.parts import make_part
from scorer.corpus.records import Chunk
from scorer.errors import InputError, ScorerError
from scorer.files import extra

if TYPE_CHECKING:
    from scorer.corpus.run import Job

#: Bytes of a block between reader and workers: about a chunk, so that chunks spread over the workers at once.
BLOCK_BYTES = 64 * 1024


class ScoringWorker:
    """Scores chunks with a scorer of its own.

    :param threads: processor threads; None for as many as Ray gives a worker.
    """

    def __init__(self, model: str | None, threads: int | None, nested: bool, bodies: bool) -> None:
        from scorer.predict import Scorer

        self._scorer = Scorer.load(model, threads or 1)
        self._nested, self._bodies = nested, bodies

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        """A part for a chunk."""
        chunk = Chunk(int(row["index"]), tuple(row["records"]))
        return {"index": chunk.index, "part": make_part(self._scorer, chunk, self._nested, self._bodies)}


def parts_by_ray(job: "Job", done: Collection[int]) -> Iterator[tuple[int, str]]:
    """Scored parts with their index, in the order in which they are finished, those `done` left out.

    :raises ScorerError: when the cluster cannot be reached or gives up.
    """
    ray = extra("ray", "ray", "--engine ray")
    data = extra("ray.data", "ray", "--engine ray")
    # its native part writes warnings to stderr that concern nobody here
    os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
    try:
        ray.init(job.ray_address, include_dashboard=False, log_to_driver=False, logging_level=logging.ERROR)
        logging.getLogger("ray.data").setLevel(logging.CRITICAL)
        context = data.DataContext.get_current()
        context.target_max_block_size = BLOCK_BYTES
        context.enable_progress_bars = False
        workers = worker_count(job, int(ray.cluster_resources().get("CPU", 1)))
        # unlike shares of a processor keep Ray from fusing the reader with a worker; together they fit one
        chunks = data.from_items([0]).flat_map(partial(_chunk_rows, job, done), num_cpus=0.1)
        parts = chunks.map(
            ScoringWorker,
            fn_constructor_args=(job.model, job.threads, job.nested, has_bodies(job.reading.sources())),
            compute=data.ActorPoolStrategy(size=workers),
            num_cpus=0.9,
        )
        for row in parts.iter_rows():
            yield int(row["index"]), str(row["part"])
    except (ConnectionError, ray.exceptions.RayError) as error:
        reason = str(error).strip().splitlines()[-1]
        raise ScorerError(f"Ray gave up: {reason}; what is done is kept, go on with --resume.") from error
    finally:
        ray.shutdown()


def worker_count(job: "Job", processors: int) -> int:
    """How many workers to start; Ray would wait for ever for more processors than there are.

    :raises InputError: when there are too few processors.
    """
    if job.workers and job.workers > processors:
        raise InputError(f"--workers {job.workers}: the cluster has {processors} processors, a worker needs one.")
    return job.workers or processors


def _chunk_rows(job: "Job", done: Collection[int], start: Any) -> Iterator[dict[str, Any]]:
    """The chunks of a job as rows of a Ray data set."""
    for chunk in job.chunks(job.reading.sources()):
        if chunk.index not in done:
            yield {"index": chunk.index, "records": list(chunk.records)}
