"""What a release holds: the same bytes from the same inputs, and every value where a reader looks for it."""

import hashlib
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml
from invoices import ABOUT, GOLD, TEXTS, write, write_invoices

from goldspan import DataError, UsageError
from goldspan.release import build
from goldspan.release.about import load_about
from goldspan.release.card_check import metadata_of


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def rows(release: Path, config: str) -> list[dict[str, Any]]:
    return pq.read_table(release / f"data/{config}/test.parquet").to_pylist()


def test_the_same_inputs_give_the_same_bytes(tmp_path: Path):
    for name in ("one", "another/place"):
        build(tmp_path / name / "release", **write_invoices(tmp_path / name / "inputs"))
    assert contents(tmp_path / "one/release") == contents(tmp_path / "another/place/release")


def test_checksums_are_what_sha256sum_checks(own_release: Path):
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=own_release, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(done.stdout.splitlines()) == len(contents(own_release)) - 1


def test_gold_rows_say_what_gold_says(own_release: Path, repository: Path):
    """Against the file itself: each value, each offset, and nothing that is not there."""
    gold = [json.loads(line) for line in (repository / "annotations/gold.jsonl").read_text().splitlines()]
    released = rows(own_release, "gold")
    assert [row["doc_id"] for row in released] == [record["doc_id"] for record in gold]
    for row, record in zip(released, gold, strict=True):
        assert row["review_status"] == record["review_status"]
        for got, event in zip(row["events"], record["events"], strict=True):
            fields = got["fields"][event["type"]]
            assert {key: value for key, value in fields.items() if value is not None} == event["fields"]
            assert all(value is None for name, value in got["fields"].items() if name != event["type"])
            expected = [(p, s["start"], s["end"]) for p, spans in event["evidence"].items() for s in spans]
            assert [(span["pointer"], span["start"], span["end"]) for span in got["evidence"]] == expected
            accepted = [(p, other) for p, others in event["accepted"].items() for other in others]
            assert [(each["pointer"], json.loads(each["value"])) for each in got["accepted"]] == accepted


def test_a_type_has_a_row_for_each_event_and_a_column_for_each_field(own_release: Path):
    energy = rows(own_release, "energy")
    assert len(energy) == 2
    first = energy[0]
    assert first["capacity"] == {"value": 1.1, "unit": "GW", "bound": "exact"}
    assert first["jobs"] == {"value": 1100.0, "unit": "count", "bound": "more_than"}
    assert first["term"] == "P20Y"
    assert energy[1]["capacity"] is None


def test_stand_off_has_no_text_and_no_quote(own_release: Path, repository: Path):
    documents = rows(own_release, "documents")
    assert "text" not in documents[0]
    cut = documents[1]
    source = (repository / "seeds" / cut["file"]).read_bytes().decode()[cut["start"] : cut["end"]]
    assert hashlib.sha256(source.encode()).hexdigest() == cut["text_sha256"]
    assert len(source) == cut["characters"]
    for config in ("gold", "passes", "deal"):
        assert "quote" not in str(pq.read_schema(own_release / f"data/{config}/test.parquet"))


def test_the_manifest_names_the_gold_by_hash_and_signature(own_release: Path, repository: Path):
    manifest = json.loads((own_release / "manifest.json").read_text())
    sha256 = hashlib.sha256((repository / "annotations/gold.jsonl").read_bytes()).hexdigest()
    assert manifest["gold_sha256"] == manifest["built_from"]["gold"] == sha256
    assert f"|gold:{sha256[:16]}|" in manifest["signature"]
    assert manifest["about"]["annotators"] == "machine-generated"


def test_the_card_counts_what_is_there(own_release: Path):
    """The figures of annotations/README.md, which its own test executes, and counts by hand."""
    card = (own_release / "README.md").read_text()
    assert "| documents | 14 (34954 characters), of 5 stories |" in card
    assert "| `deal.amount` | money | 11 of 16 (69%) |" in card
    assert "| round-1/a, round-1/b | 193 | 2 | 1 | 2 | 0.982 | 34 | 0 |" in card
    assert "| 1 | 39 |" in card
    assert "Agreement between models is not agreement between people" in card
    assert "not reviewed by a person: 14 of 14 documents" in card
    assert "| text of 14 documents | not known |" in card
    assert "## Takedown" in card
    assert metadata_of(card)["annotations_creators"] == ["machine-generated"]


