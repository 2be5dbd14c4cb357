"""A linear classifier over named features: fitted by scikit-learn, kept as plain numbers, applied with numpy alone."""

import math
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

Features = Sequence[str]
"""The features that a row has; each counts once."""

MOST_FEATURES = 1500
MOST_ROWS = 100_000
_STRENGTH = (
    10.0  # Inverse of the L2 penalty; rows have length 1, so that it does not depend on their number of features.
)


class Linear(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """Multinomial logistic regression over binary features, weighted by rarity, each row scaled to length 1.

    `weights` has one row a class, or none where training saw only one class, which then is always the answer.
    """

    classes: list[str]
    features: list[str]
    rarity: list[float]
    weights: list[list[float]]
    intercepts: list[float]

    def fault(self) -> str | None:
        """What keeps these numbers from being a classifier."""
        rows = len(self.classes) if len(self.classes) > 1 else 0
        if not self.classes or len(set(self.classes)) < len(self.classes):
            return "its classes are not distinct"
        if len(self.weights) != rows or len(self.intercepts) != rows:
            return "its weights do not fit its classes"
        if len(self.rarity) != len(self.features) or any(len(row) != len(self.features) for row in self.weights):
            return "its weights do not fit its features"
        numbers = [*self.rarity, *self.intercepts, *(weight for row in self.weights for weight in row)]
        return None if all(map(math.isfinite, numbers)) else "a weight is no number"

    @cached_property
    def _index(self) -> dict[str, int]:
        return {feature: i for i, feature in enumerate(self.features)}

    @cached_property
    def _columns(self) -> NDArray[np.float64]:
        """Feature by class: the weights, rarity included."""
        return (np.array(self.weights, dtype=float) * np.array(self.rarity, dtype=float)).T

    def _known(self, row: Features) -> list[int]:
        return sorted({self._index[feature] for feature in row if feature in self._index})

    def _scale(self, known: list[int]) -> float:
        return 1 / (math.sqrt(sum(self.rarity[i] ** 2 for i in known)) or 1.0)

    def probabilities(self, row: Features) -> dict[str, float]:
        """The probability of each class."""
        if len(self.classes) == 1:
            return {self.classes[0]: 1.0}
        known = self._known(row)
        scores = np.array(self.intercepts, dtype=float)
        if known:
            scores = scores + self._columns[known].sum(axis=0) * self._scale(known)
        powers = np.exp(scores - scores.max())
        return dict(zip(self.classes, (powers / powers.sum()).tolist(), strict=True))

    def most_telling(self, row: Features, name: str) -> str | None:
        """The feature of a row that speaks most for a class; None where none does."""
        known = self._known(row) if len(self.classes) > 1 else []
        if not known:
            return None
        columns = self._columns[known]
        gains = columns[:, self.classes.index(name)] - columns.mean(axis=1)
        best = int(gains.argmax())
        return self.features[known[best]] if gains[best] > 0 else None


def fit(rows: Sequence[Features], labels: Sequence[str], balanced: bool = False) -> Linear | None:
    """Fit a classifier; None where there are no rows. The same input gives the same numbers.

    `balanced` gives each class the same weight, however rare. Of more than MOST_ROWS rows every n-th is taken, and of
    more than MOST_FEATURES features the most frequent ones.
    """
    step = -(-len(rows) // MOST_ROWS) or 1
    rows, labels = rows[::step], labels[::step]
    classes = sorted(set(labels))
    if len(classes) < 2:
        return Linear(classes, [], [], [], []) if classes else None
    seen = Counter(feature for row in rows for feature in set(row))
    often = sorted((f for f, n in seen.items() if n > 1), key=lambda f: (-seen[f], f))[:MOST_FEATURES]
    features = sorted(often)
    rarity = [round(1 + math.log((1 + len(rows)) / (1 + seen[feature])), 3) for feature in features]
    matrix = _matrix(rows, {feature: i for i, feature in enumerate(features)}, rarity)
    weights, intercepts = _solve(matrix, [classes.index(label) for label in labels], len(classes), balanced)
    return Linear(classes, features, rarity, weights, intercepts)


def _matrix(rows: Sequence[Features], index: dict[str, int], rarity: list[float]) -> Any:
    """Rows by features, each row of length 1, as a sparse matrix."""
    from scipy.sparse import csr_matrix

    columns: list[int] = []
    ends = [0]
    for row in rows:
        columns += sorted({index[feature] for feature in row if feature in index})
        ends.append(len(columns))
    values = np.array(rarity, dtype=float)[columns] if columns else np.zeros(0)
    lengths = np.array([math.sqrt(float(np.square(values[a:b]).sum())) or 1.0 for a, b in pairwise(ends)])
    values = values / np.repeat(lengths, np.diff(ends))
    return csr_matrix((values, columns, ends), shape=(len(rows), len(index)))


def _solve(matrix: Any, labels: list[int], classes: int, balanced: bool) -> tuple[list[list[float]], list[float]]:
    from sklearn.linear_model import LogisticRegression

    solver: Any = LogisticRegression(C=_STRENGTH, max_iter=1000, class_weight="balanced" if balanced else None)
    solver.fit(matrix, labels)
    weights, intercepts = solver.coef_, solver.intercept_
    if classes == 2:  # scikit-learn keeps one row for two classes
        weights, intercepts = np.vstack([-weights / 2, weights / 2]), np.array([-intercepts[0] / 2, intercepts[0] / 2])
    return np.round(weights, 3).tolist(), np.round(intercepts, 3).tolist()
