"""Measure a model on every set and write what is known of it: `python -m training.figures`."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import click

from scorer.bundle import DEFAULT_BUNDLE, read_config
from training import human
from training.__main__ import told_plainly
from training.card import model_card
from training.export import write_description
from training.figures import labelled
from training.figures.audited import audit_figures
from training.figures.files import FOLDER, read_figures, stale, stamp_of, write_figures
from training.figures.labelled import labelled_figures
from training.figures.pages import PAGES, filled
from training.figures.takeover import taken_over
from training.sources import data_root

#: What measures each set, by its name.
MAKERS: dict[str, Callable[[Path], dict[str, Any]]] = {
    **{name: partial(labelled_figures, sets=sets) for name, sets in labelled.SETS.items()},
    **{name: partial(human.human_figures, name=name) for name in human.SETS},
    "audit": audit_figures,
}


def measure(bundle: Path, folder: Path, names: list[str]) -> None:
    """Measure a bundle on sets and keep the figures of each as soon as they are there."""
    stamp = stamp_of(read_config(bundle))
    for name in names:
        click.echo(f"{name}: measuring", err=True)
        write_figures(folder, name, stamp, MAKERS[name](bundle))


def take_over(bundle: Path, folder: Path) -> None:
    """Put the figures into a bundle's `config.json` and card."""
    config = taken_over(read_config(bundle), read_figures(folder, MAKERS))
    write_description(bundle, config, model_card(config))


def write_pages(bundle: Path, folder: Path, root: Path) -> None:
    """Write the figures into README and docs."""
    config, figures = read_config(bundle), read_figures(folder, MAKERS)
    for page in PAGES:
        path = root / page
        path.write_text(filled(path.read_text(encoding="utf-8"), config, figures), encoding="utf-8")


def make(bundle: Path, folder: Path, only: list[str], again: bool) -> None:
    """Measure a bundle on the sets wanted, then write what is known of it, once there are figures for every set.

    :param only: names of sets to measure, whatever is there; those without figures of this model when empty.
    :param again: measure every set.
    """
    data_root()
    stamp = stamp_of(read_config(bundle))
    wanted = only or (list(MAKERS) if again else stale(folder, MAKERS, stamp))
    kept = [name for name in MAKERS if name not in wanted]
    if kept and not only:
        click.echo(f"kept, as they are of this model: {', '.join(kept)}", err=True)
    measure(bundle, folder, wanted)
    if missing := stale(folder, MAKERS, stamp):
        click.echo(
            f"Card, README and docs were not written: of {stamp['name']} {stamp['version']} there are no figures yet "
            f"for {', '.join(missing)}. `python -m training.figures` makes them.",
            err=True,
        )
        return
    take_over(bundle, folder)
    shipped = bundle.resolve() == DEFAULT_BUNDLE.resolve()
    if shipped:
        write_pages(bundle, folder, Path())
    click.echo(f"Wrote {folder}, {bundle / 'README.md'}{', README.md and docs' if shipped else ''}.", err=True)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("bundle", type=click.Path(path_type=Path), default=DEFAULT_BUNDLE)
@click.option("--out", "folder", type=click.Path(path_type=Path), default=FOLDER, help="Folder of the figures.")
@click.option(
    "--only", multiple=True, type=click.Choice(list(MAKERS)), help="Measure this set only, anew; may be repeated."
)
@click.option("--again", is_flag=True, help="Measure sets anew that have figures of this model.")
def main(bundle: Path, folder: Path, only: tuple[str, ...], again: bool) -> None:
    """Measure BUNDLE on every set, then write its card and, for the shipped one, README and docs.

    Sets that have figures of this very model are kept, so the command goes on where it was stopped. The labelled data
    comes from SCORER_DATA or ../shared/data.

    Example: python -m training.figures --only audit
    """
    with told_plainly():
        make(bundle, folder, list(only), again)


if __name__ == "__main__":
    main()
