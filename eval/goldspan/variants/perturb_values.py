"""Perturbations of what is stated: a currency, a scale, a bound, a percent, a date, a status, who sues whom."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction
from random import Random
from typing import Any

from goldspan.check import StatedLeaf, check_event, leaves_of
from goldspan.pointers import replaced
from goldspan.records import Event, Span
from goldspan.variants.facts import BOUNDS
from goldspan.variants.figures import MONTHS, Figure, figures
from goldspan.variants.perturb_layout import Changed, Original
from goldspan.variants.plan import Forms
from goldspan.variants.rewriting import Edit, Rewriting, event_row, moved
from goldspan.variants.world import articles

_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP"}
_SMALLER = {"trillion": "billion", "billion": "million", "million": "thousand", "bn": "m", "B": "M", "M": "K"}

Places = list[tuple[Event, StatedLeaf]]


def _leaves(original: Original, *kinds: str) -> Places:
    """The values of some kinds that gold states."""
    found: Places = []
    for event in original.record.events:
        checked = check_event(event, original.schema)[0]
        found += [(event, leaf) for leaf in leaves_of(checked.group, checked.fields) if leaf.leaf.kind in kinds]
    return found


def _stating(event: Event, leaf: StatedLeaf) -> Sequence[Span]:
    return event.evidence.get(leaf.pointer, ())


def _with(original: Original, edits: Sequence[Edit], new: Callable[[Event, StatedLeaf], Any], *kinds: str) -> Changed:
    """The document with edits made, and other values at some places of gold (None: as it was)."""
    edits = sorted([*edits, *articles(original.document.text, edits)])
    rewriting = Rewriting(original.document.text, edits)
    events: list[dict[str, Any]] = []
    for event in original.record.events:
        values = {leaf.pointer: new(event, leaf) for each, leaf in _leaves(original, *kinds) if each is event}
        values = {pointer: value for pointer, value in values.items() if value is not None}
        accepted = {pointer: others for pointer, others in event.accepted.items() if pointer not in values}
        events.append(event_row(event, moved(event, rewriting), replaced(event.fields, values), accepted))
    return Changed(rewriting.text, events)


def _same_figures(original: Original, kind: str, random: Random) -> tuple[list[Figure], StatedLeaf] | None:
    """A number of gold, and wherever the text has that figure; None where no number has one that stands for it."""
    options: list[tuple[list[Figure], StatedLeaf]] = []
    everywhere = list(figures(original.document.text))
    for event, leaf in _leaves(original, kind):
        key = "amount" if kind == "money" else "value"
        value = Fraction(str(leaf.value[key]))
        found = [f for f in everywhere if f.dimension == kind and Fraction(f.value) == value]
        inside = [f for f in found if any(s.start <= f.start and f.end <= s.end for s in _stating(event, leaf))]
        if inside:
            options.append((found, leaf))
    return random.choice(options) if options else None


def currency(original: Original) -> Changed | None:
    """A sum is told in another currency, wherever it stands."""
    random = original.random
    chosen = _same_figures(original, "money", random)
    if chosen is None or chosen[0][0].text[0] not in _SIGNS:
        return None
    found, old = chosen
    sign = random.choice([sign for sign, code in _SIGNS.items() if code != old.value["currency"]])
    edits = [Edit(figure.start, figure.start + 1, sign) for figure in found]
    return _with(
        original,
        edits,
        lambda _, leaf: {**leaf.value, "currency": _SIGNS[sign]} if _same_sum(leaf.value, old.value) else None,
        "money",
    )


def _same_sum(one: Any, other: Any) -> bool:
    return one["amount"] == other["amount"] and one["currency"] == other["currency"]


def scale(original: Original) -> Changed | None:
    """A sum is a thousandth of what it was: billions are millions, wherever it stands."""
    random = original.random
    chosen = _same_figures(original, "money", random)
    if chosen is None:
        return None
    found, old = chosen
    edits: list[Edit] = []
    for figure in found:
        word = re.search(r"[A-Za-z]+$", figure.text)
        if word is None or word[0] not in _SMALLER:
            return None
        edits.append(Edit(figure.start + word.start(), figure.end, _SMALLER[word[0]]))
    smaller = Fraction(str(old.value["amount"])) / 1000
    amount = smaller.numerator if smaller.denominator == 1 else float(smaller)
    return _with(
        original,
        edits,
        lambda _, leaf: {**leaf.value, "amount": amount} if _same_sum(leaf.value, old.value) else None,
        "money",
    )


def bound(original: Original) -> Changed | None:
    """An exact number gets a word that bounds it, in the first place that states it."""
    random = original.random
    exact = [
        (event, leaf)
        for event, leaf in _leaves(original, "money", "percent", "quantity")
        if leaf.value.get("bound") == "exact" and _stating(event, leaf)
    ]
    if not exact:
        return None
    event, leaf = random.choice(exact)
    name = random.choice(("less_than", "more_than", "about"))
    word = random.choice(BOUNDS[name]).replace("an estimated", "roughly") + " "
    text = original.document.text
    spans = {(span.start, span.end) for span in _stating(event, leaf)}
    numbers = [span for span in sorted(spans) if re.match(r"[$£€¥\d]", text[span[0] :])]
    if len(numbers) < len(spans):
        return None
    # A replacement of the first character, so that the word belongs to the evidence that begins there.
    edits = [Edit(start, start + 1, word + text[start]) for start, _ in numbers]
    return _with(
        original,
        edits,
        lambda each, other: (
            {**other.value, "bound": name}
            if spans & {(span.start, span.end) for span in _stating(each, other)}
            else None
        ),
        "money",
        "percent",
        "quantity",
    )


def percent(original: Original) -> Changed | None:
    """A share is another one, wherever it stands."""
    random = original.random
    chosen = _same_figures(original, "percent", random)
    if chosen is None:
        return None
    found, old = chosen
    digits = str(old.value["value"])
    new = random.choice([n for n in range(11, 49) if str(n) != digits])
    edits = [Edit(figure.start, figure.end, str(new)) for figure in found]
    return _with(
        original,
        edits,
        lambda _, leaf: {**leaf.value, "value": new} if leaf.value["value"] == old.value["value"] else None,
        "percent",
    )


def date_precision(original: Original) -> Changed | None:
    """A day is told as its month, or a year with a month."""
    random = original.random
    options: list[tuple[str, str, Edit]] = []
    for event, leaf in _leaves(original, "date"):
        for span in _stating(event, leaf):
            for figure in figures(span.quote):
                edit = _other_precision(figure, span, leaf.value, random)
                if edit and len(_stating(event, leaf)) == 1:
                    options.append((leaf.value, *edit))
    if not options:
        return None
    old, new, edit = random.choice(options)
    touched = range(edit.start, edit.end)

    def value(event: Event, leaf: StatedLeaf) -> str | None:
        states = any(span.start in touched or span.end - 1 in touched for span in _stating(event, leaf))
        return new if leaf.value == old and states else None

    edits = [edit]
    if original.document.text[: edit.start].endswith(" on "):  # "on June 11, 2025", but "in June 2025"
        edits.insert(0, Edit(edit.start - 3, edit.start - 1, "in"))
    return _with(original, edits, value, "date")


def _other_precision(figure: Figure, span: Span, value: str, random: Random) -> tuple[str, Edit] | None:
    start, end = span.start + figure.start, span.start + figure.end
    if (
        figure.day is not None
        and figure.month
        and figure.year
        and value == f"{figure.year}-{figure.month:02}-{figure.day:02}"
    ):
        return value[:7], Edit(start, end, f"{MONTHS[figure.month - 1]} {figure.year}")
    if value == str(figure.year) == figure.text == span.quote:
        month = random.randint(1, 12)
        return f"{value}-{month:02}", Edit(start, end, f"{MONTHS[month - 1]} {figure.year}")
    return None


def parties_swapped(original: Original) -> Changed | None:
    """Who sues and who is sued change places: each stands wherever the other stood."""
    for event in original.record.events:
        plaintiffs, defendants = event.fields.get("plaintiffs"), event.fields.get("defendants")
        if event.type != "litigation" or not plaintiffs or not defendants:
            continue
        one, other = (_forms(event, f"/{name}/0", event.fields[name][0]) for name in ("plaintiffs", "defendants"))
        swapped = dict.fromkeys(one, other[0]) | dict.fromkeys(other, one[0])
        text = original.document.text
        if len(swapped) < len(one) + len(other) or re.search(
            rf"\b(?:[Tt]he|[Aa]n?) (?:{'|'.join(map(re.escape, swapped))})\b", text
        ):
            continue
        found = Forms.of(swapped).found(text)
        times = Counter(new for _, _, new in found)
        if min(times[one[0]], times[other[0]]) < 2:  # the text is not about this case
            continue
        return _renamed(original, swapped)
    return None


def _forms(event: Event, pointer: str, value: str) -> list[str]:
    quotes = [span.quote for span in event.evidence.get(pointer, ())]
    return list(dict.fromkeys([value, *event.accepted.get(pointer, ()), *quotes]))


def _renamed(original: Original, new: dict[str, str]) -> Changed:
    forms = Forms.of(new)

    def rewritten(words: Any) -> Any:
        return Rewriting(words, [Edit(*each) for each in forms.found(words)]).text if isinstance(words, str) else words

    rewriting = Rewriting(original.document.text, [Edit(*each) for each in forms.found(original.document.text)])
    events: list[dict[str, Any]] = []
    for event in original.record.events:
        values = {leaf.pointer: rewritten(leaf.value) for each, leaf in _leaves(original, "name") if each is event}
        accepted = {pointer: list(dict.fromkeys(map(rewritten, others))) for pointer, others in event.accepted.items()}
        events.append(event_row(event, moved(event, rewriting), replaced(event.fields, values), accepted))
    return Changed(rewriting.text, events)
