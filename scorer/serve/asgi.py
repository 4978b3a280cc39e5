"""The shapes of ASGI, and the body of a request, read whole within limits before the application runs."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from starlette.datastructures import Headers

from scorer.serve.problems import CLIENT_GONE, Problem

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

#: A body that is too large is read on for a while, because a client that is cut off never learns why.
_DRAIN_SECONDS: Final = 2.0
_DRAIN_FACTOR: Final = 16


async def read_body(headers: Headers, receive: Receive, limit: int, seconds: float) -> bytes:
    """The whole body of a request.

    :param limit: bytes it may have; `seconds` it may take to arrive.
    :raises Problem: it is too large, too slow, or the client went away.
    """
    announced = headers.get("content-length", "")
    size = int(announced) if announced.isdecimal() and len(announced) < 20 else 0
    parts: list[bytes] = []
    try:
        async with asyncio.timeout(seconds):
            while size <= limit:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Problem(CLIENT_GONE, "the client went away.")
                parts.append(message.get("body", b""))
                size = max(size, sum(map(len, parts)))
                if not message.get("more_body"):
                    break
    except TimeoutError:
        raise Problem(408, f"the body was not complete within {seconds:g} seconds.") from None
    if size > limit:
        await drain(receive, _DRAIN_FACTOR * limit)
        raise Problem(413, f"the body is larger than {limit} bytes; send less at a time.")
    return b"".join(parts)


def replayed(body: bytes, receive: Receive) -> Receive:
    """What an application receives when the body has been read: all of it, then what comes after."""
    waiting = [body]

    async def again() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return again


async def drain(receive: Receive, most: int) -> None:
    """Read on and drop it, at most so many bytes."""
    size = 0
    try:
        async with asyncio.timeout(_DRAIN_SECONDS):
            while size < most:
                message = await receive()
                size += len(message.get("body", b""))
                if not message.get("more_body"):
                    return
    except TimeoutError:
        return
