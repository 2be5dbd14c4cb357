"""A score as one self-contained page: nothing from the network, every text escaped, readable without scripts."""

from collections import Counter
from functools import cache
from typing import Any

from jinja2 import Environment

from goldspan.counts import RESULTS
from goldspan.report.html_data import Interval, ReportData, Section, Table
from goldspan.report.html_views import confused, document_view, first_leaves, label, query
from goldspan.report.pages import REPORT, finished, page_environment
from goldspan.report.table import UNDEFINED, rate
from goldspan.scoring import Score

__all__ = ["Interval", "ReportData", "Section", "Table", "score_page"]

MOST_DOCUMENTS = 2000
"""A page of more documents takes a browser too long to open: those with most wrong leaves are kept."""

ERROR_CLASSES = {
    "scale": "off by a power of ten",
    "currency": "another currency",
    "unit": "another unit",
    "percent_or_number": "a percentage for a number, or the other way round",
    "date_precision": "a right date, told more or less precisely",
    "date_value": "another date",
    "number": "another number",
    "alias": "a near miss of a name",
    "wrong_role": "the value of another field of this event",
    "wrong_event": "the value of another event of this document",
    "enum": "another value of the list",
    "duplicate": "told twice",
    "in_text": "invented, of words that are in the document",
    "not_in_text": "invented, of words that are not in the document",
    "unknown_text": "invented; the text of the document is not known",
    "other": "none of these",
}
TIERS = {
    "value": "value matched",
    "value_and_overlap": "and evidence overlaps gold’s",
    "value_and_exact": "and evidence is exactly gold’s",
}


def score_page(score: Score, extra: ReportData | None = None, *, most: int = MOST_DOCUMENTS) -> str:
    """The page: figures first, then the leaves behind each number, then each document with its marked text.

    `extra` adds what is derived apart from the score. Of more than `most` documents only those with most wrong leaves
    are on the page, and it says so; the figures are of all.
    """
    extra = extra or ReportData()
    places = {path: i for i, path in enumerate(score.fields)}
    types = {name: i for i, name in enumerate(score.types)}
    documents = [
        document_view(f"d{i}", score.documents[key], places, extra) for i, key in enumerate(_kept(score, most))
    ]
    page = _environment().get_template("score.html.jinja")
    text = page.render(
        score=score,
        extra=extra,
        documents=documents,
        places=places,
        types=types,
        links=first_leaves(documents, types, extra),
        error_totals=_totals(extra),
        matrices={path: _matrix(cells) for path, cells in extra.confusions.items() if cells},
        type_matrix=_matrix(extra.type_confusions),
    )
    return finished(text)


@cache
def _environment() -> Environment:
    return page_environment(
        REPORT,
        [f"{REPORT}/report.css"],
        f"{REPORT}/report.js",
        results=RESULTS,
        rate=rate,
        query=query,
        confused=confused,
        cell=_cell,
        undefined=UNDEFINED,
        error_classes=ERROR_CLASSES,
        tiers=TIERS,
    )


def _kept(score: Score, most: int) -> list[str]:
    if len(score.documents) <= most:
        return list(score.documents)
    wrong = {key: (c := match.counts).misread + c.missed + c.invented for key, match in score.documents.items()}
    kept = set(sorted(wrong, key=lambda key: -wrong[key])[:most])
    return [key for key in score.documents if key in kept]


def _totals(extra: ReportData) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for counts in extra.errors.values():
        sums.update(counts)
    return dict(sorted(sums.items(), key=lambda item: (-item[1], item[0])))


def _matrix(cells: Any) -> tuple[list[str], list[str], dict[tuple[str, str], int]]:
    """Gold's values, the predicted values and the counts, values as they are shown; nothing stated comes last."""
    counts = Counter[tuple[str, str]]()
    for (gold, pred), count in cells.items():
        counts[_label(gold), _label(pred)] += count
    values = sorted({value for pair in counts for value in pair}, key=lambda value: (value == UNDEFINED, value))
    rows, columns = {gold for gold, _ in counts}, {pred for _, pred in counts}
    return [v for v in values if v in rows], [v for v in values if v in columns], dict(counts)


def _label(value: object) -> str:
    return UNDEFINED if value is None else label(value)


def _cell(value: object) -> str:
    """A cell of a free table."""
    return rate(value) if isinstance(value, float | None) else str(value)
