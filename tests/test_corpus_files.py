"""What goes into a file comes out of it: readers and writers of a corpus, and what they make of broken files."""

import csv
import gzip
import io
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorer.corpus import writers
from scorer.corpus.columns import carried_name, common_kind, distinct, kind_of
from scorer.corpus.flat import flat_headline
from scorer.corpus.inputs import Reading, expand
from scorer.corpus.readers import MAX_FIELD
from scorer.corpus.records import CHUNK_ROWS, Record, chunks, share
from scorer.errors import InputError
from scorer.results import HeadlineScore, ModelName

HEADLINE = "Ferry breaks down off Wold, again"
#: Anything but lone surrogates, which no file in UTF-8 holds.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
cells = st.lists(st.tuples(texts, texts), min_size=1, max_size=8)


def read(path: Path, **options: Any) -> list[Record]:
    (source,) = Reading((str(path),), **options).sources()
    return list(source.records())


def problems(records: list[Record]) -> list[tuple[int, str]]:
    return [(record.row, record.problem) for record in records if record.problem]


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@given(rows=cells, delimiter=st.sampled_from(",\t;"), returns=st.sampled_from(["\n", "\r\n"]))
def test_what_the_csv_module_writes_is_read(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], delimiter: str, returns: str
) -> None:
    path = tmp_path_factory.getbasetemp() / ("a.tsv" if delimiter == "\t" else "a.csv")
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, delimiter=delimiter, lineterminator=returns, quoting=csv.QUOTE_ALL)
        table.writerow(["headline", "note"])
        table.writerows(rows)
    found = read(path)
    assert [record.row for record in found] == list(range(1, len(rows) + 1))
    for record, (headline, note) in zip(found, rows, strict=True):
        if headline.strip():
            assert record.values == {"headline": headline, "note": note}
        else:
            assert record.problem == "missing headline"


@given(rows=cells)
def test_what_the_writers_write_is_read(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]) -> None:
    folder = tmp_path_factory.getbasetemp()
    layout = writers.Layout({"headline": "text", "note": "text"}, False, False, {})
    batch, nested = (
        [scored(number, {"headline": one, "note": two}, kind) for number, (one, two) in enumerate(rows, 1)]
        for kind in (False, True)
    )
    writers.write_delimited(folder / "b.csv", [batch], layout, "", ",")
    with (folder / "b.csv").open(encoding="utf-8", newline="") as file:
        assert [(row["headline"], row["note"]) for row in csv.DictReader(file)] == rows
    writers.write_jsonl(folder / "b.jsonl", [nested], layout, "")
    lines = (folder / "b.jsonl").read_text(encoding="utf-8").split("\n")
    assert [(row["headline"], row["note"]) for row in map(json.loads, lines[:-1])] == rows
    writers.write_sqlite(folder / "b.db", [batch], layout, "")
    assert sqlite3.connect(folder / "b.db").execute("SELECT headline, note FROM scores").fetchall() == rows


def scored(row: int, columns: dict[str, Any], nested: bool = False) -> dict[str, Any]:
    """A row as parts hold it, with a result that abstains."""
    score = HeadlineScore("", None, None, None, None, (), "empty", ModelName("paper", "1"))
    result = score.to_dict() if nested else flat_headline(score)
    return {"row": row, "source": "a.csv", "columns": columns, "result": result}


