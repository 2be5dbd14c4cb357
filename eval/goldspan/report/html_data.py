"""What a page shows beside the score itself, as plain data; what is left out is not shown."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from goldspan.match import DocumentMatch

Interval = Sequence[float | None]
"""Low and high, as its first two members; None where undefined."""

Cell = str | int | float | None
"""A cell of a table: a float is shown with three decimals, None as a dash."""


class Table(NamedTuple):
    """A table of a section: the first cell of a row is what the row is about."""

    caption: str
    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]


class Section(NamedTuple):
    """A part of the page with its own heading: paragraphs, then tables."""

    title: str
    text: Sequence[str] = ()
    tables: Sequence[Table] = ()


@dataclass(frozen=True, kw_only=True)
class ReportData:
    """Figures that are derived apart from the score. Fields are named by their dotted path.

    `micro_interval`, `type_intervals`, `field_intervals`: of F1; None or absent where there is none.
    `errors`: by field, how many leaves are of which class. `classes`: the class of each leaf that has one, by the place
    of its pair in `match.pairs` and of the leaf in the pair's `outcomes`; without it the leaves show no class.
    `bounds`: by field, how often the bound is right, of how many.
    `confusions`: by enum field, how often gold's value (None: nothing) was predicted as another (None: nothing).
    A match counts under gold's value. `type_confusions`: the same of event types.
    `grounding`: as in the JSON: blocks of counts by tier, and `quotes`; the same again under `located`.

    >>> ReportData(micro_interval=(0.4, 0.6), errors={"deal.amount": {"scale": 1}}).notes
    ()
    """

    micro_interval: Interval | None = None
    type_intervals: Mapping[str, Interval | None] = field(default_factory=dict[str, Interval | None])
    field_intervals: Mapping[str, Interval | None] = field(default_factory=dict[str, Interval | None])
    errors: Mapping[str, Mapping[str, int]] = field(default_factory=dict[str, Mapping[str, int]])
    classes: Callable[[DocumentMatch], Mapping[tuple[int, int], str]] | None = None
    bounds: Mapping[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])
    confusions: Mapping[str, Mapping[tuple[Any, Any], int]] = field(
        default_factory=dict[str, Mapping[tuple[Any, Any], int]]
    )
    type_confusions: Mapping[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    grounding: Mapping[str, Any] = field(default_factory=dict[str, Any])
    stories: Section | None = None
    confidence: Section | None = None
    more: Sequence[Section] = ()
    notes: Sequence[str] = ()
