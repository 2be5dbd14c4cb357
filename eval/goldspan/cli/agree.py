"""`goldspan agree`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from goldspan.cli.common import DocumentsOption, JsonOption, SchemaOption, write_json

if TYPE_CHECKING:
    from goldspan.annotate.agreement import Agreement, FieldAgreement


def agree(
    a: Annotated[Path, typer.Argument(metavar="A", help="Records of one annotator (JSONL).")],
    b: Annotated[Path, typer.Argument(metavar="B", help="Records of another, of the same documents.")],
    schema: SchemaOption = None,
    documents: DocumentsOption = None,
    json: JsonOption = None,
) -> None:
    """Agreement of two annotators: F1 of each field by the evaluator, and Krippendorff's alpha.

    \b
    Examples:
      goldspan agree ann.jsonl ben.jsonl
      goldspan agree ann.jsonl ben.jsonl --json agreement.json
    """
    from goldspan.annotate.agreement import agree as agree_files

    result = agree_files(a, b, schema=schema, documents=documents)
    if json:
        write_json(json, result.as_json())
    if str(json) != "-":
        _print(result)


def _print(result: "Agreement") -> None:
    width = max(len("all fields"), *map(len, result.fields), 0) if result.fields else len("all fields")
    print(f"{'field':{width}}   agree   differ   only A   only B      F1   turned   alpha")
    for path, each in result.fields.items():
        print(_row(path, each, width))
    print(_row("all fields", result.overall, width))
    both, only_a, only_b = result.events
    print(f"\n{result.documents} documents; events: {both} in both, {only_a} only in A, {only_b} only in B.")


def _row(name: str, each: "FieldAgreement", width: int) -> str:
    counts = each.forward
    numbers = f"{counts.matched:>7} {counts.misread:>8} {counts.missed:>8} {counts.invented:>8}"
    return f"{name:{width}} {numbers} {_rate(counts.f1):>7} {_rate(each.backward.f1):>8} {_rate(each.alpha):>7}"


def _rate(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
