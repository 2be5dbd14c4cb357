"""Runs an extractor over documents; each finished document is kept at once, so that a run can be resumed."""

import importlib
import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, NamedTuple, cast

import msgspec

from goldspan.documents import Document, load_documents
from goldspan.errors import DataError, UsageError
from goldspan.records import FORMAT_ERRORS, Record, read_records

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
    found = registered[name].load() if name in registered else _import(name, sorted(registered))
    if not callable(found):
        raise UsageError(f"{name} is no function")
    return cast(Extractor, found)


def _import(name: str, registered: list[str]) -> object:
    module, colon, function = name.partition(":")
    if not colon:
        raise UsageError(f"no extractor {name!r}: there are {', '.join(registered)}, or give package.module:function")
    if str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    try:
        found: object = importlib.import_module(module)
        for part in function.split("."):
            found = getattr(found, part)
    except Exception as error:  # whatever the user's module does on import, it is the call that is wrong
        raise UsageError(f"{name}: {type(error).__name__}: {error}") from error
    return found


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
    earlier = _earlier(path, pending)
    todo = [document for doc_id, document in pending.items() if doc_id not in earlier]
    failed = sum(record.error is not None for record in earlier.values())
    try:
        with path.open("ab") as file:
            for document in track(todo, len(todo)):
                record = _extract(function, document)
                failed += "error" in record
                file.write(msgspec.json.encode(record) + b"\n")
                file.flush()
                os.fsync(file.fileno())
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error
    return RunResult(len(todo), len(earlier), failed)


def _earlier(path: Path, documents: Mapping[str, Document]) -> dict[str, Record]:
    """The records of an earlier run in the same file, after a line that a kill cut off has been dropped."""
    if not path.exists():
        return {}
    _drop_torn_line(path)
    lines = list(read_records(path))
    problems = [problem for line in lines for problem in line.problems]
    records = {line.record.doc_id: line.record for line in lines if line.record is not None}
    if problems:
        raise DataError(problems)
    strange = [doc_id for doc_id in records if doc_id not in documents]
    if strange or len(records) < len(lines):
        raise UsageError(f"{path} is no earlier run over these documents (unknown: {strange[:5]}); it is left as it is")
    return records


def _drop_torn_line(path: Path) -> None:
    """Cut off a last line that has no line end and is no whole JSON value; a whole one only gets its line end."""
    with path.open("r+b") as file:
        data = file.read()
        torn = data[data.rfind(b"\n") + 1 :]
        if not torn:
            return
        try:
            msgspec.json.decode(torn)
            file.write(b"\n")
        except FORMAT_ERRORS:
            if data.startswith(b"{"):
                file.truncate(len(data) - len(torn))


def _extract(function: Extractor, document: Document) -> dict[str, Any]:
    started = time.perf_counter()
    record: dict[str, Any] = {"doc_id": document.doc_id}
    try:
        answer: dict[str, Any] = msgspec.to_builtins(dict(function(document)))
        if answer.get("doc_id", document.doc_id) != document.doc_id:
            raise ValueError(f"the extractor answered for another document: {answer['doc_id']!r}")
        msgspec.convert(record | answer, Record)
        record |= answer
    except Exception as error:  # one document must not end the run
        record |= {"events": [], "error": f"{type(error).__name__}: {error}"[:2000]}
    seconds = {"seconds": round(time.perf_counter() - started, 6)}
    return record | {"usage": seconds | cast(dict[str, Any], record.get("usage") or {})}
