"""Finds where in a document's gold a value would be right."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from goldspan.kinds import QUOTED, equal, start_of
from goldspan.leaves import Row
from goldspan.match import DocumentMatch
from goldspan.normal import normal_duration
from goldspan.records import Event
from goldspan.schema import Leaf

CLOSED = frozenset({"enum", "boolean"})
"""The kinds whose values come from a short list."""

Domain = frozenset[str]
"""The fields whose values can be compared with one another."""


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

    __slots__ = ("_domains", "_known", "_leaves", "_match")

    def __init__(self, match: DocumentMatch, leaves: Mapping[str, Leaf], domains: Mapping[str, Domain]) -> None:
        self._match, self._leaves, self._domains = match, leaves, domains
        self._known: dict[Domain, _Known] = {}

    def find(self, field: str, value: Any) -> list[Place]:
        """The places where a valid value of a field would be right: once each, in no particular order."""
        leaf, domain = self._leaves[field], self._domains[field]
        kind, units = leaf.kind, leaf.units
        known = self._known.get(domain)
        if known is None:
            known = self._known[domain] = self._collect(domain, kind)
        if not known:
            return []
        key = _KEYS.get(kind, _no_key)(value)
        near = known.values() if key is None else (known.get(key, ()), known.get(None, ()))
        found = [
            Place(event, row[0], row[2] or "", row[1] == "matched")
            for values in near
            for right, event, row in values
            if equal(kind, right, value, units)
        ]
        return found if len(found) < 2 else list(dict.fromkeys(found))

    def _collect(self, domain: Domain, kind: str) -> "_Known":
        """The right values of a domain, by key."""
        known: _Known = defaultdict(list)
        key = _KEYS.get(kind, _no_key)
        for pair in self._match.pairs:
            if pair.gold is None:
                continue
            event = self._match.gold.events[pair.gold]
            fields, is_lenient = event.fields, event.accepted or event.evidence
            for row in pair.rows:
                path, _, target, _, _ = row
                if path not in domain or target is None:
                    continue
                value = value_at(fields, target)
                known[key(value)].append((value, pair.gold, row))
                if is_lenient:
                    for also in _also_right(event, target, kind):
                        known[key(also)].append((also, pair.gold, row))
        return known


_Known = defaultdict[Any, list[tuple[Any, int, Row]]]
"""By key: a right value, the event and the leaf that it is right for."""


def _also_right(event: Event, target: str, kind: str) -> list[Any]:
    """The accepted values of a leaf and, of a name or text, its quotes."""
    quotes = {span.quote for span in event.evidence.get(target, ())} if kind in QUOTED else ()
    return [*event.accepted.get(target, ()), *quotes]


def domains_of(leaves: Mapping[str, Leaf]) -> dict[str, Domain]:
    """For each field its domain: the fields of its kind (and, of quantities, its units).

    >>> domains = domains_of({"deal.amount": Leaf("money"), "deal.price": Leaf("money"), "deal.status": Leaf("enum")})
    >>> sorted(domains["deal.amount"]), sorted(domains["deal.status"])
    (['deal.amount', 'deal.price'], ['deal.status'])
    """
    alike: dict[str, list[str]] = {}
    for path, leaf in leaves.items():
        units = "".join(f" {unit}={factor}" for unit, factor in sorted(leaf.units.items()))
        alike.setdefault(path if leaf.kind in CLOSED else leaf.kind + units, []).append(path)
    return {path: domain for domain in map(frozenset, alike.values()) for path in domain}


def value_at(fields: Mapping[str, Any], target: str) -> Any:
    """What stands at a JSON Pointer where something does: `goldspan.pointers.resolve`, quick for many of the same."""
    value: Any = fields
    for token, index in _tokens(target):
        value = value[index if isinstance(value, list) else token]
    return value


@lru_cache(maxsize=1 << 12)
def _tokens(target: str) -> tuple[tuple[str, int], ...]:
    """The tokens of a pointer, each as a name and as the place in a list (-1 where it is none)."""
    names = [token.replace("~1", "/").replace("~0", "~") for token in target.split("/")[1:]]
    return tuple((name, int(name) if name.isdecimal() else -1) for name in names)


def _no_key(value: Any) -> str:  # noqa: ARG001  # any two values could be equal
    return ""


_KEYS: Mapping[str, Callable[[Any], Any]] = {
    "name": start_of,
    "text": start_of,
    "money": itemgetter("currency"),
    "date": str,
    "duration": normal_duration,
}
"""For a kind, a key that equal values share; None where a value could equal one with any key."""
