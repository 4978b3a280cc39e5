"""`scorer report`: the figures are those of the rows, whatever their format and order; refusals say what is wrong."""

import csv
import json
import random
import subprocess
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from article_samples import made_article, made_headline
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from scorer.article_results import ArticleScore
from scorer.corpus.columnar import write_duckdb, write_parquet
from scorer.corpus.parts import judge
from scorer.corpus.records import Record
from scorer.corpus.writers import Layout, write_delimited, write_jsonl, write_sqlite
from scorer.errors import InputError
from scorer.labels import DEVICES, band_of
from scorer.metrics import bootstrap, mean_difference
from scorer.report.dates import month_of
from scorer.report.figures import figures, mean_of, place_of, share_of
from scorer.report.load import Interval, Row
from scorer.report.results import Group, Report
from scorer.report.run import make_report, report_json, write_report
from scorer.report.tally import MAX_VALUES, GroupColumn, Tally, group_name
from scorer.results import HeadlineScore

Run = Callable[..., subprocess.CompletedProcess[bytes]]
Validate = Callable[[str, object], None]
SAMPLE = ROOT / "notebooks" / "sample_corpus.csv"


def scored(headline: str, score: float | None, **columns: Any) -> dict[str, Any]:
    """A row as `scorer corpus` writes it to CSV."""
    row = {"row": "1", "headline": headline, **columns}
    if score is None:
        return (
            row
            | dict.fromkeys(("score", "low", "high", "band", *DEVICES, "clickbait"), "")
            | {
                "phrases": "",
                "abstain": "not_english",
                "model": "tarn 1.0",
            }
        )
    ends = {"score": score, "low": max(0.0, score - 10), "high": min(100.0, score + 10), "band": band_of(score)}
    devices = dict.fromkeys(DEVICES, 0.0) | {"drama": 0.5 if score >= 50 else 0.25}
    return row | ends | devices | {"clickbait": 0.5, "phrases": "", "abstain": "", "model": "tarn 1.0"}


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    return path


def report_on(path: Path, rows: list[dict[str, Any]], **options: Any) -> Report:
    return make_report([str(write(path, rows))], **options)


def groups_of(report: Report, by: str) -> dict[str, Group]:
    return {group.name: group for grouping in report.groupings if grouping.by == by for group in grouping.groups}


def without_files(report: Report) -> dict[str, Any]:
    return report.to_dict() | {"files": None}


def test_a_scored_corpus_becomes_a_page_and_json(run_scorer: Run, tmp_path: Path, validate: Validate) -> None:
    out = tmp_path / "scored.csv"
    assert run_scorer("corpus", str(SAMPLE), "--out", str(out)).returncode == 0
    folder = tmp_path / "deep" / "report"
    done = run_scorer("report", str(out), "--out", str(folder))
    assert (done.returncode, done.stdout.decode().partition(" ")[0]) == (0, "128")
    found = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    validate("corpus_report.json", found)
    assert found["counts"]["abstained"] == {"not_a_headline": 1, "not_english": 1}
    assert found["counts"]["rejected"] == {"missing headline": 1}
    assert [grouping["by"] for grouping in found["groupings"]] == ["outlet", "leaning", "topic", "month"]
    assert [mean["leaning"] for mean in found["leanings"]] == ["left", "centre", "right"]
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert set(before) == {"report.json", "report.html"}
    assert run_scorer("report", str(out), "--out", str(folder)).returncode == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_row_with_damaged_phrases_is_set_aside(tmp_path: Path) -> None:
    results = {**made_headline("Ferry sails").to_dict(), "headline": "Ferry sails", "row": 1}
    damaged = results | {"phrases": [{"text": "Ferry"}]}
    huge = results | {"sensationalism": {**results["sensationalism"], "score": 10**400}}
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in (results, damaged, huge)), encoding="utf-8")
    counts = make_report([str(path)]).counts
    assert (counts.scored, sum(counts.unreadable.values())) == (1, 2)


def test_fractions_that_are_whole_numbers_name_groups_as_they_are() -> None:
    assert [group_name(value) for value in (1704067200000.0, 12345678901.0, 0.1 + 0.2)] == [
        "1704067200000",
        "12345678901",
        "0.3",
    ]


def test_a_column_called_as_a_usual_group_is_one_of_its_own(tmp_path: Path) -> None:
    rows = [scored("Ferry sails", 20 * n, date=f"2020-0{n}-01", month="May") for n in (1, 2)]
    report = report_on(tmp_path / "a.csv", rows, by=("month",))
    assert set(groups_of(report, "month")) == {"2020-01", "2020-02"}
    assert set(groups_of(report, "column month")) == {"May"}


