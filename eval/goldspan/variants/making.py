"""Made documents: what a variant is, and how any number of them is written."""

import hashlib
import os
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack
from multiprocessing import get_context
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import msgspec

from goldspan.errors import UsageError

NAMES = ("documents.jsonl", "gold.jsonl")
LICENCE = "apache-2.0"
"""That of texts which goldspan's own grammar writes: goldspan's."""

CHUNK = 200
"""Documents that a process makes before it hands them over."""


class Made(NamedTuple):
    """A made document: a row of the documents file, and its line of gold."""

    document: dict[str, Any]
    record: dict[str, Any]


Track = Callable[[Iterable[Made], int], Iterable[Made]]
"""Wraps what is iterated over, to show progress; gets the number of documents too."""


def made(
    about: dict[str, Any], text: str, events: list[dict[str, Any]], schema_version: str | None, review: str
) -> Made:
    """Put a made document together: `about` has its `doc_id`, `story` and what else its row has beside the text."""
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    row = {name: value for name, value in about.items() if value is not None}
    record: dict[str, Any] = {"doc_id": about["doc_id"], "text_sha256": sha256}
    if schema_version is not None:
        record["schema_version"] = schema_version
    record |= {"review_status": review, "events": events}
    return Made(row | {"text": text, "text_sha256": sha256}, record)


def write(folder: Path, documents: Iterable[Made], force: bool = False) -> None:
    """Write `documents.jsonl` and `gold.jsonl` into a folder, line by line, both whole or neither.

    The folder is made where it is not there. Raises UsageError where one of the files is there already (unless
    `force`), or where the folder cannot be written to.
    """
    there = [str(folder / name) for name in NAMES if (folder / name).exists()]
    if there and not force:
        raise UsageError(f"{', '.join(there)}: there already; --force replaces what is there")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            parts = [_part(folder, name, stack) for name in NAMES]
            for each in documents:
                for (file, _), row in zip(parts, each, strict=True):
                    file.write(msgspec.json.encode(row) + b"\n")
            for file, _ in parts:
                file.flush()
                os.fsync(file.fileno())
            for (_, part), name in zip(parts, NAMES, strict=True):
                part.replace(folder / name)
    except OSError as error:
        raise UsageError(f"{folder}: {error.strerror or error}") from error


def _part(folder: Path, name: str, stack: ExitStack) -> tuple[BinaryIO, Path]:
    """A file that is written to under another name, and taken away again if it does not get its own."""
    handle, path = tempfile.mkstemp(dir=folder, prefix=f".{name}.", suffix=".part")
    part = Path(path)
    stack.callback(part.unlink, missing_ok=True)
    part.chmod(0o666 & ~_umask())
    return stack.enter_context(os.fdopen(handle, "wb")), part


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def in_order(make: Callable[[range], list[Made]], number: int, workers: int) -> Iterator[Made]:
    """Make documents 0 to `number` in runs, in this process or in several, and yield them in their order.

    `make` is a function that processes can be handed; at most two runs a process are waited for, so that memory is
    bounded.
    """
    runs = (range(start, min(start + CHUNK, number)) for start in range(0, number, CHUNK))
    if workers < 2 or number <= CHUNK:
        for run in runs:
            yield from make(run)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        waiting: deque[Future[list[Made]]] = deque()
        for run in runs:
            waiting.append(pool.submit(make, run))
            if len(waiting) >= 2 * workers:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
