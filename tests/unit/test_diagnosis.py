"""Bounds, confusions, rumours, mistaken types, effort and validity: counted out by hand, and against plain oracles."""

import json
import pickle
from itertools import permutations
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix
from support import BOOLEAN, NUMBER, TEXT, checked, kind, list_of, money, object_of, schema_of, shuffled

from goldspan.diagnosis import Diagnosis
from goldspan.documents import Document
from goldspan.match import DocumentMatch
from goldspan.pairing import compare_document
from goldspan.records import Record

STATUS = {"enum": ["rumoured", "planned", "agreed", "announced", "completed"]}
TYPES = {
    "deal": {
        "id": TEXT,
        "parties": list_of(kind("name")),
        "amount": kind("money"),
        "stake": kind("percent"),
        "power": kind("power"),
        "status": STATUS,
        "open": BOOLEAN,
        "parts": list_of(object_of(key=TEXT, status=STATUS)),
    },
    "energy": {"id": TEXT, "parties": list_of(kind("name")), "amount": kind("money"), "status": STATUS},
    "suit": {"id": TEXT, "parties": list_of(kind("name")), "works": NUMBER, "status": {"enum": ["filed", "agreed"]}},
    "note": {"parties": list_of(kind("name"))},
}
SCHEMA = schema_of(TYPES)
Events = list[dict[str, Any]]


def match_of(gold: Events, pred: Events, doc_id: str = "d", text: str | None = None) -> DocumentMatch:
    sides = [checked(SCHEMA, side) for side in (gold, pred)]
    records = [Record(doc_id, [event.event for event in side]) for side in sides]
    document = None if text is None else Document(doc_id, text, doc_id)
    return DocumentMatch(doc_id, *records, compare_document(*sides), document)


def diagnosis(*matches: DocumentMatch) -> Diagnosis:
    sink = Diagnosis(SCHEMA)
    for match in matches:
        sink.add(match)
    return sink


def event(name: str, **fields: Any) -> dict[str, Any]:
    return {"type": name, "fields": fields}


def test_errors_are_counted_by_field_and_in_all() -> None:
    gold = event("deal", id="1", amount=money(5), stake={"value": 49}, status="agreed")
    pred = event("deal", id="1", amount=money(5000), stake={"value": 50}, status="planned", parties=["Foo"])
    two = [match_of([gold], [pred], name, "Foo") for name in ("d1", "d2")]
    sink = diagnosis(*two)
    assert sink.field_as_json("deal.amount") == {"errors": {"scale": 2}, "bound": {"right": 0, "of": 0}}
    assert sink.field_as_json("deal.status") == {"errors": {"enum": 2}}
    assert sink.field_as_json("deal.parties") == {"errors": {"in_text": 2}}
    assert sink.field_as_json("deal.id") == {"errors": {}}
    assert sink.field_as_json("deal.(unknown)") == {"errors": {}}
    assert sink.as_json()["errors"] == {"enum": 2, "in_text": 2, "number": 2, "scale": 2}


@pytest.mark.parametrize(
    ("gold", "pred", "right"),
    [
        ({"bound": "exact"}, {"bound": "exact"}, 1),
        ({"bound": "exact"}, {}, 1),  # left out, it is exact
        ({}, {"bound": "about"}, 0),
        ({"bound": "less_than"}, {"bound": "up_to"}, 0),
        ({"bound": "less_than"}, {}, 0),
    ],
)
def test_the_bound_of_matched_values(gold: dict[str, str], pred: dict[str, str], right: int) -> None:
    for field, value in (("amount", money(5)), ("stake", {"value": 5}), ("power", {"value": 5, "unit": "MW"})):
        one, other = ({"id": "1", field: value | more} for more in (gold, pred))
        sink = diagnosis(match_of([event("deal", **one)], [event("deal", **other)]))
        assert sink.field_as_json(f"deal.{field}")["bound"] == {"right": right, "of": 1}


