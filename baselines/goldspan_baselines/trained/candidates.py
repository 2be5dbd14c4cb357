"""What in a document could be a value: names, figures, dates, numbers and phrases, by the rules baseline's parsers.

Nothing is learned here. A candidate has the kind of the schema that it can fill, its place, and its value.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from goldspan_baselines.rules.page import Page, Part
from goldspan_baselines.rules.record import one_line
from goldspan_baselines.rules.values import Figure, bare, plain

_NUMBER = re.compile(r"(?<![\w.,-])\d{1,12}(?:,\d{3}){0,4}(?:\.\d{1,9})?(?![\w])")
_UNIT = re.compile(r"\s?([^\s\d.,;:()]{1,16})")
_WORD = re.compile(r"[\w#][\w'’/#&.-]{0,60}(?<![.'’-])")
_BETWEEN = re.compile(r"[ \u00a0]{1,2}|-")
_FUNCTION_WORDS_TEXT = """
a an the this that these those its their his her our your my it they he she we you i who which what
whose whom and or but nor so yet if as than then when while where because since until of in on at by for
from to into with without over under about after before between through during against among per via is
are was were be been being am has have had having do does did will would can could may might shall
should must not no also such like including more most other some any all each every both either there
here up out off said says
"""
_FUNCTION_WORDS = frozenset(_FUNCTION_WORDS_TEXT.split())
_LONGEST = 5  # Words in a phrase; a longer one is no short noun phrase.


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stretch of the text that could be a value of a kind; candidates with the same `key` are the same value."""

    kind: str
    start: int
    end: int
    value: Any
    key: str
    note: str  # what more the parser knows: the kind of name, the unit, what is counted


def candidates(page: Page, part: Part, kinds: frozenset[str], units: frozenset[str]) -> list[Candidate]:
    """All candidates of these kinds in a sentence, in order; `units` are those of the schema's quantities."""
    found = [candidate for candidate in _parsed(page, part, units) if candidate.kind in kinds]
    if "text" in kinds:
        found += _phrases(page.text, part)
    return sorted(found, key=lambda c: (c.start, c.end, c.kind))


def _parsed(page: Page, part: Part, units: frozenset[str]) -> Iterator[Candidate]:
    for mention, entity in part.names:
        yield Candidate("name", mention.start, mention.end, one_line(entity.name), entity.key, entity.kind)
    for figure in part.figures:
        yield _of_figure(figure)
    for day in part.dates:
        yield Candidate("date", day.start, day.end, day.value, day.value, "")
    taken = [(f.start, f.end) for f in part.figures] + [(d.start, d.end) for d in part.dates]
    apart = [(f.start, f.end) for f in part.figures if f.kind in ("money", "percent")]
    apart += [(d.start, d.end) for d in part.dates]
    for match in _NUMBER.finditer(page.text, part.start, part.end):
        number = plain(Decimal(match.group().replace(",", "")))
        if not _overlaps(match.span(), apart):
            yield Candidate("number", *match.span(), number, str(number), "")
        if not _overlaps(match.span(), taken):
            yield from _measured(page.text, match, number, units)


def _of_figure(figure: Figure) -> Candidate:
    kind = figure.kind if figure.kind in ("money", "percent", "duration") else "quantity"
    note = f"{figure.value['unit']} {figure.noun}" if kind == "quantity" else figure.noun
    key = json.dumps(bare(figure.value), sort_keys=True)
    return Candidate(kind, figure.start, figure.end, figure.value, key, note.strip())


def _measured(text: str, match: re.Match[str], number: float, units: frozenset[str]) -> Iterator[Candidate]:
    """A number with one of the schema's own units behind it, or a bare count where the schema counts."""
    word = _UNIT.match(text, match.end())
    if word and word[1] in units:
        unit, end = word[1], word.end()
    elif "count" in units:
        unit, end = "count", match.end()
    else:
        return
    value = {"value": number, "unit": unit}
    yield Candidate("quantity", match.start(), end, value, json.dumps(value, sort_keys=True), unit)


def _phrases(text: str, part: Part) -> Iterator[Candidate]:
    """Runs of content words between function words, punctuation, numbers and dates; and all runs within a run."""
    taken = [(f.start, f.end) for f in part.figures] + [(d.start, d.end) for d in part.dates]
    run: list[re.Match[str]] = []
    for word in _WORD.finditer(text, part.start, part.end):
        ends = word.group().lower() in _FUNCTION_WORDS or _NUMBER.fullmatch(word.group()) is not None
        ends = ends or _overlaps(word.span(), taken)
        if run and (ends or not _BETWEEN.fullmatch(text, run[-1].end(), word.start())):
            yield from _within(text, run)
            run = []
        if not ends:
            run.append(word)
    yield from _within(text, run)


def _within(text: str, run: list[re.Match[str]]) -> Iterator[Candidate]:
    for first in range(len(run)):
        for last in run[first : first + _LONGEST]:
            start, end = run[first].start(), last.end()
            value = one_line(text[start:end])
            yield Candidate("text", start, end, value, value.casefold(), "")


def _overlaps(span: tuple[int, int], taken: list[tuple[int, int]]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in taken)
