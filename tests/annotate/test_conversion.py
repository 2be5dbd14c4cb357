"""Records as Label Studio results and back: nothing is lost, and nothing wrong comes through."""

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import BOOLEAN, NUMBER, TEXT, kind, list_of, money, object_of, schema_of

from goldspan import DataError, load_documents, load_schema
from goldspan.annotate.decode import decode_results
from goldspan.annotate.encode import encode_record
from goldspan.annotate.forms import forms_of
from goldspan.content import GOLD
from goldspan.records import Event, Record, Span, read_records
from goldspan.schema import Schema

SCHEMA = load_schema()
EVERYTHING = schema_of(
    {
        "all_kinds": {
            "name": kind("name"),
            "names": list_of(kind("name")),
            "text": TEXT,
            "money": kind("money"),
            "sums": list_of(kind("money")),
            "percent": kind("percent"),
            "power": kind("power"),
            "count": kind("count"),
            "date": kind("date"),
            "duration": kind("duration"),
            "status": kind("status"),
            "mixed": {"enum": ["1", 1, True, None, " spaced", 'quo"ted', "two\nlines"]},
            "yes": BOOLEAN,
            "number": NUMBER,
            "free": {"x-kind": "enum"},
            "role": TEXT,
        },
        "invoice": {
            "lines": list_of(
                object_of(item=TEXT, pieces=NUMBER, tags=list_of(TEXT), parts=list_of(object_of(n=NUMBER)))
            ),
            "party": object_of(name=kind("name"), of=object_of(country=TEXT)),
        },
    }
)
NASTY = "A\r\nB 👩‍👩‍👧 café\tcafe\u0301 “Meta”’s 🇩🇪 $14.8 billion\u2028x "


def canonical(record: Record) -> list[dict[str, Any]]:
    """What a record says, with evidence in the order of the text, and without what only predictions have."""
    return [
        {
            "id": event.id,
            "type": event.type,
            "story_event": event.story_event,
            "fields": event.fields,
            "evidence": {
                place: sorted((span.start, span.end, span.quote) for span in spans)
                for place, spans in event.evidence.items()
                if spans
            },
            "accepted": {place: values for place, values in event.accepted.items() if values},
        }
        for event in record.events
    ]


def there_and_back(record: Record, schema: Schema, text: str, slots: int = 9) -> Record:
    forms = forms_of(schema)
    results = encode_record(record, schema, forms, text, slots)
    sent: Any = msgspec.json.decode(msgspec.json.encode(results))
    back = decode_results(sent, forms, text, slots)
    assert back.problems == []
    return Record(record.doc_id, list(back.events.values()))


def test_gold_comes_back_as_it_went():
    documents = load_documents()
    lines = [line.record for line in read_records(GOLD)]
    assert len(lines) == 14
    for record in lines:
        assert record is not None
        back = there_and_back(record, SCHEMA, documents[record.doc_id].text)
        assert canonical(back) == canonical(record)


words = st.text(min_size=1, max_size=12).filter(lambda text: text.encode("utf-8", "ignore").decode() == text)
numbers = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
bounds = st.sampled_from(["exact", "about", "up_to"])


