"""The numbers behind the board's pictures: where a point stands, in units of the drawing."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from goldspan.board.columns import interval_of, number
from goldspan.board.ranking import Row, Usage

WIDTH, LINE = 400, 34
LEFT, RIGHT, TOP, BOTTOM = 44, 30, 12, 40
HEIGHT = 280
_NAME = 40


class Bar(NamedTuple):
    """A line of the picture of F1s: `low` and `high` are None where there is no interval."""

    row: Row
    label: str
    y: float
    value: float | None
    low: float | None
    high: float | None


class Point(NamedTuple):
    """A point of the picture of what F1 costs."""

    row: Row
    x: float
    y: float


class Tick(NamedTuple):
    """A mark of the horizontal axis."""

    x: float
    label: str


class Scatter(NamedTuple):
    """A picture of points, and how many rows are not in it, since they do not tell what is on the horizontal axis."""

    points: list[Point]
    ticks: list[Tick]
    left_out: int


def short(name: str, most: int = _NAME) -> str:
    """A name as long as a picture has room for.

    >>> short("a long name", 6)
    'a lon…'
    """
    return name if len(name) <= most else name[: most - 1] + "…"


def bars(rows: Sequence[Row]) -> list[Bar]:
    """F1 from 0 to 1 over the whole width but 4 on either side."""

    def at(value: float | None) -> float | None:
        return None if value is None else round(4 + value * (WIDTH - 8), 2)

    found: list[Bar] = []
    for i, row in enumerate(rows):
        low, high = interval_of(row) or (None, None)
        name = f"{row.rank}. {row.submission.about.name}" if row.rank else row.submission.about.name
        found.append(Bar(row, short(name), 24 + i * LINE, at(row.figures.f1), at(low), at(high)))
    return found


def scatter(rows: Sequence[Row], usage: Callable[[Row], Usage]) -> Scatter:
    """F1 against a usage figure, on a logarithmic axis; what is 0 stands at its very left, apart."""
    told = [
        (row, value, f1)
        for row in rows
        if (value := usage(row).value) is not None and (f1 := row.figures.f1) is not None
    ]
    positive = [math.log10(value) for _, value, _ in told if value > 0]
    first, last = (math.floor(min(positive)), math.ceil(max(positive))) if positive else (0, 1)
    last = max(last, first + 1)
    has_zero = any(value == 0 for _, value, _ in told)
    start = LEFT + (40 if has_zero else 8)

    def at(exponent: float) -> float:
        return round(start + (exponent - first) / (last - first) * (WIDTH - RIGHT - start), 2)

    points: list[Point] = []
    for row, value, f1 in told:
        x = LEFT + 12.0 if value == 0 else at(math.log10(value))
        y = round(TOP + (1 - f1) * (HEIGHT - TOP - BOTTOM), 2)
        points.append(Point(row, x, y))
    step = math.ceil((last - first) / 5)
    ticks = [Tick(at(n), number(10.0**n)) for n in range(first, last + 1, step)] if positive else []
    return Scatter(points, [Tick(LEFT + 12, "0"), *ticks] if has_zero else ticks, len(rows) - len(told))
