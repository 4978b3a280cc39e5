"""A teacher's judgements on texts, kept without the texts: hashes and eight-bit numbers."""

import hashlib
import zipfile
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from scorer.errors import InputError
from training.arrays import save_arrays

#: What a teacher says about a text of each form, besides its tokens.
TAUGHT: Final = {
    "headline": ("levels", "devices"),
    # the headline head reads sentences too, for the tone of a body
    "sentence": ("bias", "opinion", "kind", "levels"),
    "passage": ("frames",),
}
#: Distributions, which sum to 1 again after rounding.
_DISTRIBUTIONS: Final = ("levels", "kind")
#: Kept as square roots: a level far off has a small probability, but weighs in the mean.
_ROOTS: Final = ("levels",)

Bytes = NDArray[np.uint8]


def text_id(text: str) -> int:
    """The first eight bytes of a text's SHA-256, as a number."""
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "replace")).digest()[:8], "little")


def to_bytes(name: str, probabilities: NDArray[np.floating[Any]]) -> Bytes:
    """Probabilities of a head in steps of 1/255, or the square roots of them (`_ROOTS`)."""
    kept = np.sqrt(probabilities) if name in _ROOTS else probabilities
    return np.round(np.asarray(kept, dtype=np.float64) * 255).astype(np.uint8)


def from_bytes(name: str, kept: Bytes) -> NDArray[np.float32]:
    """Probabilities of a text or of several, (outputs,) or (texts, outputs), from how they are kept."""
    found = kept.astype(np.float32) / np.float32(255)
    if name in _ROOTS:
        found **= 2
    return found / found.sum(axis=-1, keepdims=True) if name in _DISTRIBUTIONS else found


@dataclass(frozen=True)
class FormLessons:
    """Judgements on texts of one form.

    ids: (texts,) uint64, rising. heads: by name (texts, outputs), see `TAUGHT` and `to_bytes`. tokens: those of all
    texts one after the other; text i has tokens[starts[i]:starts[i + 1]], one for each token of the common vocabulary;
    passages have none.
    """

    ids: NDArray[np.uint64]
    heads: dict[str, Bytes]
    tokens: Bytes
    starts: NDArray[np.int64]

    def judgement(self, text: str) -> dict[str, NDArray[np.float32]]:
        """What the teacher said about a text, by head and `tokens`; empty when it has not been asked."""
        if not self.knows(text):
            return {}
        place = int(np.searchsorted(self.ids, np.uint64(text_id(text))))
        kept = {name: values[place] for name, values in self.heads.items()}
        if len(self.tokens):
            kept["tokens"] = self.tokens[self.starts[place] : self.starts[place + 1]]
        return {name: from_bytes(name, values) for name, values in kept.items()}

    def knows(self, text: str) -> bool:
        """Whether the teacher has judged a text."""
        place = int(np.searchsorted(self.ids, np.uint64(text_id(text))))
        return place < len(self.ids) and bool(self.ids[place] == np.uint64(text_id(text)))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All that is kept, by name."""
        return {"ids": self.ids, "tokens": self.tokens, "starts": self.starts, **self.heads}

    def joined(self, other: "FormLessons") -> "FormLessons":
        """These judgements and those on other texts."""
        ids = np.concatenate([self.ids, other.ids])
        order = np.argsort(ids)
        pieces = [part.tokens[low:high] for part in (self, other) for low, high in pairwise(part.starts.tolist())]
        pieces = [pieces[place] for place in order] if pieces else []
        return FormLessons(
            ids=ids[order],
            heads={name: np.concatenate([values, other.heads[name]])[order] for name, values in self.heads.items()},
            tokens=np.concatenate([np.zeros(0, dtype=np.uint8), *pieces]),
            starts=np.cumsum([0, *map(len, pieces)]).astype(np.int64),
        )


@dataclass(frozen=True)
class Lessons:
    """Judgements by form of the text; `teachers` are the SHA-256 of the weights that judged each form, of one or two.

    splices: (splices, 2) ids of the two headlines of each of `training.splices` among the judged ones.
    """

    forms: dict[str, FormLessons]
    teachers: dict[str, str]
    splices: NDArray[np.uint64] = field(default_factory=lambda: np.zeros((0, 2), dtype=np.uint64))

    def teach(self, row: dict[str, Any]) -> dict[str, Any]:
        """Add the judgement on a row's text, where there is one."""
        if row["form"] not in self.forms:
            return row
        judgement = self.forms[row["form"]].judgement(row["text"])
        return row | {f"taught_{name}": values for name, values in judgement.items()}

    def save(self, path: Path) -> None:
        """Write a compressed `.npz`, which is there whole or not at all."""
        arrays: dict[str, NDArray[Any]] = {
            f"{form}.{name}": values for form, part in self.forms.items() for name, values in part.arrays().items()
        }
        arrays |= {f"{form}.teacher": np.array(teacher) for form, teacher in self.teachers.items()}
        halves, pairs = np.unique(self.splices, return_inverse=True)
        arrays |= {"splices.ids": halves, "splices.pairs": pairs.reshape(-1, 2).astype(np.uint32)}
        save_arrays(path, arrays)


def mean_of(first: Lessons, second: Lessons) -> Lessons:
    """What two teachers say of the same texts on average, which is better than what either says.

    :raises InputError: when they have not judged the same texts.
    """

    def both(name: str, ours: Bytes, others: Bytes) -> Bytes:
        return to_bytes(name, (from_bytes(name, ours) + from_bytes(name, others)) / 2)

    forms = {}
    for form, part in first.forms.items():
        other = second.forms.get(form)
        if other is None or not all(map(np.array_equal, (part.ids, part.starts), (other.ids, other.starts))):
            raise InputError(f"the two teachers have judged other texts as {form}; let both judge the same pools.")
        heads = {name: both(name, values, other.heads[name]) for name, values in part.heads.items()}
        forms[form] = replace(part, heads=heads, tokens=both("tokens", part.tokens, other.tokens))
    teachers = {form: f"{first.teachers[form]} {second.teachers[form]}" for form in forms}
    return Lessons(forms, teachers, first.splices)


def kept_well(content: dict[str, NDArray[Any]], name: str) -> bool:
    """Whether there are judgements of that name, in bytes."""
    return name in content and content[name].dtype == np.uint8


def read_lessons(path: Path) -> Lessons:
    """Read judgements from a file.

    :raises InputError: when it is no such file.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            content = {name: file[name] for name in file}  # each is unpacked once
            forms = {
                form: FormLessons(
                    ids=content[f"{form}.ids"],
                    heads={name: content[f"{form}.{name}"] for name in heads},
                    tokens=content[f"{form}.tokens"],
                    starts=content[f"{form}.starts"],
                )
                for form, heads in TAUGHT.items()
                # what was kept before a head was taught, or in another way, is to be judged again
                if f"{form}.ids" in content and all(kept_well(content, f"{form}.{name}") for name in heads)
            }
            teachers = {form: str(content[f"{form}.teacher"]) for form in forms}
            return Lessons(forms, teachers, splices=content["splices.ids"][content["splices.pairs"]])
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise InputError(f"{path}: no file of a teacher's judgements ({error}).") from error
