"""Bytes that are appended and read back: few stay in memory, many go to a temporary file that vanishes with them."""

import tempfile
import weakref
from collections.abc import Iterator
from typing import IO

from goldspan.errors import UsageError

IN_MEMORY = 1 << 20
"""Bytes that are held before they are written to the file."""

PIECE = 1 << 20
"""Bytes that are read at once where all are read."""


class Spool:
    """An append-only run of bytes. Pickled, it takes all of them along.

    The file has no name (where the system allows that), so nothing is left behind, whatever ends the process.

    >>> spool = Spool()
    >>> spool.append(b"one"), spool.append(b"two"), len(spool), spool.read(2, 4)
    (None, None, 6, b'et')
    """

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None
        self._filed = 0
        self._tail = bytearray()

    def __len__(self) -> int:
        return self._filed + len(self._tail)

    def __getstate__(self) -> bytes:
        return self.read(0, len(self))

    def __setstate__(self, state: bytes) -> None:
        self.__init__()
        self.append(state)

    def append(self, data: bytes) -> None:
        """Add bytes. UsageError where the temporary folder is full."""
        self._tail += data
        if len(self._tail) > IN_MEMORY:
            self._write()

    def extend(self, other: "Spool") -> None:
        """Add what another spool holds."""
        for piece in other.pieces():
            self.append(piece)

    def read(self, start: int, end: int) -> bytes:
        """The bytes between two places."""
        filed = b""
        if self._file is not None and start < self._filed:
            self._file.seek(start)
            filed = self._file.read(max(0, min(end, self._filed) - start))
        return filed + self._tail[max(0, start - self._filed) : max(0, end - self._filed)]

    def pieces(self) -> Iterator[bytes]:
        """All bytes, in pieces."""
        for start in range(0, len(self), PIECE):
            yield self.read(start, min(start + PIECE, len(self)))

    def lines(self) -> Iterator[bytes]:
        """All bytes, line by line, the ends of lines left out."""
        rest = b""
        for piece in self.pieces():
            *whole, rest = (rest + piece).split(b"\n")
            yield from whole
        if rest:
            yield rest

    def _write(self) -> None:
        data, self._tail = memoryview(self._tail), bytearray()
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  # open as long as this object is
                weakref.finalize(self, self._file.close)
            self._file.seek(self._filed)
            while data:
                written = self._file.write(data)
                data, self._filed = data[written:], self._filed + written
        except OSError as error:
            raise UsageError(f"{tempfile.gettempdir()}: {error.strerror or error}") from error
