"""Runs an extractor over documents; each finished document is kept at once, so that a run can be resumed."""

import importlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import entry_points
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple, cast

import msgspec

from goldspan.documents import Document, load_documents
from goldspan.errors import DataError, UsageError
from goldspan.records import Record, read_records

GROUP = "goldspan.extractors"
"""The entry-point group in which a package registers its extractors."""

Extractor = Callable[[Document], Mapping[str, Any]]
"""Takes a document and returns a record: `{"events": [...]}`; `doc_id` is filled in, other keys are kept."""

Track = Callable[[Iterable[Document], int], Iterable[Document]]
"""Wraps what is iterated over, to show progress; gets the number of documents too."""


class RunResult(NamedTuple):
    """What a run did: documents extracted now, kept from an earlier run, and failed (in this or an earlier one)."""

    done: int
    kept: int
    failed: int


def find_extractor(name: str) -> Extractor:
    """An extractor by its registered name, or by `package.module:function` (the current folder is looked in too).

    Raises UsageError that says what there is, or what went wrong on import.
    """
    registered = {entry.name: entry for entry in entry_points(group=GROUP)}
    if name not in registered and ":" not in name:
        there_are = ", ".join(sorted(registered))
        raise UsageError(f"no extractor {name!r}: there are {there_are}, or give package.module:function")
    try:
        found: object = registered[name].load() if name in registered else _import(name)
    except (Exception, SystemExit) as error:  # whatever a module does on import, it is the call that is wrong
        raise UsageError(f"{name}: {type(error).__name__}: {error}") from error
    if not callable(found):
        raise UsageError(f"{name} is no function")
    return cast(Extractor, found)


def _import(name: str) -> object:
    module, _, function = name.partition(":")
    if str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    return attrgetter(function)(importlib.import_module(module))


def run(
    extractor: str | Extractor,
    out: Path | str,
    *,
    documents: Path | str | None = None,
    track: Track = lambda pending, _: pending,
) -> RunResult:
    """Run an extractor over documents and append one prediction line a document: what `goldspan run` does.

    The same `out` again resumes: documents that have a line are kept, a line that was cut off is dropped. A document on
    which the extractor raises gets a line with `error`. Raises UsageError or DataError before anything is written.
    """
    path = Path(out)
    function = find_extractor(extractor) if isinstance(extractor, str) else extractor
    pending = load_documents(Path(documents) if documents else None)
    try:
        earlier = _earlier(path, pending)
        todo = [document for doc_id, document in pending.items() if doc_id not in earlier]
        failed = sum(record.error is not None for record in earlier.values())
        with path.open("ab") as file:
            for document in track(todo, len(todo)):
                line, is_error = _extract(function, document)
                failed += is_error
                file.write(line + b"\n")
                file.flush()
                os.fsync(file.fileno())
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error
    return RunResult(len(todo), len(earlier), failed)


_LINE_START = b'{"doc_id":'


def _earlier(path: Path, documents: Mapping[str, Document]) -> dict[str, Record]:
    """The records of an earlier run in the same file; then a last line that a kill cut off is dropped.

    Raises DataError or UsageError, and leaves the file as it is, where it is anything else.
    """
    if not path.exists():
        return {}
    lines = list(read_records(path))
    data = path.read_bytes()
    tail = data[data.rfind(b"\n") + 1 :]
    torn = bool(tail) and lines[-1].record is None and tail.startswith(_LINE_START[: len(tail)])
    lines = lines[:-1] if torn else lines
    problems = [problem for line in lines for problem in line.problems]
    if problems:
        raise DataError(problems)
    records = {line.record.doc_id: line.record for line in lines if line.record is not None}
    strange = [doc_id for doc_id in records if doc_id not in documents]
    if strange or len(records) < len(lines):
        raise UsageError(f"{path} is no earlier run over these documents (unknown: {strange[:5]}); it is left as it is")
    if torn:
        os.truncate(path, len(data) - len(tail))
    elif tail:
        with path.open("ab") as file:
            file.write(b"\n")
    return records


def _extract(function: Extractor, document: Document) -> tuple[bytes, bool]:
    """The line for one document, and whether it is an error record: nothing that an extractor does ends the run."""
    started = time.perf_counter()
    try:
        answer = function(document)
        if not isinstance(cast(object, answer), Mapping):
            raise TypeError(f"an extractor must return a record, not {type(answer).__name__}")
        record = {"doc_id": document.doc_id} | msgspec.to_builtins(dict(answer))
        if record["doc_id"] != document.doc_id:
            raise ValueError(f"the extractor answered for another document: {record['doc_id']!r}")
        is_error = msgspec.convert(record, Record).error is not None
        return _line(record, started), is_error
    except Exception as error:
        text = f"{type(error).__name__}: {error}"[:2000].encode(errors="backslashreplace").decode()
        return _line({"doc_id": document.doc_id, "events": [], "error": text}, started), True


def _line(record: dict[str, Any], started: float) -> bytes:
    usage = {"seconds": round(time.perf_counter() - started, 6)} | cast(dict[str, Any], record.get("usage") or {})
    # json and not msgspec: it refuses NaN instead of writing null
    return json.dumps(record | {"usage": usage}, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
