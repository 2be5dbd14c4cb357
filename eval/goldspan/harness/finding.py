"""Finds an extractor by what a user calls it, and makes it ready to run."""

import importlib
import shlex
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import entry_points, packages_distributions, version
from operator import attrgetter
from pathlib import Path
from typing import Any, cast

import msgspec

from goldspan.documents import Document
from goldspan.errors import UsageError
from goldspan.harness.settings import Secrets, bind, settings_of

GROUP = "goldspan.extractors"
"""The entry-point group in which a package registers its extractors."""

OWN: Mapping[str, str] = {"vote": "goldspan.voting:Vote"}
"""The extractors that are part of the library: they need no registration."""

COMMAND = "cmd:"

Extractor = Callable[[Document], Mapping[str, Any]]
"""Takes a document and returns a record: `{"events": [...]}`; `doc_id` is filled in, other keys are kept."""


@dataclass(frozen=True)
class Ready:
    """An extractor that can be run: a function (`call`), or a command (`argv`).

    `about` is what its `describe()` says of it, `module` the name of the top-level module that it comes from.
    """

    name: str
    secrets: Secrets
    call: Extractor | None = None
    argv: tuple[str, ...] = ()
    about: Any = None
    module: str = ""
    close: Callable[[], object] = lambda: None

    @cached_property
    def package_version(self) -> str | None:
        """The name and version of the installed package that the extractor comes from; None where there is none."""
        registered = [entry.dist.name for entry in entry_points(group=GROUP, name=self.name) if entry.dist]
        names = registered or packages_distributions().get(self.module, ())
        return ", ".join(f"{name} {version(name)}" for name in sorted(set(names))) or None


def prepare(extractor: str | Extractor, settings: Mapping[str, Any], schema: Path | None = None) -> Ready:
    """Find an extractor and give it its settings; one that takes a setting `schema` gets the run's where none is set.

    Raises UsageError that says what there is, or what went wrong on import.
    """
    if isinstance(extractor, str) and extractor.startswith(COMMAND):
        return _command(extractor, settings)
    found = _find(extractor) if isinstance(extractor, str) else cast(object, extractor)
    module, own_name = getattr(found, "__module__", None), getattr(found, "__qualname__", type(found).__qualname__)
    name = extractor if isinstance(extractor, str) else f"{module}:{own_name}"
    if not callable(found):
        raise UsageError(f"{name} is no function")
    if schema is not None and "schema" in settings_of(found):
        settings = {"schema": str(schema), **settings}
    call = bind(found, name, settings)
    describe, close = (getattr(call, each, None) for each in ("describe", "close"))
    secrets = Secrets({key: _plain(value) for key, value in settings.items()})
    try:
        about = secrets.hide_in(_plain(describe())) if callable(describe) else None
    except Exception as error:
        raise UsageError(secrets.hide(f"{name}: describe: {type(error).__name__}: {error}")) from None
    top = (module or "").partition(".")[0]
    if isinstance(found, type) and callable(close):  # an instance that was handed in is its owner's to close
        return Ready(name, secrets, call, about=about, module=top, close=close)
    return Ready(name, secrets, call, about=about, module=top)


def _plain(value: Any) -> Any:
    return msgspec.to_builtins(value, enc_hook=str)


def _find(name: str) -> object:
    registered = {entry.name: entry for entry in entry_points(group=GROUP)}
    if name not in OWN and name not in registered and ":" not in name:
        there_are = ", ".join(sorted({*OWN, *registered}))
        raise UsageError(f"no extractor {name!r}: there are {there_are}; or package.module:function, or cmd:COMMAND")
    try:
        if name in OWN:
            return _import(OWN[name])
        return registered[name].load() if name in registered else _import(name)
    except (Exception, SystemExit) as error:  # whatever a module does on import, it is the call that is wrong
        raise UsageError(f"{name}: {type(error).__name__}: {error}") from error


def _import(name: str) -> object:
    module, _, function = name.partition(":")
    if str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    return attrgetter(function)(importlib.import_module(module))


def _command(name: str, settings: Mapping[str, Any]) -> Ready:
    if settings:
        raise UsageError("a command takes no settings: write them as its arguments")
    try:
        argv = tuple(shlex.split(name.removeprefix(COMMAND)))
    except ValueError as error:
        raise UsageError(f"{name}: {error}") from error
    if not argv or any("\0" in part for part in argv):
        raise UsageError(f"{name!r}: no command")
    if shutil.which(argv[0]) is None:
        raise UsageError(f"{name}: no program {argv[0]!r} that can be run")
    return Ready(name, Secrets({}), argv=argv)
