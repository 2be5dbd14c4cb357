"""The command line, run as a user runs it: exit codes, what goes where, and no traceback whatever it is given."""

import inspect
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer.main

import goldspan as library
from goldspan.cli import app

Run = Callable[..., subprocess.CompletedProcess[str]]
Write = Callable[..., Path]
GOLD = [
    {"doc_id": "d1", "events": [{"id": "e", "type": "deal", "fields": {"target": "Fabrikam", "term": "P5Y"}}]},
    {"doc_id": "d2", "events": [{"id": "e", "type": "deal", "fields": {"target": "Contoso", "term": "P1Y"}}]},
]
EXTRACTOR = """
def extract(document):
    return {"events": [{"type": "deal", "fields": {"target": document.text}}]}

def fail(document):
    raise ValueError("no answer")
"""


@pytest.fixture
def files(write_lines: Write, tmp_path: Path) -> Path:
    """A folder with gold, predictions of which half the leaves are right, documents, an extractor, a schema."""
    write_lines("gold.jsonl", GOLD)
    write_lines("half.jsonl", [GOLD[0], {"doc_id": "d2"}])
    write_lines("wrong.jsonl", [{"doc_id": "d1", "events": [{"type": "deal", "fields": {"term": "5 years"}}]}])
    write_lines("broken.jsonl", [GOLD[0], b'{"doc_id": '])
    write_lines("documents.jsonl", [{"doc_id": "d1", "text": "Fabrikam"}, {"doc_id": "d2", "text": "Contoso"}])
    (tmp_path / "extractor.py").write_text(EXTRACTOR)
    for folder, kind in (("schema", "name"), ("bad_schema", "colour")):
        (tmp_path / folder).mkdir()
        properties = {"pet": {"type": "string", "x-kind": kind}}
        (tmp_path / folder / "visit.schema.json").write_text(json.dumps({"properties": properties}))
    return tmp_path


def commands(command: Any, name: str = "") -> dict[str, Any]:
    """A command and all below it, by the words that call them."""
    found = {name: command}
    for child, each in getattr(command, "commands", {}).items():
        found |= commands(each, f"{name} {child}".strip())
    return found


COMMANDS = commands(typer.main.get_command(app))


@pytest.mark.parametrize("name", COMMANDS)
def test_help_shows_examples_of_the_command(goldspan: Run, name: str) -> None:
    shown = goldspan(*name.split(), "--help")
    assert (shown.returncode, shown.stderr) == (0, "")
    examples = [line.strip() for line in shown.stdout.partition("Example")[2].splitlines()]
    assert any(line.startswith(f"goldspan {name}".strip()) for line in examples)


def test_the_version_is_the_librarys(goldspan: Run) -> None:
    assert goldspan("--version").stdout == library.__version__ + "\n"


OUTPUT = {"json", "html", "min_f1", "max_drop", "help"}
SHORT = {"run": {"of", "more"}}  # for a setting of vote


@pytest.mark.parametrize(
    ("name", "beside"),
    [
        ("score", {"keep_documents"}),
        ("compare", set()),
        ("validate", set()),
        ("run", {"track"}),
    ],
)
def test_a_command_takes_what_its_public_function_takes(name: str, beside: set[str]) -> None:
    parameters = set(inspect.signature(getattr(library, name)).parameters) - beside
    assert {parameter.name for parameter in COMMANDS[name].params} - OUTPUT - SHORT.get(name, set()) == parameters


