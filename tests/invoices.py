"""Somebody else's data set, for tests of releases: invoices, with all that makes columns hard."""

import json
from pathlib import Path
from typing import Any

from goldspan.checksums import sha256, sums
from goldspan.release.manifest import SUMS

ABOUT = """
name = "Invoices"
version = "1.2"
description = "Invoices of two vendors."
language = ["en"]
licence = "cc-by-4.0"
annotators = "expert-generated"
text_creators = "expert-generated"
contact = "write to data@example.org"
authors = ["Ada Winters"]
"""
INVOICE = {
    "type": "object",
    "properties": {
        "vendor": {"$ref": "common.schema.json#/$defs/name"},
        "total": {"$ref": "common.schema.json#/$defs/money"},
        "number": {"type": "integer"},
        "paid": {"type": "boolean"},
        "rating": {"enum": [1, 2.5, "none"]},
        "doc_id": {"type": "string"},
        "lines": {
            "type": "array",
            "items": {"type": "object", "properties": {"item": {"type": "string"}, "pieces": {"type": "integer"}}},
        },
    },
}
TEXTS = {
    "i1": "Fabrikam Inc. bills 120.50 euros for 40 bolts; the sum is due at the end of the month. Ünïcode 🎈 travels.",
    "i2": "Contoso wants a number so long that it fits no double: 9007199254740993, and nothing else at all is said.",
}
I1 = {
    "vendor": "Fabrikam Inc.",
    "total": {"amount": 120.5, "currency": "EUR"},
    "rating": 2.5,
    "doc_id": "own",
    "lines": [{"item": "bolts", "pieces": 40}, {"item": "travels"}],
}
PLACES = {"/vendor": "Fabrikam Inc.", "/total": "120.50 euros", "/lines/0/item": "bolts", "/lines/1/item": "travels"}


def event(text: str, fields: Any, places: dict[str, str], **more: Any) -> dict[str, Any]:
    evidence = {
        target: [{"start": text.index(quote), "end": text.index(quote) + len(quote), "quote": quote}]
        for target, quote in places.items()
    }
    return {"id": "e1", "type": "invoice", "fields": fields, "evidence": evidence, **more}


GOLD = [
    {"doc_id": "i1", "events": [event(TEXTS["i1"], I1, PLACES, accepted={"/vendor": ["Fabrikam"]})]},
    {"doc_id": "i2", "review_status": "reviewed by a person", "events": [
        event(TEXTS["i2"], {"number": 2**53 + 1, "paid": False}, {"/number": "9007199254740993"})]},
]  # fmt: skip


def write_invoices(folder: Path, licence: str | None = None) -> dict[str, Path]:
    (folder / "schema").mkdir(parents=True)
    (folder / "about.toml").write_text(ABOUT)
    (folder / "schema" / "invoice.schema.json").write_text(json.dumps(INVOICE))
    write(folder / "gold.jsonl", GOLD)
    rows = [{"doc_id": key, "text": text, "licence": licence if key == "i1" else None} for key, text in TEXTS.items()]
    write(folder / "documents.jsonl", rows)
    names = {"gold": "gold.jsonl", "documents": "documents.jsonl", "schema": "schema", "about": "about.toml"}
    return {option: folder / name for option, name in names.items()}


def write(path: Path, rows: list[Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def seal(release: Path) -> None:
    """Make the checksums those of the files that are there, as whoever tampered could."""
    (release / SUMS).unlink(missing_ok=True)
    files = {path.relative_to(release).as_posix(): path for path in release.rglob("*") if path.is_file()}
    (release / SUMS).write_bytes(sums({name: sha256(path.read_bytes()) for name, path in files.items()}))
