"""Perturbations: one thing changes and gold with it, or gold keeps its values."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from quote_oracle import bound, states

from goldspan import UsageError, validate
from goldspan.pointers import resolve
from goldspan.variants import perturb
from goldspan.variants.perturb import CHANGED, FAMILIES, KEPT

VALUES_OF = {"currency": "currency", "scale": "amount", "percent": "value", "bound": "bound"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Any:
    path = tmp_path_factory.mktemp("perturbed")
    tallies = perturb(path, seed=5)
    rows = [
        [json.loads(line) for line in (path / name).read_text().splitlines()]
        for name in ("documents.jsonl", "gold.jsonl")
    ]
    return path, tallies, list(zip(*rows, strict=True))


def test_all_are_valid_gold_and_counted(made: Any):
    path, tallies, rows = made
    assert validate(path / "gold.jsonl", documents=path / "documents.jsonl", gold=True) == []
    assert list(tallies) == list(FAMILIES)
    for name, tally in tallies.items():
        assert tally.made == sum(row["variant"] == name for row, _ in rows) > 0
        assert tally.made + tally.skipped == 14
        assert tally.gold == ("changed" if name in CHANGED else "the same")


def test_each_keeps_story_and_parent(made: Any, originals: Any):
    for row, _ in made[2]:
        assert row["doc_id"] == f"{row['variant_of']}~{row['variant']}"
        assert row["story"] == originals[row["variant_of"]]["story"]
        assert row["text"] != originals[row["variant_of"]]["text"]


def differing(old: Any, new: Any, place: str = "") -> list[str]:
    """The pointers at which two pieces of JSON differ."""
    if isinstance(old, dict) and isinstance(new, dict) and old.keys() == new.keys():
        return [found for key in old for found in differing(old[key], new[key], f"{place}/{key}")]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [
            found for i, (a, b) in enumerate(zip(old, new, strict=True)) for found in differing(a, b, f"{place}/{i}")
        ]
    return [] if old == new else [place]


def test_gold_stays_the_same_where_it_must(made: Any, originals: Any):
    for row, record in made[2]:
        if row["variant"] in KEPT:
            for old, new in zip(originals[row["variant_of"]]["events"], record["events"], strict=True):
                assert (old["fields"], old.get("accepted") or None) == (new["fields"], new.get("accepted"))


def test_one_thing_changes_where_one_is_to_change(made: Any, originals: Any):
    for row, record in made[2]:
        old = originals[row["variant_of"]]["events"]
        found = differing([event["fields"] for event in old], [event["fields"] for event in record["events"]])
        if row["variant"] in VALUES_OF:
            assert found
            assert {place.rsplit("/", 1)[1] for place in found} == {VALUES_OF[row["variant"]]}
        elif row["variant"] == "status":
            assert {place.rsplit("/", 1)[1] for place in found} == {"status"}
        elif row["variant"] == "date-precision":
            assert len(found) == 1


def test_a_changed_number_says_what_its_quote_says(made: Any):
    read = 0
    for row, record in made[2]:
        for event in record["events"]:
            for name, value in event["fields"].items():
                if isinstance(value, dict) and row["variant"] in VALUES_OF:
                    kind = "money" if "amount" in value else "quantity" if "unit" in value else "percent"
                    quotes = [piece["quote"] for piece in event["evidence"][f"/{name}"]]
                    assert all(states(kind, value, quote) for quote in quotes), (value, quotes)
                    assert value["bound"] in {bound(quote) for quote in quotes}
                    read += 1
    assert read > 40


def test_scale_is_a_thousandth(made: Any, originals: Any):
    for row, record in made[2]:
        if row["variant"] == "scale":
            old, new = (
                [e["fields"] for e in events] for events in (originals[row["variant_of"]]["events"], record["events"])
            )
            changed = [(resolve(old, place), resolve(new, place)) for place in differing(old, new)]
            assert changed
            assert all(before == 1000 * after for before, after in changed)


def test_the_text_says_what_gold_says_of_a_status_and_of_who_sues_whom(made: Any):
    texts = {row["doc_id"]: (row["text"], record["events"]) for row, record in made[2]}
    text, events = texts["seed-000-08~status"]
    assert text.startswith(
        "Meta completes $10 billion investment in Scale AI\n\nMeta Platforms has closed a deal to invest"
    )
    assert events[0]["fields"]["status"] == "completed"
    assert [piece["quote"] for piece in events[0]["evidence"]["/status"]] == ["completes", "has closed"]
    assert not re.search("in talks|planned|if finalised", text)
    text, events = texts["seed-000-10~parties-swapped"]
    assert text.startswith(
        "Meta sues Eminem over copyright violations\n\nMeta has filed a major lawsuit against Eminem"
    )
    assert (events[0]["fields"]["plaintiffs"], events[0]["fields"]["defendants"]) == (
        ["Meta", "Eight Mile Style"],
        ["Eminem"],
    )
    assert events[1]["fields"]["defendants"] == ["Eminem"]


def test_more_events_where_more_are_told(made: Any, originals: Any):
    for row, record in made[2]:
        old = originals[row["variant_of"]]
        if row["variant"] == "distractor":
            assert record["events"][-1]["type"] == old["events"][0]["type"]
            assert [e["fields"] for e in record["events"][:-1]] == [e["fields"] for e in old["events"]]
        if row["variant"] == "digest":
            assert old["text"] in row["text"]
            assert len(record["events"]) >= len(old["events"]) + 2


def test_paragraphs(made: Any, originals: Any):
    for row, record in made[2]:
        old = originals[row["variant_of"]]
        lines, before = (sorted(text.split("\n")) for text in (row["text"], old["text"]))
        if row["variant"] == "paragraphs-reordered":
            assert [line for line in lines if line] == [line for line in before if line]
        if row["variant"] == "paragraphs-doubled":
            assert set(lines) == set(before)
            assert len("".join(lines)) > len("".join(before))
            for event in record["events"]:  # each statement counts as often as the text has its paragraph
                for pieces in event["evidence"].values():
                    assert len({piece["start"] for piece in pieces}) == len(pieces)


def test_synthetic_articles_can_be_perturbed(many_articles: Any, tmp_path: Path):
    few = {}
    for name in ("documents", "gold"):
        lines = (many_articles.path / f"{name}.jsonl").read_text().splitlines(keepends=True)[:150]
        few[name] = tmp_path / f"{name}.jsonl"
        few[name].write_text("".join(lines))
    tallies = perturb(tmp_path / "out", **few)
    assert all(tally.made for name, tally in tallies.items() if name != "status")
    assert validate(tmp_path / "out" / "gold.jsonl", documents=tmp_path / "out" / "documents.jsonl", gold=True) == []


def test_an_unknown_family_is_a_wrong_call(tmp_path: Path):
    with pytest.raises(UsageError, match=r"no such family: colour; there are currency, scale"):
        perturb(tmp_path / "out", families=["colour"])
    assert perturb(tmp_path / "out", families=["scale"]).keys() == {"scale"}
