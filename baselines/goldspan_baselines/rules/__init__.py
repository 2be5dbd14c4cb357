"""A rules baseline: gazetteer, phrases and cue words, written from the schema and the guidelines, not from the gold.

It shows what can be had without a model: quick, deterministic, every value with its place in the text.
"""

from typing import TYPE_CHECKING, Any

from goldspan_baselines.rules.drafts import drafts
from goldspan_baselines.rules.fill import fill
from goldspan_baselines.rules.page import read
from goldspan_baselines.rules.record import enough, event
from goldspan_baselines.rules.templates import all_rules

if TYPE_CHECKING:
    from goldspan.documents import Document


def extract(document: "Document", *, sees: str = "text") -> dict[str, Any]:
    """The events of a document as one record; `sees` is `text`, or, as a control, `title` or `nothing`.

    >>> from types import SimpleNamespace
    >>> text = "Contoso Group has agreed to buy a 30% stake in Fabrikam Robotics for nearly $2.5 billion."
    >>> record = extract(SimpleNamespace(doc_id="d1", text=text, title=None, published=None))
    >>> record["events"][0]["fields"]["target"], record["events"][0]["fields"]["stake"]["value"]
    ('Fabrikam Robotics', 30)
    """
    if sees != "text":
        from goldspan_baselines.closed_book import shown, without_places

        record = extract(shown(document, sees))
        return {**record, "events": without_places(record["events"])}
    page = read(document)
    ready = [(draft, fill(page, draft)) for name in all_rules() for draft in drafts(page, name)]
    kept = [(draft, found) for draft, found in ready if enough(draft.type, found)]
    kept.sort(key=lambda pair: (pair[0].parts[0].index, pair[0].type))
    return {
        "doc_id": document.doc_id,
        "events": [event(page.text, draft.type, n, found) for n, (draft, found) in enumerate(kept, 1)],
    }
