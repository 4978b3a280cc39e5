"""Writes a report: `report.json`, `report.html` and `report.md`, each whole or not at all."""

from pathlib import Path
from typing import Final

from scorer.evaluate.markdown import report_markdown
from scorer.evaluate.page import report_page
from scorer.evaluate.results import Evaluation
from scorer.files import json_text
from scorer.report_folder import write_files

FILES: Final = ("report.json", "report.html", "report.md")
#: A key of its JSON that no other report has.
MARK: Final = "risk_coverage"


def write_report(report: Evaluation, out: Path) -> list[Path]:
    """Write the three files; earlier ones are replaced, whatever else is in the folder stays.

    :returns: their paths.
    :raises InputError: when the folder cannot be made.
    """
    contents = (json_text(report.to_dict(), indent=1) + "\n", report_page(report), report_markdown(report))
    return write_files(out, dict(zip(FILES, contents, strict=True)))
