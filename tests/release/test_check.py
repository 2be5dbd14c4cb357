"""The check finds what was tampered with, and nothing in what was built."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from invoices import TEXTS, seal, write

from goldspan import content
from goldspan.release import check

Copy = Callable[[Path], Path]


def told(release: Path, **options: Any) -> str:
    return "\n".join(str(problem) for problem in check(release, **options).problems)


@pytest.fixture
def no_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave `datasets` and `mlcroissant` out, which take seconds, where what goldspan itself checks is tested."""
    monkeypatch.setattr(import_module("goldspan.release.check"), "reader_faults", lambda _: [])


def change_rows(release: Path, config: str, change: Callable[[list[dict[str, Any]]], None]) -> None:
    path = release / f"data/{config}/test.parquet"
    table = pq.read_table(path)
    rows = table.to_pylist()
    change(rows)
    pq.write_table(pa.Table.from_pylist(rows, schema=table.schema), path)


def test_what_was_built_is_fine(whole_release: Path, made: dict[str, Path]):
    """Without more, the texts at hand are goldspan's own and those that are given; 14 twins are missing."""
    checked = check(whole_release)
    assert checked.problems == ()
    assert (checked.files, checked.documents, checked.proved) == (23, 34, 20)


@pytest.mark.usefixtures("no_readers")
def test_spans_of_texts_that_are_not_at_hand_are_said_to_be_unproved(small_release: Path, tmp_path: Path):
    checked = check(small_release)
    assert (checked.problems, checked.documents, checked.proved) == ((), 2, 0)
    texts = write(tmp_path / "d.jsonl", [{"doc_id": "i1", "text": TEXTS["i1"]}, {"doc_id": "i2", "text": "other"}])
    assert told(small_release, documents=texts).startswith("document i2: another text than that of sha256")


@pytest.mark.usefixtures("no_readers")
def test_files(small_release: Path, copy_of: Copy):
    """Each of many faults, all told at once."""
    release = copy_of(small_release)
    card = release / "README.md"
    card.write_text(card.read_text().replace("license: cc-by-4.0", "license: CC-BY-4.0"))
    (release / "notes.txt").write_text("my token is hf_" + "a" * 34)
    (release / "CITATION.cff").unlink()
    (release / "link").symlink_to("README.md")
    (release / "big.json").write_bytes(b" " * (10 * 2**20 + 1))
    found = told(release)
    assert "README.md: is not the file whose sha256 SHA256SUMS names" in found
    assert "license: 'CC-BY-4.0' is no licence that the Hub knows" in found
    assert "notes.txt: SHA256SUMS does not name this file" in found
    assert "notes.txt: holds a Hugging Face token" in found
    assert "CITATION.cff: SHA256SUMS names this file, and it is not there" in found
    assert "link: is no plain file" in found
    assert "big.json: is too large for the Hub in one piece: 10485761 bytes" in found


@pytest.mark.usefixtures("no_readers")
def test_records_that_were_changed_and_sealed_again(whole_release: Path, copy_of: Copy):
    """What a checksum file made anew does not hide: spans, values, other tables, the hash of gold."""
    release = copy_of(whole_release)

    def change(rows: list[dict[str, Any]]) -> None:
        rows[0]["events"][0]["evidence"][0]["end"] = 100_000
        rows[1]["events"][0]["fields"]["product"]["category"] = "spaceship"

    change_rows(release, "gold", change)
    seal(release)
    found = told(release)
    assert "document seed-000-01: /investors/0: evidence beyond the end of the text (1221 characters)" in found
    assert re.search(r"document seed-000-02: /events/0/fields/category: .*spaceship", found)
    assert "gold is not the one whose sha256 the manifest names" in found
    assert "data/product/test.parquet: does not say what gold says of product events" in found
    assert "data/energy" not in found
    assert "twins" not in found


@pytest.mark.usefixtures("no_readers")
def test_text_that_may_not_be_there(whole_release: Path, copy_of: Copy, repository: Path):
    release = copy_of(whole_release)
    article = (repository / "seeds/004_931059732d807a15.txt").read_text()
    (release / "guidelines.md").write_text(f"An example:\n> {article[200:300]}\n")
    change_rows(release, "documents", lambda rows: rows[3].update(author=article[500:600]))
    seal(release)
    found = told(release)
    assert "guidelines.md: holds a piece of a text that is not given away" in found
    assert "documents: holds a piece of a text that is not given away" in found


@pytest.mark.usefixtures("no_readers")
def test_a_manifest_that_gives_a_text_away_must_have_been_told_to(own_release: Path, copy_of: Copy):
    """A text column that the manifest does not know of is not in the schema; none is loaded."""
    release = copy_of(own_release)
    path = release / "data/documents/test.parquet"
    table = pq.read_table(path)
    pq.write_table(table.append_column("text", pa.array(["the whole text"] * 14)), path)
    seal(release)
    assert "the columns are not those of the schema" in told(release)


@pytest.mark.usefixtures("no_readers")
def test_variants_that_were_changed_and_sealed_again(whole_release: Path, made: dict[str, Path], copy_of: Copy):
    release = copy_of(whole_release)
    change_rows(release, "twins", lambda rows: rows[0]["events"][0]["fields"]["deal"].update(target="Somebody"))
    seal(release)
    texts = [content.DOCUMENTS, made["twins"] / "documents.jsonl"]
    assert told(release, documents=texts) == "twins is not the one whose sha256 the manifest names"


