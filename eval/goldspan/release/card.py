"""The card (README.md) of a release, the citation and eval.yaml: prose from `About`, every number from `Figures`."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from goldspan.hub.needs import need
from goldspan.release.about import About
from goldspan.release.figures import Figures
from goldspan.release.hub_values import size_category
from goldspan.release.manifest import Manifest
from goldspan.release.tables import SPLIT, Config, config_path

SECTIONS = ("Load", "Score", "Fields", "Annotation", "Use", "Biases", "Licence", "Takedown", "Citation")
"""What every card has."""


def metadata(about: About, documents: int, configs: Sequence[str]) -> dict[str, Any]:
    """The metadata of the card, as the Hub reads it; `documents` are those of gold, `configs` names."""
    entries = {
        "pretty_name": about.name,
        "language": about.language,
        "license": about.licence,
        "license_name": about.licence_name,
        "license_link": about.licence_link,
        "annotations_creators": [about.annotators],
        "language_creators": [about.text_creators],
        "multilinguality": ["monolingual" if len(about.language) == 1 else "multilingual"],
        "size_categories": [size_category(documents)],
        "source_datasets": ["original"],
        "task_categories": about.task_categories,
        "tags": about.tags,
        "configs": [
            {
                "config_name": name,
                **({"default": True} if name == "gold" else {}),
                "data_files": [{"split": SPLIT, "path": config_path(name)}],
            }
            for name in configs
        ],
    }
    return {key: value for key, value in entries.items() if value}


def card(
    about: About, figures: Figures, configs: Sequence[Config], manifest: Manifest, withheld: int, citation: str
) -> bytes:
    """README.md; `withheld` is the number of documents whose text is not given."""
    environment = Environment(
        loader=PackageLoader("goldspan", "release/templates"),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - Markdown, not HTML; `cell` escapes what would break a table
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["cell"] = _cell
    page = environment.get_template("card.md.jinja").render(
        about=about,
        figures=figures,
        configs=configs,
        manifest=manifest,
        withheld=withheld,
        citation=citation,
        split=SPLIT,
    )
    head = _yaml(metadata(about, figures.documents, [config.name for config in configs]))
    return f"---\n{head}---\n\n{page}".encode()


def _cell(text: str) -> str:
    """Text that keeps to its cell of a Markdown table, and starts no markup.

    >>> _cell("a|b <c>")
    'a\\\\|b &lt;c>'
    """
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def _yaml(value: Any) -> str:
    text: str = need("yaml").safe_dump(value, sort_keys=False, allow_unicode=True, width=1000)
    return text


def bibtex(about: About) -> str:
    """How to cite the data set, in BibTeX.

    >>> print(bibtex(About(name="My Set", version="1.0.0", description="", language=["en"], licence="mit",
    ...     annotators="other", contact="", authors=["Ada Winters"], date="2026-05-01")))
    @misc{my_set,
      title = {My Set, version 1.0.0},
      author = {Ada Winters},
      year = {2026}
    }
    """
    key = "_".join("".join(c if c.isalnum() else " " for c in about.name.lower()).split()) or "dataset"
    lines = [
        f"title = {{{about.name}, version {about.version}}}",
        f"author = {{{' and '.join(about.authors)}}}" if about.authors else "",
        f"year = {{{about.date[:4]}}}" if about.date else "",
        f"url = {{{about.homepage}}}" if about.homepage else "",
    ]
    return f"@misc{{{key},\n  " + ",\n  ".join(line for line in lines if line) + "\n}"


def citation_file(about: About) -> bytes:
    """CITATION.cff of the data set."""
    entries: Mapping[str, Any] = {
        "cff-version": "1.2.0",
        "title": about.name,
        "message": "If you use this data set, please cite it with the signature line of your scores.",
        "type": "dataset",
        "authors": [{"name": author} for author in about.authors or [about.contact]],
        "version": about.version,
        "date-released": date.fromisoformat(about.date) if about.date else None,
        "url": about.homepage,
    }
    return _yaml({key: value for key, value in entries.items() if value}).encode()


def eval_yaml(about: About, types: Sequence[str]) -> bytes:
    """eval.yaml, by which the Hub knows a data set as a benchmark: a task for all of gold and one for each type."""
    tasks = [{"id": name, "config": name, "split": SPLIT} for name in ("gold", *types)]
    entries = {
        "name": about.name,
        "description": about.description,
        "evaluation_framework": about.evaluation_framework,
        "tasks": tasks,
    }
    return _yaml(entries).encode()
