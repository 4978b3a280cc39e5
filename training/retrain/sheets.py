"""Opens what a user labelled: any file `scorer corpus` reads, a JSON array, a folder saved by `datasets`."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scorer.bundle import file_hash
from scorer.corpus.columns import find_column, listed
from scorer.corpus.files import InputFile, kind_suffix
from scorer.corpus.records import Record, with_texts
from scorer.errors import InputError
from scorer.evaluate.rows import INSTANCES, TEXT_NAMES, TRUTH, Row, Table, read_table
from scorer.files import check_encoding, extra
from training.retrain.answers import Many
from training.retrain.exports import Cells, Unpacked, unpack_objects, unpack_rows
from training.retrain.wanted import Wanted


@dataclass(frozen=True)
class Sheet:
    """A labelled file as a table, and what the tool that wrote it says: see `Unpacked`."""

    table: Table
    labels: tuple[str, ...]
    scale: tuple[float, float] | None
    notes: tuple[str, ...]


def open_sheet(source: str, wanted: Wanted) -> Sheet:
    """Open a labelled file or folder.

    :raises InputError: when it is missing, unreadable, or has no texts.
    """
    check_encoding(wanted.encoding)
    path = Path(source)
    if path.is_dir() and not (path / INSTANCES).is_file():
        if not any((path / name).is_file() for name in ("dataset_info.json", "dataset_dict.json")):
            raise InputError(
                f"{source}: is a folder, but neither one that `datasets` saved (save_to_disk) nor one with the "
                f"Clickbait Challenge's {INSTANCES} and {TRUTH}; name the file with the labels."
            )
        unpacked = unpack_rows(list(enumerate(_saved(path), start=1)))
        return _sheet(path, _folder_hash(path), unpacked, Counter(), wanted)
    if path.is_file() and kind_suffix(path) == ".json" and (objects := _array(path, wanted.encoding)) is not None:
        good = [item for item in objects if isinstance(item, dict)]
        left_out = Counter({"an item that is no object": len(objects) - len(good)})
        return _sheet(path, file_hash(path), unpack_objects(good), left_out, wanted)
    table = read_table(source, wanted.text_column, truth=wanted.truth, encoding=wanted.encoding)
    unpacked = unpack_rows([(row.number, dict(row.cells)) for row in table.rows])
    # what holds the text is known already, and a row with an empty one is gone
    unpacked = Unpacked(unpacked.rows, unpacked.labels, (table.text_column,), unpacked.scale, unpacked.notes)
    place, sha256 = Path(table.name), table.sha256
    truth = Path(wanted.truth) if wanted.truth else place.with_name(TRUTH)
    if wanted.truth or (place.name == INSTANCES and truth.is_file()):
        sha256 = hashlib.sha256((sha256 + file_hash(truth)).encode()).hexdigest()
    return _sheet(place, sha256, unpacked, Counter(table.left_out), wanted)


def _sheet(path: Path, sha256: str, unpacked: Unpacked, left_out: Counter[str], wanted: Wanted) -> Sheet:
    """The rows that have a text."""
    columns = tuple(dict.fromkeys(name for _, cells in unpacked.rows for name in cells))
    if not columns:
        raise InputError(f"{path}: holds no rows.")
    column = find_column(columns, TEXT_NAMES, wanted.text_column, "text", str(path))
    if column is None and len(unpacked.texts) == 1:
        column = unpacked.texts[0]
    if column is None:
        raise InputError(
            f"{path}: found no column of texts ({', '.join(TEXT_NAMES)}); its columns are {listed(columns)}; "
            "name one with --text-col."
        )
    rows = []
    for number, cells in unpacked.rows:
        text = cells.get(column)
        # a row for each annotator became one row, and the text is the same in all of them
        one = {**cells, column: next(iter(text), None)} if isinstance(text, Many) else cells
        record = with_texts(Record(str(path), number, one), column, None)
        if record.problem is None:
            rows.append(Row(number, record.headline, record.values))
        else:
            left_out[record.problem.replace("headline", "text")] += 1
    if not rows:
        raise InputError(f"{path}: no row has a text in {column!r}; name another column with --text-col.")
    kept = {reason: count for reason, count in left_out.items() if count}
    table = Table(str(path), sha256, column, columns, tuple(rows), len(unpacked.rows), kept)
    return Sheet(table, unpacked.labels, unpacked.scale, unpacked.notes)


def _array(path: Path, encoding: str) -> list[Any] | None:
    """What a file of one JSON array holds; None for any other file.

    :raises InputError: when it begins as one and breaks off, or is of another encoding.
    """
    with InputFile(path, encoding, "") as file:
        start = file.text.read(4096).lstrip()
        if not start.startswith("["):
            return None
        whole = start + file.text.read()
    if any("\udc80" <= character <= "\udcff" for character in whole):
        raise InputError(f"{path}: invalid {encoding.upper()}; is it in another encoding? Name it with --encoding.")
    try:
        found = json.loads(whole)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: no valid JSON ({str(error)[:80]}).") from error
    return found if isinstance(found, list) else None


def _saved(folder: Path) -> Iterator[Cells]:
    """The rows of a `Dataset`, or of all parts of a `DatasetDict`, with names for the numbers of classes."""
    datasets = extra("datasets", "train", "reading a folder saved by datasets")
    try:
        found = datasets.load_from_disk(str(folder))
    except (OSError, ValueError) as error:
        raise InputError(f"{folder}: no folder that `datasets` saved whole ({str(error)[:80]}).") from error
    parts = found if isinstance(found, dict) else {"": found}
    for part, rows in parts.items():
        names = {name: kind.int2str for name, kind in rows.features.items() if isinstance(kind, datasets.ClassLabel)}
        for row in rows:
            cells = dict(row)
            for name, named in names.items():
                cells[name] = None if cells[name] is None or cells[name] < 0 else named(cells[name])
            yield {"split": part, **cells} if part else cells


def _folder_hash(folder: Path) -> str:
    """SHA-256 over the names and contents of the data files."""
    files: Sequence[Path] = sorted(folder.rglob("*.arrow"))
    parts = "".join(f"{path.relative_to(folder).as_posix()} {file_hash(path)}\n" for path in files)
    return hashlib.sha256(parts.encode()).hexdigest()
