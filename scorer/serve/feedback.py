"""People's own scores, appended to a JSONL file that `scorer retrain` reads."""

import errno
import json
import os
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scorer.errors import InputError
from scorer.results import HeadlineScore


class Feedback:
    """A file of people's scores; lines are appended whole, also when several servers share it.

    :raises InputError: when the file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        try:
            if path.exists() and not path.is_file():
                raise InputError(f"{path}: is no ordinary file; name the file to append to, as in feedback.jsonl.")
            os.close(self._open())
        except FileNotFoundError as error:
            raise InputError(f"{path}: there is no folder {path.parent}; create it first.") from error
        except OSError as error:
            raise InputError(f"{path}: cannot be written: {error.strerror}.") from error

    def _open(self) -> int:
        """The file for appending; only its owner may read what people pasted."""
        return os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)

    def add(self, score: float, result: HeadlineScore) -> None:
        """Append one line: the text, the person's score 0-100, and what the model said, null where it abstained.

        :raises OSError: the line could not be written whole.
        """
        row: dict[str, Any] = {
            "text": result.text,
            "score": score,
            "model_score": result.sensationalism and round(result.sensationalism.score, 1),
            "model": f"{result.model.name} {result.model.version}",
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        line = json.dumps(row).encode() + b"\n"
        with self._lock:
            file = self._open()
            try:
                # a line that a crash or an editor left open is closed first
                torn = os.lseek(file, 0, os.SEEK_END) > 0
                if torn:
                    os.lseek(file, -1, os.SEEK_END)
                    torn = os.read(file, 1) != b"\n"
                line = b"\n" * torn + line
                if os.write(file, line) < len(line):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            finally:
                os.close(file)
