"""The directory of a run: `predictions.jsonl`, `run.json` (what the run is), `log.jsonl` (what happened)."""

import hashlib
import json
import logging
import os
import platform
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import msgspec

from goldspan.documents import Document
from goldspan.errors import UsageError, printable
from goldspan.files import FORMAT_ERRORS, PREDICTIONS, read_bytes, write_whole
from goldspan.schema import Schema
from goldspan.version import VERSION

RUN, LOG = "run.json", "log.jsonl"
IDENTITY = ("extractor", "settings", "about", "locate", "inputs")
"""What may not differ when a run is resumed."""


def is_directory(out: Path, given: str) -> bool:
    """Whether `--out` names a run directory: it is one, ends with a slash, or is not there and has no suffix."""
    return out.is_dir() or given.endswith(("/", os.sep)) or (not out.suffix and not out.exists())


def signature(documents: Mapping[str, Document], schema: Schema) -> dict[str, Any]:
    """What pins the inputs of a run: the SHA-256 of the documents as extractors get them, and of the schema."""
    rows = hashlib.sha256()
    for document in documents.values():
        rows.update(msgspec.json.encode(document.as_row()) + b"\n")
    return {"documents": len(documents), "documents_sha256": rows.hexdigest(), "schema_sha256": schema.sha256}


class Log:
    """Tells what happens: a line each in a file, or, where there is none, what a user should know as a warning."""

    def __init__(self, path: Path | None = None) -> None:
        self._lock = threading.Lock()
        self._path = path
        if path and path.exists():
            data = read_bytes(path)
            os.truncate(path, data.rfind(b"\n") + 1)  # a line that a kill cut off

    def tell(self, event: str, **details: Any) -> None:
        """Add an event; from any thread."""
        if self._path is None:
            if event == "ignored":
                logging.getLogger("goldspan").warning("ignored: %s", printable(details["what"]))
            return
        line = json.dumps({"time": now(), "event": event, **details}, allow_nan=False)
        with self._lock, self._path.open("ab") as file:
            file.write(line.encode() + b"\n")


class RunDirectory:
    """A run in a directory. Raises UsageError where the directory holds another run, or is no run's at all."""

    def __init__(self, path: Path, identity: Mapping[str, Any]) -> None:
        self.path = path
        self.predictions = path / PREDICTIONS
        self._state: dict[str, Any] = self._read()
        if self._state:
            self._refuse_another(identity)
        elif path.is_dir() and any(not each.name.startswith(".") for each in path.iterdir()):
            raise UsageError(f"{path}: not empty, and no run directory (it has no {RUN})")
        self.is_new = not self._state
        self._state = {**self._state, **identity}

    @property
    def is_finished(self) -> bool:
        """Whether the run that the directory holds came to its end."""
        return self._state.get("ended") is not None

    def open(self, package: str | None, options: Mapping[str, Any]) -> Log:
        """Make the directory where there is none, and write what the run is."""
        try:
            self.path.mkdir(exist_ok=True)
        except OSError as error:
            raise UsageError(f"{self.path}: {error.strerror or error}") from error
        started = self._state.get("started") or now()
        about = {"goldspan": VERSION, "package": package, "python": platform.python_version()}
        self._write(**about, platform=platform.platform(), options=options, started=started, ended=None)
        return Log(self.path / LOG)

    def close(self, **figures: int) -> None:
        """Write that the run has come to its end."""
        self._write(**figures, ended=now())

    def _write(self, **more: Any) -> None:
        self._state |= more
        write_whole(self.path / RUN, [msgspec.json.format(msgspec.json.encode(self._state), indent=2) + b"\n"])

    def _read(self) -> dict[str, Any]:
        path = self.path / RUN
        if not path.exists():
            return {}
        try:
            return msgspec.json.decode(read_bytes(path), type=dict[str, Any])
        except FORMAT_ERRORS as error:
            raise UsageError(f"{path}: {error}") from error

    def _refuse_another(self, identity: Mapping[str, Any]) -> None:
        mine = msgspec.to_builtins({key: identity.get(key) for key in IDENTITY})
        differs = list(_differences({key: self._state.get(key) for key in IDENTITY}, mine))
        if differs:
            raise UsageError(f"{self.path} holds another run: {'; '.join(differs)}; give another --out")


def _differences(old: Any, new: Any, name: str = "") -> Iterator[str]:
    """What differs between two pieces of JSON, by dotted name."""
    if isinstance(old, dict) and isinstance(new, dict):
        one, other = cast("dict[str, Any]", old), cast("dict[str, Any]", new)
        for key in {**one, **other}:
            yield from _differences(one.get(key), other.get(key), f"{name}.{key}" if name else key)
    elif old != new:
        yield f"{name} was {_short(old)}, is {_short(new)}"


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 80 else text[:77] + "..."


def now() -> str:
    """The time in UTC, to the millisecond, as ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
