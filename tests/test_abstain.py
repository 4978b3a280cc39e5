import csv
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scorer.abstain import _FURNITURE, _LETTERS, _STRONG, reason_to_abstain
from scorer.labels import ABSTENTIONS

#: Without İ, which is a capital i to `re` but not to `str.casefold`.
LATIN = st.characters(max_codepoint=0x12F)
FIXTURES = Path(__file__).parent / "data"


def fixture_rows(kind: str, name: str) -> list[str]:
    with (FIXTURES / name).open(encoding="utf-8", newline="") as lines:
        return [row["text"] for row in csv.DictReader(lines) if row["kind"] == kind]


@pytest.mark.parametrize("name", ["abstention.csv", "abstention_blind.csv"])
@pytest.mark.parametrize("kind", ["not_headline", "not_english"])
def test_at_least_nine_in_ten_texts_that_cannot_be_judged_are_refused(kind: str, name: str) -> None:
    texts = fixture_rows(kind, name)
    refused = [text for text in texts if reason_to_abstain(text) is not None]
    assert len(texts) >= 30
    assert len(refused) / len(texts) >= 0.9


@pytest.mark.parametrize("name", ["abstention.csv", "abstention_blind.csv"])
def test_odd_but_real_headlines_are_scored(name: str) -> None:
    texts = fixture_rows("headline", name)
    refused = [text for text in texts if reason_to_abstain(text) is not None]
    assert len(refused) <= 0.02 * len(texts), refused


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        (" \t\u00a0 ", "empty"),
        ("\x00\x07", "empty"),
        ("\u200b\u200d", "empty"),
        ("42", "not_a_headline"),
        ("😀😀😀", "not_a_headline"),
        ("https://example.org/news/2024/05/a-story", "not_a_headline"),
        ("北京明年将新建三座公园", "not_english"),
        ("שלום לכולם מירושלים", "not_english"),
        ("Guerra en el centro de la ciudad", "not_english"),
        ("Der Kanzler tritt zurück", "not_english"),
        ("word " * 200, "too_long"),
        ("Mayor resigns", None),
        ("Café owner wins Señor Peña's tapas prize for the third time", None),
        ("Smith &amp; Sons to close after 90 years", None),
        ("#MeToo founder urges @GovExample to act", None),
    ],
)
def test_reasons(text: str, reason: str | None) -> None:
    assert reason_to_abstain(text) == reason
    assert reason is None or reason in ABSTENTIONS


@pytest.mark.parametrize(
    "piece", ["1", "a@b.", "w: x, ", "{:", "|", "a.", "1g ", "may ", "aB3", "x{", "<a ", "- ", "a@b.cccccc"]
)
def test_no_text_makes_the_rules_run_away(piece: str) -> None:
    """A pattern that backtracks without end would hang here."""
    for text in (piece * 390, piece * 390 + "\u00d7", "x" + piece * 390):
        reason_to_abstain(text[:400])
    reason_to_abstain((piece * 400)[:399] + "!")


@pytest.mark.parametrize(
    "text",
    [
        "UPDATE: STORM SET TO HIT BRITAIN",
        "SELECT COMMITTEE DEMANDS ANSWERS FROM BANK",
        "DOCTORS WARN OF NEW FLU",
        "Human Error: How the bridge fell",
        "How to save battery on your phone: 10 tips that work",
        'Prosecutors File "Unprecedented" Charges Against Mayor',
        "Bank will let you log in without a password",
        "Site changes privacy policy, users must sign in again",
        "Fire at reactor Unit 4, operator says",
        "10 Downing Street, the parties and the lies",
        "Drivers face M25 3HR delays after lorry fire",
        "Chocolate bar shrinks from 50g to 45g while price stays at £1",
    ],
)
def test_headlines_that_look_like_something_else_are_scored(text: str) -> None:
    assert reason_to_abstain(text) is None


@pytest.mark.parametrize(("words", "pattern"), _FURNITURE)
@given(st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.filter_too_much])
def test_what_spares_headlines_the_search_for_furniture_never_hides_any(
    words: str, pattern: str, data: st.DataObject
) -> None:
    text = data.draw(st.from_regex(re.compile(pattern, re.IGNORECASE), alphabet=LATIN))
    assert not set(words.split()).isdisjoint(_LETTERS.findall(text.casefold()))


# (from the pattern of measures, which all have a digit, a slash or a dot, hypothesis makes next to nothing)
@pytest.mark.parametrize(("strings", "pattern"), [entry for entry in _STRONG if entry[0] and "cloves" not in entry[1]])
@given(st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.filter_too_much])
def test_what_spares_headlines_the_search_for_machine_matter_never_hides_any(
    strings: tuple[str, ...], pattern: str, data: st.DataObject
) -> None:
    text = data.draw(st.from_regex(pattern, alphabet=LATIN))
    assert any(string in text for string in strings)
