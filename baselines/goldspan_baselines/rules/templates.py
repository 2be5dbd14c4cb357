"""The rules' data (patterns.toml, cues.toml) read and compiled once."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from goldspan_baselines.rules.page import character_class

_HERE = Path(__file__).parent
_NAMES = character_class(["org", "unknown", "thing", "person", "agency", "court", "facility"])
_GAP = rf",? (?:[^\s;{_NAMES}]{{1,40}} ){{0,9}}?"
_BETWEEN = "(?:, and |, | and | & |, as well as | as well as | along with | together with | alongside )(?:the )?"


@dataclass(frozen=True, slots=True)
class Template:
    """A phrase with roles; `need` and `reject` are asked of the whole sentence, `sets` are values it implies."""

    find: re.Pattern[str]
    roles: tuple[str, ...]
    need: re.Pattern[str] | None
    reject: re.Pattern[str] | None
    sets: dict[str, str]


@dataclass(frozen=True, slots=True)
class FigureRule:
    """Which figure or date goes to a field: by the words before and after it, and those that rule it out."""

    field: str
    kind: str
    noun: re.Pattern[str] | None
    before: re.Pattern[str] | None
    after: re.Pattern[str] | None
    reject: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules of one event type."""

    templates: tuple[Template, ...]
    anchor: str
    back_reference: re.Pattern[str]
    figures: tuple[FigureRule, ...]
    names: tuple[FigureRule, ...]
    cues: dict[str, tuple[tuple[Any, re.Pattern[str]], ...]]


@cache
def all_rules() -> dict[str, Rules]:
    """The rules by event type.

    >>> sorted(all_rules())
    ['deal', 'energy', 'litigation', 'product']
    """
    patterns, cues = _load("patterns.toml"), _load("cues.toml")
    roles = {role: tuple(kinds.split()) for role, kinds in patterns["roles"].items()}
    return {
        name: Rules(
            templates=tuple(_template(row, roles, patterns["words"]) for row in patterns[name]),
            anchor=rules["anchor"],
            back_reference=_regex(rules["back_reference"]),
            figures=tuple(_figure(row) for row in rules.get("figures", ())),
            names=tuple(_figure(row) for row in rules.get("names", ())),
            cues={field: tuple((v, _regex(c)) for v, c in rows) for field, rows in rules["cues"].items()},
        )
        for name, rules in cues.items()
    }


@cache
def phrases(section: str) -> tuple[Template, ...]:
    """The phrases that name a source ("attribution") or somebody's new role ("key_people")."""
    patterns = _load("patterns.toml")
    roles = {role: tuple(kinds.split()) for role, kinds in patterns["roles"].items()}
    return tuple(_template(row, roles, patterns["words"]) for row in patterns[section])


def _load(name: str) -> dict[str, Any]:
    with (_HERE / name).open("rb") as file:
        return tomllib.load(file)


def _regex(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _optional(pattern: str | None) -> re.Pattern[str] | None:
    return None if pattern is None else _regex(pattern)


def _figure(row: dict[str, str]) -> FigureRule:
    asked = (_optional(row.get(key)) for key in ("noun", "before", "after", "reject"))
    return FigureRule(row["field"], row["kind"], *asked)


def _template(row: dict[str, Any], roles: dict[str, tuple[str, ...]], words: dict[str, str]) -> Template:
    """Compile a phrase: <role> is a name or list of names, ~ a gap of words without names, {word} a word list."""
    pattern: str = row["find"]
    for word, alternatives in words.items():
        pattern = pattern.replace(f"{{{word}}}", f"(?P<verb>{alternatives})" if word in row.get("mark", ()) else
                                  f"(?:{alternatives})")  # fmt: skip
    for kind, short in (("money", "M"), ("power", "Q"), ("count", "N"), ("date", "D")):
        pattern = pattern.replace(f"{{{short}}}", f"[{character_class([kind])}]")
    found: list[str] = re.findall(r"(?<!P)<(\w+)>", pattern)
    for role in found:
        one = f"[{character_class(list(roles[role]))}]"
        pattern = pattern.replace(f"<{role}>", f"(?P<{role}>{one}(?:{_BETWEEN}{one}){{0,12}})")
    pattern = pattern.replace("~", f"(?:{_GAP})")
    return Template(
        re.compile(pattern, re.IGNORECASE), tuple(found), _optional(row.get("need")), _optional(row.get("reject")),
        {key: value for key, value in row.items() if key not in ("find", "need", "reject", "mark")},
    )  # fmt: skip
