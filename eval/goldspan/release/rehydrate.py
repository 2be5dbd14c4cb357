"""`goldspan release rehydrate`: stand-off rows joined with one's own copies of the texts, each proved by sha256."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from goldspan.check_record import check_record
from goldspan.checksums import sha256
from goldspan.documents import load_documents
from goldspan.errors import DataError, Problem
from goldspan.files import read_bytes
from goldspan.release.folders import refuse_if_used, write_folder
from goldspan.release.reading import Release, ReleasedDocument, open_release
from goldspan.release.tables import record_line

Find = Callable[[ReleasedDocument], str | None]
"""The reader's copy of a document, whatever its hash; None where there is none."""


Places = Path | str | Sequence[Path | str]
"""One or more documents files (JSONL), or directories of text files."""


def rehydrate(release: Path | str, texts: Places, out: Path | str) -> int:
    """Write documents, gold, passes and variants with their texts and quotes; returns the number of documents.

    A text is found in `texts` by its hash; of a directory of text files, one that a document was cut from by its name.
    `out` must be new or empty. Raises DataError with every document
    that is missing or differs, and every span that is not in its text; UsageError where the call is wrong.
    """
    target = Path(out)
    refuse_if_used(target)
    opened = open_release(Path(release))
    found, problems = prove(opened, finder(texts))
    if not problems:
        problems = list(problems_of_records(opened, found))
    if problems:
        raise DataError(problems)
    write_folder(target, dict(_files(opened, found)))
    return len(found)


def finder(texts: Places) -> Find:
    """How the reader's copies are looked up: by hash, or else by the name of the source file, or else by id."""
    by_hash: dict[str, str] = {}
    by_file: dict[str, str] = {}
    by_id: dict[str, str] = {}
    for place in [texts] if isinstance(texts, str | Path) else texts:
        for name, text in _texts_in(Path(place), by_id):
            by_hash[sha256(text.encode())] = text
            by_file.setdefault(name, text)

    def find(released: ReleasedDocument) -> str | None:
        cut = released.cut
        if released.text_sha256 in by_hash:
            return by_hash[released.text_sha256]
        return by_file[cut.file][cut.start : cut.end] if cut.file in by_file else by_id.get(released.document.doc_id)

    return find


def _texts_in(place: Path, by_id: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield (name of the file or nothing, text); documents are kept in `by_id`."""
    if place.is_dir():
        for path in sorted(place.iterdir()):
            if path.is_file():
                yield path.name, read_bytes(path).decode(errors="replace")
        return
    for document in load_documents(place).values():
        by_id.setdefault(document.doc_id, document.text)
        yield "", document.text


def prove(release: Release, find: Find) -> tuple[dict[str, str], list[Problem]]:
    """The text of each document by its sha256, and every document whose text is missing or another."""
    proved: dict[str, str] = {}
    problems: list[Problem] = []
    for part in release.parts:
        for doc_id, released in release.documents(part).items():
            text = released.text if released.text is not None else find(released)
            if text is None:
                problems.append(Problem(f"no copy of this text; {_source(released)}", doc_id=doc_id))
            elif sha256(text.encode()) != released.text_sha256:
                problems.append(Problem(f"another text than that of sha256 {released.text_sha256}", doc_id=doc_id))
            else:
                proved[released.text_sha256] = text
    return proved, problems


def _source(released: ReleasedDocument) -> str:
    document = released.document
    known = [released.cut.file, document.title, document.publisher, document.published, document.url]
    return "it is known as: " + "; ".join(part for part in known if part) if any(known) else "its source is not known"


def problems_of_records(release: Release, texts: Mapping[str, str]) -> Iterator[Problem]:
    """All that is wrong with the records, as far as texts are known: schema, spans, quotes, hashes of the whole."""
    for config in (*release.parts, *(("passes",) if release.manifest.passes else ())):
        documents = release.documents("gold" if config == "passes" else config)
        for row in release.rows(config):
            released = documents.get(row["doc_id"])
            if released is None or released.text_sha256 != row["text_sha256"]:
                yield Problem("the documents know no such text", Path(config), None, row["doc_id"])
                continue
            text = texts.get(released.text_sha256)
            document = None if text is None else replace(released.document, text=text)
            record = release.record(row, text if released.text is None else None)
            for fault in check_record(record, release.schema, document, gold=config != "passes")[1]:
                yield Problem(fault.message, Path(config), None, record.doc_id, fault.pointer)
            for event in record.events:
                for pointer, spans in event.evidence.items():
                    if any(span.end > released.characters for span in spans):
                        message = f"evidence beyond the end of the text ({released.characters} characters)"
                        yield Problem(message, Path(config), None, record.doc_id, pointer)
    for part in release.parts:
        if all(released.text_sha256 in texts for released in release.documents(part).values()):
            yield from _other_bytes(release, part, texts)


def _other_bytes(release: Release, part: str, texts: Mapping[str, str]) -> Iterator[Problem]:
    manifest = release.manifest
    expected = manifest.gold_sha256 if part == "gold" else manifest.variants[part]
    if sha256(lines(release, release.rows(part), texts)) != expected:
        yield Problem(f"{part} is not the one whose sha256 the manifest names")
    for name, digest in manifest.passes.items() if part == "gold" else ():
        if sha256(lines(release, _pass_rows(release, name), texts)) != digest:
            yield Problem(f"the pass {name!r} is not the one whose sha256 the manifest names")


def _pass_rows(release: Release, name: str) -> list[dict[str, object]]:
    return [row for row in release.rows("passes") if row["pass"] == name]


def lines(release: Release, rows: list[dict[str, object]], texts: Mapping[str, str]) -> Iterator[bytes]:
    """Rows as lines of gold, with quotes."""
    for row in rows:
        yield record_line(release.record(row, texts[str(row["text_sha256"])]))


def _files(release: Release, texts: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    for name in release.schema.files:
        yield f"schema/{name}", read_bytes(release.folder / "schema" / name)
    for part in release.parts:
        folder = "" if part == "gold" else f"{part}/"
        yield f"{folder}gold.jsonl", b"".join(lines(release, release.rows(part), texts))
        documents = release.documents(part).values()
        yield f"{folder}documents.jsonl", b"".join(_document_line(released, texts) for released in documents)
    for name in release.manifest.passes:
        yield f"passes/{name}.jsonl", b"".join(lines(release, _pass_rows(release, name), texts))


def _document_line(released: ReleasedDocument, texts: Mapping[str, str]) -> bytes:
    row = replace(released.document, text=texts[released.text_sha256]).as_row()
    return msgspec.json.encode(row | {"text_sha256": released.text_sha256}) + b"\n"
