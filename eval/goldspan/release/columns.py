"""Columns that are derived from the schema: the Arrow type of each field, and its values there and back.

A `number` is a double, as every reader of JSON has it, and an `integer` 64 bits; what would not come back the same is
told by `lossy`. Null stands for what is absent; an object without members and an empty list stay what they are.
"""

from collections.abc import Iterator
from typing import Any, cast

import msgspec

from goldspan.hub.needs import need
from goldspan.nodes import Group, Items, Leaf, Node
from goldspan.pointers import pointer

_STRUCTS = {
    "money": {"amount": "number", "currency": "string", "bound": "string"},
    "percent": {"value": "number", "bound": "string"},
    "quantity": {"value": "number", "unit": "string", "bound": "string"},
}
Shape = str | dict[str, Any] | list[Any]
"""`string`, `integer`, `number`, `boolean`, `json`, or members by name, or a list with the shape of its items."""


def shape_of(node: Node) -> Shape:
    """The shape that values of a node have in a column.

    >>> from goldspan.schema import load_schema
    >>> fields = load_schema().types["litigation"].group.fields
    >>> shape_of(fields["relief"].node), shape_of(fields["works"].node)["unit"]
    ([{'amount': 'number', 'currency': 'string', 'bound': 'string'}], 'string')
    """
    if isinstance(node, Items):
        return [shape_of(node.item)]
    if isinstance(node, Group):
        return {name: shape_of(entry.node) for name, entry in node.fields.items()}
    return _leaf_shape(node)


def _leaf_shape(leaf: Leaf) -> Shape:
    if leaf.kind in _STRUCTS:
        return dict(_STRUCTS[leaf.kind])
    if leaf.kind == "number":
        return "integer" if leaf.whole else "number"
    if leaf.kind == "boolean":
        return "boolean"
    if leaf.kind == "enum" and not all(isinstance(value, str) for value in leaf.values):
        return "json"
    return "string"


def arrow_type(shape: Shape) -> Any:
    """The Arrow type of a shape."""
    pa = need("pyarrow")
    if isinstance(shape, list):
        return pa.list_(arrow_type(shape[0]))
    if isinstance(shape, dict):
        return pa.struct([(name, arrow_type(inner)) for name, inner in shape.items()])
    plain = {"integer": pa.int64, "number": pa.float64, "boolean": pa.bool_}
    return plain.get(shape, pa.string)()


def to_column(shape: Shape, value: Any) -> Any:
    """A JSON value as pyarrow takes it: with what the shape has no place for left out."""
    if value is None:
        return None
    if isinstance(shape, list):
        return [to_column(shape[0], item) for item in value]
    if isinstance(shape, dict):
        return {name: to_column(inner, value.get(name)) for name, inner in shape.items()}
    if shape == "json":
        return msgspec.json.encode(value, order="sorted").decode()
    if shape == "number":
        return float(value)
    return int(value) if shape == "integer" else value


def from_column(shape: Shape, value: Any) -> Any:
    """The JSON value again: members that are null are absent, and a whole double is an integer."""
    if value is None:
        return None
    if isinstance(shape, list):
        return [from_column(shape[0], item) for item in value]
    if isinstance(shape, dict):
        return {name: from_column(shape[name], inner) for name, inner in value.items() if inner is not None}
    if shape == "json":
        return msgspec.json.decode(value)
    return int(value) if shape == "number" and float(value).is_integer() else value


def lossy(shape: Shape, value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Yield (JSON Pointer, message) for each part of a valid value that would not come back from its column.

    >>> list(lossy({"amount": "number"}, {"amount": 2**53 + 1, "note": "x"}))
    [('/amount', '9007199254740993 is too large to be kept exactly'), ('/note', 'the schema has no such field')]
    """
    if value is None:
        return
    if isinstance(shape, list):
        for i, item in enumerate(value):
            yield from lossy(shape[0], item, f"{place}/{i}")
    elif isinstance(shape, dict):
        for name, member in cast("dict[str, Any]", value).items():
            where = place + pointer(name)
            if name in shape:
                yield from lossy(shape[name], member, where)
            elif member is not None:
                yield where, "the schema has no such field"
    elif shape in ("number", "integer") and not _is_kept(shape, value):
        yield place, f"{value} is too large to be kept exactly"


def _is_kept(shape: str, value: float) -> bool:
    if shape == "integer":
        return -(2**63) <= value < 2**63 and value == int(value)
    try:
        return float(value) == value
    except OverflowError:
        return False
