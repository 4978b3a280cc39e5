import itertools
import re
import time
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from scorer.quotes import is_attributed, quote_spans, scare_quotes, voice_of

CASES = [
    line
    for line in (Path(__file__).parent / "data" / "quotes.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
NASTY_TEXT = st.text(st.one_of(st.characters(), st.sampled_from("aBs0 .,!—-(\"'“”„«»‘’‚`\n\r")), max_size=120)
WORDS = st.lists(st.sampled_from("the dam held don't O'Neill we lost 1990 farmers and it's".split()), min_size=1)


def paragraphs_of(text: str) -> list[tuple[int, int]]:
    """Runs between blank lines."""
    return [match.span() for match in re.finditer(r"(?:(?!\r?\n\r?\n)[\s\S])+", text)]


def marked(text: str) -> str:
    """The text with ⟦ ⟧ around its quotations."""
    for start, end in reversed(quote_spans(text, paragraphs_of(text))):
        text = f"{text[:start]}⟦{text[start:end]}⟧{text[end:]}"
    return text


@pytest.mark.parametrize("case", CASES)
def test_the_quotations_of_the_written_cases(case: str) -> None:
    expected = case.replace("⏎", "\n").replace("¶", "\n\n")
    assert marked(re.sub("[⟦⟧]", "", expected)) == expected


@given(NASTY_TEXT)
def test_quotations_rise_do_not_overlap_and_stay_in_their_paragraph(text: str) -> None:
    paragraphs = paragraphs_of(text)
    spans = quote_spans(text, paragraphs)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))
    assert all(text[start:end] == text[start:end].strip() != "" for start, end in spans)
    assert all(any(a <= start and end <= b for a, b in paragraphs) for start, end in spans)


@given(WORDS, st.sampled_from(["“”", "„“", "«»", '""', "‘’", "''"]), st.sampled_from(["", "She said: ", "(", "So—"]))
def test_a_plain_sentence_between_marks_is_exactly_the_quotation(words: list[str], pair: str, lead: str) -> None:
    sentence = f"{pair[0]}{' '.join(words)}.{pair[1]}"
    text = f"{lead}{sentence} That was all."
    assert quote_spans(text, [(0, len(text))]) == [(len(lead), len(lead) + len(sentence))]


@given(WORDS, WORDS)
def test_a_stray_mark_never_reaches_beyond_its_paragraph(words: list[str], more: list[str]) -> None:
    text = f"The “{' '.join(words)}.\n\nThe {' '.join(more)}.\n\nThe end."
    assert quote_spans(text, paragraphs_of(text)) == [(4, text.index("\n"))]


@given(WORDS)
def test_text_without_marks_has_no_quotation(words: list[str]) -> None:
    assert marked(" ".join(words)) == " ".join(words)


