"""`goldspan run`."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from goldspan.cli.common import DocumentsOption, JsonOption, write_json

if TYPE_CHECKING:
    from goldspan.documents import Document


def run(
    extractor: Annotated[str, typer.Argument(help="A registered name (rules), or package.module:function.")],
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE", help="Predictions (JSONL); the same file again resumes.")
    ],
    documents: DocumentsOption = None,
    json: JsonOption = None,
) -> None:
    """Run an extractor over the documents, keeping each finished one at once; the same --out again resumes a run.

    \b
    Examples:
      goldspan run rules --out predictions.jsonl
      goldspan run my_package.my_module:extract --documents my_documents.jsonl --out predictions.jsonl
    """
    from goldspan.harness import run as run_extractor

    result = run_extractor(extractor, out, documents=documents, track=_progress)
    if json:
        write_json(json, result._asdict())
    kept = f", {result.kept} kept from an earlier run" if result.kept else ""
    failed = f", {result.failed} failed (they have an error instead of events)" if result.failed else ""
    if str(json) != "-":
        print(f"{result.done} documents extracted{kept}{failed}: {out}")
    if result.failed:
        raise typer.Exit(1)


def _progress(pending: "Iterable[Document]", number: int) -> "Iterator[Document]":
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    yield from track(pending, "extracting", total=number, console=console, disable=not console.is_terminal)
