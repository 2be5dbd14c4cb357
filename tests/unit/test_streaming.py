"""What scoring keeps of each document, and what it refuses, when it reads files as streams."""

import gc
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import dask.config
import distributed  # sets the defaults that dask.config.set must not come before
import pytest
from support import NUMBER, TEXT, event, four, kind, list_of, schema_of, score_files, write_records, write_schema

from goldspan import DataError, UsageError, score
from goldspan.check import check_event
from goldspan.content import GOLD as GOLD_FILE
from goldspan.garbage import MANY, seldom_collected
from goldspan.records import Event
from goldspan.settling import matched_leaves

TYPES = {"pet": {"name": TEXT, "age": NUMBER}}
GOLD = {"d1": [event("pet", name="Rex", age=3)], "d2": [event("pet", name="Tom", age=5)]}


def lines(folder: Path, name: str, rows: list[dict[str, Any]]) -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_the_garbage_collector_is_left_as_it_was_whichever_thread_ends_last(tmp_path: Path):
    before = gc.get_threshold()
    gc.set_threshold(600, 9, 8)
    try:
        score_files(tmp_path, TYPES, GOLD, GOLD)
        assert gc.get_threshold() == (600, 9, 8)
        first, second = seldom_collected(), seldom_collected()
        first.__enter__()
        second.__enter__()
        assert gc.get_threshold() == (MANY, 9, 8)
        first.__exit__(None, None, None)
        assert gc.get_threshold() == (MANY, 9, 8)
        second.__exit__(None, None, None)
        assert gc.get_threshold() == (600, 9, 8)
        gc.set_threshold(0, 9, 8)
        with seldom_collected():
            assert gc.get_threshold() == (0, 9, 8)
    finally:
        gc.set_threshold(*before)


NO_JSON = [
    b'{"doc_id": "d1", "events": [{"type": "pet", "fields": {"name": "\xff"}}]}',
    b'{"doc_id": "d1", "events": [{"type": "pet", "fields": {"age": 1e400}}]}',
    b'{"doc_id": "d1", "events": [{"type": "pet", "fields": {"\xff": 1}}]}',
]


@pytest.mark.parametrize("broken", NO_JSON)
@pytest.mark.parametrize("order", [[0, 1], [1, 0]])
@pytest.mark.parametrize("workers", [1, 2])
def test_a_line_that_names_its_document_and_is_no_json_is_an_error(
    tmp_path: Path, broken: bytes, order: list[int], workers: int
):
    gold = write_records(tmp_path / "gold.jsonl", GOLD)
    other = json.dumps({"doc_id": "d2", "events": GOLD["d2"]}).encode()
    pred = tmp_path / "pred.jsonl"
    pred.write_bytes(b"\n".join([[broken, other][i] for i in order]) + b"\n")
    options: dict[str, Any] = {"gold": gold, "schema": write_schema(tmp_path, TYPES), "workers": workers}
    with pytest.raises(DataError) as raised:
        score(pred, **options)
    assert [(problem.line, problem.message[:8]) for problem in raised.value.problems] == [
        (order.index(0) + 1, "no JSON:")
    ]
    result = score(pred, **options, keep_going=True)
    assert (result.unreadable, result.missing, four(result.micro)) == (1, ["d1"], (2, 0, 2, 0))


def test_documents_named_twice_or_unknown_are_told_together(tmp_path: Path):
    empty = [{"doc_id": name, "events": []} for name in ("d1", "d2", "d1", "nobody")]
    (tmp_path / "schema").mkdir()
    pet = {"type": "object", "properties": TYPES["pet"]}
    (tmp_path / "schema" / "pet.schema.json").write_text(json.dumps(pet))

    with pytest.raises(DataError) as raised:
        score(
            lines(tmp_path, "pred.jsonl", empty),
            gold=lines(tmp_path, "gold.jsonl", [empty[0], empty[1], empty[1]]),
            schema=tmp_path / "schema",
        )
    told = [(problem.file and problem.file.name, problem.line, problem.doc_id) for problem in raised.value.problems]
    assert told == [("gold.jsonl", 3, "d2"), ("pred.jsonl", 3, "d1"), ("pred.jsonl", 4, "nobody")]


@pytest.mark.parametrize("order", ["d1 d2 d1 d2", "d2 d1 d2", "d2 d1 d1 d2 d2", "d1 d2 d2 d1"])
def test_a_document_named_twice_is_known_whichever_of_its_lines_is_read(tmp_path: Path, order: str):
    names = order.split()
    with pytest.raises(DataError) as raised:
        score(
            lines(tmp_path, "pred.jsonl", [{"doc_id": name, "events": []} for name in names]),
            gold=lines(tmp_path, "gold.jsonl", [{"doc_id": name, "events": []} for name in ("d1", "d2")]),
        )
    again = [i for i, name in enumerate(names) if name in names[:i]]
    assert [str(each).partition("pred.jsonl:")[2] for each in raised.value.problems] == [
        f"{i + 1}: document {names[i]}: /doc_id: the same document as in line {names.index(names[i]) + 1}"
        for i in again
    ]


