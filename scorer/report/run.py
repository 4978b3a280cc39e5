"""Makes a report: opens the scored files, finds what to group by, counts, and writes JSON and a page."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from scorer.bundle import file_hash
from scorer.corpus.columns import GROUP_NAMES, listed, usual_column
from scorer.corpus.inputs import expand
from scorer.corpus.readers import JsonLines
from scorer.corpus.workspace import rejects_of
from scorer.errors import InputError
from scorer.files import json_text, write_texts
from scorer.report.figures import figures
from scorer.report.load import Scored, open_scored
from scorer.report.page import report_page
from scorer.report.results import KIND, File, Report
from scorer.report.tally import GroupColumn, Tally, rejected_reasons

FILES: Final = ("report.json", "report.html")
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


def check_out(out: Path, scored: Sequence[str]) -> None:
    """Refuse, before any work is done, a folder that the report cannot be written to.

    :raises InputError: when it is a file, or a report would replace a scored file or the report of another command.
    """
    if out.exists() and not out.is_dir():
        raise InputError(f"{out}: is a file; name the folder to write the report to.")
    for path in (out / name for name in FILES):
        if path.is_dir():
            raise InputError(f"{path}: is a folder where the report should be; name another folder.")
        if path.exists() and any(path.samefile(name) for name in expand(scored)):
            raise InputError(f"{path}: is the scored file; name another folder for the report.")
    earlier = out / "report.json"
    if earlier.exists() and not _is_ours(earlier):
        raise InputError(f"{earlier}: is not a report of this command and would be replaced; name another folder.")


def _is_ours(path: Path) -> bool:
    try:
        found = json.loads(path.read_bytes())
    except ValueError:
        return False
    return isinstance(found, dict) and found.get("kind") == KIND


def write_report(report: Report, out: Path) -> None:
    """Write both files, each whole or not at all; earlier ones are replaced, whatever else is in the folder stays.

    :raises InputError: when the folder cannot be made.
    """
    contents = (report_json(report), report_page(report))
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{out}: cannot be made a folder for the report ({error.strerror}).") from error
    write_texts(out, dict(zip(FILES, contents, strict=True)))


def report_json(report: Report) -> str:
    """The report as JSON, the same text for the same scored files."""
    return json_text(report.to_dict(), indent=1) + "\n"
