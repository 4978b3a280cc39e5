"""Results made by hand, for tests of how articles are shown: no model, any text."""

from scorer.article_results import (
    ArticleScore,
    BodyScore,
    FrameScore,
    Gap,
    SentenceScore,
    SetAside,
    Span,
    Tone,
    VoicedPhrase,
)
from scorer.labels import DEVICES, FRAMES
from scorer.results import HeadlineScore, ModelName, Phrase, Sensationalism

MODEL = ModelName("made-up <model>", "0")
VOICES = ("author", "quoted", "both")
HEADLINE = "Fury as river board drains village pond"
PARTS = (
    ("byline", "By Ivo Marsh"),
    (None, "Heartless engineers emptied the pond at Lower Wick on Tuesday."),
    ("teaser", "READ MORE: What lives in a pond?"),
    (None, "“Barbaric vandals did this,” said Dora Quill, who feeds the ducks."),
)


def made_headline(text: str) -> HeadlineScore:
    """A headline whose first word is a loaded phrase; one that abstains when it has none."""
    first = text.split(maxsplit=1)[0] if text.split() else ""
    if not first:
        return HeadlineScore(text, None, None, None, None, (), "empty", MODEL)
    start = text.index(first)
    return HeadlineScore(
        text=text,
        sensationalism=Sensationalism(61.2, 40.0, 80.5, "sensational"),
        devices=dict.fromkeys(DEVICES, 0.4),
        device_presence=dict.fromkeys(DEVICES, 0.7),
        clickbait=0.3,
        phrases=(Phrase(start, start + len(first), first, 0.9),),
        abstain=None,
        model=MODEL,
    )


def made_sentence(text: str, start: int, end: int, voice: str) -> SentenceScore:
    """A sentence whose first word is a loaded phrase."""
    first = text[start:end].split(maxsplit=1)[0]
    phrase = VoicedPhrase(start, start + len(first), first, 0.75, voice)
    return SentenceScore(start, end, text[start:end], 0.5, 0.8, 0.25, 44.0, voice, "sneer", (phrase,))


def made_article(
    headline: str | None = HEADLINE, parts: tuple[tuple[str | None, str], ...] = PARTS, warnings: tuple[str, ...] = ()
) -> ArticleScore:
    """An article whose parts are set aside where they have a kind, and one sentence each where they have none."""
    text = "" if headline is None else headline
    sentences: list[SentenceScore] = []
    aside: list[SetAside] = []
    for kind, part in parts:
        words = part.strip()
        if not words:
            continue
        start = len(text) + 2
        text += "\n\n" + words
        if kind:
            aside.append(SetAside(start, len(text), words, kind))
        else:
            sentences.append(made_sentence(text, start, len(text), VOICES[len(sentences) % 3]))
    top = None if headline is None else made_headline(headline)
    spans = tuple(Span(sentence.start, sentence.end) for sentence in sentences)
    frames = tuple(FrameScore(name, 0.5, n < 2, 0.5 if n < 2 else 0.0, spans[:1]) for n, name in enumerate(FRAMES))
    judged = BodyScore(frames, FRAMES[0], 0.25, 0.5, Tone(20.0, 10.0, 30.5), tuple(sentences), None)
    scored = top is not None and top.sensationalism is not None and bool(sentences)
    return ArticleScore(
        text=text,
        headline=top,
        headline_start=None if top is None else 0,
        body=judged if sentences else BodyScore((), None, None, None, None, (), "empty"),
        boilerplate=tuple(aside),
        quotes=(),
        gap=Gap(41.2, 20.0, 60.0, top.phrases) if top and scored else None,
        warnings=warnings,
        model=MODEL,
    )
