"""Where scoring runs: in this process, in several, or on a dask cluster. The figures are the same to the last digit.

Gold is cut into runs of lines; each is scored for itself, and the results, which are sums, are added in order.
"""

import os
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from goldspan.documents import Document, load_documents
from goldspan.errors import UsageError
from goldspan.files import open_binary
from goldspan.join import LineIndex, Span
from goldspan.schema import Schema, load_schema
from goldspan.shard import ShardResult, score_shard
from goldspan.sinks import make_sinks

SHORTEST = 32
"""The shortest run is this part of what a worker has to do."""


class Inputs(NamedTuple):
    """The files of a score, by path: each process reads schema and documents for itself, once.

    `grounded` says whether there are documents; `documents` is None for goldspan's own.
    """

    gold: Path
    schema: Path | None
    documents: Path | None
    grounded: bool
    diagnose: bool
    keep: bool


def run_spans(inputs: Inputs, index: LineIndex, workers: int, engine: str) -> ShardResult:
    """Score all of gold with an engine: `local` (in `workers` processes), `dask` (as many workers), or a dask address.

    Raises UsageError where the engine is not known or its library is not installed.
    """
    if engine == "local" and workers <= 1:
        return _score_span(inputs, index, Span())
    if engine not in ("local", "dask") and not engine.startswith(("tcp://", "tls://")):
        raise UsageError(
            f"no engine {engine!r}: there are local, dask, and the address of a dask scheduler (tcp://...)"
        )
    with _processes(workers) if engine == "local" else _dask(engine, workers) as (executor, at_once, send):
        indexed = deque(executor.submit(_index_span, index.path, span) for span in cut(index.path, at_once))
        while indexed:
            index.extend(indexed.popleft().result())
        sent = send(index)
        scored = [executor.submit(_score_span, inputs, sent, span) for span in cut(inputs.gold, at_once)]
        result = scored[0].result()
        for future in scored[1:]:
            result.merge(future.result())
        return result


def cut(path: Path, workers: int) -> Iterator[Span]:
    """Cut a file into runs of whole lines, ever shorter ones, so that all workers are busy to the end.

    Guided self-scheduling (Polychronopoulos and Kuck, 1987): each run is a part of what is left.

    >>> from goldspan.content import GOLD
    >>> spans = list(cut(GOLD, 2))
    >>> spans[0].start, spans[0].end == spans[1].start, spans[-1].end == GOLD.stat().st_size
    (0, True, True)
    """
    start, line = 0, 1
    with open_binary(path) as file:
        size = os.fstat(file.fileno()).st_size
        while start < size or line == 1:
            target = start + max((size - start) // (2 * workers), size // (SHORTEST * workers), 1)
            lines, end = 0, start
            while end < target and (data := file.readline()):
                end += len(data)
                lines += 1
            yield Span(start, end, line)
            if not lines:
                return
            start, line = end, line + lines


_Workers = tuple[Executor, int, Callable[[LineIndex], Any]]
"""An executor, how many runs it takes at once, and what an index becomes that many of them are given."""


@contextmanager
def _processes(workers: int) -> "Generator[_Workers]":
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool, workers, lambda index: index


@contextmanager
def _dask(engine: str, workers: int) -> "Generator[_Workers]":
    """The executor of a dask cluster: of one that is made here, or of the one at an address."""
    try:
        from distributed import Client
    except ImportError as error:
        raise UsageError("the engine dask needs: pip install 'goldspan[dask]'") from error
    make: Callable[..., Any] = Client
    here: dict[str, Any] = {"n_workers": max(1, workers), "threads_per_worker": 1, "dashboard_address": "127.0.0.1:0"}
    try:
        client: Any = make(**here) if engine == "dask" else make(engine)
    except (OSError, TypeError, ValueError) as error:  # nobody there, no certificates, no such address
        raise UsageError(f"{engine}: {error}") from error
    try:
        at_once = sum(client.nthreads().values())
        yield client.get_executor(), max(1, at_once), lambda index: client.scatter(index, broadcast=True)
    finally:
        client.close()
        if client.cluster is not None:
            client.cluster.close()


def _index_span(path: Path, span: Span) -> LineIndex:
    return LineIndex(path, span).complete()


def _score_span(inputs: Inputs, index: LineIndex, span: Span) -> ShardResult:
    schema = schema_of(inputs.schema)
    documents = _documents(inputs.documents, _stamp(inputs.documents)) if inputs.grounded else None
    return score_shard(inputs.gold, span, index, schema, documents, make_sinks(schema, inputs.diagnose), inputs.keep)


def schema_of(path: Path | None) -> Schema:
    """The schema of a directory, read once as long as its files do not change; errors as those of `load_schema`."""
    return _schema(path, _stamp(path))


@lru_cache(maxsize=2)
def _schema(path: Path | None, _stamp: object) -> Schema:
    return load_schema(path)


@lru_cache(maxsize=2)
def _documents(path: Path | None, _stamp: object) -> dict[str, Document]:
    return load_documents(path)


def _stamp(path: Path | None) -> object:
    """What changes when a file, or a file of a directory, is changed: so that a worker that lives on reads it again."""
    if path is None:
        return None
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    return tuple((file.name, file.stat().st_mtime_ns, file.stat().st_size) for file in files if file.exists())
