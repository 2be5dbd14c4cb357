"""What the baselines say where a document's text is withheld: of the title alone, or of nothing."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support import write_lines

from goldspan import Document, UsageError, load_documents, run, validate
from goldspan_baselines.rules import extract
from goldspan_baselines.trained import Trained
from goldspan_baselines.trained.jobs import cross_validate, fit

DOCUMENT = Document(
    "d1",
    "Contoso Group has agreed to buy a 30% stake in Fabrikam Robotics for nearly $2.5 billion.",
    "d1",
    title="Wingtip Toys to acquire Tailspin Looms for $71 million",
    published="2031-03-05",
)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("trained") / "model.json"
    fit(path)
    return path


@pytest.fixture
def baselines(model: Path) -> dict[str, Callable[[Document, str], dict[str, Any]]]:
    return {
        "rules": lambda document, sees: extract(document, sees=sees),
        "trained": lambda document, sees: Trained(model, sees=sees)(document),
    }


@pytest.mark.parametrize("name", ["rules", "trained"])
def test_what_is_withheld_is_not_told(
    baselines: dict[str, Callable[[Document, str], dict[str, Any]]], name: str
) -> None:
    of_text, of_title, of_nothing = (
        json.dumps(baselines[name](DOCUMENT, sees)["events"]) for sees in ("text", "title", "nothing")
    )
    assert "Fabrikam" in of_text
    assert "Wingtip" not in of_text
    assert not any(word in of_title for word in ("Contoso", "Fabrikam", "2031", "evidence"))
    assert of_nothing == "[]"


def test_a_title_is_read_as_a_text_would_be():
    told = extract(DOCUMENT, sees="title")["events"]
    as_text = extract(Document("d1", str(DOCUMENT.title), "d1", title=DOCUMENT.title))["events"]
    assert [event["fields"] for event in told] == [event["fields"] for event in as_text] != []


def test_predictions_of_titles_are_valid_with_the_texts(tmp_path: Path):
    documents = write_lines(tmp_path / "documents.jsonl", [DOCUMENT.as_row()])
    assert run("rules", tmp_path / "run", documents=documents, settings={"sees": "title"}) == (1, 0, 0)
    assert validate(tmp_path / "run", documents=documents) == []
    assert "Wingtip" in (tmp_path / "run" / "predictions.jsonl").read_text("utf-8")


def test_cross_validation_withholds_what_is_predicted_and_not_what_is_learned(tmp_path: Path):
    cross_validate(tmp_path / "title.jsonl", sees="title")
    records = [json.loads(line) for line in (tmp_path / "title.jsonl").read_text("utf-8").splitlines()]
    titles = {document.doc_id: document.title or "" for document in load_documents().values()}
    assert [record["doc_id"] for record in records] == list(titles)
    events = [(titles[record["doc_id"]], event) for record in records for event in record["events"]]
    assert events
    for title, event in events:
        assert "evidence" not in event
        assert all(name in title for name in event["fields"].get("investors", []))


@pytest.mark.parametrize(
    "call",
    [
        lambda model, folder: extract(DOCUMENT, sees="all"),
        lambda model, folder: Trained(model, sees="all"),
        lambda model, folder: cross_validate(folder / "x.jsonl", sees="all"),
    ],
    ids=["rules", "trained", "cross-validate"],
)
def test_what_else_might_be_seen_is_a_wrong_call(
    model: Path, tmp_path: Path, call: Callable[[Path, Path], object]
) -> None:
    with pytest.raises(UsageError, match="sees must be one of text, title, nothing"):
        call(model, tmp_path)
    assert list(tmp_path.iterdir()) == []
