"""Composes one made article: draws what happened, tells it by the grammar, and keeps where each value is stated."""

from collections.abc import Callable, Collection, Mapping
from functools import cache
from random import Random
from typing import Any, NamedTuple

from goldspan.variants.drawer import Drawer
from goldspan.variants.facts import Fact, Item, money, percent
from goldspan.variants.general import general
from goldspan.variants.grammar import Choice, Phrase, Shown, Slot, Template, Words, load_grammar, parse
from goldspan.variants.making import LICENCE, Made, made
from goldspan.variants.teller import Teller
from goldspan.variants.text import Builder
from goldspan.variants.told_events import told_events
from goldspan.variants.words import Coiner, Name

TYPES = ("deal", "product", "energy", "litigation")
REVIEW = "made by a grammar; gold by construction"


class Told(NamedTuple):
    """A text, and the events that it tells."""

    text: str
    events: list[dict[str, Any]]


class Article:
    """An article in the making; with `only`, of one event of that type."""

    def __init__(self, random: Random, forbidden: Collection[str], only: str = "") -> None:
        self.random = random
        self.coiner = Coiner(random, forbidden)
        self.drawer = Drawer(random, self.coiner)
        self.builder = Builder()
        self.introduced: set[str] = set()
        self.tellers = [self._teller(0, only, past=True)] if only else self._draw_events()
        self.main = self._main_party()
        self._fillers = list(map(_parsed, general()["filler"]))
        self.title: str | None = None

    def _draw_events(self) -> list[Teller]:
        random = self.random
        main_type = random.choice(TYPES)
        tellers = [self._teller(0, main_type, past=False)]
        for number in range(1, random.choice((1, 1, 1, 2, 2, 2, 3, 3, 4))):
            other = main_type if random.random() < 0.55 else random.choice(TYPES)
            teller = self._teller(number, other, past=random.random() < 0.6)
            if random.random() < 0.4:
                self._share(tellers[0], teller)
            tellers.append(teller)
        return tellers

    def _teller(self, number: int, event_type: str, past: bool) -> Teller:
        grammar = load_grammar(event_type)
        while True:
            teller = Teller(number, event_type, self.drawer.facts(event_type, past), grammar)
            if any(map(teller.fits, grammar.uses["lead"])):
                return teller

    @staticmethod
    def _share(main: Teller, other: Teller) -> None:
        """Let a later event be one of the first one's party."""
        party = main.facts.get(main.grammar.subject)
        subject = other.grammar.subject
        if party and subject in other.facts and (party.items[0].name or Name("", "", "")).kind == "company":
            other.facts[subject] = Fact(party.items[:1], is_list=True)
            other.shared = True

    def _main_party(self) -> Name:
        facts = self.tellers[0].facts
        names = [
            item.name for fact in facts.values() for item in fact.items if item.name and item.name.kind == "company"
        ]
        return names[0]

    def compose(self) -> None:
        """Tell everything: headline, first paragraph, the rest of the main event, the others, a close."""
        random, main = self.random, self.tellers[0]
        if random.random() < 0.75:
            self._headline(main)
        if random.random() < 0.25:
            self._fill(random.choice(general()["dateline"]))
        self._paragraph(main, "lead", random.choice((0, 1, 1, 2)), fillers=0)
        for _ in range(random.choice((1, 1, 2, 2, 3))):
            self._break()
            self._paragraph(main, "detail", random.choice((0, 1, 1)), fillers=random.choice((0, 1, 1, 2)))
        for teller in self.tellers[1:]:
            self._break()
            use = "background" if random.random() < 0.65 else "lead"
            self._paragraph(teller, use, random.choice((0, 0, 1, 2)), fillers=random.choice((0, 0, 1)))
        for _ in range(random.choice((0, 1, 1, 2))):
            self._break()
            self._filler(random.choice((1, 1, 2, 3)))
        if random.random() < 0.15:
            self._break()
            self._fill(random.choice(general()["furniture"]))

    def background(self) -> None:
        """Tell one event in a paragraph."""
        self._paragraph(self.tellers[0], "background", self.random.choice((0, 1, 2)), fillers=0)

    def _break(self) -> None:
        self.builder.add("\n\n")

    def _headline(self, teller: Teller) -> None:
        fit = [template for template in teller.grammar.uses["headline"] if teller.fits(template)]
        if not fit:
            return
        self._tell(teller, self.random.choice(fit).phrase, headline=True)
        self.title = self.builder.text
        self._break()

    def _paragraph(self, teller: Teller, use: str, details: int, fillers: int) -> None:
        """A phrase of a use, then details that tell something new, then what states nothing."""
        started = self._sentence(teller, use)
        details = details if started or use == "detail" else 0
        for _ in range(details):
            started = self._sentence(teller, "detail", gap=started) or started
        if not started or fillers:
            self._filler(max(1, fillers), gap=started)

    def _sentence(self, teller: Teller, use: str, gap: bool = False) -> bool:
        templates = teller.grammar.uses[use]
        start = 1000 * ("headline", "lead", "background", "detail").index(use)
        fit = [
            (start + i, template)
            for i, template in enumerate(templates)
            if start + i not in teller.used
            and teller.fits(template)
            and (use != "detail" or teller.tells_anew(template))
        ]
        if not fit and use == "background":
            return self._sentence(teller, "lead", gap)
        if not fit:
            return False
        number, template = self.random.choice(fit)
        teller.used.add(number)
        if gap:
            self.builder.add(" ")
        self._capital(lambda: self._tell(teller, template.phrase))
        return True

    def _filler(self, sentences: int, gap: bool = False) -> None:
        main = self.tellers[0]
        for _ in range(sentences):
            fit = [template for template in self._fillers if main.fits(Template((), template.only))]
            template = self.random.choice(fit)
            self._fillers.remove(template)
            if gap:
                self.builder.add(" ")
            self._capital(lambda phrase=template.phrase: self._fill_phrase(phrase, {}))
            gap = True

    def _capital(self, tell: Callable[[], None]) -> None:
        """Tell a sentence and give it a capital letter; a capital is as long as the letter."""
        start = len(self.builder)
        tell()
        self.builder.capitalize(start)

    def _tell(self, teller: Teller, phrase: Phrase, headline: bool = False) -> None:
        for part in phrase:
            if isinstance(part, Words):
                self.builder.add(part.text)
            elif isinstance(part, Slot):
                self._slot(teller, part, headline)
            elif isinstance(part, Shown):
                teller.told[part.field] = None
                self.builder.mark(teller.number, f"/{part.field}")
                self._tell(teller, part.inside, headline)
                self.builder.close()
            else:
                options = part.options if isinstance(part, Choice) else teller.grammar.rules[part.name]
                fit = [option for option in options if teller.can_tell(option)]
                self._tell(teller, self.random.choice(fit), headline)

    def _slot(self, teller: Teller, slot: Slot, headline: bool) -> None:
        if slot.name == "a":
            self.builder.add_article()
            return
        if slot.name in ("v", "v2"):
            subject = teller.grammar.subject if slot.name == "v" else "defendants"
            singular, _, plural = slot.form.partition("/")
            self.builder.add(plural if teller.several(subject) else singular)
            return
        fact = teller.facts[slot.name]
        teller.told[slot.name] = None
        for i, item in enumerate(fact.items):
            if i:
                self.builder.add(" and " if i + 1 == len(fact.items) else ", ")
            before, words = self._words(item, slot.form, headline)
            pointer = f"/{slot.name}/{i}" if fact.is_list else f"/{slot.name}"
            if item.bare is not None and slot.form in ("", "full"):
                teller.hedged.add(pointer)
            self.builder.add(before)
            self.builder.mark(teller.number, pointer)
            self.builder.add(words)
            self.builder.close()

    def _words(self, item: Item, form: str, headline: bool) -> tuple[str, str]:
        if item.name is None:
            return item.forms.get(form, item.forms[""])
        name, kind = item.name, item.name.kind
        if kind not in ("company", "person"):
            return "", name.full
        if headline:
            return "", name.short if self.random.random() < 0.6 else name.full
        if name.full in self.introduced and self.random.random() < 0.7:
            return "", name.short
        self.introduced.add(name.full)
        return "", name.full

    def _fill(self, source: str) -> None:
        self._fill_phrase(_parsed(source).phrase, {})

    def _fill_phrase(self, phrase: Phrase, drawn: dict[str, str]) -> None:
        for part in phrase:
            if isinstance(part, Words):
                self.builder.add(part.text)
            elif isinstance(part, Choice):
                self._fill_phrase(self.random.choice(part.options), drawn)
            elif isinstance(part, Slot) and part.name == "a":
                self.builder.add_article()
            elif isinstance(part, Slot):
                if part.name not in drawn:
                    drawn[part.name] = self._filling(part.name)
                self.builder.add(drawn[part.name])

    def _filling(self, name: str) -> str:
        """Words that state nothing of an event."""
        random, coiner = self.random, self.coiner
        if name == "main":
            if self.main.full in self.introduced and random.random() < 0.6:
                return self.main.short
            self.introduced.add(self.main.full)
            return self.main.full
        makers: Mapping[str, Callable[[], str]] = {
            "org": lambda: coiner.company().full,
            "person": lambda: coiner.person().full,
            "place": lambda: coiner.place().full,
            "PLACE": lambda: coiner.place().full.upper(),
            "country": lambda: coiner.country().full,
            "news": lambda: coiner.company("news_tail", always=True).full,
            "research": lambda: coiner.company("research_tail", always=True).full,
            "money": lambda: money(random).forms[""][1],
            "pct": lambda: percent(random, 2, 60).forms[""][1],
            "year": lambda: str(random.randint(self.drawer.year - 20, self.drawer.year - 1)),
            "n": lambda: f"{random.randint(12, 900) * 10:,}",
        }
        return makers[name.rstrip("2")]()

    def record_events(self) -> list[dict[str, Any]]:
        """The events that the text tells, as a gold line has them."""
        return told_events(self.tellers, self.builder)


@cache
def _parsed(source: str) -> Template:
    return parse(source)


def compose(doc_id: str, stream: str, forbidden: Collection[str], schema_version: str | None) -> Made:
    """A made article and its gold, from a random stream of its own."""
    article = Article(Random(stream), forbidden)  # noqa: S311
    article.compose()
    events = article.record_events()
    for event in events:
        event["story_event"] = f"{doc_id}-{event['id']}"
    about = {"doc_id": doc_id, "story": doc_id, "title": article.title, "licence": LICENCE, "variant": "synthetic"}
    return made(about, article.builder.text, events, schema_version, REVIEW)


def tell_apart(random: Random, event_type: str, forbidden: Collection[str]) -> Told:
    """A paragraph about one event of a type, as it stands in the background of an article."""
    article = Article(random, forbidden, event_type)
    article.background()
    return Told(article.builder.text, article.record_events())
