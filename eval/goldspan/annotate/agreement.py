"""Agreement of two annotators: F1 of each field in both directions, and Krippendorff's alpha."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, cast

import msgspec
import numpy as np

from goldspan.annotate.pairs import DocumentPair, pair_files
from goldspan.counts import Counts, total
from goldspan.documents import load_documents
from goldspan.errors import UsageError
from goldspan.match import tally
from goldspan.pairing import EventPair
from goldspan.pointers import resolve
from goldspan.schema import load_schema


class FieldAgreement(NamedTuple):
    """One field: the counts of B by A and of A by B, and alpha (None where it is undefined)."""

    forward: Counts
    backward: Counts
    alpha: float | None


@dataclass(frozen=True)
class Agreement:
    """Two files: the agreement of each field, in the order of the schema, and of all fields."""

    documents: int
    events: tuple[int, int, int]
    fields: dict[str, FieldAgreement]
    overall: FieldAgreement

    def as_json(self) -> dict[str, Any]:
        """Everything, for machines."""
        return {
            "documents": self.documents,
            "events": dict(zip(("both", "only_a", "only_b"), self.events, strict=True)),
            "overall": _as_json(self.overall),
            "fields": {path: _as_json(each) for path, each in self.fields.items()},
        }


def agree(
    a: Path | str, b: Path | str, *, schema: Path | str | None = None, documents: Path | str | None = None
) -> Agreement:
    """How far two record files of the same documents agree: what `goldspan agree` does.

    F1 is that of `goldspan score`, with either file in the place of gold; it is the same both ways unless one of them
    lists accepted forms that the other lacks. Alpha is Krippendorff's, nominal: a unit is a value that either states, a
    value that one of the two does not state is a category of its own, and values are the same where the evaluator
    matches them. Raises DataError where either file is wrong, or has a document that the other lacks.
    """
    loaded = load_schema(Path(schema) if schema else None)
    texts = load_documents(Path(documents) if documents else None) if documents or not schema else None
    pairs = pair_files(Path(a), Path(b), loaded, texts)
    matched = [(each, each.pairs) for each in pairs]
    forward = tally(outcome for _, events in matched for pair in events for outcome in pair.outcomes)
    backward = tally(outcome for each in pairs for pair in each.turned for outcome in pair.outcomes)
    units = _Units()
    for each, events in matched:
        units.add(each, events)
    order = [path for event_type in loaded.types.values() for path, _ in event_type.walk()]
    found = sorted({*forward, *backward}, key=lambda path: (order.index(path) if path in order else len(order), path))
    fields = {
        path: FieldAgreement(forward.get(path, Counts()), backward.get(path, Counts()), units.alpha([path]))
        for path in found
    }
    everything = FieldAgreement(total(forward.values()), total(backward.values()), units.alpha(found))
    flat = [pair for _, events in matched for pair in events]
    both = sum(pair.gold is not None and pair.pred is not None for pair in flat)
    counted = both, sum(pair.pred is None for pair in flat), sum(pair.gold is None for pair in flat)
    return Agreement(len(pairs), counted, fields, everything)


class _Units:
    """What each of the two says of each value that either states; matched values become one category."""

    def __init__(self) -> None:
        self.codes: dict[tuple[str, bytes], tuple[str, bytes]] = {}
        self.rows: dict[str, list[tuple[tuple[str, bytes], tuple[str, bytes]]]] = {}

    def add(self, each: DocumentPair, pairs: Iterable[EventPair]) -> None:
        """Take in a document."""
        for path, result, one, other in _values(each, pairs):
            left, right = (path, one), (path, other)
            if result == "matched":
                self.codes[self._code(right)] = self._code(left)
            self.rows.setdefault(path, []).append((left, right))

    def alpha(self, paths: Sequence[str]) -> float | None:
        """Krippendorff's alpha over fields; None where all units are of one category, which leaves it undefined."""
        try:
            import krippendorff
        except ImportError as error:
            raise UsageError("this needs krippendorff: pip install 'goldspan[annotate]'") from error
        rows = [(self._code(one), self._code(other)) for path in paths for one, other in self.rows.get(path, [])]
        numbers = {code: i for i, code in enumerate(dict.fromkeys(code for row in rows for code in row))}
        if len(numbers) < 2:
            return None
        table = np.array([[numbers[one] for one, _ in rows], [numbers[other] for _, other in rows]], dtype=float)
        return float(krippendorff.alpha(reliability_data=table, level_of_measurement="nominal"))

    def _code(self, key: tuple[str, bytes]) -> tuple[str, bytes]:
        while self.codes.get(key, key) != key:
            key = self.codes[key]
        return key


_NOTHING = b"-"


def _values(each: DocumentPair, pairs: Iterable[EventPair]) -> Iterator[tuple[str, str, bytes, bytes]]:
    for pair in pairs:
        ours = None if pair.gold is None else each.a.events[pair.gold].fields
        theirs = None if pair.pred is None else each.b.events[pair.pred].fields
        for outcome in pair.outcomes:
            sides = [
                _NOTHING if fields is None or place is None else _encoded(resolve(fields, place))
                for fields, place in ((ours, outcome.gold), (theirs, outcome.pred))
            ]
            yield outcome.field, outcome.result, sides[0], sides[1]


def _encoded(value: Any) -> bytes:
    """A value without its bound, which the evaluator scores beside it."""
    body: Any = value
    if isinstance(value, dict):
        body = {key: part for key, part in cast("dict[str, Any]", value).items() if key != "bound"}
    return msgspec.json.encode(body, order="sorted")


def _as_json(each: FieldAgreement) -> dict[str, Any]:
    return {
        "f1": each.forward.f1,
        "f1_turned": each.backward.f1,
        "alpha": each.alpha,
        "matched": each.forward.matched,
        "different": each.forward.misread,
        "only_a": each.forward.missed,
        "only_b": each.forward.invented,
    }
