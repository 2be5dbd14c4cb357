"""What a prediction file may hold: so much, so deep, so long, of documents that there are, each once.

What a schema or a quote has wrong is no problem here: the score counts it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

from goldspan.errors import Problem
from goldspan.files import BYTE_ORDER_MARK
from goldspan.records import Event, Record, Usage, read_line

MAX_LINE = 4 * 1024 * 1024
"""Bytes."""
MAX_EVENTS = 500
"""Events of a document."""
MAX_DEPTH = 16
"""Levels within the fields of an event."""
MAX_TEXT = 10_000
"""Code points."""
MAX_PROBLEMS = 100
"""How many problems are told."""


def check_predictions(path: Path, known: set[str] | None) -> tuple[list[Problem], set[str]]:
    """The first hundred problems of a prediction file, and the documents that it names; `known` are those there are."""
    problems: list[Problem] = []
    first: dict[str, int] = {}
    with path.open("rb") as file:
        for number, data in _bounded_lines(file):
            if data is None:
                problems.append(
                    Problem(f"a line of more than {MAX_LINE} bytes; nothing after it was read", path, number)
                )
                break
            line = read_line(path, number, data)
            problems += line.problems
            if line.record is not None:
                doc_id = line.record.doc_id
                found = [*_document_problems(doc_id, first, known), *_limit_problems(line.record, len(data))]
                problems += [Problem(message, path, number, doc_id, place) for place, message in found]
                first.setdefault(doc_id, number)
            if len(problems) > MAX_PROBLEMS:
                problems = [*problems[:MAX_PROBLEMS], Problem("and more: nothing after this was read", path, number)]
                break
    return problems, {*first}


def _bounded_lines(file: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Lines with their numbers, blank ones left out; None for one that is too long, and then no more."""
    number = 0
    while data := file.readline(MAX_LINE + 1):
        number += 1
        if len(data) > MAX_LINE:
            yield number, None
            return
        if data.strip():
            yield number, data.removeprefix(BYTE_ORDER_MARK) if number == 1 else data


def _document_problems(doc_id: str, first: dict[str, int], known: set[str] | None) -> Iterator[tuple[str, str]]:
    if known is not None and doc_id not in known:
        yield "/doc_id", "the version has no such document"
    if doc_id in first:
        yield "/doc_id", f"the same document as in line {first[doc_id]}"


def _limit_problems(record: Record, length: int) -> Iterator[tuple[str, str]]:
    if len(record.events) > MAX_EVENTS:
        yield "/events", f"{len(record.events)} events, more than {MAX_EVENTS}"
        return
    if record.error is not None and len(record.error) > MAX_TEXT:
        yield "/error", f"a text of more than {MAX_TEXT} characters"
    for name in Usage.__struct_fields__:
        if record.usage is not None and (value := getattr(record.usage, name)) is not None and value < 0:
            yield f"/usage/{name}", f"{value} is less than 0"
    long = length > MAX_TEXT  # a line that is shorter holds no text that is longer
    for i, event in enumerate(record.events):
        if message := _too_much(event.fields, long):
            yield f"/events/{i}/fields", message
        if long and (message := _long_standoff(event)):
            yield f"/events/{i}", message


def _too_much(value: Any, long: bool) -> str | None:
    """Whether a piece of JSON is too deep, or a text in it too long; without recursion, which it could exhaust."""
    left: list[tuple[Any, int]] = [(value, 1)]
    while left:
        part, depth = left.pop()
        if depth > MAX_DEPTH:
            return f"more than {MAX_DEPTH} levels"
        if isinstance(part, dict):
            members = cast("dict[str, Any]", part)
            left += [(member, depth + 1) for member in members.values()]
            if long and any(len(name) > MAX_TEXT for name in members):
                return f"a key of more than {MAX_TEXT} characters"
        elif isinstance(part, list):
            left += [(member, depth + 1) for member in cast("list[Any]", part)]
        elif long and isinstance(part, str) and len(part) > MAX_TEXT:
            return f"a text of more than {MAX_TEXT} characters"
    return None


def _long_standoff(event: Event) -> str | None:
    texts = [event.type, event.id or "", event.story_event or "", *event.evidence, *event.confidence, *event.accepted]
    texts += [span.quote for spans in event.evidence.values() for span in spans]
    if any(len(text) > MAX_TEXT for text in texts):
        return f"a text of more than {MAX_TEXT} characters"
    return _too_much(list(event.accepted.values()), long=True)
