"""What is behind the counts: why leaves are wrong, what is confused with what, and what it takes to mend the output."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from goldspan.classify import Classifier, value_of
from goldspan.counts import ratio
from goldspan.gold_values import domains_of, value_at
from goldspan.kinds import equal
from goldspan.leaves import Row
from goldspan.match import DocumentMatch
from goldspan.mistaken_types import mistaken_types
from goldspan.pairing import EventPair
from goldspan.records import Event
from goldspan.schema import Schema

BOUNDED = frozenset({"money", "percent", "quantity"})
"""The kinds whose values have a bound."""
EXACT = "exact"
"""The bound of a value that names none."""

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
    `type_confusions` counts (gold type, predicted type) of events without a partner (`goldspan.mistaken_types`).
    """

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._leaves = dict(schema.leaves)
        self._domains = domains_of(self._leaves)
        self._enums = {path for path, leaf in self._leaves.items() if leaf.kind == "enum"}
        self._looked_at = _looked_at(schema)
        self.errors: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.confusions: defaultdict[str, Counter[tuple[Label, Label]]] = defaultdict(Counter)
        self.type_confusions: Counter[tuple[str, str]] = Counter()
        self.events: Counter[tuple[str, str]] = Counter()
        self._bounds: defaultdict[str, Counter[bool]] = defaultdict(Counter)
        self._tally: Counter[str] = Counter()

    def add(self, match: DocumentMatch) -> None:
        """Take a document in."""
        classifier = Classifier(match, self._leaves, self._domains)
        matched = missed = invented = 0
        for pair in match.pairs:
            missed += pair.pred is None
            invented += pair.gold is None
            matched += pair.matched
            self._add_rows(match, pair, classifier)
        self._tally["documents"] += 1
        self._tally["matched"] += matched
        if missed and invented:
            self.type_confusions.update(mistaken_types(match, self._schema, classifier.gold_values))

    def classes(self, match: DocumentMatch) -> dict[tuple[int, int], str]:
        """The class of each wrong leaf of a document, by the place of its pair and its place in the pair's outcomes."""
        classifier = Classifier(match, self._leaves, self._domains)
        found = {
            (i, k): _class_of(classifier, pair, row, rejected=k >= len(pair.rows) - pair.rejected)
            for i, pair in enumerate(match.pairs)
            for k, row in enumerate(pair.rows)
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

    def _add_rows(self, match: DocumentMatch, pair: EventPair, classifier: Classifier) -> None:
        """Take a pair in. Most of its leaves match and say nothing more."""
        gold = None if pair.gold is None else match.gold.events[pair.gold]
        pred = None if pair.pred is None or match.pred is None else match.pred.events[pair.pred]
        looked_at, allowed = self._looked_at, len(pair.rows) - pair.rejected
        for row in pair.rows[:allowed] if pair.rejected else pair.rows:
            if row[1] != "matched":
                self._add_wrong(match, pair, row, classifier, rejected=False)
            elif row[0] in looked_at and gold is not None and pred is not None:
                self._add_matched(row, gold, pred)
        for row in pair.rows[allowed:]:
            self._add_wrong(match, pair, row, classifier, rejected=True)
        result = "missed" if pred is None else "invented" if gold is None else "matched"
        self.events[pair.type, result] += 1
        if result == "matched" and pair.is_perfect:
            self.events[pair.type, "perfect"] += 1

    def _add_matched(self, row: Row, gold: Event, pred: Event) -> None:
        """Take in a right value of a closed list, or one that has a bound."""
        path, _, place, told, _ = row
        name = self._looked_at[path]
        value = gold.fields[name] if name else value_at(gold.fields, place or "")
        if path in self._enums:
            label = value if isinstance(value, str) else _label(value)
            self.confusions[path][label, label] += 1
        else:
            other = pred.fields[name] if name else value_at(pred.fields, told or "")
            right = value.get("bound") == other.get("bound") or self._has_right_bound(gold, row, value, other)
            self._bounds[path][right] += 1

    def _has_right_bound(self, gold: Event, row: Row, value: Mapping[str, Any], told: Mapping[str, Any]) -> bool:
        """Whether a matched value has the bound of gold's value, or of an accepted one that it equals."""
        bound = told.get("bound") or EXACT
        if (value.get("bound") or EXACT) == bound:
            return True
        leaf = self._leaves[row[0]]
        also = [each for each in gold.accepted.get(row[2] or "", ()) if (each.get("bound") or EXACT) == bound]
        return any(equal(leaf.kind, each, told, leaf.units) for each in also)

    def _add_wrong(
        self, match: DocumentMatch, pair: EventPair, row: Row, classifier: Classifier, rejected: bool
    ) -> None:
        path, result, place, told, _ = row
        self._tally[result] += 1
        if rejected:
            self._tally["rejected"] += 1
        found = _class_of(classifier, pair, row, rejected)
        if found is not None:
            self.errors[path][found] += 1
        if path in self._enums and not rejected:
            gold = None if place is None else _label(value_of(match, pair, row, "gold"))
            pred = None if told is None else _label(value_of(match, pair, row, "pred"))
            self.confusions[path][gold, pred] += 1


def _looked_at(schema: Schema) -> dict[str, str | None]:
    """The fields whose right values say more, with the name of one that is a leaf of the event: it needs no pointer."""
    fields = [entry for of in schema.types.values() for entry in of.group.fields.values()]
    names = {entry.path: entry.name for entry in fields if entry.is_leaf}
    kinds = BOUNDED | {"enum"}
    return {path: names.get(path) for path, leaf in schema.leaves.items() if leaf.kind in kinds}


def _class_of(classifier: Classifier, pair: EventPair, row: Row, rejected: bool) -> str | None:
    """The class of a misread or invented leaf."""
    if row[1] == "misread":
        return classifier.misread(pair, row)
    return classifier.invented(pair, row, rejected) if row[1] == "invented" else None


def _label(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value, order="sorted").decode()


def _cells(confusion: Mapping[tuple[Label, Label], int] | Mapping[tuple[str, str], int]) -> list[dict[str, Any]]:
    cells = sorted(confusion.items(), key=lambda item: [(label is None, label or "") for label in item[0]])
    return [{"gold": gold, "predicted": pred, "count": count} for (gold, pred), count in cells]
