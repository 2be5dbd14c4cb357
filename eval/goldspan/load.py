"""Loads gold and predictions for scoring: everything that is wrong with a file at once, with its place."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from goldspan.check import CheckedEvent, check_event, check_record
from goldspan.documents import Document, load_documents
from goldspan.errors import DataError, Problem
from goldspan.records import Line, Record, read_records
from goldspan.schema import Schema, load_schema


@dataclass(frozen=True, slots=True)
class CheckedRecord:
    """A record whose events are parted into what the schema allows and what it does not."""

    record: Record
    events: tuple[CheckedEvent, ...]


@dataclass(slots=True)
class Predictions:
    """A prediction file, by document; `faults` are the schema violations in it, which scoring counts and goes on."""

    records: dict[str, CheckedRecord] = field(default_factory=dict[str, CheckedRecord])
    faults: list[Problem] = field(default_factory=list[Problem])
    unreadable: list[Problem] = field(default_factory=list[Problem])


def load_gold(path: Path, schema: Schema, documents: Mapping[str, Document] | None) -> dict[str, CheckedRecord]:
    """Read gold, in its order, by document. Raises DataError with all problems: gold has none."""
    problems = list(file_problems(path, schema, documents, gold=True))
    if problems:
        raise DataError(problems)
    records = (line.record for line in read_records(path))
    return {record.doc_id: _checked(record, schema) for record in records if record is not None}


def load_predictions(path: Path, schema: Schema, known: Collection[str], keep_going: bool = False) -> Predictions:
    """Read predictions for the documents that gold knows.

    Raises DataError with all problems where a line is no record, or names a document that gold does not know or that
    another line has named. With `keep_going`, lines that are no record are counted in `unreadable` instead.
    """
    predictions = Predictions()
    fatal: list[Problem] = []
    for line, problems in _with_document_problems(path, known, "gold"):
        fatal += problems
        if line.record is None:
            (predictions.unreadable if keep_going else fatal).extend(line.problems)
            continue
        record = line.record
        predictions.faults += line.problems
        events: list[CheckedEvent] = []
        for i, event in enumerate(record.events if record.error is None else ()):
            checked, faults = check_event(event, schema, f"/events/{i}")
            events.append(checked)
            predictions.faults += [Problem(f.message, path, line.number, record.doc_id, f.pointer) for f in faults]
        predictions.records[record.doc_id] = CheckedRecord(record, tuple(events))
    if fatal:
        raise DataError(fatal)
    return predictions


def validate(
    *files: Path | str,
    schema: Path | str | None = None,
    documents: Path | str | None = None,
    gold: bool | None = None,
) -> list[Problem]:
    """All that is wrong with record files: shape, schema, documents, spans. What `goldspan validate` does.

    `gold` says whether the rules for gold hold (every value has evidence, a key field and one more in each event);
    None takes a file for gold where its first record has a `review_status`. With a `schema` of one's own and no
    `documents`, nothing is checked against text. Raises UsageError where a file cannot be read.
    """
    loaded = load_schema(Path(schema) if schema else None)
    texts = load_documents(Path(documents) if documents else None) if documents or not schema else None
    problems: list[Problem] = []
    for path in map(Path, files):
        as_gold = _looks_like_gold(path) if gold is None else gold
        problems += file_problems(path, loaded, texts, as_gold, complete=as_gold)
    return problems


def _looks_like_gold(path: Path) -> bool:
    first = next((line.record for line in read_records(path) if line.record is not None), None)
    return first is not None and first.review_status is not None


def file_problems(
    path: Path, schema: Schema, documents: Mapping[str, Document] | None, gold: bool, complete: bool = False
) -> Iterator[Problem]:
    """Yield all that is wrong with a file of gold or predictions; if `complete`, gold without evidence too."""
    known = None if documents is None else documents.keys()
    for line, problems in _with_document_problems(path, known, "the documents file"):
        yield from line.problems
        yield from problems
        if line.record is None:
            continue
        document = None if documents is None else documents.get(line.record.doc_id)
        for fault in check_record(line.record, schema, document, gold, complete):
            yield Problem(fault.message, path, line.number, line.record.doc_id, fault.pointer)


def _with_document_problems(
    path: Path, known: Collection[str] | None, knower: str
) -> Iterator[tuple[Line, list[Problem]]]:
    """Yield each line with what is wrong about the document that it names."""
    first_line: dict[str, int] = {}
    for line in read_records(path):
        problems: list[Problem] = []
        if line.record is not None:
            doc_id = line.record.doc_id
            if known is not None and doc_id not in known:
                problems.append(Problem(f"{knower} knows no such document", path, line.number, doc_id, "/doc_id"))
            if doc_id in first_line:
                message = f"the same document as in line {first_line[doc_id]}"
                problems.append(Problem(message, path, line.number, doc_id, "/doc_id"))
            first_line.setdefault(doc_id, line.number)
        yield line, problems


def _checked(record: Record, schema: Schema) -> CheckedRecord:
    return CheckedRecord(record, tuple(check_event(event, schema)[0] for event in record.events))
