"""Pairing and counting of whole events and of nested lists, against every possible pairing on small cases.

The oracle knows only the definitions: it walks plain JSON, tries all pairings, and counts leaves on its own.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import NUMBER, TEXT, checked, list_of, object_of, schema_of, tally_pairs

from goldspan.pairing import compare_document

Triple = tuple[int, int, int]
Tally = frozenset[tuple[tuple[str, str], int]]
Best = tuple[Triple, set[Tally]]
"""The greatest worth of all pairings, and the counts by field of each pairing that reaches it."""

NOTHING: Best = ((0, 0, 0), {frozenset()})
PART = object_of(p=TEXT, q=TEXT)
LINE = object_of(a=TEXT, b=TEXT, tags=list_of(TEXT), parts=list_of(PART))
SCHEMA = schema_of(
    {"flat": {"a": TEXT, "b": TEXT, "n": NUMBER, "tags": list_of(TEXT)}, "deep": {"a": TEXT, "lines": list_of(LINE)}}
)


class Told:
    """A leaf of the test's own events: a value, and where in the text it is said to stand (two characters wide)."""

    def __init__(self, value: Any, start: int) -> None:
        self.value, self.start = value, start

    def __repr__(self) -> str:
        return f"{self.value}@{self.start}"

    def overlaps(self, other: "Told") -> bool:
        return abs(self.start - other.start) < 2


def count(path: str, result: str, value: Any) -> Counter[tuple[str, str]]:
    """All leaves below a value, under one result."""
    if isinstance(value, Told):
        return Counter({(path, result): 1})
    below: Counter[tuple[str, str]] = Counter()
    if isinstance(value, dict):
        for name, member in value.items():
            below += count(f"{path}.{name}", result, member)
    else:
        for item in value:
            below += count(path, result, item)
    return below


def together(parts: list[Best]) -> Best:
    """What several independent choices come to."""
    worth: Triple = tuple(sum(each[0][k] for each in parts) for k in range(3))  # type: ignore[assignment]
    tallies: set[Tally] = set()
    for choice in product(*(each[1] for each in parts)):
        merged: Counter[tuple[str, str]] = Counter()
        for tally in choice:
            merged += Counter(dict(tally))
        tallies.add(frozenset(merged.items()))
    return worth, tallies


def pairings(rows: int, columns: int, taken: tuple[int, ...] = ()) -> Iterator[list[int | None]]:
    if rows == 0:
        yield []
        return
    for column in [*(j for j in range(columns) if j not in taken), None]:
        for rest in pairings(rows - 1, columns, taken if column is None else (*taken, column)):
            yield [column, *rest]


def best_pairing(path: str, gold: list[Any], pred: list[Any], compare: Callable[[Any, Any], Best]) -> Best:
    compared = [[compare(one, other) for other in pred] for one in gold]
    found: Best = ((-1, -1, -1), set())
    for chosen in pairings(len(gold), len(pred)):
        if any(j is not None and compared[i][j][0][0] == 0 for i, j in enumerate(chosen)):
            continue  # a pair must have at least one matched leaf
        alone = sum((count(path, "missed", gold[i]) for i, j in enumerate(chosen) if j is None), Counter())
        alone += sum((count(path, "invented", pred[j]) for j in range(len(pred)) if j not in chosen), Counter())
        pairs = [compared[i][j] for i, j in enumerate(chosen) if j is not None]
        worth, tallies = together([*pairs, ((0, 0, 0), {frozenset(alone.items())})])
        if worth > found[0]:
            found = worth, tallies
        elif worth == found[0]:
            found = worth, found[1] | tallies
    return found


def best(path: str, gold: Any, pred: Any) -> Best:
    """The best comparison of two values: `gold` and `pred` are both Told, both a dict, or both a list."""
    if isinstance(gold, Told):
        right = gold.value == pred.value
        tally = frozenset({((path, "matched" if right else "misread"), 1)})
        return (int(right), 1, int(gold.overlaps(pred))), {tally}
    if isinstance(gold, list):
        return best_pairing(path, gold, pred, lambda one, other: best(path, one, other))
    parts: list[Best] = []
    for name in sorted({*gold, *pred}):
        inner = f"{path}.{name}"
        if name in gold and name in pred:
            parts.append(best(inner, gold[name], pred[name]))
        else:
            side, result = (gold, "missed") if name in gold else (pred, "invented")
            parts.append(((0, 0, 0), {frozenset(count(inner, result, side[name]).items())}))
    return together(parts) if parts else NOTHING


def plain(value: Any, place: str, evidence: dict[str, Any]) -> Any:
    """The JSON of a value; its leaves' evidence goes into `evidence`."""
    if isinstance(value, Told):
        evidence[place] = [(value.start, value.start + 2, "xx")]
        return value.value
    if isinstance(value, dict):
        return {name: plain(member, f"{place}/{name}", evidence) for name, member in value.items()}
    return [plain(item, f"{place}/{i}", evidence) for i, item in enumerate(value)]


def events(event_type: str, side: list[Any]) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for fields in side:
        evidence: dict[str, Any] = {}
        made.append({"type": event_type, "fields": plain(fields, "", evidence), "evidence": evidence})
    return made


