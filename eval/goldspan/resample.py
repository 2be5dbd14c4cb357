"""Uncertainty by resampling stories: bootstrap intervals, the paired sign-flip test, what could be detected at all.

Stories are the units because documents of one story are not independent. They are put into the canonical order of their
counts first, so that neither their names nor their order change a figure; one that states nothing on any side is left
out. All sums are exact. Sources: Efron & Tibshirani, An Introduction to the Bootstrap (1993); Phipson & Smyth (2010).
"""

from collections.abc import Iterable, Mapping, Sequence
from statistics import NormalDist
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from goldspan.counts import Counts
from goldspan.weights import STRIP, draw_weights

ALL = ""  # names the figure over all columns: no type and no field can have it
LEVEL = 0.95
INDICATIVE_BELOW = 10  # stories: fewer have too few different resamples for an interval to be more than indicative
EXACT_UP_TO = 15  # stories that differ: up to these all 2^n swaps are tried

_BLOCK = 1 << 14  # stories weighed at once: bounds memory, whatever the number of stories
_FLOAT32_EXACT = 1 << 24
Array = NDArray[Any]
Integers = NDArray[np.int64]


class Rows(Protocol):
    """The numbers of stories: an array, or what makes parts of one when they are asked for."""

    @property
    def shape(self) -> tuple[int, ...]:
        """(stories, columns, 2)."""
        ...

    def __getitem__(self, where: slice, /) -> Array: ...


class Interval(NamedTuple):
    """The bounds of a figure; None where every resample left it undefined. `undefined` counts those left out."""

    low: float | None
    high: float | None
    undefined: int = 0


class Difference(NamedTuple):
    """The interval of a paired difference, and its standard deviation over the resamples."""

    interval: Interval
    deviation: float | None


class SignFlip(NamedTuple):
    """The p value of a sign-flip test, over how many swaps, whether those were all, and how many stories differ."""

    p: float | None
    swaps: int
    exact: bool
    differing: int


def count_matrix(
    stories: Mapping[str, Mapping[str, Counts]], columns: Sequence[str], names: Iterable[str] | None = None
) -> Array:
    """Counts by story and column: integers `(stories, columns, 4)` of matched, misread, missed, invented.

    `names` sets which stories and in what order, where two matrices must agree; one that is missing states nothing.

    >>> count_matrix({"s": {"deal.amount": Counts(matched=2)}}, ["deal.amount", "deal.stake"]).tolist()
    [[[2, 0, 0, 0], [0, 0, 0, 0]]]
    """
    order = list(stories if names is None else names)
    places = {path: i for i, path in enumerate(columns)}
    matrix = np.zeros((len(order), len(columns), 4), np.int32)
    for row, name in enumerate(order):
        for path, counts in stories.get(name, {}).items():
            matrix[row, places[path]] = counts.matched, counts.misread, counts.missed, counts.invented
    return matrix


def groups_of(columns: Sequence[str]) -> dict[str, list[int]]:
    """The columns of each figure: of all (`ALL`), of each event type, of each field.

    >>> groups_of(["deal.amount", "deal.stake"])
    {'': [0, 1], 'deal': [0, 1], 'deal.amount': [0], 'deal.stake': [1]}
    """
    groups: dict[str, list[int]] = {ALL: list(range(len(columns)))}
    for i, path in enumerate(columns):
        groups.setdefault(path.partition(".")[0], []).append(i)
    return groups | {path: [i] for i, path in enumerate(columns)}


def bootstrap_intervals(
    counts: Array, groups: Mapping[str, Sequence[int]], resamples: int = 10_000, seed: int = 0, level: float = LEVEL
) -> dict[str, Interval]:
    """Percentile bootstrap intervals of the pooled F1 of each group of columns, all from the same resamples of stories.

    `counts` is `(stories, columns, 4)`. Each resample draws as many stories as there are, with replacement, and adds
    their counts up again; resamples in which a figure is 0/0 are left out of its interval and counted.

    >>> counts = np.array([[[9, 1, 0, 0]], [[5, 5, 0, 0]]])
    >>> bootstrap_intervals(counts, {"deal.amount": [0]}, resamples=100)
    {'deal.amount': Interval(low=0.5, high=0.9, undefined=0)}
    """
    return intervals(_canonical(_f1_parts(counts)), groups, resamples, seed, level)


