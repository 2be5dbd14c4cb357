"""One-to-one assignment of greatest worth, exact, with a rule for what ties.

The worth of a pair is a triple (leaves matched, leaves that both sides state but differ, leaves with overlapping
evidence), compared in this order and added over the pairs. A pair without a matched leaf is no pair.
"""

from collections.abc import Sequence
from itertools import chain

Worth = tuple[int, int, int]


def assign(worths: Sequence[Sequence[Worth]]) -> list[int | None]:
    """Pair rows with columns one to one, leaving any unpaired, so that the sum of the worths is greatest.

    `worths[i][j]` is the worth of row i with column j; returns each row's column or None. Among assignments of equal
    worth the first in lexicographic order of the rows' columns is taken, None being the last column: so the answer
    depends on the order of rows and columns only where worths tie, and callers put both in a canonical order.

    >>> assign([[(2, 0, 0), (1, 0, 0)], [(2, 0, 0), (0, 3, 3)]])
    [1, 0]
    """
    if not worths or not worths[0]:
        return [None] * len(worths)
    highest = [max(row) for row in worths]
    best = [row.index(worth) if worth[0] else None for row, worth in zip(worths, highest, strict=True)]
    taken = [column for column in best if column is not None]
    if len(taken) == len(set(taken)):
        return best  # no column is wanted twice: each row gets the best it could have
    return _hungarian(_weights(worths))


def clear(worths: Sequence[Sequence[Worth]]) -> list[int | None] | None:
    """Each row's column where the best assignment can be read off whatever the order: no two rows want one column.

    None where it cannot.

    >>> clear([[(2, 0, 0), (1, 0, 0)], [(0, 0, 0), (0, 3, 3)]]), clear([[(1, 0, 0)], [(2, 0, 0)]])
    ([0, None], None)
    """
    chosen: list[int | None] = []
    for row in worths:
        best = max(row)
        if not best[0]:
            chosen.append(None)
            continue
        column = row.index(best)
        if column in chosen or row.count(best) > 1:
            return None
        chosen.append(column)
    return chosen


def settle(weights: Sequence[Sequence[int]]) -> tuple[list[tuple[int, int]], list[int], list[int]]:
    """The pairs that stand in every best assignment, and the rows and columns about which that leaves a question.

    A pair is settled where it weighs more than the heaviest of its row's others and the heaviest of its column's others
    together: an assignment without it would gain by putting it in their place. A pair that weighs 0 is no pair.

    >>> settle([[5, 2, 0], [2, 1, 1]])
    ([(0, 0)], [1], [1, 2])
    """
    by_column = [_best_two(column) for column in zip(*weights, strict=True)]
    pairs: list[tuple[int, int]] = []
    rows: list[int] = []
    for i, row in enumerate(weights):
        best, second = _best_two(row)
        if not best:
            continue
        column = row.index(best)
        highest, next_highest = by_column[column]
        if best == highest and best > second + next_highest:
            pairs.append((i, column))
        else:
            rows.append(i)
    taken = {column for _, column in pairs}
    return pairs, rows, [j for j, (best, _) in enumerate(by_column) if best and j not in taken]


def folded(worths: Sequence[Sequence[Worth]]) -> list[list[int]]:
    """Each worth as one number, in the same order, of which two or as many as pairs add up without running over."""
    base = 1 + max(2, min(len(worths), len(worths[0]))) * max(map(max, chain.from_iterable(worths)))
    return [[(w[0] * base + w[1]) * base + w[2] if w[0] else 0 for w in row] for row in worths]


def _best_two(weights: Sequence[int]) -> tuple[int, int]:
    """The greatest and the one after it; 0 where there is none."""
    if len(weights) == 1:
        return weights[0], 0
    *_, second, best = sorted(weights)
    return best, second


def _weights(worths: Sequence[Sequence[Worth]]) -> list[list[int]]:
    """Fold each triple, and the rule for ties, into one integer: digits of a number whose base no sum can reach."""
    rows, columns = len(worths), len(worths[0])
    tie = (columns + 1) ** rows
    weights: list[list[int]] = []
    for i, row in enumerate(folded(worths)):
        place = (columns + 1) ** (rows - 1 - i)
        weights.append([weight * tie + (columns - j) * place if weight else 0 for j, weight in enumerate(row)])
    return weights


def _hungarian(weights: Sequence[Sequence[int]]) -> list[int | None]:
    """Maximum-weight assignment by shortest augmenting paths (Kuhn, 1955; Jonker and Volgenant, 1987), O(n^3).

    Integers of any size, so that no rounding can break a tie. A weight of 0 means that the two may not be paired.
    """
    size = max(len(weights), len(weights[0]))
    cost = [
        [-weights[i][j] if i < len(weights) and j < len(weights[0]) else 0 for j in range(size)] for i in range(size)
    ]
    row_of: list[int] = [-1] * (size + 1)  # the last column is a place for the row that is being inserted
    potential_of_row, potential_of_column = [0] * size, [0] * (size + 1)
    for row in range(size):
        row_of[size] = row
        column = size
        reach: list[int | None] = [None] * size
        came_from = [size] * size
        done = [False] * (size + 1)
        while row_of[column] >= 0:
            done[column] = True
            current = row_of[column]
            nearest, step = -1, 0
            for j in range(size):
                if done[j]:
                    continue
                reduced = cost[current][j] - potential_of_row[current] - potential_of_column[j]
                known = reach[j]
                if known is None or reduced < known:
                    reach[j], came_from[j], known = reduced, column, reduced
                if nearest < 0 or known < step:
                    nearest, step = j, known
            for j in range(size + 1):
                if done[j]:
                    potential_of_row[row_of[j]] += step
                    potential_of_column[j] -= step
                else:
                    distance = reach[j]
                    reach[j] = None if distance is None else distance - step
            column = nearest
        while column != size:
            row_of[column] = row_of[came_from[column]]
            column = came_from[column]
    column_of: list[int | None] = [None] * len(weights)
    for j in range(len(weights[0])):
        if 0 <= row_of[j] < len(weights) and weights[row_of[j]][j]:
            column_of[row_of[j]] = j
    return column_of
