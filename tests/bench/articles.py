"""Sentences a second over articles, the share of it that is inference, and growth with length.

`python tests/bench/articles.py --articles 200`; bodies are taken at run time from the data folder, nothing is kept.
"""

import argparse
import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scorer import Scorer
from scorer.runtime import RawOutputs


def bodies(count: int) -> list[str]:
    """Article bodies of an evaluation set, for timing only."""
    root = Path(os.environ.get("SCORER_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
    with (root / "human" / "hyperpartisan.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line, _ in zip(lines, range(count), strict=False)]


class Clock:
    """Adds up the time spent in the runtime."""

    def __init__(self, run: Callable[..., RawOutputs]) -> None:
        self.run, self.seconds = run, 0.0

    def __call__(self, *arguments: Any) -> RawOutputs:
        """Run and count."""
        start = time.perf_counter()
        try:
            return self.run(*arguments)
        finally:
            self.seconds += time.perf_counter() - start


def share(texts: list[str]) -> float:
    """How much of the time of one thread is spent in the runtime, in percent."""
    scorer = Scorer.load(threads=1)
    clock = Clock(scorer.runtime.run)
    scorer.runtime.run = clock  # type: ignore[method-assign]
    start = time.perf_counter()
    for text in texts:
        scorer.article(text, headline="Fury as council axes vote")
    return 100 * clock.seconds / (time.perf_counter() - start)


def main() -> None:
    """Print rates, shares and the growth of time with length."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=200)
    texts = bodies(parser.parse_args().articles)
    scorer = Scorer.load(threads=2)
    scorer.article(texts[0], headline="A vote is due")
    start = time.perf_counter()
    pages = ((text, "Fury as council axes vote") for text in texts)
    sentences = sum(len(found.body.sentences) for found in scorer.articles(pages))
    seconds = time.perf_counter() - start
    sys.stdout.write(
        f"{len(texts)} articles, {sentences} sentences: {sentences / seconds:.0f} sentences/s; on one thread "
        f"{share(texts[:30]):.0f}% of the time in the runtime\n"
    )
    longest = max(texts, key=len)
    first = 0.0
    for factor in (1, 2, 4, 8):
        body = "\n\n".join([longest] * factor)
        start = time.perf_counter()
        found = len(scorer.article(body, headline="A vote is due").body.sentences)
        seconds = time.perf_counter() - start
        first = first or seconds
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        sys.stdout.write(
            f"{len(body.split()):7} words, {found:5} sentences: {seconds:6.2f} s, {seconds / first / factor:.2f} of "
            f"linear, peak memory {peak:.0f} MB\n"
        )


if __name__ == "__main__":
    main()