SUCCESSES = [
    ["documents"],
    ["documents", "--documents", "documents.jsonl"],
    ["schema"],
    ["schema", "--schema", "schema"],
    ["schema", "check", "schema"],
    ["validate", "half.jsonl", "--documents", "documents.jsonl"],
    ["run", "extractor:extract", "--documents", "documents.jsonl", "--out", "out.jsonl"],
    ["score", "half.jsonl", "--gold", "gold.jsonl"],
    ["score", "wrong.jsonl", "--gold", "gold.jsonl"],
    ["score", "broken.jsonl", "--gold", "gold.jsonl", "--keep-going"],
    ["score", "half.jsonl", "--gold", "gold.jsonl", "--min-f1", "0.6"],
]
WRONG_DATA = [
    ["schema", "--schema", "bad_schema"],
    ["schema", "check", "bad_schema"],
    ["documents", "--documents", "broken.jsonl", "--export", "out"],
    ["validate", "wrong.jsonl", "--documents", "documents.jsonl"],
    ["validate", "half.jsonl"],
    ["validate", "half.jsonl", "--documents", "documents.jsonl", "--gold"],
    ["run", "extractor:extract", "--documents", "broken.jsonl", "--out", "out"],
    ["score", "broken.jsonl", "--gold", "gold.jsonl", "--json", "out", "--html", "out.html"],
    ["score", "half.jsonl", "--gold", "broken.jsonl", "--json", "out"],
    ["score", "half.jsonl", "--json", "out"],
    ["score", "half.jsonl", "--gold", "gold.jsonl", "--schema", "bad_schema", "--html", "out"],
]
WRONG_CALLS = [
    ["no-such-command"],
    ["documents", "--documents", "nowhere.jsonl", "--export", "out"],
    ["documents", "--export", "nowhere/out"],
    ["documents", "--no-such-option"],
    ["schema", "check"],
    ["schema", "check", "nowhere"],
    ["schema", "check", "gold.jsonl"],
    ["validate"],
    ["validate", "nowhere.jsonl"],
    ["run", "extractor:extract"],
    ["run", "extractor:nothing", "--out", "out"],
    ["run", "nothing", "--out", "out"],
    ["run", "cmd:no_such_program", "--out", "out"],
    ["run", "extractor:extract", "more.jsonl", "--out", "out"],
    ["run", "extractor:extract", "--set", "no_such_setting=1", "--out", "out"],
    ["run", "vote", "--out", "out"],
    ["run", "vote", "--of", "half.jsonl", "nowhere.jsonl", "--out", "out"],
    ["run", "extractor:extract", "--workers", "0", "--out", "out"],
    ["run", "extractor:extract", "--timeout", "0", "--out", "out"],
    ["run", "extractor:extract", "--documents", "documents.jsonl", "--out", "schema"],
    ["run", "extractor:extract", "--documents", "documents.jsonl", "--out", "gold.jsonl/out"],
    ["score"],
    ["score", "nowhere.jsonl", "--json", "out"],
    ["score", "half.jsonl", "--gold", "nowhere.jsonl", "--json", "out"],
    ["score", "half.jsonl", "--gold", "gold.jsonl", "--json", "nowhere/out"],
    ["score", "half.jsonl", "--gold", "gold.jsonl", "--html", "schema"],
    ["score", "half.jsonl", "--gold", "gold.jsonl", "--min-f1", "60", "--json", "out"],
    ["score", "half.jsonl", "--gold", "gold.jsonl", "--min-f1", "nan", "--json", "out"],
    ["score", "half.jsonl", "--gold", "gold.jsonl", "--json", "out", "--html", "./out"],
    ["score", "half.jsonl", "--gold", "gold.jsonl", "--json", "gold.jsonl"],
    ["score", "half.jsonl", "--gold", "gold.jsonl", "--html", "half.jsonl"],
    ["compare", "half.jsonl", "half.jsonl", "--gold", "gold.jsonl", "--json", "half.jsonl"],
    ["score", "a" * 300],
]


@pytest.mark.parametrize("call", SUCCESSES, ids=" ".join)
def test_what_is_fine_exits_with_0(goldspan: Run, files: Path, call: list[str]) -> None:
    done = goldspan(*call)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)
    assert done.stdout


def snapshot(folder: Path) -> dict[Path, bytes | None]:
    paths = [path for path in folder.rglob("*") if "__pycache__" not in path.parts]
    return {path: path.read_bytes() if path.is_file() else None for path in paths}


@pytest.mark.parametrize(
    ("call", "code"),
    [
        pytest.param(call, code, id=" ".join(call))
        for code, calls in ((1, WRONG_DATA), (2, WRONG_CALLS))
        for call in calls
    ],
)
def test_what_is_wrong_is_told_on_standard_error_and_nothing_is_written(
    goldspan: Run, files: Path, call: list[str], code: int
) -> None:
    before = snapshot(files)
    done = goldspan(*call)
    assert (done.returncode, done.stdout, "Traceback" in done.stderr) == (code, "", False)
    assert done.stderr
    assert snapshot(files) == before


