"""Short cuts of the pairing are not taken where values match that do not look alike."""

import math
from collections.abc import Callable, Iterator
from itertools import combinations, permutations
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support import BOOLEAN, NUMBER, TEXT, kind, list_of, schema_of

from goldspan.check import CheckedEvent, check_event, leaves_of
from goldspan.leaves import Comparison, compare_events
from goldspan.pairing import compare_document
from goldspan.records import Event, Span
from goldspan.settling import likely_pairs, matched_leaves, settled_pairs

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


def test_what_is_accepted_is_right_in_the_only_pair_too():
    gold = Event("thing", {"a": "x", "b": "Quarz"}, accepted={"/b": ["Zinc"]})
    for pred, result in (("Zinc", "matched"), ("Onyx", "misread")):
        assert compared([gold], [Event("thing", {"a": "x", "b": pred})]) == [(0, 0, ["matched", result])]


def test_a_quote_is_right_among_many_events_too():
    gold = Event("thing", {"a": "Quarz"}, evidence={"/a": [Span(0, 4, "Zinc")]})
    one, other = (check_event(event, SCHEMA)[0] for event in (gold, Event("thing", {"a": "Zinc"})))
    assert matched_leaves([one], [other]) == [[compare_events(one, other).matched]] == [[1]]


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
@example({"names": ["A"] * 40, "numbers": [0, 1, False]}, {"names": ["A"] * 39, "numbers": [1, 0]})
@example({"numbers": [1, 1, 1], "number": 0}, {"numbers": [1, 1, 1.0], "number": 0})
@example({"names": ["A", "B"], "number": 0, "sure": False}, {"names": ["B", "A"], "number": 0.0, "sure": True})
def test_the_short_cuts_of_comparing_give_what_the_long_way_gives(gold: dict[str, Any], pred: dict[str, Any]):
    """Evidence on both sides, though of no value, is what keeps a comparison from them."""
    found: list[Any] = []
    for evidence in ({}, {"/nowhere": [Span(0, 1, "-")]}):
        one, other = (check_event(Event("thing", side, evidence=evidence), KINDS)[0] for side in (gold, pred))
        pair = compare_events(one, other)
        found.append((pair.rows, pair.worth, pair.silent, pair.both_silent))
    assert found[0] == found[1]


@pytest.mark.parametrize("evidence", [{}, {"/nowhere": [Span(0, 1, "-")]}])
def test_1_is_not_true_where_a_closed_list_names_no_values(evidence: dict[str, Any]):
    schema = schema_of({"thing": {"name": TEXT, "choice": {"x-kind": "enum"}, "choices": list_of({"x-kind": "enum"})}})
    gold, pred = (
        check_event(Event("thing", {"name": "A", "choice": value, "choices": [value]}, evidence=evidence), schema)[0]
        for value in (1, True)
    )
    assert compare_events(gold, pred).worth[:2] == (1, 1)


@given(EVENTS)
@example({"names": ["A"] * 40, "sums": [], "number": 0})
def test_what_only_one_side_states_is_told_leaf_by_leaf(fields: dict[str, Any]):
    event = check_event(Event("thing", fields), KINDS)[0]
    leaves = [(f"thing{leaf.path}", leaf.pointer) for leaf in leaves_of(event.group, event.fields)]
    (missed,), (invented,) = compare_document([event], []), compare_document([], [event])
    assert missed.rows == [(path, "missed", place, None, False) for path, place in leaves]
    assert invented.rows == [(path, "invented", None, place, False) for path, place in leaves]


@st.composite
def told_events(draw: st.DrawFn, accepting: bool) -> Event:
    """An event, some of whose values have evidence and, if `accepting`, other values that are right too."""
    fields = draw(EVENTS)
    event = check_event(Event("thing", fields), KINDS)[0]
    evidence: dict[str, list[Span]] = {}
    accepted: dict[str, list[Any]] = {}
    for leaf in leaves_of(event.group, event.fields):
        if draw(st.booleans()):
            start = draw(st.integers(0, 20))
            evidence[leaf.pointer] = [Span(start, start + 3, draw(NAMES.filter(bool)))]
        if accepting and draw(st.booleans()):
            others = FIELDS[leaf.path.removeprefix(".")]
            value = draw(others)
            accepted[leaf.pointer] = value if isinstance(value, list) else [value]
    return Event("thing", fields, evidence=evidence, accepted=accepted)


