"""What is wrong with a card's metadata: the Hub checks it at every commit, and nothing else does offline."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, cast

from goldspan.hub.needs import need
from goldspan.release.hub_values import (
    CREATORS,
    LANGUAGE,
    LANGUAGE_CREATORS,
    LICENCES,
    MULTILINGUALITIES,
    SIZES,
    TASK_CATEGORIES,
)

_LISTS: Mapping[str, Collection[str]] = {
    "annotations_creators": CREATORS,
    "language_creators": LANGUAGE_CREATORS,
    "multilinguality": MULTILINGUALITIES,
    "size_categories": SIZES,
    "task_categories": TASK_CATEGORIES,
}
_REQUIRED = ("pretty_name", "language", "license", "annotations_creators", "size_categories", "configs")
_DEEPEST = 20
_SPLIT = re.compile(r"\w+(\.\w+)*")
_CONFIG_NAME = re.compile(r"[^<>:/\\|?*\s]+")


def metadata_of(card: str) -> dict[str, Any]:
    """The metadata at the top of a card; ValueError where there is none, or a key stands twice."""
    found = re.match(r"---\n(.*?)^---$", card, re.DOTALL | re.MULTILINE)
    if not found:
        raise ValueError("a card begins with its metadata between two lines of ---")
    yaml = need("yaml")
    try:
        _refuse_hostile(yaml, found[1])
        node = yaml.compose(found[1])
        value: Any = yaml.safe_load(found[1])
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(f"the metadata is no YAML: {error}") from error
    if not isinstance(value, dict):
        raise ValueError("the metadata must be a mapping")
    keys = [key.value for key, _ in node.value]
    if twice := sorted({key for key in keys if keys.count(key) > 1}):
        raise ValueError(f"the metadata has a key twice: {', '.join(twice)}")
    return cast("dict[str, Any]", value)


def _refuse_hostile(yaml: Any, text: str) -> None:
    """ValueError before the parser meets what makes it slow or large: aliases that multiply, and deep nesting."""
    depth = 0
    for token in yaml.scan(text):
        name = type(token).__name__
        depth += name.endswith("StartToken") - name.endswith("EndToken")
        if depth > _DEEPEST or name in ("AliasToken", "TagToken"):
            raise ValueError(f"the metadata has aliases or tags of YAML, or more than {_DEEPEST} levels")


def metadata_faults(metadata: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (key, message) for what the Hub, or the library that reads the card, would refuse.

    >>> list(metadata_faults({"license": "MIT", "language": "en"}))[:2]
    [('pretty_name', 'is missing'), ('annotations_creators', 'is missing')]
    """
    for key in _REQUIRED:
        if not metadata.get(key):
            yield key, "is missing"
    for licence in _as_list(metadata.get("license")):
        if not _is_among(licence, LICENCES):
            yield (
                "license",
                f"{licence!r} is no licence that the Hub knows; the names are lower case, such as cc-by-4.0",
            )
        if licence == "other" and not (metadata.get("license_name") and metadata.get("license_link")):
            yield "license", "other needs license_name and license_link"
    for language in _as_list(metadata.get("language")):
        if not isinstance(language, str) or not LANGUAGE.fullmatch(language):
            yield "language", f"{language!r} is no ISO 639 code; YAML reads a bare no as false, so quote it"
    for key, allowed in _LISTS.items():
        for value in _as_list(metadata.get(key)):
            if not _is_among(value, allowed):
                yield key, f"{value!r} is not among {', '.join(sorted(allowed))}"
    for tag in _as_list(metadata.get("tags")):
        if not isinstance(tag, str) or not tag.strip():
            yield "tags", f"{tag!r} is no text"
    yield from _config_faults(metadata.get("configs"))


def _config_faults(configs: Any) -> Iterator[tuple[str, str]]:
    names: list[str] = []
    defaults = 0
    for config in _as_list(configs):
        entry = _as_mapping(config)
        name = entry.get("config_name")
        if not isinstance(name, str) or not _CONFIG_NAME.fullmatch(name):
            yield "configs", f"each needs a config_name without spaces and <>:/\\|?*, not {name!r}"
            continue
        names.append(name)
        defaults += entry.get("default") is True
        for file in _as_list(entry.get("data_files")) or [None]:
            split, path = _as_mapping(file).get("split"), _as_mapping(file).get("path")
            if not isinstance(split, str) or not _SPLIT.fullmatch(split) or not isinstance(path, str):
                yield "configs", f"{name}: data_files need split (letters, digits, '_', '.') and path"
    if len(set(names)) < len(names):
        yield "configs", "a config_name stands twice"
    if defaults > 1:
        yield "configs", "more than one is the default"


def _is_among(value: Any, allowed: Collection[str]) -> bool:
    return isinstance(value, str) and value in allowed


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return cast("list[Any]", value) if isinstance(value, list) else [value]


def _as_mapping(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}
