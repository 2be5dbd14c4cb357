"""What goes wrong with a real server: killed in the middle, a wrong token, what a person or a program spoilt."""

import json
import os
import signal
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from served import TEXT, annotate_all, files, project_of
from support import write_lines

from goldspan import DataError, UsageError
from goldspan.annotate.client import Server, connect
from goldspan.annotate.projects import BATCH
from goldspan.annotate.pull import pull
from goldspan.annotate.push import push

pytestmark = pytest.mark.xdist_group("server")


def test_a_server_killed_in_the_middle_of_a_push_loses_and_doubles_nothing(label_studio: Any, tmp_path: Path):
    documents, records = files(tmp_path, 6 * BATCH)
    server: Server = label_studio.server
    sent: list[int] = []
    real = server.import_tasks

    def import_tasks(project: int, tasks: Any) -> None:
        sent.append(len(tasks))
        power_cut = threading.Timer(0.15, label_studio.kill)
        if len(sent) == 3:  # two batches are in; the third is under way when the server goes
            power_cut.start()
        real(project, tasks)
        if len(sent) == 3:
            power_cut.join()  # where the third was quicker, the fourth finds nobody

    server.import_tasks = import_tasks  # type: ignore[method-assign]
    with pytest.raises(UsageError, match=r"call again to go on|no server answers"):
        push(server, "killed", records=records, documents=documents)
    label_studio.wait_until_ended()
    label_studio.start()
    fresh: Server = label_studio.server
    project = project_of(fresh, "goldspan: killed")
    before = len(fresh.tasks(project))
    assert before in (2 * BATCH, 3 * BATCH), "a batch is taken whole or not at all"
    done = push(fresh, "killed", records=records, documents=documents)
    assert (done.added, done.kept) == (6 * BATCH - before, before)
    tasks = fresh.tasks(project)
    assert sorted(task["data"]["doc_id"] for task in tasks) == sorted(f"d{i}" for i in range(6 * BATCH))
    assert sorted(each["task"] for each in fresh.predictions(project)) == sorted(task["id"] for task in tasks)
    again = push(fresh, "killed", records=records, documents=documents)
    assert (again.added, again.kept, again.predictions) == (0, 6 * BATCH, 0)


def test_a_server_killed_in_the_middle_of_a_pull_leaves_the_file_as_it_was(label_studio: Any, tmp_path: Path):
    documents, records = files(tmp_path, 2)
    push(label_studio.server, "pulled", records=records, documents=documents)
    annotate_all(label_studio.server, project_of(label_studio.server, "goldspan: pulled"))
    out = tmp_path / "gold.jsonl"
    pull(label_studio.server, "pulled", out, documents=documents)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    server: Server = label_studio.server
    real = server.export

    def export(project: int) -> bytes:
        label_studio.freeze()  # the question is taken, and never answered
        threading.Timer(0.5, label_studio.kill).start()
        return real(project)

    server.export = export  # type: ignore[method-assign]
    with pytest.raises(UsageError, match=r"the connection broke|no server answers"):
        pull(server, "pulled", out, documents=documents, replace=True)
    label_studio.wait_until_ended()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    label_studio.start()
    assert pull(label_studio.server, "pulled", out, documents=documents, replace=True).records == 2
    assert out.read_bytes() == before["gold.jsonl"]


def test_wrong_token_no_server_taken_port(label_studio: Any, annotate: Any, goldspan: Any, tmp_path: Path):
    wrong = annotate("status", "--url", label_studio.url, "--token", "0" * 40)
    assert (wrong.returncode, wrong.stderr.strip()) == (2, f"goldspan: {label_studio.url} refuses the token")
    right = annotate("status", "--url", label_studio.url, LABEL_STUDIO_API_KEY=label_studio.home.credentials.token)
    assert right.returncode == 0, right.stderr
    with pytest.raises(UsageError, match="no server answers there"):
        connect("http://127.0.0.1:9", "x")
    nowhere = goldspan("annotate", "status", "--home", tmp_path / "empty")
    assert (nowhere.returncode, "which server?" in nowhere.stderr) == (2, True)
    taken = goldspan("annotate", "up", "--home", tmp_path / "other", "--port", label_studio.port)
    assert (taken.returncode, f"port {label_studio.port} is taken" in taken.stderr) == (2, True)
    with pytest.raises(UsageError, match="has no project 'goldspan: nobody'"):
        pull(label_studio.server, "nobody", tmp_path / "x.jsonl")


def result_of(results: list[dict[str, Any]], name: str) -> dict[str, Any]:
    return next(each for each in results if each["from_name"] == name and "deal-amount" in each["id"])


