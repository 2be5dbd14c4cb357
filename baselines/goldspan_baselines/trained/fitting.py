"""Training: from documents and their gold to a model."""

import hashlib
import json
from collections.abc import Iterable
from itertools import combinations

from goldspan import Schema
from goldspan_baselines.rules.page import Page, Part, read
from goldspan_baselines.trained.candidates import candidates
from goldspan_baselines.trained.features import Token, of_candidate, of_pair, of_sentence, shares, tokens
from goldspan_baselines.trained.gold import Source, Told, telling, told
from goldspan_baselines.trained.linear import Linear, fit
from goldspan_baselines.trained.model import Model, TypeModel
from goldspan_baselines.trained.shape import NONE, Shape, shapes

_MOST_PAIRS = 40  # Of one document and type: a long one shall not outweigh the others.


class _Rows:
    """Rows of features with their labels."""

    def __init__(self) -> None:
        self.features: list[list[str]] = []
        self.labels: list[str] = []

    def add(self, features: list[str], label: str) -> None:
        self.features.append(features)
        self.labels.append(label)

    def fit(self, balanced: bool = False) -> Linear | None:
        return fit(self.features, self.labels, balanced)


class _TypeRows:
    """All rows of one event type, by classifier."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.tells, self.same = _Rows(), _Rows()
        self.roles = {kind: _Rows() for kind in sorted(shape.kinds)}
        self.choices = {field: _Rows() for field in shape.choices}
        self.paths = {
            kind: frozenset(path for path, slot in shape.slots.items() if slot.kind == kind) for kind in self.roles
        }

    def fit(self) -> TypeModel:
        roles = {kind: rows.fit() for kind, rows in self.roles.items()}
        choices = {field: rows.fit() for field, rows in self.choices.items()}
        return TypeModel(
            tells=self.tells.fit(balanced=True),
            same=self.same.fit(balanced=True),
            roles={kind: one for kind, one in roles.items() if one},
            choices={field: one for field, one in choices.items() if one},
        )


def train(source: Source, schema: Schema) -> Model:
    """Learn a model from documents and their gold. Needs scikit-learn; the same input gives the same model."""
    known = shapes(schema)
    rows = {name: _TypeRows(shape) for name, shape in known.items()}
    for doc_id, document in source.documents.items():
        page, events = read(document), told(source.events[doc_id], known)
        sentences = [(part, tokens(page, part), events_of) for part, events_of in telling(page, events)]
        words = {part.index: of_sentence(part, found) for part, found, _ in sentences}
        for name, many in rows.items():
            mine = [event for event in events if event.type == name]
            for part, _, events_of in sentences:
                many.tells.add(words[part.index], "yes" if any(e.type == name for e in events_of) else "no")
            if mine:
                _add_roles(many, page, sentences, name)
                _add_pairs(many, shares(page), sentences, name)
                _add_choices(many, mine, page.parts, words)
    digest = hashlib.sha256(json.dumps([*source.events.items()], sort_keys=True).encode()).hexdigest()
    return Model(schema.sha256, digest, len(source.documents), {name: many.fit() for name, many in rows.items()})


_Sentences = list[tuple[Part, list[Token], list[Told]]]


def _add_roles(rows: _TypeRows, page: Page, sentences: _Sentences, name: str) -> None:
    """Every candidate of the sentences that tell an event: which slot it fills, or none."""
    for part, words, events_of in sentences:
        mine = [event for event in events_of if event.type == name]
        if not mine:
            continue
        found = candidates(page, part, rows.shape.kinds, rows.shape.units)
        for candidate in found:
            paths = rows.paths[candidate.kind]
            among = [other for other in found if other.kind == candidate.kind]
            label = max(event.path_at(candidate, paths) for event in mine)[1]
            rows.roles[candidate.kind].add(of_candidate(part, words, candidate, among), label)


def _add_pairs(rows: _TypeRows, common: dict[str, float], sentences: _Sentences, name: str) -> None:
    """Every two sentences that tell events of the type: whether they tell one."""
    tell = [(part, [id(e) for e in events_of if e.type == name]) for part, _, events_of in sentences]
    pairs = combinations([(part, events_of) for part, events_of in tell if events_of], 2)
    for ((one, first), (two, second)), _ in zip(pairs, range(_MOST_PAIRS), strict=False):
        rows.same.add(of_pair(common, one, two), "yes" if set(first) & set(second) else "no")


def _add_choices(rows: _TypeRows, events: list[Told], parts: Iterable[Part], words: dict[int, list[str]]) -> None:
    """The words of the sentences that tell an event: which value each choice has."""
    for event in events:
        features = [feature for part in parts if event.tells(part) for feature in words[part.index]]
        for field, many in rows.choices.items():
            many.add(features, event.choices.get(field, NONE))
