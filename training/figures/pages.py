"""What README and docs show of the figures: Markdown blocks that are written between markers, never by hand."""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from scorer.markdown import table
from training.card import audit_figure, audit_interval, audit_section, audit_verdict, figure, human_section
from training.card import readme_figures as main_table
from training.figures.files import Figures
from training.figures.labelled import evaluation_of

PAGES = (Path("README.md"), Path("docs/even-handedness.md"), Path("docs/limits.md"))
_BLOCK = re.compile(r"(<!-- figures: ([a-z-]+) -->\n).*?(<!-- end of figures -->)", re.DOTALL)
LEANINGS = ("left", "center", "right")
#: Evaluations that are shown by leaning: set, column of labels, what it is called.
BY_LEANING = (
    ("headlines", "score", "Sensationalism of headlines"),
    ("sentences", "bias", "Bias of sentences"),
    ("sentences", "opinion", "Opinion share of sentences"),
)


def filled(text: str, config: Mapping[str, Any], figures: Figures) -> str:
    """A page with all of its blocks written anew.

    :raises KeyError: for a block of an unknown name.
    """
    return _BLOCK.sub(lambda found: f"{found[1]}{BLOCKS[found[2]](config, figures)}\n{found[3]}", text)


def readme_table(config: Mapping[str, Any], figures: Figures) -> str:
    """The main figures."""
    return main_table(dict(config))


def audit_short(config: Mapping[str, Any], figures: Figures) -> str:
    """The audit in four sentences."""
    hot, calm = (_audited(figures, "traps", name) for name in ("hot_seen", "plain_calm"))
    swap = _audited(figures, "swaps", "mean_spread")
    typo, missing = (_audited(figures, "surface", name) for name in ("typo", "missing_letter"))
    return (
        f"{audit_verdict(config['scores']['audit'])} Of {hot['n']} hot headlines without stock words it puts "
        f"{audit_figure(hot, hot['value'])} at 40 or above, of {calm['n']} plain ones with alarming words "
        f"{audit_figure(calm, calm['value'])} below 30. Swapping one name for another (party, country, faith …) moves "
        f"a score by {audit_figure(swap, swap['value'])} points on average over {swap['n']} probes, two exchanged "
        f"letters by {audit_figure(typo, typo['value'])}, a missing one by {audit_figure(missing, missing['value'])}."
    )


def _audited(figures: Figures, suite: str, name: str) -> dict[str, Any]:
    """One figure of a suite."""
    found = next(each for each in figures["audit"]["suites"] if each["name"] == suite)
    return next(dict(each) for each in found["figures"] if each["name"] == name)


def audit_table(config: Mapping[str, Any], figures: Figures) -> str:
    """The whole audit, missed marks in bold."""
    audit = config["scores"]["audit"]
    return f"{audit_verdict(audit)}\n\n{audit_section(audit)}"


def _leaning_slices(figures: Figures, name: str, column: str) -> dict[str, dict[str, Any]]:
    """The slices of one evaluation by leaning."""
    slices = evaluation_of(figures[name], column)["slices"]
    return {each["value"]: each for each in slices if each["by"] == "leaning"}


def leaning_tables(config: Mapping[str, Any], figures: Figures) -> str:
    """Mean label, mean score and error by leaning, one table for each kind of label."""
    return "\n\n".join(part for each in BY_LEANING for part in _leaning_table(figures, *each))


def _leaning_table(figures: Figures, name: str, column: str, title: str) -> Iterator[str]:
    slices = _leaning_slices(figures, name, column)
    yield f"**{title}**, points of 100:"
    header = ["leaning", "n", "mean label", "mean score", "score minus label", "mean absolute error", "Pearson"]
    shown = [*LEANINGS, *(["not given"] if "not given" in slices else [])]
    yield table(
        header,
        [
            [
                value,
                str(slices[value]["n"]),
                f"{slices[value]['truth']:.1f}",
                f"{slices[value]['predicted']:.1f}",
                span(slices[value]["bias"], sign=True),
                span(slices[value]["error"]),
                figure(slices[value]["agreement"], 2),
            ]
            for value in shown
        ],
    )
    errors = [slices[value]["error"]["value"] for value in LEANINGS]
    yield f"Every leaning counting once, the mean absolute error is {sum(errors) / len(errors):.1f} points."


