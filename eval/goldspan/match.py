"""One document's matching: what every figure, table and picture is derived from."""

from collections.abc import Iterable, Mapping
from functools import cached_property

import msgspec

from goldspan.counts import RESULTS, Counts, total
from goldspan.documents import Document
from goldspan.pairing import EventPair, Outcome
from goldspan.records import Record


class DocumentMatch(msgspec.Struct, frozen=True, dict=True):
    """Gold and prediction of one document, and how their events are paired.

    `pred` is None where there is no prediction; `document` is None where the texts are not known. Pairs point into
    `gold.events` and `pred.events`, their outcomes by JSON Pointer into an event's `fields`.
    """

    doc_id: str
    gold: Record
    pred: Record | None
    pairs: tuple[EventPair, ...]
    document: Document | None = None

    @property
    def story(self) -> str:
        """The story of the document; a document whose text is not known is its own."""
        return self.document.story if self.document else self.doc_id

    @cached_property
    def fields(self) -> Mapping[str, Counts]:
        """Counts of each field that either side states, by dotted path."""
        return tally(outcome for pair in self.pairs for outcome in pair.outcomes)

    @property
    def counts(self) -> Counts:
        """All leaves of the document."""
        return total(self.fields.values())


def tally(outcomes: Iterable[Outcome]) -> dict[str, Counts]:
    """Count outcomes by field.

    >>> tally([Outcome("deal.amount", "misread"), Outcome("deal.amount", "missed")])
    {'deal.amount': Counts(matched=0, misread=1, missed=1, invented=0)}
    """
    numbers: dict[str, list[int]] = {}
    for outcome in outcomes:
        numbers.setdefault(outcome.field, [0, 0, 0, 0])[RESULTS.index(outcome.result)] += 1
    return {path: Counts(*row) for path, row in numbers.items()}
