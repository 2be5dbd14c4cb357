"""Rewrites a JSON Schema into what providers of structured output support, and says what was changed.

The common ground is OpenAI's strict mode: objects with all properties required and none besides, null for what is not
told, and the keywords type, enum, properties, required, additionalProperties, items and anyOf alone. Titles and
descriptions stand in the prompt, once. `undo` leads an answer back to the schema as it was.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, cast

Json = dict[str, Any]

LONG_ENUM = 100
"""Providers bound the values of all enums together; a longer list (currencies) is sent as a plain string."""

_KEPT = frozenset({"type", "enum", "const", "properties", "required", "additionalProperties", "items"})
_COMBINED = frozenset({"anyOf", "oneOf", "allOf"})
_ASK_NOTHING = frozenset({"title", "description", "examples", "default", "$schema", "$defs", "$id", "$comment"})
_TYPES = {"boolean": "boolean", "number": "number"}


class Bounds(NamedTuple):
    """How many items a list of an answer may have, and how many characters a text of it; 0 for any number."""

    items: int = 0
    length: int = 0


UNBOUNDED = Bounds()


class Rewritten(NamedTuple):
    """A schema that providers accept, and what was changed: one line each, with the JSON Pointer of the place."""

    schema: Json
    changes: tuple[str, ...]


def rewrite(schema: Mapping[str, Any], quotes: bool = False) -> Rewritten:
    """Rewrite the schema of an object (references inlined); with `quotes`, each value is asked for with its words.

    >>> year = {"type": "string", "pattern": "^[0-9]{4}$"}
    >>> for change in rewrite({"type": "object", "properties": {"year": year}}).changes:
    ...     print(change)
    /: no properties besides those listed
    /properties/year: pattern is not sent
    /properties/year: required, and null where it is not told
    """
    changes: list[str] = []
    rewritten = _rewrite(schema, "", quotes, changes)
    return Rewritten(rewritten, tuple(changes))


def plain(raw: Any) -> Json:
    """A schema without its alternatives: null is left out, and what one branch or all branches say is said at once.

    >>> plain({"anyOf": [{"type": "string"}, {"type": "null"}], "title": "Name"})
    {'type': 'string', 'title': 'Name'}
    """
    schema: Json = dict(cast("Json", raw)) if isinstance(raw, dict) else {}
    for keyword in ("anyOf", "oneOf", "allOf"):
        branches = [branch for branch in schema.get(keyword, ()) if branch != {"type": "null"}]
        if keyword == "allOf" or len(branches) == 1:
            schema.pop(keyword, None)
            for branch in branches:
                schema = {**plain(branch), **schema}
    if isinstance(schema.get("type"), list):
        kinds = [kind for kind in cast("list[str]", schema["type"]) if kind != "null"]
        schema["type"] = kinds[0] if len(kinds) == 1 else kinds
    return schema


def is_leaf(schema: Mapping[str, Any]) -> bool:
    """Whether a plain schema describes one value and not a list or a group of fields (`docs/schemas.md`)."""
    return "x-kind" in schema or "enum" in schema or "const" in schema or schema.get("type") not in ("array", "object")


def properties(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The properties of a plain schema."""
    return cast("Mapping[str, Any]", schema.get("properties") or {})


def object_of(members: Mapping[str, Any]) -> Json:
    """A strict object: all members required, none besides."""
    return {
        "type": "object",
        "properties": dict(members),
        "required": list(members),
        "additionalProperties": False,
    }


def bounded(schema: Mapping[str, Any], bounds: Bounds) -> Json:
    """A rewritten schema with `maxItems` at each list and `maxLength` at each text that is free.

    >>> bounded({"type": "array", "items": {"type": "string"}}, Bounds(items=3, length=40))
    {'type': 'array', 'items': {'type': 'string', 'maxLength': 40}, 'maxItems': 3}
    """
    copy = {name: _bounded(each, bounds) for name, each in schema.items()}
    if bounds.items and schema.get("type") == "array":
        copy["maxItems"] = bounds.items
    if bounds.length and schema.get("type") == "string" and "enum" not in schema:
        copy["maxLength"] = bounds.length
    return copy


def _bounded(value: Any, bounds: Bounds) -> Any:
    if isinstance(value, list):
        return [_bounded(each, bounds) for each in cast("list[Any]", value)]
    return bounded(cast("Json", value), bounds) if isinstance(value, dict) else value


def _rewrite(raw: Any, place: str, quotes: bool, changes: list[str]) -> Json:
    schema = plain(raw)
    _tell_dropped(raw, schema, place, changes)
    if is_leaf(schema):
        value = _value(schema, place, changes)
        if not quotes:
            return value
        changes.append(f"{place}: an object of quote and value")
        return object_of({"quote": {"type": "string"}, "value": value})
    if schema["type"] == "array":
        return {"type": "array", "items": _rewrite(schema.get("items"), place + "/items", quotes, changes)}
    return _group(schema, place, quotes, changes)


def _value(schema: Json, place: str, changes: list[str]) -> Json:
    """The schema of one value, whatever its kind is."""
    if properties(schema):
        return _group(schema, place, False, changes)
    values: Sequence[Any] = schema.get("enum") or ([schema["const"]] if "const" in schema else [])
    listed = [value for value in values if value is not None]
    if listed and all(isinstance(value, str) for value in listed):
        if len(listed) > LONG_ENUM:
            changes.append(f"{place}: enum of {len(listed)} values is not sent")
            return {"type": "string"}
        return {"type": "string", "enum": listed}
    if listed:
        return {"enum": listed}
    return {"type": schema.get("type") or _TYPES.get(schema.get("x-kind", ""), "string")}


def _group(schema: Json, place: str, quotes: bool, changes: list[str]) -> Json:
    members: Json = {}
    required = set(schema.get("required", ()))
    if schema.get("additionalProperties") is not False:
        changes.append(f"{place or '/'}: no properties besides those listed")
    for name, raw in properties(schema).items():
        here = f"{place}/properties/{name}"
        member = _rewrite(raw, here, quotes, changes)
        if name not in required:
            changes.append(f"{here}: required, and {_what_is_nothing(member)} where it is not told")
            member = _or_nothing(member)
        members[name] = member
    return object_of(members)


def _what_is_nothing(member: Json) -> str:
    return "an empty list" if member.get("type") == "array" else "null"


def _or_nothing(member: Json) -> Json:
    if member.get("type") == "array":
        return member
    return {"anyOf": [member, {"type": "null"}]}


def _tell_dropped(raw: Any, schema: Json, place: str, changes: list[str]) -> None:
    keywords = {*schema, *(cast("Json", raw) if isinstance(raw, dict) else ())} - _KEPT - _COMBINED - _ASK_NOTHING
    changes += [f"{place or '/'}: {keyword} is not sent" for keyword in sorted(keywords)]
