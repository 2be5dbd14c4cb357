"""The libraries of the extra `hub`, imported where they are used."""

from importlib import import_module
from typing import Any

from goldspan.errors import UsageError


def need(module: str) -> Any:
    """Import a library that only releases need; UsageError that says what to install where it is missing."""
    try:
        return import_module(module)
    except ImportError as error:
        raise UsageError(f"releases need {module.partition('.')[0]}: pip install 'goldspan[hub]'") from error
