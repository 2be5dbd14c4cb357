"""Draws what happened: the facts of an event of each type."""

from collections.abc import Callable, Sequence
from random import Random

from goldspan.variants.facts import (
    CURRENCIES,
    Fact,
    Facts,
    Item,
    count,
    date,
    duration,
    mass,
    money,
    money_of,
    named,
    one,
    percent,
    power,
)
from goldspan.variants.general import general
from goldspan.variants.words import Coiner


def _without(facts: Facts, names: Sequence[str]) -> Facts:
    return {name: fact for name, fact in facts.items() if name not in names}


class Drawer:
    """Draws the facts of events from one random stream; `year` and `currency` are those of the article."""

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
            (
                "acquisition",
                "acquisition",
                "minority_stake",
                "investment",
                "funding_round",
                "supply_agreement",
                "partnership",
            )
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
            "agreement": one(
                random.choice(("power_purchase", "power_purchase", "construction", "restart", "acquisition"))
            ),
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
        stage = random.choice(
            stages if past else (*stages, "threatened", "investigation", "hearing", "trial", "appeal")
        )
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
        facts["plaintiffs"] = (
            named(coiner.person()) if person else self._companies(0.2, random.choice(("tail", "law_tail")))
        )
        facts["relief"] = Fact((money(random, 1, 9, "bmmmk", self._currency()),), is_list=True)
        facts["filed_on"] = self._when(past)
        if stage in ("filed", "hearing", "trial", "appeal"):
            facts["ruling_expected"] = date(random, self.year + 1, self.year + 2)
        if case == "copyright":
            facts["works"] = Fact((count(random, 12, 4000),))
            facts["relief_per_work"] = Fact((money(random, scales="k", currency=self.currency),))
        return facts
