"""Small helpers that tests of the board share: submissions, boards of one's own, what lies in a directory."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from goldspan import content
from goldspan.schema import load_schema

ABOUT: Mapping[str, Any] = {
    "name": "A system",
    "kind": "other",
    "authors": ["Somebody"],
    "licence": "MIT",
    "date": "2026-11-22",
    "contamination": "It has seen nothing of them.",
    "how_made": "By a test, of the gold itself.",
}

Rows = Iterable[Mapping[str, Any] | bytes]


def gold_rows() -> list[dict[str, Any]]:
    """Goldspan's own gold."""
    return [json.loads(line) for line in content.GOLD.read_text().splitlines()]


def as_prediction(row: Mapping[str, Any]) -> dict[str, Any]:
    """What a system would say that knows the gold."""
    events = [{name: event[name] for name in ("type", "fields", "evidence")} for event in row["events"]]
    return {"doc_id": row["doc_id"], "events": events}


def leaves(event: Mapping[str, Any]) -> int:
    """How many leaves an event of goldspan's own types has: an item of a list is one, and so is any other value."""
    return sum(len(value) if isinstance(value, list) else 1 for value in event["fields"].values())


def submit(root: Path, system: str, rows: Rows, /, version: str = "0.1.0", **about: Any) -> Path:
    """Write a submission; JSON is YAML too."""
    folder = root / version / system
    folder.mkdir(parents=True)
    lines = [row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows]
    (folder / "predictions.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
    (folder / "submission.yaml").write_text(json.dumps({**ABOUT, **about}, ensure_ascii=False), encoding="utf-8")
    return folder


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def pin(board: Path, gold: Path, documents: Path | None, version: str = "1", schema: Path | None = None) -> Path:
    """Write a board of one version, which pins these files."""
    board.mkdir(exist_ok=True)
    lines = [f'["{version}"]', f'gold = "{sha256(gold)}"', f'schema = "{load_schema(schema).sha256}"']
    lines += [f'documents = "{sha256(documents)}"'] if documents else []
    (board / "versions.toml").write_text("\n".join([*lines, ""]))
    return board


def files_in(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