def test_a_bound_counts_in_matched_values_only_and_accepted_values_have_theirs() -> None:
    about, up_to = money(5, bound="about"), money(6, bound="up_to")
    gold = event("deal", id="1", amount=about) | {"accepted": {"/amount": [up_to]}}
    told = [about, up_to, money(6, bound="about"), money(6), money(7, bound="about")]
    found = [diagnosis(match_of([gold], [event("deal", id="1", amount=each)])).bound("deal.amount") for each in told]
    # right; right as accepted; gold's own; neither's; not matched, so not asked
    assert found == [(1, 1), (1, 1), (1, 1), (0, 1), (0, 0)]
    assert diagnosis().bound("deal.amount") == (0, 0)
    assert diagnosis().bound("deal.id") is None


def test_the_confusions_of_an_enum() -> None:
    told = [("agreed", "agreed"), ("agreed", "planned"), ("agreed", None), (None, "planned"), (None, None)]
    matches: list[DocumentMatch] = []
    for gold, pred in [*told, ("agreed", "agreed")]:
        one, other = (event("deal", id="1", **({"status": each} if each else {})) for each in (gold, pred))
        matches.append(match_of([one], [other]))
    matches.append(match_of([event("deal", status="announced")], []))  # an event without a partner
    matches.append(match_of([event("deal", id="1", status="agreed") | {"accepted": {"/status": ["planned"]}}], [
        event("deal", id="1", status="planned")]))  # as right as gold's: a match  # fmt: skip
    matches.append(match_of([event("deal", id="1")], [event("deal", id="1", status="Agreed")]))  # rejected: no value
    assert diagnosis(*matches).as_json()["confusions"]["deal.status"] == [
        {"gold": "agreed", "predicted": "agreed", "count": 3},
        {"gold": "agreed", "predicted": "planned", "count": 1},
        {"gold": "agreed", "predicted": None, "count": 1},
        {"gold": "announced", "predicted": None, "count": 1},
        {"gold": None, "predicted": "planned", "count": 1},
    ]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(*[st.sampled_from(STATUS["enum"])] * 2), min_size=1, max_size=12))
def test_confusions_are_those_of_scikit_learn(told: list[tuple[str, str]]) -> None:
    sink = diagnosis(*(match_of(*([event("deal", id="1", status=s)] for s in both)) for both in told))
    expected = confusion_matrix(*zip(*told, strict=True), labels=STATUS["enum"])
    for i, gold in enumerate(STATUS["enum"]):
        for j, pred in enumerate(STATUS["enum"]):
            assert sink.confusions["deal.status"][gold, pred] == expected[i, j]


def test_rumours_told_as_fact() -> None:
    def one(gold: str | None, pred: str | None) -> DocumentMatch:
        return match_of(*([event("deal", id="1", **({"status": s} if s else {}))] for s in (gold, pred)))

    rumours = [one("rumoured", s) for s in ("agreed", "announced", "completed", "planned", "rumoured", None)]
    sink = diagnosis(*rumours, one("planned", "agreed"), one(None, "agreed"))
    assert sink.rumours == (3, 5)  # where no status was predicted none was told
    # a status a level down counts, a status without rumours does not
    nested = [[event("deal", id="1", parts=[{"key": "k", "status": s}])] for s in ("rumoured", "agreed")]
    suit = [[event("suit", id="1", status=s)] for s in ("filed", "agreed")]
    assert diagnosis(match_of(*nested), match_of(*suit)).rumours == (1, 1)
    assert diagnosis().as_json()["rumours_told_as_fact"] == {"count": 0, "of": 0}


def test_a_type_taken_for_another() -> None:
    gold = event("deal", id="1", parties=["Foo", "Bar"], amount=money(5))
    pred = event("energy", id="2", parties=["foo"], amount=money(5))
    assert diagnosis(match_of([gold], [pred])).as_json()["type_confusions"] == [
        {"gold": "deal", "predicted": "energy", "count": 1}
    ]


