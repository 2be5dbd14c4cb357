"""Twins: valid, rewritten throughout, right by an outside reading, and nothing of the original left unexplained."""

import hashlib
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from quote_oracle import bound, states

from goldspan import DataError, UsageError, load_schema, validate
from goldspan.variants import twins
from goldspan.variants.twins import load_inputs, survivors

NUMBERS = ("money", "percent", "quantity")


def pairs(originals: Any, made: Any) -> Any:
    """Each event of an original, beside that of each twin, with their documents."""
    for doc_id, record in made.gold.items():
        row = made.documents[doc_id]
        original = originals[row["variant_of"]]
        for old, new in zip(original["events"], record["events"], strict=True):
            yield original, row, old, new


def leaves(event: Any) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in event["fields"].items():
        found += (
            [(f"/{name}/{i}", item) for i, item in enumerate(value)]
            if isinstance(value, list)
            else [(f"/{name}", value)]
        )
    return found


def test_twins_are_valid_gold(many_twins: Any):
    path = many_twins.path
    assert len(many_twins.gold) == 20 * 14
    assert validate(path / "gold.jsonl", documents=path / "documents.jsonl", gold=True) == []


def test_a_twin_has_the_shape_of_its_original(originals: Any, many_twins: Any):
    for original, row, old, new in pairs(originals, many_twins):
        assert (old["id"], old["type"], old["fields"].keys()) == (new["id"], new["type"], new["fields"].keys())
        assert [len(s) for s in old["evidence"].values()] == [len(s) for s in new["evidence"].values()]
        assert (row["story"], row["variant"]) == (original["story"], "twin")
        assert new["story_event"].startswith(old["story_event"] + "~t")
        assert row["text"].count("\n") == original["text"].count("\n")
        for pieces in new["evidence"].values():
            assert all(row["text"][piece["start"] : piece["end"]] == piece["quote"] for piece in pieces)


def test_every_value_that_can_be_another_is(originals: Any, many_twins: Any):
    kinds = {path: leaf.kind for path, leaf in load_schema().leaves.items()}
    changed = 0
    for _, _, old, new in pairs(originals, many_twins):
        for (pointer, before), (_, after) in zip(leaves(old), leaves(new), strict=True):
            kind = kinds[f"{old['type']}.{pointer.split('/')[1]}"]
            if kind in ("enum", "boolean", "text"):
                assert before == after
            else:
                assert before != after
                changed += 1
            if kind in NUMBERS:
                assert {k: v for k, v in before.items() if k not in ("amount", "value")} == {
                    k: v for k, v in after.items() if k not in ("amount", "value")
                }
    assert changed > 2000


def test_numbers_and_dates_say_what_their_quotes_say(originals: Any, many_twins: Any):
    kinds = {path: leaf.kind for path, leaf in load_schema().leaves.items()}
    for _, _, _, new in pairs(originals, many_twins):
        for pointer, value in leaves(new):
            kind = kinds[f"{new['type']}.{pointer.split('/')[1]}"]
            quotes = [piece["quote"] for piece in new["evidence"][pointer]]
            if kind in (*NUMBERS, "duration"):
                assert all(states(kind, value, quote) for quote in quotes), (value, quotes)
            if kind == "date":  # "before the end of June": the year comes from elsewhere; "by late 2026" is ../2026
                assert any(states(kind, value, re.sub("late |the end of ", "", quote)) for quote in quotes)
            if kind in NUMBERS:
                assert value["bound"] in {bound(quote) for quote in quotes}


def test_a_figure_keeps_its_form(originals: Any, many_twins: Any):
    def form(quote: str) -> str:
        quote = re.sub(r"\b(one|two|three|a) billion", "N billion", quote)
        return re.sub(r"\d[\d,]*", "9", quote)

    for _, _, old, new in pairs(originals, many_twins):
        for pointer in ("/amount", "/capacity", "/jobs", "/annual_tax_revenue", "/stake", "/users"):
            for before, after in zip(old["evidence"].get(pointer, ()), new["evidence"].get(pointer, ()), strict=True):
                assert form(before["quote"]) == form(after["quote"])


def test_what_is_compared_keeps_its_rank_and_what_follows_follows(many_twins: Any):
    for copy in range(1, 21):
        deal = many_twins.gold[f"seed-000-01~t{copy}"]["events"][0]["fields"]
        paid, share = Decimal(deal["amount"]["amount"]), Decimal(deal["stake"]["value"]) / 100
        assert (
            0.85 < Decimal(deal["valuation"]["amount"]) / (paid / share) < 1
        )  # "past": below what was paid for a share
        case = many_twins.gold[f"seed-000-10~t{copy}"]["events"][0]["fields"]
        pounds, dollars = (each["amount"] for each in case["relief"])
        whole = 3 * case["works"]["value"] * case["relief_per_work"]["amount"]
        assert whole * 0.97 < dollars <= whole
        assert abs(dollars / pounds / (109 / 80.6) - 1) < 0.03
        first, second, _, fourth = (event["fields"] for event in many_twins.gold[f"seed-000-08~t{copy}"]["events"])
        # 10, 13 and 14 billion in the original
        assert first["amount"]["amount"] <= fourth["amount"]["amount"] <= second["valuation"]["amount"]
        text = many_twins.documents[f"seed-000-09~t{copy}"]["text"]
        low, high = re.search(r"targets of (\d+) to (\d+) gigawatts", text).groups()
        assert int(low) < int(high)


