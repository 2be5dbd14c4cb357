"""Makes 1,008 twins and 10,000 synthetic articles of a fresh seed and validates them; measures speed and memory.

python benchmarks/variants.py [--count N] [--workers N] [--seed N]
"""

import argparse
import resource
import secrets
import tempfile
import time
from pathlib import Path

from goldspan import validate
from goldspan.variants import perturb, synthetic, twins


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--copies", type=int, default=72)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**9))
    parser.add_argument("--only-make", action="store_true", help="synthetic alone, without validation")
    options = parser.parse_args()
    print(f"seed {options.seed}")
    with tempfile.TemporaryDirectory() as folder:
        makers = {
            "synthetic": lambda path: synthetic(path, count=options.count, seed=options.seed, workers=options.workers),
            "twins": lambda path: twins(path, copies=options.copies, seed=options.seed),
            "perturbed": lambda path: perturb(path, seed=options.seed),
        }
        for name, make in makers.items():
            if options.only_make and name != "synthetic":
                continue
            path = Path(folder) / name
            started, cpu = time.perf_counter(), time.process_time()
            made = make(path)
            wall, spent = time.perf_counter() - started, time.process_time() - cpu
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(
                f"{name}: {made if isinstance(made, int) else 'all families'} in {wall:.0f} s ({spent:.0f} s CPU here)"
            )
            print(f"  {memory:.0f} MB at most so far")
            if not options.only_make:
                problems = validate(path / "gold.jsonl", documents=path / "documents.jsonl", gold=True)
                print(f"  {len(problems)} problems")
                for problem in problems[:10]:
                    print(f"    {problem}")


if __name__ == "__main__":
    main()
