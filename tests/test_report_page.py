"""The page of a corpus report: nothing of the corpus but as text, no script, no network, tables behind the plots."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scorer.article_parts import clean
from scorer.labels import DEVICES
from scorer.report.page import report_page
from scorer.report.plots import PLOT_STYLE
from scorer.report.results import Report
from scorer.report.run import make_report

TAGS = set(
    "html head meta title style body a header main footer section h1 h2 h3 p div span strong mark ul ol li i details "
    "summary table thead tbody tr th td svg line rect polygon polyline path".split()
)
ATTRIBUTES = set(
    "lang charset http-equiv content name class href id role aria-label aria-labelledby aria-hidden style tabindex "
    "scope viewbox preserveaspectratio x y x1 x2 y1 y2 width height points d".split()
)
ATTACKS = (
    "<script>alert(1)</script>",
    "</title></style><script src=//evil.example></script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</mark></p></li></ol><iframe srcdoc='<b>x'>",
    "</svg><foreignObject>",
    "<!-- never closed",
    "&lt;b&gt; &#60;i&#62; &amp",
    "{title} {0} %s $body",
    "\u202egnp.exe\x00\x1b[31m\u2028",
)
VOID = ("meta", "line", "rect", "polygon", "polyline", "path")


class Reader(HTMLParser):
    """What a browser would make of a page: tags, attributes, the text of each list item and table row."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []
        self.items: list[str] = []
        self.marked: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        if tag in ("li", "tr", "title", "h1"):
            self.items.append("")
        if tag == "mark":
            self.marked.append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_data(self, data: str) -> None:
        if self.items:
            self.items[-1] += data
        if "mark" in self.open:
            self.marked[-1] += data


def bare(text: str) -> str:
    return "".join(clean(text).split())


def row(headline: str, score: float, phrases: list[dict[str, Any]], **columns: str) -> dict[str, Any]:
    return {
        "headline": headline,
        **columns,
        "sensationalism": {"score": score, "low": score - 5, "high": score + 5, "band": "any"},
        "devices": dict.fromkeys(DEVICES, 0.5),
        "clickbait": 0.5,
        "phrases": phrases,
        "abstain": None,
        "model": {"name": columns.get("outlet", "tarn"), "version": "1.0"},
    }


def report_of(path: Path, rows: list[dict[str, Any]]) -> Report:
    path.write_text("".join(json.dumps(each) + "\n" for each in rows), encoding="utf-8")
    return make_report([str(path)], by=("desk",) if "desk" in rows[0] else ())


def check_harmless(report: Report) -> Reader:
    page = report_page(report)
    page.encode()
    read = Reader(page)
    assert read.open == []
    assert read.tags <= TAGS
    assert {name for name, _ in read.attributes} <= ATTRIBUTES
    assert all((value or "").startswith("#") for name, value in read.attributes if name == "href")
    styles = [value or "" for name, value in read.attributes if name == "style"]
    assert all(re.fullmatch(r"(left:[\d.]+%;)?(left|width|bottom):[\d.]+%", value) for value in styles)
    return read


words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40).filter(str.strip)


@settings(max_examples=30, deadline=None)
@given(words, words, words, words)
def test_any_text_stays_text(
    tmp_path_factory: pytest.TempPathFactory, headline: str, outlet: str, desk: str, topic: str
) -> None:
    folder = tmp_path_factory.mktemp("page")
    phrase = {"start": 0, "end": len(headline), "text": headline, "weight": 1.0}
    rows = [row(headline, 50.0, [phrase], outlet=outlet, desk=desk, topic=topic)]
    read = check_harmless(report_of(folder / "a.jsonl", rows))
    items = ["".join(item.split()) for item in read.items]
    for text in (headline, outlet, desk, topic):
        assert any(bare(text) in item for item in items)
    assert "".join(read.marked[0].split()) == bare(headline)


