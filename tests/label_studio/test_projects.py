"""Projects on a real server: the order of tasks, who may change what, and how far everyone is."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from served import EVENT, files
from support import write_lines

from goldspan import UsageError
from goldspan.annotate.client import Server
from goldspan.annotate.pull import pull
from goldspan.annotate.push import push
from goldspan.annotate.status import status

pytestmark = pytest.mark.xdist_group("server")


def test_the_order_of_new_tasks(label_studio: Any, tmp_path: Path):
    server: Server = label_studio.server
    documents, records = files(tmp_path, 3)
    sure = [
        {"doc_id": f"d{i}", "events": [{**EVENT, "confidence": {"/target": c}}]} for i, c in enumerate([0.9, 0.2, 0.5])
    ]
    unsure = write_lines(tmp_path / "sure.jsonl", sure)
    project = push(server, "unsure", records=unsure, documents=documents, order="uncertainty").project
    assert [task["data"]["doc_id"] for task in server.tasks(project)] == ["d1", "d2", "d0"]
    other = json.loads(json.dumps(sure))
    other[2]["events"][0]["fields"]["target"] = "Nobody"
    against = write_lines(tmp_path / "against.jsonl", other)
    found = push(server, "apart", records=records, documents=documents, order="disagreement", against=against).project
    assert [task["data"]["doc_id"] for task in server.tasks(found)] == ["d2", "d0", "d1"]
    with pytest.raises(UsageError, match="states no confidence"):
        push(server, "nothing", records=records, documents=documents, order="uncertainty")


def begin(server: Server, token: str, task: int, result: Any) -> None:
    """Leave a draft of a task, as the browser does while a person works."""
    answer = httpx.post(
        f"{server.url}/api/tasks/{task}/drafts",
        json={"result": result, "lead_time": 1.5},
        headers={"Authorization": f"Token {token}"},
        timeout=60,
    )
    assert answer.status_code == 201, answer.text


def test_what_a_person_has_open_is_left_alone_and_told(label_studio: Any, annotate: Any, tmp_path: Path):
    server: Server = label_studio.server
    documents, records = files(tmp_path, 4)
    project = push(server, "busy", records=records, documents=documents).project
    done, skipped, begun, _ = server.tasks(project)
    client = server._client.annotations
    result = server.predictions(project)[0]["result"]
    client.create(id=done["id"], result=result)
    client.create(id=skipped["id"], result=[], was_cancelled=True)
    begin(server, label_studio.home.credentials.token, begun["id"], result[:2])
    before = {task["id"]: task for task in json.loads(server.export(project))}
    assert [len(before[task["id"]]["drafts"]) for task in (done, skipped, begun)] == [0, 0, 1]

    more, other = files(tmp_path, 5)
    assert push(server, "busy", records=other, documents=more)[2:] == (1, 4, 5)
    after = {task["id"]: task for task in json.loads(server.export(project))}
    assert len(after) == 5
    for task, kept in before.items():
        for part in ("data", "annotations", "drafts"):
            assert unmoved(after[task][part]) == unmoved(kept[part])

    told = json.loads(annotate("status", "--json", "-").stdout)["annotators"]
    (mine,) = (each for each in told if each["annotator"] == "busy")
    assert [mine[key] for key in ("tasks", "submitted", "begun", "skipped", "left")] == [5, 1, 1, 1, 2]
    assert [each._asdict() for each in status(server) if each.annotator == "busy"] == [mine]
    pulled = pull(server, "busy", tmp_path / "out.jsonl", documents=more)
    assert (pulled.records, pulled.open, pulled.skipped) == (1, 3, 1)
    assert pulled.notes == (f"d2: begun and not submitted: {server.task_url(project, begun['id'])}",)


def unmoved(value: Any) -> Any:
    """Without what Label Studio tells of a prediction inside an annotation."""
    return [{**each, "prediction": None} for each in value] if isinstance(value, list) else value
