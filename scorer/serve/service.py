"""What the routes do: requests become work for the threads that score, and wait for it off the event loop's back."""

import asyncio
import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

from fastapi import Request

from scorer.article import score_page
from scorer.article_results import ArticleScore
from scorer.errors import InputError
from scorer.fetch import decode, fetch
from scorer.markup import looks_like_html, read_html
from scorer.page import Page, read_page
from scorer.predict import Scorer
from scorer.serve.batching import Batcher
from scorer.serve.counters import Counters
from scorer.serve.feedback import Feedback
from scorer.serve.messages import ArticleRequest
from scorer.serve.problems import CLIENT_GONE, Problem
from scorer.serve.settings import Settings

T = TypeVar("T")

#: At most so long is waited for an address.
_FETCH_SECONDS: Final = 15.0
#: Scored before the first caller comes: text and HTML, and a line for which the language library is loaded.
_WARM_UP: Final = (
    "Band loses grant\n\nThe council voted on Monday.",
    "<article><h1>Band loses grant</h1><p>The council voted on Monday to end the grant to the band.</p></article>",
    "Der Rat der Stadt hat am Montag getagt",
)


def encoded(value: dict[str, Any]) -> bytes:
    """JSON as it is sent."""
    return json.dumps(value).encode()


class Service:
    """One scorer at the service of many callers.

    :raises InputError: the feedback file cannot be written.
    """

    def __init__(self, scorer: Scorer, settings: Settings) -> None:
        self.settings, self.counters = settings, Counters()
        self._scorer, self._limits = scorer, settings.limits
        self._feedback = Feedback(settings.feedback) if settings.feedback else None
        self._batcher = Batcher(
            score=self._score,
            observe=self.counters.batches.observe,
            max_headlines=self._limits.waiting_headlines,
            max_articles=self._limits.waiting_articles,
        )
        self._fetchers = ThreadPoolExecutor(self._limits.fetches)
        self._fetches = threading.BoundedSemaphore(self._limits.fetches)
        self.counters.waiting.set_function(self._batcher.waiting)

    def start(self) -> None:
        """Start the threads; called on the event loop."""
        self._batcher.start()

    def close(self) -> None:
        """Finish what was taken on."""
        self._fetchers.shutdown(wait=False, cancel_futures=True)
        self._batcher.close()

    def warm_up(self) -> None:
        """Load what the first request would have to wait for."""
        for page in _WARM_UP:
            self._scorer.headlines([page.partition("\n")[0]])
            self._score_page(page, None, looks_like_html(page))

    @property
    def ready(self) -> bool:
        """Whether work that is handed in will be done."""
        return self._batcher.alive

    def describe_model(self) -> bytes:
        """What `scorer model --json` prints."""
        bundle = self._scorer.bundle
        return encoded({"name": bundle.model.name, "version": bundle.model.version, **bundle.info})

    async def headlines(self, request: Request, texts: list[str]) -> list[bytes]:
        """A result for each headline, in order.

        :raises Problem: there are too many, or it takes too long.
        """
        if len(texts) > self._limits.headlines:
            raise Problem(
                422,
                f"texts: found {len(texts)} headlines, expected at most {self._limits.headlines}; send them in parts.",
            )
        work = self._batcher.headlines(texts)
        self.counters.headlines.inc(len(texts))
        return await self._wait(request, work)

    async def article(self, request: Request, wanted: ArticleRequest, encode: Callable[[ArticleScore], bytes]) -> bytes:
        """The result for an article.

        :raises Problem: there is no text to score, too much of it, or it takes too long.
        """
        text, is_html = (wanted.html, True) if "html" in wanted.model_fields_set else (wanted.text, False)
        if "url" in wanted.model_fields_set:
            text = await self._fetch(request, wanted.url)
            is_html = looks_like_html(text)
        self._check_length(text, is_html)
        work = self._batcher.article(lambda: encode(self._score_page(text, wanted.headline, is_html)))
        self.counters.articles.inc()
        try:
            return await self._wait(request, work)
        except InputError as error:
            raise Problem(422, str(error)) from error

    async def add_feedback(self, text: str, score: float) -> None:
        """Keep a person's score of a headline.

        :raises Problem: that is switched off, or the file cannot be written.
        """
        if self._feedback is None:
            raise Problem(403, "this server keeps no feedback; it is started with --feedback FILE to do so.")
        result = await asyncio.to_thread(self._scorer.headline, text)
        try:
            await asyncio.to_thread(self._feedback.add, score, result)
        except OSError as error:
            raise Problem(503, f"the feedback file cannot be written: {error.strerror}.") from error

    def _score(self, texts: list[str]) -> list[bytes]:
        return [encoded(score.to_dict()) for score in self._scorer.headlines(texts)]

    def _score_page(self, text: str, headline: str | None, is_html: bool) -> ArticleScore:
        apart = headline is not None
        page: Page = read_html(text, "the page", apart) if is_html else read_page(text, apart)
        self._check_length(page.text, is_html=False)
        return score_page(self._scorer, page, headline)

    def _check_length(self, text: str, is_html: bool) -> None:
        """Refuse more text than can be scored in time; of HTML it is not known yet how much of it is text."""
        if not is_html and len(text) > self._limits.characters:
            raise Problem(
                422,
                f"the text has {len(text)} characters, expected at most {self._limits.characters}; send it in parts.",
            )

    async def _fetch(self, request: Request, url: str) -> str:
        if not self.settings.allow_urls:
            raise Problem(403, "this server fetches no addresses; paste the text, or start it with --allow-urls.")
        if not self._fetches.acquire(blocking=False):
            raise Problem(429, "too many addresses are being fetched; try again in a moment.", retry=2)
        fetching = self._fetchers.submit(fetch, url, timeout=min(_FETCH_SECONDS, self._limits.seconds))
        # it goes on, and counts, when nobody waits for it any more
        fetching.add_done_callback(lambda _: self._fetches.release())
        try:
            answer = await self._wait(request, asyncio.wrap_future(fetching))
            return decode(answer.body, url, answer.charset)
        except InputError as error:
            raise Problem(422, str(error)) from error

    async def _wait(self, request: Request, work: "asyncio.Future[T]") -> T:
        """Wait for work as long as the client does and time allows; what nobody waits for any more is not begun."""
        gone = asyncio.ensure_future(request.receive())
        either: set[asyncio.Future[Any]] = {work, gone}
        try:
            await asyncio.wait(either, timeout=self._limits.seconds, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                return work.result()
            if gone.done():
                raise Problem(CLIENT_GONE, "the client went away.")
            raise Problem(503, f"not done within {self._limits.seconds:g} seconds; send less at a time.", retry=5)
        finally:
            work.cancel()
            gone.cancel()
