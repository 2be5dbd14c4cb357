"""What is behind the counts: why leaves are wrong, what is confused with what, and what it takes to mend the output."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from goldspan.align import Worth, assign, clear
from goldspan.classify import CLOSED, Classifier, domains_of, value_at, value_of
from goldspan.counts import ratio
from goldspan.kinds import equal
from goldspan.match import DocumentMatch
from goldspan.pairing import EventPair, Outcome
from goldspan.records import Event
from goldspan.schema import Leaf, Schema

BOUNDED = frozenset({"money", "percent", "quantity"})
"""The kinds whose values have a bound; where it is left out, it is exact."""

RUMOUR = "rumoured"
FACTS = ("agreed", "announced", "completed")
"""What a field named `status` may say of more than a rumour, where its schema has the value `rumoured`."""

Label = str | None  # a value of an enum: a string, another value as JSON, None where that side states none

EVENT_RESULTS = ("matched", "missed", "invented", "perfect")
"""What becomes of an event; `perfect` are those of the matched in which every leaf matched."""


class Part(NamedTuple):
    """So many right, of so many."""

    right: int
    of: int

    @property
    def share(self) -> float | None:
        """Right / of; None, undefined, where there are none."""
        return ratio(self.right, self.of)


class Diagnosis:
    """Gathers the diagnosis document by document; adds up over shards in any order.

    `errors` counts the classes of `goldspan.classify` by field, `confusions` (gold, predicted) by enum field (a match
    under gold's value), `events` (type, result), where `perfect` are the pairs in which every leaf matched.
    `type_confusions` counts (gold type, predicted type) of events without a partner, paired so that they share as many
    values as possible, one at least; values of closed lists are too few to tell anything and are left out.
    """

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._leaves = dict(schema.leaves)
        self._domains = domains_of(self._leaves)
        self._enums = {path for path, leaf in self._leaves.items() if leaf.kind == "enum"}
        self._looked_at = self._enums | {path for path, leaf in self._leaves.items() if leaf.kind in BOUNDED}
        self.errors: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.confusions: defaultdict[str, Counter[tuple[Label, Label]]] = defaultdict(Counter)
        self.type_confusions: Counter[tuple[str, str]] = Counter()
        self.events: Counter[tuple[str, str]] = Counter()
        self._bounds: defaultdict[str, Counter[bool]] = defaultdict(Counter)
        self._tally: Counter[str] = Counter()

    def add(self, match: DocumentMatch) -> None:
        """Take a document in."""
        document = _Document(match, self._schema, self._leaves, self._domains)
        self._tally["documents"] += 1
        for pair in match.pairs:
            gold = None if pair.gold is None else match.gold.events[pair.gold]
            pred = None if pair.pred is None or match.pred is None else match.pred.events[pair.pred]
            matched = 0
            allowed = len(pair.rows) - pair.rejected
            for k, outcome in enumerate(pair.outcomes):
                if outcome.result != "matched":
                    self._add_wrong(document, pair, outcome, rejected=k >= allowed)
                    continue
                matched += 1
                if outcome.field in self._looked_at and gold is not None and pred is not None:
                    self._add_matched(gold, pred, outcome)
            self._tally["matched"] += matched
            self._add_event(pair, perfect=matched == len(pair.outcomes))
        self.type_confusions.update(document.type_confusions())

    def classes(self, match: DocumentMatch) -> dict[tuple[int, int], str]:
        """The class of each wrong leaf of a document, by the place of its pair and its place in the pair's outcomes."""
        document = _Document(match, self._schema, self._leaves, self._domains)
        found = {
            (i, k): document.class_of(pair, outcome, rejected=k >= len(pair.rows) - pair.rejected)
            for i, pair in enumerate(match.pairs)
            for k, outcome in enumerate(pair.outcomes)
        }
        return {place: name for place, name in found.items() if name is not None}

    def merge(self, other: "Diagnosis") -> None:
        """Add what another shard gathered."""
        for path, classes in other.errors.items():
            self.errors[path].update(classes)
        for path, bounds in other._bounds.items():
            self._bounds[path].update(bounds)
        for path, confusion in other.confusions.items():
            self.confusions[path].update(confusion)
        self.type_confusions.update(other.type_confusions)
        self.events.update(other.events)
        self._tally.update(other._tally)

    def bound(self, path: str) -> Part | None:
        """Of the matched values of a field how many have the right bound; None where its kind has no bound."""
        counter = self._bounds.get(path, Counter[bool]())
        has_bound = path in self._looked_at and path not in self._enums
        return Part(counter[True], counter.total()) if has_bound else None

    @property
    def rumours(self) -> Part:
        """Of the gold rumours for which a status was predicted, how many were told as fact."""
        told = of = 0
        for path, confusion in self.confusions.items():
            if path.rpartition(".")[2] != "status" or RUMOUR not in self._leaves[path].values:
                continue
            for (gold, pred), count in confusion.items():
                if gold == RUMOUR and pred is not None:
                    told += count * (pred in FACTS)
                    of += count
        return Part(told, of)

    @property
    def valid(self) -> Part:
        """Of the predicted leaves, how many the schema allows."""
        stated = sum(self._tally[result] for result in ("matched", "misread", "invented"))
        return Part(stated - self._tally["rejected"], stated)

    @property
    def accurate(self) -> Part:
        """Of the predicted leaves that the schema allows, how many are right."""
        return Part(self._tally["matched"], self.valid.right)

    @property
    def effort(self) -> dict[str, int]:
        """What a person would have to do to leaves; and to how many events as a whole, their leaves counted above."""
        leaves = {"substitutions": "misread", "additions": "missed", "deletions": "invented"}
        found: Counter[str] = Counter()
        for (_, result), count in self.events.items():
            found[result] += count
        events = {"events_to_add": found["missed"], "events_to_delete": found["invented"]}
        return {name: self._tally[result] for name, result in leaves.items()} | events

    def field_as_json(self, path: str) -> dict[str, Any]:
        """What the block of a field's counts is given beside them: `errors`, and `bound` where the kind has one."""
        errors = {"errors": dict(sorted(self.errors.get(path, Counter[str]()).items()))}
        bound = self.bound(path)
        return errors if bound is None else {**errors, "bound": bound._asdict()}

    def as_json(self) -> dict[str, Any]:
        """All but what belongs to a single field's block (`field_as_json`)."""
        documents = self._tally["documents"]
        events: dict[str, dict[str, int]] = {}
        for (name, result), count in sorted(self.events.items()):
            events.setdefault(name, dict.fromkeys(EVENT_RESULTS, 0))[result] = count
        return {
            "errors": dict(sorted(sum(self.errors.values(), Counter[str]()).items())),
            "confusions": {path: _cells(cells) for path, cells in sorted(self.confusions.items())},
            "type_confusions": _cells(self.type_confusions),
            "rumours_told_as_fact": {"count": self.rumours.right, "of": self.rumours.of},
            "events": events,
            "effort": {name: {"total": n, "mean": ratio(n, documents)} for name, n in self.effort.items()},
            "leaves": {
                "stated": self.valid.of,
                "valid": self.valid.right,
                "right": self.accurate.right,
                "validity": self.valid.share,
                "value_accuracy": self.accurate.share,
            },
        }

    def _add_event(self, pair: EventPair, perfect: bool) -> None:
        result = "missed" if pair.pred is None else "invented" if pair.gold is None else "matched"
        self.events[pair.type, result] += 1
        if perfect and result == "matched":
            self.events[pair.type, "perfect"] += 1

    def _add_matched(self, gold: Event, pred: Event, outcome: Outcome) -> None:
        """Look at the bound of a matched value; of an enum, count the match in its confusions."""
        path, place = outcome.field, outcome.gold or ""
        value = value_at(gold.fields, place)
        if path in self._enums:
            label = _label(value)
            self.confusions[path][label, label] += 1
            return
        told = value_at(pred.fields, outcome.pred or "")
        right = value == told or _bound(value) == _bound(told)
        if not right and place in gold.accepted:
            leaf, bound = self._leaves[path], _bound(told)
            right = any(_bound(v) == bound and equal(leaf.kind, v, told, leaf.units) for v in gold.accepted[place])
        self._bounds[path][right] += 1

    def _add_wrong(self, document: "_Document", pair: EventPair, outcome: Outcome, rejected: bool) -> None:
        path, match = outcome.field, document.match
        self._tally[outcome.result] += 1
        self._tally["rejected"] += rejected
        found = document.class_of(pair, outcome, rejected)
        if found is not None:
            self.errors[path][found] += 1
        if path in self._enums and not rejected:
            gold = None if outcome.gold is None else _label(value_of(match, pair, outcome, "gold"))
            pred = None if outcome.pred is None else _label(value_of(match, pair, outcome, "pred"))
            self.confusions[path][gold, pred] += 1


class _Document:
    """What one document is asked while it is taken in."""

    def __init__(
        self, match: DocumentMatch, schema: Schema, leaves: Mapping[str, Leaf], domains: Mapping[str, str]
    ) -> None:
        self.match, self._schema, self._leaves = match, schema, leaves
        self.classifier = Classifier(match, leaves, domains)

    def class_of(self, pair: EventPair, outcome: Outcome, rejected: bool) -> str | None:
        """The class of a misread or invented leaf."""
        if outcome.result == "misread":
            return self.classifier.misread(pair, outcome)
        return self.classifier.invented(pair, outcome, rejected) if outcome.result == "invented" else None

    def type_confusions(self) -> list[tuple[str, str]]:
        """The types of each gold event without a partner and of the predicted one of another type that resembles it."""
        gold = [pair for pair in self.match.pairs if pair.pred is None]
        pred = [pair for pair in self.match.pairs if pair.gold is None and pair.type in self._schema.types]
        if not gold or not pred:
            return []
        links = [self._links(pair) for pair in pred]
        worths = [[_resemblance(one, pair, links[j]) for j, pair in enumerate(pred)] for one in gold]
        if clear(worths) is None:  # a tie is decided by content, never by the order in which events come
            rows = sorted(range(len(gold)), key=lambda i: self._key(gold[i]))
            columns = sorted(range(len(pred)), key=lambda j: self._key(pred[j]))
            gold, pred = [gold[i] for i in rows], [pred[j] for j in columns]
            worths = [[worths[i][j] for j in columns] for i in rows]
        return [(gold[i].type, pred[j].type) for i, j in enumerate(assign(worths)) if j is not None]

    def _links(self, pair: EventPair) -> dict[int | None, list[tuple[str, str]]]:
        """For each gold event the pairs of places, there and in a predicted event, that have equal values."""
        links: dict[int | None, list[tuple[str, str]]] = {}
        for outcome in self._open(pair):
            value = value_of(self.match, pair, outcome, "pred")
            for place in self.classifier.gold_values.find(outcome.field, value):
                links.setdefault(place.event, []).append((place.pointer, outcome.pred or ""))
        return links

    def _open(self, pair: EventPair) -> list[Outcome]:
        """The leaves of an event without a partner that the schema allows and that are of no closed list."""
        return [
            outcome
            for outcome in pair.outcomes[: len(pair.rows) - pair.rejected]
            if outcome.field in self._leaves and self._leaves[outcome.field].kind not in CLOSED
        ]

    def _key(self, pair: EventPair) -> tuple[str, list[bytes]]:
        """All of an event without a partner that has a say in what it resembles, whatever the order of its parts."""
        parts: list[bytes] = []
        for outcome in self._open(pair):
            value = value_of(self.match, pair, outcome, "pred" if pair.gold is None else "gold")
            also: list[list[Any]] = [[], []]
            if pair.gold is not None and outcome.gold is not None:
                event = self.match.gold.events[pair.gold]
                also[0] = sorted(msgspec.json.encode(v, order="sorted") for v in event.accepted.get(outcome.gold, ()))
                also[1] = sorted({span.quote for span in event.evidence.get(outcome.gold, ())})
            parts.append(msgspec.json.encode([outcome.field, value, also], order="sorted"))
        return pair.type, sorted(parts)


def _resemblance(gold: EventPair, pred: EventPair, links: Mapping[int | None, Sequence[tuple[str, str]]]) -> Worth:
    return (_one_to_one(links.get(gold.gold, ())) if gold.type != pred.type else 0), 0, 0


def _one_to_one(links: Sequence[tuple[str, str]]) -> int:
    """How many of the links can hold at once when each place has one partner at most."""
    if len(links) < 2:
        return len(links)
    rows, columns = ({link[side]: None for link in links} for side in (0, 1))
    worths: list[list[Worth]] = [[(int((row, column) in links), 0, 0) for column in columns] for row in rows]
    return sum(column is not None for column in assign(worths))


def _bound(value: Mapping[str, Any]) -> Any:
    return value.get("bound") or "exact"


def _label(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value, order="sorted").decode()


def _cells(confusion: Mapping[tuple[Label, Label], int] | Mapping[tuple[str, str], int]) -> list[dict[str, Any]]:
    cells = sorted(confusion.items(), key=lambda item: [(label is None, label or "") for label in item[0]])
    return [{"gold": gold, "predicted": pred, "count": count} for (gold, pred), count in cells]
