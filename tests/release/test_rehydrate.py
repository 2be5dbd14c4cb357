"""A stand-off release and one's own copies of the texts give back the very bytes of gold."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from invoices import GOLD, TEXTS, write

from goldspan import DataError, UsageError, score, validate
from goldspan.release import rehydrate


@pytest.mark.parametrize("texts", ["seeds", "seeds/documents.jsonl"])
def test_gold_comes_back_byte_for_byte(own_release: Path, repository: Path, tmp_path: Path, texts: str):
    out = tmp_path / "whole"
    assert rehydrate(own_release, repository / texts, out) == 14
    assert (out / "gold.jsonl").read_bytes() == (repository / "annotations/gold.jsonl").read_bytes()
    own = {"schema": out / "schema", "documents": out / "documents.jsonl"}
    assert validate(out / "gold.jsonl", gold=True, **own) == []
    result = score(repository / "annotations/gold.jsonl", gold=out / "gold.jsonl", **own)
    assert result.micro.f1 == 1
    assert result.signature == json.loads((own_release / "manifest.json").read_text())["signature"]


def test_the_passes_come_back_with_values_and_evidence(own_release: Path, repository: Path, tmp_path: Path):
    rehydrate(own_release, repository / "seeds", tmp_path / "whole")
    for name in ("round-1/a", "round-1/b", "round-2/a", "round-2/b"):
        before, after = (
            [json.loads(line) for line in (folder / f"{name}.jsonl").read_text().splitlines()]
            for folder in (repository / "annotations/passes", tmp_path / "whole/passes")
        )
        for one, other in zip(before, after, strict=True):
            for event, same in zip(one["events"], other["events"], strict=True):
                assert (event["fields"], event["evidence"]) == (same["fields"], same["evidence"])


def test_variants_come_back_with_what_they_are_made_of(
    whole_release: Path, made: dict[str, Path], repository: Path, tmp_path: Path
):
    """The texts of the twins are those of `goldspan variants twins`; those of the synthetic ones are in the release."""
    out = tmp_path / "whole"
    assert rehydrate(whole_release, [repository / "seeds", made["twins"] / "documents.jsonl"], out) == 34
    for name, folder in made.items():
        for file in ("documents.jsonl", "gold.jsonl"):
            before, after = (
                [json.loads(line) for line in path.read_text().splitlines()]
                for path in (folder / file, out / name / file)
            )
            stated = [{key: value for key, value in row.items() if value is not None} for row in after]
            assert len(stated) == len(before)
            if file == "documents.jsonl":
                assert stated == before
            for one, other in zip(before, after, strict=True):
                assert one.get("review_status") == other.get("review_status")
                for event, same in zip(one.get("events", ()), other.get("events", ()), strict=True):
                    assert {key: same[key] for key in event} == event
    with pytest.raises(DataError, match="document seed-000-01~t1: no copy of this text"):
        rehydrate(whole_release, repository / "seeds", tmp_path / "other")


def test_whole_files_are_known_by_their_hash(small_release: Path, tmp_path: Path):
    (tmp_path / "texts").mkdir()
    for number, text in enumerate(TEXTS.values()):
        (tmp_path / f"texts/file {number}.txt").write_bytes(text.encode())
    assert rehydrate(small_release, tmp_path / "texts", tmp_path / "whole") == 2
    first, second = map(json.loads, (tmp_path / "whole/gold.jsonl").read_text().splitlines())
    assert first["events"][0]["evidence"] == GOLD[0]["events"][0]["evidence"]
    assert second["events"][0]["fields"] == {"number": 9007199254740993, "paid": False}
    assert second["review_status"] == "reviewed by a person"


def test_every_text_that_is_missing_or_another_is_told(own_release: Path, repository: Path, tmp_path: Path):
    texts = shutil.copytree(repository / "seeds", tmp_path / "texts")
    (texts / "001_279da16ca7b4b218.txt").unlink()
    changed = texts / "000_6a8bfe5af41b672a.txt"
    changed.write_text(changed.read_text().replace("$14.8 billion", "$14.9 billion"))
    with pytest.raises(DataError) as error:
        rehydrate(own_release, texts, tmp_path / "whole")
    told = {problem.doc_id: problem.message for problem in error.value.problems}
    assert told.keys() == {"seed-000-01", "seed-001"}
    assert "another text than that of sha256 419994eb" in told["seed-000-01"]
    assert "no copy of this text; it is known as: 001_279da16ca7b4b218.txt" in told["seed-001"]
    assert not (tmp_path / "whole").exists()


def test_a_release_with_names_that_lead_out_of_the_folder_is_refused(
    small_release: Path, copy_of: Callable[[Path], Path], tmp_path: Path
):
    release = copy_of(small_release)
    manifest = json.loads((release / "manifest.json").read_text())
    write(release / "manifest.json", [manifest | {"passes": {"../../evil": "0"}, "variants": {"..": "0"}}])
    with pytest.raises(DataError, match="a name that cannot be one"):
        rehydrate(release, tmp_path, tmp_path / "whole")


def test_nothing_is_overwritten(small_release: Path, tmp_path: Path, goldspan: Callable[..., Any]):
    with pytest.raises(UsageError, match="is there already"):
        rehydrate(small_release, tmp_path, small_release)
    done = goldspan("release", "rehydrate", tmp_path / "nowhere", "--texts", tmp_path, "--out", "whole")
    assert done.returncode == 2
    assert "no such directory" in done.stderr
