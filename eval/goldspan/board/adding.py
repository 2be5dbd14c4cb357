"""Puts predictions and what is said of them into the folder of submissions, once they pass the check."""

import shutil
import tempfile
from dataclasses import replace as changed
from pathlib import Path

from goldspan import content
from goldspan.board.intake import Checked, check
from goldspan.board.pins import load_pins, version_named
from goldspan.board.submission import ABOUT, PREDICTIONS, TWINS
from goldspan.errors import DataError, Problem, UsageError


def add(
    system: str,
    predictions: Path | str,
    about: Path | str,
    *,
    twins: Path | str | None = None,
    version: str | None = None,
    board: Path | str | None = None,
    submissions: Path | str | None = None,
    documents: Path | str | None = None,
    replace: bool = False,
) -> tuple[Path, Checked]:
    """Add a submission: copies of `predictions` and of `about` (a submission.yaml); what `goldspan board add` does.

    `twins` are predictions for the twins that `goldspan variants twins` makes, for the memorisation gap.

    `version` is the newest where None. Returns its folder and what the check found. Raises DataError with all problems,
    UsageError where there is such a submission already and `replace` is not set; then nothing is written.
    """
    root = Path(board) if board else content.BOARD
    parent = Path(submissions) if submissions else root / "submissions"
    version = version_named(load_pins(root), version)
    if not system or Path(system).name != system or system in (".", ".."):
        raise UsageError(f"{system!r} is no name for a folder")
    target = parent / version / system
    if target.exists() and not replace:
        raise UsageError(f"{target} is there already: --replace puts the new one in its place")
    try:
        parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=parent, prefix=".adding.") as name:
            folder = Path(name) / version / system
            folder.mkdir(parents=True)
            sources = {PREDICTIONS: Path(predictions), ABOUT: Path(about)} | ({TWINS: Path(twins)} if twins else {})
            for file, source in sources.items():
                if not source.is_file():
                    raise UsageError(f"{source}: no such file")
                shutil.copyfile(source, folder / file)
            checked = check(folder, board=root, documents=documents)
            if checked.problems:
                raise DataError([_moved(problem, folder, target) for problem in checked.problems])
            target.parent.mkdir(exist_ok=True)
            if target.exists():
                target.rename(Path(name) / "old")
            folder.rename(target)
    except OSError as error:
        raise UsageError(f"{target}: {error.strerror or error}") from error
    return target, checked


def _moved(problem: Problem, folder: Path, target: Path) -> Problem:
    """The problem with a file where the user would look for it."""
    inside = problem.file is not None and problem.file.is_relative_to(folder)
    return changed(problem, file=target / problem.file.relative_to(folder)) if inside and problem.file else problem
