"""Two annotators' records in one project: their differences listed, the decision and its reason asked for."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from goldspan.annotate.client import Json, Server
from goldspan.annotate.decode import decode_results
from goldspan.annotate.encode import encode_events
from goldspan.annotate.forms import forms_of
from goldspan.annotate.interface import SLOTS, labeling_interface
from goldspan.annotate.pairs import DocumentPair, pair_files
from goldspan.annotate.projects import ADJUDICATION, PROJECT, Pushed, Task, push_tasks, title_of
from goldspan.annotate.pull import Annotated, Export
from goldspan.check import check_event, leaves_of
from goldspan.documents import Document, load_documents
from goldspan.errors import DataError, Problem, UsageError
from goldspan.files import sha256_of_file
from goldspan.pairing import compare_document
from goldspan.pointers import resolve
from goldspan.records import Event
from goldspan.schema import Schema, load_schema


class Side(NamedTuple):
    """What one annotator says of a value."""

    pointer: str
    value: Any
    evidence: list[list[int]]
    accepted: list[Any]

    def as_json(self) -> Json:
        """As `annotations/adjudication.jsonl` has it."""
        return {"value": self.value, "evidence": self.evidence, "accepted": self.accepted}

    def __str__(self) -> str:
        value = self.value if isinstance(self.value, str) else msgspec.json.encode(self.value).decode()
        places = ", ".join(f"{start}-{end}" for start, end in self.evidence)
        also = f", also right: {'; '.join(map(str, self.accepted))}" if self.accepted else ""
        return f"{value} (at {places or 'no words'}{also})"


class Difference(NamedTuple):
    """A value that the two do not state alike: in value, evidence or accepted forms."""

    slot: str
    type: str
    field: str
    a: Side | None
    b: Side | None


def adjudicate(
    server: Server,
    a: Path | str,
    b: Path | str,
    *,
    project: str = PROJECT,
    schema: Path | str | None = None,
    documents: Path | str | None = None,
    slots: int = SLOTS,
) -> Pushed:
    """Make the project in which two annotators' records are decided upon: what `goldspan annotate adjudicate` does.

    Both stand in it as model versions, events that are the same in one slot; the documents with the most differences
    come first, and each task lists its own. `pull` of the annotator `adjudication` then writes the decided records and
    the decisions. Raises DataError where either file is wrong, or has a document that the other lacks.
    """
    paths = Path(a), Path(b)
    loaded = load_schema(Path(schema) if schema else None)
    texts = load_documents(Path(documents) if documents else None)
    names = [f"{side}: {path.stem[:30]} {sha256_of_file(path)[:8]}" for side, path in zip("ab", paths, strict=True)]
    tasks: list[tuple[int, Task]] = []
    problems: list[Problem] = []
    for each in pair_files(*paths, loaded, texts):
        try:
            tasks.append(_task(each, names, loaded, texts[each.doc_id], slots))
        except DataError as error:
            problems += error.problems
    if problems:
        raise DataError(problems)
    tasks.sort(key=lambda entry: -entry[0])
    interface = labeling_interface(loaded, slots=slots, adjudication=True)
    return push_tasks(server, title_of(project, ADJUDICATION), interface, [task for _, task in tasks], names[0])


def _task(each: DocumentPair, names: Sequence[str], schema: Schema, document: Document, slots: int) -> tuple[int, Task]:
    ours, theirs = _slots(each)
    found = list(differences(ours, theirs, schema))
    listed = "\n".join(f"{i}. {_told(one)}" for i, one in enumerate(found, 1)) or "No differences."
    forms = forms_of(schema)
    predictions = tuple(
        {"model_version": name, "result": encode_events(record, events, schema, forms, document.text, slots)}
        for name, record, events in zip(names, (each.a, each.b), (ours, theirs), strict=True)
    )
    return len(found), Task(document, predictions, {"differences": listed, "number_of_differences": len(found)})


def _slots(each: DocumentPair) -> tuple[dict[str, Event], dict[str, Event]]:
    """The events of either by slot: what the alignment pairs shares one."""
    ours = {f"E{i + 1}": event for i, event in enumerate(each.a.events)}
    partner = {pair.pred: pair.gold for pair in each.pairs if pair.pred is not None and pair.gold is not None}
    theirs: dict[str, Event] = {}
    free = len(ours)
    for j, event in enumerate(each.b.events):
        at = partner.get(j)
        if at is None:
            free += 1
        theirs[f"E{free if at is None else at + 1}"] = event
    return ours, dict(sorted(theirs.items(), key=lambda entry: int(entry[0][1:])))


def differences(ours: Mapping[str, Event], theirs: Mapping[str, Event], schema: Schema) -> Iterator[Difference]:
    """Each value that two versions of a document do not state alike, slot by slot."""
    for slot in sorted({*ours, *theirs}, key=lambda slot: int(slot[1:])):
        a, b = ours.get(slot), theirs.get(slot)
        one, other = ([check_event(event, schema)[0]] if event else [] for event in (a, b))
        for pair in compare_document(one, other):
            for outcome in pair.outcomes:
                left = _side(a, outcome.gold) if a and outcome.gold else None
                right = _side(b, outcome.pred) if b and outcome.pred else None
                if outcome.result != "matched" or _told_apart(left, right):
                    yield Difference(slot, pair.type, outcome.field, left, right)


def _side(event: Event, place: str) -> Side:
    spans = sorted([span.start, span.end] for span in event.evidence.get(place, []))
    return Side(place, resolve(event.fields, place), spans, list(event.accepted.get(place, [])))


def _told_apart(a: Side | None, b: Side | None) -> bool:
    return (a and a.as_json()) != (b and b.as_json())


def _told(one: Difference) -> str:
    return f"{one.slot} {one.field.replace('.', '/')}: a: {one.a or '–'} | b: {one.b or '–'}"


def decisions(export: Export, server: Server, project: int, schema: Schema, slots: int) -> list[Json]:
    """What became of each difference, and why; a difference without a reason is added to the export's problems."""
    versions = _versions(server, project)
    forms = forms_of(schema)
    rows: list[Json] = []
    for each in export.annotated:
        sides = versions.get(each.task["id"], {})
        if sides.keys() != {"a", "b"}:
            export.problems.append(Problem(f"the two versions are not there ({each.link})", doc_id=each.record.doc_id))
            continue
        a, b = (decode_results(sides[name], forms, each.task["data"]["text"], slots).events for name in "ab")
        rows += _decided(each, list(differences(a, b, schema)), export, schema)
    return rows


