"""Comparison of prediction files: every figure by arithmetic, what is refused, and the gate."""

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from rich.console import Console
from support import NUMBER, TEXT, event, write_lines, write_records, write_schema
from typer.testing import CliRunner, Result

from goldspan.cli.compare import compare as command
from goldspan.comparison import Comparison, check_comparable, compare, compare_systems, system_of
from goldspan.errors import DataError, UsageError
from goldspan.report.comparison_table import print_comparison
from goldspan.scoring import score

TYPES = {"deal": {"target": TEXT, "rounds": NUMBER}, "suit": {"forum": TEXT, "works": NUMBER}}
DEAL = event("deal", target="Alpha", rounds=3)
SUIT = event("suit", forum="Detroit", works=5)
WRONG_DEAL, SHORT_SUIT = event("deal", target="Alpha", rounds=4), event("suit", forum="Detroit")

GOLD = {"d1": [DEAL], "d2": [DEAL, SUIT], "d3": [SUIT], "d4": []}
FIRST = {"d1": [WRONG_DEAL], "d2": [DEAL, SUIT], "d3": [SHORT_SUIT], "d4": []}
SECOND = {"d1": [DEAL], "d2": [DEAL, SHORT_SUIT], "d3": [SHORT_SUIT], "d4": [SUIT]}
# FIRST: deal.target m2, deal.rounds m1 w1, suit.forum m2, suit.works m1 u1: 12 / (12 + 2 + 1).
# SECOND: deal.target m2, deal.rounds m2, suit.forum m2 x1, suit.works u2 x1: 12 / (12 + 2 + 2).
F1 = (12 / 15, 12 / 16)


class Files:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.options: dict[str, Any] = {"gold": self.write("gold", GOLD), "schema": write_schema(folder, TYPES)}

    def write(self, name: str, records: Any) -> Path:
        return write_records(self.folder / f"{name}.jsonl", records)

    def compare(self, *records: Any, **options: Any) -> Comparison:
        paths = [self.write(f"p{i}", each) for i, each in enumerate(records)]
        return compare(paths[0], paths[1], *paths[2:], **{**self.options, "resamples": 200, **options})

    def run(self, *arguments: object) -> Result:
        app = typer.Typer()
        app.command()(command)
        paths = [self.write("p0", FIRST), self.write("p1", SECOND)]
        options = ["--gold", self.options["gold"], "--schema", self.options["schema"], "--resamples", 50]
        return CliRunner().invoke(app, [str(each) for each in [*paths, *options, *arguments]])


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def test_differences_are_other_minus_first(files: Files) -> None:
    result = files.compare(FIRST, SECOND)
    versus = result.versus[0]
    assert versus.overall.change == pytest.approx(F1)
    assert versus.overall.change.difference == pytest.approx(F1[1] - F1[0])
    assert versus.types["deal"].change == pytest.approx((6 / 8, 1.0))
    assert versus.types["suit"].change == pytest.approx((6 / 7, 4 / 8))
    assert {path: figure.change for path, figure in versus.fields.items()} == {
        "deal.target": (1.0, 1.0),
        "deal.rounds": (0.5, 1.0),
        "suit.forum": (1.0, 0.8),
        "suit.works": (pytest.approx(2 / 3), 0.0),
    }
    assert list(versus.fields) == ["deal.target", "deal.rounds", "suit.forum", "suit.works"]  # as in the schema


def test_what_got_better_and_worse_the_most_changed_first(files: Files) -> None:
    versus = files.compare(FIRST, SECOND).versus[0]
    assert versus.better() == [("d1", (0.5, 1.0))]
    assert versus.worse() == [("d4", (None, 0.0)), ("d2", (1.0, pytest.approx(6 / 7)))]
    assert versus.better("fields") == [("deal.rounds", (0.5, 1.0))]
    assert [name for name, _ in versus.worse("fields")] == ["suit.works", "suit.forum"]


