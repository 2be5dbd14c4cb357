"""The synthetic split: valid, right by an outside reading, unlike the seeds, the same everywhere."""

import hashlib
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

from quote_oracle import bound, states

from goldspan import load_schema, validate
from goldspan.variants import diversity, synthetic
from goldspan.variants.words import Coiner

ROOT = Path(__file__).resolve().parents[2]


def leaves(event: dict[str, Any]) -> list[tuple[str, str, Any]]:
    """The field, the pointer and the value of each leaf."""
    found: list[tuple[str, str, Any]] = []
    for name, value in event["fields"].items():
        items = (
            [(f"/{name}/{i}", item) for i, item in enumerate(value)]
            if isinstance(value, list)
            else [(f"/{name}", value)]
        )
        found += [(f"{event['type']}.{name}", pointer, item) for pointer, item in items]
    return found


def test_articles_are_valid_gold(many_articles: Any):
    path = many_articles.path
    assert len(many_articles.gold) == 2_000
    assert validate(path / "gold.jsonl", documents=path / "documents.jsonl", gold=True) == []


def test_every_span_equals_its_text_and_every_hash_its_bytes(many_articles: Any):
    spans = 0
    for doc_id, record in many_articles.gold.items():
        text = many_articles.documents[doc_id]["text"]
        assert record["text_sha256"] == hashlib.sha256(text.encode()).hexdigest()
        for event in record["events"]:
            for pieces in event["evidence"].values():
                for piece in pieces:
                    assert text[piece["start"] : piece["end"]] == piece["quote"]
                    spans += 1
    assert spans > 20_000


def test_numbers_and_dates_say_what_their_quotes_say(many_articles: Any):
    kinds = {path: leaf.kind for path, leaf in load_schema().leaves.items()}
    read: Counter[str] = Counter()
    for record in many_articles.gold.values():
        for event in record["events"]:
            for path, pointer, value in leaves(event):
                kind = kinds[path]
                quotes = [piece["quote"] for piece in event["evidence"][pointer]]
                if kind in ("money", "percent", "quantity", "date", "duration"):
                    assert all(states(kind, value, quote) for quote in quotes), (value, quotes)
                    read[kind] += 1
                if kind in ("money", "percent", "quantity"):
                    hedges = {bound(quote) for quote in quotes}
                    assert value["bound"] in hedges <= {value["bound"], "exact"}, (value, quotes)
    assert min(read[kind] for kind in ("money", "percent", "quantity", "date", "duration")) > 100


def test_names_are_quoted_in_full_or_in_an_accepted_form(many_articles: Any):
    kinds = {path: leaf.kind for path, leaf in load_schema().leaves.items()}
    for doc_id, record in many_articles.gold.items():
        for event in record["events"]:
            for path, pointer, value in leaves(event):
                if kinds[path] == "name":
                    right = {value, *event.get("accepted", {}).get(pointer, ())}
                    assert {piece["quote"] for piece in event["evidence"][pointer]} <= right
                    assert value in many_articles.documents[doc_id]["text"]


def test_every_field_and_every_value_of_every_enum_is_told(many_articles: Any):
    schema = load_schema()
    told = {path for record in many_articles.gold.values() for e in record["events"] for path, _, _ in leaves(e)}
    every = {path for event_type in schema.types.values() for path, _ in event_type.walk()}
    assert told == every
    values = {
        (p, v) for r in many_articles.gold.values() for e in r["events"] for p, _, v in leaves(e) if isinstance(v, str)
    }
    missing = {
        (path, value)
        for path, leaf in schema.leaves.items()
        if leaf.kind == "enum"
        for value in schema.files[path.split(".")[0] + ".schema.json"]["properties"][path.split(".")[1]].get("enum", ())
        if (path, value) not in values
    }
    # "other" says that the document has a word for which the list has none, and the grammar has no such words.
    assert {value for _, value in missing} <= {"other", "mixed"}


def test_no_sentence_of_the_seeds(many_articles: Any, originals: Any):
    def runs(text: str, n: int) -> set[tuple[str, ...]]:
        words = re.findall(r"\w+", text.casefold())
        return set(zip(*(words[i:] for i in range(n)), strict=False))

    seeds = set().union(*(runs(row["text"], 8) for row in originals.values()))
    made = set().union(*(runs(row["text"], 8) for row in list(many_articles.documents.values())))
    assert len(made) > 50_000
    assert not seeds & made


def test_names_are_nobodys(originals: Any):
    known = set(
        re.findall(r"[a-z]+", (ROOT / "baselines/goldspan_baselines/rules/gazetteer.toml").read_text().casefold())
    )
    corpus = {word for row in originals.values() for word in re.findall(r"\w+", row["text"].casefold())}
    assert len(known) > 1000
    drawn: set[str] = set()
    for i in range(500):
        coiner = Coiner(Random(str(i)), corpus)
        drawn |= {coiner.company().short, coiner.product().short, coiner.place().short, coiner.country().short}
        drawn |= {coiner.person().short, coiner.facility("wind").short.split()[0]}
    assert len(drawn) > 2000
    assert not {name.casefold() for name in drawn} & (corpus | known)


def test_articles_are_as_varied_as_the_real_ones_by_measure(many_articles: Any):
    measured = diversity(many_articles.path)
    made, real = measured["made"], measured["originals"]
    for n in (1, 2, 3):  # over 4,000 words of either side
        assert made[f"distinct {n}-grams"] > 0.85 * real[f"distinct {n}-grams"]
    assert 1.5 < made["events a document"] < 3
    texts = [row["text"] for row in many_articles.documents.values()]
    assert len(set(texts)) == len(texts)


def digest(folder: Path) -> list[str]:
    return [hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in ("documents.jsonl", "gold.jsonl")]


def test_the_same_seed_gives_the_same_bytes_in_any_process_and_with_any_number_of_them(tmp_path: Path):
    code = "import sys; from goldspan.variants import synthetic; synthetic(sys.argv[1], count=450, seed=3)"
    for name in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": name}
        subprocess.run([sys.executable, "-c", code, str(tmp_path / name)], env=environment, check=True)
    synthetic(tmp_path / "many", count=450, seed=3, workers=2)
    assert digest(tmp_path / "1") == digest(tmp_path / "2") == digest(tmp_path / "many")
    synthetic(tmp_path / "few", count=100, seed=3)
    few, whole = ((tmp_path / name / "gold.jsonl").read_bytes() for name in ("few", "1"))
    assert whole.startswith(few)
    synthetic(tmp_path / "other", count=100, seed=4)
    assert digest(tmp_path / "other") != digest(tmp_path / "few")
