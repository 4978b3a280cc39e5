"""An article as one HTML file: no script, no network, and nothing of the text but as text."""

import os
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

import click

from scorer.article_parts import Block, blocks, clean, gap_in_words, in_one_line, name_of, runs
from scorer.article_results import ArticleScore, BodyScore, FrameScore, Gap, SentenceScore, VoicedPhrase
from scorer.errors import InputError
from scorer.files import write_whole
from scorer.html import document, marked, meter, notes, text
from scorer.labels import ABSTENTIONS, DEVICES
from scorer.results import HeadlineScore
from scorer.terminal import in_words, label_words, whole

#: More lines of one kind set aside than this are folded away; they can be opened.
FOLDED: Final = 3
_VOICES: Final = {
    "author": "the author’s own wording",
    "quoted": "wording of a quotation",
    "both": "wording of author and quotation",
}
_LIMITS: Final = """<h2 id="limits">What the numbers do not say</h2>
<p>They are about wording, never truth. A low score does not make a report right, and a high one does not make it
wrong; neither judges the outlet or the people quoted.</p>
<p>Every figure is a model’s estimate. The range of a headline’s score is made to hold what raters would say of nine
headlines in ten. Irony, pictures, layout and what a report leaves out are not seen.</p>"""


def check_out(out: Path, source: str) -> None:
    """Refuse, before any work is done, a file that cannot be written.

    :param source: the page that is read, which is not to be overwritten.
    :raises InputError: `out` is no file, its folder is missing, or it is the page itself.
    """
    if out.is_dir():
        raise InputError(f"{out}: is a folder; name the file to write, as in {out / 'report.html'}.")
    if out.exists() and not out.is_file():
        raise InputError(f"{out}: is no ordinary file; name the file to write, as in report.html.")
    if not out.absolute().parent.is_dir():
        raise InputError(f"{out}: there is no folder {out.parent}; create it first.")
    # unlike Path.exists it takes an address of any length for what it is, no file
    if out.exists() and source != "-" and os.path.exists(source) and out.samefile(source):  # noqa: PTH110
        raise InputError(f"{out}: is the page to score; name another file for the report.")


def write_html(out: Path, result: ArticleScore) -> None:
    """Write a result as a page; the file is there whole or not at all."""
    html = article_page(result)
    write_whole(out.resolve(), lambda file: file.write(html))


def article_page(result: ArticleScore) -> str:
    """The whole page."""
    headline = in_one_line(result.headline) if result.headline else None
    title = clean(headline.text).strip() if headline else ""
    header = ('<p class="tag">How this article is worded</p>', f"<h1>{_headline_text(headline)}</h1>")
    main = (
        *notes("Please note", result.warnings),
        *_headline_section(headline),
        *_gap_section(result),
        *_frame_section(result),
        *_text_section(result),
        *_sentence_section(result.body),
    )
    model = f"{text(result.model.name)} {text(result.model.version)}"
    footer = f"{_LIMITS}\n<p>Model {model}.</p>"
    title = f"{title or 'Article'} – wording report"
    return document(title, ("text", "text of the article"), header, main, footer)


def _headline_text(headline: HeadlineScore | None) -> str:
    """The headline with its phrases marked; which they are is said in words below it."""
    if headline is None or not clean(headline.text).strip():
        return "No headline"
    return marked(headline.text, headline.phrases)


def _scale(label: str, score: float, low: float, high: float) -> str:
    """A scale of 0 to 100 with the interval as a band and the score as a mark on it; the label says both."""
    return (
        f'<div class="scale" role="img" aria-label="{text(label)}">'
        f'<span class="range" style="left:{low:.1f}%;width:{max(high - low, 1):.1f}%"></span>'
        f'<span class="point" style="left:{score:.1f}%"></span></div>'
    )


