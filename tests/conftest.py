"""Helpers that several test files share."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
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
def goldspan(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the installed console script in the test's own folder."""
    script = Path(sys.executable).with_name("goldspan")

    def call(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [script, *map(str, arguments)],
            cwd=tmp_path,
            env=os.environ | {"COLUMNS": "200"} | environment,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )

    return call


@pytest.fixture
def hub() -> Iterator[Hub]:
    """A Hub on this machine."""
    with serve() as running:
        yield running


Client = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def client(hub: Hub, tmp_path: Path) -> Client:
    """Run a command (`python` or `goldspan`) whose libraries take `hub` for the Hub."""

    def call(*arguments: object, token: str | None = OWNER) -> subprocess.CompletedProcess[str]:
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
