"""Pages taken apart. `data/pages/NAME.marked` is NAME.txt with «kind» before every stretch, which runs to the next."""

import itertools
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorer.page import Page, read_page

PAGES = Path(__file__).parent / "data" / "pages"
MARK = re.compile("«([a-z_]+)»")


def expected(marked: str) -> tuple[str, list[tuple[str, str]]]:
    """The page without marks, and its stretches with their kinds in order."""
    pieces = MARK.split(marked)
    kinds, stretches = pieces[1::2], pieces[2::2]
    return "".join([pieces[0], *stretches]), list(zip(kinds, (text.strip() for text in stretches), strict=True))


def found(page: Page) -> list[tuple[str, str]]:
    spans = [(start, end, "body") for start, end in page.paragraphs]
    spans += [(piece.start, piece.end, piece.kind) for piece in page.boilerplate]
    spans += [(*page.headline, "headline")] if page.headline else []
    return [(kind, page.text[start:end]) for start, end, kind in sorted(spans)]


@pytest.mark.parametrize("path", sorted(PAGES.glob("*.txt")), ids=lambda path: path.stem)
def test_own_pages(path: Path) -> None:
    text = path.read_bytes().decode()
    unmarked, stretches = expected(path.with_suffix(".marked").read_bytes().decode())
    assert unmarked == text
    assert found(read_page(text)) == stretches


def check_invariants(page: Page) -> None:
    spans = [*page.paragraphs, *((piece.start, piece.end) for piece in page.boilerplate)]
    spans = sorted([*spans, *([page.headline] if page.headline else [])])
    assert list(page.paragraphs) == sorted(page.paragraphs)
    assert [piece.start for piece in page.boilerplate] == sorted(piece.start for piece in page.boilerplate)
    assert all(0 <= start < end <= len(page.text) for start, end in spans)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))
    assert all(not page.text[i].isspace() for start, end in spans for i in (start, end - 1))
    gaps = zip([0, *(end for _, end in spans)], [*(start for start, _ in spans), len(page.text)], strict=True)
    assert all(not page.text[start:end].strip() for start, end in gaps)


LINES = st.sampled_from(
    (
        *("READ MORE: A tale of two goats", "READ MORE", "Related articles", "No comments:", "Post a Comment", "Reply"),
        *(
            "12 comments",
            "By Ada Quill",
            "4 June 2024",
            "10:14",
            "ADVERTISEMENT",
            "Topics",
            "* * *",
            "Home",
            "EXCLUSIVE",
        ),
        *("A tale of two goats", "The goat was found on Monday, its owner said.", "Who knew? Nobody did.", '"Never."'),
        *(
            "Share\tTweet",
            "Tram bells ring again | The Oberlach Standard",
            "© 2024 Example",
            "\u200b",
            "7",
            "\ufeff",
            "x",
        ),
        "which is why the goats that live on the hill above the town came down",
    )
)
ENDS = st.sampled_from(["\n", "\n\n", "\r\n", "\r", "\u2028", "\u2029", "\x85", " \n \n", "\x0b", "\t", "   "])
LAID_OUT = st.lists(st.tuples(LINES, ENDS), max_size=25).map(lambda rows: "".join(line + end for line, end in rows))


@given(st.one_of(st.text(st.characters(), max_size=300), LAID_OUT), st.booleans())
def test_nothing_of_any_text_is_lost(text: str, apart: bool) -> None:
    page = read_page(text, apart)
    assert page.text == text
    assert not (apart and page.headline)
    check_invariants(page)


@given(LAID_OUT)
def test_the_same_page_with_other_line_ends_is_the_same(text: str) -> None:
    plain = re.sub("\r\n|[\r\u2028\u2029\x85\x0b]", "\n", text)
    pieces = [(kind, re.sub(r"\s+", " ", piece)) for kind, piece in found(read_page(plain))]
    other = [(kind, re.sub(r"\s+", " ", piece)) for kind, piece in found(read_page(plain.replace("\n", "\r\n")))]
    assert pieces == other


def test_a_page_whose_headline_comes_apart_has_none() -> None:
    text = "The pier reopens on Friday.\n\nREAD MORE: Piers of the world\n\nA bell will ring"
    assert found(read_page(text, headline_apart=True)) == [
        ("body", "The pier reopens on Friday."),
        ("teaser", "READ MORE: Piers of the world"),
        ("body", "A bell will ring"),
    ]


@pytest.mark.parametrize("text", ["", " \n\t\r\n\u2028 "])
def test_a_page_of_nothing_has_nothing(text: str) -> None:
    assert read_page(text) == Page(text, None, (), ())


@pytest.mark.parametrize(
    "text",
    [
        "a" * 10_000_000,
        "read more: " * 90_000,
        "- " * 500_000,
        "Share this on " * 20_000 + "\n" + "By Ada, " * 30_000,
        "\n" * 500_000,
        "READ MORE\n" * 10_000,
        "12 comments\nThe pier opened, and nobody came to see it.\n" * 3_000,
        ("(" * 650 + "\n") * 100,
        ("A, " * 220 + "\n") * 100,
    ],
    ids=range(9),
)
def test_no_text_takes_long(text: str) -> None:
    started = time.process_time()
    check_invariants(read_page(text))
    assert time.process_time() - started < 4


def test_reading_pages_needs_no_library() -> None:
    code = (
        "import sys, scorer.page; print([m for m in ('numpy', 'trafilatura', 'lxml', 'urllib3') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
