"""Equality, kind by kind. Truth: the table of kinds in the definitions, and arithmetic written out."""

import unicodedata
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from goldspan.kinds import APART, all_told_apart, equal, states_nothing, told_apart
from goldspan.normal import is_duration, normal_name, normal_text

POWER = {"kW": Decimal("0.001"), "MW": Decimal(1), "GW": Decimal(1000)}


def money(amount: float, currency: str = "USD", bound: str = "exact") -> dict[str, Any]:
    return {"amount": amount, "currency": currency, "bound": bound}


def quantity(value: float, unit: str, bound: str = "exact") -> dict[str, Any]:
    return {"value": value, "unit": unit, "bound": bound}


EQUAL = [
    ("money", money(14.3e9), money(14300000000)),
    ("money", money(5, bound="less_than"), money(5, bound="exact")),  # the bound is scored beside
    ("money", money(0.1 + 0.2), money(0.3)),
    ("percent", {"value": 49, "bound": "exact"}, {"value": 49.0}),
    ("quantity", quantity(1.1, "GW"), quantity(1100, "MW")),
    ("quantity", quantity(2500, "kW"), quantity(2.5, "MW")),
    ("quantity", quantity(0.7, "GW"), quantity(700000, "kW", "about")),
    ("quantity", quantity(0, "GW"), quantity(0, "kW")),
    ("number", 10**30, 10**30),
    ("number", 10**30, 1e30),
    ("number", 0, -0.0),
    ("number", 1, 1.0),
    ("date", "2025-06", "2025-06"),
    ("duration", "P20Y", "P240M"),
    ("text", "“Clean Air .”", "Clean Air"),
    ("duration", "P1Y6M", "P18M"),
    ("duration", "P2W", "P14D"),
    ("duration", "PT36H", "P1DT12H"),
    ("duration", "PT90M", "PT1H30M"),
    ("boolean", False, False),
    ("enum", "solar", "solar"),
    ("enum", 1, 1.0),
    ("name", "Meta Platforms, Inc.", "Meta Platforms"),
    ("name", "Northwind Ltd", "NORTHWIND LIMITED"),
    ("name", "Contoso GmbH", "Contoso"),
    ("name", "The Verge", "Verge"),
    ("name", "McDonald’s", "McDonald's"),
    ("text", "“smart” glasses", '"smart" glasses'),
    ("text", "AI–powered search", "AI-powered search"),
    ("text", "a data\u00a0centre", "data centre"),
    ("text", "ＡＩ", "AI"),
    ("text", "ﬁnance", "finance"),
    ("text", "cafe\u0301", "café"),
    ("text", "STRASSE", "straße"),
]

DIFFERENT = [
    ("money", money(14.3e9), money(14.3e6)),
    ("money", money(14.3e9), money(14.3e9, "EUR")),
    ("money", money(14.3e9), money(14.8e9)),
    ("money", money(5), money(-5)),
    ("percent", {"value": 49}, {"value": 0.49}),
    ("percent", {"value": 49}, {"value": 49.1}),
    ("quantity", quantity(1.1, "GW"), quantity(1.1, "MW")),
    ("quantity", quantity(1.1, "GW"), quantity(1101, "MW")),
    ("number", 14.3e9, 14.3e6),
    ("number", 10**30, 10**30 + 10**22),
    ("number", 0, 1e-300),
    ("number", 1, -1),
    ("boolean", True, False),
    ("boolean", True, 1),
    ("boolean", False, 0),
    ("enum", True, 1),
    ("enum", "solar", "Solar"),
    ("enum", "1", 1),
    ("date", "2025", "2025-06"),
    ("date", "2025-06", "2025-06-11"),
    ("date", "2025-06-11", "2025-06-12"),
    ("date", "2025-06", "2025-06~"),
    ("date", "2026", "2026/.."),
    ("date", "2026/..", "../2026"),
    ("date", "2025-34", "22025"),
    ("duration", "P20Y", "P7305D"),
    ("duration", "P20Y", "P20M"),
    ("duration", "P1M", "P30D"),
    ("duration", "P1M", "PT1M"),
    ("name", "Meta Platforms", "Meta"),
    ("name", "Inc", "Ltd"),
    ("name", "Phase 1", "Phase 2"),
    ("name", "Q2 2025", "22025"),
    ("name", "3M", "M"),
    ("text", "Contoso GmbH", "Contoso"),
    ("text", "14.3 billion", "14.3 million"),
    ("text", "49%", "49"),
    ("text", "-5", "5"),
    ("text", "!", "?"),
    ("text", "!?", "..."),
    ("text", "C", "C++"),
]


