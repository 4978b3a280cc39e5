"""The page in a real Chromium; `tests/install_browser.sh` installs it (under CI these tests do that themselves)."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import floor
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from serving import Server, serving

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install '.[dev]'")

AXE = ROOT / "tests" / ".browser" / "axe.min.js"
HEADLINE = "Panic 🚒 as heartless landlord evicts fire brigade: 'An utter disgrace'"
ARTICLE = f"""{HEADLINE}

By Sanne Okafor

The volunteer fire brigade of Lower Tarn must leave its garage by June, its landlord said on Wednesday.

"This is a barbaric attack on our families," said Piet Loom, who drives the engine.

READ MORE: How long does a fire hose last?

The landlord said that the rent had not been paid for two years. The shocking letter arrived on a Sunday.

No comments:
"""
ATTACKS = (
    "<script>window.hacked = 1</script> shocks the village",
    '"><img src=x onerror="window.hacked=1"> shocks the village',
    "<svg onload=window.hacked=1><a href=javascript:window.hacked=1>Fury over pond</a>",
    "' onmouseover='window.hacked=1' autofocus onfocus='window.hacked=1",
    "</p></section></main><iframe srcdoc='<script>parent.hacked=1</script>'>Fury over pond",
    "<!-- never closed, <title> neither: fury over pond",
    "{{constructor.constructor('window.hacked=1')()}} ${window.hacked=1} fury over pond",
)


@dataclass
class Visit:
    """A page, and what it did that it should not have."""

    page: Any
    server: Server
    noise: list[str] = field(default_factory=list)

    def score(self, text: str) -> None:
        """Paste a text, press the button, wait for the result."""
        self.page.get_by_role("textbox", name="Text (an article").fill(text)
        self.page.get_by_role("button", name="Score", exact=True).click()
        self.page.locator("#status", has_text="Scored").wait_for()


@pytest.fixture(scope="module")
def server(tiny_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("page")
    options = ("--model", str(tiny_run / "bundle"), "--feedback", str(folder / "feedback.jsonl"))
    with serving(folder / "log", *options, "--max-headlines", "3") as running:
        yield running


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A headless Chromium from Debian."""
    if os.environ.get("CI") and not (shutil.which("chromium") and AXE.is_file()):
        subprocess.run([ROOT / "tests" / "install_browser.sh"], check=True)
    found = shutil.which("chromium")
    if found is None or not AXE.is_file():
        pytest.skip("there is no browser: run tests/install_browser.sh")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Any, server: Server, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """The page, opened; afterwards: no message in the console, no dialog, nothing asked of another origin."""
    context = chromium.new_context(**getattr(request, "param", {}))
    page = context.new_page()
    visit = Visit(page, server)
    page.on("console", lambda message: visit.noise.append(message.text))
    page.on("pageerror", lambda error: visit.noise.append(str(error)))
    page.on("dialog", lambda dialog: visit.noise.append("a dialog") or dialog.dismiss())
    page.on(
        "request", lambda asked: asked.url.startswith((server.url, "data:", "blob:")) or visit.noise.append(asked.url)
    )
    page.goto(server.url)
    page.locator("#examples button").first.wait_for()
    yield visit
    context.close()
    assert visit.noise == []


def test_a_headline_is_scored_and_marked(visit: Visit) -> None:
    visit.score(HEADLINE)
    expected = visit.server.post("/v1/headlines", {"text": HEADLINE}).json()
    heat = expected["sensationalism"]
    assert visit.page.locator("#result .score").inner_text() == f"{int(heat['score'])} of 100, {heat['band']}"
    label = visit.page.locator("#result .scale").get_attribute("aria-label")
    assert label.endswith(f"90% interval {round(heat['low'])} to {round(heat['high'])}")
    assert expected["phrases"]
    assert visit.page.locator("#result .headline mark").all_inner_texts() == [p["text"] for p in expected["phrases"]]
    assert visit.page.locator("#result .headline").inner_text() == HEADLINE
    assert visit.page.locator("#result .bars li").count() == 5


