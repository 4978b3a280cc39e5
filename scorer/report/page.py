"""A report on a corpus as one HTML file: no script, no network, and nothing of the corpus but as text."""

from collections.abc import Iterator, Sequence
from typing import Final

from scorer.article_parts import name_of
from scorer.html import TABLE_STYLE, document, folded, meter, notes, row, section, table, text
from scorer.labels import ABSTENTIONS, DEVICES
from scorer.report.groups import GROUP_STYLE, group_sections
from scorer.report.parts import percent, percent_range, point_range, points, signed
from scorer.report.plots import PLOT_STYLE, band_key, histogram
from scorer.report.results import Distribution, Gaps, Report
from scorer.report.tally import LISTED, Example
from scorer.terminal import whole

_LIST_STYLE: Final = """
.list { padding-left: 2rem; }
summary { color: var(--link); }
"""
_LIMITS: Final = """<h2 id="limits">What the numbers do not say</h2>
<ul>
<li>They are about wording, never truth. A low score does not make a report right, and a high one does not make it
wrong; no figure here judges an outlet or the people in its headlines.</li>
<li>Every score is a model’s estimate. The model learned sensationalism from headlines that a machine rated against a
written guideline, not from readers; it may share that machine’s taste, also where groups are compared.</li>
<li>The 95% intervals say how far chance in the choice of headlines could have moved a figure. They leave out the
model’s own error, and they take headlines for independent, which those of one event or one agency are not: the truth
is less certain than they look.</li>
<li>Groups may differ in what they report. A difference between outlets can be one between their topics or months.
Among many groups some lie apart by chance.</li>
<li>All of it holds for the headlines in this file. How they were chosen decides what they stand for. Outlets, leanings
and topics are as the file names them; this program does not assign them.</li>
<li>Headlines that were not scored are in no mean; where they are many in one group, its mean may mislead.</li>
</ul>"""


def report_page(report: Report) -> str:
    """The whole page."""
    title = _title(report)
    header = (
        '<p class="tag">How the headlines of a corpus are worded</p>',
        f"<h1>{text(title)}</h1>",
        f"<p>{in_short(report)}</p>",
    )
    main = (
        *notes("Please note", report.notes),
        *section("scores", "Scores", _scores(report)),
        *group_sections(report),
        *section("devices", "Devices", _devices(report)),
        *_gap_section(report.gaps),
        *_frame_section(report),
        *section("hottest", "The hottest headlines", _examples(report.hottest)),
        *section("calmest", "The calmest headlines", _examples(report.calmest)),
        *section("missing", "Not scored", _missing(report)),
    )
    footer = f"{_LIMITS}\n<p>{_made_of(report)}</p>"
    style = TABLE_STYLE + PLOT_STYLE + _LIST_STYLE + GROUP_STYLE
    return document(f"{title} – report on a corpus", ("scores", "figures"), header, main, footer, style)


def in_short(report: Report) -> str:
    """The corpus in a sentence."""
    mean = report.scores.mean
    interval = f" (95% interval {point_range(mean)})" if mean.low is not None else ""
    return (
        f"{mean.n:,} headline{'s' * (mean.n != 1)} scored: mean {points(mean.value)} of 100{interval}; "
        f"{percent(report.sensational.value)} sensational or hotter."
    )


def _title(report: Report) -> str:
    names = [file.name for file in report.files]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _made_of(report: Report) -> str:
    models = ", ".join(text(name) for name in report.models)
    return f"Scores by {models}."


def _scores(report: Report) -> Iterator[str]:
    found = report.scores
    first, middle, last = found.quartiles
    yield (
        f"<p>Half of the headlines score below {points(middle)}; the middle half lies between {points(first)} and "
        f"{points(last)}. The dashed line is the mean.</p>"
    )
    label = "Headlines by score, in steps of 5 points; the numbers are in the table below"
    yield histogram(found.bins, found.mean.value or 0.0, label, banded=True)
    yield band_key()
    rows = (
        row(f"{band.name}, from {band.lowest:.0f}", [percent(band.share.value), percent_range(band.share)])
        for band in report.bands
    )
    yield from table("Share of each band", ("band", "headlines", "95% interval"), rows)
    yield from folded("The histogram in numbers", _bins(found))


def _bins(found: Distribution) -> Iterator[str]:
    rows = (row(f"{signed(each.low)} to {signed(each.high)}".replace("+", ""), [f"{each.n:,}"]) for each in found.bins)
    yield from table("Histogram in numbers", ("points", "n"), rows)


def _devices(report: Report) -> Iterator[str]:
    yield "<p>Share of the headlines in which a device is clear (0.5 of 1 or more), with its 95% interval.</p>"
    yield '<ul class="bars wider">'
    for name in DEVICES:
        share = report.devices[name].clear
        yield (
            f'<li class="row"><span class="name">{name_of(name)}</span>{meter(share.value or 0.0)}'
            f"<span>{percent(share.value)} ({percent(share.low)}–{percent(share.high)})</span></li>"
        )
    yield "</ul>"


