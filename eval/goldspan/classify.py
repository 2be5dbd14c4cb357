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
from collections.abc import Mapping, Sequence
from decimal import Decimal
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any, Literal

from goldspan.gold_values import CLOSED, Domain, GoldValues, value_at
from goldspan.grounding import Text, stands_at_its_place
from goldspan.kinds import close
from goldspan.leaves import Row
from goldspan.match import DocumentMatch
from goldspan.normal import normal_duration
from goldspan.pairing import EventPair
from goldspan.records import Span
from goldspan.schema import Leaf
from goldspan.value_keys import NORMAL, NUMBER_OF

MisreadClass = Literal[
    "scale", "currency", "unit", "percent_or_number", "date_precision", "date_value", "number", "alias", "wrong_role",
    "wrong_event", "enum", "other",
]  # fmt: skip
InventedClass = Literal["duplicate", "wrong_role", "wrong_event", "in_text", "not_in_text", "unknown_text"]

_ALIKE = 0.8  # from which ratio of difflib on a wrong name is a near-miss
_LONGEST_COMPARED = 200  # difflib is quadratic
_WORD = re.compile(r"\w+")
_DIGITS = re.compile(r"[0-9.]+")
_DATE = re.compile(r"(-?[0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?[~?%]?")


class Classifier:
    """Gives the wrong leaves of one document their classes; `domains` is what `domains_of` makes of `leaves`."""

    __slots__ = ("_leaves", "_match", "_text", "gold_values")

    def __init__(self, match: DocumentMatch, leaves: Mapping[str, Leaf], domains: Mapping[str, Domain]) -> None:
        self._match, self._leaves = match, leaves
        self._text = None if match.document is None else Text(match.document.text)
        self.gold_values = GoldValues(match, leaves, domains)

    def misread(self, pair: EventPair, row: Row) -> MisreadClass:
        """The class of a misread leaf."""
        leaf = self._leaves[row[0]]
        if leaf.kind in CLOSED:
            return "enum"
        pred = value_of(self._match, pair, row, "pred")
        if places := self.gold_values.find(row[0], pred):
            return "wrong_role" if any(place.event == pair.gold for place in places) else "wrong_event"
        found = _by_kind(leaf, value_of(self._match, pair, row, "gold"), pred)
        if leaf.kind in NUMBER_OF and found in ("scale", "number") and self._is_percent_for_number(pair, leaf, pred):
            return "percent_or_number"
        return found

    def invented(self, pair: EventPair, row: Row, rejected: bool) -> InventedClass:
        """The class of an invented leaf; `rejected` says that the schema does not allow its value."""
        leaf = None if rejected else self._leaves.get(row[0])
        value = value_of(self._match, pair, row, "pred")
        if leaf is not None and (places := self.gold_values.find(row[0], value)):
            own = [place for place in places if place.event == pair.gold]
            here = own if pair.gold is not None else places
            if any(place.matched and place.field == row[0] for place in here):
                return "duplicate"
            if leaf.kind not in CLOSED:
                return "wrong_role" if own else "wrong_event"
        if self._text is None:
            return "unknown_text"
        if any(stands_at_its_place(span, self._text.raw) for span in self._spans(pair, row)):
            return "in_text"
        return "in_text" if self._text.tells(value, leaf.kind if leaf else None) else "not_in_text"

    def _spans(self, pair: EventPair, row: Row) -> Sequence[Span]:
        if self._match.pred is None or pair.pred is None or row[3] is None:
            return ()
        return self._match.pred.events[pair.pred].evidence.get(row[3], ())

    def _is_percent_for_number(self, pair: EventPair, leaf: Leaf, pred: Any) -> bool:
        """Whether the bare number is that of a gold percent and the field is none, or the other way about."""
        number = _bare(leaf.kind, pred)
        for row in pair.rows:
            other = self._leaves.get(row[0])
            if row[2] is None or other is None or other.kind not in NUMBER_OF:
                continue
            unlike = (other.kind == "percent") != (leaf.kind == "percent")
            if unlike and close(_bare(other.kind, value_of(self._match, pair, row, "gold")), number):
                return True
        return False


def value_of(match: DocumentMatch, pair: EventPair, row: Row, side: Literal["gold", "pred"]) -> Any:
    """The value that a side states for a leaf; ValueError where it states none."""
    record, event, target = (match.gold, pair.gold, row[2]) if side == "gold" else (match.pred, pair.pred, row[3])
    if record is None or event is None or target is None:
        raise ValueError(f"{side} does not state this leaf")
    return value_at(record.events[event].fields, target)


def _bare(kind: str, value: Any) -> float:
    """The number alone, without currency or unit."""
    part = NUMBER_OF[kind]
    return value[part] if part else value


def _number(kind: str, value: Any) -> Decimal:
    return Decimal(str(_bare(kind, value)))


def _by_kind(leaf: Leaf, gold: Any, pred: Any) -> MisreadClass:
    if leaf.kind in NUMBER_OF:
        return _compare_numbers(leaf, gold, pred)
    if leaf.kind == "date":
        return "date_precision" if _is_coarser(gold, pred) or _is_coarser(pred, gold) else "date_value"
    if leaf.kind == "duration":
        return _compare_durations(gold, pred)
    normal = NORMAL[leaf.kind]
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
    if not one or not other:
        return "number"
    ratio = other / one
    power = (2 * ratio).adjusted()  # of a power of ten, or what is close to it, the power
    return "scale" if power and close(ratio, Decimal(10) ** power) else "number"


def _is_coarser(one: str, other: str) -> bool:
    """Whether the first date, or each end of an interval, is the second told as precisely or less."""
    ends, others = one.split("/"), other.split("/")
    return len(ends) == len(others) and all(end in _coarser(finer) for end, finer in zip(ends, others, strict=True))


@lru_cache(maxsize=1 << 12)
def _coarser(date: str) -> frozenset[str]:
    """All ways to tell a date as precisely or less: 2025-06-11, 2025-06, 2025-34 (its quarter), 2025, each with ~?%."""
    match = _DATE.fullmatch(date)
    if match is None:
        return frozenset({date})
    year, month, _ = match.groups()
    forms = {date, date.rstrip("~?%"), year}
    if month:
        forms.add(f"{year}-{month}")
        if int(month) <= 12:
            forms.add(f"{year}-{33 + (int(month) - 1) // 3}")
    return frozenset({date}) | {form + sign for form in forms if form[-1] not in "~?%" for sign in ("", "~", "?", "%")}


@lru_cache(maxsize=1 << 12)
def _is_near(one: str, other: str) -> bool:
    words, others = set(_WORD.findall(one)), set(_WORD.findall(other))
    if words and others and (words <= others or others <= words):
        return True
    if max(len(one), len(other)) > _LONGEST_COMPARED:
        return False
    shared = sum(min(one.count(sign), other.count(sign)) for sign in set(one))
    if 2.0 * shared / (len(one) + len(other)) < _ALIKE:  # the matcher's own upper bound, without making a matcher
        return False
    matcher = SequenceMatcher(None, *sorted((one, other)), autojunk=False)
    return matcher.ratio() >= _ALIKE
