"""Rewrites a text in places, and takes gold along: every offset, every quote."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from goldspan.records import Event, Span


class Edit(NamedTuple):
    """Characters of a text, and what stands there afterwards."""

    start: int
    end: int
    new: str


class Rewriting:
    """A text with edits made in it; `span` tells where a run of the old characters is now.

    >>> rewriting = Rewriting("Ada paid $5.", [Edit(0, 3, "Berta"), Edit(9, 11, "€7")])
    >>> rewriting.text, rewriting.span(9, 11)
    ('Berta paid €7.', (11, 13))
    """

    def __init__(self, text: str, edits: Iterable[Edit]) -> None:
        self.edits = sorted(edits)
        self._starts = [edit.start for edit in self.edits]
        self._ends = [edit.end for edit in self.edits]
        pieces: list[str] = []
        self._after: list[int] = []  # where each edit's new characters end
        place = length = 0
        for edit in self.edits:
            if edit.start < place:
                raise ValueError(f"edits overlap at {edit.start}")
            pieces += [text[place : edit.start], edit.new]
            length += edit.start - place + len(edit.new)
            self._after.append(length)
            place = edit.end
        pieces.append(text[place:])
        self.text = "".join(pieces)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a run is now; an edit that it cuts through belongs to it whole."""
        return self._place(start, False), self._place(end, True)

    def _place(self, place: int, is_end: bool) -> int:
        # An insertion exactly at a place is outside the run.
        i = (bisect_left(self._starts, place) if is_end else bisect_right(self._starts, place)) - 1
        while i >= 0 and not is_end and self.edits[i].start == place == self.edits[i].end:
            return self._after[i]
        if i < 0:
            return place
        edit = self.edits[i]
        if place >= edit.end and not (place == edit.start and not is_end):
            return self._after[i] + place - edit.end
        return self._after[i] if is_end else self._after[i] - len(edit.new)


def moved(event: Event, rewriting: Rewriting) -> dict[str, list[dict[str, Any]]]:
    """The evidence of an event in the rewritten text."""
    return {pointer: [moved_span(span, rewriting) for span in spans] for pointer, spans in event.evidence.items()}


def moved_span(span: Span, rewriting: Rewriting) -> dict[str, Any]:
    """One piece of evidence in the rewritten text."""
    start, end = rewriting.span(span.start, span.end)
    return {"start": start, "end": end, "quote": rewriting.text[start:end]}


def event_row(event: Event, evidence: Mapping[str, Any], fields: Any = None, accepted: Any = None) -> dict[str, Any]:
    """An event as a gold line has it."""
    row: dict[str, Any] = {"id": event.id, "type": event.type, "fields": event.fields if fields is None else fields}
    row["evidence"] = evidence
    kept = event.accepted if accepted is None else accepted
    if kept:
        row["accepted"] = kept
    if event.story_event is not None:
        row["story_event"] = event.story_event
    return row
