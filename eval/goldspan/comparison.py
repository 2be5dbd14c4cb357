"""Compares prediction files on the same gold, story by story: what changed, how sure that is, and where it changed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from goldspan import resample
from goldspan.counts import Counts, total
from goldspan.errors import DataError, Problem, UsageError
from goldspan.files import prediction_path
from goldspan.resample import ALL, Interval, SignFlip
from goldspan.scoring import Score, score
from goldspan.version import VERSION


class _Signed(Protocol):
    @property
    def signature(self) -> str: ...


class Change(NamedTuple):
    """A figure's F1 in the first file and in another; None where undefined."""

    before: float | None
    after: float | None

    @property
    def difference(self) -> float | None:
        """After minus before; None where either is undefined."""
        return None if self.before is None or self.after is None else self.after - self.before

    @property
    def gain(self) -> float:
        """What decides between better and worse: an undefined F1 (rightly nothing stated) counts as faultless."""
        return (1.0 if self.after is None else self.after) - (1.0 if self.before is None else self.before)


class Figure(NamedTuple):
    """A change with the bootstrap interval of its difference."""

    change: Change
    interval: Interval


@dataclass(frozen=True)
class System:
    """One prediction file: its name and its counts by document, story and field; `order` is the schema's, of fields."""

    name: str
    signature: str
    documents: Mapping[str, Counts]
    stories: Mapping[str, Mapping[str, Counts]]
    story_of: Mapping[str, str]
    order: Sequence[str] = ()

    @cached_property
    def fields(self) -> dict[str, Counts]:
        """Counts of each field that either side states."""
        return _pooled(self.stories.values())

    def counts(self, figure: str) -> Counts:
        """The counts of all fields (`ALL`), of an event type, or of a field."""
        return total(counts for path, counts in self.fields.items() if figure in (ALL, path, path.partition(".")[0]))


@dataclass(frozen=True)
class Versus:
    """One file against the first. `p_holm` is p adjusted for the number of files compared with the first."""

    name: str
    overall: Figure
    types: Mapping[str, Figure]
    fields: Mapping[str, Figure]
    documents: Mapping[str, Change]
    test: SignFlip
    p_holm: float | None
    smallest_detectable: float | None

    def better(self, of: str = "documents") -> list[tuple[str, Change]]:
        """The `documents` or `fields` whose F1 rose, the most first."""
        return [(name, change) for name, change in _ranked(self._changes(of), -1) if change.gain > 0]

    def worse(self, of: str = "documents") -> list[tuple[str, Change]]:
        """The `documents` or `fields` whose F1 fell, the most first."""
        return [(name, change) for name, change in _ranked(self._changes(of), 1) if change.gain < 0]

    def dropped(self, limit: float) -> bool:
        """Whether F1 fell by more than `limit`, or cannot be told; rounding in the last digit is no drop."""
        difference = self.overall.change.difference
        return difference is None or -difference > limit + 1e-12

    def _changes(self, of: str) -> Mapping[str, Change]:
        return self.documents if of == "documents" else {path: figure.change for path, figure in self.fields.items()}


@dataclass(frozen=True)
class Comparison:
    """Two or more prediction files compared: every other against the first. Differences are other minus first."""

    signature: str
    systems: tuple[System, ...]
    versus: tuple[Versus, ...]
    stories: int
    resamples: int
    seed: int
    level: float = resample.LEVEL

    @property
    def indicative(self) -> bool:
        """Whether there are so few stories that intervals only indicate."""
        return self.stories < resample.INDICATIVE_BELOW

    def as_json(self) -> dict[str, Any]:
        """Everything that the table shows, and the documents and fields that got better and worse."""
        return {
            "goldspan": VERSION,
            "signature": self.signature,
            "documents": len(self.systems[0].documents),
            "stories": self.stories,
            "indicative": self.indicative,
            "resampling": {"by": "story", "resamples": self.resamples, "seed": self.seed, "level": self.level},
            "systems": [{"name": each.name, "f1": each.counts(ALL).f1} for each in self.systems],
            "comparisons": [_versus_as_json(self.systems[0].name, each) for each in self.versus],
        }


def compare(
    a: Path | str,
    b: Path | str,
    *more: Path | str,
    gold: Path | str | None = None,
    schema: Path | str | None = None,
    documents: Path | str | None = None,
    resamples: int = 10_000,
    seed: int = 0,
) -> Comparison:
    """Score each file, or run directory, and compare every other with the first: what `goldspan compare` does.

    Options and errors are those of `score`; `resamples` (and, above 15 stories, as many random swaps) are drawn from
    `seed`.

    >>> from goldspan import content
    >>> same = compare(content.GOLD, content.GOLD, resamples=10)
    >>> same.versus[0].overall.change.difference, same.versus[0].test.p
    (0.0, 1.0)
    """
    options: dict[str, Any] = {"gold": gold, "schema": schema, "documents": documents}
    for path in (a, b, *more):
        if not prediction_path(Path(path)).exists():  # told before any work
            raise UsageError(f"{path}: No such file or directory")
    systems: list[System] = []
    problems: list[Problem] = []
    for path in (a, b, *more):
        try:
            systems.append(system_of(str(path), score(path, **options, diagnose=False, keep_documents=False)))
        except DataError as error:
            problems += error.problems
    if problems:
        raise DataError([*dict.fromkeys(problems)])  # those of gold are told for each file
    return compare_systems(tuple(systems), resamples=resamples, seed=seed)


