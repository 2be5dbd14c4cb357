"""Sends documents to an annotator's project, with records as a first annotation, in a chosen order."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from goldspan.annotate.client import Json, Server
from goldspan.annotate.encode import encode_record
from goldspan.annotate.forms import Forms, forms_of
from goldspan.annotate.interface import SLOTS, labeling_interface
from goldspan.annotate.pairs import pair_files, read_valid
from goldspan.annotate.projects import PROJECT, Pushed, Task, push_tasks, title_of
from goldspan.counts import total
from goldspan.documents import Document, load_documents
from goldspan.errors import DataError, Problem, UsageError
from goldspan.files import sha256_of_file
from goldspan.match import tally
from goldspan.records import Record
from goldspan.schema import Schema, load_schema

Order = Literal["file", "uncertainty", "disagreement"]


def push(
    server: Server,
    annotator: str,
    *,
    project: str = PROJECT,
    records: Path | str | None = None,
    order: Order = "file",
    against: Path | str | None = None,
    schema: Path | str | None = None,
    documents: Path | str | None = None,
    slots: int = SLOTS,
) -> Pushed:
    """Send all documents to the project of an annotator: what `goldspan annotate push` does.

    `records` (gold or predictions) are shown as a first annotation. Tasks that are new come in the order of the
    documents file, the least confident first (`uncertainty`), or those on which `records` and `against` differ most
    (`disagreement`). Called again it adds what is missing and changes nothing. Raises DataError with everything that is
    wrong with the records or at odds with the project, before anything is sent.
    """
    title = title_of(project, annotator)
    loaded = load_schema(Path(schema) if schema else None)
    texts = load_documents(Path(documents) if documents else None)
    found = read_valid(Path(records), loaded, texts) if records else {}
    arranged = _arranged(texts, found, order, records, against, loaded)
    version = f"{Path(records).stem[:40]} {sha256_of_file(Path(records))[:8]}" if records else None
    tasks = _tasks(arranged, found, loaded, slots, version)
    return push_tasks(server, title, labeling_interface(loaded, slots=slots), tasks, version)


def _tasks(
    documents: Sequence[Document], records: Mapping[str, Record], schema: Schema, slots: int, version: str | None
) -> list[Task]:
    forms = forms_of(schema)
    tasks: list[Task] = []
    problems: list[Problem] = []
    for document in documents:
        record = records.get(document.doc_id)
        try:
            shown = prediction(record, schema, forms, document, slots, version) if record and version else None
        except DataError as error:
            problems += error.problems
        else:
            tasks.append(Task(document, (shown,) if shown else ()))
    if problems:
        raise DataError(problems)
    return tasks


def prediction(
    record: Record, schema: Schema, forms: Forms, document: Document, slots: int, version: str
) -> Json | None:
    """A record as Label Studio's prediction, its score the mean confidence; None for the record of an error."""
    if record.error is not None:
        return None
    shown: Json = {"model_version": version, "result": encode_record(record, schema, forms, document.text, slots)}
    confidence = _confidence(record)
    return shown if confidence is None else {**shown, "score": confidence}


def _confidence(record: Record) -> float | None:
    stated = [value for event in record.events for value in event.confidence.values()]
    return sum(stated) / len(stated) if stated else None


def _arranged(
    documents: Mapping[str, Document],
    records: Mapping[str, Record],
    order: Order,
    path: Path | str | None,
    against: Path | str | None,
    schema: Schema,
) -> list[Document]:
    """The documents in the order in which they are to be annotated; those of which nothing is known come last."""
    if order == "file":
        return list(documents.values())
    if path is None or (order == "disagreement") != (against is not None):
        needs = "--records and --against" if order == "disagreement" else "--records alone"
        raise UsageError(f"the order by {order} needs {needs}")
    rank: dict[str, float | None]
    if against is None:
        rank = {doc_id: _confidence(record) for doc_id, record in records.items()}
        if not any(value is not None for value in rank.values()):
            raise UsageError(f"{path} states no confidence: there is no order by uncertainty")
    else:
        pairs = pair_files(Path(path), Path(against), schema, documents)
        rank = {each.doc_id: _f1(each.pairs) for each in pairs}
    known = {doc_id: value for doc_id, value in rank.items() if value is not None}
    return sorted(documents.values(), key=lambda document: known.get(document.doc_id, 2.0))


def _f1(pairs: Sequence[object]) -> float | None:
    from goldspan.pairing import EventPair

    return total(tally(o for pair in pairs if isinstance(pair, EventPair) for o in pair.outcomes).values()).f1
