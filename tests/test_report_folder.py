"""A report's folder: looked at before any work, made when there is a report, and nothing of others in it replaced."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from scorer.audit import report as audited
from scorer.errors import InputError
from scorer.evaluate import report as evaluated
from scorer.report import run as reported
from scorer.report_folder import check_folder, write_files

FILES = ("report.json", "report.html")
COMMANDS = {"report": reported, "evaluate": evaluated, "audit": audited}


def test_a_folder_is_made_with_the_report_and_replaced_by_the_next(tmp_path: Path) -> None:
    out = tmp_path / "a" / "b"
    for _ in range(2):
        check_folder(out, FILES, "own")
        write_files(out, {"report.json": '{"own": 1}', "report.html": "<p>"})
        (out / "notes.txt").write_text("mine", encoding="utf-8")
    assert sorted(path.name for path in out.iterdir()) == ["notes.txt", "report.html", "report.json"]


def test_looking_makes_nothing(tmp_path: Path) -> None:
    check_folder(tmp_path / "a" / "b", FILES, "own")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("lay", "said"),
    [
        (lambda out: out.write_text(""), "out: is a file"),
        (lambda out: (out / "report.html").mkdir(parents=True), "report.html: is a folder"),
        (lambda out: _report(out, '{"other": 1}'), "report.json: is not a report of this command"),
        (lambda out: _report(out, "not JSON"), "report.json: is not a report of this command"),
    ],
)
def test_what_would_be_lost_is_refused(tmp_path: Path, lay: Callable[[Path], object], said: str) -> None:
    out = tmp_path / "out"
    lay(out)
    with pytest.raises(InputError, match=said):
        check_folder(out, FILES, "own")


def test_what_is_read_is_not_replaced(tmp_path: Path) -> None:
    _report(tmp_path / "out", '{"own": 1}')
    read = str(tmp_path / "out" / "report.json")
    with pytest.raises(InputError, match=r"report\.json: is read and would be replaced"):
        check_folder(tmp_path / "out", FILES, "own", ["missing.csv", read])


def _report(out: Path, text: str) -> None:
    out.mkdir()
    (out / "report.json").write_text(text, encoding="utf-8")


def test_a_folder_below_a_file_is_refused_before_and_after(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="name another folder"):
        check_folder(tmp_path / "file" / "out", FILES, "own")
    with pytest.raises(InputError, match="cannot be made a folder"):
        write_files(tmp_path / "file" / "out", {})


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_replaces_the_report_of_another(
    run_scorer: Callable[..., subprocess.CompletedProcess[bytes]], tmp_path: Path, command: str
) -> None:
    source = tmp_path / "scored.csv"
    source.write_text("row,headline,score\n", encoding="utf-8")
    for other in COMMANDS.keys() - {command}:
        kept = f'{{"{COMMANDS[other].MARK}": []}}'
        (tmp_path / "report.json").write_text(kept, encoding="utf-8")
        done = run_scorer(command, *([] if command == "audit" else [str(source)]), "--out", str(tmp_path))
        assert done.returncode == 2
        assert b"is not a report of this command" in done.stderr
        assert (tmp_path / "report.json").read_text(encoding="utf-8") == kept


@pytest.mark.parametrize("command", ["report", "evaluate"])
def test_no_command_replaces_its_own_input(
    run_scorer: Callable[..., subprocess.CompletedProcess[bytes]], tmp_path: Path, command: str
) -> None:
    source = tmp_path / "report.json"
    source.write_text(f'{{"{COMMANDS[command].MARK}": []}}', encoding="utf-8")
    done = run_scorer(command, str(source), "--out", str(tmp_path))
    assert done.returncode == 2
    assert b"is read and would be replaced" in done.stderr