class StandIn:
    """A scorer that needs no model."""

    def headlines(self, texts: list[str]) -> list[HeadlineScore]:
        return [made_headline(text) for text in texts]

    def articles(self, pages: Iterable[tuple[str, str]]) -> list[ArticleScore]:
        return [made_article(headline, ((None, body),)) for body, headline in pages]


@pytest.fixture(scope="module")
def formats(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A small corpus with bodies in every format that `scorer corpus` writes."""
    folder = tmp_path_factory.mktemp("formats")
    rows = [
        ("Fury as mayor BANS carnival floats", "Wold Post", "The floats will take another way."),
        ("Carnival floats to use a new route", "Fen Echo", "Heartless planners moved the parade."),
        ("Nightmare tide swallows beloved pier", "Wold Post", None),
        (" ", "Fen Echo", "Nobody gave this a headline."),
        ("Pier to close", "Fen Echo", " "),
    ]
    records = [
        Record("in.csv", number, {"headline": text, "outlet": outlet}, text, body)
        for number, (text, outlet, body) in enumerate(rows, 1)
    ]
    layout = Layout({"headline": "text", "outlet": "text"}, with_source=False, with_body=True, types={})
    for nested, names in (
        (False, ("a.csv", "a.tsv", "a.db", "a.duckdb")),
        (True, ("a.jsonl", "a.jsonl.gz", "a.parquet")),
    ):
        results = judge(StandIn(), records, nested, bodies=True)  # type: ignore[arg-type]
        entries = [
            {"row": record.row, "source": "in.csv", "columns": record.values, "result": result}
            for record, (result, _) in zip(records, results, strict=True)
        ]
        for name in names:
            WRITERS[name.split(".")[1]](folder / name, [entries], layout, ".gz" if name.endswith("gz") else "")
    return sorted(folder.iterdir())


WRITERS: dict[str, Callable[..., None]] = {
    "csv": partial(write_delimited, delimiter=","),
    "tsv": partial(write_delimited, delimiter="\t"),
    "db": write_sqlite,
    "duckdb": write_duckdb,
    "jsonl": write_jsonl,
    "parquet": write_parquet,
}


def test_every_format_gives_the_same_figures(formats: list[Path], validate: Validate) -> None:
    assert len(formats) == 7
    reports = {path.name: make_report([str(path)]) for path in formats}
    first = without_files(reports["a.csv"])
    assert first["counts"] == {
        "scored": 4,
        "abstained": {"empty": 1},
        "unreadable": {},
        "rejected": {},
        "bodies": 3,
        "bodies_abstained": {"empty": 1},
    }
    assert [len(first["gaps"]["widest"]), first["gaps"]["hotter"]["n"]] == [2, 2]
    assert first["gaps"]["widest"][0]["unsupported"] == [first["gaps"]["widest"][0]["text"].split()[0]]
    assert [frame["present"]["value"] for frame in first["frames"]][:3] == [1, 1, 0]
    for name, report in reports.items():
        validate("corpus_report.json", report.to_dict())
        found = without_files(report)
        for example in (*found["hottest"], *found["calmest"], *found["gaps"]["widest"]):
            for phrase in example["phrases"]:
                assert (phrase["start"] is None) == (name.split(".")[1] not in ("jsonl", "parquet"))
                assert example["text"][phrase["start"] or 0 :].startswith(phrase["text"])
                phrase["start"] = None
        assert found == first


rows_of_two = st.lists(
    st.tuples(st.sampled_from(["Wold Post", "Fen Echo", ""]), st.none() | st.integers(0, 1000)), min_size=1, max_size=60
).filter(lambda rows: any(score is not None for _, score in rows))


@settings(max_examples=25, deadline=None)
@given(rows_of_two, st.randoms(use_true_random=False))
def test_the_figures_are_those_of_the_rows(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[str, int | None]], chance: random.Random
) -> None:
    folder = tmp_path_factory.mktemp("rows")
    rows = [
        scored(f"Line {number}", None if tenths is None else tenths / 10, outlet=outlet)
        for number, (outlet, tenths) in enumerate(pairs)
    ]
    report = report_on(folder / "a.csv", rows)
    scores = np.array([tenths / 10 for _, tenths in pairs if tenths is not None])
    assert report.counts.scored == len(scores) == sum(each.n for each in report.scores.bins)
    assert report.scores.mean.value == pytest.approx(scores.mean())
    assert report.sensational.value == pytest.approx((scores >= 60).mean())
    assert report.scores.quartiles[1] == pytest.approx(np.quantile(scores, 0.5, method="inverted_cdf"))
    assert sum(band.share.value or 0 for band in report.bands) == pytest.approx(1)
    groups = groups_of(report, "outlet")
    for name in ("Wold Post", "Fen Echo"):
        own = [tenths / 10 for outlet, tenths in pairs if outlet == name and tenths is not None]
        assert (name in groups) == bool(own)
        if own:
            group = groups[name]
            assert (group.n, group.small) == (len(own), len(own) < 30)
            assert group.mean.value == pytest.approx(np.mean(own))
            assert group.not_scored == sum(outlet == name and tenths is None for outlet, tenths in pairs)
            assert group.devices["drama"].clear.value == pytest.approx(np.mean(np.array(own) >= 50))
    hot = [each.score.value for each in report.hottest]
    assert hot == pytest.approx(sorted(scores)[::-1][:20])
    assert [each.score.value for each in report.calmest] == pytest.approx(sorted(scores)[:20])
    chance.shuffle(rows)
    again = report_on(folder / "b.csv", rows)
    assert without_files(again) == without_files(report)
    if len(rows) > 1:
        write(folder / "c1.csv", rows[: len(rows) // 2])
        write(folder / "c2.csv", rows[len(rows) // 2 :])
        assert without_files(make_report([str(folder / "c*.csv")])) == without_files(report)


def test_the_interval_of_a_mean_is_that_of_a_plain_bootstrap() -> None:
    scores = np.random.default_rng(5).gamma(2, 12, 300).clip(0, 100).round(1)
    counts = np.bincount(np.rint(scores * 10).astype(int), minlength=1001)
    found, plain = mean_of(counts, 0), bootstrap(mean_difference, np.zeros(300), scores)
    assert found.value == pytest.approx(plain.value)
    assert (found.low, found.high) == (pytest.approx(plain.low, abs=0.25), pytest.approx(plain.high, abs=0.25))
    assert mean_of(np.bincount([400], minlength=1001), 0).low is None


def test_an_interval_of_none_in_twenty_says_something() -> None:
    none, all_of_them = share_of(0, 20), share_of(20, 20)
    assert (none.value, none.low) == (0, 0) and none.high == pytest.approx(0.161, abs=0.001)
    assert all_of_them.low == pytest.approx(0.839, abs=0.001)


def test_a_large_outlet_does_not_decide_the_macro_mean(tmp_path: Path) -> None:
    rows = [scored(f"Calm {n}", 10.0, outlet="Big", leaning="left") for n in range(90)]
    rows += [scored(f"Hot {n}", 70.0, outlet="Tiny", leaning="left") for n in range(10)]
    rows += [scored("One", 30.0, outlet="Lone", leaning="Centre-Right")]
    report = report_on(tmp_path / "a.csv", rows)
    left, right = report.leanings
    assert groups_of(report, "leaning")["left"].mean.value == pytest.approx(16)
    assert (left.mean.value, left.mean.n, left.small_outlets, left.small) == (pytest.approx(40), 2, 1, True)
    assert left.mean.low is None
    assert (right.leaning, right.mean.value, right.mean.low) == ("Centre-Right", pytest.approx(30), None)


def test_the_interval_of_a_macro_mean_is_one_over_outlets(tmp_path: Path) -> None:
    means = [10.0, 20.0, 30.0, 40.0, 50.0, 60.0]
    rows = [
        scored(f"Line {mean} {n}", mean, outlet=f"Paper {mean}", leaning="left") for mean in means for n in range(40)
    ]
    (left,) = report_on(tmp_path / "a.csv", rows).leanings
    expected = bootstrap(mean_difference, np.zeros(6), np.array(means))
    assert (left.mean.value, left.mean.low, left.mean.high) == pytest.approx((35, expected.low, expected.high))
    assert (left.small, left.small_outlets) == (False, 0)


def test_leanings_stand_from_left_to_right() -> None:
    words = ["Far left", "LEFT", "lean-left", "center", "Lean Right", "right", "far_right"]
    places = [place_of(word) for word in words]
    assert None not in places and places == sorted(places, key=lambda place: place or 0)
    assert place_of("agrarian") is None


@pytest.mark.parametrize(
    ("date", "month"),
    [
        ("2024-03-05", "2024-03"),
        ("2024-03-05T10:15:00Z", "2024-03"),
        ("2024/3/5", "2024-03"),
        ("2024-03", "2024-03"),
        ("20240305", "2024-03"),
        ("Tue, 05 Mar 2024 10:15:00 GMT", "2024-03"),
        ("Tue Jun 09 16:31:10 +0000 2015", "2015-06"),
        ("March 5, 2024", "2024-03"),
        ("5 Sept 2024", "2024-09"),
        ("1709634900", "2024-03"),
        ("1709634900000", "2024-03"),
        ("03/05/2024", None),
        ("2024-13-01", None),
        ("yesterday", None),
        ("2024", None),
        ("99999999999999", None),
    ],
)
def test_months_are_read_from_dates(date: str, month: str | None) -> None:
    assert month_of(date) == month


@given(st.text(max_size=40))
def test_any_text_may_stand_where_a_date_should(text: str) -> None:
    month = month_of(text)
    assert month is None or (len(month) == 7 and 1 <= int(month[5:]) <= 12)


def test_dates_that_cannot_be_read_are_said(tmp_path: Path) -> None:
    rows = [scored("One", 10.0, published="2024-03-01"), scored("Two", 20.0, published="03/05/2024")]
    rows.append(scored("Three", 20.0, published=""))
    report = report_on(tmp_path / "a.csv", rows)
    assert set(groups_of(report, "month")) == {"2024-03"}
    assert report.groupings[0].without == 2
    assert "1 dates in column “published”" in report.notes[0]


def test_a_column_that_names_every_row_makes_no_groups(tmp_path: Path) -> None:
    rows = [scored("Tide", 10.0, source=f"https://fen.example/{n}", desk="news") for n in range(MAX_VALUES + 1)]
    report = report_on(tmp_path / "a.csv", rows, by=("desk",))
    assert "“source” has more than" in report.notes[0]
    assert groups_of(report, "desk")["news"].n == MAX_VALUES + 1
    with pytest.raises(InputError, match=r"--by row_name: has more than 5,000"):
        report_on(tmp_path / "b.csv", [row | {"row_name": n} for n, row in enumerate(rows)], by=("row_name",))


def test_groups_beyond_those_listed_are_counted(tmp_path: Path) -> None:
    rows = [scored(f"Line {n}", 10.0, outlet=f"Outlet {n % 70}") for n in range(150)]
    (grouping,) = report_on(tmp_path / "a.csv", rows).groupings
    assert (len(grouping.groups), grouping.others) == (60, 10)
    assert sum(group.n for group in grouping.groups) + grouping.others_n == 150
    assert min(group.n for group in grouping.groups) == 2


def test_a_wording_is_listed_once_and_equal_scores_are_drawn_by_lot(tmp_path: Path) -> None:
    rows = [scored("Killer FOG", 90.0), scored("killer  fog", 90.0)] + [scored(f"Calm {n}", 0.0) for n in range(500)]
    report = report_on(tmp_path / "a.csv", rows)
    assert [each.text for each in report.hottest if "og" in each.text.casefold()] == ["Killer FOG"]
    calm = [int(each.text.split()[1]) for each in report.calmest]
    assert len(set(calm)) == 20 and max(calm) > 250


def test_senseless_rows_are_counted_with_their_reason(tmp_path: Path) -> None:
    bad = [
        scored("Over", 50.0) | {"score": "140"},
        scored("Word", 50.0) | {"score": "hot"},
        scored("Nan", 50.0) | {"low": "nan"},
        scored("Gone", 50.0) | {"score": ""},
        scored("Why", None) | {"abstain": "<b>tired</b>"},
    ]
    path = write(tmp_path / "a.csv", [scored("Fine", 50.0), *bad])
    path.write_text(path.read_text(encoding="utf-8") + "ragged,line\n", encoding="utf-8")
    path.with_name("a.csv.rejects.jsonl").write_text(
        '{"reason": "no valid JSON (at 3)"}\n{"reason": "no valid JSON (at 7)"}\nnot even this\n', encoding="utf-8"
    )
    report = make_report([str(path)])
    assert report.counts.scored == 1
    assert sum(report.counts.unreadable.values()) == 6
    assert 'its score is "140", expected 0 to 100' in report.counts.unreadable
    assert report.counts.rejected == {"no valid JSON": 2}
    assert report.notes[0].startswith("6 rows could not be read")


def test_scores_of_several_models_are_not_mixed_in_silence(tmp_path: Path) -> None:
    rows = [scored("One", 10.0), scored("Two", 20.0) | {"model": "tarn 2.0"}]
    assert report_on(tmp_path / "a.csv", rows).notes == (
        "2 models made these scores; scores of different models are not comparable.",
    )


def test_phrases_with_wrong_places_are_listed_and_not_marked(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    heat = {"score": 70.0, "low": 50.0, "high": 90.0, "band": "sensational"}
    row = {
        "headline": "Cold fury at the pier",
        "sensationalism": heat,
        "devices": dict.fromkeys(DEVICES, 0.1),
        "clickbait": 0.1,
        "phrases": [{"start": 9, "end": 13, "text": "fury", "weight": 0.9}],
        "abstain": None,
        "model": {"name": "tarn", "version": "1.0"},
    }
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    (phrase,) = make_report([str(path)]).hottest[0].phrases
    assert (phrase.text, phrase.start) == ("fury", None)
    row["phrases"] = [{"start": 0, "end": 4, "text": "glee", "weight": 0.9}]
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    assert "name it with --headline-col" in make_report([str(path)]).notes[0]
    row["phrases"] = [{"start": 5, "end": 9, "text": "fury", "weight": 0.9}]
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    assert make_report([str(path)]).hottest[0].phrases[0].start == 5


def make_rows(count: int) -> Iterator[Row]:
    for n in range(count):
        text = f"Storm {n} batters the harbour wall " * 20
        values = {"outlet": f"Outlet {n % 40}", "phrases": "batters"}
        yield Row(text, Interval(n % 1001 / 10, 0.0, 100.0), (0.5,) * len(DEVICES), None, "tarn 1.0", None, values)


def test_memory_does_not_grow_with_the_rows() -> None:
    peaks = []
    for count in (4_000, 14_000):
        tracemalloc.start()
        tally = Tally([GroupColumn("outlet", "outlet")])
        tally.add(make_rows(count))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert figures(tally, [], {}).counts.scored == count
    # the texts of 10,000 more rows take 7 MB
    assert peaks[1] - peaks[0] < 1_500_000


def refused(run_scorer: Run, *arguments: str) -> str:
    done = run_scorer("report", *arguments)
    assert (done.returncode, done.stdout) == (2, b"")
    said = done.stderr.decode()
    assert said.startswith("scorer: ") and said.count("\n") == 1
    return said


def test_what_was_not_scored_is_refused_with_its_columns(run_scorer: Run, tmp_path: Path) -> None:
    said = refused(run_scorer, str(SAMPLE), "--out", str(tmp_path / "out"))
    assert "'headline', 'outlet', 'leaning', 'topic', 'date'" in said and "scorer corpus sample_corpus.csv" in said
    assert not (tmp_path / "out").exists()


REFUSALS = {
    "a.csv": ("", "the file is empty"),
    "b.csv": (None, "no headline was scored (2 not_english)"),
    "c.parquet": ("PAR1 but not really", "no whole Parquet file"),
    "d.db": ("no database", "no database with a table `scores`"),
    "e.xyz": ("", "of no format this program reads"),
    "f.jsonl": ('{"id": "7", "clickbaitScore": 0.4}\n', "its columns are 'id', 'clickbaitScore'"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_files_that_cannot_be_reported_on_are_refused(tmp_path: Path, name: str) -> None:
    content, said = REFUSALS[name]
    if content is None:
        write(tmp_path / name, [scored("Le maire", None), scored("La ville", None)])
    else:
        (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as error:
        make_report([str(tmp_path / name)])
    assert said in str(error.value) and name in str(error.value)


def test_missing_files_and_columns_are_named(tmp_path: Path) -> None:
    path = str(write(tmp_path / "a.csv", [scored("One", 10.0, input_band="brass")]))
    with pytest.raises(InputError, match="no such file"):
        make_report([str(tmp_path / "none.csv")])
    with pytest.raises(InputError, match=r"--by desk: there is no such column; the columns are 'row', 'headline'"):
        make_report([path], by=("desk",))
    with pytest.raises(InputError, match="has no column 'hed'"):
        make_report([path], headline_column="hed")
    rows = [{name: value for name, value in scored("One", 10.0).items() if name != "headline"}]
    with pytest.raises(InputError, match="name one with --headline-col"):
        report_on(tmp_path / "b.csv", rows)


def test_a_column_carried_under_another_name_is_found(tmp_path: Path) -> None:
    rows = [scored("One", 10.0, input_warnings="none"), scored("Two", 20.0, input_warnings="red")]
    report = report_on(tmp_path / "a.csv", rows, by=("warnings",))
    assert set(groups_of(report, "input_warnings")) == {"none", "red"}


def test_only_the_report_is_written_into_a_folder(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", [scored("One", 10.0)])
    (tmp_path / "notes.txt").write_text("keep me", encoding="utf-8")
    report = make_report([str(path)])
    for _ in range(2):
        write_report(report, tmp_path)
    assert {each.name for each in tmp_path.iterdir()} == {"a.csv", "notes.txt", "report.json", "report.html"}
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8")) == json.loads(report_json(report))
