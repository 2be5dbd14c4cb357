"""Intervals, p values and what could be detected, against enumeration, scipy, and distributions known in theory."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from scipy import stats

from goldspan import resample
from goldspan.counts import Counts
from goldspan.resample import (
    bootstrap_differences,
    bootstrap_intervals,
    count_matrix,
    groups_of,
    holm,
    sign_flip,
    smallest_detectable,
)

Array = Any
FIGURES = {"all": [0, 1, 2], "two": [0, 1], "one": [2]}
SIGMAS = 5  # Monte-Carlo error allowed; every seed is fixed


def some_counts(seed: int, stories: int, columns: int = 3) -> Array:
    return np.random.default_rng(seed).integers(0, 4, (stories, columns, 4))


def f1(counts: Array) -> float:
    """F1 of counts `(stories, columns, 4)` pooled, written out."""
    matched, misread, missed, invented = (int(n) for n in counts.reshape(-1, 4).sum(axis=0))
    below = 2 * matched + 2 * misread + missed + invented
    return 2 * matched / below if below else float("nan")


def assert_quantile(value: float, distribution: Array, share: float, error: float) -> None:
    low, high = np.quantile(distribution, [max(0, share - error), min(1, share + error)])
    assert low <= value <= high


def every_resample(stories: int) -> list[list[int]]:
    return [list(drawn) for drawn in product(range(stories), repeat=stories)]


def test_intervals_against_all_resamples_of_four_stories() -> None:
    counts, resamples = some_counts(1, 4), 20_000
    found = bootstrap_intervals(counts, FIGURES, resamples=resamples, seed=3)
    error = SIGMAS * (0.025 * 0.975 / resamples) ** 0.5
    for name, columns in FIGURES.items():
        exact = [f1(counts[drawn][:, columns]) for drawn in every_resample(4)]
        assert_quantile(found[name].low or 0, exact, 0.025, error)
        assert_quantile(found[name].high or 0, exact, 0.975, error)
        assert found[name].undefined == 0


def test_another_level() -> None:
    counts = some_counts(1, 4)
    found = bootstrap_intervals(counts, FIGURES, resamples=20_000, level=0.5)["all"]
    exact = [f1(counts[drawn]) for drawn in every_resample(4)]
    error = SIGMAS * (0.25 * 0.75 / 20_000) ** 0.5
    assert_quantile(found.low or 0, exact, 0.25, error)
    assert_quantile(found.high or 0, exact, 0.75, error)


def test_paired_differences_against_all_resamples_of_four_stories() -> None:
    first, second, resamples = some_counts(1, 4), some_counts(2, 4), 20_000
    found = bootstrap_differences(first, second, FIGURES, resamples=resamples)
    error = SIGMAS * (0.025 * 0.975 / resamples) ** 0.5
    for name, columns in FIGURES.items():
        exact = [f1(second[d][:, columns]) - f1(first[d][:, columns]) for d in every_resample(4)]
        assert_quantile(found[name].interval.low or 0, exact, 0.025, error)
        assert_quantile(found[name].interval.high or 0, exact, 0.975, error)
        # The standard error of a standard deviation is at most sd * sqrt((kurtosis - 1) / 4n).
        spread = float(np.std(exact))
        kurtosis = float(stats.kurtosis(exact, fisher=False))
        assert found[name].deviation == pytest.approx(spread, abs=SIGMAS * spread * (kurtosis / 4 / resamples) ** 0.5)


def test_intervals_against_scipy() -> None:
    counts, resamples = some_counts(4, 60), 9_999
    found = bootstrap_intervals(counts, FIGURES, resamples=resamples)["all"]
    theirs = stats.bootstrap(
        (np.arange(60),),
        lambda drawn: f1(counts[drawn.astype(int)]),
        n_resamples=resamples,
        vectorized=False,
        method="percentile",
        random_state=np.random.default_rng(5),
    ).bootstrap_distribution
    error = SIGMAS * (2 * 0.025 * 0.975 / resamples) ** 0.5  # both are drawn
    assert_quantile(found.low or 0, theirs, 0.025, error)
    assert_quantile(found.high or 0, theirs, 0.975, error)


@pytest.mark.parametrize("stories", [700, 5_001, 40_000])  # single draws; Poisson weights first; more than one block
def test_how_often_a_story_is_drawn_is_multinomial(stories: int) -> None:
    resamples, watched = 600_000 // stories + 600, 40
    columns = np.zeros((stories, watched + 1, 1), np.uint8)
    places = np.linspace(0, stories - 1, watched).astype(int)
    columns[places, np.arange(watched), 0] = 1
    columns[:, watched, 0] = 1
    drawn = resample._resampled_sums(columns, resamples, 7)[:, :, 0]  # pyright: ignore
    assert (drawn[:, watched] == stories).all()
    often = np.bincount(drawn[:, :watched].astype(int).ravel(), minlength=6)
    chances = stats.binom(stories, 1 / stories)
    expected = [*chances.pmf(range(5)), chances.sf(4)]
    assert stats.chisquare([*often[:5], often[5:].sum()], np.array(expected) * often.sum()).pvalue > 1e-4


def test_sums_of_many_stories_have_the_variance_of_a_multinomial() -> None:
    stories, resamples = 40_000, 2_000
    numbers = np.random.default_rng(1).integers(0, 9, (stories, 2))
    numbers[:, 1] += numbers[:, 0]
    sums = resample._resampled_sums(numbers[:, None, :], resamples, 1)[:, 0]  # pyright: ignore
    covariance = np.cov(numbers.T, ddof=0) * stories
    means = numbers.sum(axis=0)
    assert (np.abs(sums.mean(axis=0) - means) < SIGMAS * np.sqrt(np.diag(covariance) / resamples)).all()
    assert np.cov(sums.T) == pytest.approx(covariance, rel=SIGMAS * (2 / resamples) ** 0.5)


def test_neighbours_are_drawn_independently_of_each_other() -> None:
    stories, resamples = 4_096, 2_000
    parts = np.eye(stories, 8, dtype=np.uint8)[:, :, None]
    drawn = resample._resampled_sums(parts, resamples, 2)[:, :, 0]  # pyright: ignore
    apart = np.corrcoef(drawn.T)[np.triu_indices(8, 1)]
    assert np.abs(apart).max() < SIGMAS / resamples**0.5


def test_neither_order_nor_names_of_stories_change_a_figure() -> None:
    rng = np.random.default_rng(6)
    first, second = some_counts(7, 30), some_counts(8, 30)
    order = rng.permutation(30)
    columns = ["a.x", "a.y", "b.z"]

    def named(counts: Array, names: list[str]) -> dict[str, dict[str, Counts]]:
        return {
            name: {path: Counts(*map(int, cell)) for path, cell in zip(columns, row, strict=True)}
            for name, row in zip(names, counts, strict=True)
        }

    def figures(first: Array, second: Array, names: list[str]) -> Any:
        one, other = (count_matrix(named(counts, names), columns) for counts in (first, second))
        groups = groups_of(columns)
        return (
            bootstrap_intervals(one, groups, 500),
            bootstrap_differences(one, other, groups, 500),
            sign_flip(one, other, 500),
        )

    plain = figures(first, second, [f"s{i}" for i in range(30)])
    assert plain == figures(first[order], second[order], [f"other {i}" for i in range(30)])
    silent = np.zeros((2, 3, 4), int)
    padded = [np.concatenate([silent, each]) for each in (first, second)]
    assert plain == figures(padded[0], padded[1], [f"s{i}" for i in range(32)])
    assert plain[0] != bootstrap_intervals(first, groups_of(columns), 500, seed=1)


def test_resamples_that_leave_a_figure_undefined_are_left_out_and_counted() -> None:
    counts = np.zeros((3, 2, 4), int)
    counts[:, 0, 0] = 5
    counts[0, 1] = [1, 1, 1, 1]
    found = bootstrap_intervals(counts, {"always": [0], "seldom": [1], "never": []}, resamples=9_000)
    missed = 9_000 * (2 / 3) ** 3  # no draw of three hits the only story that states it
    assert abs(found["seldom"].undefined - missed) < SIGMAS * (missed * (1 - (2 / 3) ** 3)) ** 0.5
    assert found["seldom"][:2] == (2 / 6, 2 / 6)
    assert found["always"] == (1.0, 1.0, 0)
    assert found["never"] == (None, None, 9_000)


@pytest.mark.parametrize("shape", [(0, 2, 4), (3, 2, 4), (3, 0, 4), (0, 0, 4)])
def test_where_nothing_is_stated_nothing_is_defined(shape: tuple[int, int, int]) -> None:
    nothing = np.zeros(shape, int)
    columns = list(range(shape[1]))
    assert bootstrap_intervals(nothing, {"all": columns}, 10) == {"all": (None, None, 10)}
    assert bootstrap_differences(nothing, nothing, {"all": columns}, 10) == {"all": ((None, None, 10), None)}
    assert sign_flip(nothing, nothing).p is None


def test_large_counts_are_summed_exactly() -> None:
    counts = np.array([[[9_999_999, 1, 2, 1]]] * 50)  # 50 times the same story: every resample has the same F1
    exact = 19_999_998 / (20_000_000 + 3)
    assert bootstrap_intervals(counts, {"f": [0]}, 200)["f"] == (exact, exact, 0)


@pytest.mark.parametrize("seed", range(6))
def test_exact_sign_flip_against_scipy(seed: int) -> None:
    first, second = some_counts(seed, 7), some_counts(seed + 100, 7)
    second[5] = first[5]  # a story in which the two do not differ
    both = np.concatenate([first, second])

    def difference(one: Array, other: Array) -> float:
        return f1(both[one.astype(int)]) - f1(both[other.astype(int)])

    theirs = stats.permutation_test(
        (np.arange(7), np.arange(7, 14)),
        difference,
        permutation_type="samples",
        vectorized=False,
        n_resamples=10**9,
        alternative="two-sided",
    )
    found = sign_flip(first, second)
    assert found.p == pytest.approx(theirs.pvalue)
    assert found[1:] == (2**6, True, 6)
    assert sign_flip(second, first) == found


def test_fifteen_differing_stories_are_the_last_that_are_exact() -> None:
    better, worse = np.array([[[1, 0, 0, 0]]]), np.array([[[0, 1, 0, 0]]])
    for stories, exact in ((15, True), (16, False)):
        found = sign_flip(np.repeat(better, stories, axis=0), np.repeat(worse, stories, axis=0), draws=999)
        assert found.exact == exact
        assert found.swaps == (2**15 if exact else 999)
    found = sign_flip(np.repeat(better, 15, axis=0), np.repeat(worse, 15, axis=0))
    assert found.p == 2 / 2**15  # only all or none swapped are as far apart


def test_sampled_sign_flip_adds_one_to_hits_and_draws() -> None:
    better, worse = np.array([[[1, 0, 0, 0]]] * 60), np.array([[[0, 1, 0, 0]]] * 60)
    assert sign_flip(better, worse, draws=999).p == 1 / 1000  # a hit has a chance of 2 in 2^60
    assert sign_flip(better, better).p == 1.0


@pytest.mark.parametrize(("stories", "better"), [(41, 26), (20_001, 10_120)])
def test_sampled_sign_flip_against_the_binomial(stories: int, better: int) -> None:
    """One leaf a story, right for one of the two: the difference is a sum of fair coins."""
    right, wrong = np.array([[1, 0, 0, 0]]), np.array([[0, 1, 0, 0]])
    first = np.array([right] * better + [wrong] * (stories - better))
    second = np.array([wrong] * better + [right] * (stories - better))
    exact = 2 * stats.binom(stories, 0.5).sf(better - 1)
    found = sign_flip(first, second, draws=4_000)
    assert found.p == pytest.approx(exact, abs=SIGMAS * (exact * (1 - exact) / 4_000) ** 0.5)
    assert found[1:] == (4_000, False, stories)
    assert sign_flip(second, first, draws=4_000) == found
    assert sign_flip(first, second, draws=4_000, seed=1) != found


def test_holm_step_by_step() -> None:
    # 5 x 0.01, 4 x 0.02, 3 x 0.03, then never less than before (2 x 0.04 = 0.08, 1 x 0.05): as R's p.adjust.
    assert holm([0.05, 0.01, 0.03, 0.02, 0.04]) == pytest.approx([0.09, 0.05, 0.09, 0.08, 0.09])
    assert holm([0.6, 0.7]) == [1.0, 1.0]
    assert holm([0.04]) == [0.04]
    assert holm([None, 0.03, 0.01]) == [None, 0.03, 0.02]
    assert holm([]) == []


def test_the_smallest_detectable_difference_is_found_in_80_percent_of_samples() -> None:
    deviation = 0.013
    least = smallest_detectable(deviation) or 0
    bound = stats.norm.ppf(0.975) * deviation
    power = stats.norm(least, deviation).sf(bound) + stats.norm(least, deviation).cdf(-bound)
    assert power == pytest.approx(0.8, abs=1e-4)
    assert smallest_detectable(None) is None
    assert smallest_detectable(0.0) is None


def test_a_matrix_takes_the_named_stories_in_the_named_order() -> None:
    stories = {"s": {"a.x": Counts(1, 2, 3, 4)}, "t": {"a.y": Counts(5)}}
    matrix = count_matrix(stories, ["a.y", "a.x"], ["t", "unknown", "s"])
    assert matrix.tolist() == [
        [[5, 0, 0, 0], [0, 0, 0, 0]],
        [[0, 0, 0, 0], [0, 0, 0, 0]],
        [[0, 0, 0, 0], [1, 2, 3, 4]],
    ]
    assert groups_of(["a.x", "b.x", "a.y.z"]) == {
        "": [0, 1, 2],
        "a": [0, 2],
        "b": [1],
        "a.x": [0],
        "b.x": [1],
        "a.y.z": [2],
    }
