"""The figures of a submission, recomputed from its predictions; kept by what they hang on, and nothing else."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from goldspan.board.pins import Data, Hashes
from goldspan.counting import CountTable
from goldspan.errors import UsageError
from goldspan.files import read_bytes, sha256_of_file, write_whole
from goldspan.match import DocumentMatch
from goldspan.report.as_json import score_as_json
from goldspan.scoring import Score, score
from goldspan.version import VERSION

RESAMPLES, SEED = 10_000, 0
REPORT_UP_TO = 500
"""Documents: a page with the leaves of more would take long to make and to open."""
FEWEST_HIDDEN = 10
"""Leaves of gold: of a hidden version, a field with fewer has no figure, which would tell them apart one by one."""


class Figures(msgspec.Struct, frozen=True):
    """Blocks of `score --json`, and the counts of each story (matched, misread, missed, invented), in gold's order.

    `key` is the SHA-256 of all that the figures hang on, `predictions` that of the prediction file.
    """

    key: str
    signature: str
    predictions: str
    documents: int
    stories: int
    overall: dict[str, Any]
    types: dict[str, dict[str, Any]]
    fields: dict[str, dict[str, Any]]
    grounding: dict[str, Any] | None
    confidence: dict[str, Any] | None
    memorisation: dict[str, Any] | None
    validity: dict[str, int]
    usage: dict[str, float | None]
    rows: list[tuple[int, int, int, int]]

    @property
    def f1(self) -> float | None:
        """Micro F1."""
        return self.overall["micro"]["f1"]


class Twins(NamedTuple):
    """Predictions for the made twins of the documents, and the folder of these twins and their gold."""

    predictions: Path
    folder: Path


class Task(NamedTuple):
    """What is to be scored: by which data, and whether the leaves, and the articles' texts, may be shown."""

    predictions: Path
    sha256: str
    data: Data
    hashes: Hashes
    hidden: bool = False
    texts: bool = False
    twins: Twins | None = None

    @property
    def key(self) -> str:
        """The SHA-256 of all that the figures hang on."""
        twins = self.twins and [
            sha256_of_file(self.twins.predictions),
            sha256_of_file(self.twins.folder / "gold.jsonl"),
        ]
        told = [VERSION, code_sha256(), self.sha256, *self.hashes, self.hidden, self.texts, RESAMPLES, SEED, twins]
        return hashlib.sha256(msgspec.json.encode(told)).hexdigest()


class Scored(NamedTuple):
    """Figures, and the page with the leaves behind them; None where there is none."""

    figures: Figures
    report: str | None


@cache
def code_sha256() -> str:
    """The SHA-256 of goldspan's own files: what an unreleased change of the code is told by."""
    digest = hashlib.sha256()
    root = Path(__file__).parents[1]
    for path in sorted(root.rglob("*")):
        if path.suffix in {".py", ".jinja", ".css", ".js"} and "data" not in path.relative_to(root).parts:
            digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def figures_of(task: Task, before: Callable[[], None] | None, cache_folder: Path | None) -> Scored:
    """Score, or take from the cache what was scored of the same content before.

    `before` is called when a prediction file is scored for the first time: it raises where the file is not fit for it.
    """
    kept = None if cache_folder is None else _Kept(cache_folder, task.key)
    if kept is not None and (found := kept.read()) is not None:
        return found
    if before is not None:
        before()
    scored = _score(task)
    if kept is not None:
        kept.write(scored)
    return scored


def _score(task: Task) -> Scored:
    data = task.data
    wants_report = not task.hidden and _lines(data.gold) <= REPORT_UP_TO
    result = score(
        task.predictions,
        gold=data.gold,
        schema=data.schema,
        documents=data.documents,
        keep_documents=wants_report,
        resamples=RESAMPLES,
        seed=SEED,
    )
    return Scored(_figures(task, result), _report(result, task.texts) if wants_report else None)


def _lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(1 for line in file if line.strip())


