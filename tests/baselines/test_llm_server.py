"""Against a real server with real weights: so small a model shows that the parts fit, not what they are worth."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from endpoints import llama_server
from support import write_lines, write_schema

from goldspan import Document, load_documents, validate
from goldspan_baselines.llm.extractor import LLM

pytestmark = pytest.mark.xdist_group("llama")  # one server, one test at a time: `--dist loadgroup`

TIMEOUT = 300.0
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


def test_all_documents_end_in_valid_records(url: str, tmp_path: Path):
    llm = LLM(**settings(url, max_tokens=120, max_characters=400))
    records = [llm(document) for document in load_documents().values()]
    llm.close()
    assert [record["doc_id"] for record in records] == list(load_documents())
    predictions = write_lines(tmp_path / "predictions.jsonl", records)
    # of quotes that stand nowhere `validate` says so; nothing else may be wrong
    assert [str(p) for p in validate(predictions) if "are no span" not in p.message] == []
    assert all(record["usage"]["output_tokens"] > 0 for record in records)
    assert all("cut off after 400 of" in record["log"][0] for record in records)
    assert not [record["error"] for record in records if "cut off" not in record.get("error", "cut off")]


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
