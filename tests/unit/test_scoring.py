"""The score of small files, every figure by arithmetic written out, and the faults of other scorers one by one."""

import doctest
import importlib
import tomllib
from pathlib import Path
from typing import Any

import pytest
from support import BOOLEAN, NUMBER, TEXT, event, figures, four, kind, list_of, money, score_files

from goldspan.errors import DataError
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
    return lambda gold, pred: score_files(tmp_path, TYPES, gold, pred)


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
    assert (rates(result), result.micro.accuracy) == ((1 / 3, 1 / 3, 2 / (2 + 2 + 1 + 1)), 1 / 4)
    assert result.events == (1, 0, 0, 0)


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


INVALID = [
    ("amount", "banana"),
    ("amount", 14.3e9),
    ("amount", [money(14.3e9)]),
    ("amount", {"amount": 14.3e9}),
    ("amount", {"amount": "14.3B", "currency": "USD"}),
    ("amount", money(14.3e9, "dollars")),
    ("amount", {**money(14.3e9), "extra": 1}),
    ("stake", 49),
    ("stake", "49%"),
    ("open", 1),
    ("rounds", "3"),
    ("rounds", True),
]


@pytest.mark.parametrize(("name", "value"), INVALID)
def test_an_invalid_value_is_invented_and_the_gold_leaf_missed(scored: Any, name: str, value: Any) -> None:
    right = {"amount": money(14.3e9), "stake": {"value": 49}, "open": True, "rounds": 3}
    result = scored({"d1": deal(target="X", **{name: right[name]})}, {"d1": deal(target="X", **{name: value})})
    assert {path: four(counts) for path, counts in result.fields.items()} == {
        "deal.target": (1, 0, 0, 0),
        f"deal.{name}": (0, 0, 1, 1),
    }
    assert {problem.pointer.split("/")[4] for problem in result.faults} == {name}


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


@pytest.mark.parametrize("nothing", [None, [], [None], ["", None]])
@pytest.mark.parametrize("also", [{}, {"people": None}, {"people": []}, {"people": [None]}])
def test_lists_that_hold_nothing_are_silent(scored: Any, nothing: Any, also: dict[str, Any]) -> None:
    gold = deal(target="X", amount=money(5), stake={"value": 5}, open=True, rounds=1, people=nothing)
    pred = deal(target="X", **also)
    result = scored({"d1": gold}, {"d1": pred})
    assert (result.true_null_rate, four(result.micro)) == (1.0, (1, 0, 4, 0))
    told = scored({"d1": gold}, {"d1": deal(target="X", people=["Y"])})
    assert (told.true_null_rate, four(told.micro)) == (0.0, (1, 0, 4, 1))


# The faults of other scorers, each under its name.


def test_fault_14_3_billion_equal_to_14_3_million(scored: Any) -> None:
    result = scored({"d": deal(target="X", amount=money(14.3e9))}, {"d": deal(target="X", amount=money(14.3e6))})
    assert four(result.fields["deal.amount"]) == (0, 1, 0, 0)


def test_fault_banana_equal_to_an_amount_because_neither_parses(scored: Any) -> None:
    for banana in ("banana", {"amount": "banana", "currency": "USD"}):
        result = scored({"d": deal(target="X", amount=money(14.3e9))}, {"d": deal(target="X", amount=banana)})
        assert four(result.micro) == (1, 0, 1, 1)
        with pytest.raises(DataError):  # and banana cannot be gold, so that no banana equals another
            scored({"d": deal(target="X", amount=banana)}, {"d": deal(target="X", amount=banana)})


def test_fault_credit_for_shared_nulls(scored: Any) -> None:
    nulls = {"amount": None, "stake": None, "people": [], "open": None}
    result = scored({"d": deal(target="X", rounds=1, **nulls)}, {"d": deal(target="X", rounds=2, **nulls)})
    assert (four(result.micro), result.micro.accuracy) == ((1, 1, 0, 0), 1 / 2)


def test_fault_leaves_of_unpaired_events_left_out_so_that_four_wrong_of_five_give_1(scored: Any) -> None:
    gold = [event("deal", target=name) for name in ("A", "B", "C", "D", "E")]
    pred = [event("deal", target=name) for name in ("A", "V", "W", "X", "Y")]
    result = scored({"d": gold}, {"d": pred})
    assert four(result.fields["deal.target"]) == (1, 0, 4, 4)
    assert rates(result) == (1 / 5, 1 / 5, 2 / 10)


def test_fault_a_wrong_value_counted_as_a_false_positive_only(scored: Any) -> None:
    result = scored({"d": deal(target="X", rounds=1)}, {"d": deal(target="X", rounds=2)})
    assert (result.fields["deal.rounds"].precision, result.fields["deal.rounds"].recall) == (0.0, 0.0)
    assert rates(result) == (1 / 2, 1 / 2, 2 / 4)


