"""What `board check` refuses, and that it tells all of it."""

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from boards import ABOUT, as_prediction, gold_rows, submit

from goldspan import UsageError
from goldspan.board import check

EVENT = {"type": "deal", "fields": {"target": "Scale AI"}}


def told(folder: Path) -> list[str]:
    return [str(problem).replace(f"{folder}", "DIR") for problem in check(folder).problems]


@pytest.fixture
def fine(tmp_path: Path) -> Path:
    return submit(tmp_path, "fine", [as_prediction(row) for row in gold_rows()])


def test_a_good_one_is_fine(fine: Path) -> None:
    checked = check(fine)
    assert (checked.problems, checked.notes) == ([], [])
    assert checked.submission is not None
    assert checked.submission.key == "0.1.0/fine"


def test_missing_documents_are_no_fault_but_told(tmp_path: Path) -> None:
    checked = check(submit(tmp_path, "half", [as_prediction(row) for row in gold_rows()[:5]]))
    assert checked.problems == []
    assert checked.notes == ["9 of 14 documents have no prediction: all of them counts as missed"]


def _file(name: str, data: bytes = b"{}") -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_bytes(data) and None


def _link(name: str, target: str) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(target)

    return make


def _pipe(folder: Path) -> None:
    (folder / "predictions.jsonl").unlink()
    os.mkfifo(folder / "predictions.jsonl")


def _rows(*rows: Any) -> Callable[[Path], None]:
    return _file(
        "predictions.jsonl", b"".join((r if isinstance(r, bytes) else json.dumps(r).encode()) + b"\n" for r in rows)
    )


def _about(**about: Any) -> Callable[[Path], None]:
    return _file("submission.yaml", json.dumps({**ABOUT, **about}).encode())


ONLY = "a submission holds submission.yaml, predictions.jsonl, predictions_twins.jsonl and nothing else"
HERE = "DIR/predictions.jsonl"
DOC = "seed-000-01"
LONG = "x" * 10_001
DEEP: Any = "x"
for _ in range(20):
    DEEP = [DEEP]
