"""`goldspan release push`: what a reader gets from a server on this machine that speaks the Hub's protocol.

How the files get there, and what may go wrong on the way, is in tests/hub.
"""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
from invoices import seal
from loopback_hub import OWNER, Hub
from loopback_repo import Repo

Client = Callable[..., subprocess.CompletedProcess[str]]
REPO = "acme/invoices"
LOAD = """
import json, sys
from datasets import load_dataset
repo, *names = sys.argv[1:]
for name in names:
    rows = load_dataset(repo, name, split="test", revision="v1.2").to_list()
    stream = list(load_dataset(repo, name, split="test", revision="v1.2", streaming=True))
    print(json.dumps([rows, stream]))
"""


def files_of(release: Path) -> dict[str, bytes]:
    return {path.relative_to(release).as_posix(): path.read_bytes() for path in release.rglob("*") if path.is_file()}


def fails(done: subprocess.CompletedProcess[str], status: int, message: str) -> None:
    assert done.returncode == status, done.stdout + done.stderr
    assert message in done.stderr, done.stderr
    assert "Traceback" not in done.stderr
    assert OWNER not in done.stdout + done.stderr


def test_push_privately_tag_load_stream(hub: Hub, client: Client, small_release: Path, tmp_path: Path):
    push = ("goldspan", "release", "push", small_release, "--repo", REPO, "--private")
    assert client(*push, "--dry-run").stdout == "acme/invoices would be created: 10 files, tag v1.2\n"
    assert hub.repos == {}
    done = client(*push, "--json", "-")
    assert done.returncode == 0, done.stderr
    repo = hub.repos[REPO]
    told = {"repo": REPO, "files": 10, "commit": repo.refs["main"], "tag": "v1.2", "pull_request": None}
    assert json.loads(done.stdout) == told
    assert repo.private
    stored = dict(repo.commits[repo.tags["v1.2"]])
    assert stored.pop(".gitattributes")
    assert stored == files_of(small_release)
    names = ["gold", "documents", "invoice"]
    loaded = client("python", "-c", LOAD, REPO, *names)
    assert loaded.returncode == 0, loaded.stderr[-2000:]
    for name, line in zip(names, loaded.stdout.splitlines(), strict=True):
        expected = pq.read_table(small_release / f"data/{name}/test.parquet").to_pylist()
        assert json.loads(line) == [expected, expected]
    shutil.rmtree(tmp_path / "hf")
    assert "DatasetNotFoundError" in client("python", "-c", LOAD, REPO, "gold", token=None).stderr


def test_a_version_that_is_out_does_not_change(
    hub: Hub, client: Client, small_release: Path, copy_of: Callable[[Path], Path]
):
    repo = hub.repos[REPO] = Repo(private=False)
    repo.tags["v1.2"] = repo.commit("main", files_of(small_release))
    other = copy_of(small_release)
    (other / "README.md").write_text((other / "README.md").read_text() + "\nMore.\n")
    seal(other)
    push = ("goldspan", "release", "push", other, "--repo", REPO)
    fails(client(*push), 2, "the tag v1.2 is there with other files (README.md, SHA256SUMS)")
    done = client(*push, "--tag", "v1.2.1")
    assert done.stdout.splitlines()[-1] == "tagged v1.2.1, read back byte for byte", done.stderr
    assert files_of(other) == repo.commits[repo.tags["v1.2.1"]]
    assert files_of(small_release) == repo.commits[repo.tags["v1.2"]]


def test_what_the_check_refuses_is_not_sent(
    hub: Hub, client: Client, small_release: Path, copy_of: Callable[[Path], Path]
):
    release = copy_of(small_release)
    (release / "README.md").write_text("no metadata")
    fails(client("goldspan", "release", "push", release, "--repo", REPO), 1, "SHA256SUMS")
    fails(client("goldspan", "release", "push", small_release, "--repo", "one"), 2, "is no repository such as ORG/NAME")
    fails(client("goldspan", "release", "push", small_release, "--repo", REPO, "--tag", "a b"), 2, "no name of a tag")
    assert hub.log == []
