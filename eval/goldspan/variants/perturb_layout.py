"""Perturbations of what stands where: paragraphs, boilerplate, an event more, other articles around."""

import re
from collections.abc import Sequence
from functools import cache
from random import Random
from typing import Any, NamedTuple

from goldspan.documents import Document, load_documents
from goldspan.records import Record
from goldspan.schema import Schema
from goldspan.variants.compose import TYPES, Article, tell_apart
from goldspan.variants.corpus import words_of
from goldspan.variants.rewriting import Edit, Rewriting, event_row, moved

_PARAGRAPH = re.compile(r"[^\n]+(?:\n(?!\n)[^\n]+)*")
_LINE = re.compile(r"[^\n]+")

FURNITURE = (
    "Skip to main content",
    "Subscribe to our newsletter and never miss a story.",
    "Share this article: Facebook | LinkedIn | E-mail",
    "Photo: archive picture. All rights reserved.",
    "We use cookies to improve your experience. By continuing you accept our privacy policy.",
    "Related topics: Business, Technology, Opinion",
    "Comments are closed.",
)
"""Lines that stand around articles and state nothing."""


class Original(NamedTuple):
    """A document and its gold, and the random stream that its change is drawn from."""

    document: Document
    record: Record
    schema: Schema
    random: Random

    def rows(self, rewriting: Rewriting) -> list[dict[str, Any]]:
        """The events of gold, in the rewritten text."""
        return [event_row(event, moved(event, rewriting)) for event in self.record.events]


class Changed(NamedTuple):
    """The text and the events of a perturbed document."""

    text: str
    events: list[dict[str, Any]]


def paragraphs_doubled(original: Original) -> Changed | None:
    """Some paragraphs are printed twice, one after the other; a second copy gives further evidence."""
    random = original.random
    paragraphs = _paragraphs(original.document.text)
    if len(paragraphs) < 2:
        return None
    twice = {random.randrange(1, len(paragraphs)), random.randrange(1, len(paragraphs))}
    return _arranged(original, [part for i, part in enumerate(paragraphs) for part in [part] * (1 + (i in twice))])


def paragraphs_reordered(original: Original) -> Changed | None:
    """The paragraphs after the first stand in another order."""
    random = original.random
    first, *others = _paragraphs(original.document.text)
    if len(others) < 2:
        return None
    order = others[:]
    while order == others:
        random.shuffle(order)
    return _arranged(original, [first, *order])


def _paragraphs(text: str) -> list[tuple[int, int]]:
    """Where paragraphs stand: runs between blank lines or, where there are none, lines."""
    pattern = _PARAGRAPH if "\n\n" in text.strip() else _LINE
    return [match.span() for match in pattern.finditer(text)]


def _arranged(original: Original, parts: Sequence[tuple[int, int]]) -> Changed | None:
    """Parts of the text one after the other; what they state goes with them, into each copy."""
    text = original.document.text
    gap = "\n\n" if "\n\n" in text.strip() else "\n"
    places: list[tuple[int, int, int]] = []
    length = 0
    for start, end in parts:
        places.append((start, end, length))
        length += end - start + len(gap)
    events: list[dict[str, Any]] = []
    for event in original.record.events:
        evidence: dict[str, list[dict[str, Any]]] = {}
        for pointer, spans in event.evidence.items():
            copies = [
                (at + span.start - start, at + span.end - start, span.quote)
                for span in spans
                for start, end, at in places
                if start <= span.start and span.end <= end
            ]
            if len(copies) < len(spans):
                return None  # what is stated across paragraphs cannot be kept
            evidence[pointer] = [{"start": s, "end": e, "quote": quote} for s, e, quote in sorted(copies)]
        events.append(event_row(event, evidence))
    return Changed(gap.join(text[start:end] for start, end in parts), events)


def boilerplate(original: Original) -> Changed | None:
    """Lines of page furniture stand before, after and between the paragraphs."""
    random = original.random
    text = original.document.text
    lines = random.sample(FURNITURE, 4)
    middle = random.choice(_paragraphs(text))[1]
    edits = [Edit(0, 0, lines[0] + "\n\n"), Edit(middle, middle, "\n\n" + lines[1])]
    if middle == len(text):
        edits[1] = Edit(middle, middle, f"\n\n{lines[1]}\n\n{lines[2]}\n\n{lines[3]}")
    else:
        edits.append(Edit(len(text), len(text), f"\n\n{lines[2]}\n\n{lines[3]}"))
    rewriting = Rewriting(text, edits)
    return Changed(rewriting.text, original.rows(rewriting))


def distractor(original: Original) -> Changed | None:
    """A paragraph about another event of the same type, of parties that exist nowhere, is added."""
    random = original.random
    types = [event.type for event in original.record.events if event.type in TYPES]
    if not types:
        return None
    text = original.document.text
    place = random.choice(_paragraphs(text)[1:] or [(0, len(text))])[1]
    gap = "\n\n" if "\n\n" in text.strip() else "\n"
    added = tell_apart(random, types[0], _known() | words_of([text]))
    rewriting = Rewriting(text, [Edit(place, place, gap + added.text)])
    start = place + len(gap)
    return Changed(rewriting.text, [*original.rows(rewriting), *_shifted(added.events, start, "distractor")])


def digest(original: Original) -> Changed | None:
    """The article stands in a digest between two others, about parties that exist nowhere."""
    random = original.random
    if any(event.type not in TYPES for event in original.record.events):
        return None  # the other articles tell events of goldspan's own types
    text = original.document.text
    line = "\n\n" + random.choice(FURNITURE) + "\n\n"
    before, after = (_other_article(random, text) for _ in range(2))
    start = len(before.text) + len(line)
    rewriting = Rewriting(text, [Edit(0, 0, before.text + line), Edit(len(text), len(text), line + after.text)])
    events = _shifted(before.events, 0, "before") + original.rows(rewriting)
    return Changed(rewriting.text, events + _shifted(after.events, start + len(text) + len(line), "after"))


def _other_article(random: Random, text: str) -> Changed:
    article = Article(random, _known() | words_of([text]))
    article.compose()
    return Changed(article.builder.text, article.record_events())


def _shifted(events: Sequence[dict[str, Any]], by: int, name: str) -> list[dict[str, Any]]:
    """Events of a text that stands further on in another, with ids that are new there."""
    shifted: list[dict[str, Any]] = []
    for event in events:
        evidence = {
            pointer: [{**span, "start": span["start"] + by, "end": span["end"] + by} for span in spans]
            for pointer, spans in event["evidence"].items()
        }
        shifted.append({**event, "id": f"{name}-{event['id']}", "evidence": evidence})
    return shifted


@cache
def _known() -> frozenset[str]:
    return words_of(document.text for document in load_documents().values())
