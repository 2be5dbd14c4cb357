"""`validate` finds each kind of fault, in its place, and all of them at once."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from goldspan import Problem, UsageError, validate

TEXT = "Northwind bought Fabrikam for $5 million; Fabrikam runs Grey Hollow with 5 MW."
NORTHWIND, FABRIKAM, SUM = (0, 9), (17, 25), (30, 40)


def span(start: int, end: int, quote: str | None = None) -> dict[str, Any]:
    return {"start": start, "end": end, "quote": TEXT[start:end] if quote is None else quote}


def record(**changes: Any) -> dict[str, Any]:
    """A line of gold without fault, but for other values of some of its or its event's keys (None: left out)."""
    whole: dict[str, Any] = {
        "doc_id": "d1",
        "events": [
            {
                "id": "e1",
                "type": "deal",
                "fields": {
                    "investors": ["Northwind"],
                    "target": "Fabrikam",
                    "amount": {"amount": 5_000_000, "currency": "USD", "bound": "exact"},
                },
                "evidence": {
                    "/investors/0": [span(*NORTHWIND)],
                    "/target": [span(*FABRIKAM)],
                    "/amount": [span(*SUM)],
                },
                "accepted": {},
                "confidence": {},
            }
        ],
    }
    for name, value in changes.items():
        holder = whole if name in ("doc_id", "events", "text_sha256", "schema_version") else whole["events"][0]
        holder[name] = value
    return {**whole, "events": [{k: v for k, v in event.items() if v is not None} for event in whole["events"]]}


def evidence(**spans: Any) -> dict[str, Any]:
    return record()["events"][0]["evidence"] | {f"/{name}": list(value) for name, value in spans.items()}


def fields(**values: Any) -> dict[str, Any]:
    return record()["events"][0]["fields"] | values


def plant(**values: Any) -> dict[str, Any]:
    """An energy event, its evidence given for all but `capacity`."""
    event = {"id": "e1", "type": "energy", "fields": {"facility": "Grey Hollow", **values}}
    return {"doc_id": "d1", "events": [event | {"evidence": {"/facility": [span(56, 67)]}}]}


def twice(**changes: Any) -> list[dict[str, Any]]:
    event = record()["events"][0]
    return [event, {**event, **changes}]


