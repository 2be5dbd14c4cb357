"""What a model is told, and what is read from its answer."""

import json
from collections.abc import Mapping
from typing import Any, cast

from inspect_ai.model import ModelOutput

from goldspan.schema import Schema

_LEFT_OUT = {"examples", "$schema", "$defs", "title", "default"}
_TRIES = 20  # How many braces of an answer may be the beginning of the JSON.


def instructions(schema: Schema) -> str:
    """What to extract and in which form: derived from the schema alone, without its examples, which models copy."""
    types = "\n\n".join(
        f"Event type {json.dumps(name)}: {event_type.title}. {event_type.description}\n"
        f"JSON Schema of its fields: {json.dumps(_essence(event_type.validator.schema), separators=(',', ':'))}"
        for name, event_type in schema.types.items()
    )
    return (
        "Extract every event of the types below from the user's document. Report only what the document itself says, "
        "as it says it; leave out a field that it does not state. All mentions of one real-world event are one event.\n"
        'Answer with one JSON object and nothing else: {"events": [{"type": TYPE, "fields": {...}}, ...]}, with an '
        f"empty list where there is no event.\n\n{types}"
    )


def record_of(doc_id: str, output: ModelOutput) -> str:
    """The prediction line for a model's answer; one with `error` where no JSON of the asked form is in it.

    >>> record_of("d1", ModelOutput.from_content("m", 'Here it is: {"events": []}'))
    '{"doc_id": "d1", "events": []}'
    """
    record: dict[str, Any] = {"doc_id": doc_id}
    events = _events(output.completion)
    if events is None:
        record |= {"events": [], "error": f"no JSON with events in the answer (stopped by: {output.stop_reason})"}
    else:
        record["events"] = [{"type": event.get("type"), "fields": event.get("fields")} for event in events]
    if output.usage is not None:
        tokens = {"input_tokens": output.usage.input_tokens, "output_tokens": output.usage.output_tokens}
        record["usage"] = tokens
    return json.dumps(record, ensure_ascii=False)


def _events(answer: str) -> list[dict[str, Any]] | None:
    """The events of the first JSON object in an answer that has some; None where there is none."""
    place = -1
    for _ in range(_TRIES):
        place = answer.find("{", place + 1)
        if place < 0:
            return None
        try:
            found: Any = json.JSONDecoder(parse_constant=_refuse).raw_decode(answer, place)[0]
        except (ValueError, RecursionError):
            continue
        events: Any = cast("dict[str, Any]", found).get("events")
        if isinstance(events, list) and all(isinstance(event, dict) for event in cast("list[Any]", events)):
            return cast("list[dict[str, Any]]", events)
    return None


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _essence(schema: Any) -> Any:
    """A schema without what only people and programs need: examples, titles, goldspan's own keywords."""
    if isinstance(schema, Mapping):
        entries = cast("Mapping[str, Any]", schema).items()
        return {key: _properties(key, value) for key, value in entries if key not in _LEFT_OUT and key[:2] != "x-"}
    return [_essence(item) for item in cast("list[Any]", schema)] if isinstance(schema, list) else schema


def _properties(key: str, value: Any) -> Any:
    """The names of properties are no keywords: a field may be called `title`."""
    if key == "properties":
        return {name: _essence(of) for name, of in cast("Mapping[str, Any]", value).items()}
    return value if key in ("enum", "required", "const") else _essence(value)
