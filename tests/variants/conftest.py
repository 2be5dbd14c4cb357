"""Made documents that several tests look at."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from goldspan.variants import synthetic, twins

ROOT = Path(__file__).resolve().parents[2]
COPIES = 20
ARTICLES = 2_000


class Folder(NamedTuple):
    path: Path
    documents: dict[str, dict[str, Any]]
    gold: dict[str, dict[str, Any]]


def read(path: Path) -> dict[str, dict[str, Any]]:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {row["doc_id"]: row for row in rows}


def folder(path: Path) -> Folder:
    return Folder(path, read(path / "documents.jsonl"), read(path / "gold.jsonl"))


@pytest.fixture(scope="session")
def originals() -> dict[str, dict[str, Any]]:
    """The text of each seed document, cut from its file here, and its gold."""
    rows: dict[str, dict[str, Any]] = {}
    gold = read(ROOT / "annotations" / "gold.jsonl")
    for doc_id, row in read(ROOT / "seeds" / "documents.jsonl").items():
        whole = (ROOT / "seeds" / row["file"]).read_bytes().decode()
        rows[doc_id] = {**row, "text": whole[row["start"] : row["end"]], "events": gold[doc_id]["events"]}
    return rows


@pytest.fixture(scope="session")
def many_twins(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """20 twins of each of the fourteen documents; `benchmarks/variants.py` checks 1,008."""
    path = tmp_path_factory.mktemp("twins")
    twins(path, copies=COPIES, seed=20_261_122)
    return folder(path)


@pytest.fixture(scope="session")
def many_articles(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    """2,000 synthetic articles; `benchmarks/variants.py` checks 10,000."""
    path = tmp_path_factory.mktemp("synthetic")
    synthetic(path, count=ARTICLES, seed=20_261_122)
    return folder(path)
