"""Releases to test with: goldspan's own, and a small one of somebody else's data."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from invoices import write_invoices

from goldspan.release import build
from goldspan.variants import synthetic, twins


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
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Made documents with gold: a twin of each article, and a few synthetic ones."""
    folder = tmp_path_factory.mktemp("made")
    twins(folder / "twins")
    synthetic(folder / "synthetic", count=6)
    return {name: folder / name for name in ("twins", "synthetic")}


@pytest.fixture(scope="session")
def whole_release(tmp_path_factory: pytest.TempPathFactory, made: dict[str, Path]) -> Path:
    """A release of all that goldspan has, with the texts whose licence allows it; not to be changed."""
    folder = tmp_path_factory.mktemp("whole") / "release"
    build(folder, variants=made, text="licensed")
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
