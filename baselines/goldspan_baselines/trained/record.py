"""From values to an event of a record, valid by the schema."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from goldspan_baselines.trained.shape import Shape

if TYPE_CHECKING:
    from goldspan.schema import EventType


@dataclass(frozen=True, slots=True)
class Value:
    """A value for a slot or a choice, with its places and its probability; `row` tells objects of a list apart."""

    path: str
    value: Any
    spans: tuple[tuple[int, int], ...]
    sure: float
    row: int | None


def event(text: str, event_type: "EventType", shape: Shape, values: Sequence[Value]) -> dict[str, Any] | None:
    """One event; None where the values do not make one: no key field and one more, or required fields missing.

    Where an event type has no key field, one value is enough. A value that the schema refuses is left out.
    """
    kept = list(values)
    while kept:
        fields, pointers = _fields(event_type, shape, kept)
        if event_type.validator.is_valid(fields):
            enough = len(fields) > 1 and shape.keys & fields.keys() if shape.keys else fields
            return _whole(text, event_type.name, fields, kept, pointers) if enough else None
        faults = [fault.path for fault in event_type.validator.violations(fields)]
        fine = [not any(_inside(pointer, path) for path in faults) for pointer in pointers]
        if all(fine):
            return None
        kept = [value for value, is_fine in zip(kept, fine, strict=True) if is_fine]
    return None


_Pointer = tuple[str | int, ...]


def _inside(pointer: _Pointer, path: _Pointer) -> bool:
    return len(path) > 0 and pointer[: len(path)] == path


def _fields(event_type: "EventType", shape: Shape, values: Sequence[Value]) -> tuple[dict[str, Any], list[_Pointer]]:
    """The fields, in the schema's order, and where in them each value stands."""
    order = {name: i for i, name in enumerate(event_type.group.fields)}
    fields: dict[str, Any] = {}
    placed: dict[int, _Pointer] = {}
    rows: dict[str, dict[int | None, int]] = defaultdict(dict)
    for i, value in sorted(enumerate(values), key=lambda pair: order[pair[1].path.split(".")[0]]):
        slot = shape.slots.get(value.path)
        holder, place = fields, _Pointer()
        if slot and slot.group:
            index = rows[slot.group].setdefault(value.row, len(rows[slot.group]))
            holder, place = _holder(fields, slot.group, shape.rows[slot.group], index)
        name = slot.name if slot else value.path
        if slot and slot.is_list:
            holder.setdefault(name, []).append(value.value)
            placed[i] = (*place, name, len(holder[name]) - 1)
        else:
            holder[name] = value.value
            placed[i] = (*place, name)
    return fields, [placed[i] for i in range(len(values))]


def _holder(fields: dict[str, Any], group: str, is_list: bool, index: int) -> tuple[dict[str, Any], _Pointer]:
    """The object that a slot of a group stands in, made where it is not there yet."""
    if not is_list:
        return fields.setdefault(group, {}), (group,)
    objects: list[dict[str, Any]] = fields.setdefault(group, [])
    objects += [{} for _ in range(index + 1 - len(objects))]
    return objects[index], (group, index)


def _whole(
    text: str, name: str, fields: dict[str, Any], values: Sequence[Value], pointers: Sequence[_Pointer]
) -> dict[str, Any]:
    evidence: dict[str, list[dict[str, Any]]] = {}
    confidence: dict[str, float] = {}
    for value, steps in zip(values, pointers, strict=True):
        pointer = "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)
        for start, end in value.spans:
            evidence.setdefault(pointer, []).append({"start": start, "end": end, "quote": text[start:end]})
        confidence[pointer] = round(value.sure, 4)
    return {"type": name, "fields": fields, "evidence": evidence, "confidence": confidence}
