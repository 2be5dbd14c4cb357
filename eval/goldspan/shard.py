"""Scores a run of gold lines: what one process does, and what adds up over many."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain, islice
from pathlib import Path
from typing import Protocol, Self

from goldspan.check import Checked, CheckedEvent, check_events, placed
from goldspan.check_record import check_record
from goldspan.counting import CountTable, columns_of
from goldspan.documents import Document
from goldspan.errors import Problem
from goldspan.files import open_binary
from goldspan.garbage import seldom_collected
from goldspan.join import LineIndex, LineReader, key_of
from goldspan.line_spans import Span, numbered_lines
from goldspan.match import DocumentMatch
from goldspan.pairing import compare_document
from goldspan.records import Event, Line, Record, Usage, read_line
from goldspan.schema import Schema


class Sink(Protocol):
    """A statistic that is gathered document by document, and adds up over shards in any order."""

    def add(self, match: DocumentMatch) -> None:
        """Take a document in."""
        ...

    def merge(self, other: Self) -> None:
        """Take in what another shard gathered."""
        ...


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

    `gold_keys` name the documents of the run, `used` are the positions of their predictions in the index; `unreadable`
    are those of these that name their document and yet are no JSON. `left` is what remains of
    the run, where the index is of a part and lacks a document.
    """

    table: CountTable
    sinks: Mapping[str, Sink]
    tallies: Tallies = field(default_factory=Tallies)
    kept: dict[str, DocumentMatch] | None = None
    gold_problems: list[Problem] = field(default_factory=list[Problem])
    faults: list[Problem] = field(default_factory=list[Problem])
    unreadable: list[Problem] = field(default_factory=list[Problem])
    gold_keys: "array[int]" = field(default_factory=lambda: array("q"))
    used: "array[int]" = field(default_factory=lambda: array("I"))
    left: Span | None = None

    def merge(self, other: "ShardResult") -> None:
        """Add the shard that follows, where this one left nothing, or what this one left."""
        self.table.extend(other.table)
        for name, sink in self.sinks.items():
            sink.merge(other.sinks[name])
        self.tallies.merge(other.tallies)
        if self.kept is not None and other.kept is not None:
            self.kept.update(other.kept)
        self.gold_problems += other.gold_problems
        self.unreadable += other.unreadable
        self.faults += other.faults[: MAX_FAULTS - len(self.faults)]
        self.gold_keys.extend(other.gold_keys)
        self.used.extend(other.used)
        self.left = other.left


def score_shard(
    gold: Path,
    span: Span,
    index: LineIndex,
    schema: Schema,
    documents: Mapping[str, Document] | None,
    sinks: Mapping[str, Sink],
    keep: bool,
) -> ShardResult:
    """Score the documents of a run of gold lines against the predictions that the index finds.

    With an index of a part it ends before the first document that the part lacks.
    """
    result = ShardResult(CountTable(columns_of(schema)), sinks, kept={} if keep else None)
    with LineReader(index) as reader, open_binary(gold) as file, seldom_collected():
        scorer = _Scorer(gold, span, index.path, reader, schema, documents, result)
        lines = numbered_lines(file, span)
        while result.left is None and (block := list(islice(lines, BLOCK))):
            scorer.score(block)
    return result


BLOCK = 16
"""So many documents take each step together: the processor's caches hold one kind of work at a time."""


@dataclass(slots=True)
class _Scorer:
    """Takes documents through each step of scoring; what they give, and what is wrong with them, goes into the result.

    `gold` and `pred` are the paths of the files, `span` the run of gold lines.
    """

    gold: Path
    span: Span
    pred: Path
    reader: LineReader
    schema: Schema
    documents: Mapping[str, Document] | None
    result: ShardResult

    def score(self, lines: Sequence[tuple[int, int, bytes]]) -> None:
        """Score the documents of some gold lines: (line number, offset, bytes) of each."""
        known, found = self._find(lines)
        gold_events = self._checked([record.events for _, record in known])
        golds = [self._check_gold(*each, checked) for each, checked in zip(known, gold_events, strict=True)]
        pred_events = self._checked([_events(line) for line in found])
        preds = [self._check_prediction(line, checked) for line, checked in zip(found, pred_events, strict=True)]
        pairs = [compare_document(*sides) for sides in zip(golds, preds, strict=True)]
        self._count(
            [
                DocumentMatch(record.doc_id, record, line and line.record, tuple(each), self._document(record.doc_id))
                for (_, record), line, each in zip(known, found, pairs, strict=True)
            ]
        )

    def _find(self, lines: Sequence[tuple[int, int, bytes]]) -> tuple[list[tuple[Line, Record]], list[Line | None]]:
        """The records of some gold lines, up to one that an index of a part lacks, and their predictions' lines."""
        result = self.result
        known: list[tuple[Line, Record]] = []
        found: list[Line | None] = []
        for number, offset, data in lines:
            line = read_line(self.gold, number, data)
            if line.record is not None:
                key = key_of(line.record.doc_id)
                place = self.reader.find(line.record.doc_id, key)
                if place is None and self.reader.is_part:
                    result.left = Span(offset, self.span.end, number)
                    break
                known.append((line, line.record))
                found.append(self._prediction(place))
                result.gold_keys.append(key)
            result.gold_problems += line.problems
        return known, found

    def _prediction(self, place: tuple[int, Line] | None) -> Line | None:
        if place is None:
            return None
        position, line = place
        self.result.used.append(position)
        if line.record is None:
            self.result.unreadable += line.problems
            return None
        return line

    def _checked(self, events: Sequence[Sequence[Event]]) -> list[list[Checked]]:
        """The events of each of some records, all checked at once."""
        checked = iter(check_events([*chain.from_iterable(events)], self.schema))
        return [[*islice(checked, len(each))] for each in events]

    def _check_gold(self, line: Line, record: Record, checked: list[Checked]) -> tuple[CheckedEvent, ...]:
        problems, document = self.result.gold_problems, self._document(record.doc_id)
        if self.documents is not None and document is None:
            message = "the documents file knows no such document"
            problems.append(Problem(message, self.gold, line.number, record.doc_id, "/doc_id"))
        events, faults = check_record(record, self.schema, document, gold=True, checked_events=checked)
        for fault in faults:
            problems.append(Problem(fault.message, self.gold, line.number, record.doc_id, fault.pointer))
        return () if faults else events  # wrong gold is compared with nothing: there will be no score

    def _document(self, doc_id: str) -> Document | None:
        return None if self.documents is None else self.documents.get(doc_id)

    def _check_prediction(self, line: Line | None, checked: list[Checked]) -> list[CheckedEvent]:
        if line is None:
            return []
        problems, doc_id = list(line.problems), line.record and line.record.doc_id
        for i, (_, faults) in enumerate(checked):
            if faults:
                told = placed(f"/events/{i}", faults)
                problems += [Problem(fault.message, self.pred, line.number, doc_id, fault.pointer) for fault in told]
        if problems:
            self.result.tallies.faults += len(problems)
            self.result.faults += problems[: MAX_FAULTS - len(self.result.faults)]
        return [event for event, _ in checked]

    def _count(self, matches: Sequence[DocumentMatch]) -> None:
        result = self.result
        for match in matches:
            result.table.add(match.doc_id, match.story, match.pairs)
        for match in matches:
            result.tallies.add(match)
        for sink in result.sinks.values():
            for match in matches:
                sink.add(match)
        if result.kept is not None:
            result.kept.update((match.doc_id, match) for match in matches)


def _events(line: Line | None) -> list[Event]:
    """What a prediction states."""
    return [] if line is None or line.record is None or line.record.error is not None else line.record.events
