"""Parts: a scored chunk as lines of JSON. The first line sums the part up, the others are rows and rejects."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from scorer.corpus.columns import HEADLINE_COLUMNS, carried_name, kind_of
from scorer.corpus.flat import flat_body, flat_headline, flat_labels
from scorer.corpus.records import Chunk, Record

if TYPE_CHECKING:
    from scorer.article_results import ArticleScore
    from scorer.predict import Scorer
    from scorer.results import HeadlineScore

#: Where the reason stands in flat fields.
ABSTAIN: Final = HEADLINE_COLUMNS.index("abstain")
#: What is kept of the result for an article.
ARTICLE_PARTS: Final = ("body", "boilerplate", "quotes", "gap", "warnings")
#: Rows and characters of JSON that are held together while the result is written.
BATCH_ROWS: Final = 8192
BATCH_CHARACTERS: Final = 8_000_000


@dataclass
class Tally:
    """What parts hold: counts, and the kinds of values of each carried column in the order they came up."""

    rows: int = 0
    rejected: int = 0
    abstained: Counter[str] = field(default_factory=Counter)
    kinds: dict[str, set[str]] = field(default_factory=dict)

    def see(self, values: dict[str, Any]) -> None:
        """Note the kinds of the values of a row; a missing value is of no kind."""
        for name, value in values.items():
            if name not in self.kinds:
                self.kinds[name] = set()
            if value.__class__ is str:
                self.kinds[name].add("text")
            elif value is not None:
                self.kinds[name].add(kind_of(value))

    def add(self, other: "Tally") -> None:
        """Add the counts and kinds of another."""
        self.rows += other.rows
        self.rejected += other.rejected
        self.abstained += other.abstained
        for name, kinds in other.kinds.items():
            self.kinds.setdefault(name, set()).update(kinds)

    def to_json(self) -> str:
        """As the first line of a part."""
        kinds = {name: sorted(kinds) for name, kinds in self.kinds.items()}
        return json.dumps([self.rows, self.rejected, self.abstained, kinds])

    @classmethod
    def from_json(cls, line: str) -> "Tally":
        """From the first line of a part."""
        rows, bad, abstained, kinds = json.loads(line)
        return cls(rows, bad, Counter(abstained), {name: set(found) for name, found in kinds.items()})


def judge(
    scorer: "Scorer", records: Sequence[Record], nested: bool, bodies: bool
) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Results of records that can be read, in order: JSON objects for nested formats, flat fields for the others.

    Beside each stand columns for heads that a user has added to the model.

    :param bodies: whether flat fields of a body are wanted; a nested result has `article` where there is a body.
    """
    headlines = iter(scorer.headlines([record.headline for record in records if record.body is None]))
    articles = iter(scorer.articles((record.body, record.headline) for record in records if record.body is not None))
    for record in records:
        article = None if record.body is None else next(articles)
        score = next(headlines) if article is None else article.headline
        if score is None:
            raise ValueError("an article that came with its headline was scored without it")
        flat = [] if nested else flat_headline(score) + (flat_body(article) if bodies else [])
        yield _nested(score, article) if nested else flat, flat_labels(score)


def _nested(score: "HeadlineScore", article: "ArticleScore | None") -> dict[str, Any]:
    """The JSON objects of `schemas/` without what is in columns or said twice."""
    result = score.to_dict()
    del result["text"]
    if article is not None:
        whole = article.to_dict()
        result["article"] = {name: whole[name] for name in ARTICLE_PARTS}
    return result


def make_part(scorer: "Scorer", chunk: Chunk, nested: bool, bodies: bool) -> str:
    """Score a chunk; parameters as for `judge`."""
    good = [record for record in chunk.records if record.problem is None]
    results = judge(scorer, good, nested, bodies)
    tally = Tally(rows=len(good), rejected=len(chunk.records) - len(good))
    lines = []
    for record in chunk.records:
        if record.problem is None:
            result, labels = next(results)
            values = {**{carried_name(name): value for name, value in record.values.items()}, **labels}
            tally.see(values)
            if abstain := result["abstain"] if nested else result[ABSTAIN]:
                tally.abstained[abstain] += 1
            entry = {"row": record.row, "source": record.source, "columns": values, "result": result}
        else:
            entry = {"source": record.source, "row": record.row, "reason": record.problem, "raw": record.raw}
            if record.line is not None:
                entry["line"] = record.line
        lines.append(json.dumps(entry))
    return "\n".join([tally.to_json(), *lines, ""])


def read_tally(path: Path) -> Tally:
    """What a part holds."""
    with path.open(encoding="utf-8") as part:
        return Tally.from_json(part.readline())


def _entries(paths: Iterable[Path]) -> Iterator[tuple[dict[str, Any], int]]:
    """The rows and rejects of parts, with their length in characters."""
    for path in paths:
        with path.open(encoding="utf-8") as part:
            part.readline()
            for line in part:
                yield json.loads(line), len(line)


def row_batches(paths: Iterable[Path]) -> Iterator[list[dict[str, Any]]]:
    """The scored rows of parts in batches that fit into memory."""
    held: list[dict[str, Any]] = []
    characters = 0
    for entry, length in _entries(paths):
        if "result" not in entry:
            continue
        held.append(entry)
        characters += length
        if len(held) == BATCH_ROWS or characters >= BATCH_CHARACTERS:
            yield held
            held, characters = [], 0
    if held:
        yield held


def rejects(paths: Iterable[Path]) -> Iterator[dict[str, Any]]:
    """The bad rows of parts."""
    return (entry for entry, _ in _entries(path for path in paths if read_tally(path).rejected) if "reason" in entry)