SPOILT = {
    "offset": (lambda r: result_of(r, "role")["value"].update(start=27, end=37), "the text has '5 million.'"),
    "number": (
        lambda r: result_of(r, "amount")["value"].update(number="14"),
        "has '14' in 'amount': that is no number",
    ),
    "label": (
        lambda r: result_of(r, "role")["value"].update(labels=["deal/price"]),
        "has the label 'deal/price', which the schema lacks",
    ),
    "date": (
        lambda r: r.extend(
            [
                {**each, "id": "x", "value": {**each["value"], **changed}, **named}
                for each, changed, named in (
                    (result_of(r, "role"), {"labels": ["deal/date"]}, {}),
                    (result_of(r, "event"), {}, {}),
                    (result_of(r, "event"), {"text": ["June 2025"]}, {"from_name": "date", "type": "textarea"}),
                )
            ]
        ),
        "'June 2025'",
    ),
    "id": (lambda r: result_of(r, "role").pop("id"), "has no region id"),
}


@pytest.mark.parametrize("spoilt", SPOILT)
def test_what_is_spoilt_is_told_with_its_task_and_nothing_is_written(spoilt: str, label_studio: Any, tmp_path: Path):
    change, message = SPOILT[spoilt]
    server: Server = label_studio.server
    documents, records = files(tmp_path, 1)
    pushed = push(server, f"spoilt {spoilt}", records=records, documents=documents)
    annotate_all(server, pushed.project, change)
    out = tmp_path / "out.jsonl"
    with pytest.raises(DataError) as error:
        pull(server, f"spoilt {spoilt}", out, documents=documents)
    task = server.tasks(pushed.project)[0]["id"]
    link = f"{server.url}/projects/{pushed.project}/data?task={task}"
    assert any(message in str(problem) and link in str(problem) for problem in error.value.problems), error.value
    assert all(problem.doc_id == "d0" for problem in error.value.problems)
    assert not list(tmp_path.glob("out*"))


def test_an_annotation_that_another_user_changed_is_refused(label_studio: Any, tmp_path: Path):
    server: Server = label_studio.server
    documents, records = files(tmp_path, 1)
    pushed = push(server, "changed", records=records, documents=documents)
    annotate_all(server, pushed.project)
    other = server._client.users.create(email="other@localhost", username="other")
    token = second_user(label_studio, other.id)
    task = server.tasks(pushed.project)[0]["id"]
    (annotation,) = server._client.annotations.list(id=task)
    Server(server.url, token)._client.annotations.update(id=annotation.id, result=annotation.result[:-1])
    with pytest.raises(DataError, match="was changed by other@localhost, who is not its annotator, goldspan@localhost"):
        pull(server, "changed", tmp_path / "out.jsonl", documents=documents)


def second_user(label_studio: Any, user: int) -> str:
    """A token for another user, put where Label Studio keeps them: its interface gives only one's own."""
    token = "b" * 40
    (database,) = label_studio.home.data.glob("*.sqlite3")
    with closing(sqlite3.connect(database, timeout=30)) as connection, connection:
        connection.execute("delete from authtoken_token where user_id = ?", (user,))
        connection.execute(
            "insert into authtoken_token (key, created, user_id) values (?, '2031-01-01 00:00:00', ?)", (token, user)
        )
        connection.execute("update htx_user set active_organization_id = 1 where id = ?", (user,))
    return token


def test_text_and_labels_in_use_are_not_changed(label_studio: Any, tmp_path: Path):
    server: Server = label_studio.server
    documents, records = files(tmp_path, 1)
    pushed = push(server, "kept", records=records, documents=documents)
    annotate_all(server, pushed.project)
    other = write_lines(tmp_path / "other.jsonl", [{"doc_id": "d0", "text": TEXT + " More."}])
    with pytest.raises(DataError, match="the text is not that of the task"):
        push(server, "kept", documents=other)
    schema = tmp_path / "schema"
    schema.mkdir()
    only = {"type": "object", "properties": {"target": {"type": "string"}}}
    (schema / "deal.schema.json").write_text(json.dumps(only))
    with pytest.raises(UsageError, match="annotations use what the new interface lacks"):
        push(server, "kept", documents=documents, schema=schema)
    assert pull(server, "kept", tmp_path / "out.jsonl", documents=documents).records == 1


def test_a_replacement_may_not_lose_a_document(label_studio: Any, tmp_path: Path):
    server: Server = label_studio.server
    documents, records = files(tmp_path, 1)
    pushed = push(server, "lost", records=records, documents=documents)
    annotate_all(server, pushed.project)
    gold = write_lines(tmp_path / "gold.jsonl", [{"doc_id": "d0", "events": []}, {"doc_id": "d9", "events": []}])
    before = gold.read_bytes()
    with pytest.raises(UsageError, match="would lose them: d9"):
        pull(server, "lost", gold, documents=documents, replace=True)
    assert gold.read_bytes() == before
    assert pushed.added == 1


def test_the_server_stops_with_the_command_and_its_data_stay(label_studio: Any, tmp_path: Path):
    documents, _ = files(tmp_path, 1)
    push(label_studio.server, "stopped", documents=documents)
    pid = label_studio.home.running.pid
    assert "stopped" in label_studio.stop(signal.SIGTERM)
    assert label_studio.process.returncode == 0
    assert label_studio.home.running is None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, signal.SIG_DFL)
    (database,) = label_studio.home.data.glob("*.sqlite3")
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("pragma integrity_check").fetchone() == ("ok",)
        titles = connection.execute("select title from project").fetchall()
    assert ("goldspan: stopped",) in titles
