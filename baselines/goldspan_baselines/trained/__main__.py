"""`python -m goldspan_baselines.trained`: train the baseline, or predict each story with a model that never saw it."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from goldspan import DataError, UsageError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)

Out = Annotated[Path, typer.Option("--out", metavar="FILE", help="The file to write.")]
Documents = Annotated[
    Path | None, typer.Option("--documents", metavar="FILE", help="Documents (JSONL) instead of goldspan's own.")
]
Gold = Annotated[
    Path | None, typer.Option("--gold", metavar="FILE", help="Gold records (JSONL) instead of goldspan's own.")
]
SchemaDirectory = Annotated[
    Path | None, typer.Option("--schema", metavar="DIR", help="Directory of *.schema.json files, not goldspan's own.")
]

Sees = Annotated[str, typer.Option("--sees", metavar="WHAT", help="As a control: title or nothing instead of text.")]


@app.command()
def fit(out: Out, documents: Documents = None, gold: Gold = None, schema: SchemaDirectory = None) -> None:
    """Train on all documents that have gold, and write the model file.

    Without options it learns from the data set that ships with goldspan: its score there then says nothing.
    """
    from goldspan_baselines.trained.jobs import fit as train

    model, size = train(out, documents, gold, schema)
    print(f"trained on {model.documents} documents: {out} ({-(-size // 1000)} kB)")


@app.command("cross-validate")
def cross_validate(
    out: Out,
    documents: Documents = None,
    gold: Gold = None,
    schema: SchemaDirectory = None,
    sees: Sees = "text",
) -> None:
    """Leave one story out: predict each story's documents with a model trained on all other stories."""
    from goldspan_baselines.trained.jobs import cross_validate as validate

    stories = validate(out, documents, gold, schema, sees)
    print(f"{sum(stories.values())} documents of {len(stories)} stories, each by a model of the other stories: {out}")


def main() -> None:
    """Run the command; what is wrong with data (exit code 1) or call (2) is told without a traceback."""
    try:
        app(prog_name="python -m goldspan_baselines.trained")
    except DataError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        sys.exit(1)
    except UsageError as error:
        print(f"goldspan: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
