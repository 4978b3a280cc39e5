"""`scorer corpus` through its real entry point: formats, columns, refusals, and the same scores everywhere."""

import csv
import gzip
import json
import sqlite3
import subprocess
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pexpect
import pytest
from conftest import SCORER

from scorer.corpus.inputs import Reading
from scorer.corpus.parts import make_part
from scorer.corpus.records import Chunk, Record
from scorer.corpus.run import Job, Progress, run
from scorer.corpus.show import duration, progress_text
from scorer.predict import Scorer

Run = Callable[..., subprocess.CompletedProcess[bytes]]
ROWS = [
    ("Fury as council axes lollipop lady after 40 years", "Wold Post", "4"),
    ("Mayor of Wold resigns over expenses", "Daily Fen", "2"),
    ("Home | News | Sport | Weather", "Daily Fen", ""),
    ("Ten, yes TEN, reasons why this bridge will ruin your summer", "Wold Post", "1"),
    ("Panic in Fenby as killer bees swarm 'out of control'", "Wold Post", "3"),
]
RESULTS = ["score", "low", "high", "band", "alarm", "exaggeration", "curiosity_gap", "loaded_language", "drama"]
FLAT = ["row", "headline", "outlet", "input_score", *RESULTS, "clickbait", "phrases", "abstain", "model"]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "in.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("headline", "outlet", "score"), *ROWS])
    return path


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def corpus(path: Path, out: Path, **options: Any) -> Path:
    """Run a job in this process."""
    reading = {name: options.pop(name) for name in ("bodies", "headline_column") if name in options}
    assert run(Job(Reading((str(path),), **reading), out, **options)) is not None
    return out


def test_a_csv_comes_back_with_its_columns_and_scores(run_scorer: Run, table: Path, shipped: Scorer) -> None:
    out = table.with_name("out.csv")
    done = run_scorer("corpus", str(table), "--out", str(out))
    assert (done.returncode, done.stdout) == (0, b"")
    rows = read_csv(out)
    assert list(rows[0]) == FLAT
    assert [(row["headline"], row["outlet"], row["input_score"]) for row in rows] == ROWS
    assert [row["row"] for row in rows] == ["1", "2", "3", "4", "5"]
    for row, expected in zip(rows, shipped.headlines([text for text, _, _ in ROWS]), strict=True):
        heat = expected.sensationalism
        assert row["band"] == (heat.band if heat else "")
        assert row["abstain"] == (expected.abstain or "")
        assert row["phrases"] == " ; ".join(phrase.text for phrase in expected.phrases)
        assert not heat or float(row["score"]) == pytest.approx(heat.score, abs=0.1)
    summary = done.stderr.decode()
    assert "4 rows scored, 1 not scored (1 not_a_headline), 0 rejected" in summary
    assert "\x1b" not in summary
    assert sorted(path.name for path in table.parent.iterdir()) == ["in.csv", "out.csv"]


def test_jsonl_is_nested_as_published(table: Path, validate: Callable[..., None]) -> None:
    for row in read_jsonl(corpus(table, table.with_name("out.jsonl"))):
        names = ("sensationalism", "devices", "device_presence", "clickbait", "phrases", "abstain", "model")
        validate("headline.json", {"text": row["headline"], **{name: row[name] for name in (*names, "schema_version")}})
        assert all(row["headline"][item["start"] : item["end"]] == item["text"] for item in row["phrases"])


