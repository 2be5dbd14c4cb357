"""Checks events against the schema, and records against their documents; parts what is valid from what is not."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, cast

from goldspan.documents import Document
from goldspan.kinds import equal, states_nothing
from goldspan.pointers import pointer, replaced
from goldspan.records import Event, Record, Span
from goldspan.schema import EventType, Group, Items, Leaf, Node, Schema

UNKNOWN = "(unknown)"
"""Stands for the name of a field or an event type that the schema does not have."""


class Fault(NamedTuple):
    """Something wrong in a record: JSON Pointer from the record's root, and what."""

    pointer: str
    message: str


class Rejected(NamedTuple):
    """A stated value that the schema does not allow: the field's dotted path, its pointer into `fields`, its leaves."""

    path: str
    pointer: str
    leaves: int


class CheckedEvent(NamedTuple):
    """An event whose `fields` hold only what its schema allows; what was taken out is in `rejected`."""

    type: str
    group: Group
    fields: Mapping[str, Any]
    event: Event
    rejected: tuple[Rejected, ...] = ()


_NO_FIELDS = Group({})


def check_event(event: Event, schema: Schema, place: str = "") -> tuple[CheckedEvent, list[Fault]]:
    """Part an event's `fields` into what the schema allows and what it does not, with every fault.

    An undeclared key, a value that breaks its field's schema, and an event of an undeclared type are rejected; a broken
    rule about a whole object or list (`required`, `uniqueItems`) is a fault that rejects nothing.
    """
    try:
        return _check_event(event, schema, place)
    except RecursionError:
        group = schema.types[event.type].group if event.type in schema.types else _NO_FIELDS
        rejected = (Rejected(f"{event.type if group.fields else UNKNOWN}.{UNKNOWN}", "", 1),)
        return CheckedEvent(event.type, group, {}, event, rejected), [Fault(place + "/fields", "nested too deeply")]


def _check_event(event: Event, schema: Schema, place: str) -> tuple[CheckedEvent, list[Fault]]:
    event_type = schema.types.get(event.type)
    if event_type is None:
        rejected = tuple(
            Rejected(f"{UNKNOWN}.{UNKNOWN}", pointer(k), _size(v)) for k, v in event.fields.items() if _size(v)
        )
        message = f"no such event type: {event.type!r}; there are {', '.join(schema.types)}"
        faults = [Fault(place + "/type", message)] if event.type else []  # without a type it has been reported already
        return CheckedEvent(UNKNOWN, _NO_FIELDS, {}, event, rejected), faults
    undeclared = list(_undeclared(event_type.group, event.fields, event.type, ""))
    if not undeclared and event_type.validator.is_valid(event.fields):
        return CheckedEvent(event.type, event_type.group, event.fields, event), []
    faults = [Fault(place + "/fields" + r.pointer, "the schema has no such field") for r in undeclared]
    rejected = {r.pointer: r for r in undeclared}
    for path, keyword, message in event_type.validator.violations(_without_nothing(event.fields)):
        found = _find(event_type.group, event.fields, path)
        where = f"{place}/fields{found.whole}"
        if found.is_container and keyword in ("additionalProperties", "unevaluatedProperties"):
            continue
        if all(fault.pointer != where for fault in faults):  # a bad date breaks both pattern and format
            faults.append(Fault(where, message))
        if not found.is_container or keyword == "type":
            leaves = _size(found.value) if found.is_container else 1
            rejected[found.place] = Rejected(f"{event.type}{found.path}", found.place, leaves)
    clean = replaced(event.fields, dict.fromkeys(rejected))
    return CheckedEvent(event.type, event_type.group, clean, event, tuple(rejected.values())), faults


def check_record(
    record: Record, schema: Schema, document: Document | None, gold: bool, complete: bool = False
) -> Iterator[Fault]:
    """Yield every fault of a record; of gold more is asked, and if `complete`, key fields and evidence too."""
    ids: set[str] = set()
    if document is not None and record.text_sha256 not in (None, document.text_sha256):
        yield Fault("/text_sha256", "is not the sha256 of the document's text")
    if gold and record.schema_version not in (None, schema.version):
        yield Fault("/schema_version", f"is {record.schema_version!r}, the schema's is {schema.version!r}")
    for i, event in enumerate(record.events):
        place = f"/events/{i}"
        if event.id in ids:
            yield Fault(place + "/id", f"two events with the id {event.id!r}")
        if event.id is not None:
            ids.add(event.id)
        elif gold:
            yield Fault(place, "an event of gold needs an id")
        checked, faults = check_event(event, schema, place)
        yield from faults
        stated = {leaf.pointer: leaf for leaf in leaves_of(checked.group, checked.fields)}
        known = {
            *stated,
            *(target for r in checked.rejected for target in _standoff(event) if _inside(target, r.pointer)),
        }
        yield from _check_standoff(event, place, known, schema.types.get(event.type), document)
        if gold and not faults and event.type in schema.types:
            yield from _duplicates(place, list(stated.values()))
            if complete:
                yield from _check_complete(event, place, stated, schema.types[event.type], document)


class StatedLeaf(NamedTuple):
    """A value that an event states, with its place in the schema and in `fields`."""

    pointer: str
    path: str
    leaf: Leaf
    value: Any
    is_item: bool


def leaves_of(node: Node, value: Any, place: str = "", path: str = "", is_item: bool = False) -> Iterator[StatedLeaf]:
    """Yield every stated leaf below a (valid) value."""
    if states_nothing(value):
        return
    if isinstance(node, Leaf):
        yield StatedLeaf(place, path, node, value, is_item)
    elif isinstance(node, Items):
        for i, item in enumerate(value):
            yield from leaves_of(node.item, item, f"{place}/{i}", path, is_item=True)
    else:
        for name, entry in node.fields.items():
            yield from leaves_of(entry.node, value.get(name), place + pointer(name), f"{path}.{name}")


