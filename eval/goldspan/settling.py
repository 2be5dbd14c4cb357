"""Pairs events of one type without laying every leaf of every pair side by side, where less is enough.

What is best is defined by `goldspan.leaves.compare_events(gold, pred).worth`: leaves matched come first, so that two
pairings that differ in them need nothing else to be told apart.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any

from goldspan.align import Worth, assign, settle
from goldspan.check import CheckedEvent
from goldspan.kinds import APART, QUOTED, TOLERANT, equal, is_stated
from goldspan.leaves import Comparison
from goldspan.nodes import Apart, Field, Leaf
from goldspan.records import Event
from goldspan.value_keys import NUMBER_OF, key_function, near_keys

Compare = Callable[[int, int], Comparison]
FEW = 30
"""Up to so many pairs are looked at one by one; of more, only those that share the key of a value."""


def settled_pairs(
    gold: Sequence[CheckedEvent], pred: Sequence[CheckedEvent], compare: Compare
) -> tuple[list[tuple[int, int]], dict[int, list[int]]]:
    """The pairs that leaves matched settle and, for each row that is left to pair, the columns that it may pair with.

    Rows are gold, columns are predicted events; all are of one type. `compare` compares a row with a column.
    """
    if gold[0].group.is_flat:
        if len(gold) * len(pred) > FEW:
            table = matched_leaves(gold, pred)
            pairs, rows, columns = settle(table)
            return pairs, {i: [j for j in columns if table[i][j]] for i in rows}
        chances = likely_pairs(gold, pred, compare)
        if chances is not None:
            return chances
    return [], {i: list(range(len(pred))) for i in range(len(gold))}


def likely_pairs(
    gold: Sequence[CheckedEvent], pred: Sequence[CheckedEvent], compare: Compare
) -> tuple[list[tuple[int, int]], dict[int, list[int]]] | None:
    """What `settled_pairs` tells, for few flat events; None where this does not tell.

    Each event of the shorter side is compared with the one that looks like it. Others that surely have fewer leaves in
    common with it are not its partner, if no two events want the same one.
    """
    by_row = len(gold) <= len(pred)
    ours, theirs = (gold, pred) if by_row else (pred, gold)
    alien = "invented" if by_row else "missed"
    wanted: list[list[int]] = []
    taken: set[int] = set()
    for i, event in enumerate(ours):
        j = _look_alike(event, theirs)
        if j is None:
            return None
        comparison = compare(i, j) if by_row else compare(j, i)
        spare = len(comparison.rows) - comparison.matched
        if spare:
            spare -= [row[1] for row in comparison.rows].count(alien)
        places = [j]
        for k, other in enumerate(theirs):
            if k != j and not _differ(event, other, spare):
                places.append(k)
        if not taken.isdisjoint(places):
            return None
        taken.update(places)
        wanted.append(places)
    pairs = [(i, places[0]) for i, places in enumerate(wanted) if len(places) == 1]
    rest = {i: places for i, places in enumerate(wanted) if len(places) > 1}
    if by_row:
        return pairs, rest
    return [(i, j) for j, i in pairs], {i: [j] for j, places in rest.items() for i in places}


def _look_alike(event: CheckedEvent, others: Sequence[CheckedEvent]) -> int | None:
    """The first that has the value of a field; one that is alone in that, if there is such a field."""
    first = None
    for name in event.group.alike:
        value = event.fields.get(name)
        if not value:
            continue
        found = None
        for k, other in enumerate(others):
            if other.fields.get(name) == value:
                if found is not None:
                    break
                found = k
        else:
            if found is not None:
                return found
        if first is None:
            first = found
    return first


def _differ(event: CheckedEvent, other: CheckedEvent, spare: int) -> bool:
    """Whether more than `spare` of the leaves that an event states surely match none of another's."""
    if event.event.accepted or other.event.accepted:
        return False
    find, find_other = event.fields.get, other.fields.get
    for name in event.group.plain:
        one = find(name)
        if one and one != find_other(name):
            if not spare:
                return True
            spare -= 1
    quoted = bool(event.event.evidence or other.event.evidence)
    for name, is_leaf, apart, is_quoted in event.group.telling:
        if is_quoted and quoted:
            break
        one = find(name)
        if one:
            two = find_other(name)
            if is_leaf:
                spare -= not two or apart(one, two)
            elif all(one) and (not two or (all(two) and _nothing_alike(one, two, apart))):
                spare -= len(one)
            if spare < 0:
                return True
    return False


def matched_leaves(gold: Sequence[CheckedEvent], pred: Sequence[CheckedEvent]) -> list[list[int]]:
    """How many leaves of each pair of flat events match, by an index of gold's values: few pairs have any in common."""
    table = [[0] * len(pred) for _ in gold]
    for entry, leaf in gold[0].group.flat_leaves:
        key, is_number = key_function(leaf), leaf.kind in NUMBER_OF
        rows = _rows(entry, leaf, gold, key)
        alike = entry.is_leaf and leaf.is_exact and not is_number  # such share a key only where they are equal
        for j, value in _stated(entry, pred) if rows else ():
            if entry.is_leaf and not is_number:
                found: Iterable[int] = rows.get(key(value), ())
            else:
                values = _values(entry, value)
                keys = [near for each in values for near in near_keys(leaf, each)] if is_number else map(key, values)
                found = {row for each in keys if each in rows for row in rows[each]}
            for i in found:
                table[i][j] += 1 if alike else _matched(entry, leaf, gold[i], value)
    return table


def _rows(
    entry: Field, leaf: Leaf, gold: Sequence[CheckedEvent], key: Callable[[Any], Hashable]
) -> dict[Hashable, list[int]]:
    """The rows in which a value with a key is right."""
    rows: dict[Hashable, list[int]] = {}
    for i, value in _stated(entry, gold):
        right, event = _values(entry, value), gold[i].event
        if event.accepted or event.evidence:
            right = [*right, *_also_right(entry, leaf, value, event)]
        for each in map(key, right) if len(right) == 1 else {key(each) for each in right}:
            if each in rows:
                rows[each].append(i)
            else:
                rows[each] = [i]
    return rows


def _stated(entry: Field, events: Sequence[CheckedEvent]) -> list[tuple[int, Any]]:
    """What events state of a field, each with its place among them."""
    told = [(place, event.fields.get(entry.name)) for place, event in enumerate(events)]
    return [row for row in told if row[1] is not None and (row[1] or is_stated(row[1]))]


def _values(entry: Field, value: Any) -> Sequence[Any]:
    """The value of a field, or the items of its list."""
    return (value,) if entry.is_leaf else value if all(value) else [each for each in value if is_stated(each)]


def _also_right(entry: Field, leaf: Leaf, value: Any, event: Event) -> Iterable[Any]:
    """The accepted values of a gold field and, of names and texts, the quotes."""
    for place in [entry.pointer] if entry.is_leaf else [f"{entry.pointer}/{i}" for i in range(len(value))]:
        yield from event.accepted.get(place, ())
        if leaf.kind in QUOTED:
            yield from (span.quote for span in event.evidence.get(place, ()))


def _matched(entry: Field, leaf: Leaf, gold: CheckedEvent, value: Any) -> int:
    one = gold.fields[entry.name]
    event = gold.event if gold.event.accepted or gold.event.evidence else None
    if not entry.is_leaf:
        return _in_common(entry, leaf, one, value, event)
    return int(_same(leaf, one, value, event, entry.pointer))


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
