"""The group of commands, and what several of them share. Heavy imports wait until a command runs."""

import codecs
import io
import math
import os
import sys
from typing import TYPE_CHECKING, Any, NoReturn

import click

from scorer.errors import ScorerError

if TYPE_CHECKING:
    from scorer.predict import Scorer


OVER_LIMIT = 3

model_option = click.option("--model", metavar="BUNDLE", help="Folder of the model to use instead of the one shipped.")
threads_option = click.option("--threads", type=click.IntRange(1), metavar="N", help="Processor threads to use.")
encoding_option = click.option(
    "--encoding", default="utf-8", show_default=True, help="Of text files without a byte order mark."
)
as_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, one object per line.")


def _limit(ctx: click.Context, parameter: click.Parameter, value: float | None) -> float | None:
    """The limit of --fail-over; nan, which lies in every range, is refused."""
    if value is not None and math.isnan(value):
        raise click.BadParameter("nan is no score.")
    return value


fail_over_option = click.option(
    "--fail-over",
    type=click.FloatRange(0, 100),
    callback=_limit,
    metavar="SCORE",
    help="Exit with code 3 when a score lies above SCORE (for checks).",
)


def scale_of(ctx: click.Context, parameter: click.Parameter, value: str | None) -> tuple[float, float] | None:
    """The two ends of a scale from `LOW,HIGH`."""
    if value is None:
        return None
    try:
        low, high = (float(end) for end in value.split(","))
    except ValueError:
        low = high = math.nan
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise click.BadParameter(f"found {value}, expected the lowest and the highest grade, as in 1,5.")
    return low, high


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
        _make_writable(sys.stdout)
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


def _make_writable(stream: object) -> None:
    """Let a stream take every character: files and pipes get UTF-8, a terminal what it can show."""
    if not isinstance(stream, io.TextIOWrapper) or codecs.lookup(stream.encoding).name == "utf-8":
        return
    if stream.isatty():
        stream.reconfigure(errors="replace")
    else:
        stream.reconfigure(encoding="utf-8")


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="headline-scorer")
def main() -> None:
    """Score how sensational headlines are, by which words, and how the articles under them are worded.

    Example: scorer headline "Fury as council axes lollipop lady after 40 years"
    """


def load_scorer(model: str | None, threads: int | None) -> "Scorer":
    """The scorer of --model and --threads."""
    from scorer.predict import Scorer

    return Scorer.load(model, threads)


def echo(text: str) -> None:
    """Print a view: colours only for a terminal, and none where NO_COLOR is set (no-color.org)."""
    click.echo(text, color=False if os.environ.get("NO_COLOR") else None)
