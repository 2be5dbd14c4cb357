"""Calls of the command line, each in a process of its own, forked from one that has imported goldspan already.

What runs is what the console script runs; only the imports, most of a short call's time, are not made anew. The pages
of the docs, which are tested too, call the script itself.
"""

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

_SECONDS = 120
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(
    [
        "goldspan.cli",
        "goldspan.board",
        "goldspan.release",
        "goldspan.report.html",
        "goldspan.variants",
        "goldspan_baselines.rules",
        "jsonschema",
        "pydantic",
        "rich.progress",
        "rich.table",
    ]
)


def call(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str], scratch: Path
) -> subprocess.CompletedProcess[str]:
    """Run `goldspan` with arguments in a folder and more environment; what it writes goes through files elsewhere."""
    paths = scratch / "stdout", scratch / "stderr"
    process = _FORKS.Process(target=_run, args=(arguments, folder, dict(environment), paths))
    process.start()
    process.join(_SECONDS)
    if process.exitcode is None:
        process.kill()
        raise subprocess.TimeoutExpired(["goldspan", *arguments], _SECONDS)
    told = [path.read_text(encoding="utf-8") for path in paths]
    return subprocess.CompletedProcess(["goldspan", *arguments], process.exitcode, *told)


def _run(arguments: Sequence[str], folder: Path, environment: Mapping[str, str], paths: Sequence[Path]) -> None:
    os.chdir(folder)
    os.environ.update(environment)
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    for number, path in zip((1, 2), paths, strict=True):
        with path.open("wb") as file:
            os.dup2(file.fileno(), number)
    # as a process that starts: its streams are those files
    sys.stdout, sys.stderr = (open(number, "w", encoding="utf-8", closefd=False) for number in (1, 2))  # noqa: SIM115
    sys.argv = ["goldspan", *arguments]
    from goldspan.cli import main

    main()