def test_every_format_holds_the_same(table: Path) -> None:
    arrow = pytest.importorskip("pyarrow.parquet")
    duckdb = pytest.importorskip("duckdb")
    expected = [
        (row["headline"], row["score"] and float(row["score"]))
        for row in read_csv(corpus(table, table.with_name("o.csv")))
    ]
    outs = {
        kind: corpus(table, table.with_name(f"o.{kind}")) for kind in ("tsv.gz", "db", "parquet", "duckdb", "jsonl.zst")
    }
    with gzip.open(outs["tsv.gz"], "rt", encoding="utf-8", newline="") as file:
        found = [
            (row["headline"], row["score"] and float(row["score"])) for row in csv.DictReader(file, delimiter="\t")
        ]
    assert found == expected
    expected = [(text, None if score == "" else score) for text, score in expected]
    assert sqlite3.connect(outs["db"]).execute("SELECT headline, score FROM scores").fetchall() == expected
    with duckdb.connect(str(outs["duckdb"])) as base:
        assert base.sql("SELECT headline, score FROM scores").fetchall() == expected
    rows = arrow.read_table(outs["parquet"]).to_pylist()
    assert [(row["headline"], (row["sensationalism"] or {}).get("score")) for row in rows] == expected
    again = corpus(outs["jsonl.zst"], table.with_name("again.jsonl"))
    assert [row["headline"] for row in read_jsonl(again)] == [text for text, _ in expected]
    assert all("input_sensationalism" in row for row in read_jsonl(again))


def test_parquet_keeps_the_types_it_came_with(tmp_path: Path) -> None:
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    from datetime import UTC, datetime, timedelta
    from decimal import Decimal

    day = datetime(2020, 5, 17, 12, 30, 1, 5, tzinfo=UTC)
    columns = {
        "title": arrow.array(["Ferry sails", "Mayor quits"]).dictionary_encode(),
        "when": arrow.array([day, None], arrow.timestamp("us", "UTC")),
        "price": arrow.array([Decimal("1.20"), None], arrow.decimal128(6, 2)),
        "lasts": arrow.array([timedelta(seconds=3), None]),
        "day": arrow.array([day.date(), None]),
        "tags": arrow.array([["a"], None]),
        "count": arrow.array([2**63, None], arrow.uint64()),
        "small": arrow.array([1, None], arrow.int8()),
    }
    before = arrow.table(columns)
    parquet.write_table(before, tmp_path / "in.parquet")
    after = parquet.read_table(corpus(tmp_path / "in.parquet", tmp_path / "out.parquet"))
    assert after.select(["when", "price", "lasts", "day", "tags", "count", "small"]).equals(
        before.drop_columns("title")
    )
    assert after["title"].to_pylist() == ["Ferry sails", "Mayor quits"]
    row = read_csv(corpus(tmp_path / "in.parquet", tmp_path / "out.csv"))[0]
    assert row["when"].startswith("2020-05-17 12:30:01")


def test_what_json_has_no_word_for_inside_lists_and_structs_is_carried(tmp_path: Path) -> None:
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    days = [[date(2020, 1, 2), None]]
    image = [{"bytes": b"\xff\x00", "path": b"pier.jpg"}]
    columns = {"headline": ["Ferry sails"], "days": arrow.array(days, arrow.list_(arrow.date32())), "image": image}
    parquet.write_table(arrow.table(columns), tmp_path / "in.parquet")
    row = json.loads(corpus(tmp_path / "in.parquet", tmp_path / "out.jsonl").read_text(encoding="utf-8"))
    assert (row["days"], row["image"]) == (["2020-01-02", None], {"bytes": "/wA=", "path": "pier.jpg"})


def test_a_truncated_parquet_among_others_is_set_aside(table: Path) -> None:
    parquet, arrow = pytest.importorskip("pyarrow.parquet"), pytest.importorskip("pyarrow")
    broken = table.with_name("broken.parquet")
    parquet.write_table(arrow.table({"headline": ["Ferry sails"]}), broken)
    broken.write_bytes(broken.read_bytes()[:-20])
    out = table.with_name("out.jsonl")
    summary = run(Job(Reading((str(broken), str(table))), out))
    assert summary is not None
    assert (summary.tally.rows, summary.tally.rejected) == (5, 1)
    assert {row["source_file"] for row in read_jsonl(out)} == {str(table)}
    (reject,) = read_jsonl(table.with_name("out.jsonl.rejects.jsonl"))
    assert (reject["source"], reject["row"]) == (str(broken), 0)
    assert "cannot be read from here on" in reject["reason"]


