"""Keys of values: equal values share one, so that among many values only those that share a key need be compared."""

import math
from collections.abc import Callable, Hashable, Mapping
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


def key(leaf: Leaf, value: Any) -> Hashable:
    """A value's key.

    >>> key(Leaf("name"), "Northwind, Inc.") == key(Leaf("name"), "northwind")
    True
    """
    normal = NORMAL.get(leaf.kind)
    if normal is not None:
        return normal(value)
    if leaf.kind in NUMBER_OF:
        return _step(leaf, value)
    return value if leaf.is_exact else ""


def near_keys(leaf: Leaf, value: Any) -> tuple[Hashable, ...]:
    """The keys that values equal to this one may have: a number's, and its neighbours'.

    >>> key(Leaf("number"), 14.3e9) in near_keys(Leaf("number"), 14.3e9 * (1 + 9e-10))
    True
    """
    if leaf.kind not in NUMBER_OF:
        return (key(leaf, value),)
    sign, step = _step(leaf, value)
    return (sign, step - 1), (sign, step), (sign, step + 1)


def _step(leaf: Leaf, value: Any) -> tuple[bool, int]:
    part = NUMBER_OF[leaf.kind]
    number = value[part] if part else value
    if not number:
        return False, 0
    size = math.log(abs(number)) + (math.log(leaf.units[value["unit"]]) if leaf.kind == "quantity" else 0)
    return number < 0, round(size * _STEPS)
