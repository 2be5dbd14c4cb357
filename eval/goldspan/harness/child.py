"""A child process that is fed documents and read line by line, without ever waiting for it or trusting it."""

import os
import selectors
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from signal import SIGKILL
from typing import IO, cast

import msgspec

from goldspan.documents import Document

LONGEST_LINE = 16 << 20
"""In bytes. Longer ones are read by nobody: they end the process."""

_CHUNK = 1 << 18
_TAIL = 1000
_LAST_CHUNKS = 16  # of standard error after the end: a grandchild that got away may never stop writing
_LINGER_S = 1.0


class Child:
    """One process in a group of its own. Call `ready` for each of its pipes that a selector finds ready.

    `sent` are the documents it has been handed whole, `has_read_all` says whether these are all, `overlong` whether it
    writes a line that nobody will read. Raises OSError where it cannot be started.
    """

    def __init__(self, argv: Sequence[str], documents: Sequence[Document], selector: selectors.BaseSelector) -> None:
        self.sent: set[str] = set()
        self.overlong = False
        self.has_read_all = False
        self._left = iter(documents)
        self._outbox, self._sending = memoryview(b""), ""
        self._line = bytearray()
        self._stderr = bytearray()
        self._selector = selector
        self._is_open = True
        self._heard = time.monotonic()
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(argv, stdin=pipe, stdout=pipe, stderr=pipe, bufsize=0, start_new_session=True)
        self._in = cast(IO[bytes], self._process.stdin)
        self._out = cast(IO[bytes], self._process.stdout)
        self._err = cast(IO[bytes], self._process.stderr)
        for stream in (self._in, self._out, self._err):
            os.set_blocking(stream.fileno(), False)
            selector.register(stream, selectors.EVENT_WRITE if stream is self._in else selectors.EVENT_READ, self)

    @property
    def has_ended(self) -> bool:
        """Whether there is nothing more to hear: it is gone, or has closed its standard output and lingers."""
        gone = self._process.poll() is not None
        return (gone and not self._is_open) or ((gone or not self._is_open) and self._is_quiet)

    @property
    def _is_quiet(self) -> bool:
        """Whether nothing came for a while, nor waits in the pipe because whoever reads it had other work to do."""
        if time.monotonic() - self._heard <= _LINGER_S:
            return False
        return not any(key.fileobj is self._out for key, _ in self._selector.select(0))

    def ready(self, stream: object) -> Iterator[bytes]:
        """Go on with a pipe that is ready: feed, or yield the lines that are complete."""
        if stream is self._in:
            self._feed()
        elif stream is self._err:
            self._hear()
        elif stream is self._out:
            yield from self._read()

    def end(self) -> int:
        """Kill what is left of the process and its group, and return its exit status (negative: the signal)."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, SIGKILL)
        status = self._process.wait()
        for _ in range(_LAST_CHUNKS):
            if self._err.closed or not self._hear():
                break
        for stream in (self._in, self._out, self._err):
            self._drop(stream)
        return status

    def said(self) -> str:
        """The tail of what it wrote to standard error."""
        return self._stderr.decode(errors="replace").strip()

    def _feed(self) -> None:
        try:
            while True:
                if not self._outbox:
                    if self._sending:
                        self.sent.add(self._sending)
                    document = next(self._left, None)
                    if document is None:
                        self.has_read_all = True
                        break
                    self._sending = document.doc_id
                    self._outbox = memoryview(msgspec.json.encode(document.as_row()) + b"\n")
                self._outbox = self._outbox[os.write(self._in.fileno(), self._outbox[:_CHUNK]) :]
        except BlockingIOError:
            return
        except OSError:
            pass  # it reads no more; what it has been sent it may still answer
        self._drop(self._in)

    def _read(self) -> Iterator[bytes]:
        chunk = self._chunk(self._out)
        if chunk is None:
            return
        self._heard = time.monotonic()
        if not chunk:
            self._is_open = False
            self._drop(self._out)
            if self._line:
                yield bytes(self._line)
            return
        *lines, rest = chunk.split(b"\n")
        if lines:
            lines[0] = bytes(self._line) + lines[0]
            self._line.clear()
        self._line += rest
        self.overlong = self.overlong or len(self._line) > LONGEST_LINE
        yield from lines

    def _hear(self) -> bool:
        chunk = self._chunk(self._err)
        if chunk == b"":
            self._drop(self._err)
        elif chunk:
            self._stderr += chunk
            del self._stderr[:-_TAIL]
        return bool(chunk)

    @staticmethod
    def _chunk(stream: IO[bytes]) -> bytes | None:
        """What can be read now: None where that is nothing, empty at the end."""
        try:
            return os.read(stream.fileno(), _CHUNK)
        except BlockingIOError:
            return None
        except OSError:
            return b""

    def _drop(self, stream: IO[bytes]) -> None:
        if not stream.closed:
            self._selector.unregister(stream)
            stream.close()
