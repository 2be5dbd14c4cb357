"""One other world: what every name, figure and date of the originals is in the twins of one copy."""

import re
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from random import Random

from goldspan.variants.figures import MONTHS, NUMBER_WORDS, Figure, figures, rounded, written
from goldspan.variants.plan import Derived, Forms, Party, Plan
from goldspan.variants.rewriting import Edit
from goldspan.variants.text import article
from goldspan.variants.words import Coiner

_ARTICLE = re.compile(r"\b([Aa])n? ([$£€¥“‘\"']*)\Z")
_LETTERS = "BDGJKMPRTWZ"
_AGES = range(27, 39)


class World:
    """Everything that is drawn for one copy; the same for all its documents, so that they agree with one another."""

    def __init__(self, stream: str, plan: Plan, parties: Sequence[Party], forbidden: Collection[str]) -> None:
        random = Random(stream)  # noqa: S311
        coiner = Coiner(random, forbidden)
        new: dict[str, str] = {}
        for party in parties:
            parts = _draw(party, random, coiner)
            new |= {form: template.format_map(parts) for form, template in party.forms.items()}
        self.forms = Forms.of(new)
        self._derived = plan.figure
        low = random.random() < 0.4
        self._factor = {
            "money": Decimal(random.randint(35, 80) if low else random.randint(130, 260)) / 100,
            "count": Decimal(random.randint(160, 280)) / 100,
            "power": Decimal(random.choice((*range(190, 245), *range(280, 340)))) / 100,
            "percent": Decimal(random.randint(40, 85)) / 100,
        }
        self._factor["spelt"] = self._factor["count"]
        self.years = random.choice((-7, -6, -5, -4, -3, -2, 1, 2, 3, 4, 5, 6))
        self.months = random.choice((0, 3))
        self._day = random.randint(1, 26)
        self._term, self._age = random.randint(1, 6), random.randrange(len(_AGES))

    def day(self, day: int) -> int:
        """Another day of a month, never the same."""
        return (day + self._day - 1) % 27 + 1

    def month(self, month: int) -> int:
        """The month, as the calendar is moved."""
        return (month - 1 + self.months) % 12 + 1

    def quarter(self, quarter: int) -> int:
        """The quarter, as the calendar is moved."""
        return (quarter - 1 + self.months // 3) % 4 + 1

    def year(self, year: int, month: int | None = None, quarter: int | None = None) -> int:
        """The year; one later where month or quarter passes its end."""
        passes = (month or 0) + self.months > 12 or (quarter or 0) + self.months // 3 > 4
        return year + self.years + passes

    def value(self, figure: Figure) -> Decimal:
        """What a figure that depends on no other is in this world; never what it was."""
        if figure.dimension == "term":
            return self._term_of(figure)
        if figure.dimension == "age":
            age = Decimal(_AGES[self._age])
            return age if age != figure.value else age + 1
        if not figure.value:
            return figure.value
        new = rounded(figure.value * self._factor[figure.dimension], figure.grain)
        if new == figure.value:
            new += figure.grain if self._factor[figure.dimension] > 1 or new == figure.grain else -figure.grain
        if "." in figure.text and new % (figure.grain * 10) == 0:
            new += figure.grain  # "$20.0 billion" would be another form
        return new

    def _term_of(self, figure: Figure) -> Decimal:
        years = int(figure.value)
        step = 5 if years % 5 == 0 and years >= 10 else 1
        new = years + step * self._term
        return Decimal(new if new <= (40 if step == 5 else 12) else max(2, years - step * (self._term % 2 + 1)))

    def edits(self, text: str, doc_id: str = "") -> tuple[list[Edit], dict[tuple[str, Decimal], Decimal]]:
        """All that is rewritten in a text, and what became of each figure, by dimension and value."""
        names = [Edit(start, end, new) for start, end, new in self.forms.found(text)]
        taken = bytearray(len(text))
        for edit in names:
            taken[edit.start : edit.end] = b"\1" * (edit.end - edit.start)
        found = [figure for figure in figures(text) if not any(taken[figure.start : figure.end])]
        values = self._values(found, [each for each in self._derived if each.document == doc_id])
        made = [Edit(figure.start, figure.end, self._words(figure, values)) for figure in found]
        edits = sorted(names + [edit for edit in made if text[edit.start : edit.end] != edit.new])
        return sorted(edits + articles(text, edits)), values

    def _values(self, found: Sequence[Figure], derived: Sequence[Derived]) -> dict[tuple[str, Decimal], Decimal]:
        coarse: dict[tuple[str, Decimal], Figure] = {}
        for figure in found:
            if figure.dimension != "date":
                key = figure.dimension, figure.value
                if key not in coarse or figure.grain > coarse[key].grain:
                    coarse[key] = figure
        values: dict[tuple[str, Decimal], Decimal] = {}
        for key, figure in coarse.items():
            values[key] = self.value(figure)
            while (
                figure.dimension,
                values[key],
            ) in coarse and figure.value:  # no figure of the original, not even another
                values[key] += figure.grain
        for rule in derived:
            [target] = figures(rule.figure)
            if (target.dimension, target.value) not in coarse:
                continue
            value = Decimal(str(rule.factor))
            for words in rule.times:
                value *= _looked_up(words, values)
            for words in rule.over:
                value /= _looked_up(words, values)
            made = rounded(value, target.grain, down=True)
            values[target.dimension, target.value] = made if made != target.value else made - target.grain
        return values

    def _words(self, figure: Figure, values: Mapping[tuple[str, Decimal], Decimal]) -> str:
        if figure.dimension == "date":
            return self._date(figure)
        new = values[figure.dimension, figure.value]
        if figure.dimension == "term" and figure.text.isalpha():
            return NUMBER_WORDS[int(new)] if new < len(NUMBER_WORDS) else str(new)
        return written(figure, new)

    def _date(self, figure: Figure) -> str:
        text = figure.text
        if figure.day is not None:
            text = re.sub(rf"\b{figure.day}\b", str(self.day(figure.day)), text, count=1)
        if figure.month is not None:
            text = text.replace(MONTHS[figure.month - 1], MONTHS[self.month(figure.month) - 1])
        if figure.quarter is not None:
            text = text.replace(f"Q{figure.quarter}", f"Q{self.quarter(figure.quarter)}")
        if figure.year is not None:
            text = text.replace(str(figure.year), str(self.year(figure.year, figure.month, figure.quarter)))
        return text

    def edtf(self, value: str) -> str:
        """A date of gold in this world; parts that are no plain date (an open end) stay."""
        return re.sub(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", self._edtf_part, value)

    def _edtf_part(self, match: re.Match[str]) -> str:
        year, second, third = int(match[1]), match[2], match[3]
        if second is None:
            return f"{self.year(year):04}"
        number = int(second)
        if number > 12:
            quarter = (number - 1) % 4 + 1
            return f"{self.year(year, quarter=quarter):04}-{number - quarter + self.quarter(quarter)}"
        new = f"{self.year(year, number):04}-{self.month(number):02}"
        return new if third is None else f"{new}-{self.day(int(third)):02}"


def _looked_up(words: str, values: Mapping[tuple[str, Decimal], Decimal]) -> Decimal:
    [figure] = figures(words)
    value = values.get((figure.dimension, figure.value), figure.value)
    return value / 100 if figure.dimension == "percent" else value


def articles(text: str, edits: Sequence[Edit]) -> list[Edit]:
    """The articles before what is rewritten, where what follows now wants the other one."""
    found: list[Edit] = []
    for edit in edits:
        before = _ARTICLE.search(text, max(0, edit.start - 8), edit.start)
        if before and not any(other.start < before.end() and before.start() < other.end for other in edits):
            old = text[before.start() : before.start() + before.end(1) - before.start() + 1].strip()
            new = article(before[2] + edit.new + text[edit.end : edit.end + 20])
            new = new.capitalize() if before[1] == "A" else new
            if old != new:
                found.append(Edit(before.start(), before.start() + len(old), new))
    return found


def _draw(party: Party, random: Random, coiner: Coiner) -> dict[str, str]:
    """The parts of a new name that a party's forms may use."""
    number = random.choice([n for n in range(2, 10) if n != party.avoid])
    parts = {"n": str(number), "letter": random.choice(_LETTERS)}
    if party.kind == "person":
        name = coiner.person(party.gender or None)
        return parts | {"full": name.full, "first": name.first, "last": name.short, "short": name.short}
    if party.kind == "phrase":
        words = [random.choice(options.split()) for options in party.words]
        return parts | {"full": " ".join(words), "initials": "".join(word[0] for word in words)}
    if party.kind == "letters":
        word = coiner.word("product_end", 1)[:6].upper()
        initials = "".join(random.choice("BCDFGHJKLMNPQRSTVWXZ") for _ in range(3))
        return parts | {"word": word, "initials": initials}
    name = {"company": coiner.company, "product": coiner.product, "place": coiner.place, "country": coiner.country}[
        party.kind
    ]()
    tail = random.choice(party.tail.split()) if party.tail else ""
    return parts | {
        "full": name.full, "short": name.short, "name": name.short, "adjective": name.adjective, "tail": tail,
        "initial": name.short[0],
    }  # fmt: skip