@pytest.mark.parametrize(("kind", "gold", "pred"), EQUAL)
def test_must_be_equal(kind: str, gold: Any, pred: Any) -> None:
    assert equal(kind, gold, pred, POWER)
    assert equal(kind, pred, gold, POWER)
    assert not APART[kind](gold, pred)
    assert not APART[kind](pred, gold)


@pytest.mark.parametrize(
    ("gold", "pred", "same"),
    [
        (1, 1.0, True),
        (1, True, False),
        ([1], [1.0], True),
        ([1], [True], False),
        ({"k": [0]}, {"k": [False]}, False),
        ({"k": 1, "l": None}, {"l": None, "k": 1.0}, True),
    ],
)
def test_values_of_closed_lists_are_equal_as_json(gold: Any, pred: Any, same: bool) -> None:
    assert equal("enum", gold, pred, {}) == equal("enum", pred, gold, {}) == same


@pytest.mark.parametrize(("kind", "gold", "pred"), DIFFERENT)
def test_must_not_be_equal(kind: str, gold: Any, pred: Any) -> None:
    assert not equal(kind, gold, pred, POWER)
    assert not equal(kind, pred, gold, POWER)


@pytest.mark.parametrize(("gold", "pred"), [(".5 litres", "5 litres"), ("$.25", "$25"), ("10² km", "102 km")])
@pytest.mark.parametrize("kind", ["text", "name"])
def test_folding_never_makes_one_number_of_another(kind: str, gold: str, pred: str) -> None:
    assert not equal(kind, gold, pred, {})


@pytest.mark.parametrize(
    ("gold", "pred", "same"),
    [
        # |gold - pred| against a billionth of the larger of the two, in decimals
        (1_000_000_000, 1_000_000_001, True),  # 1 <= 1.000000001
        (1_000_000_000, 1_000_000_002, False),  # 2 > 1.000000002
        (1_000_000_000, 999_999_999, True),  # 1 <= 1
        (999_999_999, 1_000_000_000.5, False),  # 1.5 > 1.0000000005
        (1.000000000, 1.000000001, True),  # 1e-9 <= 1.000000001e-9
        (1.000000000, 1.0000000011, False),  # 1.1e-9 > 1.0000000011e-9
        (-1_000_000_000, -1_000_000_001, True),
        (10**18, 10**18 + 10**9, True),
        (10**18, 10**18 + 2 * 10**9, False),
    ],
)
def test_numbers_are_equal_to_a_billionth(gold: float, pred: float, same: bool) -> None:
    assert equal("number", gold, pred, {}) is same
    assert equal("money", money(gold), money(pred), {}) is same
    assert equal("percent", {"value": gold}, {"value": pred}, {}) is same


finite = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**40), 10**40)


@settings(max_examples=1000, deadline=None)
@given(finite)
def test_every_finite_number_equals_itself(number: float) -> None:
    assert equal("number", number, number, {})
    assert equal("quantity", quantity(number, "MW"), quantity(number, "MW"), POWER)


@settings(max_examples=1000, deadline=None)
@given(finite, finite)
def test_equality_of_numbers_is_symmetric(one: float, other: float) -> None:
    assert equal("number", one, other, {}) == equal("number", other, one, {})


@settings(max_examples=2000, deadline=None)
@given(st.integers(-(10**15), 10**15), st.integers(-4000, 4000), st.integers(0, 6))
def test_decimals_are_equal_where_exact_fractions_are_close(number: int, off: int, places: int) -> None:
    one, other = Decimal(number).scaleb(-places), Decimal(number + off).scaleb(-places)
    assume(Decimal(repr(float(one))) == one and Decimal(repr(float(other))) == other)
    first, second = Fraction(one), Fraction(other)
    close = abs(first - second) * 10**9 <= max(abs(first), abs(second))
    assert equal("number", float(one), float(other), {}) == close


@settings(max_examples=500, deadline=None)
@given(st.floats(min_value=1e-200, max_value=1e200), st.floats(min_value=1.00001, max_value=1e50))
def test_numbers_that_differ_by_a_factor_are_never_equal(number: float, factor: float) -> None:
    assert not equal("number", number, number * factor, {})


spans = st.integers(0, 400)


def iso(years: int, months: int, days: int, hours: int, minutes: int, seconds: int) -> str:
    return f"P{years}Y{months}M{days}DT{hours}H{minutes}M{seconds}S"


