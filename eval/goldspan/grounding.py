"""Where predictions stand in the text: three tiers of counts by evidence, and whether quotes are what the text says.

The tiers ask more and more of a matched leaf, and count it as misread where it fails. `value` asks nothing more, so
these are the counts of the score; `value_and_overlap` asks that a piece of its evidence shares a character with a piece
of gold's evidence for it; `value_and_exact` that one is a piece of gold's to the character. Each is at most the one
before.

Evidence that an extractor gave and evidence that was located afterwards (`located: true` in a span) are kept apart: for
either, a leaf has only the spans of that sort.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple, cast

from goldspan.counts import RESULTS, Counts, ratio, total
from goldspan.match import DocumentMatch
from goldspan.records import Span
from goldspan.schema import Schema

_DIGITS = re.compile(r"[0-9]+(?:[.,]+[0-9]+)*")
_YEAR = re.compile(r"[0-9]{4}")
_FORMS = {"'": "‘’‚‛", '"': "“”„", "-": "‐‑‒–—―"}
QUOTES = ("in_place", "elsewhere", "fabricated")
"""What a quote can be: the text at its offsets, text elsewhere in the document, or nowhere in it."""
# A row of counts: the four results, then the matched leaves whose evidence overlaps or is exact, given and located.
_COLUMN = {result: i for i, result in enumerate(RESULTS)}
_OVERLAP, _EXACT, _COLUMNS = 4, 6, 8


def stands_at_its_place(span: Span, text: str) -> bool:
    """Whether a quote is what the text has at its offsets, whatever these are.

    >>> [stands_at_its_place(Span(start, end, "ab"), "ab") for start, end in ((0, 2), (0, 3), (-2, 0), (2, 0))]
    [True, False, False, False]
    """
    return span.start >= 0 and span.end - span.start == len(span.quote) > 0 and text.startswith(span.quote, span.start)


class Text:
    """A document's text, asked whether it tells a value."""

    def __init__(self, raw: str) -> None:
        self.raw = raw

    @cached_property
    def _folded(self) -> str:
        return _fold(self.raw)

    @cached_property
    def _numerals(self) -> frozenset[str]:
        return frozenset(map(_significant, _DIGITS.findall(self.raw)))

    def has_words(self, words: str) -> bool:
        """Whether the words stand in the text as whole words; case, spaces and forms of quotes and dashes aside.

        >>> Text("A new deal").has_words("New  Deal"), Text("A new deal").has_words("Al")
        (True, False)
        """
        text, wanted = self._folded, _fold(words)
        start = text.find(wanted) if wanted else -1
        while start >= 0:
            end = start + len(wanted)
            begins = start == 0 or not (text[start - 1].isalnum() and wanted[0].isalnum())
            if begins and (end == len(text) or not (text[end].isalnum() and wanted[-1].isalnum())):
                return True
            start = text.find(wanted, start + 1)
        return False

    def has_number(self, number: object) -> bool:
        """Whether a numeral of the text has the same significant digits: its zeros at either end and its points aside.

        >>> [Text("$14.80 billion").has_number(n) for n in (14800000000, 0.148, 14.9)]
        [True, True, False]
        """
        return _significant(f"{Decimal(str(number)):f}") in self._numerals

    def tells(self, value: Any, kind: str | None = None) -> bool:
        """Whether the text has a value's words.

        Of a date that is its years, of a duration its numbers, of an enum its words with spaces for underscores. Of any
        other value all its numbers, or, where it has none (a currency alone says little), all its strings.

        >>> text = Text("In 2027, 1.1 GW from a gas plant")
        >>> text.tells({"value": 1100, "unit": "MW"}), text.tells("2027-03", "date"), text.tells("gas_plant", "enum")
        (True, True, True)
        """
        if isinstance(value, str) and kind == "date":
            return all(map(self.has_words, _YEAR.findall(value)))
        if isinstance(value, str) and kind == "duration":
            return all(map(self.has_number, _DIGITS.findall(value)))
        if isinstance(value, str) and kind == "enum":
            return self.has_words(value.replace("_", " "))
        numbers, words = _parts(value)
        if numbers:
            return all(map(self.has_number, numbers))
        return bool(words) and all(map(self.has_words, words))


def _fold(text: str) -> str:
    plain = text.casefold()
    if not plain.isascii():
        for plain_form, forms in _FORMS.items():
            for form in forms:  # on long texts many times as fast as str.translate
                plain = plain.replace(form, plain_form)
    return " ".join(plain.split())


def _significant(numeral: str) -> str:
    return numeral.replace(".", "").replace(",", "").lstrip("-").strip("0") or "0"


def _parts(value: Any) -> tuple[list[float], list[str]]:
    """The numbers and the strings in a piece of JSON, however deep."""
    numbers: list[float] = []
    words: list[str] = []
    left: list[Any] = [value]
    while left:
        part = left.pop()
        if isinstance(part, dict):
            left += cast("dict[str, Any]", part).values()
        elif isinstance(part, list):
            left += cast("list[Any]", part)
        elif isinstance(part, str):
            words.append(part)
        elif isinstance(part, int | float) and not isinstance(part, bool):
            numbers.append(part)
    return numbers, words


