"""`goldspan score`."""

from pathlib import Path
from typing import Annotated

import typer

from goldspan.cli.common import DocumentsOption, GoldOption, JsonOption, SchemaOption, write_json


def score(
    predictions: Annotated[Path, typer.Argument(metavar="PREDICTIONS", help="Predicted records (JSONL).")],
    gold: GoldOption = None,
    schema: SchemaOption = None,
    documents: DocumentsOption = None,
    keep_going: Annotated[
        bool,
        typer.Option("--keep-going", help="Count lines that are no record as empty predictions instead of stopping."),
    ] = False,
    json: JsonOption = None,
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write the report, one page.")] = None,
    min_f1: Annotated[
        float | None,
        typer.Option("--min-f1", min=0, max=1, metavar="X", help="Exit with 1 if micro F1 is below X (0 to 1)."),
    ] = None,
) -> None:
    """Score predictions against gold: precision, recall and F1 of each field.

    \b
    Examples:
      goldspan score predictions.jsonl
      goldspan score predictions.jsonl --html report.html --json score.json --min-f1 0.6
      goldspan score predictions.jsonl --gold my_gold.jsonl --schema my_schema/
    """
    from goldspan.scoring import score as score_file

    result = score_file(
        predictions,
        gold=gold,
        schema=schema,
        documents=documents,
        keep_going=keep_going,
        keep_documents=html is not None,
    )
    for problem in result.faults:
        typer.echo(f"counted as invented: {problem}" if problem.pointer else str(problem), err=True)
    if html:
        from goldspan.files import write_whole
        from goldspan.report.html import score_page

        write_whole(html, [score_page(result).encode()])
    if json:
        from goldspan.report.as_json import score_as_json

        write_json(json, score_as_json(result))
    if str(json) != "-":
        from goldspan.report.table import print_score

        print_score(result)
    if min_f1 is not None and (result.micro.f1 is None or result.micro.f1 < min_f1):
        typer.echo(f"micro F1 is below {min_f1}", err=True)
        raise typer.Exit(1)
