"""Joining accounts across documents: published examples, a slow oracle by the definitions, and conflicts by hand."""

import pickle
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations, permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment
from support import NUMBER, TEXT, kind, list_of, money, object_of, schema_of

from goldspan.check import check_event
from goldspan.coreference import Rates, b_cubed, ceaf_e, conll_f1, muc
from goldspan.counts import Counts
from goldspan.match import DocumentMatch
from goldspan.pairing import compare_document
from goldspan.records import Event, Record, Span
from goldspan.stories import Stories

SCHEMA = schema_of(
    {
        "deal": {
            "key": TEXT,
            "target": kind("name"),
            "amount": kind("money"),
            "stake": kind("percent"),
            "power": kind("power"),
            "term": kind("duration"),
            "date": kind("date"),
            "open": {"type": "boolean"},
            "level": {"enum": ["low", "high", 1, True]},
            "rounds": NUMBER,
            "note": TEXT,
            "people": list_of(kind("name")),
            "terms": object_of(fee=kind("money")),
            "parts": list_of(object_of(share=NUMBER)),
        }
    }
)

Ids = tuple[str | None, str | None]
"""A mention's story event in gold and in the prediction: "" without one, None where that side has no event."""


def event(story_event: str | None, fields: Mapping[str, Any], **more: Any) -> Event:
    return Event("deal", {"key": "k", **fields}, story_event=story_event or None, **more)


def document(name: str, gold: Sequence[Event], pred: Sequence[Event]) -> DocumentMatch:
    sides = [[check_event(each, SCHEMA)[0] for each in events] for events in (gold, pred)]
    return DocumentMatch(name, Record(name, list(gold)), Record(name, list(pred)), tuple(compare_document(*sides)))


def counted(documents: Iterable[DocumentMatch]) -> Stories:
    stories = Stories(SCHEMA)
    for each in documents:
        stories.add(each)
    return stories


def documents_of(mentions: Sequence[Ids], values: Sequence[tuple[Any, Any]] = ()) -> list[DocumentMatch]:
    """One document a mention; all events share a key, so those of one document are paired."""
    found: list[DocumentMatch] = []
    for i, ids in enumerate(mentions):
        said = values[i] if values else ({}, {})
        sides = [[] if story is None else [event(story, fields)] for story, fields in zip(ids, said, strict=True)]
        found.append(document(f"d{i}", *sides))
    return found


def mentions_of(key: str, response: str) -> list[Ids]:
    """Clusters as published: letters are mentions, a space parts clusters."""
    sides = [{mention: name for name in text.split() for mention in name} for text in (key, response)]
    return [(sides[0].get(mention), sides[1].get(mention)) for mention in {**sides[0], **sides[1]}]


def three(rates: Rates) -> tuple[float, float, float]:
    """Recall, precision, F1 as the publications give them, where 0/0 is 0."""
    return rates.recall or 0.0, rates.precision or 0.0, rates.f1 or 0.0


# Test cases of the CoNLL reference scorer (its test/CorefMetricTestConfig.pm): recall, precision, F1 of each measure
A = "a bc def"
REFERENCE_SCORER = {
    "A1": (A, "a bc def", (1, 1, 1), (1, 1, 1), (1, 1, 1)),
    "A2": (A, "a de", (1 / 3, 1, 0.5), (7 / 18, 1, 14 / 25), (0.6, 0.9, 0.72)),
    "A3": (A, "a bcx defy z", (1, 3 / 5, 0.75), (1, (4 + 7 / 12) / 9, 110 / 163), (0.88571, 0.66429, 0.75918)),
    "A4": (
        A,
        "a bcx dy z",
        (1 / 3, 1 / 3, 1 / 3),
        (5 / 9, 17 / 42, 2 * (5 / 9) * (17 / 42) / (5 / 9 + 17 / 42)),
        (0.73333, 0.55, 0.62857),
    ),
    "A5": (
        A,
        "a bcxB dy z",
        (1 / 3, 1 / 4, 2 / 7),
        (5 / 9, 5 / 16, 2 * (5 / 9) * (5 / 16) / (5 / 9 + 5 / 16)),
        (0.68889, 0.51667, 0.59048),
    ),
    "A6": (
        A,
        "a bcx dy Bz",
        (1 / 3, 1 / 4, 2 / 7),
        (5 / 9, 17 / 48, 2 * (5 / 9) * (17 / 48) / (5 / 9 + 17 / 48)),
        (0.73333, 0.55, 0.62857),
    ),
    "A10": (A, "a b c d e f", (0, 0, 0), (3 / 6, 1, 2 / 3), None),
    "A11": (A, "abcdef", (1, 3 / 5, 6 / 8), (1, (1 / 6 + 4 / 6 + 9 / 6) / 6, 14 / 25), None),
}


