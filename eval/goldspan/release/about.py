"""What the data cannot say of itself: name, licence, who annotated, limits. A TOML file, written by hand."""

import re
from pathlib import Path
from typing import Any

import msgspec

from goldspan.errors import DataError, Problem
from goldspan.files import FORMAT_ERRORS, read_bytes
from goldspan.release.hub_values import CREATORS, LANGUAGE, LANGUAGE_CREATORS, LICENCES, TASK_CATEGORIES

VERSION_FORM = re.compile(r"[0-9]+(\.[0-9]+){1,2}([-.+][0-9A-Za-z.-]+)?")


class About(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the card, Croissant and the citation tell that is not computed.

    `licence` and `annotators` are the Hub's names (`cc-by-4.0`, `machine-generated`), and speak of the annotations; the
    licence of each text stands in the documents file. Prose holds no figures: those are computed.
    """

    name: str
    version: str
    description: str
    language: list[str]
    licence: str
    annotators: str
    contact: str
    licence_name: str | None = None
    licence_link: str | None = None
    authors: list[str] = []
    date: str | None = None
    homepage: str | None = None
    text_creators: str = "found"
    annotation: list[str] = []
    uses: list[str] = []
    not_for: list[str] = []
    biases: list[str] = []
    collection: str | None = None
    personal: str | None = None
    maintenance: str | None = None
    guidelines: str | None = None
    evaluation_framework: str = "goldspan"
    task_categories: list[str] = msgspec.field(default_factory=lambda: ["other"])
    tags: list[str] = []

    @property
    def by_machine(self) -> bool:
        """Whether the annotators were programs, such as language models."""
        return self.annotators == "machine-generated"

    @property
    def tag(self) -> str:
        """The name of the git tag that a release of this version gets."""
        return f"v{self.version}"


def load_about(path: Path) -> About:
    """Read and check the TOML file; DataError with all that is wrong with its values."""
    try:
        raw: Any = msgspec.toml.decode(read_bytes(path))
        about = msgspec.convert(raw, About)
    except (msgspec.MsgspecError, ValueError, *FORMAT_ERRORS) as error:
        raise DataError([Problem(str(error).replace("`", ""), path)]) from error
    problems = [Problem(message, path, pointer=f"/{key}") for key, message in _faults(about)]
    if problems:
        raise DataError(problems)
    return about


def _faults(about: About) -> list[tuple[str, str]]:
    faults = [
        (key, "must say something")
        for key in ("name", "description", "contact")
        if not str(getattr(about, key)).strip()
    ]
    if not VERSION_FORM.fullmatch(about.version):
        faults.append(("version", f"{about.version!r} is no version such as 1.0.0"))
    if not about.language:
        faults.append(("language", "must name at least one language"))
    faults += [
        ("language", f"{language!r} is no ISO 639 code such as en")
        for language in about.language
        if not LANGUAGE.fullmatch(language)
    ]
    for key, value, allowed in (
        ("licence", about.licence, LICENCES),
        ("annotators", about.annotators, CREATORS),
        ("text_creators", about.text_creators, LANGUAGE_CREATORS),
        *(("task_categories", category, TASK_CATEGORIES) for category in about.task_categories),
    ):
        if value not in allowed:
            faults.append((key, f"{value!r} is not among {', '.join(sorted(allowed))}"))
    if about.licence == "other" and not (about.licence_name and about.licence_link):
        faults.append(("licence", "other needs licence_name and licence_link"))
    if about.date is not None and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", about.date):
        faults.append(("date", f"{about.date!r} is no date such as 2026-01-31"))
    if about.guidelines is not None and Path(about.guidelines).name != about.guidelines:
        faults.append(("guidelines", "must be a name in the folder of this file"))
    return faults
