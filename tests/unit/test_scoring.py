"""The score of small files, every figure by arithmetic written out, and the faults of other scorers one by one."""

import doctest
import importlib
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest
from support import BOOLEAN, NUMBER, TEXT, event, figures, four, kind, list_of, money, score_files

from goldspan.errors import DataError, UsageError
from goldspan.scoring import Score, score

TYPES = {
    "deal": {
        "target": kind("name"),
        "amount": kind("money"),
        "stake": kind("percent"),
        "people": list_of(kind("name")),
        "open": BOOLEAN,
        "rounds": NUMBER,
    },
    "suit": {"forum": TEXT, "works": NUMBER},
}
SCALE = event("deal", target="Scale AI", amount=money(14.3e9), stake={"value": 49}, people=["Ann", "Bob"])  # 5 leaves
SUIT = event("suit", forum="Detroit", works=243)  # 2 leaves


@pytest.fixture
def scored(tmp_path: Path) -> Any:
    def run(gold: dict[str, Any], pred: dict[str, Any], **options: Any) -> Score:
        return score_files(tmp_path, TYPES, gold, pred, **options)

    return run


def deal(**fields: Any) -> list[dict[str, Any]]:
    return [event("deal", **fields)]


def rates(result: Score) -> tuple[float | None, float | None, float | None]:
    return result.micro.precision, result.micro.recall, result.micro.f1


def test_gold_against_itself_is_1_on_every_defined_rate(scored: Any) -> None:
    gold = {"d1": [SCALE, SUIT], "d2": [SUIT], "d3": []}
    result = scored(gold, gold)
    assert four(result.micro) == (5 + 2 + 2, 0, 0, 0)
    assert rates(result) == (1.0, 1.0, 1.0)
    assert result.micro.accuracy == result.macro_field_f1 == result.macro_document_f1 == result.true_null_rate == 1.0
    assert result.events == (3, 0, 0, 3)
    assert all(each.f1 == 1.0 for each in [*result.fields.values(), *result.types.values()])
    assert [each.counts.f1 for each in result.documents.values()] == [1.0, 1.0, None]


def test_an_empty_prediction_file(scored: Any) -> None:
    result = scored({"d1": [SCALE], "d2": [SUIT]}, {})
    assert four(result.micro) == (0, 0, 7, 0)
    assert rates(result) == (None, 0.0, 0.0)
    assert (result.macro_field_f1, result.macro_document_f1, result.true_null_rate) == (0.0, 0.0, None)
    assert (result.events, result.missing) == ((0, 2, 0, 0), ["d1", "d2"])


def test_a_missing_document_counts_as_an_empty_one(scored: Any) -> None:
    result = scored({"d1": [SCALE], "d2": [SUIT]}, {"d1": [SCALE]})
    assert four(result.micro) == (5, 0, 2, 0)
    assert rates(result) == (1.0, 5 / 7, 10 / 12)
    assert result.macro_document_f1 == (1 + 0) / 2
    assert (result.missing, result.failed) == (["d2"], [])


def test_an_error_record_counts_as_empty_and_as_failed(scored: Any) -> None:
    result = scored({"d1": [SCALE], "d2": [SUIT]}, {"d1": [SCALE], "d2": {"error": "out of memory"}})
    assert four(result.micro) == (5, 0, 2, 0)
    assert (result.missing, result.failed) == ([], ["d2"])


def test_an_error_record_counts_as_empty_even_if_it_brings_events(scored: Any) -> None:
    result = scored({"d1": [SUIT]}, {"d1": {"error": "cut off", "events": [SUIT]}})
    assert four(result.micro) == (0, 0, 2, 0)


def test_empty_gold_and_empty_prediction_is_undefined(scored: Any) -> None:
    result = scored({"d1": []}, {"d1": []})
    assert rates(result) == (None, None, None)
    assert (result.micro.accuracy, result.macro_field_f1, result.macro_document_f1) == (None, None, None)


def test_empty_gold_and_a_prediction_has_precision_0_and_enters_micro(scored: Any) -> None:
    result = scored({"d1": [], "d2": [SUIT]}, {"d1": [SUIT], "d2": [SUIT]})
    assert four(result.documents["d1"].counts) == (0, 0, 0, 2)
    assert (result.documents["d1"].counts.precision, result.documents["d1"].counts.recall) == (0.0, None)
    assert rates(result) == (2 / 4, 2 / 2, 4 / 6)


def test_one_leaf_of_each_outcome(scored: Any) -> None:
    gold = deal(target="Scale AI", amount=money(5), stake={"value": 49})
    result = scored({"d1": gold}, {"d1": deal(target="Scale AI", amount=money(6), rounds=3)})
    assert {path: four(counts) for path, counts in result.fields.items()} == {
        "deal.target": (1, 0, 0, 0),
        "deal.amount": (0, 1, 0, 0),
        "deal.stake": (0, 0, 1, 0),
        "deal.rounds": (0, 0, 0, 1),
    }
    assert rates(result) == (1 / 3, 1 / 3, 2 / (2 + 2 + 1 + 1))
    assert result.micro.accuracy == 1 / 4


