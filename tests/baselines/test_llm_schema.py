"""What is rewritten of a schema for an endpoint, and that every answer leads back to something the schema allows."""

import json
from functools import cache
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import object_of, schema_of

from goldspan import load_schema
from goldspan_baselines.llm.strict import Bounds, bounded, rewrite
from goldspan_baselines.llm.undo import undo

# what OpenAI's guide to structured outputs lists as supported, of what a rewritten schema can contain
SUPPORTED = {"type", "enum", "anyOf", "properties", "required", "additionalProperties", "items"}
TYPES = list(load_schema().types)


def places(schema: Any) -> list[dict[str, Any]]:
    """All schemas inside a schema."""
    inner = [
        *schema.get("properties", {}).values(),
        *schema.get("anyOf", ()),
        *([schema["items"]] if "items" in schema else []),
    ]
    return [schema, *(each for one in inner for each in places(one))]


@pytest.mark.parametrize("quotes", [True, False])
@pytest.mark.parametrize("name", TYPES)
def test_only_what_strict_mode_supports_is_sent(name: str, quotes: bool):
    rewritten = rewrite(load_schema().types[name].validator.schema, quotes).schema
    jsonschema.Draft202012Validator.check_schema(rewritten)
    for each in places(rewritten):
        assert each.keys() <= SUPPORTED, each
        if each.get("type") == "object":
            assert each["required"] == list(each["properties"])
            assert each["additionalProperties"] is False
        if "enum" in each:
            assert sum(map(len, each["enum"])) < 15_000
            assert len(each["enum"]) <= 250
    depth = 10 if quotes else 5
    assert _depth(rewritten) <= depth


@pytest.mark.parametrize("name", TYPES)
def test_bounds_stand_at_each_list_and_each_free_text_and_nowhere_else(name: str):
    free = rewrite(load_schema().types[name].validator.schema, quotes=True).schema
    held = bounded(free, Bounds(items=3, length=40))
    jsonschema.Draft202012Validator.check_schema(held)
    for each in places(held):
        assert each.pop("maxItems", None) == (3 if each.get("type") == "array" else None)
        assert each.pop("maxLength", None) == (40 if each.get("type") == "string" and "enum" not in each else None)
    assert held == free == bounded(free, Bounds())


def test_a_property_may_have_the_name_of_a_keyword():
    named = object_of(**{"type": {"type": "string"}, "items": {"type": "array", "items": {"type": "string"}}})
    held = bounded(named, Bounds(items=1))["properties"]
    assert held == {
        "type": {"type": "string"},
        "items": {"type": "array", "items": {"type": "string"}, "maxItems": 1},
    }


def _depth(schema: dict[str, Any]) -> int:
    inner = [*schema.get("properties", {}).values(), *schema.get("anyOf", ()), schema.get("items", {})]
    return (schema.get("type") in ("object", "array")) + max((_depth(one) for one in inner if one), default=0)


def test_what_was_changed_is_told():
    schema = {
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": {"type": "string", "pattern": "^[A-Z]", "title": "Name"},
            "when": {"type": "string", "format": "date", "x-kind": "date"},
            "sides": {"type": "array", "uniqueItems": True, "minItems": 1, "items": {"type": ["string", "null"]}},
        },
    }
    rewritten = rewrite(schema)
    assert rewritten.schema == {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "when": {"anyOf": [{"type": "string"}, {"type": "null"}]},
            "sides": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["name", "when", "sides"],
        "additionalProperties": False,
    }
    assert rewritten.changes == (
        "/: no properties besides those listed",
        "/properties/name: pattern is not sent",
        "/properties/when: format is not sent",
        "/properties/when: x-kind is not sent",
        "/properties/when: required, and null where it is not told",
        "/properties/sides: minItems is not sent",
        "/properties/sides: uniqueItems is not sent",
        "/properties/sides: required, and an empty list where it is not told",
    )
    with_quotes = rewrite(schema, quotes=True).schema["properties"]
    assert with_quotes["name"] == {
        "type": "object",
        "properties": {"quote": {"type": "string"}, "value": {"type": "string"}},
        "required": ["quote", "value"],
        "additionalProperties": False,
    }


def test_a_long_list_of_values_is_not_sent():
    money = rewrite(load_schema().types["deal"].validator.schema).schema["properties"]["amount"]["anyOf"][0]
    assert money["properties"]["currency"] == {"type": "string"}
    assert money["required"] == ["amount", "currency", "bound"]
    assert money["properties"]["bound"]["anyOf"][0]["enum"][0] == "exact"


@cache
def answers(name: str, quotes: bool) -> st.SearchStrategy[Any]:
    return answer_to(rewrite(load_schema().types[name].validator.schema, quotes).schema)


