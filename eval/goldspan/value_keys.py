"""Keys of values: equal values share one, so that among many values only those that share a key need be compared."""

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

from goldspan.nodes import Leaf
from goldspan.normal import normal_duration, normal_name, normal_text

NUMBER_OF: Mapping[str, str | None] = {"money": "amount", "percent": "value", "quantity": "value", "number": None}
"""The kinds that are numbers, with the member that holds it (None: the value itself)."""

NORMAL: Mapping[str, Callable[[str], Hashable]] = {
    "name": normal_name,
    "text": normal_text,
    "duration": normal_duration,
}
"""The kinds that have a normal form."""

_STEPS = 1e6  # how finely logarithms are cut: 1e-9, within which numbers are equal, is far less than a step
_INSIDE = 0.49  # steps from the middle of a step: up to there, all that is equal is in the same step


def key_function(leaf: Leaf) -> Callable[[Any], Hashable]:
    """How the values of a leaf get their keys.

    >>> key = key_function(Leaf("name"))
    >>> key("Northwind, Inc.") == key("northwind")
    True
    """
    if leaf.kind in NUMBER_OF:
        return lambda value: near_keys(leaf, value)[0]
    return NORMAL.get(leaf.kind) or (_itself if leaf.is_exact else _is_boolean)


def near_keys(leaf: Leaf, value: Any) -> Sequence[Hashable]:
    """The keys that numbers equal to a number may have: its own first, near the end of a step its neighbours' too.

    >>> key = key_function(Leaf("number"))
    >>> key(14.3e9) in near_keys(Leaf("number"), 14.3e9 * (1 + 9e-10))
    True
    """
    part = NUMBER_OF[leaf.kind]
    number = value[part] if part else value
    if not number:
        return ((False, 0),)
    size = math.log(abs(number)) + (math.log(leaf.units[value["unit"]]) if leaf.kind == "quantity" else 0)
    is_negative, size = number < 0, size * _STEPS
    step = round(size)
    if abs(size - step) < _INSIDE:
        return ((is_negative, step),)
    return (is_negative, step), (is_negative, step - 1), (is_negative, step + 1)


def _itself(value: Hashable) -> Hashable:
    return value


def _is_boolean(value: Any) -> Hashable:
    return isinstance(value, bool)  # all that is sure of JSON values that are equal, and may be lists
