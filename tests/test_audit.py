"""The audit: what is measured on a suite, marks and exit codes, and reports that hold any text."""

import json
import re
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from article_samples import made_article, made_headline
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scorer.article_results import ArticleScore
from scorer.audit.page import audit_page
from scorer.audit.report import markdown, table
from scorer.audit.results import Audit, Case, Figure, FillerResult, GroupResult, SuiteResult, Version
from scorer.audit.run import Reading, judge, run_audit
from scorer.audit.suites import Suite, load_suite
from scorer.metrics import Estimate
from scorer.predict import Scorer
from scorer.results import HeadlineScore, ModelName

Run = Callable[..., subprocess.CompletedProcess[bytes]]
MODEL = ModelName("made-up", "0")
TRIPLES = """name: own
kind: triples
about: Order.
marks: {in_order: 1, plain_below_hot: 1}
probes:
  g:
    - plain: Council to repaint two bus shelters in Lower Wick
      mild: Row over colour of two bus shelters in Lower Wick
      hot: FURY as deranged council VANDALS wreck our beloved bus shelters!
"""


def suite_of(kind: str, body: str, marks: str = "{}") -> str:
    return f"name: own\nkind: {kind}\nabout: A test.\nmarks: {marks}\n{body}"


def written(folder: Path, text: str) -> Path:
    path = folder / "own.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def judged(folder: Path, text: str, values: Sequence[Sequence[float | None]]) -> SuiteResult:
    """A suite judged on made values, one row for each probe, in the order of its versions."""
    suite = load_suite(written(folder, text))
    readings = [
        {
            label: Reading(value, None if value is not None else "not_english")
            for label, value in zip(p.versions, row, strict=True)
        }
        for p, row in zip(suite.probes, values, strict=True)
    ]
    return judge(suite, readings)


def figures(result: SuiteResult) -> dict[str, float | None]:
    return {figure.name: figure.estimate.value for figure in result.figures}


def passed(result: SuiteResult) -> dict[str, bool | None]:
    return {figure.name: figure.passed for figure in result.figures}


SWAPS = """fillers: {town: [Ashby, Bree, Cole]}
probes:
  town:
    good: ['{town} opens a school']
    bad: ['{town} bridge falls', '{town} bank closes']
"""


def test_swaps_measure_spread_and_who_is_hotter(tmp_path: Path) -> None:
    rows = [(10, 12, 11), (20, 24, 22), (5, 5, 5)]
    result = judged(tmp_path, suite_of("swaps", SWAPS, "{mean_spread: 2, spread_p95: 3}"), rows)
    assert figures(result) == pytest.approx({"mean_spread": 2, "spread_p95": 3.8, "abstained": 0})
    assert passed(result) == {"mean_spread": True, "spread_p95": False, "abstained": None}
    assert not result.passed
    assert [(row.name, row.difference.value) for row in result.fillers] == [
        ("Bree", 1.0),
        ("Cole", 0.0),
        ("Ashby", -1.0),
    ]
    assert result.fillers[0].mean.value == pytest.approx(41 / 3)
    assert [case.badness for case in result.worst] == [4, 2, 0]
    assert [version.label for version in result.worst[0].versions] == ["Bree", "Cole", "Ashby"]
    assert (result.worst[0].event, result.worst[0].line) == ("bad", 9)


def test_surface_measures_each_change_where_it_applies(tmp_path: Path) -> None:
    text = suite_of("surface", "probes: {g: ['Dull grey tyres', 'We win']}", "{spelling: 2, all_caps: 3}")
    suite = load_suite(written(tmp_path, text))
    readings = [{label: Reading(10.0, None) for label in probe.versions} for probe in suite.probes]
    readings[0] |= {"spelling": Reading(7.0, None), "all_caps": Reading(90.0, None), "typo": Reading(11.0, None)}
    result = judge(suite, readings)
    found = figures(result)
    assert {name: found[name] for name in ("spelling", "typo", "all_caps", "title_case")} == {
        "spelling": 3,
        "typo": 1,
        "all_caps": 40,
        "title_case": 0,
    }
    assert {figure.name: figure.estimate.n for figure in result.figures}["spelling"] == 1
    assert found["curly_quotes"] is None
    assert [version.label for version in result.worst[0].versions] == ["base", "spelling"]