def drawn_sides(data: st.DataObject, told: bool, most: int) -> tuple[list[CheckedEvent], list[CheckedEvent]]:
    sides: list[list[CheckedEvent]] = []
    for accepting in (True, False):
        events = told_events(accepting) if told else EVENTS.map(lambda fields: Event("thing", fields))
        drawn = data.draw(st.lists(events, min_size=1, max_size=most))
        sides.append([check_event(event, KINDS)[0] for event in drawn])
    return sides[0], sides[1]


@settings(max_examples=150, deadline=None)
@given(st.data(), st.booleans())
def test_the_index_of_many_events_finds_every_leaf_that_matches(data: st.DataObject, told: bool):
    gold, pred = drawn_sides(data, told, 5)
    assert matched_leaves(gold, pred) == [[compare_events(one, other).matched for other in pred] for one in gold]


def comparing(gold: list[CheckedEvent], pred: list[CheckedEvent]) -> Callable[[int, int], Comparison]:
    return lambda i, j: compare_events(gold[i], pred[j])


def assignments(rows: int, columns: int) -> Iterator[list[tuple[int, int]]]:
    """Every way to pair some rows with a column of their own."""
    for number in range(min(rows, columns) + 1):
        for chosen in combinations(range(rows), number):
            for partners in permutations(range(columns), number):
                yield list(zip(chosen, partners, strict=True))


@settings(max_examples=400, deadline=None)
@given(st.data(), st.booleans(), st.booleans())
def test_what_leaves_matched_settle_stands_in_every_best_pairing(data: st.DataObject, told: bool, many: bool):
    gold, pred = drawn_sides(data, told, 3)
    worths = [[compare_events(one, other).worth for other in pred] for one in gold]
    allowed = [pairs for pairs in assignments(len(gold), len(pred)) if all(worths[i][j][0] for i, j in pairs)]
    totals = [[sum(worths[i][j][n] for i, j in pairs) for n in range(3)] for pairs in allowed]
    with patch("goldspan.settling.FEW", 0 if many else 30):
        settled, rest = settled_pairs(gold, pred, comparing(gold, pred))
    for pairs, total in zip(allowed, totals, strict=True):
        if total == max(totals):
            assert {*settled} <= {*pairs}
            assert all(j in rest[i] for i, j in {*pairs} - {*settled})


@pytest.mark.parametrize(
    ("gold", "pred", "likely"),
    [
        pytest.param(["xyz", "uvw"], ["uv-", "xy-"], ({(0, 1), (1, 0)}, {}), id="each has its own"),
        pytest.param(["xyz", "xyw"], ["xyz", "xyw"], ({(0, 0), (1, 1)}, {}), id="2 leaves in common are fewer than 3"),
        pytest.param(["xyz", "uvw", "rst"], ["-st"], ({(2, 0)}, {}), id="the shorter side decides"),
        pytest.param(["xyz"], ["xyz", "xyw"], ({(0, 0)}, {}), id="one value tells which of two it is"),
        pytest.param(["xyz"], ["x--", "-yz"], (set(), {0: [0, 1]}), id="another may have more than the one like it"),
        pytest.param(["x--"], ["x--", "X--"], (set(), {0: [0, 1]}), id="another form of a text is as right"),
        pytest.param(["-yz"], ["uvw"], None, id="nothing in common"),
        pytest.param(["xyz"], ["uvw"], None, id="nor here, though another form of a text may be right"),
        pytest.param(["xyz", "uv-"], ["Xyz", "xv-"], None, id="a form may be as right as the same"),
        pytest.param(["-yz", "-yz"], ["-yz"], (set(), {0: [0], 1: [0]}), id="two rows tie"),
        pytest.param(["-yz"], ["-yw", "-vz"], (set(), {0: [0, 1]}), id="two columns tie"),
        pytest.param(["-yz", "uvw"], ["-yw", "-vz", "uvw"], ({(1, 2)}, {0: [0, 1]}), id="two tie, another is clear"),
        pytest.param(["-yz", "-yw"], ["-ya", "-za"], None, id="two rows want one column"),
    ],
)
def test_what_looks_alike_is_a_pair_where_no_other_can_have_as_much_in_common(
    gold: list[str], pred: list[str], likely: tuple[set[tuple[int, int]], dict[int, list[int]]] | None
):
    """Each event is a text and two values of a closed list, `-` where it states none."""
    letters = {"enum": [*"abcdefghijklmnopqrstuvwxyz"]}
    schema = schema_of({"thing": {"a": TEXT, "b": letters, "c": letters}})
    sides = [
        [
            check_event(Event("thing", {name: x for name, x in zip("abc", told, strict=True) if x != "-"}), schema)[0]
            for told in side
        ]
        for side in (gold, pred)
    ]
    found = likely_pairs(*sides, comparing(*sides))
    assert (None if found is None else ({*found[0]}, found[1])) == likely


