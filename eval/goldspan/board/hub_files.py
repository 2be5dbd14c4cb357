"""Files for the Hub: `eval.yaml` of a data set, `.eval_results` of a model, the card of a static Space."""

from typing import Any

from goldspan.board import strict_yaml
from goldspan.board.ranking import Row, Version

MARK = ".goldspan-board"
"""What makes a directory a board: the checksums of its files."""

SPACE = b"""---
title: goldspan board
sdk: static
app_file: index.html
pinned: false
---

The board of goldspan: event extraction, scored field by field. Every figure is recomputed from predictions; nothing
here needs a network or a server.
"""


def eval_yaml(version: Version) -> bytes:
    """What makes a data set a benchmark on the Hub."""
    return _dump(
        {
            "name": "goldspan",
            "description": "Event extraction, scored field by field: F1 over all leaves, pooled (micro).",
            "evaluation_framework": "goldspan",
            "tasks": [{"id": task_id(version), "config": "gold", "split": "test"}],
        }
    )


def eval_results(row: Row, version: Version, dataset: str) -> bytes:
    """What a model shows of its score: one number. `dataset` is OWNER/NAME of the data set on the Hub."""
    about = row.submission.about
    result: dict[str, Any] = {
        "dataset": {"id": dataset, "task_id": task_id(version), "revision": f"v{version.name}"},
        "value": None if row.figures.f1 is None else round(row.figures.f1, 6),
        "date": about.date,
        "notes": f"micro F1, recomputed from the predictions; {row.signature}",
    }
    if about.link:
        result["source"] = {"url": about.link, "name": about.name}
    return _dump([result])


def task_id(version: Version) -> str:
    """The task of a version, as both files name it."""
    return f"events_{version.name}".replace(".", "_").replace("-", "_")


def _dump(value: Any) -> bytes:
    text: str = strict_yaml.library().safe_dump(value, sort_keys=False, allow_unicode=True, width=1000)
    return text.encode()
