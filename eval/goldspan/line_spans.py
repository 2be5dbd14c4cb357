"""Runs of lines of a file: how they are cut, and read."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from goldspan.files import BYTE_ORDER_MARK, open_binary

SHORTEST = 32
"""The shortest run is this part of what a worker has to do."""

PIECE = 1 << 17
"""Bytes that are looked through at once for the ends of lines."""


@dataclass(frozen=True, slots=True)
class Span:
    """A run of lines: from byte `start` to byte `end` (None: to the last); `line` is the number of the first."""

    start: int = 0
    end: int | None = None
    line: int = 1


WHOLE = Span()


def numbered_lines(file: BinaryIO, span: Span) -> Iterator[tuple[int, int, bytes]]:
    """Yield (line number, offset, bytes) of the lines of a run, blank ones left out."""
    file.seek(span.start)
    offset, end = span.start, span.end
    for number, line in enumerate(file, start=span.line):
        if end is not None and offset >= end:
            return
        data = line if offset else line.removeprefix(BYTE_ORDER_MARK)
        if data and not data.isspace():
            yield number, offset, data
        offset += len(line)


def cut(gold: Path, pred: Path, workers: int) -> Iterator[tuple[Span, Span]]:
    """Cut both files into runs of the same lines, ever shorter ones, so that all workers are busy to the end.

    Guided self-scheduling (Polychronopoulos and Kuck, 1987): each run is a part of what is left of gold. To the last
    run falls whatever follows in the predictions.

    >>> from goldspan.content import GOLD
    >>> runs = list(cut(GOLD, GOLD, 2))
    >>> all(one == two for one, two in runs[:-1]), runs[-1][0].end == GOLD.stat().st_size, runs[-1][1].end
    (True, True, None)
    """
    with open_binary(pred) as pred_file, open_binary(gold) as gold_file:
        size = os.fstat(gold_file.fileno()).st_size
        start, line, pred_start = 0, 1, 0
        while True:
            target = max((size - start) // (2 * workers), size // (SHORTEST * workers), 1)
            lines = _skip(gold_file, target)
            end = gold_file.tell()
            if end >= size or not lines:  # no lines: the file has become shorter
                yield Span(start, end, line), Span(pred_start, None, line)
                return
            _skip_lines(pred_file, lines)
            pred_end = pred_file.tell()
            yield Span(start, end, line), Span(pred_start, pred_end, line)
            start, line, pred_start = end, line + lines, pred_end


def _skip(file: BinaryIO, least: int) -> int:
    """Go on by at least so many bytes, to the end of a line; returns how many lines that were."""
    lines = 0
    while piece := file.read(min(least, PIECE)):
        least -= len(piece)
        lines += piece.count(b"\n")
    if file.readline():
        lines += 1
    return lines


def _skip_lines(file: BinaryIO, lines: int) -> None:
    """Go on by so many lines, or to the end."""
    while piece := file.read(PIECE):
        ends = piece.count(b"\n")
        if ends < lines:
            lines -= ends
            continue
        end = 0
        for _ in range(lines):
            end = piece.index(b"\n", end) + 1
        file.seek(end - len(piece), os.SEEK_CUR)
        return
