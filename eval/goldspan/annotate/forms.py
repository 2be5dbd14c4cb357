"""What a schema asks of an annotator: a role for each leaf, and the form in which its value is given."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, NamedTuple, cast

from goldspan.nodes import Field, Group, Items, Leaf, inner
from goldspan.schema import EventType, Schema

Widget = Literal["number", "choices", "typed", "text", "json", "implied"]
"""How a value is given: a number, a choice, one of too many choices typed in (Label Studio's list cannot be searched,
and what is typed there is taken for hotkeys), text, JSON (what has no form of its own), or not: there is one choice."""

MANY = 20
"""More choices than these are typed."""

RESERVED = ("role", "event", "text", "item", "accepted", "more", "reason", "differences")
"""The names of the controls that every interface has."""


@dataclass(frozen=True, slots=True)
class Control:
    """One input. `choices` are the labels to choose from and the values that they stand for."""

    name: str
    widget: Widget
    title: str
    choices: tuple[tuple[str, Any], ...] = ()
    hint: str = ""

    @property
    def by_label(self) -> Mapping[str, Any]:
        """The value of each label."""
        return dict(self.choices)


class Step(NamedTuple):
    """One step from an event's `fields` to a leaf: a name, and whether it holds a list."""

    name: str
    is_list: bool


@dataclass(frozen=True, slots=True)
class Role:
    """A leaf that a span may state: `alias` (`deal/amount`) is its label, `controls` its form.

    A value made of parts (money: amount, currency, bound) has a control for each, by property; any other has one
    control, under the name "".
    """

    alias: str
    type: str
    steps: tuple[Step, ...]
    kind: str
    title: str
    description: str
    controls: Mapping[str, Control]

    @property
    def name(self) -> str:
        """The role within its type: `amount`, `lines/item`."""
        return self.alias.partition("/")[2]

    @property
    def lists(self) -> int:
        """How many lists lead to the value: so many numbers say which item it is."""
        return sum(step.is_list for step in self.steps)

    @property
    def is_worded(self) -> bool:
        """Whether the words of the span are the value, unless another is given."""
        return self.kind in ("name", "text")


@dataclass(frozen=True)
class Forms:
    """The roles of a schema by alias, in its order, and all of its controls by name."""

    roles: Mapping[str, Role]
    controls: Mapping[str, Control]

    @cached_property
    def types(self) -> Mapping[str, list[Role]]:
        """The roles of each event type."""
        found: dict[str, list[Role]] = {}
        for role in self.roles.values():
            found.setdefault(role.type, []).append(role)
        return found

    @cached_property
    def by_path(self) -> Mapping[tuple[str, tuple[str, ...]], Role]:
        """The role at an event type and the names of the steps."""
        return {(role.type, tuple(step.name for step in role.steps)): role for role in self.roles.values()}


def forms_of(schema: Schema) -> Forms:
    """Derive roles and controls from a schema.

    Fields with the same choices share a control, so that an interface of many fields stays small.

    >>> from goldspan import load_schema
    >>> forms = forms_of(load_schema())
    >>> {part: control.name for part, control in forms.roles["deal/amount"].controls.items()}
    {'amount': 'amount', 'currency': 'currency', 'bound': 'bound_exact'}
    """
    controls = _Controls()
    roles: dict[str, Role] = {}
    for event_type in schema.types.values():
        whole = cast("dict[str, Any]", event_type.validator.schema)
        for role in _roles(event_type, event_type.group, whole, (), controls):
            roles[role.alias] = role
    return Forms(roles, controls.by_name)


def _roles(
    event_type: EventType, group: Group, raw: Mapping[str, Any], steps: tuple[Step, ...], controls: "_Controls"
) -> Iterator[Role]:
    properties = _properties(raw)
    for entry in group.fields.values():
        is_list = isinstance(entry.node, Items)
        below = (*steps, Step(entry.name, is_list))
        at = _plain(properties.get(entry.name, {}))
        schema = _plain(at.get("items", {})) if is_list else at
        node = inner(entry.node)
        if isinstance(node, Group):
            yield from _roles(event_type, node, schema, below, controls)
        else:
            alias = "/".join((event_type.name, *(step.name for step in below)))
            form = controls.form(alias, entry, node, schema)
            yield Role(alias, event_type.name, below, node.kind, entry.title, entry.description, form)


