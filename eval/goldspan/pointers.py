"""JSON Pointers (RFC 6901): made, followed, and used to put a value in place of another."""

from collections.abc import Mapping, Sequence
from typing import Any, cast


def pointer(*parts: str | int) -> str:
    """Join reference tokens to a JSON Pointer.

    >>> pointer("fields", "a/b", 0)
    '/fields/a~1b/0'
    """
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def resolve(value: Any, target: str) -> Any:
    """What stands at a JSON Pointer; KeyError, IndexError or ValueError where nothing does.

    >>> resolve({"a/b": [5, 6]}, "/a~1b/1")
    6
    """
    for token in target.split("/")[1:]:
        if isinstance(value, Sequence) and not isinstance(value, str):
            value = cast("Sequence[Any]", value)[int(token)]
        elif isinstance(value, Mapping):
            value = cast("Mapping[str, Any]", value)[token.replace("~1", "/").replace("~0", "~")]
        else:
            raise KeyError(token)
    return value


def replaced(value: Any, new: Mapping[str, Any], place: str = "") -> Any:
    """A copy with other values at some JSON Pointers; the other items of a list keep their index.

    >>> replaced({"a": [1, 2], "b": 3}, {"/a/0": None})
    {'a': [None, 2], 'b': 3}
    """
    if place in new:
        return new[place]
    if isinstance(value, dict):
        return {k: replaced(v, new, place + pointer(k)) for k, v in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [replaced(item, new, f"{place}/{i}") for i, item in enumerate(cast("list[Any]", value))]
    return value
