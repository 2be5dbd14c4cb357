"""Tiers and quotes, counted out by hand; hostile offsets; and what must hold for any evidence."""

import json
import pickle
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import TEXT, checked, four, list_of, schema_of, shuffled

from goldspan.counts import total
from goldspan.documents import Document
from goldspan.grounding import Evidence, Grounding, Text
from goldspan.match import DocumentMatch
from goldspan.pairing import compare_document
from goldspan.records import Record

SCHEMA = schema_of({"e": {"a": TEXT, "b": TEXT, "c": TEXT, "d": TEXT, "tags": list_of(TEXT)}})
STORY = "Ann met Bob in Bonn."
Events = list[dict[str, Any]]


def match_of(gold: Events, pred: Events, text: str | None = STORY, doc_id: str = "d") -> DocumentMatch:
    sides = [checked(SCHEMA, [{"type": "e", **event} for event in side]) for side in (gold, pred)]
    records = [Record(doc_id, [event.event for event in side]) for side in sides]
    pairs = compare_document(*sides)
    return DocumentMatch(doc_id, *records, pairs, None if text is None else Document(doc_id, text, doc_id))


def grounding(*matches: DocumentMatch) -> Grounding:
    sink = Grounding(SCHEMA)
    for match in matches:
        sink.add(match)
    return sink


def tiers(evidence: Evidence | None) -> list[tuple[int, int, int, int]]:
    assert evidence is not None
    assert evidence.tiers is not None
    return [four(counts) for counts in evidence.tiers]


GOLD = {
    "fields": {"a": "Ann", "b": "Bob", "c": "Bonn", "d": "x", "tags": ["t"]},
    "evidence": {"/a": [(0, 3, "Ann")], "/b": [(8, 11, "Bob")], "/c": [(15, 19, "Bonn")], "/d": [(4, 7, "met")]},
}
PRED = {
    "fields": {"a": "Ann", "b": "Bob", "c": "Bonn", "d": "wrong", "tags": ["other"]},
    "evidence": {
        "/a": [(0, 3, "Ann")],  # exact
        "/b": [(8, 14, "Bob in")],  # overlaps
        "/c": [(12, 15, "in ")],  # ends where gold's begins: matched, but neither
        "/d": [(4, 7, "met")],  # exact, but the value is wrong: misread in all tiers
    },
}


def test_the_three_tiers_of_one_document() -> None:
    sink = grounding(match_of([GOLD], [PRED]))
    # a, b, c matched, d misread; of tags one missed and one invented. Overlap: a, b. Exact: a.
    assert tiers(sink.given) == [(3, 1, 1, 1), (2, 2, 1, 1), (1, 3, 1, 1)]
    assert sink.given is not None
    assert sink.located is None
    by_field = {path: [four(counts) for counts in each] for path, each in sink.given.fields.items()}
    assert by_field == {
        "e.a": [(1, 0, 0, 0)] * 3,
        "e.b": [(1, 0, 0, 0), (1, 0, 0, 0), (0, 1, 0, 0)],
        "e.c": [(1, 0, 0, 0), (0, 1, 0, 0), (0, 1, 0, 0)],
        "e.d": [(0, 1, 0, 0)] * 3,
        "e.tags": [(0, 0, 1, 1)] * 3,
    }
    assert list(by_field) == ["e.a", "e.b", "e.c", "e.d", "e.tags"]
    assert sink.given.tiers is not None
    assert sink.given.tiers.value_and_overlap.f1 == 2 * 2 / (2 * 2 + 2 * 2 + 1 + 1)


def test_any_of_several_spans_will_do_and_a_leaf_counts_once() -> None:
    gold = {"fields": {"a": "x"}, "evidence": {"/a": [(0, 3, "Ann"), (8, 11, "Bob")]}}
    pred = {"fields": {"a": "x"}, "evidence": {"/a": [(4, 7, "met"), (0, 3, "Ann"), (8, 11, "Bob"), (0, 2, "An")]}}
    assert tiers(grounding(match_of([gold], [pred])).given) == [(1, 0, 0, 0)] * 3


def test_given_and_located_evidence_are_kept_apart() -> None:
    gold = {"fields": {"a": "x", "b": "y"}, "evidence": {"/a": [(0, 3, "Ann")], "/b": [(8, 11, "Bob")]}}
    evidence = {"/a": [(0, 2, "An"), (0, 3, "Ann", True)], "/b": [(8, 11, "Bob", True), (0, 3, "Eve", True)]}
    sink = grounding(match_of([gold], [{"fields": {"a": "x", "b": "y"}, "evidence": evidence}]))
    # given: a overlaps. located: a and b exact
    assert tiers(sink.given) == [(2, 0, 0, 0), (1, 1, 0, 0), (0, 2, 0, 0)]
    assert tiers(sink.located) == [(2, 0, 0, 0), (2, 0, 0, 0), (2, 0, 0, 0)]
    assert sink.given is not None
    assert sink.given.quotes == {"in_place": 1, "elsewhere": 0, "fabricated": 0}
    assert sink.located is not None
    assert sink.located.quotes == {"in_place": 2, "elsewhere": 0, "fabricated": 1}
    whole = sink.as_json()
    assert whole is not None
    assert whole["located"]["quotes"] == sink.located.quotes
    assert whole["value_and_exact"]["matched"] == 0
    assert whole["located"]["value_and_exact"]["matched"] == 2


