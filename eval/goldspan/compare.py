"""Compares gold with prediction: pairs events inside a document, and gives each leaf exactly one outcome."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from goldspan.align import Worth, assign, is_clear
from goldspan.check import CheckedEvent, leaves_of
from goldspan.counts import Result
from goldspan.kinds import equal, states_nothing
from goldspan.pointers import pointer
from goldspan.records import Event
from goldspan.schema import Items, Leaf, Node

_Key = Callable[[int], bytes]


class Outcome(NamedTuple):
    """What became of one leaf: the field's dotted path, the result, and where it stands in `fields` of either side."""

    field: str
    result: Result
    gold: str | None = None
    pred: str | None = None
    overlap: bool = False


class EventPair(NamedTuple):
    """A gold event with its predicted partner, by their places in the document; one of the two may be missing.

    `silent` counts the type's fields that gold leaves empty in a true pair, `both_silent` those that the prediction
    leaves empty too.
    """

    type: str
    gold: int | None
    pred: int | None
    outcomes: tuple[Outcome, ...]
    silent: int = 0
    both_silent: int = 0


class _Side(NamedTuple):
    """A stated value with where it stands: what the comparison walks down on either side."""

    value: Any
    place: str
    event: Event

    def member(self, name: str) -> "_Side":
        return _Side(None if self.value is None else self.value.get(name), self.place + pointer(name), self.event)

    def items(self) -> "list[_Side]":
        stated = [(i, item) for i, item in enumerate(self.value or ()) if not states_nothing(item)]
        return [_Side(item, f"{self.place}/{i}", self.event) for i, item in stated]


def compare_document(gold: Sequence[CheckedEvent], pred: Sequence[CheckedEvent]) -> list[EventPair]:
    """Pair the events of one document, type by type, and compare each pair.

    The pairs come in the order of the gold events, then the predicted ones without a partner.
    """
    partner: dict[int, int] = {}
    compared: dict[tuple[int, int], list[Outcome]] = {}
    for name in dict.fromkeys(event.type for event in gold):
        rows = [i for i, event in enumerate(gold) if event.type == name]
        columns = [j for j, event in enumerate(pred) if event.type == name]
        for i in rows:
            for j in columns:
                compared[i, j] = compare_events(gold[i], pred[j])
        worths = [[worth(compared[i, j]) for j in columns] for i in rows]
        pairs = _pairs(
            worths,
            lambda i, rows=rows: _event_key(gold[rows[i]]),
            lambda j, columns=columns: _event_key(pred[columns[j]]),
        )
        partner.update((rows[row], columns[column]) for row, column in pairs)
    found: list[EventPair] = []
    for i, event in enumerate(gold):
        j = partner.get(i)
        if j is None:
            found.append(EventPair(event.type, i, None, tuple(_all(event, "missed"))))
        else:
            outcomes = (*compared[i, j], *_rejected(pred[j]))
            found.append(EventPair(event.type, i, j, outcomes, *_silence(event, pred[j])))
    alone = sorted(set(range(len(pred))) - set(partner.values()))
    found += [EventPair(pred[j].type, None, j, (*_all(pred[j], "invented"), *_rejected(pred[j]))) for j in alone]
    return found


def compare_events(gold: CheckedEvent, pred: CheckedEvent) -> list[Outcome]:
    """The outcome of each leaf that two events of one type state; what the schema rejected is not among them."""
    return list(_compare(gold.group, _Side(gold.fields, "", gold.event), _Side(pred.fields, "", pred.event), gold.type))


def worth(outcomes: Sequence[Outcome]) -> Worth:
    """What pairing is to maximise: leaves matched, leaves misread, leaves whose evidence overlaps."""
    matched = sum(outcome.result == "matched" for outcome in outcomes)
    misread = sum(outcome.result == "misread" for outcome in outcomes)
    return matched, misread, sum(outcome.overlap for outcome in outcomes)


def _compare(node: Node, gold: _Side, pred: _Side, path: str) -> Iterator[Outcome]:
    if states_nothing(gold.value):
        yield from _one_sided(node, pred, path, "invented")
    elif states_nothing(pred.value):
        yield from _one_sided(node, gold, path, "missed")
    elif isinstance(node, Leaf):
        result: Result = "matched" if _equal(node, gold, pred) else "misread"
        yield Outcome(path, result, gold.place, pred.place, _overlap(gold, pred))
    elif isinstance(node, Items):
        yield from _compare_items(node.item, gold.items(), pred.items(), path)
    else:
        for name, entry in node.fields.items():
            yield from _compare(entry.node, gold.member(name), pred.member(name), f"{path}.{name}")


