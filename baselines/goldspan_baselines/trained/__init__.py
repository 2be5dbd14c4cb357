"""A trained baseline: small linear classifiers that learn from any documents with gold, by the evidence in it.

Three questions, each a logistic regression per event type: does this sentence tell such an event, do two sentences tell
the same one, and which field does this name, figure, date or phrase fill? A fourth decides fields with given values by
the words of the event. Values are read by the parsers of the rules baseline; nothing about any company is in the code.
"""

import hashlib
from pathlib import Path
from typing import Any

from goldspan import Document, load_schema
from goldspan_baselines.closed_book import check, shown, without_places
from goldspan_baselines.trained.extraction import Extraction
from goldspan_baselines.trained.model import VERSION, load

__all__ = ["Trained"]


class Trained:
    """Extracts with a model file that `python -m goldspan_baselines.trained fit` wrote.

    `schema` is the directory of the schema that the model was trained for; goldspan's own where none is named. `sees`
    is `text`, or, as a control, `title` or `nothing`. Raises UsageError where the file is no model, was altered, or
    does not fit this schema or version. Needs no scikit-learn.
    """

    def __init__(self, model: Path, schema: Path | None = None, sees: str = "text") -> None:
        loaded = load_schema(schema and Path(schema))
        self._path, self._sees = Path(model), check(sees)
        self._model = load(self._path, loaded)
        self._extraction = Extraction(self._model, loaded)

    def __call__(self, document: Document) -> dict[str, Any]:
        """The events of a document as a record, each value with its evidence and its confidence."""
        events = self._extraction.events(shown(document, self._sees))
        return {"events": events if self._sees == "text" else without_places(events)}

    def describe(self) -> dict[str, Any]:
        """What made the predictions: the model file's name and sha256, and what it was trained on."""
        return {
            "extractor": "trained",
            "sees": self._sees,
            "format_version": VERSION,
            "model": self._path.name,
            "model_sha256": hashlib.sha256(self._path.read_bytes()).hexdigest(),
            "schema_sha256": self._model.schema_sha256,
            "gold_sha256": self._model.gold_sha256,
            "trained_on_documents": self._model.documents,
        }
