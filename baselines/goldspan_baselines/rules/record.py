"""What the schema says that the rules need, and the shape of a record."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from goldspan.content import SCHEMA

_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class EventType:
    """The fields of an event type: which are key, which hold lists, which values an enum has."""

    fields: tuple[str, ...]
    keys: frozenset[str]
    lists: frozenset[str]
    enums: dict[str, tuple[str, ...]]


@dataclass(slots=True)
class Found:
    """A value with its places in the text."""

    value: Any
    spans: list[tuple[int, int]]


@cache
def event_type(name: str) -> EventType:
    """An event type as its schema file tells it.

    >>> sorted(event_type("deal").keys)
    ['investors', 'target']
    """
    fields: dict[str, Any] = json.loads((SCHEMA / f"{name}.schema.json").read_text("utf-8"))["properties"]
    definitions = json.loads((SCHEMA / "common.schema.json").read_text("utf-8"))["$defs"]
    whole = {
        field: definitions.get(rule.get("$ref", "").rpartition("/")[2], {}) | rule for field, rule in fields.items()
    }
    return EventType(
        fields=tuple(whole),
        keys=frozenset(field for field, rule in whole.items() if rule.get("x-key")),
        lists=frozenset(field for field, rule in whole.items() if rule.get("type") == "array"),
        enums={field: tuple(rule["enum"]) for field, rule in whole.items() if "enum" in rule},
    )


def enough(name: str, filled: Iterable[str]) -> bool:
    """Whether these fields make an event: a key field and one more.

    >>> enough("deal", ["target"]), enough("deal", ["target", "status"]), enough("deal", ["status", "date"])
    (False, True, False)
    """
    fields = set(filled)
    return len(fields) > 1 and bool(fields & event_type(name).keys)


def event(text: str, name: str, number: int, found: dict[str, list[Found]]) -> dict[str, Any]:
    """One event of a record, its fields in the schema's order."""
    fields: dict[str, Any] = {}
    evidence: dict[str, list[dict[str, Any]]] = {}
    kind = event_type(name)
    for field in kind.fields:
        values = found.get(field)
        if not values:
            continue
        if field in kind.lists:
            fields[field] = [item.value for item in values]
            evidence |= {f"/{field}/{i}": _quotes(text, item.spans) for i, item in enumerate(values) if item.spans}
        else:
            fields[field] = values[0].value
            if values[0].spans:
                evidence[f"/{field}"] = _quotes(text, values[0].spans)
    return {"id": f"e{number}", "type": name, "fields": fields, "evidence": evidence}


def _quotes(text: str, spans: Sequence[tuple[int, int]]) -> list[dict[str, Any]]:
    return [{"start": start, "end": end, "quote": text[start:end]} for start, end in sorted(set(spans))]


def one_line(name: str) -> str:
    """A name as a value: line breaks and doubled spaces become one space.

    >>> one_line("Contoso\\r\\n  Power")
    'Contoso Power'
    """
    return _SPACES.sub(" ", name).strip()
