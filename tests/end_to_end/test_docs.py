"""Every command in the README and the docs is run, and prints what the page says.

A fenced block `console` holds `$ command` lines with their output. A fenced block with a file name behind its language
(```json my_schema/invoice.schema.json) is written to that file first. `python` blocks are run, their output compared
with the comment lines that start with `#:`.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from loopback_hub import environment, serve

ROOT = Path(__file__).resolve().parents[2]
PAGES = ["README.md", "annotations/README.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md")))]
FENCE = re.compile(r"^```(\w+)?(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Command(NamedTuple):
    line: str
    output: str


def blocks(page: str) -> list[tuple[str, str, str]]:
    return FENCE.findall((ROOT / page).read_text())


def commands(block: str) -> list[Command]:
    parts = re.split(r"^\$ (.*)\n", block, flags=re.MULTILINE)
    return [Command(line, output) for line, output in zip(parts[1::2], parts[2::2], strict=True)]


def run(line: str, folder: Path) -> str:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))}
    environment |= {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "COLUMNS": "100"}
    where = ROOT if line.startswith("make ") else folder
    done = subprocess.run(["bash", "-c", line], cwd=where, env=environment, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def plain(text: str) -> list[str]:
    return "\n".join(line.rstrip() for line in text.splitlines()).strip("\n").split("\n")


def test_every_block_that_looks_like_a_command_is_checked():
    for page in PAGES:
        for language, _, body in blocks(page):
            assert language == "console" or "\n$ " not in "\n" + body, page


@pytest.fixture
def hub(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A Hub on this machine for what is published on a page."""
    with serve() as running:
        for key, value in environment(running, tmp_path_factory.mktemp("hf")).items():
            monkeypatch.setenv(key, value)
        yield


@pytest.mark.usefixtures("hub")
@pytest.mark.parametrize("page", PAGES)
def test_page_tells_the_truth(page: str, tmp_path: Path):
    for folder in ("annotations", "schema", "seeds"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    for language, name, body in blocks(page):
        if name:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(body)
        elif language == "console":
            for command in commands(body):
                assert plain(run(command.line, tmp_path)) == plain(command.output), command.line
        elif language == "python":
            expected = [line.removeprefix("#: ") for line in body.splitlines() if line.startswith("#: ")]
            (tmp_path / "example.py").write_text(body)
            assert plain(run("python example.py", tmp_path)) == expected, body
