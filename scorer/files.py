"""Libraries of extras, encodings, and files that are written whole or not at all."""

import codecs
import json
import os
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Final, TextIO

from scorer.errors import InputError

#: Byte order marks, the longer of two that begin alike first.
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def extra(module: str, name: str, purpose: str) -> Any:
    """Import a library of an extra.

    :param name: the extra that brings it; `purpose`: what it is needed for, to begin the error sentence.
    :raises InputError: when it is not installed, saying what to install.
    """
    try:
        return import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        raise InputError(
            f"{purpose} needs {package}, which is not installed: pip install 'headline-scorer[{name}]'."
        ) from error


def encoding_by_mark(start: bytes) -> str | None:
    """The encoding that the byte order mark at the start of a file tells, which leaves out the mark; None without."""
    return next((encoding for mark, encoding in _MARKS if start.startswith(mark)), None)


def check_encoding(name: str) -> None:
    """Refuse the name of an encoding that Python does not know.

    :raises InputError: when it does not.
    """
    try:
        codecs.lookup(name)
    except LookupError as error:
        raise InputError(f"--encoding {name}: no encoding known here; try utf-8 or cp1252.") from error


def sync_file(path: Path) -> None:
    """Make the content of a file survive a power cut."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make renames in a folder survive a power cut, where the system can."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_whole(path: Path, write: Callable[[TextIO], object]) -> None:
    """Write a text file that is either there whole or not there at all, even after a kill or a power cut."""
    unfinished = path.with_name(path.name + ".tmp")
    with unfinished.open("w", encoding="utf-8", newline="") as text:
        write(text)
    sync_file(unfinished)
    unfinished.replace(path)
    sync_folder(path.parent)


def write_texts(folder: Path, texts: Mapping[str, str]) -> list[Path]:
    """Write files by their names, each whole or not at all; whatever else is in the folder stays.

    :returns: their paths.
    """
    paths = [folder / name for name in texts]
    for path, content in zip(paths, texts.values(), strict=True):
        write_whole(path, lambda file, content=content: file.write(content))  # type: ignore[misc]
    return paths


def rounded(value: Any, digits: int) -> Any:
    """A value of JSON with its fractions rounded; mappings as dicts, tuples as lists."""
    if isinstance(value, float):
        return round(value, digits) + 0.0  # no minus before a zero
    if isinstance(value, Mapping):
        return {name: rounded(item, digits) for name, item in value.items()}
    return [rounded(item, digits) for item in value] if isinstance(value, list | tuple) else value


def json_text(value: dict[str, Any], indent: int | None = None) -> str:
    """A value as JSON; a text with lone surrogates, which UTF-8 cannot carry, is escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    try:
        text.encode()
    except UnicodeEncodeError:
        text = json.dumps(value, indent=indent)
    return text
