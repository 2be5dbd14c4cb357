"""The gold of a composed article: each event that it tells, each value with the characters that state it."""

from collections.abc import Collection, Sequence
from typing import Any

from goldspan.variants.facts import Fact, Item
from goldspan.variants.teller import Teller
from goldspan.variants.text import Builder

_Mark = tuple[str, int, int]  # pointer, start, end


def told_events(tellers: Sequence[Teller], article: Builder) -> list[dict[str, Any]]:
    """The events that the text of an article tells, in order, as a gold line has them."""
    events: list[dict[str, Any]] = []
    for teller in tellers:
        marks = {(mark.pointer, mark.start, mark.end) for mark in article.marks if mark.event == teller.number}
        events.append({"id": f"e{len(events) + 1}", "type": teller.type, **_event(teller, article.text, marks)})
    return events


def _event(teller: Teller, text: str, marks: Collection[_Mark]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    evidence: dict[str, list[dict[str, Any]]] = {}
    accepted: dict[str, list[str]] = {}
    for name, fact in teller.facts.items():
        if name not in teller.told:
            continue
        values: list[Any] = []
        for place, item in _items(name, fact):
            stated = _stated(item, text)
            values.append(stated if item.bare is None or place in teller.hedged else item.bare)
            spans = sorted((start, end) for pointer, start, end in marks if pointer == place)
            evidence[place] = [{"start": start, "end": end, "quote": text[start:end]} for start, end in spans]
            if item.name and item.name.short != stated:
                accepted[place] = [item.name.short]
        fields[name] = values if fact.is_list else values[0]
    return {"fields": fields, "evidence": evidence} | ({"accepted": accepted} if accepted else {})


def _items(name: str, fact: Fact) -> list[tuple[str, Item]]:
    """The items of a fact with their pointers."""
    return [(f"/{name}/{i}" if fact.is_list else f"/{name}", item) for i, item in enumerate(fact.items)]


def _stated(item: Item, text: str) -> Any:
    """The value; of a name the fullest form that the text has."""
    return item.name.short if item.name and item.name.full not in text else item.value