def check(event_type: str, gold: list[Any], pred: list[Any]) -> None:
    (matched, stated, overlap), tallies = best_pairing(
        event_type, gold, pred, lambda one, other: best(event_type, one, other)
    )
    pairs = compare_document(checked(SCHEMA, events(event_type, gold)), checked(SCHEMA, events(event_type, pred)))
    found = tally_pairs(pairs)
    assert found in [Counter(dict(tally)) for tally in tallies]
    results = Counter(result for _, result in found.elements())
    assert (results["matched"], results["matched"] + results["misread"]) == (matched, stated)
    assert sum(outcome.overlap for pair in pairs for outcome in pair.outcomes) == overlap
    assert results["matched"] + results["misread"] + results["missed"] == count("", "", gold).total()
    assert results["matched"] + results["misread"] + results["invented"] == count("", "", pred).total()


def told(*values: Any, places: int = 2) -> st.SearchStrategy[Told]:
    return st.builds(Told, st.sampled_from(values), st.integers(0, places))


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """An object with any of the fields, at least one."""
    return st.fixed_dictionaries({}, optional=fields).filter(bool)


tags = st.lists(told("x", "y"), min_size=1, max_size=2)
flat = some(a=told("x", "y"), b=told("x", "y"), n=told(1, 2), tags=tags)
part = some(p=told("x", "y"), q=told("x", "y"))
line = some(a=told("x", "y"), b=told("x", "y", "z"), tags=tags)
deep_line = some(a=told("x", "y"), parts=st.lists(part, min_size=1, max_size=2))


@settings(max_examples=1500, deadline=None)
@given(st.lists(flat, max_size=3), st.lists(flat, max_size=3))
def test_events_pair_as_the_best_of_all_pairings(gold: list[Any], pred: list[Any]) -> None:
    check("flat", gold, pred)


@settings(max_examples=1000, deadline=None)
@given(*[st.lists(some(a=told("x", places=0), b=told("x", "y", places=0)), max_size=4)] * 2)
def test_events_pair_as_the_best_of_all_pairings_where_nearly_all_tie(gold: list[Any], pred: list[Any]) -> None:
    check("flat", gold, pred)


@settings(max_examples=1500, deadline=None)
@given(*[st.fixed_dictionaries({"a": told("x", "y")}, optional={"lines": st.lists(line, min_size=1, max_size=3)})] * 2)
def test_items_of_a_list_of_objects_pair_as_the_best_of_all_pairings(gold: Any, pred: Any) -> None:
    check("deep", [gold], [pred])


@settings(max_examples=800, deadline=None)
@given(*[st.lists(some(a=told("x", "y"), lines=st.lists(deep_line, min_size=1, max_size=2)), max_size=2)] * 2)
def test_lists_within_lists_pair_as_the_best_of_all_pairings(gold: list[Any], pred: list[Any]) -> None:
    check("deep", gold, pred)


@settings(max_examples=300, deadline=None)
@given(st.lists(flat, max_size=3), st.lists(flat, max_size=3))
def test_types_are_paired_apart(gold: list[Any], pred: list[Any]) -> None:
    # the same events, told as another type: nothing can match
    renamed = [{"a": each["a"]} for each in pred if "a" in each]
    pairs = compare_document(checked(SCHEMA, events("flat", gold)), checked(SCHEMA, events("deep", renamed)))
    found = tally_pairs(pairs)
    assert found == count("flat", "missed", gold) + count("deep", "invented", renamed)
    assert all(pair.gold is None or pair.pred is None for pair in pairs)


@pytest.mark.parametrize(
    ("gold", "pred", "result"),
    [
        (["x", "x", "x"], ["x"], {"matched": 1, "missed": 2}),
        (["x"], ["x", "x", "x"], {"matched": 1, "invented": 2}),
        (["x", "y"], ["y", "x"], {"matched": 2}),
        (["x"], ["y"], {"missed": 1, "invented": 1}),
        (["x", None, ""], [None, "x"], {"matched": 1}),
    ],
)
def test_a_list_is_a_multiset(gold: list[Any], pred: list[Any], result: dict[str, int]) -> None:
    one, other = ([{"type": "flat", "fields": {"a": "k", "tags": side}}] for side in (gold, pred))
    found = tally_pairs(compare_document(checked(SCHEMA, one), checked(SCHEMA, other)))
    assert found == Counter({("flat.a", "matched"): 1, **{("flat.tags", name): n for name, n in result.items()}})


def test_a_long_list_and_what_states_nothing_in_it() -> None:
    """Of forty items that both sides have, each is a leaf; null and "" are none."""
    tags = [f"t{i}" for i in range(40)] + [None, ""]
    for side in (tags, tags[:40], tags[:3] + tags[-2:]):
        one, other = ([{"type": "flat", "fields": {"a": "k", "tags": list(side)}}] for _ in range(2))
        found = tally_pairs(compare_document(checked(SCHEMA, one), checked(SCHEMA, other)))
        assert found == Counter({("flat.a", "matched"): 1, ("flat.tags", "matched"): sum(map(bool, side))})
