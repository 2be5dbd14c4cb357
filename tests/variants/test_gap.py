"""The gap: a system that knows the originals by heart is caught, one that reads is not."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from goldspan import UsageError, run
from goldspan.variants import gap, synthetic, twins

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three twins of each article, and what the rules baseline says of them and of the originals."""
    path = tmp_path_factory.mktemp("gap")
    twins(path / "twins", copies=3, seed=11)
    run("rules", path / "rules.jsonl")
    run("rules", path / "rules-twins.jsonl", documents=path / "twins" / "documents.jsonl")
    return path


def memory(gold: Path) -> Callable[[Any], dict[str, Any]]:
    """A system that reads nothing: it knows which article this must be, and states what it remembers."""
    known = {row["doc_id"]: row["events"] for row in map(json.loads, gold.read_text().splitlines())}

    def extract(document: Any) -> dict[str, Any]:
        events = known[document.doc_id.partition("~")[0]]
        return {"events": [{"type": event["type"], "fields": event["fields"]} for event in events]}

    return extract


def test_a_system_that_remembers_is_caught(folder: Path):
    extract = memory(ROOT / "annotations" / "gold.jsonl")
    run(extract, folder / "memory.jsonl")
    run(extract, folder / "memory-twins.jsonl", documents=folder / "twins" / "documents.jsonl")
    found = gap(folder / "memory.jsonl", folder / "memory-twins.jsonl", folder / "twins")
    assert found.overall.change.before == 1.0
    assert found.overall.change.after < 0.5  # only what no twin changes is right: enums, booleans, fields of use
    assert found.overall.interval.high < -0.3
    assert found.echo_rate == 1.0
    assert {"deal.amount", "deal.target", "energy.start", "litigation.plaintiffs"} <= found.echoes.keys()
    assert "deal.status" not in found.echoes


def test_a_system_that_reads_and_remembers_a_little_is_caught_by_its_echoes(folder: Path):
    wang = [json.loads(line) for line in (folder / "rules-twins.jsonl").read_text().splitlines()]
    for row in wang:
        for event in row["events"]:
            if event["type"] == "deal" and "target" in event["fields"]:
                event["fields"]["target"], event["evidence"] = "Scale AI", {}
    path = folder / "a-little.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in wang))
    found = gap(folder / "rules.jsonl", path, folder / "twins")
    echoed = {path for path, counts in found.echoes.items() if counts.matched}
    assert echoed == {"deal.target"}
    assert 0 < found.echo_rate < 0.2


def test_a_system_that_reads_is_not(folder: Path):
    found = gap(folder / "rules.jsonl", folder / "rules-twins.jsonl", folder / "twins")
    assert found.echo_rate == 0.0
    assert sum(c.matched + c.misread for c in found.echoes.values()) > 300
    assert abs(found.overall.change.difference) < 0.05
    assert found.overall.interval.low < 0 < found.overall.interval.high
    assert (found.stories, found.indicative, found.documents) == (5, True, (14, 42))


def line(doc_id: str, **fields: Any) -> str:
    return json.dumps({"doc_id": doc_id, "events": [{"id": "e1", "type": "deal", "fields": fields}]}) + "\n"


def test_the_arithmetic(tmp_path: Path):
    """Two stories of two fields; a twin each. On the originals 4 of 4 are right; on the twins story s has 1 of 2
    right and the other from memory, story t 2 of 2: F1 = 2*3 / (2*3 + 2*1) = 0.75, one echo in four changed values.
    """
    (tmp_path / "gold.jsonl").write_text(
        line("a", target="Fabrikam", term="P5Y") + line("b", target="Contoso", term="P7Y")
    )
    texts = [{"doc_id": name, "text": "", "story": story} for name, story in (("a", "s"), ("b", "t"))]
    (tmp_path / "documents.jsonl").write_text("".join(json.dumps(row) + "\n" for row in texts))
    made = tmp_path / "twins"
    made.mkdir()
    (made / "gold.jsonl").write_text(
        line("a~t1", target="Tarvo", term="P9Y") + line("b~t1", target="Belda", term="P3Y")
    )
    rows = [{**row, "doc_id": row["doc_id"] + "~t1", "variant": "twin", "variant_of": row["doc_id"]} for row in texts]
    (made / "documents.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    twin = tmp_path / "twin.jsonl"
    twin.write_text(line("a~t1", target="Fabrikam", term="P9Y") + line("b~t1", target="Belda", term="P3Y"))
    files = {"gold": tmp_path / "gold.jsonl", "documents": tmp_path / "documents.jsonl"}
    found = gap(tmp_path / "gold.jsonl", twin, made, **files)
    assert (found.overall.change.before, found.overall.change.after) == (1.0, 0.75)
    assert (found.overall.interval.low, found.overall.interval.high) == (-0.5, 0.0)
    assert found.echo_rate == 0.25
    assert (found.echo_interval.low, found.echo_interval.high) == (0.0, 0.5)
    shown = found.as_json()
    assert shown["overall"]["difference"] == -0.25
    assert shown["echoes"]["fields"] == {"deal.target": {"stated": 1, "of": 2}, "deal.term": {"stated": 0, "of": 2}}


def test_a_folder_without_twins_of_these_documents_is_a_wrong_call(folder: Path, tmp_path: Path):
    synthetic(tmp_path / "synthetic", count=2)
    with pytest.raises(UsageError, match="has no twins of these documents"):
        gap(folder / "rules.jsonl", folder / "rules.jsonl", tmp_path / "synthetic")
    with pytest.raises(UsageError, match="nowhere"):
        gap(folder / "rules.jsonl", folder / "rules.jsonl", tmp_path / "nowhere")