def _gap_section(gaps: Gaps | None) -> Iterator[str]:
    if gaps is None:
        return
    found = gaps.distribution

    def content() -> Iterator[str]:
        yield (
            f"<p>Headline minus the author’s own words in the text, in points, for {found.mean.n:,} articles: mean "
            f"{points(found.mean.value)} (95% interval {point_range(found.mean)}).</p>"
        )
        yield histogram(
            found.bins, found.mean.value or 0.0, "Articles by gap; the numbers are in the table below", banded=False
        )
        yield (
            f"<p>In {percent(gaps.hotter.value)} of the articles the headline is hotter than the text even at the low "
            f"end of the gap’s interval; in {percent(gaps.calmer.value)} it is calmer even at the high end.</p>"
        )
        yield from folded("The histogram in numbers", _bins(found))
        yield "<h3>The largest gaps</h3>"
        yield from _examples(gaps.widest, by_gap=True)

    yield from section("gaps", "Headline and text", content())


def _frame_section(report: Report) -> Iterator[str]:
    present = [frame for frame in report.frames if frame.present.value]
    if not present:
        return

    def content() -> Iterator[str]:
        yield f"<p>Share of {report.counts.bodies:,} texts in which a frame is present; one text can have several.</p>"
        yield '<ul class="bars">'
        for frame in present:
            share = frame.present.value or 0.0
            yield (
                f'<li class="row"><span class="name">{text(name_of(frame.name))}</span>{meter(share)}'
                f"<span>{percent(share)}</span></li>"
            )
        yield "</ul>"
        rows = (
            row(
                text(name_of(frame.name)),
                [percent(frame.present.value), percent_range(frame.present), percent(frame.primary.value)],
            )
            for frame in report.frames
        )
        yield from folded(
            "In numbers", table("Frames in numbers", ("frame", "present", "95% interval", "main frame"), rows)
        )

    yield from section("frames", "How the texts frame their stories", content())


def _examples(examples: Sequence[Example], by_gap: bool = False) -> Iterator[str]:
    if len(examples) == LISTED and not by_gap:
        yield '<p class="dim">Each wording once; of equal scores a fixed lot decides.</p>'
    yield '<ol class="list">'
    yield from (f'<li><p>{_headline(each)}</p><p class="dim">{_about(each, by_gap)}</p></li>' for each in examples)
    yield "</ol>"


def _headline(example: Example) -> str:
    """The headline, its phrases marked where their places are known."""
    parts, position = [], 0
    for phrase in example.phrases:
        if phrase.start is not None and phrase.start >= position:
            parts.append(text(example.text[position : phrase.start]))
            parts.append(f'<mark class="author">{text(phrase.text)}</mark>')
            position = phrase.start + len(phrase.text)
    return "".join(parts) + text(example.text[position:])


def _about(example: Example, by_gap: bool) -> str:
    """What stands below a headline: its figures, phrases without a place, its groups."""
    score, gap = example.score, example.gap
    said = [f"{whole(score.value)} of 100 ({score.low:.0f} to {score.high:.0f})"]
    if gap is not None and by_gap:
        said[0] = f"headline {said[0]}"
        said.insert(0, f"gap {signed(gap.value)} points ({signed(gap.low)} to {signed(gap.high)})")
        if example.unsupported:
            said.append("without support in the text: " + _quoted(example.unsupported))
    else:
        listed = [phrase.text for phrase in example.phrases if phrase.start is None]
        said += ["loaded: " + _quoted(listed)] if listed else []
    said += [", ".join(text(name) for name in example.groups.values())] if example.groups else []
    return "; ".join(said)


def _quoted(phrases: Sequence[str]) -> str:
    return ", ".join(f"“{text(phrase)}”" for phrase in phrases)


def _missing(report: Report) -> Iterator[str]:
    counts = report.counts
    rows = [
        row(text(reason[:1].upper() + reason[1:]), [what, f"{n:,}"])
        for what, found in (
            ("headline", {ABSTENTIONS[reason]: n for reason, n in counts.abstained.items()}),
            ("text", {ABSTENTIONS[reason]: n for reason, n in counts.bodies_abstained.items()}),
            ("row, set aside", counts.rejected),
            ("row, unreadable", counts.unreadable),
        )
        for reason, n in found.items()
    ]
    abstained = sum(counts.abstained.values())
    total = counts.scored + abstained
    yield f"<p>{counts.scored:,} of {total:,} headlines were scored, {abstained:,} were not.</p>"
    if rows:
        yield from table("What was not scored, and why", ("reason", "what", "n"), rows)
    if not counts.rejected:
        yield '<p class="dim">No file of rejected rows lies beside the scored file.</p>'
