"""Commands on whole files: `corpus`, `report`."""

import re
from pathlib import Path
from typing import Any

import click

from scorer.cli.group import encoding_option, main, model_option, threads_option
from scorer.corpus import FORMAT_NAMES


def _shard(ctx: click.Context, parameter: click.Parameter, value: str | None) -> tuple[int, int]:
    """(i, n) from `i/n`."""
    match = re.fullmatch(r"(\d{1,9})/(\d{1,9})", value or "1/1")
    if match is None or not 1 <= int(match[1]) <= int(match[2]):
        raise click.BadParameter(f"found {value}, expected I/N with I from 1 to N, as in 2/8.")
    return int(match[1]), int(match[2])


@main.command()
@click.argument("inputs", nargs=-1, required=True, metavar="INPUT…")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="File to write; its suffix is its format.")
@click.option("--format", "format_name", type=click.Choice(FORMAT_NAMES), help="Format of OUT, whatever its suffix.")
@click.option("--headline-col", metavar="NAME", help="Column of the headlines (usual names are found).")
@click.option("--body-col", metavar="NAME", help="Column of the bodies (usual names are found).")
@click.option("--no-body", is_flag=True, help="Score headlines only, which is faster.")
@encoding_option
@click.option("--shard", callback=_shard, metavar="I/N", help="Score rows I, I+N, I+2N … only: one of N jobs.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Look at the first N rows only.")
@click.option("--strict", is_flag=True, help="Stop at the first bad row with exit code 2.")
@click.option("--resume", is_flag=True, help="Go on with a run that was stopped, or begin one.")
@click.option("--overwrite", is_flag=True, help="Replace OUT, and drop an unfinished run.")
@click.option("--engine", type=click.Choice(["local", "ray"]), default="local", help="Where to score; here by default.")
@click.option("--ray-address", metavar="ADDRESS", help="Ray cluster to use; one on this machine without it.")
@click.option("--workers", type=click.IntRange(1), metavar="N", help="Workers of --engine ray.")
@threads_option
@model_option
def corpus(
    inputs: tuple[str, ...],
    out: Path,
    format_name: str | None,
    headline_col: str | None,
    body_col: str | None,
    no_body: bool,
    encoding: str,
    **options: Any,
) -> None:
    """Score whole files: CSV, TSV, JSONL, Parquet, TXT (a headline a line), feeds, folders of .txt or .html.

    OUT is CSV, TSV, JSONL, Parquet, SQLite (.db) or DuckDB, or with --format clickbait the results.jsonl of the
    Clickbait Challenge. All columns are carried through. Rows that cannot be read go to OUT.rejects.jsonl. OUT appears
    when it is complete; a run that was stopped or killed goes on with --resume.

    Example: scorer corpus headlines.csv --out scores.csv
    """
    from scorer.corpus.inputs import Reading
    from scorer.corpus.run import Job
    from scorer.corpus.show import run_shown

    reading = Reading(inputs, headline_col, body_col, not no_body, encoding)
    run_shown(Job(reading, out, format_name, **options))


@main.command()
@click.argument("scored", nargs=-1, required=True, metavar="SCORED…")
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="DIR", help="Folder for the report.")
@click.option("--by", multiple=True, metavar="COLUMN", help="Group by this column too; may be repeated.")
@click.option("--headline-col", metavar="NAME", help="Column of the headlines (usual names are found).")
def report(scored: tuple[str, ...], out: Path, by: tuple[str, ...], headline_col: str | None) -> None:
    """Report on a scored corpus: how its scores lie, and by outlet, leaning, topic and month.

    SCORED is what `scorer corpus` wrote, in any of its formats but that of the Clickbait Challenge; several files make
    one corpus. Columns with usual names are grouped by. DIR gets report.html, one page that needs no network, and
    report.json. Differences between groups are differences of wording, never of truth.

    Example: scorer report scores.csv --out report --by desk
    """
    from scorer.corpus.inputs import expand
    from scorer.report.page import in_short
    from scorer.report.run import FILES, MARK, make_report, write_report
    from scorer.report_folder import check_folder

    check_folder(out, FILES, MARK, expand(scored))
    found = make_report(scored, by, headline_col)
    write_report(found, out)
    click.echo(in_short(found))
    click.echo(f"Wrote report.html and report.json to {out}.", err=True)
