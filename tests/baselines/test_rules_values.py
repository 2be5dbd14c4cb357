"""The parsers of the rules baseline, against values worked out by hand from made-up sentences."""

from typing import Any

import pytest

from goldspan_baselines.rules.dates import dates
from goldspan_baselines.rules.segment import sentences
from goldspan_baselines.rules.values import figures


def money(amount: float, currency: str = "USD", bound: str = "exact") -> dict[str, Any]:
    return {"amount": amount, "currency": currency, "bound": bound}


def count(value: int, bound: str = "exact") -> dict[str, Any]:
    return {"value": value, "unit": "count", "bound": bound}


@pytest.mark.parametrize(
    ("text", "quote", "value"),
    [
        ("It paid $14.25 for it", "$14.25", money(14.25)),
        ("nearly $2.5 billion in cash", "nearly $2.5 billion", money(2_500_000_000, bound="less_than")),
        ("a £3.2bn bid", "£3.2bn", money(3_200_000_000, "GBP")),
        ("a $14-billion plan", "$14-billion", money(14_000_000_000)),
        ("EUR500m of debt", "EUR500m", money(500_000_000, "EUR")),
        ("five million Canadian dollars", "five million Canadian dollars", money(5_000_000, "CAD")),
        ("more than 40 million euros", "more than 40 million euros", money(40_000_000, "EUR", "more_than")),
        ("up to ₹1,200 crore", "up to ₹1,200 crore", money(12_000_000_000, "INR", "up_to")),
        ("an estimated US$7 trillion", "an estimated US$7 trillion", money(7_000_000_000_000, bound="about")),
        ("at least 12.5% of it", "at least 12.5%", {"value": 12.5, "bound": "at_least"}),
        ("twenty-five percent", "twenty-five percent", {"value": 25, "bound": "exact"}),
        ("about 350 megawatts", "about 350 megawatts", {"value": 350, "unit": "MW", "bound": "about"}),
        ("a 1.1-gigawatt plant", "1.1-gigawatt", {"value": 1.1, "unit": "GW", "bound": "exact"}),
        ("5 million metric tons of CO2", "5 million metric tons", {"value": 5, "unit": "Mt", "bound": "exact"}),
        ("500,000 tonnes", "500,000 tonnes", {"value": 500000, "unit": "t", "bound": "exact"}),
        ("a 20-year contract", "20-year", "P20Y"),
        ("for eighteen months", "eighteen months", "P18M"),
        ("over 400 permanent jobs", "over 400", count(400, "more_than")),
        ("a 70B-parameter model", "70B", count(70_000_000_000)),
        ("one billion weekly users", "one billion", count(1_000_000_000)),
        ("1,100+ jobs", "1,100+", count(1100, "more_than")),
    ],
)
def test_one_figure(text: str, quote: str, value: Any) -> None:
    (figure,) = figures(text)
    assert (text[figure.start : figure.end], figure.value) == (quote, value)


@pytest.mark.parametrize(
    "text",
    [
        "1 to 4 gigawatts",
        "$5-7 billion",
        "$2 billion to $3 billion",
        "between 3% and 5%",
        "30 MWh",
        "three years ago",
        "a 12-year-old firm",
        "a multibillion-dollar plan",
        "In 2023 won the prize",
        "thousands of users",
        "B2B sales",
    ],
)
def test_no_figure(text: str) -> None:
    assert figures(text) == []


def test_what_a_sum_is_paid_for() -> None:
    found = figures("$150,000 per infringed work, $2 million a year, $54.20 a share and $9")
    assert [figure.noun for figure in found] == ["work", "year", "share", ""]


@pytest.mark.parametrize(
    ("text", "quote", "value"),
    [
        ("on June 3, 2024", "June 3, 2024", "2024-06-03"),
        ("on 3rd of May 2024", "3rd of May 2024", "2024-05-03"),
        ("on 2024-05-03", "2024-05-03", "2024-05-03"),
        ("in March 2025", "March 2025", "2025-03"),
        ("by late June 2030", "by late June 2030", "../2030-06"),
        ("by 2031", "by 2031", "../2031"),
        ("by the end of 2030", "by the end of 2030", "../2030"),
        ("since 2020", "since 2020", "2020/.."),
        ("in late 2031", "late 2031", "2031"),
        ("in Q2 2024", "Q2 2024", "2024-34"),
        ("the third quarter of 2025", "the third quarter of 2025", "2025-35"),
        ("around June 2025", "around June 2025", "2025-06~"),
    ],
)
def test_one_date(text: str, quote: str, value: str) -> None:
    (found,) = dates(text)
    assert (text[found.start : found.end], found.value) == (quote, value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on Monday", "2025-02-03"),
        ("yesterday", "2025-02-04"),
        ("last month", "2025-01"),
        ("next year", "2026"),
        ("earlier this year", "2025"),
        ("in November", "2024-11"),
        ("by March", "../2025-03"),
        ("on Sept. 4", "2024-09-04"),
    ],
)
def test_relative_date(text: str, value: str) -> None:
    assert [found.value for found in dates(text, "2025-02-05")] == [value]


@pytest.mark.parametrize(
    "text", ["in November", "last month", "yesterday", "It may rise", "31 February 2024", "in 2000 MW"]
)
def test_no_date(text: str) -> None:
    assert [d for d in dates(text) if d.value != "2000"] == []


def test_a_month_borrows_the_documents_only_year() -> None:
    assert [d.value for d in dates("On 3 May 2024 it said that it closes in June.")] == ["2024-05-03", "2024-06"]


def test_wrapped_lines_and_abbreviations() -> None:
    text = "Contoso Inc. sued\r\nthe U.S. state.\n\nMr. Hale left. A B"
    assert [text[s.start : s.end] for s in sentences(text)] == [
        "Contoso Inc. sued\r\nthe U.S. state.",
        "Mr. Hale left.",
        "A B",
    ]
