"""`goldspan release push`: check, upload in one commit, read back byte for byte, and only then tag."""

import re
from pathlib import Path
from typing import NamedTuple

from goldspan.errors import DataError, Problem, UsageError
from goldspan.files import read_bytes
from goldspan.release.check import check
from goldspan.release.hub import Head, Hub, Say
from goldspan.release.manifest import SUMS, read_manifest, read_sums

_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


class Pushed(NamedTuple):
    """What a push did: `tag` is None for a pull request and a dry run, `commit` for a dry run."""

    repo: str
    files: int
    commit: str | None = None
    tag: str | None = None
    pull_request: str | None = None


def _silent(_: str) -> None: ...


def push(
    release: Path | str,
    repo: str,
    *,
    tag: str | None = None,
    private: bool = False,
    pull_request: bool = False,
    dry_run: bool = False,
    documents: Path | str | None = None,
    say: Say = _silent,
) -> Pushed:
    """Publish a release as the data-set repository `repo` (ORG/NAME) and tag it (`tag`, or `v` and its version).

    The tag is set last, on a commit whose fresh download was the release byte for byte; a push that broke off leaves
    none, and the same call again goes on. A tag that is there is never moved. Files of an earlier release are replaced
    or taken away, other files stay. With `pull_request` nothing is tagged. The token is the Hub client's own.

    Raises DataError where the check finds problems, UsageError where the Hub refuses or the call is wrong.
    """
    folder = Path(release)
    hub = Hub(repo)
    tag = tag or read_manifest(folder).about.tag
    if not _TAG.fullmatch(tag) or ".." in tag:
        raise UsageError(f"{tag!r} is no name of a tag")
    head = hub.head()
    if head is not None and private and not head.private:
        raise UsageError(f"{repo}: is there already, and is public")
    checked = check(folder, documents=documents)
    if checked.problems:
        raise DataError(checked.problems)
    names = sorted([*read_sums(read_bytes(folder / SUMS)), SUMS])
    if head is not None and not pull_request and tag in (tags := hub.tags()):
        if different := hub.differences(tags[tag], folder, names):
            raise UsageError(
                f"{repo}: the tag {tag} is there with other files ({', '.join(different)}); "
                "a version that is out does not change: raise it in the file that --about names"
            )
        say(f"{repo} has this release already, at {tag}")
        return Pushed(repo, len(names), tags[tag], tag)
    if dry_run:
        say(f"{repo} would be {'created' if head is None else 'added to'}: {len(names)} files, tag {tag}")
        return Pushed(repo, len(names))
    return _publish(hub, head, folder, names, tag, private, pull_request, say)


def _publish(
    hub: Hub, head: Head | None, folder: Path, names: list[str], tag: str, private: bool, pull_request: bool, say: Say
) -> Pushed:
    if head is None:
        hub.create(private)
        head = hub.head()
        say(f"{hub.repo} created")
    if head is None:
        raise UsageError(f"{hub.repo}: the Hub does not show the repository that it created")
    gone = sorted(hub.released_files(head) - set(names))
    manifest = read_manifest(folder)
    message = f"{manifest.name} {manifest.version}"
    commit = hub.commit(folder, names, gone, head.commit, message, pull_request)
    say(f"{len(names)} files uploaded in one commit")
    _compare(hub, commit.sha, folder, names)
    if pull_request:
        say(f"read back byte for byte; the pull request: {commit.pull_request}")
        return Pushed(hub.repo, len(names), commit.sha, None, commit.pull_request)
    hub.tag(tag, commit.sha)
    try:
        _compare(hub, tag, folder, names)
    except BaseException:
        hub.untag(tag)
        raise
    say(f"tagged {tag}, read back byte for byte")
    return Pushed(hub.repo, len(names), commit.sha, tag)


def _compare(hub: Hub, revision: str, folder: Path, names: list[str]) -> None:
    if different := hub.differences(revision, folder, names):
        raise DataError([Problem(f"{hub.repo} gives other bytes at {revision}", Path(name)) for name in different])
