"""Normal forms: the same for values that mean the same."""

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from functools import cache, lru_cache

import cleanco

_QUOTES_AND_DASHES = str.maketrans(
    {
        "‘": "'",
        "’": "'",
        "‚": "'",
        "‛": "'",
        "“": '"',
        "”": '"',
        "„": '"',
        "‐": "-",
        "‑": "-",
        "‒": "-",
        "–": "-",
        "—": "-",
        "―": "-",
    }
)
ARTICLES = frozenset({"the", "an", "a"})
_WITH_SPACE = tuple(f"{article} " for article in ARTICLES)
_STOPS = ".,;:!?"
_STOPS_AND_SPACE = _STOPS + " "
_QUOTES = "'\""


@lru_cache(maxsize=1 << 16)
def normal_text(value: str) -> str:
    """Fold what does not change a phrase's meaning: case, quotes, dashes, space, a leading article, a stop at the end.

    Digits, signs and letters stay, and the result is never empty unless the value is.

    >>> normal_text("The  “Clean–Air”\\u00a0Act."), normal_text("“Northwind”"), normal_text("10² km"), normal_text("!?")
    ('"clean-air" act', 'northwind', '10² km', '!?')
    """
    plain = (value if value.isascii() else _compatible(value)).casefold()
    spaced = " ".join(plain.split())
    bare = _unquoted(spaced)
    if bare.startswith(_WITH_SPACE):
        bare = _unquoted(bare.partition(" ")[2])
    return bare or spaced or value


def _compatible(value: str) -> str:
    """Compatibility forms folded (NFKC), but no superscript or fraction made a digit; one form of quotes and dashes."""
    folded = "".join(c if unicodedata.category(c) == "No" else unicodedata.normalize("NFKC", c) for c in value)
    return unicodedata.normalize("NFC", folded).translate(_QUOTES_AND_DASHES)


def _unquoted(text: str) -> str:
    text = text.rstrip(_STOPS_AND_SPACE)
    while len(text) > 1 and text[0] in _QUOTES and text[-1] in _QUOTES:
        text = text[1:-1].strip().rstrip(_STOPS_AND_SPACE)
    return text


@lru_cache(maxsize=1 << 16)
def normal_name(value: str) -> str:
    """`normal_text`, and the words that tell a company's legal form folded too (the list is cleanco's).

    >>> normal_name("Northwind Holdings, Inc."), normal_name("Contoso GmbH & Co. KG"), normal_name("Inc")
    ('northwind holdings', 'contoso', 'inc')
    """
    folded = normal_text.__wrapped__(value)  # kept below: no need to keep it twice
    words = folded.split(" ")
    while form := _legal_form(words):
        del words[-form:]
    shortened = " ".join(words)
    return folded if shortened == folded else _unquoted(shortened) or folded


def _legal_form(words: list[str]) -> int:
    """How many words at the end are a legal form; at least one word is left before them."""
    for form in _legal_forms().get(_bare(words[-1]), ()):
        if len(form) < len(words) and _bare_end(words, form) == form:
            return len(form)
    return 0


def _bare_end(words: list[str], form: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(_bare, words[-len(form) :]))


def _bare(word: str) -> str:
    return word.replace(".", "").replace(",", "").replace("-", "")


@cache
def _legal_forms() -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """Legal forms by their last word, the longest first."""
    forms: dict[str, tuple[tuple[str, ...], ...]] = {}
    for _, words in cleanco.prepare_default_terms():
        forms[words[-1]] = (*forms.get(words[-1], ()), tuple(words))
    return forms


_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_DURATION = re.compile(
    rf"P(?=[0-9T])(?:({_NUMBER})Y)?(?:({_NUMBER})M)?(?:({_NUMBER})W)?(?:({_NUMBER})D)?"
    rf"(?:T(?=[0-9])(?:({_NUMBER})H)?(?:({_NUMBER})M)?(?:({_NUMBER})S)?)?"
)
PLAIN_DURATION = "^P[0-9]+[YMWD]$"
"""The plainest durations: what need not be looked at closer."""

_MONTHS, _SECONDS = (12, 1), (7 * 86400, 86400, 3600, 60, 1)


@lru_cache(maxsize=1 << 12)
def normal_duration(value: str) -> tuple[Decimal, Decimal]:
    """Length in (months, seconds): a year is twelve months, a week seven days, and a month is no number of days.

    >>> normal_duration("P1Y") == normal_duration("P12M"), normal_duration("P1M") == normal_duration("P30D")
    (True, False)
    """
    match = _DURATION.fullmatch(value)
    if match is None:
        raise ValueError(f"{value!r} is no ISO 8601 duration")
    parts = [Decimal(part or 0) for part in match.groups()]
    months = sum((n * unit for n, unit in zip(parts[:2], _MONTHS, strict=True)), Decimal(0))
    return months, sum((n * unit for n, unit in zip(parts[2:], _SECONDS, strict=True)), Decimal(0))


@lru_cache(maxsize=1 << 12)
def is_duration(value: str) -> bool:
    """Whether the text is an ISO 8601 duration.

    >>> is_duration("P20Y"), is_duration("20 years"), is_duration("PT")
    (True, False, False)
    """
    return _DURATION.fullmatch(value) is not None
