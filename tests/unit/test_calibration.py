"""Figures of confidence, against arithmetic written out, scikit-learn and a plain oracle on random leaves."""

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss, roc_auc_score
from support import NUMBER, TEXT, event, list_of, schema_of, score_files

from goldspan.calibration import Confidence
from goldspan.errors import UsageError

TYPES = {"deal": {"target": TEXT, "rounds": NUMBER, "people": list_of(TEXT)}}
SCHEMA = schema_of(TYPES)


def counted(*leaves: tuple[float, bool]) -> Confidence:
    confidence = Confidence(SCHEMA)
    for value, right in leaves:
        confidence.count(value, right=right)
    return confidence


def random_leaves(seed: int, number: int = 3_000) -> list[tuple[float, bool]]:
    rng = np.random.default_rng(seed)
    steps = (rng.integers(0, 1_001, number) / 1_000).tolist()
    return [(value, rng.random() < value**2) for value in steps]


def test_by_hand() -> None:
    found = counted((0.9, True), (0.9, True), (0.9, False), (0.5, True), (0.25, False))
    # Pairs of a right and a wrong leaf: 0.9 and 0.9 against 0.9 tie, 0.5 against 0.9 loses; all beat 0.25.
    assert found.auroc == pytest.approx((0.5 + 0.5 + 0 + 3) / 6)
    assert found.brier == pytest.approx((0.01 + 0.01 + 0.81 + 0.25 + 0.0625) / 5)
    # Bins: 0.8-0.9 has 2 of 3 at 0.9, 0.4-0.5 has 1 of 1 at 0.5, 0.2-0.3 has 0 of 1 at 0.25.
    assert found.calibration_error == pytest.approx((3 * (0.9 - 2 / 3) + 0.5 + 0.25) / 5)
    assert found.curve == [(0.9, 0.6, pytest.approx(1 / 3)), (0.5, 0.8, 0.25), (0.25, 1.0, 0.4)]
    assert found.area == pytest.approx((3 * 1 / 3 + 0.25 + 0.4) / 5)
    assert found.unread == 0.0  # no threshold leaves 95% right
    assert found.leaves == 5


@pytest.mark.parametrize("seed", range(3))
def test_against_scikit_learn(seed: int) -> None:
    leaves = random_leaves(seed)
    values, right = np.array([value for value, _ in leaves]), np.array([right for _, right in leaves])
    found = counted(*leaves)
    assert found.auroc == pytest.approx(roc_auc_score(right, values))
    assert found.brier == pytest.approx(brier_score_loss(right, values))
    inner = np.nextafter(values, 0)  # scikit-learn's bins are open above, these below
    share, mean = calibration_curve(right, inner, n_bins=10)
    sizes = [n for n in np.histogram(inner, np.linspace(0, 1, 11))[0] if n]
    assert found.calibration_error == pytest.approx(float(np.abs(share - mean) @ sizes / len(leaves)))


@pytest.mark.parametrize("seed", range(3))
def test_risk_and_coverage_against_a_plain_oracle(seed: int) -> None:
    leaves = random_leaves(seed, 400)
    found = counted(*leaves)
    risks, allowed = [], 0.0
    for threshold, _ in leaves:
        accepted = [right for value, right in leaves if value >= threshold]
        risks.append(accepted.count(False) / len(accepted))
        if accepted.count(True) >= 0.95 * len(accepted):
            allowed = max(allowed, len(accepted) / len(leaves))
    assert found.area == pytest.approx(sum(risks) / len(risks))
    assert found.unread == pytest.approx(allowed)
    assert 0 < allowed < 1
    assert found.curve[-1].coverage == 1.0


@pytest.mark.parametrize(
    ("right", "wrong", "share"),
    [(19, 1, 1.0), (18, 1, 0.0), (0, 1, 0.0), (1, 0, 1.0)],  # 19 of 20 are exactly 95%
)
def test_leaves_of_one_confidence_are_filled_unread_together(right: int, wrong: int, share: float) -> None:
    assert counted(*[(0.7, True)] * right, *[(0.7, False)] * wrong).unread == share


