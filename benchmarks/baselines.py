"""The table of the baselines: figures with their intervals, time and cost, each from predictions made here and now.

python benchmarks/baselines.py                    # print it
python benchmarks/baselines.py --into README.md   # put it in the place of the one that is there
"""

import argparse
import re
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from goldspan import Score, run, score
from goldspan.variants import synthetic
from goldspan_baselines.closed_book import SEES
from goldspan_baselines.trained.jobs import cross_validate, fit

BEGIN, END = "<!-- made by benchmarks/baselines.py -->\n", "<!-- end -->\n"
PLACE = re.compile(re.escape(BEGIN) + ".*?" + re.escape(END), re.DOTALL)
HEAD = ("system", "sees", "P", "R", "F1", "95% interval", "seconds", "cost, $")


class Row(NamedTuple):
    """A system's predictions scored, and the processor seconds that they took, training included."""

    name: str
    sees: str
    scored: Score
    seconds: float

    def cells(self) -> Iterator[str]:
        micro, interval = self.scored.micro, self.scored.intervals.get("")
        yield from (self.name, self.sees, figure(micro.precision), figure(micro.recall), figure(micro.f1))
        known = interval is not None and interval.low is not None
        yield f"{figure(interval.low)} to {figure(interval.high)}" if interval and known else "–"
        yield f"{self.seconds:.1f}"
        yield f"{self.scored.usage.cost_usd or 0:g}"  # nothing here is paid for


def figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def measured(name: str, sees: str, out: Path, make: Callable[[], object]) -> Row:
    started = time.process_time()
    make()
    seconds = time.process_time() - started
    return Row(name, sees, score(out, keep_documents=False), seconds)


def rows(folder: Path) -> Iterator[Row]:
    made, model = folder / "synthetic", folder / "model.json"
    synthetic(made, count=500, seed=1)
    started = time.process_time()
    fit(model, made / "documents.jsonl", made / "gold.jsonl")
    training = time.process_time() - started
    for sees in SEES:
        rules, trained = folder / f"rules-{sees}.jsonl", folder / f"trained-{sees}.jsonl"
        yield measured("rules", sees, rules, partial(run, "rules", rules, settings={"sees": sees}))
        yield measured("trained, leave one story out", sees, trained, partial(cross_validate, trained, sees=sees))
        learnt = folder / f"learnt-{sees}.jsonl"
        extract = partial(run, "trained", learnt, settings={"model": str(model), "sees": sees})
        row = measured("trained, synthetic articles alone", sees, learnt, extract)
        yield row._replace(seconds=row.seconds + training)
    both = [str(folder / "rules-text.jsonl"), str(folder / "trained-text.jsonl")]
    voted = folder / "vote.jsonl"
    yield measured("vote of both", "text", voted, partial(run, "vote", voted, settings={"of": both}))


def table(found: Iterable[Row]) -> str:
    lines = [HEAD, ("---", "---", *["---:"] * 6), *(tuple(row.cells()) for row in found)]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def put(path: Path, made: str) -> None:
    path.write_text(PLACE.sub(lambda _: f"{BEGIN}{made}{END}", path.read_text("utf-8")), "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--into", type=Path, metavar="FILE", help="a Markdown file that has the table already")
    chosen = parser.parse_args()
    if chosen.into and not PLACE.search(chosen.into.read_text("utf-8")):
        raise SystemExit(f"{chosen.into}: has no table between {BEGIN.strip()} and {END.strip()}")
    with tempfile.TemporaryDirectory() as folder:
        made = table(sorted(rows(Path(folder)), key=lambda row: SEES.index(row.sees)))
    if chosen.into:
        put(chosen.into, made)
    else:
        print(made, end="")


if __name__ == "__main__":
    main()