def test_results_of_the_clickbait_challenge(tmp_path: Path) -> None:
    path = tmp_path / "instances.jsonl"
    path.write_text('{"id": "7", "postText": ["This ferry will shock you"]}\n{"id": "8", "postText": ["42"]}\n')
    first, second = read_jsonl(corpus(path, tmp_path / "results.jsonl", format="clickbait"))
    assert set(first) == {"id", "clickbaitScore"}
    assert (first["id"], second["id"]) == ("7", "8")
    assert 0 <= first["clickbaitScore"] <= 1
    assert second["clickbaitScore"] == 0.33


def test_bad_rows_go_to_a_file_of_their_own(run_scorer: Run, tmp_path: Path) -> None:
    path, out = tmp_path / "in.csv", tmp_path / "out.csv"
    path.write_text("id,headline\n1,Ferry sails from Wold\n2,\n3,Mayor quits,x\n4,42\n")
    done = run_scorer("corpus", str(path), "--out", str(out))
    assert done.returncode == 0
    assert b"1 rows scored, 1 not scored (1 not_a_headline), 2 rejected" in done.stderr
    assert [row["id"] for row in read_csv(out)] == ["1", "4"]
    rejects = read_jsonl(tmp_path / "out.csv.rejects.jsonl")
    assert [(reject["row"], reject["line"]) for reject in rejects] == [(2, 3), (3, 4)]
    assert rejects[1]["raw"] == "3,Mayor quits,x"
    strict = run_scorer("corpus", str(path), "--out", str(tmp_path / "strict.csv"), "--strict")
    assert strict.returncode == 2
    assert b"row 2: missing headline" in strict.stderr
    assert not (tmp_path / "strict.csv").exists()
    go_on = run_scorer("corpus", str(path), "--out", str(tmp_path / "strict.csv"), "--resume")
    assert go_on.returncode == 0
    assert (tmp_path / "strict.csv").read_bytes() == out.read_bytes()


