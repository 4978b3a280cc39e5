"""A bundle: the folder that is a model. Reading is strict; whatever is missing, damaged or unknown is an error."""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from scorer.errors import BundleError
from scorer.labels import DEVICES, FRAMES, KINDS
from scorer.results import ModelName

FORMAT_VERSION: Final = 2
DEFAULT_BUNDLE: Final = Path(__file__).parent / "models" / "default"
HASHED_FILES: Final = ("model.onnx", "tokenizer.json", "README.md")
#: Hashes of the texts it was trained on, in bundles that keep them (`scorer.evaluate.seen`).
SEEN_FILE: Final = "training.npy"
#: What a head that a user has added may be called: it names a file, a column and a key.
HEAD_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True)
class Interval:
    """How a score's interval is made: two quantiles of the predicted distribution, widened by a margin.

    `margins` holds (lowest predicted score, margin in points), in rising order: the conformal margin of each band.
    """

    nominal: float
    low_quantile: float
    high_quantile: float
    margins: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Platt:
    """Calibration of a logit: probability = sigmoid(scale * logit + shift) (Platt 1999)."""

    scale: float
    shift: float


@dataclass(frozen=True)
class PhraseRule:
    """How token logits become loaded phrases: a word starts one at `threshold` and continues one at `link`."""

    calibration: Platt
    threshold: float
    link: float


@dataclass(frozen=True)
class FrameRule:
    """One frame: the calibration of its logit, and the probability from which it counts as present."""

    calibration: Platt
    threshold: float


@dataclass(frozen=True)
class Bundle:
    """A loaded bundle: what the runtime and the commands need to know.

    `levels` are the score levels of the sensationalism head; `device_calibration` has, for each device, one entry for
    each level, `bias_calibration` and `opinion_calibration` one for each of theirs; `kind_temperature` divides the
    logits of the kind; `frames` are in the order of `labels.FRAMES`; `support` turns a likeness of words into the
    probability that the body has something for a phrase; `own_heads` are the names of heads that a user has added;
    `info` is the rest of `config.json`: data, training arguments, scores.
    """

    folder: Path
    model: ModelName
    max_tokens: int
    levels: tuple[float, ...]
    interval: Interval
    device_calibration: tuple[tuple[Platt, ...], ...]
    clickbait_calibration: Platt
    bias_calibration: tuple[Platt, ...]
    opinion_calibration: tuple[Platt, ...]
    kind_temperature: float
    frames: tuple[FrameRule, ...]
    headline_phrases: PhraseRule
    sentence_phrases: PhraseRule
    support: Platt
    own_heads: tuple[str, ...]
    info: dict[str, Any]


def head_file(name: str) -> str:
    """Where in a bundle a head that a user has added is kept."""
    return f"heads/{name}.json"


def hashed_files(config: dict[str, Any]) -> tuple[str, ...]:
    """The files of a bundle whose hashes its description lists.

    :raises ValueError: when the name of an own head is no name of a file.
    """
    own = [str(name) for name in config["heads"].get("own", [])]
    wrong = [name for name in own if not HEAD_NAME.fullmatch(name)]
    if wrong or len(set(own)) < len(own):
        raise ValueError(f"own heads called {own}")
    seen = [SEEN_FILE] if "training_texts" in config else []
    return (*HASHED_FILES, *seen, *map(head_file, own))


