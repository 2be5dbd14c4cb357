"""Which data each version of the board is scored by, and where they are."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from goldspan import content
from goldspan.errors import DataError, Problem, UsageError
from goldspan.files import read_bytes, sha256_of_file
from goldspan.schema import load_schema

VERSIONS, REPRODUCED, RESULTS = "versions.toml", "reproduced.toml", "results"
NAME = r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?"
"""What a version or a system may be called: it becomes a folder and part of an address."""
RESERVED = frozenset({"agreement", "index.html", "board.json", "board.csv", "board.tex", "board.md", "eval.yaml"})
"""What else lies in the folder of a version."""


class Pin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The SHA-256s of a version's data; `twins` is that of the gold of its made twins, `hidden` says it is private."""

    gold: str
    schema: str
    documents: str | None = None
    passes: tuple[str, str] | None = None
    twins: str | None = None
    hidden: bool = False


class Data(NamedTuple):
    """Files to score by: None stands for goldspan's own schema; without documents nothing is grounded."""

    gold: Path
    schema: Path | None
    documents: Path | None
    passes: tuple[Path, Path] | None


def load_pins(board: Path) -> dict[str, Pin]:
    """The pin of each version, the oldest first. Raises UsageError without such a file, DataError where it is wrong."""
    return _read(board / VERSIONS, dict[str, Pin])


class Reproduction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The SHA-256 of predictions that the maintainers made again, and what that took them."""

    predictions: str
    seconds: float | None = None
    cost_usd: float | None = None


def load_reproduced(board: Path) -> dict[str, Reproduction]:
    """What the maintainers made again, by `VERSION/SYSTEM`."""
    path = board / REPRODUCED
    return _read(path, dict[str, Reproduction]) if path.exists() else {}


def _read(path: Path, form: Any) -> Any:
    try:
        return msgspec.convert(tomllib.loads(read_bytes(path).decode()), form)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise DataError([Problem(str(error), path)]) from error


def own_data() -> Data:
    """The data that goldspan ships."""
    a, b = (content.PASSES / f"{name}.jsonl" for name in "ab")
    return Data(content.GOLD, None, content.DOCUMENTS, (a, b))


def private_data(gold: Path, schema: Path | None, documents: Path | None) -> Data:
    """Data of a private test set."""
    return Data(gold, schema, documents, None)


class Hashes(NamedTuple):
    """The SHA-256s of data, to be compared with pins."""

    gold: str
    schema: str
    documents: str | None

    @classmethod
    def of(cls, data: Data) -> "Hashes":
        """Read the files; UsageError where one cannot be read."""
        return cls(
            sha256_of_file(data.gold),
            load_schema(data.schema).sha256,
            None if data.documents is None else sha256_of_file(data.documents),
        )

    def differing(self, pin: Pin) -> list[str]:
        """What a pin says otherwise."""
        return [name for name in self._fields if getattr(self, name) != getattr(pin, name)]


def passes_of(data: Data, pin: Pin) -> tuple[Path, Path] | None:
    """The annotators' passes, where a version has them. Raises DataError where they are not those that it pins."""
    if pin.passes is None or data.passes is None:
        return None
    pairs = zip(data.passes, pin.passes, strict=True)
    problems = [Problem("is not the pass that the version pins", path) for path, pin in pairs if not _is(path, pin)]
    if problems:
        raise DataError(problems)
    return data.passes


def _is(path: Path, sha256: str) -> bool:
    return path.is_file() and sha256_of_file(path) == sha256


def version_named(pins: Mapping[str, Pin], version: str | None) -> str:
    """A version that there is; the newest where none is named. Raises UsageError."""
    if not pins:
        raise UsageError("the board has no version")
    if version is None:
        return next(reversed([*pins]))
    if version not in pins:
        raise UsageError(f"the board has no version {version!r}: there are {', '.join(pins)}")
    return version