def test_p_by_enumeration(files: Files) -> None:
    # d1, d2 and d4 differ, d3 does not. (2m, below) of FIRST and SECOND: d1 (2, 4) (4, 4), d2 (8, 8) (6, 7),
    # d4 (0, 0) (0, 2), d3 (2, 3) in both. Numerator and denominator of one side for each of the 8 swaps:
    sides = [(a + b + 2, c + d + e + 3) for a, c in ((2, 4), (4, 4)) for b, d in ((8, 8), (6, 7)) for e in (0, 2)]
    differences = [abs(m / n - (24 - m) / (31 - n)) for m, n in sides]
    test = files.compare(FIRST, SECOND).versus[0].test
    assert test.p == sum(each >= abs(F1[1] - F1[0]) - 1e-12 for each in differences) / 8
    assert (test.swaps, test.exact, test.differing) == (8, True, 3)


def test_stories_not_documents_are_resampled(files: Files, tmp_path: Path) -> None:
    documents = write_lines(
        tmp_path / "documents.jsonl", [{"doc_id": doc_id, "text": "…", "story": "the one"} for doc_id in GOLD]
    )
    result = files.compare(FIRST, SECOND, documents=documents)
    versus = result.versus[0]
    assert result.stories == 1
    assert versus.overall.interval == (versus.overall.change.difference, versus.overall.change.difference, 0)
    assert (versus.smallest_detectable, versus.test.p, versus.test.swaps) == (None, 1.0, 2)


def test_a_file_against_itself(files: Files) -> None:
    versus = files.compare(FIRST, FIRST).versus[0]
    assert (versus.overall.change.difference, versus.overall.interval) == (0.0, (0.0, 0.0, 0))
    assert (versus.test.p, versus.p_holm, versus.smallest_detectable) == (1.0, 1.0, None)
    assert (versus.better(), versus.worse("fields"), versus.dropped(0)) == ([], [], False)


def test_more_than_two_are_each_against_the_first_with_holm(files: Files) -> None:
    gold = {f"d{i}": [DEAL] for i in range(8)}
    half = {**gold, **{f"d{i}": [WRONG_DEAL] for i in range(4)}}
    files.write("gold", gold)
    result = files.compare(gold, half, {})
    # 4 and 8 stories differ, all to one side: 2 of 2^n swaps are as extreme.
    assert [versus.test.p for versus in result.versus] == [2 / 2**4, 2 / 2**8]
    assert [versus.p_holm for versus in result.versus] == [2 / 2**4, 2 * 2 / 2**8]
    assert result.versus[0] == files.compare(gold, half).versus[0]


def test_fewer_than_ten_stories_only_indicate(files: Files) -> None:
    for number, indicative in ((9, True), (10, False)):
        gold = {**{f"d{i}": [DEAL] for i in range(number)}, "silent": []}
        files.write("gold", gold)
        result = files.compare(gold, {})
        assert (result.stories, result.indicative) == (number, indicative)


def test_names_and_order_of_documents_change_nothing(files: Files) -> None:
    def figures() -> Any:
        shown = files.compare(FIRST, SECOND).as_json()["comparisons"][0]
        return {key: value for key, value in shown.items() if key not in ("better", "worse")}

    before = figures()
    names = {"d1": "z", "d2": "y", "d3": "x", "d4": "w"}
    files.write("gold", {names[doc_id]: GOLD[doc_id] for doc_id in reversed(GOLD)})
    first, second = ({names[doc_id]: each[doc_id] for doc_id in each} for each in (FIRST, SECOND))
    after = files.compare(first, second).as_json()["comparisons"][0]
    assert {key: value for key, value in after.items() if key in before} == before


def test_json(files: Files) -> None:
    result = files.compare(FIRST, SECOND, seed=5)
    shown = json.loads(json.dumps(result.as_json()))
    assert shown["resampling"] == {"by": "story", "resamples": 200, "seed": 5, "level": 0.95}
    assert shown["signature"].endswith("|avg:micro|boot:story,200,seed=5")
    assert (shown["documents"], shown["stories"], shown["indicative"]) == (4, 4, True)
    assert [each["f1"] for each in shown["systems"]] == pytest.approx(F1)
    (versus,) = shown["comparisons"]
    low, high = versus["overall"]["interval"]
    assert low <= F1[1] - F1[0] <= high
    assert versus["worse"]["documents"][0] == {"name": "d4", "before": None, "after": 0.0}
    assert versus["permutation"] == {"swaps": 8, "exact": True, "differing_stories": 3}


