"""The application: routes, and their description for OpenAPI."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.exceptions import HTTPException

from scorer.article_html import article_page
from scorer.article_style import STYLE
from scorer.labels import ABSTENTIONS
from scorer.serve.asgi import App
from scorer.serve.guard import Guard
from scorer.serve.messages import ArticleRequest, FeedbackRequest, HeadlinesRequest
from scorer.serve.openapi import WORK, answers, component, describe
from scorer.serve.problems import Problem, answer_failure, answer_http_error, answer_invalid
from scorer.serve.service import Service, encoded

_JSON: Final = "application/json"
_STATIC: Final = Path(__file__).parent / "static"
_TYPES: Final = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}
_REPORT: Final = {"Content-Disposition": 'attachment; filename="wording-report.html"'}
_ABOUT: Final = (
    "How sensational the wording of English headlines and articles is, and by which words. The same JSON as the "
    "command line; offsets count Unicode code points. Nothing that is sent is stored or logged."
)


def create_app(service: Service) -> App:
    """The application behind its guard."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        service.start()
        yield
        service.close()

    app = FastAPI(
        title="Headline scorer",
        version=version("headline-scorer"),
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.add_exception_handler(HTTPException, answer_http_error)
    app.add_exception_handler(RequestValidationError, answer_invalid)
    app.add_exception_handler(Exception, answer_failure)
    _add_scoring(app, service)
    _add_service(app, service)
    _add_page(app)
    describe(app)
    return Guard(app, service.settings, service.counters)


def _content(schema: dict[str, Any], media_type: str = _JSON) -> dict[str, Any]:
    return {media_type: {"schema": schema}}


def _add_scoring(app: FastAPI, service: Service) -> None:
    many = {
        "type": "object",
        "required": ["results"],
        "additionalProperties": False,
        "properties": {"results": {"type": "array", "items": component("HeadlineScore")}},
    }
    one_or_many = _content({"oneOf": [component("HeadlineScore"), many]})

    @app.post(
        "/v1/headlines",
        summary="Score headlines",
        responses=answers(*WORK, description="The result, or `results` for `texts`.", content=one_or_many),
    )
    async def headlines(request: Request, wanted: HeadlinesRequest) -> Response:
        if "text" in wanted.model_fields_set:
            (result,) = await service.headlines(request, [wanted.text])
            return Response(result, media_type=_JSON)
        found = await service.headlines(request, wanted.texts)
        return Response(b'{"results": [' + b", ".join(found) + b"]}", media_type=_JSON)

    @app.post(
        "/v1/articles",
        summary="Score an article",
        responses=answers(*WORK, description="The result.", content=_content(component("ArticleScore"))),
    )
    async def articles(request: Request, wanted: ArticleRequest) -> Response:
        found = await service.article(request, wanted, lambda result: encoded(result.to_dict()))
        return Response(found, media_type=_JSON)

    @app.post(
        "/v1/articles/report",
        summary="The report of an article, one HTML file",
        responses=answers(*WORK, description="The file.", content=_content({"type": "string"}, "text/html")),
    )
    async def report(request: Request, wanted: ArticleRequest) -> Response:
        page = await service.article(request, wanted, lambda result: article_page(result).encode())
        return Response(page, media_type="text/html", headers=_REPORT)

    @app.post(
        "/v1/feedback",
        summary="Keep a person's score of a headline",
        status_code=204,
        responses=answers(*WORK) | {204: {"description": "Kept."}},
    )
    async def feedback(wanted: FeedbackRequest) -> Response:
        await service.add_feedback(wanted.text, wanted.score)
        return Response(status_code=204)


def _add_service(app: FastAPI, service: Service) -> None:
    model = service.describe_model()
    about = encoded(
        {
            "version": version("headline-scorer"),
            "urls": service.settings.allow_urls,
            "feedback": service.settings.feedback is not None,
            "limits": asdict(service.settings.limits),
            "abstentions": ABSTENTIONS,
        }
    )
    an_object = _content({"type": "object"})

    @app.get("/v1/model", summary="The model", responses=answers(description="Name, data, figures.", content=an_object))
    async def describe_model() -> Response:
        return Response(model, media_type=_JSON)

    @app.get(
        "/v1/service", summary="This server", responses=answers(description="Limits, what is on.", content=an_object)
    )
    async def describe_service() -> Response:
        return Response(about, media_type=_JSON)

    @app.get("/healthz", summary="Whether it runs", responses=answers(description="It does.", content=an_object))
    async def healthz() -> Response:
        return Response(b'{"status": "ok"}', media_type=_JSON)

    @app.get(
        "/readyz", summary="Whether it takes work", responses=answers(503, description="It does.", content=an_object)
    )
    async def readyz() -> Response:
        if not service.ready:
            raise Problem(503, "this server takes no work; start it anew.", retry=5)
        return Response(b'{"status": "ready"}', media_type=_JSON)

    @app.get(
        "/metrics",
        summary="Counters for Prometheus",
        responses=answers(description="Counters.", content=_content({"type": "string"}, "text/plain")),
    )
    async def metrics() -> Response:
        return Response(generate_latest(service.counters.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


def _add_page(app: FastAPI) -> None:
    """The page and its files; it looks like the report."""
    for file in _STATIC.iterdir():
        text = file.read_text(encoding="utf-8")
        path = "/" if file.name == "index.html" else f"/{file.name}"
        answer = _file(STYLE + text if file.suffix == ".css" else text, _TYPES[file.suffix])
        app.add_api_route(path, answer, methods=["GET", "HEAD"], include_in_schema=False)


def _file(text: str, media_type: str) -> Any:
    async def answer() -> Response:
        return Response(text, media_type=media_type, headers={"Cache-Control": "no-cache"})

    return answer
