"""Reads YAML from strangers: the part of YAML 1.2 that says the same as JSON, within limits.

No aliases, anchors, tags, merge keys, repeated keys or second documents; `no` is a text, and so is 2026-11-22.
"""

import re
from typing import TYPE_CHECKING, Any

from goldspan.errors import UsageError

if TYPE_CHECKING:
    import yaml

MAX_BYTES = 64 * 1024
MAX_DEPTH = 8
MAX_NODES = 2000


class YamlError(ValueError):
    """A text is not such YAML; the message says why, and where."""


def load(data: bytes) -> Any:
    """The value of a YAML document of at most 64 KiB, 8 levels and 2000 nodes. Raises YamlError.

    >>> load(b"name: no\\ndate: 2026-11-22\\nsize: 7")
    {'name': 'no', 'date': '2026-11-22', 'size': 7}
    >>> load(b"a: &a [1]\\nb: *a")
    Traceback (most recent call last):
    goldspan.board.strict_yaml.YamlError: line 1: anchors and aliases are refused
    """
    yaml = library()
    if len(data) > MAX_BYTES:
        raise YamlError(f"longer than {MAX_BYTES // 1024} KiB")
    try:
        text = data.decode()
        _check_events(text)
        return yaml.load(text, _loader())
    except UnicodeDecodeError as error:
        raise YamlError("not UTF-8") from error
    except yaml.YAMLError as error:
        raise YamlError(" ".join(str(error).split())) from error


def library() -> Any:
    """PyYAML; UsageError that says what to install where it is missing."""
    try:
        import yaml
    except ImportError as error:
        raise UsageError("the board needs PyYAML: pip install 'goldspan[board]'") from error
    return yaml


def _check_events(text: str) -> None:
    """Refuse what is too deep, too much or too clever. The parser makes events one by one and holds no tree."""
    yaml = library()
    depth = nodes = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        place = f"line {event.start_mark.line + 1}"
        if isinstance(event, yaml.DocumentStartEvent) and nodes:
            raise YamlError(f"{place}: more than one document")
        if isinstance(event, yaml.NodeEvent):
            nodes += 1
            if event.anchor is not None:
                raise YamlError(f"{place}: anchors and aliases are refused")
            if getattr(event, "tag", None) is not None:
                raise YamlError(f"{place}: tags are refused")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH or nodes > MAX_NODES:
            raise YamlError(f"{place}: more than {MAX_DEPTH} levels, or than {MAX_NODES} nodes")


_CORE = (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", [*"tTfF"]),
    ("int", r"[-+]?(0|[1-9][0-9]{0,17})", [*"-+0123456789"]),
    ("float", r"[-+]?(\.[0-9]{1,18}|[0-9]{1,18}(\.[0-9]{0,18})?)([eE][-+]?[0-9]{1,2})?", [*"-+.0123456789"]),
)
"""What a plain scalar can be but a text, by the core schema of YAML 1.2 (10.3.2), and the characters it begins with."""


def _loader() -> "type[yaml.SafeLoader]":
    import yaml

    resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    for name, pattern, first in _CORE:
        for c in first:
            resolvers.setdefault(c, []).append((f"tag:yaml.org,2002:{name}", re.compile(f"(?:{pattern})$")))

    class Loader(yaml.SafeLoader):
        """Resolves plain scalars by the core schema, and refuses repeated keys."""

        yaml_implicit_resolvers = resolvers

        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
            keys: list[str] = []
            for key, _ in node.value:
                if not isinstance(key, yaml.ScalarNode) or key.tag != "tag:yaml.org,2002:str":
                    raise YamlError(f"line {key.start_mark.line + 1}: a key must be a text")
                if key.value in keys:
                    raise YamlError(f"line {key.start_mark.line + 1}: the key {key.value!r} is there twice")
                keys.append(key.value)
            return super().construct_mapping(node, deep)

    return Loader
