"""A directory of JSON Schema files, read as event types: the single source of truth about fields and kinds.

`NAME.schema.json` describes the `fields` object of events of type NAME; a file without properties (such as
`common.schema.json`) only holds definitions that others refer to. See `docs/schemas.md` for the keywords.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import msgspec

from goldspan import content
from goldspan.errors import DataError, Problem, UsageError
from goldspan.files import FORMAT_ERRORS, read_bytes
from goldspan.kinds import SAME, SHAPES
from goldspan.pointers import pointer
from goldspan.refs import inline
from goldspan.validators import Validator

SUFFIX = ".schema.json"
DRAFT = "https://json-schema.org/draft/2020-12/schema"
_PLAIN_KINDS = {"string": "text", "number": "number", "integer": "number", "boolean": "boolean"}
_UNSUPPORTED = ("anyOf", "oneOf", "allOf", "if", "patternProperties", "prefixItems", "dependentSchemas")


@dataclass(frozen=True, slots=True)
class Leaf:
    """A place for one value of a kind; `units` is filled for quantities, `values` for enums."""

    kind: str
    units: Mapping[str, Decimal] = field(default_factory=dict[str, Decimal])
    values: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Items:
    """A list whose order says nothing: of leaves, or of groups that are aligned."""

    item: "Leaf | Group"


@dataclass(frozen=True, slots=True)
class Group:
    """An object: fields by name, in the order of the schema."""

    fields: "Mapping[str, Field]"


Node = Leaf | Items | Group
_NOTHING = Group({})


@dataclass(frozen=True, slots=True)
class Field:
    """A property of the schema, with what people are told about it."""

    name: str
    node: Node
    title: str
    description: str = ""
    key: bool = False
    examples: tuple[Any, ...] = ()

    @property
    def kind(self) -> str:
        """The kind's name, with ` list` for a list; `object` for a group."""
        inner = self.node.item if isinstance(self.node, Items) else self.node
        name = inner.kind if isinstance(inner, Leaf) else "object"
        return f"{name} list" if isinstance(self.node, Items) else name


@dataclass(frozen=True, slots=True)
class EventType:
    """One event type: its group of fields and the validator of its `fields` object."""

    name: str
    title: str
    description: str
    group: Group
    validator: Validator

    def walk(self) -> Iterator[tuple[str, Field]]:
        """Yield (dotted path, field) for every field, nested ones after their parent."""
        yield from _walk(self.name, self.group)


@dataclass(frozen=True)
class Schema:
    """All event types of a directory."""

    types: Mapping[str, EventType]
    version: str | None
    files: Mapping[str, Any]

    @cached_property
    def leaves(self) -> Mapping[str, Leaf]:
        """The leaf at each dotted path: of a field's value, or of the items of a list."""
        found: dict[str, Leaf] = {}
        for event_type in self.types.values():
            for path, entry in event_type.walk():
                inner = entry.node.item if isinstance(entry.node, Items) else entry.node
                if isinstance(inner, Leaf):
                    found[path] = inner
        return found

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the files' content in canonical JSON (sorted keys), hexadecimal."""
        return hashlib.sha256(msgspec.json.encode(self.files, order="sorted")).hexdigest()


def load_schema(directory: Path | None = None) -> Schema:
    """Read a directory of `*.schema.json` files; the schema that ships with goldspan where none is named.

    Raises UsageError where there is no such directory or no file in it, DataError with all problems of all files.

    >>> schema = load_schema()
    >>> list(schema.types), schema.types["deal"].group.fields["amount"].kind
    (['deal', 'energy', 'litigation', 'product'], 'money')
    """
    directory = directory or content.SCHEMA
    problems: list[Problem] = []
    files = _read(directory, problems)
    registry = dict(files)
    if directory != content.SCHEMA and "common" + SUFFIX not in files:
        registry["common" + SUFFIX] = msgspec.json.decode(read_bytes(content.SCHEMA / ("common" + SUFFIX)))
    types: dict[str, EventType] = {}
    for name, document in files.items():
        if "properties" not in document and "$ref" not in document and "$defs" in document:
            continue
        event_type = _read_type(directory / name, registry, problems)
        if event_type is not None:
            types[event_type.name] = event_type
    if problems:
        raise DataError(problems)
    if not types:
        raise UsageError(f"{directory}: no event type (a file NAME{SUFFIX} with properties) in this directory")
    versions = {str(file["x-version"]) for file in files.values() if "x-version" in file}
    return Schema(types, ", ".join(sorted(versions)) or None, files)