def intervals(
    rows: Rows, groups: Mapping[str, Sequence[int]], resamples: int = 10_000, seed: int = 0, level: float = LEVEL
) -> dict[str, Interval]:
    """The same, of the numerators and denominators of F1 `(stories, columns, 2)` in canonical order."""
    sums = _resampled_sums(rows, resamples, seed)
    return {name: _percentiles(_f1(sums[:, list(places)].sum(axis=1)), level) for name, places in groups.items()}


def bootstrap_differences(
    first: Array, second: Array, groups: Mapping[str, Sequence[int]], resamples: int = 10_000, seed: int = 0
) -> dict[str, Difference]:
    """The same for second's pooled F1 minus first's; both have the same stories in the same rows."""
    columns = first.shape[1]
    sums = _resampled_sums(_canonical(_f1_parts(np.concatenate([first, second], axis=1))), resamples, seed)
    found: dict[str, Difference] = {}
    for name, places in groups.items():
        before, after = (_f1(sums[:, [start + i for i in places]].sum(axis=1)) for start in (0, columns))
        change = after - before
        defined = change[~np.isnan(change)]
        deviation = float(defined.std(ddof=1)) if len(defined) > 1 else None
        found[name] = Difference(_percentiles(change, LEVEL), deviation)
    return found


def sign_flip(first: Array, second: Array, draws: int = 10_000, seed: int = 0) -> SignFlip:
    """The two-sided p value of the pooled F1 difference of two systems, by swapping whole stories between them.

    Both are `(stories, columns, 4)` with the same stories in the same rows. All 2^n swaps are tried while at most
    15 stories differ (those that do not change nothing when swapped), else `draws` random ones; then p is
    (hits + 1) / (draws + 1). F1s that differ by less than 1e-12 count as the same. p is None where F1 is undefined.

    >>> sign_flip(np.array([[[9, 1, 0, 0]]] * 4), np.array([[[5, 5, 0, 0]]] * 4))
    SignFlip(p=0.125, swaps=16, exact=True, differing=4)
    """
    one: Integers = _f1_parts(first).sum(axis=1, dtype=np.int64)
    other: Integers = _f1_parts(second).sum(axis=1, dtype=np.int64)
    ours, theirs = one.sum(axis=0), other.sum(axis=0)
    differing = (one != other).any(axis=1)
    one, other = one[differing], other[differing]
    exact = len(one) <= EXACT_UP_TO
    if not (ours[1] and theirs[1]):
        return SignFlip(None, 0, exact, len(one))
    # Which of a story's two rows starts on which side is settled by content: p is the same for (a, b) and (b, a).
    turned = (one[:, 0] > other[:, 0]) | ((one[:, 0] == other[:, 0]) & (one[:, 1] > other[:, 1]))
    steps = (other - one) * np.where(turned, -1, 1)[:, None]
    steps = steps[np.lexsort((steps[:, 1], steps[:, 0]))]
    start = ours + (other - one)[turned].sum(axis=0)
    sides = start + (_all_swaps(steps) if exact else _random_swaps(steps, draws, seed))
    differences = np.abs(np.nan_to_num(_f1(sides) - _f1(ours + theirs - sides)))
    hits = int((differences >= abs(_f1(ours) - _f1(theirs)) - 1e-12).sum())
    p = hits / len(sides) if exact else (hits + 1) / (draws + 1)
    return SignFlip(p, len(sides), exact, len(one))


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Adjust p values for being several, after Holm (1979): step down, never above 1; None stays and is not counted.

    >>> holm([0.01, 0.04, 0.03, None])
    [0.03, 0.06, 0.06, None]
    """
    adjusted: list[float | None] = [None] * len(p_values)
    known = sorted((p, i) for i, p in enumerate(p_values) if p is not None)
    least = 0.0
    for rank, (p, i) in enumerate(known):
        least = max(least, min(1.0, p * (len(known) - rank)))
        adjusted[i] = least
    return adjusted


def smallest_detectable(deviation: float | None) -> float | None:
    """The true difference that a two-sided test at 5% would find in 80% of such data: (1.96 + 0.84) x deviation.

    After Bloom, Minimum detectable effects (Evaluation Review 19, 1995), the bootstrap's standard deviation of the
    paired difference as standard error. None where that is not known or 0: then nothing tells how much would vary.

    >>> round(smallest_detectable(0.01), 4)
    0.028
    """
    return (NormalDist().inv_cdf(0.975) + NormalDist().inv_cdf(0.8)) * deviation if deviation else None


def _f1_parts(counts: Array) -> Array:
    """The numerator and the denominator of F1, which add up over stories: `(..., 2)`."""
    counts = counts.astype(np.promote_types(counts.dtype, np.int32), copy=False)
    matched = counts[..., 0]
    return np.stack([2 * matched, 2 * (matched + counts[..., 1]) + counts[..., 2] + counts[..., 3]], axis=-1)


def _f1(parts: Array) -> Array:
    """Numerator over denominator, nan where that is 0."""
    parts = parts.astype(np.float64)
    return np.divide(parts[..., 0], parts[..., 1], out=np.full(parts.shape[:-1], np.nan), where=parts[..., 1] > 0)


def _canonical(parts: Array) -> Array:
    """Rows in the order of their bytes, those that are all 0 left out, in the smallest integers that hold them."""
    if not parts.any():
        return parts[:0]
    rows = parts.reshape(len(parts), -1)
    small = rows[rows.any(axis=1)].astype(np.min_scalar_type(rows.max()).newbyteorder(">"), order="C")
    order = np.argsort(small.view(np.dtype((np.void, small.itemsize * small.shape[1]))).ravel(), kind="stable")
    return small[order].reshape(len(order), *parts.shape[1:])


def _percentiles(values: Array, level: float) -> Interval:
    defined = values[~np.isnan(values)]
    if not len(defined):
        return Interval(None, None, len(values))
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2]).tolist()
    return Interval(low, high, len(values) - len(defined))


def _resampled_sums(parts: Rows, resamples: int, seed: int) -> Array:
    """The sums of `(stories, columns, 2)` over each resample: `(resamples, columns, 2)`, exact integers.

    How many draws fall into a block of stories is binomial given what is left: together that is multinomial.
    """
    random = np.random.Generator(np.random.SFC64(seed))
    stories, width = parts.shape[0], int(np.prod(parts.shape[1:]))
    sums = np.zeros((resamples, width))
    left = np.full(resamples, stories)
    for start in range(0, stories, _BLOCK):
        block = parts[start : start + _BLOCK].reshape(-1, width)
        draws = random.binomial(left, len(block) / (stories - start))
        left -= draws
        exact32 = int(block.max()) * int(draws.max()) < _FLOAT32_EXACT
        factors = block.astype(np.float32 if exact32 else np.float64)
        for tile, weights in draw_weights(draws, len(block), random):
            sums[tile] += weights @ factors
    return sums.reshape(resamples, *parts.shape[1:])


def _all_swaps(steps: Integers) -> Integers:
    """The sums of every subset of the rows."""
    sums = np.zeros((1, 2), np.int64)
    for step in steps:
        sums = np.concatenate([sums, sums + step])
    return sums


def _random_swaps(steps: Integers, draws: int, seed: int) -> Integers:
    """The sums of random subsets of the rows, each row in or out with chance 1/2."""
    random = np.random.Generator(np.random.SFC64(seed))
    sums = np.zeros((draws, 2), np.int64)
    for start in range(0, len(steps), _BLOCK):
        block = steps[start : start + _BLOCK]
        exact32 = int(np.abs(block).sum(axis=0).max()) < _FLOAT32_EXACT
        factors = block.astype(np.float32 if exact32 else np.float64)
        words, tile = -(-len(block) // 64), max(1, STRIP * 4 // len(block))
        for row in range(0, draws, tile):
            rows = min(tile, draws - row)
            bits = random.bit_generator.random_raw(rows * words).reshape(rows, words).view(np.uint8)
            chosen = np.unpackbits(bits, axis=1, count=len(block)).astype(factors.dtype)
            sums[row : row + rows] += (chosen @ factors).astype(np.int64)
    return sums
