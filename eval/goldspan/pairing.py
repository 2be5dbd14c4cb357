"""Compares gold with prediction: pairs the events of a document, and gives each leaf exactly one outcome.

Short cuts are taken only where they cannot change a pair; `tests/unit/test_compare.py` holds the plain oracle.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import msgspec

from goldspan.canonical import content_key
from goldspan.check import CheckedEvent
from goldspan.counts import Result, Row
from goldspan.kinds import states_nothing
from goldspan.leaves import NO_PAIR, Comparison, add_group, best_pairs, compare_events
from goldspan.settling import settled_pairs


class Outcome(NamedTuple):
    """What became of one leaf: the field's dotted path, the result, and where it stands in `fields` of either side.

    `overlap` says whether the evidence of the two shares a character.
    """

    field: str
    result: Result
    gold: str | None = None
    pred: str | None = None
    overlap: bool = False


class EventPair(msgspec.Struct, frozen=True, dict=True):
    """A gold event with its predicted partner, by their places in the document; one of the two may be missing.

    `silent` counts the type's fields that gold leaves empty in a true pair, `both_silent` those that the prediction
    leaves empty too. `rows` are the outcomes as plain tuples, `matched` of them matches; the last `rejected` are of
    values that the schema does not allow.
    """

    type: str
    gold: int | None
    pred: int | None
    rows: list[Row]
    matched: int = 0
    silent: int = 0
    both_silent: int = 0
    rejected: int = 0

    @property
    def is_perfect(self) -> bool:
        """Whether each leaf that either event states is matched."""
        return self.matched == len(self.rows)

    @cached_property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The outcome of each leaf that either event states."""
        return tuple(map(Outcome._make, self.rows))


def compare_document(gold: Sequence[CheckedEvent], pred: Sequence[CheckedEvent]) -> list[EventPair]:
    """Pair the events of one document, type by type, and compare each pair.

    The pairs come in the order of the gold events, then the predicted ones without a partner.
    """
    partners: dict[int, tuple[int, Comparison]] = {}
    predicted = _by_type(pred)
    for name, rows in _by_type(gold).items():
        columns = predicted.get(name)
        if columns is None:
            continue
        if len(rows) == len(columns) == 1:
            comparison = compare_events(gold[rows[0]], pred[columns[0]])
            if comparison.matched:
                partners[rows[0]] = columns[0], comparison
        else:
            _pair(gold, pred, rows, columns, partners)
    found: list[EventPair] = []
    for i, event in enumerate(gold):
        partner = partners.get(i)
        if partner is None:
            found.append(EventPair(event.type, i, None, _alone(event, "missed")))
            continue
        j, pair = partner
        if pred[j].rejected:
            rejected, silence = _rejected(pred[j]), _silence(pair, pred[j])
            found.append(EventPair(event.type, i, j, pair.rows + rejected, pair.matched, *silence, len(rejected)))
        else:
            found.append(EventPair(event.type, i, j, pair.rows, pair.matched, pair.silent, pair.both_silent))
    if len(partners) < len(pred):
        taken = {j for j, _ in partners.values()}
        for j, event in enumerate(pred):
            if j not in taken:
                rejected = _rejected(event)
                rows = _alone(event, "invented") + rejected
                found.append(EventPair(event.type, None, j, rows, rejected=len(rejected)))
    return found


def _by_type(events: Sequence[CheckedEvent]) -> dict[str, list[int]]:
    """The places of the events of each type."""
    places: dict[str, list[int]] = {}
    for i, event in enumerate(events):
        name = event.type
        if name in places:
            places[name].append(i)
        else:
            places[name] = [i]
    return places


def _pair(
    gold: Sequence[CheckedEvent],
    pred: Sequence[CheckedEvent],
    rows: list[int],
    columns: list[int],
    partners: dict[int, tuple[int, Comparison]],
) -> None:
    """Add the best pairs of the events of one type: for a place in gold its partner's, and the two compared."""
    golds, preds = [gold[i] for i in rows], [pred[j] for j in columns]
    compared: dict[tuple[int, int], Comparison] = {}

    def compare(i: int, j: int) -> Comparison:
        if (i, j) not in compared:
            compared[i, j] = compare_events(golds[i], preds[j])
        return compared[i, j]

    pairs, rest = settled_pairs(golds, preds, compare)
    if rest:
        ours, theirs = list(rest), sorted({j for chances in rest.values() for j in chances})
        worths = [[compare(i, j).worth if j in rest[i] else NO_PAIR for j in theirs] for i in ours]
        best = best_pairs(worths, lambda i: _event_key(golds[ours[i]]), lambda j: _event_key(preds[theirs[j]]))
        pairs = [*pairs, *((ours[i], theirs[j]) for i, j in best)]
    for i, j in pairs:
        partners[rows[i]] = columns[j], compare(i, j)


def _event_key(event: CheckedEvent) -> bytes:
    """All of an event that could change a figure, whatever the order of its keys and items; its id is left out."""
    body = content_key(event.group, event.fields, "", event.event)
    rejected = sorted((path, leaves) for path, _, leaves in event.rejected)
    return body + msgspec.json.encode([event.event.story_event, rejected])


def _alone(event: CheckedEvent, result: Result) -> list[Row]:
    rows: list[Row] = []
    add_group(event.group, event.fields, "", result, rows)
    return rows


def _rejected(event: CheckedEvent) -> list[Row]:
    return [(path, "invented", None, place, False) for path, place, leaves in event.rejected for _ in range(leaves)]


def _silence(pair: Comparison, pred: CheckedEvent) -> tuple[int, int]:
    """How many fields gold leaves empty, and how many of these the prediction leaves empty too.

    A field whose value the schema rejected is not left empty.
    """
    rejected = {path.split(".")[1] for path, _, _ in pred.rejected} & pred.group.names
    also = sum(states_nothing(pred.fields.get(name)) for name in rejected)
    return pair.silent, pair.both_silent - also
