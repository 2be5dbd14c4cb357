"""What is resampled, made from the counts of any number of documents block by block: a row of F1's parts each story."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from goldspan.counting import CountTable

Integers = NDArray[Any]

_SPACE = 1 << 24
"""Bytes of rows that are held at once to be put in order."""

_PARTS = np.array([[2, 2], [0, 2], [0, 1], [0, 1]])
"""What a leaf adds to the numerator and the denominator of F1, by its result: f1 = 2m / (2m + 2w + u + x)."""


class StoryRows:
    """Rows `(columns, 2)` of the stories that state anything, in canonical order: the order of their numbers.

    Only slices are made, each anew. In memory a story costs some forty bytes beside those of `CountTable`.
    """

    def __init__(self, table: CountTable, columns: Sequence[str]) -> None:
        self._table, self._columns = table, table.places(columns)
        self._width = len(columns)
        self._lengths, self._stories = table.lengths, table.stories()
        self._leaves = np.bincount(self._stories, self._lengths).astype(np.int64)
        self._small = np.min_scalar_type(2 * self._leaves.max(initial=0))

    @property
    def shape(self) -> tuple[int, int, int]:
        """(stories, columns, 2)."""
        return len(self._order), self._width, 2

    def __len__(self) -> int:
        return len(self._order)

    def __getitem__(self, where: slice) -> Integers:
        stories = self._order[where]
        documents, rows = self._documents_of(stories)
        lengths = self._lengths[documents]
        codes = self._table.codes(self._starts[documents], lengths)
        parts = np.zeros((len(stories), self._width, 2), self._small)
        self._add(parts, np.repeat(rows, lengths), codes, self._columns)
        return parts

    def told_by_several(self, columns: Sequence[int]) -> bool:
        """Whether more than one story states something in any of some columns."""
        first, last = self._range
        return bool(first[columns].min(initial=len(self._leaves)) < last[columns].max(initial=-1))

    @cached_property
    def _range(self) -> tuple[Integers, Integers]:
        """The first and the last story that states something in each column."""
        first, last = np.full(self._width, len(self._leaves)), np.full(self._width, -1)
        for block in self._table.blocks():
            columns, stories = self._columns[block.codes >> 2], self._stories[block.first + block.documents]
            np.minimum.at(first, columns, stories)
            np.maximum.at(last, columns, stories)
        return first, last

    @cached_property
    def _order(self) -> Integers:
        """Stories by their rows, compared as lists are: sorted by the last columns first, the others later."""
        order = np.flatnonzero(self._leaves)
        at_once = max(1, _SPACE // (2 * self._small.itemsize * max(1, len(self._leaves))))
        for start in reversed(range(0, self._width, at_once)):
            parts = self._some_columns(start, min(start + at_once, self._width))[order].reshape(len(order), -1)
            order = order[np.lexsort(parts.T[::-1])]
        return order

    def _some_columns(self, start: int, end: int) -> Integers:
        """The parts of all stories, in the order of their numbers, in some columns."""
        parts = np.zeros((len(self._leaves), end - start, 2), self._small)
        columns = np.where((self._columns >= start) & (self._columns < end), self._columns - start, -1)
        for block in self._table.blocks():
            self._add(parts, self._stories[block.first + block.documents], block.codes, columns)
        return parts

    @staticmethod
    def _add(parts: Integers, rows: Integers, codes: Integers, columns: Integers) -> None:
        """Add leaves to the rows and the columns that they belong to."""
        places = columns[codes >> 2]
        wanted = places >= 0
        added = _PARTS[codes[wanted] & 3].astype(parts.dtype)
        np.add.at(parts, (rows[wanted], places[wanted]), added)

    @cached_property
    def _starts(self) -> Integers:
        """How many leaves stand before each document's."""
        return np.cumsum(self._lengths) - self._lengths

    @cached_property
    def _by_story(self) -> tuple[Integers, Integers]:
        """Documents in the order of their stories, and where each story's begin."""
        order = np.argsort(self._stories, kind="stable")
        return order, np.searchsorted(self._stories[order], np.arange(len(self._leaves) + 1))

    def _documents_of(self, stories: Integers) -> tuple[Integers, Integers]:
        """The documents of some stories, and for each of them the place of its story among these."""
        order, starts = self._by_story
        counts = starts[stories + 1] - starts[stories]
        rows = np.repeat(np.arange(len(stories)), counts)
        within = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
        return order[np.repeat(starts[stories], counts) + within], rows
