"""One-to-one assignment, against every possible assignment (small) and against scipy (large)."""

from collections.abc import Iterator, Sequence
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from goldspan.align import assign, clear, folded, settle

Worth = tuple[int, int, int]
Matrix = list[list[Worth]]


def partial_assignments(rows: int, columns: int, taken: frozenset[int] = frozenset()) -> Iterator[list[int | None]]:
    """Every way to give each row a column of its own, or none."""
    if rows == 0:
        yield []
        return
    for column in (*(j for j in range(columns) if j not in taken), None):
        used = taken if column is None else taken | {column}
        for rest in partial_assignments(rows - 1, columns, used):
            yield [column, *rest]


def total(worths: Sequence[Sequence[Worth]], chosen: Sequence[int | None]) -> Worth:
    picked = [worths[i][j] for i, j in enumerate(chosen) if j is not None]
    return sum(w[0] for w in picked), sum(w[1] for w in picked), sum(w[2] for w in picked)


def oracle(worths: Matrix) -> list[int | None]:
    """The best of all assignments; of equals the first in order of the rows' columns, None counted as the last."""
    columns = len(worths[0])
    allowed = [
        chosen
        for chosen in partial_assignments(len(worths), columns)
        if all(j is None or worths[i][j][0] > 0 for i, j in enumerate(chosen))
    ]
    best = max(total(worths, chosen) for chosen in allowed)
    tied = [chosen for chosen in allowed if total(worths, chosen) == best]
    return min(tied, key=lambda chosen: [columns if j is None else j for j in chosen])


def matrices(most: int, largest: int) -> st.SearchStrategy[Matrix]:
    number = st.integers(0, largest)
    worth = st.tuples(number, number, number)
    sizes = st.tuples(st.integers(1, most), st.integers(1, most))
    return sizes.flatmap(
        lambda size: st.lists(st.lists(worth, min_size=size[1], max_size=size[1]), min_size=size[0], max_size=size[0])
    )


@settings(max_examples=1500, deadline=None)
@given(matrices(4, 1))
def test_agrees_with_brute_force_where_nearly_everything_ties(worths: Matrix) -> None:
    assert assign(worths) == oracle(worths)


@settings(max_examples=1500, deadline=None)
@given(matrices(4, 3))
def test_agrees_with_brute_force_where_worths_differ(worths: Matrix) -> None:
    assert assign(worths) == oracle(worths)


@pytest.mark.parametrize("seed", range(40))
def test_agrees_with_brute_force_up_to_five_by_five(seed: int) -> None:
    random = np.random.default_rng(seed)
    for largest in (1, 2, 4, 9):
        shape = (random.integers(3, 6), random.integers(3, 6), 3)
        worths = [[(int(a), int(b), int(c)) for a, b, c in row] for row in random.integers(0, largest + 1, shape)]
        assert assign(worths) == oracle(worths)


@pytest.mark.parametrize(
    ("worths", "chosen"),
    [
        pytest.param([], [], id="no rows"),
        pytest.param([[], []], [None, None], id="no columns"),
        pytest.param([[(0, 5, 5)]], [None], id="a pair without a matched leaf is no pair"),
        pytest.param([[(1, 0, 0)]], [0], id="one matched leaf makes a pair"),
        pytest.param([[(2, 0, 0), (1, 0, 0)], [(2, 0, 0), (0, 3, 3)]], [1, 0], id="1 + 2 are more than 2"),
        pytest.param([[(3, 0, 0), (2, 0, 0)], [(2, 0, 0), (0, 0, 0)]], [1, 0], id="greedy takes 3, exact 2 + 2"),
        pytest.param([[(1, 0, 9), (1, 1, 0)]], [1], id="stated by both goes before evidence"),
        pytest.param([[(1, 9, 9), (2, 0, 0)]], [1], id="matched goes before all else"),
        pytest.param([[(1, 1, 0), (1, 1, 1)]], [1], id="evidence decides what else ties"),
        pytest.param([[(1, 1, 1), (1, 1, 1)]], [0], id="of equals the first column"),
        pytest.param([[(1, 0, 0)], [(1, 0, 0)]], [0, None], id="of equals the first row"),
    ],
)
def test_worked_cases(worths: Matrix, chosen: list[int | None]) -> None:
    assert assign(worths) == chosen


def scalar(worths: Matrix) -> np.ndarray:
    """Each triple as one number whose digits cannot run over; 0 where the two may not be paired."""
    base = 1 + min(len(worths), len(worths[0])) * max(max(worth) for row in worths for worth in row)
    return np.array([[(a * base + b) * base + c if a else 0 for a, b, c in row] for row in worths], dtype=np.int64)


@pytest.mark.parametrize("seed", range(60))
def test_total_agrees_with_scipy_on_large_matrices(seed: int) -> None:
    random = np.random.default_rng(seed)
    rows, columns = random.integers(6, 41, 2)
    largest = int(random.choice([1, 3, 12, 60]))
    raw = random.integers(0, largest + 1, (rows, columns, 3))
    raw[random.random((rows, columns)) < random.choice([0.0, 0.4, 0.9])] = 0
    worths = [[(int(a), int(b), int(c)) for a, b, c in row] for row in raw]
    weights = scalar(worths)
    i, j = linear_sum_assignment(weights, maximize=True)
    chosen = assign(worths)
    taken = [column for column in chosen if column is not None]
    assert len(taken) == len(set(taken))
    assert all(worths[row][column][0] > 0 for row, column in enumerate(chosen) if column is not None)
    assert sum(int(weights[row, column]) for row, column in enumerate(chosen) if column is not None) == int(
        weights[i, j].sum()
    )


@settings(max_examples=500, deadline=None)
@given(matrices(6, 2), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_columns_does_not_change_the_total(worths: Matrix, random: Random) -> None:
    rows, columns = list(range(len(worths))), list(range(len(worths[0])))
    random.shuffle(rows)
    random.shuffle(columns)
    moved = [[worths[i][j] for j in columns] for i in rows]
    assert total(moved, assign(moved)) == total(worths, assign(worths))


@settings(max_examples=1000, deadline=None)
@given(matrices(3, 2))
def test_where_it_is_called_clear_only_one_assignment_is_best(worths: Matrix) -> None:
    if clear(worths) is not None:
        best = total(worths, oracle(worths))
        allowed = [
            chosen
            for chosen in partial_assignments(len(worths), len(worths[0]))
            if all(j is None or worths[i][j][0] > 0 for i, j in enumerate(chosen))
        ]
        assert [total(worths, chosen) for chosen in allowed].count(best) == 1


@settings(max_examples=1000, deadline=None)
@given(matrices(3, 2))
def test_what_is_settled_stands_in_every_best_assignment_and_the_rest_is_left(worths: Matrix) -> None:
    allowed = [
        chosen
        for chosen in partial_assignments(len(worths), len(worths[0]))
        if all(j is None or worths[i][j][0] > 0 for i, j in enumerate(chosen))
    ]
    best = max(total(worths, chosen) for chosen in allowed)
    pairs, rows, columns = settle(folded(worths)) if best[0] else ([], [], [])
    for chosen in allowed:
        if total(worths, chosen) == best:
            assert all(chosen[i] == j for i, j in pairs)
            assert {i for i, j in enumerate(chosen) if j is not None} <= {*rows, *(i for i, _ in pairs)}
            assert {j for j in chosen if j is not None} <= {*columns, *(j for _, j in pairs)}
