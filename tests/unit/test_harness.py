"""Running an extractor: each finished document is kept, a run can be resumed, and no extractor can spoil the file."""

import json
import math
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from goldspan import DataError, Document, GoldspanError, UsageError, run, validate

Write = Callable[..., Path]
TEXTS = {"a": "Zürich pays.", "b": "Basel waits.", "c": "Bern 🚀 sleeps."}


def extract(document: Document) -> dict[str, Any]:
    return {"events": [{"type": "deal", "fields": {"target": document.text}}]}


def refuse(document: Document) -> dict[str, Any]:
    raise AssertionError(f"{document.doc_id} must not be extracted")


@pytest.fixture
def documents(write_lines: Write) -> Path:
    return write_lines("documents.jsonl", [{"doc_id": doc_id, "text": text} for doc_id, text in TEXTS.items()])


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out.jsonl"


@pytest.fixture
def modules() -> Iterator[None]:
    """Forget what a test has imported from its own folder."""
    path, known = list(sys.path), set(sys.modules)
    yield
    sys.path[:] = path
    for name in set(sys.modules) - known:
        del sys.modules[name]


def rows_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().decode().splitlines()]


def test_each_document_gets_one_line_in_order_with_its_id_and_seconds(documents: Path, out: Path) -> None:
    result = run(extract, out, documents=documents)
    assert (result.done, result.kept, result.failed) == (3, 0, 0)
    rows = rows_of(out)
    assert [(row["doc_id"], row["events"][0]["fields"]["target"]) for row in rows] == list(TEXTS.items())
    assert all(row["usage"]["seconds"] >= 0 for row in rows)
    assert out.read_bytes().endswith(b"\n")


def test_the_extractors_own_keys_and_usage_are_kept(documents: Path, out: Path) -> None:
    usage = {"seconds": 60, "cost_usd": 0.25, "input_tokens": 9, "output_tokens": 1}
    run(lambda _: {"events": [], "usage": usage, "model": "m"}, out, documents=documents)
    assert [(row["usage"], row["model"]) for row in rows_of(out)] == [(usage, "m")] * 3


def test_a_run_is_resumed_after_a_kill_at_any_byte(documents: Path, out: Path) -> None:
    run(extract, out, documents=documents)
    whole = out.read_bytes()
    for size in range(len(whole) + 1):
        out.write_bytes(whole[:size])
        finished = whole[: whole[:size].rfind(b"\n") + 1]
        result = run(extract, out, documents=documents)
        assert [row["doc_id"] for row in rows_of(out)] == list(TEXTS), size
        assert out.read_bytes().startswith(finished), size
        assert result.done + result.kept == 3, size
        assert result.kept in (finished.count(b"\n"), whole[: size + 1].count(b"\n")), size


def test_a_finished_run_is_left_as_it_is(documents: Path, out: Path) -> None:
    run(extract, out, documents=documents)
    before = out.read_bytes()
    result = run(refuse, out, documents=documents)
    assert (result.done, result.kept, result.failed) == (0, 3, 0)
    assert out.read_bytes() == before


def test_each_document_is_on_disk_before_the_next_is_begun(documents: Path, out: Path) -> None:
    seen: list[int] = []

    def count(_: Document) -> dict[str, Any]:
        seen.append(out.read_bytes().count(b"\n"))
        return {"events": []}

    run(count, out, documents=documents)
    assert seen == [0, 1, 2]


def test_an_extractor_that_raises_gives_an_error_record_and_the_run_goes_on(documents: Path, out: Path) -> None:
    def fail_on_b(document: Document) -> dict[str, Any]:
        if document.doc_id == "b":
            raise ValueError("no answer\nat all")
        return extract(document)

    result = run(fail_on_b, out, documents=documents)
    assert (result.done, result.failed) == (3, 1)
    rows = rows_of(out)
    assert [len(row["events"]) for row in rows] == [1, 0, 1]
    assert [row.get("error") for row in rows] == [None, "ValueError: no answer\nat all", None]
    assert run(refuse, out, documents=documents)[:] == (0, 3, 1)