@pytest.mark.parametrize("unit", ['He said "no" and ', "'s ", '"', "“", "‘a ", "5' 10\" ", "“a ” b", "''`", "’ ", "«»"])
def test_a_long_paragraph_takes_linear_time(unit: str) -> None:
    text = unit * (60_000 // len(unit))
    started = time.process_time()
    quote_spans(text, [(0, len(text))])
    assert time.process_time() - started < 5  # 10,000 words or more; 0.7 s at most when measured


def test_the_voice_of_a_phrase() -> None:
    text = "The reckless mayor said “we will crush them” and left."
    quotes = quote_spans(text, [(0, len(text))])

    def voice(phrase: str) -> str:
        start = text.index(phrase)
        return voice_of(start, start + len(phrase), quotes)

    assert voice("reckless") == voice("left") == voice("said ") == "author"
    assert voice("crush them") == voice("“we will crush them”") == "quoted"
    assert voice("said “we") == voice("them” and") == voice("mayor said “we will crush them” and") == "both"
    assert voice_of(3, 9, []) == "author"


@given(NASTY_TEXT, st.data())
def test_the_voice_is_that_of_the_characters(text: str, data: st.DataObject) -> None:
    assume(text)
    quotes = quote_spans(text, paragraphs_of(text))
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    owners = {next((quote for quote in quotes if quote[0] <= at < quote[1]), None) for at in range(start, end)}
    expected = "author" if owners == {None} else "quoted" if len(owners) == 1 else "both"
    assert voice_of(start, end, quotes) == expected


@pytest.mark.parametrize(
    "sentence",
    [
        "The mayor said that the bridge was safe.",
        "According to the harbour office, two boats sank.",
        "Two boats sank, according to Ida Lund.",
        "Admiral Voss warned the fleet could sail within days.",
        "Critics say the plan is a disgrace.",
        "She told reporters the council had lied.",
        "The union claims that wages fell.",
        "Residents believe the water is poisoned.",
        "The plan is dead, she added.",
        "The plan is dead, added Councillor Finch.",
        "“We will not go,” he said.",
        "“Why now?” asked Orla Finch.",
        "He accused the board of theft.",
        "Opponents dismissed the report as a whitewash.",
        "He called it a disgrace.",
        "She described the vote as a farce.",
        "The minister insisted there was no danger.",
        "In the words of one trader, the market is a graveyard.",
        "Lund, who denied wrongdoing, left the hall.",
        "The office announced that schools would close.",
        "It was, as Finch put it, a very small war.",
        "They argue the law goes too far.",
        "The ministry noted in May that the dam was cracked.",
        "Neighbours fear that the wall will fall.",
    ],
)
def test_a_sentence_that_reports_what_somebody_says(sentence: str) -> None:
    assert is_attributed(f"Before. {sentence} After.", (8, 8 + len(sentence)))


@pytest.mark.parametrize(
    "sentence",
    [
        "The bridge is a disgrace.",
        "I think that the mayor is a coward.",
        "We say no.",
        "The report is 40 pages long.",
        "Easier said than done.",
        "That said, the plan is mad.",
        "The club added two seats.",
        "The claims are false.",
        "The alleged thief fled.",
        "He called the police at noon.",
        "She asked for a pay rise and got one.",
        "The states are broke.",
        "Needless to say, nobody came.",
        "Nobody can deny the harm.",
        "The warning came too late.",
        "Prices rose sharply, and wages fell.",
        "The committee notes fill a shelf.",
        "The plan reveals a deep contempt for voters.",
        "The council believes in nothing.",
        "",
    ],
)
def test_a_sentence_in_the_authors_own_name(sentence: str) -> None:
    assert not is_attributed(f"He said. {sentence} She said that it was.", (9, 9 + len(sentence)))


@pytest.mark.parametrize(
    ("headline", "scraps"),
    [
        ("Fears grow as Oster discusses 'pre-emptive strikes' on Lund: 'Preparing for war'", ["'pre-emptive strikes'"]),
        ("Mayor's ‘reckless’ plan splits town", ["‘reckless’"]),
        ("Council brands farmers “selfish hoarders”", ["“selfish hoarders”"]),
        ("'Cowards' in the council, a 'farce' in the court", ["'Cowards'", "'farce'"]),
        ("Doctors’ 'secret weapon' against the flu", ["'secret weapon'"]),
        ("'Enough is enough', says mayor", []),
        ("'I quit,' coach says", []),
        ("Mayor: 'I quit'", []),
        ("Coach says 'I quit'", []),
        ("“It is over!” Finch tells the fleet", []),
        ("'We will never, ever leave this valley' vow miners", []),
        ("Don't miss the boys' game", []),
        ("Rock 'n' roll in the '90s", []),
        ("", []),
    ],
)
def test_scare_quotes_are_scraps_inside_the_desks_own_sentence(headline: str, scraps: list[str]) -> None:
    assert [headline[start:end] for start, end in scare_quotes(headline)] == scraps


@given(NASTY_TEXT)
def test_scare_quotes_are_quotations_and_attribution_never_fails(text: str) -> None:
    whole = [(0, len(text))]
    assert set(scare_quotes(text)) <= set(quote_spans(text, whole))
    assert is_attributed(text, whole[0]) in {True, False}