def file_hash(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_config(folder: Path) -> dict[str, Any]:
    """Read `config.json` of a bundle.

    :raises BundleError: when it is missing, no JSON, or of another format version.
    """
    path = folder / "config.json"
    if not folder.is_dir():
        raise BundleError(f"{folder}: no such bundle folder; name one that holds config.json and model.onnx.")
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
        version = config["format_version"]
    except FileNotFoundError as error:
        raise BundleError(f"{path}: the file is missing, so this is no bundle.") from error
    except OSError as error:
        raise BundleError(f"{path}: cannot be read ({error.strerror}).") from error
    except (ValueError, TypeError, KeyError) as error:
        raise BundleError(f"{path}: damaged, no valid bundle description; fetch or export the bundle again.") from error
    if version != FORMAT_VERSION:
        raise BundleError(
            f"{path}: bundle format {version!r}, this program reads {FORMAT_VERSION}; install the matching version."
        )
    return dict(config)


def check_files(folder: Path, names: Sequence[str], hashes: dict[str, str]) -> None:
    """Compare the files of a bundle with the hashes in its description.

    :raises BundleError: naming the first file that is missing or differs.
    """
    for name in names:
        path = folder / name
        try:
            found = file_hash(path)
        except FileNotFoundError as error:
            raise BundleError(f"{path}: the file is missing; fetch or export the bundle again.") from error
        except OSError as error:
            raise BundleError(f"{path}: cannot be read ({error.strerror}).") from error
        if found != hashes.get(name):
            raise BundleError(
                f"{path}: truncated or altered, its SHA-256 differs from config.json; fetch or export the bundle again."
            )


def check_shapes(bundle: Bundle) -> None:
    """Make sure that the parts of a description fit each other.

    :raises ValueError: naming what does not.
    """
    steps = {round(high - low, 6) for low, high in pairwise(bundle.levels)}
    if len(steps) != 1 or min(steps) <= 0:
        raise ValueError("the score levels do not rise in equal steps")
    if not bundle.interval.margins or bundle.interval.margins[0][0] != bundle.levels[0]:
        raise ValueError("the interval's margins do not begin at the lowest score")
    if len(bundle.device_calibration) != len(DEVICES) or len(set(map(len, bundle.device_calibration))) != 1:
        raise ValueError("not every device is calibrated")
    if not bundle.bias_calibration or not bundle.opinion_calibration or len(bundle.frames) != len(FRAMES):
        raise ValueError("not every level of bias and opinion and not every frame is calibrated")


def platts(values: list[dict[str, float]]) -> tuple[Platt, ...]:
    """Calibrations as `config.json` keeps them."""
    return tuple(Platt(**value) for value in values)


def phrase_rule(values: dict[str, Any]) -> PhraseRule:
    """A phrase rule as `config.json` keeps it."""
    return PhraseRule(Platt(**values["calibration"]), float(values["threshold"]), float(values["link"]))


def pairs(values: list[list[float]]) -> tuple[tuple[float, float], ...]:
    """Pairs of numbers as `config.json` keeps them."""
    return tuple((float(first), float(second)) for first, second in values)


def parse_bundle(place: Path, config: dict[str, Any]) -> Bundle:
    """Make a bundle from its description.

    :raises BundleError: when its vocabulary is another one.
    :raises KeyError, TypeError, ValueError: when something is missing or of a wrong type or shape.
    """
    heads = config["heads"]
    known = {"devices": DEVICES, "kind": KINDS, "frames": FRAMES}
    for name, labels in known.items():
        if tuple(heads[name]["labels"]) != labels:
            raise BundleError(f"{place}/config.json: its {name} differ from this program's; install the matching one.")
    interval = heads["sensationalism"]["interval"]
    frames = zip(platts(heads["frames"]["calibration"]), heads["frames"]["thresholds"], strict=True)
    bundle = Bundle(
        folder=place,
        model=ModelName(str(config["name"]), str(config["version"])),
        max_tokens=int(config["max_tokens"]),
        levels=tuple(float(level) for level in heads["sensationalism"]["levels"]),
        interval=Interval(
            nominal=float(interval["nominal"]),
            low_quantile=float(interval["low_quantile"]),
            high_quantile=float(interval["high_quantile"]),
            margins=pairs(interval["margins"]),
        ),
        device_calibration=tuple(platts(device) for device in heads["devices"]["calibration"]),
        clickbait_calibration=Platt(**heads["clickbait"]["calibration"]),
        bias_calibration=platts(heads["bias"]["calibration"]),
        opinion_calibration=platts(heads["opinion"]["calibration"]),
        kind_temperature=float(heads["kind"]["temperature"]),
        frames=tuple(FrameRule(calibration, float(threshold)) for calibration, threshold in frames),
        headline_phrases=phrase_rule(heads["tokens"]["headline"]),
        sentence_phrases=phrase_rule(heads["tokens"]["sentence"]),
        support=Platt(**heads["support"]["calibration"]),
        own_heads=tuple(heads.get("own", ())),
        info={key: value for key, value in config.items() if key not in ("heads", "files")},
    )
    check_shapes(bundle)
    return bundle


def load_bundle(folder: Path | str | None = None) -> Bundle:
    """Load and check a bundle.

    :param folder: the bundle's folder; the one inside the package when None.
    :raises BundleError: when anything is missing, altered, or not as this version expects.
    """
    place = DEFAULT_BUNDLE if folder is None else Path(folder)
    config = read_config(place)
    try:
        hashes, names = dict(config["files"]), hashed_files(config)
        bundle = parse_bundle(place, config)
    except (KeyError, TypeError, ValueError) as error:
        raise BundleError(f"{place}/config.json: damaged, {error!r}; fetch or export the bundle again.") from error
    check_files(place, names, hashes)
    return bundle
