"""The synthetic split: articles that a grammar composes, with gold by construction. For training and for load."""

from functools import cache, partial
from pathlib import Path

from goldspan.documents import load_documents
from goldspan.errors import UsageError
from goldspan.schema import load_schema
from goldspan.variants.compose import compose
from goldspan.variants.corpus import words_of
from goldspan.variants.making import Made, Track, in_order, write


def synthetic(
    out: Path | str,
    *,
    count: int,
    seed: int = 0,
    workers: int = 1,
    force: bool = False,
    track: Track = lambda made, _: made,
) -> int:
    """Write `count` made articles and their gold to a folder: what `goldspan variants synthetic` does.

    The same seed gives the same bytes on any machine and with any number of `workers`, and document n of a seed is the
    same whatever `count` is. Each document is its own story. Returns the number of documents. Raises UsageError where
    the folder has such files already or cannot be written to.
    """
    if count < 1:
        raise UsageError(f"count must be at least 1, not {count}")
    documents = in_order(partial(make_run, seed), count, workers)
    write(Path(out), track(documents, count), force)
    return count


def make_run(seed: int, numbers: range) -> list[Made]:
    """Make some of the documents of a seed."""
    return [make_one(seed, number) for number in numbers]


def make_one(seed: int, number: int) -> Made:
    """Make document `number` (from 0) of a seed.

    >>> made = make_one(seed=7, number=0)
    >>> made.document["doc_id"], made.document["variant"]
    ('synthetic-7-0000000', 'synthetic')
    """
    doc_id = f"synthetic-{seed}-{number:07}"
    return compose(doc_id, f"goldspan synthetic {seed} {number}", *_surroundings())


@cache
def _surroundings() -> tuple[frozenset[str], str | None]:
    """The words that no name may be, those of the articles that ship with goldspan, and the schema's version."""
    return words_of(document.text for document in load_documents().values()), load_schema().version
