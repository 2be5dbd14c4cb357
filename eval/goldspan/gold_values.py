"""Finds where in a document's gold a value would be right."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from goldspan.kinds import QUOTED, equal
from goldspan.leaves import Row
from goldspan.match import DocumentMatch
from goldspan.normal import ARTICLES, normal_duration
from goldspan.pointers import resolve
from goldspan.schema import Leaf

CLOSED = frozenset({"enum", "boolean"})
"""The kinds whose values come from a short list."""


class Place(NamedTuple):
    """Where a gold value stands: the event, the field's dotted path, the pointer; and whether it has been matched."""

    event: int
    field: str
    pointer: str
    matched: bool


class GoldValues:
    """Finds the gold leaves of one document in which a value would be right.

    `domains` names for each field what it may be compared with (`domains_of`). Only the domains that are asked for are
    looked into. Their values, accepted ones and quotes too, lie under keys that equal values share and that cost next
    to nothing, so that `equal` decides about few.
    """

    __slots__ = ("_domains", "_known", "_leaves", "_match", "_stated")

    def __init__(self, match: DocumentMatch, leaves: Mapping[str, Leaf], domains: Mapping[str, str]) -> None:
        self._match, self._leaves, self._domains = match, leaves, domains
        self._stated: dict[str, list[tuple[int, Row]]] | None = None
        self._known: dict[str, dict[Any, list[tuple[Any, Place]]]] = {}

    def find(self, field: str, value: Any) -> list[Place]:
        """The places where a valid value of a field would be right: once each, in no particular order."""
        leaf, domain = self._leaves[field], self._domains[field]
        known = self._known.get(domain)
        if known is None:
            known = self._known[domain] = self._collect(domain)
        if not known:
            return []
        key = _key(leaf.kind, value)
        near = [known.get(key, ()), known.get(None, ())] if key is not None else known.values()
        kind, units = leaf.kind, leaf.units
        found = [place for values in near for right, place in values if equal(kind, right, value, units)]
        return found if len(found) < 2 else list(dict.fromkeys(found))

    def _collect(self, domain: str) -> dict[Any, list[tuple[Any, Place]]]:
        """The right values of a domain with their places, by key."""
        if self._stated is None:
            self._stated = self._by_domain()
        known: dict[Any, list[tuple[Any, Place]]] = {}
        for i, (path, result, target, _, _) in self._stated.get(domain, ()):
            event, kind, target = self._match.gold.events[i], self._leaves[path].kind, target or ""
            place = Place(i, path, target, result == "matched")
            values = [value_at(event.fields, target), *event.accepted.get(target, ())]
            if kind in QUOTED and target in event.evidence:
                values += {span.quote for span in event.evidence[target]}
            for value in values:
                known.setdefault(_key(kind, value), []).append((value, place))
        return known

    def _by_domain(self) -> dict[str, list[tuple[int, Row]]]:
        """The leaves that gold states, with the event that states them."""
        stated: dict[str, list[tuple[int, Row]]] = {}
        domains = self._domains
        for pair in self._match.pairs:
            if pair.gold is None:
                continue
            for row in pair.rows:
                if row[2] is not None and row[0] in domains:
                    stated.setdefault(domains[row[0]], []).append((pair.gold, row))
        return stated


def domains_of(leaves: Mapping[str, Leaf]) -> dict[str, str]:
    """For each field what its values can be compared with: equal for fields of one kind (and, of quantities, units).

    >>> domains_of({"deal.amount": Leaf("money"), "deal.valuation": Leaf("money"), "deal.status": Leaf("enum")})
    {'deal.amount': 'money', 'deal.valuation': 'money', 'deal.status': 'deal.status'}
    """
    domains: dict[str, str] = {}
    for path, leaf in leaves.items():
        units = "".join(f" {unit}={factor}" for unit, factor in sorted(leaf.units.items()))
        domains[path] = path if leaf.kind in CLOSED else leaf.kind + units
    return domains


def value_at(fields: Mapping[str, Any], target: str) -> Any:
    """What stands at a JSON Pointer; quick where it is a plain member."""
    name = target[1:]
    return fields[name] if name in fields and "~" not in name and "/" not in name else resolve(fields, target)


def _key(kind: str, value: Any) -> Any:
    """A key that equal values share; None where the value could equal one with any key."""
    match kind:
        case "name" | "text":
            return _first_word(value)
        case "money":
            return value["currency"]
        case "date":
            return value
        case "duration":
            return normal_duration(value)
        case _:
            return ""


@lru_cache(maxsize=1 << 16)
def _first_word(text: str) -> str | None:
    """The first word in lower case; None where folding could change it (see `goldspan.kinds.told_apart`)."""
    word = text.partition(" ")[0]
    plain = word.isascii() and word.isalpha()
    return word.lower() if plain and word.lower() not in ARTICLES else None
