"""Across documents: does a system join the accounts of one event, and does it see where their figures conflict?

A mention is an event of a document: a gold event and the predicted event that is paired with it are one mention, an
event without a partner is a mention of its own side only. The mentions of a side that bear the same `story_event` are
a cluster, an event without one is a cluster by itself; `coreference` says how the clusters of both sides are compared.

Conflicts are counted in pairs of mentions, for each field that is no list. Gold has one where two mentions with one
`story_event` state values of the field that are not equal; the system sees one where two of its events with one
`story_event` (its own) do. Matched: in gold and seen; missed: in gold only; invented: seen only. A right prediction is
compared as the gold value that it matches, so that another accepted form of a name is no conflict. Values are equal as
by `kinds.equal`, and what equality chains together is one value.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any, NamedTuple

import msgspec

from goldspan.check import check_event
from goldspan.coreference import Rates, b_cubed, ceaf_e, cluster_sizes, conll_f1, muc
from goldspan.counts import Counts
from goldspan.kinds import QUOTED, close, states_nothing
from goldspan.match import DocumentMatch
from goldspan.normal import normal_duration, normal_name, normal_text
from goldspan.pairing import EventPair
from goldspan.pointers import resolve
from goldspan.records import Event
from goldspan.schema import Group, Leaf, Schema
from goldspan.spool import Spool

_Form = tuple[Hashable, Decimal]
"""A value made comparable: a part that must be the same, and a number that must be close."""

_BLOCK = ("matched", "misread", "missed", "invented", "precision", "recall", "f1", "accuracy")


class _Account(msgspec.Struct, array_like=True):
    """What an event says that could conflict: values by the number of the field, and other forms of the gold ones."""

    both: dict[int, Any]
    gold: dict[int, Any]
    pred: dict[int, Any]
    forms: dict[int, list[Any]]


class _Place(NamedTuple):
    """A field of a story event, in gold (side 0) or the prediction (side 1)."""

    number: int
    side: int
    story_event: str


class _Statement(NamedTuple):
    """What one mention says about a field; a form is None where the side says nothing or the mention is alone there.

    `links` are the gold value with each other form that is as right.
    """

    gold: _Place
    in_gold: _Form | None
    pred: _Place
    in_pred: _Form | None
    links: set[tuple[_Form, _Form]]


class Stories:
    """Counts mentions by their ids, and keeps what events with an id say.

    Memory grows with the number of story events; what their events say is spooled. Pickled, it can be merged, not added
    to.
    """

    def __init__(self, schema: Schema) -> None:
        self._schema: Schema | None = schema
        singles = [single for each in schema.types.values() for single in _singles(each.name, each.group)]
        self._paths = [path for path, _ in singles]
        self._leaves = [leaf for _, leaf in singles]
        self._numbers = {path: number for number, path in enumerate(self._paths)}
        self.table: Counter[tuple[str | None, str | None]] = Counter()
        self._accounts = Spool()

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_schema": None}  # its validators cannot be pickled

    def add(self, match: DocumentMatch) -> None:
        """Count the events of one document."""
        for pair in match.pairs:
            gold = None if pair.gold is None else match.gold.events[pair.gold]
            pred = None if pair.pred is None or match.pred is None else match.pred.events[pair.pred]
            gold_id, pred_id = (None if event is None else event.story_event or "" for event in (gold, pred))
            self.table[gold_id, pred_id] += 1
            if (gold_id or pred_id) and (account := self._account(pair, gold, pred)):
                self._accounts.append(msgspec.json.encode((gold_id or "", pred_id or "", account)) + b"\n")

    def merge(self, other: "Stories") -> None:
        """Add what another shard has counted."""
        self.table.update(other.table)
        self._accounts.extend(other._accounts)

    @property
    def is_told(self) -> bool:
        """Whether gold and prediction both have an event with a `story_event`; else there is nothing to compare."""
        return all(any(ids[side] for ids in self.table) for side in (0, 1))

    @property
    def muc(self) -> Rates:
        """MUC over all documents."""
        return muc(self.table)

    @property
    def b_cubed(self) -> Rates:
        """B-cubed over all documents."""
        return b_cubed(self.table)

    @property
    def ceaf_e(self) -> Rates:
        """CEAF-e over all documents."""
        return ceaf_e(self.table)

    @property
    def conll_f1(self) -> float | None:
        """The mean of the three F1s."""
        return conll_f1(self.table)

    @property
    def conflicts(self) -> dict[str, Counts]:
        """Pairs of mentions in conflict, by each field in which gold or the system has any, in the schema's order."""
        said = defaultdict[_Place, list[_Form]](list)
        said_by_both = defaultdict[tuple[_Place, _Place], list[tuple[_Form, _Form]]](list)
        links = defaultdict[_Place, set[tuple[_Form, _Form]]](set)
        for gold, in_gold, pred, in_pred, linked in self._statements():
            for place, form in ((gold, in_gold), (pred, in_pred)):
                if form:
                    said[place].append(form)
                    if linked:  # on both sides: a right prediction is compared as the gold value
                        links[place] |= linked
            if in_gold and in_pred:
                said_by_both[gold, pred].append((in_gold, in_pred))
        values = {place: _joined(set(forms), links.get(place, ())) for place, forms in said.items()}
        sums, shared = (Counter[int](), Counter[int]()), Counter[int]()
        for place, forms in said.items():
            sums[place.side][place.number] += _unequal([values[place][form] for form in forms])
        for (gold, pred), forms in said_by_both.items():
            if len(forms) > 1 and len(values[gold]) > 1 and len(values[pred]) > 1:
                both = [(values[gold][one], values[pred][other]) for one, other in forms]
                # in conflict on both sides: those on one, and those on the other, less those on either
                either = _unequal(one for one, _ in both) + _unequal(other for _, other in both)
                shared[gold.number] += either - _unequal(both)
        return {
            path: Counts(shared[number], 0, sums[0][number] - shared[number], sums[1][number] - shared[number])
            for number, path in enumerate(self._paths)
            if sums[0][number] or sums[1][number]
        }

    def as_json(self) -> dict[str, Any] | None:
        """The section of `score --json`; None where there is nothing to compare."""
        if not self.is_told:
            return None
        return {
            "mentions": {
                "gold": sum(n for (gold, _), n in self.table.items() if gold is not None),
                "predicted": sum(n for (_, pred), n in self.table.items() if pred is not None),
                "both": sum(n for ids, n in self.table.items() if None not in ids),
            },
            "muc": self.muc._asdict(),
            "b_cubed": self.b_cubed._asdict(),
            "ceaf_e": self.ceaf_e._asdict(),
            "conll_f1": self.conll_f1,
            "conflicts": {
                path: {name: getattr(counts, name) for name in _BLOCK} for path, counts in self.conflicts.items()
            },
        }

    def _account(self, pair: EventPair, gold: Event | None, pred: Event | None) -> _Account | None:
        """What is said in fields that are no list."""
        account = _Account({}, {}, {}, {})
        valid: Mapping[str, Any] | None = None
        has_forms = gold is not None and bool(gold.accepted or gold.evidence)
        for outcome in pair.outcomes:
            number = self._numbers.get(outcome.field)
            if number is None:
                continue
            if gold and outcome.gold is not None:
                value = _at(gold.fields, outcome.gold)
                (account.both if outcome.result == "matched" else account.gold)[number] = value
                if has_forms and (forms := _other_forms(gold, outcome.gold, self._leaves[number].kind, value)):
                    account.forms[number] = forms
            if pred and outcome.pred is not None and outcome.result == "misread":
                account.pred[number] = _at(pred.fields, outcome.pred)
            elif pred and outcome.pred is not None and outcome.result == "invented" and self._schema:
                valid = check_event(pred, self._schema)[0].fields if valid is None else valid
                if not states_nothing(value := _at(valid, outcome.pred)):  # else it is one that the schema rejects
                    account.pred[number] = value
        return account if account.both or account.gold or account.pred else None

    def _statements(self) -> Iterator[_Statement]:
        """What mentions say about fields, for story events of two mentions or more."""
        sizes = [cluster_sizes(self.table, side) for side in (0, 1)]
        told = msgspec.json.Decoder(tuple[str, str, msgspec.Raw]).decode
        decoder = msgspec.json.Decoder(_Account)
        for line in self._accounts.lines():
            gold_id, pred_id, encoded = told(line)
            in_gold, in_pred = sizes[0][gold_id] > 1, sizes[1][pred_id] > 1
            if not in_gold and not in_pred:
                continue
            account = decoder.decode(encoded)
            for number in {**account.both, **account.gold, **account.pred}:
                leaf = self._leaves[number]
                both, gold, pred = (
                    _form(leaf, values[number]) if number in values else None
                    for values in (account.both, account.gold, account.pred)
                )
                gold, pred = both or gold, both or pred
                yield _Statement(
                    _Place(number, 0, gold_id),
                    gold if in_gold else None,
                    _Place(number, 1, pred_id),
                    pred if in_pred else None,
                    {(gold, _form(leaf, other)) for other in account.forms.get(number, ()) if gold},
                )


