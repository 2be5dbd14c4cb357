"""One process, several, and a dask cluster give the same figures to the last digit, and the same errors."""

import json
import os
import random
import tempfile
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import TEXT, write_schema

from goldspan import DataError, UsageError, run, score
from goldspan.content import GOLD
from goldspan.engines import Inputs, Workers, open_workers, score_runs
from goldspan.join import LineIndex
from goldspan.line_spans import PIECE, Span, cut
from goldspan.report.as_json import score_as_json
from goldspan.shard import ShardResult

ENGINES: list[dict[str, Any]] = [{"workers": 3}, {"engine": "dask", "workers": 2}]


@pytest.fixture(scope="module")
def predictions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("run") / "rules.jsonl"
    run("rules", out)
    return out


@pytest.fixture(scope="module")
def alone(predictions: Path) -> dict[str, Any]:
    return score_as_json(score(predictions, resamples=200))


@pytest.mark.parametrize("engine", ENGINES, ids=["processes", "dask"])
def test_every_engine_gives_the_same_figures(predictions: Path, alone: dict[str, Any], engine: dict[str, Any]):
    assert score_as_json(score(predictions, resamples=200, **engine)) == alone


def test_the_order_of_both_files_changes_no_figure(predictions: Path, alone: dict[str, Any], tmp_path: Path):
    files: list[Path] = []
    for number, path in enumerate((GOLD, predictions)):
        lines = path.read_text().splitlines()
        random.Random(number).shuffle(lines)
        files.append(tmp_path / f"{number}.jsonl")
        files[-1].write_text("\n".join(lines) + "\n")
    shuffled = score_as_json(
        score(files[1], gold=files[0], documents=GOLD.parents[1] / "seeds/documents.jsonl", resamples=200)
    )
    for found in (shuffled, expected := dict(alone)):
        found["documents"] = dict(sorted(found["documents"].items()))
        found.pop("signature")
    assert shuffled == expected


def test_errors_are_told_by_every_engine(predictions: Path, tmp_path: Path):
    lines = predictions.read_text().splitlines()
    broken = tmp_path / "broken.jsonl"
    broken.write_text("\n".join([*lines, lines[3], json.dumps({"doc_id": "nobody"}), "{"]) + "\n")
    told: list[str] = []
    for engine in [{}, *ENGINES]:
        with pytest.raises(DataError) as raised:
            score(broken, **engine)
        told.append(str(raised.value))
    assert told[0].count("\n") == 2
    assert told == told[:1] * 3


@pytest.mark.parametrize("engine", [{}, *ENGINES])
def test_a_file_that_is_not_there_is_a_wrong_call_on_every_engine(
    predictions: Path, tmp_path: Path, engine: dict[str, Any]
):
    nowhere = tmp_path / "nowhere.jsonl"
    for files in ({"predictions": nowhere}, {"predictions": predictions, "gold": nowhere}):
        with pytest.raises(UsageError, match=r"nowhere\.jsonl: No such file"):
            score(**files, **engine)


def test_an_unknown_engine_is_a_wrong_call(predictions: Path):
    with pytest.raises(UsageError, match="no engine 'spark'"):
        score(predictions, engine="spark")


@pytest.mark.parametrize("engine", ["local", "dask"])
def test_a_worker_that_is_killed_is_told(engine: str):
    with pytest.raises(UsageError, match="before its work was done"), open_workers(engine, 1) as workers:
        workers.executor.submit(os._exit, 9).result()


@pytest.mark.parametrize("workers", [1, 2, 3, 40])
def test_files_are_cut_into_ever_shorter_runs_of_the_same_lines_that_make_them_up(tmp_path: Path, workers: int):
    gold, pred = tmp_path / "gold", tmp_path / "pred"
    lines = [b"%d\n" % number * (1 + number % 5) for number in range(1000)]
    gold.write_bytes(data := b"".join(lines))
    pred.write_bytes(pred_data := b"".join(line[:-1] * 500 + b"\n" for line in data.splitlines(keepends=True)))
    assert len(pred_data) > 3 * PIECE
    runs = list(cut(gold, pred, workers))
    pieces = [data[span.start : span.end] for span, _ in runs]
    pred_pieces = [pred_data[span.start : span.end] for _, span in runs]
    assert b"".join(pieces) == data
    assert b"".join(pred_pieces) == pred_data
    assert all(piece.endswith(b"\n") for piece in pieces)
    assert [piece.count(b"\n") for piece in pred_pieces] == [piece.count(b"\n") for piece in pieces]
    firsts = [1 + data[: span.start].count(b"\n") for span, _ in runs]
    assert [(one.line, other.line) for one, other in runs] == [(line, line) for line in firsts]
    longest = max(map(len, data.splitlines(keepends=True)))
    sizes = [len(piece) for piece in pieces]
    assert all(later <= sooner + longest for sooner, later in pairwise(sizes))
    assert sizes[0] <= len(data) / (2 * workers) + longest
    assert len(runs) <= 40 * workers


