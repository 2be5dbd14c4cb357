"""What pairing each gold event with each predicted event of its type is worth, without the outcome of each leaf.

`goldspan.leaves.compare_events(gold, pred).worth` is the definition, and the oracle in the tests; only a pair without
a matched leaf, which is no pair, is worth nothing here, whatever it misreads.
"""

from collections.abc import Hashable, Sequence
from typing import Any

from goldspan.align import Worth, assign
from goldspan.check import CheckedEvent
from goldspan.kinds import APART, QUOTED, TOLERANT, equal, is_stated
from goldspan.leaves import compare_events
from goldspan.nodes import Apart, Field, Leaf
from goldspan.records import Event
from goldspan.value_keys import NUMBER_OF, key, near_keys

FEW = 30
"""Up to so many pairs are looked at one by one; of more, only those that share the key of a value."""

NOTHING: Worth = (0, 0, 0)


def worths(gold: Sequence[CheckedEvent], pred: Sequence[CheckedEvent]) -> list[list[Worth]]:
    """The worth of each pair, by row (gold) and column (predicted); all events are of one type."""
    if not gold[0].group.is_flat:
        return [[compare_events(one, other).worth for other in pred] for one in gold]
    if len(gold) * len(pred) <= FEW:
        return [[worth(one, other) for other in pred] for one in gold]
    return worths_of_many(gold, pred)


def worth(gold: CheckedEvent, pred: CheckedEvent) -> Worth:
    """The worth of one pair of flat events."""
    matched = misread = 0
    plan, find = gold.group.by_name, pred.fields.get
    event = gold.event if gold.event.accepted or gold.event.evidence else None
    for name, one in gold.fields.items():
        other = find(name)
        if other is None or ((not one or not other) and not (is_stated(one) and is_stated(other))):
            continue
        is_leaf, is_exact, apart, entry, leaf = plan[name]
        if one == other and is_exact:
            matched += 1 if is_leaf else len(one) if all(one) else sum(map(is_stated, one))
        elif not is_leaf:
            matched += _in_common(entry, leaf, one, other, event)
        elif event is None and apart(one, other):
            misread += 1
        elif _same(leaf, one, other, event, entry.pointer):
            matched += 1
        else:
            misread += 1
    if not matched:
        return NOTHING
    return compare_events(gold, pred).worth if _is_grounded(gold, pred) else (matched, misread, 0)


def _is_grounded(gold: CheckedEvent, pred: CheckedEvent) -> bool:
    return bool(gold.event.evidence and pred.event.evidence)


def _same(leaf: Leaf, one: Any, other: Any, event: Event | None, place: str) -> bool:
    """Whether a predicted value is right; `event` is the gold event where it accepts more than its value."""
    if event is None:
        return equal(leaf.kind, one, other, leaf.units)
    quotes = [span.quote for span in event.evidence.get(place, ())] if leaf.kind in QUOTED else ()
    return equal(leaf.kind, one, other, leaf.units, event.accepted.get(place, ()), quotes)


def _in_common(entry: Field, leaf: Leaf, one: Any, other: Any, event: Event | None) -> int:
    """How many items of two lists of plain values can be paired with an equal one."""
    if one == other and entry.is_exact:
        return sum(map(is_stated, one))
    apart = APART[leaf.kind]
    if event is None and all(one) and all(other) and _nothing_alike(one, other, apart):
        return 0
    rest = [each for each in other if is_stated(each)]
    if event is not None or leaf.kind in TOLERANT:  # a value may equal two that are not equal
        equals: list[list[Worth]] = [
            [(int(_same(leaf, item, each, event, f"{entry.pointer}/{i}")), 0, 0) for each in rest]
            for i, item in enumerate(one)
            if is_stated(item)
        ]
        return sum(column is not None for column in assign(equals)) if equals and rest else 0
    found = 0
    for item in one:
        for place, each in enumerate(rest):
            if is_stated(item) and not apart(item, each) and _same(leaf, item, each, None, ""):
                del rest[place]
                found += 1
                break
    return found


