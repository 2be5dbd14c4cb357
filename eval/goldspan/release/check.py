"""`goldspan release check`: everything that a reader of a release would be hurt by, all at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from goldspan import content
from goldspan.checksums import differing, files_below, is_plain
from goldspan.errors import DataError, Problem, UsageError
from goldspan.files import read_bytes
from goldspan.hub.needs import need
from goldspan.release.card import SECTIONS, citation_file, eval_yaml, metadata
from goldspan.release.card_check import metadata_faults, metadata_of
from goldspan.release.leaks import Withheld, secrets_in, strings_of
from goldspan.release.manifest import CARD, CITATION, EVAL, SUMS
from goldspan.release.readers import reader_faults
from goldspan.release.reading import Release, ReleasedDocument, open_release
from goldspan.release.rehydrate import Places, finder, problems_of_records, prove
from goldspan.release.tables import type_config

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


def check(release: Path | str, *, documents: Places | None = None) -> Checked:
    """Check a release: files, tables, records, spans, card, Croissant, leaks; and load it as a stranger does.

    Spans of stand-off documents are checked against `documents` (what `rehydrate` takes as texts), which must then
    hold every text; without it, against goldspan's own documents, as far as they are the same. Raises UsageError where
    there is no such directory.
    """
    folder = Path(release)
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such directory")
    files = files_below(folder)
    problems = [*_file_problems(files), *_card_problems(folder)]
    size = sum(path.lstat().st_size for path in files.values())
    try:
        opened = open_release(folder)
    except (DataError, UsageError) as error:
        told = error.problems if isinstance(error, DataError) else (Problem(str(error)),)
        return Checked((*problems, *told), len(files), size)
    texts, missing = prove(opened, finder(documents or content.DOCUMENTS))
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


def _file_problems(files: dict[str, Path]) -> Iterator[Problem]:
    for name, path in files.items():
        if not is_plain(path):
            yield Problem("is no plain file", path)
            continue
        size = path.stat().st_size
        if size > (LARGEST if name.endswith(".parquet") else LARGEST_PLAIN):
            yield Problem(f"is too large for the Hub in one piece: {size} bytes", path)
            continue
        yield from (Problem(f"holds {what}", path) for what in secrets_in(read_bytes(path)))
    yield from differing(files, SUMS)


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
    about = manifest.about
    for name, expected in ((EVAL, eval_yaml(about, list(schema.types))), (CITATION, citation_file(about))):
        path = release.folder / name
        if not is_plain(path) or path.read_bytes() != expected:
            yield Problem("is not what the manifest and the schema make of it", path)
    yield from _card_against(release)


def _card_against(release: Release) -> Iterator[Problem]:
    """Where the card says something else than the manifest."""
    manifest, path = release.manifest, release.folder / CARD
    try:
        text = read_bytes(path).decode()
        told = metadata_of(text)
    except (ValueError, UsageError):
        return  # told already
    wanted = metadata(manifest.about, release.tables["documents"].num_rows, list(manifest.configs))
    for key in sorted(key for key in wanted.keys() | told.keys() if wanted.get(key) != told.get(key)):
        yield Problem(f"{key} is not that of the manifest", path)
    for part in (manifest.signature, *(f"\n## {section}\n" for section in SECTIONS)):
        if part not in text:
            yield Problem(f"does not say {part.strip()!r}", path)


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
    plain = (path for name, path in files.items() if is_plain(path) and not name.endswith(".parquet"))
    for path in plain:
        if piece := watch.found_in(read_bytes(path).decode(errors="replace")):
            yield Problem(f"holds a piece of a text that is not given away: {piece!r}", path)
    for config, table in release.tables.items():
        rows = table.to_pylist()
        whole = "\n".join(strings_of(rows)).encode()
        yield from (Problem(f"holds {what}", Path(config)) for what in secrets_in(whole))
        strings = strings_of(rows, _VALUES)
        if piece := next(filter(None, map(watch.found_in, strings)), None):
            yield Problem(f"holds a piece of a text that is not given away: {piece!r}", Path(config))
