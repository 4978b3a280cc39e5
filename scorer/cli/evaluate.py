"""Commands that measure models: `evaluate`, `audit`, `diff`."""

from pathlib import Path
from typing import Any

import click

from scorer.cli.group import (
    as_json_option,
    echo,
    encoding_option,
    load_scorer,
    main,
    model_option,
    scale_of,
    threads_option,
)
from scorer.evaluate import HEADS, SHIPPED
from scorer.files import json_text


def _conditions(ctx: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """(column, value) pairs from `COLUMN=VALUE`."""
    pairs = tuple(value.partition("=") for value in values)
    for value, (column, sign, _) in zip(values, pairs, strict=True):
        if not column or not sign:
            raise click.BadParameter(f"found {value}, expected COLUMN=VALUE, as in split=dev.")
    return tuple((column, wanted) for column, _, wanted in pairs)


@main.command()
@click.argument("labelled", metavar="LABELLED")
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="DIR", help="Folder for the report.")
@click.option(
    "--head",
    type=click.Choice(HEADS),
    metavar="HEAD",
    help=f"What the labels are of: {', '.join(HEADS[:10])}, or one frame.",
)
@click.option(
    "--label-col", "label_columns", multiple=True, metavar="NAME", help="Column of labels (usual names are found)."
)
@click.option("--text-col", metavar="NAME", help="Column of texts (usual names are found).")
@click.option("--scale", callback=scale_of, metavar="LOW,HIGH", help="The scale of grades, where they do not show it.")
@click.option("--positive", metavar="LABEL", help="The label that means yes.")
@click.option(
    "--where", callback=_conditions, multiple=True, metavar="COLUMN=VALUE", help="Rows to keep; may be repeated."
)
@click.option("--slice", "slices", multiple=True, metavar="NAME", help="A column to slice by besides the usual ones.")
@click.option("--truth", metavar="FILE", help="A file with the labels, joined by its column id.")
@click.option(
    "--rated-by",
    type=click.Choice(["people", "machine", "unknown"]),
    default="unknown",
    help="Who labelled: it is said in the report.",
)
@click.option("--compare", metavar="BUNDLE", help=f"A second model on the same rows; {SHIPPED}: the one shipped.")
@encoding_option
@as_json_option
@threads_option
@model_option
def evaluate(
    labelled: str,
    out: Path,
    head: str | None,
    label_columns: tuple[str, ...],
    text_col: str | None,
    scale: tuple[float, float] | None,
    positive: str | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Measure the model on labelled rows, beside a TF-IDF baseline and the commonest answer.

    LABELLED is any file that `scorer corpus` reads, with a column of labels: grades, yes and no, frames; or a folder
    with the Clickbait Challenge's instances.jsonl and truth.jsonl. DIR gets report.json, report.html and report.md.
    Agreement with people and agreement with a machine that rated are not the same: say which with --rated-by.

    Example: scorer evaluate rated.csv --out report --where split=test --rated-by people
    """
    from scorer.evaluate.cells import Wanted
    from scorer.evaluate.report import FILES, MARK, write_report
    from scorer.evaluate.run import Task
    from scorer.evaluate.run import evaluate as run_evaluation
    from scorer.evaluate.show import evaluation_card
    from scorer.report_folder import check_folder

    check_folder(out, FILES, MARK, [labelled])
    wanted = Wanted(label_columns, head, scale, positive)
    report = run_evaluation(Task(labelled, wanted, text_column=text_col, **options))
    paths = write_report(report, out)
    if as_json:
        click.echo(json_text(report.to_dict()))
    else:
        echo(evaluation_card(report))
    click.echo(f"Wrote {', '.join(path.name for path in paths)} to {out}.", err=True)


@main.command()
@click.option("--out", required=True, type=click.Path(path_type=Path), metavar="DIR", help="Folder for the reports.")
@click.option(
    "--suite",
    "own",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A suite of your own (YAML) besides those shipped; may be repeated.",
)
@click.option("--only", multiple=True, metavar="NAME", help="Run the suite of this name only; may be repeated.")
@threads_option
@model_option
def audit(out: Path, own: tuple[Path, ...], only: tuple[str, ...], threads: int | None, model: str | None) -> int:
    """Probe the model for even-handedness and robustness; no labels are needed.

    It swaps parties, countries, faiths, names and companies, changes case, quotes and spelling, sets traps, and
    contrasts wordings. DIR gets report.json, report.md and report.html. The exit code is 1 when a mark is missed.

    Example: scorer audit --out audit --only swaps --only traps
    """
    from scorer.audit.report import FILES, MARK, table, write_report
    from scorer.audit.run import run_audit
    from scorer.audit.suites import load_suites
    from scorer.report_folder import check_folder

    suites = load_suites(own, only)
    check_folder(out, FILES, MARK, map(str, own))
    found = run_audit(load_scorer(model, threads), suites)
    write_report(found, out)
    click.echo(table(found))
    click.echo(f"Wrote report.json, report.md and report.html to {out}.", err=True)
    return 0 if found.passed else 1


@main.command()
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@click.argument("file", metavar="FILE")
@click.option("--text-col", metavar="NAME", help="Column of headlines (usual names are found).")
@encoding_option
@as_json_option
@threads_option
def diff(
    first: str, second: str, file: str, text_col: str | None, encoding: str, as_json: bool, threads: int | None
) -> None:
    """Compare two models on the headlines of FILE: which scores change, by how much, and where.

    A and B are folders of models; the word shipped stands for the one that came with this program.

    Example: scorer diff shipped my-bundle headlines.csv
    """
    from scorer.diff import diff_card, diff_models

    found = diff_models(first, second, file, text_col, encoding, threads)
    if as_json:
        click.echo(json_text(found.to_dict()))
    else:
        echo(diff_card(found))
