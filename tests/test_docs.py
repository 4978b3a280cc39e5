"""What README, card and changelog say is true of what is here."""

import re
import shlex
import subprocess
from collections.abc import Callable

import pytest
from conftest import ROOT

from scorer.cli import main

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_command_stands_in_the_readme() -> None:
    assert main.commands
    for name in main.commands:
        assert f"scorer {name}" in README


@pytest.mark.parametrize(
    ("command", "shown"), re.findall(r"<!-- output of: scorer (.+?) -->\n```text\n(.*?)```", README, re.S)
)
def test_the_outputs_shown_are_real(
    run_scorer: Callable[..., subprocess.CompletedProcess[bytes]], command: str, shown: str
) -> None:
    done = run_scorer(*shlex.split(command), COLUMNS="80")
    assert done.stdout.decode().strip() == shown.strip()


def test_the_python_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    code = re.search(r"```python\n(.*?)```", README, re.S)
    assert code is not None
    exec(code[1], {})
    score, band = capsys.readouterr().out.splitlines()[0].split()
    assert 0 <= int(score) <= 100
    assert band in ("plain", "coloured", "heightened", "sensational", "extreme")


def test_every_file_named_in_the_readme_exists() -> None:
    here = {path.name for package in ("scorer", "training") for path in (ROOT / package).rglob("*.py")}
    for name in re.findall(r"\b[a-z_]+\.py\b", README):
        assert name in here, name
    for link in re.findall(r"\]\((?!http)([^)#]+)\)", README):
        assert (ROOT / link).exists(), link


def test_every_recipe_is_in_the_log_of_runs() -> None:
    log = (ROOT / "configs" / "README.md").read_text(encoding="utf-8")
    for recipe in (ROOT / "configs").glob("*.yaml"):
        assert f"`{recipe.name}`" in log
