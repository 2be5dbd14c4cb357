"""Short cuts of the pairing are not taken where values match that do not look alike."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from support import BOOLEAN, NUMBER, TEXT, kind, list_of, schema_of

from goldspan.check import check_event
from goldspan.pairing import compare_document, compare_events, worth
from goldspan.records import Event

SCHEMA = schema_of({"thing": {"a": TEXT, "b": TEXT, "c": TEXT, "n": {"enum": [1, True]}}})


def compared(gold: list[Event], pred: list[Event]) -> list[tuple[int | None, int | None, list[str]]]:
    sides = [[check_event(event, SCHEMA)[0] for event in side] for side in (gold, pred)]
    pairs = compare_document(*sides)
    return [(pair.gold, pair.pred, [outcome.result for outcome in pair.outcomes]) for pair in pairs]


def test_accepted_forms_may_decide_which_event_is_meant():
    """The first prediction has one value right as written, the second two that are accepted."""
    gold = Event("thing", {"a": "x", "b": "Quarz", "c": "Opal"}, accepted={"/b": ["Zinc"], "/c": ["Onyx"]})
    pred = [Event("thing", {"a": "x"}), Event("thing", {"b": "Zinc", "c": "Onyx"})]
    assert compared([gold], pred) == [(0, 1, ["missed", "matched", "matched"]), (None, 0, ["invented"])]


def test_true_is_not_one():
    gold, pred = Event("thing", {"a": "x", "n": 1}), Event("thing", {"a": "x", "n": True})
    assert compared([gold], [pred]) == [(0, 0, ["matched", "misread"])]


def test_integers_beyond_floats_are_compared_as_they_are():
    schema = schema_of({"thing": {"a": TEXT, "n": {"type": "number"}}})
    gold, near, far = ({"a": "x", "n": number} for number in (10**400, 10**400 + 1, 10**401))
    for fields, result in ((near, "matched"), (far, "misread")):
        sides = [[check_event(Event("thing", each), schema)[0]] for each in (gold, fields)]
        (pair,) = compare_document(*sides)
        assert [outcome.result for outcome in pair.outcomes] == ["matched", result]


KINDS = schema_of(
    {
        "thing": {
            "name": kind("name"),
            "text": TEXT,
            "amount": kind("money"),
            "share": kind("percent"),
            "power": kind("power"),
            "when": kind("date"),
            "long": kind("duration"),
            "sure": BOOLEAN,
            "choice": {"enum": ["a", "b", 1, True, None]},
            "number": NUMBER,
            "names": list_of(kind("name")),
            "sums": list_of(kind("money")),
            "numbers": list_of(NUMBER),
            "choices": list_of({"enum": ["a", 1, True]}),
        }
    }
)
"""Every kind of value, and lists of those that a short cut treats apart."""

NAMES = st.sampled_from(["Northwind", "northwind Inc.", "The Northwind", "Fabrikam", "Fabrikam AI", "A", "“A”", ""])
NUMBERS = st.sampled_from([0, 1, 1.0, -1, 1 + 4e-10, 1 + 8e-10, 1 + 12e-10, 10**400, 2.5])
SUMS = st.fixed_dictionaries({"amount": NUMBERS, "currency": st.sampled_from(["USD", "EUR"])})
FIELDS = {
    "name": NAMES,
    "text": NAMES,
    "amount": SUMS,
    "share": st.fixed_dictionaries({"value": NUMBERS}),
    "power": st.fixed_dictionaries({"value": NUMBERS, "unit": st.sampled_from(["MW", "GW", "kW"])}),
    "when": st.sampled_from(["2025", "2025-06", "2025-06~"]),
    "long": st.sampled_from(["P1Y", "P12M", "P365D"]),
    "sure": st.booleans(),
    "choice": st.sampled_from(["a", "b", 1, True, None]),
    "number": NUMBERS,
    "names": st.lists(NAMES, max_size=4),
    "sums": st.lists(SUMS, max_size=4),
    "numbers": st.lists(NUMBERS, max_size=5),
    "choices": st.lists(st.sampled_from(["a", 1, True]), max_size=4),
}
EVENTS = st.fixed_dictionaries({}, optional=FIELDS)


@settings(max_examples=1500, deadline=None)
@given(EVENTS, EVENTS)
def test_the_worth_of_a_pair_is_what_comparing_it_leaf_by_leaf_gives(gold: dict[str, Any], pred: dict[str, Any]):
    one, other = (check_event(Event("thing", fields), KINDS)[0] for fields in (gold, pred))
    assert worth(one, other) == compare_events(one, other).worth
