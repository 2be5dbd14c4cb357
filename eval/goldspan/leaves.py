"""Lays the values of two events side by side: each leaf gets an outcome.

The loops here see every value of every file, so they test for plain equality before anything else.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from goldspan.align import Worth, assign, is_clear
from goldspan.counts import Result
from goldspan.kinds import equal, is_stated
from goldspan.nodes import Field, Group, Items, Leaf, Node
from goldspan.records import Event

Key = Callable[[int], bytes]
Row = tuple[str, Result, str | None, str | None, bool]
"""An outcome as a plain tuple: the members of `goldspan.pairing.Outcome` in their order."""


class Comparison:
    """Two events laid side by side: the outcome of each leaf that either states, and what pairing them is worth."""

    __slots__ = (
        "_gold",
        "_grounded",
        "_lenient",
        "_pred",
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
        self.rows: list[Row] = []
        self.matched = self.misread = self.overlaps = self.silent = self.both_silent = 0

    @property
    def worth(self) -> Worth:
        """Leaves matched, leaves misread, leaves whose evidence overlaps: what pairing is to maximise."""
        return self.matched, self.misread, self.overlaps

    def group(self, group: Group, gold: Any, pred: Any, gold_place: str, pred_place: str) -> None:
        """Compare field by field; `silent` and `both_silent` count the fields of this group that are left empty."""
        silent = both_silent = 0
        rows, plain, top = self.rows, not self._grounded, not gold_place
        for entry in group.in_order:
            name = entry.name
            one, other = gold.get(name), pred.get(name)
            if not one and not isinstance(one, (int, float)):
                silent += 1
                if other or isinstance(other, (int, float)):
                    add_one_sided(entry.node, entry.path, other, pred_place + entry.pointer, "invented", rows)
                else:
                    both_silent += 1
            elif not other and not isinstance(other, (int, float)):
                add_one_sided(entry.node, entry.path, one, gold_place + entry.pointer, "missed", rows)
            elif plain and top and one == other and entry.is_leaf and type(one) is type(other):
                self.matched += 1
                rows.append((entry.path, "matched", entry.pointer, entry.pointer, False))
            else:
                self._field(entry, one, other, gold_place, pred_place)
        self.silent, self.both_silent = silent, both_silent

    def _field(self, entry: Field, one: Any, other: Any, gold_place: str, pred_place: str) -> None:
        node = entry.node
        if type(node) is Items and not self._grounded and not gold_place and one == other and node.is_plain:
            self._same_items(entry, one)
            return
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
            self._items(node.item, entry.path, one, other, gold_place, pred_place)

    def _same_items(self, entry: Field, items: Any) -> None:
        """Two lists of the same plain values in the same order: item by item is as good as any pairing."""
        path, places = entry.path, entry.item_pointers
        for i, item in enumerate(items):
            if is_stated(item):
                place = places[i] if i < len(places) else f"{entry.pointer}/{i}"
                self.matched += 1
                self.rows.append((path, "matched", place, place, False))

    def _items(self, node: Leaf | Group, path: str, one: Any, other: Any, gold_place: str, pred_place: str) -> None:
        """Items pair like events: one to one, and only where a leaf matches; so a pair of plain values is a match."""
        gold = [(f"{gold_place}/{i}", item) for i, item in enumerate(one) if is_stated(item)]
        pred = [(f"{pred_place}/{j}", item) for j, item in enumerate(other) if is_stated(item)]
        compared = [[self._item(node, path, g, p, at, to) for to, p in pred] for at, g in gold]
        pairs = best_pairs(
            [[comparison.worth for comparison in row] for row in compared],
            lambda i: content_key(node, gold[i][1], gold[i][0], self._gold),
            lambda j: content_key(node, pred[j][1], pred[j][0], self._pred),
        )
        for i, j in pairs:
            self._add(compared[i][j])
        if len(pairs) < len(gold):
            paired = {i for i, _ in pairs}
            for i, (place, item) in enumerate(gold):
                if i not in paired:
                    add_one_sided(node, path, item, place, "missed", self.rows)
        if len(pairs) < len(pred):
            paired = {j for _, j in pairs}
            for j, (place, item) in enumerate(pred):
                if j not in paired:
                    add_one_sided(node, path, item, place, "invented", self.rows)

    def _item(self, node: Leaf | Group, path: str, one: Any, other: Any, at: str, to: str) -> "Comparison":
        if type(node) is Group:
            inner = Comparison(self._gold, self._pred)
            inner.group(node, one, other, at, to)
            return inner
        if not self._equal(node, one, other, at):
            return _DIFFERENT
        inner = Comparison(self._gold, self._pred)
        overlap = self._grounded and self._overlap(at, to)
        inner.matched, inner.overlaps = 1, int(overlap)
        inner.rows.append((path, "matched", at, to, overlap))
        return inner

    def _add(self, other: "Comparison") -> None:
        self.matched += other.matched
        self.misread += other.misread
        self.overlaps += other.overlaps
        self.rows += other.rows

    def _equal(self, leaf: Any, one: Any, other: Any, place: str) -> bool:
        if one == other and type(one) is type(other):
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


_DIFFERENT = Comparison(Event("-", {}), Event("-", {}))


def best_pairs(worths: list[list[Worth]], gold_key: Key, pred_key: Key) -> list[tuple[int, int]]:
    """Assign, putting both sides in the canonical order of their keys first where the order could decide."""
    if not worths or not worths[0]:
        return []
    if len(worths) == len(worths[0]) == 1:
        return [(0, 0)] if worths[0][0][0] else []
    rows, columns = list(range(len(worths))), list(range(len(worths[0])))
    if is_clear(worths):
        chosen = assign(worths)
    else:
        rows.sort(key=gold_key)
        columns.sort(key=pred_key)
        chosen = assign([[worths[i][j] for j in columns] for i in rows])
    return sorted([(rows[row], columns[column]) for row, column in enumerate(chosen) if column is not None])


def content_key(node: Node, value: Any, place: str, event: Event) -> bytes:
    """All of a value that could change a figure, in a form that no order of keys or items changes."""
    if not is_stated(value):
        return b"-"
    if isinstance(node, Items):
        items = sorted(content_key(node.item, item, f"{place}/{i}", event) for i, item in enumerate(value))
        return b"[" + b",".join(item for item in items if item != b"-") + b"]"
    if isinstance(node, Leaf):
        spans = sorted((span.start, span.end, span.quote, span.located) for span in event.evidence.get(place, ()))
        accepted = sorted(msgspec.json.encode(v, order="sorted") for v in event.accepted.get(place, ()))
        body = msgspec.json.encode(value, order="sorted")
        return body + msgspec.json.encode([spans, event.confidence.get(place)]) + b"".join(accepted)
    members = [content_key(f.node, value.get(f.name), place + f.pointer, event) for f in node.in_order]
    return b"{" + b",".join(members) + b"}"


def add_one_sided(node: Node, path: str, value: Any, place: str, result: Result, rows: list[Row]) -> None:
    """Add a row for each leaf that a value states."""
    if type(node) is Leaf:
        rows.append((path, result, place, None, False) if result == "missed" else (path, result, None, place, False))
    elif type(node) is Items:
        for i, item in enumerate(value):
            if is_stated(item):
                add_one_sided(node.item, path, item, f"{place}/{i}", result, rows)
    elif type(node) is Group:
        for entry in node.in_order:
            member = value.get(entry.name)
            if is_stated(member):
                add_one_sided(entry.node, entry.path, member, place + entry.pointer, result, rows)
