"""Scores a run of gold lines: what one process does, and what adds up over many."""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import NamedTuple, Protocol, Self

from goldspan.check import CheckedEvent, check_event
from goldspan.check_record import check_record
from goldspan.counting import CountTable, columns_of
from goldspan.documents import Document
from goldspan.errors import Problem
from goldspan.files import open_binary
from goldspan.join import LineIndex, LineReader, key_of, numbered_lines
from goldspan.match import DocumentMatch
from goldspan.pairing import compare_document
from goldspan.records import Line, Record, Usage, read_line
from goldspan.schema import Schema


class Sink(Protocol):
    """A statistic that is gathered document by document, and adds up over shards in any order."""

    def add(self, match: DocumentMatch) -> None:
        """Take a document in."""
        ...

    def merge(self, other: Self) -> None:
        """Take in what another shard gathered."""
        ...


@dataclass(frozen=True, slots=True)
class Span:
    """A run of gold lines: from byte `start` to byte `end` (None: to the last); `line` is the number of the first."""

    start: int = 0
    end: int | None = None
    line: int = 1


@dataclass(slots=True)
class Tallies:
    """Figures of many documents that are sums: they add up over shards."""

    paired: int = 0
    perfect: int = 0
    missed: int = 0
    invented: int = 0
    silent: int = 0
    both_silent: int = 0
    faults: int = 0
    missing: list[str] = field(default_factory=list[str])
    failed: list[str] = field(default_factory=list[str])
    usage: dict[str, Decimal] = field(default_factory=dict[str, Decimal])

    def add(self, match: DocumentMatch) -> None:
        """Count the events of a document, and what it took."""
        for pair in match.pairs:
            if pair.pred is None:
                self.missed += 1
            elif pair.gold is None:
                self.invented += 1
            else:
                self.paired += 1
                self.perfect += pair.is_perfect
                self.silent += pair.silent
                self.both_silent += pair.both_silent
        if match.pred is None:
            self.missing.append(match.doc_id)
            return
        if match.pred.error is not None:
            self.failed.append(match.doc_id)
        if match.pred.usage is not None:
            for name in Usage.__struct_fields__:
                value = getattr(match.pred.usage, name)
                if value is not None:
                    self.usage[name] = self.usage.get(name, Decimal(0)) + Decimal(str(value))  # exact in any order

    def merge(self, other: "Tallies") -> None:
        """Add another shard's."""
        for name in self.__slots__:
            if name != "usage":
                setattr(self, name, getattr(self, name) + getattr(other, name))
        for name, value in other.usage.items():
            self.usage[name] = self.usage.get(name, Decimal(0)) + value


MAX_FAULTS = 10_000
"""How many faults of a prediction file are kept to be shown; all are counted."""


@dataclass(slots=True)
class ShardResult:
    """What scoring a run of gold lines gives.

    `gold_keys` name the documents of the run, `used` is 1 at the positions of their predictions in the index, else 0.
    """

    table: CountTable
    sinks: Mapping[str, Sink]
    tallies: Tallies = field(default_factory=Tallies)
    kept: dict[str, DocumentMatch] | None = None
    gold_problems: list[Problem] = field(default_factory=list[Problem])
    faults: list[Problem] = field(default_factory=list[Problem])
    gold_keys: "array[int]" = field(default_factory=lambda: array("q"))
    used: bytearray = field(default_factory=bytearray)

    def merge(self, other: "ShardResult") -> None:
        """Add the shard that follows."""
        self.table.extend(other.table)
        for name, sink in self.sinks.items():
            sink.merge(other.sinks[name])
        self.tallies.merge(other.tallies)
        if self.kept is not None and other.kept is not None:
            self.kept.update(other.kept)
        self.gold_problems += other.gold_problems
        self.faults += other.faults[: MAX_FAULTS - len(self.faults)]
        self.gold_keys.extend(other.gold_keys)
        self.used = bytearray(map(max, self.used, other.used))


