"""Commands as extractors: any program, however it behaves, leaves one line for each document."""

import json
import os
import shlex
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from goldspan import UsageError, run, validate
from goldspan.harness.answers import Answer

Write = Callable[..., Path]
TEXTS = {"a": "Zürich pays.", "b": "Basel waits.", "c": "Bern 🚀 sleeps.", "d": "Genf eats."}

PROGRAM = """
import json, os, sys, time

def documents():
    for line in sys.stdin.buffer:
        yield json.loads(line)

def answer(document, text=None):
    fields = {"target": text or document["text"]}
    print(json.dumps({"doc_id": document["doc_id"], "events": [{"type": "deal", "fields": fields}]}), flush=True)

def stray(raw):
    os.write(1, raw)

with open("pids", "a") as file:
    print(os.getpid(), file=file)
"""

PROGRAMS = {
    "answers one after the other": "for d in documents(): answer(d)",
    "answers all at the end, the last first": "for d in reversed(list(documents())): answer(d)",
    "answers twice": "for d in documents(): answer(d); answer(d, 'another')",
    "answers for others": "for d in documents(): answer({'doc_id': d['doc_id'] + '!', 'text': 'x'}); answer(d)",
    "writes what is not UTF-8": 'for d in documents(): stray(b\'\\xff\\xfe\\n{"doc_id": "\\xff"}\\n\'); answer(d)',
    "writes what is no JSON": "stray(b'hello\\n\\n{\\n[]\\n5\\n{\"doc_id\": 5}\\n' + b'[' * 100000 + b'\\n')\n"
    "for d in documents(): answer(d)",
    "writes NaN and then an answer": 'for d in documents(): stray(b\'{"doc_id": "a", "x": NaN}\\n\'); answer(d)',
    "floods standard error": "sys.stderr.write('x' * 3000000)\nfor d in documents(): answer(d)",
    "does not end the last line": "for d in documents(): stray(b'\\n' + json.dumps({'doc_id': d['doc_id'], "
    "'events': [{'type': 'deal', 'fields': {'target': d['text']}}]}).encode())",
    "answers, and then will not stop talking": "for d in documents(): answer(d)\nwhile True: stray(b'x\\n' * 1000)",
    "answers, and then never ends a line": "for d in documents(): answer(d)\nwhile True: stray(b'x' * 100000)",
}
"""What answers for each document, whatever else it does."""

FAULTS: dict[str, tuple[str, dict[str, str]]] = {
    "dies at b": (
        "for d in documents():\n if d['doc_id'] == 'b': sys.exit('no b\\x1b')\n answer(d)",
        {"b": "ended with exit status 1 and gave no answer: no b\x1b"},
    ),
    "is killed at b": (
        "for d in documents():\n if d['doc_id'] == 'b': os.kill(os.getpid(), 9)\n answer(d)",
        {"b": "was killed by signal 9"},
    ),
    "leaves out b": ("for d in documents():\n if d['doc_id'] != 'b': answer(d)", {"b": "ended with exit status 0"}),
    "answers one document only": (
        "answer(json.loads(sys.stdin.readline()))",
        dict.fromkeys("bd", "ended with exit status 0"),
    ),
    "reads nothing": ("", dict.fromkeys("abcd", "ended with exit status 0")),
    "fails at once": ("sys.exit(7)", dict.fromkeys("abcd", "ended with exit status 7")),
    "never ends a line": (
        "while True: stray(b'x' * 100000)",
        dict.fromkeys("abcd", "a line of more than 16777216 bytes"),
    ),
    "never answers": ("while True: stray(b'x\\n' * 1000)", dict.fromkeys("abcd", "more than 1000 lines")),
    "writes a huge line at b": (
        "for d in documents():\n if d['doc_id'] == 'b': stray(b'x' * (17 << 20) + b'\\n')\n answer(d)",
        {"b": "a line of more than 16777216 bytes"},
    ),
    "closes its output and lingers": ("os.close(1); time.sleep(1000)", dict.fromkeys("abcd", "and gave no answer")),
    "leaves a grandchild with its output": (
        "for d in documents():\n if d['doc_id'] == 'b' and os.fork(): os._exit(4)\n"
        " if d['doc_id'] == 'b': time.sleep(1000)\n answer(d)",
        {"b": "ended with exit status 4"},
    ),
    "answers with no record": (
        "for d in documents(): answer(d) if d['doc_id'] != 'b' else print(json.dumps({'doc_id': 'b', 'events': 5}))",
        {"b": "Expected `array`"},
    ),
    "tells an error": (
        "for d in documents():\n"
        " if d['doc_id'] != 'b': answer(d)\n"
        " else: print(json.dumps({'doc_id': 'b', 'error': 'tired'}))",
        {"b": "tired"},
    ),
}
"""What each of these does not answer for, and what the error record says."""


