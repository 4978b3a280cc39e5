"""The HTTP API: a real server on this machine, with a tiny model whose numbers mean nothing."""

import asyncio
import http.client
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import schemathesis
from conftest import SCORER
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance
from serving import JSON, Answer, Server, call, serving

from scorer import Scorer
from scorer.cli import main as command
from scorer.serve import service as service_module
from scorer.serve.app import create_app
from scorer.serve.feedback import Feedback
from scorer.serve.guard import HEADERS
from scorer.serve.run import announcement, listen
from scorer.serve.service import Service
from scorer.serve.settings import Limits, Settings

Validate = Callable[[str, object], None]

HEADLINE = "Uproar as museum sells its only whale"
ARTICLE = f"""{HEADLINE}

By Runa Halsey

The museum at Port Ansel sold the skeleton of a whale on Friday to pay for a new roof.

"It is a monstrous theft from our children," said Teo Brandt, who leads tours there 🐋.

READ MORE: How old do whales get?

The director called the roof urgent. No other buyer had been asked.
"""
MARKUP = f"<article><h1>{HEADLINE}</h1><p>The museum at Port Ansel sold a skeleton on Friday for a roof.</p></article>"
SECRET = "zanzibar-quokka"


@pytest.fixture(scope="module")
def model(tiny_run: Path) -> str:
    return str(tiny_run / "bundle")


@pytest.fixture(scope="module")
def tiny(model: str) -> Scorer:
    return Scorer.load(model, threads=1)


@pytest.fixture(scope="module")
def server(model: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("serve")
    options = (
        "--model",
        model,
        "--feedback",
        str(folder / "feedback.jsonl"),
        "--max-body",
        "1",
        "--max-headlines",
        "40",
    )
    with serving(folder / "log", *options, "--max-characters", "20000", "--allow-host", "scores.example") as running:
        yield running


@pytest.fixture(scope="module")
def description(server: Server) -> dict[str, Any]:
    found: dict[str, Any] = server.ask("GET", "/openapi.json").json()
    return found


def check_problem(answer: Answer, status: int, description: dict[str, Any]) -> str:
    """A problem as RFC 9457 has it; its sentence."""
    assert answer.status == status, answer.body
    assert answer.headers["content-type"] == "application/problem+json"
    value = answer.json()
    jsonschema.Draft202012Validator(description["components"]["schemas"]["Problem"]).validate(value)
    assert value["status"] == status
    detail: str = value["detail"]
    assert "Traceback" not in detail
    assert detail.endswith(".")
    return detail


# the same JSON as everywhere else


def test_headlines_are_those_of_the_library(server: Server, tiny: Scorer, validate: Validate) -> None:
    texts = [
        HEADLINE,
        "",
        "x" * 500,
        "Der Minister hat das Gesetz gestern unterschrieben",
        "Whale 🐋 bones & <b>sold</b>",
        "Half \ud800 a pair",
    ]
    results = server.post("/v1/headlines", {"texts": texts}).json()["results"]
    assert results == [score.to_dict() for score in tiny.headlines(texts)]
    for result in results:
        validate("headline.json", result)
    assert server.post("/v1/headlines", {"text": HEADLINE}).json() == results[0]
    assert server.post("/v1/headlines", {"texts": []}).json() == {"results": []}


def test_articles_are_those_of_the_library(server: Server, tiny: Scorer, validate: Validate) -> None:
    whole = server.post("/v1/articles", {"text": ARTICLE}).json()
    validate("article.json", whole)
    assert whole == tiny.article(ARTICLE).to_dict()
    apart = server.post("/v1/articles", {"text": ARTICLE.partition("\n")[2], "headline": HEADLINE}).json()
    validate("article.json", apart)
    assert apart["headline"]["start"] is None
    page = server.post("/v1/articles", {"html": MARKUP}).json()
    validate("article.json", page)
    assert page["headline"]["text"] == HEADLINE
    empty = server.post("/v1/articles", {"text": " "}).json()
    validate("article.json", empty)
    assert empty["body"]["abstain"] == "empty"


def test_the_report_is_a_file_to_keep(server: Server) -> None:
    answer = server.post("/v1/articles/report", {"text": ARTICLE})
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert HEADLINE.rsplit(maxsplit=1)[-1] in answer.body.decode()


def test_model_and_service_describe_themselves(server: Server, tiny: Scorer) -> None:
    model = server.ask("GET", "/v1/model").json()
    assert model == {"name": tiny.bundle.model.name, "version": tiny.bundle.model.version} | tiny.bundle.info
    about = server.ask("GET", "/v1/service").json()
    assert (about["feedback"], about["urls"], about["limits"]["headlines"]) == (True, False, 40)
    assert server.ask("GET", "/healthz").status == 200
    assert server.ask("GET", "/readyz").status == 200


def test_it_is_counted(server: Server) -> None:
    def count() -> float:
        lines = server.ask("GET", "/metrics").body.decode().splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith("scorer_headlines_total"))

    before = count()
    server.post("/v1/headlines", {"texts": [HEADLINE] * 3})
    assert count() == before + 3


