"""One measurement of `scoring.py`, in its own process: cost by document, start-up, peak memory, digest of the figures.

    python benchmarks/measuring.py plain FOLDER SMALL --documents 10000

FOLDER and SMALL are made by `generate.py`; SMALL, of 200 documents, is scored first, so that imports are left out.
"""

import argparse
import hashlib
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

# goldspan is imported where it is used: a child's peak memory starts at its parent's own
SMALL, MEGABYTE = 200, 1 << 20
ENOUGH = 1.0  # seconds of user CPU that the floor is measured over
PLAIN: dict[str, Any] = {"diagnose": False, "keep_documents": False, "resamples": 0}
OPTIONS: dict[str, dict[str, Any]] = {
    "plain": PLAIN,
    "full": PLAIN | {"diagnose": True},
    "pool": PLAIN | {"workers": 2},
    "dask": PLAIN | {"workers": 2, "engine": "dask"},
}


def floor() -> Callable[[Path, Path], None]:
    """The typed parse."""
    import msgspec

    span = msgspec.defstruct("Span", [("start", int), ("end", int), ("quote", str)], gc=False)
    members: list[Any] = [
        ("type", str),
        ("id", str),
        ("fields", dict[str, Any]),
        ("evidence", dict[str, list[span]], {}),
    ]
    event = msgspec.defstruct("Event", members)
    record = msgspec.defstruct("Record", [("doc_id", str), ("events", list[event])])
    decode = msgspec.json.Decoder(record).decode

    def run(gold: Path, pred: Path) -> None:
        for path in (gold, pred):
            with path.open("rb") as file:
                for line in file:
                    decode(line)

    return run


def scored(name: str) -> Callable[[Path, Path], Any]:
    import goldspan

    def run(gold: Path, pred: Path) -> Any:
        documents = gold.parent / "documents.jsonl"
        told = {"documents": documents} if documents.exists() else {}
        return goldspan.score(pred, gold=gold, **OPTIONS[name], **told)

    return run


def user_seconds() -> float:
    """User CPU of this process and of its children that have ended."""
    return sum(resource.getrusage(who).ru_utime for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def timed(run: Callable[[], Any]) -> tuple[Any, float, float]:
    """(result, user CPU, wall)."""
    user, wall = user_seconds(), time.perf_counter()
    result = run()
    return result, user_seconds() - user, time.perf_counter() - wall


def figures(score: Any) -> str:
    """A digest of all figures: the same to the last digit or not."""
    found = (
        sorted(score.fields.items()),
        sorted(score.types.items()),
        (score.micro, score.micro.f1, score.macro_field_f1, score.macro_document_f1, score.events),
        (score.true_null_rate, score.missing, score.failed),
        list(score.document_counts()),
    )
    return hashlib.sha256(repr(found).encode()).hexdigest()


def measure(name: str, folder: Path, documents: int, small: Path) -> dict[str, Any]:
    """Cost by document, start-up, peak memory, and the digest of the figures."""
    run = floor() if name == "floor" else scored(name)
    files, small_files = ((at / "gold.jsonl", at / "pred.jsonl") for at in (folder, small))
    run(*small_files)  # the imports
    start_user = start_wall = 0.0
    if name in ("pool", "dask"):
        _, start_user, start_wall = timed(lambda: run(*small_files))
    result, user, wall = timed(lambda: run(*files))
    if name == "floor" and user < ENOUGH:  # the system tells user time by ticks: too coarse for one short pass
        passes = int(ENOUGH / max(user, 0.01)) + 1
        user, wall = (told / passes for told in timed(lambda: [run(*files) for _ in range(passes)])[1:])
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform != "darwin" else MEGABYTE)
    documents -= SMALL if start_user else 0
    found = {"user": (user - start_user) / documents, "wall": (wall - start_wall) / documents, "memory": memory}
    if result is None:
        return found
    _, read_out, _ = timed(lambda: sum(1 for _ in result.document_counts()))
    return found | {"start": start_wall, "figures": figures(result), "by document": read_out / documents}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=["floor", *OPTIONS])
    parser.add_argument("folder", type=Path)
    parser.add_argument("small", type=Path)
    parser.add_argument("--documents", type=int, required=True)
    options = parser.parse_args()
    print(json.dumps(measure(options.name, options.folder, options.documents, options.small)))


if __name__ == "__main__":
    main()
