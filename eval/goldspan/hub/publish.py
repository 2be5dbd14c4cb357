"""Publishing a directory: one commit, read back byte for byte, and only then, where there is to be one, a tag."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from goldspan.errors import DataError, Problem, UsageError
from goldspan.hub.client import Head, Hub

Say = Callable[[str], None]
"""Is told each step that is done."""


class Bundle(NamedTuple):
    """Files (by path from the folder) and the commit's message.

    `listing` is one of them: the checksum file by which a later push knows what an earlier one put there.
    """

    folder: Path
    names: tuple[str, ...]
    listing: str
    message: str


class Pushed(NamedTuple):
    """What a push did: `tag` is None where nothing was tagged, `commit` too for a dry run."""

    repo: str
    files: int
    commit: str | None = None
    tag: str | None = None
    pull_request: str | None = None


def silent(_: str) -> None:
    """Say nothing."""


def publish(
    hub: Hub,
    bundle: Bundle,
    *,
    tag: str | None = None,
    private: bool = False,
    pull_request: bool = False,
    dry_run: bool = False,
    say: Say = silent,
) -> Pushed:
    """Put files into a repository, which is created where it is not there, in one commit; read them back, then tag it.

    A push that broke off leaves no tag, and the same call again goes on. A tag that is there is never moved. Files that
    an earlier push put there are replaced or taken away, other files stay. A pull request is not tagged. Raises
    DataError where the Hub gives other bytes, UsageError where it refuses or the call is wrong.
    """
    tag = None if pull_request else tag
    head = hub.head()
    if head is not None and private and not head.private:
        raise UsageError(f"{hub.repo}: is there already, and is public")
    if head is not None and tag is not None and tag in (tags := hub.tags()):
        return _there_already(hub, bundle, tag, tags[tag], say)
    if dry_run:
        what = "as a pull request" if pull_request else "in one commit" if tag is None else f"tag {tag}"
        say(f"{hub.repo} would be {'created' if head is None else 'added to'}: {len(bundle.names)} files, {what}")
        return Pushed(hub.repo, len(bundle.names))
    return _push(hub, bundle, head or _created(hub, private, say), tag, pull_request, say)


def _there_already(hub: Hub, bundle: Bundle, tag: str, commit: str, say: Say) -> Pushed:
    if different := hub.differences(commit, bundle.folder, bundle.names):
        raise UsageError(
            f"{hub.repo}: the tag {tag} is there with other files ({', '.join(different)}); "
            "a version that is out does not change: raise it in the file that --about names"
        )
    say(f"{hub.repo} has this release already, at {tag}")
    return Pushed(hub.repo, len(bundle.names), commit, tag)


def _created(hub: Hub, private: bool, say: Say) -> Head:
    hub.create(private)
    head = hub.head()
    if head is None:
        raise UsageError(f"{hub.repo}: the Hub does not show the repository that it created")
    say(f"{hub.repo} created")
    return head


def _push(hub: Hub, bundle: Bundle, head: Head, tag: str | None, pull_request: bool, say: Say) -> Pushed:
    names, number = bundle.names, len(bundle.names)
    gone = sorted(hub.listed_files(head, bundle.listing) - set(names))
    commit = hub.commit(bundle.folder, names, gone, head.commit, bundle.message, pull_request)
    if commit.sha == head.commit:  # the client makes no commit that changes nothing
        say(f"{hub.repo} has these {number} files already")
    else:
        say(f"{number} files uploaded in one commit")
    _compare(hub, commit.sha, bundle)
    if tag is None:
        say("read back byte for byte" + (f"; the pull request: {commit.pull_request}" if commit.pull_request else ""))
        return Pushed(hub.repo, number, commit.sha, None, commit.pull_request)
    hub.tag(tag, commit.sha)
    try:
        _compare(hub, tag, bundle)
    except BaseException:
        hub.untag(tag)
        raise
    say(f"tagged {tag}, read back byte for byte")
    return Pushed(hub.repo, number, commit.sha, tag)


def _compare(hub: Hub, revision: str, bundle: Bundle) -> None:
    if different := hub.differences(revision, bundle.folder, bundle.names):
        raise DataError([Problem(f"{hub.repo} gives other bytes at {revision}", Path(name)) for name in different])
