"""How an article looks in a terminal: headline, gap and frames in a few lines, then the whole text with its marks."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

import click

from scorer.article_parts import Block, blocks, clean, gap_in_words, in_one_line, name_of, runs
from scorer.article_results import ArticleScore, BodyScore, FrameScore
from scorer.labels import ABSTENTIONS
from scorer.terminal import headline_card

#: Longer lines are hard to read, however wide the terminal is.
WIDEST: Final = 100
_BAR_WIDTH: Final = 24
_NAME_WIDTH: Final = 19
_LABEL = "  {:<11}  "
_INDENT: Final = "    "
#: By voice: how a loaded phrase looks in colour, and what stands on either side of it without.
_STYLES: Final[dict[str, dict[str, Any]]] = {
    "author": {"fg": "bright_yellow", "bold": True, "underline": True},
    "quoted": {"fg": "cyan", "italic": True},
    "both": {"fg": "bright_yellow", "italic": True, "underline": True},
}
_MARKS: Final = {"author": ("**", "**"), "quoted": ("_", "_"), "both": ("**_", "_**")}
_VOICES: Final = {"author": "author’s wording", "quoted": "wording of a quotation", "both": "both"}


def article_card(result: ArticleScore, width: int, plain: bool) -> str:
    """An article from its headline to its last line.

    :param width: of the terminal, in characters.
    :param plain: mark loaded phrases by signs, because colours will not be seen.
    """
    width = max(40, min(width, WIDEST))
    name = click.style("(no headline)", bold=True)
    lines = [headline_card(in_one_line(result.headline)) if result.headline else name]
    lines += _gap_lines(result)
    lines += _body_lines(result.body)
    lines += _frame_lines(result.body.frames)
    lines += ["", click.style("Text", bold=True), _legend(result, plain), ""]
    lines += _text_lines(result, width, plain)
    if result.warnings:
        lines += ["", *(f"{click.style('Note:', bold=True)} {clean(warning)}" for warning in result.warnings)]
    return "\n".join(lines)


def _gap_lines(result: ArticleScore) -> list[str]:
    gap = result.gap
    if gap is None:
        return [f"{_LABEL.format('gap')}not measured, see the note at the end"]
    value = click.style(f"{round(gap.value):+d} points", bold=True)
    interval = f"90% interval {round(gap.low):+d} to {round(gap.high):+d}"
    found = ", ".join(f"“{clean(phrase.text)}”" for phrase in gap.unsupported) or "none found"
    return [
        f"{_LABEL.format('gap')}{value} ({interval}): {gap_in_words(gap)}",
        f"{_LABEL.format('unsupported')}{found}"
        + (" (no support for it was found in the text)" if gap.unsupported else ""),
    ]


def _body_lines(body: BodyScore) -> list[str]:
    if body.bias is None or body.opinion is None:
        return [f"{_LABEL.format('text')}not scored: {ABSTENTIONS[body.abstain or 'empty']}"]
    tone = "not measured"
    if body.tone:
        tone = f"{body.tone.score:.0f} of 100 (90% interval {body.tone.low:.0f}-{body.tone.high:.0f})"
    return [f"{_LABEL.format('text')}tone {tone}, bias {body.bias:.2f} of 1, opinion {body.opinion:.2f} of 1"]


def _frame_lines(frames: Sequence[FrameScore]) -> list[str]:
    """The frames that are there as bars of their share of the text, the others in one line."""
    if not frames:
        return []
    lines: list[str] = []
    for frame in (frame for frame in frames if frame.present):
        filled = max(1, round(frame.share * _BAR_WIDTH))
        strip = click.style("█" * filled, fg="blue") + click.style("░" * (_BAR_WIDTH - filled), fg="bright_black")
        label = _LABEL.format("" if lines else "frames")
        lines.append(f"{label}{name_of(frame.name):<{_NAME_WIDTH}}  {strip}  {100 * frame.share:3.0f}% of the text")
    label = _LABEL.format("" if lines else "frames")
    absent = ", ".join(name_of(frame.name) for frame in frames if not frame.present)
    if not lines:
        return [f"{label}none present"]
    return [*lines, label + click.style(f"not present: {absent}", dim=True)] if absent else lines


def _legend(result: ArticleScore, plain: bool) -> str:
    """What the marks mean that occur in this text."""
    used = {phrase.voice for sentence in result.body.sentences for phrase in sentence.phrases}
    parts = []
    for voice, words in _VOICES.items():
        if voice in used:
            left, right = _MARKS[voice]
            parts.append(f"{left}{words}{right}" if plain else click.style(words, **_STYLES[voice]))
    loaded = f"loaded: {', '.join(parts)}" if parts else "no loaded wording found"
    aside = click.style("[kind] set aside, not scored", dim=True)
    return f"  {loaded}" + (f"; {aside}" if result.boilerplate else "")


def _text_lines(result: ArticleScore, width: int, plain: bool) -> list[str]:
    lines: list[str] = []
    last: str | None = None
    for block in blocks(result):
        if lines and (block.kind is None or block.kind != last):
            lines.append("")
        last = block.kind
        if block.kind is None:
            lines += _paragraph(result.text, block, width, plain)
        else:
            words = clean(f"[{name_of(block.kind)}] {result.text[block.start : block.end]}")
            inner = width - 2 * len(_INDENT)
            lines += [2 * _INDENT + click.style(words[s:e], dim=True) for s, e in _line_spans(words, inner)]
    return lines or ["  (nothing)"]


def _paragraph(text: str, block: Block, width: int, plain: bool) -> list[str]:
    """A paragraph in lines of the wanted width, its loaded phrases marked.

    Lines are broken in the bare text, marks included, and coloured afterwards: colours have no width.
    """
    bare, voiced = "", []
    phrases = [phrase for sentence in block.sentences for phrase in sentence.phrases]
    for piece, phrase in runs(text, block.start, block.end, phrases):
        words = clean(piece)
        if phrase and plain:
            words = words.join(_MARKS[phrase.voice])
        elif phrase:
            voiced.append((len(bare), len(bare) + len(words), phrase.voice))
        bare += words
    lines = []
    number = 0
    for start, end in _line_spans(bare, width - len(_INDENT)):
        line, position = _INDENT, start
        while number < len(voiced) and voiced[number][0] < end:
            first, last, voice = voiced[number]
            left, right = max(first, position), min(last, end)
            line += bare[position:left] + click.style(bare[left:right], **_STYLES[voice])
            position = right
            if last > end:
                break
            number += 1
        lines.append(line + bare[position:end])
    return lines


def _line_spans(text: str, width: int) -> Iterator[tuple[int, int]]:
    """Where lines of at most `width` characters begin and end; a longer word has a line of its own."""
    start = end = None
    for match in re.finditer(r"\S+", text):
        if start is not None and end is not None and match.end() - start > width:
            yield start, end
            start = None
        if start is None:
            start = match.start()
        end = match.end()
    if start is not None and end is not None:
        yield start, end
