"""Finds the prediction of each gold document in a file of any length and order, without holding the file in memory."""

import hashlib
from array import array
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from goldspan.errors import Problem
from goldspan.files import BYTE_ORDER_MARK, FORMAT_ERRORS, open_binary
from goldspan.line_spans import WHOLE, Span, numbered_lines
from goldspan.records import Line, read_line


class _Named(msgspec.Struct, gc=False):
    doc_id: str


_decoder = msgspec.json.Decoder(_Named)


def key_of(doc_id: str) -> int:
    """A 63-bit number for a document id, the same in every process."""
    return int.from_bytes(hashlib.blake2b(doc_id.encode(), digest_size=8).digest(), "little") >> 1


class LineIndex:
    """Where each line of a record file stands, by the key of its document: 20 bytes a line.

    `unnamed` are the lines that are no record or name no document. The file is read as far as it is needed: where it
    has the order in which its documents are asked for, it is read only once. `is_part` says that it is of a run of
    lines, and may lack what others have.
    """

    def __init__(self, path: Path, span: Span = WHOLE) -> None:
        self.path = path
        self.keys, self.offsets, self.numbers = array("q"), array("q"), array("I")
        self.unnamed: list[Problem] = []
        self.is_part = span != WHOLE
        self._next = 0
        self._unread = _lines_of(path, span)

    def complete(self) -> "LineIndex":
        """Read what is left of the file."""
        for number, offset, data in self._unread:
            doc_id = _doc_id(data)
            if doc_id is None:
                self.unnamed += read_line(self.path, number, data).problems
            else:
                self._add(key_of(doc_id), offset, number)
        return self

    def extend(self, following: "LineIndex") -> None:
        """Add the index of the run of lines that follows."""
        self._unread = iter(())
        self.keys.extend(following.keys)
        self.offsets.extend(following.offsets)
        self.numbers.extend(following.numbers)
        self.unnamed += following.unnamed

    def take(self, doc_id: str, key: int) -> tuple[int, Line] | None:
        """The position of a document's line, and the line, if it is the next that is unread; if not, all are read."""
        for number, offset, data in self._unread:
            line = read_line(self.path, number, data)
            found = _doc_id(data) if line.record is None else line.record.doc_id
            if found is None:
                self.unnamed += line.problems
                continue
            self._add(key if found == doc_id else key_of(found), offset, number)
            if found == doc_id:
                self._next = len(self)
                return self._next - 1, line
            break
        self.complete()
        return None

    def _add(self, key: int, offset: int, number: int) -> None:
        self.keys.append(key)
        self.offsets.append(offset)
        self.numbers.append(number)

    def __len__(self) -> int:
        return len(self.keys)

    def __getstate__(self) -> dict[str, Any]:
        left_out = "_order", "_unread"  # the one is quickly made again, the other has ended
        return {name: value for name, value in self.complete().__dict__.items() if name not in left_out}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__ = state | {"_unread": iter(())}

    def expect(self, position: int) -> None:
        """Look at the line at a position first: it is the next where both files have one order."""
        self._next = position

    def find(self, key: int) -> int | None:
        """The position of the (first) line with a document's key among the lines of a complete index, or None."""
        guess = self._next
        if guess >= len(self.keys) or self.keys[guess] != key:
            guess = self._search(key)
            if guess is None:
                return None
        self._next = guess + 1
        return guess

    @cached_property
    def _order(self) -> NDArray[np.int64]:
        """The positions in the order of their keys: needed where the two files are not in the same order."""
        return np.argsort(as_numbers(self.keys), kind="stable")

    def _search(self, key: int) -> int | None:
        place = int(np.searchsorted(as_numbers(self.keys), key, sorter=self._order))
        if place == len(self) or self.keys[found := int(self._order[place])] != key:
            return None
        return found

    def problem(self, position: int, message: str) -> Problem:
        """A problem with the document that the line at a position names."""
        with LineReader(self) as reader:
            record = reader.line(position).record
        return Problem(message, self.path, self.numbers[position], record.doc_id if record else None, "/doc_id")

    def unreadable(self, positions: Iterable[int]) -> list[Problem]:
        """What is wrong with those of some lines that name their document and yet are no JSON."""
        with LineReader(self) as reader:
            lines = map(reader.line, positions)
            return [problem for line in lines if line.record is None for problem in line.problems]


class LineReader:
    """The open file of an index: finds and reads its lines, most quickly one after the other."""

    def __init__(self, index: LineIndex) -> None:
        self.is_part = index.is_part
        self._index = index
        self._file = open_binary(index.path)
        self._place = 0

    def __enter__(self) -> "LineReader":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def find(self, doc_id: str, key: int) -> tuple[int, Line] | None:
        """The position of a document's line, and the line; None where there is none."""
        taken = self._index.take(doc_id, key)
        if taken is not None:
            return taken
        position = self._index.find(key)
        return None if position is None else (position, self.line(position))

    def line(self, position: int) -> Line:
        """Read the line at a position."""
        offset = self._index.offsets[position]
        if offset != self._place:  # asking the file where it is would cost a call of the system
            self._file.seek(offset)
        data = self._file.readline()
        self._place = offset + len(data)
        record = data if offset else data.removeprefix(BYTE_ORDER_MARK)
        return read_line(self._index.path, self._index.numbers[position], record)


def as_numbers(values: "array[int]") -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """The same 64-bit integers as a numpy array."""
    return np.frombuffer(values, dtype=np.int64) if values else np.empty(0, dtype=np.int64)


def repeats(keys: "array[int]") -> list[tuple[int, int]]:
    """(position, first position) of each key that stands earlier too.

    >>> repeats(array("q", [7, 8, 7, 9, 7]))
    [(2, 0), (4, 0)]
    """
    numbers = as_numbers(keys)
    order = np.argsort(numbers, kind="stable")
    in_order = numbers[order]
    again = np.flatnonzero(in_order[1:] == in_order[:-1]) + 1
    firsts = np.searchsorted(in_order, in_order[again])
    return sorted(zip(order[again].tolist(), order[firsts].tolist(), strict=True))


def _lines_of(path: Path, span: Span) -> Iterator[tuple[int, int, bytes]]:
    with open_binary(path) as file:
        yield from numbered_lines(file, span)


def _doc_id(line: bytes) -> str | None:
    try:
        return _decoder.decode(line).doc_id
    except FORMAT_ERRORS:
        return None
