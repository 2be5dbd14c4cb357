"""Checks a submission before anything is made of it: its name, its files, what it says of itself, its predictions.

All problems are told at once.
"""

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from goldspan import content
from goldspan.board.limits import check_predictions
from goldspan.board.pins import NAME, RESERVED, load_pins
from goldspan.board.strict_yaml import MAX_BYTES
from goldspan.board.submission import ABOUT, PREDICTIONS, TWINS, Submission, read_about
from goldspan.documents import load_documents
from goldspan.errors import Problem, UsageError
from goldspan.files import sha256_of_file

MAX_FILE = 256 * 1024 * 1024

_SIZES = {ABOUT: MAX_BYTES, PREDICTIONS: MAX_FILE, TWINS: MAX_FILE}
_ARCHIVES = {b"PK\x03\x04": "zip", b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"\x28\xb5\x2f\xfd": "zstd"}


class Checked(NamedTuple):
    """What a check found: a submission where nothing is wrong with it, and notes on what will cost it."""

    submission: Submission | None
    problems: list[Problem]
    notes: list[str]


def check(directory: Path | str, *, board: Path | str | None = None, documents: Path | str | None = None) -> Checked:
    """Check a submission, the directory VERSION/SYSTEM: what `goldspan board check` does.

    `board` holds versions.toml (goldspan's own where None); `documents` are those of the version, needed where they are
    not those that goldspan ships. Raises UsageError where there is no such directory.
    """
    folder, root = Path(directory), Path(board) if board else content.BOARD
    checked = check_without_predictions(folder, root)
    problems, notes = list(checked.problems), list(checked.notes)
    known = _documents_of(folder.absolute().parent.name, root, Path(documents) if documents else None)
    if known is None:
        notes.append("whether the documents are known was not checked: the version has none, or --documents is needed")
    for name in (PREDICTIONS, TWINS):
        path = folder / name
        if os.path.lexists(path) and not any(problem.file == path for problem in checked.problems):
            found, seen = check_predictions(path, known if name == PREDICTIONS else None)
            problems += found
            if name == PREDICTIONS and known is not None and (absent := known - seen):
                notes.append(
                    f"{len(absent)} of {len(known)} documents have no prediction: all of them counts as missed"
                )
    return Checked(None if problems else checked.submission, problems, notes)


def check_without_predictions(folder: Path, board: Path) -> Checked:
    """The same without reading the predictions, of which only the hash is taken."""
    if folder.is_symlink() or not folder.is_dir():
        raise UsageError(f"{folder}: no such directory (a link is none)")
    where = folder.absolute()
    version, system = where.parent.name, where.name
    problems = [*_name_problems(folder, version, system, board), *_file_problems(folder)]
    about = None
    if not any(problem.file == folder / ABOUT for problem in problems):
        about, found = read_about(folder / ABOUT)
        problems += found
    if problems or about is None:
        return Checked(None, problems, [])
    predictions = folder / PREDICTIONS
    return Checked(Submission(version, system, about, predictions, sha256_of_file(predictions)), [], [])


def _name_problems(folder: Path, version: str, system: str, board: Path) -> Iterator[Problem]:
    if system in RESERVED:
        yield Problem("this name is taken by the board itself", folder)
    elif not re.fullmatch(NAME, system):
        yield Problem("the folder of a system is named by small letters, digits, dot, dash, underscore", folder)
    if version not in (pins := load_pins(board)):
        yield Problem(f"the board has no version {version!r}: there are {', '.join(pins)}", folder)
    elif folder.absolute().parent.is_symlink():
        yield Problem("the folder of the version is a link", folder)


def _file_problems(folder: Path) -> Iterator[Problem]:
    entries = {entry.name: entry for entry in os.scandir(folder)}
    for name in sorted(entries.keys() - _SIZES.keys()):
        yield Problem(f"a submission holds {', '.join(_SIZES)} and nothing else", folder / name)
    for name, size in _SIZES.items():
        path = folder / name
        if name not in entries:
            if name != TWINS:
                yield Problem("is missing", path)
            continue
        facts = entries[name].stat(follow_symlinks=False)
        if not stat.S_ISREG(facts.st_mode):
            yield Problem("is no plain file (links are refused)", path)
        elif facts.st_size > size:
            yield Problem(f"is longer than {size} bytes", path)
        elif archive := _archive(path):
            yield Problem(f"is an archive ({archive})", path)


def _archive(path: Path) -> str | None:
    with path.open("rb") as file:
        head = file.read(8)
    return next((name for magic, name in _ARCHIVES.items() if head.startswith(magic)), None)


def _documents_of(version: str, board: Path, documents: Path | None) -> set[str] | None:
    """A version's documents: those in a file, or goldspan's own where it pins them; None where they are not known."""
    pin = load_pins(board).get(version)
    if documents is None and (pin is None or pin.documents == sha256_of_file(content.DOCUMENTS)):
        documents = content.DOCUMENTS
    return None if documents is None else {*load_documents(documents)}
