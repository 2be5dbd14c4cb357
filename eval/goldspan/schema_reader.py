"""Reads one schema file as nodes, and says what of it cannot be scored."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from operator import eq
from pathlib import Path
from typing import Any, cast

from goldspan.errors import Problem
from goldspan.kinds import SAME, SHAPES
from goldspan.nodes import NOTHING, Field, Group, Items, Leaf, Node
from goldspan.pointers import pointer

_PLAIN_KINDS = {"string": "text", "number": "number", "integer": "number", "boolean": "boolean"}
_UNSUPPORTED = ("anyOf", "oneOf", "allOf", "if", "patternProperties", "prefixItems", "dependentSchemas")


class Reader:
    """Turns one schema file, its references inlined, into nodes; what cannot be scored is a problem with its place."""

    def __init__(self, path: Path, problems: list[Problem]) -> None:
        self.path, self.problems = path, problems

    def problem(self, place: str, message: str) -> None:
        """Note what is wrong at a JSON Pointer of the file."""
        self.problems.append(Problem(message, self.path, pointer=place))

    def root(self, document: Any, name: str) -> Group:
        """The group that the file describes, of event type `name`; each leaf gets its kind's own rule added."""
        node = self._node(document, "", name)
        if not isinstance(node, Group):
            self.problem("", "an event type must be an object with properties")
            return Group({})
        return node

    def _node(self, raw: Any, place: str, path: str) -> Node:
        schema = _without_null(raw)
        kind = _kind(schema)
        if kind is not None:
            leaf = self._leaf(kind, schema, place)
            if not _implies(raw, SHAPES[leaf.kind]):
                raw["allOf"] = [*raw.get("allOf", ()), SHAPES[leaf.kind]]  # the kind's own rule beside the field's
            return leaf
        for keyword in _UNSUPPORTED:
            if keyword in schema:
                self.problem(f"{place}/{keyword}", "cannot be scored: which kind of value this is depends on the value")
                return NOTHING
        if schema.get("type") == "array":
            item = self._node(schema.get("items"), place + "/items", path)
            if isinstance(item, Items):
                self.problem(place + "/items", "a list of lists cannot be aligned: wrap the inner list in an object")
                return NOTHING
            return Items(item)
        if schema.get("properties"):
            properties: dict[str, Any] = schema["properties"]
            return Group({name: self._field(name, raw, place, path) for name, raw in properties.items()})
        self.problem(place, "cannot be scored: needs x-kind, enum, or a type (an object also needs properties)")
        return NOTHING

    def _field(self, name: str, raw: Any, place: str, prefix: str) -> Field:
        if "." in name:
            self.problem(place + "/properties" + pointer(name), "a field's name may not contain a dot")
        about = _without_null(raw)
        return Field(
            name,
            f"{prefix}.{name}",
            self._node(raw, place + "/properties" + pointer(name), f"{prefix}.{name}"),
            about.get("title", name),
            about.get("description", ""),
            about.get("x-key", False) is True,
            tuple(about.get("examples", ())),
        )

    def _leaf(self, kind: Any, schema: Mapping[str, Any], place: str) -> Leaf:
        if not isinstance(kind, str) or kind not in SAME:
            self.problem(place + "/x-kind", f"no such kind: {kind!r}; there are {', '.join(SAME)}")
            return Leaf("text")
        for part in SHAPES[kind].get("required", ()):
            if part not in schema.get("properties", ()) or part not in schema.get("required", ()):
                self.problem(place, f"a {kind} must be an object that requires {part!r}")
        try:
            re.compile(schema.get("pattern", ""))
        except re.error as error:
            self.problem(place + "/pattern", f"no regular expression: {error}")
        values = tuple(schema.get("enum", [schema["const"]] if "const" in schema else ()))
        units = self._units(schema, place) if kind == "quantity" else {}
        return Leaf(kind, units, values, whole=schema.get("type") == "integer")

    def _units(self, schema: Mapping[str, Any], place: str) -> dict[str, Decimal]:
        factors: Any = schema.get("x-units", {})
        listed = schema.get("properties", {}).get("unit", {}).get("enum", [])
        if not isinstance(factors, dict) or set(cast("dict[str, Any]", factors)) != set(listed):
            self.problem(
                place + "/x-units", "must give the factor of each unit in properties/unit/enum, and of no other"
            )
            return {}
        numbers = cast("dict[str, Any]", factors)
        if not all(type(number) in (int, float) and number > 0 for number in numbers.values()):
            self.problem(place + "/x-units", "each factor must be a number above 0")
            return {}
        return {unit: Decimal(str(number)) for unit, number in numbers.items()}


def _kind(schema: Mapping[str, Any]) -> Any:
    """What `x-kind` says, or what the plain type amounts to; None for lists and groups."""
    if "x-kind" in schema:
        return schema["x-kind"]
    return "enum" if "enum" in schema or "const" in schema else _PLAIN_KINDS.get(schema.get("type", ""))


def _without_null(raw: Any) -> dict[str, Any]:
    """A schema with the one alternative that is not null in place of `anyOf`, `oneOf`, `allOf` or a list of types."""
    schema: dict[str, Any] = dict(cast("dict[str, Any]", raw)) if isinstance(raw, dict) else {}
    for keyword in ("anyOf", "oneOf", "allOf"):
        branches = [branch for branch in schema.get(keyword, ()) if branch != {"type": "null"}]
        if len(branches) == 1:
            del schema[keyword]
            schema = {**_without_null(branches[0]), **schema}
    if isinstance(schema.get("type"), list):
        kinds = [kind for kind in schema["type"] if kind != "null"]
        schema["type"] = kinds[0] if len(kinds) == 1 else "several"
    return schema


def _implies(schema: Any, rule: Mapping[str, Any]) -> bool:
    """Whether a schema plainly says all that a kind's rule says, so that to add the rule would be to check it twice."""
    if not isinstance(schema, dict):
        return False
    own = cast("dict[str, Any]", schema)
    return all(_IMPLIES.get(keyword, eq)(own.get(keyword), told) for keyword, told in rule.items())


def _narrower(types: Any, allowed: Any) -> bool:
    own, wide = _names(types), _names(allowed)
    return bool(own) and own <= (wide | {"integer"} if "number" in wide else wide)


def _names(told: Any) -> set[str]:
    return {told} if isinstance(told, str) else {*(told or ())}


def _members_imply(members: dict[str, Any] | None, rules: Mapping[str, Any]) -> bool:
    return all(_implies((members or {}).get(name), rule) for name, rule in rules.items())


def _all_required(names: Any, told: list[str]) -> bool:
    return {*(names or ())} >= {*told}


_IMPLIES: Mapping[str, Callable[[Any, Any], bool]] = {
    "type": _narrower,
    "properties": _members_imply,
    "required": _all_required,
}
"""How a keyword of a schema may say as much as that of a rule, where not only by being equal."""
