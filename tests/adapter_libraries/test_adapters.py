"""The adapters with the libraries themselves, which need an environment of their own: `make test-adapters`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from endpoints import Answer, llama_server, scripted_server
from support import write_lines, write_schema

from goldspan import Document, UsageError, load_schema, validate
from goldspan_baselines.adapters.instructor_adapter import Instructor
from goldspan_baselines.adapters.langextract_adapter import LangExtract
from goldspan_baselines.llm.endpoint import EndpointError

TEXT = "Contoso Group has announced that it buys Fabrikam Mills for $731 million."
DOCUMENT = Document("d1", TEXT, "d1")
SHORT = Document("d1", "Contoso Group has announced that it buys Fabrikam Mills.", "d1")
SIDE = {"$ref": "common.schema.json#/$defs/name"}
SMALL = {"deal": {"investors": {"type": "array", "items": SIDE, "uniqueItems": True}, "target": SIDE}}
EXAMPLE = {
    "text": "Wingtip Toys said that it buys Tailspin Looms.",
    "extracted": [
        {"field": "deal.investors", "text": "Wingtip Toys", "attributes": {"event": "1", "value": "Wingtip Toys"}},
        {"field": "deal.target", "text": "Tailspin Looms", "attributes": {"event": "1", "value": "Tailspin Looms"}},
    ],
}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with llama_server() as address:
        yield address


@pytest.fixture
def schema(tmp_path: Path) -> str:
    return str(write_schema(tmp_path, SMALL))


def problems(record: dict[str, Any], folder: Path, schema: str | None = None) -> list[str]:
    documents = write_lines(folder / "documents.jsonl", [(SHORT if schema else DOCUMENT).as_row()])
    predictions = write_lines(folder / "predictions.jsonl", [record])
    return [str(problem) for problem in validate(predictions, schema=schema, documents=documents)]


def test_instructor_with_real_weights(url: str, schema: str, tmp_path: Path):
    extractor = Instructor("m", url, schema=schema, max_tokens=600, timeout=300, repairs=0)
    record = extractor(SHORT)
    extractor.close()
    assert record["events"]
    assert record["usage"]["output_tokens"] > 0
    assert "evidence" not in record["events"][0]
    assert problems(record, tmp_path, schema) == []


def test_langextract_with_real_weights(url: str, schema: str, tmp_path: Path):
    examples = tmp_path / "examples.json"
    examples.write_text(json.dumps([EXAMPLE]))
    extractor = LangExtract("m", url, schema=schema, examples=str(examples), max_tokens=600)
    record = extractor(SHORT)
    extractor.close()
    assert record["events"]
    spans = [span for event in record["events"] for each in event["evidence"].values() for span in each]
    assert any(SHORT.text[span["start"] : span["end"]] == span["quote"] for span in spans)
    assert [each for each in problems(record, tmp_path, schema) if "are no span" not in each] == []


def says(content: Any) -> Answer:
    return lambda handler, _: handler.say(content)


def test_langextract_reads_typed_values_and_keeps_words_that_stand_nowhere(tmp_path: Path):
    amount = {"event": "1", "amount": "731000000", "currency": "USD", "bound": "exact"}
    told = {
        "extractions": [
            {"deal.investors": "Contoso Group", "deal.investors_attributes": {"event": "1", "value": "Contoso Group"}},
            {"deal.amount": "$731 million", "deal.amount_attributes": amount},
            {"deal.target": "Zqx Vwk Holdings", "deal.target_attributes": {"event": "1", "value": "Zqx"}},
            {"deal.status": "has announced", "deal.status_attributes": {"event": "1", "value": "no status"}},
            {"war.side": "Contoso", "war.side_attributes": {"event": "1"}},
        ]
    }
    with scripted_server(says(told)) as server:
        extractor = LangExtract("m", server.url)
        record = extractor(DOCUMENT)
        extractor.close()
    (event,) = record["events"]
    assert event["fields"] == {
        "investors": ["Contoso Group"],
        "target": "Zqx",
        "amount": {"amount": 731000000, "currency": "USD", "bound": "exact"},
    }
    assert event["evidence"] == {
        "/investors/0": [{"start": 0, "end": 13, "quote": "Contoso Group"}],
        "/amount": [{"start": 60, "end": 72, "quote": "$731 million"}],
        "/target": [{"start": 0, "end": 0, "quote": "Zqx Vwk Holdings"}],
    }
    assert any("war.side" in line for line in record["log"])
    assert any("/status" in line for line in record["log"])
    assert len(problems(record, tmp_path)) == 1


def test_instructor_reads_all_types_of_the_schema(tmp_path: Path):
    blank: dict[str, Any] = {}
    for name, event_type in load_schema().types.items():
        blank[name] = {
            field: [] if entry.kind.endswith(" list") else None for field, entry in event_type.group.fields.items()
        }
    deal = blank["deal"] | {
        "investors": ["Contoso Group"],
        "amount": {"amount": 731000000, "currency": "USD", "bound": None},
    }
    events = [{"type": "deal", "fields": deal}, {"type": "energy", "fields": blank["energy"]}]
    with scripted_server(says({"events": events})) as server:
        extractor = Instructor("m", server.url)
        record = extractor(DOCUMENT)
        extractor.close()
    assert [event["fields"] for event in record["events"]] == [
        {"investors": ["Contoso Group"], "amount": {"amount": 731000000, "currency": "USD"}}
    ]
    assert record["usage"]["input_tokens"] == 100
    assert problems(record, tmp_path) == []


FAULTS: dict[str, tuple[Answer, bool]] = {
    "server error": (lambda handler, _: handler.reply(500, b"{}"), True),
    "no key": (lambda handler, _: handler.reply(401, b"{}"), False),
    "no JSON": (says("Sure!"), False),
    "another shape": (says({"answer": 1}), False),
}


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("library", [Instructor, LangExtract])
def test_faults_are_told_apart(library: Any, name: str):
    answer, transient = FAULTS[name]
    with scripted_server(answer) as server:
        extractor = library("m", server.url)
        with pytest.raises(EndpointError) as caught:
            extractor(DOCUMENT)
        extractor.close()
    assert caught.value.transient is transient


def test_what_makes_the_run_is_described():
    for library in (Instructor, LangExtract):
        extractor = library("m", "http://me:secret@127.0.0.1:1/v1")
        about = extractor.describe()
        extractor.close()
        assert about["model"] == "m"
        assert len(about["prompt_sha256"]) == 64
        assert "secret" not in json.dumps(about)


def test_wrong_settings(schema: str, tmp_path: Path):
    with pytest.raises(UsageError, match="mode"):
        Instructor("m", "http://127.0.0.1:1/v1", mode="tools")
    with pytest.raises(UsageError, match="examples"):
        LangExtract("m", "http://127.0.0.1:1/v1", schema=schema)
    (tmp_path / "examples.json").write_text("{}")
    with pytest.raises(UsageError, match=r"examples\.json"):
        LangExtract("m", "http://127.0.0.1:1/v1", examples=str(tmp_path / "examples.json"))
