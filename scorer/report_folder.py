"""The folder that a command writes its report to: looked at before any work is done, made when there is a report."""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from scorer.errors import InputError
from scorer.files import write_texts


def check_folder(out: Path, files: Sequence[str], mark: str, inputs: Iterable[str] = ()) -> None:
    """Refuse a folder that a report cannot be written to without loss.

    :param files: names of the report's files, `report.json` among them.
    :param mark: a key at the top of this command's `report.json` and of no other's.
    :param inputs: files that the command reads.
    :raises InputError: when it is a file or cannot be written to, or an input or the report of another command would
        be replaced.
    """
    if out.exists() and not out.is_dir():
        raise InputError(f"{out}: is a file; name the folder to write the report to.")
    there = next(path for path in (out.absolute(), *out.absolute().parents) if path.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise InputError(f"{out}: cannot be made or written to, because of {there}; name another folder.")
    read = [Path(name) for name in inputs if Path(name).exists()]
    for path in (out / name for name in files):
        if path.is_dir():
            raise InputError(f"{path}: is a folder where the report should be; name another folder.")
        if path.exists() and any(path.samefile(name) for name in read):
            raise InputError(f"{path}: is read and would be replaced; name another folder for the report.")
    earlier = out / "report.json"
    if earlier.exists() and not _has(earlier, mark):
        raise InputError(f"{earlier}: is not a report of this command and would be replaced; name another folder.")


def _has(path: Path, mark: str) -> bool:
    try:
        found = json.loads(path.read_bytes())
    except ValueError:
        return False
    return isinstance(found, dict) and mark in found


def write_files(out: Path, texts: Mapping[str, str]) -> list[Path]:
    """Write the files of a report by their names, each whole or not at all; earlier ones are replaced.

    :returns: their paths.
    :raises InputError: when the folder cannot be made.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{out}: cannot be made a folder for the report ({error.strerror}).") from error
    return write_texts(out, texts)
