"""The libraries of the extra `hub`, imported where they are used."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from goldspan.errors import UsageError


def need(module: str) -> Any:
    """Import a module of the extra; UsageError that says what to install where it is missing."""
    require(module.partition(".")[0])
    return import_module(module)


def require(package: str) -> None:
    """UsageError that says what to install where a package is missing; it is not imported."""
    if find_spec(package) is None:
        raise UsageError(f"this needs {package}: pip install 'goldspan[hub]'")
