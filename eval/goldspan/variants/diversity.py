"""How varied made documents are, beside the documents that ship with goldspan."""

import re
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from statistics import mean, quantiles
from typing import Any

import msgspec

from goldspan import content
from goldspan.documents import load_documents
from goldspan.errors import UsageError
from goldspan.files import read_lines
from goldspan.records import Record, read_records

_TOKEN = re.compile(r"\w+(?:[’'-]\w+)*|[^\w\s]")
WINDOW = 4000
"""Words over which distinct n-grams are counted: their share falls with length, so both sides get the same length."""


def diversity(folder: Path | str, *, sample: int = 2000) -> dict[str, dict[str, Any]]:
    """Measure made documents and goldspan's own: what `goldspan variants diversity` does.

    For `made` (the first `sample` documents of the folder) and `originals`: documents; distinct 1-, 2- and 3-grams
    over the first 4,000 words (the share of n-grams that are different); median words a document, and the 10% and 90%
    quantiles; events a document, fields an event, event types a document; distinct first sentences.
    """
    path = Path(folder)
    made = [msgspec.json.decode(line)["text"] for _, line in islice(read_lines(path / "documents.jsonl"), sample)]
    records = [line.record for line in islice(read_records(path / "gold.jsonl"), sample) if line.record is not None]
    if not made or len(made) != len(records):
        raise UsageError(f"{path} has no documents, or other documents than gold")
    own = [line.record for line in read_records(content.GOLD) if line.record is not None]
    return {
        "made": _measures(made, records),
        "originals": _measures([document.text for document in load_documents().values()], own),
    }


def _measures(texts: list[str], records: list[Record]) -> dict[str, Any]:
    tokens = [_TOKEN.findall(text.casefold()) for text in texts]
    lengths = [len(each) for each in tokens]
    tenths = quantiles(lengths, n=10) if len(lengths) > 1 else lengths * 9
    events = [event for record in records for event in record.events]
    return {
        "documents": len(texts),
        **{f"distinct {n}-grams": _distinct(tokens, n) for n in (1, 2, 3)},
        "words a document, 10%": float(tenths[0]),
        "words a document, median": float(tenths[4]),
        "words a document, 90%": float(tenths[8]),
        "events a document": len(events) / len(records),
        "fields an event": mean([len(event.fields) for event in events] or [0]),
        "types a document": mean([len({event.type for event in record.events}) for record in records]),
        "pieces of evidence a document": sum(len(s) for e in events for s in e.evidence.values()) / len(records),
    }


def _distinct(tokens: Iterable[list[str]], n: int) -> float:
    """The share of n-grams that differ, over the first words of all documents; none spans two documents."""
    seen: list[tuple[str, ...]] = []
    left = WINDOW
    for each in tokens:
        part = each[: max(0, left)]
        left -= len(part)
        seen += zip(*(part[i:] for i in range(n)), strict=False)
    return len(set(seen)) / len(seen) if seen else 0.0