def test_an_article_shows_voices_frames_gap_and_what_was_set_aside(visit: Visit) -> None:
    visit.score(ARTICLE)
    expected = visit.server.post("/v1/articles", {"text": ARTICLE}).json()
    sentences = expected["body"]["sentences"]
    page = visit.page
    assert page.locator(".sentence").count() == len(sentences)
    for voice in ("author", "quoted", "both"):
        phrases = [p["text"] for sentence in sentences for p in sentence["phrases"] if p["voice"] == voice]
        marks = page.locator(f".article mark.{voice}").evaluate_all("marks => marks.map(m => m.firstChild.data)")
        assert marks == phrases
    assert len(expected["boilerplate"]) == page.locator(".article .aside").count() == 3
    present = [frame for frame in expected["body"]["frames"] if frame["present"]]
    assert page.locator("[aria-labelledby=frames] .bars li").count() == len(present)
    assert str(abs(floor(expected["gap"]["value"] + 0.5))) in page.locator("[aria-labelledby=gap] .score").inner_text()
    for phrase in expected["gap"]["unsupported"]:
        assert page.locator("[aria-labelledby=gap]", has_text=phrase["text"]).count() == 1


def test_a_sentence_opens_by_click_and_closes(visit: Visit) -> None:
    visit.score(ARTICLE)
    sentence = visit.page.locator(".sentence").nth(1)
    sentence.click()
    assert sentence.get_attribute("aria-expanded") == "true"
    detail = visit.page.locator("#detail")
    found = visit.server.post("/v1/articles", {"text": ARTICLE}).json()["body"]["sentences"][1]
    assert f"{found['bias']:.2f}" in detail.inner_text()
    assert found["phrases"][0]["text"] in detail.inner_text()
    sentence.click()
    assert detail.count() == 0


def test_all_of_it_goes_by_keyboard(visit: Visit) -> None:
    page = visit.page

    def focused() -> str:
        return str(page.evaluate("document.activeElement.id || document.activeElement.className"))

    page.keyboard.press("Tab")
    assert focused() == "skip"
    page.keyboard.press("Tab")
    assert focused() == "input"
    page.keyboard.insert_text(ARTICLE)
    page.keyboard.press("Control+Enter")
    page.locator("#status", has_text="Scored").wait_for()
    assert focused() == "result"
    while focused() != "sentence":
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert page.locator("#detail").get_attribute("aria-label") == "Sentence 2"
    page.keyboard.press("End")
    page.keyboard.press("Space")
    assert page.locator("#detail").get_attribute("aria-label") == f"Sentence {page.locator('.sentence').count()}"
    page.keyboard.press("Escape")
    assert page.locator("#detail").count() == 0
    assert focused() == "sentence"


def test_several_headlines_and_a_headline_apart(visit: Visit) -> None:
    page = visit.page
    page.get_by_text("Read it otherwise").click()
    page.get_by_role("radio", name="headlines, one a line").check()
    visit.score("Pond drained\n\nFury as pond is drained\n<b>Whole village weeps</b>")
    assert page.locator(".headline").all_inner_texts()[2] == "<b>Whole village weeps</b>"
    page.get_by_role("textbox", name="Text (an article").fill("a\nb\nc\nd")
    page.get_by_role("button", name="Score", exact=True).click()
    assert "at most 3" in page.get_by_role("alert").inner_text()
    page.get_by_role("button", name="Clear").click()
    page.get_by_label("Headline of the article").fill(HEADLINE)
    visit.score("The brigade must leave its garage by June, its landlord said on Wednesday.")
    assert page.locator(".sentence").count() == 1


def test_mistakes_are_told(visit: Visit) -> None:
    page = visit.page
    page.get_by_role("button", name="Score", exact=True).click()
    assert "no text" in page.get_by_role("alert").inner_text()
    page.get_by_role("textbox", name="Text (an article").fill("https://news.example/whale")
    page.get_by_role("button", name="Score", exact=True).click()
    assert "fetches no addresses" in page.get_by_role("alert").inner_text()
    visit.score("Der Minister hat das Gesetz gestern nicht unterschrieben")
    assert "Not scored: not in English" in page.locator("#result").inner_text()
    assert page.locator("#alert").inner_text() == ""


@pytest.mark.parametrize("attack", ATTACKS, ids=range(len(ATTACKS)))
def test_no_script_of_a_text_runs(visit: Visit, attack: str, tmp_path: Path) -> None:
    page = visit.page
    visit.score(attack)
    page.get_by_text("Read it otherwise").click()
    page.get_by_role("radio", name="an article").check()
    visit.score(f"{attack}\n\n{attack}. It shocked nobody.\n\n“{attack}” said {attack}.\n\nREAD MORE: {attack}")
    visit.page.locator(".sentence").first.click()
    for kind in ("script", "img", "iframe", "svg", "a", "title", "[onmouseover]"):
        assert page.locator(f"#result {kind}").count() == 0
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the report").click()
    report = tmp_path / "report.html"
    download.value.save_as(report)
    assert page.evaluate("window.hacked") is None
    opened = page.context.new_page()
    opened.goto(report.as_uri())
    assert opened.evaluate("window.hacked") is None
    assert opened.locator("h1").count() == 1