@pytest.mark.parametrize(
    ("gold", "pred"),
    [
        (event("deal", id="1"), event("energy", id="2")),  # nothing shared
        (event("deal", status="agreed"), event("energy", status="agreed")),  # a closed list
        (event("deal", id="1"), event("deal", id="2", parties=["1"])),  # of the same type; and a name is no text
        (event("deal", id="1"), event("odd", id="1")),  # the schema has no such type
        (event("deal", id="1"), event("suit", id=["1"])),  # rejected
    ],
)
def test_what_is_no_confusion_of_types(gold: dict[str, Any], pred: dict[str, Any]) -> None:
    assert not diagnosis(match_of([gold], [pred])).type_confusions


def test_confused_types_share_as_much_as_possible_in_all() -> None:
    # greedy would take (deal, energy) with 2 and leave the other two; together the other way is 1 + 2 = 3
    gold = [event("deal", parties=["a", "b", "c"]), event("suit", parties=["a", "b"])]
    pred = [event("energy", parties=["a", "b"]), event("deal", parties=["z"], id="q"), event("suit", id="c")]
    gold[0]["fields"]["id"] = "c"
    sink = diagnosis(match_of(gold, pred))
    # deal-energy shares a, b; deal-suit the id c; suit-energy a, b: best is deal-suit with suit-energy, 1 + 2
    assert sink.type_confusions == {("deal", "suit"): 1, ("suit", "energy"): 1}


def test_a_tie_between_types_is_decided_by_content_and_not_by_order() -> None:
    # three pairings share two values, and name three different sets of types
    gold = [event("deal", parties=["x", "y"]), event("deal", parties=["x", "z"])]
    pred = [event("energy", parties=["x"]), event("suit", parties=["y"]), event("note", parties=["z"])]
    found = [
        diagnosis(match_of(list(one), list(other))).type_confusions
        for one in permutations(gold)
        for other in permutations(pred)
    ]
    assert found == [found[0]] * 12
    assert found[0].total() == 2


def test_a_value_is_shared_once() -> None:
    # the one party of the deal is right three times over, but it is one value; the suit shares two
    deal = event("deal", parties=["Foo"]) | {"accepted": {"/parties/0": ["Bar", "Baz"]}}
    pred = event("energy", parties=["Foo", "Bar", "Baz"])
    assert diagnosis(match_of([deal], [pred])).type_confusions == {("deal", "energy"): 1}
    suit = event("suit", parties=["Foo", "Bar"])
    assert diagnosis(match_of([deal, suit], [pred])).type_confusions == {("suit", "energy"): 1}


def test_events_by_type_and_the_effort_to_mend() -> None:
    first = match_of(
        [event("deal", id="1", amount=money(5)), event("deal", id="2"), event("suit", id="3", parties=["a", "b"])],
        [event("deal", id="1", amount=money(6), open=True), event("deal", id="2"), event("energy", id="4")],
    )
    sink = diagnosis(first, match_of([], [], "empty"))
    whole = sink.as_json()
    assert whole["events"] == {
        "deal": {"matched": 2, "missed": 0, "invented": 0, "perfect": 1},
        "energy": {"matched": 0, "missed": 0, "invented": 1, "perfect": 0},
        "suit": {"matched": 0, "missed": 1, "invented": 0, "perfect": 0},
    }
    assert whole["effort"] == {
        "substitutions": {"total": 1, "mean": 0.5},  # the amount
        "additions": {"total": 3, "mean": 1.5},  # the suit's id and parties
        "deletions": {"total": 2, "mean": 1.0},  # open, and the energy event's id
        "events_to_add": {"total": 1, "mean": 0.5},
        "events_to_delete": {"total": 1, "mean": 0.5},
    }
    assert diagnosis().as_json()["effort"]["additions"] == {"total": 0, "mean": None}


