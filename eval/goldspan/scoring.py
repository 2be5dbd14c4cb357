"""The score: counts kept by document and field, and every figure derived from them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from goldspan import content
from goldspan.check import CheckedEvent
from goldspan.compare import compare_document
from goldspan.counts import Counts, macro_f1, ratio, total
from goldspan.documents import Document, load_documents
from goldspan.errors import Problem
from goldspan.files import sha256_of_file
from goldspan.load import CheckedRecord, Predictions, load_gold, load_predictions
from goldspan.match import DocumentMatch
from goldspan.records import Usage
from goldspan.schema import Schema, load_schema
from goldspan.version import VERSION


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
    """How good predictions are against gold. Keeps the matchings; every figure is derived from them."""

    signature: str
    schema: Schema
    documents: Mapping[str, DocumentMatch]
    faults: tuple[Problem, ...] = ()
    unreadable: int = 0

    @cached_property
    def fields(self) -> dict[str, Counts]:
        """Counts of each field that either side states, in the order of the schema, what it does not know last."""
        sums: dict[str, Counts] = {}
        for document in self.documents.values():
            for path, counts in document.fields.items():
                sums[path] = sums.get(path, Counts()) + counts
        order = [path for event_type in self.schema.types.values() for path, _ in event_type.walk()]
        places = {path: i for i, path in enumerate(order)}
        return dict(sorted(sums.items(), key=lambda item: (places.get(item[0], len(places)), item[0])))

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

    @property
    def macro_document_f1(self) -> float | None:
        """The mean of the documents' F1s."""
        return macro_f1(document.counts for document in self.documents.values())

    @cached_property
    def events(self) -> EventCounts:
        """Events rather than leaves."""
        pairs = [pair for document in self.documents.values() for pair in document.pairs]
        both = [pair for pair in pairs if pair.gold is not None and pair.pred is not None]
        perfect = sum(all(outcome.result == "matched" for outcome in pair.outcomes) for pair in both)
        missed = sum(pair.pred is None for pair in pairs)
        return EventCounts(len(both), missed, len(pairs) - len(both) - missed, perfect)

    @property
    def true_null_rate(self) -> float | None:
        """Of the fields that gold leaves empty in paired events, the share that the prediction leaves empty too."""
        pairs = [pair for document in self.documents.values() for pair in document.pairs]
        return ratio(sum(pair.both_silent for pair in pairs), sum(pair.silent for pair in pairs))

    @property
    def missing(self) -> list[str]:
        """The documents for which there is no prediction."""
        return [doc_id for doc_id, document in self.documents.items() if document.pred is None]

    @property
    def failed(self) -> list[str]:
        """The documents whose prediction is an error record."""
        return [
            doc_id for doc_id, document in self.documents.items() if document.pred and document.pred.error is not None
        ]

    @property
    def usage(self) -> Usage:
        """The sum of what the predictions say they took; None where none says."""
        all_usage = [d.pred.usage for d in self.documents.values() if d.pred and d.pred.usage]
        sums = {
            name: sum(values) if (values := [v for u in all_usage if (v := getattr(u, name)) is not None]) else None
            for name in Usage.__struct_fields__
        }
        return Usage(**sums)


def score(
    predictions: Path | str,
    *,
    gold: Path | str | None = None,
    schema: Path | str | None = None,
    documents: Path | str | None = None,
    keep_going: bool = False,
) -> Score:
    """Score a prediction file against gold: what `goldspan score` does.

    Without options the data set that ships with goldspan is used; with `gold` and without `documents` nothing
    is checked against text. `keep_going` counts lines that are no record instead of stopping at them.

    Raises DataError with every problem of a file, UsageError where a file cannot be read.

    >>> result = score(content.GOLD)
    >>> result.micro.f1, result.fields["deal.amount"].recall
    (1.0, 1.0)
    """
    gold_path = Path(gold) if gold else content.GOLD
    loaded = load_schema(Path(schema) if schema else None)
    texts = load_documents(Path(documents) if documents else None) if documents or not gold else None
    gold_records = load_gold(gold_path, loaded, texts)
    predicted = load_predictions(Path(predictions), loaded, gold_records.keys(), keep_going)
    return score_records(gold_records, predicted, loaded, sign(loaded, sha256_of_file(gold_path)), texts)


def sign(schema: Schema, gold_sha256: str) -> str:
    """The line that pins a score: two scores may be compared only where it is the same."""
    pins = (
        f"v{VERSION}",
        f"gold:{gold_sha256[:16]}",
        f"schema:{schema.sha256[:16]}",
        "align:max-leaf",
        "null:skip",
        "avg:micro",
    )
    return "goldspan|" + "|".join(pins)


def score_records(
    gold: Mapping[str, CheckedRecord],
    predictions: Predictions,
    schema: Schema,
    signature: str,
    texts: Mapping[str, Document] | None = None,
) -> Score:
    """Score loaded predictions against loaded gold, document by document."""
    documents: dict[str, DocumentMatch] = {}
    for doc_id, record in gold.items():
        predicted = predictions.records.get(doc_id)
        events: tuple[CheckedEvent, ...] = predicted.events if predicted else ()
        pairs = tuple(compare_document(record.events, events))
        text = texts.get(doc_id) if texts else None
        documents[doc_id] = DocumentMatch(doc_id, record.record, predicted and predicted.record, pairs, text)
    return Score(signature, schema, documents, tuple(predictions.faults), len(predictions.unreadable))
