"""Lays the values of two events side by side: each leaf gets an outcome.

The loops here see every value of every file, so they test for plain equality before anything else.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from goldspan.align import Worth, assign, clear, folded, settle
from goldspan.canonical import content_key
from goldspan.check import CheckedEvent
from goldspan.counts import Result, Row
from goldspan.kinds import equal, is_stated, states_nothing
from goldspan.nodes import ITEMS, Apart, Field, Group, Items, Leaf, Node
from goldspan.records import Event

Key = Callable[[int], bytes]
_Placed = list[tuple[str, Any]]  # items with their pointers
_Paired = tuple[Collection[int], Collection[int]]  # which of either side are paired
NO_PAIR: Worth = (0, 0, 0)


class Comparison:
    """Two events laid side by side: the outcome of each leaf that either states, and what pairing them is worth."""

    __slots__ = (
        "_gold",
        "_grounded",
        "_lenient",
        "_pred",
        "_strict",
        "both_silent",
        "matched",
        "misread",
        "overlaps",
        "rows",
        "silent",
    )

    def __init__(self, gold: Event, pred: Event) -> None:
        self._gold, self._pred = gold, pred
        self._grounded = bool(gold.evidence and pred.evidence)
        self._lenient = bool(gold.accepted or gold.evidence)
        self._strict = not (self._grounded or self._lenient)
        self.rows: list[Row] = []
        self.matched = self.misread = self.overlaps = self.silent = self.both_silent = 0

    @property
    def worth(self) -> Worth:
        """Leaves matched, leaves misread, leaves whose evidence overlaps: what pairing is to maximise."""
        return self.matched, self.misread, self.overlaps

    def event(self, gold: CheckedEvent, pred: CheckedEvent) -> None:
        """Compare two events field by field, what their JSON settles first; count what gold leaves empty."""
        silent = both_silent = matched = misread = 0
        rows, strict, find, find_other = self.rows, self._strict, gold.fields.get, pred.fields.get
        for name, entry, leaf, is_leaf, same, apart in gold.group.grounded if self._grounded else gold.group.in_order:
            one, other = find(name), find_other(name)
            if one == other:
                if one is None:
                    both_silent += 1
                    continue
                if one and same is not None:
                    if is_leaf:
                        rows.append(same)
                        matched += 1
                        continue
                    if len(one) <= ITEMS and all(one):
                        rows += same[len(one)]  # item by item is as good as any pairing
                        matched += len(one)
                        continue
            elif other is None:
                if one and leaf is not None and (is_leaf or all(one)):
                    add_one_sided(entry, one, "", "missed", rows)
                    continue
            elif one is None:
                if other and leaf is not None and (is_leaf or all(other)):
                    silent += 1
                    add_one_sided(entry, other, "", "invented", rows)
                    continue
            elif strict and one and other:
                if is_leaf:
                    if apart(one, other):
                        misread += 1
                        rows.append(entry.misread)
                        continue
                elif leaf is not None and self._few_items(entry, leaf, apart, one, other):
                    continue
            if states_nothing(one):
                if states_nothing(other):
                    both_silent += 1
                else:
                    silent += 1
            self._field(entry, one, other, "", "")
        self.matched += matched
        self.misread += misread
        self.silent, self.both_silent = silent + both_silent, both_silent

    def group(
        self, group: Group, gold: Mapping[str, Any], pred: Mapping[str, Any], gold_place: str, pred_place: str
    ) -> None:
        """Compare two objects field by field."""
        for name, entry in group.fields.items():
            self._field(entry, gold.get(name), pred.get(name), gold_place, pred_place)

    def _field(self, entry: Field, one: Any, other: Any, gold_place: str, pred_place: str) -> None:
        if not is_stated(one):
            if is_stated(other):
                add_one_sided(entry, other, pred_place, "invented", self.rows)
        elif not is_stated(other):
            add_one_sided(entry, one, gold_place, "missed", self.rows)
        else:
            self._both(entry, one, other, gold_place, pred_place)

    def _both(self, entry: Field, one: Any, other: Any, gold_place: str, pred_place: str) -> None:
        node = entry.node
        gold_place, pred_place = gold_place + entry.pointer, pred_place + entry.pointer
        if type(node) is Leaf:
            overlap = self._grounded and self._overlap(gold_place, pred_place)
            self.overlaps += overlap
            if self._equal(node, one, other, gold_place):
                self.matched += 1
                self.rows.append((entry.path, "matched", gold_place, pred_place, overlap))
            else:
                self.misread += 1
                self.rows.append((entry.path, "misread", gold_place, pred_place, overlap))
        elif type(node) is Group:
            self.group(node, one, other, gold_place, pred_place)
        elif type(node) is Items:
            gold = [(f"{gold_place}/{i}", item) for i, item in enumerate(one) if is_stated(item)]
            pred = [(f"{pred_place}/{j}", item) for j, item in enumerate(other) if is_stated(item)]
            pair = self._leaf_items if type(node.item) is Leaf else self._group_items
            paired, partners = pair(node.item, entry.path, gold, pred)
            for i, (place, item) in enumerate(gold):
                if i not in paired:
                    add_leaves(node.item, entry.path, item, place, "missed", self.rows)
            for j, (place, item) in enumerate(pred):
                if j not in partners:
                    add_leaves(node.item, entry.path, item, place, "invented", self.rows)

    def _few_items(self, entry: Field, leaf: Leaf, apart: Apart, one: list[Any], other: list[Any]) -> bool:
        """Pair the items of two lists of plain values; False, and nothing done, where more than one pairing is best."""
        if len(one) > ITEMS or len(other) > ITEMS or not (all(one) and all(other)):
            return False
        pairs: list[tuple[int, int]] = []
        kind, units, rows = leaf.kind, leaf.units, self.rows
        for i, item in enumerate(one):
            for j, each in enumerate(other):
                if (item == each or not apart(item, each)) and equal(kind, item, each, units):
                    pairs.append((i, j))
        if not pairs:
            rows += entry.missed_items[: len(one)]
            rows += entry.invented_items[: len(other)]
            return True
        ours, theirs = {i for i, _ in pairs}, {j for _, j in pairs}
        if len(ours) < len(pairs) or len(theirs) < len(pairs):
            return False
        self.matched += len(pairs)
        for i, j in pairs:
            rows.append((entry.path, "matched", f"{entry.pointer}/{i}", f"{entry.pointer}/{j}", False))
        rows += [row for i, row in enumerate(entry.missed_items[: len(one)]) if i not in ours]
        rows += [row for j, row in enumerate(entry.invented_items[: len(other)]) if j not in theirs]
        return True

    def _leaf_items(
        self, leaf: Any, path: str, gold: _Placed, pred: _Placed
    ) -> tuple[Collection[int], Collection[int]]:
        """Pair items one to one; a pair of plain values is a match."""
        worths: list[list[Worth]] = [[NO_PAIR] * len(pred) for _ in gold]
        for i, (at, item) in enumerate(gold):
            for j, (to, other) in enumerate(pred):
                if self._equal(leaf, item, other, at):
                    worths[i][j] = 1, 0, int(self._grounded and self._overlap(at, to))
        partner = self._best_pairs(leaf, gold, pred, worths)
        for i, j in partner.items():
            overlap = worths[i][j][2]
            self.matched += 1
            self.overlaps += overlap
            self.rows.append((path, "matched", gold[i][0], pred[j][0], bool(overlap)))
        return partner.keys(), partner.values()

    def _group_items(self, group: Any, _: str, gold: _Placed, pred: _Placed) -> _Paired:
        """Items pair like events: one to one, and only where a leaf matches."""
        compared: list[list[Comparison]] = []
        for at, item in gold:
            compared.append([])
            for to, other in pred:
                inner = Comparison(self._gold, self._pred)
                inner.group(group, item, other, at, to)
                compared[-1].append(inner)
        partner = self._best_pairs(group, gold, pred, [[inner.worth for inner in row] for row in compared])
        for i, j in partner.items():
            inner = compared[i][j]
            self.matched += inner.matched
            self.misread += inner.misread
            self.overlaps += inner.overlaps
            self.rows += inner.rows
        return partner.keys(), partner.values()

    def _best_pairs(self, node: Node, gold: _Placed, pred: _Placed, worths: list[list[Worth]]) -> dict[int, int]:
        return dict(
            best_pairs(
                worths,
                lambda i: content_key(node, gold[i][1], gold[i][0], self._gold),
                lambda j: content_key(node, pred[j][1], pred[j][0], self._pred),
            )
        )

    def _equal(self, leaf: Any, one: Any, other: Any, place: str) -> bool:
        if one == other and leaf.is_exact:
            return True
        if not self._lenient:
            return equal(leaf.kind, one, other, leaf.units)
        accepted = self._gold.accepted.get(place, ())
        quotes = [span.quote for span in self._gold.evidence.get(place, ())]
        return equal(leaf.kind, one, other, leaf.units, accepted, quotes)

    def _overlap(self, at: str, to: str) -> bool:
        return any(
            max(span.start, other.start) < min(span.end, other.end)
            for span in self._gold.evidence.get(at, ())
            for other in self._pred.evidence.get(to, ())
        )


def compare_events(gold: CheckedEvent, pred: CheckedEvent) -> Comparison:
    """Compare two events of one type; what the schema rejected is not among the leaves."""
    comparison = Comparison(gold.event, pred.event)
    comparison.event(gold, pred)
    return comparison


def best_pairs(worths: list[list[Worth]], gold_key: Key, pred_key: Key) -> list[tuple[int, int]]:
    """Assign, putting both sides in the canonical order of their keys first where the order could decide."""
    if not worths or not worths[0]:
        return []
    if len(worths) == len(worths[0]) == 1:
        return [(0, 0)] if worths[0][0][0] else []
    chosen = clear(worths)
    if chosen is not None:
        return [(i, j) for i, j in enumerate(chosen) if j is not None]
    pairs, rows, columns = settle(folded(worths))
    if rows and columns:
        if len(rows) > 1:
            rows.sort(key=gold_key)
        if len(columns) > 1:
            columns.sort(key=pred_key)
        chosen = assign([[worths[i][j] for j in columns] for i in rows])
        pairs += [(rows[i], columns[j]) for i, j in enumerate(chosen) if j is not None]
    return sorted(pairs)


def add_one_sided(entry: Field, value: Any, place: str, result: Result, rows: list[Row]) -> None:
    """Add a row for each leaf that the value of a field states."""
    if place:
        add_leaves(entry.node, entry.path, value, place + entry.pointer, result, rows)
    elif entry.is_leaf:
        rows.append(entry.missed if result == "missed" else entry.invented)
    elif type(entry.node) is Items and type(entry.node.item) is Leaf and len(value) <= ITEMS and all(value):
        rows += (entry.missed_items if result == "missed" else entry.invented_items)[: len(value)]
    else:
        add_leaves(entry.node, entry.path, value, place + entry.pointer, result, rows)


def add_leaves(node: Node, path: str, value: Any, place: str, result: Result, rows: list[Row]) -> None:
    """Add a row for each leaf that a value states."""
    if type(node) is Leaf:
        rows.append((path, result, place, None, False) if result == "missed" else (path, result, None, place, False))
    elif type(node) is Items:
        for i, item in enumerate(value):
            if is_stated(item):
                add_leaves(node.item, path, item, f"{place}/{i}", result, rows)
    elif type(node) is Group:
        add_group(node, value, place, result, rows)


def add_group(group: Group, value: Any, place: str, result: Result, rows: list[Row]) -> None:
    """Add a row for each leaf that the fields of a group state."""
    for name, entry in group.fields.items():
        member = value.get(name)
        if is_stated(member):
            add_one_sided(entry, member, place, result, rows)
