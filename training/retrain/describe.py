"""The card of a retrained bundle: what it was trained on, how well it does, and below it the card it started with."""

from typing import Any

from scorer.evaluate.wording import MEASURES, estimate
from scorer.markdown import table
from scorer.metrics import Estimate

_SYSTEMS = {
    "model": "this model",
    "other": "the shipped model",
    "tfidf": "TF-IDF",
    "constant": "mean or commonest",
    "everything": "marking everything",
}


def retrain_card(config: dict[str, Any], below: str) -> str:
    """The card in Markdown.

    :param config: the bundle's description, with `retrained`; `below`: the card of the bundle it started from.
    """
    facts = config["retrained"]
    base = f"{facts['base']['name']} {facts['base']['version']}"
    what = "a new head" if facts["new_head"] else "a refined head"
    rows = facts["rows"]
    apart = facts["fine_tuned"] or facts["base"]["encoder"]
    moved = ", ".join(f"{name} {value:.3f}" for name, value in facts["moved"].items() if value is not None)
    parts = [
        f"# {config['name']} {config['version']}",
        f"{base} with {what}, `{facts['head']}` ({facts['kind']}), retrained by `scorer retrain`.",
        f"- Data: `{facts['file']}` (SHA-256 {facts['sha256'][:16]}…), {rows['learned']:,} rows learned from, "
        f"{rows['held_out']:,} held out. {facts['split']['note']}",
        f"- {facts['how']}",
        f"- The other heads agree with themselves before by Pearson: {moved}."
        if moved
        else "- The other heads are those of the model it started from, unchanged.",
        "## On the held-out rows",
        figures_table(facts["figures"]),
        f"95% bootstrap intervals; {_report_of(facts)}. Weights carry the licence of the model they come from; whether "
        "they may be passed on also depends on the licence of your labelled data.",
        f"---\n\nThe card of {base}, which this model started from"
        + (": its figures are of that model, not of this one." if apart else "."),
        below,
    ]
    return "\n\n".join(parts).rstrip() + "\n"


def _report_of(facts: dict[str, Any]) -> str:
    """Where more than the figures stands."""
    if facts["kind"] == "phrases":
        return "they are in `report.md` and `report.json` too"
    return "paired tests, calibration and the worst mistakes are in `report.html`, `report.md` and `report.json`"


def figures_table(figures: dict[str, Any]) -> str:
    """The figures of each system side by side."""
    if "value" in figures["model"]:
        rows = [[_SYSTEMS[name], estimate(Estimate(**found), 3)] for name, found in figures.items()]
        return table(["", "F1 of marked characters"], rows)
    rows = [
        [MEASURES[name][0], *(estimate(Estimate(**found[name]), MEASURES[name][1]) for found in figures.values())]
        for name in figures["model"]
    ]
    return table(["", *(_SYSTEMS[name] for name in figures)], rows)
