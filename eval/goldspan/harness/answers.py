"""From what an extractor says about a document to the line that is written: a record, or an error record."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple, cast

import msgspec

from goldspan.documents import Document
from goldspan.harness.settings import Secrets
from goldspan.locating import locate
from goldspan.records import Record
from goldspan.schema import Schema

LONGEST_ERROR = 2000


class Answer(NamedTuple):
    """What an extractor answered about a document, or what it raised, and how many seconds that took."""

    document: Document
    result: Any
    seconds: float


class NoAnswerError(Exception):
    """Why there is no answer: told as it is, without the name of an exception."""


class Written(NamedTuple):
    """The line for a document (without its end), and its error where it is an error record."""

    line: bytes
    error: str | None


def write_answer(answer: Answer, schema: Schema | None, secrets: Secrets) -> Written:
    """The line for an answer; nothing that an extractor says can spoil it.

    With a schema, values without evidence are looked up in the text.
    """
    doc_id = answer.document.doc_id
    try:
        record = _record(answer, schema)
        line = _line(record, answer.seconds)
        error = msgspec.json.decode(line, type=Record).error
        if error is None or secrets.hide(error) == error:
            return Written(line, error)
    except Exception as raised:
        error = str(raised) if isinstance(raised, NoAnswerError) else f"{type(raised).__name__}: {raised}"
        record = {}
    text = secrets.hide(error)[:LONGEST_ERROR].encode(errors="backslashreplace").decode()
    return Written(_line({**record, "doc_id": doc_id, "error": text}, answer.seconds), text)


def _record(answer: Answer, schema: Schema | None) -> dict[str, Any]:
    said, document = answer.result, answer.document
    if isinstance(said, BaseException):
        raise said if isinstance(said, Exception) else NoAnswerError(f"{type(said).__name__}: {said}")
    if not isinstance(said, Mapping):
        raise TypeError(f"an extractor must return a record, not {type(said).__name__}")
    record = {"doc_id": document.doc_id} | msgspec.to_builtins(dict(cast("Mapping[str, Any]", said)))
    if record["doc_id"] != document.doc_id:
        raise ValueError(f"the extractor answered for another document: {record['doc_id']!r}")
    checked = msgspec.convert(record, Record)
    return (
        {**record, "events": locate(record["events"], document.text, schema)} if schema and checked.events else record
    )


def _line(record: dict[str, Any], seconds: float) -> bytes:
    record = {"doc_id": record["doc_id"], "events": list[Any]()} | record
    usage = {"seconds": round(seconds, 6)} | cast(dict[str, Any], record.get("usage") or {})
    # json and not msgspec: it refuses NaN instead of writing null
    return json.dumps(record | {"usage": usage}, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
