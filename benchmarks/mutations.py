"""Do the tests see small faults in the scoring code? Each edit of mutations.toml is made in a copy, and the tests run.

    python benchmarks/mutations.py [--only align --only kinds] [--examples 60] [--processes 2]

An edit is caught where a test fails, or no longer ends; exit code 1 if one survived or could not be tried. The tests
of the edited module run first, then the others of `tests/unit` and `tests/property`, up to the first failure. To be
quick, `max_examples` in the copied tests is lowered to `--examples`, with a fixed seed: what survives here may still be
caught by the whole suite (`--examples 100000` leaves the tests as they are). Without an edit the tests must pass.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIST = Path(__file__).with_suffix(".toml")
PACKAGE = "eval/goldspan"
LEFT_OUT = shutil.ignore_patterns(".*", "build", "dist", "__pycache__", "*.egg-info", "shared")
SELECTIONS = ("tests/unit", "tests/property")
MINUTES = 5
CAUGHT, SURVIVED, FAILED = "caught", "SURVIVED", "FAILED"


@dataclass(frozen=True)
class Edit:
    """Replace `old`, which stands exactly once in `file`, by `new`; `tests` are the files to run first."""

    file: str
    old: str
    new: str
    why: str
    tests: tuple[str, ...] = ()

    def apply(self, folder: Path) -> None:
        """Make the edit in a copy of the repository; ValueError where it does not fit."""
        path = folder / PACKAGE / self.file
        source = path.read_text(encoding="utf-8") if path.exists() else ""
        found = source.count(self.old)
        if found != 1:
            raise ValueError(f"the old text stands {found} times in {self.file}, not once: {self.old!r}")
        edited = source.replace(self.old, self.new)
        compile(edited, str(path), "exec")
        path.write_text(edited, encoding="utf-8")

    def first(self, folder: Path) -> list[str]:
        """The test files to run before the others."""
        named = self.tests or (f"tests/unit/test_{Path(self.file).stem}.py",)
        return [name for name in named if (folder / name).exists()]


def edits(only: list[str]) -> list[Edit]:
    """The list, or what of it is about these modules."""
    rows = tomllib.loads(LIST.read_text(encoding="utf-8"))["edit"]
    found = [Edit(**row | {"tests": tuple(row.get("tests", ()))}) for row in rows]
    unknown = {*only} - {Path(edit.file).stem for edit in found}
    if unknown:
        raise SystemExit(f"no edit of {', '.join(sorted(unknown))}")
    return [edit for edit in found if not only or Path(edit.file).stem in only]


def snapshot(folder: Path, examples: int) -> None:
    """Copy the repository as it is now, with fewer examples in the tests: all edits start from the same."""
    shutil.copytree(ROOT, folder, ignore=LEFT_OUT)
    for path in (folder / "tests").rglob("test_*.py"):
        source = path.read_text(encoding="utf-8")
        fewer = re.sub(r"max_examples=(\d+)", lambda m: f"max_examples={min(int(m[1]), examples)}", source)
        path.write_text(fewer, encoding="utf-8")


def runs(first: list[str]) -> Iterator[list[str]]:
    """What to hand to pytest, in turn."""
    if first:
        yield first
    yield [*SELECTIONS, *(f"--ignore={name}" for name in first)]


def tests_pass(folder: Path, first: list[str]) -> tuple[bool, str]:
    """Whether all tests pass in a copy, and pytest's last line."""
    environment = os.environ | {
        "PYTHONPATH": f"{folder / 'eval'}:{folder / 'baselines'}",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    where = "import goldspan; print(goldspan.__file__)"
    loaded = subprocess.run([sys.executable, "-c", where], cwd=folder, env=environment, capture_output=True, text=True)
    if not loaded.stdout.startswith(str(folder)):
        raise ValueError(f"the copy cannot be imported: {loaded.stdout}{loaded.stderr[-500:]}")
    last = ""
    for arguments in runs(first):
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-x",
            "-q",
            "-p",
            "no:cacheprovider",
            "--hypothesis-seed=0",
            *arguments,
        ]
        try:
            done = subprocess.run(
                command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60 * MINUTES
            )
        except subprocess.TimeoutExpired:
            return False, f"did not end within {MINUTES} minutes"
        told = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
        last = (told or done.stdout.splitlines() or [done.stderr])[-1][:150]
        if done.returncode not in (0, 1, 2):  # 2: an error while collecting, which stops the run
            raise ValueError(f"pytest could not run: {last}")
        if done.returncode:
            return False, last
    return True, last


def try_edit(edit: Edit | None, base: Path) -> tuple[str, str]:
    """What became of an edit (of none: whether the tests pass at all), with the test that saw it."""
    with tempfile.TemporaryDirectory(prefix="mutation-") as name:
        folder = Path(name).resolve()
        shutil.copytree(base, folder, dirs_exist_ok=True)
        try:
            if edit is not None:
                edit.apply(folder)
            passed, last = tests_pass(folder, edit.first(folder) if edit is not None else [])
        except (ValueError, SyntaxError) as error:
            return FAILED, str(error)
    return (SURVIVED if passed else CAUGHT), last


def try_all(chosen: list[Edit], base: Path, processes: int) -> int:
    """Try and tell; the exit code."""
    result, last = try_edit(None, base)
    if result != SURVIVED:
        print(f"the tests do not pass without any edit: {last}")
        return 1
    print(f"without an edit: {last}", flush=True)
    results: list[str] = []
    with ThreadPoolExecutor(processes) as pool:
        for edit, (result, last) in zip(chosen, pool.map(partial(try_edit, base=base), chosen), strict=True):
            results.append(result)
            print(f"{result:8}  {edit.file}: {edit.why}\n          {last}", flush=True)
    print(", ".join(f"{results.count(name)} {name}" for name in (CAUGHT, SURVIVED, FAILED)))
    return 0 if results.count(CAUGHT) == len(chosen) else 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", default=[], help="a module, such as align; may be given again")
    parser.add_argument("--examples", type=int, default=60)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    chosen = edits(options.only)
    with tempfile.TemporaryDirectory(prefix="mutations-") as name:
        base = Path(name).resolve() / "base"
        snapshot(base, options.examples)
        return try_all(chosen, base, options.processes)


if __name__ == "__main__":
    sys.exit(main())
