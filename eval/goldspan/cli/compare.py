"""`goldspan compare`."""

from pathlib import Path
from typing import Annotated

import typer

from goldspan.cli.common import DocumentsOption, GoldOption, JsonOption, SchemaOption, keep_apart, write_json


def compare(
    a: Annotated[Path, typer.Argument(metavar="A", help="Predictions that the others are compared with.")],
    b: Annotated[Path, typer.Argument(metavar="B", help="Predictions of another system, or a later version.")],
    more: Annotated[list[Path] | None, typer.Argument(metavar="[MORE]...", help="Others, each against A.")] = None,
    gold: GoldOption = None,
    schema: SchemaOption = None,
    documents: DocumentsOption = None,
    json: JsonOption = None,
    resamples: Annotated[
        int, typer.Option("--resamples", min=1, metavar="N", help="Resamples of the intervals, swaps of the test.")
    ] = 10_000,
    seed: Annotated[int, typer.Option("--seed", min=0, metavar="N", help="What the random draws start from.")] = 0,
    max_drop: Annotated[
        float | None,
        typer.Option(
            "--max-drop", min=0, max=1, metavar="X", help="Exit with 1 if micro F1 is below that of A by more than X."
        ),
    ] = None,
) -> None:
    """Compare predictions (files or run directories): is B better than A, how sure is that, and where did it change?

    Differences of F1 with paired bootstrap intervals over stories, and a sign-flip test of the whole.

    \b
    Examples:
      goldspan compare before.jsonl after.jsonl
      goldspan compare before.jsonl after.jsonl --max-drop 0.01 --json comparison.json
      goldspan compare rules.jsonl small.jsonl large.jsonl --gold my_gold.jsonl --schema my_schema/
    """
    from goldspan.comparison import compare as compare_files

    keep_apart([json], [a, b, *(more or ()), gold, documents])
    result = compare_files(
        a, b, *(more or ()), gold=gold, schema=schema, documents=documents, resamples=resamples, seed=seed
    )
    if json:
        write_json(json, result.as_json())
    if str(json) != "-":
        from goldspan.report.comparison_table import print_comparison

        print_comparison(result)
    if max_drop is not None:
        dropped = [versus.name for versus in result.versus if versus.dropped(max_drop)]
        for name in dropped:
            typer.echo(f"{name}: micro F1 is below that of {a} by more than {max_drop}", err=True)
        if dropped:
            raise typer.Exit(1)
