"""What scoring costs, beside the floor and the peers, in one interleaved run: ratios, each against its target.

    python benchmarks/scoring.py --peers-python build/peers/bin/python      (ten minutes: the sizes of the targets)
    python benchmarks/scoring.py --documents 2000 --long 10000 --rounds 3   (some minutes)

The **floor** is a typed msgspec parse of both files, line by line, nothing kept. Every measurement is a process of its
own that runs once on a small file first, so imports and reading the schema are left out; what is measured is user CPU
(of the process and its children), by document. All of them run once a round; a ratio is the median over the rounds of
the ratio within a round, so that load that comes and goes falls on both sides of it. Pools and clusters start anew for
each score: their cost is that of a long file less that of the small one, and their start-up is printed beside it.

- plain: `goldspan.score(pred, gold=gold, diagnose=False, keep_documents=False, resamples=0)`; "by document" is what
  reading the figures of all documents out of it takes on top.
- full: the same with `diagnose=True`, on data that has neither texts nor evidence.
- told: files with texts, evidence on both sides and documents, plain and full.
- dense: 38 events of one type in each document, against the floor of those files.
- long: `--long` documents, against the cost by document and the memory at `--documents`.
- pool, dask: the long files with two processes, by `workers=2` and by `engine="dask"`; wall clock for the pool's gain.
- the peers: see peers.py; the slow ones read the first documents only.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from measuring import SMALL

HERE = Path(__file__).resolve().parent
DENSE_EVENTS = 38
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
PEERS: dict[str, float | None] = {
    "scikit-learn": 1.5,
    "scikit-learn, ints": None,
    "seqeval": 5,
    "nervaluate": 15,
    "omni-extract-bench": 45,
    "stickler": 140,
}
SUBSET = {"nervaluate": 1000, "omni-extract-bench": 200, "stickler": 100}
PARTS = ("told", "dense", "long", "engines", "peers")


class Job(NamedTuple):
    """One row of the run: its name and the command that prints its measurement."""

    name: str
    command: list[str]


class Data(NamedTuple):
    """A folder with gold and predictions of so many documents."""

    folder: Path
    documents: int

    def make(self, *options: str) -> "Data":
        command = [sys.executable, str(HERE / "generate.py"), str(self.folder), "--documents", str(self.documents)]
        subprocess.run([*command, *options], check=True)
        return self


def jobs(options: argparse.Namespace, root: Path) -> list[Job]:
    """Make the data, and say what is to run each round."""
    small = Data(root / "small", SMALL).make()
    main = Data(root / "main", options.documents).make()
    found: list[Job] = []

    def add(label: str, name: str, data: Data, first: Data = small) -> None:
        arguments = [name, str(data.folder), str(first.folder), "--documents", str(data.documents)]
        found.append(Job(label, [sys.executable, str(HERE / "measuring.py"), *arguments]))

    for name in ("floor", "plain", "full"):
        add(name, name, main)
    if "told" in options.parts:
        first = Data(root / "small told", SMALL).make("--texts")
        told = Data(root / "told", options.documents).make("--texts")
        for name in ("floor", "plain", "full"):
            add(f"told {name}", name, told, first)
    if "dense" in options.parts:
        as_dense = ("--one-type", "--events", str(DENSE_EVENTS))
        first = Data(root / "small dense", 2).make(*as_dense)
        dense = Data(root / "dense", max(20, options.documents // 20)).make(*as_dense)
        add("dense floor", "floor", dense, first)
        add("dense", "plain", dense, first)
    if {"long", "engines"} & {*options.parts}:
        long = Data(root / "long", options.long).make()
        add("long", "plain", long)
        for name in ("pool", "dask") if "engines" in options.parts else ():
            add(name, name, long)
    return found + (peer_jobs(options, main) if "peers" in options.parts else [])


def peer_jobs(options: argparse.Namespace, data: Data) -> list[Job]:
    python, script = str(options.peers_python), str(HERE / "peers.py")
    asked = subprocess.run([python, script], capture_output=True, text=True, check=False)
    installed: list[str] = json.loads(asked.stdout) if asked.returncode == 0 else []
    missing = [name for name in PEERS if name not in installed]
    if missing:
        print(f"not installed for {python}: {', '.join(missing)} (see benchmarks/peers.py)")
    files = [str(data.folder / "gold.jsonl"), str(data.folder / "pred.jsonl")]
    counts = {name: min(data.documents, SUBSET.get(name, data.documents)) for name in installed}
    return [Job(name, [python, script, name, *files, "--documents", str(counts[name])]) for name in installed]


def run_rounds(todo: list[Job], rounds: int) -> dict[str, list[dict[str, Any]]]:
    """Run every job once a round."""
    results: dict[str, list[dict[str, Any]]] = {job.name: [] for job in todo}
    for number in range(rounds):
        for job in todo:
            done = subprocess.run(job.command, capture_output=True, text=True, env=os.environ | ONE_THREAD, check=False)
            if done.returncode:
                raise SystemExit(f"{job.name}: {done.stderr[-2000:]}")
            results[job.name].append(json.loads(done.stdout.splitlines()[-1]))
        print(f"round {number + 1} of {rounds}: load {os.getloadavg()[0]:.1f}", file=sys.stderr, flush=True)
    return results


class Report:
    """The table."""

    def __init__(self, results: dict[str, list[dict[str, Any]]]) -> None:
        self.results = results

    def middle(self, name: str, what: str = "user") -> float:
        return statistics.median(each[what] for each in self.results[name])

    def ratios(self, name: str, other: str, what: str = "user") -> list[float]:
        """Within each round, sorted."""
        rounds = zip(self.results[name], self.results[other], strict=True)
        return sorted(one[what] / two[what] for one, two in rounds)

    def row(self, name: str, floor: str, goal: str = "", met: bool | None = None, what: str = "user") -> None:
        """`floor` names whose floor it is measured by; without a target, `met` is None."""
        cost = self.middle(name, what)
        floors = [one[what] / two["user"] for one, two in zip(self.results[name], self.results[floor], strict=True)]
        label = name if what == "user" else f"{name}, {what}"
        verdict = "" if met is None else "met" if met else "MISSED"
        print(f"{label:20} {cost * 1e6:12,.1f} {statistics.median(floors):10,.2f}   {goal:58} {verdict}".rstrip())

    def against(
        self, name: str, floor: str, told: str, ratios: list[float], most: float | None, least: float | None = None
    ) -> None:
        """A row about a ratio, whose target is at most `most`, else at least `least`."""
        ratio = statistics.median(ratios)
        spread = f"{ratio:.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
        if most is not None:
            self.row(name, floor, f"{told} at most {most:g}: {spread}", ratio <= most)
        elif least is not None:
            self.row(name, floor, f"{told} at least {least:g}: {spread}", ratio >= least)
        else:
            self.row(name, floor, f"{told}, no target: {spread}")

    def tell(self) -> None:
        """Print all rows."""
        print(f"{'':20} {'us/document':>12} {'x floor':>10}   target: measured (least to most of the rounds)")
        self.row("floor", "floor")
        self.against("plain", "floor", "floor", self.ratios("plain", "floor"), 8)
        self.row("plain", "floor", what="by document")
        self.against("full", "floor", "plain", self.ratios("full", "plain"), 2)
        if "told floor" in self.results:
            for name in ("told floor", "told plain"):
                self.row(name, "told floor")
            self.against("told full", "told floor", "told plain", self.ratios("told full", "told plain"), 2)
        if "dense" in self.results:
            self.row("dense floor", "dense floor")
            self.against("dense", "dense floor", "its floor", self.ratios("dense", "dense floor"), 20)
        if "long" in self.results:
            self.against("long", "floor", "cost of plain", self.ratios("long", "plain"), 1.1)
            self.memory()
        if "pool" in self.results:
            self.engines()
        for name in PEERS:
            if name in self.results:
                self.against(name, "floor", "cost of plain", self.ratios(name, "plain"), None, PEERS[name])

    def memory(self) -> None:
        peaks = {name: self.middle(name, "memory") for name in ("plain", "full", "long")}
        verdict = "met" if max(peaks.values()) <= 300 else "MISSED"
        print(f"{'peak memory, MB':45} at most 300: {', '.join(f'{n} {p:.0f}' for n, p in peaks.items()):45} {verdict}")

    def engines(self) -> None:
        self.against("pool", "floor", "wall of long / wall of pool", self.ratios("long", "pool", "wall"), None, 1.7)
        self.against("dask", "floor", "CPU of pool", self.ratios("dask", "pool"), 1.2)
        digests = {each["figures"] for name in ("long", "pool", "dask") for each in self.results[name]}
        verdict = "met" if len(digests) == 1 else "MISSED"
        print(f"{'same figures':45} to the last digit: {len(digests)} digest{'s' * (len(digests) > 1):37} {verdict}")
        starts = ", ".join(f"{name} {self.middle(name, 'start'):.1f} s" for name in ("pool", "dask"))
        print(f"{'start-up, wall':45} left out above: {starts}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--long", type=int, default=100_000, help="documents of the long files")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--parts", type=lambda told: told.split(","), default=list(PARTS), help=",".join(PARTS))
    parser.add_argument("--peers-python", default=sys.executable, help="an interpreter that has the peers")
    parser.add_argument("--folder", type=Path, help="where to make the data (default: a temporary folder)")
    options = parser.parse_args()
    print(f"{time.strftime('%Y-%m-%d %H:%M')}, Python {platform.python_version()}, {os.cpu_count()} cores, ", end="")
    sizes = f"{options.documents:,} documents, long {options.long:,}, {options.rounds} rounds"
    print(f"load {os.getloadavg()[0]:.1f}; {sizes}", flush=True)
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        results = run_rounds(jobs(options, options.folder or Path(name)), options.rounds)
    Report(results).tell()
    print(f"load at the end {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
