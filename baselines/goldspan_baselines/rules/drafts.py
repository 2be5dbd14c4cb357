"""From templates to drafts of events: matching sentence by sentence, then joining the accounts of one event."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from goldspan_baselines.rules.entities import Entity
from goldspan_baselines.rules.page import Page, Part
from goldspan_baselines.rules.record import event_type
from goldspan_baselines.rules.templates import Rules, Template, all_rules
from goldspan_baselines.rules.values import Figure

_SPEAKS = re.compile(r"\b(?:said|says|told|tells|added|wrote|argued|noted)\b")
_MOST = 200  # Drafts of one type in one document; a text with more is no article.
_CROWD = 60  # A "sentence" with more names is a list or a table.
_PARTIES = re.compile("[\ue000-\uf8ff]")


@dataclass(slots=True)
class Draft:
    """What the rules make of one event so far: `told` are the sentences that tell it, `more` those that go on."""

    type: str
    roles: dict[str, list[Entity]] = field(default_factory=dict[str, list[Entity]])
    sets: dict[str, tuple[str, tuple[int, int] | None]] = field(
        default_factory=dict[str, tuple[str, tuple[int, int] | None]]
    )
    told: list[Part] = field(default_factory=list[Part])
    more: list[Part] = field(default_factory=list[Part])

    @property
    def parts(self) -> list[Part]:
        """All its sentences in order."""
        return sorted([*self.told, *self.more], key=lambda part: part.index)

    def entities(self) -> set[Entity]:
        """Everyone with a role in it."""
        return {entity for many in self.roles.values() for entity in many}


def drafts(page: Page, name: str) -> list[Draft]:
    """The drafts of one type's events, in the order in which the document first tells them."""
    rules, joined = all_rules()[name], list[Draft]()
    for part in page.parts:
        for draft in _in_sentence(page, part, name, rules):
            _join(joined, draft, rules.anchor)
    _follow(page, joined, rules)
    return joined


def matches(page: Page, part: Part, templates: Sequence[Template]) -> Iterator[tuple[Template, re.Match[str]]]:
    """Every match of the templates in a sentence."""
    if not 0 < len(part.entities) <= _CROWD:
        return
    sentence = page.text[part.start : part.end]
    for template in templates:
        if template.need and not template.need.search(sentence):
            continue
        if template.reject and template.reject.search(sentence):
            continue
        for match in template.find.finditer(part.mask):
            yield template, match


def role(part: Part, match: re.Match[str], name: str) -> list[Entity]:
    """The entities that a match gives a role."""
    found: list[Entity] = []
    for char in _PARTIES.findall(match[name] or ""):
        entity = part.entities.get(char)
        if entity is not None and entity not in found:
            found.append(entity)
    return found


def _in_sentence(page: Page, part: Part, name: str, rules: Rules) -> list[Draft]:
    found: list[Draft] = []
    for template, match in matches(page, part, rules.templates):
        roles = {key: role(part, match, key) for key in template.roles}
        roles = {key: many for key, many in roles.items() if many}
        everyone = [entity for many in roles.values() for entity in many]
        if len(set(everyone)) < len(everyone) or not roles or _is_speaker(part, match, roles):
            continue
        sets = {key: (value, _verb(page, part, match)) for key, value in template.sets.items()}
        draft = Draft(name, _single(name, roles), sets, [part])
        host = next((other for other in found if _compatible(other, draft, rules.anchor)), None)
        if host is None:
            found.append(draft)
        else:
            _absorb(host, draft)
    return found


def _single(name: str, roles: dict[str, list[Entity]]) -> dict[str, list[Entity]]:
    lists = event_type(name).lists
    return {key: many if key in lists else many[:1] for key, many in roles.items()}


def _is_speaker(part: Part, match: re.Match[str], roles: dict[str, list[Entity]]) -> bool:
    """Whether the one who seems to act is a person who only speaks of it."""
    first = part.entities.get(match.group()[:1])
    return first is not None and first.kind == "person" and bool(_SPEAKS.search(match.group())) and len(roles) > 0


