"""Ratings of texts of the unlabelled pools, kept without the texts: a hash of the text, numbers, places of phrases.

Made for this project by a language model that read every text on its own against `data/guidelines`, like the rated sets
of the data; `configs/README.md` says how well it agrees with them.
"""

import csv
from pathlib import Path
from typing import Final

from scorer.errors import InputError
from training.lessons import text_id

#: Columns of every file of ratings, beside those of the labels: the text's id in hexadecimal, why it was picked.
TEXT_ID: Final = "text_id"
PHRASES: Final = "phrases"


def read_spans(text: str, cell: str) -> str:
    """The phrases at the places that a cell names.

    :param cell: `start-end` of each phrase with blanks between them, `-` for none.
    :returns: the phrases joined by ` ; ` as in the rated sets, `-` for none.
    """
    places = [] if cell == "-" else [span.split("-") for span in cell.split(" ")]
    return " ; ".join(text[int(start) : int(end)] for start, end in places) or "-"


class Ratings:
    """The ratings in a file, by text.

    :raises InputError: when the file is missing or has no column of ids.
    """

    def __init__(self, path: Path) -> None:
        try:
            with path.open(encoding="utf-8", newline="") as file:
                self._by_id = {int(row[TEXT_ID], 16): row for row in csv.DictReader(file)}
        except (OSError, KeyError, ValueError, TypeError) as error:
            raise InputError(f"{path}: no file of ratings of the pools ({error!r}).") from error

    def __len__(self) -> int:
        return len(self._by_id)

    def knows(self, text: str) -> bool:
        """Whether a text has been rated."""
        return text_id(text) in self._by_id

    def labels(self, text: str) -> dict[str, str]:
        """A text's labels, in the columns of the rated sets."""
        row = dict(self._by_id[text_id(text)])
        if PHRASES in row:
            row[PHRASES] = read_spans(text, row[PHRASES])
        return row
