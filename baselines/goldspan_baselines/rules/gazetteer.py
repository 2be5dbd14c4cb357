"""The gazetteer: general knowledge of names, read once from gazetteer.toml."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_KINDS = {
    "company": "org", "news": "news", "agency": "agency", "court": "court", "state": "place", "place": "place",
    "law": "law",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Names by kind, and the words that tell kinds of names apart."""

    names: dict[str, str]
    by_first: dict[str, tuple[tuple[str, ...], ...]]
    words: dict[str, frozenset[str]]
    states: frozenset[str]


@cache
def gazetteer() -> Gazetteer:
    """The gazetteer.

    >>> gazetteer().names["Sherman Act"], gazetteer().names["Nintendo"]
    ('law', 'org')
    """
    with (Path(__file__).parent / "gazetteer.toml").open("rb") as file:
        data = tomllib.load(file)
    names: dict[str, str] = {}
    for section, listed in data["names"].items():
        for name in listed.replace("\n", "|").split("|"):
            if name.strip():
                names.setdefault(name.strip(), _KINDS[section])
    by_first: dict[str, list[tuple[str, ...]]] = {}
    for name in names:
        parts = tuple(name.split())
        by_first.setdefault(parts[0], []).append(parts)
    return Gazetteer(
        names=names,
        by_first={first: tuple(sorted(many, key=len, reverse=True)) for first, many in by_first.items()},
        words={key: frozenset(words.split()) for key, words in data["words"].items()},
        states=frozenset(data["names"]["state"].strip().split("|")),
    )
