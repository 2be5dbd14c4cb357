"""What a submission says of itself: `submission.yaml`, checked against `board/submission.schema.json`."""

import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, cast

import msgspec

from goldspan import content
from goldspan.board import strict_yaml
from goldspan.errors import Problem
from goldspan.files import read_bytes
from goldspan.pointers import pointer

ABOUT, PREDICTIONS, TWINS = "submission.yaml", "predictions.jsonl", "predictions_twins.jsonl"
SCHEMA_FILE = "submission.schema.json"


class Model(msgspec.Struct, frozen=True):
    """The model of a system."""

    name: str
    repo: str | None = None
    parameters: int | None = None
    sha256: str | None = None


class Claim(msgspec.Struct, frozen=True):
    """What the submitter says that the run took."""

    cost_usd: float | None = None
    seconds: float | None = None
    hardware: str | None = None


class About(msgspec.Struct, frozen=True):
    """A submission.yaml."""

    name: str
    kind: str
    authors: list[str]
    licence: str
    date: str
    contamination: str
    how_made: str
    link: str | None = None
    model: Model | None = None
    prompt_sha256: str | None = None
    usage: Claim | None = None


AGREEMENT = About(
    name="Agreement of the annotators",
    kind="annotators",
    authors=["The goldspan developers"],
    licence="Apache-2.0",
    date="",
    contamination="The annotators are language models of one kind: they may be right, and wrong, together.",
    how_made="The first pass of one annotator, made alone and before the guidelines were mended, scored against "
    "that of the other as if it were gold. It is no system and has no rank.",
)
"""What the row says that shows how far the annotators agree."""


class Submission(NamedTuple):
    """A submission that has been checked."""

    version: str
    system: str
    about: About
    predictions: Path
    sha256: str

    @property
    def twins(self) -> Path | None:
        """Its predictions for the made twins of the documents, where it brings them."""
        path = self.predictions.with_name(TWINS)
        return path if path.is_file() else None

    @property
    def key(self) -> str:
        """`VERSION/SYSTEM`: its folder, on disk and on the page."""
        return f"{self.version}/{self.system}"


def read_about(path: Path) -> tuple[About | None, list[Problem]]:
    """Read a submission.yaml: what it says, or all that is wrong with it."""
    try:
        raw = strict_yaml.load(read_bytes(path))
    except strict_yaml.YamlError as error:
        return None, [Problem(str(error), path)]
    problems = [Problem(message, path, pointer=place) for place, message in _violations(raw)]
    problems += [Problem("has characters that are not shown", path, pointer=place) for place in _unprintable(raw)]
    return (None, problems) if problems else (msgspec.convert(raw, About), [])


def _violations(raw: Any) -> Iterator[tuple[str, str]]:
    from jsonschema import Draft202012Validator

    schema = msgspec.json.decode(read_bytes(content.BOARD / SCHEMA_FILE))
    validator: Any = Draft202012Validator(schema)
    for error in sorted(validator.iter_errors(raw), key=lambda error: (list(map(str, error.path)), error.message)):
        yield pointer(*error.path), error.message


def _unprintable(value: Any, place: tuple[str | int, ...] = ()) -> Iterator[str]:
    """Where a text has control characters or ones that turn the writing round; lines may end."""
    if isinstance(value, dict):
        for name, member in cast("dict[str, Any]", value).items():
            yield from _unprintable(member, (*place, name))
    elif isinstance(value, list):
        for i, member in enumerate(cast("list[Any]", value)):
            yield from _unprintable(member, (*place, i))
    elif isinstance(value, str) and any(unicodedata.category(c)[0] == "C" and c != "\n" for c in value):
        yield pointer(*place)