@given(rows=st.lists(st.dictionaries(texts, st.none() | st.booleans() | st.integers() | texts | st.lists(texts))))
def test_jsonl_keeps_every_value(tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]]) -> None:
    path = tmp_path_factory.getbasetemp() / "c.jsonl"
    rows = [{**row, "headline": HEADLINE} for row in rows]
    write(path, "".join(json.dumps(row) + "\n" for row in rows))
    assert [record.values for record in read(path, bodies=False)] == rows


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        (
            "few.csv",
            f"headline,outlet\nonly one\n{HEADLINE!r},Wold,x\nFerry sails,Wold\n",
            [(1, "1 field, expected 2"), (2, "4 fields, expected 2")],
        ),
        ("blank.csv", "headline,outlet\n  ,Wold\nFerry sails,Wold\n", [(1, "missing headline")]),
        ("bytes.csv", b"headline\nCaf\xe9 burns down\nFerry sails\n", [(1, "invalid UTF-8")]),
        ("huge.csv", f'headline\n"{"x" * (MAX_FIELD + 9)}"\nFerry sails\n', [(1, "a field of more than 1,000,000")]),
        ("endless.csv", f"headline\n{'x' * 5_000_000}\nFerry sails\n", [(1, "a line of more than 4,000,000")]),
        ("open.csv", 'headline,outlet\n"Ferry, sails\nBus stops,Wold\nTram rolls,Wold\n', []),
        ("bad.jsonl", '{"headline": "Ferry sails"\n[1]\n{"headline": 7}\n{"title": "x"}\n', None),
        ("bytes.txt", b"Ferry sails\n\n\xff\xfe\xff\nBus stops\n", [(3, "invalid UTF-8")]),
    ],
)
def test_a_bad_row_is_set_aside_and_reading_goes_on(
    tmp_path: Path, name: str, content: str | bytes, expected: list[tuple[int, str]] | None
) -> None:
    records = read(write(tmp_path / name, content))
    if expected is None:
        expected = [
            (1, "no valid JSON"),
            (2, "a JSON list"),
            (3, "the headline is of type int"),
            (4, "missing headline"),
        ]
    else:
        assert records[-1].problem is None
    found = problems(records)
    assert [row for row, _ in found] == [row for row, _ in expected]
    assert [reason[: len(start)] for (_, reason), (_, start) in zip(found, expected, strict=True)] == [
        start for _, start in expected
    ]
    assert all(len(record.raw) <= 1000 for record in records)


