"""The schema files are what the design lists, and each field carries all that is derived from it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from iso4217 import Currency
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from goldspan import load_schema

STATUS = "rumoured planned in_talks agreed announced completed abandoned"

# Written out from the design (events.md): the fields of each type with their kinds; * marks key fields.
FIELDS = {
    "deal": {
        "investors*": "name list",
        "target*": "name",
        "deal_type": "enum",
        "amount": "money",
        "stake": "percent",
        "valuation": "money",
        "status": "enum",
        "date": "date",
        "expected_close": "date",
        "term": "duration",
        "key_people": "name list",
        "attribution": "name list",
    },
    "product": {
        "product*": "name",
        "developers*": "name list",
        "category": "enum",
        "milestone": "enum",
        "date": "date",
        "parameters": "quantity",
        "users": "quantity",
        "open_source": "boolean",
        "predecessor": "name",
        "applications": "text list",
        "attribution": "name list",
    },
    "energy": {
        "buyers*": "name list",
        "sellers*": "name list",
        "facility*": "name",
        "location": "name",
        "source": "enum",
        "agreement": "enum",
        "capacity": "quantity",
        "added_capacity": "quantity",
        "term": "duration",
        "start": "date",
        "jobs": "quantity",
        "annual_tax_revenue": "money",
        "emissions_avoided": "quantity",
        "status": "enum",
        "attribution": "name list",
    },
    "litigation": {
        "plaintiffs*": "name list",
        "defendants*": "name list",
        "forum": "name",
        "case_kind": "enum",
        "legal_basis": "name list",
        "relief": "money list",
        "relief_per_work": "money",
        "works": "quantity",
        "filed_on": "date",
        "ruling_expected": "date",
        "stage": "enum",
        "attribution": "name list",
    },
}
VALUES = {
    "deal.deal_type": "acquisition minority_stake investment funding_round supply_agreement partnership other",
    "deal.status": STATUS,
    "product.category": "ai_model application device service feature other",
    "product.milestone": "planned in_development announced released updated delayed withdrawn",
    "energy.source": "nuclear solar wind hydro gas geothermal storage mixed other",
    "energy.agreement": "power_purchase construction restart acquisition other",
    "energy.status": STATUS,
    "litigation.case_kind": "copyright antitrust regulatory privacy contract employment other",
    "litigation.stage": "threatened investigation filed hearing trial appeal settled decided dismissed",
}
BASE_UNITS = {
    "product.parameters": "count",
    "product.users": "count",
    "energy.capacity": "MW",
    "energy.added_capacity": "MW",
    "energy.jobs": "count",
    "energy.emissions_avoided": "t",
    "litigation.works": "count",
}
FIELD_PATHS = [f"{name}.{field.rstrip('*')}" for name, fields in FIELDS.items() for field in fields]
SCHEMAS = Path(__file__).resolve().parents[2] / "schema"
FILES = {path.name: json.loads(path.read_bytes()) for path in SCHEMAS.glob("*.json")}
COMMON = FILES["common.schema.json"]["$defs"]


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """A field's schema with what it refers to in the common file beside its own keywords."""
    reference = schema.get("$ref")
    return {**resolved(COMMON[reference.rpartition("/")[2]]), **schema} if reference else schema


def field_schema(path: str) -> dict[str, Any]:
    name, _, field = path.partition(".")
    return resolved(FILES[f"{name}.schema.json"]["properties"][field])


def kind_of(schema: dict[str, Any]) -> str:
    if schema.get("type") == "array":
        return f"{kind_of(resolved(schema['items']))} list"
    return schema.get("x-kind") or ("enum" if "enum" in schema else schema["type"])