ALIKE = {
    "fields": fields(investors=["Northwind", "Northwind, Inc."]),
    "evidence": evidence(**{"investors/1": [span(*NORTHWIND)]}),
}
NO_KEY_FIELD = {
    "fields": {"amount": fields()["amount"], "status": "completed"},
    "evidence": {"/amount": [span(*SUM)], "/status": [span(10, 16)]},
}
FAULTS: dict[str, tuple[Any, str | None]] = {
    "offsets one too high": (
        record(evidence=evidence(target=[span(18, 26, "Fabrikam")])),
        "/events/0/evidence/~1target/0",
    ),
    "second span with another quote": (
        record(evidence=evidence(target=[span(*FABRIKAM), span(42, 50, "fabrikam")])),
        "/events/0/evidence/~1target/1",
    ),
    "end beyond the text": (
        record(evidence=evidence(target=[span(*FABRIKAM), span(73, 79)])),
        "/events/0/evidence/~1target/1",
    ),
    "empty span": (record(evidence=evidence(target=[span(*FABRIKAM), span(5, 5)])), "/events/0/evidence/~1target/1"),
    "span that ends before it starts": (
        record(evidence=evidence(target=[span(25, 17, "")])),
        "/events/0/evidence/~1target/0",
    ),
    "negative offsets": (
        record(evidence=evidence(target=[span(*FABRIKAM), span(-5, -1)])),
        "/events/0/evidence/~1target/1",
    ),
    "unknown field": (record(fields=fields(colour="red")), "/events/0/fields/colour"),
    "unknown member of a value": (plant(capacity={"value": 5, "unit": "MW", "peak": 6}), "/events/0/fields/capacity"),
    "unknown currency": (
        plant(annual_tax_revenue={"amount": 5, "currency": "US$"}),
        "/events/0/fields/annual_tax_revenue/currency",
    ),
    "unknown unit": (plant(capacity={"value": 5, "unit": "megawatts"}), "/events/0/fields/capacity/unit"),
    "number as text": (plant(capacity={"value": "5", "unit": "MW"}), "/events/0/fields/capacity/value"),
    "number without unit": (plant(capacity={"value": 5}), "/events/0/fields/capacity"),
    "day that does not exist": (record(fields=fields(date="2025-02-30")), "/events/0/fields/date"),
    "month that does not exist": (record(fields=fields(date="2025-13")), "/events/0/fields/date"),
    "date in words": (record(fields=fields(date="June 2025")), "/events/0/fields/date"),
    "duration in words": (record(fields=fields(term="20 years")), "/events/0/fields/term"),
    "value outside the enum": (record(fields=fields(status="done")), "/events/0/fields/status"),
    "list where one value is due": (plant(location=["Nebraska"]), "/events/0/fields/location"),
    "unknown document": (record(doc_id="nowhere"), "/doc_id"),
    "two events with one id": (record(events=twice()), "/events/1/id"),
    "event of gold without id": (record(id=None), "/events/0"),
    "no JSON": (b'{"doc_id": "d1", "events": [}', None),
    "no object": (b'["d1"]', None),
    "no doc_id": (b'{"events": []}', None),
    "doc_id that is no text": (b'{"doc_id": 1, "events": []}', None),
    "events that are no list": (b'{"doc_id": "d1", "events": "none"}', "/events"),
    "event that is no object": (b'{"doc_id": "d1", "events": [7]}', "/events/0"),
    "evidence for nothing": (record(evidence=evidence(stake=[span(*SUM)])), "/events/0/evidence/~1stake"),
    "evidence for an item beyond the list": (
        record(evidence=evidence(**{"investors/1": [span(*SUM)]})),
        "/events/0/evidence/~1investors~11",
    ),
    "accepted value for nothing": (record(accepted={"/stake": [1]}), "/events/0/accepted/~1stake"),
    "accepted value that breaks the schema": (
        record(accepted={"/target": ["Fab", 5]}),
        "/events/0/accepted/~1target/1",
    ),
    "accepted sum in no currency": (
        record(accepted={"/amount": [{"amount": 5e6, "currency": "dollars"}]}),
        "/events/0/accepted/~1amount/0",
    ),
    "confidence for nothing": (record(confidence={"/stake": 0.5}), "/events/0/confidence/~1stake"),
    "confidence above 1": (record(confidence={"/target": 1.01}), "/events/0/confidence/~1target"),
    "confidence below 0": (record(confidence={"/target": -0.01}), "/events/0/confidence/~1target"),
    "value without evidence": (
        record(evidence={k: v for k, v in evidence().items() if k != "/target"}),
        "/events/0/fields/target",
    ),
    "value with an empty list of evidence": (record(evidence=evidence(target=[])), "/events/0/fields/target"),
    "the same name twice in a list": (record(**ALIKE), "/events/0/fields/investors/1"),
    "text_sha256 of another text": (record(text_sha256="0" * 64), "/text_sha256"),
    "version of another schema": (record(schema_version="0.0.1"), "/schema_version"),
    "no key field": (record(**NO_KEY_FIELD), "/events/0"),
    "nothing but a key field": (
        record(fields={"target": "Fabrikam"}, evidence={"/target": [span(*FABRIKAM)]}),
        "/events/0",
    ),
}


@pytest.fixture
def documents(write_lines: Callable[..., Path]) -> Path:
    return write_lines("documents.jsonl", [{"doc_id": f"d{i}", "text": TEXT} for i in range(1, len(FAULTS) + 1)])


def places(problems: list[Problem]) -> list[tuple[int | None, str | None, str | None]]:
    """Where problems lie; a value that breaks two rules of its schema has two problems in one place."""
    return sorted({(p.line, p.doc_id, p.pointer) for p in problems}, key=str)


def moved(line: Any, doc_id: str) -> Any:
    """The same line for another document than d1."""
    if isinstance(line, bytes):
        return line.replace(b'"doc_id": "d1"', f'"doc_id": "{doc_id}"'.encode())
    return {**line, "doc_id": doc_id} if line["doc_id"] == "d1" else line


def doc_id_of(line: Any, pointer: str | None, doc_id: str) -> str | None:
    """The document that problems of a line must name: none where the line names none that can be read."""
    if pointer is None:
        return None
    return line["doc_id"] if isinstance(line, dict) else doc_id


def test_the_record_without_fault_has_none(write_lines: Callable[..., Path], documents: Path) -> None:
    assert validate(write_lines("gold.jsonl", [record()]), documents=documents, gold=True) == []


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told_with_line_document_and_pointer(
    write_lines: Callable[..., Path], documents: Path, name: str
) -> None:
    line, pointer = FAULTS[name]
    path = write_lines("gold.jsonl", [{"doc_id": "d2"}, b"", line])
    problems = validate(path, documents=documents, gold=True)
    assert places(problems) == [(3, doc_id_of(line, pointer, "d1"), pointer)]
    assert problems[0].file == path
    assert problems[0].message


