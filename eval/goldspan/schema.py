"""A directory of JSON Schema files, read as event types: the single source of truth about fields and kinds.

`NAME.schema.json` describes the `fields` object of events of type NAME; a file without properties (such as
`common.schema.json`) only holds definitions that others refer to. See `docs/schemas.md` for the keywords.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import msgspec

from goldspan import content
from goldspan.errors import DataError, Problem, UsageError
from goldspan.files import FORMAT_ERRORS, read_bytes
from goldspan.nodes import NOTHING, Field, Group, Items, Leaf, Node, inner
from goldspan.refs import inline
from goldspan.schema_reader import Reader
from goldspan.validators import Validator

__all__ = ["EventType", "Field", "Group", "Items", "Leaf", "Node", "Schema", "load_schema"]

SUFFIX = ".schema.json"
DRAFT = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True)
class EventType:
    """One event type: its group of fields and the validator of its `fields` object."""

    name: str
    title: str
    description: str
    group: Group
    validator: Validator

    @cached_property
    def is_plain(self) -> bool:
        """Whether an event whose `fields` are valid can have none that the schema does not declare, at any depth."""
        return self.group.is_flat and self.validator.is_closed

    def walk(self) -> Iterator[tuple[str, Field]]:
        """Yield (dotted path, field) for every field, nested ones after their parent."""
        yield from _walk(self.group)


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
                of = inner(entry.node)
                if isinstance(of, Leaf):
                    found[path] = of
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
    reader = Reader(path, problems)
    before = len(problems)
    try:
        whole = inline(path.name, files, reader.problem)
        validator = Validator(whole)
        group = reader.root(whole, name) if len(problems) == before else NOTHING
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


def _walk(group: Group) -> Iterator[tuple[str, Field]]:
    for entry in group.fields.values():
        yield entry.path, entry
        of = inner(entry.node)
        if isinstance(of, Group):
            yield from _walk(of)
