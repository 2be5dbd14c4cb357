"""Scores predictions for made documents, by the kind of variant that a document is."""

from pathlib import Path
from typing import Any, NamedTuple

from goldspan.counts import Counts, total
from goldspan.documents import load_documents
from goldspan.errors import UsageError
from goldspan.resample import ALL, Interval, bootstrap_intervals, count_matrix
from goldspan.scoring import score


class FamilyScore(NamedTuple):
    """The pooled counts of one kind of variant, and the interval of their F1 over stories."""

    variant: str
    documents: int
    stories: int
    counts: Counts
    interval: Interval

    def as_json(self) -> dict[str, Any]:
        """The row as JSON; an interval that no resample defines is null."""
        low, high, _ = self.interval
        rates = {name: getattr(self.counts, name) for name in ("precision", "recall", "f1")}
        sizes = {"variant": self.variant, "documents": self.documents, "stories": self.stories}
        return {**sizes, **rates, "f1_interval": None if low is None else [low, high]}


def families(
    predictions: Path | str,
    variants: Path | str,
    *,
    schema: Path | str | None = None,
    resamples: int = 10_000,
    seed: int = 0,
) -> list[FamilyScore]:
    """Score predictions for a folder of made documents: what `goldspan variants families` does.

    One row a kind of variant, in the order of the folder; a kind of one story alone has no interval. Raises what
    `score` raises, and UsageError where a document does not say which variant it is.
    """
    folder = Path(variants)
    made = load_documents(folder / "documents.jsonl")
    if unnamed := [document.doc_id for document in made.values() if not document.variant]:
        raise UsageError(f"{folder}: documents that are no variants: {', '.join(unnamed[:3])}")
    scored = score(
        predictions,
        gold=folder / "gold.jsonl",
        documents=folder / "documents.jsonl",
        schema=schema,
        keep_documents=False,
        diagnose=False,
        resamples=0,
    )
    stories: dict[str, dict[str, Counts]] = {}
    numbers: dict[str, int] = {}
    for doc_id, story, fields in scored.table.documents():
        variant = made[doc_id].variant or ""
        of_variant = stories.setdefault(variant, {})
        of_variant[story] = of_variant.get(story, Counts()) + total(fields.values())
        numbers[variant] = numbers.get(variant, 0) + 1
    rows: list[FamilyScore] = []
    for variant, counts in stories.items():
        matrix = count_matrix({story: {ALL: each} for story, each in counts.items()}, [ALL])
        several = len(counts) > 1  # one story can only be drawn again
        interval = bootstrap_intervals(matrix, {ALL: [0]}, resamples, seed)[ALL] if several else Interval(None, None)
        rows.append(FamilyScore(variant, numbers[variant], len(counts), total(counts.values()), interval))
    return rows
