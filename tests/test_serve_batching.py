"""Headlines of many callers scored together: the right results to the right caller, nobody starved, nothing lost."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scorer.serve.batching import MAX_BATCH, Batcher
from scorer.serve.problems import Problem


def echo(texts: list[str]) -> list[bytes]:
    return [text.encode() for text in texts]


def run(
    scenario: Callable[[Batcher], Coroutine[Any, Any, None]],
    score: Callable[[list[str]], list[bytes]] = echo,
    headlines: int = 10_000,
    articles: int = 2,
) -> list[int]:
    """Run a scenario with a batcher; the sizes of its batches."""
    sizes: list[int] = []

    async def whole() -> None:
        batcher = Batcher(score, sizes.append, headlines, articles)
        batcher.start()
        try:
            await asyncio.wait_for(scenario(batcher), 30)
        finally:
            await asyncio.to_thread(batcher.close)

    asyncio.run(whole())
    return sizes


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 300), max_size=12))
def test_everyone_gets_their_own(counts: list[int]) -> None:
    async def scenario(batcher: Batcher) -> None:
        asked = [[f"{caller} {number}" for number in range(count)] for caller, count in enumerate(counts)]
        found = await asyncio.gather(*(batcher.headlines(texts) for texts in asked))
        assert found == [echo(texts) for texts in asked]

    sizes = run(scenario)
    assert sum(sizes) == sum(counts)
    assert max(sizes, default=0) <= MAX_BATCH


def test_articles_that_nobody_waits_for_keep_nobody_out() -> None:
    async def scenario(batcher: Batcher) -> None:
        release = threading.Event()
        busy = batcher.article(lambda: b"busy" * release.wait(10))
        await asyncio.sleep(0.05)
        for _ in range(5):
            batcher.article(lambda: b"given up").cancel()
        last = batcher.article(lambda: b"last")
        release.set()
        assert await asyncio.gather(busy, last) == [b"busy", b"last"]

    run(scenario)


def test_callers_at_one_time_share_a_batch() -> None:
    async def scenario(batcher: Batcher) -> None:
        await asyncio.gather(*(batcher.headlines([str(number)]) for number in range(MAX_BATCH)))

    assert len(run(scenario)) <= 3


def test_one_that_fails_does_not_take_the_others_with_it() -> None:
    def score(texts: list[str]) -> list[bytes]:
        if "poison" in texts:
            raise ValueError("it is poison")
        return echo(texts)

    async def scenario(batcher: Batcher) -> None:
        futures = [batcher.headlines([text]) for text in ("a", "poison", "b")]
        found = await asyncio.gather(*futures, return_exceptions=True)
        assert [found[0], found[2]] == [[b"a"], [b"b"]]
        assert isinstance(found[1], ValueError)

    run(scenario, score)


def test_articles_do_not_keep_headlines_waiting_nor_the_other_way_round() -> None:
    go, busy = threading.Event(), threading.Event()

    def score(texts: list[str]) -> list[bytes]:
        if texts == ["slow"]:
            busy.set()
            go.wait(20)
        return echo(texts)

    async def scenario(batcher: Batcher) -> None:
        article = batcher.article(lambda: b"article" if go.wait(20) else b"")
        await asyncio.sleep(0.05)
        assert await batcher.headlines(["quick"]) == [b"quick"]
        go.set()
        assert await article == b"article"
        go.clear()
        slow = batcher.headlines(["slow"])
        await asyncio.to_thread(busy.wait, 20)
        assert await batcher.article(lambda: b"second") == b"second"
        go.set()
        await slow

    run(scenario, score)


def test_a_long_list_lets_others_in_between() -> None:
    order: list[str] = []

    def score(texts: list[str]) -> list[bytes]:
        order.extend(texts)
        return echo(texts)

    async def scenario(batcher: Batcher) -> None:
        long = batcher.headlines(["long"] * (20 * MAX_BATCH))
        short = batcher.headlines(["short"])
        await asyncio.gather(long, short)

    run(scenario, score)
    assert order.index("short") < 4 * MAX_BATCH


def test_too_many_are_refused() -> None:
    async def scenario(batcher: Batcher) -> None:
        go = threading.Event()
        with pytest.raises(Problem, match="429"):
            batcher.headlines(["x"] * 11)
        begun = batcher.article(lambda: b"%d" % go.wait(20))
        while batcher.waiting():
            await asyncio.sleep(0.01)
        waiting = [batcher.article(lambda: b"") for _ in range(2)]
        with pytest.raises(Problem, match="429"):
            batcher.article(lambda: b"")
        go.set()
        await asyncio.gather(begun, *waiting)

    run(scenario, headlines=10)


def test_closing_finishes_what_was_taken_on() -> None:
    async def scenario(batcher: Batcher) -> None:
        headlines = batcher.headlines(["x"] * 500)
        article = batcher.article(lambda: b"done")
        await asyncio.to_thread(batcher.close)
        assert not batcher.alive
        assert (len(await headlines), await article) == (500, b"done")

    run(scenario)