@pytest.mark.parametrize("case", REFERENCE_SCORER.values(), ids=REFERENCE_SCORER)
def test_the_cases_of_the_reference_scorer(case: Any) -> None:
    key, response, *published = case
    stories = counted(documents_of(mentions_of(key, response)))
    for rates, expected in zip((stories.muc, stories.b_cubed, stories.ceaf_e), published, strict=True):
        if expected is not None:
            assert three(rates) == pytest.approx(expected, abs=6e-6)


def test_the_example_of_pradhan_and_others_2014() -> None:
    stories = counted(documents_of(mentions_of("abc defg", "ab cd fghi")))
    assert three(stories.muc)[:2] == pytest.approx((0.40, 0.40))
    assert three(stories.b_cubed)[:2] == pytest.approx((0.42, 0.50), abs=0.005)
    assert three(stories.ceaf_e)[:2] == pytest.approx((0.65, 0.43), abs=0.005)
    f1s = (2 / 5, 2 * (5 / 12) * (1 / 2) / (5 / 12 + 1 / 2), 2 * 1.3 / 5)
    assert stories.conll_f1 == pytest.approx(sum(f1s) / 3)


def test_the_examples_of_bagga_and_baldwin_1998() -> None:
    for response, precision in (("ABCDE FGHIJKL", 16 / 21), ("ABCDEHIJKL FG", 7 / 12)):
        stories = counted(documents_of(mentions_of("ABCDE FG HIJKL", response)))
        assert (stories.b_cubed.recall, stories.b_cubed.precision) == (1.0, precision)
        assert (stories.muc.recall, stories.muc.precision) == (1.0, 0.9)


def test_the_links_of_vilain_and_others_1995() -> None:
    # cases F, G, J and K of the reference scorer
    for key, response, recall, precision in (
        ("ABCD", "AB CD", 2 / 3, 1.0),
        ("AB CD", "ABCD", 1.0, 2 / 3),
        ("ABC", "AC", 1 / 2, 1.0),
        ("BCDEGHJ", "ABC DEF GHI", 3 / 6, 3 / 6),
    ):
        rates = counted(documents_of(mentions_of(key, response))).muc
        assert (rates.recall, rates.precision) == (recall, precision)


def test_the_table_of_luo_2005() -> None:
    truth = "12345 67 89ABC"
    for response, *published in (
        ("12345 6789ABC", 0.947, 0.865, 0.733),
        ("1234589ABC 67", 0.947, 0.737, 0.667),
        ("123456789ABC", 0.900, 0.545, 0.294),
        ("1 2 3 4 5 6 7 8 9 A B C", None, 0.400, 0.178),
    ):
        stories = counted(documents_of(mentions_of(truth, response)))
        f1s = [stories.b_cubed.f1, stories.ceaf_e.f1]
        assert f1s == pytest.approx(published[1:], abs=0.0006)
        if published[0] is not None:
            assert stories.muc.f1 == pytest.approx(published[0], abs=0.0006)


# -- the slow oracle: sets of mentions, and the formulas of Pradhan et al. (2014), section 3

SIDE = st.sampled_from([None, "", "", "a", "b", "c", "d"])
MENTIONS = st.lists(st.tuples(SIDE, SIDE).filter(lambda ids: ids != (None, None)), max_size=9)


def clusters(mentions: Sequence[Ids], side: int) -> list[frozenset[int]]:
    names: dict[Any, set[int]] = {}
    for i, ids in enumerate(mentions):
        if ids[side] is not None:
            names.setdefault(ids[side] or i, set()).add(i)
    return [frozenset(members) for members in names.values()]


def slow_muc(of: list[frozenset[int]], by: list[frozenset[int]]) -> tuple[Fraction, int]:
    links = sum(len(c) - 1 for c in of)
    parts = sum(sum(bool(c & other) for other in by) + len(c - frozenset().union(*by)) for c in of)
    return Fraction(sum(map(len, of)) - parts), links


def slow_b_cubed(of: list[frozenset[int]], by: list[frozenset[int]]) -> tuple[Fraction, int]:
    shares = [Fraction(len(c & other), len(c)) for c in of for m in c for other in by if m in other]
    return sum(shares, Fraction()), sum(map(len, of))


