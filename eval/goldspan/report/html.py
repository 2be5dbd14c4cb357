"""A score as one self-contained page: no network, no scripts, every text escaped."""

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined

from goldspan.compare import EventPair
from goldspan.counts import RESULTS
from goldspan.match import DocumentMatch
from goldspan.pointers import resolve
from goldspan.records import Event, Record
from goldspan.report.table import UNDEFINED, rate, summary
from goldspan.scoring import Score


class Segment(NamedTuple):
    """A run of a document's text; `labels` says what it is evidence for, and `results` how those leaves ended."""

    text: str
    labels: tuple[str, ...]
    results: tuple[str, ...]


class _Mark(NamedTuple):
    start: int
    end: int
    label: str
    result: str


class _Row(NamedTuple):
    field: str
    gold: str
    pred: str
    result: str


class _EventView(NamedTuple):
    heading: str
    rows: list[_Row]


class _DocumentView(NamedTuple):
    doc_id: str
    title: str
    score: DocumentMatch
    error: str | None
    gold_text: list[Segment]
    pred_text: list[Segment]
    events: list[_EventView]


def score_page(score: Score) -> str:
    """The page: the per-field table, then each document with gold and prediction side by side."""
    documents = [_document_view(document) for document in score.documents.values()]
    return _template().render(
        score=score, documents=documents, summary=list(summary(score)), results=RESULTS, rate=rate
    )


@cache
def _template() -> Any:
    environment = Environment(
        loader=PackageLoader("goldspan", "report/templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("score.html.jinja")


def _document_view(document: DocumentMatch) -> _DocumentView:
    known = document.document
    text = known.text if known else ""
    gold_marks = list(_marks(document.gold, document.pairs, "gold"))
    pred_marks = list(_marks(document.pred, document.pairs, "pred")) if document.pred else []
    return _DocumentView(
        document.doc_id,
        known.title or "" if known else "",
        document,
        "no prediction for this document" if document.pred is None else document.pred.error,
        segments(text, gold_marks),
        segments(text, pred_marks),
        [_event_view(document, pair) for pair in document.pairs],
    )


def _marks(record: Record, pairs: Iterable[EventPair], side: str) -> Iterator[_Mark]:
    for pair in pairs:
        index = pair.gold if side == "gold" else pair.pred
        if index is None:
            continue
        for outcome in pair.outcomes:
            place = outcome.gold if side == "gold" else outcome.pred
            for span in record.events[index].evidence.get(place or "", ()):
                yield _Mark(span.start, span.end, f"{outcome.field} ({outcome.result})", outcome.result)


def segments(text: str, marks: Iterable[tuple[int, int, str, str]]) -> list[Segment]:
    """Cut a text at the ends of its marks (start, end, label, result), which may overlap or lie outside.

    >>> [(s.text, s.labels) for s in segments("Meta buys", [(0, 4, "a", "matched"), (2, 99, "b", "missed")])]
    [('Me', ('a',)), ('ta', ('a', 'b')), (' buys', ('b',))]
    """
    inside = [(max(0, start), min(end, len(text)), label, result) for start, end, label, result in marks]
    inside = sorted(mark for mark in inside if mark[0] < mark[1])
    ends = sorted({0, len(text), *(mark[0] for mark in inside), *(mark[1] for mark in inside)})
    cut: list[Segment] = []
    for start, end in pairwise(ends):
        over = [mark for mark in inside if mark[0] <= start and end <= mark[1]]
        labels = dict.fromkeys(label for _, _, label, _ in over)
        results = dict.fromkeys(result for _, _, _, result in over)
        cut.append(Segment(text[start:end], tuple(labels), tuple(results)))
    return cut


def _event_view(document: DocumentMatch, pair: EventPair) -> _EventView:
    gold = None if pair.gold is None else document.gold.events[pair.gold]
    pred = None if pair.pred is None or document.pred is None else document.pred.events[pair.pred]
    rows = [
        _Row(outcome.field, _value(gold, outcome.gold), _value(pred, outcome.pred), outcome.result)
        for outcome in pair.outcomes
    ]
    state = "invented" if gold is None else "missed" if pred is None else "found"
    return _EventView(f"{pair.type}: {state}", rows)


def _value(event: Event | None, place: str | None) -> str:
    if event is None or place is None:
        return UNDEFINED
    value = resolve(event.fields, place)
    try:
        return value if isinstance(value, str) else msgspec.json.encode(value).decode()
    except RecursionError:
        return "…"
