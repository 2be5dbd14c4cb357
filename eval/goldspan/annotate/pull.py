"""Fetches what was annotated: everything is exported and checked, and records are written whole or not at all."""

import datetime
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, cast

import msgspec

from goldspan.annotate.client import Json, Server
from goldspan.annotate.decode import Decoded, decode_results
from goldspan.annotate.forms import Forms, forms_of
from goldspan.annotate.interface import SLOTS
from goldspan.annotate.projects import PROJECT, need_project, title_of
from goldspan.check_record import check_record
from goldspan.documents import Document, load_documents
from goldspan.errors import DataError, Problem, UsageError
from goldspan.files import FORMAT_ERRORS, write_whole
from goldspan.records import Record, read_records
from goldspan.schema import Schema, load_schema


class Pulled(NamedTuple):
    """What was fetched: records written, tasks not submitted or skipped, and what a person may want to know."""

    records: int
    open: int
    skipped: int
    notes: tuple[str, ...]
    files: tuple[Path, ...]


class Annotated(NamedTuple):
    """One submitted annotation: its task and its link, the record, what else it says, where it comes from."""

    task: Json
    link: str
    record: Record
    decoded: Decoded
    provenance: Json


@dataclass
class Export:
    """An export, read: the annotations of its tasks, how many are open or skipped, and all that is wrong."""

    annotated: list[Annotated] = field(default_factory=list[Annotated])
    problems: list[Problem] = field(default_factory=list[Problem])
    notes: list[str] = field(default_factory=list[str])
    open: int = 0
    skipped: int = 0


def pull(
    server: Server,
    annotator: str,
    out: Path | str,
    *,
    project: str = PROJECT,
    schema: Path | str | None = None,
    documents: Path | str | None = None,
    slots: int = SLOTS,
    replace: bool = False,
) -> Pulled:
    """Write the submitted annotations of an annotator's project as records: what `goldspan annotate pull` does.

    They are checked as gold. Beside `out` the raw export is kept, and in `out`'s name with `.provenance.jsonl` who made
    each annotation and when, and where each span comes from; of an adjudication, also the decisions with their reasons
    (`.adjudication.jsonl`). Raises DataError with all problems, each with a link to its task, and then writes nothing;
    UsageError where `out` is there and is not to be replaced, or would lose a document.
    """
    path = Path(out)
    loaded = load_schema(Path(schema) if schema else None)
    texts = load_documents(Path(documents) if documents else None)
    found = need_project(server, title_of(project, annotator))
    raw = server.export(found["id"])
    export = read_export(raw, server, found["id"], loaded, texts, slots)
    files: dict[str, bytes] = {}
    if any("differences" in each.task["data"] for each in export.annotated):
        from goldspan.annotate.adjudicate import decisions

        rows = decisions(export, server, found["id"], loaded, slots)
        files["adjudication.jsonl"] = _lines(rows)
    if export.problems:
        raise DataError(export.problems)
    _check_target(path, export, replace)
    now = datetime.datetime.now(datetime.UTC)
    files = {
        f"export-{now:%Y%m%dT%H%M%S%fZ}.json": raw,
        "provenance.jsonl": _lines([each.provenance for each in export.annotated]),
        **files,
    }
    targets = {path.with_name(f"{path.name.removesuffix('.jsonl')}.{name}"): data for name, data in files.items()}
    for target, data in {**targets, path: _lines([_row(each.record) for each in export.annotated])}.items():
        write_whole(target, [data])
    return Pulled(len(export.annotated), export.open, export.skipped, tuple(export.notes), (path, *targets))


def read_export(
    raw: bytes, server: Server, project: int, schema: Schema, documents: Mapping[str, Document], slots: int
) -> Export:
    """Read an export strictly: each task is a known document, each annotation one person's, each record right gold."""
    try:
        tasks = cast("list[Json]", json.loads(raw))
    except FORMAT_ERRORS as error:
        raise UsageError(f"{server.url}: the export is no JSON: {error}") from error
    reader = _Reader(server, project, schema, documents, slots)
    places = {doc_id: i for i, doc_id in enumerate(documents)}
    for task in sorted(tasks, key=lambda task: places.get(task["data"].get("doc_id"), -1)):
        reader.task(task)
    return reader.export


