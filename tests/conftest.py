"""Shared fixtures: the shipped scorer, a tiny model trained on the spot, the command as users run it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from referencing import Registry, Resource

import scorer
from scorer.predict import Scorer

ROOT = Path(__file__).resolve().parents[1]
SCHEMAS = Path(scorer.__file__).parent / "schemas"
DATA = Path(os.environ.get("SCORER_DATA", ROOT.parent / "shared" / "data"))

needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the labelled data is not on this machine (SCORER_DATA)")

#: The command as installed beside this interpreter.
SCORER = shutil.which("scorer", path=str(Path(sys.executable).parent)) or "scorer"
FOUNDING = "WW3 fears explode as NATO discusses 'pre-emptive strikes' on Russia: 'Preparing for war'"


@pytest.fixture(scope="session")
def shipped() -> Scorer:
    return Scorer.load(threads=2)


@pytest.fixture(scope="session")
def run_scorer() -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """Run the installed `scorer` command."""

    def run(*arguments: str, stdin: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [SCORER, *arguments], input=stdin, capture_output=True, check=False, env=os.environ | environment
        )

    return run


@pytest.fixture(scope="session")
def validate() -> Callable[[str, object], None]:
    """Check a value against a published schema."""
    loaded = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in SCHEMAS.glob("*.json")}
    registry: Registry = Registry().with_resources(
        (name, Resource.from_contents(schema)) for name, schema in loaded.items()
    )

    def check(name: str, value: object) -> None:
        jsonschema.Draft202012Validator(loaded[name], registry=registry).validate(value)

    return check


def train_tiny(run: Path, recipe: str = "configs/tiny.yaml") -> subprocess.CompletedProcess[str]:
    """Train the tiny recipe, or another, through its real entry point."""
    command = [sys.executable, "-m", "training", recipe, "--run", str(run)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture(scope="session")
def tiny_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of the tiny recipe: log, checkpoints and a bundle."""
    run = tmp_path_factory.mktemp("tiny") / "run"
    done = train_tiny(run)
    assert done.returncode == 0, done.stderr
    return run


@pytest.fixture(scope="session")
def bare_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run without special tokens, and with an activation that needs no node of the graph."""
    folder = tmp_path_factory.mktemp("bare")
    recipe = folder / "bare.yaml"
    text = (ROOT / "configs" / "tiny.yaml").read_text(encoding="utf-8")
    recipe.write_text(text + "special_tokens: false\nactivation: relu\n", encoding="utf-8")
    done = train_tiny(folder / "run", str(recipe))
    assert done.returncode == 0, done.stderr
    return folder / "run"
