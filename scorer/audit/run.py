"""Running probe suites through a scorer and judging them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from scorer.audit.kinds import KINDS, Kind, Measure, Outcome, Probe
from scorer.audit.results import Audit, Case, Figure, FillerResult, GroupResult, SuiteResult, Version
from scorer.audit.suites import ABSTAINED, SHIPPED, Suite
from scorer.metrics import Estimate, Values, bootstrap

if TYPE_CHECKING:
    from scorer.predict import Scorer

#: Cases shown of each suite.
WORST: Final = 10


@dataclass(frozen=True)
class Reading:
    """What a model made of one text: a value, or a reason to abstain; voices where the text is a body."""

    value: float | None
    abstain: str | None
    voices: tuple[str, ...] = ()


#: The readings of a probe by version.
Readings = dict[str, Reading]


def run_audit(scorer: "Scorer", suites: Sequence[Suite]) -> Audit:
    """Score every probe of every suite, all headlines together, and judge.

    The same suites under the same bundle always give the same result.
    """
    headlines = _read_headlines(
        scorer, [text for s in suites if s.kind != "attribution" for p in s.probes for text in p.versions.values()]
    )
    results = []
    for suite in suites:
        if suite.kind == "attribution":
            readings = [_read_bodies(scorer, suite.body, probe) for probe in suite.probes]
        else:
            readings = [{label: headlines[text] for label, text in p.versions.items()} for p in suite.probes]
        results.append(judge(suite, readings))
    return Audit(tuple(results), scorer.bundle.model)


def _read_headlines(scorer: "Scorer", texts: Iterable[str]) -> dict[str, Reading]:
    """Readings by text, each text scored once."""
    scores = scorer.headlines(list(dict.fromkeys(texts)))
    return {
        score.text: Reading(score.sensationalism.score if score.sensationalism else None, score.abstain)
        for score in scores
    }


def _read_bodies(scorer: "Scorer", frame: str, probe: Probe) -> Readings:
    """The bias of a small body with each version of a sentence in it, and the voices of its loaded words."""
    found = {}
    for label, sentence in probe.versions.items():
        start = frame.index("{sentence}") + sentence.index(probe.words or "")
        end = start + len(probe.words or "")
        # all of the text is body: an empty headline is passed
        body = scorer.article(frame.replace("{sentence}", sentence), "").body
        voices = [p.voice for s in body.sentences for p in s.phrases if p.start < end and p.end > start]
        found[label] = Reading(body.bias, body.abstain, tuple(voices))
    return found


def judge(suite: Suite, readings: Sequence[Readings]) -> SuiteResult:
    """The result of a suite.

    :param readings: one for each of its probes, in order.
    """
    kind = KINDS[suite.kind]
    pairs = list(zip(suite.probes, readings, strict=True))
    outcomes = [outcome for probe, found in pairs if (outcome := _outcome(probe, found))]
    worst = sorted(outcomes, key=kind.badness, reverse=True)[:WORST]
    by_probe = {id(probe): found for probe, found in pairs}
    return SuiteResult(
        name=suite.name,
        kind=suite.kind,
        about=suite.about,
        file=suite.path.name if suite.path.parent == SHIPPED else str(suite.path),
        n=len(suite.probes),
        figures=_figures(suite, kind, outcomes),
        groups=_groups(kind, outcomes),
        fillers=_fillers(outcomes) if suite.kind == "swaps" else (),
        worst=tuple(
            _case(case.probe, by_probe[id(case.probe)], kind.shown(case), kind.badness(case)) for case in worst
        ),
        abstained=tuple(
            _case(probe, found, list(probe.versions), None) for probe, found in pairs if _outcome(probe, found) is None
        ),
    )


def _outcome(probe: Probe, found: Readings) -> Outcome | None:
    """The outcome of a probe; None where a version was not scored."""
    values = {label: reading.value for label, reading in found.items() if reading.value is not None}
    if len(values) < len(found):
        return None
    return Outcome(probe, values, {label: reading.voices for label, reading in found.items()})


def _estimate(
    measure: Callable[[Outcome], float | None],
    outcomes: Sequence[Outcome],
    reduce: Callable[[Values], float] = lambda values: float(values.mean()),
) -> Estimate:
    """A measure over probes with its bootstrap interval; probes to which it does not apply are left out."""
    values = np.array([value for outcome in outcomes if (value := measure(outcome)) is not None], dtype=np.float64)
    return bootstrap(lambda truth, _: reduce(truth) if len(truth) else None, values, values)


def _figures(suite: Suite, kind: Kind, outcomes: Sequence[Outcome]) -> tuple[Figure, ...]:
    """The measures of the kind, then the share of probes that were not scored."""
    figures = [_figure(measure, _estimate(measure.of, outcomes, measure.reduce), suite) for measure in kind.measures]
    missing = np.zeros(len(suite.probes))
    missing[len(outcomes) :] = 1
    abstained = Measure(ABSTAINED, "probes with a version that was not scored", lambda _: None, at_most=True)
    share = bootstrap(lambda truth, _: float(truth.mean()), missing, missing)
    return (*figures, _figure(abstained, share, suite))


def _figure(measure: Measure, estimate: Estimate, suite: Suite) -> Figure:
    mark, value = suite.marks.get(measure.name), estimate.value
    passed = None
    if mark is not None:
        passed = value is not None and (value <= mark if measure.at_most else value >= mark)
    return Figure(measure.name, measure.about, measure.unit, estimate, mark, measure.at_most, passed)


def _groups(kind: Kind, outcomes: Sequence[Outcome]) -> tuple[GroupResult, ...]:
    measure = kind.by_group
    found = []
    for name in dict.fromkeys(outcome.probe.group for outcome in outcomes):
        members = [outcome for outcome in outcomes if outcome.probe.group == name]
        found.append(GroupResult(name, measure.about, measure.unit, _estimate(measure.of, members, measure.reduce)))
    return tuple(found)


def _fillers(outcomes: Sequence[Outcome]) -> tuple[FillerResult, ...]:
    """The fillers of each group, the hottest first."""
    found = []
    for group in dict.fromkeys(outcome.probe.group for outcome in outcomes):
        members = [outcome for outcome in outcomes if outcome.probe.group == group]
        rows = [_filler(group, name, members) for name in members[0].values]
        found += sorted(rows, key=lambda row: -(row.difference.value or 0.0))
    return tuple(found)


def _filler(group: str, name: str, members: Sequence[Outcome]) -> FillerResult:
    def difference(outcome: Outcome) -> float:
        return outcome.values[name] - float(np.mean(list(outcome.values.values())))

    return FillerResult(
        group, name, _estimate(lambda outcome: outcome.values[name], members), _estimate(difference, members)
    )


def _case(probe: Probe, found: Readings, labels: Sequence[str], badness: float | None) -> Case:
    versions = tuple(
        Version(label, probe.versions[label], found[label].value, found[label].abstain, found[label].voices)
        for label in labels
    )
    return Case(probe.group, probe.event, probe.line, badness, versions)