def test_traps_have_a_side_each(tmp_path: Path) -> None:
    text = suite_of("traps", "probes: {plain: [A, B], hot: [C, D, E]}", "{plain_calm: 1, hot_seen: 0.6}")
    result = judged(tmp_path, text, [[29.9], [30.0], [40.0], [39.9], [70.0]])
    assert figures(result) == pytest.approx({"plain_calm": 0.5, "hot_seen": 2 / 3, "abstained": 0})
    assert passed(result) == {"plain_calm": False, "hot_seen": True, "abstained": None}
    assert [case.versions[0].text for case in result.worst][:2] == ["D", "B"]


def test_triples_want_strict_order(tmp_path: Path) -> None:
    body = "probes:\n  g:\n" + "".join(f"    - {{plain: p{n}, mild: m{n}, hot: h{n}}}\n" for n in range(4))
    result = judged(tmp_path, suite_of("triples", body), [(1, 2, 3), (1, 1, 3), (1, 4, 3), (5, 1, 2)])
    assert figures(result) == {"in_order": 0.25, "plain_below_hot": 0.75, "abstained": 0}
    assert result.passed
    assert result.worst[0].versions[0].text == "p3"


def test_negation_wants_the_denial_lower(tmp_path: Path) -> None:
    body = "probes:\n  g:\n" + "".join(f"    - {{claim: c{n}, hedged: h{n}}}\n" for n in range(3))
    result = judged(tmp_path, suite_of("negation", body, "{hedged_lower: 0.5}"), [(50, 20), (10, 10), (10, 13)])
    assert figures(result) == pytest.approx({"hedged_lower": 1 / 3, "mean_drop": 9, "abstained": 0})
    assert not result.passed


def test_what_was_not_scored_is_counted_and_shown(tmp_path: Path) -> None:
    text = suite_of("traps", "probes: {plain: [A, B, C], hot: [D]}", "{plain_calm: 1, hot_seen: 0, abstained: 0.4}")
    result = judged(tmp_path, text, [[1.0], [None], [2.0], [None]])
    assert figures(result) == {"plain_calm": 1, "hot_seen": None, "abstained": 0.5}
    assert passed(result) == {"plain_calm": True, "hot_seen": False, "abstained": False}
    assert [case.versions[0].text for case in result.abstained] == ["B", "D"]
    assert result.abstained[0].versions[0].abstain == "not_english"
    assert "not scored (not\\_english)" in markdown(Audit((result,), MODEL))


def test_ten_of_the_worst_are_kept(tmp_path: Path) -> None:
    names = [f"h{n}" for n in range(12)]
    result = judged(tmp_path, suite_of("traps", f"probes: {{plain: {names}}}"), [[float(n)] for n in range(12)])
    assert [case.versions[0].value for case in result.worst] == [float(n) for n in range(11, 1, -1)]


@dataclass
class MadeScorer:
    """Scores a headline by its length, and gives a body the bias and voices it is told to by a word in it."""

    bodies: dict[str, tuple[float, str]]
    seen: int = 0

    @property
    def bundle(self) -> Any:
        return SimpleNamespace(model=MODEL)

    def headlines(self, texts: Sequence[str]) -> list[HeadlineScore]:
        self.seen += len(texts)
        return [
            replace(made, sensationalism=replace(made.sensationalism, score=float(len(made.text))))
            for made in map(made_headline, texts)
            if made.sensationalism
        ]

    def article(self, text: str, headline: str) -> ArticleScore:
        assert headline == ""
        bias, word = next(found for key, found in self.bodies.items() if key in text)
        made = made_article(None, ((None, text),))
        sentence = made.body.sentences[0]
        start = text.index(word)
        voice = "quoted" if '"' in text else "author"
        phrases = (
            replace(sentence.phrases[0], start=0, end=2, text=text[:2], voice="both"),
            replace(sentence.phrases[0], start=start, end=start + len(word), text=word, voice=voice),
        )
        return replace(made, body=replace(made.body, bias=bias, sentences=(replace(sentence, phrases=phrases),)))


