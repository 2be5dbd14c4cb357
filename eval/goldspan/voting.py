"""Merges the predictions of several systems, or of several runs of one, by vote."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from goldspan.check import CheckedEvent, check_event
from goldspan.clusters import Merged, Voice, gather
from goldspan.documents import Document
from goldspan.errors import DataError, Problem
from goldspan.files import prediction_path, sha256_of_file
from goldspan.pairing import compare_document
from goldspan.records import Record, Usage, read_records
from goldspan.schema import Schema, load_schema


def vote(records: Sequence[Mapping[str, Any] | None], schema: Schema) -> dict[str, Any]:
    """Merge the records of one document: what `goldspan run vote` does with each.

    Events are aligned as scoring pairs them, the first record's being the pivot. One is kept if more than half of the
    records have it. Of a field, the value most of these state is taken, being empty counting as a value; of equally
    many the one that comes first. An item of a list is kept if more than half of these have it. A value has the
    evidence of all who state it, and as confidence their share of all records. None, or a record with an `error`, has
    no event; where all are that, so is the result. What the schema does not allow has no vote.

    Raises msgspec.ValidationError where one is no record.

    >>> one = {"doc_id": "d", "events": [{"type": "deal", "fields": {"target": "Fabrikam", "term": "P5Y"}}]}
    >>> two = {"doc_id": "d", "events": [{"type": "deal", "fields": {"target": "Fabrikam Inc.", "term": "P4Y"}}]}
    >>> event, = vote([one, two, None], load_schema())["events"]
    >>> event["fields"], round(event["confidence"]["/target"], 2)
    ({'target': 'Fabrikam', 'term': 'P5Y'}, 0.67)
    """
    read = [None if record is None else msgspec.convert(record, Record) for record in records]
    return _vote(read, schema)


class Vote:
    """The extractor `vote`: for each document, the vote of files of predictions (or run directories)."""

    def __init__(self, *, of: tuple[Path, ...], schema: Path | None = None) -> None:
        self._files = [prediction_path(path) for path in of]
        self._schema = load_schema(schema)
        self._records = [_read(path) for path in self._files]

    def __call__(self, document: Document) -> dict[str, Any]:
        """The vote about one document; an error where no file has an answer."""
        records = [records.get(document.doc_id) for records in self._records]
        return _vote(records, self._schema)

    def describe(self) -> dict[str, Any]:
        """The files that vote, by what is in them."""
        return {"of": [{"file": path.name, "sha256": sha256_of_file(path)} for path in self._files]}


def _read(path: Path) -> dict[str, Record]:
    """The records of a file by document. Raises DataError with all its problems."""
    records: dict[str, Record] = {}
    problems: list[Problem] = []
    for line in read_records(path):
        problems += line.problems
        if line.record and line.record.doc_id in records:
            problems.append(Problem("this document is there twice", path, line.number, line.record.doc_id))
        if line.record:
            records[line.record.doc_id] = line.record
    if problems:
        raise DataError(problems)
    return records


def _vote(records: Sequence[Record | None], schema: Schema) -> dict[str, Any]:
    usage = _usage(record.usage for record in records if record)
    answers = [record if record and record.error is None else None for record in records]
    if not any(answers):
        told = [record.error if record else "no record" for record in records]
        return {"events": [], "error": f"all failed: {'; '.join(map(str, told))}", **usage}
    accounts = [
        [Voice(_known(event), event.fields, "") for event in _events(record, schema)] for record in answers if record
    ]
    clusters = [cluster for cluster in gather(accounts, _pair_events) if 2 * len(cluster) > len(records)]
    return {"events": [_merge(cluster, i, len(records)) for i, cluster in enumerate(clusters, 1)], **usage}


def _known(event: CheckedEvent) -> CheckedEvent:
    return msgspec.structs.replace(event, rejected=())


def _events(record: Record, schema: Schema) -> list[CheckedEvent]:
    """A record's events of types that the schema has, without what it does not allow."""
    return [check_event(event, schema)[0] for event in record.events if event.type in schema.types]


def _pair_events(one: Sequence[Voice], other: Sequence[Voice]) -> list[tuple[int, int]]:
    pairs = compare_document([voice.event for voice in one], [voice.event for voice in other])
    return [(pair.gold, pair.pred) for pair in pairs if pair.gold is not None and pair.pred is not None]


def _merge(cluster: Sequence[Voice], number: int, files: int) -> dict[str, Any]:
    first = cluster[0].event
    merged = Merged(files)
    event = {"id": f"e{number}", "type": first.type, "fields": merged.group(first.group, cluster)}
    story_event = next((voice.event.event.story_event for voice in cluster if voice.event.event.story_event), None)
    about = {"evidence": merged.evidence, "confidence": merged.confidence, "story_event": story_event}
    return event | {name: value for name, value in about.items() if value}


def _usage(stated: Any) -> dict[str, Any]:
    """What all together took: a vote costs what its voters cost."""
    sums: dict[str, float] = {}
    for usage in stated:
        for name in Usage.__struct_fields__ if usage else ():
            if (value := getattr(usage, name)) is not None:
                sums[name] = sums.get(name, 0) + value
    return {"usage": sums} if sums else {}
