"""What happened, before it is told: the values of an event, each with the words that can state it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from goldspan.variants.figures import MONTHS, NUMBER_WORDS
from goldspan.variants.words import Name

NO_FORMS: Mapping[str, tuple[str, str]] = {}


@dataclass(frozen=True, slots=True)
class Item:
    """One value. `forms` gives for a form's name the words before and the words that state it; names have none.

    `bare` is the value of a number that is told without the word that hedges it.
    """

    value: Any
    forms: Mapping[str, tuple[str, str]] = field(default_factory=lambda: NO_FORMS)
    name: Name | None = None
    bare: Any = None


@dataclass(frozen=True, slots=True)
class Fact:
    """The value of a field: one item, or those of a list."""

    items: tuple[Item, ...]
    is_list: bool = False


Facts = dict[str, Fact]

BOUNDS: Mapping[str, Sequence[str]] = {
    "less_than": ("nearly", "almost", "just under"),
    "more_than": ("more than", "over"),
    "about": ("about", "around", "roughly", "an estimated"),
    "at_least": ("at least",),
    "up_to": ("up to",),
}
SIGNS: Mapping[str, str] = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
WORDS: Mapping[str, str] = {"USD": "dollars", "EUR": "euros", "GBP": "pounds", "CHF": "Swiss francs", "SEK": "kronor"}
QUARTERS = ("first", "second", "third", "fourth")


def named(*names: Name, many: bool = True) -> Fact:
    """A field of names."""
    return Fact(tuple(Item(name.full, name=name) for name in names), many)


def one(value: Any, **forms: tuple[str, str] | str) -> Fact:
    """A field with one value and the words for it; `words` is the form that has no name."""
    pairs = {
        "" if key == "words" else key: ("", form) if isinstance(form, str) else form for key, form in forms.items()
    }
    return Fact((Item(value, pairs),))


def _hedge(random: Random, value: dict[str, Any], words: str, short: str, chance: float = 0.4) -> Item:
    """A number with or without a word that bounds it."""
    bound = random.choice(tuple(BOUNDS)) if random.random() < chance else "exact"
    hedged = words if bound == "exact" else f"{random.choice(BOUNDS[bound])} {words}"
    forms = {"": ("", hedged), "bare": ("", words), "short": ("", short)}
    return Item({**value, "bound": bound}, forms, bare={**value, "bound": "exact"})


def _mantissa(random: Random, low: float, high: float) -> str:
    places = random.choice((0, 0, 1, 1, 2))
    number = f"{random.uniform(low, high):.{places}f}"
    return number.rstrip("0").rstrip(".") if "." in number else number


def _whole(text: str, power: int) -> int:
    """A decimal times a power of ten that makes it whole."""
    before, _, after = text.partition(".")
    return int(before + after) * 10 ** (power - len(after))


CURRENCIES = ("USD", "USD", "USD", "EUR", "EUR", "GBP", "GBP", "CHF", "SEK", "JPY")


def money(
    random: Random, low: float = 1.0, high: float = 40.0, scales: str = "bmm", currency: str = "", hedges: float = 0.4
) -> Item:
    """A sum with one of several ways to write it: scale `b`illion, `m`illion or `k` (written out)."""
    scale = random.choice(scales)
    if scale == "k":
        number = f"{random.randint(2, 900) * 10 ** random.choice((3, 3, 4)):,}"
    else:
        number = _mantissa(random, low, high) if scale == "b" else _mantissa(random, low * 5, high * 20)
    return _sum(random, number, scale, currency or random.choice(CURRENCIES), hedges)


def _sum(random: Random, number: str, scale: str, currency: str, hedges: float = 0.4) -> Item:
    if scale == "k":
        amount, words, short = int(number.replace(",", "")), number, number
    else:
        amount = _whole(number, 9 if scale == "b" else 6)
        words = f"{number} {'billion' if scale == 'b' else 'million'}"
        short = number + random.choice({"b": ("bn", "B"), "m": ("m", "M")}[scale])
    sign = SIGNS.get(currency, currency + " ")
    if currency in WORDS and (currency not in SIGNS or random.random() < 0.15):
        words = f"{words} {WORDS[currency]}"
    else:
        words = sign + words
    return _hedge(random, {"amount": amount, "currency": currency}, words, sign + short, hedges)


def money_of(random: Random, amount: float, currency: str) -> Item:
    """About this much, as a sum with three digits at most."""
    scale, size = ("b", 1e9) if amount >= 1e9 else ("m", 1e6)
    number = f"{amount / size:.0f}" if amount >= 100 * size else f"{amount / size:.1f}"
    return _sum(random, number.removesuffix(".0"), scale, currency)


def percent(random: Random, low: int, high: int) -> Item:
    """A share."""
    number = (
        str(random.randint(low, high))
        if random.random() < 0.7
        else f"{random.randint(low, high - 1)}.{random.randint(1, 9)}"
    )
    words = number + random.choice(("%", "%", " percent", " per cent"))
    return _hedge(random, {"value": _number(number)}, words, words, 0.25)


def _number(text: str) -> int | float:
    return float(text) if "." in text else int(text)


def power(random: Random, low: int, high: int) -> Item:
    """Electric power, in megawatts or, from 1,000 on and sometimes, gigawatts."""
    if high > 1000 and random.random() < 0.4:
        number, unit = f"{random.randint(1, 3)}.{random.randint(1, 9)}", "GW"
        words = f"{number} {random.choice(('gigawatts', 'GW'))}"
    else:
        number, unit = str(random.randint(low, min(high, 950))), "MW"
        words = f"{number} {random.choice(('megawatts', 'megawatts', 'MW'))}"
    adjective = words.replace("watts", "watt").replace(" ", "-", 1) if "watts" in words else words
    item = _hedge(random, {"value": _number(number), "unit": unit}, words, words, 0.3)
    return Item(item.value, {**item.forms, "bare": ("", adjective), "full": ("", words)}, bare=item.bare)


def count(random: Random, low: int, high: int, scale: str = "") -> Item:
    """A number of things; with a scale word ("million") it may have a decimal."""
    if scale:
        number = _mantissa(random, low, high)
        value, words = _whole(number, {"million": 6, "billion": 9}[scale]), f"{number} {scale}"
    else:
        value = random.randint(low, high)
        value = value if value < 100 else value // 10 * 10
        words = f"{value:,}"
    return _hedge(random, {"value": value, "unit": "count"}, words, words)


def mass(random: Random) -> Item:
    """Greenhouse gas."""
    number = _mantissa(random, 1, 60)
    scale, unit = random.choice((("million", "Mt"), ("thousand", "kt")))
    words = f"{number} {scale} {random.choice(('tonnes', 'metric tons'))}"
    return _hedge(random, {"value": _number(number), "unit": unit}, words, words, 0.3)


def duration(random: Random, low: int = 2, high: int = 25) -> Fact:
    """How long an agreement runs."""
    years = random.randint(low, high)
    word = NUMBER_WORDS[years] if years < len(NUMBER_WORDS) and random.random() < 0.6 else str(years)
    return one(f"P{years}Y", words=f"{word} years", adj=f"{word}-year")


def date(random: Random, first: int, last: int, deadline: bool = False) -> Fact:
    """A date between two years: a day, a month, a quarter, a year; a deadline is open to the past."""
    year, month, day = random.randint(first, last), random.randint(1, 12), random.randint(1, 28)
    iso, name = f"{year}-{month:02}", MONTHS[month - 1]
    shape = random.choice(
        ("day", "day", "month", "month", "quarter", "year") if not deadline else ("by", "by_year", "month", "quarter")
    )
    if shape == "day":
        words = random.choice((f"{day} {name} {year}", f"{name} {day}, {year}"))
        return one(f"{iso}-{day:02}", words=words, prep=("on ", words))
    if shape == "month":
        words = f"{name} {year}"
        return one(iso, words=words, prep=("in ", words))
    if shape == "quarter":
        quarter = random.randint(1, 4)
        words = random.choice((f"the {QUARTERS[quarter - 1]} quarter of {year}", f"Q{quarter} {year}"))
        return one(f"{year}-{32 + quarter}", words=words, prep=("in ", words))
    if shape == "year":
        return one(str(year), words=str(year), prep=("in ", str(year)))
    if shape == "by_year":
        words = random.choice((f"by {year}", f"by the end of {year}", f"before the end of {year}"))
        return one(f"../{year}", words=words, prep=words)
    words = random.choice((f"by {name} {year}", f"by the end of {name} {year}", f"by late {name} {year}"))
    return one(f"../{iso}", words=words, prep=words)
