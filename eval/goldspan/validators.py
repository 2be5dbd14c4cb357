"""JSON Schema validation: jsonschema is the reference and makes the messages, jsonschema-rs decides quickly."""

from collections.abc import Callable, Iterator
from functools import cache, cached_property
from typing import Any, NamedTuple, cast

import jsonschema_rs

from goldspan.edtf import PLAIN_DATE, is_edtf
from goldspan.normal import PLAIN_DURATION, is_duration
from goldspan.pointers import pointer

_FORMATS = {"edtf": is_edtf, "duration": is_duration}
_PLAIN = {"edtf": PLAIN_DATE, "duration": PLAIN_DURATION}
_DATA = frozenset({"const", "default", "enum", "examples"})
"""The keywords whose value is data, not a schema."""


class Violation(NamedTuple):
    """Where an instance breaks its schema: the path, the keyword, and what jsonschema says."""

    path: tuple[str | int, ...]
    keyword: str
    message: str


class Validator:
    """Validates instances against one schema in which references have been inlined.

    >>> validator = Validator({"type": "object", "properties": {"n": {"type": "number"}}})
    >>> list(validator.violations({"n": "x"}))
    [Violation(path=('n',), keyword='type', message="'x' is not of type 'number'")]
    """

    def __init__(self, schema: Any) -> None:
        self.schema = schema

    def __getstate__(self) -> dict[str, Any]:
        return {"schema": self.schema}  # what is compiled cannot be sent to another process, and is made anew there

    @cached_property
    def _fast(self) -> jsonschema_rs.Draft202012Validator:
        return jsonschema_rs.Draft202012Validator(
            _eased(self.schema), formats=dict(_FORMATS), validate_formats=True, offline=True
        )

    def build_problem(self) -> str | None:
        """What keeps the schema from being used although it is a schema: a pattern that is no regular expression."""
        try:
            self._fast.is_valid({})
        except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
            return _short(str(error).partition("\n")[0])
        return None

    @cached_property
    def _reference(self) -> Any:
        # imported late: only what is invalid needs it
        from jsonschema import Draft202012Validator, FormatChecker

        checker = FormatChecker(formats=())
        for name, check in _FORMATS.items():
            checker.checks(name)(_strings_only(check))
        return Draft202012Validator(self.schema, format_checker=checker)

    @cached_property
    def is_valid(self) -> Callable[[Any], bool]:
        """Gives the quick answer, by jsonschema-rs."""
        return self._fast.is_valid

    @cached_property
    def is_closed(self) -> bool:
        """Whether a valid object has no other properties than the schema lists."""
        return self.schema.get("additionalProperties") is False and "patternProperties" not in self.schema

    def violations(self, instance: Any) -> Iterator[Violation]:
        """Yield each violation, found by jsonschema, in the order of their paths."""
        found: Any = self._reference.iter_errors(instance)
        errors = sorted(found, key=lambda error: [str(part) for part in error.absolute_path])
        for error in errors:
            yield Violation(tuple(error.absolute_path), str(error.validator), _short(error.message))

    @staticmethod
    def meta_problems(schema: Any) -> Iterator[tuple[str, str]]:
        """Yield (JSON Pointer, message) for each place where a schema is no draft 2020-12 schema."""
        if _meta().is_valid(schema):
            return
        from jsonschema import Draft202012Validator

        meta = Draft202012Validator(Draft202012Validator.META_SCHEMA)
        found: Any = meta.iter_errors(schema)  # pyright: ignore[reportUnknownMemberType]
        for error in sorted(found, key=lambda error: [str(part) for part in error.absolute_path]):
            yield pointer(*error.absolute_path), _short(error.message)


@cache
def _meta() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator({"$ref": "https://json-schema.org/draft/2020-12/schema"}, offline=True)


def _eased(schema: Any) -> Any:
    """A schema that allows the same, but asks about a format only where no pattern of plain cases has decided.

    Being asked costs a call from Rust into Python for each value.

    >>> _eased({"type": "string", "format": "duration"})
    {'type': 'string', 'anyOf': [{'pattern': '^P[0-9]+[YMWD]$'}, {'format': 'duration'}]}
    """
    if isinstance(schema, list):
        return [_eased(member) for member in cast("list[Any]", schema)]
    if not isinstance(schema, dict):
        return schema
    members = cast("dict[str, Any]", schema)
    eased = {name: member if name in _DATA else _eased(member) for name, member in members.items()}
    if "anyOf" in eased or eased.get("format") not in [*_PLAIN]:
        return eased
    name = eased.pop("format")
    return eased | {"anyOf": [{"pattern": _PLAIN[name]}, {"format": name}]}


def _strings_only(check: Callable[[str], bool]) -> Callable[[object], bool]:
    return lambda value: not isinstance(value, str) or check(value)


def _short(message: str) -> str:
    return message if len(message) <= 300 else message[:200] + " ... " + message[-95:]