def test_fault_a_zero_worth_pairing(scored: Any) -> None:
    result = scored({"d": deal(target="X", rounds=1)}, {"d": deal(target="Y", rounds=2)})
    assert four(result.micro) == (0, 0, 2, 2)  # not two misread
    assert result.events == (0, 1, 1, 0)


def test_fault_results_that_change_when_a_list_is_reversed() -> None:
    # the gold event pairs equally well with either predicted one, but then it is another field that is right or misread
    halves = [event("deal", target="X", rounds=1), event("deal", target="X", stake={"value": 9})]
    whole = event("deal", target="X", rounds=2, stake={"value": 8})
    thirds = [event("deal", target="X"), event("deal", rounds=2), event("deal", stake={"value": 8})]
    for gold, pred in (([whole], halves), (halves, [whole]), ([whole], thirds), (thirds, [whole, halves[0]])):
        results = [figures(TYPES, {"d": g}, {"d": p}) for g in (gold, gold[::-1]) for p in (pred, pred[::-1])]
        assert all(result == results[0] for result in results)


def test_fault_a_cliff_where_one_missing_leaf_sets_all_to_0(scored: Any) -> None:
    without = {name: value for name, value in SCALE["fields"].items() if name != "target"}
    result = scored({"d": [SCALE]}, {"d": deal(**without)})
    assert four(result.micro) == (4, 0, 1, 0)
    assert rates(result) == (1.0, 4 / 5, 8 / 9)


def test_fault_inventions_that_cost_nothing(scored: Any) -> None:
    for more in ({"rounds": 3}, {"unknown": 3}, {"open": "perhaps"}):
        result = scored({"d": [SCALE]}, {"d": deal(**SCALE["fields"], **more)})
        assert rates(result) == (5 / 6, 1.0, 10 / 11)


def test_fault_duplicates_that_cost_nothing(scored: Any) -> None:
    fields = {**SCALE["fields"], "people": ["Ann", "Bob", "Bob", "Bob"]}
    result = scored({"d": [SCALE]}, {"d": deal(**fields)})
    assert four(result.fields["deal.people"]) == (2, 0, 0, 2)  # three copies: one match and two inventions
    assert rates(result) == (5 / 7, 1.0, 10 / 12)


def test_fault_gold_taken_from_the_submitted_file(scored: Any) -> None:
    record = {"events": [{"id": "e", **SUIT}], "gold": [SCALE], "review_status": "reviewed", "text_sha256": "0" * 64}
    accepted = {"accepted": {"/amount": [money(6)]}, "evidence": {"/target": [{"start": 0, "end": 1, "quote": "X"}]}}
    assert four(scored({"d": [SCALE]}, {"d": record}).micro) == (0, 0, 5, 2)
    claimed = [{**event("deal", target="Y", amount=money(6), rounds=1), **accepted}]  # accepted by itself, not by gold
    assert four(scored({"d": deal(target="X", amount=money(5), rounds=1)}, {"d": claimed}).micro) == (1, 2, 0, 0)


def test_fault_failures_dropped_from_the_mean(scored: Any, tmp_path: Path) -> None:
    gold = {name: [SUIT] for name in ("d1", "d2", "d3", "d4")}
    result = scored(gold, {"d1": [SUIT], "d2": {"error": "timeout"}, "d3": {"events": "none"}})
    assert result.macro_document_f1 == (1 + 0 + 0 + 0) / 4
    assert four(result.micro)[:3] == (2, 0, 6)
    lines = tmp_path / "cut.jsonl"
    lines.write_text('{"doc_id": "d1", "events": [{"type": "suit", "fiel\n', encoding="utf-8")
    with pytest.raises(DataError):
        score(lines, gold=tmp_path / "gold.jsonl", schema=tmp_path / "schema")
    result = score(lines, gold=tmp_path / "gold.jsonl", schema=tmp_path / "schema", keep_going=True)
    assert (result.macro_document_f1, result.unreadable) == (0.0, 1)


@pytest.mark.parametrize("module", ["align", "counts", "edtf", "kinds", "pointers", "scoring"])
def test_fault_digits_in_docs_that_no_test_executes(module: str) -> None:
    # the examples in the code's own docs; test_docs.py executes those of README.md and docs/
    root = Path(__file__).parents[2]
    options = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["pytest"]["ini_options"]
    assert {"--doctest-modules", "eval"} <= {*options["addopts"], *options["testpaths"]}
    loaded = importlib.import_module(f"goldspan.{module}")
    tests = [test for test in doctest.DocTestFinder().find(loaded) if test.examples]
    assert tests
    assert all(doctest.DocTestRunner(verbose=False).run(test).failed == 0 for test in tests)
