"""Builds the board: scores what is new, ranks, writes pages and exports, whole or not at all."""

import shutil
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import msgspec

from goldspan import content
from goldspan.board import strict_yaml
from goldspan.board.figures import Figures, Scored, Task, Twins, figures_of
from goldspan.board.hub_files import MARK
from goldspan.board.intake import check, check_without_predictions
from goldspan.board.made_twins import MadeTwins
from goldspan.board.pins import (
    RESULTS,
    Data,
    Hashes,
    Pin,
    load_pins,
    load_reproduced,
    own_data,
    passes_of,
    private_data,
)
from goldspan.board.ranking import Row, Version, ranked
from goldspan.board.submission import AGREEMENT, Submission
from goldspan.checksums import sums
from goldspan.errors import DataError, Problem, UsageError
from goldspan.files import read_bytes, sha256_of_file, write_whole


class Job(NamedTuple):
    """What to build from: trusted pins, untrusted submissions, and the data."""

    board: Path
    submissions: Path
    data: Data
    hashes: Hashes
    pins: dict[str, Pin]
    cache: Path | None
    texts: bool
    twins: MadeTwins


def build(
    out: Path | str,
    *,
    submissions: Path | str | None = None,
    board: Path | str | None = None,
    gold: Path | str | None = None,
    schema: Path | str | None = None,
    documents: Path | str | None = None,
    cache: Path | str | None = None,
    texts: bool = False,
    record: bool = False,
    dataset: str | None = None,
) -> list[Version]:
    """Build the board into the directory `out`: what `goldspan board build` does. Returns the versions, oldest first.

    Submissions are those in `submissions` (VERSION/SYSTEM; those of `board` where None); `board` is what is trusted:
    versions.toml, reproduced.toml, results/. With a private `gold` (and its `schema` and `documents`) only the versions
    that pin it are built, and nothing that shows a leaf is written. `cache` is a directory that keeps results by
    content. `texts` lets reports show the articles. `record` keeps results in `board`, for when their gold is there no
    longer. `dataset` is the data set's OWNER/NAME on the Hub, for `.eval_results`.

    The same content gives the same bytes. Raises DataError with all problems of all submissions, UsageError where `out`
    is there and no board; then nothing is written.
    """
    from goldspan.board.site import files_of

    _require_extra()
    if record and gold is not None:
        raise UsageError("results of a private gold are not recorded")
    root = Path(board) if board else content.BOARD
    data = private_data(Path(gold), _path(schema), _path(documents)) if gold else own_data()
    job = Job(
        root,
        Path(submissions) if submissions else root / "submissions",
        data,
        Hashes.of(data),
        load_pins(root),
        _path(cache),
        texts,
        MadeTwins(),
    )
    target = Path(out)
    _check_target(target)
    with job.twins:
        versions = _versions(job, private=gold is not None)
    _write(target, files_of(versions, dataset))
    if record:
        _record(root / RESULTS, versions)
    return versions


def _path(path: Path | str | None) -> Path | None:
    return Path(path) if path else None


def _require_extra() -> None:
    strict_yaml.library()
    if find_spec("sklearn") is None:  # without it calibration would silently be left out
        raise UsageError("the board needs scikit-learn: pip install 'goldspan[board]'")


def _versions(job: Job, private: bool) -> list[Version]:
    there = {name for name, pin in job.pins.items() if not job.hashes.differing(pin)}
    if private and not there:
        problems = [
            Problem(f"version {name} pins another {', '.join(job.hashes.differing(pin))}", job.data.gold)
            for name, pin in job.pins.items()
        ]
        raise DataError(problems or [Problem("the board has no version", job.board)])
    found = _submissions(job)
    reproduced = load_reproduced(job.board)
    problems: list[Problem] = []
    versions: list[Version] = []
    for name, pin in job.pins.items():
        if name not in there and (private or pin.hidden):
            continue
        rows: list[Row] = []
        for submission in found.get(name, ()):
            try:
                scored = _scored(job, pin, submission) if name in there else _recorded(job, submission)
            except DataError as error:
                problems += error.problems
                continue
            again = reproduced.get(submission.key)
            if again is not None and again.predictions != submission.sha256:
                again = None  # it was made again of other predictions
            rows.append(Row(0, submission, scored.figures, scored.report, again, name in there))
        agreement = _agreement(job, name, pin) if name in there else None
        versions.append(Version(name, _is_hidden(job, pin), ranked(rows), agreement))
    if problems:
        raise DataError(problems)
    return versions


