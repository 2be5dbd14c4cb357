"""How often each story is drawn in a resample: exactly multinomial, a block of stories at a time."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

STRIP = 1 << 17
"""Weights drawn at once: they stay in the processor's cache."""

_TILE = 1 << 22  # weights multiplied at once
_POISSON_FROM = 1 << 11  # stories in a block from which drawing Poisson weights first is faster
Array = NDArray[Any]
Integers = NDArray[np.int64]


def draw_weights(draws: Integers, stories: int, random: np.random.Generator) -> Iterator[tuple[slice, Array]]:
    """How often each story of a block is drawn in each resample, tile by tile: `(some resamples, stories)`.

    Poisson weights given their sum are multinomial. So they are drawn first, a little too small, by table, and the
    draws still missing are added one by one: exactly multinomial, in about half the time of single draws.
    """
    rate = 1 - 4 * (2 / stories) ** 0.5 if stories >= _POISSON_FROM else 0.0
    poisson = _Poisson(rate, random) if rate else None
    strip, tile = max(1, STRIP // stories), max(1, _TILE // stories)
    space = np.empty((min(tile, len(draws)), stories), np.float32)
    for start in range(0, len(draws), tile):
        weights = space[: len(draws) - start]
        for row in range(0, len(weights), strip):
            part = weights[row : row + strip]
            missing = draws[start + row : start + row + len(part)]
            part[:] = 0
            if poisson:
                missing = missing - poisson.fill(part, missing)
            places = np.repeat(np.arange(len(part)) * stories, missing)
            places += random.integers(0, stories, len(places))
            np.add.at(part.reshape(-1), places, np.float32(1))
        yield slice(start, start + len(weights)), weights


class _Poisson:
    """Exact Poisson numbers, two from 16 random bits; where those leave it open, by a second look at the rest."""

    def __init__(self, rate: float, random: np.random.Generator) -> None:
        self.random = random
        one = np.exp(-rate) * np.cumprod([1.0, *(rate / k for k in range(1, 30))])
        parts = np.outer(one, one).ravel() * 2**16
        first, second = np.divmod(np.arange(len(parts), dtype=np.float32), len(one))
        self.pairs = (first + 1j * second).astype(np.complex64)
        whole = np.floor(parts).astype(int)
        rest = np.cumsum(parts - whole)
        self.rest = rest / rest[-1]
        self.table = np.full(2**16, -1, np.complex64)
        self.table[: whole.sum()] = np.repeat(self.pairs, whole)

    def fill(self, out: Array, limit: Integers) -> Integers:
        """Fill `(rows, stories)`, a row anew while its sum is above its limit; returns the sums of the rows."""
        pairs = self.table.take(self.random.bit_generator.random_raw(out.size // 8 + 1).view(np.uint16))
        unsettled = np.flatnonzero(pairs.real < 0)
        pairs[unsettled] = self.pairs[np.searchsorted(self.rest, self.random.random(len(unsettled)), side="right")]
        out[:] = pairs.view(np.float32)[: out.size].reshape(out.shape)
        sums = out.sum(axis=1).astype(np.int64)
        for row in np.flatnonzero(sums > limit):
            sums[row] = self.fill(out[row : row + 1], limit[row : row + 1])[0]
        return sums