def test_all_faults_of_a_file_are_told_at_once(write_lines: Callable[..., Path], documents: Path) -> None:
    rows = [moved(line, f"d{i}") for i, (line, _) in enumerate(FAULTS.values(), start=1)]
    pointers = [pointer for _, pointer in FAULTS.values()]
    expected = [
        (i, doc_id_of(row, pointer, f"d{i}"), pointer)
        for i, (row, pointer) in enumerate(zip(rows, pointers, strict=True), start=1)
    ]
    repeated = (len(rows) + 1, "d1", "/doc_id")
    problems = validate(write_lines("gold.jsonl", [*rows, {"doc_id": "d1"}]), documents=documents, gold=True)
    assert places(problems) == sorted([*expected, repeated], key=str)


def test_a_document_that_stands_twice_is_told_at_its_second_line(
    write_lines: Callable[..., Path], documents: Path
) -> None:
    problems = validate(write_lines("p.jsonl", [{"doc_id": d} for d in ("d1", "d2", "d1")]), documents=documents)
    assert places(problems) == [(3, "d1", "/doc_id")]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"fields": fields(target=5)}, "/events/0/fields/target"),
        ({"fields": fields(amount={"amount": 5, "currency": "US$"})}, "/events/0/fields/amount/currency"),
        ({"type": "merger"}, "/events/0/type"),
    ],
)
def test_evidence_of_a_value_that_breaks_the_schema_is_not_called_evidence_of_nothing(
    write_lines: Callable[..., Path], documents: Path, changes: dict[str, Any], fault: str
) -> None:
    problems = validate(write_lines("gold.jsonl", [record(**changes)]), documents=documents, gold=True)
    assert places(problems) == [(1, "d1", fault)]


def test_two_faults_of_one_event_are_both_told(write_lines: Callable[..., Path], documents: Path) -> None:
    path = write_lines("p.jsonl", [plant(capacity={"value": "5", "unit": "megawatts"}, source="coal", colour="red")])
    told = [pointer for _, _, pointer in places(validate(path, documents=documents))]
    ends = ["capacity/unit", "capacity/value", "colour", "source"]
    assert told == [f"/events/0/fields/{end}" for end in ends]


def test_nulls_inside_lists_shift_no_pointer(write_lines: Callable[..., Path], documents: Path) -> None:
    event = {"type": "deal", "fields": {"investors": [None, "Northwind", "", 5], "target": "Fabrikam"}}
    event["evidence"] = {"/investors/1": [span(*NORTHWIND)], "/investors/2": [span(*NORTHWIND)]}
    problems = validate(write_lines("p.jsonl", [{"doc_id": "d1", "events": [event]}]), documents=documents)
    assert [pointer for _, _, pointer in places(problems)] == [
        "/events/0/evidence/~1investors~12",
        "/events/0/fields/investors/3",
    ]


def test_nulls_inside_nested_lists_shift_no_pointer(write_lines: Callable[..., Path], tmp_path: Path) -> None:
    line = {
        "type": "object",
        "properties": {"price": {"type": "number"}, "tags": {"type": "array", "items": {"type": "string"}}},
    }
    schema = {"type": "object", "properties": {"lines": {"type": "array", "items": line}}}  # fmt: skip
    (tmp_path / "schema").mkdir()
    (tmp_path / "schema" / "invoice.schema.json").write_text(json.dumps(schema))
    lines = [None, {"price": 1}, {}, {"price": "2", "tags": [None, "a", 3]}]
    path = write_lines("p.jsonl", [{"doc_id": "d1", "events": [{"type": "invoice", "fields": {"lines": lines}}]}])
    assert [pointer for _, _, pointer in places(validate(path, schema=tmp_path / "schema"))] == [
        "/events/0/fields/lines/3/price",
        "/events/0/fields/lines/3/tags/2",
    ]


def test_a_prediction_needs_no_id_no_evidence_and_no_key_field(
    write_lines: Callable[..., Path], documents: Path
) -> None:
    path = write_lines("p.jsonl", [{"doc_id": "d1", "events": [{"type": "deal", "fields": {"term": "P5Y"}}]}])
    assert validate(path, documents=documents) == []
    assert validate(path, documents=documents, gold=True) != []


def test_a_file_whose_first_record_has_a_review_status_is_taken_for_gold(
    write_lines: Callable[..., Path], documents: Path
) -> None:
    bare = {"doc_id": "d1", "events": [{"type": "deal", "fields": {"term": "P5Y"}}]}
    gold = write_lines("gold.jsonl", [{"doc_id": "d2", "review_status": "draft"}, bare])
    assert {line for line, _, _ in places(validate(gold, documents=documents))} == {2}
    assert validate(gold, documents=documents, gold=False) == []


def test_each_problem_names_its_file(write_lines: Callable[..., Path], documents: Path) -> None:
    files = [write_lines(name, [b"{"]) for name in ("a.jsonl", "b.jsonl")]
    assert [problem.file for problem in validate(*files, documents=documents)] == files


def test_a_file_that_is_not_there_is_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere\.jsonl"):
        validate(tmp_path / "nowhere.jsonl")
