"""Helpers that several test files share."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from console import call
from loopback_hub import OWNER, Hub, environment, serve

Rows = Iterable[dict[str, Any] | bytes]


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout."""
    return Path(__file__).resolve().parents[1]


@pytest.fixture
def write_lines(tmp_path: Path) -> Callable[[str, Rows], Path]:
    """Write a JSONL file in the test's own folder: objects as JSON, bytes as they are."""

    def write(name: str, rows: Rows) -> Path:
        path = tmp_path / name
        path.write_bytes(
            b"".join((row if isinstance(row, bytes) else json.dumps(row).encode()) + b"\n" for row in rows)
        )
        return path

    return write


@pytest.fixture
def goldspan(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., CompletedProcess[str]]:
    """Run `goldspan` as a process in the test's own folder."""
    scratch = tmp_path_factory.mktemp("streams")

    def run(*arguments: object, **environment: str) -> CompletedProcess[str]:
        return call([str(argument) for argument in arguments], tmp_path, {"COLUMNS": "200"} | environment, scratch)

    return run


@pytest.fixture
def hub() -> Iterator[Hub]:
    """A Hub on this machine."""
    with serve() as running:
        yield running


Client = Callable[..., CompletedProcess[str]]


@pytest.fixture
def client(hub: Hub, tmp_path: Path) -> Client:
    """Run a command (`python` or `goldspan`) whose libraries take `hub` for the Hub."""

    def call(*arguments: object, token: str | None = OWNER) -> CompletedProcess[str]:
        clean = {key: value for key, value in os.environ.items() if not key.startswith("HF_")}
        program, *rest = map(str, arguments)
        return subprocess.run(
            [Path(sys.executable).with_name(program), *rest],
            env=clean | environment(hub, tmp_path / "hf", token),
            cwd=tmp_path,
            capture_output=True,
            encoding="utf-8",
            timeout=240,
            check=False,
        )

    return call
