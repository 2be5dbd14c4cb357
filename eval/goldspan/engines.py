"""Where scoring runs: in this process, in several, or on a dask cluster. The figures are the same to the last digit.

Both files are cut into runs of the same lines; each is scored for itself, and the results, which are sums, are added in
order. Where a run lacks the prediction of a document, it ends there: what is left is scored once all lines are indexed.
"""

import gc
from array import array
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import BrokenExecutor, CancelledError, Executor
from contextlib import contextmanager
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple

from goldspan.documents import Document, load_documents
from goldspan.errors import UsageError
from goldspan.join import LineIndex
from goldspan.line_spans import WHOLE, Span, cut
from goldspan.schema import Schema, load_schema
from goldspan.shard import ShardResult, score_shard
from goldspan.sinks import make_sinks

ENDED = (
    "a worker ended before its work was done: it was killed, as where memory runs out (fewer workers need less), "
    'or it could not start, as where a script calls `score` outside of `if __name__ == "__main__":`'
)


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


class Workers(NamedTuple):
    """An executor, how many runs it takes at once, and what an index becomes that many of them are given."""

    executor: Executor
    at_once: int
    send: Callable[[LineIndex], Any] = lambda index: index


def run_spans(inputs: Inputs, index: LineIndex, workers: int, engine: str) -> ShardResult:
    """Score all of gold with an engine: `local` (in `workers` processes), `dask` (as many workers), or a dask address.

    Raises UsageError as `open_workers` does.
    """
    if engine == "local" and workers <= 1:
        return _score_span(inputs, index, WHOLE)
    with open_workers(engine, workers) as several:
        return score_runs(several, inputs, index)


def score_runs(workers: Workers, inputs: Inputs, index: LineIndex) -> ShardResult:
    """Score all of gold run by run, and complete the index, of which nothing may have been read."""
    submit = workers.executor.submit
    runs = cut(inputs.gold, index.path, workers.at_once)
    parts = deque(submit(_score_part, inputs, index.path, *spans) for spans in runs)
    shards: deque[ShardResult] = deque()  # each but the last left something
    while parts:
        part, shard = parts.popleft().result()
        shard.used = array("I", [position + len(index) for position in shard.used])
        index.extend(part)
        if shards and shards[-1].left is None:
            shards[-1].merge(shard)
        else:
            shards.append(shard)
    sent = workers.send(index) if any(shard.left for shard in shards) else index
    rests = deque(shard.left and submit(_score_rest, inputs, sent, shard.left) for shard in shards)
    merged = shards[0]
    while shards:
        shard, rest = shards.popleft(), rests.popleft()
        if shard is not merged:
            merged.merge(shard)
        if rest:
            merged.merge(rest.result())
    return merged


@contextmanager
def open_workers(engine: str, count: int) -> "Generator[Workers]":
    """The workers of an engine: processes (`local`), or those of a dask cluster.

    Raises UsageError where the engine is not known, its library is not installed, nobody is at the address, or workers
    end before their work is done.
    """
    if engine not in ("local", "dask") and not engine.startswith(("tcp://", "tls://")):
        raise UsageError(
            f"no engine {engine!r}: there are local, dask, and the address of a dask scheduler (tcp://...)"
        )
    with _processes(count) if engine == "local" else _dask(engine, count) as workers:
        yield workers


@contextmanager
def _processes(workers: int) -> "Generator[Workers]":
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        try:
            yield Workers(pool, workers)
        except BrokenExecutor as error:
            raise UsageError(ENDED) from error
        finally:
            pool.shutdown(cancel_futures=True)


@contextmanager
def _dask(engine: str, workers: int) -> "Generator[Workers]":
    """The executor of a dask cluster: of one that is made here, or of the one at an address."""
    try:
        from distributed import Client, KilledWorker
    except ImportError as error:
        raise UsageError("the engine dask needs: pip install 'goldspan[dask]'") from error
    here: dict[str, Any] = {"n_workers": max(1, workers), "threads_per_worker": 1, "dashboard_address": "127.0.0.1:0"}
    client = _client_or_error(Client, **here) if engine == "dask" else _client_or_error(Client, engine)
    if isinstance(client, Exception):
        gc.collect()  # what is left of it closes itself when collected: now, not while another client takes a lock
        raise UsageError(f"{engine}: {client}")
    try:
        at_once = sum(client.nthreads().values())
        yield Workers(client.get_executor(), max(1, at_once), partial(client.scatter, broadcast=True))
    except KilledWorker as error:
        raise UsageError(f"{engine}: a worker was killed before its work was done; has it enough memory?") from error
    except CancelledError as error:
        raise UsageError(f"{engine}: the cluster was gone before its work was done") from error
    finally:
        client.close()
        if client.cluster is not None:
            client.cluster.close()


def _client_or_error(make: Callable[..., Any], *address: str, **options: Any) -> Any:
    """A client, or what kept it from being made: nobody there, no certificates, no such address."""
    try:
        return make(*address, **options)
    except (OSError, TypeError, ValueError) as error:
        return error.with_traceback(None)  # which holds the client


def _score_part(inputs: Inputs, path: Path, gold: Span, pred: Span) -> tuple[LineIndex, ShardResult]:
    """Index a run of predictions, and score those of a run of gold that it has, as far as it has them."""
    index = LineIndex(path, pred)
    result = _score_span(inputs, index, gold)
    return index.complete(), result


def _score_rest(inputs: Inputs, index: LineIndex, gold: Span) -> ShardResult:
    index.expect(gold.line - 1)
    return _score_span(inputs, index, gold)


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