def test_scores_of_other_gold_are_refused(files: Files) -> None:
    predictions = files.write("p", FIRST)
    one = score(predictions, **files.options)
    other = score(predictions, **{**files.options, "gold": files.write("other", SECOND)})
    check_comparable(one, one)
    with pytest.raises(UsageError, match="different signatures"):
        check_comparable(one, other)
    with pytest.raises(UsageError, match="different signatures"):
        compare_systems([system_of("a", one), system_of("b", other)])


def test_what_is_wrong_in_any_file_is_told_at_once_and_gold_once(files: Files) -> None:
    gold = write_lines(files.folder / "twice.jsonl", [{"doc_id": "d1", "events": []}] * 2)
    named = [files.write(name, {"d1": [], f"{name} alone": []}) for name in "abc"]
    with pytest.raises(DataError) as raised:
        compare(*named[:2], named[2], **{**files.options, "gold": gold})
    assert [(each.file, each.line) for each in raised.value.problems] == [(gold, 2), *((path, 2) for path in named)]


def test_a_file_that_is_not_there_is_told_before_any_work(files: Files) -> None:
    broken = files.write("broken", {"nobody": []})
    with pytest.raises(UsageError, match=r"nowhere: No such file"):
        compare(broken, files.folder / "nowhere", **files.options)


def test_other_stories_are_refused(files: Files, tmp_path: Path) -> None:
    predictions = files.write("p", FIRST)
    rows = [{"doc_id": doc_id, "text": "…", "story": "the one"} for doc_id in GOLD]
    grouped = score(predictions, **files.options, documents=write_lines(tmp_path / "documents.jsonl", rows))
    alone = score(predictions, **files.options)
    with pytest.raises(UsageError, match="same documents and stories"):
        compare_systems([system_of("a", grouped), system_of("b", alone)])
    with pytest.raises(UsageError, match="at least two"):
        compare_systems([system_of("a", alone)])


def test_the_table_tells_the_figures(files: Files, tmp_path: Path) -> None:
    with (tmp_path / "shown").open("w+", encoding="utf-8") as out:
        print_comparison(files.compare(FIRST, SECOND, {}), Console(file=out, width=200))
        out.seek(0)
        shown = out.read()
    rows = {" ".join(line.split()[:-2]) for line in shown.splitlines()}
    assert "deal.rounds 0.500 1.000 +0.500" in rows
    assert "all fields, micro 0.800 0.750 -0.050" in rows
    assert "all fields, micro 0.800 0.000 -0.800" in rows
    assert "after Holm over 2 comparisons" in shown
    assert "d4 – → 0.000" in shown
    assert "200 paired resamples of 4 stories (seed 0); so few" in shown


@pytest.mark.parametrize(("limit", "code"), [(0.04, 1), (0.05, 0), (0.06, 0)])  # F1 falls by exactly 0.05
def test_the_gate(files: Files, limit: float, code: int) -> None:
    result = files.run("--max-drop", limit)
    assert result.exit_code == code
    assert ("by more than" in result.stderr) == bool(code)


def test_json_on_standard_output_and_nothing_else(files: Files) -> None:
    result = files.run("--json", "-", "--seed", 3)
    assert (result.exit_code, json.loads(result.stdout)["resampling"]["seed"]) == (0, 3)


def test_a_difference_that_cannot_be_told_counts_as_a_drop(files: Files) -> None:
    nothing = {"d1": []}
    found = files.compare(nothing, nothing, gold=files.write("nothing", nothing)).versus[0]
    assert found.overall.change.difference is None
    assert found.dropped(1.0)
