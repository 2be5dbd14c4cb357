"""What the commands share: options with one meaning everywhere, and where output goes."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

EPILOG_MODE = None
"""Help is plain text: it keeps the line breaks of examples, and needs no rich to be imported."""

SchemaOption = Annotated[
    Path | None,
    typer.Option("--schema", metavar="DIR", help="Directory of *.schema.json files instead of goldspan's own."),
]
DocumentsOption = Annotated[
    Path | None, typer.Option("--documents", metavar="FILE", help="Documents (JSONL) instead of goldspan's own.")
]
GoldOption = Annotated[
    Path | None, typer.Option("--gold", metavar="FILE", help="Gold records (JSONL) instead of goldspan's own.")
]
JsonOption = Annotated[
    Path | None,
    typer.Option("--json", metavar="FILE", help="Write the same as JSON ('-': to standard output, and nothing else)."),
]


ResamplesOption = Annotated[
    int, typer.Option("--resamples", min=0, metavar="N", help="How many resamples the intervals rest on (0: none).")
]
SeedOption = Annotated[int, typer.Option("--seed", min=0, metavar="N", help="The seed of the resampling.")]


def keep_apart(outputs: Sequence[Path | None], inputs: Sequence[Path | None]) -> None:
    """Refuse, with UsageError, to write two outputs to one file, or one over a file that is read."""
    from goldspan.errors import UsageError

    taken = {path.resolve() for path in inputs if path is not None}
    for path in outputs:
        if path is None or str(path) == "-" or (path.exists() and not path.is_file()):
            continue
        if path.resolve() in taken:
            raise UsageError(f"{path}: this file is read, or written, by the same call")
        taken.add(path.resolve())


def write_json(target: Path, value: Any) -> None:
    """Write a value as indented JSON to a file, whole or not at all, or to standard output."""
    import msgspec

    from goldspan.files import write_whole

    data = msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"
    if str(target) == "-":
        sys.stdout.buffer.write(data)
    else:
        write_whole(target, [data])