def _read_type(path: Path, files: Mapping[str, Any], problems: list[Problem]) -> EventType | None:
    name = path.name.removesuffix(SUFFIX)
    reader = _Reader(path, problems)
    before = len(problems)
    try:
        whole = inline(path.name, files, reader.problem)
        validator = Validator(whole)
        group = reader.root(whole) if len(problems) == before else _NOTHING
        built = validator.build_problem() if len(problems) == before else None
    except RecursionError:
        reader.problem("", "nested too deeply")
        return None
    if built is not None:
        reader.problem("", built)
    if "." in name:
        reader.problem("", f"the name of an event type may not contain a dot: {name!r}")
    if len(problems) > before:
        return None
    return EventType(name, whole.get("title", name), whole.get("description", ""), group, validator)


def _read(directory: Path, problems: list[Problem]) -> dict[str, Any]:
    if not directory.is_dir():
        raise UsageError(f"{directory}: no such directory")
    files: dict[str, Any] = {}
    for path in sorted(directory.glob("*" + SUFFIX)):
        try:
            value: Any = msgspec.json.decode(read_bytes(path))
        except FORMAT_ERRORS as error:
            problems.append(Problem(f"no JSON: {error}", path))
            continue
        if not isinstance(value, dict):
            problems.append(Problem("a schema file must hold a JSON object", path))
            continue
        document = cast(dict[str, Any], value)
        found = [Problem(message, path, pointer=place) for place, message in Validator.meta_problems(document)]
        if str(document.get("$schema", DRAFT)).rstrip("#") != DRAFT:
            found.append(Problem(f"must be {DRAFT}", path, pointer="/$schema"))
        problems += found
        if not found:
            files[path.name] = document
    return files


def _walk(prefix: str, group: Group) -> Iterator[tuple[str, Field]]:
    for name, entry in group.fields.items():
        path = f"{prefix}.{name}"
        yield path, entry
        inner = entry.node.item if isinstance(entry.node, Items) else entry.node
        if isinstance(inner, Group):
            yield from _walk(path, inner)


class _Reader:
    """Turns one schema file, its references inlined, into nodes; what cannot be scored is a problem with its place."""

    def __init__(self, path: Path, problems: list[Problem]) -> None:
        self.path, self.problems = path, problems

    def problem(self, place: str, message: str) -> None:
        self.problems.append(Problem(message, self.path, pointer=place))

    def root(self, document: Any) -> Group:
        node = self.node(document, "")
        if not isinstance(node, Group):
            self.problem("", "an event type must be an object with properties")
            return Group({})
        return node

    def node(self, raw: Any, place: str) -> Node:
        schema = _without_null(raw)
        kind = _kind(schema)
        if kind is not None:
            leaf = self.leaf(kind, schema, place)
            raw["allOf"] = [*raw.get("allOf", ()), SHAPES[leaf.kind]]  # the kind's own rule holds beside the field's
            return leaf
        for keyword in _UNSUPPORTED:
            if keyword in schema:
                self.problem(f"{place}/{keyword}", "cannot be scored: which kind of value this is depends on the value")
                return _NOTHING
        if schema.get("type") == "array":
            item = self.node(schema.get("items"), place + "/items")
            if isinstance(item, Items):
                self.problem(place + "/items", "a list of lists cannot be aligned: wrap the inner list in an object")
                return _NOTHING
            return Items(item)
        if schema.get("properties"):
            properties: dict[str, Any] = schema["properties"]
            return Group({name: self.field(name, raw, place) for name, raw in properties.items()})
        self.problem(place, "cannot be scored: needs x-kind, enum, or a type (an object also needs properties)")
        return _NOTHING

    def field(self, name: str, raw: Any, place: str) -> Field:
        if "." in name:
            self.problem(place + "/properties" + pointer(name), "a field's name may not contain a dot")
        about = _without_null(raw)
        return Field(
            name,
            self.node(raw, place + "/properties" + pointer(name)),
            about.get("title", name),
            about.get("description", ""),
            about.get("x-key", False) is True,
            tuple(about.get("examples", ())),
        )

    def leaf(self, kind: Any, schema: Mapping[str, Any], place: str) -> Leaf:
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
        return Leaf(kind, self.units(schema, place) if kind == "quantity" else {}, values)

    def units(self, schema: Mapping[str, Any], place: str) -> dict[str, Decimal]:
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