def test_a_gate_that_is_not_met_exits_with_1(goldspan: Run, files: Path) -> None:
    # two of four leaves found, none invented: precision 1, recall 0.5, F1 = 2 * 2 / (2 * 2 + 2) = 0.667
    call = ["score", "half.jsonl", "--gold", "gold.jsonl", "--json", "-", "--min-f1"]
    met, missed = goldspan(*call, "0.66"), goldspan(*call, "0.67")
    assert (met.returncode, missed.returncode) == (0, 1)
    assert json.loads(met.stdout)["overall"]["micro"]["f1"] == pytest.approx(2 / 3, rel=1e-12)
    assert "0.67" in missed.stderr


def test_a_gate_is_not_met_where_f1_is_undefined(goldspan: Run, write_lines: Write) -> None:
    silent = write_lines("silent.jsonl", [{"doc_id": "d1"}])
    done = goldspan("score", silent, "--gold", silent, "--min-f1", "0")
    assert (done.returncode, "undefined" in done.stderr) == (1, True)


def test_keep_going_counts_a_broken_line_as_empty(goldspan: Run, files: Path) -> None:
    done = goldspan("score", "broken.jsonl", "--gold", "gold.jsonl", "--keep-going", "--json", "-")
    shown = json.loads(done.stdout)
    assert (shown["validity"]["unreadable"], shown["validity"]["missing"]) == (1, 1)
    assert shown["documents"]["d2"]["missed"] == 2


def test_progress_is_shown_on_a_terminal_and_nowhere_else(goldspan: Run, files: Path) -> None:
    call = ["run", "extractor:extract", "--documents", "documents.jsonl", "--out"]
    assert goldspan(*call, "quiet.jsonl").stderr == ""
    here, there = pty.openpty()
    script = Path(sys.executable).with_name("goldspan")
    shown = subprocess.run([script, *call, "out.jsonl"], cwd=files, stdout=subprocess.PIPE, stderr=there, check=True)
    os.close(there)
    assert b"extracting" in os.read(here, 1 << 16)
    os.close(here)
    assert shown.stdout == b"2 documents extracted: out.jsonl\n"


@pytest.mark.parametrize(
    "call",
    [["--of", "half.jsonl", "half.jsonl"], ["--of", "half.jsonl", "--of", "half.jsonl"], ["--set", "of=half.jsonl"]],
)
def test_vote_takes_its_files_as_one_would_write_them(goldspan: Run, files: Path, call: list[str]) -> None:
    done = goldspan("run", "vote", *call, "--documents", "documents.jsonl", "--out", "vote")
    assert (done.returncode, done.stderr) == (0, "")
    rows = [json.loads(line) for line in (files / "vote" / "predictions.jsonl").read_text().splitlines()]
    assert [len(row["events"]) for row in rows] == [1, 0]
    assert goldspan("score", "vote", "--gold", "gold.jsonl", "--min-f1", "0.66").returncode == 0


def test_a_secret_setting_is_not_repeated_in_a_wrong_call(goldspan: Run, files: Path) -> None:
    for setting in ("api_key=sk-12345678", "sk-12345678"):
        done = goldspan("run", "extractor:extract", "--set", setting, "--out", "x.jsonl")
        assert (done.returncode, "sk-12345678" in done.stderr) == (2, False)


def test_an_extractor_that_fails_makes_the_run_exit_with_1_and_keeps_the_error(goldspan: Run, files: Path) -> None:
    done = goldspan("run", "extractor:fail", "--documents", "documents.jsonl", "--out", "out.jsonl")
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    rows = [json.loads(line) for line in (files / "out.jsonl").read_text().splitlines()]
    assert [row["error"] for row in rows] == ["ValueError: no answer"] * 2


JSON_CALLS = [
    ["documents"],
    ["schema"],
    ["validate", "half.jsonl", "--documents", "documents.jsonl"],
    ["validate", "wrong.jsonl", "broken.jsonl"],
    ["score", "half.jsonl", "--gold", "gold.jsonl"],
    ["score", "wrong.jsonl", "--gold", "gold.jsonl"],
]


@pytest.mark.parametrize("call", JSON_CALLS, ids=" ".join)
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_json_to_standard_output_is_utf_8_json_and_nothing_else(
    goldspan: Run, files: Path, call: list[str], encoding: str
) -> None:
    shown = goldspan(*call, "--json", "-", PYTHONIOENCODING=encoding)
    goldspan(*call, "--json", "file.json")
    assert "Traceback" not in shown.stderr
    assert json.loads(shown.stdout) == json.loads((files / "file.json").read_bytes())


