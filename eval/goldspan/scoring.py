"""The score: figures of many documents, each derived from the counts of leaves by document and field."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from goldspan import content
from goldspan.counting import CountTable
from goldspan.counts import Counts, macro_f1, ratio, total
from goldspan.engines import Inputs, run_spans, schema_of
from goldspan.errors import DataError, Problem, UsageError
from goldspan.files import prediction_path, sha256_of_file
from goldspan.join import LineIndex, repeats
from goldspan.match import DocumentMatch
from goldspan.records import Usage, read_records
from goldspan.schema import Schema
from goldspan.shard import ShardResult, Tallies
from goldspan.version import VERSION

if TYPE_CHECKING:
    from goldspan.resample import Interval


class EventCounts(NamedTuple):
    """Events found, missed and invented; `perfect` are the pairs in which every leaf matched."""

    matched: int = 0
    missed: int = 0
    invented: int = 0
    perfect: int = 0

    @property
    def counts(self) -> Counts:
        """The same as counts of leaves, for the rates."""
        return Counts(self.matched, 0, self.missed, self.invented)


@dataclass(frozen=True)
class Score:
    """How good predictions are against gold.

    `table` has the counts of every document. `documents` has the matchings, where they were to be kept. `faults` are
    the schema violations of the prediction file (the first ten thousand), `unreadable` its lines that are no record.
    """

    signature: str
    schema: Schema
    table: CountTable
    tallies: Tallies
    sinks: Mapping[str, Any]
    documents: Mapping[str, DocumentMatch]
    faults: tuple[Problem, ...] = ()
    unreadable: int = 0
    resamples: int = 0
    seed: int = 0

    @cached_property
    def intervals(self) -> "Mapping[str, Interval]":
        """Bootstrap intervals of F1 over stories: of each field and type by name, of all fields under "".

        A figure that only one story has a part in has no interval.
        """
        if not self.resamples:
            return {}
        from goldspan.resample import groups_of, intervals
        from goldspan.story_rows import StoryRows

        columns = sorted(self.fields)
        rows = StoryRows(self.table, columns)
        groups = {name: places for name, places in groups_of(columns).items() if rows.told_by_several(places)}
        return intervals(rows, groups, self.resamples, self.seed)

    @property
    def fields(self) -> dict[str, Counts]:
        """Counts of each field that either side states, in the order of the schema, what it does not know last."""
        return self.table.totals

    @cached_property
    def types(self) -> dict[str, Counts]:
        """Counts of each event type."""
        sums: dict[str, Counts] = {}
        for path, counts in self.fields.items():
            name = path.partition(".")[0]
            sums[name] = sums.get(name, Counts()) + counts
        return sums

    @cached_property
    def micro(self) -> Counts:
        """All leaves pooled."""
        return total(self.fields.values())

    @property
    def macro_field_f1(self) -> float | None:
        """The mean of the fields' F1s."""
        return macro_f1(self.fields.values())

    @cached_property
    def macro_document_f1(self) -> float | None:
        """The mean of the documents' F1s."""
        return macro_f1(counts for _, counts in self.document_counts())

    def document_counts(self) -> Iterator[tuple[str, Counts]]:
        """(document, counts of all its leaves) of each document, in the order of gold."""
        return self.table.document_counts()

    @property
    def events(self) -> EventCounts:
        """Events rather than leaves."""
        t = self.tallies
        return EventCounts(t.paired, t.missed, t.invented, t.perfect)

    @property
    def true_null_rate(self) -> float | None:
        """Of the fields that gold leaves empty in paired events, the share that the prediction leaves empty too."""
        return ratio(self.tallies.both_silent, self.tallies.silent)

    @cached_property
    def stories(self) -> int:
        """The number of stories that state anything on either side: what the intervals rest on."""
        return int(np.count_nonzero(np.bincount(self.table.stories(), self.table.lengths)))

    @property
    def missing(self) -> list[str]:
        """The documents for which there is no prediction."""
        return self.tallies.missing

    @property
    def failed(self) -> list[str]:
        """The documents whose prediction is an error record."""
        return self.tallies.failed

    @property
    def usage(self) -> Usage:
        """The sum of what the predictions say they took; None where none says."""
        sums = self.tallies.usage
        seconds, cost = sums.get("seconds"), sums.get("cost_usd")
        tokens = [None if (n := sums.get(name)) is None else int(n) for name in ("input_tokens", "output_tokens")]
        return Usage(None if seconds is None else float(seconds), None if cost is None else float(cost), *tokens)


