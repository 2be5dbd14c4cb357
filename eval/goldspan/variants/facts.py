"""What happened, before it is told: the values of an event, each with the words that can state it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from goldspan.variants.words import Coiner, Name

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
MONTHS = (
    "January February March April May June July August September October November December"
).split()  # fmt: skip
QUARTERS = ("first", "second", "third", "fourth")


def named(*names: Name, many: bool = True) -> Fact:
    """A field of names."""
    return Fact(tuple(Item(name.full, name=name) for name in names), many)


def one(value: Any, **forms: tuple[str, str] | str) -> Fact:
    """A field with one value and the words for it; `words` is the form that has no name."""
    pairs = {"" if key == "words" else key: ("", form) if isinstance(form, str) else form for key, form in forms.items()}
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
    number = str(random.randint(low, high)) if random.random() < 0.7 else f"{random.randint(low, high - 1)}.{random.randint(1, 9)}"
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
    spelt = dict(zip(range(2, 13), "two three four five six seven eight nine ten eleven twelve".split(), strict=True))
    word = spelt[years] if years in spelt and random.random() < 0.6 else str(years)
    return one(f"P{years}Y", words=f"{word} years", adj=f"{word}-year")


def date(random: Random, first: int, last: int, deadline: bool = False) -> Fact:
    """A date between two years: a day, a month, a quarter, a year; a deadline is open to the past."""
    year, month, day = random.randint(first, last), random.randint(1, 12), random.randint(1, 28)
    iso, name = f"{year}-{month:02}", MONTHS[month - 1]
    shape = random.choice(("day", "day", "month", "month", "quarter", "year") if not deadline else ("by", "by_year", "month", "quarter"))
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


def _without(facts: Facts, names: Sequence[str]) -> Facts:
    return {name: fact for name, fact in facts.items() if name not in names}


class Drawer:
    """Draws the facts of events from one random stream; `cast` names parties that an article already has."""

    def __init__(self, random: Random, coiner: Coiner) -> None:
        self.random = random
        self.coiner = coiner
        self.year = random.randint(2012, 2038)
        self.currency = random.choice(CURRENCIES)

    def facts(self, event_type: str, past: bool) -> Facts:
        """The facts of a new event; a `past` one is over."""
        draws: dict[str, Callable[[bool], Facts]] = {
            "deal": self._deal, "product": self._product, "energy": self._energy, "litigation": self._litigation,
        }  # fmt: skip
        return draws[event_type](past)

    def _companies(self, chance_of_two: float, tail: str = "tail") -> Fact:
        two = self.random.random() < chance_of_two
        return named(*(self.coiner.company(tail) for _ in range(1 + two)))

    def _source(self) -> Fact:
        return named(self.coiner.company(self.random.choice(("news_tail", "research_tail")), always=True))

    def _currency(self) -> str:
        return self.currency if self.random.random() < 0.85 else self.random.choice(CURRENCIES)

    def _when(self, past: bool) -> Fact:
        return date(self.random, self.year - (6 if past else 0), self.year - past)

    def _deal(self, past: bool) -> Facts:
        random = self.random
        kind = random.choice(
            ("acquisition", "acquisition", "minority_stake", "investment", "funding_round", "supply_agreement", "partnership")
        )
        status = "completed" if past else random.choice(
            ("rumoured", "planned", "in_talks", "in_talks", "agreed", "agreed", "announced", "completed", "abandoned")
        )  # fmt: skip
        facts: Facts = {
            "investors": self._companies(0.2, "fund_tail" if kind == "funding_round" else "tail"),
            "target": named(self.coiner.company(), many=False),
            "deal_type": one(kind),
            "status": one(status),
            "amount": Fact((money(random, currency=self._currency()),)),
            "date": self._when(past),
            "key_people": named(*(self.coiner.person() for _ in range(random.choice((1, 1, 2))))),
            "attribution": self._source(),
        }
        if kind == "minority_stake":
            facts["stake"] = Fact((percent(random, 5, 49),))
        if kind in ("minority_stake", "investment", "funding_round"):
            share = facts["stake"].items[0].value["value"] / 100 if "stake" in facts else random.uniform(0.05, 0.4)
            paid = facts["amount"].items[0].value
            facts["valuation"] = Fact((money_of(random, paid["amount"] / share, paid["currency"]),))
        if kind in ("supply_agreement", "partnership"):
            facts["term"] = duration(random, 2, 15)
        if status not in ("completed", "abandoned", "rumoured"):
            facts["expected_close"] = date(random, self.year + 1, self.year + 2, deadline=True)
        if kind == "partnership":
            del facts["amount"]
        return _without(facts, ("key_people", "valuation", "date")) if status == "abandoned" else facts

    def _product(self, past: bool) -> Facts:
        random = self.random
        product = self.coiner.product()
        category = random.choice(("ai_model", "ai_model", "application", "application", "device", "service", "feature"))
        milestones = ("released", "released", "announced", "updated", "delayed", "withdrawn")
        milestone = random.choice(milestones if past else (*milestones, "planned", "in_development"))
        ahead = milestone in ("planned", "in_development", "delayed")
        facts: Facts = {
            "product": named(product, many=False),
            "developers": self._companies(0.12),
            "category": one(category),
            "milestone": one(milestone),
            "open_source": one(random.random() < 0.5),
            "date": date(random, self.year + 1, self.year + 2) if ahead else self._when(past),
            "predecessor": named(self.coiner.product(), many=False),
            "applications": self._applications(),
            "attribution": self._source(),
        }
        if milestone in ("released", "updated"):
            facts["users"] = Fact((count(random, 1, 90, random.choice(("", "million", "million"))),))
        if category == "ai_model":
            facts["parameters"] = Fact((count(random, 1, 400, random.choice(("billion", "billion", "million"))),))
        return facts

    def _applications(self) -> Fact:
        from goldspan.variants.compose import general

        texts = self.random.sample(general()["applications"].split("|"), self.random.choice((1, 2, 2, 3)))
        return Fact(tuple(Item(text, {"": ("", text)}) for text in texts), is_list=True)

    def _energy(self, past: bool) -> Facts:
        random = self.random
        source = random.choice(("nuclear", "solar", "solar", "wind", "wind", "hydro", "gas", "geothermal", "storage"))
        status = "completed" if past else random.choice(
            ("rumoured", "planned", "in_talks", "agreed", "agreed", "announced", "completed", "abandoned")
        )  # fmt: skip
        facts: Facts = {
            "buyers": self._companies(0.1),
            "sellers": named(self.coiner.company("energy_tail")),
            "facility": named(self.coiner.facility(source), many=False),
            "location": named(random.choice((self.coiner.country, self.coiner.place))(), many=False),
            "source": one(source),
            "agreement": one(random.choice(("power_purchase", "power_purchase", "construction", "restart", "acquisition"))),
            "status": one(status),
            "capacity": Fact((power(random, 20, 3000),)),
            "added_capacity": Fact((power(random, 10, 90),)),
            "jobs": Fact((count(random, 20, 3000),)),
            "annual_tax_revenue": Fact((money(random, 1, 4, "m", self._currency()),)),
            "emissions_avoided": Fact((mass(random),)),
            "attribution": self._source(),
        }
        if facts["agreement"].items[0].value == "power_purchase":
            facts["term"] = duration(random, 5, 30)
        if status != "completed":
            facts["start"] = date(random, self.year + 1, self.year + 8)
        gone = ("added_capacity", "jobs", "annual_tax_revenue", "emissions_avoided", "start")
        return _without(facts, gone) if status == "abandoned" else facts

    def _litigation(self, past: bool) -> Facts:
        random, coiner = self.random, self.coiner
        stages = ("filed", "settled", "dismissed", "decided")
        stage = random.choice(stages if past else (*stages, "threatened", "investigation", "hearing", "trial", "appeal"))
        case = random.choice(("copyright", "antitrust", "privacy", "contract", "employment", "regulatory"))
        facts: Facts = {
            "defendants": self._companies(0.15),
            "forum": named(coiner.institution("authority" if stage == "investigation" else "court"), many=False),
            "case_kind": one(case),
            "stage": one(stage),
            "legal_basis": named(coiner.institution("law")),
            "attribution": self._source(),
        }
        if stage == "investigation":
            return facts
        person = random.random() < 0.3
        facts["plaintiffs"] = named(coiner.person()) if person else self._companies(0.2, random.choice(("tail", "law_tail")))
        facts["relief"] = Fact((money(random, 1, 9, "bmmmk", self._currency()),), is_list=True)
        facts["filed_on"] = self._when(past)
        if stage in ("filed", "hearing", "trial", "appeal"):
            facts["ruling_expected"] = date(random, self.year + 1, self.year + 2)
        if case == "copyright":
            facts["works"] = Fact((count(random, 12, 4000),))
            facts["relief_per_work"] = Fact((money(random, scales="k", currency=self.currency),))
        return facts