@settings(max_examples=1000, deadline=None)
@given(st.tuples(*[spans] * 6), st.tuples(*[st.sampled_from([0, 1, 12, 24, 60])] * 6), st.booleans())
def test_durations_compare_as_months_and_as_seconds(one: tuple, other: tuple, related: bool) -> None:
    if related:  # the same length, told in smaller units
        years, months, days, hours, minutes, seconds = one
        other = (0, 12 * years + months, 0, 24 * days + hours, 0, 60 * minutes + seconds)
    lengths = []
    for years, months, days, hours, minutes, seconds in (one, other):
        lengths.append((12 * years + months, 86400 * days + 3600 * hours + 60 * minutes + seconds))
    assert equal("duration", iso(*one), iso(*other), {}) == (lengths[0] == lengths[1])


@pytest.mark.parametrize("value", ["P20Y", "P18M", "P2W", "P1DT12H", "PT0S", "PT0.5S", "P1Y2M3DT4H5M6S"])
def test_iso_8601_durations(value: str) -> None:
    assert is_duration(value)


@pytest.mark.parametrize("value", ["", "P", "20Y", "20 years", "P20", "PY", "P1H", "PT", "PT1Y", "p1y ", "P1Y-"])
def test_no_iso_8601_durations(value: str) -> None:
    assert not is_duration(value)


@pytest.mark.parametrize("value", ["Inc", "Inc.", "Ltd", "Co.", "S.A.", "The", "A", "an", "!?", "...", "“”", "'", "–"])
def test_folding_never_empties(value: str) -> None:
    assert normal_text(value)
    assert normal_name(value)


@settings(max_examples=1000, deadline=None)
@given(st.text(min_size=1))
def test_folding_empties_no_text_and_keeps_its_decimal_digits(value: str) -> None:
    assert normal_text(value)
    assert normal_name(value)
    digits = [str(unicodedata.decimal(c)) for c in value if c.isdecimal()]
    assert [str(unicodedata.decimal(c)) for c in normal_text(value) if c.isdecimal()] == digits


@settings(max_examples=500, deadline=None)
@given(st.text(min_size=1), st.text(min_size=1))
def test_text_equality_is_reflexive_and_symmetric(one: str, other: str) -> None:
    for kind in ("text", "name"):
        assert equal(kind, one, one, {})
        assert equal(kind, one, other, {}) == equal(kind, other, one, {})


@pytest.mark.parametrize(
    ("kind", "gold", "pred", "accepted", "quotes", "same"),
    [
        ("name", "Meta Platforms", "meta", ["Meta"], [], True),
        ("name", "Meta Platforms", "Meta Inc.", [], ["Meta"], True),
        ("name", "Meta Platforms", "Facebook", ["Meta"], ["Meta"], False),
        ("text", "crop monitoring", "monitoring of crops", [], ["Monitoring of crops"], True),
        ("money", money(5), money(6), [money(6)], [], True),
        ("money", money(5), money(7), [money(6)], [], False),
        ("date", "2025-06", "2025-06-11", ["2025-06-11"], [], True),
        ("date", "2025-06", "2025", [], ["2025"], False),  # quotes are right answers of names and texts only
        ("enum", "solar", "wind", [], ["wind"], False),
        ("number", 1, 2, [2], [], True),
        ("duration", "P1Y", "P52W", ["P364D"], [], True),  # 52 * 7 = 364
        ("boolean", True, 1, [False], [], False),
    ],
)
def test_accepted_values_and_quotes(
    kind: str, gold: Any, pred: Any, accepted: list[Any], quotes: list[str], same: bool
) -> None:
    assert equal(kind, gold, pred, {}, accepted, quotes) is same


@pytest.mark.parametrize("value", [None, "", [], {}, [None], [""], {"a": None}, {"a": {"b": []}}, [[], {}]])
def test_states_nothing(value: Any) -> None:
    assert states_nothing(value)


@pytest.mark.parametrize("value", [0, 0.0, False, " ", "0", "null", [0], [False], {"a": 0}, {"a": [None, False]}])
def test_states_something(value: Any) -> None:
    assert not states_nothing(value)


FOLDED = st.text(st.sampled_from(list("AaNnFfTthe .,'\u0301\u0338\u0307\u00a0ſKﬁ1")), max_size=6)


@settings(max_examples=1500, deadline=None)
@given(st.lists(FOLDED, max_size=3))
def test_texts_that_a_look_tells_apart_have_different_normal_forms(texts: list[str]) -> None:
    if all_told_apart(texts):
        assert len(set(map(normal_text, texts))) == len(set(map(normal_name, texts))) == len(texts)
    for one in texts:
        for other in texts:
            if told_apart(one, other):
                assert normal_text(one) != normal_text(other)
                assert normal_name(one) != normal_name(other)
