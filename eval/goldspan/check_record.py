"""Checks records against schema and documents: offsets, quotes, ids, and what is asked of gold."""

from collections.abc import Iterator, Mapping
from typing import Any

from goldspan.check import CheckedEvent, Fault, StatedLeaf, check_event, leaves_of
from goldspan.documents import Document
from goldspan.kinds import APART, QUOTED, all_told_apart, equal, is_stated, states_nothing
from goldspan.nodes import Group, Leaf
from goldspan.pointers import pointer, replaced
from goldspan.records import Event, Record, Span
from goldspan.schema import EventType, Schema


def check_record(
    record: Record, schema: Schema, document: Document | None, gold: bool, complete: bool = False
) -> tuple[tuple[CheckedEvent, ...], list[Fault]]:
    """A record's events, checked, and every fault of it; of gold more is asked, and if `complete`, all that gold needs.

    Gold needs an id for each event and no value twice in a list; complete gold needs evidence for each value (where the
    document is known), and a key field and one further field in each event.
    """
    faults: list[Fault] = []
    if document is not None and record.text_sha256 not in (None, document.text_sha256):
        faults.append(Fault("/text_sha256", "is not the sha256 of the document's text"))
    if gold and record.schema_version not in (None, schema.version):
        faults.append(Fault("/schema_version", f"is {record.schema_version!r}, the schema's is {schema.version!r}"))
    ids = {event.id for event in record.events}
    if len(ids) < len(record.events) or None in ids:
        faults += _check_ids(record, gold)
    events: list[CheckedEvent] = []
    for i, event in enumerate(record.events):
        place = f"/events/{i}"
        checked, event_faults = check_event(event, schema, place)
        events.append(checked)
        faults += event_faults
        if event.evidence or event.accepted or event.confidence:
            faults += _check_standoff(checked, place, schema.types.get(event.type), document)
        if gold and not event_faults and event.type in schema.types:
            faults += _duplicates(checked.group, checked.fields, place)
            if complete:
                faults += _check_complete(checked, place, schema.types[event.type], document)
    return tuple(events), faults


def _check_ids(record: Record, gold: bool) -> Iterator[Fault]:
    ids: set[str] = set()
    for i, event in enumerate(record.events):
        if event.id in ids:
            yield Fault(f"/events/{i}/id", f"two events with the id {event.id!r}")
        if event.id is not None:
            ids.add(event.id)
        elif gold:
            yield Fault(f"/events/{i}", "an event of gold needs an id")


def _leaves(checked: CheckedEvent) -> Mapping[str, StatedLeaf]:
    return {leaf.pointer: leaf for leaf in leaves_of(checked.group, checked.fields)}


def _check_standoff(
    checked: CheckedEvent, place: str, event_type: EventType | None, document: Document | None
) -> Iterator[Fault]:
    event = checked.event
    known = {*_leaves(checked)}
    known |= {target for r in checked.rejected for target in _standoff(event) if _inside(target, r.pointer)}
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
    checked: CheckedEvent, place: str, event_type: EventType, document: Document | None
) -> Iterator[Fault]:
    event = checked.event
    for target in _leaves(checked) if document is not None else ():
        if not event.evidence.get(target):
            yield Fault(f"{place}/fields{target}", "a value of gold needs evidence")
    keys = {name for name, entry in event_type.group.fields.items() if entry.key}
    filled = {name for name in event_type.group.fields if not states_nothing(event.fields.get(name))}
    if keys and (not keys & filled or len(filled) < 2):
        yield Fault(place, f"an event needs a key field ({', '.join(sorted(keys))}) and one further field")


def _duplicates(group: Group, fields: Mapping[str, Any], place: str, where: str = "") -> list[Fault]:
    """Each item of a list of plain values that equals an earlier one, at any depth."""
    faults: list[Fault] = []
    for name, entry, leaf in group.lists_of_leaves:
        value = fields.get(name)
        if value and len(value) > 1:
            if leaf.kind in QUOTED and None not in value and all_told_apart(value):
                continue
            faults += _repeated(leaf, value, place, where + entry.pointer)
    for entry, inside in group.groups:
        value, target = fields.get(entry.name), where + entry.pointer
        if value and entry.node is inside:
            faults += _duplicates(inside, value, place, target)
        elif value:
            for i, item in enumerate(value):
                faults += _duplicates(inside, item or {}, place, f"{target}/{i}")
    return faults


def _repeated(leaf: Leaf, items: list[Any], place: str, target: str) -> list[Fault]:
    faults: list[Fault] = []
    apart = APART[leaf.kind]
    for i, item in enumerate(items):
        for earlier, other in enumerate(items[:i] if is_stated(item) else ()):
            if is_stated(other) and not apart(other, item) and equal(leaf.kind, other, item, leaf.units):
                message = f"the same value stands at {target}/{earlier}"
                faults.append(Fault(f"{place}/fields{target}/{i}", message))
                break
    return faults