def test_hostile_html_is_read_as_an_article(visit: Visit) -> None:
    visit.score(
        f"<html><body onload='window.hacked=1'><article><h1>{HEADLINE}</h1><p>The brigade left the garage on Monday."
        "</p><script>window.hacked=1</script><img src=x onerror=window.hacked=1></article></body></html>"
    )
    assert visit.page.evaluate("window.hacked") is None
    assert visit.page.locator(".sentence").first.get_attribute("data-number") == "0"


def test_a_score_of_ones_own_is_kept(visit: Visit) -> None:
    page = visit.page
    visit.score(HEADLINE)
    page.get_by_text("Disagree", exact=True).click()
    page.get_by_label("Your score").fill("33")
    page.get_by_role("button", name="Keep my score").click()
    page.get_by_text("Kept. Thank you.").wait_for()
    rows = (visit.server.log.parent / "feedback.jsonl").read_text(encoding="utf-8").splitlines()
    row = json.loads(rows[-1])
    assert (row["text"], row["score"]) == (HEADLINE, 33)


def test_without_feedback_there_is_nothing_to_press(visit: Visit) -> None:
    about = visit.server.ask("GET", "/v1/service").json() | {"feedback": False}
    visit.page.route("**/v1/service", lambda route: route.fulfill(json=about))
    visit.page.reload()
    visit.page.locator("#examples button").first.wait_for()
    visit.score(HEADLINE)
    assert visit.page.get_by_text("Disagree", exact=True).count() == 0


def test_heads_of_ones_own_are_shown_as_on_the_command_line(visit: Visit) -> None:
    labels = {
        "urgency": {"kind": "graded", "value": 3.4, "low": 2.1, "high": 4.6, "scale": [1, 5]},
        "topic": {"kind": "classes", "probabilities": {"<b>town</b>": 0.8, "sport": 0.15}, "present": ["<b>town</b>"]},
        "claims": {"kind": "phrases", "phrases": [{"start": 0, "end": 4, "text": "Fury", "weight": 0.91}]},
    }

    def answer(route: Any) -> None:
        found = route.fetch()
        body = found.json()
        body["results"][0]["labels"] = labels
        route.fulfill(response=found, json=body)

    visit.page.route("**/v1/headlines", answer)
    visit.score(HEADLINE)
    for said in (
        "3.4 of 1-5 (90% interval 2.1-4.6)",
        "<b>town</b> 0.80, not sport 0.15",
        "“Fury” 0.91",
    ):
        assert visit.page.get_by_text(said, exact=True).count() == 1


LOOKS = [
    {"viewport": {"width": width, "height": 740}, "color_scheme": mode, "bypass_csp": True}
    for width in (320, 1200)
    for mode in ("light", "dark")
]


@pytest.mark.parametrize(
    "visit", LOOKS, indirect=True, ids=lambda look: f"{look['viewport']['width']}-{look['color_scheme']}"
)
def test_it_can_be_read_by_everyone(visit: Visit, tmp_path: Path) -> None:
    """No serious finding of axe in any state, nothing wider than the screen, dark where that is asked for."""
    page = visit.page
    page.evaluate(AXE.read_text(encoding="utf-8"))

    def findings() -> list[str]:
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        return [f"{item['id']}: {item['nodes'][0]['html']}" for item in found]

    assert findings() == []
    page.get_by_role("button", name="an article").click()
    page.locator("#status", has_text="Scored").wait_for()
    page.locator(".sentence").first.click()
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    assert findings() == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    page.screenshot(
        path=os.environ.get("SCORER_SCREENSHOTS", str(tmp_path)) + f"/{page.viewport_size['width']}.png", full_page=True
    )
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    assert (sum(map(int, ground[4:-1].split(","))) < 200) is dark


@pytest.mark.parametrize("visit", [{"reduced_motion": "reduce"}], indirect=True)
def test_nothing_moves_for_those_who_do_not_want_it(visit: Visit) -> None:
    assert visit.page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


def test_without_javascript_it_says_what_to_do(chromium: Any, server: Server) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(server.url)
    assert "needs JavaScript" in page.locator("body").inner_text()
    context.close()
