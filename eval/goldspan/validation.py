"""Validates files of gold and of predictions: everything that is wrong at once, with its place."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from goldspan.check_record import check_record
from goldspan.documents import Document, load_documents
from goldspan.errors import Problem
from goldspan.files import prediction_path
from goldspan.records import Line, read_records
from goldspan.schema import Schema, load_schema


def validate(
    *files: Path | str,
    schema: Path | str | None = None,
    documents: Path | str | None = None,
    gold: bool | None = None,
) -> list[Problem]:
    """All that is wrong with record files, or those of run directories: shape, schema, documents, spans.

    What `goldspan validate` does.

    `gold` says whether the rules for gold hold (every value has evidence, a key field and one more in each event);
    None takes a file for gold where its first record has a `review_status`. With a `schema` of one's own and no
    `documents`, nothing is checked against text. Raises UsageError where a file cannot be read.
    """
    loaded = load_schema(Path(schema) if schema else None)
    texts = load_documents(Path(documents) if documents else None) if documents or not schema else None
    problems: list[Problem] = []
    for path in (prediction_path(Path(file)) for file in files):
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
        for fault in check_record(line.record, schema, document, gold, complete)[1]:
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
