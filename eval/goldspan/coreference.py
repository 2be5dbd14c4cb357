"""Measures of coreference: how well clusters of mentions agree with those of gold.

- MUC: links, that is mentions less the parts they fall into (Vilain et al., 1995); clusters of one count for nothing.
- B-cubed: of each mention's cluster, the share that the other side joins with it too (Bagga and Baldwin, 1998).
- CEAF-e: clusters aligned one to one, a pair being worth 2|g & p| / (|g| + |p|), phi4 (Luo, 2005).
- CoNLL: the mean of the three F1s; undefined where one of them is.

A mention may be on one side only. Such mentions stay as they are: none is added, dropped or made a pair, so they lower
recall or precision (Pradhan et al., 2014: the CoNLL reference scorer from version 8 on; not the variants of Cai and
Strube, 2010). Clusters of one count in B-cubed and CEAF-e. A rate whose denominator is 0 is undefined here, where that
scorer says 0; F1 is 0 where one of the two is undefined, and undefined where both are.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from fractions import Fraction
from heapq import heappop, heappush
from itertools import count
from math import lcm
from typing import NamedTuple

Table = Mapping[tuple[str | None, str | None], int]
"""How many mentions bear these ids in gold and in the prediction: "" for no id, None for no event on that side."""


class Rates(NamedTuple):
    """Precision, recall and F1; None where nothing defines them."""

    precision: float | None
    recall: float | None
    f1: float | None


def muc(table: Table) -> Rates:
    """The links of each side that the other has too.

    >>> muc({("g", "p"): 2, ("g", "q"): 2})  # {A, B, C, D} taken for {A, B} and {C, D}
    Rates(precision=1.0, recall=0.6666666666666666, f1=0.8)
    """
    shared = Fraction(sum(n - 1 for (gold, pred), n in table.items() if gold and pred))
    links = [sum(size - 1 for size in cluster_sizes(table, side).values()) for side in (0, 1)]
    return _rates(shared, links[0], shared, links[1])


def b_cubed(table: Table) -> Rates:
    """The mean over mentions of the share of their cluster that the other side joins with them.

    >>> b_cubed({("g", "p"): 1, (None, "p"): 1})
    Rates(precision=0.25, recall=1.0, f1=0.4)
    """
    sums: list[Fraction] = []
    for side in (0, 1):
        sizes, squares = cluster_sizes(table, side), Counter[int]()
        for ids, n in table.items():
            if None not in ids:
                squares[sizes[own] if (own := ids[side]) else 1] += n * n if all(ids) else n
        sums.append(sum((Fraction(square, size) for size, square in squares.items()), Fraction()))
    mentions = [sum(n for ids, n in table.items() if ids[side] is not None) for side in (0, 1)]
    return _rates(sums[0], mentions[0], sums[1], mentions[1])


def ceaf_e(table: Table) -> Rates:
    """The worth of the best one-to-one alignment of clusters, by the number of clusters.

    >>> ceaf_e({("g", "p"): 1, (None, "p"): 1})
    Rates(precision=0.6666666666666666, recall=0.6666666666666666, f1=0.6666666666666666)
    """
    golds, preds = cluster_sizes(table, 0), cluster_sizes(table, 1)
    rows, columns = defaultdict[Hashable, int](count().__next__), defaultdict[Hashable, int](count().__next__)
    edges: list[tuple[int, int, int, int]] = []
    alone = 0
    for (gold, pred), n in table.items():
        if gold is None or pred is None:
            continue
        if gold or pred:  # of many clusters of one mention inside the same cluster, only one can be aligned with it
            sizes = (golds[gold] if gold else 1) + (preds[pred] if pred else 1)
            edges.append((rows[gold or (pred,)], columns[pred or (gold,)], n if gold and pred else 1, sizes))
        else:
            alone += n
    scale = lcm(*{sizes for *_, sizes in edges})
    worths: list[dict[int, int]] = [{} for _ in rows]
    for row, column, n, sizes in edges:
        worths[row][column] = 2 * n * (scale // sizes)
    best = Fraction(_heaviest(worths), scale) + alone
    singles = [sum(n for ids, n in table.items() if ids[side] == "") for side in (0, 1)]
    return _rates(best, len(golds) + singles[0], best, len(preds) + singles[1])


def conll_f1(table: Table) -> float | None:
    """The mean of the F1s of MUC, B-cubed and CEAF-e (Denis and Baldridge, 2009).

    >>> conll_f1({("g", "p"): 2}), conll_f1({("g", "p"): 1})
    (1.0, None)
    """
    f1s = [measure(table).f1 for measure in (muc, b_cubed, ceaf_e)]
    defined = [f1 for f1 in f1s if f1 is not None]
    return sum(defined) / 3 if len(defined) == 3 else None


def cluster_sizes(table: Table, side: int) -> Counter[str]:
    """How many mentions bear each id, in gold (side 0) or in the prediction (side 1)."""
    sizes = Counter[str]()
    for ids, n in table.items():
        if own := ids[side]:
            sizes[own] += n
    return sizes


def _rates(found: Fraction, gold: int, right: Fraction, pred: int) -> Rates:
    recall, precision = (found / gold if gold else None), (right / pred if pred else None)
    if recall is None and precision is None:
        return Rates(None, None, None)
    f1 = 2 * precision * recall / (precision + recall) if precision and recall else Fraction()
    return Rates(None if precision is None else float(precision), None if recall is None else float(recall), float(f1))


def _heaviest(worths: Sequence[Mapping[int, int]]) -> int:
    """The greatest sum of worths (above 0) of pairs of a row and a column, each row and each column in one at most.

    Rows come in one by one, each by a shortest augmenting path (Jonker and Volgenant, 1987); but only pairs that there
    are get looked at, the nearest first, as most rows are done at once. Whole numbers, so that no rounding decides.
    """
    gain: list[int] = []  # gain[row] + price[column] is at least the worth of the pair, and equal where it is held
    price: dict[int, int] = defaultdict(int)
    holder: dict[int, int] = {}
    held: dict[int, int] = {}
    for start, row in enumerate(worths):
        gain.append(max(worth - price[column] for column, worth in row.items()))
        gain[start] = max(gain[start], 0)
        reached, settled = {start: 0}, dict[int, int]()
        nearest, came_from = dict[int, int](), dict[int, int]()
        heap: list[tuple[int, int]] = []
        current, here = start, 0
        leaver, limit = start, gain[start]  # the row that it costs least to leave without a column
        while True:
            for column, worth in worths[current].items():
                far = here + gain[current] + price[column] - worth
                if far < min(limit, nearest.get(column, limit)):
                    nearest[column], came_from[column] = far, current
                    heappush(heap, (far, column))
            while heap and heap[0][1] in settled:
                heappop(heap)
            if not heap or heap[0][0] >= limit:
                end, place = limit, held.pop(leaver, None)
                break
            here, place = heappop(heap)
            settled[place] = end = here
            if place not in holder:
                break
            current = holder[place]
            reached[current] = here
            if here + gain[current] < limit:
                leaver, limit = current, here + gain[current]
        for each, far in reached.items():
            gain[each] -= end - far
        for each, far in settled.items():
            price[each] += end - far
        while place is not None:
            taker = holder[place] = came_from[place]
            held[taker], place = place, held.get(taker)
    return sum(worths[row][column] for column, row in holder.items())
