"""Which predicted events of a document are gold events under another type."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from goldspan.align import Worth, assign, clear
from goldspan.classify import value_of
from goldspan.gold_values import CLOSED, GoldValues
from goldspan.leaves import Row
from goldspan.match import DocumentMatch
from goldspan.pairing import EventPair
from goldspan.schema import Schema


def mistaken_types(match: DocumentMatch, schema: Schema, gold_values: GoldValues) -> list[tuple[str, str]]:
    """The types of each gold event without a partner and of the predicted one of another type that resembles it.

    The events are paired so that they share as many values as possible, one at least; values of closed lists are too
    few to tell anything and are left out.
    """
    gold = [pair for pair in match.pairs if pair.pred is None]
    pred = [pair for pair in match.pairs if pair.gold is None and pair.type in schema.types]
    types = {pair.type for pair in gold}
    if not pred or all(types <= {pair.type} for pair in pred):
        return []  # nothing could be taken for anything of another type
    found = _MistakenTypes(match, schema, gold_values)
    return found.best(gold, pred)


class _MistakenTypes:
    """What one document is asked."""

    def __init__(self, match: DocumentMatch, schema: Schema, gold_values: GoldValues) -> None:
        self._match, self._leaves, self._gold_values = match, schema.leaves, gold_values

    def best(self, gold: Sequence[EventPair], pred: Sequence[EventPair]) -> list[tuple[str, str]]:
        """The types of the pairs that share most."""
        links = [self._links(pair) for pair in pred]
        worths = [[_resemblance(one, pair, links[j]) for j, pair in enumerate(pred)] for one in gold]
        if clear(worths) is None:  # a tie is decided by content, never by the order in which events come
            rows = sorted(range(len(gold)), key=lambda i: self._key(gold[i]))
            columns = sorted(range(len(pred)), key=lambda j: self._key(pred[j]))
            gold, pred = [gold[i] for i in rows], [pred[j] for j in columns]
            worths = [[worths[i][j] for j in columns] for i in rows]
        return [(gold[i].type, pred[j].type) for i, j in enumerate(assign(worths)) if j is not None]

    def _links(self, pair: EventPair) -> dict[int, list[tuple[str, str]]]:
        """For each gold event the pairs of places, there and in a predicted event, that have equal values."""
        links: dict[int, list[tuple[str, str]]] = {}
        for row in self._open(pair):
            value = value_of(self._match, pair, row, "pred")
            for place in self._gold_values.find(row[0], value):
                links.setdefault(place.event, []).append((place.pointer, row[3] or ""))
        return links

    def _open(self, pair: EventPair) -> list[Row]:
        """The leaves of an event without a partner that the schema allows and that are of no closed list."""
        allowed = pair.rows[: len(pair.rows) - pair.rejected]
        return [row for row in allowed if row[0] in self._leaves and self._leaves[row[0]].kind not in CLOSED]

    def _key(self, pair: EventPair) -> tuple[str, list[bytes]]:
        """All of an event without a partner that has a say in what it resembles, whatever the order of its parts."""
        parts: list[bytes] = []
        for row in self._open(pair):
            value = value_of(self._match, pair, row, "pred" if pair.gold is None else "gold")
            also: list[list[Any]] = [[], []]
            if pair.gold is not None and row[2] is not None:
                event = self._match.gold.events[pair.gold]
                also[0] = sorted(msgspec.json.encode(v, order="sorted") for v in event.accepted.get(row[2], ()))
                also[1] = sorted({span.quote for span in event.evidence.get(row[2], ())})
            parts.append(msgspec.json.encode([row[0], value, also], order="sorted"))
        return pair.type, sorted(parts)


def _resemblance(gold: EventPair, pred: EventPair, links: Mapping[int, Sequence[tuple[str, str]]]) -> Worth:
    if gold.gold is None or gold.type == pred.type:
        return 0, 0, 0
    return _one_to_one(links.get(gold.gold, ())), 0, 0


def _one_to_one(links: Sequence[tuple[str, str]]) -> int:
    """How many of the links can hold at once when each place has one partner at most."""
    if len(links) < 2:
        return len(links)
    rows, columns = ({link[side]: None for link in links} for side in (0, 1))
    worths: list[list[Worth]] = [[(int((row, column) in links), 0, 0) for column in columns] for row in rows]
    return sum(column is not None for column in assign(worths))