class Tiers(NamedTuple):
    """Counts by what is asked of a matched leaf; each has at most as many matched as the one before."""

    value: Counts
    value_and_overlap: Counts
    value_and_exact: Counts

    def as_json(self) -> dict[str, Any]:
        """Each tier as a block of counts."""
        from goldspan.report.as_json import counts_as_json  # late: the report imports the score, which has sinks

        return {name: counts_as_json(counts) for name, counts in self._asdict().items()}


class Evidence(NamedTuple):
    """The figures of one sort of evidence; without `tiers` where gold has no evidence to compare with.

    `quotes` counts the quotes of all predicted events by what they are: one of `QUOTES`.
    """

    tiers: Tiers | None
    fields: Mapping[str, Tiers]
    quotes: Mapping[str, int]

    @property
    def quote_shares(self) -> dict[str, float | None]:
        """The shares of the quotes that stand in place, elsewhere, nowhere."""
        return {name: ratio(count, sum(self.quotes.values())) for name, count in self.quotes.items()}

    def as_json(self) -> dict[str, Any]:
        """The tiers, overall and by field, and the quotes."""
        tiers = self.tiers.as_json() if self.tiers else dict.fromkeys(Tiers._fields)
        fields = {path: each.as_json() for path, each in self.fields.items()}
        return {**tiers, "quotes": dict(self.quotes), "quote_shares": self.quote_shares, "fields": fields}


class Grounding:
    """Gathers, document by document, where predictions stand in the text; adds up over shards in any order.

    A document whose text is not known has nothing to say here, and is left out.
    """

    def __init__(self, schema: Schema) -> None:
        self._order = {path: i for i, path in enumerate(schema.leaves)}
        self._rows: dict[str, list[int]] = {}
        self._quotes = [0] * 2 * len(QUOTES)  # those of given evidence, then those of located
        self._gold_with_evidence = 0

    def add(self, match: DocumentMatch) -> None:
        """Take a document in."""
        if match.document is None:
            return
        rows = self._rows
        for pair in match.pairs:
            gold = {} if pair.gold is None else match.gold.events[pair.gold].evidence
            pred = {} if pair.pred is None or match.pred is None else match.pred.events[pair.pred].evidence
            self._gold_with_evidence += any(gold.values())
            if pred:
                self._count_quotes(pred.values(), match.document.text)
            for path, result, place, told, _ in pair.rows:
                row = rows.get(path)
                if row is None:
                    row = rows[path] = [0] * _COLUMNS
                row[_COLUMN[result]] += 1
                if pred and result == "matched" and gold:
                    _compare_spans(gold.get(place or "", ()), pred.get(told or "", ()), row)

    def merge(self, other: "Grounding") -> None:
        """Add what another shard gathered."""
        for path, row in other._rows.items():
            mine = self._rows.get(path, [0] * _COLUMNS)
            self._rows[path] = [a + b for a, b in zip(mine, row, strict=True)]
        self._quotes = [a + b for a, b in zip(self._quotes, other._quotes, strict=True)]
        self._gold_with_evidence += other._gold_with_evidence

    @property
    def given(self) -> Evidence | None:
        """Evidence that the extractor gave; None where it gave none, or the texts are not known."""
        return self._evidence(located=False)

    @property
    def located(self) -> Evidence | None:
        """Evidence that was located afterwards; None where none was, or the texts are not known."""
        return self._evidence(located=True)

    def as_json(self) -> dict[str, Any] | None:
        """The figures of `given`, and those of `located` under that name; None where there are neither."""
        given, located = self.given, self.located
        if given is None and located is None:
            return None
        nothing: dict[str, Any] = dict.fromkeys((*Tiers._fields, "quotes", "quote_shares", "fields"))
        return {**(given.as_json() if given else nothing), "located": located and located.as_json()}

    def _evidence(self, located: bool) -> Evidence | None:
        quotes = {name: self._quotes[len(QUOTES) * located + i] for i, name in enumerate(QUOTES)}
        if not any(quotes.values()):
            return None
        if not self._gold_with_evidence:
            return Evidence(None, {}, quotes)
        order = sorted(self._rows, key=lambda path: (self._order.get(path, len(self._order)), path))
        fields = {path: _tiers(self._rows[path], located) for path in order}
        overall = Tiers(*(total(each[tier] for each in fields.values()) for tier in range(3)))
        return Evidence(overall, fields, quotes)

    def _count_quotes(self, evidence: Iterable[Sequence[Span]], text: str) -> None:
        quotes = self._quotes
        for spans in evidence:
            for span in spans:
                kind = 0 if stands_at_its_place(span, text) else 1 if span.quote and span.quote in text else 2
                quotes[len(QUOTES) * span.located + kind] += 1


def _compare_spans(gold: Sequence[Span], pred: Sequence[Span], row: list[int]) -> None:
    """Count a matched leaf whose spans overlap with gold's, or are among them, for either sort of span."""
    found: set[int] = set()
    for span in pred:
        start, end = span.start, span.end
        if start >= end:
            continue  # no span, whatever it may be said to overlap
        for other in gold:
            if start < other.end and other.start < end:
                found.add(_OVERLAP + span.located)
                if start == other.start and end == other.end:
                    found.add(_EXACT + span.located)
                    break
    for column in found:
        row[column] += 1


def _tiers(row: Sequence[int], located: bool) -> Tiers:
    matched, misread, missed, invented = row[:_OVERLAP]
    kept = (matched, row[_OVERLAP + located], row[_EXACT + located])
    return Tiers(*(Counts(each, misread + matched - each, missed, invented) for each in kept))
