"""The rules baseline as a whole, on made-up articles and on fragments thrown together."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from goldspan.content import SCHEMA
from goldspan_baselines.rules import extract
from goldspan_baselines.rules.templates import all_rules


@dataclass
class Page:
    text: str
    doc_id: str = "d1"
    title: str | None = None
    published: str | None = None


def schema(name: str) -> Any:
    return json.loads((SCHEMA / f"{name}.schema.json").read_text("utf-8"))


REGISTRIES: Any = Registry
RESOURCES: Any = Resource
VALIDATOR: Any = Draft202012Validator
REGISTRY: Any = REGISTRIES().with_resource("common.schema.json", RESOURCES.from_contents(schema("common")))
VALIDATORS = {name: VALIDATOR(schema(name), registry=REGISTRY) for name in all_rules()}


def run(text: str, published: str | None = None) -> dict[str, Any]:
    document: Any = Page(text, published=published)
    return extract(document)


def events(text: str, published: str | None = None) -> list[dict[str, Any]]:
    return run(text, published)["events"]


def check(text: str, record: dict[str, Any]) -> None:
    assert [event["id"] for event in record["events"]] == [f"e{n}" for n, _ in enumerate(record["events"], 1)]
    for event in record["events"]:
        VALIDATORS[event["type"]].validate(event["fields"])
        rules = schema(event["type"])["properties"]
        assert any(rules[field].get("x-key") for field in event["fields"])
        assert len(event["fields"]) > 1
        for pointer, quotes in event["evidence"].items():
            assert pointer.split("/")[1] in event["fields"]
            assert all(text[q["start"] : q["end"]] == q["quote"] != "" for q in quotes)


DEAL = """Harbor Foods Buys Minority Stake in Greenleaf for $3 Billion

OSLO, June 3 - Harbor Foods Group, Inc. said it would acquire a 30% stake in Greenleaf Robotics, a German
maker of farm drones, in a deal worth $3.1 billion. Greenleaf's chief executive, Marta Lindqvist, will join
Harbor Foods. The deal values Greenleaf at more than $10 billion, Reuters reported. It is expected to close
by the end of 2031.

