"""The memorisation gap as a table for people."""

from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from goldspan.comparison import Figure
from goldspan.counts import total
from goldspan.report.comparison_table import signed
from goldspan.report.table import rate
from goldspan.report.terminal import plain_table, show
from goldspan.variants.gap import Gap

HEADINGS = ("field", "originals", "twins", "difference", "low", "high", "echoed", "of")


def print_gap(gap: Gap, console: Console | None = None) -> None:
    """Print F1 on originals and twins by field and type, the difference, and the echoes."""
    table = plain_table(HEADINGS, (), right=HEADINGS[1:])
    for name, figure in gap.types.items():
        for path, field in gap.fields.items():
            if path.partition(".")[0] == name:
                table.add_row(*_row(gap, path, field, [path]))
        paths = [path for path in gap.echoes if path.partition(".")[0] == name]
        table.add_row(*_row(gap, f"all of {name}", figure, paths), style="bold", end_section=True)
    table.add_row(*_row(gap, "all fields, micro", gap.overall, list(gap.echoes)), style="bold")
    show(table, "", *map(Text, _summary(gap)), console=console)


def _row(gap: Gap, label: str, figure: Figure, paths: list[str]) -> list[str]:
    change, interval = figure
    echoes = total(gap.echoes[path] for path in paths if path in gap.echoes)
    changed = echoes.matched + echoes.misread
    numbers = [str(echoes.matched), str(changed)] if changed else ["–", "–"]
    rates = [
        rate(change.before),
        rate(change.after),
        signed(change.difference),
        signed(interval.low),
        signed(interval.high),
    ]
    return [label, *rates, *numbers]


def _summary(gap: Gap) -> Iterator[str]:
    echoes, (low, high, _) = total(gap.echoes.values()), gap.echo_interval
    yield (
        f"{gap.documents[0]} originals, {gap.documents[1]} twins. "
        f"Of {echoes.matched + echoes.misread} values that twins changed, {echoes.matched} are stated as they were "
        f"in the original: {rate(gap.echo_rate)} ({rate(low)} to {rate(high)})."
    )
    few = "; so few that the intervals only indicate" if gap.indicative else ""
    yield (
        f"Intervals of 95% from {gap.resamples} resamples of {gap.stories} stories (seed {gap.seed}), "
        f"originals and twins together{few}."
    )
    yield f"originals: {gap.signatures[0]}"
    yield f"twins:     {gap.signatures[1]}"
