"""The README's table of baselines is the one that its script makes; only the seconds may differ."""

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = "benchmarks/baselines.py"
BEGIN, END = "<!-- made by benchmarks/baselines.py -->", "<!-- end -->"


def rows_of(text: str) -> list[list[str]]:
    table = text.partition(BEGIN)[2].partition(END)[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.strip().splitlines()]


def test_the_readme_has_the_table_that_is_made(repository: Path, tmp_path: Path):
    copy = tmp_path / "page.md"
    copy.write_text(f"before\n{BEGIN}\nnothing yet\n{END}\nafter\n", encoding="utf-8")
    call = [sys.executable, repository / SCRIPT, "--into", copy]
    done = subprocess.run(call, env=dict(os.environ), capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert copy.read_text("utf-8").startswith("before\n")
    assert copy.read_text("utf-8").endswith("after\n")
    made, shown = (rows_of(text) for text in (copy.read_text("utf-8"), (repository / "README.md").read_text("utf-8")))
    seconds = made[0].index("seconds")
    assert [row[:seconds] + row[seconds + 1 :] for row in made] == [row[:seconds] + row[seconds + 1 :] for row in shown]
    assert all(float(row[seconds]) >= 0 for row in (*made[2:], *shown[2:]))


def test_a_page_without_a_table_is_left_as_it_is(repository: Path, tmp_path: Path):
    page = tmp_path / "page.md"
    page.write_text("nothing here\n", encoding="utf-8")
    call = [sys.executable, repository / SCRIPT, "--into", page]
    done = subprocess.run(call, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 1
    assert "has no table" in done.stderr
    assert page.read_text("utf-8") == "nothing here\n"
