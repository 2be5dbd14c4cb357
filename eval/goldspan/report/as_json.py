"""A score as JSON for machines, in the form that `docs/formats.md` fixes."""

from typing import Any

from goldspan.counts import Counts
from goldspan.diagnosis import Diagnosis
from goldspan.errors import UsageError
from goldspan.records import Usage
from goldspan.resample import ALL, Interval
from goldspan.scoring import Score
from goldspan.version import VERSION


def counts_as_json(counts: Counts, interval: Interval | None = None) -> dict[str, Any]:
    """The keys of every block of counts; undefined rates, and an interval where there is none, are None.

    >>> counts_as_json(Counts(matched=1, missed=1))["recall"]
    0.5
    """
    return {
        "matched": counts.matched,
        "misread": counts.misread,
        "missed": counts.missed,
        "invented": counts.invented,
        "precision": counts.precision,
        "recall": counts.recall,
        "f1": counts.f1,
        "f1_interval": None if interval is None or interval.low is None else [interval.low, interval.high],
        "accuracy": counts.accuracy,
    }


def score_as_json(score: Score) -> dict[str, Any]:
    """Everything that the table shows, and the counts by document."""
    events, rates, intervals = score.events, score.events.counts, score.intervals
    diagnosis: Diagnosis | None = score.sinks.get("diagnosis")
    sections = {name: section_of(sink) for name, sink in score.sinks.items()}
    return {
        "goldspan": VERSION,
        "signature": score.signature,
        "overall": {
            "micro": counts_as_json(score.micro, intervals.get(ALL)),
            "macro_field_f1": score.macro_field_f1,
            "macro_document_f1": score.macro_document_f1,
            "true_null_rate": score.true_null_rate,
            "events": {
                "matched": events.matched,
                "missed": events.missed,
                "invented": events.invented,
                "precision": rates.precision,
                "recall": rates.recall,
                "f1": rates.f1,
                "perfect": events.perfect,
            },
        },
        "types": {name: counts_as_json(counts, intervals.get(name)) for name, counts in score.types.items()},
        "fields": {
            path: counts_as_json(counts, intervals.get(path)) | (diagnosis.field_as_json(path) if diagnosis else {})
            for path, counts in score.fields.items()
        },
        "documents": {doc_id: counts_as_json(counts) for doc_id, counts in score.document_counts()},
        "validity": {
            "documents": len(score.table),
            "missing": len(score.missing),
            "failed": len(score.failed),
            "unreadable": score.unreadable,
            "schema_errors": score.tallies.faults,
        },
        "usage": {name: getattr(score.usage, name) for name in Usage.__struct_fields__},
        **{name: section for name, section in sections.items() if section is not None},
    }


def section_of(sink: Any) -> dict[str, Any] | None:
    """What a sink found; None where nothing, or where the library that works it out is not installed."""
    try:
        return sink.as_json()
    except UsageError:
        return None
