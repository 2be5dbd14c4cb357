"""`goldspan board check`, `add`, `build` and `push`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from goldspan.cli.common import EPILOG_MODE, DocumentsOption, JsonOption, SchemaOption, write_json

if TYPE_CHECKING:
    from goldspan.board.intake import Checked

app = typer.Typer(rich_markup_mode=EPILOG_MODE, no_args_is_help=True)

BoardOption = Annotated[
    Path | None,
    typer.Option("--board", metavar="DIR", help="What is trusted: versions.toml, reproduced.toml, results/."),
]
SubmissionsOption = Annotated[
    Path | None, typer.Option("--submissions", metavar="DIR", help="Submissions: VERSION/SYSTEM. Default: the board's.")
]


@app.callback()
def root() -> None:
    """The leaderboard: predictions in, figures out, no claim believed.

    \b
    Examples:
      goldspan board check submissions/0.1.0/my_rules
      goldspan board build --out build/board
      goldspan board push build/board --repo ORG/NAME
    """


@app.command("check")
def check(
    directories: Annotated[list[Path], typer.Argument(metavar="DIR...", help="Submissions: VERSION/SYSTEM.")],
    board: BoardOption = None,
    documents: DocumentsOption = None,
) -> None:
    """Check submissions: names, files, submission.yaml, limits. All problems are told at once.

    \b
    Example:
      goldspan board check board/submissions/0.1.0/my_system
    """
    from goldspan.board.intake import check as check_submission

    bad = False
    for directory in directories:
        checked = check_submission(directory, board=board, documents=documents)
        _tell(checked)
        for problem in checked.problems:
            print(problem, file=sys.stderr)
        bad = bad or bool(checked.problems)
    if bad:
        raise typer.Exit(1)
    print(f"fine: {len(directories)} submission{'s' * (len(directories) > 1)}")


@app.command("add")
def add(
    system: Annotated[
        str, typer.Argument(help="The name of its folder: small letters, digits, dot, dash, underscore.")
    ],
    predictions: Annotated[Path, typer.Argument(metavar="PREDICTIONS", help="Predicted records (JSONL).")],
    about: Annotated[Path, typer.Option("--about", metavar="FILE", help="Its submission.yaml.")],
    twins: Annotated[
        Path | None, typer.Option("--twins", metavar="FILE", help="Predictions for the twins: the memorisation gap.")
    ] = None,
    version: Annotated[
        str | None, typer.Option("--version", metavar="V", help="The version of the board. Default: the newest.")
    ] = None,
    board: BoardOption = None,
    submissions: SubmissionsOption = None,
    documents: DocumentsOption = None,
    replace: Annotated[bool, typer.Option("--replace", help="Put it in the place of the one that is there.")] = False,
) -> None:
    """Add a submission to the folder of submissions, once it passes the check.

    \b
    Example:
      goldspan board add my_system predictions.jsonl --about submission.yaml
    """
    from goldspan.board.adding import add as add_submission

    folder, checked = add_submission(
        system,
        predictions,
        about,
        twins=twins,
        version=version,
        board=board,
        submissions=submissions,
        documents=documents,
        replace=replace,
    )
    _tell(checked)
    print(f"added: {folder}")


@app.command("build")
def build(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the pages go.")] = Path("build/board"),
    submissions: SubmissionsOption = None,
    board: BoardOption = None,
    gold: Annotated[
        Path | None,
        typer.Option("--gold", metavar="PRIVATE", help="Private gold: the page shows aggregate figures only."),
    ] = None,
    schema: SchemaOption = None,
    documents: DocumentsOption = None,
    cache: Annotated[
        Path | None, typer.Option("--cache", metavar="DIR", help="Keep results here, by content, and use them again.")
    ] = None,
    texts: Annotated[
        bool, typer.Option("--texts", help="Show the articles in the reports: only where their licence allows it.")
    ] = False,
    record: Annotated[
        bool, typer.Option("--record", help="Keep the results in the board, for when its gold is there no longer.")
    ] = False,
    dataset: Annotated[
        str | None, typer.Option("--dataset", metavar="OWNER/NAME", help="On the Hub: writes .eval_results of models.")
    ] = None,
) -> None:
    """Score every submission anew from its predictions, and write the board: pages that need no network, and exports.

    \b
    Examples:
      goldspan board build --out build/board --cache build/board-cache
      goldspan board build --gold private/gold.jsonl --documents private/documents.jsonl --out build/private
    """
    from goldspan.board.building import build as build_board

    versions = build_board(
        out,
        submissions=submissions,
        board=board,
        gold=gold,
        schema=schema,
        documents=documents,
        cache=cache,
        texts=texts,
        record=record,
        dataset=dataset,
    )
    for version in versions:
        print(f"{version.name}: {len(version.rows)} system{'s' * (len(version.rows) != 1)}")
    print(f"The board: {out / 'index.html'}")


@app.command("push")
def push(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="A board that `build` wrote.")],
    repo: Annotated[str, typer.Option("--repo", metavar="ORG/NAME", help="The Space on the Hub.")],
    private: Annotated[bool, typer.Option("--private", help="Create the Space as a private one.")] = False,
    pull_request: Annotated[bool, typer.Option("--pull-request", help="Open a pull request.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check, look at the Hub, and write nothing.")] = False,
    json: JsonOption = None,
) -> None:
    """Publish the board as a static Space: check, upload in one commit, read back byte for byte.

    The token comes from HF_TOKEN or from `hf auth login`. A push that broke off changes nothing; call it again.

    \b
    Examples:
      goldspan board push build/board --repo ORG/NAME --dry-run
      goldspan board push build/board --repo ORG/NAME
    """
    from goldspan.board.push import push as push_board

    quiet = str(json) == "-"
    result = push_board(
        directory,
        repo,
        private=private,
        pull_request=pull_request,
        dry_run=dry_run,
        say=(lambda _: None) if quiet else print,
    )
    if json:
        write_json(json, result._asdict())


def _tell(checked: "Checked") -> None:
    from goldspan.errors import printable

    for note in checked.notes:
        print(printable(note))
