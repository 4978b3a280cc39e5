"""OUT.partial: the folder in which a run keeps what it has done, so that it can be killed and resumed.

`journal.json` says what the run is; `part-N.jsonl` are its scored chunks, each there whole or not at all. When all
are there the result is assembled as `result`, `publishing` is written, and the result takes its final name by one
rename. Whoever finds `publishing` only has the renames left to do.
"""

import json
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, Final

from scorer.corpus.parts import Tally, read_tally
from scorer.errors import InputError
from scorer.files import sync_folder, write_whole

JOURNAL: Final = "journal.json"
PUBLISHING: Final = "publishing"
RESULT: Final = "result"
REJECTS: Final = "rejects"


def partial_of(out: Path) -> Path:
    """The folder of an unfinished run."""
    return out.with_name(out.name + ".partial")


def rejects_of(out: Path) -> Path:
    """The file of bad rows."""
    return out.with_name(out.name + ".rejects.jsonl")


class Workspace:
    """The folder of one run, locked until its `with` ends; `begin` sees to what an earlier run left.

    :param out: the result file.
    """

    def __init__(self, out: Path) -> None:
        self.out = out
        self.folder = partial_of(out)
        self._lock: IO[str] | None = None

    def __enter__(self) -> "Workspace":
        return self

    def __exit__(self, *_: object) -> None:
        if self._lock is not None:
            self._lock.close()

    def unfinished(self) -> bool:
        """Whether an earlier run left something to resume."""
        return (self.folder / JOURNAL).exists() or self.published()

    def published(self) -> bool:
        """Whether an earlier run was killed when only renames and cleaning up were left."""
        return (self.folder / PUBLISHING).exists()

    def begin(self, identity: Mapping[str, Any], resume: bool, overwrite: bool) -> None:
        """Start a run, or go on with an earlier one.

        :param identity: what the run is: inputs, options, model.
        :raises InputError: when something is in the way, or the earlier run was another one.
        """
        if self.unfinished() and not resume and not overwrite:
            raise InputError(
                f"{self.folder}: an unfinished run is there; go on with it by --resume, or drop it by --overwrite."
            )
        going_on = resume and self.unfinished()
        for path in (self.out, rejects_of(self.out)):
            if path.exists() and not overwrite and not going_on:
                raise InputError(f"{path}: exists already; name another --out, or replace it by --overwrite.")
        self.folder.mkdir(exist_ok=True)
        self.lock()
        if going_on:
            self._compare(identity)
            return
        for path in self.folder.iterdir():
            if path.name != "lock":
                path.unlink()
        sync_folder(self.folder.parent)
        write_whole(self.folder / JOURNAL, lambda text: json.dump(identity, text, indent=1))

    def lock(self) -> None:
        """Keep other processes out until this one ends, where the system has such locks.

        :raises InputError: when another process is in.
        """
        if sys.platform == "win32":
            return
        import fcntl

        self._lock = (self.folder / "lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise InputError(f"{self.folder}: another run is at work there; wait for it or stop it.") from error

    def _compare(self, identity: Mapping[str, Any]) -> None:
        path = self.folder / JOURNAL
        try:
            earlier = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise InputError(f"{path}: damaged; start anew with --overwrite.") from error
        changes = differences(earlier, json.loads(json.dumps(identity)))
        if changes:
            raise InputError(
                f"{self.folder}: cannot be resumed, because {'; '.join(changes)}. "
                "Undo that, or start anew with --overwrite."
            )

    def part(self, index: int) -> Path:
        """Where a part belongs."""
        return self.folder / f"part-{index:08}.jsonl"

    def write_part(self, index: int, part: str) -> None:
        """Keep a part for good."""
        write_whole(self.part(index), lambda text: text.write(part))

    def parts(self) -> list[Path]:
        """The parts that are there, in order."""
        return sorted(self.folder.glob("part-*.jsonl"))

    def publish(self, tally: Tally) -> None:
        """Give the assembled result, and the rejects if there are any, their final names, and clean up."""
        write_whole(self.folder / PUBLISHING, lambda text: text.write(tally.to_json()))
        self.finish()

    def finish(self) -> Tally:
        """Do what is left to do once `publishing` is written, and return what the result holds; may be repeated."""
        tally = read_tally(self.folder / PUBLISHING)
        rejects = rejects_of(self.out)
        if not tally.rejected:
            rejects.unlink(missing_ok=True)
        for name, final in ((REJECTS, rejects), (RESULT, self.out)):
            if (self.folder / name).exists():
                (self.folder / name).replace(final)
        sync_folder(self.out.parent)
        self.drop()
        return tally

    def drop(self) -> None:
        """Remove the folder; `publishing` last, so that a kill leaves what can be finished."""
        for path in self.folder.iterdir():
            if path.name != PUBLISHING:
                path.unlink()
        shutil.rmtree(self.folder)


def differences(earlier: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """What changed between two identities, as clauses of a sentence."""
    before = {entry["name"]: entry for entry in earlier["inputs"]}
    after = {entry["name"]: entry for entry in now["inputs"]}
    found = [f"the input {name} is gone from the list" for name in before if name not in after]
    found += [f"the input {name} is new" for name in after if name not in before]
    found += [f"the input {name} changed" for name in after if name in before and before[name] != after[name]]
    if not found and list(before) != list(after):
        found.append("the inputs are in another order")
    found += [
        f"{option} was {earlier['options'].get(option)}, is {value}"
        for option, value in now["options"].items()
        if earlier["options"].get(option) != value
    ]
    if earlier["model"] != now["model"]:
        found.append(f"the model was {_model(earlier['model'])}, is {_model(now['model'])}")
    if earlier["program"] != now["program"]:
        found.append(f"the program was version {earlier['program']}, is {now['program']}")
    return found


def _model(model: Mapping[str, str]) -> str:
    return f"{model['name']} {model['version']} ({model['sha256'][:8]})"
