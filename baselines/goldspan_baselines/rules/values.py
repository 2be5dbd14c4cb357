"""Numbers in a text as typed values: money, percent, power, mass, counts and durations, with their hedges.

One scan finds the numbers; what stands around each decides what it measures. All patterns are bounded, so the time
is linear in the text's length.
"""

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

_UNITS = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
_WORDS = {word: n for n, word in enumerate(f"{_UNITS} eighteen nineteen".split(), 1)}
_TENS = {
    word: n
    for n, word in zip(
        range(20, 100, 10), ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], strict=True
    )
}
_WORD = "|".join(sorted(_WORDS, key=len, reverse=True))
_NUMBER = re.compile(
    r"(?<![\d.,_])(?P<digits>(?:\d{1,3}(?:,\d{3}){1,6}|\d{1,15})(?:\.\d{1,6})?)(?!\d)"
    rf"|(?<![\w-])(?:(?P<tens>{'|'.join(_TENS)})(?:-(?P<ones>{_WORD}))?|(?P<word>{_WORD}))"
    r"(?P<hundred> hundred)?(?![\w])",
    re.IGNORECASE,
)
_SPACE = "(?:\r?\n|[ \u00a0\u202f\u2009-])"
_SCALES = {
    "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12, "lakh": 10**5, "crore": 10**7,
    "mln": 10**6, "mn": 10**6, "bln": 10**9, "bn": 10**9, "tn": 10**12, "trn": 10**12,
    "k": 10**3, "m": 10**6, "b": 10**9, "t": 10**12,
}  # fmt: skip
_SCALE = re.compile(rf"{_SPACE}?(thousand|million|billion|trillion|lakh|crore|mln|mn|bln|bn|trn|tn)\b|([kmbKMBT])\b")
_SIGNS = {
    "US$": "USD", "C$": "CAD", "CA$": "CAD", "CAD$": "CAD", "A$": "AUD", "AU$": "AUD", "NZ$": "NZD", "HK$": "HKD",
    "S$": "SGD", "NT$": "TWD", "R$": "BRL", "MX$": "MXN", "$": "USD", "£": "GBP", "€": "EUR", "¥": "JPY", "₹": "INR",
    "₩": "KRW", "₪": "ILS", "₺": "TRY", "₽": "RUB", "฿": "THB", "₫": "VND", "₦": "NGN", "₱": "PHP", "₴": "UAH",
    "Rs": "INR", "Rs.": "INR", "RMB": "CNY", "Rp": "IDR", "RM": "MYR",
}  # fmt: skip
_CODES = "USD EUR GBP JPY CNY CHF CAD AUD NZD HKD SGD INR KRW SEK NOK DKK PLN CZK HUF BRL MXN ZAR TRY ILS AED SAR TWD"
_SYMBOLS = _SIGNS | {code: code for code in _CODES.split()}
_BEFORE = re.compile(
    rf"(?<![A-Za-z])(?:{'|'.join(re.escape(s) for s in sorted(_SYMBOLS, key=len, reverse=True))}){_SPACE}?\Z"
)
_DOLLARS = {"us": "USD", "u.s.": "USD", "american": "USD", "canadian": "CAD", "australian": "AUD", "singapore": "SGD",
            "hong kong": "HKD", "new zealand": "NZD", "taiwan": "TWD"}  # fmt: skip
_CURRENCY_WORDS = {"dollar": "USD", "euro": "EUR", "pound": "GBP", "sterling": "GBP", "yen": "JPY", "yuan": "CNY",
                   "renminbi": "CNY", "rupee": "INR", "won": "KRW", "franc": "CHF", "krona": "SEK", "kronor": "SEK",
                   "zloty": "PLN", "reais": "BRL", "shekel": "ILS", "dirham": "AED", "riyal": "SAR"}  # fmt: skip
