"""The page of an article: nothing of the text but as text, no script, no network, readable by everyone."""

import re
import stat
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from article_samples import HEADLINE, PARTS, made_article
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scorer.article_html import article_page, check_out, write_html
from scorer.article_parts import clean
from scorer.article_results import ArticleScore
from scorer.article_style import STYLE
from scorer.errors import InputError
from scorer.results import Label

TAGS = set(
    "html head meta title style body a header main footer section article h1 h2 h3 p div span strong mark ul ol li dl "
    "dt dd details summary blockquote".split()
)
ATTRIBUTES = set(
    "lang charset http-equiv content name class href id role aria-label aria-labelledby aria-hidden style tabindex "
    "open".split()
)
ATTACKS = (
    "<script>alert(1)</script>",
    "</title></style><script src=//evil.example></script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "</mark></p></article><iframe srcdoc='<b>x'>",
    "<!-- never closed",
    "&lt;b&gt; &#60;i&#62; &amp",
    "<![CDATA[ x ]]>",
    "{title} {0} %s $body",
    "\u202egnp.exe\x00\x1b[31m\ud800\u2028",
)


class Reader(HTMLParser):
    """What a browser would make of a page: tags, attributes, and the text of some elements."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[tuple[str, str | None]] = []
        self.text: dict[str, str] = {}
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        if tag != "meta":
            self.open.append((tag, dict(attrs).get("class")))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop()[0] == tag

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_data(self, data: str) -> None:
        if any(tag == "summary" or name == "hidden" for tag, name in self.open):
            return
        for tag in {tag for tag, _ in self.open}:
            self.text[tag] = self.text.get(tag, "") + data


def bare(text: str) -> str:
    return "".join(clean(text).split())


def check_harmless(result: ArticleScore, parts: tuple[tuple[str | None, str], ...]) -> None:
    page = article_page(result)
    page.encode()
    read = Reader(page)
    assert read.open == []
    assert read.tags <= TAGS
    assert {name for name, _ in read.attributes} <= ATTRIBUTES
    assert all(value is not None and value.startswith("#") for name, value in read.attributes if name == "href")
    assert all(
        re.fullmatch(r"(left:[\d.]+%;)?(left|width):[\d.]+%", value or "")
        for name, value in read.attributes
        if name == "style"
    )
    assert "".join(read.text["article"].split()) == "".join(bare(text) for _, text in parts)
    if result.headline and bare(result.headline.text):
        assert "".join(read.text["h1"].split()) == bare(result.headline.text)
        assert bare(result.headline.text) in "".join(read.text["title"].split())


words = st.text(st.characters(), max_size=60) | st.sampled_from(ATTACKS)
kinds = st.sampled_from([None, "teaser", "comments", "read_time"])


@settings(max_examples=150, deadline=None)
@given(st.none() | words, st.lists(st.tuples(kinds, words), max_size=6).map(tuple))
@example(None, ())
@example(" ", ((None, "x"),))
def test_any_text_stays_text(headline: str | None, parts: tuple[tuple[str | None, str], ...]) -> None:
    check_harmless(made_article(headline, parts), parts)


def test_heads_of_ones_own_are_shown() -> None:
    result = made_article(HEADLINE, PARTS)
    assert result.headline is not None
    grade = Label("graded", 3.4, 2.1, 4.6, (1.0, 5.0))
    topic = Label("classes", probabilities={"<i>town": 0.8, "sport": 0.15}, present=("<i>town",))
    headline = replace(result.headline, labels={"urgency": grade, "<b>topic": topic})
    read = Reader(article_page(replace(result, headline=headline)))
    assert all(name in read.text["dt"] for name in ("urgency", "<b>topic"))
    assert all(said in read.text["dd"] for said in ("3.4 of 1-5 (90% interval 2.1-4.6)", "<i>town 0.80, not sport"))


@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_are_shown_as_they_are_written(attack: str) -> None:
    parts = ((None, attack), ("teaser", attack), (None, f"word {attack}"), ("comments", f"{attack}{attack}"))
    check_harmless(made_article(attack, parts, warnings=(attack,)), parts)


def test_the_page_may_load_and_run_nothing() -> None:
    page = article_page(made_article())
    assert (
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        in page
    )
    assert not re.search(r"https?:|//|url\(|@import|\bsrc=|<script|<link|\son\w+=", page)


def test_the_page_says_what_was_found() -> None:
    page = article_page(made_article(warnings=("The body is very short.",)))
    text = re.sub(r"<[^>]+>", "", page)
    for said in (
        "61 of 100, sensational",
        "90% interval 40 to 80",
        "+41 points",
        "much hotter",
        "economic (main frame)",
    ):
        assert said in text
    for said in ("“Fury”", "Set aside: byline", "The body is very short.", "made-up &lt;model&gt; 0", "never truth"):
        assert said in text


def test_author_and_quotation_are_told_apart_without_colour() -> None:
    page = article_page(made_article())
    assert '<mark class="author">Heartless<span class="hidden"> (loaded 0.75, the author’s own wording)' in page
    assert '<mark class="quoted">“Barbaric<span class="hidden"> (loaded 0.75, wording of a quotation)' in page
    lines = {match[1]: match[2] for match in re.finditer(r"mark\.(\w+)[^{]*\{[^}]*border-bottom: \S+ (\w+)", STYLE)}
    assert lines["quoted"] != lines["author" if "author" in lines else "both"]


def test_landmarks_headings_and_links_are_sound() -> None:
    page = article_page(made_article())
    assert [len(re.findall(f"<{tag}[ >]", page)) for tag in ("h1", "main", "header", "footer")] == [1, 1, 1, 1]
    levels = [int(level) for level in re.findall(r"<h([1-6])", page)]
    assert all(below <= above + 1 for above, below in pairwise(levels))
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    for target in re.findall(r'(?:href="#|aria-labelledby=")([^"]+)"', page):
        assert target in ids


def test_what_is_missing_is_said() -> None:
    nothing = article_page(made_article(None, ()))
    assert "<h1>No headline</h1>" in nothing
    assert "No gap was measured" in nothing
    assert "Not scored: there is nothing to read" in article_page(made_article("   "))


def test_many_lines_of_one_kind_are_folded_and_still_there() -> None:
    parts = (*PARTS, *(("comments", f"Comment {n} of the pond’s friends") for n in range(9)))
    page = article_page(made_article(HEADLINE, parts))
    assert '<details class="aside"><summary>Set aside: comments, 9 lines</summary>' in page
    assert '<details class="aside" open><summary>Set aside: byline</summary>' in page
    assert "Comment 8 of the pond’s friends" in page


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
def test_contrast_is_enough_for_weak_eyes(mode: int) -> None:
    colours = dict(re.findall(r"--([\w-]+): (#\w{6})", re.findall(r":root \{(.*?)\}", STYLE, re.S)[mode]))
    for text, grounds in (
        ("text", ("page", "card", "note", "author", "quoted")),
        ("dim", ("page", "card")),
        ("link", ("card",)),
    ):
        assert all(contrast(colours[text], colours[ground]) >= 4.5 for ground in grounds), text
    for sign, ground in (("bar", "track"), ("text", "range"), ("author-line", "card"), ("quoted-line", "card")):
        assert contrast(colours[sign], colours[ground]) >= 3, sign


def test_a_page_replaces_the_old_one_whole(tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    out.write_text("old", encoding="utf-8")
    write_html(out, made_article())
    assert out.read_text(encoding="utf-8") == article_page(made_article())
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    plain = tmp_path / "plain"
    plain.touch()
    assert stat.S_IMODE(out.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)


def test_a_result_that_cannot_be_shown_leaves_the_old_page(tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    out.write_text("old", encoding="utf-8")
    with pytest.raises(TypeError):
        write_html(out, replace(made_article(), text=None))  # type: ignore[arg-type]
    assert out.read_text(encoding="utf-8") == "old"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (lambda folder: folder, "is a folder"),
        (lambda folder: folder / "missing" / "report.html", "there is no folder"),
        (lambda folder: Path("/dev/null"), "no ordinary file"),
        (lambda folder: folder / "page.txt", "is the page to score"),
    ],
)
def test_what_cannot_be_written_is_refused_at_once(tmp_path: Path, name: Callable[[Path], Path], message: str) -> None:
    page = tmp_path / "page.txt"
    page.write_text("Pond drained", encoding="utf-8")
    with pytest.raises(InputError, match=message):
        check_out(name(tmp_path), str(page))


def test_an_address_of_any_length_is_no_file(tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    out.write_text("old", encoding="utf-8")
    check_out(out, "https://news.example/a?b=" + 300 * "c")
