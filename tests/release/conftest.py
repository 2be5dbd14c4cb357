"""Releases to test with: goldspan's own, and a small one of somebody else's data."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from invoices import write_invoices
from loopback_hub import OWNER, Hub, environment, serve

from goldspan.release import build


@pytest.fixture
def invoices(tmp_path: Path) -> dict[str, Path]:
    """The options of `build` for the invoices."""
    return write_invoices(tmp_path / "invoices")


@pytest.fixture(scope="session")
def own_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of goldspan's own data; not to be changed."""
    folder = tmp_path_factory.mktemp("own") / "release"
    build(folder)
    return folder


@pytest.fixture(scope="session")
def small_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of the invoices; not to be changed."""
    folder = tmp_path_factory.mktemp("small")
    build(folder / "release", **write_invoices(folder / "invoices"))
    return folder / "release"


@pytest.fixture
def copy_of(tmp_path: Path) -> Callable[[Path], Path]:
    """A copy of a release that a test may change."""
    return lambda release: shutil.copytree(release, tmp_path / "copy")


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