def _headline_section(headline: HeadlineScore | None) -> Iterator[str]:
    if headline is None:
        return
    yield '<section aria-labelledby="score"><h2 id="score">The headline</h2>'
    heat = headline.sensationalism
    if heat is None or headline.devices is None:
        yield f"<p>Not scored: {ABSTENTIONS[headline.abstain or 'empty']}.</p></section>"
        return
    interval = f"90% interval {heat.low:.0f} to {heat.high:.0f}"
    yield f'<p class="score"><strong>{whole(heat.score)}</strong> of 100, {heat.band}</p>'
    yield _scale(f"Sensationalism {whole(heat.score)} of 100, {interval}", heat.score, heat.low, heat.high)
    yield '<p class="ends" aria-hidden="true"><span>0 plain</span><span>extreme 100</span></p>'
    yield f"<p>How far the wording tries to arouse; {interval}.</p>"
    phrases = ", ".join(f"“{text(phrase.text)}” ({phrase.weight:.2f})" for phrase in headline.phrases)
    yield "<dl>"
    yield f"<div><dt>Loaded phrases</dt><dd>{phrases or 'none'}</dd></div>"
    yield f"<div><dt>Devices</dt><dd>{in_words(headline.devices)}</dd></div>"
    yield f"<div><dt>Clickbait</dt><dd>{headline.clickbait:.2f} of 1</dd></div>"
    for name, label in headline.labels.items():
        yield f"<div><dt>{text(name)}</dt><dd>{text(click.unstyle(label_words(label)))}</dd></div>"
    yield "</dl>"
    yield "<details><summary>Each device in numbers</summary>"
    yield '<ul class="bars">'
    for name in DEVICES:
        value = headline.devices[name]
        yield f'<li class="row"><span class="name">{name_of(name)}</span>{meter(value)}<span>{value:.2f}</span></li>'
    yield "</ul></details></section>"


def _gap_section(result: ArticleScore) -> Iterator[str]:
    """Headline and text on one scale, and what of the headline the text does not bear out."""
    body = result.body
    heat = result.headline.sensationalism if result.headline else None
    yield '<section aria-labelledby="gap"><h2 id="gap">Headline and text</h2>'
    if result.gap is None or heat is None or body.tone is None:
        yield "<p>No gap was measured.</p>"
    else:
        yield f'<p class="score"><strong>{_signed(result.gap.value)}</strong> points: {gap_in_words(result.gap)}</p>'
        yield f"<p>90% interval {_signed(result.gap.low)} to {_signed(result.gap.high)}.</p>"
        for label, tone in (("Headline", heat), ("Author’s own words in the text", body.tone)):
            words = f"{whole(tone.score)} of 100 ({tone.low:.0f} to {tone.high:.0f})"
            yield f'<p class="label">{label}: {words}</p>'
            yield _scale(f"{label}: {words}", tone.score, tone.low, tone.high)
        yield from _unsupported(result.gap)
    if body.bias is not None and body.opinion is not None:
        yield "<dl>"
        yield f"<div><dt>Bias of the author’s wording</dt><dd>{body.bias:.2f} of 1</dd></div>"
        yield f"<div><dt>Opinion</dt><dd>{body.opinion:.2f} of 1</dd></div>"
        yield "</dl>"
    yield "</section>"


def _signed(points: float) -> str:
    """Points with their sign, the minus as it is printed."""
    return f"{round(points):+d}".replace("-", "−")


def _unsupported(gap: Gap) -> Iterator[str]:
    if not gap.unsupported:
        yield "<p>Nothing in the headline was found to lack support in the text.</p>"
        return
    yield "<h3>Without support in the text, as far as the model sees</h3><ul>"
    yield from (f"<li>“{text(phrase.text)}”</li>" for phrase in gap.unsupported)
    yield "</ul>"


def _frame_section(result: ArticleScore) -> Iterator[str]:
    """The frames that are there as bars, each with the passage that shows it best; then the names of the others."""
    frames = result.body.frames
    if not frames:
        return
    yield '<section aria-labelledby="frames"><h2 id="frames">How the text frames the story</h2>'
    present = [frame for frame in frames if frame.present]
    if present:
        yield "<p>Share of the text in which each frame is present; open one to read where.</p>"
        yield '<ul class="bars">'
        yield from (_frame(frame, result) for frame in present)
        yield "</ul>"
    absent = ", ".join(name_of(frame.name) for frame in frames if not frame.present)
    yield f'<p class="dim">Not present: {absent or "none"}.</p></section>'


