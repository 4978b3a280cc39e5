"""What a user's labelled file is read as: every source, every kind of label, and what is wrong in one sentence."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scorer.errors import InputError
from scorer.evaluate.rows import read_table
from scorer.serve.feedback import Feedback
from training.retrain.answers import Many, plain, settle
from training.retrain.labelled import Labelled
from training.retrain.read import Wanted, read_labelled

EXPORTS = Path(__file__).parent / "data" / "retrain"
LABEL_STUDIO = ("label_studio_json.json", "label_studio_jsonmin.json", "label_studio_csv.csv")
ARGILLA = ("argilla.json", "argilla_datasets.jsonl")
ANIMALS = "otter heron badger stoat linnet newt".split()


def titles(count: int) -> list[str]:
    return [f"Mayor greets {ANIMALS[number % 6]} number {number} at the town pond" for number in range(count)]


def write(folder: Path, columns: Mapping[str, Sequence[Any]], name: str = "mine.csv", encoding: str = "utf-8") -> str:
    """Columns beside invented titles, as CSV."""
    count = len(next(iter(columns.values())))
    columns = {"title": titles(count), **columns}
    path = folder / name
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    return str(path)


def write_lines(folder: Path, rows: Sequence[Mapping[str, Any]], name: str = "mine.jsonl") -> str:
    path = folder / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


def read(source: str, **wanted: Any) -> Labelled:
    return read_labelled(source, Wanted(**wanted))


def values(data: Labelled) -> list[float | None]:
    """The first column of targets, None for NaN."""
    return [None if np.isnan(value) else round(float(value), 3) for value in data.targets[:, 0]]


def marked(data: Labelled) -> list[list[str] | None]:
    """The phrases of each row, cut out of its text."""
    return [
        None if spans is None else [text[start:end] for start, end in spans]
        for text, spans in zip(data.texts, data.spans, strict=True)
    ]


@pytest.mark.parametrize(
    ("cells", "scale", "targets"),
    [
        ([1, 2, 5, 4], (1, 5), [0, 0.25, 1, 0.75]),
        ([0.2, 0.9, 0.4, 0.1], (0, 1), [0.2, 0.9, 0.4, 0.1]),
        ([0, 60, 100, 20], (0, 100), [0, 0.6, 1, 0.2]),
        ([-2, 0, 2, 1], (-2, 2), [0, 0.5, 1, 0.75]),
        ([3.5, 17.5, 10.5, 3.5], (3.5, 17.5), [0, 1, 0.5, 0]),
    ],
)
def test_grades_of_any_range_are_rescaled_and_their_range_is_kept(
    tmp_path: Path, cells: list[float], scale: tuple[float, float], targets: list[float]
) -> None:
    data = read(write(tmp_path, {"score": cells}))
    assert (data.kind, data.names, data.scale) == ("graded", ("score",), scale)
    assert values(data) == pytest.approx(targets)
    assert f"{scale[0]:g} to {scale[1]:g}" in data.notes[-1]


def test_a_scale_that_is_named_counts(tmp_path: Path) -> None:
    source = write(tmp_path, {"score": [2, 3, 4]})
    assert values(read(source, scale=(0, 10))) == pytest.approx([0.2, 0.3, 0.4])
    with pytest.raises(InputError, match="outside the scale 0 to 3"):
        read(source, scale=(0, 3))


@pytest.mark.parametrize(
    ("cells", "name", "targets"),
    [
        ([0, 1, 1, 0], "label", [0, 1, 1, 0]),
        ([-1, 1, 1, -1], "label", [0, 1, 1, 0]),
        ([1, 2, 2, 1], "label", [0, 1, 1, 0]),
        (["yes", "No", "YES", "no"], "label", [1, 0, 1, 0]),
        (["True", "False", "", "True"], "label", [1, 0, None, 1]),
        (["yes", "0", "1", "no"], "label", [1, 0, 1, 0]),
        (["sensational", "plain", "plain", "plain"], "sensational", [1, 0, 0, 0]),
        (["tabloid", "plain", "tabloid", "tabloid"], "tabloid", [1, 0, 1, 1]),
        (["clickbait", "no-clickbait", "no-clickbait", "clickbait"], "clickbait", [1, 0, 0, 1]),
        (["quiet", "loud", "quiet", "quiet"], "loud", [0, 1, 0, 0]),
    ],
)
def test_two_labels_are_yes_and_no(tmp_path: Path, cells: list[Any], name: str, targets: list[float | None]) -> None:
    data = read(write(tmp_path, {"label": cells}))
    assert (data.kind, data.names) == ("binary", (name,))
    assert values(data) == targets


def test_which_label_means_yes_can_be_named(tmp_path: Path) -> None:
    source = write(tmp_path, {"label": ["quiet", "loud", "shrill", "loud"], "score": [0.1, 0.5, 0.9, 0.4]})
    assert values(read(source, label_columns=("label",), positive="Loud")) == [0, 1, 0, 1]
    assert values(read(source, label_columns=("score",), positive=">=0.5")) == [0, 1, 1, 0]
    assert values(read(source, label_columns=("score",), positive="> 0.5")) == [0, 0, 1, 0]
    with pytest.raises(InputError, match="never holds 'hush'"):
        read(source, label_columns=("label",), positive="hush")


def test_several_words_are_classes(tmp_path: Path) -> None:
    data = read(write(tmp_path, {"label": ["war", "Sport", "sport", "arts", ""]}))
    assert (data.kind, data.names) == ("classes", ("arts", "sport", "war"))
    assert data.targets[:4].tolist() == [[0, 0, 1], [0, 1, 0], [0, 1, 0], [1, 0, 0]]
    assert np.isnan(data.targets[4]).all()
    numbers = read(write(tmp_path, {"label": [1, 2, 3, 1, 2]}), kind="classes")
    assert numbers.names == ("1", "2", "3")


@pytest.mark.parametrize(
    "cells",
    [
        ["alarm;drama", "drama", "", "alarm"],
        ["alarm | drama", "drama", "", "alarm"],
        ['["alarm", "drama"]', '["drama"]', "", '["alarm"]'],
        ["['alarm', 'drama']", "['drama']", "", "['alarm']"],
    ],
)
def test_several_labels_stand_in_a_cell(tmp_path: Path, cells: list[str]) -> None:
    data = read(write(tmp_path, {"label": cells}))
    assert (data.kind, data.names) == ("labels", ("alarm", "drama"))
    assert data.targets[[0, 1, 3]].tolist() == [[1, 1], [0, 1], [1, 0]]
    assert np.isnan(data.targets[2]).all()


def test_several_columns_of_yes_and_no_are_labels_and_each_may_miss_by_itself(tmp_path: Path) -> None:
    columns = {"fear": [0, 1, 1, ""], "scorn": [1, 0, "", ""], "outlet": ["The Wold Echo"] * 4}
    for data in (
        read(write(tmp_path, columns)),
        read(write(tmp_path, {**columns, "other": [1, 2, 3, 4]}), label_columns=("fear", "scorn")),
    ):
        assert (data.kind, data.names, data.label_columns) == ("labels", ("fear", "scorn"), ("fear", "scorn"))
        assert np.array_equal(data.targets, [[0, 1], [1, 0], [1, np.nan], [np.nan, np.nan]], equal_nan=True)
        assert data.columns["outlet"][0] == "The Wold Echo"


@pytest.mark.parametrize(
    "cell",
    ["greets ; town pond", ["greets", "town pond"], [[6, 12], [40, 49]], [{"start": 6, "end": 12}, [40, 49, "x"]]],
)
def test_phrases_are_verbatim_listed_or_offsets(tmp_path: Path, cell: Any) -> None:
    text = "Mayor greets otter number seven at the  town pond"
    calm = {"text": "Pond drained", "loaded": [] if isinstance(cell, list) else ""}
    rows = [{"text": text, "loaded": cell}, calm, {"text": "Pond filled", "loaded": None}]
    data = read(write_lines(tmp_path, rows), label_columns=("loaded",), kind="phrases")
    assert (data.kind, data.names, data.targets.shape) == ("phrases", (), (3, 0))
    assert marked(data) == [["greets", "town pond"], [], None]


def test_a_column_of_words_of_the_texts_is_one_of_phrases(tmp_path: Path) -> None:
    data = read(write(tmp_path, {"what": ["greets", "", "town pond ; Mayor", ""]}))
    assert data.kind == "phrases"
    assert marked(data) == [["greets"], [], ["Mayor", "town pond"], []]


def test_offsets_that_do_not_fit_are_an_error_and_a_few_are_told(tmp_path: Path) -> None:
    rows = [{"text": title, "spans": [[0, 5]]} for title in titles(9)]
    data = read(write_lines(tmp_path, [*rows, {"text": "Short", "spans": [[0, 50]]}]))
    assert marked(data)[-1] == []
    assert "1 phrases that do not fit" in data.notes[-1]
    with pytest.raises(InputError, match=r"row 1: 90 to 99 in a text of \d+ characters"):
        read(write_lines(tmp_path, [{"text": title, "spans": [[90, 99]]} for title in titles(9)]))


@pytest.mark.parametrize("name", LABEL_STUDIO)
def test_label_studio(name: str) -> None:
    source = str(EXPORTS / name)
    heat = read(source, label_columns=("heat",))
    assert (heat.kind, heat.scale, heat.text_column) == ("graded", (1, 5), "title")
    assert values(heat) == pytest.approx([0.75, 0, 0.875, 0.125, 1, 0.25, 0.5, None])
    tone = read(source, label_columns=("tone",))
    assert tone.names == ("Hot",)
    assert values(tone) == [1, 0, 1, 0, 1, 0, 1, None]
    devices = read(source, label_columns=("devices",))
    assert devices.names == ("drama", "puff")
    assert devices.targets[:7].tolist() == [[1, 0], [0, 0], [1, 0], [0, 0], [0, 1], [0, 1], [1, 1]]
    assert np.isnan(devices.targets[7]).all()
    loaded = marked(read(source, label_columns=("loaded",)))
    # the browser counts an emoji as two, and of two annotators one marked `meltdown`
    assert loaded == [["Fury", "axes"], [], [], [], ["SHOCK"], [], ["descends into chaos"], None]
    assert set(heat.columns["outlet"]) == {"The Wold Echo", "Skelby Post"}
    assert any("several people labelled (2)" in note and "mean" in note for note in heat.notes)


@pytest.mark.parametrize("name", ARGILLA)
def test_argilla(name: str) -> None:
    source = str(EXPORTS / name)
    heat = read(source, label_columns=("heat",))
    assert (heat.scale, heat.text_column) == ((1, 7), "title")
    assert values(heat) == pytest.approx([5.5 / 6, 0, 4 / 6, 1 / 6, 0.5, None], abs=0.001)
    tone = read(source)
    assert (tone.label_columns, tone.names) == (("tone",), ("hot",))
    # the JSON export does not say that one response was discarded, so that two disagree
    assert values(tone) == [1, None if name.endswith(".json") else 0, 1, 0, 1, None]
    devices = read(source, label_columns=("devices",))
    assert devices.kind == "labels"
    assert devices.names == ("alarm", "drama", "none")
    assert marked(read(source, label_columns=("loaded",))) == [
        *(["Fury"], [], ["meltdown"], [], ["descends into chaos"]),
        None,
    ]


def test_suggestions_are_labels_only_where_nobody_answered(tmp_path: Path) -> None:
    records = [
        {"fields": {"headline": title}, "responses": {}, "suggestions": {"tone": {"value": tone}}}
        for title, tone in zip(titles(4), ["hot", "plain"] * 2, strict=True)
    ]
    path = tmp_path / "argilla.json"
    path.write_text(json.dumps(records), encoding="utf-8")
    data = read(str(path))
    assert values(data) == [1, 0, 1, 0]
    assert any("Nobody has answered tone" in note for note in data.notes)


def test_doccano(tmp_path: Path) -> None:
    text = "Mayor greets otter"
    single = [{"id": number, "text": text, "label": [label]} for number, label in enumerate(["hot", "cold"] * 2)]
    assert read(write_lines(tmp_path, single)).kind == "binary"
    several = [{"text": text, "label": label} for label in (["a", "b"], ["b"], ["a"], [])]
    found = read(write_lines(tmp_path, several))
    assert found.kind == "labels"
    assert found.targets.tolist() == [[1, 1], [0, 1], [1, 0], [0, 0]]
    marks = [{"text": text, "label": [[6, 12, "loaded"]]}, {"text": text, "label": []}]
    assert marked(read(write_lines(tmp_path, marks))) == [["greets"], []]
    entities = [{"text": text, "entities": [{"id": 1, "label": "x", "start_offset": 0, "end_offset": 5}]}]
    assert marked(read(write_lines(tmp_path, entities))) == [["Mayor"]]


def test_clickbait_challenge(tmp_path: Path) -> None:
    write_lines(tmp_path, [{"id": str(n), "postText": [title]} for n, title in enumerate(titles(3))], "instances.jsonl")
    truth = [{"id": str(n), "truthMean": n / 3, "truthClass": "no-clickbait"} for n in range(3)]
    write_lines(tmp_path, truth, "truth.jsonl")
    data = read(str(tmp_path))
    assert (data.kind, data.scale, data.texts[1]) == ("graded", (0, 1), titles(3)[1])
    assert values(data) == pytest.approx([0, 0.333, 0.667])
    before = data.sha256
    write_lines(tmp_path, [{**row, "truthMean": 1 - row["truthMean"]} for row in truth], "truth.jsonl")
    assert read(str(tmp_path)).sha256 != before


def test_feedback_is_on_its_own_scale_and_the_mean_for_each_text(tmp_path: Path) -> None:
    path = tmp_path / "feedback.jsonl"
    Feedback(path)  # the file is made by what serve uses
    line = {"model_score": 3.0, "model": "m 1", "time": "2026-01-01T00:00:00+00:00"}
    rows = [("Otter elected mayor", 20), ("Otter FURY", 40), ("Otter elected mayor", 30)]
    write_lines(tmp_path, [{"text": text, "score": score, **line} for text, score in rows], path.name)
    data = read(str(path))
    assert (data.scale, data.texts) == ((0, 100), ("Otter elected mayor", "Otter FURY"))
    assert values(data) == pytest.approx([0.25, 0.4])


def test_a_folder_of_datasets(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    features = datasets.Features(
        {"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["plain", "hot"])}
    )
    rows = datasets.Dataset.from_dict({"text": titles(4), "label": [0, 1, 1, -1]}, features=features)
    rows.save_to_disk(tmp_path / "one")
    data = read(str(tmp_path / "one"))
    assert values(data) == [0, 1, 1, None]
    assert data.names == ("hot",)
    datasets.DatasetDict(train=rows, dev=rows).save_to_disk(tmp_path / "two")
    both = read(str(tmp_path / "two"))
    assert len(both) == 8
    assert both.columns["split"] == ("train",) * 4 + ("dev",) * 4


def test_parquet_tsv_and_a_json_array_say_the_same(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    columns = {"headline": titles(4), "score": [1, 4, 5, 2]}
    parquet.write_table(arrow.table(columns), tmp_path / "a.parquet")
    lines = ["\t".join(map(str, row)) for row in [tuple(columns), *zip(*columns.values(), strict=True)]]
    (tmp_path / "a.tsv").write_text("\n".join(lines), encoding="utf-8")
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    (tmp_path / "a.json").write_text(json.dumps(rows), encoding="utf-8")
    for name in ("a.parquet", "a.tsv", "a.json"):
        data = read(str(tmp_path / name))
        assert values(data) == [0, 0.75, 1, 0.25]
        assert data.rows == (1, 2, 3, 4)


def test_texts_are_kept_as_they_are_and_empty_ones_are_counted(tmp_path: Path) -> None:
    rows = [{"text": "  Otter wins ", "score": 1}, {"text": " ", "score": 2}, {"text": "Newt wins", "score": 5}]
    data = read(write_lines(tmp_path, rows))
    assert data.texts == ("  Otter wins ", "Newt wins")
    assert data.rows == (1, 3)
    assert data.left_out == {"missing text": 1}


def test_a_label_missing_in_half_the_rows_is_kept_as_missing(tmp_path: Path) -> None:
    data = read(write(tmp_path, {"score": [1, "", 5, "n/a", 3, ""]}))
    assert len(data) == 6
    assert values(data) == [0, None, 1, None, 0.5, None]


def test_the_label_that_was_taken_is_told_with_the_others(tmp_path: Path) -> None:
    data = read(write(tmp_path, {"score": [1, 5, 3], "clickbait": [0, 1, 0], "outlet": ["a", "b", "c"]}))
    assert data.label_columns == ("clickbait",)
    assert "also there: score" in data.notes[0]
    assert read(write(tmp_path, {"heat level": [1, 5, 3]})).label_columns == ("heat level",)


@pytest.mark.parametrize(
    ("columns", "wanted", "sentence"),
    [
        ({"score": [1, "high", 3, "low", 2, "high"]}, {}, r"numbers in 3 rows and words in 3 \('high'\)"),
        ({"date": ["2026-01-01"] * 3}, {}, "found no column of labels"),
        ({"heat": [1, 2, 3], "cold": [3, 2, 1]}, {}, r"several columns that may hold the labels \('heat', 'cold'\)"),
        ({"score": ["", "", ""]}, {}, "no label in any of its 3 rows"),
        ({"score": [1, 2, 3]}, {"label_columns": ("heat",)}, r"no column 'heat' \(--label-col\)"),
        ({"score": [1, 2, 3]}, {"text_column": "body"}, "no column 'body'"),
        ({"score": [1, 2, 3]}, {"label_columns": ("title",)}, "is that of the texts"),
        ({"label": ["a", "b", "c"]}, {"kind": "graded"}, "holds no number"),
        ({"score": [3, 3, 3]}, {"kind": "graded"}, "3 in every row"),
        ({"label": [f"remark {chr(97 + n)}" for n in range(26)]}, {}, "look like no labels"),
        ({"score": [1, 2, 3]}, {"encoding": "klingon"}, "no encoding known"),
        ({"a": [1, 2, 0], "b": [0, 1, 5]}, {"label_columns": ("a", "b")}, "read as yes or no each"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    tmp_path: Path, columns: dict[str, list[Any]], wanted: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(InputError, match=sentence):
        read(write(tmp_path, columns), **wanted)


def test_files_that_are_nothing_to_read(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_text("", encoding="utf-8")
    (tmp_path / "odd.xyz").write_text("text,score\n", encoding="utf-8")
    (tmp_path / "empty.json").write_text("[]", encoding="utf-8")
    (tmp_path / "broken.json").write_text('[{"text": "Otter', encoding="utf-8")
    for name, sentence in {
        "empty.csv": "nothing in it can be read",
        "odd.xyz": "no format this program reads",
        "empty.json": "holds no rows",
        "broken.json": "no valid JSON",
        "absent.csv": "no such file",
        ".": "neither one that `datasets` saved",
    }.items():
        with pytest.raises(InputError, match=sentence):
            read(str(tmp_path / name))


def test_another_encoding_is_told_and_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    lines = ["title,score", *(f"Café crème war number {n} ends,{n}" for n in range(1, 6))]
    path.write_text("\n".join(lines), encoding="cp1252")
    with pytest.raises(InputError, match="--encoding"):
        read(str(path))
    assert read(str(path), encoding="cp1252").texts[0].startswith("Café crème")
    array = tmp_path / "mine.json"
    array.write_bytes('[{"text": "Café", "score": 1}]'.encode("cp1252"))
    with pytest.raises(InputError, match="--encoding"):
        read(str(array))


def test_a_file_is_the_same_table_as_evaluate_reads(tmp_path: Path) -> None:
    source = write(tmp_path, {"score": [1, 5, 3], "outlet": ["a", "b", ""]})
    table, data = read_table(source), read(source)
    assert (data.sha256, data.texts) == (table.sha256, tuple(row.text for row in table.rows))
    assert data.columns == {"outlet": ("a", "b", "")}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(-1e6, 1e6, allow_subnormal=False), min_size=3, max_size=20, unique=True))
def test_rescaling_keeps_the_order_of_grades(tmp_path_factory: pytest.TempPathFactory, cells: list[float]) -> None:
    data = read(write(tmp_path_factory.mktemp("grades"), {"score": cells}), kind="graded")
    found = data.targets[:, 0]
    assert found.min() >= 0
    assert found.max() <= 1
    order = np.argsort(np.array(cells), kind="stable")
    assert (np.diff(found[order]) >= 0).all()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.sampled_from(["hot", "cool", ""]), max_size=5), min_size=1, max_size=8))
def test_annotators_agree_by_majority(cells: list[list[str]]) -> None:
    settled, _ = settle([Many(cell) for cell in cells], [""] * len(cells))
    for cell, value in zip(cells, settled, strict=True):
        hot, cool = cell.count("hot"), cell.count("cool")
        assert value == (None if hot == cool else "hot" if hot > cool else "cool")


def test_votes_of_yes_and_no_are_no_grades() -> None:
    assert settle([Many((1, 0, 1)), Many((0, 1)), Many((0, 0))], ["", "", ""])[0] == [1, None, 0]
    assert settle([Many((1, 2)), Many((4,))], ["", ""])[0] == [1.5, 4]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('[{"rating": 4}]', 4),
        ('{"choices": ["a", "b"]}', ["a", "b"]),
        ("['a', 'b']", ["a", "b"]),
        ("[no list", "[no list"),
        ([{"start": 0, "end": 2}], [{"start": 0, "end": 2}]),
        ("[0, 4", "[0, 4"),
    ],
)
def test_wrappings_come_off(cell: Any, value: Any) -> None:
    assert plain(cell) == value
