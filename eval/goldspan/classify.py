"""Why a leaf is wrong: exactly one class for each misread and each invented leaf of a document.

A **misread** leaf gets the first class that fits:

1. `enum`: the field has a closed list of values (enum, boolean), too few to tell where one comes from;
2. `wrong_role`: the value is right elsewhere in the same gold event: in another field, or another item of the field;
3. `wrong_event`: the value is right in another gold event of the document;
4. then by kind. Money: `currency` where the currencies differ, whatever the amounts. Quantity: `unit` where the bare
   numbers agree and the units differ; duration likewise (P20Y, P20M). A number of any kind: `percent_or_number` where a
   percent is off by exactly a hundred (49, 0.49), or where the bare number is that of a percent of the same gold event
   although this field is none, or the other way about; `scale` where it is off by a power of ten; otherwise `number`.
   Date: `date_precision` where one is the other told less precisely (a day, its month, quarter or year; `~`, `?` and
   `%` are less precise too), otherwise `date_value`. Name and text: `alias` where, both normalised, all words of one
   are among the words of the other or `difflib.SequenceMatcher` finds the two at least 0.8 alike (a diagnosis, no part
   of any F1); otherwise `other`.

An **invented** leaf likewise:

1. `duplicate`: the value is right in this field of the gold event, and was matched there already. In a predicted event
   without a partner: right and matched in this field of any gold event of the document;
2. `wrong_role`, 3. `wrong_event`: as above, closed lists left out (to an event without a partner, every gold event is
   another one);
4. `in_text`: a quote given for it stands at its place in the document, or its words stand anywhere (`Text.tells`);
   otherwise `not_in_text`; `unknown_text` where the text of the document is not known.

"Is right" is `goldspan.kinds.equal`, accepted values and quotes included, between fields of one kind (and, of
quantities, the same units). What the schema rejected equals nothing: only the fourth step looks at it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from difflib import SequenceMatcher
from functools import cached_property, lru_cache
from typing import Any, Literal, NamedTuple

from goldspan.grounding import Text, stands_at_its_place
from goldspan.kinds import QUOTED, close, equal
from goldspan.match import DocumentMatch
from goldspan.normal import normal_duration, normal_name, normal_text
from goldspan.pairing import EventPair, Outcome
from goldspan.pointers import resolve
from goldspan.records import Span
from goldspan.schema import Leaf

MisreadClass = Literal[
    "scale", "currency", "unit", "percent_or_number", "date_precision", "date_value", "number", "alias", "wrong_role",
    "wrong_event", "enum", "other",
]  # fmt: skip
InventedClass = Literal["duplicate", "wrong_role", "wrong_event", "in_text", "not_in_text", "unknown_text"]

CLOSED = frozenset({"enum", "boolean"})
"""The kinds whose values come from a short list."""

_NUMBER: Mapping[str, str | None] = {"money": "amount", "percent": "value", "quantity": "value", "number": None}
_NORMAL: Mapping[str, Callable[[str], Any]] = {"name": normal_name, "text": normal_text, "duration": normal_duration}
_NEAR = Decimal("2e-9")  # twice the relative tolerance of equality
_ALIKE = 0.8  # from which ratio of difflib on a wrong name is a near-miss
_LONGEST_COMPARED = 200  # difflib is quadratic
_WORD = re.compile(r"\w+")
_DIGITS = re.compile(r"[0-9.]+")
_DATE = re.compile(r"(-?[0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?[~?%]?")


class Place(NamedTuple):
    """Where a gold value stands: the event, the field's dotted path, the pointer; and whether it has been matched."""

    event: int
    field: str
    pointer: str
    matched: bool


