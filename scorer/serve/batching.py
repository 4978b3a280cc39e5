"""Worker threads that score for all callers: headlines gathered into batches, articles one by one beside them.

One thread takes headlines only, the others articles first: neither waits for the other's queue. Callers live on an
event loop, which is never blocked: it hands in work and is handed results.
"""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from scorer.serve.problems import Problem

#: Headlines scored together; more gain little and keep the next caller waiting.
MAX_BATCH: Final = 128
#: Seconds for which the first headline of a batch that is not full waits for other callers.
GATHER: Final = 0.002
WORKERS: Final = 2
#: Seconds that a thread may take to end when the server closes; it dies with the program.
CLOSING: Final = 10.0


@dataclass(eq=False)
class _Request:
    """The headlines of one caller; `taken` of them are in the hands of workers, `found` holds what came back."""

    texts: Sequence[str]
    future: "asyncio.Future[list[bytes]]"
    arrived: float = field(default_factory=time.monotonic)
    taken: int = 0
    found: dict[int, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class _Piece:
    """Some headlines of one request."""

    request: _Request
    first: int
    texts: Sequence[str]


@dataclass(frozen=True)
class _Article:
    work: Callable[[], bytes]
    future: "asyncio.Future[bytes]"


class Batcher:
    """Scores for the callers of one event loop, on threads of its own.

    :param score: headlines to encoded results, one for each; called from several threads.
    :param observe: told the size of every batch.
    :param max_headlines: that may wait; `max_articles` likewise. More are refused.
    """

    def __init__(
        self,
        score: Callable[[list[str]], list[bytes]],
        observe: Callable[[int], None],
        max_headlines: int,
        max_articles: int,
    ) -> None:
        self._score, self._observe = score, observe
        self._max_headlines, self._max_articles = max_headlines, max_articles
        self._changed = threading.Condition()
        self._requests: deque[_Request] = deque()
        self._articles: deque[_Article] = deque()
        self._waiting = 0
        self._gathering = self._closing = False
        self._threads: list[threading.Thread] = []
        self._loop: asyncio.AbstractEventLoop

    def start(self) -> None:
        """Start the threads; called on the event loop."""
        self._loop = asyncio.get_running_loop()
        for number in range(WORKERS):
            thread = threading.Thread(target=self._work, args=(number > 0,), name=f"scorer-{number}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def close(self) -> None:
        """Finish what was taken on, but for what takes very long, and end the threads."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join(CLOSING)

    def headlines(self, texts: Sequence[str]) -> "asyncio.Future[list[bytes]]":
        """Hand in headlines; the future holds a result for each, in order. Cancel it when nobody waits any more.

        :raises Problem: too many are waiting.
        """
        request = _Request(texts, self._loop.create_future())
        if not texts:
            request.future.set_result([])
            return request.future
        with self._changed:
            if self._waiting + len(texts) > self._max_headlines:
                raise Problem(429, "too many headlines are waiting; try again in a moment.", retry=1)
            self._waiting += len(texts)
            self._requests.append(request)
            self._changed.notify_all()
        return request.future

    def article(self, work: Callable[[], bytes]) -> "asyncio.Future[bytes]":
        """Hand in the scoring of an article. Cancel the future when nobody waits any more.

        :raises Problem: too many are waiting.
        """
        article = _Article(work, self._loop.create_future())
        with self._changed:
            self._articles = deque(waiting for waiting in self._articles if not waiting.future.cancelled())
            if len(self._articles) >= self._max_articles:
                raise Problem(429, "too many articles are waiting; try again in a moment.", retry=2)
            self._articles.append(article)
            self._changed.notify_all()
        return article.future

    @property
    def alive(self) -> bool:
        """Whether all threads work and take on more."""
        return not self._closing and bool(self._threads) and all(thread.is_alive() for thread in self._threads)

    def waiting(self) -> int:
        """How many headlines and articles wait."""
        return self._waiting + len(self._articles)

    def _work(self, takes_articles: bool) -> None:
        while task := self._next(takes_articles):
            # after a forced exit the loop is closed and nobody is left to be told
            with suppress(RuntimeError):
                if isinstance(task, _Article):
                    self._loop.call_soon_threadsafe(_settle, task.future, _outcome(task.work))
                else:
                    self._loop.call_soon_threadsafe(_deliver, task, self._outcomes(task))

    def _next(self, takes_articles: bool) -> "_Article | list[_Piece] | None":
        """Wait for something to do; None when there is nothing left and the server closes."""
        with self._changed:
            while True:
                while takes_articles and self._articles:
                    article = self._articles.popleft()
                    if not article.future.cancelled():
                        return article
                if self._requests and not self._gathering:
                    self._gather()
                    if pieces := self._take():
                        return pieces
                elif self._closing and not self._gathering and not (takes_articles and self._articles):
                    return None
                else:
                    self._changed.wait()

    def _gather(self) -> None:
        """Give other callers a moment to join a batch that is not full, counted from its first headline."""
        self._gathering = True
        left = self._requests[0].arrived + GATHER - time.monotonic()
        self._changed.wait_for(lambda: self._waiting >= MAX_BATCH or self._closing, max(0.0, left))
        self._gathering = False
        self._changed.notify_all()

    def _take(self) -> list[_Piece]:
        """A batch from the requests in turn, so that a long one does not keep the others waiting."""
        pieces: list[_Piece] = []
        room = MAX_BATCH
        while room and self._requests:
            request = self._requests.popleft()
            left = len(request.texts) - request.taken
            if request.future.done():
                self._waiting -= left
                continue
            texts = request.texts[request.taken : request.taken + room]
            pieces.append(_Piece(request, request.taken, texts))
            request.taken += len(texts)
            room -= len(texts)
            self._waiting -= len(texts)
            if len(texts) < left:
                self._requests.append(request)
        return pieces

    def _outcomes(self, pieces: list[_Piece]) -> list[bytes | Exception]:
        """A result for each headline of a batch; when one of them makes it fail, the others are scored all the same."""
        texts = [text for piece in pieces for text in piece.texts]
        self._observe(len(texts))
        try:
            return list(self._score(texts))
        except Exception:  # whatever it was is raised again for the headline it belongs to
            return [_outcome(lambda text=text: self._score([text])[0]) for text in texts]  # type: ignore[misc]


def _outcome(work: Callable[[], bytes]) -> bytes | Exception:
    """What work returns, or raises; it is raised again where the caller waits."""
    try:
        return work()
    except Exception as error:
        return error


def _settle(future: "asyncio.Future[Any]", outcome: object) -> None:
    """Hand over a result, on the event loop."""
    if future.done():
        return
    if isinstance(outcome, Exception):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)


def _deliver(pieces: list[_Piece], outcomes: list[bytes | Exception]) -> None:
    """Hand the results of a batch to those who wait for them, on the event loop."""
    remaining = iter(outcomes)
    for piece in pieces:
        request = piece.request
        for number, outcome in zip(range(piece.first, piece.first + len(piece.texts)), remaining, strict=False):
            if isinstance(outcome, Exception):
                _settle(request.future, outcome)
            else:
                request.found[number] = outcome
        if len(request.found) == len(request.texts):
            _settle(request.future, [request.found[number] for number in range(len(request.texts))])