def test_the_tasks_of_eval_yaml_are_configurations(own_release: Path):
    told = yaml.safe_load((own_release / "eval.yaml").read_text())
    assert [task["id"] for task in told["tasks"]] == ["gold", "deal", "energy", "litigation", "product"]
    assert {task["split"] for task in told["tasks"]} == {"test"}
    assert told.keys() == {"name", "description", "evaluation_framework", "tasks"}


def test_the_citation_is_that_of_the_repository(repository: Path, own_release: Path):
    ours, whole = (yaml.safe_load((path / "CITATION.cff").read_text()) for path in (own_release, repository))
    for key in ("version", "date-released", "authors", "cff-version"):
        assert ours[key] == whole[key]


def test_somebody_elses_data(small_release: Path):
    """Integers of 64 bits, a field named as a column, mixed enums, groups in lists, code points beyond 16 bits."""
    first, second = rows(small_release, "invoice")
    assert second["number"] == 9007199254740993
    assert second["paid"] is False
    assert (first["doc_id"], first["invoice.doc_id"]) == ("i1", "own")
    assert json.loads(first["rating"]) == 2.5
    assert first["lines"] == [{"item": "bolts", "pieces": 40}, {"item": "travels", "pieces": None}]
    span = next(span for span in first["evidence"] if span["pointer"] == "/lines/1/item")
    assert TEXTS["i1"][span["start"] : span["end"]] == "travels"


def test_variants_become_configurations(whole_release: Path, made: dict[str, Path]):
    for name, folder in made.items():
        for config, file in ((name, "gold.jsonl"), (f"{name}_documents", "documents.jsonl")):
            lines = [json.loads(line) for line in (folder / file).read_text().splitlines()]
            assert [row["doc_id"] for row in rows(whole_release, config)] == [line["doc_id"] for line in lines]
    twin, synthetic = (rows(whole_release, f"{name}_documents")[0] for name in ("twins", "synthetic"))
    assert (twin["variant"], twin["variant_of"], twin["text"]) == ("twin", "seed-000-01", None)
    assert (synthetic["variant"], synthetic["licence"]) == ("synthetic", "apache-2.0")
    assert hashlib.sha256(synthetic["text"].encode()).hexdigest() == synthetic["text_sha256"]
    card = (whole_release / "README.md").read_text()
    events = sum(len(row["events"]) for row in rows(whole_release, "synthetic"))
    assert f"| `synthetic`, `synthetic_documents` | 6 | {events} | made by a grammar; gold by construction: 6 |" in card
    assert "| text of 6 documents of `synthetic` | apache-2.0 |" in card
    assert "| text of 14 documents of `twins` | not known |" in card


def test_every_figure_of_the_card_by_hand(invoices: dict[str, Path], tmp_path: Path):
    """Two passes of which one leaves the vendor out and takes the bill for paid; three decisions."""
    first, second = (json.loads(json.dumps(GOLD)) for _ in "ab")
    del second[0]["events"][0]["fields"]["vendor"], second[0]["events"][0]["evidence"]["/vendor"]
    second[0]["events"][0]["accepted"] = {}
    second[1]["events"][0]["fields"]["paid"] = True
    (tmp_path / "passes").mkdir()
    write(tmp_path / "passes/ada.jsonl", first)
    write(tmp_path / "passes/ben.jsonl", second)
    decisions = [{"round": 1, "decision": decision} for decision in ("ada", "ada", "neither")]
    adjudication = write(tmp_path / "adjudication.jsonl", decisions)
    out = tmp_path / "release"
    build(out, passes=tmp_path / "passes", adjudication=adjudication, **invoices)
    card = (out / "README.md").read_text()
    characters = sum(map(len, TEXTS.values()))
    assert f"| documents | 2 ({characters} characters), of 2 stories |" in card
    # vendor, total, rating, doc_id, two items and one number of pieces; number and paid: 9, of which 5 have one place
    assert "| values | 9, 5 of them with evidence (5 spans) |" in card
    assert "| `invoice.vendor` | name | 1 of 2 (50%) |" in card
    assert "| `passes` | 4 | a document as one annotator read it |" in card
    # precision 7/8, recall 7/9: F1 is 14/17
    assert "| ada, ben | 7 | 1 | 1 | 0 | 0.824 | 2 | 0 |" in card
    assert "| 1 | 3 | ada: 2, neither: 1 |" in card
    assert "- not stated: 1 of 2 documents\n- reviewed by a person: 1 of 2 documents" in card
    assert "- Named in most events: Fabrikam Inc. (1 of 2)." in card
    assert "Agreement between models" not in card  # the annotators are people
    told = json.loads((out / "croissant.json").read_text())
    assert told["rai:dataAnnotationAnalysis"][0] == "ada and ben: F1 0.824 over 7 matched values"


