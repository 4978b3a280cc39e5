"""The files that figures are kept in: one a set, each saying which model made it."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from scorer.errors import InputError
from scorer.files import rounded, write_whole

#: The figures of all sets by the name of the set.
Figures = Mapping[str, Mapping[str, Any]]

FOLDER = Path("docs") / "figures"


def stamp_of(config: Mapping[str, Any]) -> dict[str, str]:
    """Which model a figure is of: name, version, and a hash of all that its scores depend on.

    :param config: the bundle's description.
    """
    weights = {name: config["files"][name] for name in ("model.onnx", "tokenizer.json")}
    parts = json.dumps([weights, config["heads"], config["max_tokens"]], sort_keys=True)
    digest = hashlib.sha256(parts.encode()).hexdigest()
    return {"name": config["name"], "version": config["version"], "sha256": digest}


def write_figures(folder: Path, name: str, stamp: Mapping[str, str], found: Mapping[str, Any]) -> Path:
    """Write the figures of one set."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    text = json.dumps({"model": stamp, **rounded(found, 6)}, ensure_ascii=False, indent=1) + "\n"
    write_whole(path, lambda file: file.write(text))
    return path


def stale(folder: Path, names: Iterable[str], stamp: Mapping[str, str]) -> list[str]:
    """Those of the sets whose figures are missing or of another model."""
    return [name for name in names if _read(folder, name).get("model") != stamp]


def _read(folder: Path, name: str) -> dict[str, Any]:
    path = folder / f"{name}.json"
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise InputError(f"{path}: damaged, no JSON; delete it and run `python -m training.figures`.") from error


def read_figures(folder: Path, names: Iterable[str]) -> Figures:
    """The figures of all sets.

    :raises InputError: when those of one are missing.
    """
    found = {name: _read(folder, name) for name in names}
    if missing := [name for name, figures in found.items() if not figures]:
        raise InputError(f"{folder}: has no figures of {', '.join(missing)}; run `python -m training.figures`.")
    return found