@pytest.mark.parametrize("pred_lines", [0, 1, 499, 500, 501, 1000])
def test_predictions_that_are_fewer_or_more_lines_than_gold_are_cut_whole(tmp_path: Path, pred_lines: int):
    gold, pred = tmp_path / "gold", tmp_path / "pred"
    gold.write_bytes(b"{}\n" * 500)
    pred.write_bytes(b"{}\n" * pred_lines)
    spans = [span for _, span in cut(gold, pred, 2)]
    assert [span.start for span in spans] == [0, *(span.end for span in spans[:-1])]
    assert [span.start for span in spans] == [3 * min(span.line - 1, pred_lines) for span in spans]
    assert spans[-1].end is None


def test_a_file_that_is_empty_or_has_no_end_of_line_is_cut_too(tmp_path: Path):
    path = tmp_path / "lines"
    for data in (b"", b"one"):
        path.write_bytes(data)
        assert list(cut(path, path, 2)) == [(Span(0, len(data), 1), Span(0, None, 1))]


def in_runs(folder: Path, gold: Path, pred: Path, at_once: int) -> tuple[ShardResult, LineIndex]:
    """What the runs of gold give when they are scored one after the other."""
    inputs = Inputs(gold, write_schema(folder, {"pet": {"name": TEXT}}), None, False, False, False)
    with ThreadPoolExecutor(1) as executor:
        return score_runs(Workers(executor, at_once), inputs, index := LineIndex(pred)), index


@pytest.mark.parametrize("missing", range(10))
def test_what_is_wrong_with_gold_is_told_by_its_line_wherever_a_run_ends(tmp_path: Path, missing: int):
    rows = [f"d{number}" for number in range(10)]
    gold = written(tmp_path / "gold", [*rows])
    lines = gold.read_text().splitlines(keepends=True)
    gold.write_text("".join([*lines[:7], *(line.replace('"Rex"', "5") for line in lines[7:])]))
    pred = written(tmp_path / "pred", [row for row in rows if row != f"d{missing}"])
    result, _ = in_runs(tmp_path, gold, pred, 2)
    assert [problem.line for problem in result.gold_problems] == [8, 9, 10]


def written(path: Path, rows: list[str | None]) -> Path:
    """A record a row; None is a blank line."""
    events = [{"type": "pet", "id": "e0", "fields": {"name": "Rex"}}]
    lines = ["" if row is None else json.dumps({"doc_id": row, "events": events}) for row in rows]
    path.write_text("".join(line + "\n" for line in lines))
    return path


@given(data=st.data(), at_once=st.integers(1, 5))
@settings(max_examples=150)
def test_each_run_finds_its_predictions_wherever_they_are(data: st.DataObject, at_once: int):
    """Whatever is missing, moved, or between the lines: each document has its own line, and the index is whole."""
    names = [f"d{number}" for number in range(data.draw(st.integers(0, 60)))]
    predicted: list[str | None] = [*names]
    changes = st.tuples(st.integers(0, 60), st.sampled_from(["drop", "move", "blank", "new"]))
    for number, (asked, what) in enumerate(data.draw(st.lists(changes))):
        place = min(asked, len(predicted))
        if what in ("blank", "new"):
            predicted.insert(place, None if what == "blank" else f"new{number}")
        elif place < len(predicted):
            row = predicted.pop(place)
            if what == "move":
                predicted.insert(data.draw(st.integers(0, len(predicted))), row)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        gold, pred = written(folder / "gold", [*names]), written(folder / "pred", predicted)
        result, index = in_runs(folder, gold, pred, at_once)
    numbers = {row: number for number, row in enumerate(predicted, start=1) if row is not None}
    assert {doc_id: counts.matched for doc_id, counts in result.table.document_counts()} == {
        doc_id: int(doc_id in numbers) for doc_id in names
    }
    assert [doc_id for doc_id, _ in result.table.names()] == names
    assert result.tallies.missing == [doc_id for doc_id in names if doc_id not in numbers]
    assert [index.numbers[position] for position in result.used] == [numbers[each] for each in names if each in numbers]
    assert sorted(index.numbers) == sorted(numbers.values())
