"""One-to-one assignment of greatest worth, exact, with a rule for what ties.

The worth of a pair is a triple (leaves matched, leaves that both sides state but differ, leaves with overlapping
evidence), compared in this order and added over the pairs. A pair without a matched leaf is no pair.
"""

from collections.abc import Sequence

Worth = tuple[int, int, int]


def assign(worths: Sequence[Sequence[Worth]]) -> list[int | None]:
    """Pair rows with columns one to one, leaving any unpaired, so that the sum of the worths is greatest.

    `worths[i][j]` is the worth of row i with column j; returns each row's column or None. Among assignments of equal
    worth the first in lexicographic order of the rows' columns is taken, None being the last column: so the answer
    depends on the order of rows and columns only where worths tie, and callers put both in a canonical order.

    >>> assign([[(2, 0, 0), (1, 0, 0)], [(2, 0, 0), (0, 3, 3)]])
    [1, 0]
    """
    best = [_best_column(row) for row in worths]
    taken = [column for column in best if column is not None]
    if len(taken) == len(set(taken)):
        return best  # no column is wanted twice: each row gets the best it could have
    return _hungarian(_weights(worths))


def is_clear(worths: Sequence[Sequence[Worth]]) -> bool:
    """Whether the best assignment can be read off whatever the order: no two rows want one column."""
    taken: set[int] = set()
    for row in worths:
        column = _best_column(row)
        if column is None:
            continue
        if column in taken or row.count(row[column]) > 1:
            return False
        taken.add(column)
    return True


def _best_column(row: Sequence[Worth]) -> int | None:
    best: int | None = None
    for column, worth in enumerate(row):
        if worth[0] and (best is None or worth > row[best]):
            best = column
    return best


def _weights(worths: Sequence[Sequence[Worth]]) -> list[list[int]]:
    """Fold each triple, and the rule for ties, into one integer: digits of a number whose base no sum can reach."""
    rows, columns = len(worths), len(worths[0])
    base = 1 + min(rows, columns) * max(max(worth) for row in worths for worth in row)
    tie = (columns + 1) ** rows
    weights: list[list[int]] = []
    for i, row in enumerate(worths):
        place = (columns + 1) ** (rows - 1 - i)
        weights.append(
            [
                ((w[0] * base + w[1]) * base + w[2]) * tie + (columns - j) * place if w[0] else 0
                for j, w in enumerate(row)
            ]
        )
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
