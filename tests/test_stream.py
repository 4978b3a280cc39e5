import io
import os
import threading

from hypothesis import given
from hypothesis import strategies as st

from scorer.stream import MAX_LINE_BYTES, Line, read_lines, windows


@given(st.lists(st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\n\r\ufeff"), max_size=30)))
def test_every_line_comes_back_with_its_number(lines: list[str]) -> None:
    stream = io.BytesIO("".join(line + "\n" for line in lines).encode())
    assert list(read_lines(stream)) == [Line(number, line) for number, line in enumerate(lines, 1)]


@given(st.binary(max_size=200))
def test_no_bytes_stop_the_stream(raw: bytes) -> None:
    lines = list(read_lines(io.BytesIO(raw)))
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))
    assert len(lines) == len(raw.split(b"\n")) - (raw.endswith(b"\n") or not raw)


def test_bad_lines_are_marked_and_the_next_line_is_read() -> None:
    raw = b"\xef\xbb\xbffirst\r\n\xff\xfe\n" + b"x" * (3 * MAX_LINE_BYTES) + b"\nlast"
    lines = list(read_lines(io.BytesIO(raw)))
    assert [(line.number, line.problem) for line in lines] == [
        (1, None),
        (2, "invalid_text"),
        (3, "too_long"),
        (4, None),
    ]
    assert (lines[0].text, lines[3].text) == ("first", "last")
    assert len(lines[2].text) == 200


def test_a_line_of_exactly_the_limit_is_not_cut() -> None:
    raw = b"x" * (MAX_LINE_BYTES - 1) + b"\nnext\n"
    assert [line.problem for line in read_lines(io.BytesIO(raw))] == [None, None]


@given(st.integers(0, 50), st.integers(1, 7))
def test_windows_keep_order_and_lose_nothing(count: int, size: int) -> None:
    lines = [Line(number, "x") for number in range(count)]
    found = list(windows(iter(lines), size))
    assert [line for window in found for line in window] == lines
    assert all(1 <= len(window) <= size for window in found)


def test_a_slow_source_is_answered_line_by_line() -> None:
    receiving, sending = os.pipe()
    with os.fdopen(receiving, "rb") as source, os.fdopen(sending, "wb", buffering=0) as target:
        found = windows(read_lines(source), 100)
        target.write(b"one\n")
        assert [line.text for line in next(found)] == ["one"]
        threading.Timer(0.05, lambda: (target.write(b"two\n"), target.close())).start()
        assert [line.text for window in found for line in window] == ["two"]