def test_validity_and_accuracy_apart() -> None:
    gold = event("deal", id="1", amount=money(5), stake={"value": 49}, status="agreed", parties=["a"])
    pred = event(
        "deal",
        id="1",  # right
        amount=money(6),  # valid, wrong
        stake="49%",  # no percent
        status="Agreed",  # no value of the enum
        parties=["a", "b", 7],  # right; valid, wrong; no name
        colour={"x": "red", "y": ["blue"]},  # no such field, two leaves
    )
    sink = diagnosis(match_of([gold], [pred, event("odd", a="x", b=["y", "z"])]))
    # stated: 1 + 1 + 1 + 1 + 3 + 2 + 3 = 12; valid: id, amount, a, b
    assert sink.valid == (4, 12)
    assert sink.accurate == (2, 4)
    leaves = sink.as_json()["leaves"]
    assert leaves == {"stated": 12, "valid": 4, "right": 2, "validity": 4 / 12, "value_accuracy": 0.5}
    # the amount is a substitution; stake and status are to be added; the rest of the 12 is to be deleted
    assert (sink.effort["substitutions"], sink.effort["additions"], sink.effort["deletions"]) == (1, 2, 9)
    empty = diagnosis(match_of([gold], [])).as_json()["leaves"]
    assert empty == {"stated": 0, "valid": 0, "right": 0, "validity": None, "value_accuracy": None}


def test_a_string_where_a_list_is_asked_for_is_invalid_although_its_value_would_do() -> None:
    gold = event("deal", id="1", parties=["Foo"])
    sink = diagnosis(match_of([gold], [event("deal", id="1", parties="Foo")], text="Foo"))
    assert sink.valid == (1, 2)
    assert sink.errors["deal.parties"] == {"in_text": 1}


word = st.sampled_from(["x", "y", "z"])
some_money = st.builds(
    lambda n, currency, bound: money(n, currency, **bound),
    st.sampled_from([1, 10, 7]),
    st.sampled_from(["USD", "EUR"]),
    st.sampled_from([{}, {"bound": "about"}]),
)
VALUES = {
    "id": word,
    "parties": st.lists(word, min_size=1, max_size=2, unique=True),
    "amount": some_money,
    "stake": st.builds(lambda n: {"value": n}, st.sampled_from([1, 100])),
    "power": st.builds(lambda n: {"value": n, "unit": "MW"}, st.sampled_from([1, 100])),
    "status": st.sampled_from(["rumoured", "agreed"]),
    "open": st.booleans(),
    "works": st.sampled_from([1, 7]),
    "parts": st.lists(
        st.fixed_dictionaries({"key": word}, optional={"status": st.sampled_from(["rumoured", "agreed"])}),
        min_size=1,
        max_size=2,
    ),
}
LOOSE = VALUES | {"parties": st.lists(word | st.none() | st.just(7), max_size=3), "colour": word, "open": word}


@st.composite
def events(draw: st.DrawFn, loose: bool) -> Events:
    found: Events = []
    for _ in range(draw(st.integers(0, 3))):
        name = draw(st.sampled_from([*TYPES, "odd"] if loose else [*TYPES]))
        names = TYPES.get(name, TYPES["suit"]).keys() | ({"colour"} if loose else set())
        values = {k: v for k, v in (LOOSE if loose else VALUES).items() if k in names}
        if name == "suit":
            values["status"] = st.just("agreed")
        fields = draw(st.fixed_dictionaries({}, optional=values))
        quotes = {f"/{k}": [(0, 1, draw(word))] for k in fields if draw(st.booleans())}
        also = {"/id": [draw(word)]} if "id" in fields and not loose and draw(st.booleans()) else {}
        found.append({"type": name, "fields": fields, "evidence": quotes, "accepted": also})
    return found


documents = st.lists(st.tuples(events(loose=False), events(loose=True)), max_size=3)


def reordered(side: Events, random: Random) -> Events:
    moved: Events = []
    for each in random.sample(side, len(side)):
        fields, places = shuffled(each["fields"], random.shuffle)
        standoff = {name: {places[old]: v for old, v in each[name].items()} for name in ("evidence", "accepted")}
        moved.append({"type": each["type"], "fields": fields, **standoff})
    return moved


