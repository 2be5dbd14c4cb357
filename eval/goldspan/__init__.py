"""goldspan: how good are records extracted from documents, field by field?

The names in `__all__` are the public interface; everything else may change. They are imported when first used, so that
`import goldspan` and `goldspan --help` answer at once.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from goldspan.version import VERSION as __version__

if TYPE_CHECKING:
    from goldspan.comparison import Comparison, compare
    from goldspan.counts import Counts
    from goldspan.documents import Document, load_documents
    from goldspan.errors import DataError, GoldspanError, Problem, UsageError
    from goldspan.harness.runner import run
    from goldspan.schema import Schema, load_schema
    from goldspan.scoring import Score, score
    from goldspan.validation import validate
    from goldspan.voting import vote

__all__ = [
    "Comparison",
    "Counts",
    "DataError",
    "Document",
    "GoldspanError",
    "Problem",
    "Schema",
    "Score",
    "UsageError",
    "__version__",
    "compare",
    "load_documents",
    "load_schema",
    "run",
    "score",
    "validate",
    "vote",
]

_HOMES = {
    "comparison": ("Comparison", "compare"),
    "counts": ("Counts",),
    "documents": ("Document", "load_documents"),
    "errors": ("DataError", "GoldspanError", "Problem", "UsageError"),
    "harness.runner": ("run",),
    "validation": ("validate",),
    "voting": ("vote",),
    "schema": ("Schema", "load_schema"),
    "scoring": ("Score", "score"),
}


def __getattr__(name: str) -> Any:
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"goldspan.{module}"), name)
    raise AttributeError(f"module 'goldspan' has no attribute {name!r}")
