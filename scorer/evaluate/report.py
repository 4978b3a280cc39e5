"""Writes a report: `report.json`, `report.html` and `report.md`, each whole or not at all."""

from pathlib import Path
from typing import Final

from scorer.errors import InputError
from scorer.evaluate.markdown import report_markdown
from scorer.evaluate.page import report_page
from scorer.evaluate.results import Evaluation
from scorer.files import json_text, write_texts

FILES: Final = ("report.json", "report.html", "report.md")


def check_folder(out: Path, labelled: str) -> None:
    """Refuse, before any work is done, a folder that the report cannot be written to.

    :raises InputError: when it is a file, its own folder is missing, or a report would replace the labelled file.
    """
    if out.exists() and not out.is_dir():
        raise InputError(f"{out}: is a file; name the folder to write the report to.")
    if not out.absolute().parent.is_dir():
        raise InputError(f"{out}: there is no folder {out.parent}; create it first.")
    for name in FILES:
        if (out / name).exists() and Path(labelled).exists() and (out / name).samefile(labelled):
            raise InputError(f"{out}: the report would replace the labelled file {labelled}; name another folder.")


def write_report(report: Evaluation, out: Path) -> list[Path]:
    """Write the three files; earlier ones are replaced, whatever else is in the folder stays.

    :returns: their paths.
    """
    contents = (json_text(report.to_dict(), indent=1) + "\n", report_page(report), report_markdown(report))
    out.mkdir(exist_ok=True)
    return write_texts(out, dict(zip(FILES, contents, strict=True)))