def _frame(frame: FrameScore, result: ArticleScore) -> str:
    passages = "".join(
        f"<blockquote><p>{text(result.text[span.start : span.end])}</p></blockquote>" for span in frame.passages
    )
    main = " (main frame)" if frame.name == result.body.primary_frame else ""
    return (
        f'<li><details><summary class="row"><span class="name">{name_of(frame.name)}{main}</span>{meter(frame.share)}'
        f"<span>{100 * frame.share:.0f}%</span></summary>{passages}</details></li>"
    )


def _text_section(result: ArticleScore) -> Iterator[str]:
    yield '<section aria-labelledby="text"><h2 id="text" tabindex="-1">The text</h2>'
    yield from _legend(result)
    yield "<article>"
    numbers = {sentence.start: number for number, sentence in enumerate(result.body.sentences, 1)}
    for kind, group in groupby(blocks(result), key=lambda block: block.kind):
        if kind is None:
            yield from (_paragraph(result.text, block, numbers) for block in group)
        else:
            yield _set_aside(kind, [result.text[block.start : block.end] for block in group])
    yield "</article></section>"


def _legend(result: ArticleScore) -> Iterator[str]:
    """What the marks mean, of those that occur."""
    used = {phrase.voice for sentence in result.body.sentences for phrase in sentence.phrases}
    yield '<ul class="legend">'
    for voice, words in _VOICES.items():
        if voice in used:
            yield f'<li><mark class="{voice}">Marked like this</mark>: {words} is loaded</li>'
    if not used:
        yield "<li>No loaded wording was found in the text.</li>"
    if result.boilerplate:
        yield "<li>Grey, with a label: set aside, not part of the article and not scored</li>"
    yield "</ul>"


def _paragraph(page: str, block: Block, numbers: dict[int, int]) -> str:
    parts, position = ["<p>"], block.start
    for sentence in block.sentences:
        parts.append(text(page[position : sentence.start]))
        parts.append(f'<span id="s{numbers[sentence.start]}">')
        parts += (_run(piece, phrase) for piece, phrase in runs(page, sentence.start, sentence.end, sentence.phrases))
        parts.append("</span>")
        position = sentence.end
    parts.append(text(page[position : block.end]))
    return "".join(parts) + "</p>"


def _run(piece: str, phrase: VoicedPhrase | None) -> str:
    if phrase is None:
        return text(piece)
    hidden = f'<span class="hidden"> (loaded {phrase.weight:.2f}, {_VOICES[phrase.voice]})</span>'
    return f'<mark class="{phrase.voice}">{text(piece)}{hidden}</mark>'


def _set_aside(kind: str, texts: Sequence[str]) -> str:
    """Neighbouring lines of one kind, folded when there are many."""
    count = f", {len(texts)} lines" if len(texts) > 1 else ""
    opened = " open" if len(texts) <= FOLDED else ""
    items = "".join(f"<li>{text(line)}</li>" for line in texts)
    label = f"Set aside: {text(name_of(kind))}{count}"
    return f'<details class="aside"{opened}><summary>{label}</summary><ul>{items}</ul></details>'


def _sentence_section(body: BodyScore) -> Iterator[str]:
    """The loaded sentences, the most loaded first, each with its figures and a link to its place."""
    loaded = [(number, sentence) for number, sentence in enumerate(body.sentences, 1) if sentence.voice]
    if not loaded:
        return
    yield '<section aria-labelledby="sentences"><h2 id="sentences">Loaded sentences</h2>'
    yield f"<details><summary>{len(loaded)} of {len(body.sentences)} sentences, the most loaded first</summary><ol>"
    yield from (_sentence(number, sentence) for number, sentence in sorted(loaded, key=lambda item: -item[1].loaded))
    yield "</ol></details></section>"


def _sentence(number: int, sentence: SentenceScore) -> str:
    kind = f"{name_of(sentence.kind)}; " if sentence.kind else ""
    return (
        f'<li><p>{text(sentence.text)}</p><p class="dim">{_VOICES[sentence.voice or "author"]}; {kind}'
        f"loaded {sentence.loaded:.2f}, bias {sentence.bias:.2f}, opinion {sentence.opinion:.2f}; "
        f'<a href="#s{number}">sentence {number} in the text</a></p></li>'
    )
