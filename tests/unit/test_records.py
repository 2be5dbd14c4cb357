"""Reading record files: what is malformed is told with its place, and what is not is kept."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from goldspan import UsageError
from goldspan.records import Line, read_records

Write = Callable[..., Path]
GOOD = {"type": "deal", "fields": {"target": "Fabrikam"}}


def only(write_lines: Write, row: Any) -> Line:
    (line,) = read_records(write_lines("records.jsonl", [row]))
    return line


def pointers(line: Line) -> list[str | None]:
    return [problem.pointer for problem in line.problems]


def test_a_record_is_read_with_all_that_it_carries(write_lines: Write) -> None:
    event = {
        "id": "e1",
        **GOOD,
        "evidence": {"/target": [{"start": 0, "end": 8, "quote": "Fabrikam"}]},
        "accepted": {"/target": ["Fab"]},
        "confidence": {"/target": 0.5},
        "story_event": "deal-of-the-day",
    }
    usage = {"seconds": 1.5, "cost_usd": 0.01, "input_tokens": 7, "output_tokens": 8}
    line = only(write_lines, {"doc_id": "d1", "events": [event], "usage": usage, "error": "slow", "text_sha256": "ab"})
    assert line.problems == ()
    record = line.record
    assert record is not None
    assert (record.doc_id, record.error, record.text_sha256) == ("d1", "slow", "ab")
    assert record.usage is not None
    assert {name: getattr(record.usage, name) for name in usage} == usage
    (read,) = record.events
    span = read.evidence["/target"][0]
    assert (span.start, span.end, span.quote) == (0, 8, "Fabrikam")
    assert (read.id, read.type, read.fields, read.accepted, read.confidence, read.story_event) == (
        "e1",
        "deal",
        {"target": "Fabrikam"},
        {"/target": ["Fab"]},
        {"/target": 0.5},
        "deal-of-the-day",
    )


def test_keys_that_nobody_knows_are_let_pass(write_lines: Write) -> None:
    line = only(write_lines, {"doc_id": "d1", "model": "x", "events": [{**GOOD, "comment": "sure"}]})
    assert line.problems == ()


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"evidence": []}, "/events/1/evidence"),
        ({"evidence": {"/target": [{"start": 0, "end": 8}]}}, "/events/1/evidence"),
        ({"evidence": {"/target": [{"start": 0.5, "end": 8, "quote": "x"}]}}, "/events/1/evidence"),
        ({"evidence": {"/target": [{"start": "0", "end": 8, "quote": "x"}]}}, "/events/1/evidence"),
        ({"evidence": {"/target": {"start": 0, "end": 8, "quote": "x"}}}, "/events/1/evidence"),
        ({"accepted": {"/target": "Fab"}}, "/events/1/accepted"),
        ({"confidence": {"/target": "high"}}, "/events/1/confidence"),
        ({"confidence": 0.9}, "/events/1/confidence"),
        ({"id": 7}, "/events/1/id"),
        ({"story_event": []}, "/events/1/story_event"),
    ],
)
def test_a_malformed_part_of_an_event_is_told_and_the_rest_is_kept(
    write_lines: Write, changes: dict[str, Any], pointer: str
) -> None:
    line = only(write_lines, {"doc_id": "d1", "events": [GOOD, {**GOOD, **changes}, GOOD]})
    assert pointers(line) == [pointer]
    assert line.record is not None
    assert [event.fields for event in line.record.events] == [GOOD["fields"]] * 3


@pytest.mark.parametrize(
    ("event", "pointer"),
    [
        ({"fields": {"target": "Fabrikam"}}, "/events/1"),
        ({"type": "deal"}, "/events/1"),
        ({"type": 5, "fields": {"target": "Fabrikam"}}, "/events/1/type"),
        ({"type": "deal", "fields": ["Fabrikam"]}, "/events/1/fields"),
        ({"type": "deal", "fields": "Fabrikam"}, "/events/1/fields"),
        ("Fabrikam", "/events/1"),
        (None, "/events/1"),
    ],
)
def test_a_malformed_event_is_told_and_stays_an_event(write_lines: Write, event: Any, pointer: str) -> None:
    line = only(write_lines, {"doc_id": "d1", "events": [GOOD, event, GOOD]})
    assert pointers(line) == [pointer]
    assert line.record is not None
    assert len(line.record.events) == 3
    assert [line.record.events[i].fields for i in (0, 2)] == [GOOD["fields"]] * 2


@pytest.mark.parametrize("events", ["none", {"type": "deal"}, 7, True, None])
def test_events_that_are_no_list_are_told(write_lines: Write, events: Any) -> None:
    assert pointers(only(write_lines, {"doc_id": "d1", "events": events}))[0] == "/events"


@pytest.mark.parametrize("usage", ["cheap", {"seconds": "long"}, {"input_tokens": 1.5}])
def test_malformed_usage_is_told_and_the_events_are_kept(write_lines: Write, usage: Any) -> None:
    line = only(write_lines, {"doc_id": "d1", "events": [GOOD], "usage": usage})
    assert pointers(line) == ["/usage"]
    assert line.record is not None
    assert [event.fields for event in line.record.events] == [GOOD["fields"]]


NO_RECORD = {
    "nothing but a brace": b"{",
    "cut off": b'{"doc_id": "d2", "events": [{"type": "deal"',
    "two values": b'{"doc_id": "d2"} {"doc_id": "d3"}',
    "text": b"hello",
    "a number": b"5",
    "null": b"null",
    "a list": b'[{"doc_id": "d2"}]',
    "no doc_id": b'{"events": []}',
    "a doc_id that is a number": b'{"doc_id": 2, "events": []}',
    "a doc_id that is null": b'{"doc_id": null, "events": []}',
    "NaN": b'{"doc_id": "d2", "events": [{"type": "deal", "fields": {"amount": NaN}}]}',
    "Infinity": b'{"doc_id": "d2", "events": [{"type": "deal", "fields": {"amount": -Infinity}}]}',
    "a lone high surrogate": rb'{"doc_id": "d2", "events": [{"type": "deal", "fields": {"target": "\ud800 Inc"}}]}',
    "a lone low surrogate": rb'{"doc_id": "d2", "events": [{"type": "deal", "fields": {"target": "\udc00"}}]}',
    "bytes that are no UTF-8": b'{"doc_id": "d2", "events": [{"type": "deal", "fields": {"target": "\xff\xfe"}}]}',
    "Latin-1": '{"doc_id": "d2", "error": "Zürich"}'.encode("latin-1"),
    "UTF-16": '{"doc_id": "d2"}'.encode("utf-16-le").replace(b"\n", b""),
    "100,000 brackets": b"[" * 100_000 + b"]" * 100_000,
    "100,000 open brackets": b"[" * 100_000,
    "100,000 brackets in a field": b'{"doc_id": "d2", "events": [{"type": "deal", "fields": {"target": '
    + b"[" * 100_000 + b"]" * 100_000 + b"}}]}",
    "binary": bytes(byte for byte in range(256) if byte != 10),
}  # fmt: skip


@pytest.mark.parametrize("name", NO_RECORD)
def test_a_line_that_is_no_record_is_told_and_the_lines_around_it_are_read(write_lines: Write, name: str) -> None:
    path = write_lines("records.jsonl", [{"doc_id": "d1"}, NO_RECORD[name], {"doc_id": "d3"}])
    lines = list(read_records(path))
    assert [line.record and line.record.doc_id for line in lines] == ["d1", None, "d3"]
    (problem,) = lines[1].problems
    assert (problem.file, problem.line, problem.pointer) == (path, 2, None)
    assert "\n" not in str(problem)


@pytest.mark.parametrize(
    "number",
    ["1e400", "-1e400", "1e-400", "1E+0308", "9" * 400, "9" * 6000, "0.1" + "0" * 5000],
    ids=["1e400", "-1e400", "1e-400", "1e308", "400 digits", "6000 digits", "5000 decimals"],
)
def test_a_number_of_any_size_is_read_or_told(write_lines: Write, number: str) -> None:
    row = f'{{"doc_id": "d1", "events": [{{"type": "deal", "fields": {{"amount": {number}}}}}]}}'.encode()
    line = only(write_lines, row)
    if line.record is None or line.problems:
        assert [problem.line for problem in line.problems] == [1]
    else:
        assert line.record.events[0].fields["amount"] in (json.loads(number), float(number))


@pytest.mark.parametrize(
    ("data", "numbers"),
    [
        (b'{"doc_id": "d1"}\r\n{"doc_id": "d2"}\r\n', [1, 2]),
        (b'{"doc_id": "d1"}\n{"doc_id": "d2"}', [1, 2]),
        (b'\n\n{"doc_id": "d1"}\n \t\r\n{"doc_id": "d2"}\n\n', [3, 5]),
        (b'  {"doc_id": "d1"}  \n\t{"doc_id": "d2"}', [1, 2]),
        ('{"doc_id": "d1", "error": "a\u2028b\u0085c"}\n{"doc_id": "d2"}\n'.encode(), [1, 2]),
    ],
    ids=["CRLF", "no line end at the end", "blank lines", "space around", "line separators inside a text"],
)
def test_lines_are_counted_by_their_ends_and_blank_ones_are_passed(
    tmp_path: Path, data: bytes, numbers: list[int]
) -> None:
    path = tmp_path / "records.jsonl"
    path.write_bytes(data)
    lines = list(read_records(path))
    assert [(line.number, line.record and line.record.doc_id, line.problems) for line in lines] == [
        (numbers[0], "d1", ()),
        (numbers[1], "d2", ()),
    ]


def test_a_byte_order_mark_hides_no_record(write_lines: Write) -> None:
    first, second = read_records(write_lines("records.jsonl", [b'\xef\xbb\xbf{"doc_id": "d1"}', {"doc_id": "d2"}]))
    assert (first.record is None) == bool(first.problems)
    assert first.number == 1
    assert second.record is not None


def test_an_empty_file_has_no_lines(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").touch()
    assert list(read_records(tmp_path / "empty.jsonl")) == []


def test_a_file_that_cannot_be_read_is_a_wrong_call(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere.jsonl"):
        with pytest.raises(UsageError, match=path.name):
            list(read_records(path))
