"""Pages from files, standard input and the web: a real server on this machine, allowed and refused."""

import gzip
import io
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

import pytest
from test_page import PAGES, expected, found

from scorer import fetch
from scorer.errors import InputError
from scorer.fetch import decode, is_public, open_page
from scorer.markup import read_html

ARTICLE = (PAGES / "html_article.html").read_bytes()
TITLE = "Tram drivers vote to keep the old bells"
FREE = b"<article><h1>Short news about a very old pier</h1><p>The pier reopens on Friday.</p></article>"
LOCKED = b'<script type="application/ld+json">{"isAccessibleForFree": "False"}</script>' + FREE


class Handler(BaseHTTPRequestHandler):
    """Answers for the tests, each at a path of its own."""

    def do_GET(self) -> None:
        name = self.path.partition("?")[0]
        if name.startswith("/status/"):
            self.reply(b"gone", status=int(name.removeprefix("/status/")))
        elif name.startswith("/hop/"):
            left = int(name.removeprefix("/hop/"))
            self.reply(b"", status=302, Location=f"/hop/{left - 1}" if left else "/article")
        elif name == "/away":
            self.reply(b"", status=301, Location=unquote(self.path.partition("?")[2]))
        elif name == "/slow":
            self.send_response(200)
            self.end_headers()
            for _ in range(50):
                self.wfile.write(b"<p>")
                time.sleep(0.1)
        else:
            body, headers = PATHS[name]
            self.reply(body, **headers)

    def reply(self, body: bytes, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        with suppress(OSError):  # the reader has had enough, as it should
            self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


HTML = {"Content_Type": "text/html; charset=utf-8"}
PATHS = {
    "/article": (ARTICLE, HTML),
    "/gzip": (gzip.compress(ARTICLE), HTML | {"Content_Encoding": "gzip"}),
    "/bomb": (gzip.compress(b"<p>" + b"a" * 30_000_000), HTML | {"Content_Encoding": "gzip"}),
    "/large": (b"<p>" + b"a" * 11_000_000, HTML),
    "/long": (b"", HTML | {"Content_Length": "99999999"}),
    "/pdf": (b"%PDF-1.7", {"Content_Type": "application/pdf"}),
    "/hidden-pdf": (b"%PDF-1.7", HTML),
    "/json": (b"{}", {"Content_Type": "application/json"}),
    "/locked": (LOCKED, HTML),
    "/free": (FREE, HTML),
    "/script": (b"<html><body><script>start()</script></body></html>", HTML),
    "/header": ("<p>Café am Markt schließt</p>".encode("cp1252"), {"Content_Type": "text/html; charset=ISO-8859-1"}),
    "/meta": ('<meta charset="koi8-r"><p>Мост закрыт</p>'.encode("koi8-r"), {"Content_Type": "text/html"}),
    "/plain": (b"Pier reopens\n\nThe pier reopens on Friday.", {"Content_Type": "text/plain"}),
    "/empty": (b"", HTML),
}


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("path", sorted(PAGES.glob("*.html")), ids=lambda path: path.stem)
def test_own_html_pages(path: Path) -> None:
    text, stretches = expected(path.with_suffix(".marked").read_text(encoding="utf-8"))
    page = open_page(str(path))
    assert found(page) == stretches
    assert page.text == text.rstrip()


def test_a_text_file_keeps_every_character(tmp_path: Path) -> None:
    path = tmp_path / "page.txt"
    path.write_bytes("Pier reopens\r\n\r\nThe  pier\u2028reopens.\r\n".encode())
    assert open_page(str(path)).text == "Pier reopens\r\n\r\nThe  pier\u2028reopens.\r\n"


def test_a_headline_passed_apart_leaves_the_page_without_one() -> None:
    page = open_page(str(PAGES / "html_article.html"), headline_apart=True)
    assert page.headline is None
    assert found(page)[0] == ("repeat", TITLE)


@pytest.mark.parametrize("body", [ARTICLE, b"\n <!-- saved -->\n" + ARTICLE, b"\xef\xbb\xbf" + ARTICLE])
def test_standard_input_is_told_apart_by_what_it_holds(body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(body)))
    page = open_page("-")
    assert page.headline == (0, len(TITLE))
    assert page.text.startswith(TITLE)


