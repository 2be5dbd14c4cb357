"""`goldspan run llm` against an endpoint that does all that may go wrong: every document ends in a record."""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from endpoints import Answer, Handler, ScriptedServer, scripted_server
from support import write_lines

from goldspan import validate

SCRIPT = Path(sys.executable).with_name("goldspan")
TRICKS = ["<script>alert(1)</script>", "../../etc/passwd", "\x00\x1b[2J\r\n", "$(reboot) `id`", '"}]}, {"events": []']
GOOD = {"events": [{"investors": ["Contoso Group"], "target": "Fabrikam Mills"}]}


def stall(handler: Handler, _: dict[str, Any]) -> None:
    time.sleep(6)
    handler.say(GOOD)


def says(content: Any, finish_reason: str = "stop", **message: Any) -> Answer:
    return lambda handler, _: handler.say(content, finish_reason, **message)


def status(code: int) -> Answer:
    return lambda handler, _: handler.reply(code, b'{"error": {"message": "no"}}', Retry_After="0")


ANSWERS: dict[str, tuple[Answer, str]] = {
    "well behaved": (says(GOOD), ""),
    "429": (status(429), "HTTP 429"),
    "500": (status(500), "HTTP 500"),
    "never in time": (stall, "no reply"),
    "hangs up": (lambda handler, _: handler.cut(), "no reply"),
    "half an answer": (says('{"events": [{"target": "Fabr', "length"), "cut off"),
    "half an answer that claims to be whole": (says('{"events": [{"target": "Fabr'), "no JSON object"),
    "refusal": (says(None, refusal="I \x1b[2J cannot"), "refused"),
    "ten megabytes": (says("x" * 10_000_000), "longer than"),
    "a list of numbers": (says({"events": [1, None, [2]]}), ""),
    "wrong types": (says({"events": [{"target": 5, "amount": "much", "status": ["done"], "investors": {"a": 1}}]}), ""),
    "events is text": (says({"events": "../../deal"}), "no list"),
    "tricks": (says({"events": [{"investors": TRICKS, "target": TRICKS[0], "../x": 1, "__class__": {}}]}), ""),
    "no completion": (lambda handler, _: handler.reply(200, b"<html>"), "no chat completion"),
}
"""What the endpoint does with each document, and what the error record says; "" where a valid record must come."""
FAILED = [name for name, (_, error) in ANSWERS.items() if error]


def answer(handler: Handler, request: dict[str, Any]) -> None:
    """Each document's text names what is to be done with it; all have a deal, and nothing else."""
    if "types" in request["response_format"]["json_schema"]["schema"]["properties"]:
        handler.say({"types": ["deal"]})
    else:
        ANSWERS[asked_for(request)][0](handler, request)


def well(handler: Handler, request: dict[str, Any]) -> None:
    """The endpoint on a good day."""
    handler.say({"types": ["deal"], **GOOD})


def asked_for(request: dict[str, Any]) -> str:
    return str(request["messages"][1]["content"]).strip().splitlines()[-1]


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_server(answer) as running:
        yield running


@pytest.fixture
def call(server: ScriptedServer, tmp_path: Path) -> list[str]:
    documents = write_lines(tmp_path / "documents.jsonl", [{"doc_id": f"d-{name}", "text": name} for name in ANSWERS])
    settings = {"model": "m", "base_url": server.url, "guidelines": "none", "quotes": "false", "timeout": 3}
    chosen = [f"--set={key}={value}" for key, value in settings.items()]
    options = ["--documents", str(documents), "--out", str(tmp_path / "run")]
    return [str(SCRIPT), "run", "llm", *chosen, *options, "--workers", "4", "--retries", "1"]


def run(call: list[str], *more: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*call, *more], capture_output=True, encoding="utf-8", timeout=300, check=False)


def records_of(folder: Path) -> dict[str, dict[str, Any]]:
    """The records by what was done with their document: one each, all of them valid."""
    lines = [json.loads(line) for line in (folder / "run" / "predictions.jsonl").read_text("utf-8").splitlines()]
    assert Counter(line["doc_id"] for line in lines) == Counter(f"d-{name}" for name in ANSWERS)
    assert validate(folder / "run", documents=folder / "documents.jsonl") == []
    return {line["doc_id"].removeprefix("d-"): line for line in lines}


def test_every_document_ends_in_a_valid_record_or_an_error_record(
    server: ScriptedServer, call: list[str], tmp_path: Path
):
    done = run(call)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False), done.stderr
    assert f"{len(FAILED)} failed" in done.stdout
    records = records_of(tmp_path)
    for name, (_, error) in ANSWERS.items():
        assert error in records[name].get("error", ""), name
        assert bool(records[name].get("error")) == bool(error), name
    assert [event["fields"] for event in records["well behaved"]["events"]] == GOOD["events"]
    assert records["a list of numbers"]["events"] == records["wrong types"]["events"] == []
    assert records["tricks"]["events"][0]["fields"]["investors"] == [each.strip() for each in TRICKS]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["documents.jsonl", "run"]
    asked = Counter(map(asked_for, server.requests))
    assert asked["429"] > asked["well behaved"], "what may pass is tried again"
    assert asked["refusal"] == asked["well behaved"], "what will not is not"


def test_a_run_resumes_after_faults(server: ScriptedServer, call: list[str], tmp_path: Path):
    run(call)
    before = (tmp_path / "run" / "predictions.jsonl").read_bytes()
    asked = len(server.requests)
    again = run(call)
    assert f"0 documents extracted, {len(ANSWERS)} kept" in again.stdout
    assert ((tmp_path / "run" / "predictions.jsonl").read_bytes(), len(server.requests)) == (before, asked)
    server.answer = well
    healed = run(call, "--retry-failed")
    assert healed.returncode == 0, healed.stdout + healed.stderr
    assert f"{len(FAILED)} documents extracted, {len(ANSWERS) - len(FAILED)} kept" in healed.stdout
    assert {asked_for(request) for request in server.requests[asked:]} == set(FAILED)
    assert not any("error" in record for record in records_of(tmp_path).values())


def test_a_run_that_is_killed_amid_faults_resumes(server: ScriptedServer, call: list[str], tmp_path: Path):
    predictions = tmp_path / "run" / "predictions.jsonl"
    running = subprocess.Popen([*call], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while running.poll() is None and (not predictions.exists() or predictions.read_bytes().count(b"\n") < 3):
        time.sleep(0.01)
    running.kill()
    running.wait()
    kept = predictions.read_bytes().split(b"\n")[:-1]
    assert 3 <= len(kept) < len(ANSWERS)
    asked = len(server.requests)
    assert run(call).returncode == 1
    assert predictions.read_bytes().split(b"\n")[: len(kept)] == kept
    settled = {json.loads(line)["doc_id"].removeprefix("d-") for line in kept}
    assert not settled & {asked_for(request) for request in server.requests[asked:]}
    assert {name for name, record in records_of(tmp_path).items() if "error" in record} == set(FAILED)
