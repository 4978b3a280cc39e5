"""What an audit found: frozen dataclasses whose `to_dict()` is the published JSON."""

from dataclasses import asdict, dataclass
from typing import Any

from scorer.labels import SCHEMA_VERSION
from scorer.metrics import Estimate
from scorer.results import ModelName


def _rounded(estimate: Estimate) -> dict[str, float | int | None]:
    """An estimate with four decimals, for JSON."""
    return {name: None if value is None else round(value, 4) for name, value in estimate.to_dict().items()}


@dataclass(frozen=True)
class Figure:
    """A measured figure and its mark.

    `unit` is `points` or `share`; `mark` is a limit from above when `at_most`, else from below; `passed` is None
    without a mark and False where a mark stands but nothing could be measured.
    """

    name: str
    about: str
    unit: str
    estimate: Estimate
    mark: float | None
    at_most: bool
    passed: bool | None

    def to_dict(self) -> dict[str, Any]:
        """One item of `figures`."""
        return {
            "name": self.name,
            "about": self.about,
            "unit": self.unit,
            **_rounded(self.estimate),
            "mark": self.mark,
            "limit": "at_most" if self.at_most else "at_least",
            "passed": self.passed,
        }


@dataclass(frozen=True)
class GroupResult:
    """The measure of a suite on one of its groups, with what is measured in words."""

    name: str
    about: str
    unit: str
    estimate: Estimate

    def to_dict(self) -> dict[str, Any]:
        """One item of `groups`."""
        return {"name": self.name, "about": self.about, "unit": self.unit, **_rounded(self.estimate)}


@dataclass(frozen=True)
class FillerResult:
    """How one filler of a swap does: its mean score, and its mean difference from all fillers of the same headlines."""

    group: str
    name: str
    mean: Estimate
    difference: Estimate

    def to_dict(self) -> dict[str, Any]:
        """One item of `fillers`."""
        return {
            "group": self.group,
            "name": self.name,
            "mean": _rounded(self.mean),
            "difference": _rounded(self.difference),
        }


@dataclass(frozen=True)
class Version:
    """One wording of a probe: its score 0-100 (attribution: the body's bias, 0-1) and the voices of its loaded words.

    Where it was not scored `value` is None and `abstain` the reason.
    """

    label: str
    text: str
    value: float | None
    abstain: str | None
    voices: tuple[str, ...]


@dataclass(frozen=True)
class Case:
    """One probe as a reader should see it: `badness` orders the cases of a suite, the worst highest."""

    group: str
    event: str | None
    line: int
    badness: float | None
    versions: tuple[Version, ...]

    def to_dict(self) -> dict[str, Any]:
        """One item of `worst` or of `abstained`."""
        return {
            "group": self.group,
            "event": self.event,
            "line": self.line,
            "badness": None if self.badness is None else round(self.badness, 3),
            "versions": [
                asdict(version)
                | {"value": None if version.value is None else round(version.value, 3), "voices": list(version.voices)}
                for version in self.versions
            ],
        }


@dataclass(frozen=True)
class SuiteResult:
    """The result of one suite; `n` counts its probes, of which `abstained` were not scored in some version."""

    name: str
    kind: str
    about: str
    file: str
    n: int
    figures: tuple[Figure, ...]
    groups: tuple[GroupResult, ...]
    fillers: tuple[FillerResult, ...]
    worst: tuple[Case, ...]
    abstained: tuple[Case, ...]

    @property
    def passed(self) -> bool:
        """Whether no mark was missed."""
        return all(figure.passed is not False for figure in self.figures)

    def to_dict(self) -> dict[str, Any]:
        """One item of `suites`."""
        return {
            "name": self.name,
            "kind": self.kind,
            "about": self.about,
            "file": self.file,
            "n": self.n,
            "passed": self.passed,
            "figures": [figure.to_dict() for figure in self.figures],
            "groups": [group.to_dict() for group in self.groups],
            "fillers": [filler.to_dict() for filler in self.fillers],
            "worst": [case.to_dict() for case in self.worst],
            "abstained": [case.to_dict() for case in self.abstained],
        }


@dataclass(frozen=True)
class Audit:
    """The results of all suites under one model."""

    suites: tuple[SuiteResult, ...]
    model: ModelName

    @property
    def passed(self) -> bool:
        """Whether no suite missed a mark."""
        return all(suite.passed for suite in self.suites)

    @property
    def missed(self) -> list[str]:
        """The marks that were missed, as `suite: figure`."""
        return [f"{s.name}: {figure.name}" for s in self.suites for figure in s.figures if figure.passed is False]

    def to_dict(self) -> dict[str, Any]:
        """The JSON object of `schemas/audit.json`."""
        return {
            "passed": self.passed,
            "missed": self.missed,
            "suites": [suite.to_dict() for suite in self.suites],
            "model": asdict(self.model),
            "schema_version": SCHEMA_VERSION,
        }
