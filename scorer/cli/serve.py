"""The command `serve`."""

from pathlib import Path

import click

from scorer.cli.group import load_scorer, main, model_option, threads_option


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
@click.option(
    "--max-seconds", type=click.IntRange(1, 3600), default=30, show_default=True, help="To fetch, and to score."
)
@click.option("--max-requests", type=click.IntRange(1), default=256, show_default=True, help="Taken on at once.")
@threads_option
@model_option
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
    from scorer.files import extra

    for module in ("fastapi", "uvicorn", "prometheus_client"):
        extra(module, "serve", "`scorer serve`")
    from scorer.serve.run import run_server
    from scorer.serve.settings import Limits, Settings

    limits["body_bytes"] = limits.pop("max_body") * 1024**2
    taken = Limits(**{name.removeprefix("max_"): value for name, value in limits.items()})
    settings = Settings(host, port, allow_urls, hosts, feedback, taken)
    run_server(load_scorer(model, threads), settings, lambda line: click.echo(line, err=True))
