"""What a person sees of a run, on stderr: a progress line on a terminal, the summary, how to resume."""

import sys
import time

import click

from scorer.corpus.run import Job, Progress, Summary, run
from scorer.corpus.workspace import partial_of, rejects_of


class ProgressLine:
    """One line on a terminal, rewritten at most twice a second; nothing elsewhere."""

    def __init__(self) -> None:
        self._wanted = sys.stderr is not None and sys.stderr.isatty()
        self._shown = 0.0

    def __call__(self, progress: Progress) -> None:
        """Show how far a run is."""
        if self._wanted and time.perf_counter() - self._shown > 0.5:
            self._shown = time.perf_counter()
            click.echo(f"\r\x1b[K{progress_text(progress)}", err=True, nl=False)

    def end(self) -> None:
        """Clear the line."""
        if self._shown:
            click.echo("\r\x1b[K", err=True, nl=False)


def progress_text(progress: Progress) -> str:
    """Rows, rows a second, and where it is known, time left."""
    rate = progress.scored / max(progress.seconds, 1e-9)
    text = f"{progress.rows:,} rows, {rate:,.0f} rows/s"
    if not progress.share or not rate:
        return text
    left = progress.rows * (1 - progress.share) / progress.share / rate
    return f"{text}, {progress.share:.0%}, {duration(left)} left"


def duration(seconds: float) -> str:
    """A time a person can read: 45 s, 12 min, 3 h 20 min."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def summary_text(summary: Summary) -> str:
    """What a finished run did, in one or two lines."""
    tally = summary.tally
    scored = f"{summary.out}: {tally.rows - tally.abstained.total():,} rows scored"
    if tally.abstained:
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in tally.abstained.most_common())
        scored += f", {tally.abstained.total():,} not scored ({reasons})"
    scored += f", {tally.rejected:,} rejected"
    if tally.rejected:
        scored += f" (see {rejects_of(summary.out)})"
    rate = f"{summary.scored / summary.seconds:,.0f} rows/s" if summary.scored else "nothing was left to score"
    if summary.scored != tally.rows and summary.scored:
        rate += f" for the last {summary.scored:,} rows"
    return f"{scored}; {summary.seconds:.1f} s, {rate}."


def run_shown(job: Job) -> None:
    """Run a job and say on stderr how it goes."""
    line = ProgressLine()
    try:
        summary = run(job, line)
    except KeyboardInterrupt:
        line.end()
        if partial_of(job.out).exists():
            click.echo(f"Stopped; what is done is kept in {partial_of(job.out)}: go on with --resume.", err=True)
        raise
    except BaseException:
        line.end()
        raise
    line.end()
    if summary is None:
        click.echo(f"{job.out}: is there already and there is no unfinished run; nothing to resume.", err=True)
    else:
        click.echo(summary_text(summary), err=True)