@pytest.fixture
def documents(write_lines: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write_lines("documents.jsonl", [{"doc_id": doc_id, "text": text} for doc_id, text in TEXTS.items()])


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out.jsonl"


def program(folder: Path, body: str) -> str:
    path = folder / "program.py"
    path.write_text(PROGRAM + body)
    return f"cmd:{shlex.join([sys.executable, str(path)])}"


def rows_of(path: Path) -> dict[str, dict[str, Any]]:
    rows = [json.loads(line) for line in path.read_bytes().decode().splitlines()]
    assert len({row["doc_id"] for row in rows}) == len(rows)
    return {row["doc_id"]: row for row in rows}


def targets(rows: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {doc_id: row["events"][0]["fields"]["target"] for doc_id, row in rows.items() if row["events"]}


def log_of(folder: Path) -> list[str]:
    return (folder / "log.jsonl").read_text().splitlines()


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("name", PROGRAMS)
def test_what_answers_for_each_document_gives_the_predictions(
    documents: Path, out: Path, tmp_path: Path, name: str, workers: int
) -> None:
    result = run(program(tmp_path, PROGRAMS[name]), out, documents=documents, workers=workers)
    assert result == (4, 0, 0)
    rows = rows_of(out)
    assert targets(rows) == TEXTS
    assert all(row["usage"]["seconds"] >= 0 for row in rows.values())
    assert not any(map(is_running, map(int, (tmp_path / "pids").read_text().split())))


@pytest.mark.parametrize("name", FAULTS)
def test_what_does_not_leaves_an_error_record_and_the_rest_is_done(
    documents: Path, out: Path, tmp_path: Path, name: str
) -> None:
    body, failed = FAULTS[name]
    result = run(program(tmp_path, body), out, documents=documents)
    rows = rows_of(out)
    assert result == (4, 0, len(failed))
    assert targets(rows) == {doc_id: text for doc_id, text in TEXTS.items() if doc_id not in failed}
    assert {doc_id for doc_id, row in rows.items() if row.get("error")} == set(failed)
    assert all(told in rows[doc_id]["error"] for doc_id, told in failed.items())
    assert validate(out, documents=documents) == []
    assert not any(map(is_running, map(int, (tmp_path / "pids").read_text().split())))


def test_one_that_is_silent_for_too_long_is_killed_and_another_goes_on(
    documents: Path, out: Path, tmp_path: Path
) -> None:
    body = "for d in documents():\n if d['doc_id'] == 'b': time.sleep(1000)\n answer(d)"
    assert run(program(tmp_path, body), out, documents=documents, timeout=2) == (4, 0, 1)
    rows = rows_of(out)
    assert rows["b"]["error"] == "the command gave no answer in 2 s"
    assert targets(rows) == {doc_id: text for doc_id, text in TEXTS.items() if doc_id != "b"}
    pids = [int(pid) for pid in (tmp_path / "pids").read_text().split()]
    assert len(pids) == 2
    assert not any(map(is_running, pids))


def test_what_waits_in_the_pipe_of_one_that_has_ended_is_read_however_late(
    documents: Path, out: Path, tmp_path: Path
) -> None:
    body = "for i, d in enumerate(documents()): time.sleep(0.2 * (i == 1)); answer(d)"

    def slow(answers: Iterable[Answer], _: int) -> Iterator[Answer]:
        for answer in answers:
            yield answer
            time.sleep(1.5)

    assert run(program(tmp_path, body), out, documents=documents, track=slow) == (4, 0, 0)
    assert targets(rows_of(out)) == TEXTS


def test_documents_that_no_pipe_holds_reach_a_program_that_answers_at_the_end(
    write_lines: Write, documents: Path, out: Path, tmp_path: Path
) -> None:
    big = write_lines("big.jsonl", [{"doc_id": str(i), "text": f"{i} " + "x" * 1_000_000} for i in range(8)])
    body = "for d in list(documents()): answer(d, d['text'].split()[0])"
    run(program(tmp_path, body), out, documents=big)
    assert targets(rows_of(out)) == {str(i): str(i) for i in range(8)}


def test_a_program_gets_the_public_fields_of_a_document(write_lines: Write, out: Path, documents: Path) -> None:
    row = {"doc_id": "x", "text": "t", "title": "T", "published": "2025-06-01", "publisher": "P", "story": "s"}
    run("cmd:cat", out, documents=write_lines("one.jsonl", [row]))
    assert row.items() <= rows_of(out)["x"].items()


@pytest.mark.parametrize("command", ["cat; touch pwned", "$(touch pwned)", "no_such_program", "", "'", "no\0thing"])
def test_what_is_no_program_is_a_wrong_call_and_no_shell_sees_it(
    documents: Path, out: Path, tmp_path: Path, command: str
) -> None:
    with pytest.raises(UsageError):
        run(f"cmd:{command}", out, documents=documents)
    run("cmd:echo x $(touch pwned) > pwned; touch pwned", out, documents=documents)
    assert not (tmp_path / "pwned").exists()


def test_a_command_takes_no_settings(documents: Path, out: Path) -> None:
    with pytest.raises(UsageError, match="arguments"):
        run("cmd:cat", out, documents=documents, settings={"a": "b"})


def test_lines_that_are_ignored_are_told_and_a_log_of_endless_nonsense_is_short(
    documents: Path, tmp_path: Path
) -> None:
    run(program(tmp_path, PROGRAMS["answers twice"]), tmp_path / "twice", documents=documents)
    run(program(tmp_path, FAULTS["never answers"][0]), tmp_path / "endless", documents=documents)
    told = {
        name: [row["what"] for row in map(json.loads, log_of(tmp_path / name)) if "what" in row]
        for name in ("twice", "endless")
    }
    assert told["twice"] == [f"another answer for document {doc_id!r}" for doc_id in TEXTS]
    assert 0 < len(told["endless"]) <= 20
