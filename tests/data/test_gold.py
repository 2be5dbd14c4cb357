"""The gold annotations: right by the program's rules, by plain slicing, and by what a reader finds in the articles."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from goldspan import validate

# Counted by reading the articles.
EVENTS = {
    "seed-000-01": {"deal": 1},
    "seed-000-02": {"product": 2, "deal": 2},
    "seed-000-03": {"deal": 1},
    "seed-000-04": {"product": 1},
    "seed-000-05": {"litigation": 1},
    "seed-000-06": {"deal": 1},
    "seed-000-07": {"deal": 1, "product": 1},
    "seed-000-08": {"deal": 3, "product": 1},
    "seed-000-09": {"energy": 2, "product": 1},
    "seed-000-10": {"litigation": 2},
    "seed-001": {"deal": 1, "product": 2, "litigation": 1},
    "seed-002": {"deal": 2},
    "seed-003": {"deal": 1, "product": 1, "litigation": 1},
    "seed-004": {"deal": 3, "product": 2},
}

# Meta's investment in Scale AI, as each article tells it: dollars, percent, how far the deal has come.
SCALE_AI = {
    "seed-000-01": (14_800_000_000, 49, "announced"),
    "seed-000-02": (14_000_000_000, None, "planned"),
    "seed-000-03": (None, None, "in_talks"),
    "seed-000-06": (15_000_000_000, 49, "agreed"),
    "seed-000-07": (10_000_000_000, None, "rumoured"),
    "seed-000-08": (10_000_000_000, None, "in_talks"),
    "seed-001": (14_000_000_000, 49, "announced"),
    "seed-002": (14_000_000_000, None, "in_talks"),
    "seed-003": (14_000_000_000, 49, "in_talks"),
    "seed-004": (14_300_000_000, 49, "announced"),
}

# Figures that stand in one article only.
FIGURES = [
    ("seed-000-01", "e1", "/valuation", {"amount": 29_000_000_000, "currency": "USD", "bound": "more_than"}),
    ("seed-000-02", "e1", "/parameters", {"value": 1_200_000_000, "unit": "count", "bound": "exact"}),
    ("seed-000-02", "e4", "/amount", {"amount": 230_000_000, "currency": "USD", "bound": "exact"}),
    ("seed-000-08", "e4", "/amount", {"amount": 13_000_000_000, "currency": "USD", "bound": "more_than"}),
    ("seed-000-09", "e1", "/capacity", {"value": 1.1, "unit": "GW", "bound": "exact"}),
    ("seed-000-09", "e1", "/added_capacity", {"value": 30, "unit": "MW", "bound": "exact"}),
    ("seed-000-09", "e1", "/jobs", {"value": 1100, "unit": "count", "bound": "more_than"}),
    ("seed-000-09", "e1", "/annual_tax_revenue", {"amount": 13_500_000, "currency": "USD", "bound": "about"}),
    ("seed-000-09", "e1", "/term", "P20Y"),
    ("seed-000-09", "e1", "/start", "2027"),
    ("seed-000-10", "e1", "/relief/0", {"amount": 80_600_000, "currency": "GBP", "bound": "exact"}),
    ("seed-000-10", "e1", "/relief/1", {"amount": 109_000_000, "currency": "USD", "bound": "more_than"}),
    ("seed-000-10", "e1", "/relief_per_work", {"amount": 150_000, "currency": "USD", "bound": "exact"}),
    ("seed-000-10", "e1", "/works", {"value": 243, "unit": "count", "bound": "exact"}),
    ("seed-004", "e4", "/term", "P5Y"),
]

ANNOTATIONS = Path(__file__).resolve().parents[2] / "annotations"
PASSES = {number: {side: ANNOTATIONS / f"passes/round-{number}/{side}.jsonl" for side in "ab"} for number in (1, 2)}


class Place(NamedTuple):
    """A value's address: document, event, JSON Pointer."""

    doc_id: str
    event: str
    pointer: str


