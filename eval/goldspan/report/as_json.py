"""A score as JSON for machines, in the form that `docs/formats.md` fixes."""

from typing import Any

from goldspan.counts import Counts
from goldspan.records import Usage
from goldspan.scoring import Score
from goldspan.version import VERSION


def counts_as_json(counts: Counts) -> dict[str, Any]:
    """The eight keys of every block of counts; undefined rates are None.

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
        "accuracy": counts.accuracy,
    }


def score_as_json(score: Score) -> dict[str, Any]:
    """Everything that the table shows, and the counts by document."""
    events, rates = score.events, score.events.counts
    return {
        "goldspan": VERSION,
        "signature": score.signature,
        "overall": {
            "micro": counts_as_json(score.micro),
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
        "types": {name: counts_as_json(counts) for name, counts in score.types.items()},
        "fields": {path: counts_as_json(counts) for path, counts in score.fields.items()},
        "documents": {doc_id: counts_as_json(counts) for doc_id, counts in score.document_counts()},
        "validity": {
            "documents": len(score.table),
            "missing": len(score.missing),
            "failed": len(score.failed),
            "unreadable": score.unreadable,
            "schema_errors": score.tallies.faults,
        },
        "usage": {name: getattr(score.usage, name) for name in Usage.__struct_fields__},
    }
