"""What a labelled file is read as: columns, kinds of labels, scales, and what is wrong with it in one sentence."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from evaluate_samples import PLACES, labelled_headlines, write_csv
from hypothesis import given, settings
from hypothesis import strategies as st

from scorer.errors import InputError
from scorer.evaluate.cells import Labels, Wanted
from scorer.evaluate.grades import detected_scale
from scorer.evaluate.labels import read_labels
from scorer.evaluate.rows import read_table
from scorer.evaluate.sample import labelled_rows, near_hash, near_key
from scorer.labels import FRAMES


def texts(count: int) -> list[str]:
    return [f"Pond {number} at {PLACES[number % 9]} is drained" for number in range(count)]


def read(folder: Path, cells: dict[str, list[Any]], **wanted: Any) -> Labels:
    """Write columns of cells beside made-up texts and read the labels."""
    count = len(next(iter(cells.values())))
    rows = [
        {"text": text, **{name: column[number] for name, column in cells.items()}}
        for number, text in enumerate(texts(count))
    ]
    return read_labels(read_table(write_csv(folder / "rated.csv", rows)), Wanted(**wanted))


@pytest.mark.parametrize(
    ("column", "head"),
    [
        ("score", "sensationalism"),
        ("sensationalism", "sensationalism"),
        ("truthMean", "clickbait"),
        ("is_clickbait", "clickbait"),
        ("loaded_language", "loaded_language"),
        ("mean bias (0-3)", "bias"),
        ("opinion", "opinion"),
    ],
)
def test_the_head_follows_from_the_name_of_the_column(tmp_path: Path, column: str, head: str) -> None:
    labels = read(tmp_path, {column: [0, 1, 2, 3]}, columns=() if "(" not in column else (column,))
    assert (labels.head, labels.columns) == (head, (column,))
    assert head in labels.notes[0]


def test_of_several_columns_the_one_for_the_head_asked_for_is_taken(tmp_path: Path) -> None:
    columns = {"score": [0, 50, 100], "alarm": [0, 3, 1]}
    assert read(tmp_path, columns).head == "sensationalism"
    assert read(tmp_path, columns, head="alarm").columns == ("alarm",)
    assert read(tmp_path, columns, head="drama").columns == ("score",)


@pytest.mark.parametrize(
    ("cells", "scale", "points"),
    [
        ([1, 2, 3, 4, 5], (1, 5), [0, 25, 50, 75, 100]),
        ([0, 12, 96, 30], (0, 100), [0, 12, 96, 30]),
        ([0.2, 0.33, 0.9], (0, 1), [20, 33, 90]),
        ([-2, 0, 2], (-2, 2), [0, 50, 100]),
        (["plain", "Extreme", "heightened"], (0, 100), [10, 90, 50]),
    ],
)
def test_grades_are_rescaled_and_it_is_said_how(
    tmp_path: Path, cells: list[Any], scale: tuple[int, int], points: list[float]
) -> None:
    labels = read(tmp_path, {"score": cells})
    assert labels.kind == "graded"
    assert labels.scale == scale
    assert labels.truth[:, 0] == pytest.approx(points)
    assert len(labels.notes) == 2


def test_levels_of_devices_keep_their_scale_where_the_top_is_missing(tmp_path: Path) -> None:
    assert read(tmp_path, {"drama": [0, 1, 2]}).truth[:, 0] == pytest.approx([0, 100 / 3, 200 / 3])


def test_a_named_scale_is_taken(tmp_path: Path) -> None:
    labels = read(tmp_path, {"score": [3, 4, 9]}, scale=(0.0, 12.0))
    assert labels.truth[:, 0] == pytest.approx([25, 100 / 3, 75])


@settings(deadline=None)
@given(st.lists(st.integers(-5, 120), min_size=2, max_size=9, unique=True))
def test_a_detected_scale_holds_every_grade(values: list[int]) -> None:
    grades = np.array(values, dtype=np.float64)
    found = detected_scale(grades, "sensationalism")
    assert found is None or (found[0] <= grades.min() and grades.max() <= found[1])


@pytest.mark.parametrize(
    ("column", "cells", "positive", "truth"),
    [
        ("label", [0, 1, 1], None, [0, 1, 1]),
        ("label", [-1, 1, 1], None, [0, 1, 1]),
        ("label", ["no", "Yes", "no"], None, [0, 1, 0]),
        ("truthClass", ["clickbait", "no-clickbait", "clickbait"], None, [1, 0, 1]),
        ("label", ["calm", "not calm", "calm"], None, [1, 0, 1]),
        ("label", ["satire", "news", "satire"], "Satire", [1, 0, 1]),
        ("label", ["satire", "news", "advert"], "advert", [0, 0, 1]),
        ("label", [1, 2, 2], "2", [0, 1, 1]),
        ("label", ["1", "1.0", "0", "2"], "1", [1, 1, 0, 0]),
    ],
)
def test_yes_and_no_in_many_forms(
    tmp_path: Path, column: str, cells: list[Any], positive: str | None, truth: list[int]
) -> None:
    labels = read(tmp_path, {column: cells}, positive=positive)
    assert labels.kind == "binary"
    assert labels.truth[:, 0].tolist() == truth


def test_frames_are_read_as_one_several_or_a_column_each(tmp_path: Path) -> None:
    one = read(tmp_path, {"frames": ["health", "crime", "Quality of Life"]})
    assert (one.kind, one.names) == ("classes", ("crime", "health", "quality_of_life"))
    several = read(tmp_path, {"frames": ["health;economic", '["crime", "none"]', "weather", ""]})
    assert (several.kind, several.names) == ("several", ("economic", "crime", "health"))
    assert several.truth[:3].tolist() == [[1, 0, 1], [0, 1, 0], [0, 0, 0]]
    assert np.isnan(several.truth[3]).all()
    assert several.left_out == {"no label": 1}
    assert any("'weather' (1)" in note for note in several.notes)
    each = read(tmp_path, {"Crime": [1, 0, ""], "Health": ["yes", "no", "yes"]}, columns=("Crime", "Health"))
    assert (each.names, each.truth[0].tolist(), each.left_out) == (("crime", "health"), [1, 1], {"no label": 1})
    assert read(tmp_path, {"economic": [1, 0, 1]}, columns=("economic",)).head == "economic"


def test_rows_without_a_label_are_left_out_and_counted(tmp_path: Path) -> None:
    cells = [*range(0, 101, 5), *([""] * 20), "n/a", "very"]
    labels = read(tmp_path, {"score": cells})
    assert labels.left_out == {"no label": 21, "a label that is no number": 1}
    assert int((~np.isnan(labels.truth)).sum()) == 21


@pytest.mark.parametrize(
    ("columns", "wanted", "message"),
    [
        (
            {"note": [1, 2]},
            {},
            "found no column of labels .* its columns are 'text', 'note'; name one with --label-col",
        ),
        ({"score": [1, 2]}, {"columns": ("heat",)}, "has no column 'heat' .*'text', 'score'"),
        ({"score": [7, 7, 7]}, {}, "holds 7 in every row; a constant cannot be evaluated"),
        ({"label": ["a", "A"]}, {}, "holds 'a' in every row"),
        ({"score": ["", "-"]}, {}, "none of the 2 rows has a label in 'score'"),
        ({"score": [2, 17, 9]}, {}, "runs from 2 to 17, which is no scale known here; .* --scale 0,17"),
        ({"score": [2, 7, 9]}, {"scale": (1.0, 5.0)}, "has 7 in row 2, outside the scale 1 to 5"),
        ({"score": ["hot", "mild", "hot"]}, {"scale": (1.0, 5.0)}, "holds 'hot', which is no number"),
        ({"label": ["satire", "news"]}, {}, "holds 2 different labels .*--positive"),
        ({"label": [1, 2, 2]}, {}, "two numbers, 1 and 2; name the one that means yes"),
        ({"label": ["satire", "news"]}, {"positive": "advert"}, "never holds 'advert' .* it holds 'satire', 'news'"),
        ({"frames": ["weather", "sport"]}, {}, "names none of the frames .* it holds 'weather', 'sport'"),
        ({"crime": [1, 0], "heat": [1, 0]}, {"columns": ("crime", "heat")}, "'heat' is none"),
        ({"crime": [1, 5], "health": [1, 0]}, {"columns": ("crime", "health")}, "has '5' in row 2; expected yes or no"),
    ],
)
def test_labels_that_cannot_be_used_get_one_sentence(
    tmp_path: Path, columns: dict[str, list[Any]], wanted: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        read(tmp_path, columns, **wanted)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=8), min_size=1, max_size=6), st.sampled_from(["score", "frames", "label"]))
def test_any_cells_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, cells: list[str], column: str) -> None:
    clean = [cell.encode("utf-8", "ignore").decode().replace("\0", "") for cell in cells]
    try:
        labels = read(tmp_path_factory.getbasetemp(), {column: list(clean)})
    except InputError:
        return
    known = labels.truth[~np.isnan(labels.truth)]
    assert ((known >= 0) & (known <= (100 if labels.kind == "graded" else 1))).all()


def test_where_keeps_rows_and_says_what_there_is(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "rated.csv", labelled_headlines())
    table = read_table(path, where=(("split", "dev"),))
    assert {row.cells["split"] for row in table.rows} == {"dev"}
    assert table.left_out == {"not asked for by --where": 72 - len(table.rows)}
    both = read_table(path, where=(("split", "dev"), ("split", "train")))
    assert len(both.rows) == 72
    with pytest.raises(InputError, match=r"no row has test in 'split' .* it holds 'dev', 'train'"):
        read_table(path, where=(("split", "test"),))
    with pytest.raises(InputError, match=r"has no column 'part' .*'headline', 'score'"):
        read_table(path, where=(("part", "dev"),))


def write_lines(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def test_the_clickbait_challenge_is_read_from_its_two_files(tmp_path: Path) -> None:
    posts = texts(4)
    write_lines(tmp_path / "instances.jsonl", [{"id": str(n), "postText": [post]} for n, post in enumerate(posts)])
    judged = [
        {"id": str(n), "truthMean": n / 3, "truthClass": "clickbait" if n > 1 else "no-clickbait"} for n in (3, 1, 0)
    ]
    write_lines(tmp_path / "truth.jsonl", judged)
    for place in (tmp_path, tmp_path / "instances.jsonl"):
        table = read_table(str(place))
        assert [row.text for row in table.rows] == posts
        labels = read_labels(table, Wanted())
        assert (labels.head, labels.columns, labels.left_out) == ("clickbait", ("truthMean",), {"no label": 1})
        assert labels.truth[[0, 1, 3], 0] == pytest.approx([0, 100 / 3, 100])
        assert read_labels(table, Wanted(("truthClass",))).truth[[0, 3], 0].tolist() == [0, 1]
    (tmp_path / "elsewhere.jsonl").write_text('{"name": 1}\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"elsewhere\.jsonl: has no column 'id' to join by"):
        read_table(str(tmp_path), truth=str(tmp_path / "elsewhere.jsonl"))


@pytest.mark.parametrize(
    ("name", "content", "options", "message"),
    [
        ("none.csv", None, {}, "no such file or folder"),
        ("empty.csv", "", {}, "nothing in it can be read"),
        ("header.csv", "text,score\n", {}, "it has no rows"),
        ("odd.csv", "words,score\nx,1\n", {}, "no column of texts .*'words', 'score'; name one with --text-col"),
        ("odd.csv", "words,score\nx,1\n", {"text_column": "title"}, "no column 'title' \\(--text-col\\)"),
        ("blank.csv", "text,score\n,1\n", {}, "no row has a text in 'text'"),
        ("rated.xls", "x", {}, "of no format this program reads"),
    ],
)
def test_files_that_cannot_be_used_get_one_sentence(
    tmp_path: Path, name: str, content: str | None, options: dict[str, Any], message: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_table(str(path), **options)


def test_a_text_counts_once_and_contradictions_are_counted(tmp_path: Path) -> None:
    rows = [("Pond drained", 10), ("Pond  drained", 19), ("Pond drained", 60), ("Mill sold", 0), ("Inn shut", 100)]
    path = write_csv(tmp_path / "rated.csv", [{"text": text, "score": score} for text, score in rows])
    table = read_table(path)
    found = labelled_rows(table, read_labels(table, Wanted()))
    assert [row.number for row in found.rows] == [1, 4, 5]
    assert found.truth[:, 0].tolist() == [10, 0, 100]
    assert (found.repeats, found.contradictions) == (2, 1)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_near_duplicates_share_a_hash_of_eight_bytes(text: str) -> None:
    assert near_hash(f" {text} ") == near_hash(text) or not near_key(text).strip()
    assert len(bytes.fromhex(near_hash(text))) == 8
    assert near_hash("Mill sold for 3m!") == near_hash("MILL SOLD for 30m") != near_hash("Mill sold by 3m")


def test_every_frame_can_be_named(tmp_path: Path) -> None:
    assert read(tmp_path, {"frames": [frame.replace("_", " ") for frame in FRAMES]}).names == FRAMES