def test_the_prose_about_the_data_set_holds_no_figures(repository: Path):
    """Figures are computed; what is written by hand would go stale."""
    about = load_about(repository / "annotations/release.toml")
    prose = [about.description, *about.annotation, *about.uses, *about.not_for, *about.biases]
    prose += [about.collection or "", about.personal or "", about.maintenance or ""]
    numbers = r"\d|\b(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|both|dozens?|hundreds?)\b"
    assert [line for line in prose if re.search(numbers, line, re.IGNORECASE)] == []


def test_text_is_given_by_licence_or_by_explicit_word(tmp_path: Path):
    given = write_invoices(tmp_path / "given", licence="CC-BY-4.0")
    build(tmp_path / "licensed", text="licensed", **given)
    assert [row["text"] for row in rows(tmp_path / "licensed", "documents")] == [TEXTS["i1"], None]
    first, second = rows(tmp_path / "licensed", "invoice")
    assert {span["quote"] for span in first["evidence"]} == {"Fabrikam Inc.", "120.50 euros", "bolts", "travels"}
    assert {span["quote"] for span in second["evidence"]} == {None}
    build(tmp_path / "all", text="all", **given)
    assert [row["text"] for row in rows(tmp_path / "all", "documents")] == list(TEXTS.values())
    withheld = write_invoices(tmp_path / "withheld", licence="all rights reserved")
    with pytest.raises(UsageError, match="no document names a licence"):
        build(tmp_path / "none", text="licensed", **withheld)


def test_what_no_column_holds_is_told_and_nothing_is_written(invoices: dict[str, Path], tmp_path: Path):
    gold = json.loads(json.dumps(GOLD))
    gold[0]["events"][0]["fields"]["total"]["amount"] = 2**53 + 1
    gold[0]["events"][0]["confidence"] = {"/vendor": 0.5}
    gold[1]["events"][0]["fields"]["number"] = 2**63
    gold[1]["events"][0]["evidence"]["/number"][0]["end"] += 1
    write(invoices["gold"], gold)
    with pytest.raises(DataError) as error:
        build(tmp_path / "release", **invoices)
    told = str(error.value)
    assert "/events/0/fields/total/amount: 9007199254740993 is too large to be kept exactly" in told
    assert "/events/0/fields/number: 9223372036854775808 is too large" in told
    assert "confidence and located evidence are a prediction's" in told
    assert "the quote is '9007199254740993'" in told
    assert not (tmp_path / "release").exists()


def test_what_is_wrong_with_the_about_file_is_told_at_once(invoices: dict[str, Path], tmp_path: Path):
    wrong = ABOUT.replace('"1.2"', '"first"').replace('["en"]', '["English"]').replace("cc-by-4.0", "CC-BY-4.0")
    invoices["about"].write_text(wrong)
    with pytest.raises(DataError) as error:
        build(tmp_path / "release", **invoices)
    assert [problem.pointer for problem in error.value.problems] == ["/version", "/language", "/licence"]


def test_calls_that_are_wrong(invoices: dict[str, Path], tmp_path: Path, goldspan: Callable[..., Any]):
    del invoices["about"]
    with pytest.raises(UsageError, match="needs --gold, --documents and --about"):
        build(tmp_path / "release", **invoices)
    with pytest.raises(UsageError, match="is there already"):
        build(tmp_path)
    done = goldspan("release", "build", "new", "--variants", "twins")
    assert (done.returncode, "NAME=DIR" in done.stderr) == (2, True)


def test_a_type_may_not_be_called_as_a_part_of_the_release(invoices: dict[str, Path], tmp_path: Path):
    (invoices["schema"] / "documents.schema.json").write_text(
        json.dumps({"properties": {"a": {"type": "string"}}, "type": "object"})
    )
    with pytest.raises(DataError, match="'documents' names another part of a release"):
        build(tmp_path / "release", **invoices)
