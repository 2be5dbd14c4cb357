"""`goldspan run`."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from goldspan.cli.common import DocumentsOption, JsonOption, SchemaOption, write_json

if TYPE_CHECKING:
    from goldspan.harness.answers import Answer

Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="A setting of the extractor; repeat for more, or for a list."),
]
Workers = Annotated[int, typer.Option("--workers", min=1, metavar="N", help="How many documents at once.")]
Timeout = Annotated[
    float | None,
    typer.Option("--timeout", metavar="SECONDS", help="A document without an answer for so long is an error record."),
]
Retries = Annotated[
    int, typer.Option("--retries", min=0, metavar="N", help="How often to try again what may pass (network errors).")
]
RetryFailed = Annotated[bool, typer.Option("--retry-failed", help="Do the error records of an earlier run again.")]
Locate = Annotated[
    bool, typer.Option("--locate/--no-locate", help="Look up names and texts that come without evidence.")
]
Of = Annotated[
    list[Path] | None,
    typer.Option("--of", metavar="FILE...", help="For vote: the files, or run directories, to merge."),
]


def run(
    extractor: Annotated[
        str, typer.Argument(help="A registered name (rules, vote), package.module:function, or cmd:COMMAND.")
    ],
    out: Annotated[
        str,
        typer.Option(
            "--out", metavar="PATH", help="A file (JSONL), or a directory for the run; the same again resumes."
        ),
    ],
    more: Annotated[list[Path] | None, typer.Argument(metavar="[FILE]...", help="More files for --of.")] = None,
    of: Of = None,
    documents: DocumentsOption = None,
    schema: SchemaOption = None,
    settings: Settings = None,
    workers: Workers = 1,
    timeout: Timeout = None,
    retries: Retries = 2,
    retry_failed: RetryFailed = False,
    locate: Locate = True,
    json: JsonOption = None,
) -> None:
    """Run an extractor over the documents, keeping each finished one at once; the same --out again resumes a run.

    A command (cmd:) is started without a shell; it reads documents as JSONL on standard input and writes predictions as
    JSONL on standard output. A directory as --out holds predictions.jsonl, run.json and log.jsonl.

    \b
    Examples:
      goldspan run rules --out predictions.jsonl
      goldspan run my_package.my_module:Extractor --set model=small --workers 8 --timeout 60 --out runs/small
      goldspan run "cmd:perl extract.pl" --documents my_documents.jsonl --out predictions.jsonl
      goldspan run vote --of a.jsonl b.jsonl c.jsonl --out vote.jsonl
    """
    from goldspan.harness.runner import run as run_extractor
    from goldspan.harness.settings import read_settings

    chosen = read_settings(settings or ())
    if of or more:
        chosen["of"] = _files_to_merge(extractor, of or [], more or [])
    try:
        result = run_extractor(
            extractor,
            out,
            documents=documents,
            schema=schema,
            settings=chosen,
            workers=workers,
            timeout=timeout,
            retries=retries,
            retry_failed=retry_failed,
            locate=locate,
            track=_progress,
        )
    except KeyboardInterrupt:
        typer.echo(f"interrupted; what is finished is kept, and the same call goes on: {out}", err=True)
        raise typer.Exit(130) from None
    if json:
        write_json(json, result._asdict())
    kept = f", {result.kept} kept from an earlier run" if result.kept else ""
    failed = f", {result.failed} failed (they have an error instead of events)" if result.failed else ""
    if str(json) != "-":
        print(f"{result.done} documents extracted{kept}{failed}: {out}")
    if result.failed:
        raise typer.Exit(1)


def _files_to_merge(extractor: str, of: list[Path], more: list[Path]) -> list[str]:
    from goldspan.errors import UsageError

    if extractor != "vote":
        raise UsageError(f"{more[0] if more else '--of'}: only vote merges files")
    return [str(path) for path in (*of, *more)]


def _progress(answers: "Iterable[Answer]", number: int) -> "Iterator[Answer]":
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    yield from track(answers, "extracting", total=number, console=console, disable=not console.is_terminal)