REFUSED: dict[str, tuple[Callable[[Path], None], list[str]]] = {
    "a gold of its own": (_file("gold.jsonl"), [f"DIR/gold.jsonl: {ONLY}"]),
    "results of its own": (_file("results.json"), [f"DIR/results.json: {ONLY}"]),
    "a hidden file": (_file(".env"), [f"DIR/.env: {ONLY}"]),
    "a program": (_file("conftest.py", b"1/0"), [f"DIR/conftest.py: {ONLY}"]),
    "a folder": (lambda folder: (folder / "more").mkdir(), [f"DIR/more: {ONLY}"]),
    "a name that clears the screen": (_file("\x1b[2J"), [f"DIR/\\x1b[2J: {ONLY}"]),
    "a link out of its directory": (
        _link("predictions.jsonl", "/etc/passwd"),
        [f"{HERE}: is no plain file (links are refused)"],
    ),
    "a link as its description": (
        _link("submission.yaml", "/etc/passwd"),
        ["DIR/submission.yaml: is no plain file (links are refused)"],
    ),
    "a pipe that never ends": (_pipe, [f"{HERE}: is no plain file (links are refused)"]),
    "an archive": (_file("predictions.jsonl", gzip.compress(b"{}")), [f"{HERE}: is an archive (gzip)"]),
    "a zip": (_file("submission.yaml", b"PK\x03\x04"), ["DIR/submission.yaml: is an archive (zip)"]),
    "no predictions": (lambda folder: (folder / "predictions.jsonl").unlink(), [f"{HERE}: is missing"]),
    "no description": (lambda folder: (folder / "submission.yaml").unlink(), ["DIR/submission.yaml: is missing"]),
    "a figure that it claims": (
        _about(f1=0.99),
        ["DIR/submission.yaml: Additional properties are not allowed ('f1' was unexpected)"],
    ),
    "a link that runs": (
        _about(link="javascript:alert(1)"),
        ["DIR/submission.yaml: /link: 'javascript:alert(1)' does not match "
         "'^https://[A-Za-z0-9.-]+(:[0-9]+)?(/[^\\\\s<>\"\\'`\\\\\\\\]*)?$'"],
    ),
    "a name that turns the writing round": (
        _about(name="\u202egnp.exe"),
        ["DIR/submission.yaml: /name: has characters that are not shown"],
    ),
    "a name that writes on the terminal": (
        _about(name="\x1b[2J", authors=["a", "b\x07"]),
        ["DIR/submission.yaml: /name: has characters that are not shown",
         "DIR/submission.yaml: /authors/1: has characters that are not shown"],
    ),
    "a cost below nothing": (
        _about(usage={"cost_usd": -1}),
        ["DIR/submission.yaml: /usage/cost_usd: -1 is less than the minimum of 0"],
    ),
    "a list for an object": (_file("submission.yaml", b"[1]"), ["DIR/submission.yaml: [1] is not of type 'object'"]),
    "an unknown document": (
        _rows({"doc_id": "seed-999", "events": [EVENT]}),
        [f"{HERE}:1: document seed-999: /doc_id: the version has no such document"],
    ),
    "a document twice": (
        _rows({"doc_id": DOC, "events": [EVENT]}, {"doc_id": DOC, "events": []}),
        [f"{HERE}:2: document {DOC}: /doc_id: the same document as in line 1"],
    ),
    "a million events in one line": (
        _rows(b'{"doc_id":"seed-000-01","events":[' + b",".join([b'{"type":"deal","fields":{}}'] * 1_000_000) + b"]}"),
        [f"{HERE}:1: a line of more than 4194304 bytes; nothing after it was read"],
    ),
    "a hundred thousand events in a line": (
        _rows(b'{"doc_id":"seed-000-01","events":[' + b",".join([b'{"type":"deal","fields":{}}'] * 100_000) + b"]}"),
        [f"{HERE}:1: document {DOC}: /events: 100000 events, more than 500"],
    ),
    "a value twenty levels deep": (
        _rows({"doc_id": DOC, "events": [{"type": "deal", "fields": {"target": DEEP}}]}),
        [f"{HERE}:1: document {DOC}: /events/0/fields: more than 16 levels"],
    ),
    "a line a million levels deep": (
        _rows(b'{"doc_id":"seed-000-01","events":' + b"[" * 1_000_000),
        [f"{HERE}:1: no JSON: maximum recursion depth exceeded while deserializing an object"],
    ),
    "a long text": (
        _rows({"doc_id": DOC, "events": [{"type": "deal", "fields": {"target": LONG}}]}),
        [f"{HERE}:1: document {DOC}: /events/0/fields: a text of more than 10000 characters"],
    ),
    "a long quote": (
        _rows({"doc_id": DOC, "events": [{**EVENT, "evidence": {"/target": [{"start": 0, "end": 1, "quote": LONG}]}}]}),
        [f"{HERE}:1: document {DOC}: /events/0: a text of more than 10000 characters"],
    ),
    "time that runs backwards": (
        _rows({"doc_id": DOC, "events": [], "usage": {"seconds": -3}}),
        [f"{HERE}:1: document {DOC}: /usage/seconds: -3.0 is less than 0"],
    ),
    "what is no JSON": (_rows(b"?"), [f"{HERE}:1: no JSON: JSON is malformed: invalid character (byte 0)"]),
    "evidence of another shape": (
        _rows({"doc_id": DOC, "events": [{**EVENT, "evidence": "everywhere"}]}),
        [f"{HERE}:1: document {DOC}: /events/0/evidence: Expected object, got str"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(fine: Path, name: str) -> None:
    spoil, problems = REFUSED[name]
    spoil(fine)
    assert told(fine) == problems


def test_everything_is_told_at_once(fine: Path) -> None:
    for name in ("a gold of its own", "a figure that it claims", "a document twice"):
        REFUSED[name][0](fine)
    assert told(fine) == [
        problem
        for name in ("a gold of its own", "a figure that it claims", "a document twice")
        for problem in REFUSED[name][1]
    ]


def test_a_thousand_faults_are_cut_short(fine: Path) -> None:
    _rows(*[{"doc_id": f"d{i}", "events": []} for i in range(1000)])(fine)
    problems = told(fine)
    assert len(problems) == 101
    assert problems[-1] == f"{HERE}:101: and more: nothing after this was read"


@pytest.mark.parametrize("name", ["Rules", "a b", "-x", "x.", "a\nb", "ä", "agreement", "board.csv", "x" * 65])
def test_names_of_folders(tmp_path: Path, name: str) -> None:
    (problem,) = check(submit(tmp_path, name, [])).problems
    assert "named by" in problem.message or "taken by the board" in problem.message


def test_a_version_that_there_is_not(tmp_path: Path) -> None:
    assert told(submit(tmp_path, "x", [], version="9.9")) == ["DIR: the board has no version '9.9': there are 0.1.0"]


def test_a_link_as_the_folder(fine: Path) -> None:
    link = fine.with_name("linked")
    link.symlink_to(fine)
    with pytest.raises(UsageError, match="a link is none"):
        check(link)


def test_what_the_schema_or_a_quote_has_wrong_is_for_the_score(fine: Path) -> None:
    event = {
        "type": "no such type",
        "fields": {"x": 1},
        "evidence": {"/x": [{"start": 5, "end": 2, "quote": "made up"}]},
    }
    _rows({"doc_id": DOC, "events": [event]})(fine)
    assert told(fine) == []
