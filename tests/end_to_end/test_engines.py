"""One process, several, and a dask cluster give the same figures to the last digit, and the same errors."""

import json
import random
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from goldspan import DataError, UsageError, run, score
from goldspan.content import GOLD
from goldspan.engines import cut
from goldspan.report.as_json import score_as_json

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


@pytest.mark.parametrize("workers", [1, 2, 3, 40])
def test_a_file_is_cut_into_ever_shorter_runs_of_whole_lines_that_make_it_up(tmp_path: Path, workers: int):
    lines = [b"%d\n" % number * (1 + number % 5) for number in range(1000)]
    data = b"".join(lines)
    path = tmp_path / "lines"
    path.write_bytes(data)
    spans = list(cut(path, workers))
    pieces = [data[span.start : span.end] for span in spans]
    assert b"".join(pieces) == data
    assert all(piece.endswith(b"\n") for piece in pieces)
    assert [span.line for span in spans] == [1 + data[: span.start].count(b"\n") for span in spans]
    longest = max(map(len, data.splitlines(keepends=True)))
    sizes = [len(piece) for piece in pieces]
    assert all(later <= sooner + longest for sooner, later in pairwise(sizes))
    assert sizes[0] <= len(data) / (2 * workers) + longest
    assert len(spans) <= 40 * workers


def test_a_file_that_is_empty_or_has_no_end_of_line_is_cut_too(tmp_path: Path):
    path = tmp_path / "lines"
    for data in (b"", b"one"):
        path.write_bytes(data)
        assert [(span.start, span.end, span.line) for span in cut(path, 2)] == [(0, len(data), 1)]
