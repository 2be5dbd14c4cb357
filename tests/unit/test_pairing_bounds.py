"""Short cuts of the pairing are not taken where values match that do not look alike."""

from support import TEXT, schema_of

from goldspan.check import check_event
from goldspan.pairing import compare_document
from goldspan.records import Event

SCHEMA = schema_of({"thing": {"a": TEXT, "b": TEXT, "c": TEXT, "n": {"enum": [1, True]}}})


def compared(gold: list[Event], pred: list[Event]) -> list[tuple[int | None, int | None, list[str]]]:
    sides = [[check_event(event, SCHEMA)[0] for event in side] for side in (gold, pred)]
    pairs = compare_document(*sides)
    return [(pair.gold, pair.pred, [outcome.result for outcome in pair.outcomes]) for pair in pairs]


def test_accepted_forms_may_decide_which_event_is_meant():
    """The first prediction has one value right as written, the second two that are accepted."""
    gold = Event("thing", {"a": "x", "b": "Quarz", "c": "Opal"}, accepted={"/b": ["Zinc"], "/c": ["Onyx"]})
    pred = [Event("thing", {"a": "x"}), Event("thing", {"b": "Zinc", "c": "Onyx"})]
    assert compared([gold], pred) == [(0, 1, ["missed", "matched", "matched"]), (None, 0, ["invented"])]


def test_true_is_not_one():
    gold, pred = Event("thing", {"a": "x", "n": 1}), Event("thing", {"a": "x", "n": True})
    assert compared([gold], [pred]) == [(0, 0, ["matched", "misread"])]


def test_integers_beyond_floats_are_compared_as_they_are():
    schema = schema_of({"thing": {"a": TEXT, "n": {"type": "number"}}})
    gold, near, far = ({"a": "x", "n": number} for number in (10**400, 10**400 + 1, 10**401))
    for fields, result in ((near, "matched"), (far, "misread")):
        sides = [[check_event(Event("thing", each), schema)[0]] for each in (gold, fields)]
        (pair,) = compare_document(*sides)
        assert [outcome.result for outcome in pair.outcomes] == ["matched", result]
