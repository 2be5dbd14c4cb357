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
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, pad_edge=False)
        for heading in ("document", "story", "characters", "title"):
            table.add_column(heading, justify="right" if heading == "characters" else "left")
        for document in loaded.values():
            cells = (document.doc_id, document.story, str(len(document.text)), document.title or "")
            table.add_row(*map(Text, cells))
        Console().print(table)
