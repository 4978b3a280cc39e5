"""The command `scorer article`, its view in a terminal and its JSON; with a tiny model, whose numbers mean nothing."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import pexpect
import pytest
from article_samples import HEADLINE, PARTS, made_article
from conftest import SCHEMAS, SCORER
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scorer import Scorer
from scorer.article_parts import blocks, clean, gap_in_words
from scorer.article_results import Gap
from scorer.article_terminal import article_card
from scorer.labels import FRAMES, KINDS

Run = Callable[..., subprocess.CompletedProcess[bytes]]
Validate = Callable[[str, object], None]

PAGE = """Outrage as harbour board scraps the beloved night ferry

By Tove Lindqvist

The harbour board voted on Thursday to end the night ferry to Osterholm after a disastrous season.

"This is a shameful betrayal of the islands," said Mikkel Dahl, who runs the only bakery there.

READ MORE: Which ferries still run in winter?

The board said that eleven passengers a night had used the ferry on average, and that a bus would replace it.

No comments:

Post a Comment
"""


@pytest.fixture(scope="session")
def model(tiny_run: Path) -> str:
    return str(tiny_run / "bundle")


@pytest.fixture(scope="session")
def tiny(model: str) -> Scorer:
    return Scorer.load(model, threads=1)


@pytest.fixture
def page(tmp_path: Path) -> str:
    path = tmp_path / "ferry.txt"
    path.write_text(PAGE, encoding="utf-8")
    return str(path)


def check_offsets(value: dict[str, Any]) -> None:
    """Every span of an article's JSON is what it says it is."""
    text = value["text"]
    for part in (*value["boilerplate"], *value["body"]["sentences"]):
        assert text[part["start"] : part["end"]] == part["text"]
        assert all(text[p["start"] : p["end"]] == p["text"] for p in part.get("phrases", ()))
    for span in (*value["quotes"], *(span for frame in value["body"]["frames"] for span in frame["passages"])):
        assert 0 <= span["start"] < span["end"] <= len(text)
    headline = value["headline"]
    if headline:
        phrases = headline["phrases"] + (value["gap"]["unsupported"] if value["gap"] else [])
        assert all(headline["text"][p["start"] : p["end"]] == p["text"] for p in phrases)
        if headline["start"] is not None:
            assert text[headline["start"] :].startswith(headline["text"])


def test_the_view_has_headline_gap_frames_and_the_whole_text(run_scorer: Run, page: str, model: str) -> None:
    done = run_scorer("article", page, "--model", model)
    view = done.stdout.decode()
    lines = view.splitlines()
    assert (done.returncode, done.stderr) == (0, b"")
    assert lines[0] == PAGE.splitlines()[0]
    labels = [line.split()[0] for line in lines[1:9]]
    assert labels == ["sensational", "devices", "clickbait", "loaded", "gap", "unsupported", "text", "frames"]
    assert "[teaser] READ MORE: Which ferries" in view
    assert "[comments] Post a Comment" in view
    unmarked = re.sub(r"\*\*|_|\[[a-z ]+\]", "", view)
    assert " ".join(word for line in PAGE.splitlines()[1:] for word in line.split()) in " ".join(unmarked.split())
    assert b"\x1b" not in done.stdout