def _submissions(job: Job) -> dict[str, list[Submission]]:
    """All submissions by version; DataError with all that is wrong with any, but for what their predictions hold."""
    found: dict[str, list[Submission]] = {}
    problems: list[Problem] = []
    for folder in _folders(job.submissions, problems):
        checked = check_without_predictions(folder, job.board)
        problems += checked.problems
        if checked.submission is not None:
            found.setdefault(checked.submission.version, []).append(checked.submission)
    if problems:
        raise DataError(problems)
    return found


def _folders(root: Path, problems: list[Problem]) -> Iterator[Path]:
    if root.is_symlink() or not root.is_dir():
        raise UsageError(f"{root}: no such directory (a link is none)")
    for version in sorted(root.iterdir()):
        for folder in [version] if version.is_symlink() or not version.is_dir() else sorted(version.iterdir()):
            if folder.is_symlink() or not folder.is_dir():
                problems.append(Problem("is no directory VERSION/SYSTEM (links are refused)", folder))
            else:
                yield folder


def _scored(job: Job, pin: Pin, submission: Submission) -> Scored:
    def check_first() -> None:
        if problems := check(submission.predictions.parent, board=job.board, documents=job.data.documents).problems:
            raise DataError(problems)

    hidden, twins = _is_hidden(job, pin), None
    if submission.twins is not None and pin.twins is not None and not hidden:
        twins = Twins(submission.twins, job.twins.folder(pin.twins))
    task = Task(submission.predictions, submission.sha256, job.data, job.hashes, hidden, job.texts, twins)
    return figures_of(task, check_first, job.cache)


def _is_hidden(job: Job, pin: Pin) -> bool:
    """Whether no leaf may be shown: of a gold that is not goldspan's own, whatever its pin says."""
    return pin.hidden or job.data.gold != content.GOLD


def _recorded(job: Job, submission: Submission) -> Scored:
    """What was recorded while the gold of the version was there."""
    path = job.board / RESULTS / f"{submission.key}.json"
    folder = submission.predictions.parent
    if not path.is_file():
        message = f"the data of version {submission.version} are not there, and no result is recorded"
        raise DataError([Problem(message, folder)])
    try:
        figures = msgspec.json.decode(read_bytes(path), type=Figures)
    except msgspec.DecodeError as error:
        raise DataError([Problem(str(error), path)]) from error
    if figures.predictions != submission.sha256:
        raise DataError([Problem("the recorded result is of other predictions", folder)])
    return Scored(figures, None)


def _agreement(job: Job, version: str, pin: Pin) -> Row | None:
    """The annotators' second pass scored against the first, by the same evaluator."""
    passes = passes_of(job.data, pin)
    if passes is None:
        return None
    a, b = passes
    submission = Submission(version, "agreement", AGREEMENT, b, sha256_of_file(b))
    hashes = job.hashes._replace(gold=sha256_of_file(a))
    task = Task(b, submission.sha256, job.data._replace(gold=a), hashes, texts=job.texts)
    scored = figures_of(task, None, job.cache)
    return Row(0, submission, scored.figures, scored.report, reproduced=None, rescored=True)


def _record(folder: Path, versions: list[Version]) -> None:
    for version in versions:
        for row in version.rows:
            if version.hidden or not row.rescored:
                continue
            path = folder / f"{row.submission.key}.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            data = msgspec.json.encode(msgspec.structs.replace(row.figures, key=""))
            write_whole(path, [msgspec.json.format(data, indent=2) + b"\n"])


def _check_target(out: Path) -> None:
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise UsageError(f"{out} is no directory; it is left as it is")
    if out.is_dir() and any(out.iterdir()) and not (out / MARK).is_file():
        raise UsageError(f"{out} is there and holds no board; it is left as it is")


def _write(out: Path, files: Iterator[tuple[str, bytes | Path]]) -> None:
    """Write all files beside `out`, then put them in its place."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as name:
            new, old = Path(name) / "new", Path(name) / "old"
            digests: dict[str, str] = {}
            for path, what in files:
                target = new / path
                target.parent.mkdir(parents=True, exist_ok=True)
                if isinstance(what, Path):
                    shutil.copyfile(what, target, follow_symlinks=False)
                else:
                    target.write_bytes(what)
                digests[path] = sha256_of_file(target)
            new.mkdir(exist_ok=True)
            (new / MARK).write_bytes(sums(digests))
            if out.exists():
                out.rename(old)
            new.rename(out)
    except OSError as error:
        raise UsageError(f"{out}: {error.strerror or error}") from error
