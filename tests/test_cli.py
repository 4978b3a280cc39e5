"""Each command through its real entry point."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable

import pexpect
import pytest
from conftest import FOUNDING, SCORER

Run = Callable[..., subprocess.CompletedProcess[bytes]]
HEAVY = ("torch", "transformers", "sklearn", "datasets", "scipy", "pandas")


@pytest.mark.parametrize(
    "code", ["import scorer", "import scorer.cli", "import scorer; scorer.Scorer.load().headline('Mayor quits')"]
)
def test_scoring_imports_no_heavy_library(code: str) -> None:
    check = f"{code}\nimport sys\nprint([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_help_needs_not_even_the_runtime() -> None:
    lines = ("import sys", "sys.argv = ['scorer', '--help']", "from scorer.cli import main", "try: main()")
    code = "\n".join((*lines, "except SystemExit: pass", ""))
    check = code + "print([name for name in ('numpy', 'onnxruntime', 'tokenizers') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")


@pytest.mark.parametrize("command", ["headline", "compare", "model"])
def test_every_command_has_help_with_an_example(run_scorer: Run, command: str) -> None:
    done = run_scorer(command, "--help")
    assert done.returncode == 0
    assert f"Example: scorer {command}" in done.stdout.decode()


def test_a_card_names_score_interval_devices_and_phrases(run_scorer: Run) -> None:
    done = run_scorer("headline", FOUNDING)
    lines = done.stdout.decode().splitlines()
    assert done.returncode == 0
    assert done.stderr == b""
    assert lines[0] == FOUNDING
    assert [line.split()[0] for line in lines[1:]] == ["sensational", "devices", "clickbait", "loaded"]
    assert "90% interval" in lines[1]
    assert b"\x1b" not in done.stdout


@pytest.mark.parametrize(("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_colours_only_for_a_terminal_that_wants_them(environment: dict[str, str], coloured: bool) -> None:
    clean = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    output = pexpect.run(f'{SCORER} headline "Fury as mayor quits"', env=clean | {"TERM": "xterm"} | environment)
    assert (b"\x1b[" in output) is coloured


def test_json_is_one_valid_object_a_line_in_input_order(run_scorer: Run, validate: Callable[..., None]) -> None:
    done = run_scorer("headline", "--json", "Mayor resigns over expenses", FOUNDING)
    objects = [json.loads(line) for line in done.stdout.splitlines()]
    assert [value["text"] for value in objects] == ["Mayor resigns over expenses", FOUNDING]
    for value in objects:
        validate("headline.json", value)


def test_a_stream_goes_on_after_bad_lines_and_says_which(run_scorer: Run, validate: Callable[..., None]) -> None:
    stdin = b"Mayor resigns over expenses\n\n\xff\xfe\n" + b"x" * 10_000_000 + b"\nFury as council axes post\n"
    done = run_scorer("headline", "-", "--json", stdin=stdin)
    objects = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert [value["line"] for value in objects] == [1, 2, 3, 4, 5]
    assert [value["abstain"] for value in objects] == [None, "empty", "invalid_text", "too_long", None]
    for value in objects:
        validate("headline.json", value)
    view = run_scorer("headline", "-", stdin=stdin).stdout.decode().splitlines()
    assert len(view) == 5
    assert "line 3" in view[2]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "\x01\x02\x1b[31m",
        "😀😀",
        "مرحبا بكم في بيروت",
        "北京明年新建公园",
        "https://example.org/a",
        "42",
        "a" * 100_000,
        "- -",
    ],
)
def test_strange_arguments_get_an_answer_or_a_reason(run_scorer: Run, text: str) -> None:
    done = run_scorer("headline", "--json", "--", text)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["abstain"] is not None
    view = run_scorer("headline", "--", text)
    assert view.returncode == 0
    assert b"not scored" in view.stdout
    assert b"\x1b" not in view.stdout


def test_an_argument_that_is_not_utf8_is_answered(run_scorer: Run) -> None:
    done = run_scorer("headline", "--json", b"Fury as mayor \xff quits".decode("utf-8", "surrogateescape"))
    assert done.returncode == 0
    assert json.loads(done.stdout)["sensationalism"] is not None


def test_more_threads_than_processors_are_not_started(run_scorer: Run) -> None:
    assert run_scorer("headline", "Mayor resigns over expenses", "--threads", "100000").returncode == 0


def test_fail_over_is_exit_code_3(run_scorer: Run) -> None:
    assert run_scorer("headline", FOUNDING, "--fail-over", "30").returncode == 3
    assert run_scorer("headline", "Mayor resigns over expenses", "--fail-over", "30").returncode == 0
    assert run_scorer("headline", "42", "--fail-over", "0").returncode == 0
    assert run_scorer("headline", "-", "--fail-over", "30", stdin=FOUNDING.encode()).returncode == 3


def test_compare_shows_the_change_and_the_phrases_behind_it(run_scorer: Run, validate: Callable[..., None]) -> None:
    wordings = ("Council ends lollipop patrol", "Fury as heartless council axes lollipop patrol")
    view = run_scorer("compare", *wordings).stdout.decode()
    assert "change       +" in view
    assert "new          “Fury" in view
    validate("comparison.json", json.loads(run_scorer("compare", "--json", *wordings).stdout))


def test_the_model_command_tells_name_data_and_figures(run_scorer: Run) -> None:
    view = run_scorer("model").stdout.decode()
    assert "rated/headlines.csv" in view
    assert "intact" in view
    told = json.loads(run_scorer("model", "--json").stdout)
    assert told["scores"]["rated_dev"]["model"]["pearson"]["n"] == 895


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("headline",), "Missing argument"),
        (("headline", "x", "--threads", "0"), "--threads"),
        (("headline", "x", "--fail-over", "hot"), "--fail-over"),
        (("headline", "x", "--fail-over", "nan"), "nan is no score"),
        (("headline", "-", "Mayor quits"), "cannot stand beside others"),
        (("headline", "x", "--model", "/nowhere"), "/nowhere: no such bundle folder"),
        (("compare", "only one"), "Missing argument"),
        (("nonsense",), "No such command"),
    ],
)
def test_bad_usage_is_one_sentence_and_exit_code_2(run_scorer: Run, arguments: tuple[str, ...], message: str) -> None:
    done = run_scorer(*arguments)
    assert done.returncode == 2
    assert message in done.stderr.decode()
    assert b"Traceback" not in done.stderr
    assert done.stdout == b""


def test_every_character_can_be_written_whatever_the_encoding_of_the_output(run_scorer: Run) -> None:
    done = run_scorer("headline", "“Fury” as Łódź council axes patrol", PYTHONIOENCODING="latin-1")
    assert done.returncode == 0
    assert "Łódź" in done.stdout.decode() and "█" in done.stdout.decode()


def test_a_reader_that_goes_away_is_no_error() -> None:
    line = (
        f"yes 'Mayor resigns over expenses' | head -n 5000 | {SCORER} headline - | head -n 1; echo ${{PIPESTATUS[2]}}"
    )
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] in ("0", "141")
    assert done.stderr == ""


def test_an_interrupt_while_waiting_for_input_ends_quietly() -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen([SCORER, "headline", "-"], stdin=pipe, stdout=pipe, stderr=pipe) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(b"Mayor resigns over expenses\n")
        process.stdin.flush()
        assert b"Mayor resigns" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 130
        assert b"Fatal" not in process.stderr.read()


def test_a_closed_input_is_one_sentence() -> None:
    done = subprocess.run(["bash", "-c", f"{SCORER} headline - <&-"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "standard input is closed" in done.stderr