# what is refused


@pytest.mark.parametrize(
    ("path", "body", "status", "word"),
    [
        ("/v1/headlines", b"{", 400, "JSON"),
        ("/v1/headlines", b"\xff", 400, "JSON"),
        ("/v1/headlines", b"[" * 100_000, 400, "JSON"),
        ("/v1/headlines", b"", 422, "body"),
        ("/v1/headlines", {}, 422, "exactly one"),
        ("/v1/headlines", {"text": SECRET, "texts": []}, 422, "exactly one"),
        ("/v1/headlines", {"texts": ["a", 3]}, 422, "texts/1"),
        ("/v1/headlines", {"text": SECRET, "colour": 1}, 422, "colour"),
        ("/v1/headlines", {"texts": [SECRET] * 41}, 422, "at most 40"),
        ("/v1/headlines", {"text": "x" * 1_100_000}, 413, "larger"),
        ("/v1/articles", {"text": SECRET * 2000}, 422, "at most 20000"),
        ("/v1/articles", {"html": f"<p>{SECRET * 2000}</p>"}, 422, "at most 20000"),
        ("/v1/articles", {"html": "<p></p>"}, 422, "no article text"),
        ("/v1/articles", {"text": "a", "headline": " "}, 422, "headline"),
        ("/v1/articles", {"url": "http://127.0.0.1/"}, 403, "--allow-urls"),
        ("/v1/feedback", {"text": SECRET, "score": 101}, 422, "score"),
        ("/v1/feedback", {"text": "", "score": 1}, 422, "text"),
        ("/v1/nothing", {}, 404, "openapi"),
        ("/v1/model", {}, 405, "method"),
    ],
)
def test_what_cannot_be_used_is_a_problem(
    server: Server, description: dict[str, Any], path: str, body: Any, status: int, word: str
) -> None:
    answer = server.post(path, body)
    assert word in check_problem(answer, status, description)
    assert SECRET.encode() not in answer.body


