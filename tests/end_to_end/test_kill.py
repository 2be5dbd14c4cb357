"""A run that is killed, again and again, at any moment: nothing that is done is lost or done twice."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

Write = Callable[..., Path]
SCRIPT = Path(sys.executable).with_name("goldspan")
NUMBER = 200

EXTRACTOR = """
import random, time

def extract(document):
    with open("calls", "a") as file:
        file.write(document.doc_id + "\\n")
    time.sleep(random.uniform(0, 0.015))
    return {"events": [{"type": "deal", "fields": {"target": document.text}}]}
"""
PERL = r"""
use strict; use warnings; $| = 1;
while (my $line = <STDIN>) {
    my ($id) = $line =~ /"doc_id":"(\w+)"/ or next;
    select(undef, undef, undef, rand(0.015));
    print qq({"doc_id":"$id","events":[{"type":"deal","fields":{"target":"Company"}}]}\n);
}
"""
CALLS = {
    "function": ["extractor:extract"],
    "function, three at once, each with a time limit": ["extractor:extract", "--workers", "3", "--timeout", "60"],
    "command, two at once": ["cmd:perl extract.pl", "--workers", "2"],
}


def start(folder: Path, call: list[str], out: str) -> "subprocess.Popen[bytes]":
    arguments = ["run", *call, "--documents", "documents.jsonl", "--out", out]
    return subprocess.Popen([SCRIPT, *arguments], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def whole_lines(path: Path) -> list[bytes]:
    return path.read_bytes().split(b"\n")[:-1] if path.exists() else []


def ids_of(path: Path) -> list[str]:
    return [json.loads(line)["doc_id"] for line in whole_lines(path)]


def wait_for(process: "subprocess.Popen[bytes]", path: Path, lines: int) -> None:
    """Wait until the file has so many lines, or the process has ended."""
    while len(whole_lines(path)) < lines and process.poll() is None:
        time.sleep(0.001)


@pytest.fixture
def folder(write_lines: Write, tmp_path: Path) -> Path:
    write_lines("documents.jsonl", [{"doc_id": f"d{i}", "text": f"Company {i}"} for i in range(NUMBER)])
    (tmp_path / "extractor.py").write_text(EXTRACTOR)
    (tmp_path / "extract.pl").write_text(PERL)
    return tmp_path


@pytest.mark.parametrize(("name", "times"), [*zip(CALLS, (20, 7, 7), strict=True)])
def test_killed_at_any_moment_a_run_loses_nothing_and_doubles_nothing(folder: Path, name: str, times: int) -> None:
    draw = random.Random(name)
    predictions, log, calls = folder / "run" / "predictions.jsonl", folder / "run" / "log.jsonl", folder / "calls"
    kills = 0
    for _ in range(times):
        done = ids_of(predictions)
        calls.write_bytes(b"")
        process = start(folder, CALLS[name], "run")
        if draw.random() < 0.8:
            wait_for(process, predictions, len(done) + draw.randrange(1, 10))
        time.sleep(draw.uniform(0, 0.05))
        process.kill()
        kills += process.wait() == -signal.SIGKILL
        process.communicate()
        assert ids_of(predictions)[: len(done)] == done
        assert not set(calls.read_text().split()) & set(done)
    assert kills == times
    assert 0 < len(ids_of(predictions)) < NUMBER
    process = start(folder, CALLS[name], "run")
    assert process.communicate()[1] == b""
    assert process.returncode == 0, predictions.read_text()
    assert sorted(ids_of(predictions)) == sorted(f"d{i}" for i in range(NUMBER))
    assert predictions.read_bytes().endswith(b"\n")
    assert all("event" in json.loads(line) for line in whole_lines(log))
    about = json.loads((folder / "run" / "run.json").read_text())
    assert about["done"] + about["kept"] == NUMBER
    assert about["ended"]


@pytest.mark.parametrize(("name", "out"), [*zip(CALLS, ("out.jsonl", "run", "out.jsonl"), strict=True)])
def test_an_interrupt_ends_a_run_cleanly(folder: Path, name: str, out: str) -> None:
    predictions = folder / out / "predictions.jsonl" if out == "run" else folder / out
    process = start(folder, CALLS[name], out)
    wait_for(process, predictions, 5)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    assert (process.returncode, stdout) == (130, b"")
    assert b"Traceback" not in stderr
    assert b"interrupted" in stderr
    assert 5 <= len(ids_of(predictions)) < NUMBER
    process = start(folder, CALLS[name], out)
    assert process.communicate()[1] == b""
    assert sorted(ids_of(predictions)) == sorted(f"d{i}" for i in range(NUMBER))


def test_the_processes_of_a_killed_run_end_too(folder: Path) -> None:
    (folder / "extract.pl").write_text('open(my $f, ">>", "pids"); print $f "$$\\n"; close $f;' + PERL)
    process = start(folder, CALLS["command, two at once"], "out.jsonl")
    wait_for(process, folder / "out.jsonl", 3)
    process.kill()
    process.communicate()
    left = [int(pid) for pid in (folder / "pids").read_text().split()]
    for _ in range(600):
        left = [pid for pid in left if is_running(pid)]
        if not left:
            break
        time.sleep(0.1)
    assert left == []


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