@pytest.mark.parametrize("path", ["/article", "/gzip", "/hop/4", "/away?/article"])
def test_an_address_is_fetched_when_private_ones_are_allowed(site: str, path: str) -> None:
    page = open_page(site + path, allow_private=True)
    assert page.headline == (0, len(TITLE))
    assert len(page.paragraphs) == 6


@pytest.mark.parametrize(
    ("path", "text"), [("/header", "Café am Markt schließt"), ("/meta", "Мост закрыт"), ("/plain", "Pier reopens")]
)
def test_the_encoding_is_that_of_the_header_or_the_page(site: str, path: str, text: str) -> None:
    assert text in open_page(site + path, allow_private=True).text


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/status/404", "the site answered 404 Not Found"),
        ("/status/500", "the site answered 500"),
        ("/status/403", "does not give out the page (403 Forbidden)"),
        ("/status/302", "the site answered 302"),
        ("/hop/5", "redirects more than 5 times"),
        ("/away?ftp://example.org/", "only http and https"),
        ("/away?http://[::1", "redirects to 'http://[::1', which is no address"),
        ("/pdf", "is application/pdf, not a page of text"),
        ("/hidden-pdf", "is a PDF"),
        ("/json", "is application/json"),
        ("/large", "larger than 10 MB"),
        ("/long", "larger than 10 MB"),
        ("/bomb", "larger than 10 MB"),
        ("/locked", "is for subscribers and shows only"),
        ("/script", "no article text"),
        ("/empty", "is empty"),
    ],
)
def test_what_is_no_page_gets_one_sentence(site: str, path: str, message: str) -> None:
    with pytest.raises(InputError, match=r".") as caught:
        open_page(site + path, allow_private=True)
    assert message in str(caught.value)
    assert str(caught.value).startswith("http" if "ftp" not in path else "ftp")
    assert "\n" not in str(caught.value)


def test_a_short_page_that_is_free_is_no_paywall(site: str) -> None:
    assert len(open_page(site + "/free", allow_private=True).paragraphs) == 1


def test_the_time_limit_is_for_the_whole_page(site: str) -> None:
    started = time.monotonic()
    with pytest.raises(InputError, match=r"time|seconds"):
        open_page(site + "/slow", allow_private=True, timeout=0.5)
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "169.254.169.254",
        "0x7f000001",
        "2130706433",
        "127.1",
        "0",
        "10.1.2.3",
        "192.168.0.1",
        "172.16.0.1",
        "100.64.0.1",
        "224.0.0.1",
        "[fe80::1]",
        "[fc00::1]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
    ],
)
def test_private_addresses_are_refused(host: str) -> None:
    with pytest.raises(InputError, match="private address"):
        open_page(f"http://{host}:8/")