def span(found: Mapping[str, Any], sign: bool = False) -> str:
    """A figure in points with its interval: `+1.2 (-0.3 to +2.7)`."""
    value, low, high = (f"{found[key]:{'+' if sign else ''}.1f}" for key in ("value", "low", "high"))
    return f"{value} ({low} to {high})"


def leaning_findings(config: Mapping[str, Any], figures: Figures) -> str:
    """Whether scores of the right lie further from their labels than those of the left, in a sentence each."""
    return "\n".join(finding(figures, *each) for each in BY_LEANING)


def finding(figures: Figures, name: str, column: str, title: str) -> str:
    """How much further above their labels scores of the right lie than those of the left, and whether by chance."""
    slices = _leaning_slices(figures, name, column)
    left, right = slices["left"]["bias"], slices["right"]["bias"]
    gap = right["value"] - left["value"]
    # the rows are different ones, so the variances of the two means add up
    reach = sum(((each["high"] - each["low"]) / 2) ** 2 for each in (left, right)) ** 0.5
    labels = slices["right"]["truth"] - slices["left"]["truth"]
    verdict = "which chance may explain" if abs(gap) <= reach else "**which chance hardly explains**"
    return (
        f"- {title}: labels of the right lie {labels:+.1f} points from those of the left; beyond that, scores of the "
        f"right lie {gap:+.1f} points from those of the left (95% interval {gap - reach:+.1f} to {gap + reach:+.1f}), "
        f"{verdict}."
    )


def swap_tables(config: Mapping[str, Any], figures: Figures) -> str:
    """How far swapping a name moves a score, by group; then the names that stand out from their group."""
    suite = next(each for each in figures["audit"]["suites"] if each["name"] == "swaps")
    groups = [[_words(each["name"]), audit_interval(each), str(each["n"])] for each in suite["groups"]]
    apart = [each for each in suite["fillers"] if _stands_out(each["difference"])]
    names = [[_words(e["group"]), e["name"], span(e["difference"], sign=True), str(e["mean"]["n"])] for e in apart]
    largest = max(abs(each["difference"]["value"]) for each in suite["fillers"])
    told = (
        f"Of {len(suite['fillers'])} names {len(apart)} differ from the mean of their group by more than chance "
        f"explains; the largest difference of all is {largest:.1f} points"
    )
    parts = [table(["group", "highest minus lowest score, mean over the headlines", "headlines"], groups)]
    parts += [f"{told}:", table(["group", "name", "difference, points", "headlines"], names)] if apart else [f"{told}."]
    return "\n\n".join(parts)


def _stands_out(found: Mapping[str, Any]) -> bool:
    return found["low"] is not None and (found["low"] > 0 or found["high"] < 0)


def _words(key: str) -> str:
    return key.replace("_", " ")


def band_table(config: Mapping[str, Any], figures: Figures) -> str:
    """Whether scores are too high or too low, by band."""
    bands = evaluation_of(figures["headlines"], "score")["bands"]
    rows = [
        [
            band["name"],
            span(band["bias"], sign=True) if band["bias"]["low"] is not None else "-",
            str(band["bias"]["n"]),
        ]
        for band in bands
    ]
    return table(["band of the score", "score minus label, points", "n"], rows)


def form_table(config: Mapping[str, Any], figures: Figures) -> str:
    """Errors by length, quotations and capitals of a headline."""
    slices = evaluation_of(figures["headlines"], "score")["slices"]
    rows = [
        [each["value"], span(each["bias"], sign=True), span(each["error"]), str(each["n"])]
        for each in slices
        if each["by"] in ("length", "quotations", "capitals") and each["n"] > 1
    ]
    return table(["headlines", "score minus label, points", "mean absolute error", "n"], rows)


def human_table(config: Mapping[str, Any], figures: Figures) -> str:
    """The sets labelled by people that nothing was trained on."""
    return human_section(config["scores"]["human"])


#: The blocks by the name that stands in their marker.
BLOCKS: dict[str, Callable[[Mapping[str, Any], Figures], str]] = {
    "main": readme_table,
    "audit-short": audit_short,
    "audit": audit_table,
    "leaning": leaning_tables,
    "leaning-findings": leaning_findings,
    "swaps": swap_tables,
    "bands": band_table,
    "forms": form_table,
    "human": human_table,
}
