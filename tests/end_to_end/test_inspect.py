"""The Inspect AI task, run by Inspect itself with its mock model."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from inspect_ai.model import ModelOutput, ModelUsage
from made import news
from support import money, write_lines

from goldspan import DataError, Score, load_documents, load_schema, run, score
from goldspan.content import GOLD
from goldspan.inspect_task.asking import instructions, record_of
from goldspan.inspect_task.registry import extract
from goldspan.report.as_json import score_as_json
from goldspan_baselines.rules import extract as rules

SCRIPT = """
import json, sys
from inspect_ai import eval as evaluate
from inspect_ai.model import ModelOutput, ModelUsage, get_model

call = json.load(sys.stdin)
outputs = [ModelOutput.from_content("mockllm/model", text) for text in call["answers"]]
for output in outputs:
    output.usage = ModelUsage(input_tokens=100, output_tokens=7, total_tokens=107)
(log,) = evaluate(
    "goldspan/extract", task_args=call["arguments"], model=get_model("mockllm/model", custom_outputs=outputs),
    display="none", log_dir=call["folder"], epochs=call["epochs"], max_connections=1, max_samples=1,
)
assert log.status == "success", log.error
(scorer,) = log.results.scores
print(json.dumps({
    "rates": {name: metric.value for name, metric in scorer.metrics.items()},
    "samples": {sample.id: sample.scores["fields"].value for sample in log.samples},
    "usage": {name: usage.input_tokens for name, usage in log.stats.model_usage.items()},
}))
"""


@pytest.fixture(scope="module")
def predictions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Predictions of the rules baseline without two of their lines."""
    path = tmp_path_factory.mktemp("rules") / "predictions.jsonl"
    run(rules, path)
    path.write_text("".join(path.read_text().splitlines(keepends=True)[2:]))
    return path


