"""Dates in a text as EDTF, at the precision of the text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_MONTH = r"(?P<month>January|February|March|April|May|June|July|August|September|October|November|December" + (
    r"|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?)"
)
_YEAR = r"(?P<year>(?:19|20)\d{2})(?![\d,.]?\d|%)"
_PART = r"(?:(?P<part>early|mid|late|the end of|the start of|the beginning of|the middle of|end of)[ -])?"
_SEASONS = {"spring": 21, "summer": 22, "autumn": 23, "fall": 23, "winter": 24}
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_DAYS: list[str] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_ABSOLUTE = tuple(
    re.compile(pattern)
    for pattern in (
        r"\b(?P<year>\d{4})-(?P<mm>\d{2})-(?P<day>\d{2})\b",
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH}(?:,? {_YEAR})?",
        rf"\b{_PART}{_MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?!\d)(?:,? {_YEAR})?",
        rf"\b{_PART}{_MONTH}(?:,| of)?(?: |\r?\n){_YEAR}",
        rf"\bQ(?P<quarter>[1-4])(?: of|,)? {_YEAR}",
        rf"\b(?:the )?(?P<ordinal>first|second|third|fourth) quarter of {_YEAR}",
        rf"(?i:\b(?P<season>spring|summer|autumn|fall|winter))(?: of)? {_YEAR}",
        rf"\b{_PART}(?i:(?<=in )|(?<=by )|(?<=since )|(?<=of )|(?<=from )|(?<=during )|(?<=before )|(?<=until )"
        rf"|(?<=early )|(?<=early-)|(?<=late )|(?<=late-)|(?<=mid )|(?<=mid-)|(?<=after )|(?<=for )|(?<=through )"
        rf"|(?<=year )|(?<=around )|(?<=to )|(?<=than )){_YEAR}",
        rf"(?i:\b(?:in|by|last|next|since|until|this|from)) {_PART}(?P<bare>{_MONTH})(?! \d)",
    )
)
_RELATIVE = re.compile(
    r"\b(?:(?P<word>today|yesterday|tomorrow)|(?:last )?(?P<weekday>" + "|".join(_DAYS) + r")"
    r"|(?:earlier |later |early |late )?(?P<which>last|this|next) (?P<span>year|month))\b",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"\b(?:(?P<until>by|before|no later than|not later than|on or before)|(?P<since>since)"
    r"|(?P<about>around|about|circa))"
    r"(?: (?:the )?(?:end|middle|start|beginning) of)?\s\Z",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Date:
    """A date as the text tells it; the span has the preposition only where that makes an interval."""

    start: int
    end: int
    value: str


def dates(text: str, published: str | None = None) -> list[Date]:
    """All dates of a text in order; relative ones only where the day of publication is known.

    >>> [d.value for d in dates("Announced on 3 May 2024, it opens by late 2031.")]
    ['2024-05-03', '../2031']
    >>> [d.value for d in dates("It closed last month.", "2024-01-15")]
    ['2023-12']
    """
    today = _parse_day(published)
    matches: list[re.Match[str]] = []
    taken: list[tuple[int, int]] = []
    for pattern in _ABSOLUTE:
        matches += _free(pattern.finditer(text), taken)
        taken = sorted(m.span() for m in matches)
    year = _only_year(matches)
    found = [_resolved(match, today, year) for match in matches]
    if today is not None:
        found += [_relative(match, today) for match in _free(_RELATIVE.finditer(text), taken)]
    return [_with_lead(text, d) for d in sorted((d for d in found if d), key=lambda d: (d.start, d.end))]


def _free(matches: Iterator[re.Match[str]], taken: list[tuple[int, int]]) -> list[re.Match[str]]:
    """The matches that overlap none of the taken spans; both are in order, so one walk suffices."""
    free: list[re.Match[str]] = []
    place = 0
    for match in matches:
        while place < len(taken) and taken[place][1] <= match.start():
            place += 1
        if place == len(taken) or taken[place][0] >= match.end():
            free.append(match)
    return free


def _parse_day(published: str | None) -> date | None:
    try:
        return date.fromisoformat((published or "")[:10])
    except ValueError:
        return None


def _only_year(matches: list[re.Match[str]]) -> int | None:
    """The year that a month without one may borrow: the only year among the document's days and months."""
    groups = [m.groupdict() for m in matches]
    years = {int(g["year"]) for g in groups if g.get("year") and (g.get("month") or g.get("mm"))}
    return years.pop() if len(years) == 1 else None


def _resolved(match: re.Match[str], today: date | None, year: int | None) -> Date | None:
    group = match.groupdict()
    bare = group.get("bare")
    start = match.start("part") if bare and group.get("part") else match.start("bare") if bare else match.start()
    month = _month_number(group)
    told = int(group["year"]) if group.get("year") else None
    if told is None and month:
        told = _nearest_year(month, today) if today else year
    if told is None:
        return None
    if group.get("quarter") or group.get("ordinal"):
        quarter = int(group.get("quarter") or _ORDINALS[group["ordinal"]])
        return Date(start, match.end(), f"{told:04}-{32 + quarter}")
    if group.get("season"):
        return Date(start, match.end(), f"{told:04}-{_SEASONS[group['season'].lower()]}")
    if group.get("day"):
        return _day(start, match.end(), told, month, int(group["day"]))
    return Date(start, match.end(), f"{told:04}-{month:02}" if month else f"{told:04}")


def _month_number(group: dict[str, str | None]) -> int:
    if group.get("mm"):
        return int(group["mm"] or 0)
    name = (group.get("month") or "").lower()[:3]
    return next((n for n, month in enumerate(_MONTHS, 1) if name and month.startswith(name)), 0)


def _nearest_year(month: int, today: date) -> int:
    """The year in which that month lies nearest to the day of publication."""
    ahead = month - today.month
    return today.year + (-1 if ahead > 6 else 1 if ahead < -6 else 0)


def _day(start: int, end: int, year: int, month: int, day: int) -> Date | None:
    try:
        return Date(start, end, date(year, month, day).isoformat())
    except ValueError:
        return None


def _relative(match: re.Match[str], today: date) -> Date | None:
    try:
        return Date(*match.span(), _relative_value(match, today))
    except (OverflowError, ValueError):
        return None


def _relative_value(match: re.Match[str], today: date) -> str:
    word, weekday = match["word"], match["weekday"]
    if word:
        return (today + timedelta({"today": 0, "yesterday": -1, "tomorrow": 1}[word.lower()])).isoformat()
    if weekday:
        back = (today.weekday() - _DAYS.index(weekday.lower())) % 7
        back = 7 if back == 0 and match.group().lower().startswith("last") else back
        return (today - timedelta(back)).isoformat()
    step = {"last": -1, "this": 0, "next": 1}[match["which"].lower()]
    if match["span"].lower() == "year":
        return f"{today.year + step:04}"
    months = today.year * 12 + today.month - 1 + step
    return f"{months // 12:04}-{months % 12 + 1:02}"


def _with_lead(text: str, found: Date) -> Date:
    lead = _LEAD.search(text, max(0, found.start - 32), found.start)
    first = text[found.start : found.end].lower().split(maxsplit=1)[0]
    if lead is None or first in ("last", "next", "this"):
        return found
    if lead["about"]:
        return replace(found, start=lead.start(), value=f"{found.value}~")
    value = f"../{found.value}" if lead["until"] else f"{found.value}/.."
    return replace(found, start=lead.start(), value=value)