ANSWERS = {
    "another document's id": {"doc_id": "z", "events": []},
    "a doc_id that is a number": {"doc_id": 5, "events": []},
    "events that are no list": {"events": "none"},
    "an event without type": {"events": [{"fields": {}}]},
    "evidence of the wrong form": {"events": [{"type": "deal", "fields": {}, "evidence": {"/target": "here"}}]},
    "an object": {"events": [{"type": "deal", "fields": {"target": object()}}]},
    "a function": {"events": [{"type": "deal", "fields": {"target": len}}]},
    "nothing": None,
    "a number": 5,
    "a text": "[]",
    "a list of events": [{"type": "deal", "fields": {}}],
    "not a number": {"events": [{"type": "deal", "fields": {"stake": {"value": math.nan}}}]},
    "infinity": {"events": [{"type": "deal", "fields": {"stake": {"value": math.inf}}}]},
    "a confidence that is not a number": {
        "events": [{"type": "deal", "fields": {"target": "x"}, "confidence": {"/target": math.nan}}]
    },
    "a lone surrogate": {"events": [{"type": "deal", "fields": {"target": "\ud800"}}]},
    "keys that are no texts": {"events": [{"type": "deal", "fields": {(1, 2): "x"}}]},
    "usage of the wrong form": {"events": [], "usage": "cheap"},
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_that_is_no_record_gives_an_error_record(documents: Path, out: Path, name: str) -> None:
    result = run(lambda _: ANSWERS[name], out, documents=documents)  # type: ignore[arg-type, return-value]
    assert result.failed == 3
    assert [(row["doc_id"], row["events"], bool(row["error"])) for row in rows_of(out)] == [
        (doc_id, [], True) for doc_id in TEXTS
    ]
    assert validate(out, documents=documents) == []


def test_an_error_that_cannot_be_written_as_utf_8_does_not_end_the_run(documents: Path, out: Path) -> None:
    def fail(_: Document) -> dict[str, Any]:
        raise ValueError("bad text: \udcff")

    assert run(fail, out, documents=documents).failed == 3
    assert ["bad text" in row["error"] for row in rows_of(out)] == [True] * 3


def test_an_error_of_null_is_no_failure(documents: Path, out: Path) -> None:
    assert run(lambda _: {"events": [], "error": None}, out, documents=documents).failed == 0
    assert run(refuse, out, documents=documents).failed == 0


def test_an_interrupt_ends_the_run_and_keeps_what_is_finished(documents: Path, out: Path) -> None:
    def interrupt(document: Document) -> dict[str, Any]:
        if document.doc_id == "c":
            raise KeyboardInterrupt
        return extract(document)

    with pytest.raises(KeyboardInterrupt):
        run(interrupt, out, documents=documents)
    assert [row["doc_id"] for row in rows_of(out)] == ["a", "b"]


FOREIGN = {
    "text": b"Dear diary\n",
    "text without a line end": b"Dear diary",
    "JSON of many lines": b'{\n  "a": 1\n}\n',
    "JSON of many lines without a line end": b'{\n  "a": 1\n}',
    "JSON of one line without a line end": b'{"a": 1}',
    "a list without a line end": b"[1, 2]",
    "a number without a line end": b"42",
    "documents": b'{"doc_id": "a", "text": "x"}\n{"doc_id": "q", "text": "y"}\n',
    "predictions over other documents": b'{"doc_id": "z", "events": []}\n',
    "predictions over other documents without a line end": b'{"doc_id": "z", "events": []}',
    "a document twice": b'{"doc_id": "a", "events": []}\n{"doc_id": "a", "events": []}\n',
    "predictions and a broken line between them": b'{"doc_id": "a"}\n{"doc_id": "b"\n{"doc_id": "c"}\n',
    "code": b"{ open brace\nbut no JSON",
    "binary": bytes(range(256)),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_file_that_is_no_earlier_run_is_refused_and_left_byte_for_byte(documents: Path, out: Path, name: str) -> None:
    out.write_bytes(FOREIGN[name])
    with pytest.raises(GoldspanError, match=out.name):
        run(refuse, out, documents=documents)
    assert out.read_bytes() == FOREIGN[name]


@pytest.mark.parametrize("place", [".", "nowhere/out.jsonl"])
def test_an_output_that_cannot_be_written_is_a_wrong_call(documents: Path, tmp_path: Path, place: str) -> None:
    with pytest.raises(UsageError):
        run(refuse, tmp_path / place, documents=documents)


def test_nothing_is_written_when_the_call_or_the_documents_are_wrong(write_lines: Write, out: Path) -> None:
    with pytest.raises(UsageError):
        run("no_such_extractor", out)
    with pytest.raises(DataError):
        run(extract, out, documents=write_lines("broken.jsonl", [b"{"]))
    assert not out.exists()


def test_a_function_of_a_module_in_the_current_folder_is_found(
    tmp_path: Path, documents: Path, out: Path, monkeypatch: pytest.MonkeyPatch, modules: None
) -> None:
    package = tmp_path / "own_package"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "inner.py").write_text("class Reader:\n    @staticmethod\n    def read(document):\n        return {}\n")
    monkeypatch.chdir(tmp_path)
    assert run("own_package.inner:Reader.read", out, documents=documents).done == 3


WRONG_NAMES = {
    "no_such_name": "rules",
    "no_such_module:extract": "no_such_module",
    "json:no_such_function": "no_such_function",
    "json:__name__": "no function",
    "json:": "json:",
    ":extract": ":extract",
    "..json:loads": "json",
    "broken_module:extract": "ZeroDivisionError",
    "unparsable_module:extract": "SyntaxError",
    "leaving_module:extract": "leaving_module",
}


@pytest.mark.parametrize("name", WRONG_NAMES)
def test_a_name_that_leads_to_no_function_is_a_wrong_call_that_says_why(
    tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch, modules: None, name: str
) -> None:
    (tmp_path / "broken_module.py").write_text("1 / 0\n")
    (tmp_path / "unparsable_module.py").write_text("def extract(:\n")
    (tmp_path / "leaving_module.py").write_text("raise SystemExit(0)\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=WRONG_NAMES[name]):
        run(name, out)
    assert not out.exists()


def test_a_registered_extractor_is_found_by_its_name_and_one_that_cannot_be_imported_is_a_wrong_call(
    tmp_path: Path, documents: Path, out: Path, monkeypatch: pytest.MonkeyPatch, modules: None
) -> None:
    info = tmp_path / "pets-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: pets\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[goldspan.extractors]\ncat = pets:read\ndog = pets_that_are_not_there:read\n"
    )
    (tmp_path / "pets.py").write_text("def read(document):\n    return {'events': []}\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert run("cat", out, documents=documents).done == 3
    with pytest.raises(UsageError, match="pets_that_are_not_there"):
        run("dog", tmp_path / "other.jsonl", documents=documents)
