"""Answers kept by the content of the request, so that what was asked once is not asked again."""

import hashlib
import json
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import msgspec

from goldspan import UsageError

_LINE_START = b'{"key":'


class Cache:
    """A JSONL file of answers, one `{"key", "seconds", "reply"}` a line, only ever appended to.

    Safe for threads, and for processes that share the file (a line is one write). A line that was cut off is passed
    over, and asked again. Raises UsageError where the file cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        try:
            self._file = path.open("ab", buffering=0)
            with path.open("rb") as file:
                lines = file.readlines()
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror or error}") from error
        self._torn = bool(lines) and not lines[-1].endswith(b"\n")
        self._known: dict[str, tuple[float, Any]] = {}
        for number, line in enumerate(lines, 1):
            torn = line.rstrip(b"\n")[: len(_LINE_START)]
            if line.strip() and not self._take(line) and not _LINE_START.startswith(torn):
                self._file.close()
                raise UsageError(f"{path}:{number}: is no line of a cache; the file is left as it is")

    def _take(self, line: bytes) -> bool:
        try:
            row: Any = msgspec.json.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return False
        members = cast("dict[str, Any]", row) if isinstance(row, dict) else {}
        if members.keys() != {"key", "seconds", "reply"} or not isinstance(members["seconds"], float | int):
            return False
        self._known[str(members["key"])] = members["seconds"], members["reply"]
        return True

    @staticmethod
    def key(request: Mapping[str, Any]) -> str:
        """SHA-256 of the request in canonical JSON, hexadecimal."""
        text = json.dumps(request, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def get(self, key: str) -> tuple[float, Any] | None:
        """The seconds that an answer took, and the answer; None where there is none."""
        with self._lock:
            return self._known.get(key)

    def put(self, key: str, seconds: float, reply: Any) -> None:
        """Keep an answer."""
        line = msgspec.json.encode({"key": key, "seconds": seconds, "reply": reply}) + b"\n"
        with self._lock:
            self._known[key] = seconds, reply
            try:
                whole = b"\n" * self._torn + line
                self._torn = (self._file.write(whole) or 0) < len(whole)
            except OSError as error:
                raise UsageError(f"{self.path}: {error.strerror or error}") from error

    def close(self) -> None:
        """Close the file."""
        self._file.close()
