"""The folder of a server of one's own: its environment, its data, who may log in, and where it runs."""

import os
import secrets
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import msgspec

from goldspan.errors import UsageError
from goldspan.files import read_bytes, write_whole

T = TypeVar("T")

USER = "goldspan@localhost"
HOME_VARIABLE = "GOLDSPAN_ANNOTATE_HOME"


class Credentials(msgspec.Struct, frozen=True):
    """The user that the server is made with."""

    email: str
    password: str
    token: str


class Running(msgspec.Struct, frozen=True):
    """Where the server answers, while it runs, and its token."""

    url: str
    pid: int
    token: str


class Home:
    """The folder: the one named, else by the environment, else the user's own for goldspan."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = (folder or _default()).expanduser().absolute()

    @property
    def environment(self) -> Path:
        """The virtual environment that Label Studio is installed in."""
        return self.folder / "environment"

    @property
    def data(self) -> Path:
        """Label Studio's own folder: the SQLite database, media."""
        return self.folder / "data"

    @property
    def credentials_file(self) -> Path:
        """Where user, password and token are kept, readable by the owner alone."""
        return self.folder / "credentials.json"

    @property
    def running_file(self) -> Path:
        """There while the server runs."""
        return self.folder / "running.json"

    @cached_property
    def credentials(self) -> Credentials:
        """User, password and token; made and kept on first use."""
        if not self.credentials_file.exists():
            made = Credentials(USER, secrets.token_urlsafe(18), secrets.token_hex(20))
            self.make()
            self.credentials_file.touch(mode=0o600)  # before anything secret is in it; writing keeps the mode
            write_whole(self.credentials_file, [msgspec.json.encode(made) + b"\n"])
        return _read(self.credentials_file, Credentials)

    @property
    def running(self) -> Running | None:
        """Where the server of this home runs; None where it has not been started, or was stopped."""
        return _read(self.running_file, Running) if self.running_file.exists() else None

    def make(self) -> None:
        """Make the folder, for its owner alone."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.data.mkdir(exist_ok=True, mode=0o700)
        except OSError as error:
            raise UsageError(f"{self.folder}: {error.strerror or error}") from error


def _default() -> Path:
    named = os.environ.get(HOME_VARIABLE)
    if named:
        return Path(named)
    import typer

    return Path(typer.get_app_dir("goldspan")) / "label-studio"


def _read(path: Path, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(read_bytes(path), type=kind)
    except msgspec.MsgspecError as error:
        raise UsageError(f"{path}: {error}; delete it to make it anew") from error
