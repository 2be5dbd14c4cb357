"""`goldspan annotate`."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from goldspan.cli.common import EPILOG_MODE, DocumentsOption, JsonOption, SchemaOption, write_json

if TYPE_CHECKING:
    from goldspan.annotate.client import Server
    from goldspan.annotate.projects import Pushed

app = typer.Typer(
    help=(
        "Annotate documents in Label Studio: start a server, send documents, fetch records, adjudicate.\n\n"
        "\b\nExamples:\n  goldspan annotate up\n  goldspan annotate push first"
    ),
    no_args_is_help=True,
    rich_markup_mode=EPILOG_MODE,
)

UrlOption = Annotated[
    str | None, typer.Option("--url", metavar="URL", help="A server that exists, instead of the one that `up` runs.")
]
TokenOption = Annotated[
    str | None,
    typer.Option("--token", metavar="TOKEN", help="Its token; else LABEL_STUDIO_API_KEY in the environment."),
]
HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home", metavar="DIR", help="The folder of `up`'s server; else GOLDSPAN_ANNOTATE_HOME, else your own."
    ),
]
ProjectOption = Annotated[str, typer.Option("--project", metavar="NAME", help="What the annotators' projects share.")]
SlotsOption = Annotated[int, typer.Option("--slots", min=1, max=99, metavar="N", help="Most events of a document.")]
AnnotatorArgument = Annotated[str, typer.Argument(metavar="ANNOTATOR", help="Whose project; each has one.")]


class Order(StrEnum):
    """The order of new tasks."""

    FILE = "file"
    UNCERTAINTY = "uncertainty"
    DISAGREEMENT = "disagreement"


@app.command("config")
def config(
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where it goes (-: standard output).")] = Path("-"),
    schema: SchemaOption = None,
    slots: SlotsOption = 9,
    adjudication: Annotated[bool, typer.Option("--adjudication", help="The interface of adjudication.")] = False,
) -> None:
    """Write the labeling interface of a schema (Label Studio's XML).

    \b
    Examples:
      goldspan annotate config --schema my_schema/ --out config.xml
    """
    from goldspan.annotate.interface import labeling_interface
    from goldspan.files import write_whole
    from goldspan.schema import load_schema

    text = labeling_interface(load_schema(schema), slots=slots, adjudication=adjudication)
    if str(out) == "-":
        print(text, end="")
    else:
        write_whole(out, [text.encode()])


@app.command("up")
def up(
    home: HomeOption = None,
    port: Annotated[
        int, typer.Option("--port", min=1, max=65535, help="Where it answers, on this machine only.")
    ] = 8080,
    prepare: Annotated[bool, typer.Option("--prepare", help="Install it, let it answer once, and stop.")] = False,
) -> None:
    """Run a Label Studio server until Ctrl-C; the first time it is installed, apart from everything else.

    \b
    Examples:
      goldspan annotate up
      goldspan annotate up --port 8090 --home ~/annotation
    """
    from goldspan.annotate.home import Home
    from goldspan.annotate.server import up as serve

    serve(Home(home), port=port, prepare=prepare, say=lambda line: typer.echo(line))


@app.command("push")
def push(
    annotator: AnnotatorArgument,
    records: Annotated[
        Path | None, typer.Option("--records", metavar="FILE", help="Gold or predictions to begin with (JSONL).")
    ] = None,
    order: Annotated[Order, typer.Option("--order", help="The order of new tasks.")] = Order.FILE,
    against: Annotated[
        Path | None, typer.Option("--against", metavar="FILE", help="The other predictions, for --order disagreement.")
    ] = None,
    project: ProjectOption = "goldspan",
    schema: SchemaOption = None,
    documents: DocumentsOption = None,
    slots: SlotsOption = 9,
    url: UrlOption = None,
    token: TokenOption = None,
    home: HomeOption = None,
) -> None:
    """Send all documents to an annotator's project. Again, it adds what is missing and changes nothing.

    \b
    Examples:
      goldspan annotate push ann
      goldspan annotate push ann --records predictions.jsonl --order uncertainty
      goldspan annotate push ann --records a.jsonl --against b.jsonl --order disagreement
    """
    from goldspan.annotate.push import push as send

    server = _server(url, token, home)
    _say(
        send(
            server,
            annotator,
            project=project,
            records=records,
            order=order.value,
            against=against,
            schema=schema,
            documents=documents,
            slots=slots,
        )
    )


@app.command("pull")
def pull(
    annotator: AnnotatorArgument,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where the records go (JSONL).")],
    replace: Annotated[bool, typer.Option("--replace", help="Put them in the place of what FILE holds.")] = False,
    project: ProjectOption = "goldspan",
    schema: SchemaOption = None,
    documents: DocumentsOption = None,
    slots: SlotsOption = 9,
    url: UrlOption = None,
    token: TokenOption = None,
    home: HomeOption = None,
) -> None:
    """Fetch what an annotator submitted: checked as gold, all of it or nothing; the raw export is kept beside.

    \b
    Examples:
      goldspan annotate pull ann --out ann.jsonl
      goldspan annotate pull adjudication --out gold.jsonl --replace
    """
    from goldspan.annotate.pull import pull as fetch

    done = fetch(
        _server(url, token, home),
        annotator,
        out,
        project=project,
        schema=schema,
        documents=documents,
        slots=slots,
        replace=replace,
    )
    for note in done.notes:
        typer.echo(note, err=True)
    print(f"{done.records} documents: {', '.join(map(str, done.files))}")
    print(f"not submitted: {done.open}, skipped: {done.skipped}")


@app.command("status")
def status(
    project: ProjectOption = "goldspan",
    json: JsonOption = None,
    url: UrlOption = None,
    token: TokenOption = None,
    home: HomeOption = None,
) -> None:
    """Show how far each annotator is.

    \b
    Examples:
      goldspan annotate status
    """
    from goldspan.annotate.status import status as progress

    found = progress(_server(url, token, home), project=project)
    if json:
        write_json(json, {"annotators": [each._asdict() for each in found]})
    if str(json) == "-":
        return
    width = max(9, *(len(each.annotator) for each in found), 0) if found else 9
    print(f"{'annotator':{width}}   tasks   submitted   begun   skipped   left   last work")
    for each in found:
        numbers = f"{each.tasks:>7} {each.submitted:>11} {each.begun:>7} {each.skipped:>9} {each.left:>6}"
        print(f"{each.annotator:{width}} {numbers}   {each.last or '–'}")


@app.command("adjudicate")
def adjudicate(
    a: Annotated[Path, typer.Argument(metavar="A", help="Records of one annotator (JSONL).")],
    b: Annotated[Path, typer.Argument(metavar="B", help="Records of another, of the same documents.")],
    project: ProjectOption = "goldspan",
    schema: SchemaOption = None,
    documents: DocumentsOption = None,
    slots: SlotsOption = 9,
    url: UrlOption = None,
    token: TokenOption = None,
    home: HomeOption = None,
) -> None:
    """Make the project in which the differences of two annotators are decided; `pull adjudication` fetches the result.

    \b
    Examples:
      goldspan annotate adjudicate ann.jsonl ben.jsonl
      goldspan annotate pull adjudication --out gold.jsonl
    """
    from goldspan.annotate.adjudicate import adjudicate as send

    server = _server(url, token, home)
    _say(send(server, a, b, project=project, schema=schema, documents=documents, slots=slots))


def _server(url: str | None, token: str | None, home: Path | None) -> "Server":
    from goldspan.annotate.client import connect
    from goldspan.annotate.home import Home

    return connect(url, token, Home(home))


def _say(done: "Pushed") -> None:
    print(f"tasks: {done.added} added, {done.kept} there before; predictions added: {done.predictions}")
    print(done.url)
