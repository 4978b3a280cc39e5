"""What `scorer audit` finds, by suite, group and filler, without the probes."""

from pathlib import Path
from typing import Any

from scorer.audit.run import run_audit
from scorer.audit.suites import SHIPPED, load_suites
from scorer.bundle import file_hash
from scorer.predict import Scorer

#: What is kept of a suite.
SUITE = ("name", "about", "n", "passed", "figures", "groups", "fillers")


def audit_figures(bundle: Path) -> dict[str, Any]:
    """The figures of the shipped suites with a bundle."""
    found = run_audit(Scorer.load(bundle), load_suites()).to_dict()
    suites = [
        {**{name: suite[name] for name in SUITE}, "sha256": file_hash(SHIPPED / suite["file"])}
        for suite in found["suites"]
    ]
    return {"passed": found["passed"], "missed": found["missed"], "suites": suites}