def test_a_quote_may_decide_which_event_is_meant():
    """The first prediction has a value right as written, the second two that gold's evidence quotes."""
    quoted = {"/b": [Span(0, 4, "Zinc")], "/c": [Span(5, 9, "Onyx")]}
    gold = Event("thing", {"a": "x", "b": "Quarz", "c": "Opal"}, evidence=quoted)
    pred = [Event("thing", {"a": "x"}), Event("thing", {"b": "Zinc", "c": "Onyx"})]
    assert compared([gold], pred) == [(0, 1, ["missed", "matched", "matched"]), (None, 0, ["invented"])]


def test_an_accepted_value_of_a_closed_list_may_decide_too():
    """The first prediction has one value right as written, the second two that are accepted."""
    letters = {"enum": [*"uvwxyz"]}
    schema = schema_of({"thing": {"a": letters, "b": letters, "c": letters}})
    gold = Event("thing", {"a": "x", "b": "y", "c": "z"}, accepted={"/b": ["v"], "/c": ["w"]})
    pred = [Event("thing", {"a": "x"}), Event("thing", {"b": "v", "c": "w"})]
    sides = [[check_event(event, schema)[0] for event in side] for side in ([gold], pred)]
    assert likely_pairs(*sides, comparing(*sides)) == ([], {0: [0, 1]})
    assert [(pair.gold, pair.pred) for pair in compare_document(*sides)] == [(0, 1), (None, 0)]


def test_of_two_that_match_as_much_the_one_that_states_more_of_the_same_fields_is_meant():
    gold, pred = Event("thing", {"a": "x", "n": 1}), [Event("thing", {"a": "x"}), Event("thing", {"a": "x", "n": True})]
    assert compared([gold], pred) == [(0, 1, ["matched", "misread"]), (None, 0, ["invented"])]
    assert compared([gold], pred[::-1]) == [(0, 0, ["matched", "misread"]), (None, 1, ["invented"])]


def test_ones_are_no_reason_to_pair_with_trues():
    numbers = {"enum": [1, True]}
    schema = schema_of({"thing": {"a": TEXT, "m": numbers, "n": numbers}})
    gold, pred = Event("thing", {"a": "A", "m": 1, "n": 1}), [{"m": True, "n": True}, {"a": "“A”"}]
    sides = [[check_event(each, schema)[0] for each in side] for side in ([gold], [Event("thing", f) for f in pred])]
    assert likely_pairs(*sides, comparing(*sides)) is None
    assert [(pair.gold, pair.pred) for pair in compare_document(*sides)] == [(0, 1), (None, 0)]


def test_items_that_state_nothing_are_no_reason_to_pair():
    gold = [Event("thing", {"names": ["Northwind", "", ""], "name": "Fabrikam", "text": "A"})]
    pred = [Event("thing", {"names": ["Northwind", "", ""]}), Event("thing", {"name": "Fabrikam Inc", "text": "“A”"})]
    sides = [[check_event(event, KINDS)[0] for event in side] for side in (gold, pred)]
    assert likely_pairs(*sides, comparing(*sides)) == ([], {0: [0, 1]})
    assert [(pair.gold, pair.pred) for pair in compare_document(*sides)] == [(0, 1), (None, 0)]


NEAR = [(math.exp((i + 0.5 - 1e-4) / 1e6), math.exp((i + 0.5 + 1e-4) / 1e6)) for i in (0, 7, 10**6, 23 * 10**6)]
"""Numbers 2e-10 apart, far less than 1e-9, on either side of where a key of numbers ends and the next begins."""


@pytest.mark.parametrize(("one", "other"), [*NEAR, *((other, one) for one, other in NEAR)])
def test_equal_numbers_with_different_keys_are_found_among_many_events(one: float, other: float):
    gold, pred = (check_event(Event("thing", {"number": value}), KINDS)[0] for value in (one, other))
    assert matched_leaves([gold], [pred]) == [[1]]


def test_equal_quantities_in_different_units_are_found_among_many_events():
    gold, pred = (
        check_event(Event("thing", {"power": {"value": value, "unit": unit}}), KINDS)[0]
        for value, unit in ((1.1, "GW"), (1100, "MW"))
    )
    assert matched_leaves([gold], [pred]) == [[1]]
