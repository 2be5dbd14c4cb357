"""Finds every figure in a text, and writes another in its form."""

import re
from collections.abc import Iterator
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import NamedTuple

SCALES = {"trillion": 12, "tn": 12, "T": 12, "billion": 9, "bn": 9, "B": 9, "million": 6, "m": 6, "M": 6} | {
    "thousand": 3,
    "K": 3,
}
NUMBER_WORDS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_N = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_SCALE = r"trillion|billion|million|thousand|bn|tn|[TBMKm]\b"
_WORD = "|".join(NUMBER_WORDS[1:])
_POWER = r"gigawatts?|megawatts?|kilowatts?|[GMk]W\b"
_MONTH = "|".join(MONTHS)
_FIGURE = re.compile(
    rf"""(?<![\w.-])(?:
      (?P<money>[$£€¥])\ ?(?P<sum>{_N})(?:(?P<gap1>\ ?)(?P<scale1>{_SCALE}))?
    | (?P<month>{_MONTH})\ (?P<day>\d{{1,2}})(?!\d)(?:,\ (?P<year1>(?:19|20)\d\d)\b)?
    | (?P<day2>\d{{1,2}})\ (?P<month2>{_MONTH})(?:\ (?P<year2>(?:19|20)\d\d)\b)?
    | (?P<bare_month>(?!March|May)(?:{_MONTH}))\b(?:\ (?P<year3>(?:19|20)\d\d)\b)?
    | (?P<quarter>Q[1-4])(?:\ (?P<year4>(?:19|20)\d\d))?\b
    | (?P<percent>{_N})(?=\ ?%|\ percent\b|\ per\ cent\b)
    | (?P<power>{_N})(?=[\ -]?(?:{_POWER})|\ to\ (?:{_N})\ (?:{_POWER}))
    | (?P<age>\d+)(?=-year-old)
    | (?P<term>\d+|{_WORD})(?=[\ -]years?\b(?!-)|[\ -]months?\b)
    | (?P<year>(?:19|20)\d\d)(?![\d,.]\d)\b
    | (?P<spelt>{_WORD}|a)(?=\ (?P<scale2>trillion|billion|million)\b)
    | (?P<count>{_N})(?:(?P<gap3>\ )(?P<scale3>trillion|billion|million|thousand)\b)?(?![\w])
    )""",
    re.VERBOSE,
)


class Figure(NamedTuple):
    """A figure in a text: its dimension, its value in whole units, and how fine its form is; dates have parts."""

    start: int
    end: int
    text: str
    dimension: str
    value: Decimal = Decimal(0)
    grain: Decimal = Decimal(1)
    day: int | None = None
    month: int | None = None
    quarter: int | None = None
    year: int | None = None


_PLAIN = {"percent": "percent", "power": "power", "age": "age", "term": "term"}


def figures(text: str) -> Iterator[Figure]:
    """Every figure of a text, in its order: money, percent, power, age, term, count, date.

    >>> [(figure.text, figure.dimension, int(figure.value)) for figure in figures("$1.5bn for 49% of 30 MW")]
    [('$1.5bn', 'money', 1500000000), ('49', 'percent', 49), ('30', 'power', 30)]
    >>> [(figure.text, figure.month, figure.year) for figure in figures("on June 11, 2025, since 2016")]
    [('June 11, 2025', 6, 2025), ('2016', None, 2016)]
    """
    for match in _FIGURE.finditer(text):
        start, end = match.span()
        month = match["month"] or match["month2"] or match["bare_month"]
        year = next((match[name] for name in ("year", "year1", "year2", "year3", "year4") if match[name]), None)
        day = match["day"] or match["day2"]
        if month or match["quarter"] or match["year"]:
            yield Figure(
                start, end, match[0], "date",
                day=int(day) if day else None,
                month=MONTHS.index(month) + 1 if month else None,
                quarter=int(match["quarter"][1]) if match["quarter"] else None,
                year=int(year) if year else None,
            )  # fmt: skip
            continue
        dimension = next((name for name in ("money", *_PLAIN, "spelt", "count") if match[name]), "count")
        if dimension == "spelt":
            value = Decimal(1 if match["spelt"] == "a" else NUMBER_WORDS.index(match["spelt"]))
            size = Decimal(10) ** SCALES[match["scale2"]]
            yield Figure(start, end, match[0], "spelt", value * size, size)
            continue
        digits = match["sum"] or match[dimension]
        scale = match["scale1"] or match["scale3"]
        yield Figure(start, end, match[0], dimension, *_value(digits, scale, dimension == "percent"))


def _value(digits: str, scale: str | None, every_digit: bool) -> tuple[Decimal, Decimal]:
    """The value, and the step of its last digit that says something: 1,100 is told in hundreds."""
    if digits.isalpha():
        return Decimal(NUMBER_WORDS.index(digits)), Decimal(1)
    number = Decimal(digits.replace(",", ""))
    size = Decimal(10) ** SCALES[scale] if scale else Decimal(1)
    _, _, after = digits.partition(".")
    grain = Decimal(10) ** -len(after)
    if not scale and not after and number and not every_digit:
        zeros = len(digits) - len(digits.rstrip("0,")) - digits[len(digits.rstrip("0,")) :].count(",")
        grain = Decimal(10) ** zeros
    return number * size, grain * size


def rounded(value: Decimal, grain: Decimal, down: bool = False) -> Decimal:
    """A value in the form of a figure: a multiple of its step, at least one step, not ending in a 0 after the point."""
    steps = max(Decimal(1), (value / grain).to_integral_value(ROUND_DOWN if down else ROUND_HALF_UP))
    return steps * grain


def written(figure: Figure, value: Decimal) -> str:
    """Another value in the form of a figure.

    >>> [figure] = figures("$14.8 billion")
    >>> written(figure, Decimal(9_300_000_000))
    '$9.3 billion'
    """
    if figure.dimension == "spelt" or figure.text.isalpha():
        steps = int(value / figure.grain)
        return NUMBER_WORDS[steps] if steps < len(NUMBER_WORDS) else str(steps)
    match = re.search(_N, figure.text)
    if match is None:
        raise ValueError(f"no figure: {figure.text!r}")
    digits, rest = match[0], figure.text[match.end() :].strip()
    shown = value / Decimal(10) ** SCALES[rest] if rest in SCALES else value
    places = len(digits.partition(".")[2])
    if shown >= 1000 and rest == "million":  # nobody writes "$1,323 million"
        number = f"{shown / 1000:f}".rstrip("0").rstrip(".")
        return figure.text[: match.start()] + number + figure.text[match.end() :].replace("million", "billion")
    number = f"{shown:,.{places}f}" if "," in digits or (shown >= 10_000 and not rest) else f"{shown:.{places}f}"
    return figure.text[: match.start()] + number + figure.text[match.end() :]
