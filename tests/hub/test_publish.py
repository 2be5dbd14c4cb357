"""Files on their way to a server on this machine that speaks the Hub's protocol, with the client as it is.

Each push is a process of its own, as a command is: the client reads its settings when it is imported.
"""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from loopback_hub import OWNER, STRANGER, Hub

from goldspan.checksums import sha256, sums

Client = Callable[..., subprocess.CompletedProcess[str]]
Push = Callable[..., subprocess.CompletedProcess[str]]
REPO = "acme/things"
PUBLISH = """
import json, sys
from pathlib import Path
from goldspan import DataError, UsageError
from goldspan.checksums import files_below
from goldspan.hub.client import Hub
from goldspan.hub.publish import Bundle, publish
folder, repo, kind, options = sys.argv[1:]
try:
    bundle = Bundle(Path(folder), tuple(files_below(Path(folder))), "SUMS", "Things")
    publish(Hub(repo, kind), bundle, say=print, **json.loads(options))
except (DataError, UsageError) as error:
    sys.exit(f"{type(error).__name__}: {error}")
"""


@pytest.fixture
def things(tmp_path: Path) -> Path:
    """A directory to publish: a card, two files that the Hub keeps apart from git (by their ending), a plain one."""
    folder = tmp_path / "things"
    (folder / "data").mkdir(parents=True)
    (folder / "README.md").write_text("---\nlicense: mit\n---\n\n# Things\n")
    (folder / "data/a.parquet").write_bytes(b"PAR1 a")
    (folder / "data/b.parquet").write_bytes(b"PAR1 b")
    (folder / "notes.txt").write_text("Ünïcode 🎈\n")
    return seal(folder)


def seal(folder: Path) -> Path:
    (folder / "SUMS").unlink(missing_ok=True)
    (folder / "SUMS").write_bytes(sums({name: sha256(data) for name, data in files_of(folder).items()}))
    return folder


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def push(client: Client, things: Path) -> Push:
    """Publish the things, or another directory, in a process of its own."""

    def call(folder: Path = things, kind: str = "dataset", token: str | None = OWNER, **options: Any) -> Any:
        tag = {"tag": "v1"} if kind == "dataset" else {}
        return client("python", "-c", PUBLISH, folder, REPO, kind, json.dumps(tag | options), token=token)

    return call


def fails(done: subprocess.CompletedProcess[str], message: str) -> None:
    assert done.returncode == 1, done.stdout + done.stderr
    assert message in done.stderr, done.stderr
    assert "Traceback" not in done.stderr
    assert OWNER not in done.stdout + done.stderr


def said(done: subprocess.CompletedProcess[str]) -> list[str]:
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def test_a_dry_run_writes_nothing(hub: Hub, push: Push):
    assert said(push(dry_run=True)) == ["acme/things would be created: 5 files, tag v1"]
    assert said(push(dry_run=True, pull_request=True)) == ["acme/things would be created: 5 files, as a pull request"]
    assert hub.repos == {}
    assert {line.split()[0] for line in hub.log} == {"GET"}


def test_create_commit_tag(hub: Hub, push: Push, things: Path):
    first = said(push())
    assert first == [
        "acme/things created",
        "5 files uploaded in one commit",
        "tagged v1, read back byte for byte",
    ]
    repo = hub.repos[REPO]
    stored = dict(repo.commits[repo.tags["v1"]])
    assert stored.pop(".gitattributes")
    assert stored == files_of(things)
    assert said(push()) == ["acme/things has this release already, at v1"]
    assert len(repo.commits) == 2


def test_a_tag_does_not_move_and_what_is_gone_is_taken_away(hub: Hub, push: Push, things: Path):
    said(push())
    before = hub.repos[REPO].tags["v1"]
    hub.repos[REPO].commit("main", hub.repos[REPO].commits[before] | {"theirs.txt": b"theirs"})
    (things / "notes.txt").unlink()
    (things / "data/a.parquet").write_bytes(b"PAR1 another")
    seal(things)
    fails(push(), "the tag v1 is there with other files (SUMS, data/a.parquet)")
    said(push(tag="v2"))
    repo = hub.repos[REPO]
    assert repo.tags["v1"] == before
    stored = repo.commits[repo.tags["v2"]]
    assert (stored["data/a.parquet"], "notes.txt" in stored) == (b"PAR1 another", False)
    assert {".gitattributes", "theirs.txt"} <= stored.keys()  # what no push put there stays


