"""Two annotators of one document: agreement, and adjudication on the real server."""

import json
from pathlib import Path
from typing import Any

import pytest
from editor import Editor
from served import annotate_all, project_of
from support import write_lines

from goldspan import DataError
from goldspan.annotate.agreement import agree
from goldspan.annotate.pull import pull

TEXT = "Fabrikam buys Contoso for $5 million. Fabrikam agreed to sell Nordwind later."
PICTURES = Path(__file__).resolve().parents[2] / "build" / "pictures"


def span(quote: str) -> dict[str, Any]:
    return {"start": TEXT.index(quote), "end": TEXT.index(quote) + len(quote), "quote": quote}


def deal(id_: str, status: str, **fields: str) -> dict[str, Any]:
    evidence = {f"/{name}": [span(quote)] for name, quote in fields.items()}
    evidence["/status"] = [span("buys" if status == "announced" else "agreed")]
    return {"id": id_, "type": "deal", "fields": {**fields, "status": status}, "evidence": evidence}


ANN = [deal("e1", "announced", target="Contoso")]
BEN = [deal("e1", "agreed", target="Contoso"), deal("e2", "agreed", target="Nordwind")]
SAME = [deal("e1", "announced", target="Contoso")]


def passes(folder: Path) -> tuple[Path, Path, Path]:
    documents = [{"doc_id": "same", "text": TEXT}, {"doc_id": "apart", "text": TEXT}]
    rows = [[{"doc_id": "same", "events": SAME}, {"doc_id": "apart", "events": each}] for each in (ANN, BEN)]
    return (
        write_lines(folder / "documents.jsonl", documents),
        write_lines(folder / "ann.jsonl", rows[0]),
        write_lines(folder / "ben.jsonl", rows[1]),
    )


def test_agreement_is_that_of_the_evaluator_and_alpha_that_of_the_formula(tmp_path: Path):
    documents, ann, ben = passes(tmp_path)
    found = agree(ann, ben, documents=documents)
    assert (found.documents, found.events) == (2, (2, 0, 1))
    status = found.fields["deal.status"]
    assert (status.forward.matched, status.forward.misread, status.forward.invented) == (1, 1, 1)
    assert status.forward.f1 == pytest.approx(2 / 5)  # 2m / (2m + 2w + u + x) = 2 / (2 + 2 + 1)
    assert status.backward.f1 == status.forward.f1
    # deal.status, three units: (announced, announced), (announced, agreed), (nothing, agreed).
    # Observed: 2 of 3 disagree. Six values: 3 announced, 2 agreed, 1 nothing;
    # expected: 1 - (3*2 + 2*1 + 1*0) / (6*5) = 22/30. alpha = 1 - (2/3) / (22/30) = 1/11.
    assert status.alpha == pytest.approx(1 / 11)
    # deal.target: (Contoso, Contoso) twice, (nothing, Nordwind): 1 of 3 disagrees; 4 Contoso, 1, 1:
    # expected 1 - 12/30 = 18/30; alpha = 1 - (1/3) / (18/30) = 4/9.
    assert found.fields["deal.target"].alpha == pytest.approx(4 / 9)
    turned = agree(ben, ann, documents=documents)
    assert turned.overall.alpha == pytest.approx(found.overall.alpha)
    assert turned.overall.forward.f1 == found.overall.forward.f1


def test_all_alike_has_no_alpha_of_one_category(tmp_path: Path):
    documents, ann, _ = passes(tmp_path)
    assert agree(ann, ann, documents=documents).fields["deal.status"].alpha is None
    assert agree(ann, ann, documents=documents).overall.alpha == 1


@pytest.mark.xdist_group("label-studio")
def test_two_annotators_agree_and_are_adjudicated(
    label_studio: Any, annotate: Any, editor: Editor, goldspan: Any, tmp_path: Path
):
    documents, ann, ben = passes(tmp_path)
    server = label_studio.server
    for name, records in (("ann", ann), ("ben", ben)):
        assert (
            annotate("push", name, "--project", "two", "--records", records, "--documents", documents).returncode == 0
        )
        annotate_all(server, project_of(server, f"two: {name}"))
        done = annotate("pull", name, "--project", "two", "--documents", documents, "--out", f"{name}-pulled.jsonl")
        assert done.returncode == 0, done.stderr
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

    editor.label_all(project)
    editor.ready(2)
    area = editor.form().get_by_placeholder("the headline says so").locator("visible=true")
    area.fill("1: buys is told as done")
    editor.press("Enter")
    editor.picture(PICTURES / "annotate-adjudication.png")
    editor.submit()
    editor.ready(2)
    editor.submit(last=True)
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
