"""The shipped model: what it must get right, and that no input upsets it."""

import csv
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from conftest import DATA, FOUNDING, needs_data
from hypothesis import given, settings
from hypothesis import strategies as st

from scorer import Scorer
from scorer.errors import InputError
from scorer.labels import band_of

TRIPLES = Path(__file__).parent / "data" / "triples_dev.csv"


def score(scorer: Scorer, text: str) -> float:
    heat = scorer.headline(text).sensationalism
    assert heat is not None, text
    return heat.score


def test_the_founding_headline_is_hot_and_its_calm_twin_is_not(shipped: Scorer) -> None:
    hot = shipped.headline(FOUNDING)
    assert hot.sensationalism is not None
    assert hot.sensationalism.score >= 55  # rated 80; 56 here: see configs/README.md
    marked = " | ".join(phrase.text for phrase in hot.phrases)
    assert "fears explode" in marked
    assert "war" in marked
    calm = "NATO military chief says alliance is studying pre-emptive responses to hybrid attacks"
    assert score(shipped, calm) < 15
    assert score(shipped, "Two firefighters die in warehouse blaze in Leeds") < 20


def test_plain_mild_and_hot_tellings_of_one_event_rise(shipped: Scorer) -> None:
    with TRIPLES.open(encoding="utf-8", newline="") as lines:
        triples = [[score(shipped, row[kind]) for kind in ("plain", "mild", "hot")] for row in csv.DictReader(lines)]
    assert len(triples) == 25
    assert sum(plain < mild < hot for plain, mild, hot in triples) >= 23
    assert all(plain < hot for plain, _, hot in triples)


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(), max_size=120))
def test_any_text_is_answered_with_exact_offsets(text: str) -> None:
    result = LOADED.headline("Shock fury as " + text)
    assert all(result.text[p.start : p.end] == p.text for p in result.phrases)
    assert (result.sensationalism is None) == (result.abstain is not None)
    if result.sensationalism:
        heat = result.sensationalism
        assert 0 <= heat.low <= heat.score <= heat.high <= 100
        assert heat.band == band_of(heat.score)


LOADED = Scorer.load(threads=2)


@pytest.mark.parametrize(
    "text",
    [
        "Fury as mayor\ud800 quits",
        "Fury \u202eas mayor quits",
        "FURY\x00 as mayor quits",
        "🔥 Fury as mayor quits 🔥",
        "İstanbul fury as mayor quits",
    ],
)
def test_strange_characters_do_not_shift_offsets(shipped: Scorer, validate: Callable[..., None], text: str) -> None:
    result = shipped.headline(text)
    assert result.abstain is None
    marked = [phrase.text.removeprefix("İstanbul ").casefold() for phrase in result.phrases]
    assert any(phrase.startswith("fury") for phrase in marked)
    assert all(text[p.start : p.end] == p.text for p in result.phrases)
    validate("headline.json", result.to_dict())


def test_a_score_does_not_depend_on_batch_mates(shipped: Scorer) -> None:
    texts = [f"{FOUNDING} {'again ' * (n % 9)}in week {n}" for n in range(64)]
    together = [result.sensationalism for result in shipped.headlines(texts)]
    alone = [shipped.headline(text).sensationalism for text in texts]
    differences = [abs(a.score - b.score) for a, b in zip(together, alone, strict=True) if a and b]
    assert len(differences) == 64
    assert max(differences) <= 0.1


def test_order_and_length_of_the_answer(shipped: Scorer) -> None:
    texts = ["Rates held at 4% by the Bank", "", FOUNDING, "42", "Mayor resigns over expenses"]
    results = shipped.headlines(texts)
    assert [result.text for result in results] == texts
    assert [result.abstain for result in results] == [None, "empty", None, "not_a_headline", None]
    assert shipped.headlines([]) == []


def test_wrong_types_are_refused_with_a_sentence(shipped: Scorer) -> None:
    with pytest.raises(InputError, match="one str, expected a list"):
        shipped.headlines("Mayor resigns")
    with pytest.raises(InputError, match="headline 2 is of type int"):
        shipped.headlines(["Mayor resigns", 7])  # type: ignore[list-item]


def test_one_scorer_serves_many_threads(shipped: Scorer) -> None:
    texts = [f"Fury as council number {n} axes lollipop ladies" for n in range(40)]
    expected = [result.to_dict() for result in shipped.headlines(texts)]
    with ThreadPoolExecutor(8) as pool:
        assert [result.to_dict() for result in pool.map(shipped.headline, texts)] == expected


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_scorer_survives_a_fork(shipped: Scorer) -> None:
    before = score(shipped, FOUNDING)
    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(sending, f"{score(shipped, FOUNDING):.6f}".encode())
        os._exit(0)
    os.close(sending)
    with os.fdopen(receiving) as answer:
        assert float(answer.read()) == pytest.approx(before, abs=1e-4)
    assert os.waitpid(child, 0)[1] == 0


def test_results_fit_the_published_schema(shipped: Scorer, validate: Callable[..., None]) -> None:
    for result in shipped.headlines([FOUNDING, "", "Der Kanzler tritt zurück", "Mayor resigns over expenses"]):
        validate("headline.json", result.to_dict())
    validate("comparison.json", shipped.compare("Council axes post", "Fury as council axes post").to_dict())
    validate("comparison.json", shipped.compare("", "Fury as council axes post").to_dict())


def test_a_comparison_names_the_phrases_behind_the_change(shipped: Scorer) -> None:
    result = shipped.compare("Council ends lollipop patrol", "Fury as heartless council axes lollipop patrol")
    assert result.change is not None
    assert result.change > 15
    assert "Fury" in " ".join(phrase.text for phrase in result.added)
    assert shipped.compare("", "Mayor resigns").change is None


@needs_data
def test_the_figures_of_the_card_hold_on_the_dev_rows(shipped: Scorer) -> None:
    with (DATA / "rated" / "headlines.csv").open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["split"] == "dev" and row["sampling"] == "random"]
    results = shipped.headlines([row["text"] for row in rows])
    kept = [(float(row["score"]), r.sensationalism) for row, r in zip(rows, results, strict=True) if r.sensationalism]
    truth = np.array([rated for rated, _ in kept])
    found = np.array([heat.score for _, heat in kept])
    assert len(kept) >= 0.99 * len(rows)
    assert np.corrcoef(truth, found)[0, 1] >= 0.78
    assert np.abs(truth - found).mean() <= 8.0
