"""All files of the board: pages that need no network, what they link to, and the exports."""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment

from goldspan.board import exports, hub_files, pictures
from goldspan.board.columns import columns_of, field_f1, fields_of, interval_of, number, types_of
from goldspan.board.ranking import Row, Version
from goldspan.board.submission import PREDICTIONS
from goldspan.report.pages import REPORT, finished, page_environment
from goldspan.report.table import UNDEFINED, rate
from goldspan.resample import INDICATIVE_BELOW

TEMPLATES = "board/templates"


def files_of(versions: Sequence[Version], dataset: str | None) -> Iterator[tuple[str, bytes | Path]]:
    """Yield (path, content, or the file to copy) of every file, the newest version's page as index.html too."""
    yield "README.md", hub_files.SPACE
    if versions:
        yield "index.html", board_page(versions, versions[-1], f"{versions[-1].name}/", "")
    for version in versions:
        yield f"{version.name}/index.html", board_page(versions, version, "", "../")
        yield f"{version.name}/board.json", exports.as_json(version)
        yield f"{version.name}/board.csv", exports.as_csv(version)
        yield f"{version.name}/board.tex", exports.as_tex(version)
        yield f"{version.name}/board.md", exports.as_markdown(version)
        yield f"{version.name}/eval.yaml", hub_files.eval_yaml(version)
        for row in [*version.rows, *([version.agreement] if version.agreement else [])]:
            yield from _system_files(row, version, dataset)


def _system_files(row: Row, version: Version, dataset: str | None) -> Iterator[tuple[str, bytes | Path]]:
    folder = row.submission.key
    yield f"{folder}/index.html", system_page(row, version)
    if not version.hidden:
        yield f"{folder}/{PREDICTIONS}", row.submission.predictions
        if row.report is not None:
            yield f"{folder}/report.html", row.report.encode()
    if dataset and row.submission.about.model and row.rank:
        yield f"{folder}/.eval_results/goldspan.yaml", hub_files.eval_results(row, version, dataset)


def board_page(versions: Sequence[Version], version: Version, base: str, up: str) -> bytes:
    """The table of a version; `base` leads from the page to the version's folder, `up` to the board's."""
    page = _environment().get_template("board.html.jinja")
    rows = [*version.rows, *([version.agreement] if version.agreement else [])]
    text = page.render(
        versions=versions,
        version=version,
        rows=rows,
        base=base,
        up=up,
        columns=columns_of(version),
        types=types_of(version),
        fields={name: fields_of(version, name) for name in types_of(version)},
        kinds=sorted({row.submission.about.kind for row in version.rows}),
        signatures=sorted({row.figures.signature for row in version.rows}),
        stories=min((row.figures.stories for row in version.rows), default=0),
        bars=pictures.bars(rows),
        by_cost=pictures.scatter(version.rows, lambda row: row.cost),
        by_seconds=pictures.scatter(version.rows, lambda row: row.seconds),
    )
    return finished(text).encode()


def system_page(row: Row, version: Version) -> bytes:
    """The page of a system: what it says of itself, its figures, what is to be had of it."""
    page = _environment().get_template("system.html.jinja")
    text = page.render(row=row, about=row.submission.about, version=version, columns=columns_of(version))
    return finished(text).encode()


@cache
def _environment() -> Environment:
    return page_environment(
        TEMPLATES,
        [f"{REPORT}/report.css", f"{TEMPLATES}/board.css"],
        f"{TEMPLATES}/board.js",
        rate=rate,
        number=number,
        undefined=UNDEFINED,
        interval_of=interval_of,
        field_f1=field_f1,
        few=INDICATIVE_BELOW,
        draw=pictures,
    )
