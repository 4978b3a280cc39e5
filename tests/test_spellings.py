"""One number for both spellings: in the vocabulary, through a tokeniser, and after it was saved."""

import json
from pathlib import Path

from conftest import ROOT
from tokenizers import Tokenizer

from scorer.bundle import DEFAULT_BUNDLE
from training.__main__ import open_tokenizer
from training.config import load_recipe
from training.export import save_tokenizer
from training.spellings import spelled_alike


def test_either_spelling_gets_the_number_of_the_word_that_is_known() -> None:
    words = ["rumor", "councillor", "colour", "color", "realized", "surprise", "##ize", "labour", "labor", "seize"]
    found = spelled_alike({word: number for number, word in enumerate(words)})
    assert found["rumour"] == found["rumor"] == 0
    assert found["councilor"] == found["councillor"] == 1
    assert found["colour"] == found["color"] == 3
    assert found["realised"] == found["realized"] == 4
    assert found["##ise"] == found["##ize"] == 6
    assert (found["labour"], found["labor"]) == (7, 8)  # a party, and work
    assert not {"surprize", "seise", "councilors"} & set(found)
    assert spelled_alike(found) == found


def test_both_spellings_are_one_to_a_tokeniser_that_was_saved_and_opened_again(tmp_path: Path) -> None:
    opened = open_tokenizer("tiny", load_recipe(ROOT / "configs" / "tiny.yaml"), special_tokens=False)
    for number in range(2):
        save_tokenizer(opened, tmp_path / f"{number}.json")
        opened = Tokenizer.from_file(str(tmp_path / f"{number}.json"))
        british, american = opened.encode("Neighbours' rumoured PYJAMAS"), opened.encode("Neighbors' rumored PAJAMAS")
        assert british.ids == american.ids
        assert british.offsets[-1] == (21, 28)
    assert (tmp_path / "0.json").read_bytes() == (tmp_path / "1.json").read_bytes()
    shipped = json.loads((DEFAULT_BUNDLE / "tokenizer.json").read_text(encoding="utf-8"))
    kept = json.loads((tmp_path / "0.json").read_text(encoding="utf-8"))
    assert {name: kept[name] for name in ("normalizer", "pre_tokenizer")} == {
        name: shipped[name] for name in ("normalizer", "pre_tokenizer")
    }
