"""A record as Label Studio results: one region for each span, with its role, its event and its value."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from goldspan.annotate.forms import Forms, Role
from goldspan.annotate.notes import Note, same_choice, write_text, write_value
from goldspan.check import leaves_of
from goldspan.errors import DataError, Problem
from goldspan.pointers import pointer
from goldspan.records import Event, Record
from goldspan.schema import Schema

Result = dict[str, Any]


def encode_record(record: Record, schema: Schema, forms: Forms, text: str, slots: int) -> list[Result]:
    """The results that show a (valid) record in the interface of its schema; offsets are code points.

    What only predictions have is left out: confidence, usage, and whether a quote was looked up. Raises DataError with
    everything that the interface cannot hold.

    >>> from goldspan import load_schema
    >>> from goldspan.annotate.forms import forms_of
    >>> from goldspan.records import Span
    >>> event = Event("deal", {"target": "Fabrikam Inc"}, evidence={"/target": [Span(0, 8, "Fabrikam")]})
    >>> schema = load_schema()
    >>> for result in encode_record(Record("d", [event]), schema, forms_of(schema), "Fabrikam!", 9):
    ...     print(result["from_name"], result["value"])
    role {'start': 0, 'end': 8, 'text': 'Fabrikam', 'labels': ['deal/target']}
    event {'start': 0, 'end': 8, 'text': 'Fabrikam', 'labels': ['E1']}
    name {'start': 0, 'end': 8, 'text': ['Fabrikam Inc']}
    """
    order = [f"E{i + 1}" for i in range(len(record.events))]
    return encode_events(record, dict(zip(order, record.events, strict=True)), schema, forms, text, slots)


def encode_events(
    record: Record, events: Mapping[str, Event], schema: Schema, forms: Forms, text: str, slots: int
) -> list[Result]:
    """The same with the slot of each event given."""
    if any(int(slot[1:]) > slots for slot in events):
        message = f"{len(events)} events, and the interface has slots for {slots}: give it more (--slots)"
        raise DataError([Problem(message, doc_id=record.doc_id)])
    writer = _Writer(record.doc_id, schema, forms, text)
    for slot, event in events.items():
        writer.event(slot, event, record.events.index(event))
    if writer.problems:
        raise DataError(writer.problems)
    if writer.notes:
        lines = {"text": [str(note) for note in writer.notes]}
        writer.results.append({**_TARGET, "id": "more", "from_name": "more", "type": "textarea", "value": lines})
    return writer.results


_TARGET = {"to_name": "text"}


@dataclass
class _Writer:
    doc_id: str
    schema: Schema
    forms: Forms
    text: str
    results: list[Result] = field(default_factory=list[Result])
    notes: list[Note] = field(default_factory=list[Note])
    problems: list[Problem] = field(default_factory=list[Problem])

    def event(self, slot: str, event: Event, index: int) -> None:
        """Add the regions and notes of one event."""
        if event.id is not None and event.id != slot.lower():
            self.notes.append(Note(slot, "id", write_text(event.id)))
        if event.story_event is not None:
            self.notes.append(Note(slot, "story_event", write_text(event.story_event)))
        before = len(self.results), len(self.notes)
        for role, item, leaf in self._leaves(event):
            place = pointer("events", index, "fields") + leaf.pointer
            if not _holds(role, leaf.value):
                self.problems.append(Problem(_cannot(leaf.value), doc_id=self.doc_id, pointer=place))
                continue
            self._value(slot, role, item, leaf.value, event, leaf.pointer)
        if before == (len(self.results), len(self.notes)):
            self.notes.append(Note(slot, "type", event.type))

    def _leaves(self, event: Event) -> Iterator[tuple[Role, tuple[int, ...], Any]]:
        for leaf in leaves_of(self.schema.types[event.type].group, event.fields):
            role = self.forms.by_path[event.type, tuple(leaf.path.split(".")[1:])]
            numbers, tokens = list[int](), iter(leaf.pointer.split("/")[1:])
            for step in role.steps:
                next(tokens)
                if step.is_list:
                    numbers.append(int(next(tokens)) + 1)
            yield role, tuple(numbers), leaf

    def _value(self, slot: str, role: Role, item: tuple[int, ...], value: Any, event: Event, target: str) -> None:
        spans = event.evidence.get(target, [])
        accepted = [write_value(role, form) for form in event.accepted.get(target, [])]
        if not spans:
            self.notes.append(Note(slot, role.alias, write_value(role, value), item))
            self.notes += [Note(slot, role.alias, form, item, accepted=True) for form in accepted]
            return
        form = _form(role, value) if any(not role.is_worded or span.quote != value for span in spans) else {}
        for i, span in enumerate(spans):
            region = f"{slot}-{role.alias.replace('/', '-')}-{'.'.join(map(str, item)) or 1}-{i + 1}"
            place: Result = {"start": span.start, "end": span.end, "text": self.text[span.start : span.end]}
            self._add(region, "role", "labels", {**place, "labels": [role.alias]})
            self._add(region, "event", "labels", {**place, "labels": [slot]})
            if item:
                self._add(region, "item", "textarea", {**place, "text": [".".join(map(str, item))]})
            if i == 0:
                for name, (kind, key, content) in form.items():
                    self._add(region, name, kind, {**place, key: content})
                if accepted:
                    self._add(region, "accepted", "textarea", {**place, "text": accepted})

    def _add(self, region: str, name: str, kind: str, value: Result) -> None:
        self.results.append({**_TARGET, "id": region, "from_name": name, "type": kind, "value": value})


def _form(role: Role, value: Any) -> dict[str, tuple[str, str, Any]]:
    """For each control that is filled in: the type of its result, the key of its content, and the content."""
    filled: dict[str, tuple[str, str, Any]] = {}
    for part, control in role.controls.items():
        if (part and part not in value) or control.widget == "implied":
            continue
        content = value[part] if part else value
        if control.widget == "number":
            filled[control.name] = "number", "number", content
        elif control.widget in ("choices", "typed"):
            label = next(label for label, choice in control.choices if same_choice(choice, content))
            kind, key = ("choices", "choices") if control.widget == "choices" else ("textarea", "text")
            filled[control.name] = kind, key, [label]
        else:
            line = write_text(content) if control.widget == "text" else json.dumps(content, ensure_ascii=False)
            filled[control.name] = "textarea", "text", [line]
    return filled


def _holds(role: Role, value: Any) -> bool:
    """Whether the form can show all of a valid value."""
    if "" in role.controls:
        parts = {"": value}
    else:
        parts = value
        if not parts.keys() <= role.controls.keys():
            return False
    return all(_fits(role.controls[part].widget, content) for part, content in parts.items())


def _fits(widget: str, content: Any) -> bool:
    if widget == "number":
        return not isinstance(content, bool) and isinstance(content, int | float) and _is_double(content)
    return widget != "text" or isinstance(content, str)


def _is_double(number: float) -> bool:
    """Whether a browser, where every number is a double, keeps it."""
    try:
        return float(number) == number and abs(number) != float("inf")
    except OverflowError:
        return False


def _cannot(value: Any) -> str:
    return f"Label Studio cannot hold this value: {str(value)[:80]}"