def _nothing_alike(one: list[Any], other: list[Any], apart: Apart) -> bool:
    """Whether a look tells each item of one list from each of another."""
    for item in one:
        for each in other:
            if item == each or not apart(item, each):
                return False
    return True


def worths_of_many(gold: Sequence[CheckedEvent], pred: Sequence[CheckedEvent]) -> list[list[Worth]]:
    """The same by an index of gold's values: pairs that may have a value in common are looked at."""
    rows_of: dict[tuple[str, Hashable], list[int]] = {}
    leaves: list[set[str]] = []
    for i, event in enumerate(gold):
        stated = _stated(event)
        leaves.append({entry.name for entry, _, _ in stated if entry.is_leaf})
        for entry, leaf, value in stated:
            for each in _keys(entry, leaf, value, event.event):
                rows_of.setdefault((entry.name, each), []).append(i)
    table = [[NOTHING] * len(pred) for _ in gold]
    for j, event in enumerate(pred):
        matched, matched_leaves = [0] * len(gold), [0] * len(gold)
        stated = _stated(event)
        for entry, leaf, value in stated:
            sure = entry.is_leaf and leaf.is_exact and leaf.kind not in NUMBER_OF  # share a key only where equal
            for i in _rows(entry, leaf, value, rows_of):
                found = 1 if sure else _matched(entry, leaf, gold[i], value)
                matched[i] += found
                if entry.is_leaf:
                    matched_leaves[i] += found
        own = {entry.name for entry, _, _ in stated if entry.is_leaf}
        for i, found in enumerate(matched):
            if found and _is_grounded(gold[i], event):
                table[i][j] = compare_events(gold[i], event).worth
            elif found:
                table[i][j] = found, len(leaves[i] & own) - matched_leaves[i], 0
    return table


def _stated(event: CheckedEvent) -> list[tuple[Field, Leaf, Any]]:
    plan = event.group.by_name
    return [(*plan[name][3:], value) for name, value in event.fields.items() if value or is_stated(value)]


def _keys(entry: Field, leaf: Leaf, value: Any, event: Event) -> set[Hashable]:
    """The keys of all that is right for a gold field."""
    values = [value] if entry.is_leaf else [each for each in value if is_stated(each)]
    found = {key(leaf, each) for each in values}
    if event.accepted or (event.evidence and leaf.kind in QUOTED):
        for place in [entry.pointer] if entry.is_leaf else [f"{entry.pointer}/{i}" for i in range(len(value))]:
            found.update(key(leaf, each) for each in event.accepted.get(place, ()))
            if leaf.kind in QUOTED:
                found.update(key(leaf, span.quote) for span in event.evidence.get(place, ()))
    return found


def _rows(
    entry: Field, leaf: Leaf, value: Any, rows_of: dict[tuple[str, Hashable], list[int]]
) -> set[int] | Sequence[int]:
    """The gold events for whose field of this name the value, or an item of it, may be right."""
    name = entry.name
    if leaf.kind not in NUMBER_OF:
        if entry.is_leaf:
            return rows_of.get((name, key(leaf, value)), ())
        keys = [key(leaf, each) for each in value if is_stated(each)]
    else:
        values = [value] if entry.is_leaf else [each for each in value if is_stated(each)]
        keys = [near for each in values for near in near_keys(leaf, each)]
    rows: set[int] = set()
    return rows.union(*[rows_of[name, each] for each in keys if (name, each) in rows_of])


def _matched(entry: Field, leaf: Leaf, gold: CheckedEvent, value: Any) -> int:
    one = gold.fields[entry.name]
    event = gold.event if gold.event.accepted or gold.event.evidence else None
    if not entry.is_leaf:
        return _in_common(entry, leaf, one, value, event)
    return int(_same(leaf, one, value, event, entry.pointer))
