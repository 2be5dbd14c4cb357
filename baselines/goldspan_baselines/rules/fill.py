"""Filling a draft's fields from the sentences that tell it: names, figures, dates, cue words and sources."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from goldspan_baselines.rules.drafts import Draft, matches, role
from goldspan_baselines.rules.entities import Entity
from goldspan_baselines.rules.page import Page, Part
from goldspan_baselines.rules.record import Found, event_type, one_line
from goldspan_baselines.rules.templates import FigureRule, all_rules, phrases
from goldspan_baselines.rules.values import Figure, bare

_WINDOW = 90  # How far beside a figure its cue may stand.
_ITEM = r"[a-z][a-z-]{2,20}(?: (?:and )?[a-z][a-z-]{2,20}){0,3}"
_USES = re.compile(
    r"\b(?:designed for|intended for|aimed at|tailored (?:for|to)|built for|used (?:for|in)|for use in|optimi[sz]ed for"
    rf"|tasks (?:such as|like|including)|applications (?:such as|like|in|including)|meant for)"
    rf" (?P<uses>{_ITEM}(?:, (?:and )?{_ITEM}){{0,5}})"
)
_NO_USE = frozenset(
    [
        "the",
        "a",
        "an",
        "this",
        "that",
        "these",
        "those",
        "its",
        "their",
        "his",
        "her",
        "to",
        "use",
        "who",
        "which",
        "people",
        "users",
        "more",
        "most",
        "all",
        "any",
    ]
)
_CUT = re.compile(r", (?:and )?| and ")


def fill(page: Page, draft: Draft) -> dict[str, list[Found]]:
    """All fields that the rules can reach, each with its evidence."""
    rules, kind = all_rules()[draft.type], event_type(draft.type)
    found: dict[str, list[Found]] = {}
    for field, many in draft.roles.items():
        found[field] = [_named(draft.parts, entity) for entity in many]
    for rule in rules.names:
        _kind_names(page, draft, rule, found)
    for field, picked in _figures(page, draft).items():
        found[field] = picked if field in kind.lists else picked[:1]
    for field, rows in rules.cues.items():
        cue = _cue(page, draft, rows, field == "category")
        if field in draft.sets and not (field == "deal_type" and cue and _narrows(cue.value, draft.sets[field][0])):
            value, span = draft.sets[field]
            found[field] = [Found(value, [] if span is None else [span])]
        elif cue is not None and (field != "deal_type" or draft.roles.get("target")):
            found[field] = [cue]
    _people(page, draft, found)
    if draft.type == "product":
        found["applications"] = _applications(page, draft)
        found["predecessor"] = [f for f in _phrased(page, draft, "predecessor") if _version(f.value)][:1]
    _settle(draft, found)
    return {field: many for field, many in found.items() if many and field in kind.fields}


def _named(parts: Sequence[Part], entity: Entity) -> Found:
    spans = [(m.start, m.end) for part in parts for m, other in part.names if other is entity]
    return Found(one_line(entity.name), spans)


def _kind_names(page: Page, draft: Draft, rule: FigureRule, found: dict[str, list[Found]]) -> None:
    if found.get(rule.field):
        return
    many: list[Entity] = []
    for part in [*draft.told, *draft.more]:
        for mention, entity in part.names:
            before = page.text[max(part.start, mention.start - _WINDOW) : mention.start]
            fits = entity.kind == rule.kind and (rule.before is None or rule.before.search(before))
            if fits and entity not in many and entity not in draft.entities():
                many.append(entity)
    many = many if rule.field in event_type(draft.type).lists else many[:1]
    found[rule.field] = [_named(draft.parts, entity) for entity in many]


def _figures(page: Page, draft: Draft) -> dict[str, list[Found]]:
    """Figures and dates by field: those of the telling sentences first, the body's before the headline's."""
    found: dict[str, list[Found]] = {}
    order = sorted(draft.told, key=lambda part: (part.headline, part.index)) + draft.more
    told = {part.index for part in draft.told}
    for part in order:
        for item in _items(part):
            field = _field_of(page, part, item, draft.type, part.index in told)
            if field is None:
                continue
            many = found.setdefault(field, [])
            same = next((other for other in many if _same(other.value, item.value)), None)
            if same is None:
                many.append(Found(item.value, [(item.start, item.end)]))
            else:
                same.spans.append((item.start, item.end))
                if item.kind not in ("date", "duration") and same.value["bound"] == "exact":
                    same.value = item.value
    return found


def _items(part: Part) -> Iterator[Figure]:
    yield from part.figures
    for day in part.dates:
        yield Figure("date", day.start, day.end, day.value)


def _same(one: Any, two: Any) -> bool:
    return bare(one) == bare(two)


def _field_of(page: Page, part: Part, item: Figure, name: str, told: bool) -> str | None:
    before = page.text[max(part.start, item.start - _WINDOW) : item.start]
    after = page.text[item.end : min(part.end, item.end + _WINDOW)]
    for rule in all_rules()[name].figures:
        if rule.kind != item.kind or (rule.noun and not rule.noun.search(item.noun)):
            continue
        if rule.reject and (rule.reject.search(before) or rule.reject.search(after)):
            continue
        loose = rule.before is not None and rule.before.pattern == ""
        if loose and not told and rule.field in ("date", "amount"):
            continue  # Without a cue of its own a figure counts only where the event itself is told.
        if (rule.before and rule.before.search(before)) or (rule.after and rule.after.search(after)):
            return rule.field
    return None


def _cue(page: Page, draft: Draft, rows: Sequence[tuple[Any, re.Pattern[str]]], anywhere: bool) -> Found | None:
    """The most telling value: the first row with a word in the body's telling sentences, else in the other ones.

    `anywhere`: the value named first in the text instead, wherever that is.
    """
    body = [part for part in draft.told if not part.headline]
    for parts in (body, draft.told, draft.parts if anywhere or not body else draft.more):
        hits: list[Found] = []
        for value, pattern in rows:
            spans = [m.span() for part in parts for m in pattern.finditer(page.text, part.start, part.end)]
            if spans:
                hits.append(Found(value, spans[:2]))
        if hits:
            return min(hits, key=lambda hit: hit.spans[0]) if anywhere else hits[0]
    return None


def _narrows(cue: Any, implied: str) -> bool:
    """Whether the words say more than the phrase: a minority stake is an investment, told more closely."""
    return cue in ("minority_stake", "funding_round") and implied == "investment"


def _people(page: Page, draft: Draft, found: dict[str, list[Found]]) -> None:
    """Sources from the telling sentences and what follows; for a deal also who moves into a role by it."""
    sources = _phrased(page, draft, "attribution")
    found["attribution"] = [source for source in sources if len(source.value) > 1]
    if draft.type == "deal":
        found["key_people"] = _phrased(page, draft, "key_people")


def _phrased(page: Page, draft: Draft, section: str) -> list[Found]:
    """The names that a section's phrases give in the draft's sentences, its actors left out."""
    actors, many = draft.entities(), list[Entity]()
    for part in draft.parts:
        for _, match in matches(page, part, phrases(section)):
            many += [e for e in role(part, match, section) if e not in many and e not in actors]
    return [_named(draft.parts, entity) for entity in many]


def _version(name: str) -> bool:
    """Whether a name looks like a product's: "Atlas 3", not a company's."""
    return any(c.isdigit() for c in name)


def _applications(page: Page, draft: Draft) -> list[Found]:
    found: list[Found] = []
    for part in draft.parts:
        for match in _USES.finditer(page.text, part.start, part.end):
            place = match.start("uses")
            pieces = [*_CUT.finditer(match["uses"]), None]
            begin = 0
            for cut in pieces:
                end = len(match["uses"]) if cut is None else cut.start()
                phrase = match["uses"][begin:end]
                if phrase and not _NO_USE & set(phrase.split()) and phrase not in [f.value for f in found]:
                    found.append(Found(phrase, [(place + begin, place + end)]))
                begin = end if cut is None else cut.end()
    return found[:6]


def _settle(draft: Draft, found: dict[str, list[Found]]) -> None:
    """Last touches that no single rule can make."""
    stake = found.get("stake")
    kind = found.get("deal_type")
    if stake and kind and kind[0].value in ("investment", "acquisition"):
        kind[0].value = "minority_stake" if stake[0].value["value"] < 50 else "acquisition"
    if draft.type == "litigation" and found.get("forum") and not found.get("plaintiffs"):
        stage = found.get("stage")
        if stage and stage[0].value == "filed" and draft.roles.get("forum"):
            found["stage"] = []
