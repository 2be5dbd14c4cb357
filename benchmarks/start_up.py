"""How long `goldspan --help` and `import goldspan` take beyond an empty interpreter.

    make bench

Wall time, median of interleaved runs. Targets: at most 0.3 s each.
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

RUNS = 15
TARGET_S = 0.3
GOLDSPAN = str(Path(sys.executable).with_name("goldspan"))
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "import goldspan": [sys.executable, "-c", "import goldspan"],
    "goldspan --help": [GOLDSPAN, "--help"],
}


def seconds(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def main() -> None:
    taken: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(RUNS):
        for name, command in COMMANDS.items():
            taken[name].append(seconds(command))
    medians = {name: statistics.median(times) for name, times in taken.items()}
    floor = medians["python -c pass"]
    for name, median in medians.items():
        beyond = median - floor
        verdict = "met" if beyond <= TARGET_S else "MISSED"
        told = f"  {beyond:.3f} s beyond pass, target {TARGET_S} s: {verdict}" if beyond else ""
        print(f"{name:18} {median:.3f} s  {median / floor:5.1f} x{told}")


if __name__ == "__main__":
    main()