def damage_croissant(folder: Path, change: Callable[[Any], None]) -> None:
    whole = json.loads((folder / "croissant.json").read_text())
    change(whole)
    (folder / "croissant.json").write_text(json.dumps(whole))


def test_readers_that_stumble(small_release: Path, copy_of: Copy):
    """A card that names a file that is not there, and a Croissant that names a column that is not."""
    release = copy_of(small_release)
    card = release / "README.md"
    card.write_text(card.read_text().replace("data/invoice/test", "data/invoice/gone"))
    damage_croissant(release, lambda c: c["recordSet"][0]["field"][0]["source"]["extract"].update(column="no_such"))
    seal(release)
    found = told(release)
    assert re.search(r"datasets (cannot load|sees|broke down)", found)
    assert re.search(r"mlcroissant cannot read croissant.json: \w*Error", found)
    assert "README.md: configs is not that of the manifest" in found


CROISSANT_DAMAGE: dict[str, tuple[Callable[[Any], Any], str]] = {
    "a record set less": (lambda c: c["recordSet"].pop(), "Croissant has the record sets"),
    "another hash": (lambda c: c["distribution"][0].update(sha256="0" * 64), "GenerationError"),
    "a bias that is a number": (lambda c: c.update({"rai:dataBiases": 5}), "`data_biases` should have type"),
    "no context": (lambda c: c.update({"@context": None}), "@context should be a dictionary"),
}
FAULTS = """
import json, sys
from pathlib import Path
from goldspan.release.stranger import croissant_faults
for folder in map(Path, sys.argv[1:]):
    configs = json.loads((folder / "manifest.json").read_text())["configs"]
    print(json.dumps(list(croissant_faults(folder, configs))))
"""


def test_a_croissant_that_is_none(small_release: Path, tmp_path: Path):
    folders = [shutil.copytree(small_release, tmp_path / name) for name in CROISSANT_DAMAGE]
    for folder, (change, _) in zip(folders, CROISSANT_DAMAGE.values(), strict=True):
        damage_croissant(folder, change)
    command = [sys.executable, "-c", FAULTS, *folders]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    for line, (_, message) in zip(done.stdout.splitlines(), CROISSANT_DAMAGE.values(), strict=True):
        (fault,) = json.loads(line)
        assert message in fault


HOSTILE = {
    "empty": b"",
    "not text": bytes(range(256)),
    "deep": b"---\nlicense: " + b"[" * 20_000 + b"\n---\n",
    "aliases": b"---\na: &a [x, x]\nb: &b [*a, *a]\nlicense: [*b, *b]\n---\n",
    "objects": b"---\nlicense: [{}]\nlanguage: [[]]\nconfigs: 3\n---\n",
    "JSON too deep": b'{"a":' * 20_000,
}


@pytest.mark.usefixtures("no_readers")
@pytest.mark.parametrize(
    "name", ["README.md", "eval.yaml", "CITATION.cff", "manifest.json", "schema/common.schema.json"]
)
@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_hostile_files_are_told_without_a_traceback(small_release: Path, copy_of: Copy, name: str, data: bytes):
    release = copy_of(small_release)
    (release / name).write_bytes(data)
    seal(release)
    assert check(release).problems


@pytest.mark.usefixtures("no_readers")
@pytest.mark.parametrize("cut", [0.3, 0.8])
def test_a_card_that_ends_early_or_says_another_licence(small_release: Path, copy_of: Copy, cut: float):
    release = copy_of(small_release)
    card = release / "README.md"
    text = card.read_text()
    card.write_text(text[: int(len(text) * cut)].replace("license: cc-by-4.0", "license: mit"))
    seal(release)
    found = told(release)
    assert "README.md: license is not that of the manifest" in found
    assert "does not say '## Citation'" in found


@pytest.mark.usefixtures("no_readers")
def test_links_are_refused_also_to_directories(small_release: Path, copy_of: Copy, tmp_path: Path):
    release = copy_of(small_release)
    (release / "more").symlink_to(tmp_path, target_is_directory=True)
    seal(release)
    assert "more: is no plain file" in told(release)


def test_the_command(small_release: Path, copy_of: Copy, goldspan: Callable[..., Any], tmp_path: Path):
    fine = goldspan("release", "check", small_release)
    assert (fine.returncode, fine.stdout) == (
        0,
        "fine: 10 files; spans checked in the text of 0 of 2 documents\n",
    )
    release = copy_of(small_release)
    (release / "manifest.json").write_text("{")
    wrong = goldspan("release", "check", release, "--json", "-")
    assert wrong.returncode == 1
    assert len(json.loads(wrong.stdout)["problems"]) == len(wrong.stderr.splitlines()) == 2
    assert goldspan("release", "check", tmp_path / "nowhere").returncode == 2


@pytest.mark.usefixtures("no_readers")
@pytest.mark.parametrize("broken", ["manifest.json", "schema/invoice.schema.json", "data/gold/test.parquet"])
def test_what_is_no_release_is_told_without_a_traceback(small_release: Path, copy_of: Copy, broken: str):
    release = copy_of(small_release)
    (release / broken).write_bytes(b"{")
    assert Path(broken).name in told(release)