def _check_standoff(
    event: Event, place: str, known: Collection[str], event_type: EventType | None, document: Document | None
) -> Iterator[Fault]:
    for name in ("evidence", "accepted", "confidence"):
        for target in getattr(event, name):
            if target not in known:
                yield Fault(place + pointer(name, target), "points to no value of this event")
    for target, spans in event.evidence.items():
        for i, span in enumerate(spans):
            message = _span_fault(span, document)
            if message:
                yield Fault(f"{place}{pointer('evidence', target)}/{i}", message)
    for target, confidence in event.confidence.items():
        if not 0 <= confidence <= 1:
            yield Fault(place + pointer("confidence", target), f"{confidence} is not between 0 and 1")
    for target, values in event.accepted.items():
        if event_type is None or target not in known:
            continue
        for i, value in enumerate(values):
            trial = replaced(event.fields, {target: value})
            for path, _, message in event_type.validator.violations(trial):
                if _inside(pointer(*path), target):
                    yield Fault(f"{place}{pointer('accepted', target)}/{i}", message)


def _standoff(event: Event) -> set[str]:
    return {*event.evidence, *event.accepted, *event.confidence}


def _inside(target: str, place: str) -> bool:
    return (target + "/").startswith(place + "/")


def _span_fault(span: Span, document: Document | None) -> str | None:
    if not 0 <= span.start < span.end:
        return f"start {span.start} and end {span.end} are no span"
    if document is None:
        return None
    if span.end > len(document.text):
        return f"end {span.end} is beyond the text ({len(document.text)} code points)"
    found = document.text[span.start : span.end]
    return None if found == span.quote else f"the quote is {span.quote!r}, the text has {found!r}"


def _check_complete(
    event: Event, place: str, stated: Mapping[str, StatedLeaf], event_type: EventType, document: Document | None
) -> Iterator[Fault]:
    for target in stated if document is not None else ():
        if not event.evidence.get(target):
            yield Fault(f"{place}/fields{target}", "a value of gold needs evidence")
    keys = {name for name, entry in event_type.group.fields.items() if entry.key}
    filled = {name for name in event_type.group.fields if not states_nothing(event.fields.get(name))}
    if keys and (not keys & filled or len(filled) < 2):
        yield Fault(place, f"an event needs a key field ({', '.join(sorted(keys))}) and one further field")


def _duplicates(place: str, leaves: Sequence[StatedLeaf]) -> Iterator[Fault]:
    """Yield each item of a list of plain values that equals an earlier one."""
    lists: dict[str, list[StatedLeaf]] = {}
    for leaf in leaves:
        if not leaf.is_item:
            continue
        holder = lists.setdefault(leaf.pointer.rpartition("/")[0], [])
        for earlier in holder:
            if equal(leaf.leaf.kind, earlier.value, leaf.value, leaf.leaf.units):
                yield Fault(f"{place}/fields{leaf.pointer}", f"the same value stands at {earlier.pointer}")
                break
        holder.append(leaf)


class _Found(NamedTuple):
    """Where a violation lies: the leaf or container it belongs to (`place`, `path`), and the whole pointer."""

    place: str
    path: str
    whole: str
    is_container: bool
    value: Any


def _find(node: Node, value: Any, steps: Sequence[Any]) -> _Found:
    """Follow the path of a violation in what `_without_nothing` left, back to the places of the original."""
    place = path = whole = ""
    inside: Any = value
    for step in steps:
        if isinstance(step, int):
            step = _original_index(inside, step)
        whole += pointer(step)
        inside = inside[step]
        if isinstance(node, Leaf) or (isinstance(node, Group) and step not in node.fields):
            continue
        place, value = whole, inside
        path += f".{step}" if isinstance(node, Group) else ""
        node = node.fields[str(step)].node if isinstance(node, Group) else node.item
    return _Found(place, path, whole, not isinstance(node, Leaf), value)


def _original_index(items: list[Any], index: int) -> int:
    return [i for i, item in enumerate(items) if not states_nothing(item)][index]


def _undeclared(node: Node, value: Any, path: str, place: str) -> Iterator[Rejected]:
    if isinstance(node, Group) and isinstance(value, dict):
        for name, member in cast("dict[str, Any]", value).items():
            where = place + pointer(name)
            if name in node.fields:
                yield from _undeclared(node.fields[name].node, member, f"{path}.{name}", where)
            elif not states_nothing(member):
                yield Rejected(f"{path}.{UNKNOWN}", where, _size(member))
    elif isinstance(node, Items) and isinstance(node.item, Group) and isinstance(value, list):
        for i, item in enumerate(cast("list[Any]", value)):
            yield from _undeclared(node.item, item, path, f"{place}/{i}")


def _size(value: Any) -> int:
    """How many values a piece of JSON states."""
    if isinstance(value, dict):
        return sum(_size(member) for member in cast("dict[str, Any]", value).values())
    if isinstance(value, list):
        return sum(_size(item) for item in cast("list[Any]", value))
    return 0 if states_nothing(value) else 1


def _without_nothing(value: Any) -> Any:
    """A copy without what states nothing."""
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value).items()
        return {name: _without_nothing(member) for name, member in members if not states_nothing(member)}
    if isinstance(value, list):
        return [_without_nothing(item) for item in cast("list[Any]", value) if not states_nothing(item)]
    return value
