"""A release that was built, read again: its tables, documents and records."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from goldspan.documents import ABOUT, Document
from goldspan.errors import DataError, Problem, UsageError
from goldspan.hub.needs import need
from goldspan.records import Record
from goldspan.release.columns import Shape, arrow_type
from goldspan.release.manifest import Manifest, read_manifest
from goldspan.release.source import PART, Cut
from goldspan.release.tables import config_path, document_columns, pass_columns, record_columns, record_of, type_columns
from goldspan.schema import Schema, load_schema


@dataclass(frozen=True)
class ReleasedDocument:
    """A document as a release tells of it: `text` is None where it is withheld."""

    document: Document
    text_sha256: str
    characters: int
    cut: Cut
    text: str | None


@dataclass(frozen=True)
class Release:
    """A release directory whose manifest, schema and tables have the right form."""

    folder: Path
    manifest: Manifest
    schema: Schema
    tables: Mapping[str, Any]

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """The configurations that hold gold: `gold` itself and the variants."""
        return ("gold", *self.manifest.variants)

    def documents(self, part: str) -> dict[str, ReleasedDocument]:
        """The documents of `gold` or of a variant, by id, in order."""
        rows: list[dict[str, Any]] = self.tables[documents_config(part)].to_pylist()
        return {row["doc_id"]: _document(row) for row in rows}

    def rows(self, config: str) -> list[dict[str, Any]]:
        """The rows of a configuration."""
        return self.tables[config].to_pylist()

    def record(self, row: Mapping[str, Any], text: str | None) -> Record:
        """The record of a row of `gold`, of a variant or of `passes`."""
        return record_of(row, self.schema, text)


def documents_config(part: str) -> str:
    """The configuration that holds the documents of `gold` or of a variant."""
    return "documents" if part == "gold" else f"{part}_documents"


def open_release(folder: Path) -> Release:
    """Read a release; DataError with all that is wrong with the form of its manifest, schema or tables."""
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such directory")
    manifest = read_manifest(folder)
    steps = [*manifest.variants, *(step for name in manifest.passes for step in name.split("/"))]
    if bad := [step for step in steps if not PART.fullmatch(step)]:  # they become parts of paths
        raise DataError([Problem(f"the manifest has a name that cannot be one: {step!r}") for step in bad])
    schema = load_schema(folder / "schema")
    expected = expected_columns(manifest, schema)
    problems = [Problem(f"the manifest names no configuration {name!r}") for name in expected.keys() - manifest.configs]
    problems += [
        Problem(f"{name!r} is no configuration of this schema") for name in manifest.configs.keys() - expected.keys()
    ]
    tables: dict[str, Any] = {}
    for name, columns in expected.items():
        path = folder / config_path(name)
        try:
            tables[name] = need("pyarrow.parquet").read_table(path, memory_map=False, partitioning=None)
        except (OSError, ValueError) as error:
            problems.append(Problem(f"no Parquet file: {error}", path))
            continue
        problems += [Problem(message, path) for message in _faults(tables[name], columns, manifest, name)]
    if problems:
        raise DataError(problems)
    return Release(folder, manifest, schema, tables)


def expected_columns(manifest: Manifest, schema: Schema) -> dict[str, dict[str, Shape]]:
    """The columns of every configuration that a manifest's release must have."""
    given = bool(manifest.given)
    expected: dict[str, dict[str, Shape]] = {name: type_columns(schema, name, given) for name in schema.types}
    for part in ("gold", *manifest.variants):
        expected[part] = record_columns(schema, given)
        expected[documents_config(part)] = document_columns(given)
    if manifest.passes:
        expected["passes"] = pass_columns(schema, given)
    return expected


def _faults(table: Any, columns: Mapping[str, Shape], manifest: Manifest, name: str) -> list[str]:
    pa = need("pyarrow")
    faults: list[str] = []
    wanted = pa.schema([(column, arrow_type(shape)) for column, shape in columns.items()])
    if not table.schema.equals(wanted):
        faults.append(
            f"the columns are not those of the schema: {table.schema.names}, not {wanted.names}, or their types"
        )
    if table.schema.metadata:
        faults.append("has metadata that older readers trip over")
    info = manifest.configs.get(name)
    if info is not None and (info.rows != table.num_rows or info.path != config_path(name)):
        faults.append(f"has {table.num_rows} rows, the manifest says {info.rows} in {info.path}")
    return faults


def _document(row: Mapping[str, Any]) -> ReleasedDocument:
    about = {name: row[name] for name in ABOUT}
    text: str | None = row.get("text")
    document = Document(row["doc_id"], text or "", row["story"], **about)
    return ReleasedDocument(
        document, row["text_sha256"], row["characters"], Cut(row["file"], row["start"], row["end"]), text
    )
