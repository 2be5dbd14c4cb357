"""Counts that add up, and the rates that follow from them. What 0/0 means is decided here and nowhere else."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Result = Literal["matched", "misread", "missed", "invented"]
RESULTS: tuple[Result, ...] = ("matched", "misread", "missed", "invented")

Row = tuple[str, Result, str | None, str | None, bool]
"""What became of one leaf, as a plain tuple: the members of `goldspan.pairing.Outcome` in their order."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many leaves ended as what; the rates are None where nothing defines them.

    `matched`: paired and equal. `misread`: paired, both stated, not equal. `missed`: stated in gold only.
    `invented`: stated in the prediction only.

    >>> counts = Counts(matched=3, misread=1, missed=2) + Counts(invented=4)
    >>> counts.precision, counts.recall, counts.f1, counts.accuracy
    (0.375, 0.5, 0.42857142857142855, 0.3)
    >>> Counts().f1 is None, Counts(missed=2).precision is None, Counts(missed=2).recall
    (True, True, 0.0)
    """

    matched: int = 0
    misread: int = 0
    missed: int = 0
    invented: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.matched + other.matched,
            self.misread + other.misread,
            self.missed + other.missed,
            self.invented + other.invented,
        )

    @property
    def precision(self) -> float | None:
        """M / (m + w + x): of what was predicted, the share that is right."""
        return ratio(self.matched, self.matched + self.misread + self.invented)

    @property
    def recall(self) -> float | None:
        """M / (m + w + u): of what gold states, the share that was found."""
        return ratio(self.matched, self.matched + self.misread + self.missed)

    @property
    def f1(self) -> float | None:
        """2m / (2m + 2w + u + x): the harmonic mean of precision and recall."""
        return ratio(2 * self.matched, 2 * (self.matched + self.misread) + self.missed + self.invented)

    @property
    def accuracy(self) -> float | None:
        """M / (m + w + u + x): of all leaves that either side states, the share that agrees."""
        return ratio(self.matched, self.matched + self.misread + self.missed + self.invented)


def ratio(part: float, whole: float) -> float | None:
    """Part / whole; None, undefined, where whole is 0."""
    return part / whole if whole else None


def total(counts: Iterable[Counts]) -> Counts:
    """The sum: what micro averages are taken of."""
    return sum(counts, Counts())


def macro_f1(counts: Iterable[Counts]) -> float | None:
    """The mean of the F1s that are defined; None where none is.

    >>> macro_f1([Counts(matched=1), Counts(missed=1), Counts()])
    0.5
    """
    defined = [f1 for f1 in (each.f1 for each in counts) if f1 is not None]
    return ratio(math.fsum(defined), len(defined))  # fsum: the order of the documents changes no digit
