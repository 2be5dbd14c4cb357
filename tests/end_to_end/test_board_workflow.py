"""The way in for strangers: the workflow gives them nothing, and the script that it runs, runs nothing of theirs."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from boards import as_prediction, files_in, gold_rows, submit

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("board*.yml"))


def preview(checkout: Path, out: Path) -> tuple[int, str]:
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    script = [ROOT / ".ci" / "board-preview", checkout, out]
    done = subprocess.run(script, cwd=checkout, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, (out / "preview.md").read_text()


def test_a_good_submission_is_previewed(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "board", tmp_path / "pr" / "board")
    submit(tmp_path / "pr/board/submissions", "new", [as_prediction(row) for row in gold_rows()[:5]], name="New | one")
    code, text = preview(tmp_path / "pr", tmp_path / "out")
    assert code == 0, text
    assert r"| New \| one | 0." in text
    assert "    9 of 14 documents have no prediction" in text
    assert (tmp_path / "out/board/0.1.0/new/report.html").is_file()


def test_nothing_that_is_submitted_is_run_or_believed(tmp_path: Path) -> None:
    pull = tmp_path / "pr"
    submit(pull / "board/submissions", "good", [as_prediction(row) for row in gold_rows()[:5]])
    # pins, schema and code of the pull request are not those that count
    (pull / "board/versions.toml").write_text("nothing")
    (pull / "board/submission.schema.json").write_text("true")
    for name in ("conftest.py", "sitecustomize.py", "goldspan.py", "yaml.py", "sklearn.py", "Makefile"):
        (pull / name).write_text("raise SystemExit('I run')")
        (pull / "board" / name).write_text("raise SystemExit('I run')")
    code, text = preview(pull, tmp_path / "out")
    assert code == 0, text
    assert "I run" not in text
    before = files_in(pull)
    submit(pull / "board/submissions", "bad", [{"doc_id": "```\n@all", "events": []}], f1=1)
    code, text = preview(pull, tmp_path / "again")
    assert code == 1
    assert all(line.startswith("    ") for line in text.splitlines()[2:])
    assert "'f1' was unexpected" in text
    shutil.rmtree(pull / "board/submissions/0.1.0/bad")
    assert files_in(pull) == before


@pytest.mark.parametrize("name", ["board", "board/submissions"])
def test_a_link_in_the_place_of_a_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "pr" / name).parent.mkdir(parents=True)
    (tmp_path / "pr" / name).symlink_to(ROOT / name)
    code, text = preview(tmp_path / "pr", tmp_path / "out")
    assert code == 1
    assert "is no directory" in text


def steps(workflow: dict[str, Any]) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflows_give_nothing_away(path: Path) -> None:
    text = path.read_text()
    workflow = yaml.load(text, yaml.BaseLoader)  # noqa: S506 - so that `on` stays a text
    assert "secrets" not in re.sub(r"^#.*", "", text, flags=re.MULTILINE)
    assert "pull_request_target" not in text
    for step in steps(workflow):
        if "uses" in step:
            assert re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40}", step["uses"])
        assert "${{" not in step.get("run", "")  # what a pull request names would be run
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] == "false"


def test_only_the_workflow_that_runs_nothing_may_write() -> None:
    preview_workflow, comment = (
        yaml.load((ROOT / ".github/workflows" / name).read_text(), yaml.BaseLoader)  # noqa: S506
        for name in ("board.yml", "board-comment.yml")
    )
    assert preview_workflow["permissions"] == {"contents": "read"}
    assert all("permissions" not in job for job in preview_workflow["jobs"].values())
    assert list(preview_workflow["on"]) == ["pull_request"]
    assert comment["on"]["workflow_run"]["workflows"] == [preview_workflow["name"]]
    assert comment["permissions"] == {}
    assert [step for step in steps(comment) if "uses" in step] == []
