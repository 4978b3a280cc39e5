"""The command `article`."""

import os
import shutil
import sys
from pathlib import Path
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
from scorer.files import json_text

if TYPE_CHECKING:
    from scorer.article_results import ArticleScore


@main.command()
@click.argument("source", metavar="FILE|URL|-")
@click.option("--headline", "title", metavar="TEXT", help="The headline, if it is not on the page: all of it is body.")
@as_json_option
@click.option("--html", "out", type=click.Path(path_type=Path), metavar="OUT", help="Write a page for a browser.")
@click.option("--allow-private", is_flag=True, help="Fetch from private and loopback addresses too.")
@click.option(
    "--timeout", type=click.IntRange(1, 600), default=15, show_default=True, metavar="SECONDS", help="To fetch a URL."
)
@fail_over_option
@threads_option
@model_option
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

    result = score_page(load_scorer(model, threads), page, title)
    if out is not None:
        write_html(out, result)
        click.echo(f"Wrote {out}.", err=True)
    if as_json:
        click.echo(json_text(result.to_dict()))
    elif out is None:
        show_article(result)
    heat = result.headline and result.headline.sensationalism
    return OVER_LIMIT if fail_over is not None and heat and round(heat.score, 1) > fail_over else 0


def show_article(result: "ArticleScore") -> None:
    """Print an article at the width of the terminal; its loaded phrases get signs where colours will not be seen."""
    from scorer.article_terminal import article_card

    plain = bool(os.environ.get("NO_COLOR")) or not sys.stdout.isatty()
    echo(article_card(result, shutil.get_terminal_size().columns, plain))
