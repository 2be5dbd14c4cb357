"""The two jobs of training: a model file from all documents, and out-of-fold predictions for each of them."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from goldspan import UsageError, load_schema
from goldspan_baselines.closed_book import check, shown, without_places
from goldspan_baselines.trained.extraction import Extraction
from goldspan_baselines.trained.fitting import train
from goldspan_baselines.trained.gold import Source, read_gold
from goldspan_baselines.trained.model import Model, to_bytes


def fit(
    out: Path, documents: Path | None = None, gold: Path | None = None, schema: Path | None = None
) -> tuple[Model, int]:
    """Train on all documents that have gold and write the model file; returns the model and the file's bytes.

    Raises DataError or UsageError about the input before anything is written.
    """
    _need_scikit_learn()
    model = train(read_gold(documents, gold, schema), load_schema(schema))
    data = to_bytes(model)
    _write(out, data)
    return model, len(data)


def cross_validate(
    out: Path,
    documents: Path | None = None,
    gold: Path | None = None,
    schema: Path | None = None,
    sees: str = "text",
) -> dict[str, int]:
    """Leave one story out: each story's documents are extracted by a model trained on all other stories.

    The models learn from whole documents; `sees` is what they are shown of those to extract from: `text`, or, as a
    control, `title` or `nothing`.

    Writes one prediction line a document, in the order of the documents; returns the number of documents of each story.
    """
    check(sees)
    _need_scikit_learn()
    source = read_gold(documents, gold, schema)
    stories = dict.fromkeys(document.story for document in source.documents.values())
    if len(stories) < 2:
        raise UsageError("to leave one story out there must be two: the documents have one")
    loaded = load_schema(schema)
    records: dict[str, dict[str, Any]] = {}
    for story in stories:
        extraction = Extraction(train(without(source, story), loaded), loaded)
        for doc_id, document in source.documents.items():
            if document.story == story:
                events = extraction.events(shown(document, sees))
                records[doc_id] = {"doc_id": doc_id, "events": events if sees == "text" else without_places(events)}
    lines = (json.dumps(records[doc_id], ensure_ascii=False, separators=(",", ":")) for doc_id in source.documents)
    _write(out, "".join(f"{line}\n" for line in lines).encode())
    return {story: sum(document.story == story for document in source.documents.values()) for story in stories}


def without(source: Source, story: str) -> Source:
    """The documents of all other stories, with their gold and no other."""
    kept = {doc_id: document for doc_id, document in source.documents.items() if document.story != story}
    return Source(kept, {doc_id: source.events[doc_id] for doc_id in kept})


def _need_scikit_learn() -> None:
    try:
        import sklearn  # noqa: F401  # pyright: ignore[reportUnusedImport]
    except ImportError as error:
        raise UsageError("training needs scikit-learn: pip install 'goldspan[trained]'") from error


def _write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        temporary.replace(path)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error
    finally:
        temporary.unlink(missing_ok=True)
