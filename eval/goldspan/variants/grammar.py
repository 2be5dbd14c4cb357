"""The grammar of made articles: phrases with marks, read from the TOML files in `grammar/`.

In a phrase `{field}` states a value of an event (`{field:form}` in one of its forms), `<field=value|words>` shows an
enum or boolean value by words, `@name` is one of the phrases of a list, `[one|other]` a choice, `{a}` the article that
fits what follows, `{v:has/have}` agrees in number with the event's subject. `(field=one,other; …)` at the beginning
says for which events a phrase is fit.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from goldspan.errors import DataError, Problem

FOLDER = Path(__file__).with_name("grammar")


class Words(NamedTuple):
    """Plain characters."""

    text: str


class Slot(NamedTuple):
    """A value, in one of its forms."""

    name: str
    form: str


class Shown(NamedTuple):
    """Words that show the value of an enum or a boolean field."""

    field: str
    value: str
    inside: "Phrase"


class Choice(NamedTuple):
    """One of several phrases."""

    options: tuple["Phrase", ...]


class Rule(NamedTuple):
    """One of the phrases of a list, by its name."""

    name: str


Part = Words | Slot | Shown | Choice | Rule
Phrase = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """A phrase, for which values of which fields it is fit, and which fields it may state."""

    phrase: Phrase
    only: tuple[tuple[str, frozenset[str]], ...] = ()
    states: tuple[str, ...] = ()


@dataclass(frozen=True)
class TypeGrammar:
    """The phrases of an event type: by their use (headline, lead, detail, background), and the lists they refer to."""

    subject: str
    uses: Mapping[str, tuple[Template, ...]]
    rules: Mapping[str, tuple[Phrase, ...]]


_ONLY = re.compile(r"\(([a-z_]+=[^)]*)\) ")
_TOKEN = re.compile(r"\{(?P<slot>[^{}]*)\}|<(?P<field>\w+)=(?P<value>\w+)\||@(?P<rule>\w+)|(?P<sign>[\[\]|>])")


def parse(source: str) -> Template:
    """Read a phrase; ValueError says what is wrong with it.

    >>> parse("(status=agreed) {a} <status=agreed|signed> deal").only
    (('status', frozenset({'agreed'})),)
    """
    only: list[tuple[str, frozenset[str]]] = []
    if head := _ONLY.match(source):
        for condition in head[1].split(";"):
            name, _, values = condition.strip().partition("=")
            only.append((name, frozenset(values.split(","))))
        source = source[head.end() :]
    phrase, place, end = _phrase(source, 0)
    if end:
        raise ValueError(f"{end!r} closes nothing in {source!r} at {place}")
    named = (
        part.name if isinstance(part, Slot) else part.field for part in walk(phrase) if isinstance(part, Slot | Shown)
    )
    return Template(phrase, tuple(only), tuple(dict.fromkeys(named)))


def _phrase(source: str, place: int) -> tuple[Phrase, int, str]:
    """A phrase from a place on, where it ends, and the sign that ends it ("" at the end of the source)."""
    parts: list[Part] = []
    while match := _TOKEN.search(source, place):
        if match.start() > place:
            parts.append(Words(source[place : match.start()]))
        place = match.end()
        if match["slot"] is not None:
            name, _, form = match["slot"].partition(":")
            parts.append(Slot(name, form))
        elif match["field"]:
            inside, place, end = _phrase(source, place)
            if end != ">":
                raise ValueError(f"a mark is not closed in {source!r}")
            parts.append(Shown(match["field"], match["value"], inside))
        elif match["rule"]:
            parts.append(Rule(match["rule"]))
        elif match["sign"] == "[":
            choice, place = _choice(source, place)
            parts.append(choice)
        else:
            return tuple(parts), place, match["sign"]
    if place < len(source):
        parts.append(Words(source[place:]))
    return tuple(parts), len(source), ""


def _choice(source: str, place: int) -> tuple[Choice, int]:
    options: list[Phrase] = []
    end = "|"
    while end == "|":
        option, place, end = _phrase(source, place)
        options.append(option)
    if end != "]":
        raise ValueError(f"a choice is not closed in {source!r}")
    return Choice(tuple(options)), place


@cache
def load_grammar(name: str) -> TypeGrammar:
    """The grammar of an event type (or `general`), as it ships with goldspan."""
    path = FOLDER / f"{name}.toml"
    return read_grammar(path, tomllib.loads(path.read_text(encoding="utf-8")))


def read_grammar(path: Path, content: Mapping[str, Any]) -> TypeGrammar:
    """Parse all phrases of a grammar; DataError with every one that cannot be read or refers to a list that is not."""
    problems: list[Problem] = []
    lists: dict[str, Sequence[str]] = {key: value for key, value in content.items() if isinstance(value, list)}
    rule_lists: Mapping[str, Sequence[str]] = content.get("rules", {})

    def read(where: str, sources: Sequence[str]) -> tuple[Template, ...]:
        found: list[Template] = []
        for source in sources:
            try:
                template = parse(source)
                missing = [part.name for part in walk(template.phrase) if isinstance(part, Rule)]
                missing = [rule for rule in missing if rule not in rule_lists]
                if missing:
                    raise ValueError(f"no such list: {', '.join(missing)} in {source!r}")
                found.append(template)
            except ValueError as error:
                problems.append(Problem(str(error), path, pointer=f"/{where}"))
        return tuple(found)

    uses = {use: read(use, sources) for use, sources in lists.items()}
    rules = {
        rule: tuple(template.phrase for template in read(f"rules/{rule}", sources))
        for rule, sources in rule_lists.items()
    }
    if problems:
        raise DataError(problems)
    return TypeGrammar(content.get("subject", ""), uses, rules)


def walk(phrase: Phrase) -> Sequence[Part]:
    """Every part of a phrase, at any depth."""
    found: list[Part] = []
    for part in phrase:
        found.append(part)
        if isinstance(part, Shown):
            found += walk(part.inside)
        elif isinstance(part, Choice):
            for option in part.options:
                found += walk(option)
    return found
