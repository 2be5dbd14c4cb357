"""`goldspan variants`, run as a user runs it."""

import inspect
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from goldspan import UsageError, variants
from goldspan.cli import app
from goldspan.variants.making import Made, write

COMMANDS = typer.main.get_command(app).commands["variants"].commands  # pyright: ignore
OUTPUT = {"json", "max_echo"}


@pytest.mark.parametrize(("name", "names"), [("twins", {}), ("perturb", {"family": "families"}), ("synthetic", {}), ("gap", {}), ("diversity", {})])  # fmt: skip
def test_a_command_takes_what_its_public_function_takes(name: str, names: dict[str, str]):
    parameters = set(inspect.signature(getattr(variants, name)).parameters) - {"track"}
    assert {names.get(p.name, p.name) for p in COMMANDS[name].params} - OUTPUT == parameters


def test_each_command_says_what_it_made(goldspan: Callable[..., Any], tmp_path: Path):
    assert goldspan("variants", "twins", "--copies", 2, "--out", "t").stdout == "28 twins, 2 of each document: t\n"
    assert goldspan("variants", "synthetic", "--count", 30, "--out", "s").stdout == "30 articles: s\n"
    shown = goldspan("variants", "perturb", "--family", "digest", "--out", "p").stdout
    assert shown.splitlines()[-1] == "14 documents: p"
    for folder in ("t", "s", "p"):
        done = goldspan("validate", "--gold", f"{folder}/gold.jsonl", "--documents", f"{folder}/documents.jsonl")
        assert (done.returncode, done.stdout) == (0, f"fine: {folder}/gold.jsonl\n")


def test_the_gap_as_table_and_as_json_and_as_a_gate(goldspan: Callable[..., Any], tmp_path: Path):
    goldspan("variants", "twins", "--out", "t")
    goldspan("run", "rules", "--out", "o.jsonl")
    goldspan("run", "rules", "--documents", "t/documents.jsonl", "--out", "t.jsonl")
    call = ["variants", "gap", "--originals", "o.jsonl", "--twins", "t.jsonl", "--variants", "t", "--resamples", 100]
    table, whole = goldspan(*call), json.loads(goldspan(*call, "--json", "-", "--max-echo", 0).stdout)
    assert "0 are stated as they were in the original" in table.stdout
    assert (whole["echoes"]["stated"], whole["documents"]) == (0, {"originals": 14, "twins": 14})
    echo = [json.loads(line) for line in (tmp_path / "o.jsonl").read_text().splitlines()]
    (tmp_path / "m.jsonl").write_text(
        "".join(json.dumps({**row, "doc_id": row["doc_id"] + "~t1"}) + "\n" for row in echo)
    )
    caught = goldspan(*call[:4], "--twins", "m.jsonl", *call[6:], "--max-echo", 0.01)
    assert (caught.returncode, "are echoed" in caught.stderr) == (1, True)


def test_what_is_there_is_not_overwritten_unasked(goldspan: Callable[..., Any], tmp_path: Path):
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "gold.jsonl").write_text("mine")
    refused = goldspan("variants", "synthetic", "--count", 3, "--out", "s")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "--force" in refused.stderr
    assert [path.name for path in (tmp_path / "s").iterdir()] == ["gold.jsonl"]
    assert goldspan("variants", "synthetic", "--count", 3, "--out", "s", "--force").returncode == 0
    assert len((tmp_path / "s" / "gold.jsonl").read_text().splitlines()) == 3


@pytest.mark.parametrize(
    "call",
    [
        ["twins", "--copies", 0, "--out", "o"],
        ["twins", "--gold", "nowhere.jsonl", "--out", "o"],
        ["synthetic", "--out", "o"],
        ["synthetic", "--count", "many", "--out", "o"],
        ["perturb", "--family", "colour", "--out", "o"],
        ["diversity", "nowhere"],
        ["gap", "--originals", "a", "--twins", "b", "--variants", "c"],
        ["left", "--plan", "nowhere.toml"],
    ],
    ids=lambda call: " ".join(map(str, call)),
)
def test_a_wrong_call_is_told_and_nothing_written(goldspan: Callable[..., Any], tmp_path: Path, call: list[Any]):
    done = goldspan("variants", *call)
    assert (done.returncode, done.stdout, "Traceback" in done.stderr) == (2, "", False)
    assert list(tmp_path.iterdir()) == []


def test_a_plan_that_is_no_plan_is_wrong_data(goldspan: Callable[..., Any], tmp_path: Path):
    (tmp_path / "plan.toml").write_text("party = 3")
    done = goldspan("variants", "twins", "--plan", "plan.toml", "--out", "o")
    assert (done.returncode, "plan.toml" in done.stderr, "Traceback" in done.stderr) == (1, True, False)
    (tmp_path / "plan.toml").write_text("")
    left = goldspan("variants", "left", "--plan", "plan.toml")
    assert left.returncode == 1  # without a plan, names that gold does not have stay, and nobody says why
    assert "NO REASON GIVEN" in left.stdout


def test_both_files_or_none(tmp_path: Path):
    def broken() -> Iterator[Made]:
        yield Made({"doc_id": "a"}, {"doc_id": "a"})
        raise UsageError("stopped half-way")

    with pytest.raises(UsageError, match="half-way"):
        write(tmp_path / "out", broken())
    assert list((tmp_path / "out").iterdir()) == []
    with pytest.raises(UsageError, match="Not a directory|File exists"):
        (tmp_path / "file").write_text("")
        write(tmp_path / "file", [])


def test_an_exported_variant_keeps_what_it_is_made_of(goldspan: Callable[..., Any], tmp_path: Path):
    goldspan("variants", "twins", "--out", "t")
    goldspan("documents", "--documents", "t/documents.jsonl", "--export", "e.jsonl")
    row = json.loads((tmp_path / "e.jsonl").read_text().splitlines()[0])
    assert (row["variant"], row["variant_of"], row["story"]) == ("twin", "seed-000-01", "meta-scale-ai")
