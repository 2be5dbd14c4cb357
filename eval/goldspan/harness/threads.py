"""Runs a Python function over documents, several at once in threads.

A thread cannot be killed. With a timeout, one that is late is left to itself: its document is answered for with an
error, what it may still return is dropped, and another thread takes its place. All are daemons, so none keeps the
program from ending.
"""

import math
import queue
import threading
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from typing import Any

from goldspan.documents import Document
from goldspan.harness.answers import Answer, NoAnswerError

Call = Callable[[Document], Mapping[str, Any]]
_LONGEST_WAIT_S = 3600.0


def run_calls(
    call: Call, documents: Sequence[Document], workers: int, timeout: float | None
) -> Generator[Answer, None, None]:
    """Yield the answer for each document as it comes: in order with one worker, one document begun after the other."""
    if workers > 1 or timeout is not None:
        yield from _pooled(call, documents, workers, timeout or math.inf)
        return
    for document in documents:
        answer = _call(call, document)
        if not isinstance(answer.result, BaseException) or isinstance(answer.result, Exception | SystemExit):
            yield answer
        else:
            raise answer.result


def _call(call: Call, document: Document) -> Answer:
    started = time.perf_counter()
    try:
        result: Any = call(document)
    except BaseException as error:
        result = error
    return Answer(document, result, time.perf_counter() - started)


class _Worker:
    """A thread that answers for one document after the other."""

    def __init__(self, call: Call, results: "queue.SimpleQueue[tuple[_Worker, Answer]]") -> None:
        self.inbox: queue.SimpleQueue[Document | None] = queue.SimpleQueue()
        self.document: Document | None = None
        self.started = 0.0
        self._call, self._results = call, results
        threading.Thread(target=self._work, daemon=True).start()

    def begin(self, document: Document) -> None:
        self.document, self.started = document, time.monotonic()
        self.inbox.put(document)

    def _work(self) -> None:
        while document := self.inbox.get():
            self._results.put((self, _call(self._call, document)))


def _pooled(call: Call, documents: Sequence[Document], workers: int, timeout: float) -> Iterator[Answer]:
    results: queue.SimpleQueue[tuple[_Worker, Answer]] = queue.SimpleQueue()
    left = iter(documents)
    busy: set[_Worker] = set()

    def employ(worker: _Worker | None) -> None:
        document = next(left, None)
        if document is not None:
            worker = worker or _Worker(call, results)
            worker.begin(document)
            busy.add(worker)
        elif worker:
            worker.inbox.put(None)

    try:
        for _ in range(workers):
            employ(None)
        while busy:
            wait = min(worker.started for worker in busy) + timeout - time.monotonic()
            try:
                worker, answer = results.get(timeout=min(max(wait, 0), _LONGEST_WAIT_S))
            except queue.Empty:
                for worker in [each for each in busy if each.started + timeout <= time.monotonic()]:
                    busy.discard(worker)
                    worker.inbox.put(None)
                    employ(None)
                    if worker.document:
                        yield Answer(worker.document, NoAnswerError(f"no answer in {timeout:g} s"), timeout)
                continue
            if worker in busy:  # one that was late has been answered for
                busy.discard(worker)
                if isinstance(answer.result, BaseException) and not isinstance(answer.result, Exception | SystemExit):
                    raise answer.result
                employ(worker)
                yield answer
    finally:
        for worker in busy:
            worker.inbox.put(None)
