"""`goldspan release build|check|push|rehydrate`."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from goldspan.cli.common import EPILOG_MODE, DocumentsOption, GoldOption, JsonOption, SchemaOption, write_json

app = typer.Typer(rich_markup_mode=EPILOG_MODE, no_args_is_help=True)

ReleaseArgument = Annotated[Path, typer.Argument(metavar="DIR", help="A release that `build` wrote.")]
TextsOption = Annotated[
    list[Path],
    typer.Option(
        "--texts",
        metavar="PATH",
        help="Your copies: documents (JSONL), or a directory of text files; may be given more than once.",
    ),
]
CopiesOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--documents",
        metavar="PATH",
        help="The texts to check spans against, like --texts of `rehydrate`. Default: goldspan's own.",
    ),
]


@app.callback()
def release() -> None:
    """Build, check and publish a data set for the Hugging Face Hub; join a stand-off release with its texts.

    \b
    Examples:
      goldspan release build my_release
      goldspan release check my_release
      goldspan release push my_release --repo ORG/NAME
      goldspan release rehydrate my_release --texts my_texts/ --out whole
    """


@app.command("build")
def build(
    out: Annotated[Path, typer.Argument(metavar="DIR", help="Where to: a new or an empty directory.")],
    about: Annotated[
        Path | None,
        typer.Option("--about", metavar="FILE", help="Name, version, licence, ... of your own data (TOML)."),
    ] = None,
    gold: GoldOption = None,
    schema: SchemaOption = None,
    documents: DocumentsOption = None,
    passes: Annotated[
        Path | None, typer.Option("--passes", metavar="DIR", help="The annotators' own record files (JSONL).")
    ] = None,
    adjudication: Annotated[
        Path | None, typer.Option("--adjudication", metavar="FILE", help="Decisions on their differences (JSONL).")
    ] = None,
    variants: Annotated[
        list[str] | None,
        typer.Option("--variants", metavar="NAME=DIR", help="Made documents with gold; may be given more than once."),
    ] = None,
    text: Annotated[
        Literal["none", "licensed", "all"],
        typer.Option("--text", help="Give no text, that of documents whose licence allows it, or all: you may."),
    ] = "none",
    json: JsonOption = None,
) -> None:
    """Write a release: Parquet, card, schema, Croissant, checksums. The same inputs give the same bytes.

    Texts and quotes are left out unless --text says otherwise: a release then has offsets, hashes and sources.

    \b
    Examples:
      goldspan release build my_release
      goldspan release build my_release --gold g.jsonl --documents d.jsonl --schema s/ --about about.toml
    """
    from goldspan.release import build as build_release

    manifest = build_release(
        out,
        about=about,
        gold=gold,
        schema=schema,
        documents=documents,
        passes=passes,
        adjudication=adjudication,
        variants=_named(variants or []),
        text=text,
    )
    if json:
        write_json(json, manifest)
    if str(json) != "-":
        told = ", ".join(f"{info.rows} {name}" for name, info in manifest.configs.items())
        print(f"{manifest.name} {manifest.version}: {told}; texts given: {len(manifest.given)}")


def _named(pairs: list[str]) -> dict[str, Path]:
    from goldspan.errors import UsageError

    found: dict[str, Path] = {}
    for pair in pairs:
        name, equals, directory = pair.partition("=")
        if not equals or not directory or name in found:
            raise UsageError(f"--variants takes NAME=DIR, each name once, not {pair!r}")
        found[name] = Path(directory)
    return found


@app.command("check")
def check(directory: ReleaseArgument, documents: CopiesOption = None, json: JsonOption = None) -> None:
    """Check a release: files, tables, spans, card, Croissant, leaked text, secrets; load it as a stranger does.

    \b
    Example:
      goldspan release check my_release
    """
    from goldspan.release import check as check_release

    checked = check_release(directory, documents=documents)
    if json:
        figures = {name: getattr(checked, name) for name in ("files", "size", "documents", "proved")}
        write_json(json, {"problems": [str(problem) for problem in checked.problems], **figures})
    for problem in checked.problems:
        print(problem, file=sys.stderr)
    if checked.problems:
        raise typer.Exit(1)
    if str(json) != "-":
        print(
            f"fine: {checked.files} files; "
            f"spans checked in the text of {checked.proved} of {checked.documents} documents"
        )


@app.command("push")
def push(
    directory: ReleaseArgument,
    repo: Annotated[str, typer.Option("--repo", metavar="ORG/NAME", help="The data-set repository on the Hub.")],
    tag: Annotated[str | None, typer.Option("--tag", help="The tag.", show_default="v and the version")] = None,
    private: Annotated[bool, typer.Option("--private", help="Create the repository as a private one.")] = False,
    pull_request: Annotated[bool, typer.Option("--pull-request", help="Open a pull request; tag nothing.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check, look at the Hub, and write nothing.")] = False,
    documents: CopiesOption = None,
    json: JsonOption = None,
) -> None:
    """Publish a release: check, upload in one commit, read back byte for byte, then tag.

    The token comes from HF_TOKEN or from `hf auth login`. A push that broke off leaves no tag; call it again.

    \b
    Examples:
      goldspan release push my_release --repo ORG/NAME --dry-run
      goldspan release push my_release --repo ORG/NAME --private
    """
    from goldspan.release import push as push_release

    quiet = str(json) == "-"
    result = push_release(
        directory,
        repo,
        tag=tag,
        private=private,
        pull_request=pull_request,
        dry_run=dry_run,
        documents=documents,
        say=(lambda _: None) if quiet else print,
    )
    if json:
        write_json(json, result._asdict())


@app.command("rehydrate")
def rehydrate(
    directory: ReleaseArgument,
    texts: TextsOption,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where to: a new or an empty directory.")],
) -> None:
    """Join a stand-off release with your own copies of its texts, each proved by its sha256.

    Writes documents.jsonl, gold.jsonl, passes/ and schema/, with texts and quotes, ready for `goldspan score`.

    \b
    Example:
      goldspan release rehydrate my_release --texts my_texts/ --out whole
    """
    from goldspan.release import rehydrate as rehydrate_release

    number = rehydrate_release(directory, texts, out)
    print(f"{number} texts proved by their sha256: {out}")
