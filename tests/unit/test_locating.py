"""Evidence that is looked up: it stands in the text, word for word, and is never made up."""

import json
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import kind, list_of, object_of, schema_of

from goldspan import run, validate
from goldspan.kinds import equal
from goldspan.locating import Places, locate

Write = Callable[..., Path]

FOUND = {
    "every occurrence": ("Contoso buys. Contoso pays.", "Contoso", "name", ["Contoso", "Contoso"]),
    "whole words alone": ("Contosoft, Contoso-1, xContoso", "Contoso", "name", ["Contoso"]),
    "as written before anything else": ("CONTOSO and Contoso", "Contoso", "name", ["Contoso"]),
    "case": ("THE CONTOSO GROUP", "Contoso Group", "name", ["CONTOSO GROUP"]),
    "spaces and line ends": ("Contoso\n \u00a0Group.", "Contoso Group", "name", ["Contoso\n \u00a0Group"]),
    "quotes and dashes": ("the “clean–air” act", 'the "clean-air" act', "text", ["“clean–air” act"]),
    "a legal form that the text leaves out": ("Contoso pays", "Contoso, Inc.", "name", ["Contoso"]),
    "no legal form of a text": ("Contoso pays", "Contoso, Inc.", "text", []),
    "letters of another width": ("Ｃｏｎｔｏｓｏ pays", "Contoso", "name", ["Ｃｏｎｔｏｓｏ"]),
    "accents of two characters": ("Cafe\u0301 Zoe\u0308!", "café zoë", "name", ["Cafe\u0301 Zoe\u0308"]),
    "what grows when folded": ("STRASSE, Straße", "Strasse", "text", ["STRASSE", "Straße"]),
    "beyond the first plane": ("🚀 Contoso 🚀", "🚀 CONTOSO", "name", ["🚀 Contoso"]),
    "no such words": ("Contoso pays", "Fabrikam", "name", []),
    "no part of a letter": ("e\u0301", "e", "text", []),
    "nothing": ("Contoso", " ", "name", []),
    "at the ends": ("contoso", "Contoso", "name", ["contoso"]),
}


@pytest.mark.parametrize("name", FOUND)
def test_places_are_those_of_the_words(name: str) -> None:
    text, value, of, expected = FOUND[name]
    assert [text[a:b] for a, b in Places(text).find(value, of)] == expected


WORDS = st.text(st.sampled_from("aAbßéE\u0301 \u00a0\n.,'’“-–1２ﬁİ🚀"), max_size=12)


@given(WORDS, WORDS, st.sampled_from(["name", "text"]))
def test_what_is_found_equals_the_value_by_the_kinds_own_rule(text: str, value: str, of: str) -> None:
    for a, b in Places(text).find(value, of):
        assert 0 <= a < b <= len(text)
        assert equal(of, value, text[a:b], {})


@given(WORDS, WORDS, WORDS, st.sampled_from([str.upper, str.lower, lambda s: unicodedata.normalize("NFD", s)]))
def test_a_value_that_stands_between_spaces_is_found(
    before: str, value: str, after: str, change: Callable[[str], str]
) -> None:
    if value.strip() != value or not any(c.isalnum() for c in value) or unicodedata.combining(value[:1] or " "):
        return
    text = f"{before} {value} {after}"
    assert (len(before) + 1, len(before) + 1 + len(value)) in Places(text).find(value, "text")


def test_only_names_and_texts_without_evidence_are_looked_up_at_any_depth() -> None:
    line = object_of(item={"type": "string"}, price=kind("money"))
    schema = schema_of(
        {"order": {"buyer": kind("name"), "goods": list_of(line), "day": kind("date"), "n": {"type": "number"}}}
    )
    text = "Contoso orders 5 bolts on 2025-06-01"
    given_span = {"start": 8, "end": 14, "quote": "orders"}
    fields = {
        "buyer": "Contoso",
        "goods": [{"item": "nuts"}, {"item": "bolts", "price": {"amount": 5, "currency": "USD"}}],
        "day": "2025-06-01",
        "n": 5,
    }
    event: dict[str, Any] = {"type": "order", "fields": fields}
    (found,) = locate([event], text, schema)
    assert found["evidence"] == {
        "/buyer": [{"start": 0, "end": 7, "quote": "Contoso", "located": True}],
        "/goods/1/item": [{"start": 17, "end": 22, "quote": "bolts", "located": True}],
    }
    (kept,) = locate([event | {"evidence": {"/buyer": [given_span]}}], text, schema)
    assert kept["evidence"]["/buyer"] == [given_span]
    assert "evidence" not in event


@pytest.mark.parametrize(
    "fields", [{"buyer": 5}, {"buyer": ["Contoso"]}, {"goods": "bolts"}, {"goods": [5]}, {"x": "5"}]
)
def test_values_of_a_wrong_shape_are_left_as_they_are(fields: dict[str, Any]) -> None:
    schema = schema_of({"order": {"buyer": kind("name"), "goods": list_of(object_of(item={"type": "string"}))}})
    events = [{"type": "order", "fields": fields}, {"type": "no such type", "fields": {"buyer": "Contoso"}}]
    assert locate(events, "Contoso orders 5 bolts", schema) == events


@pytest.mark.parametrize("look_up", [True, False])
def test_a_run_locates_unless_it_is_told_not_to(write_lines: Write, tmp_path: Path, look_up: bool) -> None:
    documents = write_lines("documents.jsonl", [{"doc_id": "d", "text": "Fabrikam is bought by Contoso."}])
    fields = {"target": "Fabrikam", "investors": ["Northwind", "Contoso"]}
    out = tmp_path / "out.jsonl"
    run(lambda _: {"events": [{"type": "deal", "fields": fields}]}, out, documents=documents, locate=look_up)
    (event,) = json.loads(out.read_text())["events"]
    expected = {"/target": ["Fabrikam"], "/investors/1": ["Contoso"]} if look_up else {}
    assert {place: [s["quote"] for s in spans] for place, spans in event.get("evidence", {}).items()} == expected
    assert validate(out, documents=documents) == []
