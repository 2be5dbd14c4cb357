"""`stranger.py datasets|croissant DIR`: load a release with one library alone; print what is wrong as a JSON list.

A script that imports nothing of goldspan: `readers` runs it in processes of their own.
"""

import json
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

Configs = dict[str, dict[str, Any]]


def datasets_faults(release: Path, configs: Configs) -> Iterator[str]:
    """What goes wrong with `datasets`: configurations, splits, rows."""
    library, parquet = _library("datasets"), _library("pyarrow.parquet")
    library.disable_progress_bars()
    names: list[str] = library.get_dataset_config_names(str(release))
    if sorted(names) != sorted(configs):
        yield f"datasets sees the configurations {sorted(names)}, the manifest has {sorted(configs)}"
    for name in sorted(set(names) & set(configs)):
        try:
            loaded = library.load_dataset(str(release), name)
        except Exception as error:
            yield f"datasets cannot load {name!r}: {type(error).__name__}: {error}"
            continue
        if list(loaded) != ["test"]:
            yield f"datasets sees the splits {list(loaded)} of {name!r}, not test"
        elif loaded["test"].to_list() != parquet.read_table(release / configs[name]["path"]).to_pylist():
            yield f"datasets gives other rows of {name!r} than its Parquet file has"


def croissant_faults(release: Path, configs: Configs) -> Iterator[str]:
    """What goes wrong with `mlcroissant`: validation, record sets, records."""
    library, parquet = _library("mlcroissant"), _library("pyarrow.parquet")
    try:
        dataset = library.Dataset(jsonld=str(release / "croissant.json"))
        yield from (f"Croissant: {issue}" for issue in sorted(dataset.metadata.ctx.issues.errors))
        sets = sorted(record_set.id for record_set in dataset.metadata.record_sets)
        if sets != sorted(configs):
            yield f"Croissant has the record sets {sets}, the manifest {sorted(configs)}"
        for name in sorted(set(sets) & set(configs)):
            ids = [record[f"{name}/doc_id"].decode() for record in dataset.records(name)]
            if ids != parquet.read_table(release / configs[name]["path"])["doc_id"].to_pylist():
                yield f"Croissant gives other records of {name!r} than its Parquet file has"
    except Exception as error:
        yield f"mlcroissant cannot read croissant.json: {type(error).__name__}: {error}"


def _library(name: str) -> Any:
    return import_module(name)


if __name__ == "__main__":
    folder = Path(sys.argv[2])
    told: Configs = json.loads((folder / "manifest.json").read_bytes())["configs"]
    faults = {"datasets": datasets_faults, "croissant": croissant_faults}[sys.argv[1]]
    print(json.dumps(list(faults(folder, told))))