@pytest.mark.parametrize("order", [[0, 1], [1, 0], [0, 1, 1], [2, 0, 1], [0, 2], [0, 3], [3, 0, 0]])
@pytest.mark.parametrize("workers", [1, 2])
def test_each_line_that_is_no_json_is_told_once_whatever_else_is_wrong(tmp_path: Path, order: list[int], workers: int):
    """Whether another line names the same document, gold does not know it, or names it twice."""
    broken = b'{"doc_id": "%s", "error": "\xff"}'
    rows = [broken % b"d1", b'{"doc_id": "d1"}', b'{"doc_id": "d0"}', broken % b"nobody"]
    pred = tmp_path / "pred.jsonl"
    pred.write_bytes(b"".join(rows[i] + b"\n" for i in order))
    for gold in (["d0", "d1"], ["d1", "d1"]):
        with pytest.raises(DataError) as raised:
            score(
                pred,
                gold=lines(tmp_path, "gold.jsonl", [{"doc_id": name, "events": []} for name in gold]),
                workers=workers,
            )
        told = [each.line for each in raised.value.problems if each.message.startswith("no JSON")]
        assert told == [line for line, i in enumerate(order, start=1) if i in (0, 3)]


def test_an_error_in_another_process_reads_the_same(tmp_path: Path):
    wrong = tmp_path / "documents.jsonl"
    wrong.write_text("{\n{\n")
    told: list[str] = []
    for workers in (1, 2):
        with pytest.raises(DataError) as raised:
            score(GOLD_FILE, gold=GOLD_FILE, documents=wrong, workers=workers)
        told.append(str(raised.value))
    assert told[0] == told[1]
    assert told[0].count("documents.jsonl") == 2


@pytest.mark.parametrize("workers", [1, 2])
def test_of_two_files_that_are_not_there_the_predictions_are_named(tmp_path: Path, workers: int):
    with pytest.raises(UsageError, match=r"pred: No such file"):
        score(tmp_path / "pred", gold=tmp_path / "gold", workers=workers)


def test_a_script_that_cannot_start_workers_is_told_why(tmp_path: Path):
    script = tmp_path / "script.py"
    script.write_text("import goldspan\ngoldspan.score(goldspan.content.GOLD, workers=2)\n")
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False)
    assert "outside of `if __name__ == " in done.stderr.splitlines()[-1]


def test_a_pair_with_a_misread_leaf_is_found_and_not_perfect(tmp_path: Path):
    pred = {"d1": [event("pet", name="Rex", age=4)], "d2": [event("pet", name="Tom", age=5)]}
    events = score_files(tmp_path, TYPES, GOLD, pred).events
    assert (events.matched, events.perfect) == (2, 1)


@pytest.mark.parametrize("start", [b"\xef\xbb\xbf\n", b"\xef\xbb\xbf", b"\n \n"])
def test_a_file_may_begin_with_nothing(tmp_path: Path, start: bytes):
    expected = score_files(tmp_path, TYPES, GOLD, GOLD).micro
    for name in ("gold.jsonl", "predictions.jsonl"):
        path = tmp_path / name
        path.write_bytes(start + path.read_bytes())
    again = score(tmp_path / "predictions.jsonl", gold=tmp_path / "gold.jsonl", schema=tmp_path / "schema")
    assert again.micro == expected


def test_a_file_that_is_a_byte_order_mark_predicts_nothing(tmp_path: Path):
    score_files(tmp_path, TYPES, GOLD, GOLD)
    (tmp_path / "mark.jsonl").write_bytes(b"\xef\xbb\xbf")
    result = score(tmp_path / "mark.jsonl", gold=tmp_path / "gold.jsonl", schema=tmp_path / "schema")
    assert (result.missing, result.unreadable) == (["d1", "d2"], 0)


ACCEPTED = {
    "amount": (kind("money"), {"amount": 1, "currency": "USD"}, {"amount": 2, "currency": "USD"}),
    "name": (kind("name"), "Rex", "Tom"),
    "term": (kind("duration"), "P1Y", "P2Y"),
}


@pytest.mark.parametrize("wrong", [5, None, "x", [[]], {}, {"amount": 1}])
@pytest.mark.parametrize("name", ACCEPTED)
def test_an_accepted_value_that_the_schema_does_not_allow_is_told(tmp_path: Path, name: str, wrong: Any):
    schema, value, other = ACCEPTED[name]
    if (name, wrong) == ("name", "x"):
        return  # a name
    gold = {"d1": [event("pet", **{name: value}) | {"accepted": {f"/{name}": [wrong]}}]}
    for pred in (value, other):
        with pytest.raises(DataError) as raised:
            score_files(tmp_path, {"pet": {name: schema}}, gold, {"d1": [event("pet", **{name: pred})]})
        assert {problem.pointer for problem in raised.value.problems} == {f"/events/0/accepted/~1{name}/0"}