def score_shard(
    gold: Path,
    span: Span,
    index: LineIndex,
    schema: Schema,
    documents: Mapping[str, Document] | None,
    sinks: Mapping[str, Sink],
    keep: bool,
) -> ShardResult:
    """Score the documents of a run of gold lines against the predictions that the index finds."""
    result = ShardResult(CountTable(columns_of(schema)), sinks, kept={} if keep else None, used=bytearray(len(index)))
    with LineReader(index) as reader:
        lines = _gold_lines(gold, span)
        while block := list(islice(lines, BLOCK)):
            for loaded in [_load(gold, line, index, reader, schema, documents, result) for line in block]:
                if loaded is not None:
                    _take(loaded, result)
    return result


BLOCK = 8
"""So many documents are loaded before they are compared: the processor's caches hold one kind of work at a time."""


class _Loaded(NamedTuple):
    """A document of gold with its prediction, both checked."""

    gold: Record
    pred: Record | None
    gold_events: Sequence[CheckedEvent]
    pred_events: Sequence[CheckedEvent]
    document: Document | None


def _load(
    path: Path,
    line: Line,
    index: LineIndex,
    reader: LineReader,
    schema: Schema,
    documents: Mapping[str, Document] | None,
    result: ShardResult,
) -> _Loaded | None:
    """Check a line of gold and find and check its prediction; what is wrong is noted in the result."""
    record = line.record
    if record is None:
        result.gold_problems += line.problems
        return None
    document = None if documents is None else documents.get(record.doc_id)
    gold_events = _check_gold(path, line, record, schema, document, documents is not None, result)
    key = key_of(record.doc_id)
    result.gold_keys.append(key)
    position = index.find(key)
    if position is None:
        return _Loaded(record, None, gold_events, (), document)
    result.used[position] = 1
    pred_line = reader.line(position)
    return _Loaded(
        record, pred_line.record, gold_events, _check_prediction(index.path, pred_line, schema, result), document
    )


def _take(loaded: _Loaded, result: ShardResult) -> None:
    """Compare a document with its prediction, and count."""
    pairs = compare_document(loaded.gold_events, loaded.pred_events)
    match = DocumentMatch(loaded.gold.doc_id, loaded.gold, loaded.pred, tuple(pairs), loaded.document)
    result.table.add(match.doc_id, match.story, pairs)
    result.tallies.add(match)
    for sink in result.sinks.values():
        sink.add(match)
    if result.kept is not None:
        result.kept[match.doc_id] = match


def _gold_lines(path: Path, span: Span) -> Iterator[Line]:
    with open_binary(path) as file:
        for number, _, data in numbered_lines(file, span.start, span.end, span.line):
            yield read_line(path, number, data)


def _check_gold(
    path: Path,
    line: Line,
    record: Record,
    schema: Schema,
    document: Document | None,
    documents_known: bool,
    result: ShardResult,
) -> tuple[CheckedEvent, ...]:
    result.gold_problems += line.problems
    if documents_known and document is None:
        message = "the documents file knows no such document"
        result.gold_problems.append(Problem(message, path, line.number, record.doc_id, "/doc_id"))
    events, faults = check_record(record, schema, document, gold=True)
    for fault in faults:
        result.gold_problems.append(Problem(fault.message, path, line.number, record.doc_id, fault.pointer))
    return events


def _check_prediction(path: Path, line: Line, schema: Schema, result: ShardResult) -> list[CheckedEvent]:
    record = line.record
    problems = list(line.problems)
    events: list[CheckedEvent] = []
    for i, event in enumerate(record.events if record is not None and record.error is None else ()):
        checked, faults = check_event(event, schema, f"/events/{i}")
        events.append(checked)
        doc_id = record.doc_id if record is not None else None
        problems += [Problem(fault.message, path, line.number, doc_id, fault.pointer) for fault in faults]
    if problems:
        result.tallies.faults += len(problems)
        result.faults += problems[: MAX_FAULTS - len(result.faults)]
    return events
