"""Reads a release as a stranger does, with `datasets` and `mlcroissant`, in a process of its own without a network.

`python -m goldspan.release.readers DIR` prints a JSON list of what is wrong. It is a process of its own because those
libraries read their settings when they are imported.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from goldspan.release.needs import need, require


def reader_faults(release: Path) -> list[str]:
    """What goes wrong when the release is loaded with `datasets` and `mlcroissant`, offline and with an empty cache."""
    require("datasets")
    require("mlcroissant")
    with tempfile.TemporaryDirectory(prefix="goldspan-readers-") as home:
        secret = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")
        clean = {key: value for key, value in os.environ.items() if key not in secret}
        offline = {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1"}
        homes = dict.fromkeys(("HOME", "HF_HOME", "HF_DATASETS_CACHE", "XDG_CACHE_HOME"), home)
        done = subprocess.run(
            [sys.executable, "-m", "goldspan.release.readers", str(release.resolve())],
            env=clean | offline | homes,
            cwd=home,
            capture_output=True,
            text=True,
            check=False,
        )
    try:
        return list(json.loads(done.stdout.splitlines()[-1]))
    except (IndexError, json.JSONDecodeError):
        return [f"datasets or mlcroissant broke down: {done.stderr.strip()[-400:]}"]


def _faults(release: Path) -> Iterator[str]:
    manifest: dict[str, Any] = json.loads((release / "manifest.json").read_bytes())
    yield from _datasets_faults(release, manifest["configs"])
    yield from _croissant_faults(release, manifest["configs"])


def _datasets_faults(release: Path, configs: dict[str, Any]) -> Iterator[str]:
    datasets, parquet = need("datasets"), need("pyarrow.parquet")
    datasets.disable_progress_bars()
    names = datasets.get_dataset_config_names(str(release))
    if sorted(names) != sorted(configs):
        yield f"datasets sees the configurations {sorted(names)}, the manifest has {sorted(configs)}"
    for name in sorted(set(names) & set(configs)):
        try:
            loaded = datasets.load_dataset(str(release), name)
        except Exception as error:
            yield f"datasets cannot load {name!r}: {type(error).__name__}: {error}"
            continue
        if list(loaded) != ["test"]:
            yield f"datasets sees the splits {list(loaded)} of {name!r}, not test"
        elif loaded["test"].to_list() != parquet.read_table(release / configs[name]["path"]).to_pylist():
            yield f"datasets gives other rows of {name!r} than its Parquet file has"


def _croissant_faults(release: Path, configs: dict[str, Any]) -> Iterator[str]:
    mlcroissant, parquet = need("mlcroissant"), need("pyarrow.parquet")
    try:
        dataset = mlcroissant.Dataset(jsonld=str(release / "croissant.json"))
        issues = dataset.metadata.ctx.issues
        yield from (f"Croissant: {issue}" for issue in sorted(issues.errors))
        sets = sorted(record_set.id for record_set in dataset.metadata.record_sets)
        if sets != sorted(configs):
            yield f"Croissant has the record sets {sets}, the manifest {sorted(configs)}"
        for name in sets:
            ids = [record[f"{name}/doc_id"].decode() for record in dataset.records(name)]
            if ids != parquet.read_table(release / configs[name]["path"])["doc_id"].to_pylist():
                yield f"Croissant gives other records of {name!r} than its Parquet file has"
    except Exception as error:
        yield f"mlcroissant cannot read croissant.json: {type(error).__name__}: {error}"


if __name__ == "__main__":
    print(json.dumps(list(_faults(Path(sys.argv[1])))))
