"""Inlines `$ref` in a schema, so that whoever reads a field sees all that is said of it in one place."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from goldspan.pointers import pointer

Report = Callable[[str, str], None]
"""Takes the JSON Pointer of a place in the root file and what is wrong there."""


def inline(name: str, files: Mapping[str, Any], report: Report) -> Any:
    """The file `name` with each `$ref` replaced by what it refers to; keywords beside a `$ref` win.

    References are JSON Pointers into this file (`#/$defs/x`) or another of `files` (`common.schema.json#/$defs/x`).
    One that is not found, or that leads back to itself, is reported and replaced by `true`.

    >>> other = {"x": {"items": {"$ref": "#/y"}, "title": "theirs"}, "y": {"type": "string"}}
    >>> inline("a", {"a": {"$ref": "b#/x", "title": "mine"}, "b": other}, print)
    {'items': {'type': 'string'}, 'title': 'mine'}
    >>> inline("a", {"a": {"p": {"$ref": "#/q"}}}, lambda place, message: print(place, message))
    /p/$ref #/q is not found
    {'p': True}
    """
    return _inline(files[name], name, files, "", (), report)


def _inline(value: Any, base: str, files: Mapping[str, Any], place: str, seen: tuple[str, ...], report: Report) -> Any:
    if isinstance(value, list):
        items = cast("list[Any]", value)
        return [_inline(item, base, files, f"{place}/{i}", seen, report) for i, item in enumerate(items)]
    if not isinstance(value, dict):
        return value
    members = cast("dict[str, Any]", value)
    reference = members.get("$ref")
    own = {
        key: _inline(member, base, files, place + pointer(key), seen, report)
        for key, member in members.items()
        if key != "$ref" or not isinstance(reference, str)
    }
    if not isinstance(reference, str):
        return own
    file, _, fragment = reference.partition("#")
    full = f"{file or base}#{fragment}"
    target = _look_up(files.get(file or base), fragment)
    if full in seen or target is None:
        report(f"{place}/$ref", f"{reference} " + ("leads back to itself" if full in seen else "is not found"))
        return own or True
    inlined = _inline(target, file or base, files, place, (*seen, full), report)
    return cast("dict[str, Any]", inlined) | own if isinstance(inlined, dict) else own or inlined


def _look_up(document: Any, fragment: str) -> Any:
    if fragment and not fragment.startswith("/"):
        return None
    for part in fragment.split("/")[1:]:
        token = part.replace("~1", "/").replace("~0", "~")
        document = cast("dict[str, Any]", document).get(token) if isinstance(document, dict) else None
    return document