class _Reader:
    def __init__(
        self, server: Server, project: int, schema: Schema, documents: Mapping[str, Document], slots: int
    ) -> None:
        self.server, self.project, self.schema, self.documents, self.slots = server, project, schema, documents, slots
        self.forms: Forms = forms_of(schema)
        self.users = server.users()
        self.export = Export()
        self.seen: set[str] = set()

    def task(self, task: Json) -> None:
        """Read one task."""
        link, doc_id = self.server.task_url(self.project, task["id"]), task["data"].get("doc_id")
        done = [each for each in task["annotations"] if not each["was_cancelled"]]
        if not done:
            self.export.skipped += bool(task["annotations"])
            self.export.open += not task["annotations"]
            if task.get("drafts"):
                self.export.notes.append(f"{doc_id}: begun and not submitted: {link}")
            return
        problems = [*self._task_problems(task, doc_id), *self._annotation_problems(done)]
        for each in cast("list[Json]", task.get("drafts") or []):
            if each.get("annotation") == done[0]["id"]:
                self.export.notes.append(f"{doc_id}: changed after it was submitted, and not updated: {link}")
        if not problems:
            annotated, problems = self._annotated(task, done[0], self.documents[doc_id], link)
            self.export.annotated.append(annotated)
        self.export.problems += [
            Problem(f"{message} ({link})", doc_id=str(doc_id), pointer=place) for place, message in problems
        ]

    def _task_problems(self, task: Json, doc_id: Any) -> Iterator[tuple[str | None, str]]:
        document = self.documents.get(doc_id) if isinstance(doc_id, str) else None
        if document is None:
            yield None, "the documents file knows no such document"
            return
        if doc_id in self.seen:
            yield None, "the document has a second task"
        self.seen.add(document.doc_id)
        if task["data"].get("text") != document.text or task["data"].get("text_sha256") != document.text_sha256:
            yield None, "the text of the task is not the document's"

    def _annotation_problems(self, done: Sequence[Json]) -> Iterator[tuple[str | None, str]]:
        if len(done) > 1:
            yield None, f"has {len(done)} annotations: delete all but one"
        for each in done:
            by, changed_by = _user(each["completed_by"]), _user(each.get("updated_by"))
            if changed_by is not None and changed_by != by:
                names = self.users.get(changed_by, changed_by), self.users.get(by or 0, by)
                yield None, f"annotation {each['id']} was changed by {names[0]}, who is not its annotator, {names[1]}"

    def _annotated(
        self, task: Json, annotation: Json, document: Document, link: str
    ) -> tuple[Annotated, list[tuple[str | None, str]]]:
        decoded = decode_results(annotation["result"], self.forms, document.text, self.slots)
        who = self.users.get(_user(annotation["completed_by"]) or 0, "unknown")
        status = f"annotated by {who}" if "differences" not in task["data"] else f"adjudicated by {who}"
        events = list(decoded.events.values())
        record = Record(document.doc_id, events, document.text_sha256, self.schema.version, status)
        problems: list[tuple[str | None, str]] = [(None, message) for message in decoded.problems]
        if not problems:
            faults = check_record(record, self.schema, document, gold=True, complete=True)[1]
            problems = [(fault.pointer, fault.message) for fault in faults]
        provenance = {
            "doc_id": document.doc_id,
            "task": task["id"],
            "annotation": annotation["id"],
            "annotator": who,
            "created_at": annotation["created_at"],
            "updated_at": annotation["updated_at"],
            "seconds": annotation.get("lead_time"),
            "origins": decoded.origins,
        }
        return Annotated(task, link, record, decoded, provenance), problems


def _user(value: Any) -> int | None:
    """The id of a user, who may stand there whole."""
    return cast("Json", value).get("id") if isinstance(value, dict) else value


def _check_target(path: Path, export: Export, replace: bool) -> None:
    if not path.exists():
        return
    if not replace:
        raise UsageError(f"{path} is there: --replace puts the new records in its place")
    kept = {line.record.doc_id for line in read_records(path) if line.record is not None}
    lost = sorted(kept - {each.record.doc_id for each in export.annotated})
    if lost:
        raise UsageError(
            f"{path} has records of documents that are not submitted, and would lose them: {', '.join(lost)}"
        )


def _row(record: Record) -> Json:
    """A record as gold files write it: what it does not have is left out."""
    row: Json = msgspec.to_builtins(record)
    top = ("doc_id", "text_sha256", "schema_version", "review_status")
    about = {name: row[name] for name in top if row[name] is not None}
    return about | {"events": [_event(event) for event in row["events"]]}


def _event(event: Json) -> Json:
    names = ("id", "type", "story_event", "fields", "evidence", "accepted")
    kept = {name: event[name] for name in names if event[name] or name == "fields"}
    for spans in kept.get("evidence", {}).values():
        for span in spans:
            del span["located"]
    return kept


def _lines(rows: Sequence[Any]) -> bytes:
    return b"".join(msgspec.json.encode(row) + b"\n" for row in rows)
