"""The figures of the card, each computed from the data: sizes, fill rates, agreement, adjudication, concentration."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from goldspan.check import leaves_of
from goldspan.counts import Counts
from goldspan.documents import Document
from goldspan.errors import DataError, Problem
from goldspan.files import FORMAT_ERRORS, read_lines
from goldspan.kinds import states_nothing
from goldspan.normal import normal_name
from goldspan.records import Event
from goldspan.release.source import Part, Source
from goldspan.schema import EventType
from goldspan.scoring import EventCounts, score


class FieldFigures(NamedTuple):
    """A field and in how many events of its type it is filled."""

    path: str
    kind: str
    title: str
    key: bool
    filled: int
    events: int


class TypeFigures(NamedTuple):
    """An event type: its events, and its fields in the order of the schema."""

    name: str
    title: str
    description: str
    events: int
    fields: tuple[FieldFigures, ...]


class Agreement(NamedTuple):
    """One pass scored against another of the same folder: F1 is the same with the roles changed."""

    first: str
    second: str
    counts: Counts
    events: EventCounts


class Mentioned(NamedTuple):
    """A name, and the number of events that it is a value of."""

    name: str
    events: int


class VariantFigures(NamedTuple):
    """Made documents with gold; `licences` and `review` count documents."""

    name: str
    documents: int
    events: int
    licences: dict[str, int]
    review: dict[str, int]


@dataclass(frozen=True)
class Figures:
    """All that the card counts."""

    documents: int
    stories: int
    characters: int
    events: int
    values: int
    spans: int
    grounded: int
    story_events: int
    annotators: int
    types: tuple[TypeFigures, ...]
    agreement: tuple[Agreement, ...]
    adjudicated: dict[str, dict[str, int]]
    review: dict[str, int]
    licences: dict[str, int]
    dated: int
    most_named: tuple[Mentioned, ...]
    published: tuple[str, str] | None
    variants: tuple[VariantFigures, ...]

    @property
    def has_keys(self) -> bool:
        """Whether the schema marks key fields."""
        return any(field.key for each in self.types for field in each.fields)


def figures_of(
    source: Source, passes: Path | None, schema: Path | None, documents: Path, adjudication: Path | None
) -> Figures:
    """Count everything; the paths are those that `source` was read from, which the evaluator reads again."""
    part = source.gold
    events = [event for record in part.records for event in record.events]
    types = {event_type.name: event_type for event_type in source.schema.types.values()}
    dates = [document.published for document in part.documents.values() if document.published is not None]
    leaves = [(e, leaf) for e in events for leaf in leaves_of(types[e.type].group, e.fields)]
    return Figures(
        documents=len(part.documents),
        stories=len({document.story for document in part.documents.values()}),
        characters=sum(len(document.text) for document in part.documents.values()),
        events=len(events),
        values=len(leaves),
        spans=sum(len(spans) for event in events for spans in event.evidence.values()),
        grounded=sum(1 for event, leaf in leaves if event.evidence.get(leaf.pointer)),
        story_events=len({event.story_event for event in events if event.story_event is not None}),
        annotators=max(Counter(Path(name).parent for name in source.passes).values(), default=0),
        types=tuple(_type_figures(event_type, events) for event_type in types.values()),
        agreement=tuple(_agreement(source.passes, passes, schema, documents)),
        adjudicated=_adjudicated(adjudication),
        review=_count(record.review_status or "not stated" for record in part.records),
        licences=_licences(part.documents.values()),
        dated=len(dates),
        most_named=_most_named(events, types),
        published=(min(dates), max(dates)) if dates else None,
        variants=tuple(_variant_figures(name, made) for name, made in source.variants.items()),
    )


def _count(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items()))


def _variant_figures(name: str, part: Part) -> VariantFigures:
    documents = part.documents.values()
    events = sum(len(record.events) for record in part.records)
    review = _count(record.review_status or "not stated" for record in part.records)
    return VariantFigures(name, len(documents), events, _licences(documents), review)


def _licences(documents: Iterable[Document]) -> dict[str, int]:
    return _count(document.licence or "not known" for document in documents)


def _type_figures(event_type: EventType, events: Sequence[Event]) -> TypeFigures:
    own = [event.fields for event in events if event.type == event_type.name]
    fields = tuple(
        FieldFigures(
            entry.path, entry.kind, entry.title, entry.key, sum(_is_filled(path, fields) for fields in own), len(own)
        )
        for path, entry in event_type.walk()
    )
    return TypeFigures(event_type.name, event_type.title, event_type.description, len(own), fields)


def _is_filled(path: str, fields: Any) -> bool:
    """Whether anything stands at a dotted path below the type, in any item of the lists on the way."""
    return any(not states_nothing(value) for value in _at(fields, path.split(".")[1:]))


def _at(value: Any, steps: Sequence[str]) -> Iterator[Any]:
    if isinstance(value, list) and steps:
        for item in value:  # pyright: ignore[reportUnknownVariableType]
            yield from _at(item, steps)
    elif not steps:
        yield value
    elif isinstance(value, dict):
        yield from _at(value.get(steps[0]), steps[1:])  # pyright: ignore[reportUnknownMemberType]


def _agreement(passes: Any, folder: Path | None, schema: Path | None, documents: Path) -> Iterator[Agreement]:
    """Each two passes of one folder, one taken as gold."""
    for first, second in combinations(passes, 2) if folder else ():
        if folder is None or Path(first).parent != Path(second).parent:
            continue
        a, b = (folder / f"{name}.jsonl" for name in (first, second))
        result = score(b, gold=a, schema=schema, documents=documents, diagnose=False, keep_documents=False, resamples=0)
        yield Agreement(first, second, result.micro, result.events)


class _Decision(msgspec.Struct):
    decision: str
    round: Any = None


def _adjudicated(path: Path | None) -> dict[str, dict[str, int]]:
    """How often the adjudicator decided what, by round."""
    counts: dict[str, Counter[str]] = {}
    for number, line in read_lines(path) if path else ():
        try:
            row = msgspec.json.decode(line, type=_Decision)
        except FORMAT_ERRORS as error:
            raise DataError([Problem(str(error), path, number)]) from error
        counts.setdefault(str(row.round), Counter())[row.decision] += 1
    return {name: dict(sorted(counter.items())) for name, counter in counts.items()}


def _most_named(events: Sequence[Event], types: dict[str, EventType], most: int = 5) -> tuple[Mentioned, ...]:
    """The names that are values of most events, as normalised for comparison, in the form most often written."""
    counter: Counter[str] = Counter()
    forms: dict[str, Counter[str]] = {}
    for event in events:
        found = {leaf.value for leaf in leaves_of(types[event.type].group, event.fields) if leaf.leaf.kind == "name"}
        for name in {normal_name(value) for value in found}:
            counter[name] += 1
        for value in found:
            forms.setdefault(normal_name(value), Counter())[value] += 1
    ranked = sorted(counter, key=lambda name: (-counter[name], name))[:most]
    return tuple(
        Mentioned(min(forms[name], key=lambda form: (-forms[name][form], form)), counter[name]) for name in ranked
    )
