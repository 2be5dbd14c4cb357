"""The canonical form of content, by which ties are decided: no order of keys or items changes it."""

from typing import Any, cast

import msgspec

from goldspan.kinds import is_stated
from goldspan.nodes import Items, Leaf, Node
from goldspan.records import Event


def content_key(node: Node, value: Any, place: str, event: Event) -> bytes:
    """All of a value that could change a figure, in a form that no order of keys or items changes."""
    if not is_stated(value):
        return b"-"
    if isinstance(node, Items):
        items = sorted(content_key(node.item, item, f"{place}/{i}", event) for i, item in enumerate(value))
        return b"[" + b",".join(item for item in items if item != b"-") + b"]"
    if isinstance(node, Leaf):
        spans = sorted((span.start, span.end, span.quote, span.located) for span in event.evidence.get(place, ()))
        accepted = sorted(msgspec.json.encode(_one_form(v), order="sorted") for v in event.accepted.get(place, ()))
        body = msgspec.json.encode(_one_form(value), order="sorted")
        return body + msgspec.json.encode([spans, event.confidence.get(place)]) + b"".join(accepted)
    members = [content_key(f.node, value.get(name), place + f.pointer, event) for name, f in node.fields.items()]
    return b"{" + b",".join(members) + b"}"


def _one_form(value: Any) -> Any:
    """The value with each whole number as an integer, so that 1.0 and 1 are told in one form."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: _one_form(member) for name, member in cast("dict[str, Any]", value).items()}
    return value
