"""Counts of many documents in little memory: two bytes a leaf, spooled, from which every figure is added up again."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from goldspan.check import UNKNOWN
from goldspan.counts import RESULTS, Counts
from goldspan.join import key_of
from goldspan.nodes import Group, inner
from goldspan.pairing import EventPair
from goldspan.schema import Schema
from goldspan.spool import Spool

Integers = NDArray[Any]

_BLOCK = 1 << 12
"""Documents that are added up at once."""

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(list[str]).decode


def columns_of(schema: Schema) -> list[str]:
    """Every dotted path that an outcome may have, in the order of the schema; what it does not know is last."""
    columns: list[str] = []
    unknown: list[str] = []
    for event_type in schema.types.values():
        unknown.append(f"{event_type.name}.{UNKNOWN}")
        for path, entry in event_type.walk():
            columns.append(path)
            if isinstance(inner(entry.node), Group):
                unknown.append(f"{path}.{UNKNOWN}")
    return [*columns, *unknown, f"{UNKNOWN}.{UNKNOWN}"]


class Block(NamedTuple):
    """Some documents in a row, from the `first` on: how many leaves each has, and the codes of all these leaves."""

    first: int
    lengths: Integers
    codes: Integers

    @property
    def documents(self) -> Integers:
        """For each leaf, the place of its document in the block."""
        return np.repeat(np.arange(len(self.lengths)), self.lengths)


class CountTable:
    """The outcome of each leaf of each document, as `4 * column + result`; adds up to counts by document and field.

    In memory a document costs four bytes; its codes and its names are spooled.
    """

    def __init__(self, columns: list[str]) -> None:
        self.columns = columns
        self._type: type[np.unsignedinteger[Any]] = np.uint16 if 4 * len(columns) < 1 << 16 else np.uint32
        self._code = {
            path: {result: self._type(4 * i + n).tobytes() for n, result in enumerate(RESULTS)}
            for i, path in enumerate(columns)
        }
        self._lengths = array("I")
        self._codes, self._names = Spool(), Spool()

    def __len__(self) -> int:
        return len(self._lengths)

    def add(self, doc_id: str, story: str, pairs: Iterable[EventPair]) -> None:
        """Add a document."""
        code = self._code
        codes = [code[row[0]][row[1]] for pair in pairs for row in pair.rows]
        self._codes.append(b"".join(codes))
        self._lengths.append(len(codes))
        self._names.append(_encode((doc_id,) if story == doc_id else (doc_id, story)) + b"\n")

    def extend(self, other: "CountTable") -> None:
        """Add the documents of another table of the same schema."""
        self._lengths.extend(other._lengths)
        self._codes.extend(other._codes)
        self._names.extend(other._names)

    def documents(self) -> Iterator[tuple[str, str, dict[str, Counts]]]:
        """Yield (document, story, counts by field) of each document."""
        names = self.names()
        for block in self.blocks():
            start, codes = 0, block.codes.tolist()
            for end in np.cumsum(block.lengths).tolist():
                yield *next(names), self._counts(codes[start:end])
                start = end

    def document_counts(self) -> Iterator[tuple[str, Counts]]:
        """Yield (document, counts of all its leaves) of each document."""
        names = self.names()
        for block in self.blocks():
            cells = 4 * block.documents + (block.codes & 3)
            numbers = np.bincount(cells, minlength=4 * len(block.lengths)).reshape(-1, 4).tolist()
            for (doc_id, _), row in zip(islice(names, len(numbers)), numbers, strict=True):
                yield doc_id, Counts(*row)

    def names(self) -> Iterator[tuple[str, str]]:
        """Yield (document, story) of each document."""
        for line in self._names.lines():
            names = _decode(line)
            yield names[0], names[-1]

    def blocks(self) -> Iterator[Block]:
        """Yield the leaves of all documents, some documents at a time."""
        start, size = 0, self._type().itemsize
        for first in range(0, len(self), _BLOCK):
            lengths = np.array(self._lengths[first : first + _BLOCK], dtype=np.int64)
            end = start + int(lengths.sum()) * size
            yield Block(first, lengths, self._codes_of(self._codes.read(start, end)))
            start = end

    def codes(self, starts: Integers, lengths: Integers) -> Integers:
        """The codes of some documents, told by how many leaves stand before each, and how many it has."""
        size = self._type().itemsize
        runs = zip((starts * size).tolist(), ((starts + lengths) * size).tolist(), strict=True)
        return self._codes_of(b"".join([self._codes.read(*run) for run in runs]))

    @property
    def lengths(self) -> Integers:
        """How many leaves each document has."""
        return np.array(self._lengths, dtype=np.int64)

    def stories(self) -> Integers:
        """The number of each document's story: stories are numbered in the order of their first document."""
        # by their keys: as documents are told apart
        keys = np.fromiter((key_of(story) for _, story in self.names()), np.int64, len(self))
        _, first, story = np.unique(keys, return_index=True, return_inverse=True)
        return np.argsort(np.argsort(first))[story]

    def by_story(self, columns: Sequence[str]) -> Integers:
        """Counts as an array (stories, columns, 4), stories in the order of their first document."""
        stories, place = self.stories(), self.places(columns)
        counts = np.zeros((int(stories.max(initial=-1)) + 1, len(columns), 4), dtype=np.int64)
        for block in self.blocks():
            columns_of_leaves = place[block.codes >> 2]
            wanted = columns_of_leaves >= 0
            rows = stories[block.first + block.documents[wanted]]
            np.add.at(counts, (rows, columns_of_leaves[wanted], block.codes[wanted] & 3), 1)
        return counts

    def places(self, columns: Sequence[str]) -> Integers:
        """For each column of the table, its place among some of them; -1 for the others."""
        place = np.full(len(self.columns), -1)
        place[[self.columns.index(path) for path in columns]] = np.arange(len(columns))
        return place

    @cached_property
    def totals(self) -> dict[str, Counts]:
        """Counts of each field that either side states, in the order of the schema."""
        sums = np.zeros(4 * len(self.columns), dtype=np.int64)
        for block in self.blocks():
            sums += np.bincount(block.codes, minlength=len(sums))
        rows = zip(self.columns, sums.reshape(-1, 4).tolist(), strict=True)
        return {path: Counts(*row) for path, row in rows if any(row)}

    def _counts(self, codes: list[int]) -> dict[str, Counts]:
        numbers: dict[int, list[int]] = {}
        for code in codes:
            column, result = code >> 2, code & 3
            if column not in numbers:
                numbers[column] = [0, 0, 0, 0]
            numbers[column][result] += 1
        return {self.columns[column]: Counts(*numbers[column]) for column in sorted(numbers)}

    def _codes_of(self, data: bytes) -> Integers:
        return np.frombuffer(data, dtype=self._type)
