"""What of a schema can be learned: slots for values found in the text, and choices among given values."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from goldspan import Schema

PARSED = ("name", "text", "money", "percent", "quantity", "number", "date", "duration")
"""The kinds whose values are looked for in the text."""

NONE = ""
"""The class of what has no role, and of a choice that is not made."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for a value, or several; in an object or a list of objects (`group`) of the event, if one is named."""

    name: str
    kind: str
    is_list: bool
    units: frozenset[str]
    group: str = ""

    @property
    def path(self) -> str:
        """The slot's name within the event type."""
        return f"{self.group}.{self.name}" if self.group else self.name


@dataclass(frozen=True, slots=True)
class Shape:
    """An event type: its slots by path, its choices (the JSON of each value), its key fields, its groups."""

    slots: Mapping[str, Slot]
    choices: Mapping[str, tuple[str, ...]]
    keys: frozenset[str]
    rows: Mapping[str, bool]  # for each group, whether it is a list

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of its slots."""
        return frozenset(slot.kind for slot in self.slots.values())

    @property
    def units(self) -> frozenset[str]:
        """The units of all its quantities."""
        return frozenset(unit for slot in self.slots.values() for unit in slot.units)


def shapes(schema: Schema) -> dict[str, Shape]:
    """The shape of each event type. What is nested deeper than one level, and a list of enums, is left out.

    >>> from goldspan import load_schema
    >>> deal = shapes(load_schema())["deal"]
    >>> deal.slots["amount"].kind, deal.slots["investors"].is_list, sorted(deal.choices)
    ('money', True, ['deal_type', 'status'])
    """
    return {name: _shape(schema, name) for name in schema.types}


def _shape(schema: Schema, name: str) -> Shape:
    slots: dict[str, Slot] = {}
    choices: dict[str, tuple[str, ...]] = {}
    rows: dict[str, bool] = {}
    for path, entry in schema.types[name].walk():
        steps = path.removeprefix(f"{name}.").split(".")
        kind, is_list = entry.kind.removesuffix(" list"), entry.kind.endswith(" list")
        if kind == "object":
            rows |= {steps[0]: is_list} if len(steps) == 1 else {}
        elif kind in PARSED and (len(steps) == 1 or (len(steps) == 2 and steps[0] in rows)):
            slot = Slot(steps[-1], kind, is_list, frozenset(schema.leaves[path].units), ".".join(steps[:-1]))
            slots[slot.path] = slot
        elif kind in ("enum", "boolean") and len(steps) == 1 and not is_list:
            values: tuple[Any, ...] = (True, False) if kind == "boolean" else schema.leaves[path].values
            choices[steps[0]] = tuple(json.dumps(value, sort_keys=True) for value in values)
    keys = frozenset(field.name for field in schema.types[name].group.fields.values() if field.key)
    return Shape(slots, choices, keys, rows)