def inspect(folder: Path, answers: list[str] | None = None, epochs: int = 1, **arguments: Path) -> dict[str, Any]:
    """Let Inspect run the task, in a process of its own: it leaves streams open, which would fail other tests."""
    call = {
        "answers": answers or [],
        "arguments": {name: str(path) for name, path in arguments.items()},
        "folder": str(folder / "logs"),
        "epochs": epochs,
    }
    command = [sys.executable, "-c", SCRIPT]
    done = subprocess.run(command, cwd=folder, input=json.dumps(call), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def expected(result: Score) -> Any:
    whole = {"f1": result.micro.f1, "precision": result.micro.precision, "recall": result.micro.recall}
    whole |= {path: counts.f1 for path, counts in result.fields.items()}
    return pytest.approx({name: rate for name, rate in whole.items() if rate is not None}, rel=1e-12)


def test_a_prediction_file_gets_the_figures_that_score_gives(predictions: Path, tmp_path: Path):
    found = inspect(tmp_path, predictions=predictions)
    result = score(predictions, resamples=0)
    assert found["rates"] == expected(result)
    documents = score_as_json(result)["documents"]
    four = ("matched", "misread", "missed", "invented")
    assert found["samples"] == {doc_id: {name: counts[name] for name in four} for doc_id, counts in documents.items()}
    assert found["usage"] == {}  # nobody was asked


def test_a_model_that_answers_with_gold_is_perfect(tmp_path: Path):
    records = [json.loads(line) for line in GOLD.read_text().splitlines()]
    answers = [
        json.dumps({"events": [{"type": e["type"], "fields": e["fields"]} for e in record["events"]]})
        for record in records
    ]
    found = inspect(tmp_path, answers)
    assert set(found["rates"].values()) == {1.0}
    assert found["usage"] == {"mockllm/model": 1400}


def test_answers_of_every_kind_on_a_schema_of_ones_own(tmp_path: Path):
    corpus = news(tmp_path, 3, seed=5)
    gold = [json.loads(line) for line in corpus.gold.read_text().splitlines()]
    told = [{"type": event["type"], "fields": event["fields"]} for event in gold[0]["events"]]
    wrong = [{"type": "takeover", "fields": {"price": money(1)}}]
    answers = [f"Sure.\n```json\n{json.dumps({'events': told})}\n```", json.dumps({"events": wrong}), "I cannot say."]
    found = inspect(tmp_path, answers, **corpus.options())
    same = [{"doc_id": "d0", "events": told}, {"doc_id": "d1", "events": wrong}, {"doc_id": "d2", "error": "x"}]
    result = score(write_lines(tmp_path / "same.jsonl", same), **corpus.options(), resamples=0)
    assert result.failed == ["d2"]
    assert found["rates"] == expected(result)


def test_every_epoch_counts(tmp_path: Path):
    """One document, asked twice, answered once with gold and once with nothing: half of the leaves are found."""
    corpus = news(tmp_path, 1, seed=5)
    (gold,) = [json.loads(line) for line in corpus.gold.read_text().splitlines()]
    told = [{"type": event["type"], "fields": event["fields"]} for event in gold["events"]]
    rates = inspect(tmp_path, [json.dumps({"events": told}), '{"events": []}'], epochs=2, **corpus.options())["rates"]
    assert (rates["precision"], rates["recall"], rates["f1"]) == (1.0, 0.5, pytest.approx(2 / 3))


def test_the_command_line_finds_the_task(predictions: Path, tmp_path: Path):
    command = [Path(sys.executable).with_name("inspect"), "eval", "goldspan/extract", "--model", "mockllm/model"]
    command += ["-T", f"predictions={predictions}", "--display", "plain", "--log-dir", tmp_path / "logs"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    found = dict(line.split() for line in done.stdout.splitlines() if line.startswith("deal."))
    deal = {path: c.f1 for path, c in score(predictions, resamples=0).fields.items() if path.startswith("deal.")}
    assert found == {path: f"{f1:.3f}" for path, f1 in deal.items() if f1 is not None}


@pytest.mark.parametrize(
    ("text", "events"),
    [
        ('{"events": []}', []),
        ('{"a": {"b": 1}} {"events": [{"type": "t", "fields": {}}]}', [{"type": "t", "fields": {}}]),
        ('{"events": [{"type": "t", "fields": {}, "confidence": {"/x": 9}}]}', [{"type": "t", "fields": {}}]),
        ('{"events": [{"type": "t", "fields": {"a": NaN}}]}', None),
        ('{"events": ["t"]}', None),
        ('{"events": [{"type": "t"', None),
        ("[" * 10_000 + "{" * 10_000, None),
        ("", None),
    ],
)
def test_an_answer_becomes_a_record(text: str, events: list[Any] | None):
    output = ModelOutput.from_content("mockllm/model", text)
    output.usage = ModelUsage(input_tokens=100, output_tokens=7, total_tokens=107)
    record = json.loads(record_of("d1", output))
    assert record["doc_id"] == "d1"
    assert record["events"] == (events or [])
    assert ("error" in record) == (events is None)
    assert record["usage"] == {"input_tokens": 100, "output_tokens": 7}


def test_the_prompt_is_the_schema_and_no_example_of_it():
    text = instructions(load_schema())
    for name, event_type in load_schema().types.items():
        assert event_type.description in text
        assert all(f'"{field}"' in text for field in event_type.group.fields), name
    for word in ("x-kind", "examples", "Northwind", "Contoso", "Fabrikam"):
        assert word not in text
    titles = {document.title for document in load_documents().values() if document.title}
    assert not any(title in text for title in titles)


def test_wrong_predictions_are_told(tmp_path: Path):
    (tmp_path / "broken.jsonl").write_text('{"doc_id": "seed-001"}\n{\n')
    with pytest.raises(DataError, match=r"broken.jsonl:2"):
        extract(predictions=str(tmp_path / "broken.jsonl"))
