"""Runs a command over documents: JSONL of documents on its standard input, JSONL of records on its standard output.

Each worker is one process that is handed its share of the documents and may answer in any order, also all at the end.
Where a process is silent for too long, dies, or talks nonsense, the oldest of its documents becomes an error record and
a new process goes on with the rest.
"""

import selectors
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Any, cast

import msgspec

from goldspan.documents import Document
from goldspan.files import FORMAT_ERRORS
from goldspan.harness.answers import Answer, NoAnswerError
from goldspan.harness.child import LONGEST_LINE, Child

MOST_STRAY_LINES = 1000
"""So many lines without an answer among them end a process."""

_TOLD_STRAY_LINES = 5  # of each document: a log is no place for endless output
_GRACE_S = 10.0
_TICK_S = 0.1

Ignored = Callable[[str], None]


def run_command(
    argv: Sequence[str], documents: Sequence[Document], workers: int, timeout: float | None, ignored: Ignored
) -> Generator[Answer, None, None]:
    """Yield the answer for each document as it comes; `ignored` is told of lines that answer for none of them."""
    with selectors.DefaultSelector() as selector:
        shares = [documents[i::workers] for i in range(min(workers, len(documents)))]
        processes = [_Worker(argv, share, timeout, ignored, selector) for share in shares]
        try:
            while processes:
                for key, _ in selector.select(_TICK_S):
                    for worker in processes:
                        if worker.child is key.data:
                            yield from worker.ready(key.fileobj)
                for worker in list(processes):
                    yield from worker.tend()
                    if worker.is_done:
                        processes.remove(worker)
        finally:
            for worker in processes:
                worker.stop()


class _Worker:
    """One process after the other, until each document of a share is answered for."""

    def __init__(
        self,
        argv: Sequence[str],
        share: Sequence[Document],
        timeout: float | None,
        ignored: Ignored,
        selector: selectors.BaseSelector,
    ) -> None:
        self._argv, self._timeout, self._ignored, self._selector = argv, timeout, ignored, selector
        self._pending = {document.doc_id: document for document in share}
        self._answered: set[str] = set()
        self.child: Child | None = None
        self.is_done = False
        self._answers = self._stray = 0
        self._since = time.monotonic()

    def ready(self, stream: object) -> Iterator[Answer]:
        """Go on with a pipe of the process."""
        if self.child:
            for line in self.child.ready(stream):
                yield from self._take(line)

    def tend(self) -> Iterator[Answer]:
        """Start a process where there is none; end one that has ended, or has to be."""
        if self.child is None:
            yield from self._start()
        elif self.child.has_ended:
            yield from self._has_ended(self.child)
        elif not self._pending:
            if self.child.overlong or self._stray > MOST_STRAY_LINES or time.monotonic() - self._since > _GRACE_S:
                self.stop()
        elif self.child.overlong:
            yield from self._give_up(f"wrote a line of more than {LONGEST_LINE} bytes")
        elif self._stray > MOST_STRAY_LINES:
            yield from self._give_up(f"wrote more than {MOST_STRAY_LINES} lines that answer for no document")
        elif self._timeout is not None and time.monotonic() - self._since > self._timeout:
            yield from self._give_up(f"gave no answer in {self._timeout:g} s")

    def stop(self) -> None:
        """End the process, and the work."""
        if self.child:
            self.child.end()
        self.child, self.is_done = None, True

    def _start(self) -> Iterator[Answer]:
        self._answers, self._since = 0, time.monotonic()
        try:
            self.child = Child(self._argv, list(self._pending.values()), self._selector)
        except OSError as error:
            yield from self._fail(f"the command cannot be started: {error.strerror or error}", len(self._pending))
            self.is_done = True

    def _has_ended(self, child: Child) -> Iterator[Answer]:
        complete = child.has_read_all
        status = child.end()
        self.child = None
        if not self._pending:
            self.is_done = True
            return
        # a process that has read everything, says it succeeded, and answered nothing would do the same again
        number = len(self._pending) if complete and status == 0 and not self._answers else 1
        how = f"was killed by signal {-status}" if status < 0 else f"ended with exit status {status}"
        yield from self._fail(f"the command {how} and gave no answer", number, child)

    def _give_up(self, why: str) -> Iterator[Answer]:
        child = self.child
        if child:
            child.end()
        self.child = None
        yield from self._fail(f"the command {why}", 1, child)

    def _fail(self, why: str, number: int, child: Child | None = None) -> Iterator[Answer]:
        """Answer for the oldest documents with an error."""
        said = child.said() if child else ""
        for _ in range(number):
            doc_id = next(iter(self._pending))
            yield self._answer(doc_id, NoAnswerError(f"{why}: {said}" if said else why))
        self.is_done = not self._pending

    def _answer(self, doc_id: str, result: Any) -> Answer:
        now = time.monotonic()
        seconds, self._since, self._stray = now - self._since, now, 0
        self._answered.add(doc_id)
        return Answer(self._pending.pop(doc_id), result, seconds)

    def _take(self, line: bytes) -> Iterator[Answer]:
        if not line.strip():
            return
        try:
            said: Any = msgspec.json.decode(line)
        except FORMAT_ERRORS as error:
            self._ignore(f"a line that is no JSON ({error})")
            return
        doc_id: Any = cast("dict[str, Any]", said).get("doc_id") if isinstance(said, dict) else None
        if not isinstance(doc_id, str):
            self._ignore("a line without doc_id")
        elif doc_id in self._pending and self.child and doc_id in self.child.sent:
            self._answers += 1
            yield self._answer(doc_id, said)
        else:
            again = doc_id in self._answered
            self._ignore(f"{'another' if again else 'an'} answer for document {doc_id[:100]!r}")

    def _ignore(self, what: str) -> None:
        self._stray += 1
        if self._stray <= _TOLD_STRAY_LINES:
            self._ignored(what)
