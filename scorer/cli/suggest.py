"""The command that says what to label next: `suggest`."""

from pathlib import Path
from typing import Any

import click

from scorer.cli.group import encoding_option, main, model_option, threads_option
from scorer.evaluate import HEADS


@main.command()
@click.argument("unlabelled", metavar="UNLABELLED")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="File to write; its suffix is its format.")
@click.option("--n", "wanted", type=click.IntRange(1), default=200, show_default=True, help="How many rows to suggest.")
@click.option(
    "--head",
    type=click.Choice(HEADS),
    default="sensationalism",
    show_default=True,
    metavar="HEAD",
    help=f"What the labels will be of: {', '.join(HEADS[:10])}, or one frame.",
)
@click.option(
    "--random",
    type=click.FloatRange(0, 1),
    default=0.2,
    show_default=True,
    metavar="SHARE",
    help="The share of rows drawn at random, 0 to 1: evaluate on these.",
)
@click.option("--text-col", "text_column", metavar="NAME", help="Column of texts (usual names are found).")
@encoding_option
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed draws the same rows.")
@click.option("--overwrite", is_flag=True, help="Replace OUT.")
@threads_option
@model_option
def suggest(unlabelled: str, out: Path, overwrite: bool, **options: Any) -> None:
    """Suggest which rows to label next: those the model is least sure of, unlike each other, and some at random.

    UNLABELLED is any file that `scorer corpus` reads. OUT is CSV, TSV or JSONL with all columns, or .json: tasks that
    Label Studio imports. The column `picked` says random or uncertain: only the random rows stand for the whole file,
    so keep them for evaluation. Near-duplicates and texts the model does not judge are left out and counted.

    Example: scorer suggest headlines.csv --n 200 --out to_label.csv
    """
    from scorer.corpus.show import ProgressLine
    from scorer.suggest import Task
    from scorer.suggest import suggest as run_suggest
    from scorer.suggest_files import check_out, labelling_config, summary, write_suggestion

    check_out(out, unlabelled, overwrite)
    line = ProgressLine()
    try:
        found = run_suggest(Task(unlabelled, **options), line)
    finally:
        line.end()
    write_suggestion(found, out)
    click.echo(f"{out}: {summary(found)}", err=True)
    if out.suffix.lower() == ".json":
        click.echo(f"Labelling interface for Label Studio: {labelling_config(found.head)}", err=True)
