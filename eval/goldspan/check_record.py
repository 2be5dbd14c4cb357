"""Checks records against schema and documents: offsets, quotes, ids, and what is asked of gold."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from goldspan.check import Checked, CheckedEvent, Fault, StatedLeaf, check_events, leaves_of, placed
from goldspan.documents import Document
from goldspan.kinds import APART, all_told_apart, equal, is_stated, states_nothing
from goldspan.nodes import Group, Leaf
from goldspan.pointers import pointer, replaced
from goldspan.records import Event, Record, Span
from goldspan.schema import EventType, Schema


def check_record(
    record: Record,
    schema: Schema,
    document: Document | None,
    gold: bool,
    complete: bool = False,
    checked_events: Iterable[Checked] | None = None,
) -> tuple[tuple[CheckedEvent, ...], list[Fault]]:
    """A record's events, checked, and every fault of it; of gold more is asked, and if `complete`, all that gold needs.

    Gold needs an id for each event and no value twice in a list; complete gold needs evidence for each value (where the
    document is known), and a key field and one further field in each event. `checked_events` are the events as
    `check_events` parted them, where that is done.
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
    for i, (checked, found) in enumerate(checked_events or check_events(record.events, schema)):
        event = checked.event
        events.append(checked)
        event_type, is_valid = schema.types.get(event.type), not found
        if event.evidence or event.accepted or event.confidence:
            found = [*found, *_check_standoff(checked, event_type, document)]
        if gold and is_valid and event_type is not None:
            found = found + _duplicates(checked.group, checked.fields, "/fields")
            if complete:
                found = [*found, *_check_complete(checked, event_type, document)]
        if found:
            faults += placed(f"/events/{i}", found)
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


def _check_standoff(checked: CheckedEvent, event_type: EventType | None, document: Document | None) -> Iterator[Fault]:
    event = checked.event
    known = {*_leaves(checked)}
    known |= {target for r in checked.rejected for target in _standoff(event) if _inside(target, r.pointer)}
    for name in ("evidence", "accepted", "confidence"):
        for target in getattr(event, name):
            if target not in known:
                yield Fault(pointer(name, target), "points to no value of this event")
    for target, spans in event.evidence.items():
        for i, span in enumerate(spans):
            message = _span_fault(span, document)
            if message:
                yield Fault(f"{pointer('evidence', target)}/{i}", message)
    for target, confidence in event.confidence.items():
        if not 0 <= confidence <= 1:
            yield Fault(pointer("confidence", target), f"{confidence} is not between 0 and 1")
    for target, values in event.accepted.items():
        if event_type is None or target not in known:
            continue
        for i, value in enumerate(values):
            trial = replaced(event.fields, {target: value})
            for path, _, message in event_type.validator.violations(trial):
                if _inside(pointer(*path), target):
                    yield Fault(f"{pointer('accepted', target)}/{i}", message)


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


def _check_complete(checked: CheckedEvent, event_type: EventType, document: Document | None) -> Iterator[Fault]:
    event = checked.event
    for target in _leaves(checked) if document is not None else ():
        if not event.evidence.get(target):
            yield Fault(f"/fields{target}", "a value of gold needs evidence")
    keys = {name for name, entry in event_type.group.fields.items() if entry.key}
    filled = {name for name in event_type.group.fields if not states_nothing(event.fields.get(name))}
    if keys and (not keys & filled or len(filled) < 2):
        yield Fault("", f"an event needs a key field ({', '.join(sorted(keys))}) and one further field")


def _duplicates(group: Group, fields: Mapping[str, Any], place: str) -> list[Fault]:
    """Each item of a list of plain values that equals an earlier one, at any depth."""
    faults: list[Fault] = []
    for name, entry, leaf, is_text in group.lists_of_leaves:
        value = fields.get(name)
        if value and len(value) > 1:
            if is_text and None not in value and all_told_apart(value):
                continue
            faults += _repeated(leaf, value, place + entry.pointer)
    for entry, inside in group.groups:
        value, target = fields.get(entry.name), place + entry.pointer
        if value and entry.node is inside:
            faults += _duplicates(inside, value, target)
        elif value:
            for i, item in enumerate(value):
                faults += _duplicates(inside, item or {}, f"{target}/{i}")
    return faults


def _repeated(leaf: Leaf, items: list[Any], place: str) -> list[Fault]:
    faults: list[Fault] = []
    apart = APART[leaf.kind]
    for i, item in enumerate(items):
        for earlier, other in enumerate(items[:i] if is_stated(item) else ()):
            if is_stated(other) and not apart(other, item) and equal(leaf.kind, other, item, leaf.units):
                message = f"the same value stands at {place.removeprefix('/fields')}/{earlier}"
                faults.append(Fault(f"{place}/{i}", message))
                break
    return faults
