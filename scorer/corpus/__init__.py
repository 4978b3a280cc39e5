"""Scores whole corpora: streams rows from files, survives being killed, writes one result file.

Input files -> records -> chunks -> parts (scored, on disk) -> one result file. A part is written whole or not at
all, and the result is assembled from the parts, so a killed run goes on where it stopped.
"""

from typing import Final

#: Formats of the result by the suffix of its file.
FORMATS: Final = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".sqlite": "sqlite",
    ".sqlite3": "sqlite",
    ".db": "sqlite",
    ".duckdb": "duckdb",
}
FORMAT_NAMES: Final = ("csv", "tsv", "jsonl", "parquet", "sqlite", "duckdb", "clickbait")
