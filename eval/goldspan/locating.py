"""Evidence for values that came without any: where the text states them, word for word.

Only names and texts are looked up. A place counts where it equals the value by the kind's own normal form; so evidence
is never invented, and it is marked `located`, because not the extractor gave it.
"""

import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any, cast

from goldspan.kinds import QUOTED
from goldspan.nodes import Group, Items, Leaf, Node
from goldspan.normal import normal_name, normal_text
from goldspan.pointers import pointer
from goldspan.schema import Schema

Place = tuple[int, int]


class Places:
    """A text in which words are looked for, every occurrence.

    >>> Places("The Contoso deal: CONTOSO  Group, Contosoft").find("Contoso", "name")
    [(4, 11)]
    >>> Places("The CONTOSO  Group").find("Contoso Group, Inc.", "name")
    [(4, 18)]
    """

    def __init__(self, text: str) -> None:
        self.text = text

    def find(self, value: str, kind: str) -> list[Place]:
        """Where a value stands, as half-open places in code points: as it is written, or else in its normal form."""
        exact = list(_occurrences(self.text, value))
        if exact:
            return exact
        forms = [normal_text(value), normal_name(value)] if kind == "name" else [normal_text(value)]
        folded, starts = self._folded
        for form in forms:
            found = [(starts[a], starts[b - 1]) for a, b in _occurrences(folded, form)]
            if found:
                ends = sorted({*starts, len(self.text)})
                return [(a, self._end(b, ends)) for a, b in found]
        return []

    def _end(self, last: int, starts: Sequence[int]) -> int:
        """The end of the piece of text that begins at `last`; spaces are none of its business."""
        end = starts[bisect_left(starts, last + 1)]
        return last + len(self.text[last:end].rstrip())

    @cached_property
    def _folded(self) -> tuple[str, list[int]]:
        """The text in the form that values are folded to, and for each of its characters where it comes from."""
        parts: list[str] = []
        starts: list[int] = []
        for start, end in pairwise([*self._pieces(), len(self.text)]):
            piece = self.text[start:end]
            form = " " if piece.isspace() else _fold(piece)
            if form != " " or (parts and parts[-1] != " "):
                parts.append(form)
                starts += [start] * len(form)
        return "".join(parts), starts

    def _pieces(self) -> Iterator[int]:
        """Where each letter begins, together with the marks that combine with it."""
        return (i for i, c in enumerate(self.text) if i == 0 or c.isascii() or not unicodedata.combining(c))


def _fold(piece: str) -> str:
    """The normal form of a letter, no sign of which is dropped."""
    if piece.isascii():
        return piece.lower()
    return normal_text(f"x{piece}x")[1:-1]


def _occurrences(text: str, words: str) -> Iterator[Place]:
    """Every place of the words that begins and ends where words and letters do."""
    start = text.find(words) if words else -1
    while start >= 0:
        end = start + len(words)
        begins = start == 0 or not (text[start - 1].isalnum() and words[0].isalnum())
        if begins and (end == len(text) or not _goes_on(words[-1], text[end])):
            yield start, end
        start = text.find(words, start + 1)


def _goes_on(last: str, following: str) -> bool:
    """Whether a letter, or a word, goes on after the last character of a find."""
    return bool(unicodedata.combining(following)) or (following.isalnum() and last.isalnum())


def locate(events: Sequence[Mapping[str, Any]], text: str, schema: Schema) -> list[dict[str, Any]]:
    """Copies of raw events in which each name and text without evidence has that of its places in the text.

    Values that are not found, and fields that the schema does not describe, are left as they are.
    """
    places = Places(text)
    located: list[dict[str, Any]] = []
    for event in events:
        evidence: dict[str, Any] = dict(event.get("evidence") or {})
        event_type = schema.types.get(event["type"])
        for target, kind, value in _words(event_type.group, event["fields"], "") if event_type else ():
            if not evidence.get(target) and (found := places.find(value, kind)):
                evidence[target] = [{"start": a, "end": b, "quote": text[a:b], "located": True} for a, b in found]
        located.append({**event, "evidence": evidence} if evidence else dict(event))
    return located


def _words(node: Node, value: Any, place: str) -> Iterator[tuple[str, str, str]]:
    """The names and texts in a value, however wrong its shape: pointer, kind, words."""
    if isinstance(node, Leaf):
        if node.kind in QUOTED and isinstance(value, str) and value.strip():
            yield place, node.kind, value
    elif isinstance(node, Items):
        for i, item in enumerate(cast("list[Any]", value) if isinstance(value, list) else ()):
            yield from _words(node.item, item, f"{place}/{i}")
    elif isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        yield from (
            found
            for name, each in _fields(node, members)
            for found in _words(each, members[name], place + pointer(name))
        )


def _fields(group: Group, members: Mapping[str, Any]) -> Iterator[tuple[str, Node]]:
    return ((name, entry.node) for name, entry in group.fields.items() if name in members)
