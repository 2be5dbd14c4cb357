"""Controls that withhold a document's text: what a baseline gets right then, it has not read in the text."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from goldspan import Document, UsageError

SEES = ("text", "title", "nothing")
"""What of a document a baseline is shown."""


def check(sees: str) -> str:
    """The same; UsageError where it is none of SEES."""
    if sees not in SEES:
        raise UsageError(f"sees must be one of {', '.join(SEES)}, not {sees!r}")
    return sees


def shown(document: Document, sees: str) -> Document:
    """The document as far as it may be seen: with its text, its title as the text, or an empty one.

    Raises UsageError where `sees` is none of SEES.

    >>> shown(Document("d1", "Contoso buys a mill.", "d1", title="Mill sold"), "title").text
    'Mill sold'
    """
    if check(sees) == "text":
        return document
    title = document.title if sees == "title" else None
    return replace(document, text=title or "", title=title, published=None)


def without_places(events: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Events without evidence: its places are those of what was shown, and not of the text."""
    return [{name: value for name, value in event.items() if name != "evidence"} for event in events]