def answer_to(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Everything that a rewritten schema allows."""
    if "anyOf" in schema:
        return st.one_of([answer_to(branch) for branch in schema["anyOf"]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    simple: dict[str, st.SearchStrategy[Any]] = {
        "string": st.sampled_from(
            ["", " ", "Ada", "2031", "2031-13", "P1Y", "USD", "XXL", "\u202e</script>", "../../etc"]
        )
        | st.text(max_size=5),
        "number": st.integers(-5, 10**12) | st.floats(allow_nan=False, allow_infinity=False),
        "boolean": st.booleans(),
        "null": st.none(),
    }
    if schema["type"] in simple:
        return simple[schema["type"]]
    if schema["type"] == "array":
        return st.lists(answer_to(schema["items"]), max_size=4)
    return st.fixed_dictionaries({key: answer_to(each) for key, each in schema["properties"].items()})


@pytest.mark.parametrize("quotes", [True, False])
@pytest.mark.parametrize("name", TYPES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_every_answer_leads_back_to_what_the_schema_allows(name: str, quotes: bool, data: st.DataObject):
    answer = data.draw(answers(name, quotes))
    validator = load_schema().types[name].validator
    undone = undo(validator.schema, answer, validator.violations)
    assert list(validator.violations(undone.fields)) == []
    assert b"null" not in json.dumps(undone.fields).encode().replace(b'"null"', b"")
    told = {key for key, value in answer.items() if value not in (None, [])}
    blank = {key for key in told if not _states_something(answer[key])}
    # what is there was told; what was told is there, or the log says why not
    assert undone.fields.keys() <= told
    for key in told - blank - undone.fields.keys():
        assert any(f"left out /{key}" in line or "the event" in line for line in undone.log), (key, undone)
    for place in undone.quotes:
        assert place.split("/")[1] in undone.fields


def _states_something(value: Any) -> bool:
    if isinstance(value, dict):
        members = {**value}
        if "value" in members and "quote" in members:
            return _states_something(members["value"])
        return any(map(_states_something, members.values()))
    if isinstance(value, list):
        return any(map(_states_something, value))
    return value is not None and (not isinstance(value, str) or bool(value.strip()))


def undone(fields: dict[str, Any], answer: Any) -> Any:
    validator = schema_of({"t": fields}).types["t"].validator
    return undo(validator.schema, answer, validator.violations)


NAMES = {"type": "array", "items": {"type": "string", "pattern": "\\S"}, "uniqueItems": True}


def test_repeated_items_become_one_with_the_words_of_both():
    answer = {"names": [{"quote": q, "value": v} for q, v in (("Ada", "Ada"), ("she", "Bo"), ("A. W.", "Ada"))]}
    result = undone({"names": NAMES}, answer)
    assert result.fields == {"names": ["Ada", "Bo"]}
    assert result.quotes == {"/names/0": ["Ada", "A. W."], "/names/1": ["she"]}


def test_what_the_schema_refuses_is_left_out_and_the_rest_keeps_its_words():
    fields = {"when": {"x-kind": "date", "type": "string"}, "names": {"type": "array", "items": {"enum": ["a", "b"]}}}
    result = undone(
        fields,
        {
            "when": {"quote": "in June", "value": "June 2031"},
            "names": [{"quote": "x", "value": "x"}, {"quote": "first", "value": "a"}],
            "made/up": 1,
        },
    )
    assert result.fields == {"names": ["a"]}
    assert result.quotes == {"/names/0": ["first"]}
    assert [line.partition(":")[0] for line in result.log] == [
        "left out /made/up",
        "left out /when",
        "left out /names/0",
    ]


def test_an_event_without_what_the_schema_requires_is_left_out():
    validator_schema = object_of(a={"type": "string"}, b={"type": "string"}) | {"required": ["a"]}
    from goldspan.validators import Validator

    result = undo(validator_schema, {"b": "told"}, Validator(validator_schema).violations)
    assert (result.fields, result.quotes) == ({}, {})
    assert "left out the event: 'a' is a required property" in result.log


@pytest.mark.parametrize(
    ("told", "read"),
    [("2,500,000", 2500000), ("12.5", 12.5), (" 007 ", 7), ("-3", -3), ("1e3", 1000.0), (0, 0), ("0.5", 0.5)],
)
def test_numbers_in_words_of_digits_are_read(told: Any, read: float):
    assert undone({"n": {"type": "number"}}, {"n": told}).fields == {"n": read}


@pytest.mark.parametrize("told", ["2.5 billion", "many", "1,2", "1e999", "٣", "12%", [1], {"n": 1}, True])
def test_what_is_no_number_is_left_out(told: Any):
    result = undone({"n": {"type": "number"}}, {"n": told})
    assert result.fields == {}
    assert result.log


def test_percent_has_a_value_of_its_own():
    percent = {"$ref": "common.schema.json#/$defs/percent"}
    for told in (
        {"value": 12.5, "bound": None},
        {"quote": "12.5%", "value": {"value": 12.5, "bound": None}},
        {"value": "12.5"},
    ):
        assert undone({"stake": percent}, {"stake": told}).fields == {"stake": {"value": 12.5}}
    assert undone({"stake": percent}, {"stake": {"quote": "12.5%", "value": {"value": 12.5}}}).quotes == {
        "/stake": ["12.5%"]
    }


def test_groups_inside_groups():
    fields = {"lines": {"type": "array", "items": object_of(item={"type": "string"}, pieces={"type": "integer"})}}
    answer = {
        "lines": [
            {"item": {"quote": "bolts", "value": "bolt"}, "pieces": {"quote": "forty", "value": 40.5}},
            {"item": None, "pieces": None},
            "nuts",
            {"item": {"quote": "nut", "value": "nut"}, "pieces": {"quote": "20", "value": "20"}},
        ]
    }
    result = undone(fields, answer)
    assert result.fields == {"lines": [{"item": "bolt"}, {"item": "nut", "pieces": 20}]}
    assert result.quotes == {"/lines/0/item": ["bolts"], "/lines/1/item": ["nut"], "/lines/1/pieces": ["20"]}


@pytest.mark.parametrize("answer", [None, [], "x", 3, {}, {"names": None}, {"names": []}, {"names": [None, ""]}])
def test_an_answer_that_states_nothing(answer: Any):
    result = undone({"names": NAMES}, answer)
    assert (result.fields, result.quotes) == ({}, {})
