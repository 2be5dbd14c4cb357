"""From one document's gold and prediction to counts by field, and from many such counts to rates."""

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from goldspan.counts import RESULTS, Counts, total
from goldspan.scoring import score

FieldCounts = Mapping[str, list[int]]
"""By field: matched, misread, missed, invented."""


def counts_of(gold: str, prediction: str, schema: Path | None) -> dict[str, list[int]]:
    """The counts of each field that either side states in one document.

    `gold` and `prediction` are the lines of their files; an empty `prediction` counts as missed. Raises DataError where
    the gold is wrong.
    """
    with tempfile.TemporaryDirectory() as folder:
        files = {"gold": gold, "predictions": prediction}
        for name, line in files.items():
            (Path(folder) / name).write_text(f"{line}\n" if line else "", encoding="utf-8")
        result = score(
            Path(folder) / "predictions",
            gold=Path(folder) / "gold",
            schema=schema,
            keep_going=True,
            diagnose=False,
            keep_documents=False,
            resamples=0,
        )
        return {path: [getattr(counts, name) for name in RESULTS] for path, counts in result.fields.items()}


def summed(fields: FieldCounts) -> dict[str, int]:
    """All fields together.

    >>> summed({"deal.amount": [1, 0, 0, 0], "deal.term": [0, 0, 2, 1]})
    {'matched': 1, 'misread': 0, 'missed': 2, 'invented': 1}
    """
    whole = total(Counts(*counts) for counts in fields.values())
    return {name: getattr(whole, name) for name in RESULTS}


def rates(samples: Iterable[FieldCounts]) -> dict[str, str | int | float | bool | None]:
    """Precision, recall and F1 of everything pooled, and the F1 of each field; what is undefined is left out.

    >>> rates([{"deal.amount": [1, 0, 0, 0]}, {"deal.amount": [0, 0, 1, 0], "deal.term": [1, 0, 0, 1]}])["deal.amount"]
    0.6666666666666666
    """
    fields: dict[str, Counts] = {}
    for sample in samples:
        for path, counts in sample.items():
            fields[path] = fields.get(path, Counts()) + Counts(*counts)
    whole = total(fields.values())
    found = {"f1": whole.f1, "precision": whole.precision, "recall": whole.recall}
    found |= {path: counts.f1 for path, counts in sorted(fields.items())}
    return {name: rate for name, rate in found.items() if rate is not None}
