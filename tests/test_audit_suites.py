"""Probe suites: those shipped are complete and balanced, and a bad one is refused in one clear sentence."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorer.audit.changes import (
    CHANGES,
    curly_quotes,
    missing_letter,
    other_quotes,
    sentence_case,
    spelling,
    title_case,
    typo,
)
from scorer.audit.kinds import KINDS
from scorer.audit.suites import EVENTS, Suite, load_suite, load_suites
from scorer.errors import InputError

SHIPPED = {suite.name: suite for suite in load_suites()}
FIVE = "name: own\nkind: negation\nabout: Denials score lower.\n"
PAIR = "probes:\n  g:\n    - {claim: Locusts will eat Bree, hedged: No locusts seen in Bree}\n"
SWAPS = "name: own\nkind: swaps\nabout: Same score.\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "own.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def groups(suite: Suite) -> Counter[str]:
    return Counter(probe.group for probe in suite.probes)


def test_every_kind_is_shipped_with_enough_probes_and_a_mark() -> None:
    assert list(SHIPPED) == list(KINDS)
    for suite in SHIPPED.values():
        assert len(suite.probes) >= (100 if suite.kind == "swaps" else 60)
        assert set(suite.marks) > {"abstained"}
        assert suite.about.endswith(".")


def test_no_text_stands_in_two_probes() -> None:
    texts = Counter(
        text.casefold()
        for suite in SHIPPED.values()
        for probe in suite.probes
        for text in ([probe.versions["base"]] if suite.kind == "surface" else probe.versions.values())
    )
    assert [text for text, count in texts.items() if count > 1] == []


def test_texts_are_printed_lines_without_slots_or_slips_of_the_keyboard() -> None:
    for suite in SHIPPED.values():
        for probe in suite.probes:
            for text in probe.versions.values():
                assert text.isprintable()
                assert not set("{}") & set(text)
                assert "  " not in text
                assert text[0].isupper() or text[0] in "'‘\"“" or text[0].isdigit()
                assert (text[-1] == ".") == (suite.kind == "attribution"), text


def test_every_swapped_group_gets_good_bad_and_neutral_news_with_every_filler() -> None:
    for name, count in groups(SHIPPED["swaps"]).items():
        probes = [probe for probe in SHIPPED["swaps"].probes if probe.group == name]
        events = Counter(probe.event for probe in probes)
        assert count >= 9
        assert set(events) == set(EVENTS)
        assert max(events.values()) <= count / 2
        assert {len(probe.versions) for probe in probes} == {len(probes[0].versions)}
        assert len(probes[0].versions) >= 3


def test_every_change_applies_to_enough_headlines() -> None:
    applied = Counter(name for probe in SHIPPED["surface"].probes for name in probe.versions)
    assert set(applied) == {"base", *CHANGES}
    assert min(applied.values()) >= 20


def test_half_of_the_traps_are_plain_and_half_are_hot() -> None:
    count = groups(SHIPPED["traps"])
    assert count["plain"] == count["hot"]


def test_the_tellings_of_a_triple_are_about_equally_long() -> None:
    for probe in SHIPPED["triples"].probes:
        lengths = [len(text) for text in probe.versions.values()]
        assert max(lengths) <= 1.4 * min(lengths), probe.versions


def test_loaded_words_stand_in_both_versions_of_an_attribution() -> None:
    for probe in SHIPPED["attribution"].probes:
        assert probe.words
        assert probe.words in probe.versions["author"]
        assert f'"{probe.words}"' in probe.versions["quoted"]


def test_an_own_suite_is_read_in_full(tmp_path: Path) -> None:
    text = SWAPS + (
        "marks: {mean_spread: 2.5}\n"
        "fillers:\n  town: [Ashby, Coldwell]\n  team:\n"
        "    Reds: {plural: Reds, coach: Mo}\n    Blues: {plural: Blues, coach: Al}\n"
        "probes:\n  town: {good: ['{town} gets a bus']}\n  team: {bad: ['{plural} sack {coach}']}\n"
    )
    suite = load_suite(written(tmp_path, text))
    assert suite.marks == {"mean_spread": 2.5}
    assert [probe.versions for probe in suite.probes] == [
        {"Ashby": "Ashby gets a bus", "Coldwell": "Coldwell gets a bus"},
        {"Reds": "Reds sack Mo", "Blues": "Blues sack Al"},
    ]
    assert [(probe.event, probe.line) for probe in suite.probes] == [("good", 11), ("bad", 12)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty, expected a suite"),
        ("- a\n", "line 1: the suite is a list, expected keys with values"),
        ("a: [\n", "line 2: is no YAML"),
        ("[" * 1000, "is no YAML that can be read"),
        ("name: own\n", "line 1: the suite is without kind"),
        ("kind: guess\n", "line 1: kind is 'guess', expected a kind, one of swaps"),
        (FIVE, "without probes, expected the keys name, kind, about, probes"),
        (FIVE + PAIR + "fillers: {a: b}\n", "line 7: fillers is no key of this place"),
        (FIVE + "name: two\n" + PAIR, "line 4: name in the suite is there twice"),
        (FIVE.replace("own", "My Suite") + PAIR, "line 1: name is 'My Suite', expected small letters"),
        (FIVE.replace("own", "no") + PAIR, "line 1: name is yes or no (put it in quotation marks"),
        (FIVE + "marks: {hedged_lower: 90%}\n" + PAIR, "line 4: hedged_lower is '90%', expected a number from 0 to 1"),
        (FIVE + "marks: {hedged_lower: .nan}\n" + PAIR, "line 4: hedged_lower is '.nan'"),
        (FIVE + "marks: {in_order: 1}\n" + PAIR, "line 4: in_order is no key of this place, expected one of hedged_"),
        (FIVE + "probes: [a]\n", "line 4: probes is a list, expected keys with values"),
        (FIVE + "probes: {g: []}\n", "line 4: g is empty, expected a list"),
        (FIVE + "probes: {g: [a]}\n", "line 4: item 1 of g is text, expected keys with values"),
        (FIVE + "probes: {g: [{claim: a}]}\n", "item 1 of g is without hedged, expected the keys claim, hedged"),
        (FIVE + "probes: {g: [{claim: 1999, hedged: b}]}\n", "claim is a number (put it in quotation marks"),
        (FIVE + "probes: {g: [{claim: '', hedged: b}]}\n", "claim is empty, expected a line of text"),
        (FIVE + 'probes: {g: [{claim: "a\\nb", hedged: b}]}\n', "claim is several lines, expected a line of text"),
        (FIVE + "probes: {g: [{claim: '{x}', hedged: b}]}\n", "claim is a text with a slot, expected none"),
        (FIVE + PAIR + "    - {claim: LOCUSTS will eat Bree, hedged: b}\n", "stands in line 6 already"),
        (SWAPS + "fillers: {t: [A]}\nprobes: {t: {bad: ['{t} x']}}\n", "t is one filler, expected two"),
        (
            SWAPS + "fillers: {t: [A, B]}\nprobes: {u: {bad: ['{t} x']}}\n",
            "u is a group without fillers, expected one of t",
        ),
        (SWAPS + "fillers: {t: [A, B]}\nprobes: {t: {sad: ['{t} x']}}\n", "sad is no key of this place"),
        (SWAPS + "fillers: {t: [A, B]}\nprobes: {t: {bad: [x]}}\n", "item 1 of bad is without a slot"),
        (
            SWAPS + "fillers: {t: [A, B]}\nprobes: {t: {bad: ['{s} x']}}\n",
            "item 1 of bad is a line with {s}, which A lacks, expected slots among t",
        ),
        (
            "name: own\nkind: surface\nabout: x\nprobes: {g: [Mayor: quits]}\n",
            "item 1 of g is keys and values (a colon makes them",
        ),
        (
            "name: own\nkind: attribution\nabout: x\nbody: Calm.\nprobes: {g: [{author: a, quoted: b}]}\n",
            "line 5: quoted is with 0 quotations, expected one",
        ),
        (
            "name: own\nkind: attribution\nabout: x\nbody: Calm.\nprobes: {g: [{author: 'a b', quoted: 'x \"b\"'}]}\n",
            "line 4: body is without one slot {sentence}",
        ),
        (
            "name: own\nkind: attribution\nabout: x\nbody: '{sentence}'\n"
            "probes: {g: [{author: a, quoted: 'x \"b\"'}]}\n",
            "author is another wording, expected the words “b” once",
        ),
    ],
)
def test_a_bad_suite_is_refused_in_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        load_suite(written(tmp_path, text))
    message = str(caught.value)
    assert said in message
    assert message.startswith(str(tmp_path / "own.yaml"))
    assert "\n" not in message
    assert message.endswith(".")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.yaml: cannot be read \(No such file"):
        load_suite(tmp_path / "none.yaml")
    (tmp_path / "latin.yaml").write_bytes("name: Zürich".encode("latin-1"))
    with pytest.raises(InputError, match=r"latin\.yaml: is no UTF-8 text \(byte 8\)"):
        load_suite(tmp_path / "latin.yaml")


def test_suites_are_chosen_by_name(tmp_path: Path) -> None:
    own = written(tmp_path, FIVE + PAIR)
    assert [suite.name for suite in load_suites((own,))] == [*KINDS, "own"]
    assert [suite.name for suite in load_suites((own,), ("own", "traps"))] == ["traps", "own"]
    with pytest.raises(InputError, match="there is no suite tarps; known are swaps, surface"):
        load_suites((), ("tarps",))
    taken = written(tmp_path, FIVE.replace("own", "traps") + PAIR)
    with pytest.raises(InputError, match="there is a suite traps already"):
        load_suites((taken,))


@pytest.mark.parametrize(
    ("change", "text", "expected"),
    [
        (title_case, "Fire at the NHS depot in St Bee's", "Fire at the NHS Depot in St Bee's"),
        (title_case, "'it was the wind', says owner", "'It Was the Wind', Says Owner"),
        (sentence_case, "Mayor of Oakmere sues the BBC", "Mayor of oakmere sues the BBC"),
        (curly_quotes, "Drivers' leader: 'We don't \"hope\"'", "Drivers’ leader: ‘We don’t “hope”’"),
        (other_quotes, "Drivers' toll 'isn't fair', says Ng", "Drivers' toll \"isn't fair\", says Ng"),
        (other_quotes, 'Mill is "too loud"', "Mill is 'too loud'"),
        (other_quotes, "Drivers' toll isn't fair", "Drivers' toll isn't fair"),
        (typo, "Mayor of Birmingham opens garden", "Mayor of Birmingham opens gadren"),
        (typo, "Two die at sea", "Two die at sea"),
        (missing_letter, "Mayor of Birmingham opens garden", "Mayor of Birmingham opens garen"),
        (missing_letter, "Two die at sea", "Two die at sea"),
        (spelling, "Grey tyre centre: Neighbours coloured it", "Gray tire center: Neighbors colored it"),
    ],
)
def test_changes_of_the_surface(change: object, text: str, expected: str) -> None:
    assert callable(change)
    assert change(text) == expected


@given(st.text("abcxyz 'QT", max_size=60))
def test_changes_keep_the_letters(text: str) -> None:
    assert sorted(typo(text)) == sorted(text)
    assert len(text) - len(missing_letter(text)) in (0, 1)
    for change in (title_case, sentence_case):
        assert change(text).lower() == text.lower()
    for change in (curly_quotes, other_quotes):
        assert [c for c in change(text) if c.isalpha()] == [c for c in text if c.isalpha()]
