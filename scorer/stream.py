"""Lines from a byte stream, one headline each: bounded memory, prompt on slow pipes, deaf to no bad line."""

import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

#: A longer line is no headline; its rest is skipped, so that no line can fill the memory.
MAX_LINE_BYTES: Final = 64 * 1024


@dataclass(frozen=True)
class Line:
    """One line of a stream: its number from 1, its text without the line end, and why it cannot be read, if so.

    `problem` is a key of `labels.ABSTENTIONS`.
    """

    number: int
    text: str
    problem: str | None = None


def read_lines(stream: BinaryIO) -> Iterator[Line]:
    """Read a byte stream line by line; a line that is not UTF-8 or too long is marked, and reading goes on."""
    number = 0
    while raw := stream.readline(MAX_LINE_BYTES):
        number += 1
        if len(raw) == MAX_LINE_BYTES and not raw.endswith(b"\n"):
            while (rest := stream.readline(MAX_LINE_BYTES)) and not rest.endswith(b"\n"):
                pass
            yield Line(number, raw[:200].decode("utf-8", "replace"), "too_long")
            continue
        if number == 1:
            raw = raw.removeprefix(b"\xef\xbb\xbf")
        raw = raw.removesuffix(b"\n").removesuffix(b"\r")
        try:
            yield Line(number, raw.decode("utf-8"))
        except UnicodeDecodeError:
            yield Line(number, raw.decode("utf-8", "replace"), "invalid_text")


def windows(lines: Iterator[Line], size: int) -> Iterator[list[Line]]:
    """Group lines into windows of at most `size`, without waiting for more than one line.

    A thread reads ahead, so that a fast source fills the window and a slow one is answered line by line.
    """
    waiting: queue.Queue[Line | BaseException | None] = queue.Queue(maxsize=4 * size)

    def read_ahead() -> None:
        try:
            for line in lines:
                waiting.put(line)
            waiting.put(None)
        except BaseException as error:  # handed to the consumer, which raises it
            waiting.put(error)

    threading.Thread(target=read_ahead, daemon=True).start()
    while True:
        item = waiting.get()
        window: list[Line] = []
        while isinstance(item, Line):
            window.append(item)
            if len(window) == size or waiting.empty():
                break
            item = waiting.get()
        if window:
            yield window
        if isinstance(item, BaseException):
            raise item
        if item is None:
            return
