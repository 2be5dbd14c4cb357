"""Perturbations of how things are written: a status in other words, other signs, figures in another notation."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from goldspan import content
from goldspan.variants.perturb_layout import Changed, Original
from goldspan.variants.rewriting import Edit, Rewriting, event_row, moved
from goldspan.variants.world import articles

_PLAIN_SIGNS = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "—": "-", "–": "-", "\u00a0": " "})


@cache
def _changes() -> Sequence[dict[str, Any]]:
    return tomllib.loads(content.PERTURBATIONS.read_text(encoding="utf-8"))["change"]


def status(original: Original) -> Changed | None:
    """A deal that was talked of, planned or agreed is completed, in the words of `perturbations.toml`."""
    for change in _changes():
        if change["document"] == original.document.doc_id and all(
            old in original.document.text for old, _ in change["edits"]
        ):
            return _reworded(original, change)
    return None


def _reworded(original: Original, change: dict[str, Any]) -> Changed:
    text = original.document.text
    edits: list[Edit] = []
    shown: list[tuple[int, int, int]] = []  # which edit, and where in its new words the evidence stands
    for old, new in change["edits"]:
        for match in re.finditer(rf"(?<!\w){re.escape(old)}(?!\w)", text):
            words = new.replace("<", "").replace(">", "")
            if "<" in new:
                shown.append((match.start(), new.index("<"), new.index(">") - 1))
            edits.append(Edit(*match.span(), words))
    rewriting = Rewriting(text, edits)
    evidence = [
        (rewriting.span(start, start + 1)[0] + a, rewriting.span(start, start + 1)[0] + b) for start, a, b in shown
    ]
    events: list[dict[str, Any]] = []
    for event in original.record.events:
        places = moved(event, rewriting)
        if event.id != change["event"]:
            events.append(event_row(event, places))
            continue
        for name in change["set"]:
            places[f"/{name}"] = [{"start": s, "end": e, "quote": rewriting.text[s:e]} for s, e in sorted(evidence)]
        events.append(event_row(event, places, event.fields | change["set"]))
    return Changed(rewriting.text, events)


def punctuation(original: Original) -> Changed | None:
    """Curly quotes are straight, dashes are hyphens, no-break spaces are spaces."""
    text = original.document.text.translate(_PLAIN_SIGNS)
    if text == original.document.text:
        return None
    events: list[dict[str, Any]] = []
    for event in original.record.events:
        evidence = {
            pointer: [{"start": span.start, "end": span.end, "quote": text[span.start : span.end]} for span in spans]
            for pointer, spans in event.evidence.items()
        }
        events.append(event_row(event, evidence))
    return Changed(text, events)


def notation(original: Original) -> Changed | None:
    """Figures are written in another way: bn for billion, percent for %, MW for megawatts, 1100 for 1,100."""
    text = original.document.text
    edits = list(_other_notation(text))
    if not edits:
        return None
    rewriting = Rewriting(text, sorted([*edits, *articles(text, edits)]))
    return Changed(rewriting.text, original.rows(rewriting))


def _other_notation(text: str) -> Iterator[Edit]:
    for match in re.finditer(
        r"(?<=\d)(?: (billion|million) ?(?=\D)| (gigawatt|megawatt)s?\b|(%)|(,)(?=\d{3}\b(?!,\d{3})))", text
    ):
        billion, watts, sign, comma = match.groups()
        if billion:
            end = match.start(1) + len(billion)
            yield Edit(match.start(), end, "bn" if billion == "billion" else "m")
        elif watts:
            yield Edit(match.start(), match.end(), " GW" if watts == "gigawatt" else " MW")
        elif sign:
            yield Edit(match.start(), match.end(), " percent")
        elif comma:
            yield Edit(match.start(), match.end(), "")