def test_macro_means_leave_out_what_is_undefined(scored: Any) -> None:
    gold = {"d1": deal(target="X", rounds=1), "d2": deal(target="Y", rounds=2), "d3": [], "d4": []}
    pred = {"d1": deal(target="X", rounds=9), "d2": deal(target="Y", rounds=2), "d3": [], "d4": [SUIT]}
    result = scored(gold, pred)
    # fields: target 2m -> 1; rounds 1m 1w -> 2 / 4; forum and works 1x each -> 0; the other fields nobody states
    assert result.macro_field_f1 == pytest.approx((1 + 2 / 4 + 0 + 0) / 4, rel=1e-12)
    # documents: d1 1m 1w -> 2 / 4; d2 -> 1; d3 undefined; d4 2x -> 0
    assert result.macro_document_f1 == pytest.approx((2 / 4 + 1 + 0) / 3, rel=1e-12)


def test_an_event_told_twice_counts_exactly_once(scored: Any) -> None:
    result = scored({"d1": [SCALE]}, {"d1": [SCALE, SCALE]})
    assert four(result.micro) == (5, 0, 0, 5)
    assert rates(result) == (5 / 10, 5 / 5, 10 / 15)
    assert result.events == (1, 0, 1, 1)


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"amount": "banana"}, "deal.amount"),
        ({"amount": {"amount": "14.3B", "currency": "USD"}}, "deal.amount"),
        ({"amount": {"amount": 14.3e9}}, "deal.amount"),
        ({"amount": money(14.3e9, "dollars")}, "deal.amount"),
        ({"amount": {**money(14.3e9), "extra": 1}}, "deal.amount"),
        ({"amount": 14.3e9}, "deal.amount"),
        ({"amount": [money(14.3e9)]}, "deal.amount"),
    ],
)
def test_an_invalid_value_is_invented_and_the_gold_leaf_missed(scored: Any, fields: Any, path: str) -> None:
    result = scored({"d1": deal(target="X", amount=money(14.3e9))}, {"d1": deal(target="X", **fields)})
    assert four(result.fields[path]) == (0, 0, 1, 1)
    assert four(result.micro) == (1, 0, 1, 1)
    assert len(result.faults) >= 1
    assert all(problem.pointer.startswith("/events/0/fields/amount") for problem in result.faults)


def test_percent_as_a_bare_number_is_invalid(scored: Any) -> None:
    result = scored({"d1": deal(target="X", stake={"value": 49})}, {"d1": deal(target="X", stake=49)})
    assert four(result.fields["deal.stake"]) == (0, 0, 1, 1)


def test_an_invalid_item_leaves_the_other_items_alone(scored: Any) -> None:
    result = scored({"d1": deal(target="X", people=["Ann", "Bob"])}, {"d1": deal(target="X", people=["Ann", 7])})
    assert four(result.fields["deal.people"]) == (1, 0, 1, 1)


def test_an_unknown_field_is_invented_leaf_by_leaf(scored: Any) -> None:
    pred = deal(target="X", ceo="Ann", board=["Bob", None], site={"city": "Oslo", "floor": 0, "wing": ""})
    result = scored({"d1": deal(target="X")}, {"d1": pred})
    assert four(result.micro) == (1, 0, 0, 1 + 1 + 2)


def test_an_unknown_event_type_is_invented_leaf_by_leaf(scored: Any) -> None:
    result = scored({"d1": [SUIT]}, {"d1": [{**SUIT, "type": "Suit"}]})
    assert four(result.micro) == (0, 0, 2, 2)
    assert result.events == (0, 1, 1, 0)


@pytest.mark.parametrize("nothing", [None, "", [], {}])
def test_what_states_nothing_is_never_counted(scored: Any, nothing: Any) -> None:
    silent = {"rounds": nothing, "people": nothing, "stake": nothing, "open": nothing, "unknown": nothing}
    result = scored({"d1": deal(target="X")}, {"d1": deal(target="X", **silent)})
    assert four(result.micro) == (1, 0, 0, 0)
    assert list(result.fields) == ["deal.target"]
    assert result.true_null_rate == 1.0
    assert result.faults == ()


def test_an_event_that_states_nothing_is_no_leaf(scored: Any) -> None:
    result = scored({"d1": [SUIT]}, {"d1": [SUIT, event("deal", target=None, people=[None, ""])]})
    assert four(result.micro) == (2, 0, 0, 0)


def test_0_and_false_are_values(scored: Any) -> None:
    gold = deal(target="X", open=False, rounds=0)
    assert four(scored({"d1": gold}, {"d1": gold}).micro) == (3, 0, 0, 0)
    assert four(scored({"d1": gold}, {"d1": deal(target="X")}).micro) == (1, 0, 2, 0)
    assert four(scored({"d1": deal(target="X")}, {"d1": gold}).micro) == (1, 0, 0, 2)


def test_true_null_rate_is_the_share_of_silent_fields_left_silent(scored: Any) -> None:
    # gold leaves amount, stake, people and open empty; the prediction fills stake, and open with no boolean
    gold = deal(target="X", rounds=1)
    result = scored({"d1": gold}, {"d1": deal(target="X", stake={"value": 5}, open="yes")})
    assert result.true_null_rate == 2 / 4