@pytest.mark.parametrize(
    ("content", "arguments", "reason"),
    [
        ("kop\nPont vaart\n", (), "its columns are 'kop'; name one with --headline-col"),
        ("", (), "the file is empty"),
        ("headline\n,x\n", (), "no row can be scored"),
        ("headline\nx\n", ("--out", "out.docx"), "no format known by that name"),
        ("headline\nx\n", ("--out", "out.db.gz"), "is not written compressed"),
        ("headline\nx\n", ("--out", "none/out.csv"), "does not exist"),
        ("headline\nx\n", ("--out", "in.csv"), "is an input too"),
        ("headline\nx\n", ("--shard", "3/2"), "expected I/N"),
        ("headline\nx\n", ("--encoding", "klingon"), "no encoding known"),
        ("headline\nx\n", ("--model", "none"), "no such bundle folder"),
    ],
)
def test_a_mistake_is_one_sentence_and_leaves_nothing(
    run_scorer: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    content: str,
    arguments: tuple[str, ...],
    reason: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in.csv").write_text(content)
    done = run_scorer("corpus", "in.csv", "--out", "out.csv", *arguments)
    assert done.returncode == 2
    assert reason in done.stderr.decode()
    assert b"Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]
    assert Path("in.csv").read_text() == content


def test_a_header_alone_gives_a_header_alone(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("headline,outlet\n")
    out = corpus(tmp_path / "in.csv", tmp_path / "out.csv")
    assert out.read_text(encoding="utf-8").startswith("row,headline,outlet,score,")
    assert len(out.read_text(encoding="utf-8").splitlines()) == 1


def test_jsonl_columns_that_come_up_late_are_not_lost(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [{"headline": "Ferry sails"}] * 150 + [{"headline": "Ferry sails", "late": {"a": 1}}]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = read_csv(corpus(tmp_path / "in.jsonl", tmp_path / "out.csv"))
    assert (found[0]["late"], found[150]["late"]) == ("", '{"a": 1}')


def test_shards_together_are_the_whole(table: Path) -> None:
    whole = read_csv(corpus(table, table.with_name("whole.csv")))
    parts = [read_csv(corpus(table, table.with_name(f"{i}.csv"), shard=(i, 2))) for i in (1, 2)]
    assert [row["row"] for row in parts[0]] == ["1", "3", "5"]
    assert sorted(parts[0] + parts[1], key=lambda row: row["row"]) == whole
    assert read_csv(corpus(table, table.with_name("some.csv"), limit=2)) == whole[:2]


def test_scores_depend_on_no_neighbour(shipped: Scorer) -> None:
    records = [Record("a", row, {"headline": text}, text) for row, (text, _, _) in enumerate(ROWS, 1)]
    whole = make_part(shipped, Chunk(0, tuple(records)), nested=True, bodies=False).splitlines()[1:]
    for record, line in zip(records, whole, strict=True):
        crowd = [Record("a", row, {}, f"Ferry number {row} " + "sails " * (row * 3)) for row in range(10, 22)]
        alone, *_ = make_part(shipped, Chunk(0, (record, *crowd)), nested=True, bodies=False).splitlines()[1:]
        first, second = json.loads(line)["result"], json.loads(alone)["result"]
        assert first["abstain"] == second["abstain"]
        if first["sensationalism"]:
            assert first["sensationalism"]["score"] == pytest.approx(second["sensationalism"]["score"], abs=0.1)
            assert first["devices"] == pytest.approx(second["devices"], abs=0.002)


def test_what_an_extra_brings_is_named_when_it_is_missing(run_scorer: Run, table: Path) -> None:
    (table.parent / "pyarrow.py").write_text("raise ImportError")
    done = run_scorer("corpus", str(table), "--out", str(table.with_name("o.parquet")), PYTHONPATH=str(table.parent))
    assert done.returncode == 2
    assert b"needs pyarrow, which is not installed: pip install 'headline-scorer[report]'" in done.stderr
    plain = run_scorer("corpus", str(table), "--out", str(table.with_name("o.csv")), PYTHONPATH=str(table.parent))
    assert plain.returncode == 0


def test_a_feed_is_a_corpus(tmp_path: Path) -> None:
    pytest.importorskip("feedparser")
    items = "".join(
        f"<item><title>{title}</title><link>https://wold.example/{n}</link></item>"
        for n, title in enumerate(["Ferry sails &amp; sinks", ""])
    )
    (tmp_path / "in.rss").write_text(f'<rss version="2.0"><channel><title>Wold Post</title>{items}</channel></rss>')
    out = corpus(tmp_path / "in.rss", tmp_path / "out.jsonl")
    assert [(row["headline"], row["link"]) for row in read_jsonl(out)] == [
        ("Ferry sails & sinks", "https://wold.example/0")
    ]


def test_progress_says_how_long_it_will_take() -> None:
    progress = Progress(rows=3000, scored=2000, share=0.25, started=time.perf_counter() - 10)
    assert progress_text(progress) == "3,000 rows, 200 rows/s, 25%, 45 s left"
    assert progress_text(Progress(started=time.perf_counter() - 1)) == "0 rows, 0 rows/s"
    assert [duration(seconds) for seconds in (3.2, 600, 12_000)] == ["3 s", "10 min", "3 h 20 min"]


def test_progress_is_for_terminals_only(table: Path) -> None:
    command = f"{SCORER} corpus {table} --out {table.with_name('out.csv')}"
    shown = pexpect.run(command, timeout=60).decode()
    assert "\r\x1b[K5 rows, " in shown
    assert "4 rows scored, 1 not scored" in shown
