"""The vote of several predictions, against arithmetic written out."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import event, kind, list_of, money, object_of, schema_of

from goldspan import DataError, UsageError, load_schema, run, validate, vote
from goldspan.content import GOLD

Write = Callable[..., Path]
SCHEMA = load_schema()


def record(*events: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"doc_id": "d", "events": list(events), **more}


def fields_of(merged: dict[str, Any]) -> list[dict[str, Any]]:
    return [each["fields"] for each in merged["events"]]


def deal(**fields: Any) -> dict[str, Any]:
    return event("deal", **fields)


def test_an_event_is_kept_that_more_than_half_have() -> None:
    a, b, c = deal(target="A", term="P1Y"), deal(target="B", term="P2Y"), deal(target="C", term="P3Y")
    assert fields_of(vote([record(a, b), record(b, c), record(b, c)], SCHEMA)) == [b["fields"], c["fields"]]
    assert fields_of(vote([record(a), record(b)], SCHEMA)) == []  # one of two is no more than half
    assert fields_of(vote([record(a), record(a), None, None], SCHEMA)) == []  # nor are two of four
    assert fields_of(vote([record(a)], SCHEMA)) == [a["fields"]]


def test_a_value_is_the_one_most_agree_on_and_silence_is_one() -> None:
    one = record(deal(target="Fabrikam", amount=money(14.3e9), term="P5Y", date="2025"))
    two = record(deal(target="Fabrikam Inc.", amount=money(14.3e6), term="P5Y"))
    three = record(deal(target="fabrikam", amount=money(14.3e6)))
    (merged,) = vote([one, two, three], SCHEMA)["events"]
    # target: all three are equal, the first is written; amount: two of three; term: two of three; date: one of three
    assert merged["fields"] == {"target": "Fabrikam", "amount": money(14.3e6), "term": "P5Y"}
    assert merged["confidence"] == {"/target": 1, "/amount": pytest.approx(2 / 3), "/term": pytest.approx(2 / 3)}


def test_of_equally_many_the_first_is_taken() -> None:
    terms = ["P1Y", "P2Y", "P3Y"]
    (merged,) = vote([record(deal(target="A", term=term)) for term in terms], SCHEMA)["events"]
    assert merged["fields"] == {"target": "A", "term": "P1Y"}
    assert merged["confidence"]["/term"] == pytest.approx(1 / 3)
    rest = [record(deal(target="A", term=term)) for term in ("P2Y", "P1Y", "P2Y", "P1Y")]
    assert fields_of(vote(rest, SCHEMA)) == [{"target": "A", "term": "P2Y"}]


def test_an_item_is_kept_that_more_than_half_of_those_with_the_event_have() -> None:
    lists = [["X", "Y"], ["Y Inc.", "Z"], ["y", "X"], ["W"]]
    (merged,) = vote([record(deal(target="A", investors=names)) for names in lists], SCHEMA)["events"]
    # Y: three of four; X: two of four, no more than half; W, Z: one
    assert merged["fields"] == {"target": "A", "investors": ["Y"]}
    assert merged["confidence"]["/investors/0"] == pytest.approx(3 / 4)
    three = [record(deal(target="A", investors=names)) for names in lists[:3]] + [None, None]
    assert fields_of(vote(three, SCHEMA))[0]["investors"] == ["X", "Y"]  # two and three of three, not of five


def test_events_are_brought_together_as_scoring_pairs_them_not_by_their_order() -> None:
    one, two = deal(target="A", term="P1Y"), deal(target="B", term="P2Y")
    merged = vote([record(one, two), record(two, one), record(two)], SCHEMA)
    assert fields_of(merged) == [one["fields"], two["fields"]]
    assert [each["confidence"]["/term"] for each in merged["events"]] == [pytest.approx(2 / 3), 1]


def test_an_event_that_the_first_file_lacks_is_found_too() -> None:
    late = deal(target="B", term="P2Y")
    assert fields_of(vote([record(), record(late), record(late)], SCHEMA)) == [late["fields"]]


def test_the_evidence_of_all_who_agree_is_joined_once_each() -> None:
    first, second = {"start": 0, "end": 1, "quote": "A"}, {"start": 5, "end": 6, "quote": "A"}
    looked_up = first | {"located": True}
    other = {"start": 9, "end": 10, "quote": "B"}
    events = [
        deal(target="A", term="P1Y") | {"evidence": {"/target": [looked_up]}},
        deal(target="A", term="P1Y") | {"evidence": {"/target": [second, first]}},
        deal(target="B", term="P1Y") | {"evidence": {"/target": [other]}},
    ]
    (merged,) = vote([record(each) for each in events], SCHEMA)["events"]
    # what one gave is given, though another looked it up; the loser's evidence is not the winner's
    assert merged["evidence"] == {"/target": [second, first]}


def test_groups_in_lists_are_brought_together_and_vote_among_themselves() -> None:
    line = object_of(item={"type": "string"}, pieces={"type": "integer"}, size=object_of(w={"type": "number"}))
    schema = schema_of({"order": {"buyer": kind("name"), "lines": list_of(line)}})
    orders = [
        [{"item": "bolt", "pieces": 4, "size": {"w": 1}}, {"item": "nut", "pieces": 1}],
        [{"item": "nut", "pieces": 2}, {"item": "Bolt", "pieces": 40, "size": {"w": 1.0}}],
        [{"item": "bolt", "pieces": 40}, {"item": "washer", "pieces": 9}],
    ]
    (merged,) = vote([record(event("order", buyer="A", lines=lines)) for lines in orders], schema)["events"]
    # bolt: three of three, 40 twice, w twice; nut: two of three, 1 and 2 once each, the first; washer: one of three
    assert merged["fields"]["lines"] == [{"item": "bolt", "pieces": 40, "size": {"w": 1}}, {"item": "nut", "pieces": 1}]
    assert merged["confidence"]["/lines/0/pieces"] == pytest.approx(2 / 3)
    assert merged["confidence"]["/lines/1/pieces"] == pytest.approx(1 / 3)


def test_a_record_that_failed_has_no_event_and_where_all_failed_so_does_the_vote() -> None:
    good, bad = record(deal(target="A", term="P1Y")), record(error="down")
    assert fields_of(vote([good, bad, good], SCHEMA)) == [{"target": "A", "term": "P1Y"}]
    assert fields_of(vote([good, bad, None], SCHEMA)) == []
    assert "error" not in vote([good, bad, None], SCHEMA)
    assert vote([bad, None], SCHEMA)["error"] == "all failed: down; no record"


def test_what_the_schema_does_not_allow_has_no_vote() -> None:
    wrong = deal(target="A", term="five years", mood="good")
    strange = event("party", host="A")
    assert fields_of(vote([record(wrong, strange)] * 3, SCHEMA)) == [{"target": "A"}]


def test_a_vote_costs_what_its_voters_cost() -> None:
    records = [record(usage={"seconds": 1.5, "cost_usd": 0.25}), record(usage={"seconds": 2}), record()]
    assert vote(records, SCHEMA)["usage"] == {"seconds": 3.5, "cost_usd": 0.25}


NAMES = st.sampled_from(["Contoso", "contoso", "Fabrikam", "Northwind Inc."])
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "target": NAMES,
        "investors": st.lists(NAMES, max_size=3, unique_by=str.lower),
        "term": st.sampled_from(["P1Y", "P12M", "P5Y"]),
        "amount": st.builds(money, st.sampled_from([1, 2.5e9])),
    },
).filter(lambda fields: any(fields.values()))


@settings(deadline=None)
@given(st.lists(FIELDS, max_size=4))
def test_three_copies_vote_for_themselves(many: list[dict[str, Any]]) -> None:
    own = record(*(deal(**fields) for fields in many))
    merged = fields_of(vote([own] * 3, SCHEMA))
    stated = [{name: value for name, value in fields.items() if value != []} for fields in many]
    key = lambda fields: json.dumps(fields, sort_keys=True)  # noqa: E731
    assert sorted(map(key, merged)) == sorted(map(key, stated))


def test_three_copies_of_gold_give_gold_with_its_evidence(tmp_path: Path) -> None:
    out = tmp_path / "vote.jsonl"
    assert run("vote", out, settings={"of": [GOLD, GOLD, GOLD]}, locate=False) == (14, 0, 0)
    read = [[json.loads(line) for line in path.read_text().splitlines()] for path in (GOLD, out)]
    gold, merged = ({row["doc_id"]: row["events"] for row in rows} for rows in read)
    assert merged.keys() == gold.keys()
    for doc_id, events in gold.items():
        for one, other in zip(events, merged[doc_id], strict=True):
            assert (one["fields"], one["evidence"]) == (other["fields"], other["evidence"])
    assert validate(out) == []


def test_the_extractor_takes_files_and_run_directories(write_lines: Write, tmp_path: Path) -> None:
    documents = write_lines("documents.jsonl", [{"doc_id": "d", "text": "A"}, {"doc_id": "e", "text": "B"}])
    whole = record(deal(target="A", term="P1Y"))
    (tmp_path / "run").mkdir()
    files = [write_lines("one.jsonl", [whole]), write_lines("run/predictions.jsonl", [whole]).parent]
    out = tmp_path / "out.jsonl"
    result = run("vote", out, documents=documents, settings={"of": files})
    assert result == (2, 0, 1)
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert rows[0]["events"][0]["evidence"]["/target"][0]["quote"] == "A"
    assert rows[1]["error"] == "all failed: no record; no record"


def test_files_that_cannot_vote_are_refused(write_lines: Write, tmp_path: Path) -> None:
    twice, broken = write_lines("twice.jsonl", [record(), record()]), write_lines("broken.jsonl", [b"{"])
    for error, files in ((DataError, [twice]), (DataError, [broken]), (UsageError, [tmp_path / "nowhere"])):
        with pytest.raises(error):
            run("vote", tmp_path / "out.jsonl", settings={"of": files})
    with pytest.raises(UsageError, match="'of' is missing"):
        run("vote", tmp_path / "out.jsonl")
    assert not (tmp_path / "out.jsonl").exists()
