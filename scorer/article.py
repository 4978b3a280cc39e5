"""From a page to the score of an article: headline, body, what was set aside, and the gap between the first two."""

from typing import TYPE_CHECKING

import numpy as np

from scorer.article_results import ArticleScore, BodyScore, Gap, SetAside, Span
from scorer.body import BodyReader
from scorer.labels import ABSTENTIONS
from scorer.page import Page
from scorer.quotes import quote_spans
from scorer.results import HeadlineScore, Phrase
from scorer.sentences import sentence_spans
from scorer.support import MEANINGS, Support, missing_numbers

if TYPE_CHECKING:
    from scorer.predict import Scorer


def score_page(scorer: "Scorer", page: Page, headline: str | None) -> ArticleScore:
    """Score a page taken apart.

    :param headline: when it was passed apart; otherwise the page's own is used, if there is one.
    """
    text, start = page.text, None
    if headline is None and page.headline is not None:
        start = page.headline[0]
        headline = text[slice(*page.headline)]
    top = None if headline is None else scorer.headline(headline)
    quotes = quote_spans(text, page.paragraphs)
    sentences = sentence_spans(text, page.paragraphs)
    reader = BodyReader(scorer.bundle, scorer.runtime, text, sentences, quotes, bool(top and top.phrases))
    body = reader.score()
    return ArticleScore(
        text=text,
        headline=top,
        headline_start=start,
        body=body,
        boilerplate=tuple(
            SetAside(part.start, part.end, text[part.start : part.end], part.kind) for part in page.boilerplate
        ),
        quotes=tuple(Span(*quote) for quote in quotes),
        gap=None if top is None else find_gap(scorer, top, reader, body),
        warnings=warnings_for(top, body),
        model=scorer.bundle.model,
    )


def warnings_for(headline: HeadlineScore | None, body: BodyScore) -> tuple[str, ...]:
    """What a reader should know before trusting the result, one sentence each."""
    found = []
    if headline is None:
        found.append("No headline was found: there is no gap.")
    elif headline.abstain:
        found.append(f"The headline was not scored ({ABSTENTIONS[headline.abstain]}): there is no gap.")
    if body.abstain:
        found.append(f"The body was not scored ({ABSTENTIONS[body.abstain]}): there is no gap.")
    elif body.tone is None:
        found.append("The body has hardly any words of the author's own: there is no gap.")
    elif len(body.sentences) < 3:
        found.append("The body is very short: frames and tone rest on few words.")
    return tuple(found)


def find_gap(scorer: "Scorer", headline: HeadlineScore, reader: BodyReader, body: BodyScore) -> Gap | None:
    """Headline minus body, both by the same head on the same scale; None when either was not judged.

    The two intervals are joined as independent errors (root of the sum of squares on either side). It cannot see what
    a picture, a layout or irony says, and a calm headline over a calm text has no gap however misleading it is.
    """
    heat = headline.sensationalism
    if heat is None or body.tone is None:
        return None
    value = heat.score - body.tone.score
    below = float(np.hypot(heat.score - heat.low, body.tone.high - body.tone.score))
    above = float(np.hypot(heat.high - heat.score, body.tone.score - body.tone.low))
    return Gap(
        value=value,
        low=max(-100.0, value - below),
        high=min(100.0, value + above),
        unsupported=unsupported_phrases(scorer, headline, reader, body),
    )


def unsupported_phrases(
    scorer: "Scorer", headline: HeadlineScore, reader: BodyReader, body: BodyScore
) -> tuple[Phrase, ...]:
    """The headline's loaded phrases and numbers that nothing in the body supports, in order.

    It compares words by their meaning in context: it finds paraphrases, but not what follows only from the whole.
    """
    lacking: dict[tuple[int, int], float] = {}
    if headline.phrases:
        encoding = scorer.runtime.tokenise(headline.text)
        states = scorer.runtime.run([encoding], (MEANINGS,)).by_token[MEANINGS][0]
        support = Support((headline.text, encoding, states), reader.meanings)
        lacking = {
            (phrase.start, phrase.end): phrase.weight
            for phrase in headline.phrases
            if support.lacks(phrase.start, phrase.end, scorer.bundle.support)
        }
    for start, end in missing_numbers(headline.text, [sentence.text for sentence in body.sentences]):
        if not any(first < end and last > start for first, last in lacking):
            lacking[start, end] = 1.0
    return tuple(Phrase(*span, headline.text[slice(*span)], lacking[span]) for span in sorted(lacking))
