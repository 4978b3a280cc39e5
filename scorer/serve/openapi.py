"""The OpenAPI description: the published JSON Schemas as its components, every problem listed."""

import json
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI

from scorer.serve.problems import PROBLEM_TYPE

_SCHEMAS: Final = Path(__file__).parents[1] / "schemas"
_FILES: Final = {"headline.json": "HeadlineScore", "article.json": "ArticleScore"}
_PROBLEM: Final[dict[str, Any]] = {
    "title": "Problem (RFC 9457)",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "additionalProperties": False,
    "properties": {
        "type": {"const": "about:blank"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "One sentence: what was found, what was expected."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "additionalProperties": False,
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer into the request."},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
_STATUSES: Final = {
    400: "No JSON.",
    403: "From a page of another site, or switched off on this server.",
    408: "The body did not arrive in time.",
    413: "The body is too large.",
    415: "Not sent as application/json.",
    421: "A host name that is not this server's.",
    422: "JSON of another shape, too many items, a text that is too long, or a page without a text.",
    429: "Too much work at once; `Retry-After` says when to try again.",
    500: "The server failed.",
    503: "Not ready, or not done in time.",
}


def component(name: str) -> dict[str, str]:
    """A reference to a component."""
    return {"$ref": f"#/components/schemas/{name}"}


def answers(*statuses: int, **found: Any) -> dict[int | str, dict[str, Any]]:
    """What a route may answer: its result, by media type, and problems.

    :param statuses: of the problems that are its own; those any request may get are added.
    :param found: description and content of the status 200.
    """
    listed: dict[int | str, dict[str, Any]] = {200: found} if found else {}
    for status in sorted({421, 500, *statuses}):
        content = {PROBLEM_TYPE: {"schema": component("Problem")}}
        listed[status] = {"description": _STATUSES[status], "content": content}
    return listed


#: The problems of a request that asks for work.
WORK: Final = (400, 403, 408, 413, 415, 422, 429, 503)


def describe(app: FastAPI) -> None:
    """Add the published schemas to an application's description."""
    whole = app.openapi()
    schemas: dict[str, Any] = whole.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = _PROBLEM
    for file, name in _FILES.items():
        schema = json.loads((_SCHEMAS / file).read_text(encoding="utf-8"))
        schemas[name] = _moved({key: value for key, value in schema.items() if key not in ("$schema", "$id")}, name)


def _moved(schema: Any, name: str) -> Any:
    """A schema whose references lead to where it stands in the description."""
    if isinstance(schema, list):
        return [_moved(item, name) for item in schema]
    if not isinstance(schema, dict):
        return schema
    moved = {key: _moved(value, name) for key, value in schema.items()}
    if isinstance(reference := schema.get("$ref"), str):
        file, _, place = reference.partition("#")
        moved["$ref"] = f"#/components/schemas/{_FILES.get(file, name)}{place}"
    return moved