def objects_below(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield from [schema] if schema.get("type") == "object" else []
        for member in schema.values():
            yield from objects_below(member)


def validator(schema: dict[str, Any], base: str = "common.schema.json") -> Draft202012Validator:
    """A jsonschema validator of a schema whose relative references start at one of the files."""
    resources = [(name, Resource.from_contents(contents)) for name, contents in FILES.items()]
    rebased = json.loads(json.dumps(schema).replace('"#/', f'"{base}#/'))
    return Draft202012Validator(rebased, registry=Registry().with_resources(resources))


def test_there_are_four_event_types_and_one_file_of_shared_kinds() -> None:
    assert set(FILES) == {f"{name}.schema.json" for name in [*FIELDS, "common"]}


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_a_draft_2020_12_schema(name: str) -> None:
    assert FILES[name]["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(FILES[name])


@pytest.mark.parametrize("name", FIELDS)
def test_a_type_has_the_designed_fields_kinds_and_key_fields(name: str) -> None:
    properties = FILES[f"{name}.schema.json"]["properties"]
    marked = {
        field + "*" * schema.get("x-key", False): kind_of(resolved(schema)) for field, schema in properties.items()
    }
    assert marked == FIELDS[name]


@pytest.mark.parametrize("name", FIELDS)
def test_the_library_reads_the_same_fields_kinds_and_key_fields(name: str) -> None:
    fields = load_schema().types[name].group.fields
    assert {field + "*" * entry.key: entry.kind for field, entry in fields.items()} == FIELDS[name]


def test_the_values_of_each_enum_are_the_designed_ones() -> None:
    enums = {path: field_schema(path)["enum"] for path in FIELD_PATHS if kind_of(field_schema(path)) == "enum"}
    assert enums == {path: values.split() for path, values in VALUES.items()}


def test_quantities_are_measured_in_the_designed_units() -> None:
    quantities = {path: field_schema(path) for path in FIELD_PATHS if kind_of(field_schema(path)) == "quantity"}
    bases = {
        path: [unit for unit, factor in schema["x-units"].items() if factor == 1] for path, schema in quantities.items()
    }
    assert bases == {path: [unit] for path, unit in BASE_UNITS.items()}


@pytest.mark.parametrize(
    ("definition", "factors"),
    [
        ("count", {"count": 1}),
        ("power", {"kW": 1e-3, "MW": 1, "GW": 1e3, "TW": 1e6}),
        ("mass", {"kg": 1e-3, "t": 1, "kt": 1e3, "Mt": 1e6, "Gt": 1e9}),
    ],
)
def test_the_factors_of_units_are_those_of_the_si(definition: str, factors: dict[str, float]) -> None:
    assert COMMON[definition]["x-units"] == factors
    assert set(COMMON[definition]["properties"]["unit"]["enum"]) == set(factors)


def test_bounds_are_the_designed_ones_and_exact_where_none_is_told() -> None:
    assert COMMON["bound"]["enum"] == ["exact", "about", "more_than", "at_least", "less_than", "up_to"]
    assert COMMON["bound"]["default"] == "exact"
    for kind in ("money", "percent", "count", "power", "mass"):
        assert COMMON[kind]["properties"]["bound"] == {"$ref": "#/$defs/bound"}, kind
        assert "bound" not in COMMON[kind]["required"], kind


def test_currencies_are_the_active_codes_of_iso_4217() -> None:
    assert COMMON["currency"]["enum"] == sorted(currency.code for currency in Currency)


@pytest.mark.parametrize("path", FIELD_PATHS)
def test_a_field_has_title_description_and_examples(path: str) -> None:
    schema = field_schema(path)
    assert schema["title"].strip()
    assert len(schema["description"].split()) >= 2
    assert schema["examples"]


@pytest.mark.parametrize("path", FIELD_PATHS)
def test_the_examples_of_a_field_are_valid_values_of_it(path: str) -> None:
    schema = field_schema(path)
    for example in schema["examples"]:
        validator(schema).validate(example)


@pytest.mark.parametrize("name", COMMON)
def test_the_examples_of_a_shared_kind_are_valid_values_of_it(name: str) -> None:
    for example in COMMON[name].get("examples", []):
        validator(COMMON[name]).validate(example)


def test_nothing_undeclared_is_allowed_in_any_object() -> None:
    objects = [schema for contents in FILES.values() for schema in objects_below(contents)]
    assert len(objects) == 4 + 5  # the event types; money, percent, count, power, mass
    assert all(schema["additionalProperties"] is False for schema in objects)


def test_every_list_asks_for_unlike_items() -> None:
    lists = [field_schema(path) for path in FIELD_PATHS if kind_of(field_schema(path)).endswith(" list")]
    assert len(lists) == 3 + 3 + 3 + 5  # deal, product, energy, litigation
    assert all(schema["uniqueItems"] is True for schema in lists)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("deal.amount", {"amount": "14.8 billion", "currency": "USD"}),
        ("deal.amount", {"amount": 1, "currency": "usd"}),
        ("deal.amount", {"amount": 1}),
        ("deal.amount", {"currency": "USD"}),
        ("deal.amount", {"amount": 1, "currency": "USD", "bound": "nearly"}),
        ("deal.amount", 14800000000),
        ("deal.stake", "49%"),
        ("energy.capacity", {"value": 1.1, "unit": "gigawatts"}),
        ("energy.capacity", {"value": 1.1}),
        ("deal.date", "June 2025"),
        ("deal.date", "2025-6-1"),
        ("deal.date", "2025-13"),
        ("deal.term", "20 years"),
        ("deal.term", "P"),
        ("deal.term", "PT"),
        ("deal.target", " "),
        ("deal.target", ""),
        ("deal.status", "done"),
        ("product.open_source", "yes"),
        ("deal.investors", "Northwind"),
        ("deal.investors", ["Northwind", "Northwind"]),
    ],
)
def test_a_value_of_the_wrong_form_is_refused(path: str, value: Any) -> None:
    assert not validator(field_schema(path)).is_valid(value)


@pytest.mark.parametrize("value", ["2025-06-11", "2025-06", "2027", "2025-06~", "2026/..", "../2026", "2025-34"])
def test_the_forms_of_date_that_the_design_and_the_guidelines_use_are_allowed(value: str) -> None:
    assert validator(field_schema("deal.date")).is_valid(value)