def _versions(server: Server, project: int) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    for prediction in server.predictions(project):
        side = str(prediction.get("model_version")).partition(":")[0]
        if side in found.setdefault(prediction["task"], {}):
            raise UsageError(f"task {prediction['task']} has two versions {side!r}")
        found[prediction["task"]][side] = prediction["result"]
    return found


def _decided(each: Annotated, found: Sequence[Difference], export: Export, schema: Schema) -> list[Json]:
    reasons, problems = _reasons(each.decoded.reasons, len(found))
    doc_id = each.record.doc_id
    export.problems += [Problem(f"{message} ({each.link})", doc_id=doc_id) for message in problems]
    rows: list[Json] = []
    for number, one in enumerate(found, 1):
        if number not in reasons:
            message = f"the decision on difference {number} has no reason: {_told(one)} ({each.link})"
            export.problems.append(Problem(message, doc_id=doc_id))
            continue
        event = each.decoded.events.get(one.slot)
        gold = _outcome(event, one, schema) if event else None
        rows.append(
            {
                "doc_id": doc_id,
                "event": event.id if event else one.slot.lower(),
                "type": one.type,
                "pointer": (gold or one.a or one.b or Side("", None, [], [])).pointer,
                "a": one.a and one.a.as_json(),
                "b": one.b and one.b.as_json(),
                "decision": next(
                    (n for n, side in (("a", one.a), ("b", one.b)) if not _told_apart(side, gold)), "other"
                ),
                "gold": gold and gold.as_json(),
                "reason": reasons[number],
            }
        )
    return rows


def _outcome(event: Event, one: Difference, schema: Schema) -> Side | None:
    """The value in the decided event that this difference is about: of the same field, alike in value or place."""
    if event.type not in schema.types:
        return None
    sides = [
        _side(event, leaf.pointer)
        for leaf in leaves_of(schema.types[event.type].group, event.fields)
        if f"{event.type}{leaf.path}" == one.field
    ]
    known = [side for side in (one.a, one.b) if side]
    pairs = [(side, other) for side in sides for other in known]
    ranks = [(_likeness(side, other), -i) for i, (side, other) in enumerate(pairs)]
    best, place = max(ranks, default=(0, 0))
    return pairs[-place][0] if best else None


def _likeness(side: Side, other: Side) -> int:
    """How sure it is that two sides are about one value; 0 where nothing says so."""
    if not _told_apart(side, other):
        return 4
    if side.value == other.value:
        return 3
    if side.pointer == other.pointer and "/" not in side.pointer[1:]:
        return 2
    return int(any(one[0] < two[1] and two[0] < one[1] for one in side.evidence for two in other.evidence))


_REASON = re.compile(r"([0-9]+(?: *, *[0-9]+)*) *[:.)] *(.+)", re.DOTALL)


def _reasons(lines: Sequence[str], number: int) -> tuple[dict[int, str], list[str]]:
    """The reason of each difference: `2: …`, `1, 3: …`; a line without a number is about all that have no other.

    >>> _reasons(["1, 3: the headline says so", "as the guidelines have it"], 3)[0]
    {1: 'the headline says so', 2: 'as the guidelines have it', 3: 'the headline says so'}
    """
    own: dict[int, list[str]] = {}
    rest: list[str] = []
    problems: list[str] = []
    for line in lines:
        match = _REASON.fullmatch(line)
        numbers = [int(text) for text in match[1].split(",")] if match else []
        if match and all(1 <= each <= number for each in numbers):
            for each in numbers:
                own.setdefault(each, []).append(match[2].strip())
        elif match:
            problems.append(f"a reason for a difference that is not there: {line!r}")
        elif line:
            rest.append(line)
    found = {i: " ".join(own.get(i, rest)) for i in range(1, number + 1)}
    return {i: reason for i, reason in found.items() if reason}, problems