def test_the_share_filled_unread_may_pass_a_dip() -> None:
    leaves = [(0.9, False), *[(0.8, True)] * 19, (0.1, False)]
    assert counted(*leaves).unread == 20 / 21


@pytest.mark.parametrize(("value", "mean"), [(0.0, 0.05), (0.1, 0.05), (0.10001, 0.15), (0.3, 0.25), (1.0, 0.95)])
def test_a_bin_includes_its_upper_edge(value: float, mean: float) -> None:
    # A leaf in the middle of the same bin shares its gap; in another bin the gaps add up.
    together = counted((value, True), (mean, False)).calibration_error
    assert together == pytest.approx(abs(1 - value - mean) / 2)


def test_figures_that_are_not_defined() -> None:
    assert counted().as_json() is None
    assert (counted().brier, counted().calibration_error, counted().area, counted().unread) == (None,) * 4
    only_right, only_wrong = counted((0.8, True)), counted((0.8, False))
    assert (only_right.auroc, only_wrong.auroc) == (None, None)
    assert only_right.brier == pytest.approx(0.04)
    assert only_wrong.brier == pytest.approx(0.64)


def test_confidences_beyond_0_and_1_are_left_out() -> None:
    assert counted((1.5, True), (-0.1, True), (float("nan"), True), (0.5, True)).leaves == 1


def test_shards_add_up_in_any_order_and_can_be_sent() -> None:
    leaves = random_leaves(9)
    whole = counted(*leaves).as_json()
    parts = [counted(*leaves[start::3]) for start in range(3)]
    for order in ((0, 1, 2), (2, 0, 1)):
        merged = counted()
        for i in order:
            merged.merge(pickle.loads(pickle.dumps(parts[i])))  # noqa: S301
        assert merged.as_json() == whole


def test_the_curve_in_json_is_short_and_complete_at_its_ends() -> None:
    rng = np.random.default_rng(1)
    found = counted(*[(rng.random(), rng.random() < 0.5) for _ in range(5_000)])
    points = (found.as_json() or {})["risk_coverage"]["points"]
    assert len(found.curve) > 4_000
    assert len(points) <= 101
    assert points[0] == found.curve[0]._asdict()
    assert points[-1] == found.curve[-1]._asdict()


def confidence_of(folder: Path, gold: Any, pred: Any) -> Confidence:
    found = Confidence(SCHEMA)
    for match in score_files(folder, TYPES, gold, pred).documents.values():
        found.add(match)
    return found


def test_leaves_are_right_where_they_match(tmp_path: Path) -> None:
    gold = {
        "d1": [event("deal", target="Alpha", rounds=3, people=["Ann", "Bob"])],
        "d2": [event("deal", target="Beta")],
    }
    sure = {"/target": 0.9, "/rounds": 0.8, "/people/0": 0.7, "/people/1": 0.6, "/missing": 0.5}
    found = confidence_of(
        tmp_path,
        gold,
        {
            "d1": [event("deal", target="Alpha", rounds=4, people=["Eve", "Ann"]) | {"confidence": sure}],
            "d2": [
                event("deal", target="Beta"),  # no confidence: not counted
                event("deal", target="Gamma") | {"confidence": {"/target": 0.4}},
            ],
        },
    )
    assert sorted(found.levels) == [(40_000, 1, 0), (60_000, 1, 1), (70_000, 1, 0), (80_000, 1, 0), (90_000, 1, 1)]


def test_without_any_confidence_there_is_no_figure(tmp_path: Path) -> None:
    gold = {"d1": [event("deal", target="Alpha")], "d2": []}
    assert confidence_of(tmp_path, gold, {"d1": gold["d1"]}).as_json() is None


def test_without_scikit_learn_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "sklearn.metrics", None)  # what import does where it is missing
    with pytest.raises(UsageError, match=r"goldspan\[calibration\]"):
        counted((0.5, True)).as_json()