def test_quotes_of_all_predicted_events_whatever_became_of_them() -> None:
    paired = {"fields": {"a": "x"}, "evidence": {"/a": [(0, 3, "Ann"), (0, 3, "Bob"), (0, 3, "Eve")]}}
    alone = {"fields": {"b": "nobody"}, "evidence": {"/b": [(15, 19, "Bonn")], "/nowhere": [(0, 1, "Q")]}}
    unknown = {"type": "odd", "fields": {"a": "x"}, "evidence": {"/a": [(4, 7, "met")]}}
    gold = {"fields": {"a": "x"}, "evidence": {"/a": [(0, 3, "Ann")]}}
    evidence = grounding(match_of([gold], [paired, alone, unknown])).given
    assert evidence is not None
    assert evidence.quotes == {"in_place": 3, "elsewhere": 1, "fabricated": 2}
    assert evidence.quote_shares == {"in_place": 3 / 6, "elsewhere": 1 / 6, "fabricated": 2 / 6}


@pytest.mark.parametrize(
    ("start", "end", "quote", "expected"),
    [
        (-20, -17, "Ann", "elsewhere"),  # Python would find it there
        (3, 0, "Ann", "elsewhere"),
        (0, 10**18, "Ann", "elsewhere"),
        (10**18, 10**18 + 3, "Ann", "elsewhere"),
        (15, 99, "Bonn.", "elsewhere"),  # to the end of the text, and on
        (0, 0, "", "fabricated"),  # nothing is quoted
        (0, 3, "", "fabricated"),
        (20, 20, "", "fabricated"),
        (0, 3, "ann", "fabricated"),
    ],
)
def test_hostile_offsets(start: int, end: int, quote: str, expected: str) -> None:
    gold = {"fields": {"a": "x"}, "evidence": {"/a": [(0, 3, "Ann")]}}
    pred = {"fields": {"a": "x"}, "evidence": {"/a": [(start, end, quote)]}}
    evidence = grounding(match_of([gold], [pred])).given
    assert evidence is not None
    assert {name for name, count in evidence.quotes.items() if count} == {expected}


def test_a_span_that_ends_before_it_begins_overlaps_nothing() -> None:
    gold = {"fields": {"a": "x"}, "evidence": {"/a": [(0, 20, STORY)]}}
    pred = {"fields": {"a": "x"}, "evidence": {"/a": [(11, 8, "Bob"), (5, 5, "")]}}
    assert tiers(grounding(match_of([gold], [pred])).given) == [(1, 0, 0, 0), (0, 1, 0, 0), (0, 1, 0, 0)]


def test_offsets_count_code_points() -> None:
    text = "😀é Ann"
    gold = {"fields": {"a": "x"}, "evidence": {"/a": [(3, 6, "Ann")]}}
    evidence = grounding(match_of([gold], [gold], text)).given
    assert tiers(evidence)[2] == (1, 0, 0, 0)
    assert evidence is not None
    assert evidence.quotes["in_place"] == 1


def test_where_there_is_nothing_to_ground_there_is_no_block() -> None:
    bare = {"fields": GOLD["fields"]}
    assert grounding().as_json() is None
    assert grounding(match_of([GOLD], [bare])).as_json() is None
    assert grounding(match_of([GOLD], [PRED], text=None)).as_json() is None
    located = {"fields": {"a": "Ann"}, "evidence": {"/a": [(0, 3, "Ann", True)]}}
    whole = grounding(match_of([GOLD], [located])).as_json()
    assert whole is not None
    assert whole["value"] is None
    assert whole["quotes"] is None
    assert whole["located"]["value_and_exact"]["matched"] == 1


def test_quotes_of_values_that_nobody_states_leave_the_tiers_at_nothing() -> None:
    empty = {"fields": {}, "evidence": {"/a": [(0, 3, "Ann")]}}
    assert tiers(grounding(match_of([empty], [empty])).given) == [(0, 0, 0, 0)] * 3


def test_gold_without_evidence_leaves_the_quotes_only() -> None:
    whole = grounding(match_of([{"fields": GOLD["fields"]}], [PRED])).as_json()
    assert whole is not None
    assert whole["value"] is None
    assert whole["value_and_exact"] is None
    assert whole["quotes"] == {"in_place": 4, "elsewhere": 0, "fabricated": 0}


def test_what_the_json_has() -> None:
    whole = grounding(match_of([GOLD], [PRED])).as_json()
    assert whole is not None
    assert json.loads(json.dumps(whole)) == whole
    eight = {"matched", "misread", "missed", "invented", "precision", "recall", "f1", "accuracy"}
    for tier in ("value", "value_and_overlap", "value_and_exact"):
        assert set(whole[tier]) >= eight
        assert set(whole["fields"]["e.a"][tier]) >= eight
    assert whole["quotes"] == {"in_place": 4, "elsewhere": 0, "fabricated": 0}
    assert whole["located"] is None


