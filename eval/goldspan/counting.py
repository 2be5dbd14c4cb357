"""Counts of many documents in little memory: two bytes a leaf, from which every figure is added up again."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from goldspan.check import UNKNOWN
from goldspan.counts import RESULTS, Counts
from goldspan.nodes import Group, inner
from goldspan.pairing import EventPair
from goldspan.schema import Schema


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


class CountTable:
    """The outcome of each leaf of each document, as `4 * column + result`; adds up to counts by document and field."""

    def __init__(self, columns: list[str]) -> None:
        self.columns = columns
        self._code = {(path, result): 4 * i + n for i, path in enumerate(columns) for n, result in enumerate(RESULTS)}
        self._codes, self._ends = array("H" if 4 * len(columns) < 1 << 16 else "L"), array("Q")
        self._names, self._name_ends = bytearray(), array("Q")

    def __len__(self) -> int:
        return len(self._ends)

    def add(self, doc_id: str, story: str, pairs: Iterable[EventPair]) -> None:
        """Add a document."""
        code = self._code
        for pair in pairs:
            self._codes.extend([code[row[0], row[1]] for row in pair.rows])
        self._ends.append(len(self._codes))
        for name in (doc_id, story):
            self._names += name.encode()
            self._name_ends.append(len(self._names))

    def extend(self, other: "CountTable") -> None:
        """Add the documents of another table of the same schema."""
        codes, names = len(self._codes), len(self._names)
        self._codes.extend(other._codes)
        self._ends.extend([codes + end for end in other._ends])
        self._names += other._names
        self._name_ends.extend([names + end for end in other._name_ends])

    def documents(self) -> Iterator[tuple[str, str, dict[str, Counts]]]:
        """Yield (document, story, counts by field) of each document."""
        start = name_start = 0
        for i, end in enumerate(self._ends):
            middle, name_end = self._name_ends[2 * i], self._name_ends[2 * i + 1]
            doc_id, story = self._names[name_start:middle].decode(), self._names[middle:name_end].decode()
            yield doc_id, story, self._counts(self._codes[start:end])
            start, name_start = end, name_end

    def by_story(self, columns: Sequence[str]) -> "np.ndarray[Any, np.dtype[np.int64]]":
        """Counts as an array (stories, columns, 4), stories in the order of their first document."""
        order: dict[str, int] = {}
        name_start = 0
        stories = np.empty(len(self), dtype=np.int64)
        for i in range(len(self)):
            start, name_start = self._name_ends[2 * i], self._name_ends[2 * i + 1]
            stories[i] = order.setdefault(self._names[start:name_start].decode(), len(order))
        place = np.full(len(self.columns), -1)
        place[[self.columns.index(path) for path in columns]] = np.arange(len(columns))
        codes = np.frombuffer(self._codes, dtype=self._codes.typecode).astype(np.int64) if self._codes else place[:0]
        lengths = np.diff(np.frombuffer(self._ends, dtype=np.uint64).astype(np.int64), prepend=0)
        wanted = place[codes >> 2]
        cells = (np.repeat(stories, lengths) * len(columns) + wanted) * 4 + (codes & 3)
        counts = np.bincount(cells[wanted >= 0], minlength=4 * len(order) * len(columns))
        return counts.reshape(len(order), len(columns), 4)

    @cached_property
    def totals(self) -> dict[str, Counts]:
        """Counts of each field that either side states, in the order of the schema."""
        codes = np.frombuffer(self._codes, dtype=self._codes.typecode) if self._codes else np.empty(0, dtype=np.uint16)
        numbers = np.bincount(codes, minlength=4 * len(self.columns)).reshape(-1, 4).tolist()
        return {path: Counts(*row) for path, row in zip(self.columns, numbers, strict=True) if any(row)}

    def _counts(self, codes: "array[int]") -> dict[str, Counts]:
        numbers: dict[int, list[int]] = {}
        for code in codes:
            column, result = code >> 2, code & 3
            if column not in numbers:
                numbers[column] = [0, 0, 0, 0]
            numbers[column][result] += 1
        return {self.columns[column]: Counts(*numbers[column]) for column in sorted(numbers)}