def _singles(path: str, group: Group) -> Iterator[tuple[str, Leaf]]:
    """The fields that are no list, and lie in none, by dotted path."""
    for name, entry in group.fields.items():
        if isinstance(entry.node, Leaf):
            yield f"{path}.{name}", entry.node
        elif isinstance(entry.node, Group):
            yield from _singles(f"{path}.{name}", entry.node)


def _at(fields: Mapping[str, Any], place: str) -> Any:
    """What stands at a JSON Pointer, quickly where that is a field's name."""
    name = place[1:]
    return fields[name] if name.isidentifier() else resolve(fields, place)


def _other_forms(gold: Event, place: str, kind: str, value: Any) -> list[Any]:
    """What is as right as a gold value."""
    forms = list(gold.accepted.get(place, ()))
    if kind in QUOTED:
        forms += {span.quote for span in gold.evidence.get(place, ())}
    return [form for form in forms if form != value]


def _form(leaf: Leaf, value: Any) -> _Form:
    match leaf.kind:
        case "money":
            return value["currency"], Decimal(str(value["amount"]))
        case "percent":
            return "", Decimal(str(value["value"]))
        case "quantity":
            return "", Decimal(str(value["value"])) * leaf.units[value["unit"]]
        case "number":
            return "", Decimal(str(value))
        case "name":
            return normal_name(value), Decimal()
        case "text":
            return normal_text(value), Decimal()
        case "duration":
            return normal_duration(value), Decimal()
        case _:
            plain = isinstance(value, str | int | float)
            return (isinstance(value, bool), value if plain else msgspec.json.encode(value, order="sorted")), Decimal()


def _joined(forms: Collection[_Form], links: Iterable[tuple[_Form, _Form]]) -> dict[_Form, int]:
    """Each form with the number of its value: forms that are close in number are one value, and those linked."""
    parent = {form: form for form in forms}
    if len(parent) == 1:
        return dict.fromkeys(parent, 0)

    def find(form: _Form) -> _Form:
        while parent[form] is not form:
            parent[form] = form = parent[parent[form]]
        return form

    for one, other in pairwise(sorted(forms, key=lambda form: (str(form[0]), form[1]))):
        if one[0] == other[0] and close(one[1], other[1]):
            parent[find(one)] = find(other)
    for one, other in links:
        if one in parent and other in parent:
            parent[find(one)] = find(other)
    numbers = {form: number for number, form in enumerate(parent)}
    return {form: numbers[find(form)] for form in parent}


def _unequal(values: Iterable[Hashable]) -> int:
    """How many pairs there are of values that are not equal."""
    found = 0
    counts: dict[Hashable, int] = {}
    for before, value in enumerate(values):
        same = counts.get(value, 0)
        found += before - same
        counts[value] = same + 1
    return found
