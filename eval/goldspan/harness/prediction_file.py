"""The file that a run appends to: read back to resume, locked against a second run, a line on disk at a time."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from goldspan.errors import DataError, UsageError
from goldspan.files import read_bytes, read_lines, write_whole
from goldspan.records import Record, read_line

_LINE_START = b'{"doc_id":'


class PredictionFile:
    """Predictions of a run; `earlier` are the records that are there already, by document.

    Opening drops a last line that a kill cut off and, with `retry_failed`, the error records. Raises DataError or
    UsageError, and leaves the file as it is, where it is anything else than an earlier run over the same documents.
    """

    def __init__(self, path: Path, documents: Mapping[str, object], *, retry_failed: bool = False) -> None:
        self.path = path
        self._file = _open_locked(path) if path.exists() else None
        try:
            self.earlier = self._resume(documents) if self._file else {}
            if retry_failed and any(record.error is not None for record in self.earlier.values()):
                self._drop_failed()
            self._file = self._file or _open_locked(path)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the file, which lets another run have it."""
        if self._file:
            self._file.close()

    def append(self, line: bytes) -> None:
        """Append a line and wait until it is on disk."""
        if self._file is None:
            raise ValueError("closed")
        try:
            self._file.write(line + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise UsageError(f"{self.path}: {error.strerror or error}") from error

    def _resume(self, documents: Mapping[str, object]) -> dict[str, Record]:
        path = self.path
        lines = [read_line(path, number, line) for number, line in read_lines(path)]
        data = read_bytes(path)
        tail = data[data.rfind(b"\n") + 1 :]
        torn = bool(tail) and lines[-1].record is None and tail.startswith(_LINE_START[: len(tail)])
        lines = lines[:-1] if torn else lines
        problems = [problem for line in lines for problem in line.problems]
        if problems:
            raise DataError(problems)
        records = {line.record.doc_id: line.record for line in lines if line.record is not None}
        strange = [doc_id for doc_id in records if doc_id not in documents]
        if strange or len(records) < len(lines):
            what = f"unknown: {strange[:5]}" if strange else "some are there twice"
            raise UsageError(f"{path} is no earlier run over these documents ({what}); it is left as it is")
        try:
            if torn:
                os.truncate(path, len(data) - len(tail))
            elif tail:
                with path.open("ab") as file:
                    file.write(b"\n")
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror or error}") from error
        return records

    def _drop_failed(self) -> None:
        failed = {doc_id for doc_id, record in self.earlier.items() if record.error is not None}
        lines = ((read_line(self.path, number, line).record, line) for number, line in read_lines(self.path))
        write_whole(self.path, [line for record, line in lines if record and record.doc_id not in failed])
        self.close()
        self._file = _open_locked(self.path)
        self.earlier = {doc_id: record for doc_id, record in self.earlier.items() if doc_id not in failed}


def _open_locked(path: Path) -> BinaryIO:
    """Open to append; UsageError where that is not possible, or another run has the file."""
    try:
        file = path.open("ab")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error
    if sys.platform != "win32" and path.is_file():
        import fcntl

        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            raise UsageError(f"{path}: another run is writing to it") from None
        except OSError:
            pass  # a file system without locks
    return file
