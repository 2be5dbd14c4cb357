"""The short cuts of the diagnosis against the plain definitions that they stand for."""

import re
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support import NUMBER, TEXT, checked, kind, list_of, schema_of

from goldspan.classify import Classifier
from goldspan.documents import Document
from goldspan.gold_values import domains_of, value_at
from goldspan.grounding import Grounding
from goldspan.kinds import close
from goldspan.match import DocumentMatch
from goldspan.normal import normal_name
from goldspan.pairing import compare_document
from goldspan.pointers import pointer, resolve
from goldspan.records import Record

SCHEMA = schema_of({"e": {"id": TEXT, "name": kind("name"), "works": NUMBER, "tags": list_of(TEXT)}})


def match_of(gold: dict[str, Any], pred: dict[str, Any], text: str | None = None) -> DocumentMatch:
    span = {"evidence": {"/id": [(0, 1, "a")]}}
    sides = [checked(SCHEMA, [{"type": "e", "fields": {"id": "1", **fields}, **span}]) for fields in (gold, pred)]
    records = [Record("d", [event.event for event in side]) for side in sides]
    document = None if text is None else Document("d", text, "d")
    return DocumentMatch("d", *records, compare_document(*sides), document)


def misread_as(name: str, gold: Any, pred: Any) -> str | None:
    """The class of a value of one field that is taken for another; None where it is right."""
    match = match_of({name: gold}, {name: pred})
    classifier = Classifier(match, SCHEMA.leaves, domains_of(SCHEMA.leaves))
    pair = match.pairs[0]
    found = [classifier.misread(pair, row) for row in pair.rows if row[1] == "misread"]
    return found[0] if found else None


keys = st.text("a~/0", max_size=3)
values = st.recursive(
    st.integers(), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3), max_leaves=8
)


def places(value: Any, parts: tuple[str | int, ...] = ()) -> list[str]:
    inside: list[Any] = list(value.items()) if isinstance(value, dict) else []  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType, reportUnknownArgumentType]
    inside += enumerate(value) if isinstance(value, list) else []  # pyright: ignore[reportUnknownArgumentType]
    return [pointer(*parts)] + [place for key, member in inside for place in places(member, (*parts, key))]


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(keys, values, max_size=4))
def test_a_value_is_what_its_pointer_resolves_to(fields: dict[str, Any]) -> None:
    for place in places(fields):
        assert value_at(fields, place) is resolve(fields, place)


sizes = st.builds(lambda digits, power: float(f"{digits}e{power}"), st.integers(-999, 999), st.integers(-30, 30))


@settings(max_examples=300, deadline=None)
@given(sizes, st.integers(-40, 40), st.sampled_from([1, 1 + 3e-10, 1 - 3e-10, 1 + 3e-9, 2, 3.1622776601683795]))
@example(1.0, 1, 0.9999999999)
@example(9.5, -1, 1)
@example(1e-30, 60, 1)
def test_a_scale_is_any_power_of_ten_but_the_first(one: float, power: int, factor: float) -> None:
    other = float(f"{one}e{power}") if "e" not in f"{one}" else one * 10.0**power
    other *= factor
    if close(one, other) or not one or not other:
        return
    ratio = Decimal(str(other)) / Decimal(str(one))
    is_scale = any(close(ratio, Decimal(10) ** n) for n in range(-120, 121) if n)
    assert misread_as("works", one, other) == ("scale" if is_scale else "number")


letters = st.text("ab c", min_size=1, max_size=12).filter(str.strip)


@settings(max_examples=400, deadline=None)
@given(letters, letters)
@example("abcab", "abcba")
@example("anthropic", "antropic")
@example("abcdefghij" * 21, "abcdefghij" * 20 + "x")  # too long to be compared
def test_a_near_miss_is_what_difflib_says(gold: str, pred: str) -> None:
    found = misread_as("name", gold, pred)
    one, other = sorted((normal_name(gold), normal_name(pred)))
    words, others = ({*re.findall(r"\w+", each)} for each in (one, other))
    near = max(len(one), len(other)) <= 200 and SequenceMatcher(None, one, other, autojunk=False).ratio() >= 0.8
    contained = bool(words and others) and (words <= others or others <= words)
    assert found == (None if one == other else "alias" if near or contained else "other")


@pytest.mark.parametrize("known_first", [True, False])
def test_a_document_without_its_text_has_no_say_in_the_tiers(known_first: bool) -> None:
    known, unknown = match_of({"name": "x"}, {"name": "x"}, "a text"), match_of({"tags": ["x"]}, {"tags": ["y"]})
    alone, both = Grounding(SCHEMA), Grounding(SCHEMA)
    alone.add(known)
    for match in (known, unknown) if known_first else (unknown, known):
        both.add(match)
    assert alone.as_json() is not None
    assert both.as_json() == alone.as_json()
