"""What a quote states, read here by other means than the package's: a few regular expressions, kept plain."""

import re
from decimal import Decimal
from typing import Any

SCALE = {"trillion": 12, "billion": 9, "bn": 9, "B": 9, "million": 6, "m": 6, "M": 6, "thousand": 3, "": 0}
WORDS = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9}
WORDS |= {"ten": 10, "eleven": 11, "twelve": 12}
CURRENCY = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "CHF": "CHF", "SEK": "SEK"} | {
    "dollars": "USD", "euros": "EUR", "pounds": "GBP", "Swiss francs": "CHF", "kronor": "SEK",
}  # fmt: skip
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
BOUNDS = {
    "nearly": "less_than", "almost": "less_than", "just under": "less_than", "more than": "more_than",
    "over": "more_than", "exceeding": "more_than", "past": "more_than", "about": "about", "around": "about",
    "roughly": "about", "an estimated": "about", "at least": "at_least", "up to": "up_to",
}  # fmt: skip
NUMBER = re.compile(r"(\d[\d,]*(?:\.\d+)?)\s?(trillion|billion|million|thousand|bn\b|[BMm]\b)?")
WORD = re.compile(r"\b(a|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve) (billion|million)\b")


def number(quote: str) -> Decimal:
    spelt = WORD.search(quote.lower())
    if spelt:
        return Decimal(WORDS[spelt[1]]) * 10 ** SCALE[spelt[2]]
    match = NUMBER.search(quote)
    assert match, quote
    return Decimal(match[1].replace(",", "")) * 10 ** SCALE[match[2] or ""]


def bound(quote: str) -> str:
    return next((name for word, name in BOUNDS.items() if quote.lower().startswith(word + " ")), "exact")


def states(kind: str, value: Any, quote: str) -> bool:
    """Whether a quote states a value of a kind; the bound aside."""
    if kind == "money":
        currencies = [code for sign, code in CURRENCY.items() if sign in quote]
        return number(quote) == Decimal(str(value["amount"])) and value["currency"] in currencies
    if kind == "percent":
        return number(quote) == Decimal(str(value["value"])) and bool(re.search(r"%| percent| per cent", quote))
    if kind == "quantity":
        size = {"Mt": 10**6, "kt": 10**3}.get(value["unit"], 1)
        unit = {"MW": "MW|megawatt", "GW": "GW|gigawatt", "Mt": "t", "kt": "t", "count": ""}[value["unit"]]
        return number(quote) == Decimal(str(value["value"])) * size and bool(re.search(unit, quote))
    if kind == "duration":
        years = re.search(r"(\d+)|\b(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b", quote)
        assert years, quote
        return value == f"P{years[1] or WORDS[years[2]]}Y"
    if kind == "date":
        return value in dates(quote)
    raise AssertionError(kind)


def dates(quote: str) -> set[str]:
    """Every way to read a date; one without a year may be of any."""
    year = re.search(r"(?:19|20)\d\d", quote)
    month = next((f"{MONTHS.index(name) + 1:02}" for name in MONTHS if name in quote), None)
    day = re.search(r"\b(\d{1,2})\b(?!\d)", quote)
    quarter = re.search(r"Q([1-4])|(first|second|third|fourth) quarter", quote)
    years = [year[0]] if year else [str(y) for y in range(2000, 2050)]
    found: set[str] = set()
    for each in years:
        value = each
        if quarter:
            value += f"-{32 + (int(quarter[1]) if quarter[1] else ['first', 'second', 'third', 'fourth'].index(quarter[2]) + 1)}"
        elif month:
            value += f"-{month}" + (f"-{int(day[1]):02}" if day else "")
        found.add(f"../{value}" if re.match(r"by |before ", quote.lower()) else value)
    return found