def test_private_and_tokens(hub: Hub, client: Client, push: Push, tmp_path: Path):
    fails(push(token=None), "no token, or one that may not: set HF_TOKEN")
    assert hub.repos == {}
    said(push(private=True))
    assert hub.repos[REPO].private
    fails(push(token=STRANGER), "the token may not do this")
    read = f"from huggingface_hub import hf_hub_download as get; print(get('{REPO}', 'notes.txt', repo_type='dataset'))"
    assert client("python", "-c", read).stdout.endswith("/notes.txt\n")
    shutil.rmtree(tmp_path / "hf")
    for token in (None, STRANGER):
        assert "RepositoryNotFoundError" in client("python", "-c", read, token=token).stderr
    hub.repos[REPO].private = False
    fails(push(private=True), "is there already, and is public")


def test_a_server_that_says_the_token_does_not_make_it_be_printed(hub: Hub, push: Push):
    hub.trouble = lambda method, path: "echo" if method == "POST" else None
    done = push()
    fails(done, "cannot be created")
    assert "no: " in done.stderr
    assert "***" in done.stderr


def test_anyone_may_open_a_pull_request_which_is_not_tagged(hub: Hub, client: Client, push: Push, things: Path):
    client("python", "-c", f"from huggingface_hub import HfApi; HfApi().create_repo('{REPO}', repo_type='dataset')")
    main = hub.repos[REPO].refs["main"]
    fails(push(token=STRANGER), "the token may not do this")
    told = said(push(token=STRANGER, pull_request=True))
    assert told[-1] == f"read back byte for byte; the pull request: {hub.url}/datasets/{REPO}/discussions/1"
    repo = hub.repos[REPO]
    assert (repo.refs["main"], repo.tags) == (main, {})
    assert files_of(things).items() <= repo.commits[repo.refs["refs/pr/1"]].items()


def test_a_stale_parent(hub: Hub, push: Push):
    """Somebody else commits while the files go up."""

    def meanwhile(method: str, path: str) -> None:
        if "/preupload/" in path:
            hub.repos[REPO].commit("main", {"theirs.txt": b"theirs"})

    hub.trouble = meanwhile
    fails(push(), "the repository has changed meanwhile")
    assert hub.repos[REPO].tags == {}
    hub.trouble = lambda method, path: None
    said(push())
    assert "theirs.txt" in hub.repos[REPO].commits[hub.repos[REPO].tags["v1"]]


def test_a_card_that_the_hub_refuses(hub: Hub, push: Push, things: Path):
    (things / "README.md").write_text("---\nlicense: cc-by-nc-4.0\n---\n")
    fails(push(seal(things)), '"license" must be one of')
    assert (len(hub.repos[REPO].commits), hub.repos[REPO].tags) == (1, {})


def test_a_cut_connection_leaves_no_tag_and_the_same_call_goes_on(hub: Hub, push: Push):
    """Cut once while a file goes up (the client tries again by itself), then at the commit, then at the tag."""
    seen: list[str] = []

    def cut(*steps: str) -> Callable[[str, str], str | None]:
        def trouble(method: str, path: str) -> str | None:
            step = next((step for step in steps if step in f"{method} {path}"), None)
            if step is None or (step == "PUT /lfs" and step in seen):
                return None
            seen.append(step)
            return "cut"

        return trouble

    hub.trouble = cut("PUT /lfs", "/commit/")
    fails(push(), "the same call goes on where this one stopped")
    repo = hub.repos[REPO]
    assert seen[0] == "PUT /lfs"
    assert (len(repo.commits), repo.tags, len(hub.blobs)) == (1, {}, 2)
    hub.trouble, start = cut("/tag/"), len(hub.log)
    fails(push(), "did not take the tag")
    assert (len(repo.commits), repo.tags) == (2, {})
    assert not any(line.startswith("PUT") for line in hub.log[start:])  # what was up already is not sent again
    hub.trouble = lambda method, path: None
    assert said(push()) == ["acme/things has these 5 files already", "tagged v1, read back byte for byte"]
    assert (len(repo.commits), list(repo.tags)) == (2, ["v1"])  # nor committed again


@pytest.mark.parametrize("step", ["/commit/", "/tag/"])
def test_a_download_that_differs_leaves_no_tag(hub: Hub, push: Push, step: str):
    """The server gives other bytes once the files are committed, or once the tag is set."""

    def swap(method: str, path: str) -> None:
        if method == "GET" and any(line.startswith("POST") and step in line for line in hub.log):
            repo = hub.repos[REPO]
            sha = repo.refs["main"]
            repo.commits[sha] = repo.commits[sha] | {"notes.txt": b"others"}

    hub.trouble = swap
    fails(push(), "DataError: notes.txt: acme/things gives other bytes at")
    assert hub.repos[REPO].tags == {}
    assert any("/tag/" in line for line in hub.log) == (step == "/tag/")


def test_a_name_that_is_none_asks_nothing(client: Client, hub: Hub):
    for name in ("one", "a/b/c", "acme/-x-..", "../acme"):
        done = client("python", "-c", f"from goldspan.hub.client import Hub; Hub({name!r}, 'dataset')")
        assert "UsageError" in done.stderr, name
    assert hub.log == []