def test_a_redirect_to_a_private_address_is_refused(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    port = site.rpartition(":")[2]
    asked: list[str] = []

    def resolve(host: str, *arguments: object, **options: object) -> list[tuple[object, ...]]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", int(port)))]

    # the first host counts as public, the one it redirects to does not
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(fetch, "is_public", lambda address: asked[-1] == "news.example")
    with pytest.raises(InputError, match=r"inside\.example is the private address"):
        open_page(f"http://news.example:{port}/away?http://inside.example:{port}/article")
    assert [host for host in asked if host.endswith(".example")] == ["news.example", "inside.example"]


def test_the_address_that_was_checked_is_the_one_that_is_asked(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([socket.getaddrinfo("127.0.0.1", int(site.rpartition(":")[2]), type=socket.SOCK_STREAM)])
    real = socket.getaddrinfo
    # a name that would lead elsewhere when looked up a second time
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *a, **k: next(answers) if host == "news.example" else real(host, *a, **k)
    )
    page = open_page(f"http://news.example:{site.rpartition(':')[2]}/article", allow_private=True)
    assert page.headline is not None


def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 80)) for ip in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both)
    with pytest.raises(InputError, match=r"private address 10\.0\.0\.1"):
        open_page("http://news.example/")


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("ftp://example.org/a", "only http and https"),
        ("file:///etc/hostname", "only http and https"),
        ("http://", "names no host"),
        ("http://ada:secret@example.org/", "carries a user name"),
        ("http://[::1", "is no address"),
        ("http://example.org:99999/", "is no address"),
        ("http://127.0.0.1:1/", "cannot be reached"),
        ("www.example.org/news", "begins with https://"),
        ("/no/such/file.txt", "No such file"),
        ("A pasted text.\n\nNot a file.", "pipe it in and pass -"),
        ("x" * 5000, "pipe it in and pass -"),
        ("nul\x00byte", "null"),
        ("", "empty name"),
    ],
)
def test_a_source_that_is_none_gets_one_sentence(source: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        open_page(source, allow_private=True)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b" \n\t\r\n", "is empty"),
        (b"%PDF-1.4\n%\xe2\xe3", "is a PDF"),
        (b"PK\x03\x04\x14\x00", "a ZIP archive or an Office document"),
        (b"\x89PNG\r\n\x1a\n", "a PNG image"),
        (bytes(range(256)) * 20, "binary"),
        (b"<html><body><img src='a.png'></body></html>", "no article text"),
        (b"<!doctype html>", "no"),
        (b"... !!! ---", "no text"),
        (b"a " * 6_000_000, "larger than 10 MB"),
    ],
)
def test_a_file_that_is_no_page_gets_one_sentence(data: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "page"
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        open_page(str(path))
    assert str(caught.value).startswith(str(path))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_gets_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder"):
        open_page(str(tmp_path))


@pytest.mark.parametrize(
    ("data", "charset", "text"),
    [
        ("Café".encode(), None, "Café"),
        ("Café".encode("cp1252"), None, "Café"),
        ("“Café”".encode("cp1252"), "iso-8859-1", "“Café”"),
        (b"\xef\xbb\xbfPier", None, "Pier"),
        ("Pier “late”".encode("utf-16"), None, "Pier “late”"),
        ("Café – “très” cher".encode() + b"\xff", None, "Café – “très” cher\ufffd"),
        ("Café".encode(), "utf-7-nonsense", "Café"),
        ("Café".encode(), "rot13", "Café"),
        ("Café".encode("cp1252"), "utf-8", "Café"),
    ],
)
def test_bytes_are_decoded_sensibly(data: bytes, charset: str | None, text: str) -> None:
    assert decode(data, "page", charset) == text


def test_every_paragraph_of_the_article_is_somewhere() -> None:
    boxes = ("related", "widget", "promo", "ad", "odd", "social")
    lines = [f"Sentence number {i} of the long report on the harbour of Skarholm says this." for i in range(60)]
    body = "".join(f"<div class='{boxes[i % 6]}'><p>{line}</p></div>" for i, line in enumerate(lines))
    text = read_html(f"<html><body><main><h1>A report in boxes</h1>{body}</main></body></html>", "page").text
    assert [line for line in lines if line not in text] == []
    assert [text.index(line) for line in lines] == sorted(text.index(line) for line in lines)


def test_boxes_and_titles_without_end_take_no_time() -> None:
    boxes = "<p class='comment'>A reader wrote about the pier." * 20_000
    title = "X" + " | News" * 2_000
    page = (
        f"<head><title>{title}</title></head><article><p>The pier of Skarholm reopens on Friday.</p>{boxes}</article>"
    )
    start = time.perf_counter()
    assert "The pier of Skarholm reopens" in read_html(page, "page").text
    assert time.perf_counter() - start < 60  # quadratic it takes many minutes


def test_an_article_inside_a_main_part_is_read_once() -> None:
    lines = [f"Sentence number {i} of the long report on the harbour of Skarholm says this." for i in range(9)]
    body = "".join(f"<div class='promo'><p>{line}</p></div>" for line in lines)
    markup = f"<body><div role='main'><article><h1>A report in boxes</h1>{body}</article></div></body>"
    text = read_html(markup, "page").text
    assert [text.count(line) for line in lines] == [1] * len(lines)


def test_scripts_inside_a_paragraph_are_no_text() -> None:
    markup = (
        "<html><body><article><h1>Council to vote on its budget</h1><p>The council will vote on its budget on "
        "Monday<script>var offer = 'win a prize';</script>, its leader said.</p><template><p>A card of another story"
        "</p></template><p>Residents may watch from the gallery.<style>p { color: red }</style></p></article></body>"
    )
    assert read_html(markup, "page").text.split("\n\n")[1:] == [
        "The council will vote on its budget on Monday, its leader said.",
        "Residents may watch from the gallery.",
    ]
