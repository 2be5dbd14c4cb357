"""Dates in EDTF: truth is ISO 8601-2:2019 (clauses as the Library of Congress restates them) and `datetime`."""

import datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from goldspan.edtf import is_edtf

DATES = [
    # level 0: a year, a month, a day
    "1985",
    "0000",
    "1985-04",
    "1985-04-12",
    "2024-02-29",
    "2000-02-29",
    # level 1: uncertain, approximate, both
    "1984?",
    "2004-06~",
    "2004-06-11%",
    # level 1: negative years, and the leap years among them (year -4 is one, year -100 is none)
    "-1985",
    "-0004-02-29",
    # level 1: seasons; level 2: quarters
    "2001-21",
    "2001-24",
    "2001-33",
    "2001-36",
    # level 0: intervals, of equal and of different precision
    "1964/2008",
    "2004-06/2006-08",
    "2004-02-01/2005-02-08",
    "2004-02-01/2005-02",
    "2004-02-01/2005",
    "2005/2006-02",
    # level 1: open and unknown ends
    "1985-04-12/..",
    "1985-04/..",
    "../1985",
    "1985/",
    "/1985-04-12",
    # level 1: qualified ends
    "1984~/2004-06",
    "1984/2004-06~",
    # begins and ends at one time
    "2004-06/2004-06",
    "2004/2004-06",
]

NO_DATES = [
    "",
    " ",
    "June 2025",
    "85",
    "985",
    "19850412",
    "1985-4-12",
    "1985/04/12",
    "12.04.1985",
    "1985-00",
    "1985-13",
    "1985-20",
    "1985-25",
    "1985-32",
    "1985-37",
    "1985-04-00",
    "1985-04-31",
    "2023-02-29",
    "1900-02-29",
    "-0100-02-29",
    "2001-21-05",
    "2001-33-01",
    "1985-04-12T",
    "1985?~",
    "~",
    "+1985",
    "1985 ",
    "1985\n",
    "/",
    "..",
    "../..",
    "/..",
    "2006/2005",
    "2004-06-12/2004-06-11",
    "2005-02/2004",
    "1985/1986/1987",
    "1985-13/..",
    "1985/June",
]


@pytest.mark.parametrize("value", DATES)
def test_what_iso_8601_2_allows_is_a_date(value: str) -> None:
    assert is_edtf(value)


@pytest.mark.parametrize("value", NO_DATES)
def test_what_iso_8601_2_does_not_allow_is_no_date(value: str) -> None:
    assert not is_edtf(value)


@pytest.mark.parametrize("value", ["2004-02-01/2004", "2025-06-11/2025-06", "2025-06-11/2025-36"])
def test_an_interval_may_end_in_the_coarser_period_in_which_it_begins(value: str) -> None:
    # "ends some time in 2004" is not before 1 February 2004: only the last day of the end could tell that it is
    assert is_edtf(value)


@pytest.mark.parametrize("value", ["٢٠٢٥", "２０２５-06-11"])
def test_digits_are_the_ten_of_ascii(value: str) -> None:
    assert not is_edtf(value)


def test_there_is_no_negative_year_zero() -> None:
    # ISO 8601-2 and the grammar of EDTF: year = positive year | negative year | "0000"
    assert not is_edtf("-0000")


def _exists(value: str) -> bool:
    try:
        datetime.date.fromisoformat(value)
    except ValueError:
        return False
    return True


@settings(max_examples=2000, deadline=None)
@given(st.integers(1, 9999), st.integers(0, 14), st.integers(0, 33))
@example(2024, 2, 29)
@example(2023, 2, 29)
@example(2100, 2, 29)
@example(1, 1, 1)
def test_a_full_date_exists_where_datetime_says_so(year: int, month: int, day: int) -> None:
    value = f"{year:04}-{month:02}-{day:02}"
    assert is_edtf(value) == _exists(value)


@settings(max_examples=500, deadline=None)
@given(st.dates(), st.dates())
def test_an_interval_of_two_days_is_valid_where_it_does_not_run_backwards(
    one: datetime.date, other: datetime.date
) -> None:
    assert is_edtf(f"{one.isoformat()}/{other.isoformat()}") == (one <= other)


@settings(max_examples=500, deadline=None)
@given(st.text(alphabet="0123456789-/.~?%", max_size=12))
def test_what_is_accepted_has_only_parts_that_are_dates_or_open(value: str) -> None:
    if is_edtf(value):
        parts = value.split("/")
        assert len(parts) <= 2
        assert any(part[:5].lstrip("-")[:4].isdigit() for part in parts)
        assert all(part in ("", "..") or is_edtf(part) for part in parts)


@pytest.mark.parametrize(("value", "holds"), [("2025-33/2025-01", True), ("2025-34/2025-03", False)])
def test_a_quarter_begins_with_its_first_month(value: str, holds: bool):
    """The first quarter (33) begins in January, the second (34) in April."""
    assert is_edtf(value) is holds
