"""The command that trains: `retrain`. It alone imports the package `training`, and only when it runs."""

from pathlib import Path
from shlex import quote
from typing import Any

import click

from scorer.cli.group import echo, encoding_option, main, model_option, scale_of, threads_option


@main.command()
@click.argument("labelled", metavar="LABELLED")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), metavar="BUNDLE", help="Folder of the model to be."
)
@click.option("--head", metavar="NAME", help="A head of the model to refine, or the name of a new one [label column].")
@click.option("--text-col", "text_column", metavar="NAME", help="Column of texts (usual names are found).")
@click.option(
    "--label-col", "label_columns", multiple=True, metavar="NAME", help="Column of labels; several for 0/1 columns."
)
@click.option(
    "--kind",
    type=click.Choice(["graded", "binary", "classes", "labels", "phrases"]),
    help="What the labels are, where it is not told by them.",
)
@click.option("--scale", callback=scale_of, metavar="LOW,HIGH", help="The scale of grades, where they do not show it.")
@click.option("--positive", metavar="LABEL", help="The label that means yes.")
@click.option("--separator", metavar="SIGN", help="What stands between several labels of one cell.")
@click.option("--truth", metavar="FILE", help="A file with the labels, joined by its column id.")
@encoding_option
@click.option(
    "--split-by", "by", metavar="NAME", help="Column of groups or dates to split by; label: none of them [found out]."
)
@click.option(
    "--held-out",
    type=click.FloatRange(0.05, 0.5),
    default=0.2,
    show_default=True,
    metavar="SHARE",
    help="Share of the rows that is kept for the report.",
)
@click.option(
    "--rated-by",
    type=click.Choice(["people", "machine", "unknown"]),
    default="unknown",
    help="Who labelled: it is said in the report.",
)
@click.option("--frozen", "mode", flag_value="frozen", help="Leave the encoder as it is: seconds, other heads stay.")
@click.option("--fine-tune", "mode", flag_value="fine-tune", help="Fine-tune the encoder in any case.")
@click.option("--epochs", type=click.IntRange(1, 50), metavar="N", help="Epochs of fine-tuning at most [5].")
@click.option("--encoder", metavar="FOLDER", help="Start from another BERT encoder; the heads are taught anew.")
@click.option(
    "--seed", type=click.IntRange(0), default=0, show_default=True, metavar="N", help="Of all that is random."
)
@click.option(
    "--seeds", type=click.IntRange(1, 20), default=1, metavar="N", help="Fine-tune with N seeds; tells mean and spread."
)
@click.option("--run", type=click.Path(path_type=Path), metavar="DIR", help="Folder for checkpoints and log [OUT.run].")
@click.option("--resume", is_flag=True, help="Go on with a run that was killed.")
@threads_option
@model_option
def retrain(labelled: str, out: Path, mode: str | None, **options: Any) -> None:
    """Train a model of your own from labelled rows, and learn whether it is better.

    LABELLED is any file that `scorer corpus` reads, a folder of `datasets`, or an export of Label Studio, Argilla or
    doccano. Labels are a grade, yes or no, one of several classes, several labels, or phrases: found out, and shown.
    What cannot work is refused before training. BUNDLE gets the model, its card and a report on rows held out.

    Example: scorer retrain labelled.csv --out my-model
    """
    from scorer.files import extra

    for module in ("torch", "transformers", "onnx", "datasets", "sklearn"):
        extra(module, "train", "retraining")
    from scorer.terminal import shown
    from training.retrain.job import Job
    from training.retrain.run import retrain as run_retraining
    from training.retrain.wanted import Wanted

    asked = ("text_column", "label_columns", "kind", "scale", "positive", "separator", "truth", "encoding")
    wanted = Wanted(**{name: options.pop(name) for name in asked})
    job = Job(labelled, out, wanted, mode=mode or "auto", **options)
    outcome = run_retraining(job, lambda line: click.echo(line, err=True))
    echo(outcome.card)
    click.echo(f"Wrote the model, its card and report to {out}. Try it:", err=True)
    click.echo(f"  scorer headline --model {quote(str(out))} -- {quote(shown(outcome.example))}", err=True)
