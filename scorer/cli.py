"""The command line. A command declares options and calls plain functions; heavy imports wait until one runs."""

import json
import math
import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from scorer.corpus import FORMAT_NAMES
from scorer.errors import BundleError, InputError, ScorerError
from scorer.evaluate import HEADS, SHIPPED

if TYPE_CHECKING:
    from scorer.article_results import ArticleScore
    from scorer.predict import Scorer
    from scorer.results import HeadlineScore

OVER_LIMIT = 3

_model = click.option("--model", metavar="BUNDLE", help="Folder of the model to use instead of the one shipped.")
_threads = click.option("--threads", type=click.IntRange(1), metavar="N", help="Processor threads to use.")
_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, one object per line.")


def _limit(ctx: click.Context, parameter: click.Parameter, value: float | None) -> float | None:
    """The limit of --fail-over; nan, which lies in every range, is refused."""
    if value is not None and math.isnan(value):
        raise click.BadParameter("nan is no score.")
    return value


_fail_over = click.option(
    "--fail-over",
    type=click.FloatRange(0, 100),
    callback=_limit,
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
    """Score how sensational headlines are, by which words, and how the articles under them are worded.

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
    from_stdin = texts == ("-",)
    if "-" in texts and not from_stdin:
        raise click.UsageError("- reads headlines from standard input and cannot stand beside others.")
    scorer = _load(model, threads)
    results = score_stream(scorer) if from_stdin else scorer.headlines(texts)
    highest = print_scores(results, as_json, many=from_stdin)
    return OVER_LIMIT if fail_over is not None and highest > fail_over else 0


@main.command()
@click.argument("source", metavar="FILE|URL|-")
@click.option("--headline", "title", metavar="TEXT", help="The headline, if it is not on the page: all of it is body.")
@_as_json
@click.option("--html", "out", type=click.Path(path_type=Path), metavar="OUT", help="Write a page for a browser.")
@click.option("--allow-private", is_flag=True, help="Fetch from private and loopback addresses too.")
@click.option(
    "--timeout", type=click.IntRange(1, 600), default=15, show_default=True, metavar="SECONDS", help="To fetch a URL."
)
@_fail_over
@_threads
@_model
def article(
    source: str,
    title: str | None,
    as_json: bool,
    out: Path | None,
    allow_private: bool,
    timeout: int,
    fail_over: float | None,
    threads: int | None,
    model: str | None,
) -> int:
    """Score an article: its headline, its text, and the gap between them.

    It reads text as pasted or HTML, from a file, an address, or with - from standard input. --fail-over looks at the
    headline's score.

    Example: scorer article page.txt --html report.html
    """
    from scorer.article_html import check_out, write_html
    from scorer.fetch import open_page

    if title is not None and not title.strip():
        raise click.BadParameter("is empty; leave it out where the page has its headline.", param_hint="--headline")
    if out is not None:
        check_out(out, source)
    page = open_page(source, allow_private=allow_private, headline_apart=title is not None, timeout=timeout)
    from scorer.article import score_page

    result = score_page(_load(model, threads), page, title)
    if out is not None:
        write_html(out, result)
        click.echo(f"Wrote {out}.", err=True)
    if as_json:
        click.echo(_json_line(result.to_dict()))
    elif out is None:
        show_article(result)
    heat = result.headline and result.headline.sensationalism
    return OVER_LIMIT if fail_over is not None and heat and round(heat.score, 1) > fail_over else 0


def show_article(result: "ArticleScore") -> None:
    """Print an article at the width of the terminal; its loaded phrases get signs where colours will not be seen."""
    from scorer.article_terminal import article_card

    plain = bool(os.environ.get("NO_COLOR")) or not sys.stdout.isatty()
    _echo(article_card(result, shutil.get_terminal_size().columns, plain))


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
@click.option("--encoding", default="utf-8", show_default=True, help="Of text files without a byte order mark.")
@click.option("--shard", callback=_shard, metavar="I/N", help="Score rows I, I+N, I+2N … only: one of N jobs.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Look at the first N rows only.")
@click.option("--strict", is_flag=True, help="Stop at the first bad row with exit code 2.")
@click.option("--resume", is_flag=True, help="Go on with a run that was stopped, or begin one.")
@click.option("--overwrite", is_flag=True, help="Replace OUT, and drop an unfinished run.")
@click.option("--engine", type=click.Choice(["local", "ray"]), default="local", help="Where to score; here by default.")
@click.option("--ray-address", metavar="ADDRESS", help="Ray cluster to use; one on this machine without it.")
@click.option("--workers", type=click.IntRange(1), metavar="N", help="Workers of --engine ray.")
@_threads
@_model
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
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Where to listen; by default for this machine only."
)
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 is any that is free.")
@click.option("--allow-host", "hosts", multiple=True, metavar="NAME", help="Answer to this name too; may be repeated.")
@click.option("--allow-urls", is_flag=True, help="Fetch the addresses of articles, but never private ones.")
@click.option("--feedback", type=click.Path(path_type=Path), metavar="FILE", help="Append people's own scores (JSONL).")
@click.option("--max-body", type=click.IntRange(1, 100), default=2, show_default=True, help="Megabytes of one request.")
@click.option("--max-headlines", type=click.IntRange(1, 4096), default=256, show_default=True, help="In one request.")
@click.option("--max-characters", type=click.IntRange(1), default=200_000, show_default=True, help="Of one article.")
@click.option("--max-seconds", type=click.IntRange(1, 3600), default=30, show_default=True, help="For one request.")
@click.option("--max-requests", type=click.IntRange(1), default=256, show_default=True, help="Taken on at once.")
@_threads
@_model
def serve(
    host: str,
    port: int,
    hosts: tuple[str, ...],
    allow_urls: bool,
    feedback: Path | None,
    threads: int | None,
    model: str | None,
    **limits: int,
) -> None:
    """Serve a page for the browser and an HTTP API on this machine.

    What is sent is neither stored nor logged. The API is described at /openapi.json.

    Example: scorer serve --port 8080
    """
    from scorer.corpus.files import extra

    for module in ("fastapi", "uvicorn", "prometheus_client"):
        extra(module, "serve", "`scorer serve`")
    from scorer.serve.run import run_server
    from scorer.serve.settings import Limits, Settings

    limits["body_bytes"] = limits.pop("max_body") * 1024**2
    taken = Limits(**{name.removeprefix("max_"): value for name, value in limits.items()})
    settings = Settings(host, port, allow_urls, hosts, feedback, taken)
    run_server(_load(model, threads), settings, lambda line: click.echo(line, err=True))


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
@_threads
@_model
def audit(out: Path, own: tuple[Path, ...], only: tuple[str, ...], threads: int | None, model: str | None) -> int:
    """Probe the model for even-handedness and robustness; no labels are needed.

    It swaps parties, countries, faiths, names and companies, changes case, quotes and spelling, sets traps, and
    contrasts wordings. DIR gets report.json, report.md and report.html. The exit code is 1 when a mark is missed.

    Example: scorer audit --out audit --only swaps --only traps
    """
    from scorer.audit.report import prepare, table, write_reports
    from scorer.audit.run import run_audit
    from scorer.audit.suites import load_suites

    suites = load_suites(own, only)
    scorer = _load(model, threads)
    prepare(out)
    found = run_audit(scorer, suites)
    write_reports(out, found)
    click.echo(table(found))
    click.echo(f"Wrote report.json, report.md and report.html to {out}.", err=True)
    return 0 if found.passed else 1


def _scale(ctx: click.Context, parameter: click.Parameter, value: str | None) -> tuple[float, float] | None:
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
@click.option("--scale", callback=_scale, metavar="LOW,HIGH", help="The scale of grades, where they do not show it.")
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
@click.option("--encoding", default="utf-8", show_default=True, help="Of text files without a byte order mark.")
@_as_json
@_threads
@_model
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
    from scorer.evaluate.report import check_folder, write_report
    from scorer.evaluate.run import Task
    from scorer.evaluate.run import evaluate as run_evaluation
    from scorer.evaluate.show import evaluation_card

    check_folder(out, labelled)
    wanted = Wanted(label_columns, head, scale, positive)
    report = run_evaluation(Task(labelled, wanted, text_column=text_col, **options))
    paths = write_report(report, out)
    if as_json:
        click.echo(_json_line(report.to_dict()))
    else:
        _echo(evaluation_card(report))
    click.echo(f"Wrote {', '.join(path.name for path in paths)} to {out}.", err=True)


@main.command()
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@click.argument("file", metavar="FILE")
@click.option("--text-col", metavar="NAME", help="Column of headlines (usual names are found).")
@click.option("--encoding", default="utf-8", show_default=True, help="Of text files without a byte order mark.")
@_as_json
@_threads
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
        click.echo(_json_line(found.to_dict()))
    else:
        _echo(diff_card(found))


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
    from scorer.report.page import in_short
    from scorer.report.run import check_out, make_report, write_report

    check_out(out, scored)
    found = make_report(scored, by, headline_col)
    write_report(found, out)
    click.echo(in_short(found))
    click.echo(f"Wrote report.html and report.json to {out}.", err=True)


if __name__ == "__main__":
    main()
