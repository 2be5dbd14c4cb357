"""A document read: its sentences with their names, figures and dates, and for each the mask that templates match.

In the mask each name, figure and date is one private character that tells its kind; asides are left out. A character
stands for one item of the sentence, so a match leads back to the text whatever was cut from the mask.
"""

import re
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING

from goldspan_baselines.rules.dates import Date, dates
from goldspan_baselines.rules.entities import Entity, resolve
from goldspan_baselines.rules.names import Mention, find_names
from goldspan_baselines.rules.segment import Sentence, sentences
from goldspan_baselines.rules.values import Figure, figures

if TYPE_CHECKING:
    from goldspan.documents import Document

KINDS = (
    "org", "unknown", "thing", "person", "agency", "court", "news", "place", "law", "facility",
    "money", "percent", "power", "mass", "count", "duration", "date",
)  # fmt: skip
_BASE, _ROOM = 0xE000, 256
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_PARENTHESIS = re.compile(r"\s?\([^()]{0,100}\)")
_ASIDE = re.compile(
    r"(?<=[\ue000-\uf8ff]), (?:an?|the|which|who|whose|backed|led|based|owned|founded|headed|run|controlled|formerly"
    r"|one of|part of|maker of"
    r"|now|known|also|itself|including)\b[^,;]{1,120},(?=\s)"
)
_DATELINE = re.compile(
    r"[A-Z][A-Z .,/]{2,40}(?:\([^)]{1,20}\)|, [A-Z][a-z]{2,8}\.? \d{1,2}(?:, \d{4})?)?,?"
    r" ?(?:\([^)]{1,20}\) ?)?[-–—]{1,2} "
)


@dataclass(frozen=True, slots=True)
class Part:
    """A sentence with what stands in it."""

    index: int
    start: int
    end: int
    headline: bool
    names: tuple[tuple[Mention, Entity], ...]
    figures: tuple[Figure, ...]
    dates: tuple[Date, ...]
    mask: str
    entities: dict[str, Entity]  # by the mask's private character


@dataclass(frozen=True, slots=True)
class Page:
    """A document as the rules see it."""

    text: str
    parts: tuple[Part, ...]


def read(document: "Document") -> Page:
    """Read a document: find sentences, names, figures and dates, and join the names to entities."""
    text = document.text
    cut = [_without_dateline(text, sentence) for sentence in sentences(text)]
    numbers, days = figures(text), dates(text, document.published)
    mentions = find_names(text, cut, [(item.start, item.end) for item in (*numbers, *days)])
    entities = resolve(text, mentions)
    of_mention = {mention: entity for entity in entities for mention in entity.mentions}
    named = [(mention, of_mention[mention]) for mention in mentions]
    name_starts = [mention.start for mention, _ in named]
    number_starts, day_starts = [n.start for n in numbers], [d.start for d in days]
    parts: list[Part] = []
    for index, sentence in enumerate(cut):
        a, b = sentence.start, sentence.end
        names = tuple(named[bisect_left(name_starts, a) : bisect_left(name_starts, b)])
        inner = tuple(numbers[bisect_left(number_starts, a) : bisect_left(number_starts, b)])
        told = tuple(days[bisect_left(day_starts, a) : bisect_left(day_starts, b)])
        mask, by_char = _mask(text, sentence, names, inner, told)
        parts.append(Part(index, a, b, sentence.headline, names, inner, told, mask, by_char))
    return Page(text, tuple(parts))


def character_class(kinds: tuple[str, ...] | list[str]) -> str:
    """The inside of a regular expression's class that matches the mask's characters of these kinds."""
    bases = [_BASE + _ROOM * KINDS.index(kind) for kind in kinds]
    return "".join(f"{chr(base)}-{chr(base + _ROOM - 1)}" for base in bases)


def _without_dateline(text: str, sentence: Sentence) -> Sentence:
    dateline = _DATELINE.match(text, sentence.start, min(sentence.end, sentence.start + 120))
    return sentence if dateline is None else Sentence(dateline.end(), sentence.end, sentence.headline)


def _mask(
    text: str,
    sentence: Sentence,
    names: tuple[tuple[Mention, Entity], ...],
    numbers: tuple[Figure, ...],
    told: tuple[Date, ...],
) -> tuple[str, dict[str, Entity]]:
    items = [(m.start, m.end, e.kind, e) for m, e in names]
    items += [(f.start, f.end, f.kind, None) for f in numbers] + [(d.start, d.end, "date", None) for d in told]
    items.sort(key=lambda item: (item[0], -item[1]))
    pieces: list[str] = []
    used: dict[str, int] = {}
    by_char: dict[str, Entity] = {}
    place = sentence.start
    for start, end, kind, entity in items:
        number = used.get(kind, 0)
        if start < place or end > sentence.end or number >= _ROOM:
            continue
        used[kind] = number + 1
        char = chr(_BASE + _ROOM * KINDS.index(kind) + number)
        pieces += [_PRIVATE.sub(" ", text[place:start]), char]
        place = end
        if entity is not None:
            by_char[char] = entity
    pieces.append(_PRIVATE.sub(" ", text[place : sentence.end]))
    return _trimmed("".join(pieces)), by_char


def _trimmed(mask: str) -> str:
    r"""The mask without quotation marks and asides.

    >>> _trimmed("\ue000 (NYSE: X), a maker of “toys”, buys  it")
    '\ue000 buys it'
    """
    mask = re.sub(r"[\"“”„«»]|(?<!\w)['‘]|['’](?!\w)", "", mask.replace("\u2019", "'"))
    mask = _ASIDE.sub("", _PARENTHESIS.sub("", mask))
    return " ".join(mask.split())
