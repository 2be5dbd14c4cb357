"""What is wrong with a user's data or call, told whole: every problem with its place."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and where.

    `pointer` is a JSON Pointer (RFC 6901) from the root of the line's JSON value.

    >>> print(Problem("no such currency", Path("gold.jsonl"), 3, "d7", "/events/0/fields/amount"))
    gold.jsonl:3: document d7: /events/0/fields/amount: no such currency
    """

    message: str
    file: Path | None = None
    line: int | None = None
    doc_id: str | None = None
    pointer: str | None = None

    def __str__(self) -> str:
        place = "" if self.file is None else str(self.file)
        if self.line is not None:
            place += f":{self.line}" if place else f"line {self.line}"
        parts = [place, f"document {self.doc_id}" if self.doc_id is not None else "", self.pointer or "", self.message]
        return ": ".join(printable(part) for part in parts if part)


class GoldspanError(Exception):
    """The root of every error that goldspan raises about a user's data or call."""


class UsageError(GoldspanError):
    """The call is wrong (exit code 2): a file that is not there, an extractor nobody registered."""


class DataError(GoldspanError):
    """The data are wrong (exit code 1). Carries all problems, not only the first.

    >>> str(DataError([Problem("no JSON", line=1), Problem("no JSON", line=4)]))
    'line 1: no JSON\\nline 4: no JSON'
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems: tuple[Problem, ...] = tuple(problems)

    def __reduce__(self) -> tuple[type["DataError"], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)  # an exception is pickled by its message otherwise


def printable(text: str) -> str:
    """Text from a user's file, safe to show on a terminal: control characters escaped, length bounded.

    >>> printable("\\x1b[2J")
    '\\\\x1b[2J'
    """
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return shown if len(shown) <= 500 else shown[:497] + "..."
