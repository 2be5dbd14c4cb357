"""Where scoring runs: in this process, in several, or on a dask cluster. The figures are the same to the last digit.

Gold is cut into runs of lines; each is scored for itself, and the results, which are sums, are added in order.
"""

from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from goldspan.documents import Document, load_documents
from goldspan.errors import UsageError
from goldspan.files import open_binary
from goldspan.join import LineIndex
from goldspan.schema import Schema, load_schema
from goldspan.shard import ShardResult, Span, score_shard
from goldspan.sinks import make_sinks

SPANS_PER_WORKER = 4


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
    with _executor(engine, workers) as executor:
        if executor is None:
            return _score_span(inputs, index, Span())
        index.complete()  # here, not in each process
        futures = [
            executor.submit(_score_span, inputs, index, span)
            for span in cut(inputs.gold, max(1, workers) * SPANS_PER_WORKER)
        ]
        result = futures[0].result()
        for future in futures[1:]:
            result.merge(future.result())
        return result


def cut(path: Path, parts: int) -> list[Span]:
    """Cut a file into at most so many runs of whole lines of about the same length.

    >>> from goldspan.content import GOLD
    >>> spans = cut(GOLD, 3)
    >>> spans[0].start, spans[0].end == spans[1].start, spans[-1].end == GOLD.stat().st_size
    (0, True, True)
    """
    size = path.stat().st_size
    spans: list[Span] = []
    start, line = 0, 1
    with open_binary(path) as file:
        for part in range(1, parts + 1):
            target = size * part // parts
            if target <= start:
                continue
            file.seek(start)
            lines, end = 0, start
            while end < target:
                data = file.readline()
                if not data:
                    break
                end += len(data)
                lines += 1
            spans.append(Span(start, end, line))
            start, line = end, line + lines
    return spans or [Span(0, 0)]


def _executor(engine: str, workers: int) -> AbstractContextManager[Executor | None]:
    if engine == "local":
        if workers <= 1:
            return nullcontext(None)
        import multiprocessing
        from concurrent.futures import ProcessPoolExecutor

        return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))
    if engine == "dask" or engine.startswith(("tcp://", "tls://")):
        return _Dask(engine, workers)
    raise UsageError(f"no engine {engine!r}: there are local, dask, and the address of a dask scheduler (tcp://...)")


class _Dask(AbstractContextManager[Executor]):
    def __init__(self, engine: str, workers: int) -> None:
        try:
            from distributed import Client
        except ImportError as error:
            raise UsageError("the engine dask needs: pip install 'goldspan[dask]'") from error
        make: Callable[..., Any] = Client
        self._client: Any
        try:
            if engine == "dask":
                self._client = make(n_workers=max(1, workers), threads_per_worker=1, dashboard_address="127.0.0.1:0")
            else:
                self._client = make(engine)
        except OSError as error:
            raise UsageError(f"{engine}: {error}") from error

    def __enter__(self) -> Executor:
        return self._client.get_executor()

    def __exit__(self, *_: object) -> None:
        self._client.close()
        if self._client.cluster is not None:
            self._client.cluster.close()


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
