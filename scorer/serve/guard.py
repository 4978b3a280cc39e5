"""What stands before the application: who may ask, how much, and the headers of every answer."""

import logging
import time
import traceback
from typing import Final
from urllib.parse import urlsplit

from fastapi import Response
from starlette.datastructures import Headers, MutableHeaders

from scorer.serve.asgi import App, Message, Receive, Scope, Send, drain, read_body, replayed
from scorer.serve.counters import Counters
from scorer.serve.problems import Problem, problem_answer
from scorer.serve.settings import Settings, as_host

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
FAILED: Final = "the server failed; its log says where."

logger = logging.getLogger("scorer.serve")


class Guard:
    """Checks requests before the application sees them, counts them, and answers where the application fails."""

    def __init__(self, app: App, settings: Settings, counters: Counters) -> None:
        self._app, self._settings, self._counters = app, settings, counters
        self._names = settings.names
        self._taken = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        answer = _Answer(send)
        works = scope["method"] == "POST"
        self._taken += works
        try:
            self._check_host(Headers(scope=scope))
            if works:
                receive = await self._take_on(Headers(scope=scope), receive)
            await self._app(scope, receive, answer.send)
        except Problem as problem:
            response = problem_answer(problem.status_code, problem.detail, problem.headers)
            await answer.give(response, scope, receive)
        except Exception as error:
            # what an error says may hold the text, so only its kind and place are logged
            logger.error("%s at %s", type(error).__name__, _place(error))
            await answer.give(problem_answer(500, FAILED), scope, receive)
        finally:
            self._taken -= works
            self._count(scope, answer.status, time.perf_counter() - begun)

    async def _take_on(self, headers: Headers, receive: Receive) -> Receive:
        """Check a request that asks for work, and read its body: whoever is refused unheard may never learn why."""
        limits = self._settings.limits
        if self._taken > limits.requests:
            await drain(receive, limits.body_bytes)
            raise Problem(429, "too many requests at once; try again in a moment.", retry=1)
        body = await read_body(headers, receive, limits.body_bytes, limits.seconds)
        _check_origin(headers)
        return replayed(body, receive)

    def _check_host(self, headers: Headers) -> None:
        """Answer to known names only: a foreign name made to point here would let its site read what is here."""
        if as_host(_split_host(f"//{headers.get('host', '')}")) not in self._names:
            raise Problem(421, "this server does not answer to that name; --allow-host adds one when it is started.")

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "other")
        self._counters.requests.labels(route, str(status)).inc()
        self._counters.seconds.labels(route).observe(seconds)


def _split_host(url: str) -> str:
    """The host of a URL; empty when there is none or it is malformed."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _check_origin(headers: Headers) -> None:
    """Refuse what a page of another site makes a browser send; a browser asks before it sends JSON elsewhere."""
    origin = headers.get("origin")
    foreign = origin is not None and origin.lower().partition("://")[2] != headers.get("host", "").lower()
    if foreign or headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        raise Problem(403, "the request comes from a page of another site.")
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Problem(415, "the body is to be JSON, with Content-Type: application/json.")


class _Answer:
    """An answer on its way: it gets the headers every answer has, and its status is remembered."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0

    async def send(self, message: Message) -> None:
        """Pass on a part."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
            headers.setdefault("Cache-Control", "no-store")
        await self._send(message)

    async def give(self, response: Response, scope: Scope, receive: Receive) -> None:
        """Answer with a problem, unless an answer has begun."""
        if not self.status:
            await response(scope, receive, self.send)


def _place(error: Exception) -> str:
    """Where an error was raised, innermost frame first."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    return " < ".join(f"{frame.filename}:{frame.lineno}" for frame in reversed(frames))
