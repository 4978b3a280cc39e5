"""What a client is told when something goes wrong: problem JSON (RFC 9457), a sentence, never a traceback."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

PROBLEM_TYPE: Final = "application/problem+json"
#: The client went away before it was answered (as nginx counts them); nobody reads this one.
CLIENT_GONE: Final = 499
#: Better words for what pydantic says, by the type of its error.
_WORDS: Final = {
    "missing": "is missing",
    "extra_forbidden": "is not known here",
}


class Problem(HTTPException):
    """An answer that is a problem.

    :param retry: seconds after which to try again.
    """

    def __init__(self, status: int, detail: str, retry: int | None = None) -> None:
        headers = {"Retry-After": str(retry)} if retry is not None else None
        super().__init__(status, detail, headers)


def problem_answer(
    status: int,
    detail: str,
    headers: Mapping[str, str] | None = None,
    errors: Sequence[Mapping[str, str]] = (),
) -> Response:
    """The answer for a problem.

    :param errors: a JSON pointer into the request and a sentence for each mistake.
    """
    phrase = "Client Closed Request" if status == CLIENT_GONE else HTTPStatus(status).phrase
    value: dict[str, Any] = {"type": "about:blank", "title": phrase, "status": status, "detail": detail}
    if errors:
        value["errors"] = list(errors)
    return Response(json.dumps(value), status, headers, media_type=PROBLEM_TYPE)


async def answer_http_error(request: Request, error: Exception) -> Response:
    """For `Problem` and what the framework raises itself: no such page, no such method, no JSON."""
    assert isinstance(error, HTTPException)
    details = {
        400: "the body cannot be read; send it as JSON in UTF-8.",
        404: "there is nothing here; /openapi.json says what there is.",
        405: "this is answered to another method; /openapi.json says to which.",
    }
    detail = error.detail if isinstance(error, Problem) else details.get(error.status_code, error.detail)
    return problem_answer(error.status_code, detail, error.headers)


async def answer_invalid(request: Request, error: Exception) -> Response:
    """For a body that is no JSON (400) or of another shape (422); it says where, and repeats nothing of the text."""
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    if any(item["type"] == "json_invalid" for item in found):
        return problem_answer(400, "the body is no valid JSON.")
    errors = [{"pointer": _pointer(item["loc"]), "detail": _sentence(item)} for item in found[:8]]
    first = errors[0]
    place = first["pointer"].lstrip("#/") or "the body"
    return problem_answer(422, f"{place}: {first['detail']}.", errors=errors)


async def answer_failure(request: Request, error: Exception) -> Response:
    """For everything unforeseen; what it was stands in the server's log."""
    return problem_answer(500, "the server failed; its log says where.")


def _pointer(place: Sequence[Any]) -> str:
    """A JSON pointer from the place pydantic names, which begins with `body`."""
    steps = [str(step).replace("~", "~0").replace("/", "~1") for step in place if step != "body"]
    return "#" + "".join(f"/{step}" for step in steps)


def _sentence(item: Mapping[str, Any]) -> str:
    message = str(item["msg"]).removeprefix("Value error, ")
    return _WORDS.get(item["type"], message[:1].lower() + message[1:])
