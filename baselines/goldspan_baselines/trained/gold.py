"""Gold as labels: which sentences tell an event, and which stretches of the text state which of its values."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from goldspan import DataError, Document, Problem, UsageError, load_documents, validate
from goldspan.content import DOCUMENTS, GOLD
from goldspan_baselines.rules.page import Page, Part
from goldspan_baselines.trained.candidates import Candidate
from goldspan_baselines.trained.shape import NONE, Shape


@dataclass(frozen=True, slots=True)
class Told:
    """An event of gold: its type, where the text states which slot (start, end, path), and its choices as JSON."""

    type: str
    spans: tuple[tuple[int, int, str], ...]
    choices: Mapping[str, str]

    def tells(self, part: Part) -> bool:
        """Whether a sentence states any of its values."""
        return any(part.start <= start < part.end for start, _, _ in self.spans)

    def path_at(self, candidate: Candidate, paths: frozenset[str]) -> tuple[float, str]:
        """Which of the slots the text states there (NONE: none of them), and the overlap over the union.

        More than half must overlap; of a phrase all, since one word more makes another phrase.
        """
        start, end = candidate.start, candidate.end
        best = (0.999 if candidate.kind == "text" else 0.5, NONE)
        for a, b, path in self.spans:
            if path in paths:
                best = max(best, ((min(b, end) - max(a, start)) / (max(b, end) - min(a, start)), path))
        return best


@dataclass(frozen=True, slots=True)
class Source:
    """Documents with their gold."""

    documents: Mapping[str, Document]
    events: Mapping[str, list[dict[str, Any]]]


def read_gold(documents: Path | None = None, gold: Path | None = None, schema: Path | None = None) -> Source:
    """Documents that have gold, with it; goldspan's own where no files are named.

    Raises DataError with all that is wrong with the gold, UsageError where nothing of it can be learned: where a file
    cannot be read, or no value has evidence.
    """
    problems: list[Problem] = validate(gold or GOLD, schema=schema, documents=documents or DOCUMENTS, gold=False)
    if problems:
        raise DataError(problems)
    loaded = load_documents(documents)
    with (gold or GOLD).open(encoding="utf-8-sig") as file:
        records: list[dict[str, Any]] = [json.loads(line) for line in file if line.strip()]
    events = {record["doc_id"]: record.get("events", []) for record in records}
    if not any(event.get("evidence") for many in events.values() for event in many):
        raise UsageError(f"{gold or GOLD}: no value has evidence, and it is from evidence that is learned")
    return Source({doc_id: document for doc_id, document in loaded.items() if doc_id in events}, events)


def told(events: list[dict[str, Any]], shapes: Mapping[str, Shape]) -> list[Told]:
    """The events of one document as labels."""
    return [_told(event, shapes[event["type"]]) for event in events]


def telling(page: Page, events: list[Told]) -> list[tuple[Part, list[Told]]]:
    """Each sentence with the events that it tells."""
    return [(part, [event for event in events if event.tells(part)]) for part in page.parts]


def _told(event: dict[str, Any], shape: Shape) -> Told:
    fields: dict[str, Any] = event["fields"]
    spans = tuple(
        (span["start"], span["end"], _path(pointer, shape))
        for pointer, many in event.get("evidence", {}).items()
        for span in many
    )
    choices = {name: json.dumps(fields[name], sort_keys=True) if name in fields else NONE for name in shape.choices}
    return Told(event["type"], spans, choices)


def _path(pointer: str, shape: Shape) -> str:
    """The slot that a JSON Pointer leads into; the place in a list says nothing."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    if len(steps) > 1 and (shape.rows.get(steps[0]) or steps[0] in shape.slots):
        del steps[1]
    return ".".join(steps)