ATTRIBUTION = """body: It rained. {sentence} It stopped.
probes:
  g:
    - {author: The vile plan won., quoted: 'Al said the "vile plan" won.'}
    - {author: The mad toll stays., quoted: 'Bo said the "mad toll" stays.'}
    - {author: The sad fort fell., quoted: 'Cy said the "sad fort" fell.'}
"""


def test_attribution_looks_at_voices_of_the_loaded_words_and_at_bias(tmp_path: Path) -> None:
    bodies = {'"vile': (0.1, "vile"), "vile": (0.4, "plan"), '"mad': (0.5, "mad"), "mad": (0.4, "toll")}
    bodies |= {'"sad': (0.2, "sad"), "sad": (0.3, "fell")}
    suite = load_suite(written(tmp_path, suite_of("attribution", ATTRIBUTION, "{voice: 1, bias_higher: 0.9}")))
    result = run_audit(MadeScorer(bodies), [suite]).suites[0]  # type: ignore[arg-type]
    assert figures(result) == pytest.approx({"voice": 1, "bias_higher": 2 / 3, "words_found": 2 / 3, "abstained": 0})
    assert passed(result)["bias_higher"] is False
    assert [version.voices for version in result.worst[0].versions] == [("author",), ("quoted",)]
    assert "bias 0.50; marked words: quoted" in markdown(Audit((result,), MODEL))
    assert "words not marked" in markdown(Audit((result,), MODEL))


def test_a_wrong_voice_is_a_miss(tmp_path: Path) -> None:
    suite = load_suite(written(tmp_path, suite_of("attribution", ATTRIBUTION, "{voice: 1}")))
    readings = [{"author": Reading(0.5, None, ("author",)), "quoted": Reading(0.1, None, ("quoted",))}] * 2
    readings.append({"author": Reading(0.5, None, ("author", "both")), "quoted": Reading(0.1, None)})
    result = judge(suite, readings)
    assert figures(result)["voice"] == pytest.approx(2 / 3)
    assert result.worst[0].versions[0].text == "The sad fort fell."


def test_each_headline_is_scored_once(tmp_path: Path) -> None:
    scorer = MadeScorer({})
    suite = load_suite(written(tmp_path, TRIPLES))
    other = replace(suite, name="again")
    audit = run_audit(scorer, [suite, other])  # type: ignore[arg-type]
    assert scorer.seen == 3
    assert audit.suites[0].figures == audit.suites[1].figures


def test_a_real_scorer_gives_the_same_report_each_time(
    shipped: Scorer, tmp_path: Path, validate: Callable[..., None]
) -> None:
    suites: list[Suite] = [load_suite(written(tmp_path, TRIPLES))]
    first, second = (run_audit(shipped, suites).to_dict() for _ in range(2))
    validate("audit.json", first)
    assert first == second
    assert first["suites"][0]["n"] == 1


def test_marks_that_are_met_exit_with_zero(run_scorer: Run, tmp_path: Path, validate: Callable[..., None]) -> None:
    own, out = written(tmp_path, TRIPLES.replace("in_order: 1, ", "")), tmp_path / "deep" / "out"
    done = run_scorer("audit", "--out", str(out), "--suite", str(own), "--only", "own")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.decode().splitlines()
    assert lines[0].split()[:3] == ["suite", "figure", "result"]
    assert re.match(r"own +plain below hot +passed +100\.0% +≥ 100\.0% +– +1$", lines[2])
    assert lines[-1] == "1 of 1 marks met."
    assert sorted(path.name for path in out.iterdir()) == ["report.html", "report.json", "report.md"]
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    validate("audit.json", report)
    assert report["passed"]
    assert report["suites"][0]["file"] == str(own)


