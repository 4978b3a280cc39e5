"""Opening and closing files: compression, encodings, and writes that happen whole or not at all."""

import gzip
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import IO, Any, BinaryIO, Final, TextIO, cast

from scorer.errors import InputError

COMPRESSED: Final = (".gz", ".zst")


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


def compression_of(path: Path) -> str:
    """`.gz`, `.zst` or nothing."""
    return path.suffix.lower() if path.suffix.lower() in COMPRESSED else ""


def kind_suffix(path: Path) -> str:
    """The suffix that names the format, below the one that names the compression, in lower case."""
    return Path(path.stem if compression_of(path) else path.name).suffix.lower()


class InputFile:
    """A file open for reading as text; `position()` is how many of its bytes on disk have been read.

    :param encoding: of the text; a byte order mark takes precedence. Bytes that do not fit it are kept as lone
        surrogates, which `unreadable` in `readers` finds.
    :param newline: as for `open`.
    """

    def __init__(self, path: Path, encoding: str, newline: str) -> None:
        self._raw = path.open("rb")
        self._size = path.stat().st_size
        self._binary = io.BufferedReader(cast(io.RawIOBase, _decompressed(self._raw, compression_of(path))))
        try:
            start = self._binary.peek(2)[:2]
        except BaseException:
            self.close()
            raise
        if start in (b"\xff\xfe", b"\xfe\xff"):
            codec, errors = "utf-16", "replace"
        else:
            codec, errors = ("utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding), "surrogateescape"
        self.text: TextIO = io.TextIOWrapper(self._binary, codec, errors, newline)

    def position(self) -> int:
        """Bytes read of the file as it lies on disk."""
        return self._size if self._raw.closed else self._raw.tell()

    def close(self) -> None:
        """Close the file."""
        self._binary.close()
        self._raw.close()

    def __enter__(self) -> "InputFile":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _decompressed(raw: BinaryIO, compression: str) -> IO[bytes]:
    if compression == ".gz":
        return cast(IO[bytes], gzip.GzipFile(fileobj=raw))
    if compression == ".zst":
        # unlike the zstandard package it says when a file ends too early
        return cast(IO[bytes], extra("pyarrow", "report", "reading .zst").CompressedInputStream(raw, "zstd"))
    return raw


@contextmanager
def output_file(path: Path, compression: str) -> Iterator[TextIO]:
    """A text file to write, compressed as asked and the same bytes each time."""
    with path.open("wb") as raw:
        if compression == ".gz":
            # without a name and a time in its header, the same content gives the same bytes
            packed: Any = gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0, compresslevel=6)
        elif compression == ".zst":
            packed = extra("pyarrow", "report", "writing .zst").CompressedOutputStream(raw, "zstd")
        else:
            packed = raw
        text = io.TextIOWrapper(packed, "utf-8", newline="")
        yield text
        text.flush()
        if packed is not raw:
            text.close()


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
    with output_file(unfinished, "") as text:
        write(text)
    sync_file(unfinished)
    unfinished.replace(path)
    sync_folder(path.parent)
