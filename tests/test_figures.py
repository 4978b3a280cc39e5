"""Card, README and docs say what the figures say, the figures are of the shipped model, and no text is in them."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from conftest import DATA, ROOT, needs_data
from evaluate_samples import labelled_headlines, write_csv

from scorer.audit.suites import SHIPPED
from scorer.bundle import DEFAULT_BUNDLE, file_hash, read_config
from scorer.errors import InputError
from training.card import model_card
from training.figures import __main__ as command
from training.figures.files import FOLDER, Figures, read_figures, stale, stamp_of, write_figures
from training.figures.labelled import GRADED, Labelled, evaluation_of, labelled_figures
from training.figures.pages import BLOCKS, PAGES, filled, finding
from training.figures.takeover import taken_over
from training.human import cut_elsewhere

REMADE = "run `python -m training.figures`"


@pytest.fixture(scope="module")
def config() -> dict[str, Any]:
    return read_config(DEFAULT_BUNDLE)


@pytest.fixture(scope="module")
def figures() -> Figures:
    return read_figures(ROOT / FOLDER, command.MAKERS)


def test_the_figures_are_of_the_shipped_model(config: dict[str, Any]) -> None:
    assert stale(ROOT / FOLDER, command.MAKERS, stamp_of(config)) == [], REMADE


def test_the_card_says_what_the_figures_say(config: dict[str, Any], figures: Figures) -> None:
    assert taken_over(config, figures) == config, REMADE
    assert (DEFAULT_BUNDLE / "README.md").read_text(encoding="utf-8") == model_card(config), REMADE


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_pages_say_what_the_figures_say(config: dict[str, Any], figures: Figures, page: Path) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert "<!-- figures: " in text
    assert text == filled(text, config, figures), REMADE


def test_every_block_is_on_a_page() -> None:
    shown = re.findall(r"<!-- figures: ([a-z-]+) -->", "".join((ROOT / page).read_text("utf-8") for page in PAGES))
    assert set(shown) == set(BLOCKS)


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda page: page.name)
def test_what_the_docs_link_to_exists(page: Path) -> None:
    for link in re.findall(r"\]\((?!http)([^)#]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / link).exists(), link
    assert f"docs/{page.name}" in (ROOT / "README.md").read_text(encoding="utf-8")


def strings(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Every string with the key it stands under."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield place, name
            yield from strings(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item, place)
    elif isinstance(value, str):
        yield place, value


def test_no_text_of_others_is_in_the_figures(figures: Figures) -> None:
    for name, found in figures.items():
        for place, text in strings(found):
            assert place == "about" or len(text) <= 80, (name, place, text)
            assert text not in ("worst", "text", "texts"), name
        assert (ROOT / FOLDER / f"{name}.json").stat().st_size < 60_000


def test_the_audit_was_run_with_the_suites_that_are_here(figures: Figures) -> None:
    for suite in figures["audit"]["suites"]:
        assert suite["sha256"] == file_hash(SHIPPED / f"{suite['name']}.yaml"), REMADE


@needs_data
def test_the_figures_were_made_with_the_data_that_is_here(figures: Figures) -> None:
    data = [each["data"] for found in figures.values() for each in found.get("evaluations", ())]
    assert {each["file"] for each in data} >= {"rated/headlines.csv", "human/webis17.csv"}
    for each in data:
        assert each["sha256"] == file_hash(DATA / each["file"]), REMADE


def test_figures_of_another_model_are_stale(config: dict[str, Any], tmp_path: Path) -> None:
    stamp = stamp_of(config)
    other = stamp_of({**config, "heads": {**config["heads"], "clickbait": {}}})
    write_figures(tmp_path, "a", stamp, {"lines": []})
    write_figures(tmp_path, "b", other, {"lines": []})
    assert stale(tmp_path, ["a", "b", "c"], stamp) == ["b", "c"]
    with pytest.raises(InputError, match="has no figures of c; run"):
        read_figures(tmp_path, ["a", "b", "c"])
    (tmp_path / "a.json").write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match=r"a\.json: damaged"):
        stale(tmp_path, ["a"], stamp)


def test_a_labelled_set_gives_figures_without_its_texts(tmp_path: Path) -> None:
    rows = labelled_headlines()
    path = write_csv(tmp_path / "rated.csv", [{**row, "leaning": "left"} for row in rows])
    wanted = Labelled(path, "score", "sensationalism", (("split", "dev"),), GRADED, (0.0, 100.0), sliced=True)
    found = evaluation_of(labelled_figures(DEFAULT_BUNDLE, [wanted]), "score")
    dev = sum(row["split"] == "dev" for row in rows)
    assert found["data"]["evaluated"] == found["figures"]["tfidf"]["mae"]["n"] == dev
    assert found["data"]["sha256"] == file_hash(Path(path))
    # the same sentences stand in the train rows, so the baseline that learned from them knows them well
    assert found["figures"]["tfidf"]["pearson"]["value"] > 0.8
    assert {each["by"] for each in found["slices"]} >= {"length", "outlet"}
    assert not [row["headline"] for row in rows if row["headline"] in json.dumps(found)]


def test_the_command_keeps_what_it_has_and_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    calls = []

    def maker(bundle: Path) -> dict[str, Any]:
        calls.append(bundle)
        return {"lines": []}

    monkeypatch.setattr(command, "MAKERS", {"ccf": maker, "frac": maker})
    monkeypatch.setattr(command, "data_root", lambda: tmp_path)
    monkeypatch.setattr(command, "take_over", lambda *_: None)
    monkeypatch.setattr(command, "write_pages", lambda *_: None)
    run = CliRunner().invoke
    first = run(command.main, ["--out", str(tmp_path), "--only", "ccf"])
    assert first.exit_code == 0, first.output
    assert "there are no figures yet for frac" in first.output
    second = run(command.main, ["--out", str(tmp_path)])
    assert "kept, as they are of this model: ccf" in second.output
    assert "frac: measuring" in second.output
    assert len(calls) == 2
    assert "Wrote" in run(command.main, ["--out", str(tmp_path), "--again"]).output
    assert len(calls) == 4


def test_a_cut_is_chosen_on_other_articles() -> None:
    truth = np.repeat([0.0, 1.0], 40)
    assert (cut_elsewhere(truth, truth) == truth).all()
    noise = np.random.default_rng(1).random(80)
    # chosen on the very rows it is judged by, a cut through noise would do better than chance
    assert (cut_elsewhere(truth, noise) == truth).mean() < 0.6


def slices_with(left: float, right: float, reach: float) -> Figures:
    slices = [
        {"by": "leaning", "value": value, "truth": 20.0, "bias": {"value": at, "low": at - reach, "high": at + reach}}
        for value, at in (("left", left), ("right", right))
    ]
    return {"headlines": {"evaluations": [{"column": "score", "slices": slices}]}}


def test_a_difference_between_leanings_is_called_one_only_beyond_chance() -> None:
    clear = finding(slices_with(0, -6, 2), "headlines", "score", "Headlines")
    assert "-6.0 points from those of the left (95% interval -8.8 to -3.2), **which chance hardly explains**" in clear
    assert "which chance may explain" in finding(slices_with(0, -2, 2), "headlines", "score", "Headlines")
