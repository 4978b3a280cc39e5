"""Ratings of the pools: kept without texts, found again by hash; labels and a teacher's word side by side."""

import csv
import gzip
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorer.errors import InputError
from training.__main__ import open_tokenizer
from training.config import Recipe, Source
from training.data import blended, encode
from training.distill import texts_to_judge
from training.lessons import FormLessons, Lessons, text_id
from training.ratings import Ratings, read_spans
from training.sources import load_splits, read_source

HOT = "Fury as council axes lollipop lady"
CALM = "Council ends school crossing patrol"
UNRATED = "Ferry company orders two new vessels"
SENTENCE = "The minister's absurd plan was approved on Tuesday."
PASSAGE = "The court ruled that the ferry company must pay its crews for the hours spent in port."


def spans(text: str, phrases: list[str]) -> str:
    """A cell that says where phrases stand in a text."""
    starts = [(text.index(phrase), len(phrase)) for phrase in phrases]
    return " ".join(f"{start}-{start + length}" for start, length in starts) or "-"


@pytest.fixture
def pools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with pools of our own texts, and ratings of some of them beside it."""
    (tmp_path / "unlabelled").mkdir()
    texts = {
        "headlines": (["source", "item", "outlet", "text"], [[HOT], [CALM], [UNRATED], [HOT]]),
        "sentences": (["item", "outlet", "leaning", "text"], [[SENTENCE]]),
        "passages": (["item", "outlet", "leaning", "topic", "text"], [[PASSAGE]]),
    }
    for name, (header, rows) in texts.items():
        with gzip.open(tmp_path / "unlabelled" / f"{name}.csv.gz", "wt", encoding="utf-8", newline="") as file:
            places = [[*(f"{column}{number}" for column in header[:-1]), text] for number, [text] in enumerate(rows)]
            csv.writer(file).writerows([header, *places])
    headlines = "text_id,score,alarm,exaggeration,curiosity_gap,loaded_language,drama,phrases,picked\n"
    headlines += f"{text_id(HOT):016x},60,0,2,0,1,2,{spans(HOT, ['Fury', 'axes'])},hot\n"
    headlines += f"{text_id(CALM):016x},0,0,0,0,0,0,-,random\n"
    (tmp_path / "headlines.csv").write_text(headlines, encoding="utf-8")
    sentences = f"text_id,bias,opinion,voice,kind,phrases,picked\n{text_id(SENTENCE):016x},2,1,A,L,15-21,random\n"
    (tmp_path / "sentences.csv").write_text(sentences, encoding="utf-8")
    passages = f"text_id,primary,frames,picked\n{text_id(PASSAGE):016x},legality,legality;economic,random\n"
    (tmp_path / "passages.csv").write_text(passages, encoding="utf-8")
    monkeypatch.setenv("SCORER_DATA", str(tmp_path))
    return tmp_path


def test_rated_rows_of_the_pools_have_their_labels(pools: Path) -> None:
    hot, calm = read_source(Source("rated_pool", str(pools / "headlines.csv")))
    assert (hot["text"], hot["sensationalism"], hot["devices"]) == (HOT, 60, [0, 2, 0, 1, 2])
    assert (hot["phrases"], hot["form"], hot["split"], hot["source"]) == (
        ["Fury", "axes"],
        "headline",
        "train",
        "rated_pool",
    )
    assert (calm["sensationalism"], calm["phrases"]) == (0, [])
    [sentence] = read_source(Source("rated_sentence_pool", str(pools / "sentences.csv")))
    assert (sentence["bias"], sentence["opinion"], sentence["phrases"]) == (2, 1, ["absurd"])
    [passage] = read_source(Source("rated_passage_pool", str(pools / "passages.csv")))
    assert sum(passage["frames"]) == 2


def test_a_text_that_is_rated_is_not_in_the_pool_as_well(pools: Path) -> None:
    sources = (Source("pool", "unlabelled/headlines.csv.gz"), Source("rated_pool", str(pools / "headlines.csv")))
    splits = load_splits(Recipe("own", "0", "tiny", sources, tune_fraction=0.0))
    assert sorted(splits.train["text"]) == sorted([HOT, CALM])


def test_a_file_of_something_else_is_named(tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("text,score\nCouncil meets,0\n", encoding="utf-8")
    for path in (other, tmp_path / "none.csv"):
        with pytest.raises(InputError, match=path.name):
            Ratings(path)


def test_ratings_of_other_texts_are_refused(pools: Path) -> None:
    other = pools / "other.csv"
    other.write_text((pools / "headlines.csv").read_text(encoding="utf-8") + "00ff,5,0,0,0,0,0,-,random\n", "utf-8")
    with pytest.raises(InputError, match="3 texts are rated, but 2 of them are in unlabelled"):
        read_source(Source("rated_pool", str(other)))
    other.write_text(f"text_id,opinion\n{text_id(SENTENCE):016x},1\n", "utf-8")
    with pytest.raises(InputError, match="cannot be read as rated_sentence_pool: KeyError"):
        read_source(Source("rated_sentence_pool", str(other)))


def test_a_judged_tweet_that_is_rated_has_both_labels(pools: Path) -> None:
    tweets = pools / "webis.csv"
    tweets.write_text(f"id,split,text,truth_mean\n1,train,{HOT},0.4\n2,train,{UNRATED},0.1\n", "utf-8")
    sources = (Source("webis17", str(tweets)), Source("rated_pool", str(pools / "headlines.csv")))
    rows = load_splits(Recipe("own", "0", "tiny", sources, tune_fraction=0.0)).train
    both = next(row for row in rows if row["text"] == HOT and row["source"] == "webis17")
    assert (both["sensationalism"], both["phrases"]) == (60, ["Fury", "axes"])
    assert both["clickbait"] == pytest.approx(0.4)
    assert next(row["sensationalism"] for row in rows if row["text"] == UNRATED) is None


def test_only_train_rows_are_taught_lessons(pools: Path) -> None:
    heads = {"levels": np.full((1, 21), 56, dtype=np.uint8), "devices": np.full((1, 15), 51, dtype=np.uint8)}
    tokens, starts = np.zeros(2, dtype=np.uint8), np.array([0, 2])
    judged = FormLessons(np.array([text_id(HOT)], dtype=np.uint64), heads, tokens, starts)
    Lessons({"headline": judged}, {"headline": "abc"}).save(pools / "lessons.npz")
    source = Source("rated_pool", str(pools / "headlines.csv"))
    recipe = Recipe("own", "0", "tiny", (source,), tune_fraction=0.0, lessons=str(pools / "lessons.npz"), blend=0.5)
    tokenizer = open_tokenizer("tiny", recipe, special_tokens=True)
    taught = encode(load_splits(recipe).train, tokenizer, recipe.level_spread, recipe.blend).targets
    np.testing.assert_allclose(taught.mean, [55, 0], atol=0.1)  # rated 60, judged 50; rated 0, not judged
    np.testing.assert_allclose(taught.devices[0, 1], [0.6, 0.6, 0.1], atol=0.01)
    tune = load_splits(replace(recipe, tune_fraction=1.0)).tune
    assert [row["taught_levels"] for row in tune] == [None, None]


def test_rated_texts_are_judged_first_and_each_once(pools: Path) -> None:
    (pools / "human").mkdir()
    (pools / "human" / "webis17.csv").write_text(f"id,split,text,truth_mean\n1,train,{HOT},0.4\n", "utf-8")
    recipe = Recipe("own", "0", "tiny", (Source("rated_pool", str(pools / "headlines.csv")),))
    assert sorted(texts_to_judge("headline", 2, recipe)) == sorted([HOT, CALM])
    assert sorted(texts_to_judge("headline", 9, recipe)) == sorted([HOT, CALM, UNRATED])


@given(st.lists(st.text(st.characters(exclude_characters="; "), min_size=1), min_size=1, max_size=8), st.data())
def test_phrases_are_found_again_by_their_places(words: list[str], data: st.DataObject) -> None:
    text = " ".join(words)
    chosen = data.draw(st.lists(st.sampled_from(words), max_size=3))
    assert read_spans(text, spans(text, chosen)) == (" ; ".join(chosen) or "-")


def test_labels_and_a_teachers_word_are_blended_where_both_are_known() -> None:
    labels = np.array([1.0, np.nan, 0.0, np.nan], dtype=np.float32)
    taught = np.array([0.5, 0.25, np.nan, np.nan], dtype=np.float32)
    np.testing.assert_allclose(blended(labels, taught, 0.5), [0.75, 0.25, 0.0, np.nan])
    np.testing.assert_allclose(blended(labels, taught, 0.0), [1.0, 0.25, 0.0, np.nan])
