"""The same rows, whoever reads them: datasets 4.0 and the newest, pandas, polars, duckdb, mlcroissant."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pandas
import polars
import pyarrow.parquet as pq
import pytest

OWN = ["gold", "documents", "deal", "energy", "litigation", "product", "passes"]
SMALL = ["gold", "documents", "invoice"]
LOAD = """
import json, sys, datasets
path, *names = sys.argv[1:]
loaded = {name: datasets.load_dataset(path, name, split="test") for name in names}
streamed = {name: list(datasets.load_dataset(path, name, split="test", streaming=True)) for name in names}
assert datasets.get_dataset_config_names(path) and all(streamed[name] == loaded[name].to_list() for name in names)
print(datasets.__version__)
print(json.dumps({name: rows.to_list() for name, rows in loaded.items()}))
"""


@pytest.fixture(params=["own", "small"])
def release(request: pytest.FixtureRequest) -> tuple[Path, list[str]]:
    """A release and the names of its configurations."""
    return request.getfixturevalue(f"{request.param}_release"), OWN if request.param == "own" else SMALL


def expected(folder: Path, name: str) -> list[dict[str, Any]]:
    return pq.read_table(folder / f"data/{name}/test.parquet").to_pylist()


def load(python: Path, folder: Path, names: list[str], home: Path) -> tuple[str, dict[str, Any]]:
    clean = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(
        [python, "-c", LOAD, folder, *names],
        env=clean | {"HF_HOME": str(home), "HF_HUB_OFFLINE": "1"},
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    version, rows = done.stdout.strip().splitlines()[-2:]
    return version, json.loads(rows)


def test_the_newest_datasets(release: tuple[Path, list[str]], tmp_path: Path):
    folder, names = release
    version, loaded = load(Path(sys.executable), folder, names, tmp_path)
    assert int(version.split(".")[0]) >= 5
    assert loaded == {name: expected(folder, name) for name in names}


def test_datasets_4(release: tuple[Path, list[str]], tmp_path: Path, repository: Path):
    python = repository / "build/datasets-4/bin/python"
    if not python.exists():
        pytest.skip("make build/datasets-4/ready")
    folder, names = release
    version, loaded = load(python, folder, names, tmp_path)
    assert version == "4.0.0"
    assert loaded == {name: expected(folder, name) for name in names}


def test_polars(release: tuple[Path, list[str]]):
    folder, names = release
    for name in names:
        assert polars.read_parquet(folder / f"data/{name}/test.parquet").to_dicts() == expected(folder, name)


def test_duckdb(release: tuple[Path, list[str]]):
    folder, names = release
    for name in names:
        table = duckdb.read_parquet(f"{folder}/data/{name}/test.parquet").to_arrow_table()
        assert table.to_pylist() == expected(folder, name)


def plain(value: Any) -> Any:
    """What pandas gives, as JSON has it: arrays as lists, a missing scalar as None."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(member) for key, member in value.items()}
    return None if value is None or value != value else value


@pytest.mark.parametrize("backend", [{}, {"dtype_backend": "pyarrow"}], ids=["numpy", "pyarrow"])
def test_pandas(own_release: Path, backend: dict[str, Any]):
    for name in OWN:
        frame = pandas.read_parquet(own_release / f"data/{name}/test.parquet", **backend)
        assert plain(frame.to_dict("records")) == expected(own_release, name)


def test_pandas_keeps_long_integers_with_arrow_types(small_release: Path):
    """With numpy's types it turns an integer beside a null into a double."""
    frame = pandas.read_parquet(small_release / "data/invoice/test.parquet", dtype_backend="pyarrow")
    assert frame["number"].tolist()[1] == 9007199254740993


def test_sql_over_typed_columns(own_release: Path):
    """The largest sum of a deal in the articles, by a query that a reader would write."""
    deals = duckdb.read_parquet(f"{own_release}/data/deal/test.parquet")
    largest = deals.filter("amount is not null").order("amount.amount desc").limit(1)
    assert largest.select("amount.amount", "amount.currency").fetchall() == [(15_000_000_000.0, "USD")]


CROISSANT = """
import json, sys, mlcroissant
dataset = mlcroissant.Dataset(jsonld=sys.argv[1] + "/croissant.json")
assert not dataset.metadata.ctx.issues.errors
names = [record_set.id for record_set in dataset.metadata.record_sets]
text = lambda v: v.decode() if isinstance(v, bytes) else v.item() if hasattr(v, "item") else str(v)
print(json.dumps({name: list(dataset.records(name)) for name in names}, default=text))
"""


def test_croissant_loads_records(own_release: Path, tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-c", CROISSANT, own_release],
        env=os.environ | {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    records = json.loads(done.stdout.splitlines()[-1])
    assert list(records) == OWN
    deals = expected(own_release, "deal")
    for record, row in zip(records["deal"], deals, strict=True):
        assert record["deal/target"] == row["target"]
        assert record["deal/investors"] == row["investors"]
        amounts = record["deal/amount"]
        assert amounts["deal/amount/amount"] == (row["amount"] or {}).get("amount")
        spans = [(span["deal/evidence/start"], span["deal/evidence/end"]) for span in record["deal/evidence"]]
        assert spans == [(span["start"], span["end"]) for span in row["evidence"]]


def test_croissant_says_who_annotated_and_what_it_is_not_good_for(own_release: Path):
    told = json.loads((own_release / "croissant.json").read_text())
    assert told["conformsTo"] == ["http://mlcommons.org/croissant/1.0", "http://mlcommons.org/croissant/RAI/1.0"]
    assert told["rai:machineAnnotationTools"] == "Language models annotated and adjudicated."
    assert told["rai:annotationsPerItem"] == "2"
    assert "round-1/a and round-1/b: F1 0.982 over 193 matched values" in told["rai:dataAnnotationAnalysis"]
    for key in ("dataBiases", "dataLimitations", "dataUseCases", "dataCollection", "personalSensitiveInformation"):
        assert told[f"rai:{key}"]
    files = {each["contentUrl"]: each["sha256"] for each in told["distribution"]}
    sums = dict(line.split("  ")[::-1] for line in (own_release / "SHA256SUMS").read_text().splitlines())
    assert files == {path: digest for path, digest in sums.items() if path.endswith(".parquet")}
