"""The plan of how articles are rewritten: `annotations/twins.toml`, or a file of the user's own like it."""

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from goldspan.errors import DataError, Problem
from goldspan.files import read_bytes


class Party(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody or something with a name: the kind of name that is drawn, and every form that the texts use."""

    kind: str
    forms: dict[str, str]
    tail: str = ""
    gender: str = ""
    avoid: int | None = msgspec.field(default=None, name="not")
    words: tuple[str, ...] = ()


class Derived(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A figure that follows from others: times / over x factor."""

    document: str
    figure: str
    times: tuple[str, ...]
    why: str
    over: tuple[str, ...] = ()
    factor: float = 1.0


class Stay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words or figures that a twin keeps, and why."""

    why: str
    words: str = ""
    figures: tuple[str, ...] = ()


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    party: tuple[Party, ...] = ()
    figure: tuple[Derived, ...] = ()
    stay: tuple[Stay, ...] = ()

    def reasons(self) -> dict[str, str]:
        """Why each word stays."""
        return {word: stay.why for stay in self.stay for word in stay.words.split()}


def load_plan(path: Path) -> Plan:
    """Read a plan; DataError where it is no TOML, or has other keys or types than a plan has."""
    try:
        return msgspec.convert(tomllib.loads(read_bytes(path).decode()), Plan)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise DataError([Problem(str(error), path)]) from error


@dataclass(frozen=True)
class Forms:
    """Every form of every party, longest first, and what each becomes."""

    pattern: re.Pattern[str] | None
    new: Mapping[str, str]

    @classmethod
    def of(cls, new: Mapping[str, str]) -> "Forms":
        """Compile what is looked for."""
        longest: Sequence[str] = sorted(new, key=lambda form: (-len(form), form))
        if not longest:
            return cls(None, new)
        alternatives = "|".join(map(re.escape, longest))
        return cls(re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)"), new)

    def found(self, text: str) -> list[tuple[int, int, str]]:
        """Where a form stands, and what stands there in the twin."""
        if self.pattern is None:
            return []
        return [(*match.span(), self.new[match[0]]) for match in self.pattern.finditer(text)]


def automatic(names: Iterable[str], known: Forms, common: Collection[str]) -> list[Party]:
    """Parties for names that a plan says nothing of: each of their words that is no common one gets another.

    >>> [party.forms for party in automatic(["Northwind Group", "Contoso"], Forms.of({"Contoso": "X"}), ["Group"])]
    [{'Northwind': '{short}'}]
    """
    words = (word for name in names if not known.found(name) for word in _WORD.findall(name))
    return [
        Party("company", {word: "{short}"}) for word in dict.fromkeys(words) if word not in common and word[0].isupper()
    ]


_WORD = re.compile(r"[^\W\d_][\w&.-]*\w|[^\W\d_]")
