"""What the board costs beside scoring its submissions alone: built from nothing, and again from the cache.

    python benchmarks/board.py --systems 100 --documents 10000

The submissions are one prediction file with more and more of its events left out, each document a story of its own.
Every run is a process of its own, in turn; user CPU of one thread, and peak memory. Scoring alone does what the board
does for a row: diagnosis, and intervals from 10,000 resamples. Targets: the board at most 1.25 times the scoring, the
rebuild at most 0.05 times, memory at most 300 MB; pages of both builds to the last byte the same.
"""

import argparse
import hashlib
import json
import os
import platform
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
HERE = Path(__file__).resolve().parent
ABOUT = {
    "kind": "other",
    "authors": ["Nobody"],
    "licence": "Apache-2.0",
    "date": "2026-11-22",
    "contamination": "Made of the gold.",
    "how_made": "By a benchmark.",
}
TARGETS = {"build": 1.25, "rebuild": 0.05}


def make(folder: Path, systems: int, documents: int) -> None:
    """Gold, a board that pins it, submissions."""
    from goldspan.schema import load_schema

    command = [sys.executable, str(HERE / "generate.py"), str(folder), "--documents", str(documents)]
    subprocess.run(command, check=True)
    pins = {"gold": hashlib.sha256((folder / "gold.jsonl").read_bytes()).hexdigest(), "schema": load_schema().sha256}
    (folder / "board").mkdir()
    lines = [f'{name} = "{value}"\n' for name, value in pins.items()]
    (folder / "board" / "versions.toml").write_text("".join(['["1"]\n', *lines]))
    rows = [json.loads(line) for line in (folder / "pred.jsonl").read_text().splitlines()]
    for i in range(systems):
        target = folder / "in" / "1" / f"system-{i:03}"
        target.mkdir(parents=True)
        (target / "submission.yaml").write_text(json.dumps({"name": f"System {i}", **ABOUT}))
        draw = random.Random(i)
        with (target / "predictions.jsonl").open("w") as file:
            for row in rows:
                events = [event for event in row["events"] if draw.random() >= i / (2 * systems)]
                file.write(json.dumps({**row, "events": events}, separators=(",", ":")) + "\n")


def measure(what: str, folder: Path) -> dict[str, Any]:
    """Do one thing in this process."""
    from goldspan import score
    from goldspan.board import build
    from goldspan.report.as_json import score_as_json

    paths = sorted((folder / "in").glob("1/*/predictions.jsonl"))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    start = time.perf_counter()
    if what == "scoring alone":
        for path in paths:
            score_as_json(score(path, gold=folder / "gold.jsonl", keep_documents=False))
    else:
        gold, cache = folder / "gold.jsonl", folder / "cache"
        build(folder / what, board=folder / "board", submissions=folder / "in", gold=gold, cache=cache)
    used = resource.getrusage(resource.RUSAGE_SELF)
    pages = sorted(path for path in (folder / what).rglob("*") if path.is_file())
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in pages)).hexdigest()
    wall = time.perf_counter() - start
    return {"user": used.ru_utime - before, "wall": wall, "memory": used.ru_maxrss / 1000, "digest": digest}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--systems", type=int, default=10)
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    parser.add_argument("--at", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.measure, options.at)))
        return
    print(f"{time.strftime('%Y-%m-%d %H:%M')}, Python {platform.python_version()}, {os.cpu_count()} cores, ", end="")
    print(f"load {os.getloadavg()[0]:.1f}; {options.systems} systems, {options.documents:,} documents", flush=True)
    found: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        make(Path(name), options.systems, options.documents)
        for what in ("scoring alone", "build", "rebuild"):
            command = [sys.executable, __file__, "--measure", what, "--at", name]
            done = subprocess.run(command, capture_output=True, text=True, env=os.environ | ONE_THREAD, check=True)
            found[what] = json.loads(done.stdout)
    floor = found["scoring alone"]["user"]
    print(f"{'':16} {'user s':>8} {'wall s':>8} {'MB':>6} {'x scoring':>10}   target")
    for what, each in found.items():
        ratio = each["user"] / floor
        target = f"at most {TARGETS[what]}: {'met' if ratio <= TARGETS[what] else 'MISSED'}" if what in TARGETS else ""
        memory = f", 300 MB: {'met' if each['memory'] <= 300 else 'MISSED'}" if what in TARGETS else ""
        print(
            f"{what:16} {each['user']:8.1f} {each['wall']:8.1f} {each['memory']:6.0f} {ratio:10.3f}   {target}{memory}"
        )
    same = found["build"]["digest"] == found["rebuild"]["digest"]
    print(f"the same bytes: {'met' if same else 'MISSED'}; load at the end {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
