"""`goldspan score`."""

from pathlib import Path
from typing import Annotated

import typer

from goldspan.cli.common import (
    DocumentsOption,
    GoldOption,
    JsonOption,
    ResamplesOption,
    SchemaOption,
    SeedOption,
    keep_apart,
    write_json,
)


def score(
    predictions: Annotated[
        Path, typer.Argument(metavar="PREDICTIONS", help="Predicted records (JSONL), or a run directory.")
    ],
    gold: GoldOption = None,
    schema: SchemaOption = None,
    documents: DocumentsOption = None,
    keep_going: Annotated[
        bool,
        typer.Option("--keep-going", help="Count lines that are no record as empty predictions instead of stopping."),
    ] = False,
    diagnose: Annotated[
        bool, typer.Option("--diagnose/--counts-only", help="Error classes, grounding, confidence, or counts alone.")
    ] = True,
    resamples: ResamplesOption = 10_000,
    seed: SeedOption = 0,
    workers: Annotated[int, typer.Option("--workers", min=1, metavar="N", help="How many processes score.")] = 1,
    engine: Annotated[
        str, typer.Option("--engine", help="local, dask, or the address of a dask scheduler (tcp://...).")
    ] = "local",
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

    keep_apart([json, html], [predictions, gold, documents])
    result = score_file(
        predictions,
        gold=gold,
        schema=schema,
        documents=documents,
        keep_going=keep_going,
        diagnose=diagnose,
        keep_documents=html is not None,
        resamples=resamples,
        seed=seed,
        workers=workers,
        engine=engine,
    )
    for problem in result.faults:
        typer.echo(str(problem), err=True)
    if html:
        from goldspan.files import write_whole
        from goldspan.report.html import score_page
        from goldspan.report.page_data import report_data

        write_whole(html, [score_page(result, report_data(result)).encode()])
    if json:
        from goldspan.report.as_json import score_as_json

        write_json(json, score_as_json(result))
    if str(json) != "-":
        from goldspan.report.table import print_score

        print_score(result)
    f1 = result.micro.f1
    if min_f1 is not None and (f1 is None or f1 < min_f1):
        typer.echo(f"micro F1 is {'undefined' if f1 is None else f'below {min_f1}'}", err=True)
        raise typer.Exit(1)
