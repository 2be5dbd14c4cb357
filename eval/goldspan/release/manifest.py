"""The manifest and the checksums of a release: what it is, by hashes."""

from pathlib import Path
from typing import Any

import msgspec

from goldspan.errors import DataError, Problem
from goldspan.files import FORMAT_ERRORS, read_bytes
from goldspan.release.about import About

MANIFEST, SUMS, CARD, CROISSANT, EVAL, CITATION = (
    "manifest.json",
    "SHA256SUMS",
    "README.md",
    "croissant.json",
    "eval.yaml",
    "CITATION.cff",
)


class ConfigInfo(msgspec.Struct, frozen=True):
    """A configuration: its file and the number of its rows."""

    path: str
    rows: int


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a release is.

    `gold_sha256`, and those of `passes` and `variants` by name, are the SHA-256 of the files that `goldspan release
    rehydrate` writes; `signature` is what a score against this gold bears. `built_from` are the hashes of the files it
    was built from. `text` is `none`, `licensed` or `all`; `given` the documents whose text is in the release.
    """

    name: str
    version: str
    goldspan: str
    signature: str
    gold_sha256: str
    schema_sha256: str
    schema_version: str | None
    text: str
    given: list[str]
    passes: dict[str, str]
    variants: dict[str, str]
    configs: dict[str, ConfigInfo]
    built_from: dict[str, str]
    about: About


def as_json(value: Any) -> bytes:
    """Indented JSON with a newline at its end."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


def read_manifest(release: Path) -> Manifest:
    """Read the manifest of a release; DataError where there is none that has its form."""
    path = release / MANIFEST
    try:
        return msgspec.json.decode(read_bytes(path), type=Manifest)
    except FORMAT_ERRORS as error:
        raise DataError([Problem(str(error), path)]) from error
