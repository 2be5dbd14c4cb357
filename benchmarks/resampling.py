"""What intervals and tests over stories cost, in times the floor of the files that were scored.

    python benchmarks/resampling.py --documents 100000

User CPU of one thread, median of interleaved rounds in one process. Each document is a story of its own. Reading the
counts by story out of the score, for all fields that are stated, is part of a bootstrap's cost, the scoring is not.
The permutation test compares the predictions with the same without the last event of each document: the worst case,
in which nearly all stories differ. Targets are for 100,000 documents: floor and counts grow with the documents, but
small files have a smaller floor to be measured by.
"""

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

# one thread: to be set before numpy is loaded
os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

import msgspec
from measuring import PLAIN, floor, timed
from scoring import HERE

import goldspan
from goldspan.resample import bootstrap_intervals, groups_of, sign_flip

TARGETS = {"1,000 resamples": 1, "10,000 resamples": 8, "10,000 permutations": 4}


def shorten(pred: Path) -> Path:
    """The predictions without the last event of each document."""
    other = pred.with_name("shorter.jsonl")
    with pred.open("rb") as source, other.open("wb") as target:
        for line in source:
            record = msgspec.json.decode(line)
            record["events"] = record["events"][:-1]
            target.write(msgspec.json.encode(record) + b"\n")
    return other


def tasks(gold: Path, pred: Path) -> dict[str, Callable[[], Any]]:
    """What is measured, by name; the scoring is done before."""
    first, second = (goldspan.score(path, gold=gold, **PLAIN) for path in (pred, shorten(pred)))
    columns = sorted(first.fields)
    groups = groups_of(columns)
    print(f"{first.stories:,} stories, {len(columns)} fields, {len(groups)} figures", flush=True)

    def resample(times: int) -> Any:
        return bootstrap_intervals(first.table.by_story(columns), groups, times)

    pair = [score.table.by_story(columns) for score in (first, second)]
    parse = floor()
    return {
        "floor": lambda: parse(gold, pred),
        "1,000 resamples": lambda: resample(1_000),
        "10,000 resamples": lambda: resample(10_000),
        "10,000 permutations": lambda: sign_flip(*pair, draws=10_000),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    print(f"{time.strftime('%Y-%m-%d %H:%M')}, Python {platform.python_version()}, {os.cpu_count()} cores, ", end="")
    print(f"load {os.getloadavg()[0]:.1f}; {options.documents:,} documents, {options.rounds} rounds; ", end="")
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        command = [sys.executable, str(HERE / "generate.py"), name, "--documents", str(options.documents)]
        subprocess.run(command, check=True)
        todo = tasks(Path(name) / "gold.jsonl", Path(name) / "pred.jsonl")
        rounds = [{name: timed(run)[1] for name, run in todo.items()} for _ in range(options.rounds)]
    print(f"{'':20} {'seconds':>8} {'x floor':>8}   target")
    for name in todo:
        ratios = sorted(one[name] / one["floor"] for one in rounds)
        ratio = statistics.median(ratios)
        told = f"{name:20} {statistics.median(one[name] for one in rounds):8.2f} {ratio:8.2f}"
        if name in TARGETS:
            verdict = "met" if ratio <= TARGETS[name] else "MISSED"
            told += f"   at most {TARGETS[name]}: ({ratios[0]:.2f} to {ratios[-1]:.2f}) {verdict}"
        print(told)
    print(f"load at the end {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