def test_words_need_whole_words_only_where_they_are_words() -> None:
    assert Text("cost: $5bn").has_words("$5bn")
    assert not Text("US$50").has_words("$5")
    assert Text("a–b").has_words("A-B")
    assert not Text("").has_words("x")
    assert not Text("x").has_words(" ")
    assert Text("dealmaker deal").has_words("deal")
    assert not Text("a new deal").has_words("al")


span = st.tuples(st.integers(-3, 9), st.integers(-3, 9), st.sampled_from(["a", "ab", "bc", "z", ""]), st.booleans())
place = st.sampled_from(["/a", "/b", "/c", "/tags/0", "/tags/1"])
fields = st.fixed_dictionaries(
    {},
    optional={name: st.sampled_from(["x", "y"]) for name in "abc"}
    | {"tags": st.lists(st.sampled_from(["x", "y"]), max_size=2)},
)
proper = st.integers(0, 8).flatmap(lambda i: st.integers(i + 1, 9).map(lambda j: (i, j, "q")))


def side(spans: st.SearchStrategy[Any]) -> st.SearchStrategy[Events]:
    evidence = st.dictionaries(place, st.lists(spans, max_size=3))
    return st.lists(st.fixed_dictionaries({"fields": fields, "evidence": evidence}), max_size=3)


documents = st.lists(st.tuples(side(proper), side(span)), max_size=4)


def by_hand(matches: list[DocumentMatch], located: bool) -> list[int]:
    """Matched leaves with an overlapping and with an exact span, by sets of characters."""
    overlapping = exact = 0
    for match in matches:
        for pair in match.pairs:
            for outcome in pair.outcomes:
                if outcome.result == "matched" and pair.gold is not None and pair.pred is not None and match.pred:
                    theirs = match.pred.events[pair.pred].evidence.get(outcome.pred or "", [])
                    mine = match.gold.events[pair.gold].evidence.get(outcome.gold or "", [])
                    told = [set(range(s.start, s.end)) for s in theirs if s.located == located]
                    known = [set(range(s.start, s.end)) for s in mine]
                    overlapping += any(a & b for a in told for b in known)
                    exact += any(a == b for a in told for b in known)
    return [overlapping, exact]


@settings(max_examples=200, deadline=None)
@given(documents)
def test_tiers_against_sets_of_characters_and_each_at_most_the_one_before(docs: list[tuple[Events, Events]]) -> None:
    matches = [match_of(gold, pred, "abcabcab", f"d{i}") for i, (gold, pred) in enumerate(docs)]
    sink = grounding(*matches)
    for evidence, located in ((sink.given, False), (sink.located, True)):
        if evidence is None or evidence.tiers is None:
            continue
        value, overlap, exact = evidence.tiers
        assert value == total(match.counts for match in matches)
        assert [overlap.matched, exact.matched] == by_hand(matches, located)
        for each in (evidence.tiers, *evidence.fields.values()):
            assert each[0].matched >= each[1].matched >= each[2].matched
            assert len({counts.matched + counts.misread for counts in each}) == 1
            assert len({(counts.missed, counts.invented) for counts in each}) == 1


@settings(max_examples=150, deadline=None)
@given(documents, st.randoms(use_true_random=False))
def test_shards_add_up_in_any_order(docs: list[tuple[Events, Events]], random: Random) -> None:
    matches = [match_of(gold, pred, "abcabcab", f"d{i}") for i, (gold, pred) in enumerate(docs)]
    whole = grounding(*matches)
    random.shuffle(matches)
    cut = random.randint(0, len(matches))
    shards = [pickle.loads(pickle.dumps(grounding(*part))) for part in (matches[:cut], matches[cut:])]  # noqa: S301
    random.shuffle(shards)
    merged = grounding()
    for shard in shards:
        merged.merge(shard)
    assert json.dumps(merged.as_json()) == json.dumps(whole.as_json())


@settings(max_examples=100, deadline=None)
@given(
    side(proper),
    side(st.tuples(*[st.integers(-3, 9)] * 2, st.sampled_from(["a", "bc", "z"]))),
    st.randoms(use_true_random=False),
)
def test_order_changes_no_figure(gold: Events, pred: Events, random: Random) -> None:
    def moved(events: Events) -> Events:
        found: Events = []
        for each in random.sample(events, len(events)):
            fields, places = shuffled(each["fields"], random.shuffle)
            spans = {places[k]: random.sample(v, len(v)) for k, v in each["evidence"].items() if k in places}
            found.append({"fields": fields, "evidence": spans})
        return found

    pointing = [[{**e, "evidence": {k: v for k, v in e["evidence"].items() if k in places_of(e)}} for e in s]
                for s in (gold, pred)]  # fmt: skip
    straight = grounding(match_of(*pointing, text="abcabcab"))
    assert grounding(match_of(*map(moved, pointing), text="abcabcab")).as_json() == straight.as_json()


def places_of(event: dict[str, Any]) -> set[str]:
    return set(shuffled(event["fields"], lambda _: None)[1])