def _verb(page: Page, part: Part, match: re.Match[str]) -> tuple[int, int] | None:
    """Where the template's marked word stands in the text."""
    word = match.groupdict().get("verb")
    start = -1 if not word or _PARTIES.search(word) else page.text.find(word, part.start, part.end)
    return None if start < 0 or word is None else (start, start + len(word))


def _join(joined: list[Draft], draft: Draft, anchor: str) -> None:
    for other in reversed(joined):
        if _compatible(other, draft, anchor) and not _another_round(other, draft):
            _absorb(other, draft)
            return
    if len(joined) < _MOST:
        joined.append(draft)


def _compatible(one: Draft, two: Draft, anchor: str) -> bool:
    """Whether two drafts can be one event: they share the anchor, or parties where one lacks it, and clash nowhere."""
    a, b = set(one.roles.get(anchor, ())), set(two.roles.get(anchor, ()))
    keys = event_type(one.type).keys - {anchor}
    clash = any(
        one.roles.get(key) and two.roles.get(key) and not set(one.roles[key]) & set(two.roles[key]) for key in keys
    )
    if a and b:
        return bool(a & b) and not clash
    same_round = one.sets.get("deal_type", ("",))[0] == two.sets.get("deal_type", ("",))[0] == "funding_round"
    if same_round and one.told[-1] is two.told[0] and not b:
        return True  # "led by X, with participation from Y"
    if clash and not (a or b):
        return False
    if one.type == "product" and (a or b):
        return one.told[-1] is two.told[0] and not clash  # a product without a name is not another one's plan
    if not one.entities() & two.entities():
        return one.told[-1] is two.told[0] and not clash  # two phrases of one sentence complete each other
    return not clash or one.type == "energy"


def _another_round(one: Draft, two: Draft) -> bool:
    """A takeover and an earlier round of the same company are two events where kind and sum both differ."""
    kinds = {one.sets.get("deal_type", ("", None))[0], two.sets.get("deal_type", ("", None))[0]}
    if one.type != "deal" or len(kinds) < 2 or "funding_round" not in kinds:
        return False
    sums, others = _sums(one), _sums(two)
    return bool(sums and others) and not any(_near(a, b) for a in sums for b in others)


def _sums(draft: Draft) -> list[Figure]:
    return [figure for part in draft.told for figure in part.figures if figure.kind == "money"]


def _near(one: Figure, two: Figure) -> bool:
    """Equal up to rounding."""
    a, b = float(one.value["amount"]), float(two.value["amount"])
    return one.value["currency"] == two.value["currency"] and abs(a - b) <= 0.06 * max(a, b)


def _absorb(host: Draft, guest: Draft) -> None:
    lists = event_type(host.type).lists
    for key, many in guest.roles.items():
        mine = host.roles.setdefault(key, [])
        room = None if key in lists else max(0, 1 - len(mine))
        taken = host.entities()
        mine += [entity for entity in many if entity not in taken][:room]
    for key, value in guest.sets.items():
        host.sets.setdefault(key, value)
    if guest.told[0] is not host.told[-1]:
        host.told += guest.told


def _follow(page: Page, joined: Sequence[Draft], rules: Rules) -> None:
    """Give each sentence that tells no event of its own to the event that it goes on about."""
    telling = {part.index: draft for draft in joined for part in draft.told}
    latest: Draft | None = None
    last = 0
    for part in page.parts:
        if part.index in telling:
            latest, last = telling[part.index], part.index
            continue
        here = {entity for _, entity in part.names}
        about = [draft for draft in joined if here & set(draft.roles.get(rules.anchor, ()))]
        refers = bool(rules.back_reference.search(page.text, part.start, part.end))
        people = any(entity.kind == "person" for entity in here)
        if len(about) == 1 and (refers or part.figures or part.dates or people):
            about[0].more.append(part)
        elif not about and refers and latest is not None and part.index - last <= 3:
            latest.more.append(part)
            last = part.index
