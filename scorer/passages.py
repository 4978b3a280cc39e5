"""Cuts a body into what the model reads at once: sentences (long ones in pieces), and passages of a few sentences."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from scorer.runtime import Runtime

if TYPE_CHECKING:
    from tokenizers import Encoding

#: Tokens of a passage: those the frames were rated on have 59 words, or about 76 tokens.
PASSAGE_TOKENS: Final = 76

Position = tuple[int, int]


@dataclass(frozen=True)
class Piece:
    """What is read at once of a sentence: the whole of it, unless it is too long."""

    start: int
    end: int
    sentence: int
    encoding: "Encoding"


def cut(text: str, sentences: Sequence[Position], runtime: Runtime, max_tokens: int) -> list[Piece]:
    """Tokenise sentences and cut those that have more tokens than the model reads; nothing is left out.

    :param sentences: spans of `text`, in order.
    :returns: the pieces in order.
    """
    found: list[Piece] = []
    room = max_tokens - runtime.special_tokens
    for number, (start, end) in enumerate(sentences):
        encoding = runtime.tokenise(text[start:end])
        if len(encoding.ids) <= max_tokens:
            found.append(Piece(start, end, number, encoding))
            continue
        starts = [first for first, after in encoding.offsets if first < after][room::room]
        for first, last in zip([0, *starts], [*starts, end - start], strict=True):
            part = runtime.tokenise(text[start + first : start + last])
            # a word cut in two may come out longer than it was, by a token or two: the graph does not mind
            found.append(Piece(start + first, start + last, number, part))
    return found


def pack(text: str, pieces: Sequence[Piece], runtime: Runtime, max_tokens: int) -> list[Position]:
    """Join neighbouring pieces into passages of about the length the frames were rated on.

    What was set aside between two sentences (a teaser, say) parts passages.
    """
    room = max_tokens - runtime.special_tokens
    passages: list[Position] = []
    tokens = 0
    for piece in pieces:
        size = len(piece.encoding.ids) - runtime.special_tokens
        neighbour = bool(passages) and not text[passages[-1][1] : piece.start].strip()
        # half of a sentence may stick out, so that passages have the wanted length on average
        fits = tokens + size / 2 <= PASSAGE_TOKENS and tokens + size <= room
        if neighbour and fits:
            passages[-1] = (passages[-1][0], piece.end)
            tokens += size
        else:
            passages.append((piece.start, piece.end))
            tokens = size
    return passages
