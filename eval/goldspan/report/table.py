"""A score as a table for people."""

from collections import Counter
from collections.abc import Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from goldspan.counts import Counts
from goldspan.diagnosis import Diagnosis
from goldspan.grounding import Grounding
from goldspan.report.terminal import plain_table, show
from goldspan.resample import ALL, INDICATIVE_BELOW, Interval
from goldspan.scoring import Score

UNDEFINED = "–"


def rate(value: float | None) -> str:
    """A rate with three decimals; a dash where it is undefined.

    >>> rate(0.5), rate(None)
    ('0.500', '–')
    """
    return UNDEFINED if value is None else f"{value:.3f}"


HEADINGS = ("field", "matched", "misread", "missed", "invented", "P", "R", "F1", "95% interval")


def score_table(score: Score) -> Table:
    """The per-field table, with the totals of each type and of all."""
    table, intervals = plain_table(HEADINGS, (), right=HEADINGS[1:]), score.intervals
    for name, counts in score.types.items():
        for path, field_counts in score.fields.items():
            if path.partition(".")[0] == name:
                table.add_row(*_row(path, field_counts, intervals.get(path)))
        table.add_row(*_row(f"all of {name}", counts, intervals.get(name)), style="bold", end_section=True)
    table.add_row(*_row("all fields, micro", score.micro, intervals.get(ALL)), style="bold")
    return table


def summary(score: Score) -> Iterator[str]:
    """The lines below the table."""
    events = score.events
    yield (
        f"F1 of {rate(score.micro.f1)} micro; the mean over {len(score.fields)} fields is "
        f"{rate(score.macro_field_f1)}, over {len(score.table)} documents {rate(score.macro_document_f1)}."
    )
    yield (
        f"{events.matched} events found ({events.perfect} of them perfect), {events.missed} missed, "
        f"{events.invented} invented. Left empty as gold is: {rate(score.true_null_rate)}."
    )
    tallies = score.tallies
    if tallies.missing or tallies.failed or score.unreadable or tallies.faults:
        yield (
            f"Counted as docs/scoring.md says: {len(tallies.missing)} documents without a prediction, "
            f"{len(tallies.failed)} failed, {score.unreadable} unreadable lines, "
            f"{tallies.faults} faults by the schema."
        )
    yield from _beside(score)
    yield score.signature


def _beside(score: Score) -> Iterator[str]:
    """What the diagnosis and the evidence tell, in a line each."""
    if score.resamples and score.stories < INDICATIVE_BELOW:
        yield f"The intervals are indicative only: they rest on {score.stories} stories."
    diagnosis: Diagnosis | None = score.sinks.get("diagnosis")
    if diagnosis is not None:
        classes = sum(diagnosis.errors.values(), Counter[str]())
        if classes:
            yield "Wrong leaves: " + ", ".join(f"{n} {name}" for name, n in sorted(classes.items())) + "."
        told, of = diagnosis.rumours
        valid = rate(diagnosis.valid.share)
        yield f"Rumours told as fact: {told} of {of}. Valid by the schema: {valid} of predicted leaves."
    grounding: Grounding | None = score.sinks.get("grounding")
    given = grounding.given if grounding is not None else None
    if given is not None:
        tiers = given.as_json()
        f1s = [rate(tiers[name]["f1"]) for name in ("value", "value_and_overlap", "value_and_exact")]
        quotes = ", ".join(f"{n} {name.replace('_', ' ')}" for name, n in tiers["quotes"].items())
        yield f"F1 by evidence: value {f1s[0]}, and overlapping {f1s[1]}, and exact {f1s[2]}. Quotes: {quotes}."


def _row(label: str, counts: Counts, interval: Interval | None) -> list[Text]:
    numbers = [str(n) for n in (counts.matched, counts.misread, counts.missed, counts.invented)]
    rates = [rate(value) for value in (counts.precision, counts.recall, counts.f1)]
    between = UNDEFINED if interval is None else f"{rate(interval.low)} {rate(interval.high)}"
    return [Text(cell) for cell in (label, *numbers, *rates, between)]


def print_score(score: Score, console: Console | None = None) -> None:
    """Print the table, what was wrong with the file, and the signature."""
    show(score_table(score), "", *map(Text, summary(score)), console=console)
