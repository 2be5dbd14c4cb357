"""Which mentions of a document name the same thing: short forms, surnames and acronyms go to the fullest form."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from goldspan_baselines.rules.gazetteer import gazetteer
from goldspan_baselines.rules.names import Mention

_MERGEABLE = frozenset(("org", "unknown", "agency", "court", "facility", "news"))


@dataclass(slots=True, eq=False)
class Entity:
    """A named thing with all its mentions in the document, in order."""

    key: str
    kind: str
    mentions: list[Mention] = field(default_factory=list[Mention])

    @property
    def name(self) -> str:
        """The fullest form in the document."""
        return max(self.mentions, key=lambda m: (len(m.text), -m.start)).text


def resolve(text: str, mentions: Sequence[Mention]) -> list[Entity]:
    """One entity for each thing named, in order of first mention.

    >>> text = "Ada Winters runs Fabrikam Energy. Winters built Fabrikam."
    >>> spots = [(0, 11, "person"), (17, 32, "org"), (34, 41, "unknown"), (48, 56, "unknown")]
    >>> [(e.name, len(e.mentions)) for e in resolve(text, [Mention(a, b, text[a:b], k) for a, b, k in spots])]
    [('Ada Winters', 2), ('Fabrikam Energy', 2)]
    """
    groups: dict[str, Entity] = {}
    for mention in mentions:
        key = _fold(mention.text)
        entity = groups.setdefault(key, Entity(key, mention.kind))
        entity.mentions.append(mention)
        if entity.kind == "unknown":
            entity.kind = mention.kind
    longer = _short_forms(groups) | _acronyms(text, mentions)
    for key, full in longer.items():
        target = longer.get(full, full)
        if target != key and key in groups and target in groups:
            short = groups.pop(key)
            groups[target].mentions += short.mentions
    for entity in groups.values():
        entity.mentions.sort(key=lambda m: m.start)
    return sorted(groups.values(), key=lambda e: e.mentions[0].start)


def _fold(name: str) -> str:
    """A name without the company suffix, the article and its case.

    >>> _fold("The Contoso Group, Inc."), _fold("SA")
    ('contoso group', 'sa')
    """
    words = name.replace(",", " ").split()
    suffixes = gazetteer().words["suffix"]
    while len(words) > 1 and words[-1] in suffixes:
        words.pop()
    if len(words) > 1 and words[0] in ("The", "the"):
        words = words[1:]
    return " ".join(words).casefold()


def _short_forms(groups: dict[str, Entity]) -> dict[str, str]:
    """From the key of a short form to that of the full one; only where no second full form competes."""
    found: dict[str, set[str]] = {}
    tails = {word.casefold() for word in gazetteer().words["tail"] | gazetteer().words["suffix"]}
    for key, entity in groups.items():
        words = key.split()
        if len(words) < 2 or len(words) > 10:
            continue
        if entity.kind == "person":
            found.setdefault(words[-1], set()).add(key)
        elif entity.kind in _MERGEABLE:
            for cut in range(len(words) - 1, 0, -1):
                if words[cut] not in tails:
                    break
                found.setdefault(" ".join(words[:cut]), set()).add(key)
    return {
        short: full
        for short, fulls in found.items()
        for full in [min(fulls)]
        if len(fulls) == 1 and short in groups and _fits(groups[short], groups[full])
    }


def _fits(short: Entity, full: Entity) -> bool:
    if full.kind == "person":
        return short.kind in ("person", "unknown")
    both_known = short.mentions[0].text in gazetteer().names and full.mentions[0].text in gazetteer().names
    # "Meta" and "Meta Platforms" are one company, "Google" and "Google Cloud" are not: a division's name says more.
    division = {"cloud", "ventures", "capital", "studios", "games", "music", "health"} & set(full.key.split())
    return short.kind in _MERGEABLE and not (both_known and division)


def _acronyms(text: str, mentions: Sequence[Mention]) -> dict[str, str]:
    """What stands in parentheses after its long form: the FTC of "Federal Trade Commission (FTC)"."""
    found: dict[str, str] = {}
    for full, short in pairwise(mentions):
        if text[full.end : short.start] in (" (", " (the ") and re.fullmatch(r"[A-Z&.-]{2,8}", short.text):
            initials = "".join(word[0] for word in re.split(r"[\s-]+", full.text) if word[0].isupper())
            letters = "".join(c for c in short.text if c.isalpha())
            if letters in (initials, initials[-len(letters) :], initials[: len(letters)]):
                found[_fold(short.text)] = _fold(full.text)
    return found