def test_quotes_that_are_no_quoting_cost_no_row(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.csv", 'headline,outlet\n"Fury" as ferry sinks,Wold\n"Mayor: ""no""",Wold\n"Bus, stops\nTram,x\n'
    )
    records = read(path)
    assert [record.headline for record in records] == ['"Fury" as ferry sinks', 'Mayor: "no"', '"Bus', "Tram"]


def test_a_quote_that_is_never_closed_swallows_no_other_row(tmp_path: Path) -> None:
    lines = "".join(f"Ferry number {number} sails,Wold\n" for number in range(5000))
    records = read(write(tmp_path / "a.csv", f'headline,outlet\n"Bus stops,Wold\n{lines}'))
    assert len(records) == 5001
    assert records[-1].headline == "Ferry number 4999 sails"
    assert records[-1].line == 5002


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfheadline,outlet\nFerry sails,Caf\xc3\xa9\n",
        "headline,outlet\r\nFerry sails,Café\r\n".encode("utf-16"),
        "headline;outlet\rFerry sails;Café\r".encode(),
    ],
)
def test_marks_of_other_systems_are_understood(tmp_path: Path, content: bytes) -> None:
    assert [r.values for r in read(write(tmp_path / "a.csv", content))] == [
        {"headline": "Ferry sails", "outlet": "Café"}
    ]


def test_an_encoding_can_be_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "headline\nCafé burns down\n".encode("cp1252"))
    assert [record.headline for record in read(path, encoding="cp1252")] == ["Café burns down"]
    for place in (path, write(tmp_path / "a.txt", "Ferry sails\n")):
        with pytest.raises(InputError, match="no encoding known here"):
            read(place, encoding="klingon")
    assert problems(read(path, encoding="utf-16"))[0][1].startswith("the file cannot be read from here on: UTF-16")


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_takes_precedence_over_the_encoding_named(tmp_path: Path, codec: str) -> None:
    path = write(tmp_path / "a.csv", "headline\nCafé burns down\n".encode(codec))
    assert [record.headline for record in read(path, encoding="cp1252")] == ["Café burns down"]
    write(tmp_path / "pages" / "a.txt", "Café burns down\n\nNobody was hurt.\n".encode(codec))
    assert [record.headline for record in read(tmp_path / "pages", encoding="UTF-8")] == ["Café burns down"]


def test_nul_bytes_are_kept(tmp_path: Path) -> None:
    assert read(write(tmp_path / "a.csv", "headline\nFerry\0sails\n"))[0].headline == "Ferry\0sails"


def test_lone_surrogates_are_replaced(tmp_path: Path) -> None:
    assert read(write(tmp_path / "a.jsonl", '{"headline": "Ferry \\ud800 sails"}\n'))[0].headline == "Ferry � sails"


@pytest.mark.parametrize("length", [0.3, 0.9])
def test_a_truncated_gzip_gives_its_rows_and_says_where_it_ends(tmp_path: Path, length: float) -> None:
    whole = gzip.compress("".join(f"Ferry {number * 7919 % 9973} sails\n" for number in range(40_000)).encode())
    records = read(write(tmp_path / "a.txt.gz", whole[: int(len(whole) * length)]))
    assert len(records) > 500
    assert "cannot be read from here on" in (records[-1].problem or "")
    assert problems(records[:-1]) == []


def test_what_only_looks_like_gzip_is_one_bad_row(tmp_path: Path) -> None:
    assert len(problems(read(write(tmp_path / "a.csv.gz", "headline\nFerry sails\n")))) == 1


def test_an_empty_file_and_a_header_alone_have_no_rows(tmp_path: Path) -> None:
    assert problems(read(write(tmp_path / "a.csv", ""))) == [
        (0, "the file is empty or begins with a blank line: its first line should name the columns")
    ]
    assert read(write(tmp_path / "b.csv", "headline,outlet\n")) == []
    assert read(write(tmp_path / "c.jsonl", "")) == []


def test_columns_that_are_not_there_are_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "kop,krant\nPont vaart uit,Wold\n")
    with pytest.raises(InputError, match=r"columns are 'kop', 'krant'; name one with --headline-col"):
        read(path)
    with pytest.raises(InputError, match="has no column 'hed'"):
        read(path, headline_column="hed")
    assert read(path, headline_column="kop")[0].headline == "Pont vaart uit"


def test_a_json_array_is_refused_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="one object a line"):
        read(write(tmp_path / "a.json", "[\n{}\n]\n"))


def test_the_headline_is_found_before_the_text_that_is_then_the_body(tmp_path: Path) -> None:
    record = read(write(tmp_path / "a.csv", "text,Title\nThe ferry sailed.,Ferry sails\n"))[0]
    assert (record.headline, record.body) == ("Ferry sails", "The ferry sailed.")
    assert read(write(tmp_path / "b.csv", "id,text\n1,Ferry sails\n"))[0].headline == "Ferry sails"
    assert read(tmp_path / "a.csv", bodies=False)[0].body is None


def test_instances_of_the_clickbait_challenge_are_read(tmp_path: Path) -> None:
    lines = [
        {"id": "608", "postText": ["You will not believe this ferry"], "targetParagraphs": ["It sailed.", "Twice."]},
        {"id": "609", "postText": [""], "targetTitle": "Ferry sails", "targetParagraphs": []},
    ]
    first, second = read(write(tmp_path / "instances.jsonl", "".join(json.dumps(line) + "\n" for line in lines)))
    assert (first.headline, first.body) == ("You will not believe this ferry", "It sailed.\n\nTwice.")
    assert first.values["postText"] == first.headline
    assert (second.headline, second.body) == ("Ferry sails", None)


def test_a_folder_is_read_in_the_order_of_its_names(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    write(tmp_path / "b.txt", "\nFerry sails\n\nIt left the harbour of Wold on Monday.\n")
    write(tmp_path / "sub" / "a.txt", b"\x00\x01\xff")
    write(tmp_path / "notes.md", "no")
    first, second = read(tmp_path)
    assert (first.values["file"], first.headline) == ("b.txt", "Ferry sails")
    assert first.body == "It left the harbour of Wold on Monday."
    assert "sub/a.txt: is a binary file" in (second.problem or "")


def test_what_cannot_be_an_input_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "a.docx", "")
    for name, reason in (("a.docx", "of no format"), ("none.csv", "no such file"), ("", "holds no .txt")):
        with pytest.raises(InputError, match=reason):
            Reading((str(tmp_path / name),)).sources()


def test_globs_are_written_out_once_and_in_order(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv", "[c].csv"):
        write(tmp_path / name, "headline\n")
    found = [Path(name).name for name in expand([f"{tmp_path}/[c].csv", f"{tmp_path}/*.csv"])]
    assert found == ["[c].csv", "a.csv", "b.csv"]


@given(st.lists(texts, max_size=12))
def test_distinct_names_are_distinct_and_keep_their_count(names: list[str]) -> None:
    found = distinct(names)
    assert len({name.casefold() for name in found}) == len(found) == len(names)
    assert distinct(found) == found


def test_a_column_named_like_a_result_is_carried_under_another_name() -> None:
    names = ["score", "input_score", "Score", "outlet", "gap"]
    assert list(map(carried_name, names)) == ["input_score", "input_input_score", "input_Score", "outlet", "input_gap"]


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ([], "text"),
        (["int"], "int"),
        (["int", "float"], "float"),
        (["int", "long"], "int"),
        (["long", "float"], "json"),
        (["int", "text"], "json"),
        (["bool", "int"], "json"),
    ],
)
def test_the_kind_that_holds_all(kinds: list[str], expected: str) -> None:
    assert common_kind(kinds) == expected


def test_an_integer_that_no_float_holds_is_a_kind_of_its_own() -> None:
    assert [kind_of(value) for value in (2**53, -(2**53) - 1, 2**63 - 1, 2**63)] == ["int", "long", "long", "json"]


@given(st.integers(1, 6), st.integers(0, 40))
def test_shards_together_are_the_whole(count: int, rows: int) -> None:
    records = [Record("a", row, {}) for row in range(rows)]
    parts = [list(share(records, (shard, count), None)) for shard in range(1, count + 1)]
    assert sorted((record for part in parts for record in part), key=lambda record: record.row) == records
    assert list(share(records, (1, 1), 3)) == records[:3]


def test_chunks_hold_every_record_once_and_are_bounded() -> None:
    def endless() -> Iterator[Record]:
        for row in range(CHUNK_ROWS + 3):
            yield Record("a", row, {}, "x" * (400_000 if row < 5 else 1))

    found = list(chunks(endless()))
    assert [record.row for chunk in found for record in chunk.records] == list(range(CHUNK_ROWS + 3))
    assert [len(chunk.records) for chunk in found] == [3, CHUNK_ROWS]
    assert [chunk.index for chunk in found] == list(range(len(found)))


def test_mixed_values_fit_one_column(tmp_path: Path) -> None:
    layout = writers.Layout({"a": "json", "b": "bool", "A": "float"}, True, False, {})
    batch = [scored(1, {"a": [1, "é"], "b": True, "A": 1}), scored(2, {"a": "x", "A": float("nan")})]
    writers.write_delimited(tmp_path / "a.csv", [batch], layout, "", ",")
    first, second = csv.DictReader(io.StringIO((tmp_path / "a.csv").read_text(encoding="utf-8")))
    assert (first["source_file"], first["a"], first["b"], first["A_2"]) == ("a.csv", '[1, "é"]', "true", "1")
    assert (second["a"], second["b"]) == ("x", "")
    writers.write_jsonl(tmp_path / "a.jsonl", [[scored(2, {"A": float("nan")}, nested=True)]], layout, "")
    assert json.loads((tmp_path / "a.jsonl").read_text(encoding="utf-8"))["A_2"] is None
    writers.write_sqlite(tmp_path / "a.db", [batch], layout, "")
    assert sqlite3.connect(tmp_path / "a.db").execute('SELECT b, "A_2" FROM scores').fetchall() == [
        (1, 1.0),
        (None, None),
    ]
