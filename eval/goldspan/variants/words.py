"""Fictional names: put together from syllables, so that they look like their kind and name nobody.

A `Coiner` draws from the random stream that it is given and from nothing else: the same stream gives the same names on
any machine. It never gives a word twice, and none that is forbidden (the words of a corpus, and names that exist).
"""

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

_FILE = Path(__file__).with_name("names.toml")
_CROWDED = re.compile(r"[^aeiouy]{4}|(.)\1\1")
_AWKWARD = ("uu", "ii", "yy", "aai", "eae", "aia", "yi", "iy", "uy", "yu", "ww", "jj", "hh")


@cache
def content() -> Mapping[str, Any]:
    """The syllables and word lists of `names.toml`."""
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


@cache
def _list(section: str, name: str) -> tuple[str, ...]:
    return tuple(content()[section][name].split())


@cache
def _denied() -> frozenset[str]:
    return frozenset(word.casefold() for word in _list("deny", "words"))


@dataclass(frozen=True, slots=True)
class Name:
    """A fictional name: in full, the short form that a reader would use, and what stands for it where it recurs.

    `adjective` is of a country; `gender` of a person, "f" or "m".
    """

    full: str
    short: str
    kind: str
    adjective: str = ""
    gender: str = ""
    first: str = ""


class Coiner:
    """Draws names that are new in this document (or world) from a random stream.

    >>> coiner = Coiner(Random("an example"))
    >>> name = coiner.company()
    >>> name.full.startswith(name.short), coiner.person("f").gender
    (True, 'f')
    """

    def __init__(self, random: Random, forbidden: Collection[str] = frozenset()) -> None:
        self.random = random
        self._forbidden = forbidden
        self._used: set[str] = set()
        self._starts: set[str] = set()

    def word(self, end: str, syllables: int | None = None) -> str:
        """A new word of one or two syllables and an ending of a kind."""
        draw = self.random.choice
        for _ in range(1000):
            count = syllables or draw((1, 1, 1, 2))
            letters = draw(_list("syllables", "onset"))
            for i in range(count):
                letters += draw(_list("syllables", "nucleus"))
                letters += draw(_list("syllables", "middle" if i + 1 < count or end != "place_end" else "close"))
            made = (letters + draw(_list("syllables", end))).capitalize()
            if self._is_new(made, 9 if end in ("company_end", "product_end") else 11):
                return made
        raise AssertionError("the syllables are exhausted")

    def _is_new(self, made: str, longest: int) -> bool:
        key = made.casefold()
        if not 5 <= len(made) <= longest or key in self._used or key in self._forbidden or key in _denied():
            return False
        if made.endswith(("s", "x", "z")) or _CROWDED.search(key) or any(part in key for part in _AWKWARD):
            return False
        if key[:5] in self._starts:  # no two names of one text that look alike
            return False
        self._used.add(key)
        self._starts.add(key[:5])
        return True

    def company(self, tail: str = "tail", always: bool = False) -> Name:
        """A company; in full it has a second word most of the time."""
        short = self.word("company_end")
        if not always and self.random.random() < 0.3:
            return Name(short, short, "company")
        return Name(f"{short} {self.random.choice(_list('company', tail))}", short, "company")

    def person(self, gender: str | None = None) -> Name:
        """A person: an ordinary first name, a surname that nobody bears."""
        gender = gender or self.random.choice("fm")
        for _ in range(100):
            first = self.random.choice(_list("people", gender))
            if first.casefold() not in self._used and first.casefold() not in self._forbidden:
                break
        else:
            raise AssertionError("the first names are exhausted")
        self._used.add(first.casefold())
        last = self.word("surname_end", 1)
        return Name(f"{first} {last}", last, "person", gender=gender, first=first)

    def product(self, version: bool = True) -> Name:
        """A product, with a version number some of the time."""
        word = self.word("product_end")
        number = f" {self.random.randint(2, 9)}" if version and self.random.random() < 0.5 else ""
        return Name(word + number, word, "product")

    def place(self) -> Name:
        """A town or a region."""
        word = self.word("place_end", 1)
        return Name(word, word, "place")

    def country(self) -> Name:
        """A country or a state, with its adjective."""
        word = self.word("country_end", 1)
        return Name(word, word, "country", adjective=word + ("n" if word.endswith("a") else "i"))

    def facility(self, source: str) -> Name:
        """A power plant of a kind."""
        place = self.word("place_end", 1)
        return Name(f"{place} {self.random.choice(content()['facility'][source])}", place, "facility")

    def institution(self, which: str) -> Name:
        """A court, an authority or a law."""
        pattern: str = self.random.choice(content()["institution"][which])
        full = pattern.format(
            place=self.word("place_end", 1) if "{place}" in pattern else "",
            country=self.country().adjective if "{country}" in pattern else "",
        )
        return Name(full, full, which)