def test_a_byte_order_mark_does_not_hide_the_first_document(tmp_path: Path):
    marked = tmp_path / "marked.jsonl"
    marked.write_bytes(b"\xef\xbb\xbf" + GOLD_FILE.read_bytes())
    for files in ((marked, GOLD_FILE), (GOLD_FILE, marked)):
        result = score(files[0], gold=files[1])
        assert (result.micro.f1, result.missing) == (1, [])


@pytest.mark.parametrize(
    "order", [[0, 1, 2, 3], [3, 2, 1, 0], [0, 2, 1, 3], [1, 0, 3, 2], [0, 1, 3], [1, 3, 2], [3], []]
)
def test_predictions_are_found_in_any_order(tmp_path: Path, order: list[int]):
    gold = {f"d{i}": [event("pet", name=name)] for i, name in enumerate(["Rex", "Tom", "Kim", "Ada"])}
    result = score_files(tmp_path, TYPES, gold, {f"d{i}": gold[f"d{i}"] for i in order})
    told = {doc_id: four(counts) for doc_id, counts in result.document_counts()}
    assert told == {f"d{i}": (1, 0, 0, 0) if i in order else (0, 0, 1, 0) for i in range(4)}
    assert result.missing == [f"d{i}" for i in range(4) if i not in order]


@pytest.mark.parametrize("place", range(4))
def test_a_line_that_is_no_record_hides_none_after_it(tmp_path: Path, place: int):
    gold = lines(tmp_path, "gold.jsonl", [{"doc_id": f"d{i}", "events": []} for i in range(3)])
    rows = gold.read_text().splitlines(keepends=True)
    pred = tmp_path / "pred.jsonl"
    pred.write_text("".join([*rows[:place], "nothing\n", *rows[place:]]))
    with pytest.raises(DataError) as raised:
        score(pred, gold=gold)
    assert [problem.line for problem in raised.value.problems] == [place + 1]
    assert score(pred, gold=gold, keep_going=True).missing == []


def test_each_document_keeps_its_own_counts(tmp_path: Path):
    pred = {"d1": [event("pet", name="Rex", age=4)], "d2": [event("pet", name="Tim", age=5), event("pet", name="Kim")]}
    counts = {doc_id: four(each) for doc_id, each in score_files(tmp_path, TYPES, GOLD, pred).document_counts()}
    assert counts == {"d1": (1, 1, 0, 0), "d2": (1, 1, 0, 1)}


def test_documents_of_one_story_are_resampled_together(tmp_path: Path):
    texts = [{"doc_id": "d1", "text": "a", "story": "s"}, {"doc_id": "d2", "text": "b", "story": "s"}]
    result = score_files(tmp_path, TYPES, GOLD, GOLD, documents=lines(tmp_path, "texts.jsonl", texts))
    assert result.table.by_story(["pet.age", "pet.name"]).tolist() == [[[2, 0, 0, 0], [2, 0, 0, 0]]]
    assert result.stories == 1


def test_the_index_of_many_events_knows_true_from_one_and_pairs_numbers_as_well_as_can_be():
    """1 + 8e-10 equals both others within 1e-9; taken by the first of them, it would leave 1 alone."""
    schema = schema_of({"pet": {"n": {"enum": [1, True]}, "numbers": list_of(NUMBER)}})
    gold = Event("pet", {"n": 1, "numbers": [1 + 8e-10, 1]})
    pred = Event("pet", {"n": True, "numbers": [1.0, 1 + 16e-10]})
    assert matched_leaves(*([check_event(each, schema)[0]] for each in (gold, pred))) == [[2]]


def test_a_pipe_is_a_wrong_call_since_files_are_read_more_than_once(tmp_path: Path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for files in ((pipe, None), (GOLD_FILE, pipe)):
        with pytest.raises(UsageError, match="not a plain file"):
            score(files[0], gold=files[1])


@pytest.mark.parametrize("address", ["tcp://", "tcp://localhost:abc", "tls://127.0.0.1:1"])
def test_what_is_no_address_of_a_scheduler_is_a_wrong_call(address: str):
    quick = dask.config.set({"distributed.comm.timeouts.connect": "1s"})
    with quick, pytest.raises(UsageError, match=address):
        score(GOLD_FILE, engine=address)


def test_a_scheduler_that_is_not_there_is_a_wrong_call():
    quick = dask.config.set({"distributed.comm.timeouts.connect": "1s"})
    gc.disable()
    try:
        with quick, pytest.raises(UsageError, match=r"127\.0\.0\.1:1"):
            score(GOLD_FILE, engine="tcp://127.0.0.1:1")
        # one that is collected while another starts waits for a lock that its own thread holds
        assert not [each for each in gc.get_objects() if isinstance(each, distributed.Client)]
    finally:
        gc.enable()
