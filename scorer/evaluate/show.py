"""What a person sees of an evaluation in a terminal: the figures of each system, and what became of the rows."""

from collections.abc import Iterator

from scorer.evaluate import wording
from scorer.evaluate.results import Evaluation
from scorer.evaluate.wording import MEASURES, estimate
from scorer.terminal import shown


def evaluation_card(report: Evaluation) -> str:
    """The main figures in lines of text."""
    return "\n".join(_lines(report))


def _lines(report: Evaluation) -> Iterator[str]:
    systems = wording.systems_of(report)
    raters = wording.RATERS[report.data.rated_by]
    yield f"{shown(report.data.file)}: {report.data.evaluated:,} rows evaluated, {report.head}, labels by {raters}"
    yield from (f"  {shown(note)}" for note in report.notes)
    yield ""
    width = max(len(MEASURES[name][0]) for name in report.figures["model"]) + 2
    columns = {
        system: [shown(called), *(estimate(found, MEASURES[name][1]) for name, found in report.figures[system].items())]
        for system, called in systems.items()
    }
    for row, name in enumerate(["", *(MEASURES[name][0] for name in report.figures["model"])]):
        cells = (cells[row].ljust(max(map(len, cells)) + 2) for cells in columns.values())
        yield f"{name:<{width}}{''.join(cells)}".rstrip()
    yield ""
    left_out = sum(report.data.left_out.values()) + report.data.repeats
    yield f"{left_out:,} rows left out; not scored by the model: {wording.abstentions(report.data)}"
