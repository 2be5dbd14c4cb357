"""The tables of a release: which columns each configuration has, and the rows that fill them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from goldspan.documents import ABOUT, Document
from goldspan.hub.needs import need
from goldspan.records import Event, Record, Span
from goldspan.release.columns import Shape, arrow_type, from_column, shape_of, to_column
from goldspan.release.source import Cut, Part, Source
from goldspan.schema import Schema

SPLIT = "test"
"""The only split: what is released is for evaluation."""

MayGive = Callable[[Document], bool]
"""Whether a document's text is given away."""

_EVENT_COLUMNS = ("doc_id", "story", "event_id", "story_event", "review_status", "evidence", "accepted")


@dataclass(frozen=True)
class Config:
    """One configuration: its columns, in order, and its rows as JSON values."""

    name: str
    columns: dict[str, Shape]
    rows: list[dict[str, Any]]

    @property
    def path(self) -> str:
        """The Parquet file, from the root of the release."""
        return config_path(self.name)

    def table(self) -> Any:
        """The same as an Arrow table, without any metadata."""
        pa = need("pyarrow")
        schema = pa.schema([(name, arrow_type(shape)) for name, shape in self.columns.items()])
        rows = [to_column(self.columns, row) for row in self.rows]
        return pa.Table.from_pylist(rows, schema=schema)


def config_path(name: str) -> str:
    """Where the Parquet file of a configuration lies."""
    return f"data/{name}/{SPLIT}.parquet"


def configs_of(source: Source, may_give: MayGive, quotes: bool) -> Iterator[Config]:
    """Yield every configuration; `quotes` says whether evidence has a column for the words it points to."""
    yield from _gold("gold", source.schema, source.gold, may_give, quotes)
    for name in source.schema.types:
        yield type_config(source.schema, name, source.gold.records, source.gold.documents, may_give, quotes)
    if source.passes:
        rows = [
            {"pass": name, **record_row(record, source.gold.documents, may_give)}
            for name, records in source.passes.items()
            for record in records
        ]
        yield Config("passes", pass_columns(source.schema, quotes), rows)
    for name, part in source.variants.items():
        yield from _gold(name, source.schema, part, may_give, quotes)


def _gold(name: str, schema: Schema, part: Part, may_give: MayGive, quotes: bool) -> Iterator[Config]:
    rows = [record_row(record, part.documents, may_give) for record in part.records]
    yield Config(name, record_columns(schema, quotes), rows)
    prefix = "" if name == "gold" else f"{name}_"
    rows = [_document_row(document, part.cuts[key], may_give) for key, document in part.documents.items()]
    yield Config(f"{prefix}documents", document_columns(quotes), rows)


def document_columns(text: bool) -> dict[str, Shape]:
    """One row a document, with a column for its text or without."""
    return {
        **dict.fromkeys(("doc_id", "text_sha256"), "string"),
        "characters": "integer",
        **dict.fromkeys(("story", *ABOUT, "file"), "string"),
        **dict.fromkeys(("start", "end"), "integer"),
        **({"text": "string"} if text else {}),
    }


def _document_row(document: Document, cut: Cut, may_give: MayGive) -> dict[str, Any]:
    row = {**document.as_row(), **cut._asdict(), "text_sha256": document.text_sha256, "characters": len(document.text)}
    return row if may_give(document) else {**row, "text": None}


def record_columns(schema: Schema, quotes: bool) -> dict[str, Shape]:
    """One row a document; the fields of an event stand under the name of its type, null under the others."""
    event: dict[str, Shape] = {
        **dict.fromkeys(("id", "type", "story_event"), "string"),
        "fields": {name: shape_of(event_type.group) for name, event_type in schema.types.items()},
        **_standoff(quotes),
    }
    plain = ("doc_id", "text_sha256", "story", "schema_version", "review_status")
    return {**dict.fromkeys(plain, "string"), "events": [event]}


def pass_columns(schema: Schema, quotes: bool) -> dict[str, Shape]:
    """One row a document and annotator: `pass` names the annotator's file."""
    return {"pass": "string", **record_columns(schema, quotes)}


def _standoff(quotes: bool) -> dict[str, Shape]:
    span: dict[str, Shape] = {"pointer": "string", "start": "integer", "end": "integer"}
    return {
        "evidence": [span | ({"quote": "string"} if quotes else {})],
        "accepted": [{"pointer": "string", "value": "string"}],
    }