def test_no_name_of_an_original_is_left_without_a_reason(originals: Any, many_twins: Any):
    for seed in (0, 1, 2, 3):
        assert [each for each in survivors(load_inputs(), seed) if each.why is None] == []
    kept = {each.words for each in survivors(load_inputs()) if each.kind == "name"}
    assert len(kept) < 75
    names = {
        value
        for row in originals.values()
        for event in row["events"]
        for pointer, value in leaves(event)
        if isinstance(value, str) and value[0].isupper()
    }
    assert len(names) > 30
    for row in many_twins.documents.values():
        assert not [name for name in names if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", row["text"])]


def test_articles_fit_what_follows(many_twins: Any):
    for row in many_twins.documents.values():
        assert not re.search(r"\b[Aa] (?:\$?8|\$?18\b|\$?11\b)", row["text"]), row["doc_id"]
        assert not re.search(r"\b[Aa]n \$?(?:1[02-79]|[2-79])", row["text"]), row["doc_id"]
        assert not re.search(r"s’s\b|\b[Aa]n? [Aa]n? ", row["text"])


def test_the_same_seed_gives_the_same_bytes(many_twins: Any, tmp_path: Path):
    def digests(folder: Path) -> list[str]:
        return [hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in ("documents.jsonl", "gold.jsonl")]

    twins(tmp_path / "again", copies=20, seed=20_261_122)
    assert digests(tmp_path / "again") == digests(many_twins.path)
    twins(tmp_path / "other", copies=20, seed=1)
    assert digests(tmp_path / "other") != digests(many_twins.path)


TEXT = "Fabrikam paid $2.5 million for an 18% share of Contoso on 3 May 2021. Fabrikam's offer ran for 6 years."
OWN = {
    "doc_id": "d1",
    "events": [
        {
            "id": "e1",
            "type": "deal",
            "fields": {
                "investors": ["Fabrikam"],
                "target": "Contoso",
                "amount": {"amount": 2500000, "currency": "USD", "bound": "exact"},
                "stake": {"value": 18, "bound": "exact"},
                "date": "2021-05-03",
                "term": "P6Y",
            },
            "evidence": {},
        }
    ],
}
QUOTES = {"/investors/0": "Fabrikam", "/target": "Contoso", "/amount": "$2.5 million", "/stake": "18%", "/date": "3 May 2021", "/term": "6 years"}  # fmt: skip


def own(tmp_path: Path) -> dict[str, Path]:
    record = json.loads(json.dumps(OWN))
    for pointer, quote in QUOTES.items():
        places = [match.span() for match in re.finditer(re.escape(quote), TEXT)]
        record["events"][0]["evidence"][pointer] = [{"start": s, "end": e, "quote": quote} for s, e in places]
    (tmp_path / "documents.jsonl").write_text(json.dumps({"doc_id": "d1", "text": TEXT, "story": "s"}) + "\n")
    (tmp_path / "gold.jsonl").write_text(json.dumps(record) + "\n")
    return {"documents": tmp_path / "documents.jsonl", "gold": tmp_path / "gold.jsonl"}


def test_documents_of_ones_own_need_no_plan(tmp_path: Path):
    twins(tmp_path / "out", copies=3, **own(tmp_path))
    made = [json.loads(line) for line in (tmp_path / "out" / "documents.jsonl").read_text().splitlines()]
    for row in made:
        match = re.fullmatch(
            r"(\w+) paid \$(\d+\.\d) million for an? (\d+)% share of (\w+) on (\d+) (May|August) (\d{4})\. "
            r"(\w+)'s offer ran for (\d+) years\.",
            row["text"],
        )
        assert match, row["text"]
        assert match[1] == match[8] != "Fabrikam"
        assert match[4] != "Contoso"
        assert (match[2], match[3], match[5], match[7], match[9]) != ("2.5", "18", "3", "2021", "6")
    assert validate(tmp_path / "out" / "gold.jsonl", documents=tmp_path / "out" / "documents.jsonl", gold=True) == []


def test_what_is_wrong_is_told_and_nothing_written(tmp_path: Path):
    files = own(tmp_path)
    plan = tmp_path / "plan.toml"
    plan.write_text('party = [{ kind = "company", shapes = {} }]')
    with pytest.raises(DataError, match=r"plan\.toml"):
        twins(tmp_path / "out", plan=plan, **files)
    with pytest.raises(UsageError, match="gold and documents"):
        twins(tmp_path / "out", gold=files["gold"])
    with pytest.raises(UsageError, match="copies"):
        twins(tmp_path / "out", copies=0)
    files["documents"].write_text(json.dumps({"doc_id": "d1", "text": TEXT.replace("Contoso", "Northwind")}) + "\n")
    with pytest.raises(DataError, match="the text has"):
        twins(tmp_path / "out", **files)
    assert not (tmp_path / "out").exists()
