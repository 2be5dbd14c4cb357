"""Small helpers that tests share: write a schema, gold and predictions to a folder, and score them."""

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from goldspan.check import CheckedEvent, check_event
from goldspan.counts import Counts
from goldspan.pairing import EventPair
from goldspan.records import Event, Span
from goldspan.report.as_json import score_as_json
from goldspan.schema import Schema, load_schema
from goldspan.scoring import Score, score

Types = Mapping[str, Mapping[str, Any]]
"""For each event type, the JSON Schema of each of its fields."""

TEXT: Mapping[str, Any] = {"type": "string"}
NUMBER: Mapping[str, Any] = {"type": "number"}
BOOLEAN: Mapping[str, Any] = {"type": "boolean"}


def kind(name: str) -> dict[str, Any]:
    """A field of a kind that the schema shipped with goldspan defines: name, money, percent, date, power, ..."""
    return {"$ref": f"common.schema.json#/$defs/{name}"}


def list_of(item: Mapping[str, Any]) -> dict[str, Any]:
    """A list field."""
    return {"type": "array", "items": item}


def object_of(**properties: Mapping[str, Any]) -> dict[str, Any]:
    """An object that allows no other properties."""
    return {"type": "object", "properties": properties, "additionalProperties": False}


def money(amount: object, currency: str = "USD", **more: str) -> dict[str, Any]:
    """A value of kind money."""
    return {"amount": amount, "currency": currency, **more}


def event(event_type: str, /, **fields: Any) -> dict[str, Any]:
    """An event with these fields; `write_records` gives it an id."""
    return {"type": event_type, "fields": fields}


def write_schema(folder: Path, types: Types) -> Path:
    """Write one schema file per event type; returns their folder."""
    target = folder / "schema"
    target.mkdir(parents=True, exist_ok=True)
    for name, properties in types.items():
        (target / f"{name}.schema.json").write_text(json.dumps(object_of(**properties)), encoding="utf-8")
    return target


def write_lines(path: Path, rows: Iterable[Any]) -> Path:
    """Write one JSON value a line."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def write_records(path: Path, documents: Mapping[str, Any]) -> Path:
    """Write a record per document: a list of events (given ids where they have none), or what else to add to a line."""
    rows: list[dict[str, Any]] = []
    for doc_id, content in documents.items():
        if isinstance(content, Mapping):
            rows.append({"doc_id": doc_id, **content})
        else:
            rows.append({"doc_id": doc_id, "events": [{"id": f"e{i}", **each} for i, each in enumerate(content)]})
    return write_lines(path, rows)


def score_files(folder: Path, types: Types, gold: Mapping[str, Any], pred: Mapping[str, Any], **options: Any) -> Score:
    """Write everything to `folder` and score it as `goldspan score --schema --gold` does."""
    return score(
        write_records(folder / "predictions.jsonl", pred),
        gold=write_records(folder / "gold.jsonl", gold),
        schema=write_schema(folder, types),
        **options,
    )


def figures(types: Types, gold: Mapping[str, Any], pred: Mapping[str, Any]) -> dict[str, Any]:
    """The score's JSON without its signature, which pins the very bytes of gold."""
    with tempfile.TemporaryDirectory() as folder:
        whole = score_as_json(score_files(Path(folder), types, gold, pred))
    del whole["signature"]
    return whole


def four(counts: Counts) -> tuple[int, int, int, int]:
    """Matched, misread, missed, invented."""
    return counts.matched, counts.misread, counts.missed, counts.invented


def schema_of(types: Types) -> Schema:
    """A schema as `load_schema` reads it."""
    with tempfile.TemporaryDirectory() as folder:
        loaded = load_schema(write_schema(Path(folder), types))
        for event_type in loaded.types.values():
            event_type.validator.is_valid({})  # built while it is cheap: once
        return loaded


def checked(schema: Schema, events: Sequence[Mapping[str, Any]]) -> list[CheckedEvent]:
    """Events as loading hands them to the comparison."""
    found: list[CheckedEvent] = []
    for i, raw in enumerate(events):
        spans = {place: [Span(*span) for span in each] for place, each in raw.get("evidence", {}).items()}
        whole = Event(raw["type"], dict(raw["fields"]), f"e{i}", spans, raw.get("accepted", {}))
        found.append(check_event(whole, schema)[0])
    return found


def tally_pairs(pairs: Iterable[EventPair]) -> Counter[tuple[str, str]]:
    """How often each field ended as what."""
    return Counter((outcome.field, outcome.result) for pair in pairs for outcome in pair.outcomes)


def shuffled(value: Any, order: Callable[[list[Any]], None]) -> tuple[Any, dict[str, str]]:
    """A copy with keys and items in another order at every depth, and where each JSON Pointer went."""
    moved = {"": ""}
    if not isinstance(value, Mapping | list):
        return value, moved
    old_places = list(value) if isinstance(value, Mapping) else list(range(len(value)))
    order(old_places)
    copies: list[tuple[Any, Any]] = []
    for new, old in enumerate(old_places):
        copy, below = shuffled(value[old], order)
        copies.append((old, copy))
        step = old if isinstance(value, Mapping) else new
        moved |= {f"/{old}{before}": f"/{step}{after}" for before, after in below.items()}
    return (dict(copies) if isinstance(value, Mapping) else [copy for _, copy in copies]), moved
