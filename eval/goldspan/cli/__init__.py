"""The command line: each command is a thin skin over a public function with the same arguments."""

import os
import sys

import typer

from goldspan.cli import agree, annotate, board, compare, documents, release, run, schema, score, validate, variants
from goldspan.cli.common import EPILOG_MODE
from goldspan.errors import DataError, UsageError, printable

app = typer.Typer(
    name="goldspan",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=EPILOG_MODE,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
app.command("documents")(documents.documents)
app.add_typer(schema.app, name="schema")
app.command("validate")(validate.validate)
app.command("run")(run.run)
app.command("score")(score.score)
app.command("compare")(compare.compare)
app.command("agree")(agree.agree)
app.add_typer(annotate.app, name="annotate")
app.add_typer(variants.app, name="variants")
app.add_typer(release.app, name="release")
app.add_typer(board.app, name="board")


@app.callback(invoke_without_command=True)
def root(version: bool = typer.Option(False, "--version", help="Print the version and stop.")) -> None:
    """Event extraction, scored field by field.

    Without options every command works on the data set that ships with goldspan; --schema, --documents and --gold
    put your own in its place. Exit codes: 0 fine, 1 the data are wrong or a gate failed, 2 the call is wrong.

    \b
    Examples:
      goldspan run rules --out predictions.jsonl
      goldspan score predictions.jsonl --html report.html
      goldspan validate predictions.jsonl
    """
    if version:
        from goldspan.version import VERSION

        print(VERSION)
        raise typer.Exit


def main() -> None:
    """Run the command line; what is wrong with the data or the call is told without a traceback."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # pyright: ignore
    try:
        app()
    except DataError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        sys.exit(1)
    except UsageError as error:
        print(f"goldspan: {printable(str(error))}", file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader has gone: nothing more to say
        sys.exit(1)
    except OSError as error:
        print(f"goldspan: {printable(str(error))}", file=sys.stderr)
        sys.exit(2)
