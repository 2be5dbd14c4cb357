"""Dates in EDTF (ISO 8601-2:2019): the part of levels 0 and 1, with quarters, that the schema's pattern admits."""

import datetime
import re
from functools import lru_cache

_DATE = re.compile(r"(-?[0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?[~?%]?")
PLAIN_DATE = "^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|1[0-9]|2[0-8]))?)?$"
"""Dates that exist whatever the month and year: what need not be looked at closer."""

_SEASONS_AND_QUARTERS = {*range(21, 25), *range(33, 37)}
_Day = tuple[int, int, int]


@lru_cache(maxsize=1 << 14)
def is_edtf(value: str) -> bool:
    """Whether the text is a date that exists, or an interval that does not end before it begins.

    >>> [is_edtf(value) for value in ("2025-06-11", "2025-06~", "2025-34", "../2026", "2026/..", "2024-05/2024")]
    [True, True, True, True, True, True]
    >>> [is_edtf(value) for value in ("2025-02-29", "2025-13", "June 2025", "../..", "/", "2026/2025")]
    [False, False, False, False, False, False]
    """
    start, slash, end = value.partition("/")
    if not slash:
        return _days(value) is not None
    spans = [_days(part) for part in (start, end) if part not in ("", "..")]
    known = [days for days in spans if days is not None]
    return len(known) == len(spans) > 0 and known[0][0] <= known[-1][1]


def _days(value: str) -> tuple[_Day, _Day] | None:
    """The first day and (no earlier than) the last that the date may mean; None where it is no date."""
    match = _DATE.fullmatch(value)
    if not match or match[1] == "-0000":
        return None
    year, month, day = int(match[1]), int(match[2] or 1), int(match[3] or 1)
    last_month = month if match[2] else 12
    if month in _SEASONS_AND_QUARTERS and match[3] is None:
        month = (month - 21) % 12 * 3 + 1
        last_month = month + 2
    try:
        datetime.date(year % 400 + 400, month, day)  # the calendar repeats every 400 years
    except ValueError:
        return None
    return (year, month, day), (year, last_month, day if match[3] else 31)