def test_a_body_without_a_length_is_cut_off_too(server: Server, description: dict[str, Any]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    chunks = (b'{"text": "' if number == 0 else b"x" * 65536 for number in range(40))
    connection.request("POST", "/v1/headlines", chunks, JSON, encode_chunked=True)
    response = connection.getresponse()
    check_problem(
        Answer(response.status, dict(response.getheaders()) | JSON_PROBLEM, response.read()), 413, description
    )
    connection.close()


JSON_PROBLEM = {"content-type": "application/problem+json"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Host": "127.0.0.1.evil.example"}, 421),
        ({"Host": "[::1"}, 421),
        ({"Host": ""}, 421),
        ({"Host": "LOCALHOST:8000"}, 200),
        ({"Host": "[::1]:9"}, 200),
        ({"Host": "scores.example"}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost:1", "Host": "localhost:2"}, 403),
        ({"Origin": "http://localhost:2", "Host": "localhost:2"}, 200),
        ({"Sec_Fetch_Site": "cross-site"}, 403),
        ({"Sec_Fetch_Site": "same-origin"}, 200),
        ({"Content_Type": "text/plain"}, 415),
        ({"Content_Type": "application/json; charset=utf-8"}, 200),
    ],
)
def test_only_known_names_and_own_pages_may_ask(
    server: Server, description: dict[str, Any], headers: dict[str, str], status: int
) -> None:
    answer = server.post("/v1/headlines", {"text": HEADLINE}, **headers)
    assert answer.status == status
    if status != 200:
        check_problem(answer, status, description)


def test_every_answer_carries_the_headers(server: Server) -> None:
    for method, path in (
        ("GET", "/"),
        ("GET", "/app.js"),
        ("GET", "/healthz"),
        ("GET", "/x"),
        ("POST", "/v1/headlines"),
    ):
        answer = server.ask(method, path, Origin="http://evil.example")
        assert {name: answer.headers[name.lower()] for name in HEADERS} == HEADERS
        assert not any(name.startswith("access-control") for name in answer.headers)
        assert "server" not in answer.headers
    preflight = server.ask(
        "OPTIONS", "/v1/feedback", Origin="http://evil.example", Access_Control_Request_Method="POST"
    )
    assert preflight.status == 405
    assert not any(name.startswith("access-control") for name in preflight.headers)


def test_no_text_is_logged(server: Server) -> None:
    server.ask("GET", f"/{SECRET}?q={SECRET}")
    server.post("/v1/headlines", {"text": SECRET})
    server.post("/v1/articles", {"html": f"<p>{SECRET}"})
    with socket.create_connection(("127.0.0.1", server.port)) as raw:
        raw.sendall(f"{SECRET} is no HTTP\r\n\r\n".encode())
        raw.recv(1000)
    assert SECRET not in server.log.read_text(encoding="utf-8")


# feedback


def test_a_score_of_ones_own_is_kept(server: Server, tiny: Scorer) -> None:
    assert server.post("/v1/feedback", {"text": HEADLINE, "score": 12.5}).status == 204
    row = json.loads((server.log.parent / "feedback.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    heat = tiny.headline(HEADLINE).to_dict()["sensationalism"]["score"]
    assert (row["text"], row["score"], row["model_score"]) == (HEADLINE, 12.5, heat)
    assert server.post("/v1/feedback", {"text": HEADLINE, "score": 1}, Origin="http://evil.example").status == 403


def test_lines_of_many_writers_stay_whole(tmp_path: Path, tiny: Scorer) -> None:
    path = tmp_path / "feedback.jsonl"
    path.write_text('{"torn": ', encoding="utf-8")
    result = tiny.headline(HEADLINE)
    writers = [Feedback(path), Feedback(path)]
    threads = [
        threading.Thread(target=lambda w=writer: [w.add(number, result) for number in range(30)])
        for writer in writers * 2
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    torn, *lines = path.read_text(encoding="utf-8").splitlines()
    assert torn == '{"torn": '
    # two that see the torn line at once both close it; an empty line between is no row to any reader
    assert sorted(json.loads(line)["score"] for line in lines if line) == sorted(list(range(30)) * 4)


# described


def test_every_example_is_answered(server: Server, description: dict[str, Any]) -> None:
    schemas = description["components"]["schemas"]
    for path, schema in (
        ("headlines", "HeadlinesRequest"),
        ("articles", "ArticleRequest"),
        ("feedback", "FeedbackRequest"),
    ):
        assert schemas[schema]["examples"]
        for example in schemas[schema]["examples"]:
            assert server.post(f"/v1/{path}", example).status in (200, 204)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_the_description_holds(server: Server, description: dict[str, Any], mode: GenerationMode) -> None:
    """Requests made from the description, right and wrong ones: no failure, no answer it does not name."""
    api = schemathesis.openapi.from_dict(description)
    operations = [found.ok() for found in api.get_all_operations()]
    assert len(operations) == len([(path, verb) for path, verbs in description["paths"].items() for verb in verbs])
    for operation in operations:
        if mode is GenerationMode.NEGATIVE and operation.method != "post":
            continue

        @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
        @given(operation.as_strategy(generation_mode=mode))
        def check(case: Any) -> None:
            # HTML without a text is a string like any other, and refused
            case.call_and_validate(base_url=server.url, excluded_checks=[positive_data_acceptance])

        check()


# load and time, past the network


def slow_app(tiny: Scorer, started: threading.Event, go: threading.Event, **limits: Any) -> Any:
    """An application whose scorer says that it has begun and waits for a sign."""
    scored: list[str] = []

    class Slow:
        bundle = tiny.bundle

        def headlines(self, texts: list[str]) -> Any:
            started.set()
            go.wait(20)
            scored.extend(texts)
            return tiny.headlines(texts)

    service = Service(Slow(), Settings(limits=Limits(**limits)))  # type: ignore[arg-type]
    return service, create_app(service), scored


def test_too_much_at_once_is_refused(tiny: Scorer) -> None:
    async def scenario() -> None:
        started, go = threading.Event(), threading.Event()
        service, app, _ = slow_app(tiny, started, go, requests=2)
        service.start()
        one = asyncio.create_task(call(app, "/v1/headlines", {"text": HEADLINE}))
        two = asyncio.create_task(call(app, "/v1/headlines", {"text": HEADLINE}))
        await asyncio.to_thread(started.wait, 20)
        refused = await call(app, "/v1/headlines", {"text": HEADLINE})
        assert refused.status == 429
        assert int(refused.headers["retry-after"]) >= 1
        go.set()
        assert {(await one).status, (await two).status} == {200}
        service.close()

    asyncio.run(scenario())


def test_what_takes_too_long_is_given_up(tiny: Scorer) -> None:
    async def scenario() -> None:
        started, go = threading.Event(), threading.Event()
        service, app, _ = slow_app(tiny, started, go, seconds=0.2)
        service.start()
        late = await call(app, "/v1/headlines", {"text": HEADLINE})
        assert late.status == 503
        assert "retry-after" in late.headers
        go.set()
        service.close()

    asyncio.run(scenario())


def test_who_went_away_is_not_scored(tiny: Scorer) -> None:
    async def scenario() -> None:
        started, go, left = threading.Event(), threading.Event(), asyncio.Event()
        service, app, scored = slow_app(tiny, started, go)
        service.start()
        busy = [asyncio.create_task(call(app, "/v1/headlines", {"texts": [HEADLINE] * 128})) for _ in range(2)]
        await asyncio.to_thread(started.wait, 20)
        await asyncio.sleep(0.1)
        gone = asyncio.create_task(call(app, "/v1/headlines", {"text": "Nobody reads this"}, left))
        await asyncio.sleep(0.1)
        left.set()
        assert (await gone).status == 499
        go.set()
        assert [(await task).status for task in busy] == [200, 200]
        service.close()
        assert "Nobody reads this" not in scored

    asyncio.run(scenario())


def test_a_failure_tells_the_client_nothing(tiny: Scorer, caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        bundle = tiny.bundle

        def headlines(self, texts: list[str]) -> Any:
            raise ValueError(f"cannot score {texts}")

    async def scenario() -> None:
        service = Service(Broken(), Settings())  # type: ignore[arg-type]
        app = create_app(service)
        service.start()
        answer = await call(app, "/v1/headlines", {"text": SECRET})
        service.close()
        assert answer.status == 500
        assert answer.headers["content-type"] == "application/problem+json"
        assert b"ValueError" not in answer.body
        assert SECRET.encode() not in answer.body

    asyncio.run(scenario())
    assert "ValueError at" in caplog.text
    assert SECRET not in caplog.text


def test_an_address_is_fetched_where_that_is_allowed(tiny: Scorer, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        service = Service(tiny, Settings(allow_urls=True, limits=Limits(seconds=20)))
        app = create_app(service)
        service.start()
        for address, word in (
            ("http://127.0.0.1:1/", "private"),
            ("http://localhost/", "private"),
            ("http://[::ffff:10.0.0.1]/", "private"),
            ("file:///etc/hostname", "http"),
            ("/etc/hostname", "http"),
        ):
            refused = await call(app, "/v1/articles", {"url": address})
            assert (refused.status, word in refused.json()["detail"]) == (422, True), refused.body
        found = type("Found", (), {"body": MARKUP.encode(), "charset": None})
        monkeypatch.setattr(service_module, "fetch", lambda url, timeout: found)
        answer = await call(app, "/v1/articles", {"url": "https://news.example/whale"})
        assert answer.json()["headline"]["text"] == HEADLINE
        service.close()

    asyncio.run(scenario())


# starting and stopping


def test_the_end_finishes_what_was_taken_on(model: str, tmp_path: Path) -> None:
    """A signal in the middle of a load: every answer that begins is whole, and the program ends well."""
    answers: list[Answer] = []
    lost: list[str] = []

    def ask(server: Server) -> None:
        while True:
            try:
                answers.append(server.post("/v1/headlines", {"texts": [HEADLINE] * 8}))
            except http.client.RemoteDisconnected:  # closed before a first byte
                return
            except ConnectionError:
                return
            except (http.client.HTTPException, OSError) as error:
                lost.append(repr(error))
                return

    with serving(tmp_path / "log", "--model", model) as server:
        threads = [threading.Thread(target=ask, args=(server,)) for _ in range(6)]
        for thread in threads:
            thread.start()
        while len(answers) < 12:
            time.sleep(0.02)
        assert server.stop() == 0
        for thread in threads:
            thread.join(30)
    assert not lost
    assert all(answer.status == 200 and len(answer.json()["results"]) == 8 for answer in answers)
    assert "Traceback" not in (tmp_path / "log").read_text(encoding="utf-8")


def test_a_taken_port_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run([SCORER, "serve", "--port", str(port)], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(f"scorer: 127.0.0.1:{port}: cannot listen there")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("option", "word"), [("feedback/none/f.jsonl", "there is no folder"), (".", "no ordinary file")]
)
def test_a_feedback_file_that_cannot_be_written_is_refused(
    tiny: Scorer, tmp_path: Path, option: str, word: str
) -> None:
    with pytest.raises(service_module.InputError, match=word):
        Service(tiny, Settings(feedback=tmp_path / option))


def test_a_missing_extra_is_one_sentence() -> None:
    code = "import sys; sys.modules['fastapi'] = None; from scorer.cli import main; main(['serve'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.strip().endswith("pip install 'headline-scorer[serve]'.")
    assert done.stderr.count("\n") == 1


def test_listening_wider_is_warned_of(tmp_path: Path) -> None:
    local = announcement(Settings(), "127.0.0.1", 8000)
    assert local == ["Serving on http://127.0.0.1:8000 (Ctrl-C stops it)."]
    wide = announcement(Settings(host="0.0.0.0", allow_urls=True, feedback=tmp_path / "f"), "0.0.0.0", 8000)
    assert [line.startswith("Warning: ") for line in wide] == [False, True, True, True]
    with pytest.raises(service_module.InputError, match="no such address"):
        listen("no.such.host.invalid", 0)
    assert command.commands["serve"].help
