"""The board as files for machines and for papers: JSON, CSV, LaTeX, Markdown; text of others is escaped in each."""

import csv
import io
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from goldspan.board.columns import columns_of, interval_of, types_of
from goldspan.board.ranking import Row, Version
from goldspan.report.table import UNDEFINED, rate

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_TEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    **{c: f"\\{c}" for c in "&%$#_{}"},
}
_MARKDOWN = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;", "#": "&#35;", ":": "&#58;"} | {
    c: f"\\{c}" for c in "\\`*_[]()|~!"
}


def no_formula(text: str) -> str:
    """A text that no spreadsheet takes for a formula.

    >>> no_formula("=1+2"), no_formula("F1 = 2")
    ("'=1+2", 'F1 = 2')
    """
    return "'" + text if text.lstrip(" ").startswith(_FORMULA) else text


def tex(text: str) -> str:
    r"""A text as LaTeX shows it, on one line.

    >>> print(tex(r"50% \input{x}"))
    50\% \textbackslash{}input\{x\}
    """
    return _escaped(text, _TEX)


def markdown(text: str) -> str:
    r"""A text as Markdown shows it, on one line: no link, no markup, no mention.

    >>> print(markdown("<b>[a](b)</b> | @me"))
    &lt;b&gt;\[a\]\(b\)&lt;/b&gt; \| &#64;me
    """
    return _escaped(text, _MARKDOWN)


def _escaped(text: str, by: dict[str, str]) -> str:
    return "".join(by.get(c, c) for c in " ".join(text.split()))


def as_json(version: Version) -> bytes:
    """The whole version; a row has its figures in the form of `score --json`, and who says what of its usage."""
    value = {
        "version": version.name,
        "hidden": version.hidden,
        "rows": [row_as_json(row, version) for row in version.rows],
        "agreement": version.agreement and row_as_json(version.agreement, version),
    }
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


def row_as_json(row: Row, version: Version) -> dict[str, Any]:
    """A row: what the submission says of itself, its columns, the blocks of figures."""
    figures = msgspec.to_builtins(row.figures)
    for name in ("key", "rows"):  # where it is kept; what the tests rest on, and more than a hidden gold may tell
        del figures[name]
    return {
        "rank": row.rank or None,
        "system": row.submission.system,
        "about": msgspec.to_builtins(row.submission.about),
        "signature": row.signature,
        "columns": {column.id: column.value(row) for column in columns_of(version)},
        "p_against_row_above": row.p,
        "differs_from_row_above": None if row.p is None else not row.tied,
        "reproduced": row.reproduced is not None,
        "rescored": row.rescored,
        "usage_told_by": {"cost_usd": row.cost.source, "seconds": row.seconds.source},
        "figures": figures,
    }


def as_csv(version: Version) -> bytes:
    """A line a row; what a spreadsheet could take for a formula is quoted by an apostrophe."""
    columns = columns_of(version)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        ["rank", "system", "name", "kind", "authors", "licence", "date", "f1_low", "f1_high", "p_against_row_above"]
        + [column.id for column in columns]
        + ["reproduced", "signature"]
    )
    for row in version.rows:
        about = row.submission.about
        texts = [row.submission.system, about.name, about.kind, "; ".join(about.authors), about.licence, about.date]
        numbers = [*(interval_of(row) or (None, None)), row.p, *(column.value(row) for column in columns)]
        cells = ["" if value is None else repr(value) for value in numbers]
        writer.writerow(
            [
                row.rank,
                *map(no_formula, texts),
                *cells,
                str(row.reproduced is not None).lower(),
                no_formula(row.signature),
            ]
        )
    return out.getvalue().encode()


def as_tex(version: Version) -> bytes:
    """A `tabular` for the package booktabs, its signature below."""
    types = types_of(version)
    lines = [
        r"\begin{tabular}{rl" + "r" * (3 + len(types)) + "}",
        r"\toprule",
        " & ".join(["", "system", "F1", r"95\,\%", "macro", *map(tex, types)]) + r" \\",
        r"\midrule",
        *(" & ".join(_cells(row, version, tex, r"$\approx$")) + r" \\" for row in version.rows),
        r"\bottomrule",
        *(rf"\multicolumn{{{5 + len(types)}}}{{l}}{{\tiny\texttt{{{tex(line)}}}}} \\" for line in _signatures(version)),
        r"\end{tabular}",
    ]
    return "\n".join([*lines, ""]).encode()


def as_markdown(version: Version) -> bytes:
    """A table, its signature below."""
    headings = ["", "system", "F1", "95% interval", "macro", *map(markdown, types_of(version))]
    lines = [
        "| " + " | ".join(headings) + " |",
        "|" + "|".join(["---:", "---", *["---:"] * (len(headings) - 2)]) + "|",
        *("| " + " | ".join(_cells(row, version, markdown, "≈")) + " |" for row in version.rows),
        "",
        *(f"`{line}`  " for line in _signatures(version)),
    ]
    return "\n".join([*lines, ""]).encode()


def _cells(row: Row, version: Version, escape: Callable[[str], str], tie: str) -> Iterator[str]:
    yield f"{row.rank} {tie}" if row.tied else str(row.rank)
    yield escape(row.submission.about.name)
    bounds = interval_of(row)
    yield rate(row.figures.f1)
    yield UNDEFINED if bounds is None else f"{rate(bounds[0])} to {rate(bounds[1])}"
    yield rate(row.macro)
    yield from (rate((row.figures.types.get(name) or {}).get("f1")) for name in types_of(version))


def _signatures(version: Version) -> list[str]:
    return sorted({row.figures.signature for row in version.rows})
