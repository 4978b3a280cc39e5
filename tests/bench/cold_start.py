"""Cold start of the command against importing what it needs, as a ratio: `python tests/bench/cold_start.py`."""

import argparse
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path


def seconds(command: list[str]) -> float:
    """Wall time of one run of a command, which must succeed."""
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def main() -> None:
    """Time the commands in turn, so that a busy machine slows all of them alike, and print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    scorer = shutil.which("scorer", path=str(Path(sys.executable).parent)) or "scorer"
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "import onnxruntime, tokenizers, numpy": [sys.executable, "-c", "import onnxruntime, tokenizers, numpy"],
        "scorer --help": [scorer, "--help"],
        "scorer headline (English words)": [scorer, "headline", "Fury as council axes the post of lollipop lady"],
        "scorer headline (names only)": [scorer, "headline", "Nikolay Davydenko beats Rafael Nadal"],
    }
    times: dict[str, list[float]] = {name: [] for name in commands}
    for command in commands.values():
        seconds(command)
    for _ in range(rounds):
        for name, command in commands.items():
            times[name].append(seconds(command))
    base = statistics.median(times["import onnxruntime, tokenizers, numpy"])
    for name, values in times.items():
        found = statistics.median(values)
        sys.stdout.write(f"{name:40} {1000 * found:6.0f} ms  {found / base:5.2f} x the imports\n")


if __name__ == "__main__":
    main()