def _compare_items(node: Node, gold: list[_Side], pred: list[_Side], path: str) -> Iterator[Outcome]:
    """Items pair like events: one to one, and only where a leaf matches; so a pair of plain values is a match."""
    compared = [[list(_compare(node, one, other, path)) for other in pred] for one in gold]
    worths = [[worth(outcomes) for outcomes in row] for row in compared]
    pairs = _pairs(worths, lambda i: _content(node, gold[i]), lambda j: _content(node, pred[j]))
    for i, j in pairs:
        yield from compared[i][j]
    paired_gold, paired_pred = {i for i, _ in pairs}, {j for _, j in pairs}
    for i, side in enumerate(gold):
        if i not in paired_gold:
            yield from _one_sided(node, side, path, "missed")
    for j, side in enumerate(pred):
        if j not in paired_pred:
            yield from _one_sided(node, side, path, "invented")


def _pairs(worths: list[list[Worth]], gold_key: _Key, pred_key: _Key) -> list[tuple[int, int]]:
    """Assign, putting both sides in the canonical order of their keys first where the order could decide."""
    if not worths or not worths[0]:
        return []
    rows, columns = list(range(len(worths))), list(range(len(worths[0])))
    if not is_clear(worths):
        rows.sort(key=gold_key)
        columns.sort(key=pred_key)
    chosen = assign([[worths[i][j] for j in columns] for i in rows])
    return sorted((rows[row], columns[column]) for row, column in enumerate(chosen) if column is not None)


def _event_key(event: CheckedEvent) -> bytes:
    """All of an event that could change a figure, whatever the order of its keys and items; its id is left out."""
    body = _content(event.group, _Side(event.fields, "", event.event))
    rejected = sorted((path, leaves) for path, _, leaves in event.rejected)
    return body + msgspec.json.encode([event.event.story_event, rejected])


def _content(node: Node, side: _Side) -> bytes:
    if states_nothing(side.value):
        return b"-"
    if isinstance(node, Items):
        return b"[" + b",".join(sorted(_content(node.item, item) for item in side.items())) + b"]"
    if isinstance(node, Leaf):
        spans = sorted((span.start, span.end, span.quote) for span in side.event.evidence.get(side.place, ()))
        accepted = sorted(msgspec.json.encode(v, order="sorted") for v in side.event.accepted.get(side.place, ()))
        value = msgspec.json.encode(side.value, order="sorted")
        return value + msgspec.json.encode([spans, side.event.confidence.get(side.place)]) + b"".join(accepted)
    return b"{" + b",".join(_content(entry.node, side.member(name)) for name, entry in node.fields.items()) + b"}"


def _equal(leaf: Leaf, gold: _Side, pred: _Side) -> bool:
    accepted = gold.event.accepted.get(gold.place, ())
    quotes = [span.quote for span in gold.event.evidence.get(gold.place, ())]
    return equal(leaf.kind, gold.value, pred.value, leaf.units, accepted, quotes)


def _overlap(gold: _Side, pred: _Side) -> bool:
    return any(
        one.start < other.end and other.start < one.end
        for one in gold.event.evidence.get(gold.place, ())
        for other in pred.event.evidence.get(pred.place, ())
    )


def _one_sided(node: Node, side: _Side, path: str, result: Result) -> Iterator[Outcome]:
    for leaf in leaves_of(node, side.value, side.place, path):
        gold, pred = (leaf.pointer, None) if result == "missed" else (None, leaf.pointer)
        yield Outcome(leaf.path, result, gold, pred)


def _all(event: CheckedEvent, result: Result) -> Iterator[Outcome]:
    return _one_sided(event.group, _Side(event.fields, "", event.event), event.type, result)


def _rejected(event: CheckedEvent) -> Iterator[Outcome]:
    for path, place, leaves in event.rejected:
        yield from [Outcome(path, "invented", None, place)] * leaves


def _silence(gold: CheckedEvent, pred: CheckedEvent) -> tuple[int, int]:
    silent = [name for name in gold.group.fields if states_nothing(gold.fields.get(name))]
    return len(silent), sum(states_nothing(pred.event.fields.get(name)) for name in silent)
