"""Takes the rewriting of `strict` back: from an answer to the fields of an event and the words given for each value.

What the original schema does not allow is left out, with a line that says so; what is left is valid by it.
"""

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

from goldspan_baselines.llm.strict import Json, is_leaf, plain, properties

_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")
_ROUNDS = 50

Violations = Callable[[Any], Iterable[Any]]
"""Finds what is wrong with fields by the original schema; each has a `path` and a `message`."""


@dataclass(slots=True)
class Told:
    """One value as the model told it, with the words that it gave for it."""

    value: Any
    quotes: list[str] = field(default_factory=list[str])


class Undone(NamedTuple):
    """Fields that are valid by the original schema, the words for each value by JSON Pointer, and what was left out."""

    fields: Json
    quotes: dict[str, list[str]]
    log: tuple[str, ...]


def undo(schema: Mapping[str, Any], answer: Any, violations: Violations) -> Undone:
    """Lead the answer for one event back to its schema; `fields` is empty where nothing of it can stand.

    >>> schema = {"type": "object", "properties": {"n": {"type": "number"}, "at": {"type": "string"}}}
    >>> undo(schema, {"n": {"quote": "three", "value": "3"}, "at": None}, lambda fields: [])
    Undone(fields={'n': 3}, quotes={'/n': ['three']}, log=())
    """
    log: list[str] = []
    tree = _read(schema, answer, "", log)
    for _ in range(_ROUNDS):
        wrong = list(violations(_values(tree))) if tree else []
        if not wrong:
            break
        for path, message in sorted({(tuple(each.path), each.message) for each in wrong}, key=str, reverse=True):
            log.append(f"left out {_place(path) or 'the event'}: {message}")
            tree = _without(tree, path)
        tree = _pruned(tree)
    else:
        tree = None
    fields: Json = _values(tree) if isinstance(tree, dict) else {}
    return Undone(fields, dict(_quotes(tree, "")) if fields else {}, tuple(log))


def _read(raw: Any, answer: Any, place: str, log: list[str]) -> Any:
    """The answer as a tree of objects, lists and `Told`; None where it states nothing."""
    schema = plain(raw)
    if answer is None:
        return None
    if is_leaf(schema):
        return _leaf(schema, answer)
    if schema["type"] == "array":
        items = cast("list[Any]", answer if isinstance(answer, list) else [answer])
        read = [_read(schema.get("items"), item, f"{place}/{i}", log) for i, item in enumerate(items)]
        return _unique([item for item in read if item is not None]) or None
    if not isinstance(answer, dict):
        log.append(f"left out {place or 'the event'}: no object, but {_shown(answer)}")
        return None
    members = cast("Json", answer)
    log += [f"left out {place}/{name[:100]}: no such field" for name in members if name not in properties(schema)]
    read = {name: _read(each, members.get(name), f"{place}/{name}", log) for name, each in properties(schema).items()}
    return {name: each for name, each in read.items() if each is not None} or None


def _leaf(schema: Json, answer: Any) -> Told | None:
    quotes: list[str] = []
    if isinstance(answer, dict):
        members = cast("Json", answer)
        is_wrapped = members.keys() <= {"quote", "value"} and "value" in members
        if is_wrapped and ("quote" in members or "value" not in properties(schema)):
            quotes = [members["quote"].strip()] if isinstance(members.get("quote"), str) else []
            answer = members["value"]
    value = _parsed(schema, answer)
    return None if value in (None, "", [], {}) else Told(value, [each for each in quotes if each])


def _parsed(raw: Any, answer: Any) -> Any:
    """A value with its numbers and booleans read as the schema says, its nulls dropped."""
    schema = plain(raw)
    if isinstance(answer, dict):
        members = {name: _parsed(properties(schema).get(name), each) for name, each in cast("Json", answer).items()}
        return {name: each for name, each in members.items() if each is not None}
    if isinstance(answer, str):
        kind = schema.get("type") or schema.get("x-kind")
        if kind in ("number", "integer") and _NUMBER.fullmatch(answer.strip()):
            number = _number(answer.strip().replace(",", ""))
            return answer if number is None else number
        if kind == "boolean" and answer.strip().casefold() in ("true", "false"):
            return answer.strip().casefold() == "true"
        return answer.strip()
    return answer


def _number(numeral: str) -> int | float | None:
    number = float(numeral)
    return None if not math.isfinite(number) else int(numeral) if numeral.lstrip("+-").isdigit() else number


def _unique(items: list[Any]) -> list[Any]:
    """The items without repetitions; the words given for a repeated value are kept together."""
    kept: dict[str, Any] = {}
    for item in items:
        earlier = kept.setdefault(json.dumps(_values(item), sort_keys=True), item)
        if earlier is not item and isinstance(item, Told) and isinstance(earlier, Told):
            earlier.quotes += [quote for quote in item.quotes if quote not in earlier.quotes]
    return list(kept.values())


def _values(tree: Any) -> Any:
    if isinstance(tree, Told):
        return tree.value
    if isinstance(tree, dict):
        return {name: _values(each) for name, each in cast("Json", tree).items()}
    return [_values(each) for each in cast("list[Any]", tree)]


def _quotes(tree: Any, place: str) -> Iterator[tuple[str, list[str]]]:
    if isinstance(tree, Told):
        if tree.quotes:
            yield place, tree.quotes
        return
    pairs = cast("Json", tree).items() if isinstance(tree, dict) else enumerate(cast("list[Any]", tree))
    for name, each in pairs:
        yield from _quotes(each, place + _place((name,)))


def _without(tree: Any, path: tuple[str | int, ...]) -> Any:
    """The tree without the value in which a path leads; items of lists become None, so that others keep their index."""
    if not path or tree is None or isinstance(tree, Told):
        return None
    members = cast("dict[str | int, Any]", tree)  # or a list: an earlier path may have taken what this one leads to
    members[path[0]] = _without(members[path[0]], path[1:])
    return members


def _pruned(tree: Any) -> Any:
    """The tree without what has become None or empty."""
    if isinstance(tree, dict):
        members = {name: _pruned(each) for name, each in cast("Json", tree).items()}
        kept: Json = {name: each for name, each in members.items() if each is not None}
        return kept or None
    if not isinstance(tree, list):
        return tree
    items = [_pruned(each) for each in cast("list[Any]", tree)]
    return [each for each in items if each is not None] or None


def _place(path: tuple[str | int, ...]) -> str:
    """A JSON Pointer (RFC 6901)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def _shown(value: Any) -> str:
    return repr(value)[:100]