def score(
    predictions: Path | str,
    *,
    gold: Path | str | None = None,
    schema: Path | str | None = None,
    documents: Path | str | None = None,
    keep_going: bool = False,
    diagnose: bool = True,
    keep_documents: bool = True,
    resamples: int = 10_000,
    seed: int = 0,
    workers: int = 1,
    engine: str = "local",
) -> Score:
    """Score a prediction file, or that of a run directory, against gold: what `goldspan score` does.

    Without options the data set that ships with goldspan is used; with `gold` and without `documents` nothing
    is checked against text. `keep_going` counts lines that are no record instead of stopping at them. `keep_documents`
    keeps the matching of every document, which the report needs; without it a document costs some 36 bytes
    of memory, and two bytes a leaf of a temporary file.
    `diagnose` gathers error classes, grounding, and what is in `sinks`; `resamples` (0: none) and `seed` are for the
    intervals; `engine` is `local` (`workers` processes), `dask`, or the address of a dask scheduler.

    Raises DataError with every problem of a file, UsageError where a file cannot be read.

    >>> result = score(content.GOLD)
    >>> result.micro.f1, result.fields["deal.amount"].recall
    (1.0, 1.0)
    """
    gold_path, pred_path = Path(gold) if gold else content.GOLD, prediction_path(Path(predictions))
    for path in (gold_path, pred_path):
        if path.exists() and not path.is_file() and not path.is_dir():
            raise UsageError(f"{path}: not a plain file; scoring reads a file more than once, so save it first")
    loaded = schema_of(Path(schema) if schema else None)
    index = LineIndex(pred_path)
    inputs = Inputs(
        gold_path,
        Path(schema) if schema else None,
        Path(documents) if documents else None,
        grounded=bool(documents or not gold),
        diagnose=diagnose,
        keep=keep_documents,
    )
    with ThreadPoolExecutor(1) as beside:
        gold_sha256 = beside.submit(sha256_of_file, gold_path)
        result = run_spans(inputs, index, workers, engine)
        signature = sign(loaded, gold_sha256.result(), resamples, seed)
    _refuse(gold_path, result, index.complete(), keep_going)
    return Score(
        signature,
        loaded,
        result.table,
        result.tallies,
        result.sinks,
        result.kept or {},
        tuple(result.faults),
        len({problem.line for problem in (*index.unnamed, *result.unreadable)}),
        resamples,
        seed,
    )


def sign(schema: Schema, gold_sha256: str, resamples: int, seed: int) -> str:
    """The line that pins a score: two scores may be compared only where it is the same."""
    hashes = f"gold:{gold_sha256[:16]}|schema:{schema.sha256[:16]}"
    boot = f"|boot:story,{resamples},seed={seed}" if resamples else ""
    return f"goldspan|v{VERSION}|{hashes}|align:max-leaf|null:skip|avg:micro{boot}"


def _refuse(gold: Path, result: ShardResult, index: LineIndex, keep_going: bool) -> None:
    """Raise DataError with all that keeps the files from being scored, in the order of their lines."""
    in_gold, in_pred = list(result.gold_problems), [] if keep_going else [*index.unnamed, *result.unreadable]
    if again := repeats(result.gold_keys):
        records = [(line.number, line.record.doc_id) for line in read_records(gold) if line.record]
        for position, first in again:
            (line, doc_id), message = records[position], f"the same document as in line {records[first][0]}"
            in_gold.append(Problem(message, gold, line, doc_id, "/doc_id"))
    known = np.zeros(len(index), dtype=bool)
    known[result.used] = True
    if not keep_going:
        in_pred += index.unreadable(np.flatnonzero(~known).tolist())
    again = repeats(index.keys)
    for position, first in again:
        in_pred.append(index.problem(position, f"the same document as in line {index.numbers[first]}"))
        known[first] |= known[position]
    for position, first in again:
        known[position] = known[first]  # a document that gold does not know is told at each of its lines
    in_pred += [index.problem(int(i), "gold knows no such document") for i in np.flatnonzero(~known)]
    problems = [*dict.fromkeys((*sorted(in_gold, key=_line), *sorted(in_pred, key=_line)))]
    if problems:
        raise DataError(problems)


def _line(problem: Problem) -> int:
    return problem.line or 0