def rows_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def values_of(event: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in event["fields"].items():
        if isinstance(value, list):
            yield from ((f"/{name}/{i}", item) for i, item in enumerate(value))
        else:
            yield f"/{name}", value


def told(path: Path) -> dict[Place, dict[str, Any]]:
    """Each value of a file with its evidence and accepted forms, neither in any order."""
    return {
        Place(row["doc_id"], event["id"], pointer): {
            "value": value,
            "evidence": sorted([span["start"], span["end"]] for span in event["evidence"].get(pointer, [])),
            "accepted": sorted(event.get("accepted", {}).get(pointer, []), key=json.dumps),
        }
        for row in rows_of(path)
        for event in row["events"]
        for pointer, value in values_of(event)
    }


@pytest.fixture(scope="module")
def gold() -> list[dict[str, Any]]:
    return rows_of(ANNOTATIONS / "gold.jsonl")


@pytest.fixture(scope="module")
def texts(repository: Path) -> dict[str, str]:
    """The documents, cut by plain slicing."""
    seeds = repository / "seeds"
    return {
        row["doc_id"]: (seeds / row["file"]).read_bytes().decode()[row["start"] : row["end"]]
        for row in rows_of(seeds / "documents.jsonl")
    }


def test_gold_has_no_fault() -> None:
    assert validate(ANNOTATIONS / "gold.jsonl", gold=True) == []


@pytest.mark.parametrize("path", [path for sides in PASSES.values() for path in sides.values()])
def test_a_pass_has_no_fault_by_the_rules_for_gold(path: Path) -> None:
    assert validate(path, gold=True) == []


def test_each_document_has_the_events_that_a_reader_counts(gold: list[dict[str, Any]]) -> None:
    assert {row["doc_id"]: Counter(event["type"] for event in row["events"]) for row in gold} == EVENTS


def test_there_are_34_events(gold: list[dict[str, Any]]) -> None:
    types = Counter(event["type"] for row in gold for event in row["events"])
    assert types == {"deal": 16, "product": 11, "litigation": 5, "energy": 2}
    assert types.total() == 34


@pytest.mark.parametrize(
    "path", [ANNOTATIONS / "gold.jsonl", *(p for sides in PASSES.values() for p in sides.values())]
)
def test_each_quote_is_what_stands_at_its_offsets(path: Path, texts: dict[str, str]) -> None:
    for row in rows_of(path):
        for event in row["events"]:
            for pointer, spans in event["evidence"].items():
                found = [texts[row["doc_id"]][span["start"] : span["end"]] for span in spans]
                assert found == [span["quote"] for span in spans], (row["doc_id"], event["id"], pointer)


def test_each_value_of_gold_has_evidence_and_no_span_twice(gold: list[dict[str, Any]]) -> None:
    for row in gold:
        for event in row["events"]:
            assert set(event["evidence"]) == {pointer for pointer, _ in values_of(event)}
            for spans in event["evidence"].values():
                ranges = [(span["start"], span["end"]) for span in spans]
                assert ranges == sorted(set(ranges))
                assert ranges


def test_each_line_pins_its_text_by_sha256(gold: list[dict[str, Any]], texts: dict[str, str]) -> None:
    assert [row["doc_id"] for row in gold] == list(texts)
    for row in gold:
        assert row["text_sha256"] == hashlib.sha256(texts[row["doc_id"]].encode()).hexdigest()


def test_each_line_says_that_no_person_has_reviewed_it(gold: list[dict[str, Any]]) -> None:
    assert {row["review_status"] for row in gold} == {
        "annotated and adjudicated by language models; not reviewed by a person"
    }


def test_no_accepted_form_repeats_the_value_or_another_form(gold: list[dict[str, Any]]) -> None:
    for row in gold:
        for event in row["events"]:
            values = dict(values_of(event))
            for pointer, forms in event["accepted"].items():
                written = [json.dumps(form, sort_keys=True).casefold() for form in [values[pointer], *forms]]
                assert len(written) == len(set(written)), (row["doc_id"], event["id"], pointer)
                assert forms


def test_event_ids_are_numbered_in_each_document(gold: list[dict[str, Any]]) -> None:
    for row in gold:
        assert [event["id"] for event in row["events"]] == [f"e{n}" for n in range(1, len(row["events"]) + 1)]


def test_one_real_world_event_has_one_id_one_type_and_one_event_a_document(gold: list[dict[str, Any]]) -> None:
    types: dict[str, set[str]] = {}
    for row in gold:
        ids = [event["story_event"] for event in row["events"]]
        assert len(ids) == len(set(ids)), row["doc_id"]
        for event in row["events"]:
            assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", event["story_event"])
            types.setdefault(event["story_event"], set()).add(event["type"])
    assert all(len(each) == 1 for each in types.values())


def test_ten_articles_tell_the_investment_in_scale_ai_each_in_its_own_words(gold: list[dict[str, Any]]) -> None:
    told = {
        row["doc_id"]: (
            event["fields"].get("amount", {}).get("amount"),
            event["fields"].get("stake", {}).get("value"),
            event["fields"]["status"],
        )
        for row in gold
        for event in row["events"]
        if event["story_event"] == "meta-invests-in-scale-ai"
    }
    assert told == SCALE_AI
    assert len({amount for amount, _, _ in told.values() if amount is not None}) == 5


@pytest.mark.parametrize(("doc_id", "event", "pointer", "value"), FIGURES)
def test_a_figure_is_the_one_in_the_article(doc_id: str, event: str, pointer: str, value: Any) -> None:
    assert told(ANNOTATIONS / "gold.jsonl")[Place(doc_id, event, pointer)]["value"] == value


@pytest.mark.parametrize("number", PASSES)
def test_each_difference_between_two_passes_is_adjudicated_once_as_it_was(number: int) -> None:
    first, second = (told(path) for path in PASSES[number].values())
    places = first.keys() | second.keys()
    differences = {
        place: (first.get(place), second.get(place)) for place in places if first.get(place) != second.get(place)
    }
    entries = [entry for entry in rows_of(ANNOTATIONS / "adjudication.jsonl") if entry["round"] == number]
    settled = {Place(entry["doc_id"], entry["event"], entry["pointer"]): entry for entry in entries}
    assert len(settled) == len(entries)
    assert settled.keys() == differences.keys()
    for place, entry in settled.items():
        assert (unordered(entry["a"]), unordered(entry["b"])) == differences[place], place


def test_each_adjudication_has_a_reason_and_a_decision_that_gold_follows() -> None:
    final = told(ANNOTATIONS / "gold.jsonl")
    entries = rows_of(ANNOTATIONS / "adjudication.jsonl")
    assert {entry["round"] for entry in entries} == {1, 2}
    for entry in entries:
        place = Place(entry["doc_id"], entry["event"], entry["pointer"])
        assert len(entry["reason"].split()) >= 5, place
        decided = unordered(entry["gold"])
        assert decided == final.get(place), place
        agrees = [side for side in "ab" if unordered(entry[side]) == decided]
        assert [entry["decision"]] == (agrees or ["neither"]), place


def unordered(side: dict[str, Any] | None) -> dict[str, Any] | None:
    if side is None:
        return None
    return {**side, "evidence": sorted(side["evidence"]), "accepted": sorted(side["accepted"], key=json.dumps)}


def test_what_both_passes_of_the_last_round_agree_on_is_gold_or_was_settled_before() -> None:
    first, second = (told(path) for path in PASSES[2].values())
    final = told(ANNOTATIONS / "gold.jsonl")
    settled = {Place(e["doc_id"], e["event"], e["pointer"]) for e in rows_of(ANNOTATIONS / "adjudication.jsonl")}
    agreed = {place for place in first if first[place] == second.get(place)}
    assert [place for place in sorted(agreed - settled) if first[place] != final.get(place)] == []
    assert sorted(final.keys() - agreed - settled) == []
