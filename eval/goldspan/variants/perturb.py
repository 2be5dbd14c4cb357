"""Perturbations: one thing in a document is changed, and gold with it; or what must change nothing.

Each family takes a document apart from its own random stream and returns the changed one, or None where the document
has no place for the change.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from goldspan.errors import UsageError
from goldspan.variants import perturb_form, perturb_layout, perturb_values
from goldspan.variants.making import Made, Track, made, write
from goldspan.variants.perturb_layout import Changed, Original
from goldspan.variants.twins import REVIEW, Inputs, load_inputs

Family = Callable[[Original], Changed | None]

CHANGED: Mapping[str, Family] = {
    "currency": perturb_values.currency,
    "scale": perturb_values.scale,
    "bound": perturb_values.bound,
    "percent": perturb_values.percent,
    "date-precision": perturb_values.date_precision,
    "status": perturb_form.status,
    "parties-swapped": perturb_values.parties_swapped,
    "distractor": perturb_layout.distractor,
    "digest": perturb_layout.digest,
}
"""Families after which gold has another value, or another event."""

KEPT: Mapping[str, Family] = {
    "paragraphs-doubled": perturb_layout.paragraphs_doubled,
    "paragraphs-reordered": perturb_layout.paragraphs_reordered,
    "boilerplate": perturb_layout.boilerplate,
    "punctuation": perturb_form.punctuation,
    "notation": perturb_form.notation,
}
"""Families after which gold has the same values: only their places differ."""

FAMILIES: Mapping[str, Family] = {**CHANGED, **KEPT}


class Tally(NamedTuple):
    """What a family did: whether gold changes by it, documents made, documents that have no place for it."""

    gold: str
    made: int = 0
    skipped: int = 0


def perturb(
    out: Path | str,
    *,
    families: Sequence[str] | None = None,
    seed: int = 0,
    schema: Path | str | None = None,
    documents: Path | str | None = None,
    gold: Path | str | None = None,
    force: bool = False,
    track: Track = lambda made, _: made,
) -> dict[str, Tally]:
    """Write each document once for each family that it has a place for: what `goldspan variants perturb` does.

    The documents are named `PARENT~FAMILY`, and so is their `variant`. Returns what each family did. Raises UsageError
    for a family that there is not, and what `goldspan.variants.twins` raises.
    """
    chosen = list(dict.fromkeys(families or FAMILIES))
    unknown = [name for name in chosen if name not in FAMILIES]
    if unknown:
        raise UsageError(f"no such family: {', '.join(unknown)}; there are {', '.join(FAMILIES)}")
    inputs = load_inputs(schema, documents, gold)
    tallies = {name: Tally("changed" if name in CHANGED else "the same") for name in chosen}
    variants = make_perturbed(inputs, chosen, seed, tallies)
    write(Path(out), track(variants, len(chosen) * len(inputs.gold)), force)
    return tallies


def make_perturbed(
    inputs: Inputs, families: Sequence[str], seed: int, tallies: dict[str, Tally] | None = None
) -> Iterator[Made]:
    """Yield the perturbed documents, family by family; `tallies` are kept where they are wanted."""
    tallies = {} if tallies is None else tallies
    for name in families:
        for doc_id, record in inputs.gold.items():
            random = Random(f"goldspan {name} {seed} {doc_id}")  # noqa: S311
            original = Original(inputs.documents[doc_id], record, inputs.schema, random)
            changed = FAMILIES[name](original)
            tally = tallies.get(name, Tally(""))
            tallies[name] = tally._replace(made=tally.made + bool(changed), skipped=tally.skipped + (not changed))
            if changed:
                yield _made(original, changed, name)


def _made(original: Original, changed: Changed, name: str) -> Made:
    document = original.document
    about: dict[str, Any] = {
        "doc_id": f"{document.doc_id}~{name}",
        "story": document.story,
        "title": document.title,
        "published": document.published,
        "author": document.author,
        "variant": name,
        "variant_of": document.doc_id,
    }
    return made(about, changed.text, changed.events, original.record.schema_version, REVIEW)
