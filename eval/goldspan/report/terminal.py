"""Prints tables: never cut, whatever the width of the terminal (which wraps long lines itself)."""

from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from goldspan.errors import printable


def plain_table(headings: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[str] = ()) -> Table:
    """A table without lines of its own; the columns in `right` are aligned to the right."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for heading in headings:
        table.add_column(heading, justify="right" if heading in right else "left", no_wrap=True)
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    return table


def show(*parts: RenderableType, console: Console | None = None) -> None:
    """Print parts one below the other, as wide as the widest table among them needs."""
    console = console or Console()
    unbounded = console.options.update(max_width=100_000)
    tables = [part for part in parts if isinstance(part, Table)]
    console.width = max([console.width, *(console.measure(table, options=unbounded).maximum for table in tables)])
    for part in parts:
        console.print(part, soft_wrap=True)
