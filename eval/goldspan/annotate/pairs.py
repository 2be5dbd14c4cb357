"""Two record files laid side by side, document by document, by the evaluator's own alignment."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from goldspan.check import CheckedEvent
from goldspan.check_record import check_record
from goldspan.documents import Document
from goldspan.errors import DataError, Problem
from goldspan.pairing import EventPair, compare_document
from goldspan.records import Record, read_records
from goldspan.schema import Schema
from goldspan.validation import file_problems


@dataclass(frozen=True)
class DocumentPair:
    """One document in two files: the records, their checked events, and how the events are paired."""

    doc_id: str
    a: Record
    b: Record
    events: tuple[CheckedEvent, ...]
    others: tuple[CheckedEvent, ...]

    @property
    def pairs(self) -> list[EventPair]:
        """The events of the second file measured by those of the first."""
        return compare_document(self.events, self.others)

    @property
    def turned(self) -> list[EventPair]:
        """The other way round."""
        return compare_document(self.others, self.events)


def read_valid(path: Path, schema: Schema, documents: Mapping[str, Document] | None) -> dict[str, Record]:
    """The records of a file by document; DataError with all that `goldspan validate --predictions` finds."""
    problems = list(file_problems(path, schema, documents, gold=False))
    if problems:
        raise DataError(problems)
    return {line.record.doc_id: line.record for line in read_records(path) if line.record is not None}


def pair_files(a: Path, b: Path, schema: Schema, documents: Mapping[str, Document] | None) -> list[DocumentPair]:
    """The documents of two files in the order of the first; DataError where either has one that the other lacks."""
    ours, theirs = read_valid(a, schema, documents), read_valid(b, schema, documents)
    problems = [Problem(f"{b} has no such document", a, doc_id=doc_id) for doc_id in ours.keys() - theirs.keys()]
    problems += [Problem(f"{a} has no such document", b, doc_id=doc_id) for doc_id in theirs.keys() - ours.keys()]
    if problems:
        raise DataError(sorted(problems, key=str))
    return list(_pairs(ours, theirs, schema))


def _pairs(ours: Mapping[str, Record], theirs: Mapping[str, Record], schema: Schema) -> Iterator[DocumentPair]:
    for doc_id, record in ours.items():
        other = theirs[doc_id]
        events, others = (check_record(each, schema, None, gold=False)[0] for each in (record, other))
        yield DocumentPair(doc_id, record, other, events, others)
