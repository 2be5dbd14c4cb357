"""`goldspan documents`."""

from pathlib import Path
from typing import Annotated

import typer

from goldspan.cli.common import DocumentsOption, JsonOption, write_json


def documents(
    documents: DocumentsOption = None,
    export: Annotated[
        Path | None,
        typer.Option("--export", metavar="FILE", help="Write the documents with their text, a line each (JSONL)."),
    ] = None,
    json: JsonOption = None,
) -> None:
    """List the documents: id, story, length in characters, title.

    \b
    Examples:
      goldspan documents
      goldspan documents --export documents.jsonl
    """
    import msgspec

    from goldspan.documents import load_documents
    from goldspan.files import write_whole

    loaded = load_documents(documents)
    if export:
        write_whole(export, (msgspec.json.encode(document.as_row()) + b"\n" for document in loaded.values()))
    if json:
        rows = [{**document.as_row(), "characters": len(document.text)} for document in loaded.values()]
        write_json(json, [{key: value for key, value in row.items() if key != "text"} for row in rows])
    if not json and not export:
        from goldspan.report.terminal import plain_table, show

        rows = [(d.doc_id, d.story, str(len(d.text)), d.title or "") for d in loaded.values()]
        show(plain_table(("document", "story", "characters", "title"), rows, right=("characters",)))
