"""Label Studio results as the events of a record: the other way round from `encode`, and checked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

from goldspan.annotate.forms import Forms, Role
from goldspan.annotate.notes import Note, read_text, read_value
from goldspan.annotate.regions import Region, ResultReader, accepted_values
from goldspan.pointers import pointer
from goldspan.records import Event, Span


class Decoded(NamedTuple):
    """What an annotation says: events by slot, the origin of each span (by JSON Pointer), reasons, what is wrong."""

    events: dict[str, Event]
    origins: dict[str, str]
    reasons: list[str]
    problems: list[str]


@dataclass
class _Value:
    """One value of an event while it is put together from its spans and lines."""

    role: Role
    item: tuple[int, ...]
    given: list[Any] = field(default_factory=list[Any])
    regions: list[Region] = field(default_factory=list[Region])
    accepted: list[Any] = field(default_factory=list[Any])


def decode_results(results: Iterable[Any], forms: Forms, text: str, slots: int) -> Decoded:
    """Read an annotation's results as events; evidence is cut from `text` anew, whatever the results say it is.

    A slot is an event; its spans of one role state one value or, of a list, one for each item: the number given, or
    else the value itself. Nothing is guessed: all that does not fit is in `problems`, and its event may be incomplete.
    """
    reader = ResultReader(forms, text, slots)
    reader.read(results)
    problems = reader.problems
    events: dict[str, Event] = {}
    origins: dict[str, str] = {}
    by_slot: dict[str, list[Region]] = {f"E{i + 1}": [] for i in range(slots)}
    for region in sorted(reader.regions.values(), key=lambda region: (region.start, region.end)):
        if region.slot is not None and region.start >= 0:
            by_slot[region.slot].append(region)
    for slot, regions in by_slot.items():
        notes = [note for note in reader.notes if note.slot == slot]
        if regions or notes:
            event, places = _Slot(slot, forms, text, problems).event(regions, notes)
            if event is not None:
                prefix = pointer("events", len(events), "evidence")
                origins |= {prefix + place: origin for place, origin in places.items()}
                events[slot] = event
    return Decoded(events, origins, reader.reasons, problems)


class _Slot:
    def __init__(self, slot: str, forms: Forms, text: str, problems: list[str]) -> None:
        self.slot, self.forms, self.text, self.problems = slot, forms, text, problems

    def wrong(self, message: str) -> None:
        self.problems.append(f"{self.slot}: {message}")

    def event(self, regions: Sequence[Region], notes: Sequence[Note]) -> tuple[Event | None, dict[str, str]]:
        """The event of this slot, and the origin of each of its spans by JSON Pointer into its evidence."""
        about = self._about(notes)
        values = self._values(regions, notes)
        types = list(dict.fromkeys([*(value.role.type for value in values), *about.pop("type", [])]))
        if len(types) != 1:
            line = f"the line {notes[0]!s} stands alone" if notes else "no type"
            self.wrong(f"has spans of {' and of '.join(sorted(types))}: an event has one type" if types else line)
            return None, {}
        placed = _place([value for value in values if self._settle(value)])
        evidence: dict[str, list[Span]] = {}
        accepted: dict[str, list[Any]] = {}
        origins: dict[str, str] = {}
        for target, value in placed.pointers.items():
            if value.regions:
                spans = [Span(r.start, r.end, self.text[r.start : r.end]) for r in value.regions]
                evidence[target] = spans
                origins |= {f"{pointer(target)}/{i}": region.origin for i, region in enumerate(value.regions)}
            if value.accepted:
                accepted[target] = value.accepted
        id_, story = about.get("id", [self.slot.lower()])[0], about.get("story_event", [None])[0]
        return Event(types[0], placed.fields, id_, evidence, accepted, story_event=story), origins

    def _about(self, notes: Sequence[Note]) -> dict[str, list[Any]]:
        about: dict[str, list[Any]] = {}
        for note in notes:
            if note.key not in ("id", "story_event", "type"):
                continue
            if note.key in about or note.item or note.accepted:
                self.wrong(f"the line '{note}' is there twice, or says too much")
                continue
            try:
                about[note.key] = [read_text(note.text)]
            except ValueError as error:
                self.wrong(f"the line '{note}': {error}")
        return about

    def _values(self, regions: Sequence[Region], notes: Sequence[Note]) -> list[_Value]:
        """The values of the event: spans and lines gathered by role and item."""
        found: dict[tuple[str, Any], _Value] = {}
        for region in regions:
            role = cast("Role", region.role)
            value = self._value_of(found, role, region.item, _given(role, region), self.text[region.start : region.end])
            if value is None:
                continue
            value.regions.append(region)
            try:
                value.accepted += accepted_values(role, region.accepted)
            except ValueError as error:
                self.wrong(f"region {region.id} ({role.alias}): an accepted form is no value: {error}")
        for note in notes:
            self._note(found, note)
        return list(found.values())

    def _note(self, found: dict[tuple[str, Any], _Value], note: Note) -> None:
        role = self.forms.roles.get(note.key)
        if role is None:
            if note.key not in ("id", "story_event", "type"):
                self.wrong(f"the line '{note}' names no role of the schema")
            return
        try:
            given = read_value(role, note.text)
        except ValueError as error:
            self.wrong(f"the line '{note}': {error}")
            return
        if not note.accepted:
            self._value_of(found, role, note.item, given, None)
        elif (value := found.get((role.alias, note.item))) is not None:
            value.accepted.append(given)
        else:
            self.wrong(f"the line '{note}' belongs to no value")

    def _value_of(
        self, found: dict[tuple[str, Any], _Value], role: Role, item: tuple[int, ...], given: Any, quote: str | None
    ) -> _Value | None:
        """The value that a span or a line belongs to, made where it is the first; `given` is what it states."""
        if len(item) > role.lists:
            self.wrong(f"{role.alias} has no item {'.'.join(map(str, item))}")
            return None
        last = role.steps[-1].is_list
        above = role.lists - last
        item += (1,) * (above - len(item))
        key: Any = item
        if last and len(item) == above:  # no number for the item itself: it is known by its value
            key = (*item, "value", _canonical(quote if given is None and role.is_worded else given))
        value = found.setdefault((role.alias, key), _Value(role, item))
        if given is not None and given not in value.given:
            value.given.append(given)
        return value

    def _settle(self, value: _Value) -> bool:
        """Leave one value in `given`: what the spans say, or else their words."""
        role, name = value.role, value.role.alias + (f", item {'.'.join(map(str, value.item))}" if value.item else "")
        if "" not in role.controls and value.given:
            return self._join(value, name)
        if not value.given and role.is_worded:
            value.given = list(dict.fromkeys(self.text[r.start : r.end] for r in value.regions))
            if len(value.given) > 1:
                self.wrong(f"{name} reads {_listed(value.given)}: give the full form on one of its spans")
                return False
        if len(value.given) != 1:
            self.wrong(f"{name} is said to be {_listed(value.given)}" if value.given else f"{name} has no value")
        return len(value.given) == 1

    def _join(self, value: _Value, name: str) -> bool:
        """Put the parts of a value together that different spans give."""
        whole: dict[str, Any] = {}
        for given in value.given:
            for part, content in given.items():
                if whole.setdefault(part, content) != content:
                    self.wrong(f"{name} is said to be {_listed(value.given)}")
                    return False
        value.given = [whole]
        return True


def _given(role: Role, region: Region) -> Any:
    """What the form of a region states; None where it is empty."""
    if "" in role.controls:
        return region.parts.get(role.controls[""].name)
    stated = {part: c.name for part, c in role.controls.items() if c.name in region.parts}
    if not stated:
        return None
    implied = {part: c.choices[0][1] for part, c in role.controls.items() if c.widget == "implied"}
    return implied | {part: region.parts[name] for part, name in stated.items()}


class _Placed(NamedTuple):
    fields: dict[str, Any]
    pointers: dict[str, _Value]


def _place(values: Sequence[_Value]) -> _Placed:
    """Put values into `fields`: items by their numbers, those without after them, in the order of the text."""
    tree: dict[Any, Any] = {}
    for i, value in enumerate(values):
        node, numbers = tree, iter(value.item)
        for j, step in enumerate(value.role.steps):
            steps: list[Any] = [step.name]
            if step.is_list:
                steps.append(next(numbers, 100_000 + i))
            for at in steps[:-1]:
                node = node.setdefault(at, {})
            if j < len(value.role.steps) - 1:
                node = node.setdefault(steps[-1], {})
            else:
                node[steps[-1]] = value
    pointers: dict[str, _Value] = {}
    return _Placed(cast("dict[str, Any]", _settled(tree, "", pointers)), pointers)


def _settled(node: Any, place: str, pointers: dict[str, _Value]) -> Any:
    if isinstance(node, _Value):
        pointers[place] = node
        return node.given[0]
    members = cast("Mapping[Any, Any]", node)
    if any(isinstance(key, int) for key in members):
        return [_settled(members[key], f"{place}/{i}", pointers) for i, key in enumerate(sorted(members))]
    return {key: _settled(member, place + pointer(key), pointers) for key, member in members.items()}


def _canonical(value: Any) -> str:
    return repr(value)


def _listed(values: Iterable[Any]) -> str:
    return " and ".join(repr(value) for value in values)
