"""The folder of a run: what it was asked for, its log and metrics, and the checkpoints that survive a kill."""

import json
from pathlib import Path
from typing import Any, Final

from scorer.errors import InputError
from training.train import Log

_CHECKPOINTS: Final = ("*.pt", "*.npz", "fold-*.json")


def open_run(folder: Path, wanted: dict[str, Any], resume: bool) -> Log:
    """Begin a run, or go on with one.

    :param wanted: everything that decides what the result is, by the name of the option or input.
    :returns: the run's log.
    :raises InputError: when the folder holds a run and it is not to be resumed, or one of another kind.
    """
    path = folder / "run.json"
    wanted = json.loads(json.dumps(wanted))
    if path.is_file():
        if resume:
            _check_same(folder, json.loads(path.read_text(encoding="utf-8")), wanted)
        elif _holds_work(folder):
            raise InputError(f"{folder}: holds a run already; go on with it by --resume, or name another --run folder.")
    elif folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder}: is there already and is no run of this command; name another --run folder.")
    elif resume:
        raise InputError(f"{folder}: holds no run to resume; leave out --resume.")
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(wanted, indent=1) + "\n", encoding="utf-8")
    return Log(folder / "log.jsonl")


def _check_same(folder: Path, known: dict[str, Any], wanted: dict[str, Any]) -> None:
    """Refuse to resume a run that was asked for something else.

    :raises InputError: naming the first thing that differs.
    """
    other = [name for name in {**known, **wanted} if known.get(name) != wanted.get(name)]
    if other:
        was, now = (_shown(values.get(other[0])) for values in (known, wanted))
        raise InputError(
            f"{folder}: the run there was started otherwise ({other[0]}: {was}, now {now}); resume it with the "
            "same options and data, or name another --run folder."
        )


def _holds_work(folder: Path) -> bool:
    """Whether a run has come to anything: a refusal after its start leaves only its settings and the log."""
    return any(next(folder.glob(pattern), None) for pattern in ("metrics.json", *_CHECKPOINTS))


def _shown(value: Any) -> str:
    """A setting in few characters."""
    text = "none" if value is None else str(value)
    return text if len(text) <= 24 else f"{text[:12]}…"


def finish_run(folder: Path, metrics: dict[str, Any]) -> None:
    """Keep the metrics; drop checkpoints and what else only a resumed run needs."""
    (folder / "metrics.json").write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf-8")
    for pattern in (*_CHECKPOINTS, "base/*"):
        for path in folder.glob(pattern):
            path.unlink()