In 2021, Lumio raised $40 million in a Series B round led by Birch Capital and Tern Ventures.
"""
ENERGY = """Tidewater Electric has signed a 20-year power purchase agreement with Northvale Energy for 350 megawatts
from the Blackwater nuclear plant near Clinton, Iowa. Deliveries from the plant will begin in 2031. The plant
will create over 400 permanent jobs and about $2 million a year in taxes, according to the Brattle Group."""
PRODUCT = """Nimbus Labs unveiled Atlas 4, an open-source language model with 70 billion parameters, on 3 May 2024.
The model is designed for crop monitoring and flood forecasting. The model replaces Atlas 3."""
LITIGATION = """Ada Winters and the Music Publishers Guild sued Melodia Inc. in a federal court in San Diego in March
2023 under the Copyright Act. The lawsuit seeks up to $150,000 per infringed work for 600 songs, or $90 million in
damages. A ruling is expected by June 2025."""


def test_deal() -> None:
    deal, round_ = events(DEAL)
    assert deal["fields"] == {
        "investors": ["Harbor Foods Group, Inc."],
        "target": "Greenleaf Robotics",
        "deal_type": "minority_stake",
        "amount": {"amount": 3_100_000_000, "currency": "USD", "bound": "exact"},
        "stake": {"value": 30, "bound": "exact"},
        "valuation": {"amount": 10_000_000_000, "currency": "USD", "bound": "more_than"},
        "status": "agreed",
        "expected_close": "../2031",
        "key_people": ["Marta Lindqvist"],
        "attribution": ["Reuters"],
    }
    assert {quote["quote"] for quote in deal["evidence"]["/target"]} == {"Greenleaf", "Greenleaf Robotics"}
    assert round_["fields"] == {
        "investors": ["Birch Capital", "Tern Ventures"],
        "target": "Lumio",
        "deal_type": "funding_round",
        "amount": {"amount": 40_000_000, "currency": "USD", "bound": "exact"},
        "status": "completed",
        "date": "2021",
    }


def test_energy() -> None:
    (event,) = events(ENERGY)
    assert event["fields"] == {
        "buyers": ["Tidewater Electric"],
        "sellers": ["Northvale Energy"],
        "facility": "Blackwater",
        "location": "Clinton, Iowa",
        "source": "nuclear",
        "agreement": "power_purchase",
        "capacity": {"value": 350, "unit": "MW", "bound": "exact"},
        "term": "P20Y",
        "start": "2031",
        "jobs": {"value": 400, "unit": "count", "bound": "more_than"},
        "annual_tax_revenue": {"amount": 2_000_000, "currency": "USD", "bound": "about"},
        "status": "agreed",
        "attribution": ["Brattle Group"],
    }


def test_product() -> None:
    (event,) = events(PRODUCT)
    assert event["fields"] == {
        "product": "Atlas 4",
        "developers": ["Nimbus Labs"],
        "category": "ai_model",
        "milestone": "announced",
        "date": "2024-05-03",
        "parameters": {"value": 70_000_000_000, "unit": "count", "bound": "exact"},
        "open_source": True,
        "predecessor": "Atlas 3",
        "applications": ["crop monitoring", "flood forecasting"],
    }


def test_litigation() -> None:
    (event,) = events(LITIGATION)
    assert event["fields"] == {
        "plaintiffs": ["Ada Winters", "Music Publishers Guild"],
        "defendants": ["Melodia Inc."],
        "forum": "federal court in San Diego",
        "case_kind": "copyright",
        "legal_basis": ["Copyright Act"],
        "relief": [{"amount": 90_000_000, "currency": "USD", "bound": "exact"}],
        "relief_per_work": {"amount": 150_000, "currency": "USD", "bound": "up_to"},
        "works": {"value": 600, "unit": "count", "bound": "exact"},
        "filed_on": "2023-03",
        "ruling_expected": "../2025-06",
        "stage": "filed",
    }


@pytest.mark.parametrize(
    ("text", "kind", "fields"),
    [
        (
            "Quantum Foundry is in talks to invest $500 million in Glasswing.",
            "deal",
            {"status": "in_talks", "deal_type": "investment"},
        ),
        (
            "Glasswing was acquired by Quantum Foundry in 2019.",
            "deal",
            {"target": "Glasswing", "investors": ["Quantum Foundry"]},
        ),
        (
            "Acme Steel won a $40 million contract from Boeing.",
            "deal",
            {"target": "Acme Steel", "investors": ["Boeing"]},
        ),
        ("Volt Motors delayed its Roadster 2 car.", "product", {"milestone": "delayed", "developers": ["Volt Motors"]}),
        ("Volt Motors plans to launch an electric truck in 2027.", "product", {"milestone": "planned", "date": "2027"}),
        (
            "The Federal Trade Commission is investigating Pillbox over privacy.",
            "litigation",
            {"stage": "investigation", "forum": "Federal Trade Commission"},
        ),
        (
            "The company Melodia Inc. was sued by Ada Winters.",
            "litigation",
            {"plaintiffs": ["Ada Winters"], "defendants": ["Melodia Inc."]},
        ),
        (
            "Northvale Energy plans to build a 200 MW solar farm in Spain.",
            "energy",
            {"source": "solar", "location": "Spain", "status": "planned"},
        ),
    ],
)
def test_one_sentence(text: str, kind: str, fields: dict[str, Any]) -> None:
    (event,) = events(text)
    assert event["type"] == kind
    assert {key: event["fields"].get(key) for key in fields} == fields


@pytest.mark.parametrize(
    "text", ["", " \r\n", "Shares rose.", "Contoso is backed by Fabrikam.", "\ue000 buys \ue001 for $5"]
)
def test_no_event(text: str) -> None:
    assert events(text) == []


def test_enum_values_of_the_rules_are_the_schemas() -> None:
    for name, rules in all_rules().items():
        properties = schema(name)["properties"]
        common = schema("common")["$defs"]
        for field, rows in rules.cues.items():
            allowed = properties[field].get("enum") or common.get(field, {}).get("enum") or [True, False]
            assert {value for value, _ in rows} <= set(allowed), (name, field)
        assert {rule.field for rule in (*rules.figures, *rules.names)} <= set(properties)


FRAGMENTS = [
    "Contoso Group",
    "Fabrikam",
    "Ada Winters",
    "Atlas 4",
    "$2.5 billion",
    "nearly 30%",
    "350 MW",
    "a 20-year",
    "by 2031",
    "in June",
    "last month",
    "31 February 2023",
    "agreed to buy",
    "sued",
    "unveiled",
    "stake in",
    "power purchase agreement",
    "with",
    "from",
    "the",
    "deal",
    "nuclear plant",
    "and",
    ",",
    ".",
    "\n",
    "\r\n",
    "’s",
    "'",
    "(",
    ")",
    "“",
    "e\u0301",
    "😀",
    "\ue000",
    "\u2028",
    "\x00",
    "\u00a0",
    "- ",
    "0",
    "00,000,",
    "$",
    "€",
    "%",
    "for",
    "Inc.",
    "U.S.",
    "v.",
    "is investigating",
    "European Commission",
    "raised",
    "round led by",
    "users",
    "parameters",
    "Reuters reported",
    "according to",
    "ß",
    "İ",
]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=8), max_size=40),
    st.sampled_from([" ", "", "\n"]),
    st.sampled_from([None, "2025-02-05", "nonsense", "0001-01-01"]),
)
def test_any_text_gives_a_valid_record(pieces: list[str], glue: str, published: str | None) -> None:
    text = glue.join(pieces)
    record = run(text, published)
    check(text, record)
    assert record == run(text, published)


@pytest.mark.parametrize("junk", ["Aa ", ".", "1,", "(", "'", "Contoso, the ", "A. ", " ", "$1 to ", "é😀"])
def test_a_long_text_of_junk_gives_a_valid_record(junk: str) -> None:
    text = junk * (100_000 // len(junk))
    check(text, run(text))
