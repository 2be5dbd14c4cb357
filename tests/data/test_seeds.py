"""The five source files are what they were, and the manifest leaves none of their characters unexplained."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from goldspan import DataError, cutter

SHA256 = {
    "000_6a8bfe5af41b672a.txt": "07c763dafb60626dccbd1111fadf548b4d281b28d1358205b0900db1e3baa571",
    "001_279da16ca7b4b218.txt": "d83f784bd3de4a059e6e3d6f37e7803928a7426457e88cd6b1791b811fc58fb0",
    "002_99d6a778d1516b53.txt": "f1736480333c9217608e1a6077f469d865117b48a88a8d6cf90dbe633c25b496",
    "003_c01113bfb8c00a92.txt": "63d993aeaa0661fc9c04b9ae8b90821938cae0d11c0632bd44be5275009edb97",
    "004_931059732d807a15.txt": "4bdbc281eb714cbe2944b0001fe6df166f8632c169f3bb699e5929c8d0116025",
}
PROMOTION = "Would you like to learn more about AI, tech and digital diplomacy? If so, ask our Diplo chatbot!"
PROMOTION_WITH_NO_BREAK_SPACES = PROMOTION.replace(" Diplo ", "\u00a0Diplo\u00a0")

# Read from the files by a person's eye: how each document begins and ends.
EDGES = {
    "seed-000-01": ("Meta bets big on AI, partners with", "as the race for AI dominance intensifies."),
    "seed-000-02": ("Meta’s V-JEPA 2 teaches AI", "far greater autonomy and intelligence."),
    "seed-000-03": ("Meta hires top AI talent", "more tightly integrated into Google’s products."),
    "seed-000-04": ("Meta launches AI to teach", "toward more advanced AI."),
    "seed-000-05": ("Meta and TikTok contest", "from the General Court sometime next year."),
    "seed-000-06": ("Meta strikes $15B deal", "falling behind rivals in the AI race."),
    "seed-000-07": ("Meta boosts AGI efforts", "more advanced and capable AI systems."),
    "seed-000-08": ("Meta plans $10 billion", "Meta has yet to respond publicly."),
    "seed-000-09": ("Meta inks 20-year nuclear deal", "run on clean, scalable energy."),
    "seed-000-10": ("Eminem sues Meta", "address copyright violations more effectively."),
    "seed-001": ("In the fast-paced world of technology", "Meta is determined to lead the charge."),
    "seed-002": ("Tech giant ramps up AI capabilities", "diversifying technical talent pipelines."),
    "seed-003": ("Meta is reportedly finalizing a $14 billion", "in the critical AI domain."),
    "seed-004": ("In a strategic move to assert itself", "most aggressive AI moves to date."),
}


def rows_of(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


@pytest.fixture
def seeds(repository: Path) -> Path:
    return repository / "seeds"


@pytest.fixture
def manifest(seeds: Path) -> list[dict]:
    return rows_of(seeds / "documents.jsonl")


@pytest.fixture
def texts(seeds: Path) -> dict[str, str]:
    return {name: (seeds / name).read_bytes().decode() for name in SHA256}


@pytest.mark.parametrize(("name", "sha256"), SHA256.items())
def test_a_source_file_is_byte_for_byte_what_it_was(seeds: Path, name: str, sha256: str) -> None:
    assert hashlib.sha256((seeds / name).read_bytes()).hexdigest() == sha256


def test_there_are_no_other_source_files(seeds: Path) -> None:
    assert {path.name for path in seeds.glob("*.txt")} == set(SHA256)


def test_the_manifest_has_ten_documents_of_the_digest_and_one_of_each_other_file(manifest: list[dict]) -> None:
    names = sorted(SHA256)
    assert Counter(row["file"] for row in manifest) == {names[0]: 10} | dict.fromkeys(names[1:], 1)
    assert [row["doc_id"] for row in manifest] == list(EDGES)


def test_each_document_begins_and_ends_with_its_own_words(manifest: list[dict], texts: dict[str, str]) -> None:
    for row in manifest:
        text = texts[row["file"]][row["start"] : row["end"]]
        first, last = EDGES[row["doc_id"]]
        assert (row["doc_id"], text.startswith(first), text.endswith(last)) == (row["doc_id"], True, True)


def test_each_text_has_the_sha256_that_the_manifest_names(manifest: list[dict], texts: dict[str, str]) -> None:
    for row in manifest:
        text = texts[row["file"]][row["start"] : row["end"]]
        assert hashlib.sha256(text.encode()).hexdigest() == row["text_sha256"], row["doc_id"]


def test_each_title_stands_in_its_file_and_each_digest_document_opens_with_it(
    manifest: list[dict], texts: dict[str, str]
) -> None:
    titled = [row for row in manifest if row["title"] is not None]
    assert [row["doc_id"] for row in manifest if row["title"] is None] == ["seed-003", "seed-004"]
    for row in titled:
        assert row["title"] in texts[row["file"]].splitlines(), row["doc_id"]
    for row in titled[:10]:
        assert texts[row["file"]][row["start"] :].startswith(row["title"] + "\n\n"), row["doc_id"]


def test_only_what_the_files_state_is_told_of_a_document(manifest: list[dict], texts: dict[str, str]) -> None:
    stated = {"seed-001": {"published": "2025-06-11"}, "seed-002": {"author": "Chloe Ramirez"}}
    stated |= {doc_id: {"publisher": "Diplo"} for doc_id in EDGES if doc_id.startswith("seed-000-")}
    assert "June 11, 2025" in texts["001_279da16ca7b4b218.txt"].splitlines()[1]
    assert "By Chloe Ramirez, " in texts["002_99d6a778d1516b53.txt"]
    for row in manifest:
        told = {key: row[key] for key in ("published", "author", "publisher", "url", "licence") if row[key] is not None}
        assert told == stated.get(row["doc_id"], {}), row["doc_id"]


def test_stories_group_the_documents_that_tell_the_same_news(manifest: list[dict]) -> None:
    others = {
        "seed-000-02": "v-jepa-2",
        "seed-000-04": "v-jepa-2",
        "seed-000-05": "dsa-fee",
        "seed-000-09": "clinton-power",
        "seed-000-10": "eminem-copyright",
    }
    assert {row["doc_id"]: row["story"] for row in manifest} == dict.fromkeys(EDGES, "meta-scale-ai") | others


def test_each_character_belongs_to_one_document_or_one_piece_of_boilerplate(
    seeds: Path, manifest: list[dict], texts: dict[str, str]
) -> None:
    pieces = manifest + rows_of(seeds / "boilerplate.jsonl")
    for name, text in texts.items():
        owners = Counter(i for piece in pieces if piece["file"] == name for i in range(piece["start"], piece["end"]))
        assert owners == dict.fromkeys(range(len(text)), 1), name


def test_each_piece_of_boilerplate_has_a_name_and_a_separator_is_white_space(
    seeds: Path, texts: dict[str, str]
) -> None:
    pieces = rows_of(seeds / "boilerplate.jsonl")
    assert {piece["kind"] for piece in pieces} == {
        "separator",
        "promotional_line",
        "headline_and_dateline",
        "company_boxes",
        "page_furniture",
    }
    separators = [texts[p["file"]][p["start"] : p["end"]] for p in pieces if p["kind"] == "separator"]
    assert all(separator.isspace() for separator in separators)


def test_of_the_ten_promotional_lines_four_have_no_break_spaces(seeds: Path, texts: dict[str, str]) -> None:
    pieces = [p for p in rows_of(seeds / "boilerplate.jsonl") if p["kind"] == "promotional_line"]
    lines = Counter(texts[p["file"]][p["start"] : p["end"]] for p in pieces)
    assert lines == {PROMOTION: 6, PROMOTION_WITH_NO_BREAK_SPACES: 4}


def test_no_document_holds_a_promotional_line(manifest: list[dict], texts: dict[str, str]) -> None:
    for row in manifest:
        assert "digital diplomacy" not in texts[row["file"]][row["start"] : row["end"]], row["doc_id"]


def test_the_paragraphs_of_seed_001_are_kept_twice(manifest: list[dict], texts: dict[str, str]) -> None:
    row = next(row for row in manifest if row["doc_id"] == "seed-001")
    text = texts[row["file"]][row["start"] : row["end"]]
    assert text.count("The partnership with Scale AI is a strategic masterstroke.") == 2
    assert "Total raised" not in text


@pytest.fixture
def copied(seeds: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(seeds, tmp_path / "seeds"))


def test_the_committed_manifest_is_what_the_cutter_makes(seeds: Path) -> None:
    documents, boilerplate = cutter.cut_seeds(seeds)
    assert rows_of(seeds / "documents.jsonl") == documents
    assert rows_of(seeds / "boilerplate.jsonl") == boilerplate


def test_the_cutter_as_a_command_writes_the_committed_bytes(repository: Path, copied: Path) -> None:
    committed = {name: (copied / name).read_bytes() for name in ("documents.jsonl", "boilerplate.jsonl")}
    for name in committed:
        (copied / name).unlink()
    code = shutil.copytree(repository / "eval", copied.parent / "eval")
    subprocess.run([sys.executable, "-m", "goldspan.cutter"], env=os.environ | {"PYTHONPATH": str(code)}, check=True)
    assert {name: (copied / name).read_bytes() for name in committed} == committed


def test_the_cutter_refuses_a_changed_file_and_a_wrong_count_and_tells_of_both(copied: Path) -> None:
    changed, miscounted = copied / "004_931059732d807a15.txt", copied / "003_c01113bfb8c00a92.txt"
    changed.write_bytes(changed.read_bytes() + b" ")
    plan = copied / "cuts.toml"
    planned = '{ doc_id = "seed-003", story = "meta-scale-ai" }'
    assert plan.read_text().count(planned) == 1
    plan.write_text(plan.read_text().replace(planned, f"{planned}, {planned}"))
    with pytest.raises(DataError) as caught:
        cutter.cut_seeds(copied)
    assert [problem.file for problem in caught.value.problems] == [miscounted, changed]
    assert "1 documents found, 2 planned" in caught.value.problems[0].message
    assert "sha256" in caught.value.problems[1].message