@pytest.mark.parametrize(("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_signs_stand_in_for_colours(page: str, model: str, environment: dict[str, str], coloured: bool) -> None:
    clean_environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    command = f"{SCORER} article {page} --model {model}"
    shown = pexpect.run(command, env=clean_environment | {"TERM": "xterm"} | environment).decode()
    assert ("\x1b[" in shown) is coloured
    assert ("**" in shown or re.search(r"\b_\w", shown) is not None) is not coloured


def test_json_is_one_line_that_fits_the_schema(run_scorer: Run, page: str, model: str, validate: Validate) -> None:
    done = run_scorer("article", page, "--json", "--model", model)
    assert done.stdout.count(b"\n") == 1
    value = json.loads(done.stdout)
    validate("article.json", value)
    check_offsets(value)
    assert value["text"] == PAGE
    assert [part["kind"] for part in value["boilerplate"]] == ["byline", "teaser", "comments", "comments"]
    quote = PAGE[value["quotes"][0]["start"] : value["quotes"][0]["end"]]
    assert quote == '"This is a shameful betrayal of the islands,"'
    assert value["gap"] is not None


def test_standard_input_and_a_headline_passed_apart(run_scorer: Run, model: str, validate: Validate) -> None:
    arguments = ("article", "-", "--json", "--model", model, "--headline", "Night ferry to Osterholm ends")
    value = json.loads(run_scorer(*arguments, stdin=PAGE.encode()).stdout)
    validate("article.json", value)
    check_offsets(value)
    assert value["headline"]["text"] == "Night ferry to Osterholm ends"
    assert value["headline"]["start"] is None
    assert value["body"]["sentences"][0]["text"] == PAGE.splitlines()[0]


@pytest.mark.parametrize(
    ("text", "headline", "missing"),
    [
        (PAGE, "42", "gap"),
        ("The bridge at Norrby was shut for repairs on Monday. It opens again in May.", None, "headline"),
        ("Bridge at Norrby shut for repairs", None, "gap"),
        ("READ MORE: What is a bridge?", "Bridge at Norrby shut for repairs", "gap"),
        ("", None, "headline"),
        (
            "Мост в Норрбю закрыт на ремонт до мая.\n\nОн снова откроется летом, сказал мэр города.",
            "Bridge shut",
            "gap",
        ),
        ("“A ‘mad’ idea,” she said. 'It's \"wild\" – '90s stuff'", "Idea called mad in Norrby", None),
    ],
)
def test_odd_pages_fit_the_schema_and_say_what_is_missing(
    tiny: Scorer, validate: Validate, text: str, headline: str | None, missing: str | None
) -> None:
    result = tiny.article(text, headline)
    value = result.to_dict()
    validate("article.json", value)
    check_offsets(value)
    if missing:
        assert value[missing] is None
        assert value["warnings"]
    card = click.unstyle(article_card(result, 80, plain=True))
    assert all(clean(warning) in card for warning in value["warnings"])
    words = " ".join(re.sub(r"\*\*|_|\[[a-z ]+\]", "", card).split())
    position = result.headline_start
    body = text if position is None or result.headline is None else text[position + len(result.headline.text) :]
    assert " ".join(clean(body).split()) in words


pieces = st.text(st.characters(), max_size=30) | st.sampled_from(
    [
        "\n\n",
        "\n",
        "The mayor called it “a mad, mad plan”. ",
        "READ MORE: Sewers\n",
        "'Shame!' she said.\r\n",
        "😀\ud800",
    ]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(pieces, max_size=8), headline=st.none() | st.text(st.characters(), max_size=30))
def test_any_page_keeps_its_offsets_and_loses_nothing(
    tiny: Scorer, validate: Validate, parts: list[str], headline: str | None
) -> None:
    text = "".join(parts)
    result = tiny.article(text, headline)
    value = result.to_dict()
    check_offsets(value)
    validate("article.json", value)
    shown = "".join(text[block.start : block.end] for block in blocks(result))
    start = result.headline_start
    if result.headline and start is not None:
        text = text[:start] + text[start + len(result.headline.text) :]
    assert "".join(shown.split()) == "".join(text.split())


def test_the_schema_knows_every_frame_and_kind() -> None:
    schema = json.loads((SCHEMAS / "article.json").read_text(encoding="utf-8"))["$defs"]
    assert set(schema["frame_name"]["enum"]) == set(FRAMES)
    assert set(schema["sentence"]["properties"]["kind"]["enum"]) == {None, *KINDS}


def test_a_hand_made_article_fits_the_schema_too(validate: Validate) -> None:
    for result in (made_article(), made_article(None), made_article(" "), made_article(HEADLINE, ())):
        validate("article.json", result.to_dict())
        check_offsets(result.to_dict())


def test_voices_have_marks_and_a_legend() -> None:
    card = click.unstyle(article_card(made_article(), 80, plain=True))
    assert "**Heartless** engineers" in card
    assert "_“Barbaric_ vandals" in card
    assert "loaded: **author’s wording**, _wording of a quotation_; [kind] set aside, not scored" in card
    coloured = article_card(made_article(), 80, plain=False)
    assert "\x1b[93m\x1b[1m\x1b[4mHeartless\x1b[0m" in coloured
    assert "\x1b[36m\x1b[3m“Barbaric\x1b[0m" in coloured
    assert "**" not in coloured


def test_a_phrase_over_a_line_break_is_marked_on_both_lines() -> None:
    article = made_article(HEADLINE, ((None, "Ducks that were cruelly and needlessly driven from their pond left"),))
    (sentence,) = article.body.sentences
    (phrase,) = sentence.phrases
    longer = replace(phrase, end=sentence.end - 5, text=sentence.text[:-5])
    body = replace(article.body, sentences=(replace(sentence, phrases=(longer,)),))
    lines = article_card(replace(article, body=body), 40, plain=False).splitlines()
    marked = ("Ducks that were cruelly and", "needlessly driven from their pond")
    assert lines[-3:] == [*(f"    \x1b[93m\x1b[1m\x1b[4m{words}\x1b[0m" for words in marked), "    left"]


@pytest.mark.parametrize("width", [40, 60, 100, 300])
@pytest.mark.parametrize("plain", [True, False])
def test_lines_fit_the_terminal(width: int, plain: bool) -> None:
    parts = (*PARTS, (None, "Ducks swim in the pond every day. " * 20), ("comments", "I miss the pond so much. " * 9))
    card = article_card(made_article(HEADLINE, parts), width, plain)
    text = click.unstyle(card).split("\nText\n")[1].splitlines()[2:]
    assert max(map(len, text)) <= min(width, 100)
    assert max(map(len, text)) > min(width, 100) - 20
    assert "\n".join(text).count("Ducks") == 20


def test_nothing_of_a_page_repaints_the_terminal() -> None:
    result = made_article("Pond\x1b[2J drained", ((None, "Ducks\x1b]0;x\x07 \u202eflee\r\n"),))
    card = click.unstyle(article_card(result, 80, plain=True))
    assert "\x1b" not in card
    assert "\u202e" not in card
    assert "\r" not in card


@pytest.mark.parametrize(
    ("gap", "words"),
    [
        ((41.0, 20.0, 60.0), "is much hotter than"),
        ((41.0, -5.0, 70.0), "seems much hotter than"),
        ((12.0, 2.0, 20.0), "is hotter than"),
        ((-4.0, -9.0, 3.0), "about as hot as"),
        ((-33.0, -50.0, 1.0), "seems much calmer than"),
    ],
)
def test_a_gap_in_words(gap: tuple[float, float, float], words: str) -> None:
    assert words in gap_in_words(Gap(*gap, ()))


def test_html_is_written_beside_json_or_alone(run_scorer: Run, page: str, model: str, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    alone = run_scorer("article", page, "--html", str(out), "--model", model)
    assert (alone.returncode, alone.stdout) == (0, b"")
    assert f"Wrote {out}" in alone.stderr.decode()
    assert "betrayal of the islands" in re.sub(r"<[^>]+>", "", out.read_text(encoding="utf-8"))
    out.unlink()
    both = run_scorer("article", page, "--html", str(out), "--json", "--model", model)
    assert json.loads(both.stdout)["text"] == PAGE
    assert out.is_file()


def test_fail_over_looks_at_the_headline(run_scorer: Run, page: str, model: str) -> None:
    assert run_scorer("article", page, "--fail-over", "0", "--model", model).returncode == 3
    assert run_scorer("article", page, "--fail-over", "100", "--model", model).returncode == 0
    ending = ("--headline", "42", "--fail-over", "0", "--model", model)
    assert run_scorer("article", page, *ending).returncode == 0


@pytest.mark.parametrize(
    ("content", "arguments", "message"),
    [
        (None, (), "No such file"),
        (b"", (), "is empty"),
        (b"%PDF-1.7 \x00\x01", (), "is a PDF"),
        (bytes(range(256)) * 8, (), "binary"),
        (b"Pond drained", ("--headline", " "), "is empty; leave it out"),
        (b"Pond drained", ("--html", "."), "is a folder"),
        (b"Pond drained", ("--html", "no/such/folder/x.html"), "there is no folder"),
        (b"Pond drained", ("--timeout", "0"), "--timeout"),
        (b"Pond drained", ("--fail-over", "nan"), "nan is no score"),
        (b"Pond drained", ("--model", "/nowhere"), "no such bundle folder"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(
    run_scorer: Run, tmp_path: Path, content: bytes | None, arguments: tuple[str, ...], message: str
) -> None:
    path = tmp_path / "page"
    if content is not None:
        path.write_bytes(content)
    done = run_scorer("article", str(path), *arguments)
    assert done.returncode == 2
    assert message in done.stderr.decode()
    assert b"Traceback" not in done.stderr
    assert done.stdout == b""


def test_a_folder_is_no_page(run_scorer: Run, tmp_path: Path) -> None:
    done = run_scorer("article", str(tmp_path))
    assert done.returncode == 2
    assert "is a folder" in done.stderr.decode()


@pytest.mark.parametrize("arguments", [["--help"], ["article", "--help"]])
def test_help_needs_not_even_the_runtime(arguments: list[str]) -> None:
    lines = ("import sys", f"sys.argv = ['scorer', *{arguments}]", "from scorer.cli import main", "try: main()")
    code = "\n".join((*lines, "except SystemExit: pass", ""))
    heavy = "('numpy', 'onnxruntime', 'tokenizers', 'trafilatura', 'urllib3', 'sentencex')"
    check = f"{code}print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert "Example: scorer" in done.stdout
    assert done.stdout.strip().endswith("[]")