def test_a_missed_mark_exits_with_one_and_is_named(run_scorer: Run, tmp_path: Path) -> None:
    # the calm telling stands where the hot one should: no model worth its name puts them in order
    swapped = {"plain:": "hot:", "hot:": "plain:"}
    own = written(tmp_path, re.sub(r"\b(?:plain|hot):", lambda match: swapped[match[0]], TRIPLES))
    (tmp_path / "report.md").write_text("old", encoding="utf-8")
    done = run_scorer("audit", "--out", str(tmp_path), "--suite", str(own), "--only", "own")
    assert done.returncode == 1
    assert "MISSED" in done.stdout.decode()
    assert json.loads((tmp_path / "report.json").read_text())["missed"] == ["own: in_order", "own: plain_below_hot"]
    assert (tmp_path / "report.md").read_text(encoding="utf-8").startswith("# Audit: 2 of 2 marks missed")
    assert own.is_file()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--only", "tarps"), "scorer: there is no suite tarps; known are swaps,"),
        (("--suite", "none.yaml"), "scorer: none.yaml: cannot be read (No such file or directory)."),
    ],
)
def test_bad_input_exits_with_two(run_scorer: Run, tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    done = run_scorer("audit", "--out", str(tmp_path / "out"), *arguments)
    assert done.returncode == 2
    assert done.stdout == b""
    assert done.stderr.decode().startswith(said)
    assert not (tmp_path / "out").exists()


class Reader(HTMLParser):
    """The tags and the text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.names: set[str] = set()
        self.open: list[str] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.names |= {name for name, _ in attrs}
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


TAGS = set(
    "html head meta title style body a header main footer section h1 h2 p div strong dl dt dd details summary table "
    "thead tbody tr th td".split()
)


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=40))
@example("<script>alert(1)</script>")
@example("\"><img src=x onerror='alert(1)'>")
@example("</td></table><iframe>")
@example("| a | b |\n# [x](javascript:alert(1)) `c`")
@example("\u202e\x1b[31m\ud800")
def test_any_text_stays_text_in_every_report(text: str) -> None:
    audit = audit_of(text)
    page = audit_page(audit)
    page.encode()
    read = Reader(page)
    assert read.open == []
    assert read.tags <= TAGS
    assert read.names <= set(
        "lang charset http-equiv content name class href id tabindex role aria-label aria-labelledby scope".split()
    )
    notes = markdown(audit)
    notes.encode()
    assert not re.search(r"(?<!\\)[<`]", notes)
    table(audit).encode()


def audit_of(text: str) -> Audit:
    """An audit in which a text stands wherever a user's or a model's may."""
    figure = Figure("in_order", "made", "share", Estimate(0.5, 0.25, 0.75, 4), 0.9, at_most=False, passed=False)
    case = Case(text, None, 1, 1.0, (Version(text, text, 3.0, None, ()), Version(text, text, None, text, ())))
    suite = SuiteResult(
        name="own",
        kind="triples",
        about=text,
        file=text,
        n=4,
        figures=(figure, replace(figure, passed=True)),
        groups=(GroupResult(text, "made", "share", figure.estimate),),
        fillers=(FillerResult(text, text, figure.estimate, figure.estimate),),
        worst=(case,),
        abstained=(case,),
    )
    return Audit((suite,), ModelName(text, text))


def test_the_page_may_load_and_run_nothing_and_says_what_was_found() -> None:
    page = audit_page(audit_of("Duck pond thaws"))
    assert (
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        in page
    )
    assert not re.search(r"https?:|//|url\(|@import|\bsrc=|<script|<link|\son\w+=", page)
    assert 'name="color-scheme" content="light dark"' in page
    text = Reader(page).text
    for said in ("1 of 2 marks missed", "Duck pond thaws", "MISSED", "passed", "Worst cases: 1", "Not scored: 1"):
        assert said in text
