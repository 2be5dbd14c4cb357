"""The twins of goldspan's own documents: made when a submission brings predictions for them, once a build."""

import tempfile
from pathlib import Path
from types import TracebackType

from goldspan.errors import DataError, Problem
from goldspan.files import sha256_of_file

SEED = 0


class MadeTwins:
    """A temporary folder with the twins that `goldspan variants twins` makes without options; empty until asked for."""

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> "MadeTwins":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._folder is not None:
            self._folder.cleanup()

    def folder(self, sha256: str) -> Path:
        """The folder of the twins. Raises DataError where their gold is not the one that a version pins."""
        from goldspan.variants import twins

        made = self._folder is None
        self._folder = self._folder or tempfile.TemporaryDirectory(prefix="goldspan-")
        folder = Path(self._folder.name) / "twins"
        if made:
            twins(folder, seed=SEED)
        gold = folder / "gold.jsonl"
        if sha256_of_file(gold) != sha256:
            raise DataError([Problem("the twins that are made are not those that the version pins", gold)])
        return folder
