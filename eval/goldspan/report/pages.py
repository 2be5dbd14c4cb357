"""What goldspan's pages share: templates that escape every text, one inline style and script, a policy naming both."""

import base64
import hashlib
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

REPORT = "report/templates"


def page_environment(folder: str, styles: Sequence[str], script: str, **names: Any) -> Environment:
    """Templates of a folder of the package, with `style`, `script`, `policy` and further global names.

    Styles and script are files of goldspan's own, named by their path in the package.
    """
    environment = Environment(
        loader=PackageLoader("goldspan", folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style, code = "".join(map(_read, styles)), _read(script)
    globals_: dict[str, Any] = {
        "style": Markup(style),  # noqa: S704 - goldspan's own file
        "script": Markup(code),  # noqa: S704 - goldspan's own file
        "policy": f"default-src 'none'; style-src {_source(style)}; script-src {_source(code)}; "
        "base-uri 'none'; form-action 'none'",
        **names,
    }
    environment.globals.update(globals_)
    return environment


def finished(page: str) -> str:
    """A rendered page without the one character that HTML has no way to write."""
    return page.replace("\0", "\N{SYMBOL FOR NULL}")


def _read(path: str) -> str:
    return files("goldspan").joinpath(path).read_text(encoding="utf-8")


def _source(text: str) -> str:
    """The source expression of a Content-Security-Policy that lets this inline text run, and no other."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