def test_exported_documents_are_the_documents(goldspan: Run, files: Path, repository: Path) -> None:
    assert goldspan("documents", "--export", "export.jsonl").returncode == 0
    rows = [json.loads(line) for line in (files / "export.jsonl").read_bytes().splitlines()]
    whole = (repository / "seeds" / "002_99d6a778d1516b53.txt").read_bytes().decode()
    assert (len(rows), rows[11]["doc_id"], rows[11]["text"]) == (14, "seed-002", whole)
    again = goldspan("documents", "--documents", "export.jsonl", "--json", "-")
    assert json.loads(again.stdout) == json.loads(goldspan("documents", "--json", "-").stdout)


def test_validate_tells_the_place_of_each_problem(goldspan: Run, files: Path) -> None:
    done = goldspan("validate", "wrong.jsonl", "broken.jsonl", "--documents", "documents.jsonl", "--json", "-")
    places = {(p["file"], p["line"], p["doc_id"], p["pointer"]) for p in json.loads(done.stdout)["problems"]}
    expected = {("wrong.jsonl", 1, "d1", "/events/0/fields/term"), ("broken.jsonl", 2, None, None)}
    assert places == expected


def with_event(event: bytes) -> bytes:
    return b'{"doc_id":"d1","text":"","events":[{"type":"deal",' + event + b"}]}\n"


BAD_FILES: dict[str, bytes] = {
    "empty": b"",
    "binary": bytes(range(256)) * 50,
    "null": b"null\n",
    "cut": b'{"doc_id": "d1", "events": [{"type": "deal"',
    "deep": b"[" * 100_000 + b"]" * 100_000,
    "deep value": with_event(b'"fields":{"target":' + b'{"a":' * 700 + b"1" + b"}" * 701),
    "huge number": with_event(b'"fields":{"amount":{"amount":' + b"9" * 4000 + b',"currency":"USD"}}'),
    "huge pointer": with_event(b'"fields":{},"confidence":{"' + b"/0" * 50_000 + b'":1}'),
    "escapes": rb'{"doc_id":"\u001b[31m\u0007\u202e","text":"\u0000","title":"\u001b[2J"}' + b"\n",
    "escapes in a file name": rb'{"doc_id":"d1","file":"\u001b[31mnowhere","start":0,"end":1}' + b"\n",
}
FREE = {("run onto", "missing"), ("run onto", "directory")}
NO_ONE_READS = {"missing", "directory", "binary", "null", "deep"}
TAKERS = {
    "documents": ["documents", "--documents", "{}"],
    "validate": ["validate", "{}"],
    "validate documents": ["validate", "gold.jsonl", "--documents", "{}"],
    "score": ["score", "{}", "--gold", "gold.jsonl"],
    "score keep going": ["score", "{}", "--gold", "gold.jsonl", "--keep-going", "--html", "page.html"],
    "score itself": ["score", "{}", "--gold", "{}"],
    "run documents": ["run", "extractor:extract", "--documents", "{}", "--out", "out.jsonl"],
    "run onto": ["run", "extractor:extract", "--documents", "documents.jsonl", "--out", "{}"],
    "schema check": ["schema", "check", "bad"],
}


@pytest.mark.parametrize("taker", TAKERS)
@pytest.mark.parametrize("bad", ["missing", "directory", *BAD_FILES])
def test_no_bad_file_gives_a_traceback_or_sends_control_codes_to_the_terminal(
    goldspan: Run, files: Path, taker: str, bad: str
) -> None:
    (files / "bad").mkdir()
    for path in (files / "bad.jsonl", files / "bad" / "visit.schema.json"):
        if bad == "directory":
            path.mkdir()
        elif bad != "missing":
            path.write_bytes(BAD_FILES[bad])
    done = goldspan(*(part.replace("{}", "bad.jsonl") for part in TAKERS[taker]))
    assert "Traceback" not in done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    allowed = bad not in NO_ONE_READS or "keep going" in taker or (taker, bad) in FREE
    assert done.returncode in ((0, 1, 2) if allowed else (1, 2))


@pytest.mark.parametrize(
    "call", [["documents"], ["documents", "--json", "-"], ["schema"], ["score", "half.jsonl", "--gold", "gold.jsonl"]]
)
def test_a_reader_that_goes_away_is_no_matter_for_standard_error(files: Path, call: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    script = Path(sys.executable).with_name("goldspan")
    done = subprocess.run([script, *call], cwd=files, stdout=writer, stderr=subprocess.PIPE, timeout=60, check=False)
    os.close(writer)
    assert done.stderr == b""
