"""Against a real server with real weights: so small a model shows that the parts fit, not what they are worth."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from endpoints import llama_server
from support import write_lines, write_schema

from goldspan import Document, load_documents, validate
from goldspan_baselines.llm.extractor import LLM

pytestmark = pytest.mark.xdist_group("llama")  # one server, one test at a time: `--dist loadgroup`

TIMEOUT = 600.0
SIDES = {"$ref": "common.schema.json#/$defs/name"}
SMALL = {
    "deal": {
        "investors": {"type": "array", "items": SIDES, "uniqueItems": True, "description": "Who pays."},
        "target": SIDES | {"description": "What is bought."},
        "status": {"enum": ["planned", "announced"], "description": "How far it is."},
    }
}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with llama_server() as address:
        yield address


def settings(url: str, **more: Any) -> dict[str, Any]:
    """Short prompts and answers: one thread reads some 100 tokens a second, and writes 40."""
    return {"model": "SmolLM2-135M", "base_url": url, "guidelines": "none", "timeout": TIMEOUT, **more}


@pytest.fixture(scope="module")
def smaller_schema(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Goldspan's schema with two types and few fields, so that what is valid by it is valid by the whole."""
    folder = tmp_path_factory.mktemp("schema")
    for name, fields in {"deal": ("investors", "target", "status"), "product": ("product", "milestone")}.items():
        whole = json.loads((repository / "schema" / f"{name}.schema.json").read_text("utf-8"))
        whole["properties"] = {field: whole["properties"][field] for field in fields}
        (folder / f"{name}.schema.json").write_text(json.dumps(whole), encoding="utf-8")
    return folder


def command(*arguments: object) -> str:
    """What the installed command prints; it must have gone well."""
    call = [Path(sys.executable).with_name("goldspan"), *map(str, arguments)]
    done = subprocess.run(call, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_all_documents_end_in_valid_records(url: str, smaller_schema: Path, tmp_path: Path):
    limits = {"max_items": 1, "max_length": 40, "max_tokens": 800, "quotes": "false", "calls": 1}
    chosen = [f"--set={key}={value}" for key, value in settings(url, **limits).items()]
    run = tmp_path / "run"
    said = command("run", "llm", *chosen, "--schema", smaller_schema, "--out", run)
    assert said == f"14 documents extracted: {run}\n"
    assert command("validate", run) == f"fine: {run}\n"
    records = [json.loads(line) for line in (run / "predictions.jsonl").read_text("utf-8").splitlines()]
    assert [record["doc_id"] for record in records] == list(load_documents())
    assert not any("error" in record for record in records)
    assert all(record["usage"]["output_tokens"] > 0 for record in records)
    events = [event for record in records for event in record["events"]]
    assert len(events) >= 7, events
    assert any(event.get("evidence") for event in events), "names that stand in the text are found there"
    assert f"{14:d} kept" in command("run", "llm", *chosen, "--schema", smaller_schema, "--out", run)


def test_two_calls_with_the_whole_schema(url: str):
    llm = LLM(**settings(url, max_items=1, max_length=30, max_tokens=800, max_characters=800, quotes=False))
    record = llm(next(iter(load_documents().values())))
    llm.close()
    assert "error" not in record
    assert "cut off after 800 of" in record["log"][0]
    assert len(record["events"]) <= 1
    assert record["usage"]["input_tokens"] > 500, "the question for the types, and one for a type"


def test_events_with_their_words(url: str, tmp_path: Path):
    schema = write_schema(tmp_path, SMALL)
    text = "Contoso Group has announced that it buys Fabrikam Mills."
    document = Document("d1", text, "d1")
    documents = write_lines(tmp_path / "documents.jsonl", [document.as_row()])
    cache = tmp_path / "cache.jsonl"
    llm = LLM(**settings(url, schema=str(schema), calls=1, max_tokens=400, cache=str(cache)))
    record = llm(document)
    assert llm(document) == record
    llm.close()
    assert len(cache.read_text().splitlines()) == 1
    assert record["events"], record
    for event in record["events"]:
        assert event["fields"]
        for spans in event["evidence"].values():
            assert all(text[span["start"] : span["end"]] == span["quote"] or span["end"] == 0 for span in spans)
    predictions = write_lines(tmp_path / "predictions.jsonl", [record])
    problems = validate(predictions, schema=schema, documents=documents)
    assert [str(problem) for problem in problems if "are no span" not in problem.message] == []


@pytest.mark.parametrize("form", ["json_object", "text"])
def test_plainer_forms(url: str, tmp_path: Path, form: str):
    schema = write_schema(tmp_path, SMALL)
    llm = LLM(**settings(url, schema=str(schema), calls=1, max_tokens=60, response_format=form))
    record = llm(Document("d1", "Contoso Group buys Fabrikam Mills.", "d1"))
    llm.close()
    assert record["usage"]["output_tokens"] > 0
    assert json.dumps(record)


def test_an_answer_that_is_cut_off(url: str, tmp_path: Path):
    schema = write_schema(tmp_path, SMALL)
    llm = LLM(**settings(url, schema=str(schema), calls=1, max_tokens=3, sees="nothing"))
    record = llm(Document("d1", "Contoso Group buys Fabrikam Mills.", "d1"))
    llm.close()
    assert record["events"] == []
    assert "cut off" in record["error"]
    assert record["usage"]["output_tokens"] == 3
