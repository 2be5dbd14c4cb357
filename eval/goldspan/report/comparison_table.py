"""A comparison as tables for people: one for each file against the first."""

from collections.abc import Iterator

from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from goldspan.comparison import Change, Comparison, Figure, Versus
from goldspan.errors import printable
from goldspan.report.table import UNDEFINED, rate
from goldspan.report.terminal import plain_table, show

HEADINGS = ("field", "before", "after", "difference", "low", "high")
LISTED = 5
"""So many documents that got better, and worse, are named; the JSON names all."""


def signed(value: float | None) -> str:
    """A difference with its sign; a dash where it is undefined.

    >>> signed(0.25), signed(-0.0), signed(None)
    ('+0.250', '+0.000', '–')
    """
    return UNDEFINED if value is None else f"{value + 0.0:+.3f}"


def comparison_table(versus: Versus) -> Table:
    """F1 before and after, the difference and its interval: by field and type, and of all fields."""
    table = plain_table(HEADINGS, (), right=HEADINGS[1:])
    for name, figure in versus.types.items():
        for path, field in versus.fields.items():
            if path.partition(".")[0] == name:
                table.add_row(*_row(path, field))
        table.add_row(*_row(f"all of {name}", figure), style="bold", end_section=True)
    table.add_row(*_row("all fields, micro", versus.overall), style="bold")
    return table


def summary(comparison: Comparison, versus: Versus) -> Iterator[str]:
    """The lines below a table."""
    test, several = versus.test, len(comparison.versus) > 1
    how = f"all {test.swaps}" if test.exact else f"{test.swaps} random"
    adjusted = f", {_p(versus.p_holm)} after Holm over {len(comparison.versus)} comparisons" if several else ""
    yield f"p = {_p(test.p)}{adjusted} ({how} swaps of the {test.differing} stories that differ, two-sided)."
    least = versus.smallest_detectable
    if least is not None:
        yield f"The smallest difference that these stories would show (5%, power 80%): {least:.3f}."
    for word, of_documents, of_fields in (
        ("better", versus.better(), versus.better("fields")),
        ("worse", versus.worse(), versus.worse("fields")),
    ):
        named = "".join(f"\n  {printable(name)} {_change(change)}" for name, change in of_documents[:LISTED])
        more = f"\n  and {len(of_documents) - LISTED} more" if len(of_documents) > LISTED else ""
        stop = ":" if named else "."
        yield f"{len(of_fields)} fields and {len(of_documents)} documents got {word}{stop}{named}{more}"


def footer(comparison: Comparison) -> Iterator[str]:
    """The lines below all tables."""
    few = "; so few that the intervals only indicate" if comparison.indicative else ""
    yield (
        f"Intervals of {comparison.level:.0%} from {comparison.resamples} paired resamples of "
        f"{comparison.stories} stories (seed {comparison.seed}){few}."
    )
    yield comparison.signature


def print_comparison(comparison: Comparison, console: Console | None = None) -> None:
    """Print a table for each file against the first, and what it says as a whole."""
    parts: list[RenderableType] = []
    for versus in comparison.versus:
        names = f"before: {printable(comparison.systems[0].name)}, after: {printable(versus.name)}"
        parts += [Text(names), "", comparison_table(versus), "", *map(Text, summary(comparison, versus)), ""]
    show(*parts, *map(Text, footer(comparison)), console=console)


def _row(label: str, figure: Figure) -> list[Text]:
    change, interval = figure
    rates = (rate(change.before), rate(change.after))
    differences = (signed(change.difference), signed(interval.low), signed(interval.high))
    return [Text(cell) for cell in (printable(label), *rates, *differences)]


def _change(change: Change) -> str:
    return f"{rate(change.before)} → {rate(change.after)}"


def _p(value: float | None) -> str:
    return UNDEFINED if value is None else f"{value:.4f}"
