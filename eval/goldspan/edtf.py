"""Dates in EDTF (ISO 8601-2:2019): the part of levels 0 and 1, with quarters, that the schema's pattern admits."""

import datetime
import re

_DATE = re.compile(r"(-?\d{4})(?:-(\d\d)(?:-(\d\d))?)?[~?%]?")
_SEASONS_AND_QUARTERS = {*range(21, 25), *range(33, 37)}


def is_edtf(value: str) -> bool:
    """Whether the text is a date that exists, or an interval that does not end before it begins.

    >>> [is_edtf(value) for value in ("2025-06-11", "2025-06~", "2025-34", "../2026", "2026/..", "2024/2025-03")]
    [True, True, True, True, True, True]
    >>> [is_edtf(value) for value in ("2025-02-29", "2025-13", "June 2025", "../..", "/", "2026/2025")]
    [False, False, False, False, False, False]
    """
    start, slash, end = value.partition("/")
    if not slash:
        return _first_day(value) is not None
    days = [_first_day(part) for part in (start, end) if part not in ("", "..")]
    known = [day for day in days if day is not None]
    return len(known) == len(days) > 0 and known == sorted(known)


def _first_day(value: str) -> tuple[int, int, int] | None:
    """Year, month and day on which the date begins; None where it is no date."""
    match = _DATE.fullmatch(value)
    if not match:
        return None
    year, month, day = int(match[1]), int(match[2] or 1), int(match[3] or 1)
    if month in _SEASONS_AND_QUARTERS and match[3] is None:
        month = (month - 21) % 12 * 3 + 1
    try:
        datetime.date(year % 400 + 400, month, day)  # the calendar repeats every 400 years
    except ValueError:
        return None
    return year, month, day
