"""What a run can be told: settings, several at once, timeouts, retries, a directory, error records again."""

import functools
import json
import socket
import threading
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from goldspan import Document, UsageError, compare, content, run, score, validate
from goldspan.harness import retries

Write = Callable[..., Path]
TEXTS = {f"d{i:02}": f"Company {i} pays." for i in range(12)}


@pytest.fixture
def documents(write_lines: Write) -> Path:
    return write_lines("documents.jsonl", [{"doc_id": doc_id, "text": text} for doc_id, text in TEXTS.items()])


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out.jsonl"


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait a thousandth of a second before the first retry."""
    monkeypatch.setattr(retries, "FIRST_WAIT_S", 0.001)


def rows_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().decode().splitlines()]


def events_of(path: Path) -> dict[str, Any]:
    rows = rows_of(path)
    assert len(rows) == len({row["doc_id"] for row in rows})
    return {row["doc_id"]: row["events"] for row in rows}


def extract(document: Document) -> dict[str, Any]:
    return {"events": [{"type": "deal", "fields": {"target": document.text}}]}


class Model:
    """An extractor with settings that tells what it is."""

    closed = 0

    def __init__(
        self, *, model: str, heat: float = 0.0, words: tuple[str, ...] = (), at: Path | None = None, api_key: str = ""
    ) -> None:
        self.settings = {"model": model, "heat": heat, "words": words, "at": at, "api_key": api_key}

    def __call__(self, document: Document) -> Mapping[str, Any]:
        if self.settings["api_key"] == "sk-wrong-key":
            raise PermissionError("refused: sk-wrong-key")
        return {"events": [], "settings": {k: str(v) for k, v in self.settings.items() if k != "api_key"}}

    def describe(self) -> dict[str, Any]:
        return {"prompt": "p1", "headers": {"Authorization": f"Bearer {self.settings['api_key']}"}}

    def close(self) -> None:
        type(self).closed += 1


def with_options(document: Document, *, limit: int, loud: bool = False) -> dict[str, Any]:
    return {"events": [], "limit": limit + 1, "loud": not loud}


def test_a_class_is_made_with_its_settings_converted_and_is_closed(documents: Path, out: Path) -> None:
    before = Model.closed
    run(Model, out, documents=documents, settings={"model": "m", "heat": "0.5", "words": ["a", "b"], "at": "x/y"})
    assert rows_of(out)[0]["settings"] == {"model": "m", "heat": "0.5", "words": "('a', 'b')", "at": "x/y"}
    assert Model.closed == before + 1


def test_a_single_text_is_a_list_of_one_where_a_list_is_asked_for(documents: Path, out: Path) -> None:
    run(Model, out, documents=documents, settings={"model": "m", "words": "ab"})
    assert rows_of(out)[0]["settings"]["words"] == "('ab',)"


def test_an_instance_is_not_closed(documents: Path, out: Path) -> None:
    before = Model.closed
    run(Model(model="m"), out, documents=documents)
    assert Model.closed == before


def test_a_function_takes_its_keyword_only_parameters_as_settings(documents: Path, out: Path) -> None:
    run(with_options, out, documents=documents, settings={"limit": "4", "loud": "true"})
    assert (rows_of(out)[0]["limit"], rows_of(out)[0]["loud"]) == (5, False)


WRONG_SETTINGS = {
    "unknown": ({"model": "m", "mood": "x"}, "mood.*model.*heat"),
    "missing": ({}, "model"),
    "of another type": ({"model": "m", "heat": "warm"}, "heat.*float"),
}


@pytest.mark.parametrize("name", WRONG_SETTINGS)
def test_settings_that_are_wrong_are_a_wrong_call_that_lists_them(documents: Path, out: Path, name: str) -> None:
    settings, told = WRONG_SETTINGS[name]
    with pytest.raises(UsageError, match=told):
        run(Model, out, documents=documents, settings=settings)
    with pytest.raises(UsageError, match="it has none"):
        run(extract, out, documents=documents, settings={"x": "y"})
    assert not out.exists()


def test_an_extractor_with_a_setting_schema_gets_the_schema_of_the_run(
    documents: Path, tmp_path: Path, repository: Path
) -> None:
    def which(document: Document, *, schema: Path | None = None) -> dict[str, Any]:
        return {"events": [], "schema": str(schema)}

    run(which, tmp_path / "a.jsonl", documents=documents)
    run(which, tmp_path / "b.jsonl", documents=documents, schema=repository / "schema")
    assert [rows_of(tmp_path / f"{name}.jsonl")[0]["schema"] for name in "ab"] == ["None", str(repository / "schema")]


def test_secrets_are_written_nowhere(documents: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    result = run(Model, folder, documents=documents, settings={"model": "m", "api_key": "sk-wrong-key"})
    assert result.failed == len(TEXTS)
    files = {path.name: path.read_text() for path in folder.iterdir()}
    assert set(files) == {"predictions.jsonl", "run.json", "log.jsonl"}
    assert not any("sk-wrong-key" in text for text in files.values())
    assert json.loads(files["run.json"])["settings"] == {"model": "m", "api_key": "***"}
    assert rows_of(folder / "predictions.jsonl")[0]["error"] == "PermissionError: refused: ***"
    with pytest.raises(UsageError) as raised:
        run(Model, out := tmp_path / "x", documents=documents, settings={"api_key": "sk-wrong-key", "n": "x"})
    assert "sk-wrong-key" not in str(raised.value)
    assert not out.exists()


def test_several_at_once_give_what_one_gives(documents: Path, tmp_path: Path) -> None:
    run(extract, tmp_path / "one.jsonl", documents=documents)
    run(extract, tmp_path / "many.jsonl", documents=documents, workers=5)
    assert events_of(tmp_path / "one.jsonl") == events_of(tmp_path / "many.jsonl")


def test_several_are_really_extracted_at_once(documents: Path, out: Path) -> None:
    together = threading.Barrier(4)  # which none passes alone

    def meet(document: Document) -> dict[str, Any]:
        together.wait(timeout=60)
        return extract(document)

    assert run(meet, out, documents=documents, workers=4).failed == 0


@pytest.mark.parametrize("workers", [1, 3])
def test_a_call_that_takes_too_long_is_an_error_record_and_its_late_answer_is_dropped(
    documents: Path, out: Path, workers: int
) -> None:
    go_on = threading.Event()

    def wait(document: Document) -> dict[str, Any]:
        if document.doc_id in ("d02", "d05"):
            go_on.wait()
        return extract(document)

    def let_go(answers: Iterable[Any], _: int) -> Iterable[Any]:
        for i, answer in enumerate(answers, 1):
            if i == len(TEXTS) - 1:
                go_on.set()  # the late ones answer now
            yield answer

    result = run(wait, out, documents=documents, workers=workers, timeout=1, track=let_go)
    rows = {row["doc_id"]: row for row in rows_of(out)}
    assert result == (12, 0, 2) or result == (12, 0, 1)  # the second late one may just make it
    assert rows["d02"]["error"] == "no answer in 1 s"
    assert set(rows) == set(TEXTS)


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_an_interrupt_in_a_thread_ends_the_run_and_an_exit_is_an_error_record(
    documents: Path, out: Path, error: type[BaseException]
) -> None:
    def leave(document: Document) -> dict[str, Any]:
        if document.doc_id == "d03":
            raise error("bye")
        return extract(document)

    if error is SystemExit:
        assert run(leave, out, documents=documents, workers=2) == (12, 0, 1)
        return
    with pytest.raises(KeyboardInterrupt):
        run(leave, out, documents=documents, workers=2)
    assert run(extract, out, documents=documents).failed == 0
    assert set(events_of(out)) == set(TEXTS)


class OverloadedError(Exception):
    transient = True


class BrokenLinkError(ConnectionError):
    transient = False


def unreachable(_: Document) -> dict[str, Any]:
    with socket.socket() as held:  # a port that nobody listens on
        held.bind(("127.0.0.1", 0))
        with urllib.request.urlopen(f"http://127.0.0.1:{held.getsockname()[1]}/") as answer:
            return json.load(answer)


def raising(error: BaseException, _: Document) -> dict[str, Any]:
    raise error


RETRIED: dict[str, tuple[Callable[[Document], dict[str, Any]], int]] = {
    "the network": (unreachable, 2),
    "a timeout": (functools.partial(raising, TimeoutError()), 2),
    "what says so": (functools.partial(raising, OverloadedError("later")), 2),
    "what says it is not": (functools.partial(raising, BrokenLinkError()), 0),
    "a missing file": (functools.partial(raising, FileNotFoundError()), 0),
    "a wrong value": (functools.partial(raising, ValueError()), 0),
}


@pytest.mark.parametrize("name", RETRIED)
def test_only_what_may_pass_is_tried_again_and_then_fails(
    documents: Path, tmp_path: Path, quick: None, name: str
) -> None:
    call, tried_again = RETRIED[name]
    result = run(call, tmp_path / "run", documents=documents)
    told = [row["event"] for row in rows_of(tmp_path / "run" / "log.jsonl")]
    assert (result.failed, told.count("failed"), told.count("retried")) == (12, 12, 12 * tried_again)


@pytest.mark.parametrize(("allowed", "failed"), [(2, 0), (1, 12), (0, 12)])
def test_a_failure_that_passes_is_none_where_there_are_retries_enough(
    documents: Path, out: Path, quick: None, allowed: int, failed: int
) -> None:
    calls: dict[str, int] = {}

    def third_time(document: Document) -> dict[str, Any]:
        calls[document.doc_id] = calls.get(document.doc_id, 0) + 1
        if calls[document.doc_id] < 3:
            raise ConnectionResetError("not yet")
        return extract(document)

    assert run(third_time, out, documents=documents, retries=allowed, workers=2).failed == failed
    assert set(calls.values()) == {allowed + 1}


def test_error_records_are_done_again_where_that_is_asked(documents: Path, out: Path) -> None:
    def fail_some(document: Document) -> dict[str, Any]:
        return extract(document) | ({"error": "no"} if document.doc_id in ("d01", "d07") else {})

    assert run(fail_some, out, documents=documents).failed == 2
    kept = [line for line in out.read_bytes().splitlines() if b'"error"' not in line]
    assert run(extract, out, documents=documents) == (0, 12, 2)
    assert run(extract, out, documents=documents, retry_failed=True) == (2, 10, 0)
    assert out.read_bytes().splitlines()[:10] == kept
    assert set(events_of(out)) == set(TEXTS)
    assert [path.name for path in out.parent.iterdir() if "part" in path.name] == []


def test_two_runs_do_not_write_to_one_file(documents: Path, out: Path) -> None:
    def run_inside(document: Document) -> dict[str, Any]:
        with pytest.raises(UsageError, match="another run"):
            run(extract, out, documents=documents)
        return extract(document)

    assert run(run_inside, out, documents=documents) == (12, 0, 0)


def test_a_directory_holds_the_predictions_and_what_the_run_was(documents: Path, tmp_path: Path) -> None:
    assert run(Model, tmp_path / "run", documents=documents, settings={"model": "m"}, workers=2) == (12, 0, 0)
    about = json.loads((tmp_path / "run" / "run.json").read_text())
    assert about["settings"] == {"model": "m"}
    assert about["about"]["prompt"] == "p1"
    assert about["extractor"].endswith(":Model")
    assert about["started"] <= about["ended"]
    log = rows_of(tmp_path / "run" / "log.jsonl")
    assert [row["event"] for row in log] == ["started", *["done"] * 12, "ended"]
    assert {row["doc_id"] for row in log[1:-1]} == set(TEXTS)
    before = {path: path.read_bytes() for path in (tmp_path / "run").iterdir()}
    assert run(Model, tmp_path / "run", documents=documents, settings={"model": "m"}) == (0, 12, 0)
    assert before == {path: path.read_bytes() for path in (tmp_path / "run").iterdir()}


def test_a_directory_stands_for_its_predictions(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    assert run("rules", folder) == (14, 0, 0)
    file = folder / "predictions.jsonl"
    assert validate(folder) == validate(file) == []
    assert compare(folder, content.GOLD, resamples=10).systems[0].fields == score(file).fields
    with file.open("a") as lines:
        lines.write('{"doc_id": "nobody", "events": []}\n')
    (problem,) = validate(folder)
    assert (problem.file, problem.line) == (file, 15)


def test_a_directory_of_another_run_is_refused_with_what_differs(
    documents: Path, tmp_path: Path, write_lines: Write, repository: Path
) -> None:
    folder = tmp_path / "run"
    run(Model, folder, documents=documents, settings={"model": "one", "api_key": "first-key"})
    before = {path: path.read_bytes() for path in folder.iterdir()}
    others = write_lines("others.jsonl", [{"doc_id": "d00", "text": "other"}])
    with pytest.raises(UsageError, match=r'settings\.model was "one", is "two"'):
        run(Model, folder, documents=documents, settings={"model": "two", "api_key": "other-key"})
    with pytest.raises(UsageError, match="extractor was"):
        run(extract, folder, documents=documents)
    with pytest.raises(UsageError, match=r"inputs\.documents_sha256"):
        run(Model, folder, documents=others, settings={"model": "one", "api_key": "first-key"})
    assert before == {path: path.read_bytes() for path in folder.iterdir()}


def test_a_folder_that_is_no_run_is_refused(documents: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(UsageError, match="not empty"):
        run(extract, tmp_path / "mine", documents=documents)
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["letter.txt"]
    (tmp_path / "empty").mkdir()
    assert run(extract, tmp_path / "empty", documents=documents).done == 12


@pytest.mark.parametrize("options", [{"workers": 0}, {"timeout": 0}, {"timeout": float("nan")}, {"retries": -1}])
def test_numbers_that_make_no_sense_are_a_wrong_call(documents: Path, out: Path, options: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        run(extract, out, documents=documents, **options)
    assert not out.exists()
