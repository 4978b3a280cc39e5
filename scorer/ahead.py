"""Works a little ahead of whoever looks at the results."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

#: More would only wait for Python, and hold memory.
_MOST: Final = 4


def ahead(work: Callable[[Item], Result], items: Iterable[Item], threads: int) -> Iterator[Result]:
    """The results of `work` on each item, in order; so many are worked on while the caller looks at one more.

    While one waits for the graph, which needs no Python, another can use it.
    """
    if threads == 1:
        yield from map(work, items)
        return
    at_once = min(threads, _MOST)
    with ThreadPoolExecutor(at_once) as pool:
        waiting: deque[Future[Result]] = deque()
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) > at_once:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
