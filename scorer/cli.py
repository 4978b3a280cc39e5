"""The command line. A command declares options and calls plain functions; heavy imports wait until one runs."""

import json
import math
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn

import click

from scorer.errors import BundleError, InputError, ScorerError

if TYPE_CHECKING:
    from scorer.predict import Scorer
    from scorer.results import HeadlineScore

OVER_LIMIT = 3

_model = click.option("--model", metavar="BUNDLE", help="Folder of the model to use instead of the one shipped.")
_threads = click.option("--threads", type=click.IntRange(1), metavar="N", help="Processor threads to use.")
_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, one object per line.")
_fail_over = click.option(
    "--fail-over",
    type=click.FloatRange(0, 100),
    metavar="SCORE",
    help="Exit with code 3 when a score lies above SCORE (for checks).",
)


class Commands(click.Group):
    """The group of commands; the library's errors become one sentence on stderr and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; a reader that went away (`| head`) is no error."""
        try:
            found = super().invoke(ctx)
            sys.stdout.flush()
            return found
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0

    def main(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Run a command and exit with its code."""
        if sys.stdout is None:
            sys.exit("scorer: standard output is closed.")
        try:
            kwargs["standalone_mode"] = False
            code = super().main(*args, **kwargs)
            sys.exit(code if isinstance(code, int) else 0)
        except click.ClickException as error:
            error.show()
            sys.exit(error.exit_code)
        except click.exceptions.Abort:
            sys.exit(130)
        except ScorerError as error:
            click.echo(f"scorer: {error}", err=True)
            sys.exit(error.exit_code)
        except OSError as error:
            click.echo(f"scorer: {error}", err=True)
            sys.exit(1)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="headline-scorer")
def main() -> None:
    """Score how sensational headlines are, and by which words.

    Example: scorer headline "Fury as council axes lollipop lady after 40 years"
    """


def _load(model: str | None, threads: int | None) -> "Scorer":
    from scorer.predict import Scorer

    return Scorer.load(model, threads)


def _json_line(value: dict[str, Any]) -> str:
    """One line of JSON; a text with lone surrogates, which UTF-8 cannot carry, is escaped."""
    line = json.dumps(value, ensure_ascii=False)
    try:
        line.encode()
    except UnicodeEncodeError:
        line = json.dumps(value)
    return line


def _echo(text: str) -> None:
    """Print a view: colours only for a terminal, and none where NO_COLOR is set (no-color.org)."""
    click.echo(text, color=False if os.environ.get("NO_COLOR") else None)


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
            click.echo(_json_line(result.to_dict()))
        elif many:
            _echo(headline_line(result))
        else:
            _echo(("\n" if number else "") + headline_card(result))
    return highest


@main.command()
@click.argument("texts", nargs=-1, required=True, metavar="TEXT…")
@_as_json
@_fail_over
@_threads
@_model
def headline(
    texts: tuple[str, ...], as_json: bool, fail_over: float | None, threads: int | None, model: str | None
) -> int:
    """Score headlines; with - read them from standard input, one a line.

    Example: scorer headline "Fury as council axes lollipop lady after 40 years"
    """
    if fail_over is not None and math.isnan(fail_over):
        raise click.BadParameter("nan is no score.", param_hint="--fail-over")
    from_stdin = texts == ("-",)
    if "-" in texts and not from_stdin:
        raise click.UsageError("- reads headlines from standard input and cannot stand beside others.")
    scorer = _load(model, threads)
    results = score_stream(scorer) if from_stdin else scorer.headlines(texts)
    highest = print_scores(results, as_json, many=from_stdin)
    return OVER_LIMIT if fail_over is not None and highest > fail_over else 0


@main.command()
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@_as_json
@_threads
@_model
def compare(first: str, second: str, as_json: bool, threads: int | None, model: str | None) -> None:
    """Compare two wordings of one headline.

    Example: scorer compare "Council axes lollipop lady" "Fury as council axes lollipop lady"
    """
    from scorer.terminal import comparison_card

    result = _load(model, threads).compare(first, second)
    if as_json:
        click.echo(_json_line(result.to_dict()))
    else:
        _echo(comparison_card(result))


@main.command("model")
@_as_json
@_model
def describe_model(as_json: bool, model: str | None) -> None:
    """Show the model: name, version, data, figures, and whether its files are intact.

    Example: scorer model --json
    """
    from scorer.bundle import load_bundle
    from scorer.terminal import model_card

    bundle = load_bundle(model)
    if as_json:
        click.echo(_json_line({"name": bundle.model.name, "version": bundle.model.version, **bundle.info}))
    else:
        try:
            _echo(model_card(bundle))
        except (KeyError, TypeError) as error:
            raise BundleError(f"{bundle.folder}/config.json: lacks what a model tells of itself: {error}.") from error


if __name__ == "__main__":
    main()
