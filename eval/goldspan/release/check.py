"""`goldspan release check`: everything that a reader of a release would be hurt by, all at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from goldspan.documents import Document, load_documents
from goldspan.errors import DataError, Problem, UsageError
from goldspan.files import read_bytes
from goldspan.release.card_check import metadata_faults, metadata_of
from goldspan.release.leaks import Withheld, secrets_in, strings_of
from goldspan.release.manifest import CARD, EVAL, SUMS, read_sums, sha256
from goldspan.release.needs import need
from goldspan.release.readers import reader_faults
from goldspan.release.reading import Release, ReleasedDocument, open_release
from goldspan.release.rehydrate import problems_of_records, prove
from goldspan.release.tables import SPLIT, type_config

LARGEST_PLAIN, LARGEST = 10 * 2**20, 5 * 2**30
"""Bytes of a file that goes into git as it is, and of any file: what the Hub takes in one piece."""

_VALUES = frozenset({"fields", "accepted", "title", "quote", "text"})
"""Columns that hold words of the texts by design; of `quote` and `text` it is checked apart whether they may."""


@dataclass(frozen=True)
class Checked:
    """What the check found: `proved` of `documents` have a text at hand that their spans were checked against."""

    problems: tuple[Problem, ...]
    files: int = 0
    size: int = 0
    documents: int = 0
    proved: int = 0


def check(release: Path | str, *, documents: Path | str | None = None) -> Checked:
    """Check a release: files, tables, records, spans, card, Croissant, leaks; and load it as a stranger does.

    Spans of stand-off documents are checked against `documents`, which must then hold every text; without it, against
    goldspan's own documents, as far as they are the same. Raises UsageError where there is no such directory.
    """
    folder = Path(release)
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such directory")
    files = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if not path.is_dir()}
    problems = [*_file_problems(files), *_card_problems(folder)]
    size = sum(path.lstat().st_size for path in files.values())
    try:
        opened = open_release(folder)
    except (DataError, UsageError) as error:
        told = error.problems if isinstance(error, DataError) else (Problem(str(error)),)
        return Checked((*problems, *told), len(files), size)
    texts, missing = prove(opened, _finder(documents))
    problems += [] if documents is None else missing
    problems += problems_of_records(opened, texts)
    problems += _manifest_problems(opened)
    problems += _table_problems(opened)
    problems += _text_problems(opened, texts, files)
    problems += [Problem(fault, folder) for fault in reader_faults(folder)]
    released = [each for part in opened.parts for each in opened.documents(part).values()]
    return Checked(
        tuple(problems), len(files), size, len(released), sum(each.text_sha256 in texts for each in released)
    )


def _finder(documents: Path | str | None) -> Any:
    loaded = load_documents(Path(documents) if documents else None)
    own: dict[str, Document] = {document.text_sha256: document for document in loaded.values()}

    def find(released: ReleasedDocument) -> str | None:
        document = own.get(released.text_sha256) or loaded.get(released.document.doc_id)
        return None if document is None else document.text

    return find


def _file_problems(files: dict[str, Path]) -> Iterator[Problem]:
    for name, path in files.items():
        if path.is_symlink() or not path.is_file():
            yield Problem("is no plain file", path)
            continue
        size = path.stat().st_size
        if size > (LARGEST if name.endswith(".parquet") else LARGEST_PLAIN):
            yield Problem(f"is too large for the Hub in one piece: {size} bytes", path)
            continue
        yield from (Problem(f"holds {what}", path) for what in secrets_in(read_bytes(path)))
    if SUMS not in files:
        yield Problem(f"there is no {SUMS}")
        return
    try:
        expected = read_sums(read_bytes(files[SUMS]))
    except ValueError as error:
        yield Problem(str(error), files[SUMS])
        return
    for name in sorted(expected.keys() | files.keys() - {SUMS}):
        if name not in files:
            yield Problem(f"{SUMS} names this file, and it is not there", Path(name))
        elif name not in expected:
            yield Problem(f"{SUMS} does not name this file", files[name])
        elif files[name].is_file() and sha256(read_bytes(files[name])) != expected[name]:
            yield Problem(f"is not the file whose sha256 {SUMS} names", files[name])


def _card_problems(folder: Path) -> Iterator[Problem]:
    path = folder / CARD
    try:
        text = read_bytes(path).decode()
        faults = list(metadata_faults(metadata_of(text)))
        need("huggingface_hub").DatasetCard(text, ignore_metadata_errors=False)
    except (ValueError, UsageError) as error:
        yield Problem(str(error), path)
        return
    yield from (Problem(f"{key}: {message}", path) for key, message in faults)


def _manifest_problems(release: Release) -> Iterator[Problem]:
    manifest, schema = release.manifest, release.schema
    if manifest.schema_sha256 != schema.sha256:
        yield Problem("schema/ is not the one whose sha256 the manifest names")
    for part, value in (("gold", manifest.gold_sha256[:16]), ("schema", schema.sha256[:16])):
        if f"|{part}:{value}|" not in manifest.signature:
            yield Problem(f"the signature is not that of this {part}: {manifest.signature}")
    if manifest.text == "none" and manifest.given:
        yield Problem("the manifest says that no text is given, and names documents whose text is")
    wanted = {("gold", SPLIT), *((name, SPLIT) for name in schema.types)}
    try:
        told: Any = need("yaml").safe_load(read_bytes(release.folder / EVAL))
        tasks = {(task["config"], task["split"]) for task in told["tasks"]}
    except (KeyError, TypeError, ValueError, UsageError) as error:
        yield Problem(f"is no list of tasks: {error}", release.folder / EVAL)
        return
    if tasks != wanted:
        yield Problem("its tasks are not gold and the types of the schema", release.folder / EVAL)


def _table_problems(release: Release) -> Iterator[Problem]:
    """The tables by type must say what gold says."""
    documents = release.documents("gold")
    given = frozenset(release.manifest.given)
    plain = {key: released.document for key, released in documents.items()}
    records = [release.record(row, None) for row in release.rows("gold") if row["doc_id"] in documents]
    for name in release.schema.types:
        derived = type_config(
            release.schema, name, records, plain, lambda document: document.doc_id in given, bool(given)
        )
        if not derived.table().equals(release.tables[name]):
            yield Problem(f"does not say what gold says of {name} events", Path(derived.path))


def _text_problems(release: Release, texts: dict[str, str], files: dict[str, Path]) -> Iterator[Problem]:
    """Text and quotes of documents whose text is not to be given."""
    given = set(release.manifest.given)
    withheld: list[ReleasedDocument] = []
    for part in release.parts:
        for doc_id, released in release.documents(part).items():
            if doc_id in given:
                continue
            withheld.append(released)
            if released.text is not None:
                yield Problem("its text is there, and the manifest does not give it away", Path(part), None, doc_id)
    ids = {released.document.doc_id for released in withheld}
    for config, table in release.tables.items():
        for row in table.to_pylist():
            spans = [*row.get("evidence", ()), *(s for event in row.get("events", ()) for s in event["evidence"])]
            if row["doc_id"] in ids and any(span.get("quote") is not None for span in spans):
                yield Problem("has quotes of a text that is not given away", Path(config), None, row["doc_id"])
    known = [texts[released.text_sha256] for released in withheld if released.text_sha256 in texts]
    watch = Withheld(known, [released.document.title or "" for released in withheld])
    for name, path in files.items():
        if not name.endswith(".parquet") and (piece := watch.found_in(read_bytes(path).decode(errors="replace"))):
            yield Problem(f"holds a piece of a text that is not given away: {piece!r}", path)
    for config, table in release.tables.items():
        rows = table.to_pylist()
        whole = "\n".join(strings_of(rows)).encode()
        yield from (Problem(f"holds {what}", Path(config)) for what in secrets_in(whole))
        strings = strings_of(rows, _VALUES)
        if piece := next(filter(None, map(watch.found_in, strings)), None):
            yield Problem(f"holds a piece of a text that is not given away: {piece!r}", Path(config))