class GoldValues:
    """Finds the gold leaves of one document in which a value would be right.

    `domains` names for each field what it may be compared with (`domains_of`). Values are kept under keys that equal
    values share, so that `equal` decides about few.
    """

    def __init__(self, match: DocumentMatch, leaves: Mapping[str, Leaf], domains: Mapping[str, str]) -> None:
        self._match, self._leaves, self._domains = match, leaves, domains
        self._known: dict[str, dict[Any, list[Place]]] = {}

    def find(self, field: str, value: Any) -> list[Place]:
        """The places where a valid value of a field would be right: once each, in no particular order."""
        leaf, domain = self._leaves[field], self._domains[field]
        if domain not in self._known:
            self._known[domain] = self._collect(domain)
        known = self._known[domain]
        if not known:
            return []
        places = dict.fromkeys(place for key in _keys(leaf, value, spread=True) for place in known.get(key, ()))
        return [place for place in places if self._is_right(leaf, place, value)]

    def _is_right(self, leaf: Leaf, place: Place, value: Any) -> bool:
        event = self._match.gold.events[place.event]
        quotes = list({span.quote for span in event.evidence.get(place.pointer, ())})
        accepted = event.accepted.get(place.pointer, ())
        return equal(leaf.kind, value_at(event.fields, place.pointer), value, leaf.units, accepted, quotes)

    def _collect(self, domain: str) -> dict[Any, list[Place]]:
        known: dict[Any, list[Place]] = {}
        for pair in self._match.pairs:
            if pair.gold is None:
                continue
            event = self._match.gold.events[pair.gold]
            for outcome in pair.outcomes:
                target = outcome.gold
                if target is None or self._domains.get(outcome.field) != domain:
                    continue
                leaf = self._leaves[outcome.field]
                values = [value_at(event.fields, target), *event.accepted.get(target, ())]
                if leaf.kind in QUOTED:
                    values += {span.quote for span in event.evidence.get(target, ())}
                place = Place(pair.gold, outcome.field, target, outcome.result == "matched")
                for key in {_keys(leaf, value)[0] for value in values}:
                    known.setdefault(key, []).append(place)
        return known


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


class Classifier:
    """Gives the wrong leaves of one document their classes; `domains` is what `domains_of` makes of `leaves`."""

    def __init__(self, match: DocumentMatch, leaves: Mapping[str, Leaf], domains: Mapping[str, str]) -> None:
        self._match, self._leaves = match, leaves
        self.gold_values = GoldValues(match, leaves, domains)

    @cached_property
    def _text(self) -> Text | None:
        return None if self._match.document is None else Text(self._match.document.text)

    def misread(self, pair: EventPair, outcome: Outcome) -> MisreadClass:
        """The class of a misread leaf."""
        leaf = self._leaves[outcome.field]
        if leaf.kind in CLOSED:
            return "enum"
        gold, pred = (value_of(self._match, pair, outcome, side) for side in ("gold", "pred"))
        if places := self.gold_values.find(outcome.field, pred):
            return "wrong_role" if any(place.event == pair.gold for place in places) else "wrong_event"
        found = _by_kind(leaf, gold, pred)
        if leaf.kind in _NUMBER and found in ("scale", "number") and self._is_percent_for_number(pair, leaf, pred):
            return "percent_or_number"
        return found

    def invented(self, pair: EventPair, outcome: Outcome, rejected: bool) -> InventedClass:
        """The class of an invented leaf; `rejected` says that the schema does not allow its value."""
        leaf = None if rejected else self._leaves.get(outcome.field)
        value = value_of(self._match, pair, outcome, "pred")
        if leaf is not None:
            places = self.gold_values.find(outcome.field, value)
            own = [place for place in places if place.event == pair.gold]
            here = own if pair.gold is not None else places
            if any(place.matched and place.field == outcome.field for place in here):
                return "duplicate"
            if places and leaf.kind not in CLOSED:
                return "wrong_role" if own else "wrong_event"
        if self._text is None:
            return "unknown_text"
        if any(stands_at_its_place(span, self._text.raw) for span in self._spans(pair, outcome)):
            return "in_text"
        return "in_text" if self._text.tells(value, leaf.kind if leaf else None) else "not_in_text"

    def _spans(self, pair: EventPair, outcome: Outcome) -> Sequence[Span]:
        if self._match.pred is None or pair.pred is None or outcome.pred is None:
            return ()
        return self._match.pred.events[pair.pred].evidence.get(outcome.pred, ())

    def _is_percent_for_number(self, pair: EventPair, leaf: Leaf, pred: Any) -> bool:
        """Whether the bare number is that of a gold percent and the field is none, or the other way about."""
        number = _number(leaf.kind, pred)
        for outcome in pair.outcomes:
            other = self._leaves.get(outcome.field)
            if outcome.gold is None or other is None or other.kind not in _NUMBER:
                continue
            unlike = (other.kind == "percent") != (leaf.kind == "percent")
            if unlike and close(_number(other.kind, value_of(self._match, pair, outcome, "gold")), number):
                return True
        return False


def value_of(match: DocumentMatch, pair: EventPair, outcome: Outcome, side: Literal["gold", "pred"]) -> Any:
    """The value that a side states for a leaf; ValueError where it states none."""
    record, event = (match.gold, pair.gold) if side == "gold" else (match.pred, pair.pred)
    target = outcome.gold if side == "gold" else outcome.pred
    if record is None or event is None or target is None:
        raise ValueError(f"{side} does not state this leaf")
    return value_at(record.events[event].fields, target)


