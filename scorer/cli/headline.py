"""Commands on headlines: `headline`, `compare`, `model`."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from scorer.cli.group import (
    OVER_LIMIT,
    as_json_option,
    echo,
    fail_over_option,
    load_scorer,
    main,
    model_option,
    threads_option,
)
from scorer.errors import BundleError, InputError
from scorer.files import json_text

if TYPE_CHECKING:
    from scorer.predict import Scorer
    from scorer.results import HeadlineScore


def score_stream(scorer: "Scorer") -> Iterator["HeadlineScore"]:
    """Score standard input line by line, in order, each result with its line number."""
    from scorer.predict import WINDOW
    from scorer.stream import read_lines, windows

    if sys.stdin is None:
        raise InputError("standard input is closed; pass headlines as arguments or pipe them in.")
    # a reader of its own: a thread waits in it, and Python insists on closing sys.stdin itself
    stream = open(sys.stdin.fileno(), "rb", closefd=False)  # noqa: SIM115
    for window in windows(read_lines(stream), WINDOW):
        scores = iter(scorer.headlines([line.text for line in window if line.problem is None]))
        for line in window:
            if line.problem is None:
                yield replace(next(scores), line=line.number)
            else:
                yield scorer.abstained(line.text, line.problem, line.number)


def print_scores(results: Iterable["HeadlineScore"], as_json: bool, many: bool) -> float:
    """Print results as they come and return the highest score (-1 without any)."""
    from scorer.terminal import headline_card, headline_line

    highest = -1.0
    for number, result in enumerate(results):
        if result.sensationalism:
            highest = max(highest, round(result.sensationalism.score, 1))
        if as_json:
            click.echo(json_text(result.to_dict()))
        elif many:
            echo(headline_line(result))
        else:
            echo(("\n" if number else "") + headline_card(result))
    return highest


@main.command()
@click.argument("texts", nargs=-1, required=True, metavar="TEXT…")
@as_json_option
@fail_over_option
@threads_option
@model_option
def headline(
    texts: tuple[str, ...], as_json: bool, fail_over: float | None, threads: int | None, model: str | None
) -> int:
    """Score headlines; with - read them from standard input, one a line.

    Example: scorer headline "Fury as council axes lollipop lady after 40 years"
    """
    from_stdin = texts == ("-",)
    if "-" in texts and not from_stdin:
        raise click.UsageError("- reads headlines from standard input and cannot stand beside others.")
    scorer = load_scorer(model, threads)
    results = score_stream(scorer) if from_stdin else scorer.headlines(texts)
    highest = print_scores(results, as_json, many=from_stdin)
    return OVER_LIMIT if fail_over is not None and highest > fail_over else 0


@main.command()
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@as_json_option
@threads_option
@model_option
def compare(first: str, second: str, as_json: bool, threads: int | None, model: str | None) -> None:
    """Compare two wordings of one headline.

    Example: scorer compare "Council axes lollipop lady" "Fury as council axes lollipop lady"
    """
    from scorer.terminal import comparison_card

    result = load_scorer(model, threads).compare(first, second)
    if as_json:
        click.echo(json_text(result.to_dict()))
    else:
        echo(comparison_card(result))


@main.command("model")
@as_json_option
@model_option
def describe_model(as_json: bool, model: str | None) -> None:
    """Show the model: name, version, data, figures, and whether its files are intact.

    Example: scorer model --json
    """
    from scorer.bundle import load_bundle
    from scorer.terminal import model_card

    bundle = load_bundle(model)
    if as_json:
        click.echo(json_text({"name": bundle.model.name, "version": bundle.model.version, **bundle.info}))
    else:
        try:
            echo(model_card(bundle))
        except (KeyError, TypeError) as error:
            raise BundleError(f"{bundle.folder}/config.json: lacks what a model tells of itself: {error}.") from error
