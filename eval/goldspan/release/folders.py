"""Directories that are written whole or not at all."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from goldspan.errors import UsageError


def refuse_if_used(target: Path) -> None:
    """UsageError where something stands already that is not an empty directory."""
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{target}: is there already; give a new or an empty directory")


def write_folder(target: Path, files: Mapping[str, bytes]) -> None:
    """Write files (by path from the directory) beside the target first, then take its place."""
    refuse_if_used(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as folder:
            whole = Path(folder) / "whole"
            whole.mkdir()
            for name, data in files.items():
                path = whole / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
            whole.replace(target)
    except OSError as error:
        raise UsageError(f"{target}: {error.strerror or error}") from error
