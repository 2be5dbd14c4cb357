"""`goldspan validate`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from goldspan.cli.common import DocumentsOption, JsonOption, SchemaOption, write_json


def validate(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="Gold or predictions (JSONL), or run directories.")
    ],
    schema: SchemaOption = None,
    documents: DocumentsOption = None,
    gold: Annotated[
        bool | None,
        typer.Option(
            "--gold/--predictions", help="Which rules hold.", show_default="gold where records have a review_status"
        ),
    ] = None,
    json: JsonOption = None,
) -> None:
    """Check records against schema, documents and spans.

    All problems are told at once, with line, document and JSON Pointer.

    \b
    Examples:
      goldspan validate predictions.jsonl
      goldspan validate --gold my_gold.jsonl --schema my_schema/ --documents my_documents.jsonl
    """
    from goldspan.validation import validate as check

    problems = check(*files, schema=schema, documents=documents, gold=gold)
    if json:
        write_json(json, {"problems": [{**_place(problem), "message": problem.message} for problem in problems]})
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        raise typer.Exit(1)
    if str(json) != "-":
        print(f"fine: {', '.join(map(str, files))}")


def _place(problem: object) -> dict[str, object]:
    return {
        name: str(value) if isinstance(value := getattr(problem, name), Path) else value
        for name in ("file", "line", "doc_id", "pointer")
    }
