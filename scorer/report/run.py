"""Makes a report: opens the scored files, finds what to group by, counts, and writes JSON and a page."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from scorer.bundle import file_hash
from scorer.corpus.columns import GROUP_NAMES, listed, usual_column
from scorer.corpus.inputs import expand
from scorer.corpus.readers import JsonLines
from scorer.corpus.workspace import rejects_of
from scorer.errors import InputError
from scorer.files import json_text
from scorer.report.figures import figures
from scorer.report.load import Scored, open_scored
from scorer.report.page import report_page
from scorer.report.results import File, Report
from scorer.report.tally import GroupColumn, Tally, rejected_reasons
from scorer.report_folder import write_files

FILES: Final = ("report.json", "report.html")
#: A key of its JSON that no other report has.
MARK: Final = "hottest"
#: Usual names of the columns that tell a group.
USUAL: Final = {
    "outlet": (*GROUP_NAMES["outlet"], *GROUP_NAMES["source"], *GROUP_NAMES["site"]),
    "leaning": GROUP_NAMES["leaning"],
    "topic": GROUP_NAMES["topic"],
    "month": (*GROUP_NAMES["date"], "month"),
    "file": ("source_file",),
}


def make_report(scored: Sequence[str], by: Sequence[str] = (), headline_column: str | None = None) -> Report:
    """The report on scored files.

    :param scored: files that `scorer corpus` wrote, or globs of them; several shards of one job make one corpus.
    :param by: columns to group by besides those with usual names.
    :param headline_column: None to find it by its usual name.
    :raises InputError: when one is no scored file, no row was scored, or a column asked for is not there or no group.
    """
    files = [open_scored(name, headline_column) for name in expand(scored)]
    columns = group_columns(files, by)
    tally = Tally(columns)
    for file in files:
        tally.add(file.rows())
    if not tally.overall.codes or not tally.overall.scores[0].sum():
        raise _nothing_scored(files, tally)
    rejected = dict(rejected_reasons(_rejects(files)).most_common())
    return figures(tally, [File(file.reader.path.name, file_hash(file.reader.path)) for file in files], rejected)


def group_columns(files: Sequence[Scored], asked: Sequence[str]) -> list[GroupColumn]:
    """What to group by: columns with usual names, then those asked for.

    :raises InputError: when one that was asked for is not there.
    """
    columns = list(dict.fromkeys(name for file in files for name in file.columns))
    found = {}
    for by, usual in USUAL.items():
        column = usual_column(columns, usual)
        if column is not None:
            found[column] = GroupColumn(by, column)
    for name in asked:
        # a column called as one of the results was carried through under another name
        column = next((each for each in (name, f"input_{name}") if each in columns), None)
        if column is None:
            raise InputError(f"--by {name}: there is no such column; the columns are {listed(columns)}.")
        by = f"column {column}" if column in USUAL else column
        found.setdefault(column, GroupColumn(by, column, asked=True))
    return list(found.values())


def _nothing_scored(files: Sequence[Scored], tally: Tally) -> InputError:
    """The error for files without a score, with the first reasons why."""
    reasons = [f"{count:,} {reason}" for reason, count in (tally.abstained + tally.problems).most_common(3)]
    names = ", ".join(file.reader.name for file in files[:3])
    found = f" ({'; '.join(reasons)})" if reasons else ": there is no row in it"
    return InputError(f"{names}: no headline was scored{found}; there is nothing to report.")


def _rejects(files: Sequence[Scored]) -> Iterator[dict[str, Any]]:
    """What lies in the rejects files beside the scored files."""
    for file in files:
        path = rejects_of(file.reader.path)
        if path.is_file():
            yield from (record.values for record in JsonLines(path, path.name).records() if record.problem is None)


def write_report(report: Report, out: Path) -> None:
    """Write both files, each whole or not at all; earlier ones are replaced, whatever else is in the folder stays.

    :raises InputError: when the folder cannot be made.
    """
    write_files(out, dict(zip(FILES, (report_json(report), report_page(report)), strict=True)))


def report_json(report: Report) -> str:
    """The report as JSON, the same text for the same scored files."""
    return json_text(report.to_dict(), indent=1) + "\n"
