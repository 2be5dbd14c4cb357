"""The documents that are extracted from: a manifest that cuts files, or lines that carry their text."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from goldspan import content
from goldspan.errors import DataError, Problem, UsageError
from goldspan.files import read_bytes, read_lines


@dataclass(frozen=True, slots=True)
class Document:
    """One document. Offsets count in `text` (Unicode code points); `story` groups documents that tell the same news.

    A made document has its `variant` (twin, synthetic, the name of a perturbation) and, as `variant_of`, the document
    that it is made of; it belongs to that one's story.
    """

    doc_id: str
    text: str
    story: str
    title: str | None = None
    published: str | None = None
    publisher: str | None = None
    author: str | None = None
    url: str | None = None
    licence: str | None = None
    variant: str | None = None
    variant_of: str | None = None

    @property
    def text_sha256(self) -> str:
        """SHA-256 of the text in UTF-8, hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def as_row(self) -> dict[str, Any]:
        """What `goldspan documents --export` writes and what extractors are handed."""
        return msgspec.to_builtins(self)


class _Row(msgspec.Struct):
    """A line of a documents file: with `text`, or with `file`, `start` and `end` (code points) to cut it from."""

    doc_id: str
    text: str | None = None
    file: str | None = None
    start: int | None = None
    end: int | None = None
    text_sha256: str | None = None
    story: str | None = None
    title: str | None = None
    published: str | None = None
    publisher: str | None = None
    author: str | None = None
    url: str | None = None
    licence: str | None = None
    variant: str | None = None
    variant_of: str | None = None


ABOUT = ("title", "published", "publisher", "author", "url", "licence", "variant", "variant_of")
"""What may be told of a document, each a text."""


def load_documents(path: Path | None = None) -> dict[str, Document]:
    """Read a documents file (JSONL), in its order, by `doc_id`; goldspan's own where none is named.

    A line has `doc_id` and either `text` or `file`, `start`, `end`: code points of a UTF-8 file in the same folder.
    A document without a `story` is its own. Raises DataError with all problems, UsageError where `path` cannot be read.

    >>> documents = load_documents()
    >>> len(documents), documents["seed-000-10"].title
    (14, 'Eminem sues Meta over copyright violations')
    """
    path = path or content.DOCUMENTS
    documents: dict[str, Document] = {}
    problems: list[Problem] = []
    sources: dict[str, str] = {}
    for number, line in read_lines(path):
        try:
            row = msgspec.json.decode(line, type=_Row)
            document = _document(row, path.parent, sources)
        except (msgspec.MsgspecError, ValueError, RecursionError, UsageError) as error:
            problems.append(Problem(str(error), path, number))
            continue
        if document.doc_id in documents:
            problems.append(Problem("this document is there twice", path, number, document.doc_id))
        documents[document.doc_id] = document
    if problems:
        raise DataError(problems)
    return documents


def _document(row: _Row, folder: Path, sources: dict[str, str]) -> Document:
    text = row.text if row.text is not None else _cut_text(row, folder, sources)
    about = {name: getattr(row, name) for name in ABOUT}
    document = Document(row.doc_id, text, row.story if row.story is not None else row.doc_id, **about)
    if row.text_sha256 is not None and row.text_sha256 != document.text_sha256:
        raise ValueError(f"document {row.doc_id}: the text is not the one that text_sha256 names")
    return document


def _cut_text(row: _Row, folder: Path, sources: dict[str, str]) -> str:
    if row.file is None or row.start is None or row.end is None:
        raise ValueError(f"document {row.doc_id}: needs text, or file, start and end")
    if Path(row.file).name != row.file or row.file in ("", ".", ".."):
        raise ValueError(f"document {row.doc_id}: file must be a name in the folder of the documents file")
    if row.file not in sources:
        sources[row.file] = read_bytes(folder / row.file).decode()
    if not 0 <= row.start <= row.end <= len(sources[row.file]):
        raise ValueError(f"document {row.doc_id}: {row.start} to {row.end} is outside {row.file}")
    return sources[row.file][row.start : row.end]
