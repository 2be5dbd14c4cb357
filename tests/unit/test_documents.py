"""Documents from lines with text and from a manifest that cuts files."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from goldspan import DataError, UsageError, load_documents

Write = Callable[..., Path]
TEXT = "Zürich 🚀 pays.\r\nBasel waits."


def problems(path: Path) -> list[tuple[int | None, Path | None]]:
    with pytest.raises(DataError) as caught:
        load_documents(path)
    assert all(problem.message for problem in caught.value.problems)
    return [(problem.line, problem.file) for problem in caught.value.problems]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source.txt"
    path.write_bytes(TEXT.encode())
    return path


def test_lines_with_text_are_read_in_their_order_with_all_that_is_told(write_lines: Write) -> None:
    about = {
        "title": "Pay day",
        "published": "2024-05-01",
        "publisher": "P",
        "author": "A",
        "url": "https://x.example/1",
        "licence": "CC0-1.0",
    }
    path = write_lines(
        "d.jsonl", [{"doc_id": "b", "text": TEXT, "story": "s", **about}, {"doc_id": "a", "text": "", "tags": [1]}]
    )
    first, second = load_documents(path).values()
    assert (first.doc_id, first.text, first.story) == ("b", TEXT, "s")
    assert {name: getattr(first, name) for name in about} == about
    assert first.text_sha256 == hashlib.sha256(TEXT.encode("utf-8")).hexdigest()
    assert (second.doc_id, second.text, second.title, second.licence) == ("a", "", None, None)


def test_a_document_without_a_story_is_its_own(write_lines: Write) -> None:
    rows = [{"doc_id": "a", "text": ""}, *({"doc_id": doc_id, "text": "", "story": "s"} for doc_id in "bc")]
    assert [each.story for each in load_documents(write_lines("d.jsonl", rows)).values()] == ["a", "s", "s"]


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [(0, 6, "Zürich"), (7, 8, "🚀"), (9, 15, "pays.\r"), (16, 28, "Basel waits."), (4, 4, ""), (0, 28, TEXT)],
)
def test_a_manifest_line_cuts_by_code_points(write_lines: Write, source: Path, start: int, end: int, text: str) -> None:
    path = write_lines("d.jsonl", [{"doc_id": "a", "file": source.name, "start": start, "end": end}])
    assert load_documents(path)["a"].text == text


@pytest.mark.parametrize(
    "row",
    [
        {"file": "source.txt", "start": 0, "end": len(TEXT) + 1},
        {"file": "source.txt", "start": -1, "end": 3},
        {"file": "source.txt", "start": 3, "end": 2},
        {"file": "source.txt", "start": 0},
        {"file": "source.txt", "start": 0.5, "end": 2},
        {"file": "source.txt", "start": True, "end": 2},
        {"start": 0, "end": 2},
        {},
        {"text": 5},
        {"text": "x", "text_sha256": hashlib.sha256(b"y").hexdigest()},
        {"file": "source.txt", "start": 0, "end": 2, "text_sha256": hashlib.sha256(b"Z").hexdigest()},
        {"text": "x", "story": 7},
    ],
)
def test_a_faulty_line_is_told_with_its_number(write_lines: Write, source: Path, row: dict[str, Any]) -> None:
    path = write_lines("d.jsonl", [{"doc_id": "a", "text": ""}, b"", {"doc_id": "b", **row}])
    assert problems(path) == [(3, path)]


NO_DOCUMENT = {
    "no JSON": b"{",
    "a list": b"[]",
    "a number": b"7",
    "no doc_id": b'{"text": "x"}',
    "a doc_id that is a number": b'{"doc_id": 5, "text": "x"}',
    "bytes that are no UTF-8": b'{"doc_id": "a", "text": "\xff"}',
    "a lone surrogate": rb'{"doc_id": "a", "text": "\ud800"}',
    "100,000 brackets": b"[" * 100_000,
}


@pytest.mark.parametrize("line", NO_DOCUMENT.values(), ids=NO_DOCUMENT)
def test_a_line_that_is_no_document_is_told_with_its_number(write_lines: Write, line: bytes) -> None:
    path = write_lines("d.jsonl", [line, {"doc_id": "b", "text": ""}])
    assert problems(path) == [(1, path)]


def test_a_sha256_that_fits_is_let_pass(write_lines: Write, source: Path) -> None:
    cut = {"file": source.name, "start": 0, "end": 6, "text_sha256": hashlib.sha256("Zürich".encode()).hexdigest()}
    assert load_documents(write_lines("d.jsonl", [{"doc_id": "a", **cut}]))["a"].text == "Zürich"


@pytest.mark.parametrize(
    "file", ["../secret.txt", "{absolute}", "inner/../../secret.txt", "inner/secret.txt", ".", "..", "", "a\0b"]
)
def test_a_file_outside_the_folder_of_the_manifest_is_refused(tmp_path: Path, file: str) -> None:
    secret = tmp_path / "secret.txt"
    folder = tmp_path / "folder"
    (folder / "inner").mkdir(parents=True)
    for path in (secret, folder / "inner" / "secret.txt"):
        path.write_text("secret")
    name = str(secret) if file == "{absolute}" else file
    manifest = folder / "d.jsonl"
    manifest.write_text(json.dumps({"doc_id": "a", "file": name, "start": 0, "end": 6}))
    assert problems(manifest) == [(1, manifest)]


def test_a_document_that_stands_twice_is_told_at_its_second_line(write_lines: Write) -> None:
    path = write_lines("d.jsonl", [{"doc_id": d, "text": ""} for d in ("a", "b", "a", "a")])
    with pytest.raises(DataError) as caught:
        load_documents(path)
    assert [(problem.line, problem.doc_id) for problem in caught.value.problems] == [(3, "a"), (4, "a")]


def test_all_problems_are_told_at_once_one_of_them_a_file_that_is_not_there(write_lines: Write) -> None:
    missing = {"doc_id": "b", "file": "nowhere.txt", "start": 0, "end": 1}
    path = write_lines("d.jsonl", [b"{", missing, {"doc_id": "c"}, {"doc_id": "d", "text": ""}])
    assert problems(path) == [(1, path), (2, path), (3, path)]


def test_a_source_that_is_no_utf_8_is_told(write_lines: Write, tmp_path: Path) -> None:
    (tmp_path / "latin.txt").write_bytes("Zürich".encode("latin-1"))
    path = write_lines("d.jsonl", [{"doc_id": "a", "file": "latin.txt", "start": 0, "end": 6}])
    assert problems(path) == [(1, path)]


def test_a_documents_file_that_cannot_be_read_is_a_wrong_call(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere.jsonl"):
        with pytest.raises(UsageError, match=path.name):
            load_documents(path)
