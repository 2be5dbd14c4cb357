"""`goldspan variants`: documents made with gold."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from goldspan.cli.common import EPILOG_MODE, DocumentsOption, GoldOption, JsonOption, SchemaOption, write_json

if TYPE_CHECKING:
    from goldspan.variants.making import Made

app = typer.Typer(rich_markup_mode=EPILOG_MODE)

OutOption = Annotated[
    Path, typer.Option("--out", metavar="DIR", help="Where documents.jsonl and gold.jsonl are written.")
]
SeedOption = Annotated[int, typer.Option("--seed", min=0, metavar="N", help="The same seed makes the same bytes.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace what such a command wrote there before.")]
PlanOption = Annotated[
    Path | None,
    typer.Option("--plan", metavar="FILE", help="Names, figures that depend on others, what stays (TOML)."),
]


@app.callback()
def variants() -> None:
    """Make documents with gold: twins, perturbations, synthetic articles; and measure what a system remembers.

    \b
    Examples:
      goldspan variants twins --copies 10 --out twins
      goldspan variants perturb --out perturbed
      goldspan variants synthetic --count 1000 --out synthetic
    """


@app.command("twins")
def twins(
    out: OutOption,
    copies: Annotated[int, typer.Option("--copies", min=1, metavar="N", help="Twins of each document.")] = 1,
    seed: SeedOption = 0,
    schema: SchemaOption = None,
    documents: DocumentsOption = None,
    gold: GoldOption = None,
    plan: PlanOption = None,
    force: ForceOption = False,
) -> None:
    """Rewrite each document with other names, figures and dates, and gold with it.

    \b
    Examples:
      goldspan variants twins --copies 10 --out twins
      goldspan run rules --documents twins/documents.jsonl --out rules-twins.jsonl
    """
    from goldspan.variants import twins as make

    number = make(
        out,
        copies=copies,
        seed=seed,
        schema=schema,
        documents=documents,
        gold=gold,
        plan=plan,
        force=force,
        track=_track,
    )
    print(f"{number} twins, {copies} of each document: {out}")


@app.command("left")
def left(
    seed: SeedOption = 0,
    schema: SchemaOption = None,
    documents: DocumentsOption = None,
    gold: GoldOption = None,
    plan: PlanOption = None,
    json: JsonOption = None,
) -> None:
    """Report the names and figures of the originals that twins keep, and why; exits with 1 if one has no reason.

    \b
    Examples:
      goldspan variants left
      goldspan variants left --gold my_gold.jsonl --documents my_documents.jsonl --plan my_plan.toml
    """
    from goldspan.variants.twins import load_inputs, survivors

    found = survivors(load_inputs(schema, documents, gold, plan), seed)
    if json:
        write_json(json, [each._asdict() for each in found])
    unexplained = [each for each in found if each.why is None]
    if str(json) != "-":
        from goldspan.report.terminal import plain_table, show

        totals: dict[tuple[str, str, str], int] = {}
        for each in found:
            key = each.kind, each.words, each.why or "NO REASON GIVEN"
            totals[key] = totals.get(key, 0) + each.times
        rows = [(kind, words, str(times), why) for (kind, words, why), times in sorted(totals.items())]
        show(plain_table(("kind", "words", "times", "why it stays"), rows, right=("times",)))
        print(f"{len(unexplained)} without a reason")
    if unexplained:
        raise typer.Exit(1)


@app.command("perturb")
def perturb(
    out: OutOption,
    family: Annotated[
        list[str] | None, typer.Option("--family", metavar="NAME", help="Only this family (may be repeated).")
    ] = None,
    seed: SeedOption = 0,
    schema: SchemaOption = None,
    documents: DocumentsOption = None,
    gold: GoldOption = None,
    force: ForceOption = False,
    json: JsonOption = None,
) -> None:
    """Change one thing in each document, and gold with it, or what must change nothing.

    \b
    Examples:
      goldspan variants perturb --out perturbed
      goldspan variants perturb --family currency --family scale --out perturbed
    """
    from goldspan.variants import perturb as make

    made = make(
        out, families=family, seed=seed, schema=schema, documents=documents, gold=gold, force=force, track=_track
    )
    if json:
        write_json(json, {name: tally._asdict() for name, tally in made.items()})
    if str(json) != "-":
        from goldspan.report.terminal import plain_table, show

        rows = [(name, tally.gold, str(tally.made), str(tally.skipped)) for name, tally in made.items()]
        show(plain_table(("family", "gold", "made", "no place"), rows, right=("made", "no place")))
        print(f"{sum(tally.made for tally in made.values())} documents: {out}")


@app.command("synthetic")
def synthetic(
    out: OutOption,
    count: Annotated[int, typer.Option("--count", min=1, metavar="N", help="How many articles.")],
    seed: SeedOption = 0,
    workers: Annotated[int, typer.Option("--workers", min=1, metavar="N", help="How many processes compose.")] = 1,
    force: ForceOption = False,
) -> None:
    """Compose articles by a grammar, with gold by construction. For training and for load, not for ranking.

    \b
    Examples:
      goldspan variants synthetic --count 10000 --seed 1 --out synthetic
      goldspan variants synthetic --count 1000000 --workers 2 --out synthetic
    """
    from goldspan.variants import synthetic as make

    number = make(out, count=count, seed=seed, workers=workers, force=force, track=_track)
    print(f"{number} articles: {out}")


@app.command("diversity")
def diversity(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that a variants command wrote.")],
    sample: Annotated[
        int, typer.Option("--sample", min=1, metavar="N", help="How many of its documents are looked at, at most.")
    ] = 2000,
    json: JsonOption = None,
) -> None:
    """Measure how varied made documents are beside the originals: n-grams, length, events, fields.

    \b
    Example:
      goldspan variants diversity synthetic
    """
    from goldspan.variants import diversity as measure

    result = measure(folder, sample=sample)
    if json:
        write_json(json, result)
    if str(json) != "-":
        from goldspan.report.terminal import plain_table, show

        made, real = result["made"], result["originals"]
        rows = [(name, _figure(made[name]), _figure(real[name])) for name in made]
        show(plain_table(("", "made", "originals"), rows, right=("made", "originals")))


@app.command("families")
def families(
    predictions: Annotated[Path, typer.Argument(metavar="PREDICTIONS", help="Predictions for made documents (JSONL).")],
    variants: Annotated[Path, typer.Option("--variants", metavar="DIR", help="The folder of the made documents.")],
    schema: SchemaOption = None,
    resamples: Annotated[int, typer.Option("--resamples", min=1, metavar="N", help="Resamples of stories.")] = 10_000,
    seed: SeedOption = 0,
    json: JsonOption = None,
) -> None:
    """Score predictions for made documents, one figure for each kind of them: twins, synthetic, each perturbation.

    \b
    Example:
      goldspan variants families rules-perturbed.jsonl --variants perturbed
    """
    from goldspan.variants import families as measure

    result = measure(predictions, variants, schema=schema, resamples=resamples, seed=seed)
    if json:
        write_json(json, [each.as_json() for each in result])
    if str(json) != "-":
        from goldspan.report.table import rate
        from goldspan.report.terminal import plain_table, show

        headings = ("variant", "documents", "stories", "P", "R", "F1", "low", "high")
        rows = [
            (
                each.variant,
                str(each.documents),
                str(each.stories),
                *map(rate, (each.counts.precision, each.counts.recall, each.counts.f1)),
                *map(rate, each.interval[:2]),
            )
            for each in result
        ]
        show(plain_table(headings, rows, right=headings[1:]))


@app.command("gap")
def gap(
    originals: Annotated[Path, typer.Option("--originals", metavar="FILE", help="Predictions for the originals.")],
    twins: Annotated[Path, typer.Option("--twins", metavar="FILE", help="Predictions of the same system for twins.")],
    variants: Annotated[Path, typer.Option("--variants", metavar="DIR", help="The folder of the twins.")],
    schema: SchemaOption = None,
    documents: DocumentsOption = None,
    gold: GoldOption = None,
    resamples: Annotated[int, typer.Option("--resamples", min=1, metavar="N", help="Resamples of stories.")] = 10_000,
    seed: SeedOption = 0,
    json: JsonOption = None,
    max_echo: Annotated[
        float | None,
        typer.Option("--max-echo", min=0, max=1, metavar="X", help="Exit with 1 if more than X of values are echoed."),
    ] = None,
) -> None:
    """Measure the memorisation gap: F1 on the originals and on their twins, and original values stated on a twin.

    \b
    Examples:
      goldspan variants gap --originals rules.jsonl --twins rules-twins.jsonl --variants twins
      goldspan variants gap --originals a.jsonl --twins b.jsonl --variants twins --max-echo 0.01
    """
    from goldspan.variants import gap as measure

    result = measure(
        originals, twins, variants, gold=gold, schema=schema, documents=documents, resamples=resamples, seed=seed
    )
    if json:
        write_json(json, result.as_json())
    if str(json) != "-":
        from goldspan.report.gap_table import print_gap

        print_gap(result)
    if max_echo is not None and (result.echo_rate or 0) > max_echo:
        typer.echo(f"more than {max_echo} of the values that twins changed are echoed", err=True)
        raise typer.Exit(1)


def _figure(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.3f}" if abs(value) < 10 else f"{value:,.1f}"


def _track(made: "Iterable[Made]", number: int) -> "Iterator[Made]":
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    yield from track(made, "making", total=number, console=console, disable=not console.is_terminal)
