"""The columns of the board: one definition for the page and for every export."""

from collections.abc import Callable, Sequence
from functools import partial
from operator import attrgetter
from typing import NamedTuple

from goldspan.board.ranking import Row, Version
from goldspan.report.table import UNDEFINED, rate


class Column(NamedTuple):
    """A figure of a row: `told` explains it; `small_is_good` says which way a reader would sort."""

    id: str
    title: str
    told: str
    value: Callable[[Row], float | None]
    show: Callable[[float | None], str] = rate
    small_is_good: bool = False


def number(value: float | None) -> str:
    """A number with what digits it needs; a dash where there is none.

    >>> number(0.0312), number(1234.5), number(None)
    ('0.0312', '1,234.5', '–')
    """
    if value is None:
        return UNDEFINED
    return f"{value:,.1f}".removesuffix(".0") if value >= 100 else f"{value:.3g}"


def types_of(version: Version) -> list[str]:
    """The event types that any row has a figure of, in the order of the schema."""
    return list(dict.fromkeys(name for row in _all(version) for name in row.figures.types))


def fields_of(version: Version, name: str) -> list[str]:
    """The fields of an event type that any row has a figure of."""
    paths = dict.fromkeys(path for row in _all(version) for path in row.figures.fields)
    return [path for path in paths if path.partition(".")[0] == name]


def _all(version: Version) -> Sequence[Row]:
    return [*version.rows, *([version.agreement] if version.agreement else [])]


def type_f1(name: str, row: Row) -> float | None:
    """F1 of an event type."""
    return row.figures.types[name]["f1"] if name in row.figures.types else None


def field_f1(path: str, row: Row) -> float | None:
    """F1 of a field."""
    return row.figures.fields[path]["f1"] if path in row.figures.fields else None


_FIXED = {
    "micro_f1": ("F1", "over all leaves, pooled (micro)", "figures.f1"),
    "macro_f1": ("macro", "the mean of the fields' F1s", "macro"),
    "grounded_f1": ("grounded", "F1 where a match needs evidence that overlaps gold's", "grounded"),
    "fabricated_quotes": ("fabricated", "share of quotes that stand nowhere in their document", "fabricated"),
    "memorisation_gap": (
        "memory gap",
        "F1 on the documents minus F1 on made twins of them, with other names and figures",
        "memorisation_gap",
    ),
    "calibration_error": ("calibration", "expected calibration error of the confidences", "calibration"),
    "cost_usd": ("cost, $", "of the whole run", "cost.value"),
    "seconds": ("seconds", "of the whole run", "seconds.value"),
    "errors": ("errors", "share of documents with no prediction, or with a failure in its place", "errors"),
}
"""Title, what it says, and where it is found in a row, by id."""


def columns_of(version: Version) -> list[Column]:
    """All columns but rank, name and interval."""
    fixed = [
        Column(
            name,
            title,
            told,
            attrgetter(place),
            number if name in ("cost_usd", "seconds") else rate,
            small_is_good=not name.endswith("_f1"),
        )
        for name, (title, told, place) in _FIXED.items()
    ]
    types = [Column(f"f1_{name}", name, f"F1 of {name}", partial(type_f1, name)) for name in types_of(version)]
    return [*fixed[:2], *types, *fixed[2:]]


def interval_of(row: Row) -> Sequence[float] | None:
    """The interval of micro F1."""
    return row.figures.overall["micro"]["f1_interval"]
