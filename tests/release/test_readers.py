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
from loopback_hub import Hub, environment
from loopback_repo import Repo

WHOLE = ["gold", "documents", "deal", "energy", "litigation", "product", "passes"]
WHOLE += ["twins", "twins_documents", "synthetic", "synthetic_documents"]
NAMES = {"whole": WHOLE, "small": ["gold", "documents", "invoice"]}
LOAD = """
import json, sys, datasets
print(datasets.__version__)
for repo, names in json.loads(sys.argv[1]).items():
    assert sorted(datasets.get_dataset_config_names(repo, revision="v1")) == sorted(names)
    for name in names:
        loaded = datasets.load_dataset(repo, name, split="test", revision="v1").to_list()
        streamed = list(datasets.load_dataset(repo, name, split="test", revision="v1", streaming=True))
        print(json.dumps([loaded, streamed]))
"""


@pytest.fixture(params=["whole", "small"])
def release(request: pytest.FixtureRequest) -> tuple[Path, list[str]]:
    """A release and the names of its configurations."""
    return request.getfixturevalue(f"{request.param}_release"), NAMES[request.param]


def expected(folder: Path, name: str) -> list[dict[str, Any]]:
    return pq.read_table(folder / f"data/{name}/test.parquet").to_pylist()


@pytest.mark.parametrize("version", ["4.0.0", "5"])
def test_datasets_loads_and_streams_a_tag(
    version: str, hub: Hub, whole_release: Path, small_release: Path, tmp_path: Path, repository: Path
):
    """Both releases from a server that speaks the Hub's protocol, at a tag that is not the newest commit."""
    python = repository / "build/datasets-4/bin/python" if version == "4.0.0" else Path(sys.executable)
    if not python.exists():
        pytest.skip("make build/datasets-4/ready")
    folders = {"acme/whole": whole_release, "acme/small": small_release}
    for name, folder in folders.items():
        repo = hub.repos[name] = Repo(private=False)
        files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        repo.tags["v1"] = repo.commit("main", files)
        repo.commit("main", {"README.md": files["README.md"]})
    wanted = {name: NAMES[name.removeprefix("acme/")] for name in folders}
    clean = {key: value for key, value in os.environ.items() if key != "PYTHONPATH" and not key.startswith("HF_")}
    done = subprocess.run(
        [python, "-c", LOAD, json.dumps(wanted)],
        env=clean | environment(hub, tmp_path / "hf"),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    told, *lines = done.stdout.splitlines()
    assert told.split(".")[: version.count(".") + 1] == version.split(".")
    pairs = [(folders[repo], name) for repo, names in wanted.items() for name in names]
    for (folder, name), line in zip(pairs, lines, strict=True):
        rows = expected(folder, name)
        assert json.loads(line) == [rows, rows], name


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
def test_pandas(whole_release: Path, backend: dict[str, Any]):
    for name in WHOLE:
        frame = pandas.read_parquet(whole_release / f"data/{name}/test.parquet", **backend)
        assert plain(frame.to_dict("records")) == expected(whole_release, name)


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


def test_croissant_loads_records(whole_release: Path, tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-c", CROISSANT, whole_release],
        env=os.environ | {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    records = json.loads(done.stdout.splitlines()[-1])
    assert list(records) == WHOLE
    for name in WHOLE:
        assert [row[f"{name}/doc_id"] for row in records[name]] == [
            row["doc_id"] for row in expected(whole_release, name)
        ]
    deals = expected(whole_release, "deal")
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
