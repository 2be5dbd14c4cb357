"""Gold and predictions: one record a document, one line a record (JSONL)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, cast

import msgspec

from goldspan.errors import Problem
from goldspan.files import FORMAT_ERRORS, read_lines
from goldspan.pointers import pointer


class Span(msgspec.Struct, frozen=True, gc=False):
    """A piece of evidence: half-open, in code points; `located` where not the extractor gave it but a look-up."""

    start: int
    end: int
    quote: str
    located: bool = False


TypeName = Annotated[str, msgspec.Meta(min_length=1)]


class Event(msgspec.Struct, frozen=True, gc=False):
    """One event. `fields` is what the schema describes; the rest is keyed by JSON Pointer into `fields`."""

    type: TypeName
    fields: dict[str, Any]
    id: str | None = None
    evidence: dict[str, list[Span]] = {}
    accepted: dict[str, list[Any]] = {}
    confidence: dict[str, float] = {}
    story_event: str | None = None


class Usage(msgspec.Struct, frozen=True, omit_defaults=True):
    """What it took to make a record: wall seconds, US dollars, tokens."""

    seconds: float | None = None
    cost_usd: float | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None


class Record(msgspec.Struct, frozen=True, gc=False):
    """What one document states (gold), or what an extractor says it states (a prediction)."""

    doc_id: str
    events: list[Event] = []
    text_sha256: str | None = None
    schema_version: str | None = None
    review_status: str | None = None
    usage: Usage | None = None
    error: str | None = None


class Line(msgspec.Struct, frozen=True, gc=False):
    """A line of a record file, with what is wrong with its shape.

    `record` is None where the line is no JSON or names no document. Where parts of it have the wrong shape, they are
    left out of `record` (an event whose `fields` is no object keeps the value under the name "fields").
    """

    number: int
    record: Record | None
    problems: tuple[Problem, ...] = ()


_decoder = msgspec.json.Decoder(Record)


def read_records(path: Path) -> Iterator[Line]:
    """Yield every line of a record file; UsageError where it cannot be read."""
    for number, line in read_lines(path):
        yield read_line(path, number, line)


def read_line(path: Path, number: int, line: bytes) -> Line:
    """Decode one line; what is wrong with its shape is told in the result."""
    try:
        return Line(number, _decoder.decode(line))
    except FORMAT_ERRORS:
        return _salvage(path, number, line)


def _salvage(path: Path, number: int, line: bytes) -> Line:
    """Take what has the right shape, and say what has not."""
    try:
        value: Any = msgspec.json.decode(line)
    except FORMAT_ERRORS as error:
        return Line(number, None, (Problem(f"no JSON: {error}", path, number),))
    if not isinstance(value, dict) or not isinstance(cast("dict[str, Any]", value).get("doc_id"), str):
        return Line(number, None, (Problem("a record must be an object with a doc_id", path, number),))
    raw = cast("dict[str, Any]", value)
    problems: list[Problem] = []

    def report(place: str, message: str) -> None:
        problems.append(Problem(message, path, number, raw["doc_id"], place))

    events: Any = raw.get("events", [])
    if not isinstance(events, list):
        report("/events", "must be a list")
        events = []
    members = _members(raw, Record, "", report, leave_out=("events",))
    kept = [_event(event, f"/events/{i}", report) for i, event in enumerate(cast("list[Any]", events))]
    return Line(number, Record(**members, events=kept), tuple(problems))


def _event(raw: Any, place: str, report: Any) -> Event:
    if not isinstance(raw, dict):
        report(place, "an event must be an object with type and fields")
        return Event("", {"event": raw})
    event = cast("dict[str, Any]", raw)
    members = _members(event, Event, place, report)
    if "type" not in members:
        if "type" not in event:
            report(place, "an event needs a type")
        members["type"] = ""
    if "fields" not in members:
        if "fields" not in event:
            report(place, "an event needs fields")
        members["fields"] = {"fields": event["fields"]} if "fields" in event else {}
    return Event(**members)


def _members(
    raw: dict[str, Any], struct: Any, place: str, report: Any, leave_out: tuple[str, ...] = ()
) -> dict[str, Any]:
    """The members of an object that have the type that the struct says; the others are reported."""
    members: dict[str, Any] = {}
    for field in msgspec.structs.fields(struct):
        if field.name not in raw or field.name in leave_out:
            continue
        try:
            members[field.name] = msgspec.convert(raw[field.name], field.type)
        except msgspec.ValidationError as error:
            report(place + pointer(field.name), str(error).replace("`", "").replace(" - at $", " at "))
    return members
