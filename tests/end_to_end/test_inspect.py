"""The Inspect AI task, run by Inspect itself with its mock model."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from inspect_ai import eval as evaluate
from inspect_ai.log import EvalLog
from inspect_ai.model import ModelOutput, ModelUsage, get_model
from made import news
from support import money

from goldspan import DataError, Score, load_documents, load_schema, run, score
from goldspan.content import GOLD
from goldspan.inspect_task.asking import instructions, record_of
from goldspan.inspect_task.registry import extract
from goldspan.report.as_json import score_as_json
from goldspan_baselines.rules import extract as rules

pytestmark = pytest.mark.filterwarnings("ignore:The 'initial' parameter is deprecated")  # inspect-ai's use of tenacity


@pytest.fixture(scope="module")
def predictions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Predictions of the rules baseline without two of their lines."""
    path = tmp_path_factory.mktemp("rules") / "predictions.jsonl"
    run(rules, path)
    path.write_text("".join(path.read_text().splitlines(keepends=True)[2:]))
    return path


def rates(log: EvalLog) -> dict[str, float]:
    assert log.status == "success", log.error
    assert log.results is not None
    (of_scorer,) = log.results.scores
    return {name: metric.value for name, metric in of_scorer.metrics.items()}


def expected(result: Score) -> dict[str, float]:
    whole = {"f1": result.micro.f1, "precision": result.micro.precision, "recall": result.micro.recall}
    whole |= {path: counts.f1 for path, counts in result.fields.items()}
    return {name: rate for name, rate in whole.items() if rate is not None}


def ask(tmp_path: Path, answers: list[ModelOutput], **files: Any) -> EvalLog:
    model = get_model("mockllm/model", custom_outputs=answers, memoize=False)
    options = {name: str(path) for name, path in files.items()}
    return evaluate(extract(**options), model=model, display="none", log_dir=str(tmp_path), max_connections=1)[0]


def answer(text: str) -> ModelOutput:
    output = ModelOutput.from_content("mockllm/model", text)
    output.usage = ModelUsage(input_tokens=100, output_tokens=7, total_tokens=107)
    return output


def test_a_prediction_file_gets_the_figures_that_score_gives(predictions: Path, tmp_path: Path):
    (log,) = evaluate(
        "goldspan/extract",
        model="mockllm/model",
        task_args={"predictions": str(predictions)},
        display="none",
        log_dir=str(tmp_path),
    )
    assert rates(log) == pytest.approx(expected(score(predictions, resamples=0)), rel=1e-12)
    assert log.eval.dataset.samples == 14
    assert log.stats.model_usage == {}  # nobody was asked


def test_each_sample_has_the_counts_of_its_document(predictions: Path, tmp_path: Path):
    (log,) = evaluate(
        extract(predictions=str(predictions)), model="mockllm/model", display="none", log_dir=str(tmp_path)
    )
    documents = score_as_json(score(predictions, resamples=0))["documents"]
    for sample in log.samples or []:
        assert sample.scores is not None
        counts = {name: documents[sample.id][name] for name in ("matched", "misread", "missed", "invented")}
        assert sample.scores["fields"].value == counts


def test_a_model_that_answers_with_gold_is_perfect(tmp_path: Path):
    records = [json.loads(line) for line in GOLD.read_text().splitlines()]
    answers = [
        answer(json.dumps({"events": [{"type": e["type"], "fields": e["fields"]} for e in record["events"]]}))
        for record in records
    ]
    log = ask(tmp_path, answers)
    assert set(rates(log).values()) == {1.0}
    assert log.stats.model_usage["mockllm/model"].input_tokens == 1400


def test_answers_of_every_kind_on_a_schema_of_ones_own(tmp_path: Path):
    corpus = news(tmp_path, 3, seed=5)
    gold = [json.loads(line) for line in corpus.gold.read_text().splitlines()]
    told = [{"type": event["type"], "fields": event["fields"]} for event in gold[0]["events"]]
    wrong = [{"type": "takeover", "fields": {"price": money(1)}}]
    texts = [f"Sure.\n```json\n{json.dumps({'events': told})}\n```", json.dumps({"events": wrong}), "I cannot say."]
    log = ask(tmp_path, [answer(text) for text in texts], **corpus.options())
    lines = [
        {"doc_id": "d0", "events": told},
        {"doc_id": "d1", "events": wrong},
        {"doc_id": "d2", "events": [], "error": "x"},
    ]
    same = tmp_path / "same.jsonl"
    same.write_text("".join(json.dumps(line) + "\n" for line in lines))
    result = score(same, **corpus.options(), resamples=0)
    assert result.failed == ["d2"]
    assert rates(log) == pytest.approx(expected(result), rel=1e-12)


def test_every_epoch_counts(tmp_path: Path):
    """One document, asked twice, right and empty: as many leaves found as missed."""
    corpus = news(tmp_path, 1, seed=5)
    (gold,) = [json.loads(line) for line in corpus.gold.read_text().splitlines()]
    told = [{"type": event["type"], "fields": event["fields"]} for event in gold["events"]]
    outputs = [answer(json.dumps({"events": told})), answer('{"events": []}')]
    model = get_model("mockllm/model", custom_outputs=outputs, memoize=False)
    task = extract(**{name: str(path) for name, path in corpus.options().items()})
    (log,) = evaluate(task, model=model, display="none", log_dir=str(tmp_path), epochs=2, max_connections=1)
    found = rates(log)
    assert (found["precision"], found["recall"], found["f1"]) == (1.0, 0.5, pytest.approx(2 / 3))


def test_the_command_line_finds_the_task(predictions: Path, tmp_path: Path):
    command = [Path(sys.executable).with_name("inspect"), "eval", "goldspan/extract", "--model", "mockllm/model"]
    command += ["-T", f"predictions={predictions}", "--display", "plain", "--log-dir", tmp_path / "logs"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    figures = dict(line.split() for line in done.stdout.splitlines() if line.startswith("deal."))
    result = score(predictions, resamples=0)
    assert figures == {
        path: f"{counts.f1:.3f}"
        for path, counts in result.fields.items()
        if path.startswith("deal.") and counts.f1 is not None
    }


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
    record = json.loads(record_of("d1", answer(text)))
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