def slow_ceaf_e(of: list[frozenset[int]], by: list[frozenset[int]]) -> tuple[Fraction, int]:
    few, many = sorted((of, by), key=len)
    worth = {(c, d): Fraction(2 * len(c & d), len(c) + len(d)) for c in few for d in many}
    sums = (
        sum((worth[pair] for pair in zip(few, order, strict=True)), Fraction())
        for order in permutations(many, len(few))
    )
    return max(sums), len(of)


@given(MENTIONS.filter(lambda mentions: max(len(clusters(mentions, side)) for side in (0, 1)) < 7))
@settings(max_examples=600, deadline=None)
def test_every_measure_is_what_its_formula_says(mentions: list[Ids]) -> None:
    table, (key, response) = Counter(mentions), (clusters(mentions, 0), clusters(mentions, 1))
    for measure, slow in ((muc, slow_muc), (b_cubed, slow_b_cubed), (ceaf_e, slow_ceaf_e)):
        (found, whole), (right, claimed) = slow(key, response), slow(response, key)
        recall, precision = (found / whole if whole else None), (right / claimed if claimed else None)
        rates = measure(table)
        assert rates[:2] == tuple(None if rate is None else float(rate) for rate in (precision, recall))
        if precision and recall:
            assert rates.f1 == float(2 * precision * recall / (precision + recall))
        else:
            assert rates.f1 == (None if precision is None and recall is None else 0.0)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_the_alignment_of_many_clusters_is_scipys(seed: int) -> None:
    random = np.random.default_rng(seed)
    size, spread = random.integers(2, 40), random.integers(1, 4)
    gold = random.integers(0, size, 4 * size)
    pred = (gold + random.integers(0, spread + 1, len(gold))) % size
    shared = np.zeros((size, size))
    np.add.at(shared, (gold, pred), 1)
    sums = shared.sum(1)[:, None] + shared.sum(0)[None, :]
    worth = np.divide(2 * shared, sums, out=np.zeros_like(shared), where=sums > 0)
    best = worth[linear_sum_assignment(worth, maximize=True)].sum()
    rates = ceaf_e(Counter((f"g{g}", f"p{p}") for g, p in zip(gold, pred, strict=True)))
    assert rates.recall == pytest.approx(best / len(set(gold)))
    assert rates.precision == pytest.approx(best / len(set(pred)))


@given(MENTIONS)
@settings(max_examples=200, deadline=None)
def test_all_rates_lie_between_0_and_1_and_a_cluster_of_its_own_id_is_perfect(mentions: list[Ids]) -> None:
    for measure in (muc, b_cubed, ceaf_e):
        assert all(rate is None or 0 <= rate <= 1 for rate in measure(Counter(mentions)))
        same = [(gold, gold and f"new {gold}") for gold, _ in mentions if gold is not None]
        assert set(measure(Counter(same))) <= {1.0, None}
        assert measure is muc or not same or measure(Counter(same)) == (1.0, 1.0, 1.0)


def test_the_mean_is_undefined_where_a_measure_is() -> None:
    assert conll_f1({("a", "b"): 1}) is None  # no links, so no MUC
    assert conll_f1({("a", "b"): 2, ("c", ""): 1}) == 1.0
    assert conll_f1({}) is None


# -- conflicts


def conflicts(*said: tuple[tuple[str, Any] | None, tuple[str, Any] | None]) -> dict[str, tuple[int, int, int]]:
    """(matched, missed, invented) by field, from (story event, fields) of gold and prediction, a document each."""
    ids = [tuple(None if side is None else side[0] for side in each) for each in said]
    values = [tuple({} if side is None else side[1] for side in each) for each in said]
    found = counted(documents_of(ids, values)).conflicts  # type: ignore[arg-type]
    assert all(counts.misread == 0 for counts in found.values())
    return {path: (each.matched, each.missed, each.invented) for path, each in found.items()}


def test_five_amounts_of_one_deal() -> None:
    amounts = (10, 14.8, 14.8, 15, 14.3)
    told = [("e", {"amount": money(amount)}) for amount in amounts]
    # 5 documents make 10 pairs; one pair agrees
    assert conflicts(*[(gold, ("x", gold[1])) for gold in told]) == {"deal.amount": (9, 0, 0)}
    # the system joins the first three only: of the 9, it sees 10 against 14.8 twice
    joined = [(gold, ("x" if i < 3 else "", gold[1])) for i, gold in enumerate(told)]
    assert conflicts(*joined) == {"deal.amount": (2, 7, 0)}
    # it joins all and says 14.8 everywhere: nothing is seen
    assert conflicts(*[(gold, ("x", {"amount": money(14.8)})) for gold in told]) == {"deal.amount": (0, 9, 0)}
    # it joins all, and misreads the second: only there is a conflict that gold has not, with the third
    misread = [
        (gold, ("x", {"amount": money(99 if i == 1 else gold[1]["amount"]["amount"])})) for i, gold in enumerate(told)
    ]
    assert conflicts(*misread) == {"deal.amount": (9, 0, 1)}


