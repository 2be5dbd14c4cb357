"""Several accounts of one event made one: each value by vote, with the evidence of all that state it.

An account is an event of one file, or a group within one. Groups and items are brought together as scoring pairs them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from goldspan.align import Worth
from goldspan.canonical import content_key
from goldspan.check import CheckedEvent
from goldspan.kinds import equal, is_stated
from goldspan.leaves import Comparison, best_pairs
from goldspan.nodes import Field, Group, Items, Leaf
from goldspan.records import Span


class Voice(NamedTuple):
    """A value that one file states: the event it stands in, and its JSON Pointer there."""

    event: CheckedEvent
    value: Any
    place: str

    def below(self, entry: Field) -> "Voice":
        """The value of a field of this group."""
        return Voice(self.event, self.value.get(entry.name), self.place + entry.pointer)

    @property
    def evidence(self) -> Sequence[Span]:
        """The evidence of this very value."""
        return self.event.event.evidence.get(self.place, ())


Cluster = list[Voice]
Pair = Callable[[Sequence[Voice], Sequence[Voice]], list[tuple[int, int]]]


def gather(accounts: Sequence[Sequence[Voice]], pair: Pair) -> list[Cluster]:
    """Bring together what is the same in several files: the first is the pivot, each further one joins or adds.

    A cluster is compared by its first member.
    """
    clusters: list[Cluster] = []
    for account in accounts:
        partners = {j: i for i, j in pair([cluster[0] for cluster in clusters], account)}
        for j, voice in enumerate(account):
            if j in partners:
                clusters[partners[j]].append(voice)
            else:
                clusters.append([voice])
    return clusters


class Merged:
    """The event that a vote makes: `fields`, and `evidence` and `confidence` by pointer into them."""

    def __init__(self, files: int) -> None:
        self._files = files
        self.evidence: dict[str, list[dict[str, Any]]] = {}
        self.confidence: dict[str, float] = {}

    def group(self, group: Group, voices: Sequence[Voice], place: str = "") -> dict[str, Any]:
        """The fields of a group, in the order of the schema, without those that most leave empty."""
        fields: dict[str, Any] = {}
        for entry in group.fields.values():
            stated = [voice.below(entry) for voice in voices]
            value = self._value(entry, stated, len(voices), place + entry.pointer)
            if is_stated(value):
                fields[entry.name] = value
        return fields

    def _value(self, entry: Field, voices: Sequence[Voice], number: int, place: str) -> Any:
        node = entry.node
        if isinstance(node, Leaf):
            return self._leaf(node, voices, place)
        if isinstance(node, Group):
            empty: dict[str, Any] = {}
            return self.group(node, [voice._replace(value=voice.value or empty) for voice in voices], place)
        accounts = [
            [Voice(event, item, f"{at}/{i}") for i, item in enumerate(value or ()) if is_stated(item)]
            for event, value, at in voices
        ]
        return list(self._items(node, accounts, number, place))

    def _leaf(self, leaf: Leaf, voices: Sequence[Voice], place: str) -> Any:
        """The value that most state, silence being one of them; of several, the one that is stated first."""
        camps: list[Cluster] = []
        for voice in voices:
            camp = next((camp for camp in camps if _same(leaf, camp[0].value, voice.value)), None)
            if camp is None:
                camps.append([voice])
            else:
                camp.append(voice)
        winners = max(camps, key=len)
        if is_stated(winners[0].value):
            self._note(place, winners)
        return winners[0].value

    def _items(self, node: Items, accounts: Sequence[Sequence[Voice]], number: int, place: str) -> Iterator[Any]:
        """The items that more than half state."""
        of, places = node.item, iter(range(sum(map(len, accounts))))
        for cluster in gather(accounts, lambda one, other: _pair_items(of, one, other)):
            if 2 * len(cluster) <= number:
                continue
            target = f"{place}/{next(places)}"
            if isinstance(of, Group):
                yield self.group(of, cluster, target)
            else:
                self._note(target, cluster)
                yield cluster[0].value

    def _note(self, place: str, winners: Cluster) -> None:
        self.confidence[place] = len(winners) / self._files
        spans: dict[tuple[int, int, str], dict[str, Any]] = {}
        for span in sorted((span for voice in winners for span in voice.evidence), key=lambda span: span.located):
            where = {"start": span.start, "end": span.end, "quote": span.quote}
            spans.setdefault((span.start, span.end, span.quote), where | {"located": True} if span.located else where)
        if spans:
            self.evidence[place] = list(spans.values())


def _same(leaf: Leaf, one: Any, other: Any) -> bool:
    if is_stated(one) and is_stated(other):
        return equal(leaf.kind, one, other, leaf.units)
    return is_stated(one) == is_stated(other)


def _pair_items(node: Leaf | Group, one: Sequence[Voice], other: Sequence[Voice]) -> list[tuple[int, int]]:
    worths = [[_worth(node, voice, each) for each in other] for voice in one]

    def key_of(voices: Sequence[Voice]) -> Callable[[int], bytes]:
        return lambda i: content_key(node, voices[i].value, voices[i].place, voices[i].event.event)

    return best_pairs(worths, key_of(one), key_of(other))


def _worth(node: Leaf | Group, one: Voice, other: Voice) -> Worth:
    if isinstance(node, Leaf):
        return int(_same(node, one.value, other.value)), 0, 0
    comparison = Comparison(one.event.event, other.event.event)
    values: tuple[Mapping[str, Any], Mapping[str, Any]] = one.value, other.value
    comparison.group(node, *values, one.place, other.place)
    return comparison.worth
