"""How far an extractor's confidences can be trusted: do they rank, and do they tell the share that is right?

A predicted leaf with a confidence is right where its outcome is matched. Confidences are kept as counts at steps of
0.00001, so that memory is bounded and shards add up; every figure is of confidences rounded to that. Sources: Brier
(1950); Guo et al., On Calibration of Modern Neural Networks (2017), for the calibration error; Geifman & El-Yaniv,
Selective Classification for Deep Neural Networks (2017), for risk and coverage.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from goldspan.errors import UsageError
from goldspan.match import DocumentMatch
from goldspan.schema import Schema

STEPS = 100_000
BINS = 10
CURVE_POINTS = 100
UNREAD_PRECISION = 95
"""The precision, in percent, at which leaves may be filled without being read."""


class Level(NamedTuple):
    """The leaves of one confidence (in steps), and how many of them are right."""

    step: int
    leaves: int
    right: int


class Point(NamedTuple):
    """Accepting every leaf from a confidence on: the share accepted, and the share of those that is wrong."""

    confidence: float
    coverage: float
    risk: float


class Confidence:
    """Counts of (confidence, right) over predicted leaves that carry a confidence; what is not in 0 to 1 is left out.

    >>> from goldspan.schema import load_schema
    >>> confidence = Confidence(load_schema())
    >>> confidence.count(0.9, right=True), confidence.count(0.4, right=False)
    (None, None)
    >>> confidence.leaves, round(confidence.brier, 3), confidence.auroc
    (2, 0.085, 1.0)
    """

    def __init__(self, schema: Schema) -> None:  # noqa: ARG002  # every statistic is made with the schema
        self._right: Counter[int] = Counter()
        self._wrong: Counter[int] = Counter()

    def add(self, match: DocumentMatch) -> None:
        """Count the leaves of a document."""
        if match.pred is None:
            return
        events = match.pred.events
        for pair in match.pairs:
            if pair.pred is None or not (given := events[pair.pred].confidence):
                continue
            for _, result, _, place, _ in pair.rows:
                if place in given:
                    self.count(given[place], right=result == "matched")

    def count(self, confidence: float, *, right: bool) -> None:
        """Count one leaf."""
        if 0 <= confidence <= 1:
            (self._right if right else self._wrong)[round(confidence * STEPS)] += 1

    def merge(self, other: "Confidence") -> None:
        """Add the counts of another shard."""
        self._right.update(other._right)
        self._wrong.update(other._wrong)

    @property
    def levels(self) -> list[Level]:
        """The leaves of each confidence, the highest first."""
        steps = sorted({*self._right, *self._wrong}, reverse=True)
        return [Level(step, self._right[step] + self._wrong[step], self._right[step]) for step in steps]

    @property
    def leaves(self) -> int:
        """The number of leaves with a confidence."""
        return self._right.total() + self._wrong.total()

    @property
    def auroc(self) -> float | None:
        """The chance that a right leaf has more confidence than a wrong one (ties: half); None without both."""
        if not (self._right and self._wrong):
            return None
        return float(_metrics().roc_auc_score(*self._sample()[:2], sample_weight=self._sample()[2]))

    @property
    def brier(self) -> float | None:
        """The mean squared difference of confidence and outcome (1 right, 0 wrong); None without leaves."""
        if not self.leaves:
            return None
        right, confidence, weight = self._sample()
        return float(_metrics().brier_score_loss(right, confidence, sample_weight=weight, pos_label=1))

    @property
    def calibration_error(self) -> float | None:
        """The mean over leaves of |share right - mean confidence| of their bin; None without leaves.

        Ten bins of equal width, (0, 0.1] to (0.9, 1]; a confidence of 0 is in the first.
        """
        bins = [[0, 0] for _ in range(BINS)]
        for step, leaves, right in self.levels:
            place = max(0, step - 1) * BINS // STEPS
            bins[place][0] += right * STEPS
            bins[place][1] += leaves * step
        return sum(abs(right - sure) for right, sure in bins) / STEPS / self.leaves if self.leaves else None

    @property
    def curve(self) -> list[Point]:
        """Risk by coverage, from the highest confidence down; leaves of one confidence are accepted together."""
        points: list[Point] = []
        accepted = wrong = 0
        everything = self.leaves
        for step, leaves, right in self.levels:
            accepted += leaves
            wrong += leaves - right
            points.append(Point(step / STEPS, accepted / everything, wrong / accepted))
        return points

    @property
    def area(self) -> float | None:
        """The area under the curve: the mean over leaves of the risk of accepting all of at least its confidence."""
        covered = [0.0, *(point.coverage for point in self.curve)]
        steps = zip(self.curve, covered, strict=False)
        return sum(point.risk * (point.coverage - before) for point, before in steps) if self.leaves else None

    @property
    def unread(self) -> float | None:
        """The largest share of leaves, taken from some confidence on, of which 95% are right; 0 where there is none."""
        best = accepted = right = 0
        for level in self.levels:
            accepted += level.leaves
            right += level.right
            if 100 * right >= UNREAD_PRECISION * accepted:
                best = accepted
        return best / self.leaves if self.leaves else None

    def as_json(self) -> dict[str, Any] | None:
        """All figures, with at most 101 points of the curve; None where no leaf carries a confidence.

        Raises UsageError where scikit-learn is not installed.
        """
        if not self.leaves:
            return None
        return {
            "leaves": self.leaves,
            "right": self._right.total(),
            "auroc": self.auroc,
            "brier": self.brier,
            "expected_calibration_error": self.calibration_error,
            "risk_coverage": {"area": self.area, "points": [point._asdict() for point in _thinned(self.curve)]},
            "unread_at_95_precision": self.unread,
        }

    def _sample(self) -> tuple[list[int], list[float], list[int]]:
        """Outcome, confidence and how many leaves have both."""
        rows = [(1, step, n) for step, n in self._right.items()] + [(0, step, n) for step, n in self._wrong.items()]
        rows.sort()
        return [right for right, _, _ in rows], [step / STEPS for _, step, _ in rows], [n for _, _, n in rows]


def _thinned(points: Sequence[Point]) -> list[Point]:
    """The first point at or above each hundredth of coverage."""
    kept: list[Point] = []
    for point in points:
        if not kept or int(point.coverage * CURVE_POINTS) > int(kept[-1].coverage * CURVE_POINTS):
            kept.append(point)
    return kept


def _metrics() -> Any:
    try:
        import sklearn.metrics
    except ImportError as error:
        raise UsageError("calibration needs scikit-learn: pip install 'goldspan[calibration]'") from error
    return sklearn.metrics