def _properties(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", _plain(raw).get("properties", {}))


def _plain(raw: Any) -> dict[str, Any]:
    """A schema with its only alternative that is not null in place, as the schema reader takes it."""
    schema = dict(cast("dict[str, Any]", raw)) if isinstance(raw, dict) else {}
    for keyword in ("anyOf", "oneOf", "allOf"):
        branches = [each for each in cast("list[Any]", schema.get(keyword, [])) if each != {"type": "null"}]
        shaped = [
            cast("dict[str, Any]", each)
            for each in branches
            if isinstance(each, dict) and {"properties", "items", "enum"} & cast("dict[str, Any]", each).keys()
        ]
        if len(shaped) == 1:
            schema = {**_plain(shaped[0]), **{key: value for key, value in schema.items() if key != keyword}}
    return schema


class _Controls:
    """Gives each kind of input one control: the same inputs share it, different ones never share a name."""

    def __init__(self) -> None:
        self.by_name: dict[str, Control] = {}

    def form(self, alias: str, entry: Field, leaf: Leaf, schema: Mapping[str, Any]) -> dict[str, Control]:
        if leaf.kind in ("money", "percent", "quantity"):
            required = cast("list[str]", schema.get("required", []))
            parts = _properties(schema)
            return {name: self._part(alias, name, _plain(raw), name in required) for name, raw in parts.items()}
        return {"": self._whole(alias, entry, leaf)}

    def _whole(self, alias: str, entry: Field, leaf: Leaf) -> Control:
        if leaf.kind == "enum" and leaf.values:
            return self._add(_choice(_slug(alias), entry.title, _choices(leaf.values), "one of the values"), alias)
        if leaf.kind == "boolean":
            return self._add(Control("boolean", "choices", "Yes or no", (("true", True), ("false", False))), alias)
        if leaf.kind == "number":
            return self._add(Control("number", "number", "Number"), alias)
        if leaf.kind == "enum":
            return self._add(Control("json", "json", "Value, as JSON"), alias)
        title, hint = _TEXTS[leaf.kind]
        return self._add(Control(leaf.kind, "text", title, hint=hint), alias)

    def _part(self, alias: str, name: str, raw: Mapping[str, Any], required: bool) -> Control:
        title = str(raw.get("title", name.replace("_", " ").capitalize()))
        if "enum" in raw or "const" in raw:
            choices = _choices(tuple(raw.get("enum", [raw.get("const")])))
            if len(choices) == 1 and required:
                return Control(name, "implied", title, choices)
            short = _slug(name if len(choices) > MANY else f"{name} {choices[0][0]}")
            return self._add(_choice(short, title, choices, str(raw.get("description", title))), alias)
        if raw.get("type") in ("number", "integer"):
            return self._add(Control(_slug(name), "number", title), alias)
        if raw.get("type") == "string":
            return self._add(Control(_slug(name + " text"), "text", title), alias)
        return self._add(Control(_slug(name + " json"), "json", f"{title}, as JSON"), alias)

    def _add(self, control: Control, alias: str) -> Control:
        name = control.name if control.name not in RESERVED else f"{control.name}_value"
        for candidate in (name, *(_slug(f"{alias}_{name}_{i}") for i in range(1, 9))):
            there = self.by_name.get(candidate)
            if there is None or (there.widget, there.choices) == (control.widget, control.choices):
                kept = there or Control(candidate, control.widget, control.title, control.choices, control.hint)
                return self.by_name.setdefault(candidate, kept)
        raise AssertionError(f"no free name for the control of {alias}")


_TEXTS: Mapping[str, tuple[str, str]] = {
    "name": ("Full name, where the span is not it", "the fullest form in the document"),
    "text": ("Wording, where the span is not it", ""),
    "date": ("Date", "2031, 2031-06, 2031-06-30, ../2031, 2031/.., 2031-06~"),
    "duration": ("Duration", "P15Y, P18M"),
}


def _choice(name: str, title: str, choices: tuple[tuple[str, Any], ...], hint: str) -> Control:
    return Control(name, "typed" if len(choices) > MANY else "choices", title, choices, hint)


_ONE_LINE = re.compile(r"[^\s\"](?:[^\x00-\x1f\x7f-\xa0\u2028\u2029]*\S)?")


def _slug(text: str) -> str:
    return re.sub(r"\W+", "_", text.strip())


def _choices(values: tuple[Any, ...]) -> tuple[tuple[str, Any], ...]:
    """A label for each value: the text itself, or JSON where values are no text or a text could be mistaken for one."""
    labels = [value if isinstance(value, str) else json.dumps(value) for value in values]
    if len(set(labels)) < len(labels) or not all(_ONE_LINE.fullmatch(label) for label in labels):
        labels = [json.dumps(value, ensure_ascii=False) for value in values]
    return tuple(zip(labels, values, strict=True))
