"""How results look in a terminal: cards for a few headlines, one line each for many; plain without colours."""

import math
import textwrap
from collections.abc import Sequence
from typing import Any

import click

from scorer.bundle import Bundle
from scorer.labels import ABSTENTIONS
from scorer.results import Comparison, HeadlineScore, Label, Phrase

_COLOURS = {
    "plain": "green",
    "coloured": "cyan",
    "heightened": "yellow",
    "sensational": "bright_red",
    "extreme": "bright_magenta",
}
#: Words for an expected level on the raters' scale 0-3 divided by 3, from the highest.
_LEVEL_WORDS = ((5 / 6, "dominant"), (1 / 2, "clear"), (1 / 6, "slight"))
_BAR_WIDTH = 24
#: Invisible, but part of emoji and of ordinary typesetting.
_HARMLESS = "\u200d\u00a0\u202f"


def shown(text: str) -> str:
    """The text safe to print: control and direction characters, which could repaint a terminal, are replaced."""
    return "".join(c if c.isprintable() or c in _HARMLESS else "\ufffd" for c in text)


def whole(score: float) -> int:
    """The score without its decimal, which never rounds it up into the next band."""
    return int(round(score, 1))


def highlighted(text: str, phrases: Sequence[Phrase]) -> str:
    """The headline in bold with its loaded phrases underlined in colour."""
    parts, last = [], 0
    for phrase in phrases:
        parts.append(click.style(shown(text[last : phrase.start]), bold=True))
        parts.append(click.style(shown(phrase.text), fg="bright_yellow", bold=True, underline=True))
        last = phrase.end
    parts.append(click.style(shown(text[last:]), bold=True))
    return "".join(parts)


def bar(score: float, low: float, high: float, band: str) -> str:
    """A bar of the score, its interval drawn lighter: `████████▒▒▒▒░░░░`."""
    filled, first, last = (round(value / 100 * _BAR_WIDTH) for value in (score, low, high))
    cells = []
    for cell in range(_BAR_WIDTH):
        solid = "█" if cell < first or (cell < filled and cell < last) else "▒" if cell < last else "░"
        cells.append(click.style(solid, fg=_COLOURS[band] if solid != "░" else "bright_black"))
    return "".join(cells)


def in_words(devices: dict[str, float]) -> str:
    """The devices that are there, the strongest first: `alarm dominant, drama slight`."""
    said = []
    for name, value in sorted(devices.items(), key=lambda item: -item[1]):
        word = next((word for lowest, word in _LEVEL_WORDS if value >= lowest), None)
        if word:
            said.append(f"{name.replace('_', ' ')} {word}")
    return ", ".join(said) or "none"


def label_words(label: Label) -> str:
    """What a head that a user has added says: `3.4 of 1-5 (90% interval 2.1-4.6)`, `yes 0.83`."""
    if label.value is not None and label.scale is not None:
        digits = max(0, 2 - math.floor(math.log10((label.scale[1] - label.scale[0]) / 2)))
        ends = (label.value, label.low, label.high)
        value, low, high = (f"{round(end, digits):.10g}" for end in ends if end is not None)
        return f"{click.style(value, bold=True)} of {label.scale[0]:g}-{label.scale[1]:g} (90% interval {low}-{high})"
    if label.kind == "phrases":
        return ", ".join(f"“{shown(p.text)}” {p.weight:.2f}" for p in label.phrases) or "none"
    likely = sorted(label.probabilities.items(), key=lambda item: -item[1])
    named = [(name, value) for name, value in likely if name in label.present]
    others = [] if named and label.kind == "labels" else [item for item in likely if item not in named][:2]
    said = [click.style(f"{shown(name)} {value:.2f}", bold=True) for name, value in named]
    return ", ".join([*said, *(f"not {shown(name)} {value:.2f}" for name, value in others)])


def headline_card(result: HeadlineScore) -> str:
    """Several lines on one headline."""
    if result.sensationalism is None or result.devices is None:
        reason = ABSTENTIONS[result.abstain or "empty"]
        name = textwrap.shorten(shown(result.text), 100, placeholder="…") or "(empty)"
        return f"{click.style(name, bold=True)}\n  not scored   {reason}"
    heat = result.sensationalism
    numbers = f"{click.style(str(whole(heat.score)), bold=True)} of 100, {heat.band}"
    phrases = ", ".join(f"“{shown(p.text)}” {p.weight:.2f}" for p in result.phrases) or "none"
    return "\n".join(
        (
            highlighted(result.text, result.phrases),
            f"  sensational  {bar(heat.score, heat.low, heat.high, heat.band)}  {numbers}"
            f" (90% interval {heat.low:.0f}-{heat.high:.0f})",
            f"  devices      {in_words(result.devices)}",
            f"  clickbait    {result.clickbait:.2f} of 1",
            f"  loaded       {phrases}",
            *(f"  {name:<12} {label_words(label)}" for name, label in result.labels.items()),
        )
    )