def test_events_that_are_wrongly_joined_seem_to_conflict() -> None:
    one, other = {"rounds": 1, "note": "x"}, {"rounds": 2, "note": "x"}
    assert conflicts((("e", one), ("p", one)), (("f", other), ("p", other))) == {"deal.rounds": (0, 0, 1)}


def test_events_without_a_partner_take_part_on_their_own_side() -> None:
    one, other = {"rounds": 1}, {"rounds": 2}
    assert conflicts((("e", one), None), (("e", other), ("p", other)), (None, ("p", one))) == {"deal.rounds": (0, 1, 1)}
    assert conflicts((("e", one), None), (("", other), None)) == {}


def test_a_list_has_no_conflict_but_a_field_of_an_object_may() -> None:
    one = {"people": ["Ann"], "terms": {"fee": money(1)}, "parts": [{"share": 1}]}
    other = {"people": ["Bob"], "terms": {"fee": money(2)}, "parts": [{"share": 2}]}
    assert conflicts((("e", one), ("p", one)), (("e", other), ("p", other))) == {"deal.terms.fee": (1, 0, 0)}


@pytest.mark.parametrize(
    ("field", "one", "other", "same"),
    [
        ("amount", money(14.8e9), money(14800000000, bound="about"), True),
        ("amount", money(14.8e9), money(14.8e9, "EUR"), False),
        ("amount", money(10**30), money(10**30 + 1), True),
        ("amount", money(10**30), money(10**30 + 10**22), False),
        ("stake", {"value": 49}, {"value": 49.0}, True),
        ("stake", {"value": 49}, {"value": 49.1}, False),
        ("power", {"value": 1.1, "unit": "GW"}, {"value": 1100, "unit": "MW"}, True),
        ("power", {"value": 1.1, "unit": "GW"}, {"value": 1.1, "unit": "MW"}, False),
        ("term", "P20Y", "P240M", True),
        ("term", "P1M", "P30D", False),
        ("date", "2025-06", "2025-06-11", False),
        ("open", True, False, False),
        ("level", 1, True, False),
        ("level", "low", "high", False),
        ("rounds", 0.1 + 0.2, 0.3, True),
        ("rounds", 0, 1e-12, False),
        ("target", "Northwind, Inc.", "the NORTHWIND", True),
        ("note", "Northwind, Inc.", "Northwind", False),
        ("note", "A “plan”", 'plan".', False),
        ("note", "the plan.", "Plan", True),
    ],
)
def test_values_conflict_as_their_kind_has_it(field: str, one: Any, other: Any, same: bool) -> None:
    told = [(("e", {field: value}), ("p", {field: value})) for value in (one, other)]
    assert conflicts(*told) == ({} if same else {f"deal.{field}": (1, 0, 0)})
    alone = [(None, ("p", {field: value})) for value in (one, other)]
    assert conflicts((("e", {}), None), *alone) == ({} if same else {f"deal.{field}": (0, 0, 1)})


def test_another_right_form_of_a_name_is_no_conflict() -> None:
    full = event("e", {"target": "Meta Platforms"}, accepted={"/target": ["Meta"]})
    quoted = event("e", {"target": "Meta Labs"}, evidence={"/target": [Span(0, 4, "Meta")]})
    short, other = event("e", {"target": "META"}), event("e", {"target": "Beta"})
    right, wrong = event("p", {"target": "Meta"}), event("p", {"target": "Beta"})
    stories = counted(
        [document("1", [full], [right]), document("2", [short], [right]), document("3", [quoted], [right])]
    )
    assert stories.conflicts == {}
    stories = counted(
        [document("1", [full], [right]), document("2", [other], [wrong]), document("3", [short], [wrong])]
    )
    assert stories.conflicts == {"deal.target": Counts(matched=1, missed=1, invented=1)}
    # a wrong value takes no part in the forms that are right for gold
    stories = counted([document("1", [full], [wrong]), document("2", [short], [right])])
    assert stories.conflicts == {"deal.target": Counts(invented=1)}


def test_what_the_schema_rejects_states_nothing() -> None:
    valid, invalid = {"rounds": 1, "note": "x"}, {"rounds": "banana", "note": "x"}
    for gold in (valid, {"note": "x"}):
        assert conflicts((("e", gold), ("p", valid)), (("e", gold), ("p", invalid))) == {}
    assert conflicts((("e", valid), None), (None, ("p", valid)), (None, ("p", invalid))) == {}