_AFTER = re.compile(
    rf"{_SPACE}(?:(?P<land>{'|'.join(re.escape(d) for d in _DOLLARS)})[ -])?(?:Swiss |British )?"
    rf"(?P<word>{'|'.join(_CURRENCY_WORDS)})s?\b|{_SPACE}(?P<code>{'|'.join(_CODES.split())})\b",
    re.IGNORECASE,
)
_PERCENT = re.compile(r"[ \u00a0\u202f-]?(?:%|percent\b|per cent\b)", re.IGNORECASE)
_POWER = re.compile(rf"{_SPACE}?(?i:(mega|giga|kilo|tera)watts?|([MGT]|k)We?)(?![A-Za-z]|{_SPACE}hours?)")
_MASS = re.compile(
    rf"{_SPACE}(?:metric |U\.S\. |short )?(tons?|tonnes?|kilotonn?e?s?|megatonn?e?s?|kilograms?|kg|kt|Mt|t)\b"
)
_SPAN = re.compile(rf"{_SPACE}(?:full )?(year|month|week|day)s?\b(?!{_SPACE}(?:old|ago))", re.IGNORECASE)
_PER = re.compile(
    rf"{_SPACE}(?:(?:per|for each|for every|every|each){_SPACE}(?:[a-z]+ed |individual |single )?([a-z]+)"
    r"|an? (share|year|month|hour|day|work|book|song|track|image|photo|article|title|violation|infringement)\b"
    r"|in (annual|yearly)\b|(annually|yearly|apiece)\b)",
    re.IGNORECASE,
)
_COUNTED = {
    "parameters": "parameter parameters",
    "users": "users user customers subscribers downloads players members listeners viewers people consumers developers",
    "jobs": "jobs job positions roles workers",
    "works": "works books songs articles images photos photographs novels titles recordings tracks films videos stories"
    " paintings violations infringements counts patents texts illustrations albums compositions poems lyrics",
}
_NOUN_FIELD = {noun: field for field, nouns in _COUNTED.items() for noun in nouns.split()}
_NOUN = re.compile(rf"\+?(?:{_SPACE}[a-z-]{{1,20}}){{0,4}}?{_SPACE}({'|'.join(_NOUN_FIELD)})\b", re.IGNORECASE)
_HEDGES = {
    "about": "about around roughly approximately some circa estimated",
    "more_than": "over exceeding past above topping surpassing",
    "less_than": "nearly almost under below",
}
_HEDGE_WORDS = {word: bound for bound, words in _HEDGES.items() for word in words.split()} | {
    "an estimated": "about", "more than": "more_than", "greater than": "more_than", "well over": "more_than",
    "just over": "more_than", "slightly more than": "more_than", "upwards of": "more_than", "less than": "less_than",
    "just under": "less_than", "just below": "less_than", "close to": "about", "fewer than": "less_than",
    "at least": "at_least", "no less than": "at_least", "a minimum of": "at_least", "not less than": "at_least",
    "up to": "up_to", "as much as": "up_to", "as many as": "up_to", "a maximum of": "up_to", "no more than": "up_to",
}  # fmt: skip
_HEDGE = re.compile(rf"\b(?:{'|'.join(sorted(_HEDGE_WORDS, key=len, reverse=True))})\s(?:an?\s)?\Z", re.IGNORECASE)
_RANGE = re.compile(r"\s?(?:to|-|–|—|and|or)\s?\Z")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its meaning. `noun` is what a count counts, or what a sum is paid for each of ("year")."""

    kind: str
    start: int
    end: int
    value: Any
    noun: str = ""


@dataclass(frozen=True, slots=True)
class _Number:
    start: int
    end: int
    value: Decimal
    scale: int = 1

    @property
    def total(self) -> Decimal:
        return self.value * self.scale


def figures(text: str) -> list[Figure]:
    """All typed numbers of a text, in order; ranges are left out.

    >>> [(f.kind, f.value["bound"]) for f in figures("nearly $2.5 billion for over 12% of 300 MW")]
    [('money', 'less_than'), ('percent', 'more_than'), ('power', 'exact')]
    >>> figures("from 1 to 4 gigawatts")
    []
    """
    found: list[Figure] = []
    previous: tuple[int, Figure | None] | None = None  # where the number before ended, and what it was
    for match in _NUMBER.finditer(text):
        number = _number(text, match)
        figure = None if number is None else _typed(text, number)
        begin = match.start() if figure is None else figure.start
        end = match.end() if number is None else number.end
        if previous and _is_range(text, previous, begin):
            first = previous[1]
            # "$5-7 billion": the second half has no sign of its own.
            second_half = figure is None and number is not None and number.scale > 1
            if first and found and found[-1] is first and (second_half or (figure and first.kind == figure.kind)):
                found.pop()
            if figure and (first is None or first.kind == figure.kind):
                previous = (figure.end, None)
                continue
        if figure:
            found.append(_hedged(text, figure))
        previous = (figure.end, found[-1]) if figure else (end, None)
    return found


def _is_range(text: str, previous: tuple[int, Figure | None], begin: int) -> bool:
    if not _RANGE.fullmatch(text, previous[0], begin):
        return False
    return text[previous[0] : begin].strip() not in ("and", "or") or _between(text, previous)


def _between(text: str, previous: tuple[int, Figure | None]) -> bool:
    return "between" in text[max(0, previous[0] - 40) : previous[0]].lower()


def _number(text: str, match: re.Match[str]) -> _Number | None:
    start, end = match.span()
    digits = match["digits"]
    if digits:
        if start and text[start - 1].isalpha() and not _BEFORE.search(text, max(0, start - 5), start):
            return None
        value = Decimal(digits.replace(",", ""))
    else:
        whole = _TENS.get((match["tens"] or "").lower(), 0)
        value = Decimal(whole + _WORDS.get((match["ones"] or match["word"] or "").lower(), 0))
        value *= 100 if match["hundred"] else 1
    scale = _SCALE.match(text, end)
    if scale:
        return _Number(start, scale.end(), value, _SCALES[(scale[1] or scale[2]).lower()])
    return _Number(start, end, value)


def _typed(text: str, number: _Number) -> Figure | None:
    return _money(text, number) or _measured(text, number) or _counted(text, number)


def _money(text: str, number: _Number) -> Figure | None:
    before = _BEFORE.search(text, max(0, number.start - 5), number.start)
    after = None if before else _AFTER.match(text, number.end)
    if before:
        start, end, currency = before.start(), number.end, _SYMBOLS[before.group().strip(" \r\n\u00a0\u202f\u2009-")]
    elif after:
        start, end = number.start, after.end()
        land = (after["land"] or "").lower()
        currency = (after["code"] or "").upper() or _DOLLARS.get(land) or _CURRENCY_WORDS[after["word"].lower()]
        if currency == "KRW" and number.scale == 1:
            return None  # "in 2023 won": the verb.
    else:
        return None
    per = _PER.match(text, end)
    noun = "" if per is None else next(g for g in per.groups() if g).lower()
    noun = "year" if noun in ("annual", "annually", "yearly", "annum") else noun
    return Figure("money", start, end, {"amount": plain(number.total), "currency": currency, "bound": "exact"}, noun)


def _measured(text: str, number: _Number) -> Figure | None:
    if unit := _PERCENT.match(text, number.end):
        return Figure("percent", number.start, unit.end(), {"value": plain(number.total), "bound": "exact"})
    if unit := _POWER.match(text, number.end):
        prefix = (unit[1] or unit[2]).lower()[0]
        value = {"value": plain(number.total), "unit": ("k" if prefix == "k" else prefix.upper()) + "W"}
        return Figure("power", number.start, unit.end(), value | {"bound": "exact"})
    if unit := _MASS.match(text, number.end):
        return Figure("mass", number.start, unit.end(), _mass(number, unit[1]))
    unit = _SPAN.match(text, number.end)
    if unit and number.total == int(number.total) and number.total < 1000:
        return Figure("duration", number.start, unit.end(), f"P{int(number.total)}{unit[1][0].upper()}")
    return None


def _mass(number: _Number, word: str) -> dict[str, Any]:
    unit = {"kg": "kg", "kil": "kg", "kt": "kt", "meg": "Mt", "Mt": "Mt"}.get(word if len(word) < 3 else word[:3], "t")
    unit = "kt" if word.startswith("kiloton") else unit
    scaled = {1000: "kt", 10**6: "Mt", 10**9: "Gt"}.get(number.scale)
    if unit == "t" and scaled:
        return {"value": plain(number.value), "unit": scaled, "bound": "exact"}
    return {"value": plain(number.total), "unit": unit, "bound": "exact"}


def _counted(text: str, number: _Number) -> Figure | None:
    noun = _NOUN.match(text, number.end)
    if noun is None:
        return None
    value = {"value": plain(number.total), "unit": "count", "bound": "exact"}
    return Figure("count", number.start, number.end, value, _NOUN_FIELD[noun[1].lower()])


def _hedged(text: str, figure: Figure) -> Figure:
    """Take the hedge before the figure, or a plus sign after it, into value and span."""
    if figure.kind == "duration":
        return figure
    hedge = _HEDGE.search(text, max(0, figure.start - 24), figure.start)
    if hedge:
        words = " ".join(hedge.group().lower().split())
        bound = _HEDGE_WORDS.get(words) or _HEDGE_WORDS[words.rsplit(" ", 1)[0]]
        return replace(figure, start=hedge.start(), value=figure.value | {"bound": bound})
    if text[figure.end : figure.end + 1] == "+":
        return replace(figure, end=figure.end + 1, value=figure.value | {"bound": "more_than"})
    return figure


def plain(number: Decimal) -> int | float:
    """An int where the number is whole.

    >>> plain(Decimal("2.50") * 1000), plain(Decimal("0.5"))
    (2500, 0.5)
    """
    return int(number) if number == int(number) else float(number)


def bare(value: Any) -> Any:
    """A value without its hedge.

    >>> bare({"value": 49, "bound": "about"}), bare("P20Y")
    ({'value': 49}, 'P20Y')
    """
    if isinstance(value, str):
        return value
    return {key: item for key, item in value.items() if key != "bound"}
