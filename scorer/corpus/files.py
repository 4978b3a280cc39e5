"""Opening and closing files: compression and encodings."""

import gzip
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO, Final, TextIO, cast

from scorer.files import encoding_by_mark, extra

COMPRESSED: Final = (".gz", ".zst")


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
            codec = encoding_by_mark(self._binary.peek(4)[:4]) or encoding
            errors = "replace" if codec in ("utf-16", "utf-32") else "surrogateescape"
            self.text: TextIO = io.TextIOWrapper(self._binary, codec, errors, newline)
        except BaseException:
            self.close()
            raise

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
