"""What stands between the events of made articles: `grammar/general.toml`."""

import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any

from goldspan.variants.grammar import FOLDER


@cache
def general() -> Mapping[str, Any]:
    """What stands between the events."""
    return tomllib.loads((FOLDER / "general.toml").read_text(encoding="utf-8"))