def _figures(task: Task, result: Score) -> Figures:
    whole = score_as_json(result)
    fields = whole["fields"]
    if task.hidden:
        fields = {path: block for path, block in fields.items() if _stated(block) >= FEWEST_HIDDEN}
    grounding, confidence = whole.get("grounding"), whole.get("confidence")
    return Figures(
        task.key,
        whole["signature"],
        task.sha256,
        len(result.table),
        result.stories,
        whole["overall"],
        {name: _without(block) for name, block in whole["types"].items()},
        {path: _without(block) for path, block in fields.items()},
        None if grounding is None else _without(grounding),
        None if confidence is None else _without(confidence),
        None if task.twins is None else _memorisation(task.predictions, task.twins),
        whole["validity"],
        whole["usage"],
        [(m, w, u, x) for m, w, u, x in _story_counts(result.table).tolist()],
    )


def _memorisation(predictions: Path, twins: Twins) -> dict[str, Any]:
    """F1 on the documents minus F1 on their twins, and the share of changed values that are told as they were."""
    from goldspan.variants.gap import gap

    found = gap(predictions, twins.predictions, twins.folder, resamples=RESAMPLES, seed=SEED)
    change, interval = found.overall.change, found.overall.interval
    return {
        "originals": change.before,
        "twins": change.after,
        "gap": None if change.difference is None else -change.difference,
        "interval": None if interval.low is None or interval.high is None else [-interval.high, -interval.low],
        "echo_rate": found.echo_rate,
        "signature": found.signatures[1],
    }


def _story_counts(table: CountTable) -> NDArray[np.int64]:
    """Counts of all fields as an array (stories, 4), stories in the order of their first document."""
    stories = table.stories()
    counts = np.zeros(4 * (int(stories.max(initial=-1)) + 1), dtype=np.int64)
    for block in table.blocks():
        cells = 4 * stories[block.first + block.documents] + (block.codes & 3)
        counts += np.bincount(cells, minlength=len(counts))
    return counts.reshape(-1, 4)


def _stated(block: Mapping[str, Any]) -> int:
    return block["matched"] + block["misread"] + block["missed"]


_LEFT_OUT = {"errors", "bound", "fields", "located", "risk_coverage"}


def _without(block: Mapping[str, Any]) -> dict[str, Any]:
    """A block without what the report of a system tells at length."""
    return {name: value for name, value in block.items() if name not in _LEFT_OUT}


def _report(result: Score, texts: bool) -> str:
    from goldspan.report.html import score_page
    from goldspan.report.page_data import report_data

    extra = report_data(result)
    if texts:
        return score_page(result, extra)
    whole, classes = result.documents, extra.classes
    bare = {
        doc_id: msgspec.structs.replace(match, document=match.document and replace(match.document, text=""))
        for doc_id, match in whole.items()
    }

    def classes_by_text(match: DocumentMatch) -> Mapping[tuple[int, int], str]:
        """An invention is classed by the words of the document: by the document that has them."""
        return classes(whole[match.doc_id]) if classes else {}

    return score_page(replace(result, documents=bare), replace(extra, classes=classes_by_text))


class _Kept:
    """A result on disk: two files named by its key. One that is not whole counts as none."""

    def __init__(self, folder: Path, key: str) -> None:
        self.key = key
        self.figures, self.report = folder / f"{key}.json", folder / f"{key}.html"

    def read(self) -> Scored | None:
        try:
            figures = msgspec.json.decode(read_bytes(self.figures), type=Figures)
            report = read_bytes(self.report).decode() if self.report.exists() else None
        except (UsageError, msgspec.DecodeError, UnicodeDecodeError):
            return None
        return Scored(figures, report) if figures.key == self.key else None

    def write(self, scored: Scored) -> None:
        self.figures.parent.mkdir(parents=True, exist_ok=True)
        if scored.report is not None:
            write_whole(self.report, [scored.report.encode()])
        write_whole(self.figures, [msgspec.json.encode(scored.figures)])  # last: without it there is no result
