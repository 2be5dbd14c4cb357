"""Prediction: from a document to a record, by a model."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from goldspan import Document, Schema
from goldspan_baselines.rules.page import Page, Part, read
from goldspan_baselines.trained.candidates import Candidate, candidates
from goldspan_baselines.trained.features import Token, of_candidate, of_pair, of_sentence, shares, tokens
from goldspan_baselines.trained.model import Model, TypeModel
from goldspan_baselines.trained.record import Value, event
from goldspan_baselines.trained.shape import NONE, Shape, shapes

_SURE = 0.5
_RECENT = 8  # Sentences of a group that a further one is compared with.
_MOST = 100  # Events of one type in one document; a text with more is no article.


@dataclass(slots=True)
class _Group:
    """Sentences that tell one event, each with the probability that it tells one of the type."""

    parts: list[Part] = field(default_factory=list[Part])
    sure: dict[int, float] = field(default_factory=dict[int, float])


@dataclass(slots=True)
class _Vote:
    """What speaks for a value: for each slot the best probability, and where it stands."""

    value: Any
    spans: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    paths: dict[str, float] = field(default_factory=dict[str, float])


class Extraction:
    """Extracts with one model: prepared once, used for many documents."""

    def __init__(self, model: Model, schema: Schema) -> None:
        self._model = model
        self._schema = schema
        self._shapes = shapes(schema)

    def events(self, document: Document) -> list[dict[str, Any]]:
        """The events of a document, in the order in which the text first tells them."""
        page = read(document)
        words = {part.index: tokens(page, part) for part in page.parts}
        found: list[tuple[int, str, dict[str, Any]]] = []
        for name, of_type in self._model.types.items():
            for group in _groups(page, words, of_type):
                values = _slots(page, words, group, of_type, self._shapes[name])
                values += _choices(words, group, of_type)
                built = event(page.text, self._schema.types[name], self._shapes[name], values)
                if built:
                    found.append((group.parts[0].index, name, built))
        found.sort(key=lambda row: row[:2])
        return [{"id": f"e{number}"} | built for number, (_, _, built) in enumerate(found, 1)]


def _groups(page: Page, words: dict[int, list[Token]], of_type: TypeModel) -> list[_Group]:
    """The sentences that tell events of a type, each added to the group that it fits best, or to a new one."""
    groups: list[_Group] = []
    if of_type.tells is None:
        return groups
    common = shares(page)
    for part in page.parts:
        sure = of_type.tells.probabilities(of_sentence(part, words[part.index])).get("yes", 0.0)
        if sure < _SURE:
            continue
        fits = [_fit(common, of_type, group.parts[-_RECENT:], part) for group in groups]
        best = max(range(len(groups)), key=lambda i: fits[i], default=None)
        if best is None or (fits[best] < _SURE and len(groups) < _MOST):
            groups.append(_Group())
            best = -1
        groups[best].parts.append(part)
        groups[best].sure[part.index] = sure
    return groups


def _fit(common: dict[str, float], of_type: TypeModel, parts: list[Part], part: Part) -> float:
    """The mean probability that a sentence and each of these tell one event."""
    if of_type.same is None:
        return 1.0
    odds = [of_type.same.probabilities(of_pair(common, other, part)).get("yes", 0.0) for other in parts]
    return sum(odds) / len(odds)


def _slots(page: Page, words: dict[int, list[Token]], group: _Group, of_type: TypeModel, shape: Shape) -> list[Value]:
    """The values of the slots. What stands in a list of objects is kept apart by sentence: one object each."""
    whole: dict[str, _Vote] = {}
    rows: dict[int, dict[str, _Vote]] = defaultdict(dict)
    for part in group.parts:
        found = candidates(page, part, frozenset(of_type.roles), shape.units)
        for candidate in found:
            among = [other for other in found if other.kind == candidate.kind]
            odds = of_type.roles[candidate.kind].probabilities(of_candidate(part, words[part.index], candidate, among))
            for path, odd in odds.items():
                if path == NONE or not _fits(candidate, shape, path):
                    continue
                in_row = shape.rows.get(shape.slots[path].group, False)
                _vote(rows[part.index] if in_row else whole, candidate, path, odd * group.sure[part.index])
    values = _decided(whole, shape, None)
    for part_index, votes in sorted(rows.items()):
        values += _decided(votes, shape, part_index)
    return values


def _fits(candidate: Candidate, shape: Shape, path: str) -> bool:
    slot = shape.slots[path]
    return slot.kind != "quantity" or candidate.value["unit"] in slot.units


def _vote(votes: dict[str, _Vote], candidate: Candidate, path: str, odd: float) -> None:
    vote = votes.setdefault(f"{candidate.kind} {candidate.key}", _Vote(candidate.value))
    if (candidate.start, candidate.end) not in vote.spans:
        vote.spans.append((candidate.start, candidate.end))
    vote.paths[path] = max(odd, vote.paths.get(path, 0.0))


def _decided(votes: dict[str, _Vote], shape: Shape, row: int | None) -> list[Value]:
    """Each value in its likeliest slot, where that is likelier than not; one value where a slot holds one.

    Of values that share words the surest is kept.
    """
    found: list[Value] = []
    for vote in votes.values():
        path, odd = max(vote.paths.items(), key=lambda item: (item[1], item[0]))
        if odd >= _SURE:
            found.append(Value(path, vote.value, tuple(vote.spans), odd, row))
    found.sort(key=lambda value: (-value.sure, value.spans))
    kept: list[Value] = []
    for value in found:
        slot = shape.slots[value.path]
        rivals = [other for other in kept if slot.kind == shape.slots[other.path].kind]
        full = not slot.is_list and any(other.path == value.path for other in rivals)
        if not full and not any(_share_words(value, other) for other in rivals):
            kept.append(value)
    return sorted(kept, key=lambda value: value.spans)


def _share_words(one: Value, two: Value) -> bool:
    return any(a < d and c < b for a, b in one.spans for c, d in two.spans)


def _choices(words: dict[int, list[Token]], group: _Group, of_type: TypeModel) -> list[Value]:
    """The choices by the group's words; the evidence is where the words stand that speak most for it."""
    features = [feature for part in group.parts for feature in of_sentence(part, words[part.index])]
    found: list[Value] = []
    for name, classifier in of_type.choices.items():
        odds = classifier.probabilities(features)
        label = max(odds, key=lambda value: (odds[value], value))
        if label == NONE:
            continue
        telling = classifier.most_telling(features, label)
        spans = _places(group.parts, words, telling.split(" ")) if telling else ()
        sure = odds[label] * max(group.sure.values())
        found.append(Value(name, json.loads(label), spans, sure, None))
    return found


def _places(parts: list[Part], words: dict[int, list[Token]], sought: list[str]) -> tuple[tuple[int, int], ...]:
    """Where in the sentences these tokens stand in a row: the first place."""
    for part in parts:
        found = words[part.index]
        for i in range(len(found) - len(sought) + 1):
            if [token.word for token in found[i : i + len(sought)]] == sought:
                return ((found[i].start, found[i + len(sought) - 1].end),)
    return ()
