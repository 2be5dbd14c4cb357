"""The class of every wrong leaf, each case read off the definitions by hand; and that each leaf has one class."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import BOOLEAN, NUMBER, TEXT, checked, kind, list_of, money, object_of, schema_of

from goldspan.classify import Classifier, InventedClass, MisreadClass
from goldspan.documents import Document
from goldspan.gold_values import GoldValues, domains_of
from goldspan.kinds import equal
from goldspan.match import DocumentMatch
from goldspan.pairing import compare_document
from goldspan.records import Record
from goldspan.schema import Schema

TYPES = {
    "deal": {
        "id": TEXT,  # equal on both sides of most cases below, so that the events pair
        "buyers": list_of(kind("name")),
        "target": kind("name"),
        "topic": TEXT,
        "amount": kind("money"),
        "valuation": kind("money"),
        "stake": kind("percent"),
        "power": kind("power"),
        "spare": kind("power"),
        "jobs": kind("count"),
        "works": NUMBER,
        "date": kind("date"),
        "term": kind("duration"),
        "open": BOOLEAN,
        "status": {"enum": ["rumoured", "agreed", "in_talks"]},
        "lines": list_of(object_of(key=TEXT, name=kind("name"))),
    },
    "note": {"id": TEXT, "target": kind("name"), "power": kind("power")},
}
SCHEMA = schema_of(TYPES)
Events = list[dict[str, Any]]


def match_of(gold: Events, pred: Events, text: str | None = None, schema: Schema = SCHEMA) -> DocumentMatch:
    sides = [checked(schema, side) for side in (gold, pred)]
    records = [Record("d", [event.event for event in side]) for side in sides]
    pairs = compare_document(*sides)
    return DocumentMatch("d", *records, pairs, None if text is None else Document("d", text, "d"))


def classes(match: DocumentMatch, schema: Schema = SCHEMA) -> Counter[tuple[str, str]]:
    """How often each wrong field got each class."""
    classifier = Classifier(match, schema.leaves, domains_of(schema.leaves))
    found: Counter[tuple[str, str]] = Counter()
    rejected = [{each.pointer for each in event.rejected} for event in checked_again(match, schema)]
    for pair in match.pairs:
        for outcome in pair.outcomes:
            if outcome.result == "misread":
                found[outcome.field, classifier.misread(pair, outcome)] += 1
            elif outcome.result == "invented" and pair.pred is not None:
                found[outcome.field, classifier.invented(pair, outcome, outcome.pred in rejected[pair.pred])] += 1
    return found


def checked_again(match: DocumentMatch, schema: Schema) -> list[Any]:
    events = match.pred.events if match.pred else []
    return checked(schema, [{"type": event.type, "fields": event.fields} for event in events])


def deal(**fields: Any) -> dict[str, Any]:
    return {"type": "deal", "fields": {"id": "1", **fields}}


def quantity(value: float, unit: str) -> dict[str, Any]:
    return {"value": value, "unit": unit}


MISREAD: list[tuple[str, Any, Any, str]] = [
    ("amount", money(14.3e9), money(14.3e6), "scale"),
    ("amount", money(5), money(-50), "number"),
    ("amount", money(0), money(10), "number"),
    ("amount", money(14.3e9), money(14.2e9), "number"),
    ("amount", money(5, "USD"), money(5, "EUR"), "currency"),
    ("amount", money(5, "USD"), money(6, "EUR"), "currency"),
    ("amount", money(5, "USD"), money(50, "EUR"), "currency"),  # before scale
    ("stake", {"value": 49}, {"value": 0.49}, "percent_or_number"),
    ("stake", {"value": 0.49}, {"value": 49}, "percent_or_number"),
    ("stake", {"value": 49}, {"value": 4.9}, "scale"),
    ("stake", {"value": 49}, {"value": 48}, "number"),
    ("power", quantity(1.1, "GW"), quantity(1.1, "MW"), "unit"),  # a thousandth too, but the unit is what is wrong
    ("power", quantity(1.1, "GW"), quantity(110, "MW"), "scale"),
    ("power", quantity(1.1, "GW"), quantity(1200, "MW"), "number"),
    ("works", 7000, 7, "scale"),
    ("works", 7, 8, "number"),
    ("date", "2025-06-11", "2025-06", "date_precision"),
    ("date", "2025", "2025-06-11", "date_precision"),
    ("date", "2025-34", "2025-05", "date_precision"),  # May is in the second quarter
    ("date", "2025-34", "2025-06", "date_precision"),
    ("date", "2025-35", "2025-05", "date_value"),
    ("date", "2025-06~", "2025-06", "date_precision"),
    ("date", "2025-06~", "2025-06-11", "date_precision"),
    ("date", "2025/2026-03", "2025-01/2026-03-02", "date_precision"),
    ("date", "2025/2026-03", "2025-01/2026", "date_value"),  # one end finer, one coarser
    ("date", "../2026", "2026", "date_value"),
    ("date", "../2026", "../2027", "date_value"),
    ("date", "2025-06-11", "2025-06-12", "date_value"),
    ("term", "P20Y", "P20M", "unit"),
    ("term", "P20Y", "P2Y", "scale"),
    ("term", "P20Y", "P21Y", "number"),
    ("term", "P1Y2D", "P10Y20D", "number"),  # months and days have no common ratio
    ("target", "Scale AI", "Scale", "alias"),
    ("target", "Scale", "The Scale Foundation of Ohio", "alias"),
    ("target", "Anthropic", "Antropic", "alias"),  # 2 * 8 / (9 + 8) = 0.94
    ("target", "Anthropic", "Antarctic", "other"),  # 2 * 6 / (9 + 9) = 0.67
    ("target", "Northwind", "Windnorth", "other"),  # the same letters, but 2 * 5 / (9 + 9) = 0.56
    ("target", "Scale AI", "Northwind", "other"),
    ("topic", "crop monitoring", "crop monitorin", "alias"),
    ("topic", "crop monitoring", "housing", "other"),
    ("status", "rumoured", "agreed", "enum"),
    ("open", True, False, "enum"),
]


@pytest.mark.parametrize(("field", "gold", "pred", "expected"), MISREAD)
def test_a_misread_value_by_its_kind(field: str, gold: Any, pred: Any, expected: str) -> None:
    found = classes(match_of([deal(**{field: gold})], [deal(**{field: pred})]))
    assert found == {(f"deal.{field}", expected): 1}


def test_a_percent_taken_for_a_number_and_the_other_way_about() -> None:
    gold = deal(stake={"value": 49}, jobs=quantity(1000, "count"))
    assert classes(match_of([gold], [deal(jobs=quantity(49, "count"))])) == {("deal.jobs", "percent_or_number"): 1}
    assert classes(match_of([gold], [deal(stake={"value": 1000})])) == {("deal.stake", "percent_or_number"): 1}
    # of another event: no longer
    other = {"type": "deal", "fields": {"id": "2", "stake": {"value": 49}}}
    pair = match_of([deal(jobs=quantity(1000, "count")), other], [deal(jobs=quantity(49, "count"))])
    assert classes(pair) == {("deal.jobs", "number"): 1}


def test_a_value_of_another_field_comes_before_what_its_kind_says() -> None:
    gold = deal(amount=money(10), valuation=money(100))
    assert classes(match_of([gold], [deal(amount=money(100))])) == {("deal.amount", "wrong_role"): 1}
    # accepted values and quotes are right there too
    gold = deal(target="Meta Platforms", buyers=["Scale AI"]) | {"accepted": {"/buyers/0": ["Scale"]}}
    assert classes(match_of([gold], [deal(target="scale")])) == {("deal.target", "wrong_role"): 1}
    gold = deal(target="Meta Platforms", buyers=["Scale AI"]) | {"evidence": {"/buyers/0": [(0, 3, "SAI")]}}
    assert classes(match_of([gold], [deal(target="SAI")])) == {("deal.target", "wrong_role"): 1}
    # of quantities: only where the units are the same
    gold = deal(power=quantity(1, "GW"), spare=quantity(3, "MW"), jobs=quantity(7, "count"))
    assert classes(match_of([gold], [deal(power=quantity(3000, "kW"))])) == {("deal.power", "wrong_role"): 1}
    assert classes(match_of([gold], [deal(power=quantity(7, "MW"))])) == {("deal.power", "number"): 1}
    # a name is no text
    assert classes(match_of([deal(topic="x", target="y")], [deal(topic="y")])) == {("deal.topic", "other"): 1}


@pytest.mark.parametrize("amount", [1.0000005 * (1 + 9e-10), 1.0000005, 1.0000005 * (1 - 9e-10)])
def test_numbers_within_the_tolerance_are_found_on_both_sides_of_a_rounding(amount: float) -> None:
    gold = deal(amount=money(7), valuation=money(1.0000005))
    assert classes(match_of([gold], [deal(amount=money(amount))])) == {("deal.amount", "wrong_role"): 1}


def test_another_item_of_the_same_event_is_a_wrong_role() -> None:
    gold = deal(lines=[{"key": "a", "name": "Foo"}, {"key": "b", "name": "Bar"}])
    found = classes(match_of([gold], [deal(lines=[{"key": "a", "name": "Bar"}])]))
    assert found == {("deal.lines.name", "wrong_role"): 1}


def test_a_value_of_another_event() -> None:
    other = {"type": "deal", "fields": {"id": "2", "valuation": money(100)}}
    assert classes(match_of([deal(amount=money(10)), other], [deal(amount=money(100))])) == {
        ("deal.amount", "wrong_event"): 1
    }
    note = {"type": "note", "fields": {"power": quantity(3, "GW")}}
    assert classes(match_of([deal(power=quantity(1, "GW")), note], [deal(power=quantity(3, "GW"))])) == {
        ("deal.power", "wrong_event"): 1
    }
    # the same event comes first; a status of another event is no sign of anything
    other["fields"]["amount"] = money(7)
    both = match_of([deal(amount=money(10), valuation=money(7)), other], [deal(amount=money(7))])
    assert classes(both) == {("deal.amount", "wrong_role"): 1}
    other = {"type": "deal", "fields": {"id": "2", "status": "agreed"}}
    assert classes(match_of([deal(status="rumoured"), other], [deal(status="agreed")])) == {("deal.status", "enum"): 1}


def test_duplicates() -> None:
    gold = deal(buyers=["Meta Platforms", "Foo"]) | {"accepted": {"/buyers/0": ["Meta"]}}
    pred = deal(buyers=["Meta Platforms", "meta", "Meta  Platforms"])
    assert classes(match_of([gold], [pred], "")) == {("deal.buyers", "duplicate"): 2}
    # an event told twice: all leaves of the second, and the status too
    gold = deal(target="Scale", amount=money(3), status="agreed")
    expected = {(f"deal.{name}", "duplicate"): 1 for name in ("id", "target", "amount", "status")}
    assert classes(match_of([gold], [gold, gold], "")) == expected


def test_invented_values_of_other_fields_and_events() -> None:
    gold = [deal(target="Scale AI"), {"type": "note", "fields": {"id": "9", "target": "Northwind"}}]
    pred = [deal(target="Scale AI", buyers=["Scale AI", "northwind", "Contoso"])]
    assert classes(match_of(gold, pred, "Contoso?")) == {
        ("deal.buyers", "wrong_role"): 1,
        ("deal.buyers", "wrong_event"): 1,
        ("deal.buyers", "in_text"): 1,
    }
    # an event without a partner: what gold has in this field but nobody found is another event's, matched or not
    alone = [{"type": "note", "fields": {"target": "Northwind"}}, {"type": "note", "fields": {"target": "Scale AI"}}]
    found = classes(match_of([deal(target="Scale AI"), deal(id="2", target="Northwind")], alone, ""))
    assert found == {("note.target", "wrong_event"): 2}


IN_TEXT: list[tuple[str, Any, str, str]] = [
    ("target", "Northwind Ltd", "Then NORTHWIND\n Ltd paid.", "in_text"),
    ("target", "O'Brien", "by O’Brien.", "in_text"),
    ("target", "Al", "a deal", "not_in_text"),  # whole words only
    ("target", "Al", "a deal by Al", "in_text"),
    ("amount", money(14.8e9), "$14.8 billion", "in_text"),  # 148 both
    ("amount", money(14800000000), "14,800 million", "in_text"),
    ("amount", money(14.8e9), "$14.9 billion in USD", "not_in_text"),
    ("stake", {"value": 49}, "a 49% stake", "in_text"),
    ("works", 0, "0 works", "in_text"),
    ("works", 0.5, "5 works", "in_text"),  # the digits, whatever the scale
    ("works", 7, "seven works", "not_in_text"),
    ("date", "2025-06-11", "June 11, 2025", "in_text"),
    ("date", "2025/2026", "in 2025", "not_in_text"),
    ("date", "2025-06-11", "on Tuesday", "not_in_text"),
    ("term", "P20Y", "for 20 years", "in_text"),
    ("term", "P20Y", "for two decades", "not_in_text"),
    ("status", "in_talks", "are in talks", "in_text"),
    ("status", "in_talks", "are talking", "not_in_text"),
    ("open", True, "true", "not_in_text"),
    ("target", 7, "7 up", "in_text"),  # no name, says the schema; but it is there
    ("target", {"a": [{"b": "Foo"}, None, ""]}, "by foo", "not_in_text"),  # "" is nowhere
    ("target", {"a": [{"b": "Foo"}]}, "by foo", "in_text"),
    ("date", "June 2025", "in June 2025", "in_text"),
    ("amount", {"amount": 5, "currency": "dollars"}, "5 of them", "in_text"),
    ("buyers", "Meta", "Meta", "in_text"),  # a list is asked for
    ("colour", ["red"], "red", "in_text"),  # there is no such field
]


@pytest.mark.parametrize(("field", "value", "text", "expected"), IN_TEXT)
def test_whether_the_words_of_an_invention_are_in_the_text(field: str, value: Any, text: str, expected: str) -> None:
    pred = [deal(**{field: value})]
    found = classes(match_of([deal()], pred, text))
    assert {name for _, name in found} == {expected}
    assert {name for _, name in classes(match_of([deal()], pred))} == {"unknown_text"}


@pytest.mark.parametrize(
    ("start", "end", "quote", "expected"),
    [
        (4, 8, "late", "in_text"),
        (0, 4, "late", "not_in_text"),
        (-4, 8, "late", "not_in_text"),
        (8, 4, "late", "not_in_text"),
        (4, 4, "", "not_in_text"),
        (4, 10**18, "late", "not_in_text"),
    ],
)
def test_a_quote_at_its_place_is_in_the_text(start: int, end: int, quote: str, expected: str) -> None:
    pred = deal(term="P9Y") | {"evidence": {"/term": [(start, end, quote)]}}
    assert classes(match_of([deal()], [pred], "too late")) == {("deal.term", expected): 1}


word = st.sampled_from(["x", "y", "z", "the X.", "Foo Inc", "foo", "x y"])
number = st.sampled_from([0, 1, 10, 49, 0.49, 100, 1e3, 1 + 1e-10])
VALUES = {
    "id": word,
    "buyers": st.lists(word, min_size=1, max_size=3, unique=True),
    "target": word,
    "amount": st.builds(money, number, st.sampled_from(["USD", "EUR"])),
    "valuation": st.builds(money, number),
    "stake": st.builds(lambda n: {"value": n}, number),
    "power": st.builds(quantity, number, st.sampled_from(["kW", "MW", "GW"])),
    "spare": st.builds(quantity, number, st.sampled_from(["kW", "MW", "GW"])),
    "works": number,
    "date": st.sampled_from(["2025", "2025-06", "2025-34", "2025/.."]),
    "term": st.sampled_from(["P1Y", "P12M", "P1D", "P10Y"]),
    "open": st.booleans(),
    "status": st.sampled_from(["rumoured", "agreed"]),
    "lines": st.lists(st.fixed_dictionaries({"key": word}, optional={"name": word}), min_size=1, max_size=2),
}
wild = st.recursive(st.none() | st.booleans() | number | word, lambda inner: st.lists(inner, max_size=2), max_leaves=3)
LOOSE = {name: values | wild for name, values in VALUES.items()} | {"colour": wild}


@st.composite
def events(draw: st.DrawFn, loose: bool) -> Events:
    found: Events = []
    for _ in range(draw(st.integers(0, 3))):
        name = draw(st.sampled_from(["deal", "deal", "note"] + ["odd"] * loose))
        allowed = {k: v for k, v in (LOOSE if loose else VALUES).items() if k in TYPES["note"] or name != "note"}
        fields = draw(st.fixed_dictionaries({}, optional=allowed))
        evidence = {f"/{k}": [(0, 3, draw(word))] for k in fields if draw(st.booleans())}
        event: dict[str, Any] = {"type": name, "fields": fields, "evidence": evidence}
        if not loose and "target" in fields:
            event["accepted"] = {"/target": draw(st.lists(word, max_size=1))}
        found.append(event)
    return found


@settings(max_examples=200, deadline=None)
@given(events(loose=False), events(loose=True), st.none() | st.just("x 1 foo 2025"))
def test_every_wrong_leaf_has_exactly_one_class(gold: Events, pred: Events, text: str | None) -> None:
    match = match_of(gold, pred, text)
    found = classes(match)
    wrong = Counter(o.field for pair in match.pairs for o in pair.outcomes if o.result in ("misread", "invented"))
    by_field: Counter[str] = Counter()
    for (field, name), count in found.items():
        by_field[field] += count
        assert name in get_args(MisreadClass) + get_args(InventedClass)
        assert (name == "unknown_text") <= (text is None)
        assert (name in ("in_text", "not_in_text")) <= (text is not None)
    assert by_field == wrong


def stated(value: Any, place: str, path: str) -> Iterator[tuple[str, str, Any]]:
    """(field, pointer, value) of each leaf of the events above: the test's own walk, which knows their names."""
    if (path in ("deal", "deal.lines") and isinstance(value, Mapping)) or path == "note":
        for name, member in value.items():
            yield from stated(member, f"{place}/{name}", f"{path}.{name}")
    elif isinstance(value, list):
        for i, item in enumerate(value):
            if isinstance(item, Mapping):
                for name, member in item.items():
                    yield f"{path}.{name}", f"{place}/{i}/{name}", member
            else:
                yield path, f"{place}/{i}", item
    else:
        yield path, place, value


