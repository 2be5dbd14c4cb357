"""Gathers the answers about one document and makes its record."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from goldspan import Document, Schema
from goldspan_baselines.llm.endpoint import Reply
from goldspan_baselines.llm.places import spans
from goldspan_baselines.llm.prices import Price, cost
from goldspan_baselines.llm.undo import undo

_MOST_EVENTS = 1000


Locate = Callable[[str, str], Sequence[Mapping[str, Any]]]
"""Takes the text of a document and what was quoted; returns the evidence."""


class Draft:
    """The record of a document in the making. With `quotes`, what is quoted for a value becomes its evidence."""

    def __init__(
        self, document: Document, schema: Schema, quotes: bool, price: Price | None = None, locate: Locate = spans
    ) -> None:
        self._document, self._schema, self._quotes, self._price = document, schema, quotes, price
        self._locate = locate
        self._events: list[dict[str, Any]] = []
        self._log: list[str] = []
        self._replies: list[Reply] = []

    def note(self, line: str) -> None:
        """Write a line into the record's log."""
        self._log.append(line[:500])

    def count(self, reply: Reply) -> None:
        """Add what a reply took to the record's usage."""
        self._replies.append(reply)

    def add(self, name: str, answer: Any) -> None:
        """Take in what was answered for one event: its fields, or, where the name is "", its type and fields.

        A schema of one type is the name of them all.
        """
        if not name and len(self._schema.types) == 1:
            name = next(iter(self._schema.types))
        if not name:
            members = cast("dict[str, Any]", answer) if isinstance(answer, dict) else {}
            name, answer = members.get("type", ""), members.get("fields")
        event_type = self._schema.types.get(name) if isinstance(cast(Any, name), str) else None
        if event_type is None:
            self.note(f"left out an event without a type that the schema has: {repr(name)[:100]}")
            return
        if len(self._events) >= _MOST_EVENTS:
            self.note(f"left out an event: there are {_MOST_EVENTS} already")
            return
        validator = event_type.validator
        undone = undo(validator.schema, answer, validator.violations)
        for line in undone.log:
            self.note(f"{name}: {line}")
        if not undone.fields:
            return
        event: dict[str, Any] = {"id": f"e{len(self._events) + 1}", "type": name, "fields": undone.fields}
        if self._quotes:
            event["evidence"] = {place: self._evidence(quotes) for place, quotes in undone.quotes.items()}
        self._events.append(event)

    def record(self) -> dict[str, Any]:
        """The record of what was taken in."""
        return self._whole({"events": self._events})

    def failed(self, error: str) -> dict[str, Any]:
        """The record of a document whose answers cannot be used; what they took is counted all the same."""
        return self._whole({"events": [], "error": error})

    def _evidence(self, quotes: Sequence[str]) -> list[Mapping[str, Any]]:
        found = [span for quote in quotes for span in self._locate(self._document.text, quote)]
        by_place = {(span["start"], span["end"], span["quote"]): span for span in found}
        return [by_place[place] for place in sorted(by_place)]

    def _whole(self, record: dict[str, Any]) -> dict[str, Any]:
        log = {"log": self._log} if self._log else {}
        return {"doc_id": self._document.doc_id, **record, "usage": self._usage(), **log}

    def _usage(self) -> dict[str, Any]:
        """Sums over the replies; what one of them does not say is not known of the whole."""
        tokens = [reply.tokens for reply in self._replies]
        costs = [cost(self._price, each) for each in tokens]
        inputs, outputs = [each.input for each in tokens], [each.output for each in tokens]
        return {
            "seconds": round(sum(reply.seconds for reply in self._replies), 6),
            "cost_usd": _sum(costs),
            "input_tokens": _sum(inputs),
            "output_tokens": _sum(outputs),
        }


def _sum(numbers: Sequence[Any]) -> Any:
    return None if None in numbers else sum(numbers)
