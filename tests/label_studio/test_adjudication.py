"""Two annotators of one document: agreement, and adjudication on the real server."""

import json
from pathlib import Path
from typing import Any

import pytest
from editor import Editor
from served import annotate_all, project_of
from two_passes import ANN, SAME, passes

from goldspan import DataError
from goldspan.annotate.pull import pull
from goldspan.annotate.push import push

PICTURES = Path(__file__).resolve().parents[2] / "build" / "pictures"


@pytest.mark.xdist_group("browser")
def test_two_annotators_agree_and_are_adjudicated(
    label_studio: Any, annotate: Any, editor: Editor, goldspan: Any, tmp_path: Path
):
    documents, ann, ben = passes(tmp_path)
    server = label_studio.server
    for name, records in (("ann", ann), ("ben", ben)):
        annotate_all(server, push(server, name, project="two", records=records, documents=documents).project)
        pull(server, name, tmp_path / f"{name}-pulled.jsonl", project="two", documents=documents)
    pulled = [tmp_path / "ann-pulled.jsonl", tmp_path / "ben-pulled.jsonl"]
    told = json.loads(goldspan("agree", *pulled, "--documents", documents, "--json", "-").stdout)
    assert told["fields"]["deal.status"]["alpha"] == pytest.approx(1 / 11)

    made = annotate("adjudicate", *pulled, "--project", "two", "--documents", documents)
    assert made.returncode == 0, made.stderr
    project = project_of(server, "two: adjudication")
    tasks = server.tasks(project)
    assert [task["data"]["doc_id"] for task in tasks] == ["apart", "same"], "the most differences first"
    assert tasks[0]["data"]["differences"].split("\n") == [
        "1. E1 deal/status: a: announced (at 9-13) | b: agreed (at 47-53)",
        "2. E2 deal/target: a: – | b: Nordwind (at 62-70)",
        "3. E2 deal/status: a: – | b: agreed (at 47-53)",
    ]
    versions = {(each["task"], each["model_version"][0]) for each in server.predictions(project)}
    assert versions == {(task["id"], side) for task in tasks for side in "ab"}

    editor.label_all(project, regions=2)
    editor.write("the headline says so", "1: buys is told as done")
    editor.picture(PICTURES / "annotate-adjudication.png")
    editor.ready(2, after=editor.submit())
    editor.submit()
    out = tmp_path / "gold.jsonl"
    with pytest.raises(DataError) as error:
        pull(server, "adjudication", out, project="two", documents=documents)
    assert [str(each).split(" has no reason")[0] for each in error.value.problems] == [
        "document apart: the decision on difference 2",
        "document apart: the decision on difference 3",
    ]
    assert not out.exists()

    (annotation,) = server._client.annotations.list(id=tasks[0]["id"])
    reasons = next(each for each in annotation.result if each["from_name"] == "reason")
    reasons["value"]["text"].append("2, 3: a sale that is only agreed on later is no event of this text")
    server._client.annotations.update(id=annotation.id, result=annotation.result)
    assert pull(server, "adjudication", out, project="two", documents=documents).records == 2
    gold = {row["doc_id"]: row for row in map(json.loads, out.read_text().splitlines())}
    assert gold["apart"]["events"] == ANN
    assert gold["same"]["events"] == SAME
    assert gold["apart"]["review_status"] == "adjudicated by goldspan@localhost"
    decided = [json.loads(line) for line in (tmp_path / "gold.adjudication.jsonl").read_text().splitlines()]
    assert [(each["pointer"], each["decision"], each["reason"][:7]) for each in decided] == [
        ("/status", "a", "buys is"),
        ("/target", "a", "a sale "),
        ("/status", "a", "a sale "),
    ]
    assert decided[0]["b"] == {"value": "agreed", "evidence": [[47, 53]], "accepted": []}
    assert decided[1]["gold"] is None
