"""What must change no figure (any order, any id, an empty document), and what must never raise one (any worsening)."""

import copy
from collections.abc import Iterator
from itertools import product
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import NUMBER, TEXT, figures, list_of, object_of, shuffled

PART = object_of(p=TEXT, q=TEXT)
LINE = object_of(a=TEXT, b=TEXT, parts=list_of(PART))
TYPES = {
    "order": {"a": TEXT, "b": TEXT, "n": NUMBER, "tags": list_of(TEXT), "lines": list_of(LINE)},
    "note": {"a": TEXT, "n": NUMBER},
}
Events = list[dict[str, Any]]
Path = tuple[str | int, ...]


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    """The path of each value that is stated."""
    if isinstance(value, dict | list):
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(inner, (*path, step))
    elif value is not None and value != "":
        yield path


def inside(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def pointer(path: Path) -> str:
    return "".join(f"/{step}" for step in path)


# Few values, so that nearly all pairings tie.
word = st.sampled_from(["x", "y"])
part = st.fixed_dictionaries({}, optional={"p": word, "q": word}).filter(bool)
line = st.fixed_dictionaries({}, optional={"a": word, "b": word, "parts": st.lists(part, min_size=1, max_size=2)})
order = {
    "a": word,
    "b": word,
    "n": st.sampled_from([0, 1, 1.0]),
    "tags": st.lists(word, min_size=1, max_size=2, unique=True),
    "lines": st.lists(line.filter(bool), min_size=1, max_size=2),
}
loose = {  # what only a prediction may say: a list with doubles and nulls, invalid values, unknown fields
    **order,
    "a": st.sampled_from(["x", "y", None, "", 7, ["x"]]),
    "n": st.sampled_from([0, 1, "x", None]),
    "tags": st.lists(st.sampled_from(["x", "y", None, 7]), max_size=3),
    "unknown": st.sampled_from(["x", ["x", None], {"k": "x"}]),
}


@st.composite
def documents(draw: st.DrawFn, gold: bool) -> dict[str, Events]:
    """Up to two documents of up to three events, with evidence and, in gold, accepted values."""
    whole: dict[str, Events] = {}
    with_evidence = draw(st.booleans())
    for name in ("d1", "d2"):
        events: Events = []
        for i in range(draw(st.integers(0, 3))):
            event_type = draw(st.sampled_from(["order", "order", "order", "note"] + ["nonsense"] * (not gold)))
            allowed = {k: v for k, v in (order if gold else loose).items() if event_type == "order" or k in "an"}
            fields = draw(st.fixed_dictionaries({}, optional=allowed))
            event: dict[str, Any] = {"id": f"e{i}", "type": event_type, "fields": fields, "evidence": {}}
            for path in leaves(fields):
                starts = draw(st.lists(st.integers(0, 2), max_size=2, unique=True))
                spans = [{"start": start, "end": start + 2, "quote": "say"} for start in starts]
                if with_evidence:
                    event["evidence"][pointer(path)] = spans
                if gold and path[-1] in ("a", "b") and draw(st.booleans()):
                    event.setdefault("accepted", {})[pointer(path)] = draw(st.permutations(["x", "z"]))
            events.append(event)
        whole[name] = events
    return whole


def reordered(whole: dict[str, Events], random: Random) -> dict[str, Events]:
    """The same documents: events, items, keys, evidence and accepted forms in another order, ids renamed."""
    moved: dict[str, Events] = {}
    for name in random.sample(sorted(whole), len(whole)):
        events: Events = []
        for i, event in enumerate(random.sample(whole[name], len(whole[name]))):
            fields, places = shuffled(event["fields"], random.shuffle)
            members: dict[str, Any] = {"id": f"renamed-{i}", "type": event["type"], "fields": fields}
            for key in ("evidence", "accepted"):
                found = [(places[old], random.sample(each, len(each))) for old, each in event.get(key, {}).items()]
                members[key] = dict(random.sample(found, len(found)))
            events.append(dict(random.sample(sorted(members.items()), len(members))))
        moved[name] = events
    return moved


@settings(max_examples=400, deadline=None)
@given(documents(gold=True), documents(gold=False), st.randoms(use_true_random=False))
def test_order_and_ids_change_no_figure(gold: dict[str, Events], pred: dict[str, Events], random: Random) -> None:
    assert figures(TYPES, reordered(gold, random), reordered(pred, random)) == figures(TYPES, gold, pred)


tied = st.lists(
    st.fixed_dictionaries({}, optional={k: st.just("x") for k in "ab"} | {"n": st.integers(0, 2)}), max_size=4
)


@settings(max_examples=400, deadline=None)
@given(tied, tied, st.booleans(), st.randoms(use_true_random=False))
def test_order_changes_no_figure_where_nearly_all_pairings_tie(
    gold: list[dict[str, Any]], pred: list[dict[str, Any]], as_lines: bool, random: Random
) -> None:
    def whole(side: list[dict[str, Any]]) -> dict[str, Events]:
        if as_lines:  # the same a level down
            lines = [{name: value for name, value in fields.items() if name != "n"} for fields in side]
            return {"d": [{"type": "order", "fields": {"a": "x", "lines": lines}}]}
        return {"d": [{"type": "order", "fields": fields} for fields in side]}

    moved = figures(TYPES, reordered(whole(gold), random), reordered(whole(pred), random))
    assert moved == figures(TYPES, whole(gold), whole(pred))


FIELDS = {"e": {"a": TEXT, "tags": list_of(TEXT), "b": TEXT, "c": TEXT}}
WHOLE = {"a": "x", "b": "x", "c": "x"}
Z, W = ([{"start": 0, "end": 1, "quote": quote}] for quote in "zw")
TIES: dict[str, tuple[Events, Events]] = {
    # in each, two pairings are equally good, but other fields come out as misread or as silent
    "values": ([{"fields": WHOLE}], [{"fields": {"a": "x", "b": "y"}}, {"fields": {"a": "x", "c": "y"}}]),
    "lists": (
        [{"fields": WHOLE}],
        [{"fields": {"a": "x", "tags": ["1", "4"], "b": "y"}}, {"fields": {"a": "x", "tags": ["2", "3"], "c": "y"}}],
    ),
    "accepted": (
        [{"fields": WHOLE, "accepted": {"/b": ["z"]}}, {"fields": WHOLE, "accepted": {"/c": ["z"]}}],
        [{"fields": {"a": "x", "b": "z", "c": "z"}}],
    ),
    "quotes": (
        [{"fields": WHOLE, "evidence": {"/b": Z, "/c": W}}, {"fields": WHOLE, "evidence": {"/b": W, "/c": Z}}],
        [{"fields": {"a": "x", "b": "z", "c": "z"}}],
    ),
    "invalid values": (
        [{"fields": {"a": "x", "b": "x"}}],
        [{"fields": {"a": "x", "b": 7}}, {"fields": {"a": "x", "c": 7}}],
    ),
}


@pytest.mark.parametrize("name", TIES)
def test_a_tie_is_decided_by_content_and_not_by_order(name: str) -> None:
    found: list[Any] = []
    for turn in product([False, True], repeat=3):
        gold, pred = ([{"type": "e", **event} for event in side] for side in copy.deepcopy(TIES[name]))
        for events, turned in ((gold, turn[0]), (pred, turn[1])):
            events.sort(key=str, reverse=turned)
        if turn[2] and "tags" in pred[0]["fields"]:
            pred[0]["fields"]["tags"].reverse()
        found.append(figures(FIELDS, {"d": gold}, {"d": pred}))
    assert all(each == found[0] for each in found)


@settings(max_examples=150, deadline=None)
@given(documents(gold=True), st.randoms(use_true_random=False))
def test_gold_in_another_order_is_still_perfect(gold: dict[str, Events], random: Random) -> None:
    leaf_count = sum(len(list(leaves(event["fields"]))) for events in gold.values() for event in events)
    micro = figures(TYPES, gold, reordered(gold, random))["overall"]["micro"]
    assert [micro[name] for name in ("matched", "misread", "missed", "invented")] == [leaf_count, 0, 0, 0]
    assert micro["f1"] == (1.0 if leaf_count else None)


@settings(max_examples=150, deadline=None)
@given(documents(gold=True), documents(gold=False), st.sampled_from([{}, {"empty": []}, {"empty": {"error": "-"}}]))
def test_a_document_empty_on_both_sides_changes_no_figure_but_the_number_of_documents(
    gold: dict[str, Events], pred: dict[str, Events], more: dict[str, Any]
) -> None:
    before, after = figures(TYPES, gold, pred), figures(TYPES, gold | {"empty": []}, pred | more)
    for block in ("overall", "types", "fields"):
        assert after[block] == before[block]
    assert after["validity"]["documents"] == before["validity"]["documents"] + 1 == 3
    assert set(after["documents"].pop("empty").values()) == {0, None}
    assert after["documents"] == before["documents"]


def f1(gold: dict[str, Events], pred: dict[str, Events]) -> float:
    """Micro F1; 0 where nothing is stated at all."""
    return figures(TYPES, gold, pred)["overall"]["micro"]["f1"] or 0.0


@settings(max_examples=300, deadline=None)
@given(documents(gold=True), documents(gold=False), st.data())
def test_no_value_made_wrong_and_no_invention_raises_f1(
    gold: dict[str, Events], pred: dict[str, Events], data: st.DataObject
) -> None:
    worse = copy.deepcopy(pred)
    places = [(event, path) for events in worse.values() for event in events for path in leaves(event["fields"])]
    if places and data.draw(st.booleans()):
        event, path = data.draw(st.sampled_from(places))
        at = inside(event["fields"], path[:-1])
        at[path[-1]] = "wrong" if isinstance(at[path[-1]], str) else 999
    elif places:
        data.draw(st.sampled_from(places))[0]["fields"]["invention"] = "wrong"
    else:
        worse["d1"].append({"type": "note", "fields": {"a": "wrong"}})
    assert f1(gold, worse) <= f1(gold, pred)


@st.composite
def copies(draw: st.DrawFn) -> tuple[Events, Events, list[tuple[int, Path]]]:
    """Gold whose values are all different, a flawed copy of it, and the places in the copy that are right.

    As no value stands twice, a right value can match at one place only: the number of matched leaves is known.
    """
    numbers = iter(range(10_000))
    gold: Events = []
    for _ in range(draw(st.integers(1, 3))):
        tags = [f"v{next(numbers)}" for _ in range(draw(st.integers(0, 3)))]
        lines = [{"a": f"v{next(numbers)}", "b": f"v{next(numbers)}"} for _ in range(draw(st.integers(0, 2)))]
        fields = {"a": f"v{next(numbers)}", "b": f"v{next(numbers)}", "tags": tags, "lines": lines}
        gold.append({"type": "order", "fields": fields})
    pred, right = copy.deepcopy(gold), []
    for i, event in enumerate(pred):
        for path in list(leaves(event["fields"])):
            fate = draw(st.sampled_from(["right", "right", "wrong", "left out"]))
            if fate == "right":
                right.append((i, path))
            else:
                inside(event["fields"], path[:-1])[path[-1]] = None if fate == "left out" else f"v{next(numbers)}"
    return gold, pred, right


def size(events: Events) -> int:
    return sum(len(list(leaves(event["fields"]))) for event in events)


@settings(max_examples=300, deadline=None)
@given(copies(), st.data())
def test_each_worsening_lowers_f1_by_what_arithmetic_says(
    made: tuple[Events, Events, list[tuple[int, Path]]], data: st.DataObject
) -> None:
    # F1 = 2m / (leaves of gold + leaves of the prediction), since 2m + 2w + u + x = (m + w + u) + (m + w + x)
    gold, pred, right = made
    matched, stated = len(right), size(gold) + size(pred)

    def scored(events: Events) -> float:
        return f1({"d": gold}, {"d": events})

    before = scored(pred)
    assert before == 2 * matched / stated
    extra = data.draw(st.sampled_from(pred))
    again = scored([*pred, extra])
    assert again == 2 * matched / (stated + size([extra])) <= before
    invented = copy.deepcopy(pred)
    data.draw(st.sampled_from(invented))["fields"]["tags"].append("invented")
    assert scored(invented) == 2 * matched / (stated + 1) <= before
    if right:
        i, path = data.draw(st.sampled_from(right))
        for new, fewer in ((None, 1), ("wrong", 0)):
            worse = copy.deepcopy(pred)
            inside(worse[i]["fields"], path[:-1])[path[-1]] = new
            assert scored(worse) == 2 * (matched - 1) / (stated - fewer) < before
