"""Cutting a text into sentences, each with its place in the text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_LIMIT = 1500  # Longer "sentences" are tables or junk; cutting them keeps every later pattern's work bounded.
_LINE = re.compile(r"[^\r\n\u2028\u2029]+")
_STOP = re.compile(r"[.!?…][\"'”’)\]]{0,3}(?=\s)")
_INNER = re.compile(r"[^\n]\n(?=[a-z])")
_SINGLE = re.compile(r"[^\r\n]\r?\n(?=[^\r\n])")
_GOES_ON = re.compile(r",\Z|\b(?:the|an?|of|and|or|in|on|at|by|for|from|to|with|that|its|as)\Z")
_LAST_WORD = re.compile(r"[\w.]{1,12}\Z")
_ABBREVIATIONS = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "dr",
        "prof",
        "sen",
        "rep",
        "gov",
        "gen",
        "lt",
        "col",
        "st",
        "jr",
        "sr",
        "inc",
        "corp",
        "co",
        "ltd",
        "llc",
        "plc",
        "no",
        "nos",
        "v",
        "vs",
        "u.s",
        "u.k",
        "u.n",
        "e.u",
        "d.c",
        "a.m",
        "p.m",
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sep",
        "sept",
        "oct",
        "nov",
        "dec",
        "approx",
        "est",
        "dept",
        "univ",
        "mt",
        "ft",
        "fig",
        "hon",
        "rev",
        "messrs",
        "e.g",
        "i.e",
    ]
)
# After these a new sentence may well begin, so a capital that follows does not by itself decide.
_MAY_END = frozenset(
    ["inc", "corp", "co", "ltd", "llc", "plc", "u.s", "u.k", "u.n", "e.u", "d.c", "a.m", "p.m", "jr", "sr"]
)
_STARTERS = frozenset(
    [
        "The",
        "A",
        "An",
        "It",
        "In",
        "On",
        "At",
        "But",
        "And",
        "This",
        "That",
        "These",
        "Those",
        "He",
        "She",
        "They",
        "We",
        "If",
        "While",
        "When",
        "As",
        "For",
        "By",
        "After",
        "Before",
        "However",
        "Its",
        "Their",
        "His",
        "Her",
        "There",
        "With",
        "Under",
        "According",
        "Shares",
        "Both",
        "Neither",
        "Last",
        "Earlier",
        "Since",
    ]
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A half-open stretch of the text; `headline` where it is set in title case, so that capitals mean nothing."""

    start: int
    end: int
    headline: bool = False


def sentences(text: str) -> list[Sentence]:
    """Cut a text into sentences.

    >>> text = "Contoso Inc. fell. It rose in the U.S. market."
    >>> [text[s.start:s.end] for s in sentences(text)]
    ['Contoso Inc. fell.', 'It rose in the U.S. market.']
    """
    return [
        Sentence(start, end, _is_headline(text[start:end]))
        for block_start, block_end in _blocks(text)
        for start, end in _cut(text, block_start, block_end)
    ]


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Lines; a line that plainly goes on after one line break belongs to the line before (wrapped text)."""
    # Where many single line breaks stand inside sentences, the text is set at a fixed width.
    hard = 3 * len(_INNER.findall(text)) > len(_SINGLE.findall(text))
    start, end = -1, -1
    for line in _LINE.finditer(text):
        body = line.group()
        left = line.start() + len(body) - len(body.lstrip())
        right = line.start() + len(body.rstrip())
        if left >= right:
            continue
        wrapped = start >= 0 and text.count("\n", end, left) <= 1
        goes_on = text[left].islower() or _GOES_ON.search(text, max(start, end - 8), end)
        if wrapped and (goes_on or (hard and text[end - 1] not in '.!?:"”')):
            end = right
            continue
        if start >= 0:
            yield start, end
        start, end = left, right
    if start >= 0:
        yield start, end


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for stop in _STOP.finditer(text, start, end):
        following = stop.end()
        while following < end and text[following].isspace():
            following += 1
        if following >= end or not _ends_here(text, start, stop.start(), following):
            continue
        yield from _bounded(text, start, stop.end())
        start = following
    yield from _bounded(text, start, end)


def _ends_here(text: str, start: int, stop: int, following: int) -> bool:
    opener = text[following : following + 2].lstrip("\"'“‘([")[:1]
    if opener.islower():
        return False
    if text[stop] != ".":
        return True
    word = _LAST_WORD.search(text, max(start, stop - 12), stop)
    last = word.group().lower() if word else ""
    if len(last) == 1 and last.isalpha():
        return False
    if last in _MAY_END:
        return text[following : following + 12].split()[0].strip("\"'“‘,") in _STARTERS
    return last not in _ABBREVIATIONS


def _bounded(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > _LIMIT:
        cut = text.rfind(" ", start + 1, start + _LIMIT)
        cut = start + _LIMIT if cut < 0 else cut
        yield start, cut
        start = cut
    if start < end:
        yield start, end


def _is_headline(sentence: str) -> bool:
    """Title case: most longer words have a capital, and there is no full stop.

    >>> _is_headline("Contoso Buys Stake in Fabrikam"), _is_headline("Contoso buys a stake in Fabrikam")
    (True, False)
    """
    if sentence.endswith("."):
        return False
    words = [word for word in sentence.split() if len(word) > 3 and word[0].isalpha()]
    return len(words) >= 3 and sum(word[0].isupper() for word in words) > 0.75 * len(words)
