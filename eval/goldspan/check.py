"""Checks events against the schema, and records against their documents; parts what is valid from what is not."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, cast

import msgspec

from goldspan.kinds import states_nothing
from goldspan.pointers import pointer, replaced
from goldspan.records import Event
from goldspan.schema import Group, Items, Leaf, Node, Schema

UNKNOWN = "(unknown)"
"""Stands for the name of a field or an event type that the schema does not have."""


class Fault(NamedTuple):
    """Something wrong: JSON Pointer from the root of the record, or the event, that was checked, and what."""

    pointer: str
    message: str


class Rejected(NamedTuple):
    """A stated value that the schema does not allow: the field's dotted path, its pointer into `fields`, its leaves."""

    path: str
    pointer: str
    leaves: int


class CheckedEvent(msgspec.Struct, frozen=True, gc=False):
    """An event whose `fields` hold only what its schema allows; what was taken out is in `rejected`."""

    type: str
    group: Group
    fields: Mapping[str, Any]
    event: Event
    rejected: tuple[Rejected, ...] = ()


Checked = tuple[CheckedEvent, list[Fault]]
_NO_FIELDS = Group({})


def check_event(event: Event, schema: Schema) -> Checked:
    """Part an event's `fields` into what the schema allows and what it does not, with every fault, told from the event.

    An undeclared key, a value that breaks its field's schema, and an event of an undeclared type are rejected; a broken
    rule about a whole object or list (`required`, `uniqueItems`) is a fault that rejects nothing.
    """
    return check_events([event], schema)[0]


def check_events(events: Sequence[Event], schema: Schema) -> list[Checked]:
    """`check_event` of each of some events; the validator runs over all of them first, which is quicker."""
    types = schema.types
    try:
        valid = [
            (of := types.get(event.type)) is not None and of.is_plain and of.validator.is_valid(event.fields)
            for event in events
        ]
    except RecursionError:
        valid = [False] * len(events)  # each is looked at by itself
    return [
        (CheckedEvent(event.type, types[event.type].group, event.fields, event), [])
        if is_valid
        else _check_event(event, schema)
        for event, is_valid in zip(events, valid, strict=True)
    ]


def _check_event(event: Event, schema: Schema) -> Checked:
    try:
        return _part_event(event, schema)
    except RecursionError:
        group = schema.types[event.type].group if event.type in schema.types else _NO_FIELDS
        rejected = (Rejected(f"{event.type if group.fields else UNKNOWN}.{UNKNOWN}", "", 1),)
        return CheckedEvent(event.type, group, {}, event, rejected), [Fault("/fields", "nested too deeply")]


def _part_event(event: Event, schema: Schema) -> Checked:
    event_type = schema.types.get(event.type)
    if event_type is None:
        rejected = tuple(
            Rejected(f"{UNKNOWN}.{UNKNOWN}", pointer(k), _size(v)) for k, v in event.fields.items() if _size(v)
        )
        message = f"no such event type: {event.type!r}; there are {', '.join(schema.types)}"
        faults = [Fault("/type", message)] if event.type else []  # without a type it has been reported already
        return CheckedEvent(UNKNOWN, _NO_FIELDS, {}, event, rejected), faults
    group, fields = event_type.group, event.fields
    undeclared = list(_undeclared(group, fields, event.type, ""))
    if not undeclared and event_type.validator.is_valid(fields):
        return CheckedEvent(event.type, group, fields, event), []
    faults = [Fault("/fields" + r.pointer, "the schema has no such field") for r in undeclared]
    rejected = {r.pointer: r for r in undeclared}
    for path, keyword, message in event_type.validator.violations(_without_nothing(event.fields)):
        found = _find(event_type.group, event.fields, path)
        where = f"/fields{found.whole}"
        if found.is_container and keyword in ("additionalProperties", "unevaluatedProperties"):
            continue
        if all(fault.pointer != where for fault in faults):  # a bad date breaks both pattern and format
            faults.append(Fault(where, message))
        if not found.is_container or keyword == "type":
            leaves = _size(found.value) if found.is_container else 1
            rejected[found.place] = Rejected(f"{event.type}{found.path}", found.place, leaves)
    clean: dict[str, Any] = _settled(replaced(event.fields, dict.fromkeys(rejected))) or {}
    return CheckedEvent(event.type, event_type.group, clean, event, tuple(rejected.values())), faults


def placed(place: str, faults: Iterable[Fault]) -> list[Fault]:
    """Faults of a part of a record, told from the record's root."""
    return [Fault(place + fault.pointer, fault.message) for fault in faults]


class StatedLeaf(NamedTuple):
    """A value that an event states, with its place in the schema and in `fields`."""

    pointer: str
    path: str
    leaf: Leaf
    value: Any


def leaves_of(node: Node, value: Any, place: str = "", path: str = "") -> Iterator[StatedLeaf]:
    """Yield every stated leaf below a (valid) value."""
    if states_nothing(value):
        return
    if isinstance(node, Leaf):
        yield StatedLeaf(place, path, node, value)
    elif isinstance(node, Items):
        for i, item in enumerate(value):
            yield from leaves_of(node.item, item, f"{place}/{i}", path)
    else:
        for name, entry in node.fields.items():
            yield from leaves_of(entry.node, value.get(name), place + pointer(name), f"{path}.{name}")


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


def _settled(value: Any) -> Any:
    """A copy in which None stands for all that states nothing; the items of a list keep their index."""
    if states_nothing(value):
        return None
    if isinstance(value, dict):
        return {name: _settled(member) for name, member in cast(dict[str, Any], value).items()}
    if isinstance(value, list):
        return [_settled(item) for item in cast(list[Any], value)]
    return value


def _without_nothing(value: Any) -> Any:
    """A copy without what states nothing."""
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value).items()
        return {name: _without_nothing(member) for name, member in members if not states_nothing(member)}
    if isinstance(value, list):
        return [_without_nothing(item) for item in cast("list[Any]", value) if not states_nothing(item)]
    return value