def record_row(record: Record, documents: Mapping[str, Document], may_give: MayGive) -> dict[str, Any]:
    """A record as a row of `record_columns`."""
    document = documents[record.doc_id]
    return {
        "doc_id": record.doc_id,
        "text_sha256": document.text_sha256,
        "story": document.story,
        "schema_version": record.schema_version,
        "review_status": record.review_status,
        "events": [
            {
                "id": event.id,
                "type": event.type,
                "story_event": event.story_event,
                "fields": {event.type: event.fields},
                **_standoff_row(event, may_give(document)),
            }
            for event in record.events
        ],
    }


def _standoff_row(event: Event, quotes: bool) -> dict[str, Any]:
    evidence = [
        {"pointer": target, "start": span.start, "end": span.end, "quote": span.quote if quotes else None}
        for target, spans in event.evidence.items()
        for span in spans
    ]
    accepted = [
        {"pointer": target, "value": msgspec.json.encode(value).decode()}
        for target, values in event.accepted.items()
        for value in values
    ]
    return {"evidence": evidence, "accepted": accepted}


def type_config(
    schema: Schema,
    name: str,
    records: Iterable[Record],
    documents: Mapping[str, Document],
    may_give: MayGive,
    quotes: bool,
) -> Config:
    """One row an event of a type, one column a field."""
    rows = [
        {
            "doc_id": record.doc_id,
            "story": documents[record.doc_id].story,
            "event_id": event.id,
            "story_event": event.story_event,
            "review_status": record.review_status,
            **{field_column(name, key): value for key, value in event.fields.items()},
            **_standoff_row(event, may_give(documents[record.doc_id])),
        }
        for record in records
        for event in record.events
        if event.type == name
    ]
    return Config(name, type_columns(schema, name, quotes), rows)


def type_columns(schema: Schema, name: str, quotes: bool) -> dict[str, Shape]:
    """The columns of `type_config`."""
    columns: dict[str, Shape] = dict.fromkeys(_EVENT_COLUMNS[:-2], "string")
    fields = schema.types[name].group.fields
    columns |= {field_column(name, key): shape_of(entry.node) for key, entry in fields.items()}
    return columns | _standoff(quotes)


def field_column(event_type: str, name: str) -> str:
    """The column of a field: its name, or with the type's before it where another column is called so."""
    return f"{event_type}.{name}" if name in _EVENT_COLUMNS else name


def record_of(row: Mapping[str, Any], schema: Schema, text: str | None) -> Record:
    """A record again; the quotes are cut from the text, or else those of the row, or else empty."""
    columns = record_columns(schema, quotes=True)
    value: dict[str, Any] = from_column(columns, {key: row[key] for key in columns})
    events = [_event(event, text) for event in value.get("events", ())]
    plain = {key: value.get(key) for key in ("text_sha256", "schema_version", "review_status")}
    return Record(value["doc_id"], events, **plain)


def rebuilt(record: Record, schema: Schema, documents: Mapping[str, Document]) -> Record:
    """The record as a release gives it back, its quotes cut from the text."""
    columns = record_columns(schema, quotes=False)
    row = to_column(columns, record_row(record, documents, lambda _: False))
    return record_of(row, schema, documents[record.doc_id].text)


def _event(value: Mapping[str, Any], text: str | None) -> Event:
    evidence: dict[str, list[Span]] = {}
    for span in value.get("evidence", ()):
        start, end = span["start"], span["end"]
        quote = text[start:end] if text is not None and 0 <= start <= end else span.get("quote", "")
        evidence.setdefault(span["pointer"], []).append(Span(start, end, quote))
    accepted: dict[str, list[Any]] = {}
    for other in value.get("accepted", ()):
        accepted.setdefault(other["pointer"], []).append(msgspec.json.decode(other["value"]))
    fields = value["fields"].get(value["type"], {})
    return Event(value["type"], fields, value.get("id"), evidence, accepted, story_event=value.get("story_event"))


def record_line(record: Record) -> bytes:
    """A record as a line of gold, in the one form whose bytes a release's hashes speak of."""
    head = {
        "doc_id": record.doc_id,
        "text_sha256": record.text_sha256,
        "schema_version": record.schema_version,
        "review_status": record.review_status,
    }
    events = [
        {
            **_stated({"id": event.id, "type": event.type, "story_event": event.story_event}),
            "fields": event.fields,
            "evidence": {
                target: [{"start": span.start, "end": span.end, "quote": span.quote} for span in spans]
                for target, spans in event.evidence.items()
            },
            "accepted": event.accepted,
        }
        for event in record.events
    ]
    return msgspec.json.encode(_stated(head) | {"events": events}) + b"\n"


def _stated(members: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in members.items() if value is not None}
