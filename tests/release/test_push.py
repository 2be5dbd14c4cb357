"""Pushing to a server on this machine that speaks the Hub's protocol, with the clients as they are."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from invoices import seal
from loopback_hub import OWNER, STRANGER, Hub

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


def test_push_tag_load_stream(hub: Hub, client: Client, small_release: Path):
    dry = client("goldspan", "release", "push", small_release, "--repo", REPO, "--dry-run")
    assert dry.stdout == "acme/invoices would be created: 10 files, tag v1.2\n"
    assert hub.repos == {}
    done = client("goldspan", "release", "push", small_release, "--repo", REPO)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "tagged v1.2, read back byte for byte"
    repo = hub.repos[REPO]
    stored = dict(repo.commits[repo.tags["v1.2"]])
    assert stored.pop(".gitattributes")
    assert stored == files_of(small_release)
    names = ["gold", "documents", "invoice"]
    loaded = client("python", "-c", LOAD, REPO, *names)
    assert loaded.returncode == 0, loaded.stderr[-2000:]
    for name, line in zip(names, loaded.stdout.splitlines(), strict=True):
        expected = pq.read_table(small_release / f"data/{name}/test.parquet").to_pylist()
        assert json.loads(line) == [expected, expected]
    again = client("goldspan", "release", "push", small_release, "--repo", REPO)
    assert again.stdout == "acme/invoices has this release already, at v1.2\n"


def test_a_version_that_is_out_does_not_change(
    hub: Hub, client: Client, small_release: Path, copy_of: Callable[[Path], Path]
):
    assert client("goldspan", "release", "push", small_release, "--repo", REPO).returncode == 0
    before = hub.repos[REPO].tags["v1.2"]
    other = copy_of(small_release)
    (other / "README.md").write_text((other / "README.md").read_text() + "\nMore.\n")
    (other / "CITATION.cff").unlink()
    seal(other)
    fails(
        client("goldspan", "release", "push", other, "--repo", REPO),
        2,
        "the tag v1.2 is there with other files",
    )
    done = client("goldspan", "release", "push", other, "--repo", REPO, "--tag", "v1.3")
    assert done.returncode == 0, done.stderr
    repo = hub.repos[REPO]
    assert repo.tags["v1.2"] == before
    assert "CITATION.cff" not in repo.commits[repo.tags["v1.3"]]  # an earlier release's file is taken away
    assert ".gitattributes" in repo.commits[repo.tags["v1.3"]]  # others stay


def test_private_and_tokens(hub: Hub, client: Client, small_release: Path):
    push = ("goldspan", "release", "push", small_release, "--repo", REPO)
    fails(client(*push, token=None), 2, "no token, or one that may not: set HF_TOKEN")
    assert hub.repos == {}
    assert client(*push, "--private").returncode == 0
    assert hub.repos[REPO].private
    fails(client(*push, token=STRANGER), 2, "the token may not do this")
    look = "from huggingface_hub import HfApi; print(HfApi().dataset_info('acme/invoices').private)"
    assert client("python", "-c", look).stdout == "True\n"
    for token in (None, STRANGER):
        refused = client("python", "-c", look, token=token)
        assert "RepositoryNotFoundError" in refused.stderr
    hub.repos[REPO].private = False
    fails(client(*push, "--private"), 2, "is there already, and is public")


def test_a_pull_request_is_not_tagged(hub: Hub, client: Client, small_release: Path):
    client("python", "-c", f"from huggingface_hub import HfApi; HfApi().create_repo('{REPO}', repo_type='dataset')")
    main = hub.repos[REPO].refs["main"]
    done = client("goldspan", "release", "push", small_release, "--repo", REPO, "--pull-request", "--json", "-")
    assert done.returncode == 0, done.stderr
    repo = hub.repos[REPO]
    assert (repo.refs["main"], repo.tags) == (main, {})
    assert files_of(small_release).items() <= repo.commits[repo.refs["refs/pr/1"]].items()
    result: dict[str, Any] = json.loads(done.stdout)
    assert (result["tag"], result["pull_request"]) == (None, f"{hub.url}/datasets/{REPO}/discussions/1")


def test_a_stale_parent_and_a_refused_card(
    hub: Hub, client: Client, small_release: Path, copy_of: Callable[[Path], Path]
):
    """Somebody else commits while the files go up; then a licence that the check knows and this server does not."""

    def meanwhile(method: str, path: str) -> None:
        if "/preupload/" in path:
            hub.repos[REPO].commit("main", {"theirs.txt": b"theirs"})

    push = ("goldspan", "release", "push", small_release, "--repo", REPO)
    hub.trouble = meanwhile
    fails(client(*push), 2, "the repository has changed meanwhile")
    hub.trouble = lambda method, path: None
    assert hub.repos[REPO].tags == {}
    other = copy_of(small_release)
    card = other / "README.md"
    card.write_text(card.read_text().replace("license: cc-by-4.0", "license: cc-by-nc-4.0"))
    seal(other)
    fails(client("goldspan", "release", "push", other, "--repo", REPO), 2, '"license" must be one of')
    assert hub.repos[REPO].tags == {}
    assert client(*push).returncode == 0
    assert "theirs.txt" in hub.repos[REPO].commits[hub.repos[REPO].tags["v1.2"]]


def test_a_cut_connection_leaves_no_tag_and_the_same_call_goes_on(hub: Hub, client: Client, small_release: Path):
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

    push = ("goldspan", "release", "push", small_release, "--repo", REPO)
    hub.trouble = cut("PUT /lfs", "/commit/")
    fails(client(*push), 2, "the same call goes on where this one stopped")
    repo = hub.repos[REPO]
    assert seen[0] == "PUT /lfs"
    assert (len(repo.commits), repo.tags, len(hub.blobs)) == (1, {}, 3)
    hub.trouble, start = cut("/tag/"), len(hub.log)
    fails(client(*push), 2, "did not take the tag")
    assert (len(repo.commits), repo.tags) == (2, {})
    assert not any(line.startswith("PUT") for line in hub.log[start:])  # what was up already is not sent again
    hub.trouble = lambda method, path: None
    done = client(*push)
    assert done.returncode == 0, done.stderr
    assert (len(repo.commits), list(repo.tags)) == (2, ["v1.2"])  # nor committed again


def test_a_download_that_differs_takes_the_tag_back(hub: Hub, client: Client, small_release: Path):
    """The server gives other bytes once the tag is set."""

    def swap(method: str, path: str) -> None:
        if "/tag/" in path and method == "POST":
            repo = hub.repos[REPO]
            sha = repo.refs["main"]
            repo.commits[sha] = repo.commits[sha] | {"README.md": b"---\nlicense: mit\n---\nanother"}

    hub.trouble = swap
    done = client("goldspan", "release", "push", small_release, "--repo", REPO)
    fails(done, 1, "README.md: acme/invoices gives other bytes at v1.2")
    assert hub.repos[REPO].tags == {}


def test_what_the_check_refuses_is_not_sent(
    hub: Hub, client: Client, small_release: Path, copy_of: Callable[[Path], Path]
):
    release = copy_of(small_release)
    (release / "README.md").write_text("no metadata")
    fails(client("goldspan", "release", "push", release, "--repo", REPO), 1, "SHA256SUMS")
    fails(client("goldspan", "release", "push", small_release, "--repo", "one"), 2, "is no repository such as ORG/NAME")
    assert not any(line.startswith("POST") for line in hub.log)
