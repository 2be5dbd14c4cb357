"""`goldspan board push`: the board, as it was built, on a server on this machine that speaks the Hub's protocol."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from boards import as_prediction, files_in, gold_rows, submit
from loopback_hub import OWNER, Hub

from goldspan.board import build

Client = Callable[..., subprocess.CompletedProcess[str]]
REPO = "acme/board"
KEY = f"spaces/{REPO}"


@pytest.fixture
def board(tmp_path: Path) -> Path:
    """A board of two systems."""
    rows = [as_prediction(row) for row in gold_rows()]
    submit(tmp_path / "in", "oracle", rows)
    submit(tmp_path / "in", "half", rows[::2])
    build(tmp_path / "board", submissions=tmp_path / "in", cache=tmp_path / "cache")
    return tmp_path / "board"


def fails(done: subprocess.CompletedProcess[str], status: int, message: str) -> None:
    assert done.returncode == status, done.stdout + done.stderr
    assert message in done.stderr, done.stderr
    assert "Traceback" not in done.stderr
    assert OWNER not in done.stdout + done.stderr


def test_the_board_becomes_a_static_space(hub: Hub, client: Client, board: Path, tmp_path: Path):
    push = ("goldspan", "board", "push", board, "--repo", REPO)
    number = len(files_in(board))
    dry = client(*push, "--dry-run")
    assert dry.stdout == f"acme/board would be created: {number} files, in one commit\n", dry.stderr
    assert hub.repos == {}
    done = client(*push)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "acme/board created",
        f"{number} files uploaded in one commit",
        "read back byte for byte",
    ]
    repo = hub.repos[KEY]
    stored = dict(repo.commits[repo.refs["main"]])
    assert stored.pop(".gitattributes")
    assert stored == files_in(board)
    card = yaml.safe_load(stored["README.md"].split(b"---\n")[1])
    assert (card["sdk"], card["app_file"] in stored) == ("static", True)
    assert b"oracle" in stored["index.html"]
    again = client(*push)
    assert again.stdout.splitlines()[0] == f"acme/board has these {number} files already"
    assert len(repo.commits) == 2
    repo.commit("main", repo.commits[repo.refs["main"]] | {"theirs.txt": b"theirs"})
    build(board, submissions=submissions_without(tmp_path, "half"), cache=tmp_path / "cache")
    assert client(*push).returncode == 0
    stored = repo.commits[repo.refs["main"]]
    assert not [name for name in stored if "half" in name]  # an earlier board's files are taken away
    assert {"theirs.txt", "0.1.0/oracle/index.html"} <= stored.keys()  # others stay


def submissions_without(tmp_path: Path, system: str) -> Path:
    for path in (tmp_path / "in/0.1.0" / system).iterdir():
        path.unlink()
    (tmp_path / "in/0.1.0" / system).rmdir()
    return tmp_path / "in"


def test_a_pull_request_to_a_private_space(hub: Hub, client: Client, board: Path):
    push = ("goldspan", "board", "push", board, "--repo", REPO, "--private")
    fails(client(*push, token=None), 2, "no token, or one that may not")
    assert client(*push).returncode == 0
    repo = hub.repos[KEY]
    assert repo.private
    main = repo.refs["main"]
    repo.commit("main", repo.commits[main] | {"index.html": b"older"})
    done = client(*push, "--pull-request", "--json", "-")
    told = json.loads(done.stdout)
    assert told["pull_request"] == f"{hub.url}/{KEY}/discussions/1"
    assert told["commit"] == repo.refs["refs/pr/1"] != repo.refs["main"]
    assert files_in(board).items() <= repo.commits[told["commit"]].items()


def test_only_what_was_built_is_sent(hub: Hub, client: Client, board: Path, tmp_path: Path):
    """An edited figure, a file more, a link; and what is no board at all."""
    page = board / "index.html"
    page.write_text(page.read_text().replace("1.000", "1.001"))
    (board / "more.txt").write_text("more")
    (board / "0.1.0/link").symlink_to(tmp_path)
    done = client("goldspan", "board", "push", board, "--repo", REPO)
    fails(done, 1, "index.html: is not the file whose sha256 .goldspan-board names")
    assert "more.txt: .goldspan-board does not name this file" in done.stderr
    assert "0.1.0/link: is no plain file" in done.stderr
    fails(client("goldspan", "board", "push", tmp_path, "--repo", REPO), 2, "holds no board")
    assert hub.log == []
