"""Cuts the seed files into documents, by the plan in `seeds/cuts.toml`.

    python -m goldspan.cutter

writes `seeds/documents.jsonl` (the manifest) and `seeds/boilerplate.jsonl`, so that each character of a
seed belongs to one document or to a named kind of boilerplate. Offsets are half-open, in code points.
"""

import hashlib
import re
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from goldspan import content
from goldspan.errors import DataError, Problem
from goldspan.files import read_bytes, write_whole

SEPARATOR = "separator"
"""The boilerplate kind of white space before and after a document."""


class Piece(NamedTuple):
    """A run of characters of one file; `kind` is None for a document."""

    start: int
    end: int
    kind: str | None


def cut(text: str, boilerplate: dict[str, str]) -> list[Piece]:
    """Cut a text at its boilerplate (kind -> regular expression) into pieces that leave nothing out.

    >>> cut("One.\\n\\nAD\\nTwo.", {"ad": "AD"})
    [Piece(start=0, end=4, kind=None), Piece(start=4, end=6, kind='separator'), Piece(start=6, end=8, kind='ad'), \
Piece(start=8, end=9, kind='separator'), Piece(start=9, end=13, kind=None)]
    """
    marks = sorted(
        Piece(*match.span(), kind) for kind, pattern in boilerplate.items() for match in re.finditer(pattern, text)
    )
    pieces: list[Piece] = []
    position = 0
    for mark in [*marks, Piece(len(text), len(text), None)]:
        pieces += _between(text, position, mark.start)
        pieces += [mark] if mark.kind else []
        position = mark.end
    return pieces


def _between(text: str, start: int, end: int) -> list[Piece]:
    run = text[start:end]
    first = start + len(run) - len(run.lstrip())
    last = max(first, start + len(run.rstrip()))
    pieces = [Piece(start, first, SEPARATOR), Piece(first, last, None), Piece(last, end, SEPARATOR)]
    return [piece for piece in pieces if piece.start < piece.end]


def cut_seeds(folder: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Cut every file of a plan; return the manifest rows and the boilerplate rows.

    Raises DataError where a file is not the one that the plan was made for, or the pieces do not fit the plan.
    """
    plan = tomllib.loads(read_bytes(folder / "cuts.toml").decode())
    documents: list[dict[str, Any]] = []
    boilerplate: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for file in plan["file"]:
        path = folder / file["name"]
        data = read_bytes(path)
        if hashlib.sha256(data).hexdigest() != file["sha256"]:
            problems.append(Problem("not the file that the plan was made for (sha256 differs)", path))
            continue
        text = data.decode()
        pieces = cut(text, file.get("boilerplate", {}))
        runs = [piece for piece in pieces if piece.kind is None]
        if len(runs) != len(file["documents"]):
            problems.append(Problem(f"{len(runs)} documents found, {len(file['documents'])} planned", path))
            continue
        documents += [
            _manifest_row(file["name"], text, run, planned)
            for run, planned in zip(runs, file["documents"], strict=True)
        ]
        boilerplate += [
            {"file": file["name"], "start": piece.start, "end": piece.end, "kind": piece.kind}
            for piece in pieces
            if piece.kind is not None
        ]
    if problems:
        raise DataError(problems)
    return documents, boilerplate


def _manifest_row(file: str, text: str, run: Piece, planned: dict[str, Any]) -> dict[str, Any]:
    body = text[run.start : run.end]
    return {
        "doc_id": planned["doc_id"],
        "file": file,
        "start": run.start,
        "end": run.end,
        "title": planned.get("title"),
        "text_sha256": hashlib.sha256(body.encode()).hexdigest(),
        "published": planned.get("published"),
        "publisher": planned.get("publisher"),
        "author": planned.get("author"),
        "url": planned.get("url"),
        "licence": planned.get("licence"),
        "story": planned["story"],
    }


def main() -> None:
    """Write the manifest and the boilerplate list beside the seeds."""
    folder = content.DOCUMENTS.parent
    for name, rows in zip(("documents.jsonl", "boilerplate.jsonl"), cut_seeds(folder), strict=True):
        write_whole(folder / name, (msgspec.json.encode(row) + b"\n" for row in rows))


if __name__ == "__main__":
    main()
