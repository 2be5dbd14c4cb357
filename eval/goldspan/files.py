"""Reading lines and writing files whole or not at all."""

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from goldspan.errors import UsageError

FORMAT_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What msgspec raises where bytes are no JSON."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

PREDICTIONS = "predictions.jsonl"
"""The file of a run directory that holds the predictions."""


def prediction_path(path: Path) -> Path:
    """The file of predictions that a user names: of a run directory the file in it."""
    inside = path / PREDICTIONS
    return inside if inside.is_file() else path


def read_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield (line number from 1, bytes) for each line that is not blank.

    Raises UsageError where the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if number == 1:
                    line = line.removeprefix(BYTE_ORDER_MARK)
                if line.strip():
                    yield number, line
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error


def open_binary(path: Path) -> BinaryIO:
    """Open a file to read bytes; UsageError where it cannot be."""
    try:
        return path.open("rb")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error


def read_bytes(path: Path) -> bytes:
    """The bytes of a file; UsageError where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error


def sha256_of_file(path: Path) -> str:
    """The SHA-256 of a file's bytes in hexadecimal, read in pieces; UsageError where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error


def write_whole(path: Path, chunks: Iterable[bytes]) -> None:
    """Write a file whole or not at all: a temporary file beside it, fsync, rename.

    A link is followed; what is no plain file (`/dev/stdout`, a named pipe) is written to as it is. Raises UsageError
    where the folder cannot be written to; then nothing is left behind.
    """
    try:
        path = path.resolve()
        special = path.exists() and not path.is_file() and not path.is_dir()
        if special:
            with path.open("wb") as stream:
                stream.writelines(chunks)
            return
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(chunks)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(_mode_of(path))
        temporary.replace(path)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error
    finally:
        temporary.unlink(missing_ok=True)


def _mode_of(path: Path) -> int:
    """The mode of the file that is replaced, or what the umask leaves of 0o666."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
