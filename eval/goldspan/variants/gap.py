"""The memorisation gap: how much worse a system is on twins than on the originals, and what it states from memory.

A twin asks the same of a reader as its original does; a system that knows the original's news is helped by it there and
misled here. So an honest system has about the same F1 on both, and states no value of an original on a twin.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from goldspan import content, resample
from goldspan.check import CheckedEvent, StatedLeaf, check_event, leaves_of
from goldspan.comparison import Change, Figure
from goldspan.counts import Counts, total
from goldspan.documents import Document, load_documents
from goldspan.errors import UsageError
from goldspan.join import LineIndex, LineReader, key_of
from goldspan.kinds import equal
from goldspan.records import Event, Record, read_records
from goldspan.resample import ALL, Interval
from goldspan.schema import Schema, load_schema
from goldspan.scoring import Score, score
from goldspan.version import VERSION

Stories = dict[str, dict[str, Counts]]


@dataclass(frozen=True)
class Gap:
    """F1 on originals (`before`) and twins (`after`), their difference by story, and echoes.

    `echoes` has for each field as `matched` how many values that twins changed the predictions state as in the
    original, as `misread` how many they do not: its `f1` is the echo rate.
    """

    overall: Figure
    intervals: tuple[Interval, Interval]
    types: Mapping[str, Figure]
    fields: Mapping[str, Figure]
    echoes: Mapping[str, Counts]
    echo_interval: Interval
    stories: int
    documents: tuple[int, int]
    signatures: tuple[str, str]
    resamples: int
    seed: int

    @property
    def echo_rate(self) -> float | None:
        """Of the values that twins changed, the share that the predictions state as they were in the original."""
        return total(self.echoes.values()).f1

    @property
    def indicative(self) -> bool:
        """Whether there are so few stories that intervals only indicate."""
        return self.stories < resample.INDICATIVE_BELOW

    def as_json(self) -> dict[str, Any]:
        """Everything that the table shows."""
        echoes = total(self.echoes.values())
        return {
            "goldspan": VERSION,
            "signatures": {"originals": self.signatures[0], "twins": self.signatures[1]},
            "documents": {"originals": self.documents[0], "twins": self.documents[1]},
            "stories": self.stories,
            "indicative": self.indicative,
            "resampling": {"by": "story", "resamples": self.resamples, "seed": self.seed, "level": resample.LEVEL},
            "overall": _as_json(self.overall)
            | {"originals_interval": _bounds(self.intervals[0]), "twins_interval": _bounds(self.intervals[1])},
            "types": {name: _as_json(figure) for name, figure in self.types.items()},
            "fields": {path: _as_json(figure) for path, figure in self.fields.items()},
            "echoes": {
                "stated": echoes.matched,
                "of": echoes.matched + echoes.misread,
                "rate": self.echo_rate,
                "interval": _bounds(self.echo_interval),
                "fields": {path: {"stated": c.matched, "of": c.matched + c.misread} for path, c in self.echoes.items()},
            },
        }


def _as_json(figure: Figure) -> dict[str, Any]:
    change = figure.change
    return {
        "originals": change.before,
        "twins": change.after,
        "difference": change.difference,
        "interval": _bounds(figure.interval),
    }


def _bounds(interval: Interval) -> list[float | None] | None:
    return None if interval.low is None else [interval.low, interval.high]


def gap(
    originals: Path | str,
    twins: Path | str,
    variants: Path | str,
    *,
    gold: Path | str | None = None,
    schema: Path | str | None = None,
    documents: Path | str | None = None,
    resamples: int = 10_000,
    seed: int = 0,
) -> Gap:
    """Compare one system's predictions for originals and for their twins: what `goldspan variants gap` does.

    `variants` is the folder that `goldspan variants twins` wrote; `gold` and `documents` are those of the originals
    (goldspan's own where none are named). Differences are twins minus originals. Raises what `score` raises, and
    UsageError where the folder has no twins of these originals.
    """
    if (gold is None) != (documents is None):
        raise UsageError("gold and documents go together: name both, or neither")
    folder = Path(variants)
    made = load_documents(folder / "documents.jsonl")
    parents = {document.variant_of for document in made.values() if document.variant == "twin"}
    own = load_documents(Path(documents) if documents else None)
    if not parents or not parents <= own.keys():
        raise UsageError(f"{folder} has no twins of these documents")
    options: dict[str, Any] = {"schema": schema, "keep_documents": False, "diagnose": False, "resamples": 0}
    before = score(originals, gold=gold, documents=documents, **options)
    after = score(twins, gold=folder / "gold.jsonl", documents=folder / "documents.jsonl", **options)
    first, number = _by_story(before, parents)
    second, copies = _by_story(after, None)
    echoes = _echoes(Path(twins), folder / "gold.jsonl", made, Path(gold) if gold else content.GOLD, schema)
    return _measure(first, second, echoes, (number, copies), (before, after), resamples, seed)


def _by_story(scored: Score, wanted: set[str | None] | None) -> tuple[Stories, int]:
    stories: Stories = {}
    number = 0
    for doc_id, story, fields in scored.table.documents():
        if wanted is not None and doc_id not in wanted:
            continue
        number += 1
        sums = stories.setdefault(story, {})
        for path, counts in fields.items():
            sums[path] = sums.get(path, Counts()) + counts
    return stories, number


def _measure(
    first: Stories,
    second: Stories,
    echoes: Stories,
    documents: tuple[int, int],
    scores: tuple[Score, Score],
    resamples: int,
    seed: int,
) -> Gap:
    columns = sorted({path for stories in (first, second) for fields in stories.values() for path in fields})
    order = [path for event_type in scores[0].schema.types.values() for path, _ in event_type.walk()]
    groups = resample.groups_of(columns)
    names = list(dict.fromkeys([*first, *second]))
    ours, theirs = (resample.count_matrix(stories, columns, names) for stories in (first, second))
    differences = resample.bootstrap_differences(ours, theirs, groups, resamples, seed)
    intervals = [
        resample.bootstrap_intervals(each, {ALL: groups[ALL]}, resamples, seed)[ALL] for each in (ours, theirs)
    ]
    echoed = resample.count_matrix({story: {ALL: total(f.values())} for story, f in echoes.items()}, [ALL], names)

    def figure(name: str) -> Figure:
        sides = [
            total(c for fields in stories.values() for path, c in fields.items() if name in (ALL, path, _type(path)))
            for stories in (first, second)
        ]
        return Figure(Change(sides[0].f1, sides[1].f1), differences[name].interval)

    paths = [path for path in order if path in columns] + [path for path in columns if path not in order]
    return Gap(
        figure(ALL),
        (intervals[0], intervals[1]),
        {name: figure(name) for name in dict.fromkeys(map(_type, paths))},
        {path: figure(path) for path in paths},
        {
            path: total(f.get(path, Counts()) for f in echoes.values())
            for path in sorted({p for f in echoes.values() for p in f})
        },
        resample.bootstrap_intervals(echoed, {ALL: [0]}, resamples, seed)[ALL],
        len(names),
        documents,
        (scores[0].signature, scores[1].signature),
        resamples,
        seed,
    )


def _type(path: str) -> str:
    return path.partition(".")[0]


class _Old(NamedTuple):
    """A value of the original, and whatever else counted as right there."""

    leaf: StatedLeaf
    accepted: list[Any]
    quotes: list[str]

    def is_stated(self, pred: Any) -> bool:
        leaf = self.leaf.leaf
        return equal(leaf.kind, self.leaf.value, pred, leaf.units, self.accepted, self.quotes)


def _echoes(
    predictions: Path, gold: Path, made: Mapping[str, Document], parents: Path, schema: Path | str | None
) -> Stories:
    """For each story and field: how many changed values the predictions state as in the original, and do not."""
    loaded = load_schema(Path(schema) if schema else None)
    old = {line.record.doc_id: line.record for line in read_records(parents) if line.record is not None}
    index = LineIndex(predictions)
    stories: Stories = {}
    with LineReader(index) as reader:
        for line in read_records(gold):
            if line.record is None or not (parent := made[line.record.doc_id].variant_of):
                continue
            found = reader.find(line.record.doc_id, key_of(line.record.doc_id))
            pred = None if found is None else found[1].record
            events = [check_event(event, loaded)[0] for event in (pred.events if pred and not pred.error else ())]
            sums = stories.setdefault(made[line.record.doc_id].story, {})
            for path, stated in _echoed(line.record, old[parent], events, loaded):
                sums[path] = sums.get(path, Counts()) + (Counts(matched=1) if stated else Counts(misread=1))
    return stories


def _echoed(twin: Record, parent: Record, predicted: list[CheckedEvent], schema: Schema) -> Iterator[tuple[str, bool]]:
    """Yield the field of each value that the twin changed, and whether the predictions state it as it was."""
    new = {(event.id, leaf.pointer): each for event in twin.events for leaf, each in _leaves(event, schema)}
    right: dict[str, list[_Old]] = {}
    for each in new.values():
        right.setdefault(each.leaf.path, []).append(each)
    stated: dict[str, list[Any]] = {}
    for event in predicted:
        for leaf in leaves_of(event.group, event.fields, path=event.type):
            stated.setdefault(leaf.path, []).append(leaf.value)
    for event in parent.events:
        for leaf, was in _leaves(event, schema):
            now = new.get((event.id, leaf.pointer))
            if now is None or was.is_stated(now.leaf.value):
                continue
            told = [value for value in stated.get(leaf.path, ()) if was.is_stated(value)]
            yield leaf.path, any(not any(fine.is_stated(value) for fine in right[leaf.path]) for value in told)


def _leaves(event: Event, schema: Schema) -> Iterator[tuple[StatedLeaf, _Old]]:
    checked = check_event(event, schema)[0]
    for leaf in leaves_of(checked.group, checked.fields, path=event.type):
        quotes = [span.quote for span in event.evidence.get(leaf.pointer, ())]
        yield leaf, _Old(leaf, event.accepted.get(leaf.pointer, []), quotes)