POOL = st.sampled_from(
    [{}, {}, {"rounds": 1}, {"rounds": 1.0}, {"rounds": 2}, {"rounds": 3, "target": "Ann Inc"}, {"target": "ann"}]
)
FEW = st.sampled_from([None, "", "a", "b"])
TOLD = st.lists(st.tuples(st.tuples(FEW, FEW).filter(any), st.tuples(POOL, POOL)), max_size=7)
SAME = {"rounds": lambda one, other: one == other, "target": lambda one, other: one[:3].lower() == other[:3].lower()}


@given(TOLD)
@settings(max_examples=300, deadline=None)
def test_conflicts_are_those_of_all_pairs_of_documents(told: list[Any]) -> None:
    expected: Counter[tuple[str, str]] = Counter()
    for (ids, said), (other_ids, others) in combinations(told, 2):
        for field, same in SAME.items():
            in_gold, seen = (
                bool(ids[side])
                and ids[side] == other_ids[side]
                and field in said[side]
                and field in others[side]
                and not same(said[side][field], others[side][field])
                for side in (0, 1)
            )
            if in_gold or seen:
                expected[field, "matched" if in_gold and seen else "missed" if in_gold else "invented"] += 1
    found = conflicts(*[tuple(None if i is None else (i, f) for i, f in zip(*each, strict=True)) for each in told])
    results = ("matched", "missed", "invented")
    assert {(f[5:], r): n for f, row in found.items() for r, n in zip(results, row, strict=True) if n} == expected


# -- the section as a whole


@given(TOLD, st.randoms(use_true_random=False), st.integers(0, 7))
@settings(max_examples=150, deadline=None)
def test_order_names_and_shards_change_nothing(told: list[Any], random: Any, cut: int) -> None:
    mentions, values = [each[0] for each in told], [each[1] for each in told]
    whole = counted(documents_of(mentions, values)).as_json()
    order = list(range(len(told)))
    random.shuffle(order)
    renamed: list[Ids] = [tuple(i and f"{side}{i}!" for side, i in zip("zy", mentions[k], strict=True)) for k in order]  # type: ignore[misc]
    documents = documents_of(renamed, [values[k] for k in order])
    assert counted(documents).as_json() == whole
    first, second = (pickle.loads(pickle.dumps(counted(part))) for part in (documents[:cut], documents[cut:]))  # noqa: S301
    second.merge(first)
    assert second.as_json() == whole


def test_without_ids_on_either_side_there_is_no_section() -> None:
    for mentions in ([], [("", "")], [("e", ""), ("e", None)], [("", "p"), (None, "p")]):
        assert counted(documents_of(mentions)).as_json() is None


def test_the_section_has_the_keys_of_the_contract() -> None:
    told = [(("e", {"rounds": n}), ("p", {"rounds": n})) for n in (1, 2)]
    section = counted(
        documents_of([("e", "p"), ("e", "p"), ("e", None)], [(each[0][1], each[1][1]) for each in told] + [({}, {})])
    ).as_json()
    assert section == {
        "mentions": {"gold": 3, "predicted": 2, "both": 2},
        "muc": {"precision": 1.0, "recall": 1 / 2, "f1": 2 / 3},
        "b_cubed": {"precision": 1.0, "recall": 4 / 9, "f1": 8 / 13},
        "ceaf_e": {"precision": 4 / 5, "recall": 4 / 5, "f1": 4 / 5},
        "conll_f1": pytest.approx((2 / 3 + 8 / 13 + 4 / 5) / 3),
        "conflicts": {
            "deal.rounds": {
                "matched": 1,
                "misread": 0,
                "missed": 0,
                "invented": 0,
                "precision": 1.0,
                "recall": 1.0,
                "f1": 1.0,
                "accuracy": 1.0,
            }
        },
    }


def test_several_events_of_a_document_and_a_document_without_prediction() -> None:
    first, second = event("e", {"rounds": 1, "note": "one"}), event("f", {"rounds": 2, "note": "two"})
    both = document(
        "1", [first, second], [event("y", {"rounds": 2, "note": "two"}), event("x", {"rounds": 1, "note": "one"})]
    )
    checked = [check_event(each, SCHEMA)[0] for each in (first, second)]
    empty = DocumentMatch("2", Record("2", [first, second]), None, tuple(compare_document(checked, [])))
    assert counted([both, empty]).table == {("e", "x"): 1, ("f", "y"): 1, ("e", None): 1, ("f", None): 1}