def value_at(fields: Mapping[str, Any], target: str) -> Any:
    """What stands at a JSON Pointer; quick where it is a plain member."""
    name = target[1:]
    return fields[name] if name in fields and "~" not in name and "/" not in name else resolve(fields, target)


def _number(kind: str, value: Any) -> Decimal:
    part = _NUMBER[kind]
    return Decimal(str(value[part] if part else value))


def _keys(leaf: Leaf, value: Any, spread: bool = False) -> tuple[Any, ...]:
    """Keys such that equal values share one: of one value its only key, of the other all that `spread` gives.

    Numbers are rounded to seven digits; what lies within 1e-9 of a number rounds to one of its two neighbours.
    """
    kind = leaf.kind
    if kind in CLOSED:
        return ("",)
    if kind not in _NUMBER:
        return (_NORMAL[kind](value) if kind in _NORMAL else value,)
    number = _number(kind, value) * (leaf.units.get(value["unit"], 1) if kind == "quantity" else 1)
    around = (number * (1 - _NEAR), number * (1 + _NEAR)) if spread else (number,)
    return tuple({f"{float(each) + 0.0:.6e}" for each in around})  # + 0.0: no negative zero


def _by_kind(leaf: Leaf, gold: Any, pred: Any) -> MisreadClass:
    if leaf.kind in _NUMBER:
        return _compare_numbers(leaf, gold, pred)
    if leaf.kind == "date":
        return "date_precision" if _is_coarser(gold, pred) or _is_coarser(pred, gold) else "date_value"
    if leaf.kind == "duration":
        return _compare_durations(gold, pred)
    normal = _NORMAL[leaf.kind]
    return "alias" if _is_near(normal(gold), normal(pred)) else "other"


def _compare_numbers(leaf: Leaf, gold: Any, pred: Any) -> MisreadClass:
    if leaf.kind == "money" and gold["currency"] != pred["currency"]:
        return "currency"
    one, other = _number(leaf.kind, gold), _number(leaf.kind, pred)
    if leaf.kind == "percent" and (close(one * 100, other) or close(one, other * 100)):
        return "percent_or_number"
    if leaf.kind == "quantity" and gold["unit"] != pred["unit"]:
        if close(one, other):
            return "unit"
        one, other = one * leaf.units[gold["unit"]], other * leaf.units[pred["unit"]]
    return _ratio(one, other)


def _compare_durations(gold: str, pred: str) -> MisreadClass:
    if _DIGITS.findall(gold) == _DIGITS.findall(pred):
        return "unit"
    one, other = normal_duration(gold), normal_duration(pred)
    parts = [(a, b) for a, b in zip(one, other, strict=True) if a or b]
    return _ratio(*parts[0]) if len(parts) == 1 else "number"


def _ratio(one: Decimal, other: Decimal) -> MisreadClass:
    """`scale` where one number is the other times a power of ten, else `number`."""
    if not one or not other or (one < 0) != (other < 0):
        return "number"
    ratio = other / one
    power = int(ratio.log10().to_integral_value())
    return "scale" if power and close(ratio, Decimal(10) ** power) else "number"


def _is_coarser(one: str, other: str) -> bool:
    """Whether the first date, or each end of an interval, is the second told as precisely or less."""
    ends, others = one.split("/"), other.split("/")
    return len(ends) == len(others) and all(end in _coarser(finer) for end, finer in zip(ends, others, strict=True))


def _coarser(date: str) -> set[str]:
    """All ways to tell a date as precisely or less: 2025-06-11, 2025-06, 2025-34 (its quarter), 2025, each with ~?%."""
    match = _DATE.fullmatch(date)
    if match is None:
        return {date}
    year, month, _ = match.groups()
    forms = {date, date.rstrip("~?%"), year}
    if month:
        forms.add(f"{year}-{month}")
        if int(month) <= 12:
            forms.add(f"{year}-{33 + (int(month) - 1) // 3}")
    return {date} | {form + sign for form in forms if form[-1] not in "~?%" for sign in ("", "~", "?", "%")}


@lru_cache(maxsize=1 << 12)
def _is_near(one: str, other: str) -> bool:
    words, others = set(_WORD.findall(one)), set(_WORD.findall(other))
    if words and others and (words <= others or others <= words):
        return True
    if max(len(one), len(other)) > _LONGEST_COMPARED:
        return False
    matcher = SequenceMatcher(None, *sorted((one, other)), autojunk=False)
    bounds = matcher.real_quick_ratio, matcher.quick_ratio, matcher.ratio
    return all(bound() >= _ALIKE for bound in bounds)