def with_bound(**parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(parts, optional={"bound": bounds})


VALUES: Mapping[str, st.SearchStrategy[Any]] = {
    "name": words.filter(lambda text: bool(text.strip())),
    "text": words,
    "money": with_bound(amount=numbers, currency=st.sampled_from(["USD", "EUR"])),
    "percent": with_bound(value=numbers),
    "power": with_bound(value=numbers, unit=st.sampled_from(["MW", "GW"])),
    "count": with_bound(value=numbers, unit=st.just("count")),
    "date": st.sampled_from(["2025-06-11", "2025-06~", "../2026", "2026/.."]),
    "duration": st.sampled_from(["P20Y", "P18M"]),
    "status": st.sampled_from(["rumoured", "agreed"]),
    "mixed": st.sampled_from(["1", 1, " spaced", 'quo"ted', "two\nlines"]),
    "yes": st.booleans(),
    "number": numbers,
    "free": words | st.just({"a": [1]}) | st.just("1"),
    "role": words,
    "names": st.lists(words.filter(lambda text: bool(text.strip())), min_size=1, max_size=4),
    "sums": st.lists(with_bound(amount=numbers, currency=st.just("GBP")), min_size=1, max_size=3),
}
ALL_KINDS = st.fixed_dictionaries({}, optional=dict(VALUES))
LINE = st.fixed_dictionaries(
    {"item": words},
    optional={
        "pieces": numbers,
        "tags": st.lists(words, min_size=1, max_size=3),
        "parts": st.lists(st.fixed_dictionaries({"n": numbers}), min_size=1, max_size=2),
    },
)
INVOICE = st.fixed_dictionaries(
    {},
    optional={"lines": st.lists(LINE, min_size=1, max_size=3), "party": st.just({"name": "A", "of": {"country": "B"}})},
)


@st.composite
def documents_with_events(draw: st.DrawFn) -> tuple[str, Record]:
    text = NASTY + draw(st.text(max_size=20).filter(lambda text: text.encode("utf-8", "ignore").decode() == text))
    events: list[Event] = []
    for i in range(draw(st.integers(0, 4))):
        name = draw(st.sampled_from(["all_kinds", "invoice"]))
        fields = draw(ALL_KINDS if name == "all_kinds" else INVOICE)
        places = leaf_places(name, fields)
        evidence: dict[str, list[Span]] = {}
        accepted: dict[str, list[Any]] = {}
        for place, value in places.items():
            starts = draw(st.lists(st.integers(0, len(text) - 1), max_size=3, unique=True))
            spans = [(start, draw(st.integers(start + 1, len(text)))) for start in starts]
            if spans:
                evidence[place] = [Span(start, end, text[start:end]) for start, end in sorted(spans)]
            lists = st.lists(VALUES["name"], max_size=2)
            if isinstance(value, str) and place in ("/name", "/names/0", "/text") and (forms := draw(lists)):
                accepted[place] = forms
        id_ = draw(st.none() | words)
        story = draw(st.none() | words)
        id_ = f"e{i + 1}" if id_ is None or any(event.id == id_ for event in events) else id_
        events.append(Event(name, fields, id_, evidence, accepted, story_event=story))
    return text, Record("d", events)


def leaf_places(name: str, fields: Any) -> dict[str, Any]:
    from goldspan.check import leaves_of

    return {leaf.pointer: leaf.value for leaf in leaves_of(EVERYTHING.types[name].group, fields)}


@given(documents_with_events())
@settings(max_examples=100, deadline=None)
def test_every_record_comes_back_as_it_went(case: tuple[str, Record]):
    text, record = case
    assert canonical(there_and_back(record, EVERYTHING, text)) == canonical(record)


def spans(text: str, *quotes: str) -> list[Span]:
    return [Span(text.index(quote), text.index(quote) + len(quote), quote) for quote in quotes]


def test_what_the_interface_cannot_hold_is_an_error_that_says_where():
    forms = forms_of(EVERYTHING)
    record = Record("d7", [Event("all_kinds", {"number": 2**53 + 1, "money": money(10**400)}, "e1")])
    with pytest.raises(DataError) as error:
        encode_record(record, EVERYTHING, forms, "x", 9)
    assert [(p.doc_id, p.pointer) for p in error.value.problems] == [
        ("d7", "/events/0/fields/money"),
        ("d7", "/events/0/fields/number"),
    ]
    many = Record("d8", [Event("all_kinds", {"number": i}) for i in range(10)])
    with pytest.raises(DataError, match="10 events, and the interface has slots for 9"):
        encode_record(many, EVERYTHING, forms, "x", 9)
    assert len(there_and_back(many, EVERYTHING, "x", slots=10).events) == 10


# What a person may have done. One span of deal/target in E1 is right; each case breaks or changes something.

DOC = "Fabrikam buys Contoso, once Contoso Ltd, for $5 million."


def region(id_: str, quote: str, role: str, slot: str = "E1", **forms: Any) -> list[dict[str, Any]]:
    start = DOC.index(quote)
    place = {"start": start, "end": start + len(quote), "text": quote}
    common = {"id": id_, "to_name": "text", "origin": "manual"}
    results: list[dict[str, Any]] = [
        {**common, "from_name": "role", "type": "labels", "value": {**place, "labels": [role]}},
        {**common, "from_name": "event", "type": "labels", "value": {**place, "labels": [slot]}},
    ]
    for name, content in forms.items():
        if name in ("amount", "value"):
            results.append({**common, "from_name": name, "type": "number", "value": {**place, "number": content}})
        elif isinstance(content, list):
            results.append({**common, "from_name": name, "type": "choices", "value": {**place, "choices": content}})
        else:
            results.append({**common, "from_name": name, "type": "textarea", "value": {**place, "text": [content]}})
    return results


def more(*lines: str) -> dict[str, Any]:
    return {"id": "m", "from_name": "more", "to_name": "text", "type": "textarea", "value": {"text": list(lines)}}


def decoded(*parts: Any) -> Any:
    results = [result for part in parts for result in (part if isinstance(part, list) else [part])]
    return decode_results(results, forms_of(SCHEMA), DOC, 9)


def problems(*parts: Any) -> list[str]:
    return decoded(*parts).problems


def test_a_person_need_not_say_what_the_words_say():
    found = decoded(
        region("a", "Fabrikam", "deal/investors"),
        region("b", "Contoso", "deal/target", name="Contoso Ltd"),
        region("c", "Contoso Ltd", "deal/target"),
        region("d", "$5 million", "deal/amount", amount=5000000, currency="USD"),
        region("e", "buys", "deal/status", deal_status=["announced"]),
    )
    assert found.problems == []
    event = found.events["E1"]
    assert (event.type, event.id) == ("deal", "e1")
    assert event.fields == {
        "investors": ["Fabrikam"],
        "target": "Contoso Ltd",
        "amount": {"amount": 5000000, "currency": "USD"},
        "status": "announced",
    }
    assert event.evidence["/target"] == spans(DOC, "Contoso", "Contoso Ltd")
    assert set(found.origins.values()) == {"manual"}


def test_items_of_a_list_are_told_apart_by_value_or_number():
    by_value = decoded(region("a", "Fabrikam", "deal/investors"), region("b", "Contoso", "deal/investors"))
    assert by_value.events["E1"].fields == {"investors": ["Fabrikam", "Contoso"]}
    by_number = decoded(
        region("a", "Contoso", "deal/investors", item="2"),
        region("b", "Contoso Ltd", "deal/investors", item="2", name="Contoso Ltd"),
        region("c", "Fabrikam", "deal/investors", item="1"),
    )
    assert by_number.problems == []
    assert by_number.events["E1"].fields == {"investors": ["Fabrikam", "Contoso Ltd"]}
    assert len(by_number.events["E1"].evidence["/investors/1"]) == 2


def test_two_events_of_one_type_stay_two():
    found = decoded(region("a", "Contoso", "deal/target", "E1"), region("b", "Fabrikam", "deal/target", "E3"))
    assert [event.id for event in found.events.values()] == ["e1", "e3"]


def broken(change: Any, of: int = 0) -> list[dict[str, Any]]:
    results = region("a", "Contoso", "deal/target")
    change(results[of])
    return results


@pytest.mark.parametrize(
    ("results", "message"),
    [
        (broken(lambda r: r["value"].update(start=900, end=907)), "is no span of the text: 900 to 907"),
        (broken(lambda r: r["value"].update(start="14")), "is no span of the text: '14' to 21"),
        (broken(lambda r: r["value"].update(start=15, end=22)), "is 'Contoso', but at 15 to 22 the text has 'ontoso,'"),
        (
            broken(lambda r: r["value"].update(labels=["deal/tarjet"])),
            "has the label 'deal/tarjet', which the schema lacks",
        ),
        (broken(lambda r: r["value"].update(labels=["E99"]), 1), "has the label 'E99', which the interface lacks"),
        (broken(lambda r: r.pop("id")), "a result of 'role' has no region id"),
        (broken(lambda r: r.update(id="z")), "region a has no role"),
        (
            broken(lambda r: r.update(from_name="sentiment")),
            "has a result of 'sentiment', which the interface does not have",
        ),
        (broken(lambda r: r["value"].update(end=19), 1), "stands at 14 to 21 and at 14 to 19"),
        ([{"type": "relation", "from_id": "a", "to_id": "b"}], "no part of the interface (type 'relation')"),
        (
            region("a", "$5 million", "deal/amount", amount="5", currency="USD"),
            "has '5' in 'amount': that is no number",
        ),
        (region("a", "$5 million", "deal/amount", amount=True), "has True in 'amount': that is no number"),
        (region("a", "buys", "deal/status", deal_status=["announced", "agreed"]), "one text was expected"),
        (region("a", "$5 million", "deal/amount", amount=5, currency="US$"), "that is none of the choices"),
        (region("a", "buys", "deal/status", deal_status=["done"]), "that is none of the choices"),
        (region("a", "buys", "deal/status"), "E1: deal/status has no value"),
        (region("a", "Fabrikam", "deal/investors", item="one"), "as the item of a list: it must be a number from 1"),
        (region("a", "Contoso", "deal/target", item="2"), "deal/target has no item 2"),
        (
            region("a", "Contoso", "deal/target") + region("b", "Contoso Ltd", "deal/target"),
            "E1: deal/target reads 'Contoso' and 'Contoso Ltd': give the full form",
        ),
        (
            region("a", "Contoso", "deal/target", name="X") + region("b", "Contoso Ltd", "deal/target", name="Y"),
            "E1: deal/target is said to be 'X' and 'Y'",
        ),
        (
            region("a", "Contoso", "deal/target") + region("b", "Fabrikam", "product/developers"),
            "E1: has spans of deal and of product: an event has one type",
        ),
        ([more("E1 story_event: x")], "the line E1 story_event: x stands alone"),
        ([more("about E1")], "the line 'about E1' is none of"),
        ([*region("a", "Contoso", "deal/target"), more("E1 deal/nothing: 5")], "names no role of the schema"),
        ([*region("a", "Contoso", "deal/target"), more("E1 deal/amount: $5")], "the line 'E1 deal/amount: $5'"),
        ([*region("a", "Contoso", "deal/target"), more("E1 id: x", "E1 id: y")], "is there twice"),
    ],
)
def test_what_is_wrong_is_told(results: Any, message: str):
    assert any(message in problem for problem in problems(results)), problems(results)
