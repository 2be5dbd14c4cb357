"""What the page shows of each document, and where the first leaf behind each number stands."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, cast
from urllib.parse import urlencode

import msgspec
from markupsafe import Markup

from goldspan.match import DocumentMatch
from goldspan.pairing import EventPair
from goldspan.pointers import resolve
from goldspan.records import Event, Record
from goldspan.report.html_data import ReportData
from goldspan.report.html_text import LeafLabel, Mark, marked
from goldspan.report.table import UNDEFINED


class LeafView(NamedTuple):
    """A row: a leaf by its number in the document; `in_gold` and `in_pred` say whether words of the text are marked."""

    number: int
    field: str
    place: int
    gold: str
    pred: str
    result: str
    error: str
    in_gold: bool
    in_pred: bool


class EventView(NamedTuple):
    """A pair of events: `state` is found, missed or invented."""

    type: str
    state: str
    leaves: list[LeafView]


class DocumentView(NamedTuple):
    """A document: `anchor` is its id on the page."""

    anchor: str
    match: DocumentMatch
    title: str
    error: str | None
    gold_text: Markup
    pred_text: Markup
    events: list[EventView]


def query(**wanted: object) -> str:
    """Which leaves are meant, as the page's script reads it after `#leaves?`.

    >>> query(field=3, outcome="missed")
    'field=3&outcome=missed'
    """
    return urlencode(wanted)


def confused(place: int, gold: str, pred: str) -> dict[str, object]:
    """What is behind a cell of a confusion matrix, whose diagonal holds all that is right, accepted values too."""
    if gold == pred:
        return {"field": place, "outcome": "matched", "gold": gold}
    return {"field": place, "gold": gold, "pred": pred}


def label(value: Any) -> str:
    """An enum's value as the confusions name it."""
    return value if isinstance(value, str) else msgspec.json.encode(value, order="sorted").decode()


def shown(value: Any) -> str:
    """A value as people read it: a string as it is, an object by its members; a dash where nothing is stated.

    >>> shown({"amount": 14800000000, "currency": "USD"})
    'amount 14,800,000,000, currency USD'
    >>> shown({"amount": [1]}), shown(None)
    ('{"amount":[1]}', '–')
    """
    if value is None:
        return UNDEFINED
    members = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
    if members and not any(isinstance(member, (dict, list)) for member in members.values()):
        return ", ".join(f"{name} {_plain(member)}" for name, member in members.items())
    return _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int) and abs(value) >= 10_000:
        return f"{value:,}"
    try:
        return msgspec.json.encode(value).decode()
    except RecursionError:
        return "…"


def document_view(anchor: str, match: DocumentMatch, places: Mapping[str, int], extra: ReportData) -> DocumentView:
    """All that is shown of a document; `places` says where each field stands in the per-field table."""
    text = match.document.text if match.document else ""
    classes: Mapping[tuple[int, int], str] = extra.classes(match) if extra.classes else {}
    events: list[EventView] = []
    count = 0
    for i, pair in enumerate(match.pairs):
        own = {k: name for (place, k), name in classes.items() if place == i}
        leaves = list(_leaves(match, pair, count, places, own, extra.confusions.keys()))
        state = "invented" if pair.gold is None else "missed" if pair.pred is None else "found"
        events.append(EventView(pair.type, state, leaves))
        count += len(leaves)
    labels = [LeafLabel(leaf.field, leaf.result) for event in events for leaf in event.leaves]
    pred_marks = _marks(match.pred, match.pairs, "pred") if match.pred else ()
    return DocumentView(
        anchor,
        match,
        (match.document and match.document.title) or "",
        "no prediction for this document" if match.pred is None else match.pred.error,
        marked(text, _marks(match.gold, match.pairs, "gold"), labels, f"{anchor}g"),
        marked(text, pred_marks, labels, f"{anchor}p"),
        events,
    )


def _leaves(
    match: DocumentMatch,
    pair: EventPair,
    first: int,
    places: Mapping[str, int],
    classes: Mapping[int, str],
    confusions: Collection[str],
) -> Iterator[LeafView]:
    gold = None if pair.gold is None else match.gold.events[pair.gold]
    pred = None if pair.pred is None or match.pred is None else match.pred.events[pair.pred]
    length = len(match.document.text) if match.document else 0
    for k, outcome in enumerate(pair.outcomes):
        show = label if outcome.field in confusions else shown
        yield LeafView(
            first + k,
            outcome.field,
            places[outcome.field],
            _value(gold, outcome.gold, show),
            _value(pred, outcome.pred, show),
            outcome.result,
            classes.get(k, ""),
            _is_marked(gold, outcome.gold, length),
            _is_marked(pred, outcome.pred, length),
        )


def _value(event: Event | None, place: str | None, show: Callable[[Any], str]) -> str:
    return UNDEFINED if event is None or place is None else show(resolve(event.fields, place))


def _is_marked(event: Event | None, place: str | None, length: int) -> bool:
    spans = event.evidence.get(place or "", ()) if event else ()
    return any(max(0, span.start) < min(span.end, length) for span in spans)


def _marks(record: Record, pairs: Iterable[EventPair], side: str) -> Iterator[Mark]:
    leaf = -1
    for pair in pairs:
        index = pair.gold if side == "gold" else pair.pred
        for outcome in pair.outcomes:
            leaf += 1
            place = outcome.gold if side == "gold" else outcome.pred
            if index is not None and place is not None:
                for span in record.events[index].evidence.get(place, ()):
                    yield Mark(span.start, span.end, leaf)


def first_leaves(documents: Iterable[DocumentView], types: Mapping[str, int], extra: ReportData) -> dict[str, str]:
    """For each query behind a number of the page, the id of the first such row: where a plain link leads."""
    first: dict[str, str] = {}
    for document in documents:
        for event in document.events:
            for leaf in event.leaves:
                row = f"{document.anchor}r{leaf.number}"
                for wanted in _queries(event, leaf, types, extra):
                    first.setdefault(wanted, row)
    return first


def _queries(event: EventView, leaf: LeafView, types: Mapping[str, int], extra: ReportData) -> Iterator[str]:
    of_type = types[leaf.field.partition(".")[0]]
    yield f"outcome={leaf.result}"
    yield f"event={event.state}"
    yield f"field=t{of_type}&outcome={leaf.result}"
    yield f"field={leaf.place}&outcome={leaf.result}"
    if leaf.error:
        yield query(error=leaf.error)
        yield query(field=leaf.place, error=leaf.error)
    if leaf.field in extra.confusions:
        yield query(**confused(leaf.place, leaf.gold, leaf.gold if leaf.result == "matched" else leaf.pred))