@settings(max_examples=150, deadline=None)
@given(events(loose=False), events(loose=False))
def test_a_value_is_found_wherever_equality_says_it_is_right(gold: Events, pred: Events) -> None:
    match = match_of(gold, pred)
    values = GoldValues(match, SCHEMA.leaves, domains_of(SCHEMA.leaves))
    leaves = SCHEMA.leaves
    for event in pred:
        for path, _, value in stated(event["fields"], "", event["type"]):
            expected: set[tuple[int, str]] = set()
            for i, other in enumerate(gold):
                for field, place, right in stated(other["fields"], "", other["type"]):
                    comparable = leaves[field].kind == leaves[path].kind and leaves[field].units == leaves[path].units
                    if not comparable or (leaves[path].kind in ("enum", "boolean") and field != path):
                        continue
                    quotes = [quote for _, _, quote in other["evidence"].get(place, ())]
                    also = other.get("accepted", {}).get(place, ())
                    if equal(leaves[path].kind, right, value, leaves[path].units, also, quotes):
                        expected.add((i, place))
            found = [(place.event, place.pointer) for place in values.find(path, value)]
            assert sorted(found) == sorted(expected)


def test_a_value_that_its_place_in_gold_did_not_match_is_no_duplicate() -> None:
    """Both events have one value of gold's right; the first misreads the other besides, and so is its partner."""
    gold = {"type": "deal", "fields": {"target": "Northwind", "amount": money(5)}}
    partner = {"type": "deal", "fields": {"target": "Contoso", "amount": money(5)}}
    alone = {"type": "deal", "fields": {"target": "Northwind"}}
    assert classes(match_of([gold], [partner, alone], "")) == {
        ("deal.target", "other"): 1,
        ("deal.target", "wrong_event"): 1,
    }


@pytest.mark.parametrize(("right", "told"), [("Northwind", "The Northwind"), ("A Northwind", "northwind"), ("N", "n")])
def test_a_name_told_in_another_form_is_found_too(right: str, told: str) -> None:
    gold = [deal(target="Contoso"), {"type": "note", "fields": {"target": right}}]
    assert classes(match_of(gold, [deal(target=told)])) == {("deal.target", "wrong_event"): 1}