def headline_line(result: HeadlineScore) -> str:
    """One line on one headline: score, interval, band, text; or the reason why there is none."""
    heat = result.sensationalism
    if heat is None:
        where = f"line {result.line}: " if result.line else ""
        text = textwrap.shorten(shown(result.text), 80, placeholder="…")
        return f"  -           not scored   {where}{ABSTENTIONS[result.abstain or 'empty']}: {text}"
    score = click.style(f"{whole(heat.score):3}", fg=_COLOURS[heat.band], bold=True)
    return f"{score}  {heat.low:3.0f}-{heat.high:<3.0f}  {heat.band:<11}  {highlighted(result.text, result.phrases)}"


def comparison_card(result: Comparison) -> str:
    """Both wordings, the change, and the phrases behind it."""
    lines = [headline_card(result.first), "", headline_card(result.second), ""]
    if result.change is None:
        lines.append("  no comparison: at least one of the two was not scored")
        return "\n".join(lines)
    lines.append(f"  change       {click.style(f'{result.change:+.0f} points', bold=True)}")
    for label, phrases in (("gone", result.removed), ("new", result.added)):
        if phrases:
            lines.append(f"  {label:<11}  {', '.join(f'“{shown(p.text)}”' for p in phrases)}")
    return "\n".join(lines)


def _figure(estimate: dict[str, Any], digits: int) -> str:
    """A figure with its interval and sample size: `0.81 (0.79-0.83, n=895)`."""
    value, low, high = (f"{estimate[key]:.{digits}f}" for key in ("value", "low", "high"))
    return f"{value} (95% interval {low}-{high}, n={estimate['n']})"


def retrained_lines(facts: dict[str, Any]) -> list[str]:
    """What was trained on a user's labels, and from which model; its figures are in the report beside it."""
    base, rows = facts["base"], facts["rows"]
    report = "report.md" if facts["kind"] == "phrases" else "report.html"
    moved = facts["fine_tuned"] or base["encoder"]
    return [
        f"  head         {facts['head']} ({facts['kind']}), learned from {rows['learned']} rows of {facts['file']},",
        f"               measured on {rows['held_out']} others: see {report}",
        f"  started from {base['name']} {base['version']}, "
        + (
            "whose figures follow: they are not of this model"
            if moved
            else "whose other heads it has, with their figures:"
        ),
    ]


def model_card(bundle: Bundle) -> str:
    """What a person wants to know of a model first: name, data, figures; its files have been checked by then."""
    info = bundle.info
    retrained = info.get("retrained")
    rated = info["scores"]["rated_dev"]["model"]
    interval = info["scores"]["calibration"]["interval"]["overall"]
    lines = [
        click.style(f"{bundle.model.name} {bundle.model.version}", bold=True),
        f"  folder       {bundle.folder}",
        "  files        intact (SHA-256 as in config.json)",
        *(retrained_lines(retrained) if retrained else ()),
        f"  encoder      {info['encoder']}",
        *(f"  data         {item['path']}, {item['rows']} rows: {item['note']}" for item in info["data"]),
        "  sensational  against machine ratings of headlines from outlets not trained on:",
        f"               Pearson {_figure(rated['pearson'], 3)}",
        f"               mean absolute error {_figure(rated['mae'], 2)}",
    ]
    clickbait = info["scores"].get("clickbait_test")
    if clickbait:
        error = _figure(clickbait["model"]["mse"], 4)
        lines.append(f"  clickbait    against human judges, Webis-17 test: squared error {error}")
    if interval["coverage"] is not None:
        share = f"{100 * interval['coverage']:.1f}% of n={interval['n']}"
        lines.append(f"  intervals    meant to hold {100 * bundle.interval.nominal:.0f}%, hold {share}")
    lines.append(f"  more         {bundle.folder / 'README.md'}")
    return "\n".join(lines)
