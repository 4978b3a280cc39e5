"""A report as people read it: nothing of the data but as text, no script, sound in HTML and Markdown."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from evaluate_samples import made_guess, made_sample
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scorer.article_parts import clean
from scorer.evaluate import measure, plots, wording
from scorer.evaluate.markdown import report_markdown
from scorer.evaluate.page import report_page
from scorer.evaluate.report import FILES, write_report
from scorer.evaluate.results import Data, Evaluation, Kept
from scorer.evaluate.sample import constant_guess
from scorer.evaluate.slices import slices_of
from scorer.evaluate.worst import worst_of
from scorer.files import json_text
from scorer.metrics import Estimate
from scorer.results import ModelName

TAGS = set(
    "a html head meta title style body header main footer section h1 h2 h3 p div span strong mark ul ol li dl dt dd "
    "details summary table thead tbody tr th td svg line text circle polyline".split()
)
VOID = {"meta", "line", "circle", "polyline"}
ATTACKS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title></style><script src=//evil.example></script>",
    "| a | b |\n\n# heading [x](javascript:alert(1)) ![i](http://evil.example/x.png)",
    "{title} {0} %s",
    "\u202egnp.exe\x00\x1b[31m\ud800\u2028",
)


def made_report(text: str = "Fury at pond {}", kind: str = "graded", rows: int = 60) -> Evaluation:
    """A report whose every free text is `text`."""
    generator = np.random.default_rng(1)
    names = ("crime", "health") if kind in ("classes", "several") else ("sensationalism",)
    likelihoods = generator.random((rows, len(names)))
    truth = np.eye(2)[generator.integers(0, 2, rows)] if len(names) == 2 else np.round(generator.random((rows, 1)))
    sample = made_sample(100 * truth if kind == "graded" else truth, likelihoods, kind, names, text)
    cells = [{"outlet": text if number < 40 else "Wold Echo"} for number in range(rows)]
    sample = replace(sample, rows=tuple(replace(r, cells=c) for r, c in zip(sample.rows, cells, strict=True)))
    ours = made_guess(sample)
    guesses = {"model": ours, "other": ours, "constant": constant_guess(sample.truth, kind)}
    data = Data(
        **{"file": text, "sha256": "0" * 64, "rows": rows + 3, "evaluated": rows, "text_column": text},
        **{"label_columns": (text,), "kind": kind, "labels": names, "scale": (0.0, 1.0), "positive": text},
        **{"where": (text,), "rated_by": "people", "left_out": {text: 2}, "abstained": {"empty": 1}, "repeats": 0},
        **{"contradictions": 0, "seen": None},
    )
    return Evaluation(
        model=ModelName(text, "1"),
        other=ModelName(text, "2"),
        head="frames" if len(names) == 2 else "sensationalism",
        data=data,
        figures=measure.system_figures(sample, guesses),
        differences=measure.differences(sample, guesses),
        by_label=measure.label_figures(sample, guesses),
        calibration=measure.calibration_of(sample, ours),
        intervals=measure.intervals_of(sample, 0.9),
        bands=measure.bands_of(sample),
        risk_coverage=measure.risk_coverage(sample, ours),
        slices=slices_of(sample, ours, ["outlet"], ()),
        worst=worst_of(sample, ours),
        notes=(text,),
    )


@pytest.fixture(scope="module", params=["graded", "binary", "classes", "several"])
def report(request: pytest.FixtureRequest) -> Evaluation:
    return made_report(kind=request.param)


class Reader(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.names: set[str] = set()
        self.links: set[str | None] = set()
        self.said: list[str] = []
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.names |= {name for name, _ in attrs}
        self.links |= {value for name, value in attrs if name == "href"}
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.names |= {name for name, _ in attrs}
        self.links |= {value for name, value in attrs if name == "href"}

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.said.append(data)


def check_harmless(made: Evaluation, text: str) -> None:
    read = Reader(report_page(made))
    assert read.tags <= TAGS
    assert not any(name.startswith("on") or name in ("src", "style") for name in read.names)
    assert read.links == {"#figures"}
    if clean(text).strip():
        assert "".join(clean(text).split()) in "".join("".join(read.said).split())


PLAIN = made_report()


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(), max_size=60))
@example("")
def test_any_text_stays_text(text: str) -> None:
    worst = tuple(replace(each, text=text, phrases=()) for each in PLAIN.worst[:2])
    slices = tuple(replace(each, value=text) for each in PLAIN.slices[:2])
    data = replace(PLAIN.data, file=text, left_out={text: 1})
    made = replace(PLAIN, worst=worst, slices=slices, data=data, notes=(text,), model=ModelName(text, text))
    check_harmless(made, text)


@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_are_shown_as_they_are_written(attack: str, validate: Callable[..., None]) -> None:
    made = made_report(attack, rows=40)
    check_harmless(made, attack)
    validate("report.json", json.loads(json_text(made.to_dict())))
    json_text(made.to_dict()).encode()
    markdown = report_markdown(made)
    assert not re.search(r"(?<!\\)[<\[]|^# heading|https?://", markdown, re.M)
    for table in re.findall(r"(?:^\|.*\n)+", markdown, re.M):
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1


def test_the_page_may_load_and_run_nothing(report: Evaluation) -> None:
    page = report_page(report)
    assert "content=\"default-src 'none'; style-src 'unsafe-inline'\"" in page
    assert not re.search(r"https?:|//|url\(|@import|\bsrc=|<script|<link|\son\w+=", page)
    assert "nan" not in re.sub(r"<style>.*?</style>", "", page, flags=re.S).casefold().split()


def test_schema_and_words_of_every_kind(report: Evaluation, validate: Callable[..., None]) -> None:
    validate("report.json", json.loads(json_text(report.to_dict())))
    page, markdown = report_page(report), report_markdown(report)
    main = wording.MEASURES[wording.HEADLINE_MEASURE[report.data.kind]][0]
    for text in (page, markdown, wording.in_short(report)):
        assert main in text
    assert ("Brier score" in page) == (report.calibration.brier is not None)
    assert ("By band of the prediction" in page) == (report.data.kind == "graded")
    assert ("Each label" in page) == (report.data.kind in ("classes", "several"))
    assert ("What leaving out" in page) == (report.data.kind != "several")
    assert "not checked: the bundle does not list its training texts" in page
    assert "2: Fury at pond" in page


def test_headings_and_labels_are_sound(report: Evaluation) -> None:
    page = report_page(report)
    levels = [int(level) for level in re.findall(r"<h([1-6])", page)]
    assert levels[0] == 1
    assert all(below <= above + 1 for above, below in pairwise(levels))
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'aria-labelledby="([^"]+)"', page)) <= set(ids)
    for table in re.findall(r"<table>.*?</table>", page, re.S):
        rows = [len(re.findall(r"<t[hd]", row)) for row in re.findall(r"<tr.*?</tr>", table, re.S)]
        assert len(set(rows)) == 1


def test_small_groups_are_grey_and_marked() -> None:
    page, markdown = report_page(PLAIN), report_markdown(PLAIN)
    assert '<tr class="small"><th scope="row">Wold Echo</th><td>20</td>' in page
    assert "| (Wold Echo) | 20 |" in markdown


@settings(deadline=None)
@given(st.lists(st.floats(0, 1000), min_size=3, max_size=3).map(sorted), st.floats(0.05, 1))
def test_curves_stay_inside_their_frame(values: list[float], share: float) -> None:
    low, value, high = values
    drawn = plots.risk_curve([Kept(share, Estimate(value, low, high, 20))], "error")
    heights = [float(found) for found in re.findall(r'\by[12]?="(-?[\d.]+)"', drawn)]
    assert all(0 <= height <= 280 for height in heights)


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [(None, 1, "–"), (-0.04, 1, "0.0"), (-3.25, 1, "−3.2"), (1234.5, 0, "1,234"), (0.8765, 3, "0.876")],
)
def test_numbers_are_printed_as_people_read_them(value: float | None, decimals: int, shown: str) -> None:
    assert wording.number(value, decimals) == shown


def test_files_are_replaced_whole_and_others_stay(tmp_path: Path) -> None:
    out = tmp_path / "report"
    write_report(PLAIN, out)
    (out / "notes.txt").write_text("mine", encoding="utf-8")
    write_report(PLAIN, out)
    assert sorted(path.name for path in out.iterdir()) == sorted([*FILES, "notes.txt"])