@settings(max_examples=150, deadline=None)
@given(documents, st.randoms(use_true_random=False))
def test_order_changes_no_figure(docs: list[tuple[Events, Events]], random: Random) -> None:
    straight = diagnosis(*(match_of(g, p, f"d{i}", "x y") for i, (g, p) in enumerate(docs)))
    moved = [match_of(reordered(g, random), reordered(p, random), f"d{i}", "x y") for i, (g, p) in enumerate(docs)]
    random.shuffle(moved)
    assert figures(diagnosis(*moved)) == figures(straight)


def figures(sink: Diagnosis) -> str:
    return json.dumps([sink.as_json(), {path: sink.field_as_json(path) for path in sorted(sink.errors)}])


@settings(max_examples=60, deadline=None)
@given(documents, st.randoms(use_true_random=False))
def test_shards_add_up(docs: list[tuple[Events, Events]], random: Random) -> None:
    matches = [match_of(g, p, f"d{i}", "x y") for i, (g, p) in enumerate(docs)]
    cut = random.randint(0, len(matches))
    shards = [pickle.loads(pickle.dumps(diagnosis(*part))) for part in (matches[:cut], matches[cut:])]  # noqa: S301
    random.shuffle(shards)
    merged = pickle.loads(pickle.dumps(Diagnosis(SCHEMA)))  # noqa: S301
    for shard in shards:
        merged.merge(shard)
    assert figures(merged) == figures(diagnosis(*matches))
    for match in matches:  # one that has been pickled still takes documents in
        shards[0].add(match)


@settings(max_examples=100, deadline=None)
@given(documents)
def test_the_parts_add_up_to_the_score(docs: list[tuple[Events, Events]]) -> None:
    matches = [match_of(g, p, f"d{i}", "x y") for i, (g, p) in enumerate(docs)]
    sink = diagnosis(*matches)
    counts = [match.counts for match in matches]
    effort = sink.effort
    assert effort["substitutions"] == sum(each.misread for each in counts)
    assert effort["additions"] == sum(each.missed for each in counts)
    assert effort["deletions"] == sum(each.invented for each in counts)
    wrong = effort["substitutions"] + effort["deletions"]
    assert sum(each.total() for each in sink.errors.values()) == wrong
    assert sink.accurate.right == sum(each.matched for each in counts)
    assert sink.valid.of == wrong + sink.accurate.right
    rejected = [leaves for _, p in docs for each in checked(SCHEMA, p) for _, _, leaves in each.rejected]
    assert sink.valid.of - sink.valid.right == sum(rejected)


plain = st.lists(st.tuples(st.sampled_from([*TYPES]), st.lists(word, min_size=1, max_size=3, unique=True)), max_size=4)


@settings(max_examples=150, deadline=None)
@given(plain, plain)
def test_mistaken_types_against_every_pairing(
    gold: list[tuple[str, list[str]]], pred: list[tuple[str, list[str]]]
) -> None:
    match = match_of([event(n, parties=w) for n, w in gold], [event(n, parties=w) for n, w in pred])
    rows = [gold[pair.gold] for pair in match.pairs if pair.pred is None and pair.gold is not None]
    columns = [pred[pair.pred] for pair in match.pairs if pair.gold is None and pair.pred is not None]

    def shared(one: tuple[str, list[str]], other: tuple[str, list[str]]) -> int:
        return len(set(one[1]) & set(other[1])) if one[0] != other[0] else 0

    size = max(len(rows), len(columns))
    padded = [*columns, *[("none", [])] * (size - len(columns))]
    best, reached = -1, []
    for order in permutations(padded, len(rows)):
        worths = [shared(one, other) for one, other in zip(rows, order, strict=True)]
        types = sorted((one[0], other[0]) for one, other, n in zip(rows, order, worths, strict=True) if n)
        if sum(worths) > best:
            best, reached = sum(worths), []
        if sum(worths) == best:
            reached.append(types)
    assert sorted(diagnosis(match).type_confusions.elements()) in reached


def test_a_missed_event_that_states_nothing_is_not_perfect() -> None:
    name = next(iter(SCHEMA.types))
    assert dict(diagnosis(match_of([event(name)], [])).events) == {(name, "missed"): 1}
