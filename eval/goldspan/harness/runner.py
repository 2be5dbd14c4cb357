"""Runs an extractor over documents: what `goldspan run` does."""

import logging
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from goldspan.documents import Document, load_documents
from goldspan.errors import UsageError
from goldspan.harness.answers import Answer, write_answer
from goldspan.harness.commands import run_command
from goldspan.harness.finding import Extractor, Ready, prepare
from goldspan.harness.prediction_file import PredictionFile
from goldspan.harness.retries import retrying
from goldspan.harness.run_directory import Log, RunDirectory, is_directory, signature
from goldspan.harness.threads import run_calls
from goldspan.schema import Schema, load_schema

Track = Callable[[Iterable[Answer], int], Iterable[Answer]]
"""Wraps the answers as they come, to show progress; gets the number of documents too."""


class RunResult(NamedTuple):
    """What a run did: documents extracted now, kept from an earlier run, and failed (in this or an earlier one)."""

    done: int
    kept: int
    failed: int


def run(
    extractor: str | Extractor,
    out: Path | str,
    *,
    documents: Path | str | None = None,
    schema: Path | str | None = None,
    settings: Mapping[str, Any] | None = None,
    workers: int = 1,
    timeout: float | None = None,
    retries: int = 2,
    retry_failed: bool = False,
    locate: bool = True,
    track: Track = lambda answers, _: answers,
) -> RunResult:
    """Run an extractor over documents and append one prediction line a document: what `goldspan run` does.

    `extractor` is a registered name, `package.module:function`, `cmd:COMMAND`, a function or a class; `settings` are
    its keyword arguments. `out` is a file, or a directory (it is one, ends with a slash, or is not there and has no
    suffix), which also gets `run.json` and `log.jsonl`. The same `out` again resumes: documents that have a line are
    kept (with `retry_failed`, those without `error`), a line that was cut off is dropped.

    `workers` documents are extracted at once. One that takes more than `timeout` seconds, fails more than `retries`
    times in ways that may pass, or fails otherwise, gets a line with `error`. `locate` looks up in the text
    the names and texts, by `schema`, that come without evidence.

    Raises UsageError or DataError before anything is written.
    """
    if workers < 1 or retries < 0 or (timeout is not None and not timeout > 0):
        raise UsageError("workers must be at least 1, retries at least 0, and a timeout more than 0 seconds")
    ready = prepare(extractor, settings or {}, Path(schema) if schema else None)
    try:
        pending = load_documents(Path(documents) if documents else None)
        loaded = load_schema(Path(schema) if schema else None)
        options = {"workers": workers, "timeout": timeout, "retries": retries}
        job = _Job(ready, loaded if locate else None, workers, timeout, retries, track)
        path = Path(out)
        if not is_directory(path, str(out)):
            with PredictionFile(path, pending, retry_failed=retry_failed) as file:
                return job.run(pending, file, Log())
        directory = RunDirectory(path, _identity(ready, locate, signature(pending, loaded)))
        return _run_in(directory, job, pending, retry_failed, options)
    finally:
        try:
            ready.close()
        except Exception as error:  # all that it has said is written
            logging.getLogger("goldspan").warning("%s: close: %s", ready.name, ready.secrets.hide(str(error)))


def _identity(ready: Ready, locate: bool, inputs: Mapping[str, Any]) -> dict[str, Any]:
    settings, about = ready.secrets.settings, ready.about
    return {"extractor": ready.name, "settings": settings, "about": about, "locate": locate, "inputs": inputs}


class _Job(NamedTuple):
    """All that is to be done with each document."""

    ready: Ready
    schema: Schema | None
    workers: int
    timeout: float | None
    retries: int
    track: Track

    def run(self, documents: Mapping[str, Document], file: PredictionFile, log: Log) -> RunResult:
        """Extract what the file does not have yet."""
        todo = [document for doc_id, document in documents.items() if doc_id not in file.earlier]
        failed = sum(record.error is not None for record in file.earlier.values())
        with closing(self._answers(todo, log)) as answers:
            for answer in self.track(answers, len(todo)):
                line, error = write_answer(answer, self.schema, self.ready.secrets)
                file.append(line)
                failed += error is not None
                told: dict[str, Any] = {"doc_id": answer.document.doc_id, "seconds": round(answer.seconds, 6)}
                log.tell("done", **told) if error is None else log.tell("failed", **told, error=error)
        return RunResult(len(todo), len(file.earlier), failed)

    def _answers(self, todo: Sequence[Document], log: Log) -> Generator[Answer, None, None]:
        def again(document: Document, error: BaseException) -> None:
            text = self.ready.secrets.hide(f"{type(error).__name__}: {error}")
            log.tell("retried", doc_id=document.doc_id, error=text[:500])

        def ignored(what: str) -> None:
            log.tell("ignored", what=what)

        if self.ready.call is None:
            return run_command(self.ready.argv, todo, self.workers, self.timeout, ignored)
        return run_calls(retrying(self.ready.call, self.retries, again), todo, self.workers, self.timeout)


def _run_in(
    directory: RunDirectory, job: _Job, documents: Mapping[str, Document], retry_failed: bool, options: dict[str, Any]
) -> RunResult:
    if directory.is_new:  # predictions are never there without what they are of
        directory.open(job.ready.package_version, options)
    with PredictionFile(directory.predictions, documents, retry_failed=retry_failed) as file:
        left = len(documents) - len(file.earlier)
        if directory.is_finished and not left:
            return job.run(documents, file, Log())
        log = directory.open(job.ready.package_version, options)
        log.tell("resumed" if file.earlier else "started", documents=len(documents), left=left)
        try:
            result = job.run(documents, file, log)
        except BaseException as error:
            log.tell("interrupted", error=type(error).__name__)
            raise
        directory.close(**result._asdict())
        log.tell("ended", **result._asdict())
        return result