def system_of(name: str, scored: Score) -> System:
    """What the comparison keeps of a score."""
    documents: dict[str, Counts] = {}
    story_of: dict[str, str] = {}
    by_story: dict[str, list[Mapping[str, Counts]]] = {}
    for doc_id, story, fields in _documents(scored):
        documents[doc_id] = total(fields.values())
        story_of[doc_id] = story
        by_story.setdefault(story, []).append(fields)
    stories = {story: _pooled(each) for story, each in by_story.items()}
    order = [path for event_type in scored.schema.types.values() for path, _ in event_type.walk()]
    return System(name, scored.signature, documents, stories, story_of, order)


def _documents(scored: Score) -> Iterator[tuple[str, str, Mapping[str, Counts]]]:
    """The id, the story and the counts by field of each document: all that is read of a score's documents."""
    return scored.table.documents()


def check_comparable(first: _Signed, second: _Signed) -> None:
    """Raise UsageError unless two scores have the same signature, however they were resampled.

    >>> from types import SimpleNamespace as Signed
    >>> check_comparable(Signed(signature="goldspan|gold:1|boot:story,9,seed=0"), Signed(signature="goldspan|gold:1"))
    >>> check_comparable(Signed(signature="goldspan|gold:1"), Signed(signature="goldspan|gold:2"))
    Traceback (most recent call last):
    goldspan.errors.UsageError: scores with different signatures cannot be compared: gold:1 against gold:2
    """
    ours, theirs = _pins(first.signature), _pins(second.signature)
    if ours != theirs:
        shown = [
            ", ".join(pin for pin in one if pin not in other) or "-" for one, other in ((ours, theirs), (theirs, ours))
        ]
        raise UsageError(f"scores with different signatures cannot be compared: {shown[0]} against {shown[1]}")


def _pins(signature: str) -> list[str]:
    return [pin for pin in signature.split("|") if not pin.startswith("boot:")]


def compare_systems(systems: Sequence[System], *, resamples: int = 10_000, seed: int = 0) -> Comparison:
    """Compare systems that are scored on the same documents, every other with the first.

    Raises UsageError where there are fewer than two, where signatures differ, or documents or their stories.
    """
    if len(systems) < 2:
        raise UsageError("a comparison needs at least two prediction files")
    if resamples < 1:
        raise UsageError(f"resamples must be at least 1, not {resamples}")
    first, *others = systems
    for other in others:
        check_comparable(first, other)
        if first.story_of != other.story_of:
            raise UsageError(f"{first.name} and {other.name} are not scored on the same documents and stories")
    versus = [_against(first, other, resamples, seed) for other in others]
    adjusted = resample.holm([each.test.p for each in versus])
    return Comparison(
        "|".join([*_pins(first.signature), f"boot:story,{resamples},seed={seed}"]),
        tuple(systems),
        tuple(replace(each, p_holm=p) for each, p in zip(versus, adjusted, strict=True)),
        len(
            {story for each in systems for story, fields in each.stories.items() if total(fields.values()) != Counts()}
        ),
        resamples,
        seed,
    )


def _against(first: System, other: System, resamples: int, seed: int) -> Versus:
    columns = sorted({*first.fields, *other.fields})
    groups = resample.groups_of(columns)
    before, after = (resample.count_matrix(each.stories, columns, first.stories) for each in (first, other))
    differences = resample.bootstrap_differences(before, after, groups, resamples, seed)
    places = {path: i for i, path in enumerate([*first.order, *sorted({*columns} - {*first.order})])}
    fields = sorted(columns, key=places.__getitem__)

    def figure(name: str) -> Figure:
        return Figure(Change(first.counts(name).f1, other.counts(name).f1), differences[name].interval)

    return Versus(
        other.name,
        figure(ALL),
        {name: figure(name) for name in dict.fromkeys(path.partition(".")[0] for path in fields)},
        {path: figure(path) for path in fields},
        {doc_id: Change(counts.f1, other.documents[doc_id].f1) for doc_id, counts in first.documents.items()},
        resample.sign_flip(before, after, resamples, seed),
        None,
        resample.smallest_detectable(differences[ALL].deviation),
    )


def _pooled(parts: Iterable[Mapping[str, Counts]]) -> dict[str, Counts]:
    sums: dict[str, Counts] = {}
    for part in parts:
        for path, counts in part.items():
            sums[path] = sums[path] + counts if path in sums else counts
    return sums


def _ranked(changes: Mapping[str, Change], sign: int) -> list[tuple[str, Change]]:
    return sorted(changes.items(), key=lambda item: (sign * item[1].gain, item[0]))


def _versus_as_json(first: str, versus: Versus) -> dict[str, Any]:
    test = versus.test
    return {
        "system": versus.name,
        "against": first,
        "overall": _figure_as_json(versus.overall),
        "p": test.p,
        "p_holm": versus.p_holm,
        "permutation": {"swaps": test.swaps, "exact": test.exact, "differing_stories": test.differing},
        "smallest_detectable": versus.smallest_detectable,
        "types": {name: _figure_as_json(figure) for name, figure in versus.types.items()},
        "fields": {path: _figure_as_json(figure) for path, figure in versus.fields.items()},
        "better": {of: _changes_as_json(versus.better(of)) for of in ("documents", "fields")},
        "worse": {of: _changes_as_json(versus.worse(of)) for of in ("documents", "fields")},
    }


def _figure_as_json(figure: Figure) -> dict[str, Any]:
    """An interval that no resample defines is null, as an undefined rate is."""
    low, high, undefined = figure.interval
    return {
        "before": figure.change.before,
        "after": figure.change.after,
        "difference": figure.change.difference,
        "interval": None if low is None else [low, high],
        "undefined_resamples": undefined,
    }


def _changes_as_json(changes: Iterable[tuple[str, Change]]) -> list[dict[str, Any]]:
    return [{"name": name, "before": change.before, "after": change.after} for name, change in changes]
