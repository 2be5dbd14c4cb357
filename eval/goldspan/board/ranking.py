"""Puts the submissions of a version in order, and says which do not differ from the row above."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from goldspan.board.figures import RESAMPLES, SEED, Figures
from goldspan.board.pins import Reproduction
from goldspan.board.submission import Submission
from goldspan.comparison import check_comparable
from goldspan.errors import UsageError
from goldspan.resample import holm, sign_flip

ALPHA = 0.05


class Usage(NamedTuple):
    """A figure of usage: what it is, and who says so (`maintainers`, `predictions`, `submission`, or nobody)."""

    value: float | None
    source: str | None


class Row(NamedTuple):
    """A row of the table. `p` is Holm's p value of the difference to the row above, None where there is no test."""

    rank: int
    submission: Submission
    figures: Figures
    report: str | None
    reproduced: Reproduction | None
    rescored: bool
    p: float | None = None

    @property
    def tied(self) -> bool:
        """Whether a test finds no difference to the row above."""
        return self.p is not None and self.p >= ALPHA

    @property
    def cost(self) -> Usage:
        """US dollars of the whole run: as the maintainers measured, else as the predictions say, else as it is told."""
        return self._usage("cost_usd")

    @property
    def seconds(self) -> Usage:
        """Wall seconds of the whole run, likewise."""
        return self._usage("seconds")

    @property
    def errors(self) -> float | None:
        """The share of documents with no prediction, or with an error in its place."""
        documents = self.figures.documents
        return (self.figures.validity["missing"] + self.figures.validity["failed"]) / documents if documents else None

    @property
    def macro(self) -> float | None:
        """The mean F1 of the fields."""
        return self.figures.overall["macro_field_f1"]

    @property
    def grounded(self) -> float | None:
        """F1 where a match needs evidence that overlaps gold's."""
        tier = (self.figures.grounding or {}).get("value_and_overlap")
        return None if tier is None else tier["f1"]

    @property
    def fabricated(self) -> float | None:
        """The share of quotes that stand nowhere in their document."""
        shares = (self.figures.grounding or {}).get("quote_shares")
        return None if shares is None else shares["fabricated"]

    @property
    def memorisation_gap(self) -> float | None:
        """F1 on the documents minus F1 on made twins of them; None where the submission says nothing of the twins."""
        found = self.figures.memorisation
        return None if found is None else found["gap"]

    @property
    def calibration(self) -> float | None:
        """The expected calibration error."""
        return (self.figures.confidence or {}).get("expected_calibration_error")

    @property
    def signature(self) -> str:
        """What pins the figures of this row, its predictions too."""
        return f"{self.figures.signature}|pred:{self.figures.predictions[:16]}"

    def _usage(self, name: str) -> Usage:
        if self.reproduced and (measured := getattr(self.reproduced, name)) is not None:
            return Usage(measured, "maintainers")
        recorded = self.figures.usage[name]
        if recorded is not None:
            return Usage(recorded, "predictions")
        claimed = self.submission.about.usage and getattr(self.submission.about.usage, name)
        return Usage(claimed, None if claimed is None else "submission")


class Version(NamedTuple):
    """A version of the board: its rows in order, and a row that says how far the annotators agree (None: not known).

    Of a hidden version no leaf may be shown.
    """

    name: str
    hidden: bool
    rows: list[Row]
    agreement: Row | None


def ranked(rows: Sequence[Row]) -> list[Row]:
    """Rows by micro F1, undefined last, then by name; each tested against the one above, with Holm's correction.

    The test swaps whole stories between the two (`resample.sign_flip`). Rows of different signatures are not tested.
    """
    order = sorted(rows, key=lambda row: (-1.0 if (f1 := row.figures.f1) is None else -f1 - 2, row.submission.system))
    p_values = holm([None, *(_p(above, below) for above, below in pairwise(order))][: len(order)])
    return [row._replace(rank=i + 1, p=p) for i, (row, p) in enumerate(zip(order, p_values, strict=True))]


def _p(above: Row, below: Row) -> float | None:
    try:
        check_comparable(above.figures, below.figures)
    except UsageError:
        return None
    one, other = (np.array(row.figures.rows, dtype=np.int64).reshape(-1, 1, 4) for row in (above, below))
    return sign_flip(one, other, RESAMPLES, SEED).p