@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_are_shown_as_they_are_written(tmp_path: Path, attack: str) -> None:
    columns = dict.fromkeys(("outlet", "leaning", "topic", "desk"), attack)
    rows = [row(attack, 50.0, [{"start": 0, "end": 3, "text": attack[:3], "weight": 1.0}], **columns)]
    rows.append(row("x", 10.0, [], **columns) | {"abstain": attack})
    name = "a'b&amp;{x}.jsonl"
    tmp_path.joinpath(f"{name}.rejects.jsonl").write_text(json.dumps({"reason": attack}) + "\n", encoding="utf-8")
    read = check_harmless(report_of(tmp_path / name, rows))
    items = ["".join(item.split()) for item in read.items]
    assert sum(bare(attack) in item for item in items) >= 7
    assert bare(name) in items[0]


def test_the_page_may_load_and_run_nothing(tmp_path: Path) -> None:
    page = report_page(report_of(tmp_path / "a.jsonl", [row("Tide", 50.0, [])]))
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    assert f'<meta http-equiv="Content-Security-Policy" content="{policy}">' in page
    assert "<script" not in page and "url(" not in page and "@import" not in page and "http:" not in page


@pytest.fixture
def months(tmp_path: Path) -> Reader:
    """A page on forty headlines of three months, one month left out, one small."""
    rows = [row(f"Line {n}", 40.0, [], outlet="Wold Post", date="2024-01-09") for n in range(35)]
    rows += [row(f"Later {n}", 60.0, [], outlet="Fen Echo", date=f"2024-0{3 + n % 2}-01") for n in range(5)]
    return check_harmless(report_of(tmp_path / "a.jsonl", rows))


def test_every_plot_has_a_name_and_its_numbers_in_a_table(months: Reader) -> None:
    labels = [value for name, value in months.attributes if name == "aria-label"]
    assert "Scores by outlet" in labels and "Scores by month" in labels and "Devices by month" in labels
    assert sum("the numbers are in the table below" in (label or "") for label in labels) == 2
    numbers = [" ".join(item.split()) for item in months.items]
    assert any(item.startswith("2024-013540.040.0 to 40.0") for item in numbers)


def test_small_groups_are_marked_in_words(months: Reader) -> None:
    assert any(item.startswith("Fen Echo (too few)") for item in months.items)
    assert any(item.startswith("Fen Echon = 5, too few") for item in months.items)
    assert not any(item.startswith("Wold Post (too few)") for item in months.items)


def test_a_month_without_headlines_breaks_the_line(months: Reader) -> None:
    lines = [value for name, value in months.attributes if name == "points" and value]
    assert [len(line.split()) for line in lines] == [2, 1, 4, 2]


def test_listed_phrases_stand_below_a_headline_of_a_flat_file(tmp_path: Path) -> None:
    columns = ["headline", "score", "low", "high", "band", *DEVICES, "clickbait", "phrases", "abstain", "model"]
    fields = ["Cold fury at pier", "70", "60", "80", "x", *["0"] * len(DEVICES), "0.5", "cold fury ; pier", "", "tarn"]
    path = tmp_path / "a.csv"
    path.write_text(f"{','.join(columns)}\n{','.join(fields)}\n", encoding="utf-8")
    page = report_page(make_report([str(path)]))
    assert "loaded: “cold fury”, “pier”" in page and "<mark" not in page


def test_what_the_numbers_do_not_say_is_said(tmp_path: Path) -> None:
    page = " ".join(report_page(report_of(tmp_path / "a.jsonl", [row("Tide", 50.0, [])])).split())
    for said in ("never truth", "a machine rated", "take headlines for independent", "How they were chosen"):
        assert said in page


def test_every_band_has_a_colour_in_both_modes() -> None:
    light, dark = PLOT_STYLE.split("@media (prefers-color-scheme: dark)")[:2]
    for name in ("plain", "coloured", "heightened", "sensational", "extreme"):
        assert f"--{name}: #" in light and f"--{name}: #" in dark.split("}")[0]
