"""`goldspan schema` and `goldspan schema check`."""

from pathlib import Path
from typing import Annotated, Any

import typer

from goldspan.cli.common import EPILOG_MODE, JsonOption, SchemaOption, write_json

app = typer.Typer(rich_markup_mode=EPILOG_MODE)


@app.callback(invoke_without_command=True)
def show(context: typer.Context, schema: SchemaOption = None, json: JsonOption = None) -> None:
    """Show event types, their fields and kinds; `check` says what is wrong with a schema of your own.

    A * marks key fields: an event of gold has at least one of them and one further field.

    \b
    Examples:
      goldspan schema
      goldspan schema --schema my_schema/ --json -
      goldspan schema check my_schema/
    """
    if context.invoked_subcommand:
        return
    from goldspan.schema import load_schema

    loaded = load_schema(schema)
    if json:
        write_json(json, _as_json(loaded))
        return
    from goldspan.report.terminal import plain_table, show

    rows = [
        (path + (" *" if entry.key else ""), entry.kind, entry.title)
        for event_type in loaded.types.values()
        for path, entry in event_type.walk()
    ]
    show(plain_table(("field", "kind", "title"), rows))


def _as_json(loaded: Any) -> dict[str, Any]:
    return {
        "version": loaded.version,
        "sha256": loaded.sha256,
        "types": {
            event_type.name: {
                "title": event_type.title,
                "fields": {
                    path.partition(".")[2]: {"kind": entry.kind, "title": entry.title, "key": entry.key}
                    for path, entry in event_type.walk()
                },
            }
            for event_type in loaded.types.values()
        },
    }


@app.command("check")
def check(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="A directory of *.schema.json files.")],
) -> None:
    """Check a schema directory: draft 2020-12, references, kinds, units. All problems are told at once.

    \b
    Example:
      goldspan schema check my_schema/
    """
    from goldspan.schema import load_schema

    loaded = load_schema(directory)
    fields = sum(1 for event_type in loaded.types.values() for _ in event_type.walk())
    print(f"fine: {fields} fields in {', '.join(loaded.types)}")
