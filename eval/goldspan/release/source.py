"""What a release is built from: schema, documents, gold, the annotators' passes, variants; checked as a whole."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import msgspec

from goldspan.documents import Document, load_documents
from goldspan.errors import DataError, Problem, UsageError
from goldspan.files import read_lines
from goldspan.pointers import pointer
from goldspan.records import Record, read_records
from goldspan.release.columns import lossy, shape_of
from goldspan.schema import Schema, load_schema
from goldspan.validation import file_problems

PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
"""What a name that becomes part of a path looks like: nothing that leads out of a folder."""

RESERVED = ("gold", "documents", "passes")


class Cut(NamedTuple):
    """Where a document lies in a source file: code points of a UTF-8 file; None for a document that is its own."""

    file: str | None = None
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True)
class Part:
    """Gold with its documents, in the order of their files."""

    records: tuple[Record, ...]
    documents: Mapping[str, Document]
    cuts: Mapping[str, Cut]


@dataclass(frozen=True)
class Source:
    """All that goes into a release. `passes` and `variants` are keyed by name; a pass is named by its path."""

    schema: Schema
    schema_files: Mapping[str, bytes]
    gold: Part
    passes: Mapping[str, tuple[Record, ...]]
    variants: Mapping[str, Part]


class _CutRow(msgspec.Struct):
    doc_id: str
    file: str | None = None
    start: int | None = None
    end: int | None = None


def load_source(
    schema: Path | None, documents: Path, gold: Path, passes: Path | None, variants: Mapping[str, Path], folder: Path
) -> Source:
    """Read and check it all; `folder` is where the schema files lie. DataError with every problem of every file."""
    loaded = load_schema(schema)
    problems = list(_bad_names(loaded, variants))
    part, found = _part(gold, documents, loaded)
    problems += found
    pass_records: dict[str, tuple[Record, ...]] = {}
    for name, path in _passes(passes).items():
        problems += file_problems(path, loaded, part.documents, gold=False)
        pass_records[name] = _records(path)
        problems += _unkept(path, pass_records[name], loaded)
        problems += () if _is_path(name) else [Problem(f"{name!r} must be of letters, digits, '_', '-' and '.'", path)]
    made: dict[str, Part] = {}
    for name, directory in variants.items():
        made[name], found = _part(directory / "gold.jsonl", directory / "documents.jsonl", loaded)
        problems += found
    if problems:
        raise DataError(problems)
    files = {name: (folder / name).read_bytes() for name in loaded.files}
    return Source(loaded, files, part, pass_records, made)


def _part(gold: Path, documents: Path, schema: Schema) -> tuple[Part, list[Problem]]:
    texts = load_documents(documents)
    problems = list(file_problems(gold, schema, texts, gold=True))
    records = _records(gold)
    problems += _unkept(gold, records, schema)
    rows = (msgspec.json.decode(line, type=_CutRow) for _, line in read_lines(documents))
    cuts = {row.doc_id: Cut(row.file, row.start, row.end) for row in rows}
    return Part(records, texts, cuts), problems


def _records(path: Path) -> tuple[Record, ...]:
    return tuple(line.record for line in read_records(path) if line.record is not None)


def _passes(folder: Path | None) -> dict[str, Path]:
    if folder is None:
        return {}
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such directory")
    return {str(path.relative_to(folder).with_suffix("")): path for path in sorted(folder.rglob("*.jsonl"))}


def _is_path(name: str) -> bool:
    return all(PART.fullmatch(part) for part in name.split("/"))


def _bad_names(schema: Schema, variants: Mapping[str, Path]) -> Iterator[Problem]:
    """Names that cannot become configurations of a data set."""
    variant_names = [config for name in variants for config in (name, f"{name}_documents")]
    for name in (*schema.types, *variants):
        if not PART.fullmatch(name):
            yield Problem(f"{name!r} cannot name a part of a release: letters, digits, '_', '-' and '.' alone")
    for name in (*schema.types, *variant_names):
        if name in RESERVED or [*schema.types, *variant_names].count(name) > 1:
            yield Problem(f"{name!r} names another part of a release: choose another name")


def _unkept(path: Path, records: tuple[Record, ...], schema: Schema) -> Iterator[Problem]:
    """What valid records say that no column holds."""
    for record in records:
        if record.usage is not None or record.error is not None:
            yield Problem("usage and error are a prediction's: a release holds none", path, None, record.doc_id)
        for i, event in enumerate(record.events):
            place = f"/events/{i}"
            if event.confidence or any(span.located for spans in event.evidence.values() for span in spans):
                message = "confidence and located evidence are a prediction's: a release holds none"
                yield Problem(message, path, None, record.doc_id, place)
            if event.type in schema.types:
                shape = shape_of(schema.types[event.type].group)
                for where, message in lossy(shape, event.fields, place + pointer("fields")):
                    yield Problem(message, path, None, record.doc_id, where)
