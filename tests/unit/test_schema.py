"""A user's own schema directory: kinds by default, references, nullable fields, and every problem with its place."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from goldspan import DataError, UsageError, load_schema
from goldspan.check import check_event
from goldspan.edtf import PLAIN_DATE
from goldspan.normal import PLAIN_DURATION
from goldspan.records import Event
from goldspan.validators import Validator

Write = Callable[..., Path]
QUANTITY = {
    "type": "object",
    "x-kind": "quantity",
    "x-units": {"g": 0.001, "kg": 1},
    "properties": {"value": {"type": "number"}, "unit": {"enum": ["g", "kg"]}},
    "required": ["value", "unit"],
}
MONEY = {
    "type": "object",
    "x-kind": "money",
    "properties": {"amount": {"type": "number"}, "currency": {"type": "string"}},
    "required": ["amount", "currency"],
}


@pytest.fixture
def directory(tmp_path: Path) -> Write:
    """Write a schema directory: event types with their properties, and whole files by name."""

    def write(_types: dict[str, dict[str, Any]] | None = None, **files: Any) -> Path:
        folder = tmp_path / "schema"
        folder.mkdir()
        for name, properties in (_types or {}).items():
            files[name] = {"type": "object", "properties": properties}
        for name, contents in files.items():
            data = contents if isinstance(contents, bytes) else json.dumps(contents).encode()
            (folder / f"{name}.schema.json").write_bytes(data)
        return folder

    return write


def faults(folder: Path) -> list[tuple[str, str | None]]:
    """The problems of a directory: file name without its ending, JSON Pointer."""
    with pytest.raises(DataError) as caught:
        load_schema(folder)
    assert all(problem.message for problem in caught.value.problems)
    return [(p.file.name.removesuffix(".schema.json") if p.file else "", p.pointer) for p in caught.value.problems]


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ({"type": "string"}, "text"),
        ({"type": "number"}, "number"),
        ({"type": "integer"}, "number"),
        ({"type": "boolean"}, "boolean"),
        ({"enum": ["a", "b"]}, "enum"),
        ({"type": "string", "enum": ["a", "b"]}, "enum"),
        ({"enum": ["a", None]}, "enum"),
        ({"const": "a"}, "enum"),
        ({"type": "string", "x-kind": "name"}, "name"),
        ({"type": "string", "x-kind": "date"}, "date"),
        (MONEY, "money"),
        (QUANTITY, "quantity"),
        ({"type": "array", "items": {"type": "string"}}, "text list"),
        ({"type": "array", "items": {"type": "object", "properties": {"a": {"type": "string"}}}}, "object list"),
        ({"type": "object", "properties": {"a": {"type": "string"}}}, "object"),
        ({"properties": {"a": {"type": "string"}}}, "object"),
        ({"type": ["string", "null"]}, "text"),
        ({"type": ["null", "array"], "items": {"type": "number"}}, "number list"),
        ({"anyOf": [{"type": "number"}, {"type": "null"}]}, "number"),
        ({"oneOf": [{"type": "null"}, {"type": "string", "x-kind": "name"}]}, "name"),
        ({"anyOf": [MONEY, {"type": "null"}], "default": None}, "money"),
        ({"type": "array", "items": {"anyOf": [{"type": "boolean"}, {"type": "null"}]}}, "boolean list"),
        ({"allOf": [{"type": "string"}]}, "text"),
    ],
)
def test_the_kind_of_a_field_follows_from_its_schema(directory: Write, schema: dict[str, Any], kind: str) -> None:
    loaded = load_schema(directory({"visit": {"field": schema}}))
    assert loaded.types["visit"].group.fields["field"].kind == kind


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"x-kind": "date"}, 5),
        ({"x-kind": "date", "type": "string"}, "June"),
        ({"x-kind": "date", "type": ["string", "number"], "format": "edtf"}, 5),
        ({"x-kind": "date", "type": "string", "format": "date"}, "June"),
        ({"x-kind": "duration", "type": "string"}, "20 years"),
        ({"x-kind": "name"}, 5),
        ({"x-kind": "name", "type": ["string", "object"]}, {}),
        ({"x-kind": "number", "type": ["integer", "string"]}, "5"),
        (MONEY | {"properties": {"amount": True, "currency": {"type": "string"}}}, {"amount": "5", "currency": "USD"}),
        (MONEY | {"properties": {"amount": {}, "currency": {"type": "string"}}}, {"amount": "5", "currency": "USD"}),
        (MONEY | {"type": ["object", "array"]}, []),
        ({"anyOf": [{"type": "string", "x-kind": "date"}, {"type": "null"}]}, "June"),
    ],
)
def test_the_rule_of_a_kind_holds_beside_a_field_that_says_less(
    directory: Write, schema: dict[str, Any], value: Any
) -> None:
    validator = load_schema(directory({"visit": {"field": schema}})).types["visit"].validator
    assert not validator.is_valid({"field": value})
    assert list(validator.violations({"field": value}))


PLAIN_AND_OTHER_TEXTS = st.one_of(
    st.from_regex(PLAIN_DATE),
    st.from_regex(PLAIN_DURATION),
    st.text("0123456789-/.~PYMTW\n", max_size=12),
)
FORMATS = Validator(
    {
        "properties": {
            "date": {"type": ["string", "number"], "format": "edtf"},
            "length": {"format": "duration", "minLength": 4},
            "either": {"anyOf": [{"format": "edtf"}, {"format": "duration"}], "format": "edtf"},
            "dates": {"items": {"allOf": [{"format": "edtf"}, {"maxLength": 7}]}},
            "format": {"const": {"format": "edtf"}},
        }
    }
)


@given(st.sampled_from(["date", "length", "either"]), PLAIN_AND_OTHER_TEXTS)
@example("date", "2025-02\n")
@example("date", "2025-02-29")
@example("date", "2024-02-29")
@example("date", "2025-02~")
@example("length", "P3Y")
@example("length", "P3Y6M")
def test_a_format_is_decided_as_the_reference_decides_it(name: str, text: str) -> None:
    for instance in ({name: text}, {"dates": [text]}):
        assert FORMATS.is_valid(instance) == (not list(FORMATS.violations(instance)))


def test_a_format_concerns_texts_alone_and_is_no_keyword_in_data() -> None:
    assert FORMATS.is_valid({"date": 5, "format": {"format": "edtf"}})
    assert not FORMATS.is_valid({"format": {"anyOf": []}})


def test_a_rule_that_the_field_states_itself_is_not_checked_twice(directory: Write) -> None:
    date = {"x-kind": "date", "type": "string", "format": "edtf"}
    fields = {"date": date, "money": MONEY, "age": {"type": "integer"}, "sex": {"enum": ["f", "m"]}}
    loaded = load_schema(directory({"visit": fields}))
    assert loaded.types["visit"].validator.schema["properties"] == fields


def test_a_field_shows_its_title_description_examples_and_whether_it_is_key(directory: Write) -> None:
    told = {"title": "Pet", "description": "Who is seen.", "x-key": True, "examples": ["Rex"]}
    fields = load_schema(directory({"visit": {"pet": {"type": "string", **told}, "age": {"type": "number"}}})).types[
        "visit"
    ]
    pet, age = fields.group.fields["pet"], fields.group.fields["age"]
    assert (pet.title, pet.description, pet.key, pet.examples) == ("Pet", "Who is seen.", True, ("Rex",))
    assert (age.title, age.description, age.key, age.examples) == ("age", "", False, ())


def test_each_file_with_properties_is_a_type_and_a_file_of_definitions_is_none(directory: Write) -> None:
    field = {"name": {"type": "string"}}
    loaded = load_schema(directory({"visit": field, "bill": field}, shared={"$defs": {"a": {"type": "string"}}}))
    assert sorted(loaded.types) == ["bill", "visit"]


def test_a_reference_leads_into_its_own_file_into_another_and_through_both(directory: Write) -> None:
    visit = {
        "type": "object",
        "properties": {
            "own": {"$ref": "#/$defs/weight"},
            "other": {"$ref": "shared.schema.json#/$defs/owner"},
            "chain": {"$ref": "shared.schema.json#/$defs/owners"},
            "whole": {"$ref": "address.schema.json"},
            "escaped": {"$ref": "#/$defs/a~1b"},
        },
        "$defs": {"weight": QUANTITY, "a/b": {"type": "boolean"}},
    }
    shared = {
        "$defs": {
            "owner": {"type": "string", "x-kind": "name"},
            "owners": {"type": "array", "items": {"$ref": "#/$defs/owner"}},
        }
    }
    address = {"type": "object", "properties": {"city": {"type": "string"}}}
    fields = load_schema(directory(visit=visit, shared=shared, address=address)).types["visit"].group.fields
    kinds = {"own": "quantity", "other": "name", "chain": "name list", "whole": "object", "escaped": "boolean"}
    assert {name: field.kind for name, field in fields.items()} == kinds


def test_keywords_beside_a_reference_win(directory: Write) -> None:
    visit = {
        "properties": {"pet": {"$ref": "#/$defs/name", "title": "Pet"}},
        "$defs": {"name": {"type": "string", "title": "Name", "description": "A name."}},
    }
    pet = load_schema(directory(visit=visit)).types["visit"].group.fields["pet"]
    assert (pet.title, pet.description, pet.kind) == ("Pet", "A name.", "text")


def test_goldspans_common_kinds_are_there_where_the_directory_has_none_of_its_own(directory: Write) -> None:
    fields = {"price": {"$ref": "common.schema.json#/$defs/money"}, "day": {"$ref": "common.schema.json#/$defs/date"}}
    loaded = load_schema(directory({"visit": fields}))
    assert [field.kind for field in loaded.types["visit"].group.fields.values()] == ["money", "date"]


def test_a_common_file_of_ones_own_stands_in_for_goldspans(directory: Write) -> None:
    fields = {"price": {"$ref": "common.schema.json#/$defs/money"}}
    folder = directory({"visit": fields}, common={"$defs": {"money": {"type": "number"}}})
    assert load_schema(folder).types["visit"].group.fields["price"].kind == "number"


def test_a_schema_as_pydantic_generates_it_is_read(directory: Write) -> None:
    generated = {
        "$defs": {
            "Line": {
                "properties": {
                    "item": {"title": "Item", "type": "string"},
                    "price": {"anyOf": [{"type": "number"}, {"type": "null"}], "default": None, "title": "Price"},
                },
                "required": ["item"],
                "title": "Line",
                "type": "object",
            },
            "Status": {"enum": ["open", "paid"], "title": "Status", "type": "string"},
        },
        "properties": {
            "vendor": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None, "title": "Vendor"},
            "status": {"anyOf": [{"$ref": "#/$defs/Status"}, {"type": "null"}], "default": None},
            "lines": {"default": [], "items": {"$ref": "#/$defs/Line"}, "title": "Lines", "type": "array"},
            "tags": {"anyOf": [{"items": {"type": "string"}, "type": "array"}, {"type": "null"}], "title": "Tags"},
        },
        "title": "Invoice",
        "type": "object",
    }
    invoice = load_schema(directory(invoice=generated)).types["invoice"]
    assert {path: field.kind for path, field in invoice.walk()} == {
        "invoice.vendor": "text",
        "invoice.status": "enum",
        "invoice.lines": "object list",
        "invoice.lines.item": "text",
        "invoice.lines.price": "number",
        "invoice.tags": "text list",
    }


FIELD_FAULTS = {
    "unknown kind": ({"type": "string", "x-kind": "colour"}, "/x-kind"),
    "kind that is no text": ({"type": "string", "x-kind": 5}, "/x-kind"),
    "unknown reference": ({"$ref": "#/$defs/none"}, "/$ref"),
    "reference to a file that is not there": ({"$ref": "none.schema.json#/$defs/a"}, "/$ref"),
    "reference into the network": ({"$ref": "https://example.com/schema.json"}, "/$ref"),
    "reference that climbs out of the directory": ({"$ref": "../secret.schema.json"}, "/$ref"),
    "reference that leads back to itself": ({"$ref": "#/properties/field"}, "/$ref"),
    "list of lists": ({"type": "array", "items": {"type": "array", "items": {"type": "string"}}}, "/items"),
    "list of anything": ({"type": "array"}, "/items"),
    "free-form object": ({"type": "object"}, ""),
    "map": ({"type": "object", "additionalProperties": {"type": "string"}}, ""),
    "anything": ({}, ""),
    "true": (True, ""),
    "several types": ({"type": ["string", "number"]}, ""),
    "several alternatives": ({"anyOf": [{"type": "string"}, {"type": "number"}]}, "/anyOf"),
    "units that are not those of the enum": ({**QUANTITY, "x-units": {"g": 1}}, "/x-units"),
    "units without factors": ({k: v for k, v in QUANTITY.items() if k != "x-units"}, "/x-units"),
    "a factor of zero": ({**QUANTITY, "x-units": {"g": 0, "kg": 1}}, "/x-units"),
    "a factor that is a text": ({**QUANTITY, "x-units": {"g": "0.001", "kg": 1}}, "/x-units"),
    "money that may lack its currency": ({**MONEY, "required": ["amount"]}, ""),
    "no draft 2020-12": ({"type": "sting"}, "/type"),
    "pattern that is no regular expression": ({"type": "string", "pattern": "("}, "/pattern"),
}


@pytest.mark.parametrize("name", FIELD_FAULTS)
def test_what_cannot_be_scored_is_told_with_its_place(directory: Write, name: str) -> None:
    schema, end = FIELD_FAULTS[name]
    assert faults(directory({"visit": {"field": schema}})) == [("visit", f"/properties/field{end}")]


def test_definitions_that_lead_in_a_circle_are_told_and_not_followed(directory: Write) -> None:
    tree = {"type": "object", "properties": {"children": {"type": "array", "items": {"$ref": "#/$defs/tree"}}}}
    folder = directory(visit={"properties": {"tree": {"$ref": "#/$defs/tree"}}, "$defs": {"tree": tree}})
    assert ("visit", "/properties/tree/properties/children/items/$ref") in faults(folder)


def test_several_problems_of_several_files_are_told_at_once(directory: Write) -> None:
    folder = directory(
        {
            "bill": {"a": {"x-kind": "colour"}, "b": {"type": "object"}, "c": {"type": "string"}},
            "visit": {"a": {"$ref": "#/x"}, "b": {"$ref": "#/y"}},
        },
        broken=b'{"type": ',
        listed=[],
        undecodable=b'{"title": "\xff"}',
    )
    assert faults(folder) == [
        ("broken", None),
        ("listed", None),
        ("undecodable", None),
        ("bill", "/properties/a/x-kind"),
        ("bill", "/properties/b"),
        ("visit", "/properties/a/$ref"),
        ("visit", "/properties/b/$ref"),
    ]


@pytest.mark.parametrize(
    "contents",
    [
        b"",
        b"[" * 100_000 + b"]" * 100_000,
        b'{"properties":{"a":' * 400 + b'{"type":"string"}' + b"}}" * 400,
        b'{"properties":{"a":' * 20_000 + b'{"type":"string"}' + b"}}" * 20_000,
        b"\xef\xbb\xbf" + b"{}",
        b'{"$schema": "https://example.com/unknown", "properties": {"a": {"type": "string"}}}',
        b'{"$id": "::: bad", "properties": {"a": {"type": "string"}}}',
    ],
    ids=["empty", "100,000 brackets", "400 levels", "20,000 levels", "byte order mark", "unknown dialect", "bad id"],
)
def test_a_hostile_file_is_a_problem_of_that_file(directory: Write, contents: bytes) -> None:
    assert {name for name, _ in faults(directory(visit=contents))} == {"visit"}


def test_a_directory_that_is_not_there_or_holds_no_type_is_a_wrong_call(tmp_path: Path, directory: Write) -> None:
    file = tmp_path / "file"
    file.write_text("{}")
    empty = tmp_path / "empty"
    empty.mkdir()
    for folder in (tmp_path / "nowhere", file, empty, directory(shared={"$defs": {"a": {"type": "string"}}})):
        with pytest.raises(UsageError, match=folder.name):
            load_schema(folder)


def test_the_hash_of_a_schema_follows_its_content_and_not_its_layout(directory: Write) -> None:
    folder = directory({"visit": {"a": {"type": "string"}, "b": {"type": "number"}}})
    first = load_schema(folder).sha256
    file = folder / "visit.schema.json"
    contents = json.loads(file.read_bytes())
    contents["properties"] = dict(reversed(contents["properties"].items()))
    file.write_text(json.dumps(contents, indent=4))
    assert load_schema(folder).sha256 == first
    contents["properties"]["b"]["type"] = "integer"
    file.write_text(json.dumps(contents))
    assert load_schema(folder).sha256 != first


def test_what_an_open_schema_does_not_declare_is_rejected(tmp_path: Path):
    (tmp_path / "thing.schema.json").write_text('{"properties": {"a": {"type": "string"}}}')
    checked, faults = check_event(Event("thing", {"a": "x", "b": "y"}), load_schema(tmp_path))
    assert {name: value for name, value in checked.fields.items() if value} == {"a": "x"}
    assert [(each.path, each.leaves) for each in checked.rejected] == [("thing.(unknown)", 1)]
    assert [fault.pointer for fault in faults] == ["/fields/b"]
